/// Files that Python's torch.load opens, and that torch.save wrote.
#pragma once

#include <xgrad/serialize/value.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad::serialize {

/// Names and arrays in the order of a state_dict().
using StateDict = std::vector<std::pair<std::string, Array>>;

/// Writes `value` as torch.save does: a zip archive with a pickle and one entry for each storage. All dtypes, any
/// strides and offsets; tensors that share memory share it again after loading. As in PyTorch, a view is saved with the
/// whole of the memory it looks into.
///
/// The file appears whole or not at all: on any error what was at `path` is still there. Throws Error with the path and
/// the system's reason, ValueError / TypeError for what no file can hold (lists that contain themselves, keys that are
/// lists, classes).
///
///     save(Value::dict({{"epoch", 3}, {"weight", array}}), "checkpoint.pt");
void save(const Value& value, const std::string& path);

/// Reads what torch.save (PyTorch 1.6 and later) or save() wrote. No code in the file is run: anything but tensors,
/// containers, numbers, texts and dtypes is an error that names it. Tensors from any device arrive in memory.
///
/// Throws Error, with the path and what was expected and found, for a file that is missing, cut short, corrupt or of
/// another format. Never takes much more memory than the file is long.
///
///     Value checkpoint = load("checkpoint.pt");
///     Array weight = checkpoint.as_dict().at("weight").as_tensor().array;
Value load(const std::string& path);

/// load() from bytes; `name` stands for the path in messages.
Value load_bytes(std::string_view bytes, const std::string& name = "<memory>");

/// Saves an OrderedDict of plain tensors, as `torch.save(model.state_dict(), path)`.
void save_state_dict(const StateDict& state, const std::string& path);

/// Loads a dict whose keys are strs and whose values are tensors or parameters. Throws TypeError that names the first
/// entry that is something else.
StateDict load_state_dict(const std::string& path);

}  // namespace xgrad::serialize
