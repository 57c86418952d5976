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
  if constexpr (kwargs::EndsInKeyword<A...>) {
    constexpr bool named =
        (std::same_as<std::remove_cvref_t<A>, kwargs::Argument<kwargs::key::dtype, ScalarType>> || ...);
    if constexpr (named)
      return f(std::forward<A>(a)...);
    else
      return f(std::forward<A>(a)..., kwargs::Argument<kwargs::key::dtype, ScalarType>{dtype});
  } else if constexpr (std::invocable<const F&, A..., ScalarType>)
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

/// Puts what F gives for the arguments into `outs`.
template <class F, class... A>
void write(std::span<const Tensor> outs, A&&... a) {
  const std::array<std::span<const Tensor>, sizeof...(A)> arguments{tensors_of(a)...};
  OutCall call(F::kName, F::kRule, outs, arguments);
  if constexpr (F::kRule.dtype == OutDtype::Own) {
    auto results = listed(in_dtype(F(), outs[0].dtype(), std::forward<A>(a)...));
    call.write(results);
  } else {
    auto results = listed(F()(std::forward<A>(a)...));
    call.write(results);
  }
}

/// The same for several tensors, which stand before F's own arguments.
template <class F, std::size_t N, class... A>
auto write_several(Tensor& out, A&&... a) {
  return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>, auto all) {
    std::tuple outs = std::tie(out, std::get<I>(all)...);
    const std::array<Tensor, N> handles{out, std::get<I>(all)...};
    write<F>(handles, std::get<N - 1 + J>(std::move(all))...);
    return outs;
  }
  (std::make_index_sequence<N - 1>(), std::make_index_sequence<sizeof...(A) + 1 - N>(),
   std::forward_as_tuple(std::forward<A>(a)...));
}

/// How many of the arguments, which begin with `out`, are tensors to write to: the first number that F's result agrees
/// to.
template <class F, class... A>
struct Written {
  template <std::size_t N>
  static constexpr bool several() {
    if constexpr (sizeof...(A) + 1 < N)
      return false;
    else
      return []<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>) {
        using All = std::tuple<A&&...>;
        return (std::same_as<std::tuple_element_t<I, All>, Tensor&> && ...) &&
               Gives<F, N, std::tuple_element_t<N - 1 + J, All>...>;
      }
    (std::make_index_sequence<N - 1>(), std::make_index_sequence<sizeof...(A) + 1 - N>());
  }
  static constexpr std::size_t count() {
    if constexpr (Gives<F, 1, A...>)
      return 1;
    else
      return several<2>() ? 2 : several<3>() ? 3 : several<4>() ? 4 : 0;
  }
};

/// The form with `out` of F, a function object that calls an operation and has its name and rule. A program that
/// includes this makes one for each operation, so that it has no more than this one function.
template <class F>
struct Form {
  template <class... A>
  requires(Written<F, A...>::count() > 0) decltype(auto) operator()(Tensor& out, A&&... a) const {
    constexpr std::size_t n = Written<F, A...>::count();
    if constexpr (n == 1)
      return write<F>({&out, 1}, std::forward<A>(a)...), (out);
    else
      return write_several<F, n>(out, std::forward<A>(a)...);
  }
};

/// The form of an operation that takes lists. In braces they have no type of their own, so that each place where one
/// may stand has a function.
template <class F>
struct ListForm : Form<F> {
  using Form<F>::operator();

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
  template <class X>
  Tensor& operator()(Tensor& out, X&& x, std::initializer_list<std::int64_t> first,
                     std::initializer_list<std::int64_t> second) const {
    return (*this)(out, std::forward<X>(x), IntArrayRef(first), IntArrayRef(second));
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
};

/// The form with a keyword: a handle to what was given, or a tuple of them.
template <class F, class... A>
auto write_into(const Argument& out, A&&... a) {
  write<F>(out.tensors, std::forward<A>(a)...);
  constexpr std::size_t n = kTensors<std::invoke_result_t<const F&, A...>>;
  if constexpr (n == 1)
    return out.tensors[0];
  else
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return std::tuple(out.tensors[I]...); }
  (std::make_index_sequence<n>());
}

