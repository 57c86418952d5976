/// Registers of this level as types with arithmetic lane by lane (an extension of g++ and clang).
#pragma once

#include <cstdint>

namespace xgrad::kernels {
namespace {

#ifdef __AVX512F__
inline constexpr std::uint64_t kVectorBytes = 64;
#else
inline constexpr std::uint64_t kVectorBytes = 32;
#endif

template <class T, std::uint64_t bytes>
struct SizedVector {
  typedef T Type __attribute__((vector_size(bytes)));
};
template <class T>
using Vector = typename SizedVector<T, kVectorBytes>::Type;
using FloatVector = Vector<float>;
using DoubleVector = Vector<double>;

/// p[0] … p[n-1], and `padding` in the lanes beyond.
template <class T>
inline Vector<T> load(const T* p, std::int64_t n, T padding) {
  Vector<T> v;
  if (n == static_cast<std::int64_t>(sizeof(v) / sizeof(T))) {
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  v = padding - Vector<T>{};
  __builtin_memcpy(&v, p, static_cast<std::size_t>(n) * sizeof(T));
  return v;
}

}  // namespace
}  // namespace xgrad::kernels
