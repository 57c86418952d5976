/// Forms that write into tensors that are there: `add_out(out, a, b)` as in libtorch, `add(a, b, out = x)` as in
/// Python, `max_out(values, indices, x, 1)`, `max(x, 1, out = {values, indices})`.
///
/// `out` gets the result's shape, with a warning if it had elements of another, and keeps its dtype where the result
/// may be cast to it. There is no derivative: tensors that require grad are refused unless nothing would be recorded.
/// `out = ` comes last. A form gives its `out` back, several as a tuple.
#pragma once

#include <xgrad/autograd/ops/activations.hpp>
#include <xgrad/autograd/ops/embedding.hpp>
#include <xgrad/autograd/ops/grids.hpp>
#include <xgrad/autograd/ops/losses.hpp>
#include <xgrad/autograd/ops/operators.hpp>
#include <xgrad/autograd/ops/out_forms.hpp>
#include <xgrad/autograd/ops/pooling.hpp>
#include <xgrad/autograd/ops/resampling.hpp>

#include <array>
#include <concepts>
#include <tuple>

namespace xgrad {

namespace by_out {

template <class R>
inline constexpr std::size_t kTensors = 0;  // how many tensors a result is, if it is nothing but tensors
template <>
inline constexpr std::size_t kTensors<Tensor> = 1;
template <>
inline constexpr std::size_t kTensors<ValuesIndices> = 2;
template <std::same_as<Tensor>... T>
inline constexpr std::size_t kTensors<std::tuple<T...>> = sizeof...(T);

inline std::array<Tensor, 1> listed(Tensor t) { return {std::move(t)}; }
template <class... T>
std::array<Tensor, sizeof...(T)> listed(std::tuple<T...> several) {
  return std::apply([](T&... t) { return std::array<Tensor, sizeof...(T)>{std::move(t)...}; }, several);
}

/// The tensors of an argument.
inline std::span<const Tensor> tensors_of(const Tensor& t) { return {&t, 1}; }
inline std::span<const Tensor> tensors_of(const TensorList& list) { return list; }
inline std::span<const Tensor> tensors_of(const std::vector<Tensor>& list) { return list; }
inline std::span<const Tensor> tensors_of(const auto&) { return {}; }

/// Converts to bool (double) and to nothing that a bool (double) converts to.
template <class Value>
struct Only {
  Value value;
  template <std::same_as<Value> V>
  constexpr operator V() const {
    return value;
  }
};

/// f(a..., dtype), with the defaults of what stands between; f(a...) if f takes no dtype there.
template <class F, class... A>
auto in_dtype(const F& f, ScalarType dtype, A&&... a) {
  if constexpr (std::invocable<const F&, A..., ScalarType>)
    return f(std::forward<A>(a)..., dtype);
  else if constexpr (std::invocable<const F&, A..., Only<bool>, ScalarType>)
    return f(std::forward<A>(a)..., Only<bool>{false}, dtype);  // keepdim
  else if constexpr (std::invocable<const F&, A..., IntArrayRef, Only<bool>, ScalarType>)
    return f(std::forward<A>(a)..., IntArrayRef(), Only<bool>{false}, dtype);  // dim, keepdim
  else if constexpr (std::invocable<const F&, A..., Only<double>, ScalarType>)
    return f(std::forward<A>(a)..., Only<double>{10}, dtype);  // logspace's base
  else
    return f(std::forward<A>(a)...);
}

template <class F, std::size_t N, class... A>
concept Gives = requires(const F& f, A&&... a) {
  requires kTensors<decltype(f(std::forward<A>(a)...))>
  == N;
};

/// What `out = x` and `out = {values, indices}` make.
struct Argument {
  std::vector<Tensor> tensors;
};
struct Keyword {
  Argument operator=(const Tensor& t) const { return {{t}}; }
  Argument operator=(std::initializer_list<Tensor> several) const { return {several}; }
};

/// The form with `out` of F, a function object that calls an operation.
template <OutRule Rule, class F>
class Form {
 public:
  constexpr Form(const char* name, F f) : name_(name), f_(f) {}

  template <class... A>
  requires Gives<F, 1, A...> Tensor& operator()(Tensor& out, A&&... a) const {
    return run({&out, 1}, std::forward<A>(a)...), out;
  }
  template <class... A>
  requires Gives<F, 2, A...> std::tuple<Tensor&, Tensor&>
  operator()(Tensor& o0, Tensor& o1, A&&... a) const { return several(std::tie(o0, o1), std::forward<A>(a)...); }
  template <class... A>
  requires Gives<F, 3, A...> std::tuple<Tensor&, Tensor&, Tensor&>
  operator()(Tensor& o0, Tensor& o1, Tensor& o2, A&&... a) const {
    return several(std::tie(o0, o1, o2), std::forward<A>(a)...);
  }
  template <class... A>
  requires Gives<F, 4, A...> std::tuple<Tensor&, Tensor&, Tensor&, Tensor&>
  operator()(Tensor& o0, Tensor& o1, Tensor& o2, Tensor& o3, A&&... a) const {
    return several(std::tie(o0, o1, o2, o3), std::forward<A>(a)...);
  }

