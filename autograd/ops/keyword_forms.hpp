/// Calls by keyword: `sum(x, dim = 1, keepdim = true)`, `x.topk(5, largest = false)`, `x.clamp(kw::max = 1)`.
///
/// A row of the table in keyword_table.hpp is an operation's parameters after its tensor, in order, with their
/// defaults. A call binds what it names to their places, fills what lies between with defaults and calls the operation
/// as without keywords, so that overloads, checks and derivatives are those of that call. Keywords come last, as in
/// Python.
///
/// Methods of these names have a line XGRAD_TAKES_KEYWORDS in their mixin. Functions are found through the keyword's
/// namespace, so that a name of one function can still be passed on.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <array>
#include <concepts>
#include <initializer_list>
#include <string_view>
#include <tuple>

namespace xgrad {

inline kwargs::Lists::operator IntArrayRef() const {
  check(empty(), "dims are one list here, not a list of {} lists", size());
  return {};
}

// `0` as the order of a norm, which without these could be a number or the pointer that a string_view is made of.
auto linalg_cond(const Tensor& a, std::same_as<int> auto p) { return linalg_cond(a, std::optional<Scalar>(p)); }
auto linalg_matrix_norm(const Tensor& a, std::same_as<int> auto ord, IntArrayRef dim = {-2, -1}, bool keepdim = false,
                        std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_matrix_norm(a, Scalar(ord), dim, keepdim, dtype);
}
auto linalg_norm(const Tensor& x, std::same_as<int> auto ord, OptionalIntArrayRef dim = {}, bool keepdim = false,
                 std::optional<ScalarType> dtype = std::nullopt) {
  return linalg_norm(x, std::optional<Scalar>(ord), dim, keepdim, dtype);
}

}  // namespace xgrad

