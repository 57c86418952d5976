/// How an optimiser's kernel goes over memory: once, with the parameter, its gradient and its state side by side.
#pragma once

#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/loops.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace xgrad::kernels {

/// What an optimiser keeps for each element of a parameter, with its name for errors. Null when it keeps none.
struct Kept {
  const char* name;
  const Array* array;
};

inline void check_like(const char* optimizer, const Array& p, const Array& other, const char* what) {
  if (p.dtype() == other.dtype() && p.sizes() == other.sizes()) return;
  fail("{}: the {} ({} {}) must have the parameter's dtype and shape ({} {})", optimizer, what,
       info(other.dtype()).cname, other.sizes(), info(p.dtype()).cname, p.sizes());
}

/// Calls `run(p, g, kept, n)` with pointers of p's type to n elements each, for all elements or, on several threads,
/// for parts of them. Throws Error when an array has not p's dtype and shape.
template <std::size_t N, class F>
void sweep(const char* optimizer, const Array& p, const Array& g, const std::array<Kept, N>& kept, F run) {
  check_like(optimizer, p, g, "gradient");
  for (const Kept& k : kept) {
    if (k.array) check_like(optimizer, p, *k.array, k.name);
  }
  if (p.numel() == 0) return;
  const auto same_layout = [&](const Array& a) {
    return p.is_contiguous() ? a.is_contiguous() : a.strides() == p.strides();
  };
  if ((p.is_contiguous() || p.is_dense()) && same_layout(g) &&
      std::ranges::all_of(kept, [&](const Kept& k) { return !k.array || same_layout(*k.array); })) {
    dispatch_floating(p.dtype(), optimizer, [&]<class T>() {
      std::array<T*, N> pointers{};
      for (std::size_t i = 0; i < N; ++i) pointers[i] = kept[i].array ? kept[i].array->template data<T>() : nullptr;
      T* const to = p.data<T>();
      const T* const from = g.data<T>();
      constexpr std::int64_t kCost = 2;  // of an element, in additions
      split(p.numel(), kCost, split_limits.elements, [&](std::int64_t first, std::int64_t last) {
        std::array<T*, N> part{};
        for (std::size_t i = 0; i < N; ++i) part[i] = pointers[i] ? pointers[i] + first : nullptr;
        run(to + first, from + first, part, last - first);
      });
    });
    return;
  }
  // Layouts that differ are rare: packed copies, and back.
  const Array packed_p = contiguous_copy(p), packed_g = contiguous_copy(g);
  std::array<Array, N> copies;
  std::array<Kept, N> packed{};
  for (std::size_t i = 0; i < N; ++i) {
    if (kept[i].array) copies[i] = contiguous_copy(*kept[i].array);
    packed[i] = {kept[i].name, kept[i].array ? &copies[i] : nullptr};
  }
  sweep(optimizer, packed_p, packed_g, packed, run);
  copy(p, packed_p);
  for (std::size_t i = 0; i < N; ++i) {
    if (kept[i].array) copy(*kept[i].array, copies[i]);
  }
}

/// f(i) for all elements, as vectors.
template <class F>
inline void each_element(std::int64_t n, F f) {
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) f(i);
}

/// Calls `f.operator()<flags...>()`: a loop for each combination of options, so that none of them asks in the loop.
template <bool... known, class F>
void with_flags(F f) {
  f.template operator()<known...>();
}
template <bool... known, class F, class... Rest>
void with_flags(F f, bool flag, Rest... rest) {
  if (flag)
    with_flags<known..., true>(f, rest...);
  else
    with_flags<known..., false>(f, rest...);
}

/// The gradient as the options want it: negated to maximise, with the weights' decay added.
template <bool decay, class T>
inline T directed(T g, T sign, T p, T weight_decay) {
  const T d = g * sign;
  return decay ? std::fma(p, weight_decay, d) : d;
}

}  // namespace xgrad::kernels