// Unqualified: with keywords the operation is found through their namespace.
#define XGRAD_OUT_CALL(NAME, RULE)                                             \
  struct NAME##_call {                                                         \
    static constexpr const char* kName = #NAME;                                \
    static constexpr OutRule kRule = out_rules::RULE;                          \
    template <class... A>                                                      \
    auto operator()(A&&... a) const -> decltype(NAME(std::forward<A>(a)...)) { \
      return NAME(std::forward<A>(a)...);                                      \
    }                                                                          \
  };
XGRAD_OUT_FORMS(XGRAD_OUT_CALL)
XGRAD_OUT_FORMS_OF_LISTS(XGRAD_OUT_CALL)
#undef XGRAD_OUT_CALL

}  // namespace by_out

#define XGRAD_OUT_FORM(NAME, RULE) inline constexpr by_out::Form<by_out::NAME##_call> NAME##_out{};
#define XGRAD_OUT_LIST_FORM(NAME, RULE) inline constexpr by_out::ListForm<by_out::NAME##_call> NAME##_out{};
XGRAD_OUT_FORMS(XGRAD_OUT_FORM)
XGRAD_OUT_FORMS_OF_LISTS(XGRAD_OUT_LIST_FORM)
#undef XGRAD_OUT_FORM
#undef XGRAD_OUT_LIST_FORM

#define XGRAD_OUT_ALIAS(NAME, OF) inline constexpr auto& NAME##_out = OF##_out;
XGRAD_ALIASES(XGRAD_OUT_ALIAS)
#undef XGRAD_OUT_ALIAS

// Calls with `out = ` find these through the keyword's namespace, so that `exp` stays one function that can be passed
// on.
namespace by_out {

template <class... A>
concept EndsInOut =
    sizeof...(A) > 1 &&
    std::same_as<Argument, std::remove_cvref_t<std::tuple_element_t<sizeof...(A) - 1, std::tuple<A...>>>>;

/// The results of F(a...) in the tensors of `out`, for (a..., out).
template <class F, class... A>
auto call(A&&... a) {
  return [&]<std::size_t... I>(std::index_sequence<I...>, auto all) {
    return write_into<F>(std::get<sizeof...(I)>(all), std::get<I>(std::move(all))...);
  }
  (std::make_index_sequence<sizeof...(A) - 1>(), std::forward_as_tuple(std::forward<A>(a)...));
}

#define XGRAD_OUT_KEYWORD(NAME, RULE) \
  template <class... A>               \
  requires EndsInOut<A...>            \
  auto NAME(A&&... a) { return by_out::call<NAME##_call>(std::forward<A>(a)...); }
#define XGRAD_OUT_LIST_KEYWORD(NAME, RULE)                                        \
  XGRAD_OUT_KEYWORD(NAME, RULE)                                                   \
  template <class... A>                                                           \
  auto NAME(std::initializer_list<Tensor> tensors, A&&... a) {                    \
    return by_out::call<NAME##_call>(TensorList(tensors), std::forward<A>(a)...); \
  }                                                                               \
  template <class... A>                                                           \
  auto NAME(std::initializer_list<std::int64_t> size, A&&... a) {                 \
    return by_out::call<NAME##_call>(IntArrayRef(size), std::forward<A>(a)...);   \
  }                                                                               \
  template <class... A>                                                           \
  auto NAME(const Tensor& x, std::initializer_list<std::int64_t> d, A&&... a) {   \
    return by_out::call<NAME##_call>(x, IntArrayRef(d), std::forward<A>(a)...);   \
  }
XGRAD_OUT_FORMS(XGRAD_OUT_KEYWORD)
XGRAD_OUT_FORMS_OF_LISTS(XGRAD_OUT_LIST_KEYWORD)
#undef XGRAD_OUT_KEYWORD
#undef XGRAD_OUT_LIST_KEYWORD

}  // namespace by_out

namespace kwargs {
/// `add(a, b, out = x)`
inline constexpr by_out::Keyword out{};
}  // namespace kwargs

}  // namespace xgrad
