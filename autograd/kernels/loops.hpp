/// The loops under elementwise kernels: any shapes and strides become rows, and a row is a plain loop that vectorises.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace xgrad::kernels {

inline constexpr std::size_t kMaxDims = 64;  // PyTorch's limit as well

/// N arrays of one shape (stride 0 where one is broadcast), their dimensions reordered and merged to as few as
/// possible. Operand 0 is the output.
template <std::size_t N>
struct RowPlan {
  std::size_t ndim = 0;  ///< outer dimensions; the row is apart
  std::int64_t row = 1;  ///< elements in a row
  std::array<std::int64_t, N> row_stride{};
  std::array<char*, N> base{};
  std::int64_t size[kMaxDims];
  std::int64_t stride[N][kMaxDims];  ///< in bytes

  std::int64_t rows() const {
    std::int64_t n = 1;
    for (std::size_t d = 0; d < ndim; ++d) n *= size[d];
    return n;
  }
};

template <std::size_t N>
RowPlan<N> plan_rows(const std::array<const Array*, N>& arrays) {
  RowPlan<N> plan;
  const Array& out = *arrays[0];
  check(out.sizes().size() <= kMaxDims, "tensors of more than {} dimensions are not supported", kMaxDims);
  const std::size_t ndim = out.sizes().size();
  std::size_t order[kMaxDims];
  std::size_t used = 0;
  for (std::size_t d = 0; d < ndim; ++d) {
    if (out.sizes()[d] != 1) order[used++] = d;
  }
  const auto stride_of = [&](std::size_t k, std::size_t d) -> std::int64_t {
    const Array& a = *arrays[k];
    const std::size_t missing = ndim - a.sizes().size();
    if (d < missing || a.sizes()[d - missing] == 1) return 0;
    return a.strides()[d - missing] * static_cast<std::int64_t>(a.itemsize());
  };
  // Largest strides first, judged by the output and then by the inputs; the order of packed arrays stays.
  std::stable_sort(order, order + used, [&](std::size_t a, std::size_t b) {
    for (std::size_t k = 0; k < N; ++k) {
      const std::int64_t x = std::abs(stride_of(k, a)), y = std::abs(stride_of(k, b));
      if (x != y && x != 0 && y != 0) return x > y;
    }
    return false;
  });
  for (std::size_t i = 0; i < used; ++i) {
    const std::int64_t n = out.sizes()[order[i]];
    bool merges = plan.ndim > 0;
    for (std::size_t k = 0; merges && k < N; ++k) merges = plan.stride[k][plan.ndim - 1] == n * stride_of(k, order[i]);
    if (!merges) plan.size[plan.ndim++] = 1;
    const std::size_t at = plan.ndim - 1;
    plan.size[at] *= n;
    for (std::size_t k = 0; k < N; ++k) plan.stride[k][at] = stride_of(k, order[i]);
  }
  for (std::size_t k = 0; k < N; ++k) plan.base[k] = static_cast<char*>(arrays[k]->raw());
  if (plan.ndim > 0) {
    --plan.ndim;
    plan.row = plan.size[plan.ndim];
    for (std::size_t k = 0; k < N; ++k) plan.row_stride[k] = plan.stride[k][plan.ndim];
  }
  return plan;
}

/// Calls row(pointers) for every row.
template <std::size_t N, class Row>
void for_each_row(const RowPlan<N>& plan, Row&& row) {
  std::array<char*, N> at = plan.base;
  if (plan.ndim == 0) return row(at);
  std::int64_t counter[kMaxDims] = {};
  while (true) {
    row(at);
    std::size_t d = plan.ndim;
    while (d-- > 0) {
      for (std::size_t k = 0; k < N; ++k) at[k] += plan.stride[k][d];
      if (++counter[d] < plan.size[d]) break;
      for (std::size_t k = 0; k < N; ++k) at[k] -= plan.size[d] * plan.stride[k][d];
      counter[d] = 0;
      if (d == 0) return;
    }
  }
}

/// Calls row(pointers) for the rows first ≤ i < last.
template <std::size_t N, class Row>
void for_rows(const RowPlan<N>& plan, std::int64_t first, std::int64_t last, Row&& row) {
  std::array<char*, N> at = plan.base;
  std::int64_t counter[kMaxDims];
  std::int64_t rest = first;
  for (std::size_t d = plan.ndim; d-- > 0; rest /= plan.size[d]) {
    counter[d] = rest % plan.size[d];
    for (std::size_t k = 0; k < N; ++k) at[k] += counter[d] * plan.stride[k][d];
  }
  for (std::int64_t i = first; i < last; ++i) {
    row(at);
    for (std::size_t d = plan.ndim; d-- > 0;) {
      for (std::size_t k = 0; k < N; ++k) at[k] += plan.stride[k][d];
      if (++counter[d] < plan.size[d]) break;
      for (std::size_t k = 0; k < N; ++k) at[k] -= plan.size[d] * plan.stride[k][d];
      counter[d] = 0;
    }
  }
}

/// Calls row(pointers, n) for every row, or for pieces of rows, on several threads if that pays; an element costs
/// `cost` elements of a + b. Elements must not depend on each other.
template <std::size_t N, class Row>
void split_rows(const RowPlan<N>& plan, std::int64_t cost, const Row& row) {
  // One copy of the loops, which the piece on this thread and those on others call.
  const auto part = [&](std::int64_t first, std::int64_t last, std::int64_t from, std::int64_t to)
      __attribute__((noinline)) {
    for_rows(plan, first, last, [&](std::array<char*, N> p) {
      for (std::size_t k = 0; k < N; ++k) p[k] += from * plan.row_stride[k];
      row(p, to - from);
    });
  };
  split_matrix(plan.rows(), plan.row, cost, split_limits.elements, part);
}

