/// ModuleHolder: modules with the reference semantics Python's have.
#pragma once

#include <xgrad/nn/cloneable.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ostream>
#include <tuple>
#include <vector>

namespace xgrad::nn {

namespace detail {

template <class M>
class AnyContentOf;
class DefaultArguments;

template <class M, class... Args>
concept ForwardTakes = requires(M& module, Args&&... args) {
  module.forward(std::forward<Args>(args)...);
};

/// A copy of an argument, passed on as the argument was given: an lvalue, or to be moved from.
template <class Given, class Own>
decltype(auto) as_given(Own& own) {
  if constexpr (std::is_lvalue_reference_v<Given>)
    return static_cast<Own&>(own);
  else
    return static_cast<Own&&>(own);
}

// Its forward is Module's virtual function, and there is no other.
template <class M>
concept OnlyForward = std::derived_from<M, Module> && requires {
  requires std::same_as<decltype(&M::forward), Tensor (M::*)(Tensor)>;
};

// Calls with one or two tensors go through Input, to know where they are made.
template <class M, class... Args>
concept CalledWithTensors =
    (sizeof...(Args) == 1 || sizeof...(Args) == 2) &&
    ((std::convertible_to<Args, Tensor> || std::same_as<std::remove_cvref_t<Args>, Input>)&&...) &&
    ((sizeof...(Args) == 1 && ForwardTakes<M, Tensor>) || (sizeof...(Args) == 2 && ForwardTakes<M, Tensor, Tensor>));

}  // namespace detail

/// A shared handle on an Impl, made by TORCH_MODULE. `nn::Linear layer(784, 50)` constructs the LinearImpl with those
/// arguments; `layer(x)` calls its forward; `layer->weight` reaches into it; copies share it; `nullptr` makes none.
template <class Contained>
class ModuleHolder : public detail::ModuleHolderTag {
 public:
  using ContainedType = Contained;

  ModuleHolder() : impl_(std::make_shared<Contained>()) {
    static_assert(std::is_default_constructible_v<Contained>,
                  "this module has no default constructor; give it arguments, or `= nullptr` to leave it empty");
  }
  ModuleHolder(std::nullptr_t) {}
  ModuleHolder(std::shared_ptr<Contained> module) : impl_(std::move(module)) {}
  template <class Head, class... Tail>
  requires(!std::derived_from<std::remove_cvref_t<Head>, ModuleHolder> ||
           sizeof...(Tail) > 0) explicit ModuleHolder(Head&& head, Tail&&... tail)
      : impl_(std::make_shared<Contained>(std::forward<Head>(head), std::forward<Tail>(tail)...)) {}

  bool is_empty() const noexcept { return impl_ == nullptr; }
  explicit operator bool() const noexcept { return !is_empty(); }
  /// The Impl; throws Error when the holder is empty.
  Contained* get() const {
    check(!is_empty(), "Accessing empty ModuleHolder");
    return held();
  }
  std::shared_ptr<Contained> ptr() const {
    check(!is_empty(), "Accessing empty ModuleHolder");
    return std::static_pointer_cast<Contained>(impl_);
  }
  Contained* operator->() const { return get(); }
  Contained& operator*() const { return *get(); }
  /// A holder is accepted where a shared pointer to its Impl, or to a base of it, is.
  template <class Base>
  requires std::derived_from<Contained, Base>
  operator std::shared_ptr<Base>() const { return std::static_pointer_cast<Contained>(impl_); }

