/// Tensors as xtensor expressions and back. Opt-in: the only public header that includes xtensor, which the program
/// has to find by itself (Debian's libxtensor-dev; with CMake, find_package(xtensor) and link `xtensor`).
///
///     auto a = as_xtensor<float>(x);          // x's own memory, whatever its strides
///     a(0, 2) = 1;                            // writes to x
///     xt::view(a, 1) *= 2;
///     Tensor y = from_xtensor(xt::sin(a));    // evaluates, once, into a new tensor
///     Tensor z = from_xtensor(m);             // m's own memory, which has to stay as long as z
///     Tensor w = from_xtensor(std::move(m));  // takes m's memory over
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <array>
#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
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

template <class List>
Dims dims_of(const List& list) {
  Dims out;
  for (const auto n : list) out.push_back(static_cast<std::int64_t>(n));
  return out;
}

/// Has its elements in memory that may be written to, at fixed steps: a container or a view of one, not const.
template <class E>
concept InMemory = requires(E& e) {
  { e.data() } -> std::same_as<typename std::remove_cvref_t<E>::value_type*>;
  e.data_offset();
  e.strides();
};

/// The tensor over e's elements, or an undefined one where e steps backwards, which a tensor's memory cannot.
template <class E>
Tensor over_elements(E& e, std::function<void(void*)> deleter) {
  Dims strides = dims_of(e.strides());
  const Dims sizes = dims_of(e.shape());
  for (std::size_t d = 0; d < strides.size(); ++d) {
    if (sizes[d] == 1) strides[d] = 1;  // xtensor's is 0
    if (strides[d] < 0) return {};
  }
  using T = typename std::remove_cvref_t<E>::value_type;
  return from_blob(e.data() + e.data_offset(), sizes, strides, std::move(deleter), TensorOptions(dtype_of<T>()));
}

}  // namespace detail

/// A container, or a view of one, becomes a tensor of the same memory, with its strides and nothing copied: writing to
/// either is seen by both. What has a name is referred to, so it must stay where it is for as long as the tensor or a
/// view of it is used. What is given away (`from_xtensor(std::move(a))`, a temporary) is kept by the tensor; a view
/// that is given away still refers to the container that it was made of.
///
/// What is const, steps backwards or is still to be computed is evaluated, once, into a new tensor of its dtype.
template <class E>
Tensor from_xtensor(E&& expression) {
  using Expression = std::remove_cvref_t<E>;
  using T = std::remove_cv_t<typename Expression::value_type>;
  if constexpr (detail::InMemory<std::remove_reference_t<E>>) {
    if constexpr (std::is_lvalue_reference_v<E>) {
      if (Tensor shared = detail::over_elements(expression, [](void*) {}); shared.defined()) return shared;
    } else {
      auto owner = std::make_unique<Expression>(std::move(expression));
      Tensor taken = detail::over_elements(*owner, [held = owner.get()](void*) { delete held; });
      if (taken.defined()) return owner.release(), taken;
      return from_xtensor(std::as_const(*owner));
    }
  }
  const Tensor out = empty(detail::dims_of(expression.shape()), TensorOptions(dtype_of<T>()));
  auto target = as_xtensor<T>(out);
  xt::noalias(target) = expression;
  return out;
}

}  // namespace xgrad
