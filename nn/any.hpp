/// AnyModule: one type for modules of every type, whatever their forward takes and returns.
#pragma once

#include <xgrad/nn/holder.hpp>
#include <xgrad/nn/modules/callable.hpp>

#include <any>
#include <concepts>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <typeinfo>
#include <utility>
#include <vector>

namespace xgrad::nn {

namespace detail {
/// The C++ name of a type.
std::string type_name(const std::type_info& type);
}  // namespace detail

/// A value of any copyable type, which knows its type.
class AnyValue {
 public:
  template <class T>
  requires(!std::same_as<std::decay_t<T>, AnyValue>) explicit AnyValue(T&& value)
      : value_(std::forward<T>(value)), collect_([](std::vector<Tensor*>& into, std::any& held) {
          detail::collect(into, *std::any_cast<std::decay_t<T>>(&held));
        }) {}

  /// The value, or null when it has another type than T.
  template <class T>
  T* try_get() {
    return std::any_cast<T>(&value_);
  }
  /// The value; throws TypeError when it has another type than T.
  template <class T>
  T get() {
    if (T* value = try_get<T>()) return *value;
    fail<TypeError>("Attempted to cast AnyValue to {}, but its actual type is {}", detail::type_name(typeid(T)),
                    detail::type_name(type_info()));
  }
  const std::type_info& type_info() const noexcept { return value_.type(); }
  /// The tensors in it, for a module's hooks.
  friend void collect(std::vector<Tensor*>& into, AnyValue& value) { value.collect_(into, value.value_); }

 private:
  std::any value_;
  void (*collect_)(std::vector<Tensor*>& into, std::any& held);
};

namespace detail {

/// The arguments of a forward that may be left out: their positions, and what they are then.
class DefaultArguments {
 public:
  DefaultArguments(std::initializer_list<std::pair<std::size_t, AnyValue>> given) : list_(given) {}
  /// How many arguments there have to be.
  std::size_t required() const { return list_.front().first; }
  /// Appends those that are missing.
  void complete(std::vector<AnyValue>& arguments) const {
    for (const auto& [position, value] : list_) {
      if (position >= arguments.size()) arguments.push_back(value);
    }
  }

 private:
  std::vector<std::pair<std::size_t, AnyValue>> list_;
};

// The parameters of a forward that is neither overloaded nor a template.
template <class F>
struct Signature;
template <class C, class R, class... A>
struct Signature<R (C::*)(A...)> {
  using Result = R;
  using Parameters = std::tuple<A...>;
};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (C::*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (C::*)(A...)> {};
template <class C, class R, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (C::*)(A...)> {};

template <class M>
concept PlainForward = requires {
  &M::forward;
};
// The parameters of a module's forward; one that is overloaded says them in ForwardParameters.
template <class M>
struct ParametersOf;
template <PlainForward M>
struct ParametersOf<M> {
  using type = typename Signature<decltype(&M::forward)>::Parameters;
};
template <class M>
requires(!PlainForward<M> && requires { typename M::ForwardParameters; }) struct ParametersOf<M> {
  using type = typename M::ForwardParameters;
};
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class M>
concept TensorToTensor = requires(M& module, Tensor x) {
  { module.forward(std::move(x)) } -> std::same_as<Tensor>;
};

/// The module behind a holder, a shared pointer, a module by value, or a function from tensor to tensor.
template <class M>
std::shared_ptr<M> module_pointer(std::shared_ptr<M> module) {
  return module;
}
template <Holder H>
auto module_pointer(const H& holder) {
  return holder.ptr();
}
template <ModuleType M>
auto module_pointer(M&& module) {
  return std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module));
}
template <class F>
requires(!Holder<F> && !ModuleType<F> &&
         std::convertible_to<F, std::function<Tensor(Tensor)>>) auto module_pointer(F&& function) {
  return std::make_shared<FunctionalImpl>(std::forward<F>(function));
}

class AnyContent {
 public:
  explicit AnyContent(const std::type_info& type) : type(type) {}
  virtual ~AnyContent() = default;
  virtual AnyValue forward(std::vector<AnyValue> arguments) = 0;
  virtual Tensor forward(Tensor input) = 0;
  virtual bool tensor_to_tensor() const = 0;
  virtual std::shared_ptr<ModuleBase> pointer() const = 0;
  virtual const ModuleBase& held() const = 0;
  virtual std::unique_ptr<AnyContent> copy() const = 0;
  virtual std::unique_ptr<AnyContent> clone(const std::optional<Device>& device) const = 0;

  const std::type_info& type;
};

template <class M>
class AnyContentOf final : public AnyContent {
 public:
  explicit AnyContentOf(std::shared_ptr<M> given) : AnyContent(typeid(M)), module(std::move(given)) {}