  /// Calls the Impl's forward, with any arguments it takes. Errors are told which module they came from.
  decltype(auto) operator()(Input x) const {
    if constexpr (detail::OnlyForward<Contained>)
      return get()->Module::operator()(std::move(x));
    else
      return call(
          x.site, [&] { return detail::tensors_of(x.tensor); },
          [&]() -> decltype(auto) { return held()->forward(std::move(x.tensor)); });
  }
  decltype(auto) operator()(Input x, Input y) const {
    return call(
        x.site, [&] { return detail::tensors_of(x.tensor, y.tensor); },
        [&]() -> decltype(auto) { return held()->forward(std::move(x.tensor), std::move(y.tensor)); });
  }
  template <class... Args>
  requires(detail::ForwardTakes<Contained, Args...> && !detail::CalledWithTensors<Contained, Args...>) decltype(auto)
  operator()(Args&&... args) const {
    if constexpr ((std::constructible_from<std::decay_t<Args>, Args> && ...)) {
      if (get()->has_hooks()) {  // they may replace arguments, so forward gets copies
        std::tuple<std::decay_t<Args>...> own(std::forward<Args>(args)...);
        return std::apply(
            [&](auto&... one) -> decltype(auto) {
              return call(
                  {}, [&] { return detail::tensors_of(one...); },
                  [&]() -> decltype(auto) { return held()->forward(detail::as_given<Args>(one)...); });
            },
            own);
      }
    }
    return detail::call(*get(), {}, [&]() -> decltype(auto) { return held()->forward(std::forward<Args>(args)...); });
  }
  /// `up(x, output_size = y.sizes())`, of an Impl that has an OutputSizeCall to read it.
  template <kwargs::Keyworded K, class C = Contained, class Call = typename C::OutputSizeCall>
  decltype(auto) operator()(const Tensor& x, const K& output_size) const {
    return (*this)(x, kwargs::apply(Call(), output_size).output_size());
  }
  template <kwargs::Keyworded K, class C = Contained, class Call = typename C::OutputSizeCall>
  decltype(auto) operator()(const Tensor& x, const Tensor& y, const K& output_size) const {
    return (*this)(x, y, kwargs::apply(Call(), output_size).output_size());
  }
  /// Any other arguments: a compile error in words. (A holder that takes keywords declares that call itself.)
  template <class... Args>
  requires(!detail::ForwardTakes<Contained, Args...> && !detail::CalledWithTensors<Contained, Args...> &&
           !(kwargs::Keyworded<Args> || ...)) void
  operator()(Args&&...) const {
    static_assert(detail::ForwardTakes<Contained, Args...>, "this module's forward() does not take these arguments");
  }

  /// Containers: `layers[0]`, and `for (auto& layer : layers)`.
  template <class Index>
  decltype(auto) operator[](Index&& index) const {
    return (*get())[std::forward<Index>(index)];
  }
  auto begin() const requires requires(Contained& c) { c.begin(); }
  { return get()->begin(); }
  auto end() const requires requires(Contained& c) { c.end(); }
  { return get()->end(); }

 private:
  /// Runs forward, between the hooks if there are some; `inputs()` gives the tensors that it will read.
  template <class Inputs, class F>
  decltype(auto) call(CallSite site, Inputs&& inputs, F&& forward) const {
    return detail::call(*get(), site, [&]() -> decltype(auto) {
      if (held()->has_hooks()) return detail::between_hooks(*held(), inputs(), forward);
      return forward();
    });
  }

  Contained* held() const noexcept { return static_cast<Contained*>(impl_.get()); }

  // To a Contained. Without its type, since a program compiles this class for each of the library's modules, used or
  // not.
  std::shared_ptr<void> impl_;
};

template <class Contained>
std::ostream& operator<<(std::ostream& out, const ModuleHolder<Contained>& module) {
  return out << *module;
}

}  // namespace xgrad::nn

/// Defines the holder `Name` of the class `Impl`, or of `NameImpl`.
#define TORCH_MODULE_IMPL(Name, ImplType)                    \
  class Name : public ::xgrad::nn::ModuleHolder<ImplType> {  \
   public:                                                   \
    using ::xgrad::nn::ModuleHolder<ImplType>::ModuleHolder; \
    using Impl [[maybe_unused]] = ImplType;                  \
  }
