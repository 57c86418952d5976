/// Calls by keyword: `sum(x, dim = 1, keepdim = true)`, `x.topk(5, largest = false)`, `x.clamp(kw::max = 1)`.
///
/// A row of the table below is an operation's parameters after its tensor, in order, with their defaults. A call binds
/// what it names to their places, fills what lies between with defaults and calls the operation as without keywords, so
/// that overloads, checks and derivatives are those of that call. Keywords come last, as in Python.
///
/// Methods of these names have a line XGRAD_TAKES_KEYWORDS in their mixin. Functions are found through the keyword's
/// namespace, so that a name of one function can still be passed on.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <tuple>

namespace xgrad::by_keyword {

// A parameter that must be given is its key alone.

/// One that has a default: a whole number or a bool, or a fraction of two whole numbers.
template <class Key, auto value, int divisor = 1>
struct Or {};
/// One that may be left out.
template <class Key>
struct Maybe {};
/// One that has two names, which may be left out.
template <class Key, class Other>
struct Either {};
/// One that has no name here.
struct Given {};

/// What stands for a parameter that is left out.
struct None {
  template <class T>
  operator std::optional<T>() const {
    return std::nullopt;
  }
  operator IntArrayRef() const { return {}; }
  operator OptionalIntArrayRef() const { return {}; }
};

template <class P>
struct Parameter {
  template <class K>
  static constexpr bool is = std::same_as<K, P>;
  static constexpr bool required = true;
};
template <class Key, auto value, int divisor>
struct Parameter<Or<Key, value, divisor>> : Parameter<Key> {
  static constexpr bool required = false;
  static constexpr auto fallback() {
    if constexpr (divisor == 1)
      return value;
    else
      return static_cast<double>(value) / divisor;
  }
};
template <class Key>
struct Parameter<Maybe<Key>> : Parameter<Key> {
  static constexpr bool required = false;
  static constexpr None fallback() { return {}; }
};
template <class Key, class Other>
struct Parameter<Either<Key, Other>> {
  template <class K>
  static constexpr bool is = std::same_as<K, Key> || std::same_as<K, Other>;
  static constexpr bool required = false;
  static constexpr None fallback() { return {}; }
};

template <class... P>
struct Takes {};

/// The first of some keywords that names P; their number if there is none.
template <class P, class... Key, class... Value>
constexpr std::size_t place_of(const std::tuple<kwargs::Argument<Key, Value>...>*) {
  constexpr bool named[] = {Parameter<P>::template is<Key>..., true};
  std::size_t i = 0;
  while (!named[i]) ++i;
  return i;
}

/// A value as operations take it: lists in braces are of ints.
template <class Value>
auto prepared(Value value) {
  if constexpr (std::same_as<Value, std::vector<int>>)
    return std::vector<std::int64_t>(value.begin(), value.end());
  else
    return value;
}

/// Form::call(a..., what is left of its parameters), of which `used` keywords are bound already.
template <class Form, std::size_t used, class Keywords, class... A>
decltype(auto) bind(Takes<>, const Keywords&, A&&... a) {
  static_assert(used == std::tuple_size_v<Keywords>, "the function called has no argument of this name here");
  return Form::call(std::forward<A>(a)...);
}
template <class Form, std::size_t used, class Keywords, class First, class... Rest, class... A>
decltype(auto) bind(Takes<First, Rest...>, const Keywords& keywords, A&&... a) {
  constexpr std::size_t count = std::tuple_size_v<Keywords>,
                        at = place_of<First>(static_cast<const Keywords*>(nullptr));
  if constexpr (used == count) {
    return Form::call(std::forward<A>(a)...);
  } else if constexpr (at < count) {
    return bind<Form, used + 1>(Takes<Rest...>(), keywords, std::forward<A>(a)...,
                                prepared(std::get<at>(keywords).value));
  } else {
    static_assert(!Parameter<First>::required, "the call lacks an argument that stands before those it names");
    return bind<Form, used>(Takes<Rest...>(), keywords, std::forward<A>(a)..., Parameter<First>::fallback());
  }
}

/// Leaves out as many parameters as are given by position.
template <std::size_t n, class... P>
constexpr auto after(Takes<P...>) {
  if constexpr (n == 0)
    return Takes<P...>();
  else
    return
        []<class First, class... Rest>(Takes<First, Rest...>) { return after<n - 1>(Takes<Rest...>()); }(Takes<P...>());
}

/// Form's operation of (x, by position..., by keyword...).
template <class Form, class... A>
decltype(auto) call(const Tensor& x, A&&... a) {
  constexpr std::size_t named = (std::size_t{0} + ... + kwargs::Keyworded<A>), placed = sizeof...(A) - named;
  return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>, auto all) {
    const std::tuple keywords(std::get<placed + J>(all)...);
    return bind<Form, 0>(after<placed>(typename Form::Parameters()), keywords, x, std::get<I>(std::move(all))...);
  }
  (std::make_index_sequence<placed>(), std::make_index_sequence<named>(), std::forward_as_tuple(std::forward<A>(a)...));
}

