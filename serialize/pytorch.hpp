/// Files that Python's torch.load opens, and that torch.save wrote.
#pragma once

#include <xgrad/serialize/value.hpp>

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad::serialize {

class Source;

/// Names and arrays in the order of a state_dict().
using StateDict = std::vector<std::pair<std::string, Array>>;

/// Writes `value` as torch.save does: a zip archive with a pickle and one entry for each storage. All dtypes, any
/// strides and offsets; tensors that share memory share it again after loading. As in PyTorch, a view is saved with the
/// whole of the memory it looks into.
///
/// The file appears whole or not at all: on any error what was at `path` is still there. Throws Error with the path and
/// the system's reason, ValueError / TypeError for what no file can hold (lists that contain themselves, keys that are
/// lists or equal, classes).
///
///     save(Value::dict({{"epoch", 3}, {"weight", array}}), "checkpoint.pt");
void save(const Value& value, const std::string& path);
/// The same, and what was at `path` is then at `previous`, if that is not empty.
void save(const Value& value, const std::string& path, const std::string& previous);
/// The same into a stream, front to back. Throws Error when the stream fails.
void save(const Value& value, std::ostream& stream);
std::string save_bytes(const Value& value);
/// The same in other opcodes, since libtorch's pickle_load knows fewer of them than Python's. (Nor does it know
/// OrderedDict, which is the caller's affair.)
std::string save_bytes_for_libtorch(const Value& value);

/// Reads what torch.save (any PyTorch since 0.1.10) or save() wrote. No code in the file is run: anything but tensors,
/// containers, numbers, texts and dtypes is an error that names it. Tensors from any device arrive in memory. The
/// module in a TorchScript archive (libtorch's torch::save, torch.jit.save) arrives as its attributes: a dict with a
/// class_name, the modules in it likewise.
///
/// Throws Error, with the path and what was expected and found, for a file that is missing, cut short, corrupt or of
/// another format. Never takes much more memory than the file is long.
///
///     Value checkpoint = load("checkpoint.pt");
///     Array weight = checkpoint.as_dict().at("weight").as_tensor().array;
Value load(const std::string& path);
/// The same from where a stream stands to its end.
Value load(std::istream& stream);
/// The same from bytes that can be read anywhere (serialize/source.hpp).
Value load_source(Source source);
/// load() from bytes; `name` stands for the path in messages.
Value load_bytes(std::string_view bytes, const std::string& name = "<memory>");

/// Saves an OrderedDict of plain tensors, as `torch.save(model.state_dict(), path)`.
void save_state_dict(const StateDict& state, const std::string& path);
void save_state_dict(const StateDict& state, std::ostream& stream);

/// Loads a dict whose keys are strs and whose values are tensors or parameters, or the tensors of a TorchScript
/// archive's module under dotted names. Throws TypeError that names the first entry that is something else.
StateDict load_state_dict(const std::string& path);
StateDict load_state_dict(std::istream& stream);

}  // namespace xgrad::serialize
