/// ModuleBase: the tree of parameters, buffers and submodules that every module is.
#pragma once

#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/hooks.hpp>
#include <xgrad/nn/method_keywords.hpp>
#include <xgrad/nn/ordered_dict.hpp>

#include <concepts>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::serialize {
class OutputArchive;
class InputArchive;
}  // namespace xgrad::serialize

namespace xgrad::nn {

class Module;

namespace detail {
class Quietly;
struct ModuleHolderTag {};

/// nn::Linear and the like: a shared pointer to an Impl.
template <class T>
concept Holder = std::derived_from<std::remove_cvref_t<T>, ModuleHolderTag>;

/// A module itself, not a handle on one.
template <class T>
concept ModuleType = std::derived_from<std::remove_cvref_t<T>, ModuleBase>;

/// `as<nn::Linear>()` means LinearImpl.
template <class T>
struct Contained {
  using type = T;
};
template <Holder T>
struct Contained<T> {
  using type = typename T::ContainedType;
};
}  // namespace detail

/// The names that load_state_dict did not find, and those it did not know.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;
  std::vector<std::string> unexpected_keys;
};

/// Registers parameters, buffers and submodules under names, and does everything that needs no `forward`: derive from
/// it to give `forward` any parameters and any result. (A module from one tensor to one tensor derives from
/// nn::Module.)
///
/// Copying a module, like copying a Tensor and like assignment in Python, makes a second handle on the same parameters,
/// buffers, submodules and mode: `b = a` trains one model, not two. `model = Model()` leaves the old tree to its other
/// owners and takes over the new one. clone() makes an independent module.
class ModuleBase : public std::enable_shared_from_this<ModuleBase> {
 public:
  using Pointer = std::shared_ptr<ModuleBase>;

  ModuleBase();
  /// A module that calls itself `name` in prints and errors, instead of its type's name.
  explicit ModuleBase(std::string name);
  ModuleBase(const ModuleBase&);
  ModuleBase& operator=(const ModuleBase&);
  virtual ~ModuleBase();

  /// The name given, or the C++ name of the dynamic type: "xgrad::nn::LinearImpl".
  const std::string& name() const;
  /// What Python's print shows: the type's name without namespaces and without a holder's "Impl", "Linear".
  std::string short_name() const;

  // --- registration. A name must not be empty, contain a dot, or be taken by another parameter, buffer or submodule.
  /// Makes `tensor` (a leaf, or undefined for none) a parameter and returns it; throws for integers that would require
  /// gradients. The reference lives until the next registration.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  template <kwargs::Keyworded K>
  Tensor& register_parameter(std::string name, Tensor tensor, const K& requires_grad) {
    return register_parameter(std::move(name), std::move(tensor),
                              only<kwargs::key::requires_grad>(true, requires_grad));
  }
  /// Puts another tensor, of the same terms, under a name that is registered already, as assigning to an attribute does
  /// in Python. The member that forward() reads is a handle of its own, so it is assigned too:
  ///
  ///     decoder->weight = decoder->replace_parameter("weight", encoder->weight);
  [[nodiscard("the module's member is still the old tensor: assign the result to it")]] Tensor& replace_parameter(
      const std::string& name, Tensor tensor, bool requires_grad = true);
  template <kwargs::Keyworded K>
  [[nodiscard]] Tensor& replace_parameter(const std::string& name, Tensor tensor, const K& requires_grad) {
    return replace_parameter(name, std::move(tensor), only<kwargs::key::requires_grad>(true, requires_grad));
  }
  /// Adds a tensor that belongs to the module and is not trained. Buffers that are not persistent stay out of
  /// state_dict().
  Tensor& register_buffer(std::string name, Tensor tensor, bool persistent = true);
  template <kwargs::Keyworded K>
  Tensor& register_buffer(std::string name, Tensor tensor, const K& persistent) {
    return register_buffer(std::move(name), std::move(tensor), only<kwargs::key::persistent>(true, persistent));
  }
  /// Adds a submodule (holder, shared pointer, or a module by value) and returns it:
  ///
  ///     nn::Linear layer1 = register_module("layer1", nn::Linear(784, 50));
  template <class M>
  std::shared_ptr<M> register_module(std::string name, std::shared_ptr<M> module) {
    add_child(std::move(name), module);
    return module;
  }
  template <detail::Holder H>
  H register_module(std::string name, H holder) {
    add_child(std::move(name), holder.is_empty() ? nullptr : holder.ptr());
    return holder;
  }
  template <detail::ModuleType M>
  M register_module(std::string name, M module) {
    add_child(std::move(name), std::make_shared<M>(module));
    return module;
  }
  /// Puts another submodule under a name that is registered already.
  template <class M>
  std::shared_ptr<M> replace_module(const std::string& name, std::shared_ptr<M> module) {
    replace_child(name, module);
    return module;
  }
  template <detail::Holder H>
  H replace_module(const std::string& name, H holder) {
    replace_child(name, holder.ptr());
    return holder;
  }
  /// Python's add_module: registers, or replaces the submodule of that name.
  void add_module(const std::string& name, Pointer module);
  template <detail::ModuleType M>
  void add_module(const std::string& name, M module) {
    add_module(name, std::make_shared<M>(module));
  }
  void unregister_module(const std::string& name);
  void unregister_parameter(const std::string& name);
  void unregister_buffer(const std::string& name);