namespace xgrad::by_keyword {

// A parameter that must be given is its key alone.

/// One that has a default: a whole number or a bool, or a fraction of two whole numbers.
template <class Key, auto value, int divisor = 1>
struct Or {};
/// One that may be left out.
template <class Key>
struct Maybe {};
/// One that may be left out, and is a tensor.
template <class Key>
struct MaybeTensor {};
/// One whose default is Default::value().
template <class Key, class Default>
struct Else {};
struct Frobenius {
  static constexpr std::string_view value() { return "fro"; }
};
struct LastTwo {
  static IntArrayRef value() {
    static constexpr std::array<std::int64_t, 2> dims{-2, -1};
    return dims;
  }
};
/// One that has two names, which may be left out.
template <class Key, class Other>
struct Either {};
/// One that has several names, and must be given.
template <class... Keys>
struct OneOf {};
/// One that has no name here.
struct Given {};

/// What stands for a parameter that is left out.
struct None : indexing::NoneType {
  constexpr None() : NoneType(0) {}
  operator IntArrayRef() const { return {}; }
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
template <class Key>
struct Parameter<MaybeTensor<Key>> : Parameter<Key> {
  static constexpr bool required = false;
  static const Tensor& fallback() { return absent_tensor(); }
};
template <class Key, class Default>
struct Parameter<Else<Key, Default>> : Parameter<Key> {
  static constexpr bool required = false;
  static constexpr auto fallback() { return Default::value(); }
};
template <class Key, class Other>
struct Parameter<Either<Key, Other>> {
  template <class K>
  static constexpr bool is = std::same_as<K, Key> || std::same_as<K, Other>;
  static constexpr bool required = false;
  static constexpr None fallback() { return {}; }
};

template <class... Keys>
struct Parameter<OneOf<Keys...>> {
  template <class K>
  static constexpr bool is = (std::same_as<K, Keys> || ...);
  static constexpr bool required = true;
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

/// A value as operations take it: lists in braces are of ints, and None is what is left out.
template <class Value>
auto prepared(Value value) {
  if constexpr (std::same_as<Value, std::vector<int>>)
    return std::vector<std::int64_t>(value.begin(), value.end());
  else if constexpr (std::same_as<Value, indexing::NoneType>)
    return None();
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
  } else if constexpr (at < count && used + 1 == count && !Parameter<First>::required &&
                       std::same_as<std::remove_cvref_t<decltype(std::get<at % count>(keywords).value)>,
                                    indexing::NoneType>) {
    return Form::call(std::forward<A>(a)...);  // the last one is None: as if it had not been given
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
template <class Form, class X, class... A>
decltype(auto) call(X& x, A&&... a) {
  constexpr std::size_t named = (std::size_t{0} + ... + kwargs::Keyworded<A>), placed = sizeof...(A) - named;
  return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>, auto all)
      ->decltype(auto) {
    const std::tuple keywords(std::get<placed + J>(all)...);
    return bind<Form, 0>(after<placed>(typename Form::Parameters()), keywords, x, std::get<I>(std::move(all))...);
  }
  (std::make_index_sequence<placed>(), std::make_index_sequence<named>(), std::forward_as_tuple(std::forward<A>(a)...));
}

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

#define XGRAD_KEYWORD_FORM_IN_PLACE(NAME)                                     \
  struct NAME##_in_place {                                                    \
    using Parameters = NAME##_form::Parameters;                               \
    template <class... A>                                                     \
    static Tensor& call(Tensor& x, A&&... a) {                                \
      return xgrad::NAME##_(x, std::forward<A>(a)...);                        \
    }                                                                         \
  };                                                                          \
  template <class... A>                                                       \
  requires kwargs::EndsInKeyword<A...> Tensor& NAME##_(Tensor& x, A&&... a) { \
    return by_keyword::call<NAME##_in_place>(x, std::forward<A>(a)...);       \
  }
XGRAD_KEYWORD_FORMS_IN_PLACE(XGRAD_KEYWORD_FORM_IN_PLACE)
#undef XGRAD_KEYWORD_FORM_IN_PLACE

/// prod, which has a form without `dim`.
struct prod_form {
  using Parameters = Takes<Maybe<key::dim>, Or<key::keepdim, false>, key::dtype>;
  static Tensor call(const Tensor& x, None, bool, std::optional<ScalarType> dtype) { return xgrad::prod(x, dtype); }
  static Tensor call(const Tensor& x, std::int64_t dim, bool keepdim = false,
                     std::optional<ScalarType> dtype = std::nullopt) {
    return xgrad::prod(x, dim, keepdim, dtype);
  }
};
/// linalg_pinv and linalg_matrix_rank, whose tolerances are numbers or tensors. By position they take one tolerance
/// that is neither of the two (`rcond`, `tol`), and after it `hermitian`.
struct Tolerance {
  Tensor value;
  Tolerance(None) {}
  Tolerance(double number) : value(scalar_tensor(number, kFloat64)) {}
  Tolerance(const Tensor& numbers) : value(numbers) {}
};
#define XGRAD_TOLERANCES_FORM(NAME)                                                               \
  struct NAME##_form {                                                                            \
    using Parameters = Takes<Maybe<key::atol>, Maybe<key::rtol>, key::hermitian>;                 \
    static Tensor call(const Tensor& x, const Tolerance& atol, const Tolerance& rtol = None(),    \
                       bool hermitian = false) {                                                  \
      return xgrad::NAME(x, atol.value, rtol.value, hermitian);                                   \
    }                                                                                             \
  };                                                                                              \
  template <class T>                                                                              \
  requires(!kwargs::Keyworded<T>) Tensor NAME(const Tensor& x, T tolerance,                       \
                                              kwargs::Argument<key::hermitian, bool> hermitian) { \
    return xgrad::NAME(x, tolerance, hermitian.value);                                            \
  }
