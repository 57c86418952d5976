#include <xgrad/autograd/array/generator.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/nn/module_state.hpp>

#include <algorithm>
#include <unordered_set>

namespace xgrad::nn {

namespace {

std::string join(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

/// A dotted path: what stands before the last dot, and behind it.
std::pair<std::string, std::string> split(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string::npos) return {"", path};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

// Adds what is defined and not there yet.
void list(OrderedDict<std::string, Tensor>& into, std::unordered_set<const void*>& seen, const std::string& name,
          const Tensor& tensor) {
  if (tensor.defined() && seen.insert(tensor.impl()).second) into.insert(name, tensor);
}

void convert(const Tensor& tensor, ScalarType dtype) {
  if (!tensor.defined() || !tensor.is_floating_point()) return;
  tensor.set_data(tensor.detach().to(dtype));
  if (tensor.grad().defined()) tensor.mutable_grad() = tensor.grad().detach().to(dtype);
}

}  // namespace

ModuleBase::ModuleBase() : state_(std::make_shared<State>()) {}
ModuleBase::ModuleBase(std::string name) : ModuleBase() { state_->given_name = std::move(name); }
ModuleBase::ModuleBase(const ModuleBase&) = default;
ModuleBase& ModuleBase::operator=(const ModuleBase&) = default;
ModuleBase::~ModuleBase() = default;

bool ModuleBase::is_training() const noexcept { return state_->training; }
bool ModuleBase::has_hooks() const noexcept { return state_->hooks && state_->hooks->any(); }
bool ModuleBase::has_uninitialized_params() const noexcept { return state_->uninitialized.has_value(); }
const std::string& ModuleBase::registered_name() const { return state_->registered_name; }
void ModuleBase::announce(std::vector<std::string> names) { state_->uninitialized = std::move(names); }

void ModuleBase::check_name(const char* kind, const std::string& name) const {
  check(!name.empty(), "{} name must not be empty", kind);
  check(name.find('.') == std::string::npos, "{} name must not contain a dot (got '{}')", kind, name);
  const char* taken = state_->parameters.contains(name) ? "Parameter"
                      : state_->buffers.contains(name)  ? "Buffer"
                      : state_->children.contains(name) ? "Submodule"
                      : state_->computed.contains(name) ? "Computed tensor"
                                                        : nullptr;
  check(taken == nullptr, "attribute '{}' already exists: {} '{}' already defined", name, taken ? taken : "", name);
}

Tensor ModuleBase::as_parameter(const std::string& name, Tensor tensor, bool requires_grad) {
  if (!tensor.defined()) return tensor;
  check<ValueError>(tensor.is_leaf(),
                    "Cannot assign non-leaf Tensor to parameter '{0}'. Model parameters must be created explicitly. "
                    "To express '{0}' as a function of another Tensor, compute the value in the forward() method.",
                    name);
  tensor.requires_grad_(requires_grad);
  return tensor;
}

Tensor& ModuleBase::register_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check_name("Parameter", name);
  tensor = as_parameter(name, std::move(tensor), requires_grad);
  // The module's members become handles on what reset() registers, so this is where a clone comes to share.
  if (state_->original && state_->original->parameters.contains(name)) {
    Tensor shared = state_->cloning->find(state_->original->parameters[name]);
    if (shared.defined()) tensor = std::move(shared);
  }
  return state_->parameters.insert(std::move(name), std::move(tensor));
}

Tensor& ModuleBase::replace_parameter(const std::string& name, Tensor tensor, bool requires_grad) {
  Tensor* slot = state_->parameters.find(name);
  check(slot != nullptr, "No Parameter with name `{}` is registered", name);
  return *slot = as_parameter(name, std::move(tensor), requires_grad);
}

Tensor& ModuleBase::register_buffer(std::string name, Tensor tensor, bool persistent) {
  check_name("Buffer", name);
  return state_->buffers.insert(std::move(name), State::Buffer{std::move(tensor), persistent}).tensor;
}

void ModuleBase::add_child(std::string name, Pointer module) {
  check_name("Submodule", name);
  check<TypeError>(module != nullptr, "cannot register an empty module as '{}'", name);
  check<ValueError>(module->state_ != state_, "cannot register a module as its own submodule '{}'", name);
  module->state_->registered_name = name;
  state_->children.insert(std::move(name), std::move(module));
}

void ModuleBase::replace_child(const std::string& name, Pointer module) {
  Pointer& slot = state_->children[name];
  check<TypeError>(module != nullptr, "cannot register an empty module as '{}'", name);
  check<ValueError>(module->state_ != state_, "cannot register a module as its own submodule '{}'", name);
  module->state_->registered_name = name;
  slot = std::move(module);
}

void ModuleBase::add_module(const std::string& name, Pointer module) {
  if (state_->children.contains(name))
    replace_child(name, std::move(module));
  else
    add_child(name, std::move(module));
}

void ModuleBase::unregister_module(const std::string& name) {
  check(state_->children.contains(name), "No Module with name `{}` is registered", name);
  state_->children.erase(name);
}

void ModuleBase::unregister_parameter(const std::string& name) {
  check(state_->parameters.contains(name), "No Parameter with name `{}` is registered", name);
  state_->parameters.erase(name);
}

void ModuleBase::unregister_buffer(const std::string& name) {
  check(state_->buffers.contains(name), "No Buffer with name `{}` is registered", name);
  state_->buffers.erase(name);
}

ModuleBase::Pointer ModuleBase::self() const {
  auto* module = const_cast<ModuleBase*>(this);
  if (auto owner = module->weak_from_this().lock()) return owner;
  return Pointer(std::shared_ptr<void>(), module);
}

void ModuleBase::walk(const std::string& name, bool include_self, bool once,
                      const std::function<void(const std::string&, const Pointer&)>& visit) const {
  std::unordered_set<const void*> seen{state_.get()};
  if (include_self) visit(name, self());
  const std::function<void(const std::string&, const ModuleBase&)> below = [&](const std::string& prefix,
                                                                               const ModuleBase& module) {
    for (const auto& [child_name, child] : module.state_->children) {
      if (once && !seen.insert(child->state_.get()).second) continue;
      const std::string path = join(prefix, child_name);
      visit(path, child);
      below(path, *child);
    }
  };
  below(name, *this);
}

OrderedDict<std::string, ModuleBase::Pointer> ModuleBase::named_modules(const std::string& name_prefix,
                                                                        bool include_self,
                                                                        bool remove_duplicate) const {
  OrderedDict<std::string, Pointer> all("Module");
  walk(name_prefix, include_self, remove_duplicate,
       [&](const std::string& name, const Pointer& module) { all.insert(name, module); });
  return all;
}

std::vector<ModuleBase::Pointer> ModuleBase::modules(bool include_self) const {
  return named_modules({}, include_self).values();
}

OrderedDict<std::string, ModuleBase::Pointer> ModuleBase::named_children() const {
  OrderedDict<std::string, Pointer> all("Submodule");
  std::unordered_set<const void*> seen;
  for (const auto& [name, child] : state_->children) {
    if (seen.insert(child->state_.get()).second) all.insert(name, child);
  }
  return all;
}

std::vector<ModuleBase::Pointer> ModuleBase::children() const { return named_children().values(); }

void ModuleBase::fail_to_get(const std::string& name, const char* kind) const {
  const bool there = state_->parameters.contains(name) || state_->buffers.contains(name) ||
                     state_->children.contains(name) || state_->computed.contains(name);
  if (there) fail("`{}` is not {}", name, kind);
  fail("{} has no attribute `{}`", short_name(), name);
}

ModuleBase::Pointer ModuleBase::get_submodule(const std::string& target) const {
  Pointer module = self();
  for (std::size_t begin = 0; begin < target.size() + 1 && !target.empty();) {
    const std::size_t end = std::min(target.find('.', begin), target.size());
    const std::string name = target.substr(begin, end - begin);
    const Pointer* child = module->state_->children.find(name);
    if (!child) module->fail_to_get(name, "an nn.Module");
    module = Pointer(*child);
    begin = end + 1;
  }
  return module;
}

Tensor ModuleBase::get_parameter(const std::string& target) const {
  const auto [path, name] = split(target);
  const Pointer module = get_submodule(path);
  module->check_initialized("get_parameter()");
  const Tensor* parameter = module->state_->parameters.find(name);
  if (!parameter || !parameter->defined()) module->fail_to_get(name, "an nn.Parameter");
  return *parameter;
}

Tensor ModuleBase::get_buffer(const std::string& target) const {
  const auto [path, name] = split(target);
  const Pointer module = get_submodule(path);
  module->check_initialized("get_buffer()");
  const State::Buffer* buffer = module->state_->buffers.find(name);
  if (!buffer) module->fail_to_get(name, "a buffer");
  return buffer->tensor;
}

void ModuleBase::check_initialized(const char* caller) const {
  if (!has_uninitialized_params()) return;
  ValueError error(fmt::format(
      "Attempted to use an uninitialized parameter in {}. This error happens when you are using a `LazyModule` or "
      "explicitly manipulating `torch.nn.parameter.UninitializedParameter` objects. When using LazyModules Call "
      "`forward` with a dummy batch to initialize the parameters before calling torch functions",
      caller));
  error.add_context(fmt::format("the parameters of {} have no shape before its first input", short_name()));
  throw error;
}

void ModuleBase::become_initialized(std::string name) {
  state_->uninitialized.reset();
  state_->given_name = std::move(name);
}

OrderedDict<std::string, Tensor> ModuleBase::parameters_below(const std::string& prefix, bool recurse) const {
  OrderedDict<std::string, Tensor> all("Parameter");
  std::unordered_set<const void*> seen;
  const auto add = [&](const std::string& path, const ModuleBase& module) {
    module.check_initialized("parameters()");
    for (const auto& [name, tensor] : module.state_->parameters) list(all, seen, join(path, name), tensor);
  };
  if (recurse)
    walk(prefix, true, true, [&](const std::string& name, const Pointer& module) { add(name, *module); });
  else
    add(prefix, *this);
  return all;
}

OrderedDict<std::string, Tensor> ModuleBase::buffers_below(const std::string& prefix, bool recurse) const {
  OrderedDict<std::string, Tensor> all("Buffer");
  std::unordered_set<const void*> seen;
  const auto add = [&](const std::string& path, const ModuleBase& module) {
    module.check_initialized("buffers()");
    for (const auto& [name, buffer] : module.state_->buffers) list(all, seen, join(path, name), buffer.tensor);
  };
  if (recurse)
    walk(prefix, true, true, [&](const std::string& name, const Pointer& module) { add(name, *module); });
  else
    add(prefix, *this);
  return all;
}

std::vector<Tensor> ModuleBase::parameters(bool recurse) const { return named_parameters(recurse).values(); }
std::vector<Tensor> ModuleBase::buffers(bool recurse) const { return named_buffers(recurse).values(); }

void ModuleBase::train(bool on) {
  for (const auto& [name, child] : state_->children) child->train(on);
  state_->training = on;
}

void ModuleBase::to(ScalarType dtype, bool non_blocking) {
  check<TypeError>(is_floating_point(dtype),
                   "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=torch.{}",
                   info(dtype).name);
  for (const auto& [name, child] : state_->children) child->to(dtype, non_blocking);
  const NoGradGuard no_grad;
  for (const auto& [name, tensor] : state_->parameters) convert(tensor, dtype);
  for (const auto& [name, buffer] : state_->buffers) convert(buffer.tensor, dtype);
}

void ModuleBase::to(Device, bool) {}  // everything is on the only device already

void ModuleBase::to(Device device, ScalarType dtype, bool non_blocking) {
  to(device, non_blocking);
  to(dtype, non_blocking);
}

void ModuleBase::to_either(std::optional<Device> device, std::optional<ScalarType> dtype, bool non_blocking) {
  if (device && dtype)
    to(*device, *dtype, non_blocking);
  else if (dtype)
    to(*dtype, non_blocking);
  else if (device)
    to(*device, non_blocking);
}

void ModuleBase::requires_grad_(bool requires_grad) {
  for (const Tensor& parameter : parameters()) parameter.requires_grad_(requires_grad);
}

void ModuleBase::zero_grad(bool set_to_none) {
  for (const Tensor& parameter : parameters()) {
    Tensor& grad = parameter.mutable_grad();
    if (!grad.defined()) continue;
    if (set_to_none) {
      grad.reset();
    } else {
      if (grad.grad_fn()) grad = grad.detach();
      const NoGradGuard no_grad;
      grad.zero_();
    }
  }
}

ModuleBase::Pointer ModuleBase::clone(const std::optional<Device>&) const {
  NotImplementedError error(fmt::format(
      "clone() has not been implemented for {0}. Subclass nn::Cloneable<{0}> instead of nn::Module to inherit the "
      "ability to clone.",
      short_name()));
  error.set_hint("or build a second model and copy the weights: copy.load_state_dict(model.state_dict())");
  throw error;
}

ModuleBase::Pointer ModuleBase::finish_clone(ModuleBase* copy, void (*reset)(ModuleBase&),
                                             const std::optional<Device>& device) const {
  const detail::Cloning cloning;
  Pointer owner(copy);
  copy->start_anew();
  const Array random_state = default_generator().get_state<Array>();
  copy->state_->original = state_.get();
  copy->state_->cloning = &detail::Cloning::current();
  {
    const detail::Cloning::Pause pause;
    reset(*copy);
  }
  copy->state_->original = nullptr;
  default_generator().set_state(random_state);
  copy->copy_tree_from(*this, device);
  return owner;
}

thread_local detail::Cloning* detail::Cloning::outermost = nullptr;

detail::Cloning::Cloning() {
  if (!outermost) outermost = this;
}
detail::Cloning::~Cloning() {
  if (outermost == this) outermost = nullptr;
}

Tensor detail::Cloning::find(const Tensor& parameter) const {
  const auto at = tensors_.find(parameter.impl());
  return at == tensors_.end() ? Tensor() : at->second;
}

void detail::Cloning::note(const Tensor& parameter, const Tensor& clone) {
  outermost->tensors_.emplace(parameter.impl(), clone);
}

Tensor detail::Cloning::of(const Tensor& parameter) {
  if (Tensor known = outermost->find(parameter); known.defined()) return known;
  const Tensor clone = parameter.detach().clone().requires_grad_(parameter.requires_grad());
  note(parameter, clone);
  return clone;
}

ModuleBase::Pointer detail::Cloning::of(const ModuleBase::Pointer& module, const std::optional<Device>& device) {
  auto& known = outermost->modules_;
  if (const auto at = known.find(module.get()); at != known.end()) return at->second;
  ModuleBase::Pointer clone = module->clone(device);
  known.emplace(module.get(), clone);
  return clone;
}

void ModuleBase::clone_from(const ModuleBase& other, const std::optional<Device>& device) { other.clone(device); }

void ModuleBase::start_anew() {
  auto fresh = std::make_shared<State>();
  fresh->given_name = state_->given_name;
  fresh->registered_name = state_->registered_name;
  fresh->training = state_->training;
  if (state_->hooks) fresh->hooks = std::make_shared<detail::HookLists>(*state_->hooks);
  state_ = std::move(fresh);
}

void ModuleBase::copy_tree_from(const ModuleBase& other, const std::optional<Device>& device) {
  constexpr auto complaint =
      "The cloned module does not have the same number of {0}s as the original module after calling reset(). "
      "Are you sure you called register_{1}() inside reset() and not the constructor?";
  copy_computed_from(other);
  check(state_->parameters.size() == other.state_->parameters.size(), complaint, "parameter", "parameter");
  check(state_->buffers.size() == other.state_->buffers.size(), complaint, "buffer", "buffer");
  check(state_->children.size() == other.state_->children.size(), complaint, "child module", "module");
  const NoGradGuard no_grad;
  const auto copy = [](Tensor& to, const Tensor& from) {
    if (!from.defined()) return to.reset();
    if (!to.defined())
      to = from.detach().clone();
    else
      to.set_data(from.detach().clone());
    to.requires_grad_(from.requires_grad());
  };
  for (const auto& [name, tensor] : other.state_->parameters) {
    copy(state_->parameters[name], tensor);
    if (tensor.defined()) detail::Cloning::note(tensor, state_->parameters[name]);
  }
  for (const auto& [name, buffer] : other.state_->buffers) copy(state_->buffers[name].tensor, buffer.tensor);
  for (const auto& [name, child] : other.state_->children) state_->children[name]->clone_from(*child, device);
}

Tensor Module::forward(Tensor) {
  NotImplementedError error(fmt::format("Module [{}] is missing the required \"forward\" function", short_name()));
  error.set_hint("write it as: Tensor forward(Tensor x) override { ... } (other parameters do not override it)");
  throw error;
}

ModulePointer::operator std::shared_ptr<Module>() const {
  auto module = std::dynamic_pointer_cast<Module>(static_cast<const std::shared_ptr<ModuleBase>&>(*this));
  check<TypeError>(module || !*this,
                   "{} is no nn::Module, which takes a Tensor and returns one: hold it as its own type, or as "
                   "std::shared_ptr<nn::ModuleBase>",
                   *this ? get()->name() : "");
  return module;
}

Tensor Module::operator()(Input input) {
  return detail::call(*this, input.site, [&]() -> Tensor {
    const auto run = [&] { return forward(std::move(input.tensor)); };
    return has_hooks() ? detail::between_hooks(*this, {&input.tensor}, run) : run();
  });
}

}  // namespace xgrad::nn
