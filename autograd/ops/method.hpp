/// How an operation becomes a method: each family's header declares its functions, then a mixin that forwards to them.
#pragma once

#include <xgrad/autograd/array/dims.hpp>
#include <xgrad/autograd/array/scalar.hpp>
#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/autograd/ops/keyword_table.hpp>

#include <concepts>
#include <initializer_list>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace xgrad {

class Tensor;
class TensorList;
class ValuesIndices;

/// An undefined Tensor: the default of arguments that may be left out.
const Tensor& absent_tensor();

namespace by_keyword {
template <class Form, class X, class... A>
decltype(auto) call(X& x, A&&... a);

// What XGRAD_TAKES_KEYWORDS names.
#define XGRAD_KEYWORD_FORM_NAME(NAME, ...) struct NAME##_form;
#define XGRAD_KEYWORD_FORM_NAME_IN_PLACE(NAME) struct NAME##_in_place;
XGRAD_KEYWORD_FORMS(XGRAD_KEYWORD_FORM_NAME)
XGRAD_KEYWORD_FORMS_IN_PLACE(XGRAD_KEYWORD_FORM_NAME_IN_PLACE)
XGRAD_OWN_KEYWORD_FORMS(XGRAD_KEYWORD_FORM_NAME)
XGRAD_OWN_KEYWORD_FORMS_IN_PLACE(XGRAD_KEYWORD_FORM_NAME_IN_PLACE)
#undef XGRAD_KEYWORD_FORM_NAME
#undef XGRAD_KEYWORD_FORM_NAME_IN_PLACE
}  // namespace by_keyword

/// The method of that name with keywords: `x.sum(dim = 1)`.
#define XGRAD_TAKES_KEYWORDS(NAME)                                                     \
  template <class... A>                                                                \
  requires kwargs::EndsInKeyword<A...>                                                 \
  decltype(auto) NAME(A&&... a) const {                                                \
    return by_keyword::call<by_keyword::NAME##_form>(as(this), std::forward<A>(a)...); \
  }

/// The same of the twin in place: `x.add_(y, alpha = 2)`.
#define XGRAD_TAKES_KEYWORDS_IN_PLACE(NAME)                                                      \
  template <class... A>                                                                          \
  requires kwargs::EndsInKeyword<A...> T& NAME##_(A&&... a) const {                              \
    return by_keyword::call<by_keyword::NAME##_in_place>(writable(this), std::forward<A>(a)...); \
  }

/// The first, and `x.sum({0, 1}, keepdim = true)`.
#define XGRAD_TAKES_KEYWORDS_AND_DIMS(NAME)                                                               \
  XGRAD_TAKES_KEYWORDS(NAME)                                                                              \
  template <class... A>                                                                                   \
  requires kwargs::EndsInKeyword<A...>                                                                    \
  decltype(auto) NAME(std::initializer_list<std::int64_t> dims, A&&... a) const {                         \
    return by_keyword::call<by_keyword::NAME##_form>(as(this), IntArrayRef(dims), std::forward<A>(a)...); \
  }

namespace detail {

/// How many integers come before anything else; 0 where another one follows later.
template <class... A>
constexpr std::size_t leading_integers() {
  constexpr bool is_integer[] = {(std::integral<A> && !std::same_as<A, bool>)..., false};
  std::size_t n = 0, all = 0;
  while (is_integer[n]) ++n;
  for (const bool i : is_integer) all += i;
  return all == n ? n : 0;
}
/// make(sizes, the rest): a shape without braces, `zeros(2, 3, kFloat64)`.
template <class Make, class... A>
auto with_sizes(Make make, A... a) {
  const auto all = std::forward_as_tuple(a...);
  constexpr std::size_t n = leading_integers<A...>();
  return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>) {
    const std::int64_t sizes[] = {static_cast<std::int64_t>(std::get<I>(all))...};
    return make(IntArrayRef(sizes, n), std::get<n + J>(all)...);
  }
  (std::make_index_sequence<n>(), std::make_index_sequence<sizeof...(A) - n>());
}

}  // namespace detail

/// Sizes and dimensions without braces, as Python takes them: `x.view(-1, 784)`. One alone is a list already.
#define XGRAD_TAKES_INTS(NAME)                                                                                      \
  template <class... I>                                                                                             \
  requires(detail::leading_integers<I...>() > 1 && detail::leading_integers<I...>() == sizeof...(I)) decltype(auto) \
  NAME(I... i) const {                                                                                              \
    const std::int64_t list[] = {static_cast<std::int64_t>(i)...};                                                  \
    return NAME(IntArrayRef(list, sizeof...(I)));                                                                   \
  }

/// Base of the families' mixins; `T` is always Tensor, complete by the time a method is used. Each mixin names itself
/// as `Family`: empty bases of one type must lie apart, and would make a handle twice as large.
template <class T, class Family>
struct Methods {
 protected:
  template <class Mixin>
  static const T& as(const Mixin* mixin) {
    return static_cast<const T&>(*mixin);
  }
  template <class Mixin>
  static T& writable(const Mixin* mixin) {
    return const_cast<T&>(static_cast<const T&>(*mixin));
  }
};

}  // namespace xgrad
