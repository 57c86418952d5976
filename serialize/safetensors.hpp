/// safetensors, the format in which models are published: a header of JSON, then the tensors' bytes.
#pragma once

#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/ordered_dict.hpp>

#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::serialize {

/// Tensors by name, in their order: what state_dict() gives and load_state_dict() takes.
using TensorDict = OrderedDict<std::string, Tensor>;
/// Free text that a safetensors file carries: `{{"format", "pt"}}`.
using Metadata = OrderedDict<std::string, std::string>;

/// Writes what the format's own library writes, byte for byte: wider dtypes come first, equal ones by name, and the
/// header is padded to 8 bytes, so that every tensor is aligned. Tensors are packed first; two that share memory are
/// written twice.
///
///     serialize::save_safetensors(model.state_dict(), "model.safetensors", {{"format", "pt"}});
///     # Python: model.load_state_dict(safetensors.torch.load_file("model.safetensors"))
///
/// The file appears whole or not at all. Throws Error with the path and the system's reason, ValueError for a name that
/// is no UTF-8, holds a null byte or is "__metadata__".
void save_safetensors(const TensorDict& tensors, const std::string& path, const Metadata& metadata = Metadata());
void save_safetensors(const TensorDict& tensors, std::ostream& out, const Metadata& metadata = Metadata());
/// The same as bytes.
std::string save_safetensors_bytes(const TensorDict& tensors, const Metadata& metadata = Metadata());

/// Reads all tensors, in the order of their bytes in the file.
///
///     model.load_state_dict(serialize::load_safetensors("model.safetensors"));
///
/// Throws Error for a file that is missing or breaks any rule of the format, in the words of its own library: offsets
/// with holes or overlaps, sizes that do not fit shape and dtype, bytes behind the last tensor, a header above 100 MB.
/// Throws NotImplementedError that names the tensor for a dtype that no Tensor has (F16, BF16, ...).
TensorDict load_safetensors(const std::string& path);
/// From a stream, which is left behind the last tensor.
TensorDict load_safetensors(std::istream& in);
/// From bytes; `name` stands for the path in messages.
TensorDict load_safetensors_bytes(std::string_view bytes, const std::string& name = "<memory>");

/// A safetensors file whose tensors are read when they are asked for, and then without copying: Python's safe_open.
///
///     serialize::SafetensorsFile file("model.safetensors");
///     for (const std::string& name : file.keys()) print(name);
///     Tensor w = file.get_tensor("layer1.weight");      // lives on when `file` is gone
///
/// Tensors look into a mapping of the file that they keep alive, and writing to them in place changes only what is in
/// memory, never the file. Asked for twice, a tensor is the same memory twice. A tensor that another library wrote at
/// an odd address is copied. The file must not be cut short or written over in place while it is mapped (saving to its
/// path renames a new one over it, which is fine). Several threads may ask at once.
class SafetensorsFile {
 public:
  /// Reads the header and checks all of it, as load_safetensors() does.
  explicit SafetensorsFile(const std::string& path);
  ~SafetensorsFile();
  SafetensorsFile(SafetensorsFile&&) noexcept;
  SafetensorsFile& operator=(SafetensorsFile&&) noexcept;

  /// Names in the order of the tensors' bytes.
  std::vector<std::string> keys() const;
  const Metadata& metadata() const;
  /// Throws Error when there is no such tensor, NotImplementedError when no Tensor has its dtype.
  Tensor get_tensor(const std::string& name) const;
  /// All of them.
  TensorDict tensors() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xgrad::serialize