  // Lists in braces have no type of their own, so that each place where one may stand has a form.
  template <class... A>
  Tensor& operator()(Tensor& out, std::initializer_list<Tensor> tensors, A&&... a) const {
    return (*this)(out, TensorList(tensors), std::forward<A>(a)...);
  }
  template <class... A>
  Tensor& operator()(Tensor& out, std::initializer_list<std::int64_t> size, A&&... a) const {
    return (*this)(out, IntArrayRef(size), std::forward<A>(a)...);
  }
  template <class X, class... A>
  decltype(auto) operator()(Tensor& out, X&& x, std::initializer_list<std::int64_t> list, A&&... a) const {
    return (*this)(out, std::forward<X>(x), IntArrayRef(list), std::forward<A>(a)...);
  }
  template <class X, class Y, class... A>
  decltype(auto) operator()(Tensor& out, X&& x, Y&& y, std::initializer_list<std::int64_t> list, A&&... a) const {
    return (*this)(out, std::forward<X>(x), std::forward<Y>(y), IntArrayRef(list), std::forward<A>(a)...);
  }
  template <class X, class Y>
  Tensor& operator()(Tensor& out, X&& x, Y&& y, std::initializer_list<std::int64_t> first,
                     std::initializer_list<std::int64_t> second) const {
    return (*this)(out, std::forward<X>(x), std::forward<Y>(y), IntArrayRef(first), IntArrayRef(second));
  }

  /// The form with a keyword: a handle to what was given, or a tuple of them.
  template <class... A>
  auto into(const Argument& out, A&&... a) const {
    run(out.tensors, std::forward<A>(a)...);
    constexpr std::size_t n = kTensors<std::invoke_result_t<const F&, A...>>;
    if constexpr (n == 1)
      return out.tensors[0];
    else
      return [&]<std::size_t... I>(std::index_sequence<I...>) { return std::tuple(out.tensors[I]...); }
    (std::make_index_sequence<n>());
  }

 private:
  template <class... A>
  void run(std::span<const Tensor> outs, A&&... a) const {
    const std::array<std::span<const Tensor>, sizeof...(A)> arguments{tensors_of(a)...};
    OutCall call(name_, Rule, outs, arguments);
    auto results = listed(result(outs, std::forward<A>(a)...));
    call.write(results);
  }
  template <class... A>
  auto result([[maybe_unused]] std::span<const Tensor> outs, A&&... a) const {
    if constexpr (Rule.dtype == OutDtype::Own)
      return in_dtype(f_, outs[0].dtype(), std::forward<A>(a)...);
    else
      return f_(std::forward<A>(a)...);
  }
  template <class Outs, class... A>
  Outs several(Outs outs, A&&... a) const {
    const auto handles = std::apply([](auto&... o) { return std::array{o...}; }, outs);
    return run(handles, std::forward<A>(a)...), outs;
  }

  const char* name_;
  [[no_unique_address]] F f_;
};

template <OutRule Rule, class F>
constexpr Form<Rule, F> form(const char* name, F f) {
  return {name, f};
}

}  // namespace by_out

#define XGRAD_OUT_FORM(NAME, RULE)                                                                                     \
  inline constexpr auto NAME##_out =                                                                                   \
      by_out::form<out_rules::RULE>(#NAME, [](auto&&... a) -> decltype(xgrad::NAME(std::forward<decltype(a)>(a)...)) { \
        return xgrad::NAME(std::forward<decltype(a)>(a)...);                                                           \
      });
XGRAD_OUT_FORMS(XGRAD_OUT_FORM)
#undef XGRAD_OUT_FORM

// Calls with `out = ` find these through the keyword's namespace, so that `exp` stays one function that can be passed
// on.
namespace by_out {

template <class... A>
concept EndsInOut =
    sizeof...(A) > 1 &&
    std::same_as<Argument, std::remove_cvref_t<std::tuple_element_t<sizeof...(A) - 1, std::tuple<A...>>>>;

/// form.into(out, a...) for (a..., out).
template <class F, class... A>
auto call(const F& form, A&&... a) {
  return [&]<std::size_t... I>(std::index_sequence<I...>, auto all) {
    return form.into(std::get<sizeof...(I)>(all), std::get<I>(std::move(all))...);
  }
  (std::make_index_sequence<sizeof...(A) - 1>(), std::forward_as_tuple(std::forward<A>(a)...));
}

#define XGRAD_OUT_KEYWORD(NAME, RULE)                                           \
  template <class... A>                                                         \
  requires EndsInOut<A...>                                                      \
  auto NAME(A&&... a) { return call(NAME##_out, std::forward<A>(a)...); }       \
  template <class... A>                                                         \
  auto NAME(std::initializer_list<Tensor> tensors, A&&... a) {                  \
    return call(NAME##_out, TensorList(tensors), std::forward<A>(a)...);        \
  }                                                                             \
  template <class... A>                                                         \
  auto NAME(std::initializer_list<std::int64_t> size, A&&... a) {               \
    return call(NAME##_out, IntArrayRef(size), std::forward<A>(a)...);          \
  }                                                                             \
  template <class... A>                                                         \
  auto NAME(const Tensor& x, std::initializer_list<std::int64_t> d, A&&... a) { \
    return call(NAME##_out, x, IntArrayRef(d), std::forward<A>(a)...);          \
  }
XGRAD_OUT_FORMS(XGRAD_OUT_KEYWORD)
#undef XGRAD_OUT_KEYWORD

}  // namespace by_out

namespace kwargs {
/// `add(a, b, out = x)`
inline constexpr by_out::Keyword out{};
}  // namespace kwargs

}  // namespace xgrad