  AnyValue forward(std::vector<AnyValue> arguments) override {
    if constexpr (TensorToTensor<M>) {
      if (arguments.size() == 1) {
        if (auto* tensor = arguments[0].try_get<Tensor>()) return AnyValue(forward(std::move(*tensor)));
      }
    }
    if constexpr (requires { &M::run_packed; }) {
      using Parameters = typename Signature<decltype(&M::run_packed)>::Parameters;
      if (!arguments.empty() && arguments[0].try_get<std::decay_t<std::tuple_element_t<0, Parameters>>>()) {
        return call<Parameters>(arguments,
                                [&](auto&&... a) { return module->run_packed(std::forward<decltype(a)>(a)...); });
      }
    }
    if constexpr (requires { typename ParametersOf<M>::type; }) {
      return call<typename ParametersOf<M>::type>(
          arguments, [&](auto&&... a) { return module->forward(std::forward<decltype(a)>(a)...); });
    } else {
      static_assert(TensorToTensor<M>,
                    "AnyModule needs a module whose forward() is one function, not a template, or "
                    "takes a Tensor and returns one");
      fail<TypeError>("{}'s forward() method expects one Tensor", type_name(typeid(M)));
    }
  }
  Tensor forward(Tensor input) override {
    if constexpr (TensorToTensor<M>) {
      return module->forward(std::move(input));
    } else {
      std::vector<AnyValue> arguments;
      arguments.emplace_back(std::move(input));
      return forward(std::move(arguments)).template get<Tensor>();
    }
  }
  bool tensor_to_tensor() const override { return TensorToTensor<M>; }
  std::shared_ptr<ModuleBase> pointer() const override { return module; }
  const ModuleBase& held() const override { return *module; }
  std::unique_ptr<AnyContent> copy() const override { return std::make_unique<AnyContentOf>(module); }
  std::unique_ptr<AnyContent> clone(const std::optional<Device>& device) const override {
    return std::make_unique<AnyContentOf>(std::dynamic_pointer_cast<M>(module->clone(device)));
  }

  std::shared_ptr<M> module;

 private:
  template <class Parameters, class F>
  static AnyValue call(std::vector<AnyValue>& arguments, F&& forward) {
    constexpr std::size_t count = std::tuple_size_v<Parameters>;
    if constexpr (requires { M::_forward_default_args(); }) {
      const DefaultArguments defaults = M::_forward_default_args();
      check<TypeError>(arguments.size() >= defaults.required() && arguments.size() <= count,
                       "{}'s forward() method expects at least {} argument(s) and at most {} argument(s), but received "
                       "{}.",
                       type_name(typeid(M)), defaults.required(), count, arguments.size());
      defaults.complete(arguments);
    }
    check<TypeError>(arguments.size() == count, "{0}'s forward() method expects {1} argument(s), but received {2}.{3}",
                     type_name(typeid(M)), count, arguments.size(),
                     arguments.size() < count ? " If it has default arguments, declare them with "
                                                "FORWARD_HAS_DEFAULT_ARGS."
                                              : "");
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return AnyValue(forward(argument<std::tuple_element_t<I, Parameters>>(arguments, I)...));
    }
    (std::make_index_sequence<count>());
  }
  template <class Parameter>
  static std::decay_t<Parameter> argument(std::vector<AnyValue>& arguments, std::size_t i) {
    static_assert(!std::is_lvalue_reference_v<Parameter> || std::is_const_v<std::remove_reference_t<Parameter>>,
                  "Modules stored inside AnyModule must not take references. Use pointers instead.");
    if constexpr (is_optional<std::decay_t<Parameter>>) {
      using Inner = typename std::decay_t<Parameter>::value_type;
      if (auto* inner = arguments[i].try_get<Inner>()) return std::move(*inner);
    }
    auto* value = arguments[i].try_get<std::decay_t<Parameter>>();
    check<TypeError>(value != nullptr, "Expected argument #{} to be of type {}, but received value of type {}", i,
                     type_name(typeid(Parameter)), type_name(arguments[i].type_info()));
    return std::move(*value);
  }
};

}  // namespace detail

/// Holds a module of any type; copies share it, clone() does not.
///
///     nn::AnyModule any(nn::Linear(3, 4));
///     Tensor y = any.forward(x);
///     auto words = other.forward<std::string>(x, 5);
///
/// A forward with default arguments says them again with FORWARD_HAS_DEFAULT_ARGS.
class AnyModule {
 public:
  AnyModule() = default;
  AnyModule(indexing::NoneType) {}
  AnyModule(const AnyModule& other) : content_(other.content_ ? other.content_->copy() : nullptr) {}
  AnyModule(AnyModule&&) noexcept = default;
  AnyModule& operator=(AnyModule other) noexcept {
    content_ = std::move(other.content_);
    return *this;
  }
  /// From a holder, a shared pointer, a module by value, or a function from tensor to tensor. A pointer to ModuleBase,
  /// which does not say what forward is, has to point to a Module; throws TypeError otherwise.
  template <class M>
  requires(!std::same_as<std::remove_cvref_t<M>, AnyModule>) explicit AnyModule(M&& module) {
    auto pointer = detail::module_pointer(std::forward<M>(module));
    using Impl = typename decltype(pointer)::element_type;
    check<TypeError>(pointer != nullptr, "AnyModule cannot hold an empty module");
    if constexpr (std::same_as<Impl, ModuleBase>)  // of an unknown type, but perhaps from one tensor to one
      *this = AnyModule(std::shared_ptr<Module>(ModulePointer(std::move(pointer))));
    else
      content_ = std::make_unique<detail::AnyContentOf<Impl>>(std::move(pointer));
  }
  template <class M>
  AnyModule& operator=(std::shared_ptr<M> module) {
    return *this = AnyModule(std::move(module));
  }

