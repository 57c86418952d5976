/// TorchScript's part of an archive: the declarations of classes, and objects of them pickled.
#pragma once

#include <xgrad/serialize/pickle.hpp>
#include <xgrad/serialize/tensor_writer.hpp>

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace xgrad::serialize {

/// TorchScript checks each attribute of an object against the declaration of its class, so each shape of object gets a
/// class of its own. There is nothing in these classes but the names and types of attributes:
///
///     class Module1(Module):
///       __parameters__ = ["weight", ]
///       __buffers__ = []
///       __annotations__ = []
///       __annotations__["weight"] = Tensor
class ScriptWriter {
 public:
  /// Pickles the object and all that is in it. Throws TypeError for what TorchScript has no type for.
  explicit ScriptWriter(const Value& root);

  const std::string& pickled() const { return pickled_; }
  /// The declarations: the source of the module `__torch__`.
  const std::string& code() const { return code_; }
  const StorageTable& storages() const { return storages_; }

 private:
  /// The name of an object's class, which is declared if it is the first of its shape.
  const std::string& declare(const Value& object, bool root);
  std::string type_of(const Value& value);
  std::string common_type(const Value::Items& items);
  void write(pickle::Writer& out, const Value& value);
  void write_object(pickle::Writer& out, const Value& object);
  void write_list(pickle::Writer& out, const Value& list);
  void write_dict(pickle::Writer& out, const Value& dict);

  StorageTable storages_{true};
  std::string pickled_, code_;
  std::unordered_map<const void*, std::string> classes_;       // of objects
  std::unordered_map<std::string, std::string> declarations_;  // class names by what is declared
  std::unordered_set<const void*> open_;                       // what is being declared now
};

}  // namespace xgrad::serialize
