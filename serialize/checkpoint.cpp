#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/serialize/checkpoint.hpp>
#include <xgrad/serialize/pytorch.hpp>

#include <algorithm>
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

/// With tensors of its own.
Value copied(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::Tensor: {
      Value::Tensor tensor = value.as_tensor();
      tensor.array = Tensor(tensor.array).clone().array();
      return tensor;
    }
    case Value::Kind::List:
    case Value::Kind::Tuple: {
      Value::Items items;
      for (const Value& item : value.items()) items.push_back(copied(item));
      return value.is(Value::Kind::List) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
    }
    case Value::Kind::Dict: {
      Value::Dict dict = value.as_dict();
      for (auto& [key, item] : dict.entries) item = copied(item);
      return dict;
    }
    default:
      return value;
  }
}

/// Takes parts back to what they were, unless told that all went well.
class Undo {
 public:
  Undo() = default;
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  ~Undo() {
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      try {
        (*step)();
      } catch (const std::exception&) {  // the error that is on its way is the one to know of
      }
    }
  }
  void remember(const CheckpointPart& part) { steps_.push_back(part.undo()); }
  void forget() { steps_.clear(); }

 private:
  std::vector<std::function<void()>> steps_;
};

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

CheckpointPart::CheckpointPart(std::string& text)
    : save_([&text] { return Value(text); }), load_([&text](const Value& state) { text = state.as_str(); }) {}

CheckpointPart::CheckpointPart(Tensor& tensor)
    : save_([&tensor] { return tensor.defined() ? Value(tensor.array()) : Value(); }),
      load_([&tensor](const Value& state) {
        const Tensor loaded = state.is_none() ? Tensor() : Tensor(state.as_tensor().array);
        if (!tensor.defined() || !loaded.defined()) {
          tensor = loaded;
          return;
        }
        check<ValueError>(tensor.sizes() == loaded.sizes(), "a tensor of sizes {} cannot be loaded into one of {}",
                          loaded.sizes(), tensor.sizes());
        const NoGradGuard no_grad;
        tensor.copy_(loaded);
      }) {}

std::function<void()> CheckpointPart::undo() const {
  if (undo_) return undo_();
  // Optimisers begin new tensors when they load, and leave those in their old state dict alone.
  return [load = load_, old = kind_ == Kind::Optimizer ? state_dict() : copied(state_dict())] { load(old); };
}

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
  auto parts = parts_of(checkpoint);
  for (const auto& [name, part] : parts) {
    check(file.as_dict().find(name), "the checkpoint has no '{}'", name);
  }
  const auto load = [&](const auto& named) {
    try {
      named.second.load_state_dict(file.as_dict().at(named.first));
    } catch (Error& e) {
      e.add_context(fmt::format("in its '{}'", named.first));
      throw;
    }
  };
  // Here the generator, which is last, comes first as well: then its state is known to be one. A module needs no way
  // back from its own error, so of the last one there is no copy.
  std::rotate(parts.begin(), parts.end() - 1, parts.end());
  std::stable_partition(parts.begin(), parts.end(), [](const auto& part) { return !part.second.is_module(); });
  Undo undo;
  for (const auto& part : parts) {
    if (&part != &parts.back() || !part.second.is_module()) undo.remember(part.second);
    load(part);
  }
  undo.forget();
  load(std::pair(kGenerator, CheckpointPart(default_generator())));
} catch (Error& e) {
  add_context(e, path);
  throw;
}

}  // namespace xgrad