  // --- parameters that are expressed by others, as nn::utils::weight_norm does
  /// What a computed tensor should be; `in_forward` tells a call of the module from other occasions.
  using Computation = std::function<Tensor(ModuleBase&, bool in_forward)>;
  /// The tensor that parameter `name` is stops being one. Before each forward it, and with it every handle that there
  /// is on it, is given the contents that `compute` returns, with their place in the graph. `by` says who does that.
  /// Returns the old contents, as a leaf. Throws Error if it is computed already, ValueError if it is undefined.
  Tensor compute_parameter(const std::string& name, std::string by, Computation compute);
  /// Whether `name` is computed, by this one.
  bool is_computed(const std::string& name, const std::string& by) const;
  /// Computes it anew, now.
  void recompute(const std::string& name, bool in_forward = false);
  /// It is a parameter again, registered behind the others, with the value that it would be given now.
  void stop_computing(const std::string& name);

  /// Whether its parameters wait for the first input to have a shape (nn/modules/lazy.hpp). Until then state_dict()
  /// lists them as undefined tensors, and parameters() throws ValueError, here and in the modules above.
  bool has_uninitialized_params() const noexcept;

  // --- the tree, in order of registration, outer before inner; what is registered twice is listed once. By position or
  // by keyword: `named_parameters("net", false)`, `named_parameters(prefix = "net", recurse = false)`
  std::vector<Tensor> parameters(bool recurse = true) const;
  template <kwargs::Keyworded K>
  std::vector<Tensor> parameters(const K& recurse) const {
    return parameters(only<kwargs::key::recurse>(true, recurse));
  }
  std::vector<Tensor> buffers(bool recurse = true) const;
  template <kwargs::Keyworded K>
  std::vector<Tensor> buffers(const K& recurse) const {
    return buffers(only<kwargs::key::recurse>(true, recurse));
  }
  OrderedDict<std::string, Tensor> named_parameters(bool recurse = true) const { return parameters_below({}, recurse); }
  /// With `prefix` and a dot before each name. (A template, since text in quotes would rather be a bool than a string.)
  template <std::convertible_to<std::string> Text>
  OrderedDict<std::string, Tensor> named_parameters(const Text& prefix, bool recurse = true) const {
    return parameters_below(prefix, recurse);
  }
  template <std::convertible_to<std::string> Text, kwargs::Keyworded K>
  OrderedDict<std::string, Tensor> named_parameters(const Text& prefix, const K& recurse) const {
    return parameters_below(prefix, only<kwargs::key::recurse>(true, recurse));
  }
  template <kwargs::Keyworded... K>
  OrderedDict<std::string, Tensor> named_parameters(const K&... k) const {
    return parameters_below(Below::get<kwargs::key::prefix>(std::string(), k...),
                            Below::get<kwargs::key::recurse>(true, k...));
  }
  OrderedDict<std::string, Tensor> named_buffers(bool recurse = true) const { return buffers_below({}, recurse); }
  template <std::convertible_to<std::string> Text>
  OrderedDict<std::string, Tensor> named_buffers(const Text& prefix, bool recurse = true) const {
    return buffers_below(prefix, recurse);
  }
  template <std::convertible_to<std::string> Text, kwargs::Keyworded K>
  OrderedDict<std::string, Tensor> named_buffers(const Text& prefix, const K& recurse) const {
    return buffers_below(prefix, only<kwargs::key::recurse>(true, recurse));
  }
  template <kwargs::Keyworded... K>
  OrderedDict<std::string, Tensor> named_buffers(const K&... k) const {
    return buffers_below(Below::get<kwargs::key::prefix>(std::string(), k...),
                         Below::get<kwargs::key::recurse>(true, k...));
  }
  std::vector<Pointer> children() const;
  OrderedDict<std::string, Pointer> named_children() const;
  /// This module and all below it. A module that no shared pointer owns is listed by a pointer that does not own it.
  std::vector<Pointer> modules(bool include_self = true) const;
  template <kwargs::Keyworded K>
  std::vector<Pointer> modules(const K& include_self) const {
    return modules(only<kwargs::key::include_self>(true, include_self));
  }
  /// With `remove_duplicate = false`, once for every name.
  OrderedDict<std::string, Pointer> named_modules(const std::string& name_prefix = {}, bool include_self = true,
                                                  bool remove_duplicate = true) const;
  template <kwargs::Keyworded... K>
  OrderedDict<std::string, Pointer> named_modules(const K&... k) const {
    using Keys = kwargs::Among<kwargs::key::prefix, kwargs::key::include_self, kwargs::key::remove_duplicate>;
    return named_modules(Keys::get<kwargs::key::prefix>(std::string(), k...),
                         Keys::get<kwargs::key::include_self>(true, k...),
                         Keys::get<kwargs::key::remove_duplicate>(true, k...));
  }
  /// What is registered under a dotted path, "net.conv" or "net.conv.weight"; the empty path is this module itself.
  /// Throws Error when there is nothing of that name, or something else.
  Pointer get_submodule(const std::string& target) const;
  Tensor get_parameter(const std::string& target) const;
  Tensor get_buffer(const std::string& target) const;