  AnyModule clone(const std::optional<Device>& device = std::nullopt) const {
    AnyModule copy;
    if (content_) copy.content_ = content_->clone(device);
    return copy;
  }

  /// Calls forward with arguments of exactly the types it takes; throws TypeError for others.
  template <class... Args>
  AnyValue any_forward(Args&&... args) {
    std::vector<AnyValue> arguments;
    arguments.reserve(sizeof...(Args));
    (arguments.push_back(value_of(std::forward<Args>(args))), ...);
    detail::AnyContent& content = checked("forward");
    return detail::call(content.held(), {}, [&]() -> AnyValue {
      const auto run = [&] { return content.forward(std::move(arguments)); };
      if (!content.held().has_hooks()) return run();
      std::vector<Tensor*> tensors;
      for (AnyValue& a : arguments) collect(tensors, a);
      return detail::between_hooks(content.held(), std::move(tensors), run);
    });
  }
  template <class Result = Tensor, class... Args>
  Result forward(Args&&... args) {
    return any_forward(std::forward<Args>(args)...).template get<Result>();
  }
  /// The common case, without boxing.
  Tensor operator()(Input input) {
    detail::AnyContent& content = checked("forward");
    return detail::call(content.held(), input.site, [&]() -> Tensor {
      const auto run = [&] { return content.forward(std::move(input.tensor)); };
      return content.held().has_hooks() ? detail::between_hooks(content.held(), {&input.tensor}, run) : run();
    });
  }
  /// Whether forward takes one Tensor and returns one.
  bool tensor_to_tensor() const { return checked("tensor_to_tensor").tensor_to_tensor(); }

  /// The module as an Impl, `get<LinearImpl>()`, or as a holder, `get<Linear>()`; throws TypeError for another type.
  template <detail::ModuleType M>
  M& get() const {
    return *ptr<M>();
  }
  template <detail::Holder H>
  H get() const {
    return H(ptr<typename H::ContainedType>());
  }
  ModulePointer ptr() const { return checked("ptr").pointer(); }
  template <detail::ModuleType M>
  std::shared_ptr<M> ptr() const {
    auto pointer = std::dynamic_pointer_cast<M>(checked("get").pointer());
    check<TypeError>(pointer != nullptr, "Attempted to cast module of type {} to type {}",
                     detail::type_name(type_info()), detail::type_name(typeid(M)));
    return pointer;
  }
  const std::type_info& type_info() const { return checked("type_info").type; }
  bool is_empty() const noexcept { return content_ == nullptr; }

 private:
  detail::AnyContent& checked(const char* caller) const {
    check(!is_empty(), "Cannot call {}() on an empty AnyModule", caller);
    return *content_;
  }
  static AnyValue value_of(AnyValue value) { return value; }
  template <class T>
  requires(!std::same_as<std::decay_t<T>, AnyValue>) static AnyValue value_of(T&& value) {
    return AnyValue(std::forward<T>(value));
  }

  std::unique_ptr<detail::AnyContent> content_;
};

/// A module and the name under which a container registers it: `{"fc", nn::Linear(3, 4)}`.
class NamedAnyModule {
 public:
  template <class M>
  NamedAnyModule(std::string name, M&& module) : name_(std::move(name)), module_(std::forward<M>(module)) {}
  const std::string& name() const noexcept { return name_; }
  AnyModule& module() noexcept { return module_; }
  const AnyModule& module() const noexcept { return module_; }

 private:
  std::string name_;
  AnyModule module_;
};

}  // namespace xgrad::nn

/// In a module's class: which arguments of its forward may be left out when an AnyModule or a Sequential calls it, as
/// their positions from 0 on and their values.
///
///     struct ScaleImpl : nn::Cloneable<ScaleImpl> {
///       Tensor forward(Tensor x, double by = 2, double plus = 0) { return x * by + plus; }
///       FORWARD_HAS_DEFAULT_ARGS({1, nn::AnyValue(2.)}, {2, nn::AnyValue(0.)})
///     };
#define FORWARD_HAS_DEFAULT_ARGS(...)             \
  template <class>                                \
  friend class ::xgrad::nn::detail::AnyContentOf; \
  static ::xgrad::nn::detail::DefaultArguments _forward_default_args() { return {__VA_ARGS__}; }
