/// Small arrays for kernel tests: made from lists, read back as lists.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace xgrad::test {

template <class T>
constexpr T kInf = std::numeric_limits<T>::infinity();
template <class T>
constexpr T kNaN = std::numeric_limits<T>::quiet_NaN();

/// A packed array of T with these elements.
template <class T>
Array make(IntArrayRef sizes, const std::vector<T>& values) {
  Array a = Array::empty(sizes, dtype_of<T>());
  check(static_cast<std::size_t>(a.numel()) == values.size(), "{} elements for {} values", a.numel(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) a.data<T>()[i] = values[i];
  return a;
}

/// f(0), f(1), ... in row-major order.
template <class T, class F>
Array generate(IntArrayRef sizes, F f) {
  Array a = Array::empty(sizes, dtype_of<T>());
  for (std::int64_t i = 0; i < a.numel(); ++i) a.data<T>()[i] = static_cast<T>(f(i));
  return a;
}

/// Numbers between -2 and 2 without a pattern, the same in every run.
template <class T>
Array noise(IntArrayRef sizes, std::uint64_t seed = 1) {
  std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
  return generate<T>(sizes, [&](std::int64_t) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state >> 40) / (1 << 22) - 2;
  });
}

/// The offset of element number `i` in row-major order.
inline std::int64_t offset_of(const Array& a, std::int64_t i) {
  std::int64_t offset = 0;
  for (std::size_t d = a.sizes().size(); d-- > 0;) {
    offset += i % a.sizes()[d] * a.strides()[d];
    i /= a.sizes()[d];
  }
  return offset;
}

/// Every element in row-major order, whatever the strides.
template <class T>
std::vector<T> values(const Array& a) {
  check(a.dtype() == dtype_of<T>(), "the array holds {}", info(a.dtype()).name);
  std::vector<T> out(static_cast<std::size_t>(a.numel()));
  for (std::int64_t i = 0; i < a.numel(); ++i) out[static_cast<std::size_t>(i)] = a.data<T>()[offset_of(a, i)];
  return out;
}

/// The same numbers in other memory: packed, transposed in memory, every second element of a larger array.
template <class T>
std::vector<Array> layouts(const Array& packed) {
  std::vector<Array> out{packed};
  const auto copy_into = [&](const Array& target) {
    for (std::int64_t i = 0; i < packed.numel(); ++i)
      std::memcpy(target.data<T>() + offset_of(target, i), packed.data<T>() + offset_of(packed, i), sizeof(T));
    out.push_back(target);
  };
  const Dims& sizes = packed.sizes();
  if (sizes.size() >= 2) {
    Dims reversed(sizes), order(sizes);
    for (std::size_t d = 0; d < sizes.size(); ++d) {
      reversed[d] = sizes[sizes.size() - 1 - d];
      order[d] = static_cast<std::int64_t>(sizes.size() - 1 - d);
    }
    copy_into(Array::empty(reversed, packed.dtype()).permute(order));
  }
  if (!sizes.empty()) {
    Dims larger(sizes);
    for (auto& s : larger) s *= 2;
    Array target = Array::empty(larger, packed.dtype());
    for (std::int64_t d = 0; d < packed.dim(); ++d) target = target.slice(d, 1, larger[static_cast<std::size_t>(d)], 2);
    copy_into(target);
  }
  return out;
}

}  // namespace xgrad::test
