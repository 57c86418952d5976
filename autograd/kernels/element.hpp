/// Conversions of elements, and numbers that must be some.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/scalar.hpp>

#include <type_traits>

namespace xgrad::kernels {

using detail::convert;

/// What T's arithmetic is done in: integers wrap around as in PyTorch, and only unsigned ones may.
template <class T>
struct WrappingOf {
  using type = T;
};
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) struct WrappingOf<T> {
  using type = std::make_unsigned_t<std::conditional_t<sizeof(T) < 4, std::int32_t, T>>;
};
template <class T>
using Wrapping = typename WrappingOf<T>::type;

/// Throws where `dtype` cannot hold the number, which may be an array's only element.
void check_held(Scalar value, ScalarType dtype);
void check_held(const Array& number, ScalarType dtype);

}  // namespace xgrad::kernels