// By their older names they are that one: `linalg_pinv(a, rcond = 1e-5)`.
template <class T, class... Hermitian>
auto linalg_matrix_rank(const Tensor& x, kwargs::Argument<key::tol, T> tol, Hermitian... hermitian) {
  return xgrad::linalg_matrix_rank(x, tol.value, hermitian.value...);
}
template <class T, class... Hermitian>
auto linalg_pinv(const Tensor& x, kwargs::Argument<key::rcond, T> rcond, Hermitian... hermitian) {
  return xgrad::linalg_pinv(x, rcond.value, hermitian.value...);
}
XGRAD_TOLERANCES_FORM(linalg_matrix_rank)
XGRAD_TOLERANCES_FORM(linalg_pinv)
#undef XGRAD_TOLERANCES_FORM
/// nonzero(x, as_tuple = true): what is a tuple in Python is a vector, whose type a bool at run time cannot change.
struct nonzero_form {
  using Parameters = Takes<key::as_tuple>;
  static std::vector<Tensor> call(const Tensor& x, bool as_tuple) {
    check(as_tuple, "nonzero: with as_tuple the result is a vector of tensors; without one tensor, nonzero(x)");
    return xgrad::nonzero_numpy(x);
  }
};
/// tensordot(a, b, dims = 2), or of two lists, dims = {{0, 1}, {1, 0}}.
struct tensordot_form {
  using Parameters = Takes<Given, key::dims>;
  static Tensor call(const Tensor& a, const Tensor& b, std::int64_t dims) { return xgrad::tensordot(a, b, dims); }
  static Tensor call(const Tensor& a, const Tensor& b, const std::vector<std::vector<std::int64_t>>& dims) {
    check(dims.size() == 2, "tensordot expects dims to be a number or two lists, but got {} lists", dims.size());
    return xgrad::tensordot(a, b, dims[0], dims[1]);
  }
};
/// Draws, whose generator comes last.
struct bernoulli_form {
  using Parameters = Takes<Maybe<key::p>, key::generator>;
  static Tensor call(const Tensor& x, None, std::optional<Generator> generator) {
    return xgrad::bernoulli(x, std::move(generator));
  }
  static Tensor call(const Tensor& x, double p, std::optional<Generator> generator = std::nullopt) {
    return xgrad::bernoulli(x, p, std::move(generator));
  }
  static Tensor call(const Tensor& x, const Tensor& p, std::optional<Generator> generator = std::nullopt) {
    return xgrad::bernoulli(x, p, std::move(generator));
  }
};
struct random_in_place {
  using Parameters = Takes<Maybe<key::from>, Maybe<key::to>, key::generator>;
  using Draws = std::optional<Generator>;
  static Tensor& call(Tensor& x, None, None, Draws generator) { return xgrad::random_(x, std::move(generator)); }
  static Tensor& call(Tensor& x, None, std::int64_t to, Draws generator = std::nullopt) {
    return xgrad::random_(x, to, std::move(generator));
  }
  static Tensor& call(Tensor& x, std::int64_t to, None, Draws generator) {
    return xgrad::random_(x, to, std::move(generator));
  }
  static Tensor& call(Tensor& x, std::int64_t from, std::int64_t to, Draws generator = std::nullopt) {
    return xgrad::random_(x, from, to, std::move(generator));
  }
};
#define XGRAD_FORM_IN_PLACE(NAME, ...)                 \
  struct NAME##_in_place {                             \
    using Parameters = Takes<__VA_ARGS__>;             \
    template <class... A>                              \
    static Tensor& call(Tensor& x, A&&... a) {         \
      return xgrad::NAME##_(x, std::forward<A>(a)...); \
    }                                                  \
  };
XGRAD_FORM_IN_PLACE(as_strided, key::size, key::stride, key::storage_offset)
XGRAD_FORM_IN_PLACE(bernoulli, Or<key::p, 1, 2>, key::generator)
XGRAD_FORM_IN_PLACE(copy, key::src, key::non_blocking)
XGRAD_FORM_IN_PLACE(exponential, Or<key::lambd, 1>, key::generator)
XGRAD_FORM_IN_PLACE(fill, key::value)
XGRAD_FORM_IN_PLACE(fill_diagonal, key::fill_value, key::wrap)
XGRAD_FORM_IN_PLACE(normal, Or<key::mean, 0>, Or<key::deviation, 1>, key::generator)
XGRAD_FORM_IN_PLACE(polygamma, key::n)
XGRAD_FORM_IN_PLACE(resize, key::size)
XGRAD_FORM_IN_PLACE(uniform, Or<key::from, 0>, Or<key::to, 1>, key::generator)
#undef XGRAD_FORM_IN_PLACE

#define XGRAD_OWN_FORM(NAME)           \
  template <class... A>                \
  requires kwargs::EndsInKeyword<A...> \
  auto NAME(const Tensor& x, A&&... a) { return by_keyword::call<NAME##_form>(x, std::forward<A>(a)...); }
XGRAD_OWN_FORM(nonzero)
XGRAD_OWN_FORM(tensordot)
XGRAD_OWN_FORM(prod)
XGRAD_OWN_FORM(linalg_matrix_rank)
XGRAD_OWN_FORM(linalg_pinv)
XGRAD_OWN_FORM(bernoulli)
#undef XGRAD_OWN_FORM
#define XGRAD_OWN_FORM_IN_PLACE(NAME)                                         \
  template <class... A>                                                       \
  requires kwargs::EndsInKeyword<A...> Tensor& NAME##_(Tensor& x, A&&... a) { \
    return by_keyword::call<NAME##_in_place>(x, std::forward<A>(a)...);       \
  }
