/// OutputArchive and InputArchive: libtorch's files, a tree of values under names.
#pragma once

#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/holder.hpp>
#include <xgrad/optim/optimizer.hpp>
#include <xgrad/serialize/key_index.hpp>
#include <xgrad/serialize/value.hpp>

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::serialize {

class Source;

/// libtorch's archives in an archive share one; here there is nothing in it.
struct CompilationUnit {};

/// Collects tensors, other values and archives under names and writes them as libtorch does: the file opens with
/// libtorch's torch::load and with Python's torch.jit.load.
///
///     serialize::OutputArchive archive, inner;
///     archive.write("weight", weight);
///     inner.write("epoch", 3);
///     archive.write("progress", inner);
///     archive.save_to("state.pt");
///
/// Values are None, bools, numbers, strs, tensors, tuples, lists of one type and dicts of one type.
class OutputArchive {
 public:
  OutputArchive();
  explicit OutputArchive(const std::shared_ptr<CompilationUnit>& /*unit*/) : OutputArchive() {}
  OutputArchive(OutputArchive&&) = default;
  OutputArchive& operator=(OutputArchive&&) = default;
  OutputArchive(const OutputArchive&) = delete;
  OutputArchive& operator=(const OutputArchive&) = delete;

  std::shared_ptr<CompilationUnit> compilation_unit() const { return std::make_shared<CompilationUnit>(); }

  /// Writing to a name again replaces what was there.
  void write(const std::string& key, const Value& value);
  /// Throws ValueError for an undefined tensor. To a reader in Python it is a parameter, or a buffer.
  void write(const std::string& key, const Tensor& tensor, bool is_buffer = false);
  /// The archive itself: what is written to it later is seen here.
  void write(const std::string& key, const OutputArchive& nested);
  template <class... Args>
  void operator()(Args&&... args) {
    write(std::forward<Args>(args)...);
  }

  /// A file appears whole or not at all. Throws Error with the path and the system's reason, TypeError for values that
  /// no archive can hold.
  void save_to(const std::string& path) const;
  void save_to(std::ostream& stream) const;
  /// Calls `write` for one piece after another; it returns how many bytes of the piece it took, which must be all.
  void save_to(const std::function<std::size_t(const void*, std::size_t)>& write) const;

 private:
  Value root_;
  KeyIndex index_;
};

/// Reads what an OutputArchive, here or libtorch's, wrote. Files of Python's torch.save are read too, as far as they
/// hold something of the same kind: a tensor stands under "0", a list of tensors under "0", "1", ..., and the names of
/// a state_dict are split at their dots.
///
///     serialize::InputArchive archive;
///     archive.load_from("state.pt");
///     Tensor weight;
///     archive.read("weight", weight);
class InputArchive {
 public:
  InputArchive();
  InputArchive(InputArchive&&) = default;
  InputArchive& operator=(InputArchive&&) = default;
  InputArchive(const InputArchive&) = delete;
  InputArchive& operator=(const InputArchive&) = delete;

  /// False, with the argument unchanged, if there is nothing of that kind under the name. A tensor that is defined
  /// gets the data (set_data), and so do those who share it.
  bool try_read(const std::string& key, Value& value);
  bool try_read(const std::string& key, IValue& value);
  bool try_read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  bool try_read(const std::string& key, InputArchive& nested);
  /// The same, or Error: "No such serialized tensor 'layer1.weight'".
  void read(const std::string& key, Value& value);
  void read(const std::string& key, IValue& value);
  void read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  void read(const std::string& key, InputArchive& nested);
  template <class... Args>
  void operator()(Args&&... args) {
    read(std::forward<Args>(args)...);
  }

  /// Throws Error for a file that is missing, cut short or corrupt, and for names with more than 1000 dots.
  void load_from(const std::string& path, std::optional<Device> device = std::nullopt);
  void load_from(std::istream& stream, std::optional<Device> device = std::nullopt);
  void load_from(const char* data, std::size_t size, std::optional<Device> device = std::nullopt);
  /// `read` copies up to `count` bytes at `place` to a buffer and returns how many.
  void load_from(const std::function<std::size_t(std::uint64_t place, void* to, std::size_t count)>& read,
                 const std::function<std::size_t()>& size, std::optional<Device> device = std::nullopt);

  /// All names, in the order they were written in.
  std::vector<std::string> keys() const;
  /// What the archive was loaded from, as it is in the file.
  const Value& value() const { return root_; }
  /// Adds to an error what the archive was loaded from: its path.
  void add_source(Error& error) const;

 private:
  friend class nn::ModuleBase;
  struct Copies;

  void take(Source source);
  const Value* find(const std::string& key) { return index_.find(root_.as_dict(), key); }

  Value root_;
  KeyIndex index_;
  std::string prefix_;  // of names in messages
  std::string source_;  // what it was loaded from
  std::shared_ptr<Copies> copies_;
};

OutputArchive& operator<<(OutputArchive& archive, const Tensor& tensor);
OutputArchive& operator<<(OutputArchive& archive, const nn::ModuleBase& module);
OutputArchive& operator<<(OutputArchive& archive, const optim::Optimizer& optimizer);
InputArchive& operator>>(InputArchive& archive, Tensor& tensor);
InputArchive& operator>>(InputArchive& archive, nn::ModuleBase& module);
InputArchive& operator>>(InputArchive& archive, optim::Optimizer& optimizer);

/// Handles on modules: nn::Linear and the like, and shared pointers.
template <class M>
requires requires(const M& m) { requires nn::detail::ModuleType<decltype(*m)>; }
OutputArchive& operator<<(OutputArchive& archive, const M& module) {
  check(static_cast<bool>(module), "Trying to save an empty module");
  return archive << static_cast<const nn::ModuleBase&>(*module);
}
template <class M>
requires requires(const M& m) { requires nn::detail::ModuleType<decltype(*m)>; }
InputArchive& operator>>(InputArchive& archive, M& module) {
  check(static_cast<bool>(module), "Trying to load an empty module");
  return archive >> static_cast<nn::ModuleBase&>(*module);
}

}  // namespace xgrad::serialize