/// Both arrays are packed and of one shape, so a single row covers them.
inline bool same_packed(const Array& a, const Array& b) {
  return a.is_contiguous() && b.is_contiguous() && a.sizes() == b.sizes();
}

/// Some rows of N arrays: `count` of `n` elements, strides in bytes from element to element and from row to row.
template <std::size_t N>
struct RowBlock {
  std::array<std::int64_t, N> stride;
  std::int64_t n, count = 1;
  std::array<std::int64_t, N> next{};

  /// Calls row(pointers) for each.
  template <class Row>
  [[gnu::always_inline]] void each(std::array<char*, N> at, const Row& row) const {
    for (std::int64_t i = 0; i < count; ++i) {
      row(at);
      for (std::size_t k = 0; k < N; ++k) at[k] += next[k];
    }
  }
};

/// What a kernel does to rows of N arrays, of which the first is the output. The loops around it know neither the types
/// nor the function, so that they are compiled once and not for each operation and dtype; but short rows come many at a
/// time, since the call takes as long as some of them.
template <std::size_t N>
struct RowKernel {
  using Pointers = std::array<char*, N>;
  using Strides = std::array<std::int64_t, N>;  ///< in bytes
  void (*run)(const void* f, const Pointers& at, const RowBlock<N>& rows);
  const void* f;
  std::array<std::size_t, N> element;  ///< bytes of an element
};

/// Runs a kernel over all rows, on several threads if that pays; an element costs `cost` elements of a + b.
template <std::size_t N>
void run_rows(const RowKernel<N>& kernel, const std::array<const Array*, N>& arrays, std::int64_t cost);
extern template void run_rows(const RowKernel<2>&, const std::array<const Array*, 2>&, std::int64_t);
extern template void run_rows(const RowKernel<3>&, const std::array<const Array*, 3>&, std::int64_t);
extern template void run_rows(const RowKernel<4>&, const std::array<const Array*, 4>&, std::int64_t);

/// out[i] = f(a[i]) for one row; strides in bytes.
template <class R, class T, class F>
void unary_row(char* out, std::int64_t so, const char* a, std::int64_t sa, std::int64_t n, F f) {
  if (so == sizeof(R) && sa == sizeof(T)) {
    auto* __restrict r = reinterpret_cast<R*>(out);
    const auto* x = reinterpret_cast<const T*>(a);
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) r[i] = f(x[i]);
    return;
  }
  for (std::int64_t i = 0; i < n; ++i) *reinterpret_cast<R*>(out + i * so) = f(*reinterpret_cast<const T*>(a + i * sa));
}

/// out[i] = f(a[i], b[i]) for one row.
template <class R, class T, class F>
void binary_row(char* out, std::int64_t so, const char* a, std::int64_t sa, const char* b, std::int64_t sb,
                std::int64_t n, F f) {
  constexpr std::int64_t t = sizeof(T);
  auto* r = reinterpret_cast<R*>(out);
  const auto* x = reinterpret_cast<const T*>(a);
  const auto* y = reinterpret_cast<const T*>(b);
  if (so == sizeof(R) && sa == t && sb == t) {
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) r[i] = f(x[i], y[i]);
  } else if (so == sizeof(R) && sa == t && sb == 0) {
    const T c = *y;
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) r[i] = f(x[i], c);
  } else if (so == sizeof(R) && sa == 0 && sb == t) {
    const T c = *x;
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) r[i] = f(c, y[i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) {
      *reinterpret_cast<R*>(out + i * so) =
          f(*reinterpret_cast<const T*>(a + i * sa), *reinterpret_cast<const T*>(b + i * sb));
    }
  }
}

/// out = f(a), with types known; f costs as much as `cost` additions.
template <class R, class T, class F>
void map_unary(const Array& out, const Array& a, F f, std::int64_t cost = 1) {
  using Row = RowKernel<2>;
  run_rows<2>({[](const void* g, const Row::Pointers& at, const RowBlock<2>& rows) {
                 const auto& s = rows.stride;
                 rows.each(at, [&](const Row::Pointers& p) {
                   unary_row<R, T>(p[0], s[0], p[1], s[1], rows.n, *static_cast<const F*>(g));
                 });
               },
               &f,
               {sizeof(R), sizeof(T)}},
              {&out, &a}, cost);
}

/// out = f(a, b), with types known; f costs as much as `cost` additions.
template <class R, class T, class F>
void map_binary(const Array& out, const Array& a, const Array& b, F f, std::int64_t cost = 1) {
  if (out.numel() == 1) {  // not worth what many need
    *out.data<R>() = f(*a.data<T>(), *b.data<T>());
    return;
  }
  using Row = RowKernel<3>;
  run_rows<3>({[](const void* g, const Row::Pointers& at, const RowBlock<3>& rows) {
                 const auto& s = rows.stride;
                 rows.each(at, [&](const Row::Pointers& p) {
                   binary_row<R, T>(p[0], s[0], p[1], s[1], p[2], s[2], rows.n, *static_cast<const F*>(g));
                 });
               },
               &f,
               {sizeof(R), sizeof(T), sizeof(T)}},
              {&out, &a, &b}, cost);
}

/// f(i) for 0 ≤ i < n. Numbers of 32 bits are what vectors make floats of, so that i is one if that will do.
template <class F>
void for_numbers(std::int64_t n, const F& f) {
  if (n <= std::numeric_limits<std::int32_t>::max())
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(n); ++i) f(i);
  else
    for (std::int64_t i = 0; i < n; ++i) f(i);
}

/// Where the result goes: `*out` after PyTorch's checks, or a new array of the broadcast shape.
Array result_for(std::initializer_list<const Array*> inputs, ScalarType dtype, const Array* out);

}  // namespace xgrad::kernels
