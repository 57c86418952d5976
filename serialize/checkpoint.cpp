#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/serialize/checkpoint.hpp>
#include <xgrad/serialize/pytorch.hpp>

#include <filesystem>
#include <mutex>

namespace xgrad {
namespace {

using serialize::Value;

constexpr const char* kGenerator = "rng_state";
constexpr const char* kPrevious = ".previous";

/// All parts there are, under their names in the file.
std::vector<std::pair<std::string, CheckpointPart>> parts_of(const Checkpoint& checkpoint) {
  std::vector<std::pair<std::string, CheckpointPart>> parts{
      {"model", checkpoint.model},   {"optimizer", checkpoint.optimizer}, {"scheduler", checkpoint.scheduler},
      {"loader", checkpoint.loader}, {"epoch", checkpoint.epoch},         {"step", checkpoint.step}};
  parts.insert(parts.end(), checkpoint.more.begin(), checkpoint.more.end());
  std::erase_if(parts, [](const auto& part) { return !part.second.present(); });
  // Last, since what the others do to the generator while they are loaded must not count.
  parts.emplace_back(kGenerator, default_generator());
  return parts;
}

/// Beside the file itself, also where `path` is a link to it: only there can a rename put it.
std::string previous_of(const std::string& path) { return AtomicFile::target_of(path) + kPrevious; }

/// An error that says which checkpoint, and that there is an older one.
void add_context(Error& error, const std::string& path) {
  error.add_context(fmt::format("loading the checkpoint '{}'", path));
  std::error_code ignored;
  const std::string previous = previous_of(path);
  if (std::filesystem::exists(previous, ignored)) {
    error.add_context(fmt::format("the checkpoint before it is '{}'", previous));
  }
}

}  // namespace

Value detail::state_of(const nn::ModuleBase& module) {
  Value::Dict state;
  state.ordered = true;
  for (const auto& [name, tensor] : module.state_dict()) state.entries.emplace_back(name, tensor.array());
  return state;
}

void detail::load_state(nn::ModuleBase& module, const Value& state) {
  OrderedDict<std::string, Tensor> tensors;
  for (const auto& [name, tensor] : state.as_dict().entries) tensors.insert(name.as_str(), tensor.toTensor());
  module.load_state_dict(tensors);
}

CheckpointPart::CheckpointPart(Generator& generator)
    : save_([generator] {
        const std::lock_guard lock(generator.mutex());
        return Value(generator.get_state());
      }),
      load_([generator](const Value& state) mutable {
        const std::lock_guard lock(generator.mutex());
        generator.set_state(state.as_tensor().array);
      }) {}

CheckpointPart::CheckpointPart(Value& value)
    : save_([&value] { return value; }), load_([&value](const Value& state) { value = state; }) {}

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint, CheckpointOptions options) {
  Value::Dict file;
  for (const auto& [name, part] : parts_of(checkpoint)) {
    check<ValueError>(!file.find(name), "a checkpoint has two parts with the name '{}'", name);
    file.set(name, part.state_dict());
  }
  serialize::save(std::move(file), path, options.keep_previous ? previous_of(path) : "");
}

void load_checkpoint(const std::string& path, const Checkpoint& checkpoint) try {
  const Value file = serialize::load(path);
  check<TypeError>(file.is(Value::Kind::Dict), "the file holds no checkpoint but a {}", kind_name(file));
  const auto parts = parts_of(checkpoint);
  for (const auto& [name, part] : parts) {
    check(file.as_dict().find(name), "the checkpoint has no '{}'", name);
  }
  for (const auto& [name, part] : parts) {
    try {
      part.load_state_dict(file.as_dict().at(name));
    } catch (Error& e) {
      e.add_context(fmt::format("in its '{}'", name));
      throw;
    }
  }
} catch (Error& e) {
  add_context(e, path);
  throw;
}

}  // namespace xgrad