  /// Calls `f` for this module and all below it (defined in module.hpp). `f` takes a module (Module&, ModuleBase& or
  /// their const, or a `std::shared_ptr<ModuleBase>`), with its dotted name before it if it likes. Taking nn::Module&
  /// visits those that are one.
  ///
  ///     model.apply([](nn::Module& m) {
  ///       if (auto* linear = m.as<nn::Linear>()) nn::init::zeros_(linear->bias);
  ///     });
  template <class F>
  void apply(F&& f, const std::string& name_prefix = {});
  template <class F>
  void apply(F&& f, const std::string& name_prefix = {}) const;

  // --- mode, dtype, gradients
  /// Sets training mode (dropout drops), here and below.
  virtual void train(bool on = true);
  template <kwargs::Keyworded K>
  void train(const K& mode) {
    train(only<kwargs::key::mode>(true, mode));
  }
  void eval() { train(false); }
  virtual bool is_training() const noexcept;
  /// Converts floating parameters and buffers, and gradients, in place; throws TypeError for a dtype without fractions.
  virtual void to(ScalarType dtype, bool non_blocking = false);
  virtual void to(Device device, bool non_blocking = false);
  virtual void to(Device device, ScalarType dtype, bool non_blocking = false);
  void to(const char* device) { to(Device(device)); }
  /// To the dtype of `other`.
  void to(const Tensor& other, bool non_blocking = false) { to(other.device(), other.dtype(), non_blocking); }
  template <class... K>
  requires kwargs::Keywords<K...>
  void to(const K&... k) {
    using Keys = kwargs::Among<kwargs::key::device, kwargs::key::dtype, kwargs::key::non_blocking>;
    to_either(Keys::get<kwargs::key::device>(std::optional<Device>(), k...),
              Keys::get<kwargs::key::dtype>(std::optional<ScalarType>(), k...),
              Keys::get<kwargs::key::non_blocking>(false, k...));
  }
  template <kwargs::Keyworded... K>
  void to(Device device, const K&... k) {
    using Keys = kwargs::Among<kwargs::key::dtype, kwargs::key::non_blocking>;
    to_either(device, Keys::get<kwargs::key::dtype>(std::optional<ScalarType>(), k...),
              Keys::get<kwargs::key::non_blocking>(false, k...));
  }
  template <kwargs::Keyworded K>
  void to(ScalarType dtype, const K& non_blocking) {
    to(dtype, only<kwargs::key::non_blocking>(false, non_blocking));
  }
  /// Parameters here and below start or stop asking for gradients.
  void requires_grad_(bool requires_grad = true);
  template <kwargs::Keyworded K>
  void requires_grad_(const K& requires_grad) {
    requires_grad_(only<kwargs::key::requires_grad>(true, requires_grad));
  }
  /// Forgets the parameters' gradients, or fills them with zeros. (`true` is PyTorch 2's default, 1.13's was `false`.)
  virtual void zero_grad(bool set_to_none = true);
  template <kwargs::Keyworded K>
  void zero_grad(const K& set_to_none) {
    zero_grad(only<kwargs::key::set_to_none>(true, set_to_none));
  }

