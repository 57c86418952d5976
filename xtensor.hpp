/// Tensors as xtensor expressions and back. Opt-in: the only public header that includes xtensor, which the program
/// has to find by itself (Debian's libxtensor-dev; with CMake, find_package(xtensor) and link `xtensor`).
///
///     auto a = as_xtensor<float>(x);          // x's own memory, whatever its strides
///     a(0, 2) = 1;                            // writes to x
///     xt::view(a, 1) *= 2;
///     Tensor y = from_xtensor(xt::sin(a));    // evaluates, once, into a new tensor
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <array>
#include <type_traits>
#include <vector>

#include <xtensor/xexpression_traits.hpp>
#include <xtensor/xstorage.hpp>
#include <xtensor/xtensor_forward.hpp>

// Before the rest of xtensor: a trait that it loses in C++20 is put back, as autograd/kernels/xtensor.hpp explains.
#ifndef XGRAD_XTENSOR_SVECTOR_TRAIT
#define XGRAD_XTENSOR_SVECTOR_TRAIT
namespace xt::detail {
template <class X, std::size_t N>
struct xtype_for_shape<svector<X, N>> {
  template <class T, layout_type L>
  using type = xarray<T, L>;
};
}  // namespace xt::detail
#endif

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>

namespace xgrad {

/// A tensor's elements as an xtensor expression to read and to write, in place, with its strides. T must be the dtype.
/// It keeps nothing alive: use it no longer than the tensor's memory is there. Autograd does not see what is written;
/// call it on `x.detach()` or a leaf outside of any graph.
template <class T>
auto as_xtensor(const Tensor& x) {
  std::vector<std::size_t> shape(x.sizes().begin(), x.sizes().end());
  std::vector<std::ptrdiff_t> strides(x.strides().begin(), x.strides().end());
  std::size_t extent = x.numel() > 0;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (extent > 0) extent += (shape[d] - 1) * static_cast<std::size_t>(strides[d]);
    strides[d] = shape[d] == 1 ? 0 : strides[d];  // as xtensor has it where there is nothing to step over
  }
  // A view of all the memory in between: an adaptor with strides would take its elements for packed in some places.
  const std::array<std::size_t, 1> length{extent};
  return xt::strided_view(xt::adapt(x.data_ptr<T>(), extent, xt::no_ownership(), length), std::move(shape),
                          std::move(strides), 0,
                          x.is_contiguous() ? xt::layout_type::row_major : xt::layout_type::dynamic);
}

namespace detail {

template <class E>
inline constexpr bool owns_elements = false;
template <class T, xt::layout_type L, class A, class S>
inline constexpr bool owns_elements<xt::xarray_container<xt::uvector<T, A>, L, S>> = true;
template <class T, std::size_t N, xt::layout_type L, class A>
inline constexpr bool owns_elements<xt::xtensor_container<xt::uvector<T, A>, N, L>> = true;

template <class List>
Dims dims_of(const List& list) {
  Dims out;
  for (const auto n : list) out.push_back(static_cast<std::int64_t>(n));
  return out;
}

}  // namespace detail

/// The expression's values as a new tensor of its dtype, evaluated straight into it. An xarray or xtensor that is given
/// away (`from_xtensor(std::move(a))`) is not copied: the tensor takes over its memory.
template <class E>
Tensor from_xtensor(E&& expression) {
  using Expression = std::remove_cvref_t<E>;
  using T = std::remove_cv_t<typename Expression::value_type>;
  const Dims sizes = detail::dims_of(expression.shape());
  if constexpr (detail::owns_elements<Expression> && !std::is_lvalue_reference_v<E> &&
                !std::is_const_v<std::remove_reference_t<E>>) {
    if (expression.layout() == xt::layout_type::row_major) {
      auto* const owner = new Expression(std::move(expression));
      return from_blob(
          owner->data(), sizes, [owner](void*) { delete owner; }, TensorOptions(dtype_of<T>()));
    }
  }
  const Tensor out = empty(sizes, TensorOptions(dtype_of<T>()));
  auto target = as_xtensor<T>(out);
  xt::noalias(target) = expression;
  return out;
}

}  // namespace xgrad