#define TORCH_MODULE(Name) TORCH_MODULE_IMPL(Name, Name##Impl)

// TORCH_MODULE for the library's own, which are copied by code that modules/copies.cpp compiles.
#ifdef XGRAD_COMPILES_COPIES
#define XGRAD_COPYING template
#else
#define XGRAD_COPYING extern template
#endif
#define XGRAD_COPIED(Name) XGRAD_COPYING struct detail::Copying<Name##Impl>
#define XGRAD_LAYER(Name) \
  XGRAD_COPIED(Name);     \
  TORCH_MODULE(Name)
// A layer that takes several numbers, Python's tuple, at a place among its arguments: FIRST as nn::MaxPool2d({3, 2}),
// SECOND as nn::Unflatten(1, {2, 3}), THIRD as nn::Conv2d(3, 4, {3, 5}, stride = 2). As an array, since a braced list
// has no type that a template could deduce, and an initializer_list would take nn::Linear{3, 4} for itself.
#define XGRAD_SIZED_LAYER(Name, PLACE)            \
  XGRAD_COPIED(Name);                             \
  class Name : public ModuleHolder<Name##Impl> {  \
   public:                                        \
    using ModuleHolder<Name##Impl>::ModuleHolder; \
    using Impl [[maybe_unused]] = Name##Impl;     \
    Name() = default;                             \
    XGRAD_SIZES_##PLACE(Name)                     \
  }
#define XGRAD_SIZES_FIRST(Name)                                \
  template <std::size_t N, class... Rest>                      \
  explicit Name(const std::int64_t(&sizes)[N], Rest&&... rest) \
      : ModuleHolder(std::vector<std::int64_t>(sizes, sizes + N), std::forward<Rest>(rest)...) {}
#define XGRAD_SIZES_SECOND(Name)                                                   \
  template <class First, std::size_t N, class... Rest>                             \
  explicit Name(const First& first, const std::int64_t(&sizes)[N], Rest&&... rest) \
      : ModuleHolder(first, std::vector<std::int64_t>(sizes, sizes + N), std::forward<Rest>(rest)...) {}
#define XGRAD_SIZES_THIRD(Name)                                                                          \
  template <class First, class Second, std::size_t N, class... Rest>                                     \
  explicit Name(const First& first, const Second& second, const std::int64_t(&sizes)[N], Rest&&... rest) \
      : ModuleHolder(first, second, std::vector<std::int64_t>(sizes, sizes + N), std::forward<Rest>(rest)...) {}
// FIRST, where a number may be None: nn::AdaptiveAvgPool2d({3, None}). Its elements have no common type, so this is an
// initializer_list; braces around the constructor's arguments are the same list. A template, so that a program that
// never calls it does not compile its inside.
#define XGRAD_SIZES_FIRST_OR_NONE(Name)                                                  \
  template <class Number = std::int64_t>                                                 \
  explicit Name(std::initializer_list<std::optional<std::type_identity_t<Number>>> list) \
      : ModuleHolder(std::vector<std::optional<Number>>(list)) {}
// FIRST, and sizes behind these: nn::Fold({3, 2}, {2, 2}).
#define XGRAD_SIZES_FIRST_TWO(Name)                                                                          \
  XGRAD_SIZES_FIRST(Name)                                                                                    \
  template <std::size_t N, std::size_t M, class... Rest>                                                     \
  explicit Name(const std::int64_t(&sizes)[N], const std::int64_t(&more)[M], Rest&&... rest)                 \
      : ModuleHolder(std::vector<std::int64_t>(sizes, sizes + N), std::vector<std::int64_t>(more, more + M), \
                     std::forward<Rest>(rest)...) {}
// FORWARD_HAS_DEFAULT_ARGS (nn/any.hpp) for them; the values stand in modules/default_arguments.cpp.
#define XGRAD_FORWARD_HAS_DEFAULTS static ::xgrad::nn::detail::DefaultArguments _forward_default_args()