  // --- hooks, which run when the module is called (not by `forward` itself), in the order of registration
  /// Before forward, with the tensors among the arguments (nn/hooks.hpp).
  RemovableHandle register_forward_pre_hook(ForwardPreHook hook);
  /// After forward, with these and the tensors of the result.
  RemovableHandle register_forward_hook(ForwardHook hook);
  /// In backward, once the gradients of all arguments are there.
  RemovableHandle register_full_backward_hook(FullBackwardHook hook);
  bool has_hooks() const noexcept;

  // --- saving
  /// Parameters and persistent buffers by dotted name behind `prefix`, detached and sharing memory; themselves with
  /// `keep_vars`.
  OrderedDict<std::string, Tensor> state_dict(const std::string& prefix = {}, bool keep_vars = false) const;
  template <kwargs::Keyworded... K>
  OrderedDict<std::string, Tensor> state_dict(const K&... k) const {
    using Keys = kwargs::Among<kwargs::key::prefix, kwargs::key::keep_vars>;
    return state_dict(Keys::get<kwargs::key::prefix>(std::string(), k...),
                      Keys::get<kwargs::key::keep_vars>(false, k...));
  }
  /// Copies the tensors of `state_dict` into parameters and buffers of the same names, converting dtypes. Throws Error
  /// listing all missing and unexpected keys and every shape that differs, and then changes nothing. With
  /// `strict = false`, missing and unexpected keys are only returned.
  IncompatibleKeys load_state_dict(const OrderedDict<std::string, Tensor>& state_dict, bool strict = true);
  template <kwargs::Keyworded K>
  IncompatibleKeys load_state_dict(const OrderedDict<std::string, Tensor>& state_dict, const K& strict) {
    return load_state_dict(state_dict, only<kwargs::key::strict>(true, strict));
  }

  /// Writes parameters, persistent buffers and submodules under their names, as libtorch does, and reads them back into
  /// their places, converting dtypes (serialize/archive.hpp). A module with more to keep overrides both. load() throws
  /// Error for a name that is missing and for another shape, and then has changed nothing.
  virtual void save(serialize::OutputArchive& archive) const;
  virtual void load(serialize::InputArchive& archive);
  /// Whether save() and load() of the module around it take this one in.
  virtual bool is_serializable() const { return true; }

  /// An independent module with copied parameters and buffers: derive from Cloneable to have it.
  virtual Pointer clone(const std::optional<Device>& device = std::nullopt) const;

