/// Python's pickle format, without Python: values in, bytes out, and back. Nothing in a pickle is ever run.
#pragma once

#include <xgrad/serialize/value.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace xgrad::serialize::pickle {

/// Lists, tuples and dicts may be nested so deep; Python's own pickler gives up near here too.
inline constexpr int kMaxDepth = 1000;

/// What a pickle may name outside itself. Each function throws for what it does not know.
class Resolver {
 public:
  virtual ~Resolver() = default;
  /// The class or function `module.name`: a Value::Global to be called later, or a value such as a dtype.
  virtual Value global(const std::string& module, const std::string& name) = 0;
  /// What Python would get by calling it.
  virtual Value call(const Value::Global& function, const Value::Items& arguments) = 0;
  /// A new object of a class, without attributes: a dict with a class_name. What the pickle then gives it (BUILD)
  /// becomes its entries. By default there are no classes.
  virtual Value object(const Value::Global& type);
  /// The object that is kept beside the pickle under this id.
  virtual Value persistent(const Value& id) = 0;
};

/// Reads one pickle of protocols 0 to 5, by Python 2 or 3, and says how many bytes it had if `used` is given. Throws
/// Error, with the position, for an opcode that torch.save does not write, for anything cut short or out of place, for
/// values that contain themselves, for nesting deeper than kMaxDepth, and for a pickle that would need more memory than
/// 64 MiB and 32 times its own size.
Value load(std::string_view bytes, Resolver& resolver, std::size_t* used = nullptr);

/// Writes one pickle of protocol 2, the one torch.save uses. Objects that occur twice are written once.
class Writer {
 public:
  /// Writes a tensor with the pieces below; the pickle format itself knows no tensors.
  using TensorWriter = std::function<void(Writer&, const Value::Tensor&)>;

  /// libtorch reads pickles only `without_setitem`, the opcode for one entry of a dict. Python writes it.
  explicit Writer(TensorWriter write_tensor = nullptr, bool without_setitem = false)
      : write_tensor_(std::move(write_tensor)), without_setitem_(without_setitem) {}

  std::string dump(const Value& value);
  /// A pickle of what `write` makes of the pieces below.
  std::string dump(const std::function<void(Writer&)>& write);

  // The pieces of which objects are made. Those named after an opcode write it.
  void value(const Value& value);
  void integer(std::int64_t i);
  void boolean(bool b) { op(b ? '\x88' : '\x89'); }
  void text(std::string_view utf8);
  /// A text that many objects use: written once.
  void constant(const std::string& utf8);
  void global(const std::string& module, const std::string& name);
  void integers(IntArrayRef tuple);
  void empty_ordered_dict();
  void mark() { op('('); }
  void tuple_since_mark() { op('t'), memoize(); }
  void tuple3() { op('\x87'), memoize(); }
  void reduce() { op('R'), memoize(); }
  void persistent_id() { op('Q'); }
  void empty_tuple() { op(')'); }
  void empty_list() { op(']'); }
  void empty_dict() { op('}'); }
  void append_since_mark() { op('e'); }
  void set_items_since_mark() { op('u'); }
  void new_object() { op('\x81'); }
  void build() { op('b'); }
  /// Keeps what was just written, and writes it again.
  std::uint32_t memoize();
  void get(std::uint32_t place);

 private:
  void op(char opcode) { out_ += opcode; }
  template <class T>
  void little_endian(T number);
  void bytes(const std::string& data);
  void sequence(const Value& value);
  void dict(const Value& value);
  void dict_entries(const Value::Dict& dict);

  TensorWriter write_tensor_;
  bool without_setitem_;
  std::string out_;
  std::uint32_t memoized_ = 0;
  int depth_ = 0;
  std::unordered_map<const void*, std::uint32_t> objects_;    // by Value::identity()
  std::unordered_map<std::string, std::uint32_t> constants_;  // and globals, by their pickled text
  std::unordered_set<const void*> open_;                      // the containers being written now
};

}  // namespace xgrad::serialize::pickle