XGRAD_OWN_KEYWORD_FORMS_IN_PLACE(XGRAD_OWN_FORM_IN_PLACE)
#undef XGRAD_OWN_FORM_IN_PLACE

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
XGRAD_FORM_OF_DIMS(nansum)
XGRAD_FORM_OF_DIMS(nanmean)
XGRAD_FORM_OF_DIMS(var_mean)
XGRAD_FORM_OF_DIMS(std_mean)
XGRAD_FORM_OF_DIMS(split)
XGRAD_FORM_OF_DIMS(split_with_sizes)
XGRAD_FORM_OF_DIMS(tensor_split)
XGRAD_FORM_OF_DIMS(roll)
#undef XGRAD_FORM_OF_DIMS
template <class P, class... A>
requires(!kwargs::Keyworded<P> && kwargs::EndsInKeyword<A...>) Tensor
    norm(const Tensor& x, const P& p, std::initializer_list<std::int64_t> dim, A&&... a) {
  return by_keyword::call<norm_form>(x, p, IntArrayRef(dim), std::forward<A>(a)...);
}
inline auto as_strided(const Tensor& x, IntArrayRef size, IntArrayRef stride,
                       kwargs::Argument<key::storage_offset, int> storage_offset) {
  return xgrad::as_strided(x, size, stride, storage_offset.value);
}
template <class... A>
requires kwargs::EndsInKeyword<A...> Tensor index_put(const Tensor& x, std::initializer_list<TensorIndex> indices,
                                                      A&&... a) {
  return by_keyword::call<index_put_form>(x, indices, std::forward<A>(a)...);
}
template <class... A>
requires kwargs::EndsInKeyword<A...> Tensor& index_put_(Tensor& x, std::initializer_list<TensorIndex> indices,
                                                        A&&... a) {
  return by_keyword::call<index_put_in_place>(x, indices, std::forward<A>(a)...);
}

}  // namespace xgrad::by_keyword

namespace xgrad {
/// A list of one in braces is a list: without these, C++ would read `tensor_split(x, {1})` as `tensor_split(x, 1)`.
inline std::vector<Tensor> split(const Tensor& x, std::initializer_list<std::int64_t> sizes, std::int64_t dim = 0) {
  return split(x, IntArrayRef(sizes), dim);
}
inline std::vector<Tensor> tensor_split(const Tensor& x, std::initializer_list<std::int64_t> indices,
                                        std::int64_t dim = 0) {
  return tensor_split(x, IntArrayRef(indices), dim);
}
inline std::vector<Tensor> hsplit(const Tensor& x, std::initializer_list<std::int64_t> indices) {
  return hsplit(x, IntArrayRef(indices));
}
inline std::vector<Tensor> vsplit(const Tensor& x, std::initializer_list<std::int64_t> indices) {
  return vsplit(x, IntArrayRef(indices));
}
inline std::vector<Tensor> dsplit(const Tensor& x, std::initializer_list<std::int64_t> indices) {
  return dsplit(x, IntArrayRef(indices));
}

/// Python's calls, without braces: `broadcast_tensors(x, y)`, `block_diag(a, b)`, `atleast_2d(x, y)`.
#define XGRAD_TAKES_TENSORS(NAME, LEAST)                           \
  template <std::derived_from<Tensor>... T>                        \
  requires(sizeof...(T) >= LEAST) auto NAME(const T&... tensors) { \
    return NAME(TensorList(std::vector<Tensor>{tensors...}));      \
  }
XGRAD_TAKES_TENSORS(atleast_1d, 2)
XGRAD_TAKES_TENSORS(atleast_2d, 2)
XGRAD_TAKES_TENSORS(atleast_3d, 2)
XGRAD_TAKES_TENSORS(block_diag, 1)
XGRAD_TAKES_TENSORS(broadcast_tensors, 1)
XGRAD_TAKES_TENSORS(chain_matmul, 1)
#undef XGRAD_TAKES_TENSORS

// What programs write with the namespace's name: `xgrad::sum(x, dim = 1)`.
using by_keyword::argmax;
using by_keyword::mean;
using by_keyword::sum;
}  // namespace xgrad