  // --- text
  /// The arguments that print between the parentheses: "in_features=784, out_features=50, bias=True".
  virtual std::string extra_repr() const { return {}; }
  /// Writes the module without its submodules. Overriding it replaces "Name(extra_repr)" in prints.
  virtual void pretty_print(std::ostream& out) const;
  /// What Python's print gives: the module and, indented, its submodules.
  std::string str() const;

  /// This module as an M (a holder's name or an Impl's), or null when it is something else.
  template <class M>
  auto* as() noexcept {
    return dynamic_cast<typename detail::Contained<M>::type*>(this);
  }
  template <class M>
  const auto* as() const noexcept {
    return dynamic_cast<const typename detail::Contained<M>::type*>(this);
  }
  template <class M>
  bool is() const noexcept {
    return as<M>() != nullptr;
  }
  /// The name under which the module was last registered; empty when it was not.
  const std::string& registered_name() const;

 protected:
  /// Lets go of what this copy of a module shares with the original, except for names and mode: clone() starts so.
  void start_anew();
  /// Parameters and buffers of these names will be registered later.
  void announce(std::vector<std::string> names);
  /// They are registered, and the module prints as this one.
  void become_initialized(std::string name);
  /// What a parameter or buffer becomes where a state_dict has no such name: undefined where it ought to have.
  virtual Tensor value_if_missing(const std::string& /*name*/) const { return {}; }
  /// Told before a state_dict is loaded, whose keys for this module begin with `prefix`.
  virtual void before_loading(const OrderedDict<std::string, Tensor>&, const std::string& /*prefix*/) {}

 private:
  template <class Derived, class Base>
  friend class Cloneable;
  friend class detail::HookedCall;
  friend class detail::Quietly;

  struct Computed;
  struct State;  // what copies of a module share: module_state.hpp
  struct Loading;

  using Below = kwargs::Among<kwargs::key::prefix, kwargs::key::recurse>;
  /// The value of a call's keyword, which has to be Key.
  template <class Key, class T, class K>
  static T only(T fallback, const K& keyword) {
    return kwargs::Among<Key>::template get<Key>(fallback, keyword);
  }
  void to_either(std::optional<Device> device, std::optional<ScalarType> dtype, bool non_blocking);
  OrderedDict<std::string, Tensor> parameters_below(const std::string& prefix, bool recurse) const;
  OrderedDict<std::string, Tensor> buffers_below(const std::string& prefix, bool recurse) const;
  void add_child(std::string name, Pointer module);
  void replace_child(const std::string& name, Pointer module);
  void check_name(const char* kind, const std::string& name) const;
  static Tensor as_parameter(const std::string& name, Tensor tensor, bool requires_grad);
  Pointer self() const;
  void copy_computed_from(const ModuleBase& other);
  std::shared_ptr<detail::HookLists> hook_lists();
  void collect_state(const std::string& prefix, bool keep_vars, OrderedDict<std::string, Tensor>& into) const;
  void announce_loading(const std::string& prefix, const OrderedDict<std::string, Tensor>& source);
  void plan_loading(const std::string& prefix, Loading& loading) const;
  void check_initialized(const char* caller) const;
  /// Throws that nothing, or nothing of that `kind`, is called `name`.
  [[noreturn]] void fail_to_get(const std::string& name, const char* kind) const;
  /// Every module below (and this one), once each or once a name, as (dotted name, pointer).
  void walk(const std::string& name, bool include_self, bool once,
            const std::function<void(const std::string&, const Pointer&)>& visit) const;
  std::string header() const;

  // What Cloneable is made of: become a copy of `other`; copy tensors and submodules from `other` into those that
  // reset() registered anew.
  virtual void clone_from(const ModuleBase& other, const std::optional<Device>& device);
  void copy_tree_from(const ModuleBase& other, const std::optional<Device>& device);
  /// clone() from where `copy` has this module's members: owns it, calls `reset`, copies tensors and submodules.
  Pointer finish_clone(ModuleBase* copy, void (*reset)(ModuleBase&), const std::optional<Device>& device) const;

  std::shared_ptr<State> state_;
};

std::ostream& operator<<(std::ostream& out, const ModuleBase& module);

}  // namespace xgrad::nn