// clang-format off
#define XGRAD_KEYWORD_FORMS(X) \
  X(sum, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(mean, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(nansum, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(nanmean, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(prod, key::dim, Or<key::keepdim, false>, key::dtype) \
  X(amax, Maybe<key::dim>, key::keepdim) \
  X(amin, Maybe<key::dim>, key::keepdim) \
  X(aminmax, Maybe<key::dim>, key::keepdim) \
  X(max, key::dim, key::keepdim) \
  X(min, key::dim, key::keepdim) \
  X(argmax, Maybe<key::dim>, key::keepdim) \
  X(argmin, Maybe<key::dim>, key::keepdim) \
  X(all, key::dim, key::keepdim) \
  X(any, key::dim, key::keepdim) \
  X(count_nonzero, key::dim) \
  X(logsumexp, key::dim, key::keepdim) \
  X(var, Maybe<key::dim>, Either<key::unbiased, key::correction>, key::keepdim) \
  X(std, Maybe<key::dim>, Either<key::unbiased, key::correction>, key::keepdim) \
  X(norm, Or<key::p, 2>, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(median, key::dim, key::keepdim) \
  X(nanmedian, key::dim, key::keepdim) \
  X(mode, Or<key::dim, -1>, key::keepdim) \
  X(quantile, key::q, Maybe<key::dim>, Or<key::keepdim, false>, key::interpolation) \
  X(nanquantile, key::q, Maybe<key::dim>, Or<key::keepdim, false>, key::interpolation) \
  X(cumsum, key::dim, key::dtype) \
  X(cumprod, key::dim, key::dtype) \
  X(cummax, key::dim) \
  X(cummin, key::dim) \
  X(logcumsumexp, key::dim) \
  X(diff, Or<key::n, 1>, key::dim) \
  X(topk, key::k, Or<key::dim, -1>, Or<key::largest, true>, key::sorted) \
  X(kthvalue, key::k, Or<key::dim, -1>, key::keepdim) \
  X(unique, Or<key::sorted, true>, Or<key::return_inverse, false>, Or<key::return_counts, false>, key::dim) \
  X(unique_consecutive, Or<key::return_inverse, false>, Or<key::return_counts, false>, key::dim) \
  X(add, Given, key::alpha) \
  X(sub, Given, key::alpha) \
  X(div, Given, key::rounding_mode) \
  X(clamp, Maybe<key::min>, key::max) \
  X(addcmul, Given, Given, key::value) \
  X(addcdiv, Given, Given, key::value) \
  X(addmm, Given, Given, Or<key::beta, 1>, key::alpha) \
  X(baddbmm, Given, Given, Or<key::beta, 1>, key::alpha) \
  X(nan_to_num, Maybe<key::nan>, Maybe<key::posinf>, key::neginf) \
  X(isclose, Given, Or<key::rtol, 1, 100000>, Or<key::atol, 1, 100000000>, key::equal_nan) \
  X(allclose, Given, Or<key::rtol, 1, 100000>, Or<key::atol, 1, 100000000>, key::equal_nan) \
  X(flatten, Or<key::start_dim, 0>, key::end_dim) \
  X(squeeze, key::dim) \
  X(unsqueeze, key::dim) \
  X(unbind, key::dim) \
  X(split, Given, key::dim) \
  X(chunk, Given, key::dim) \
  X(repeat_interleave, Given, key::dim) \
  X(flip, key::dims) \
  X(roll, key::shifts, key::dims) \
  X(tril, key::diagonal) \
  X(triu, key::diagonal) \
  X(multinomial, key::num_samples, key::replacement)
// clang-format on

namespace key = kwargs::key;

#define XGRAD_KEYWORD_FORM(NAME, ...)                       \
  struct NAME##_form {                                      \
    using Parameters = Takes<__VA_ARGS__>;                  \
    template <class... A>                                   \
    static decltype(auto) call(const Tensor& x, A&&... a) { \
      return xgrad::NAME(x, std::forward<A>(a)...);         \
    }                                                       \
  };                                                        \
  template <class... A>                                     \
  requires kwargs::EndsInKeyword<A...>                      \
  decltype(auto) NAME(const Tensor& x, A&&... a) { return by_keyword::call<NAME##_form>(x, std::forward<A>(a)...); }
XGRAD_KEYWORD_FORMS(XGRAD_KEYWORD_FORM)

/// sort and argsort, whose other form has `stable` first.
#define XGRAD_SORT_FORM(NAME)                                                            \
  struct NAME##_form {                                                                   \
    using Parameters = Takes<Or<key::dim, -1>, Or<key::descending, false>, key::stable>; \
    static auto call(const Tensor& x, std::int64_t dim, bool descending = false) {       \
      return xgrad::NAME(x, dim, descending);                                            \
    }                                                                                    \
    static auto call(const Tensor& x, std::int64_t dim, bool descending, bool stable) {  \
      return xgrad::NAME(x, stable, dim, descending);                                    \
    }                                                                                    \
  };                                                                                     \
  template <class... A>                                                                  \
  requires kwargs::EndsInKeyword<A...>                                                   \
  auto NAME(const Tensor& x, A&&... a) { return by_keyword::call<NAME##_form>(x, std::forward<A>(a)...); }
XGRAD_SORT_FORM(sort)
XGRAD_SORT_FORM(argsort)
#undef XGRAD_SORT_FORM

#define XGRAD_SOFTMAX_FORM(NAME)                    \
  struct NAME##_form {                              \
    using Parameters = Takes<key::dim, key::dtype>; \
    template <class... A>                           \
    static Tensor call(const Tensor& x, A&&... a) { \
      return xgrad::NAME(x, std::forward<A>(a)...); \
    }                                               \
  };
XGRAD_SOFTMAX_FORM(softmax)  // as functions they are in operators.hpp
XGRAD_SOFTMAX_FORM(log_softmax)
#undef XGRAD_SOFTMAX_FORM
#undef XGRAD_KEYWORD_FORM
#undef XGRAD_KEYWORD_FORMS

// With dimensions in braces, which have no type of their own.
#define XGRAD_FORM_OF_DIMS(NAME)                                                             \
  template <class... A>                                                                      \
  requires kwargs::EndsInKeyword<A...>                                                       \
  decltype(auto) NAME(const Tensor& x, std::initializer_list<std::int64_t> dims, A&&... a) { \
    return by_keyword::call<NAME##_form>(x, IntArrayRef(dims), std::forward<A>(a)...);       \
  }
XGRAD_FORM_OF_DIMS(sum)
XGRAD_FORM_OF_DIMS(mean)
XGRAD_FORM_OF_DIMS(amax)
XGRAD_FORM_OF_DIMS(amin)
XGRAD_FORM_OF_DIMS(logsumexp)
XGRAD_FORM_OF_DIMS(var)
XGRAD_FORM_OF_DIMS(std)
#undef XGRAD_FORM_OF_DIMS

}  // namespace xgrad::by_keyword
