/// save() and load(): models, tensors, optimisers and state dicts in files that PyTorch opens.
#pragma once

#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/ordered_dict.hpp>
#include <xgrad/serialize/archive.hpp>
#include <xgrad/serialize/checkpoint.hpp>
#include <xgrad/serialize/pytorch.hpp>

#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace xgrad {

/// Writes a state_dict as Python's `torch.save(model.state_dict(), path)` does, whole or not at all.
///
///     save(model.state_dict(), "saved_model");          // in Python: model.load_state_dict(torch.load("saved_model"))
///
/// Throws Error with the path and the system's reason.
void save(const OrderedDict<std::string, Tensor>& state_dict, const std::string& path);
void save(const OrderedDict<std::string, Tensor>& state_dict, std::ostream& stream);

/// Reads a state_dict that save() or torch.save wrote, or the tensors of libtorch's archive of a module under dotted
/// names. Throws Error for a file that is missing, cut short or corrupt, TypeError for one that holds something else.
///
///     model.load_state_dict(load("saved_model"));
OrderedDict<std::string, Tensor> load(const std::string& path);
OrderedDict<std::string, Tensor> load(std::istream& stream);

/// Writes anything that Python's torch.load reads, and reads anything that torch.save wrote:
///
///     save(serialize::Value::dict({{"epoch", 3}, {"model", ...}}), "checkpoint.pt");
///
/// These are the functions of serialize themselves: a Value's arguments look them up there anyway, and a second
/// declaration here would be ambiguous with the first.
using serialize::save;
inline void load(serialize::Value& value, const std::string& path) { value = serialize::load(path); }
inline void load(serialize::Value& value, std::istream& stream) { value = serialize::load(stream); }

/// libtorch's torch::save: modules (holders, shared pointers, or a module itself), tensors, optimisers, and any type
/// with an operator<< for archives, in libtorch's format. `to` is what OutputArchive::save_to takes: a path, a stream,
/// or a function.
///
///     save(model, "model.pt");          // libtorch: torch::load(model, "model.pt")
///     save(optimizer, stream);          // Python: torch.jit.load("model.pt").state_dict()
template <class T, class... To>
requires requires(serialize::OutputArchive& archive, const T& value) { archive << value; }
void save(const T& value, To&&... to) {
  serialize::OutputArchive archive;
  archive << value;
  archive.save_to(std::forward<To>(to)...);
}
template <class... To>
void save(const std::vector<Tensor>& tensors, To&&... to) {
  serialize::OutputArchive archive;
  for (std::size_t i = 0; i < tensors.size(); ++i) archive.write(std::to_string(i), tensors[i]);
  archive.save_to(std::forward<To>(to)...);
}

/// libtorch's torch::load: into a module, an optimiser, a tensor or a vector of tensors, from what save() above wrote,
/// here or in libtorch, or Python's torch.save of a state_dict, a tensor or a list. A module or optimiser is loaded as
/// a whole or, on an error, not at all.
template <class T, class... From>
requires requires(serialize::InputArchive& archive, T& value) { archive >> value; }
void load(T& value, From&&... from) {
  serialize::InputArchive archive;
  archive.load_from(std::forward<From>(from)...);
  try {
    archive >> value;
  } catch (Error& error) {
    archive.add_source(error);
    throw;
  }
}
/// Appends to `tensors`, as libtorch does.
template <class... From>
void load(std::vector<Tensor>& tensors, From&&... from) {
  serialize::InputArchive archive;
  archive.load_from(std::forward<From>(from)...);
  Tensor next;
  for (std::size_t i = 0; archive.try_read(std::to_string(i), next); ++i) tensors.push_back(std::exchange(next, {}));
}

/// A value (an IValue or a tensor too) as the bytes of a file that Python's torch.load and libtorch's pickle_load read,
/// and back.
std::vector<char> pickle_save(const serialize::Value& value);
serialize::Value pickle_load(const std::vector<char>& data);

}  // namespace xgrad
