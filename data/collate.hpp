/// Collating: a list of examples becomes one batch of tensors.
#pragma once

#include <xgrad/data/array_ref.hpp>
#include <xgrad/data/example.hpp>

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad::data {

namespace detail {

template <class T>
concept Number = std::is_arithmetic_v<T>;
/// Values of which many make one tensor.
template <class T>
concept Stackable = Number<T> || std::same_as<T, Tensor>;

/// What a field becomes in a batch: one tensor, or else a vector of what it was.
template <class T>
using Column = std::conditional_t<Stackable<T>, Tensor, std::vector<T>>;

/// How an example comes apart: its fields, and the batch of their columns. A type not listed here is one field.
template <class E>
struct Parts {
  using Fields = std::tuple<E>;
  using Batch = Column<E>;
  static std::tuple<E&> tie(E& e) { return std::tie(e); }
};
template <class A, class B>
struct Parts<Example<A, B>> {
  using Fields = std::tuple<A, B>;
  using Batch = Example<Column<A>, Column<B>>;
  static std::tuple<A&, B&> tie(Example<A, B>& e) { return std::tie(e.data, e.target); }
};
template <class A>
struct Parts<Example<A, void>> {
  using Fields = std::tuple<A>;
  using Batch = Example<Column<A>, void>;
  static std::tuple<A&> tie(Example<A, void>& e) { return std::tie(e.data); }
};
template <class A, class B>
struct Parts<std::pair<A, B>> {
  using Fields = std::tuple<A, B>;
  using Batch = std::pair<Column<A>, Column<B>>;
  static std::tuple<A&, B&> tie(std::pair<A, B>& e) { return std::tie(e.first, e.second); }
};
template <class... T>
struct Parts<std::tuple<T...>> {
  using Fields = std::tuple<T...>;
  using Batch = std::tuple<Column<T>...>;
  static std::tuple<T&...> tie(std::tuple<T...>& e) {
    return std::apply([](T&... t) { return std::tie(t...); }, e);
  }
};

template <class E>
inline constexpr std::size_t kFields = std::tuple_size_v<typename Parts<E>::Fields>;
template <class E, std::size_t I>
using Field = std::tuple_element_t<I, typename Parts<E>::Fields>;
/// All fields are tensors and numbers.
template <class E>
inline constexpr bool kStackable = []<class... T>(std::type_identity<std::tuple<T...>>) {
  return (Stackable<T> && ...);
}(std::type_identity<typename Parts<E>::Fields>{});

/// The dtype of a column of Ts, as Python's collate chooses it: int64, float64 or bool.
template <Number T>
constexpr ScalarType column_dtype() {
  return std::is_same_v<T, bool> ? kBool : std::is_floating_point_v<T> ? kFloat64 : kInt64;
}
template <Number T>
using ColumnElement = std::conditional_t<std::is_same_v<T, bool>, bool,
                                         std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>>;

/// Tensors of one shape as rows of a new one: `stack`, by plain copies of memory where no gradient is involved.
Tensor stack_rows(const std::vector<Tensor>& rows);
/// Row `index` of a column, sharing its memory.
Tensor row(const Tensor& column, std::size_t index);
/// These rows of a column: a view of it when they lie in order side by side, else a copy.
Tensor take_rows(const Tensor& column, ArrayRef<std::size_t> indices);
/// Every step-th row, `count` of them, as a view.
Tensor slice_rows(const Tensor& column, std::size_t start, std::size_t count, std::size_t step);

template <class E, std::size_t I>
Column<Field<E, I>> collate_field(std::vector<E>& examples) {
  using T = Field<E, I>;
  if constexpr (Number<T>) {
    using C = ColumnElement<T>;
    const Array column = Array::empty({static_cast<std::int64_t>(examples.size())}, column_dtype<T>());
    C* out = column.data<C>();
    for (E& e : examples) *out++ = static_cast<C>(std::get<I>(Parts<E>::tie(e)));
    return Tensor(column);
  } else {
    std::vector<T> values;
    values.reserve(examples.size());
    for (E& e : examples) values.push_back(std::move(std::get<I>(Parts<E>::tie(e))));
    if constexpr (std::same_as<T, Tensor>)
      return stack_rows(values);
    else
      return values;
  }
}

/// A batch from a function that makes the column of a field: `make.template operator()<I>()`.
template <class E, class Make>
typename Parts<E>::Batch make_batch(Make&& make) {
  using Batch = typename Parts<E>::Batch;
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    if constexpr (std::same_as<Batch, Column<E>>)
      return make.template operator()<0>();
    else
      return Batch{make.template operator()<I>()...};
  }
  (std::make_index_sequence<kFields<E>>{});
}

}  // namespace detail

/// What a loader makes of examples of type E unless told otherwise: Example<Tensor, std::int64_t> gives
/// Example<Tensor, Tensor>. Pairs and tuples come apart too; a field that is neither tensor nor number gives a vector.
template <class E>
using DefaultBatch = typename detail::Parts<E>::Batch;

/// Tensors are stacked, integers become an int64 tensor, floats a float64 one, anything else a vector.
/// Throws "stack expects each tensor to be equal size" for tensors of unequal shapes.
template <class E>
DefaultBatch<E> default_collate(std::vector<E> examples) {
  check<ValueError>(!examples.empty(), "a batch needs at least one example");
  return detail::make_batch<E>([&]<std::size_t I>() { return detail::collate_field<E, I>(examples); });
}

}  // namespace xgrad::data

namespace xgrad {
using data::default_collate;
}
