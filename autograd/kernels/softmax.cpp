#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/softmax.hpp>
#include <xgrad/autograd/kernels/softmax_rows.hpp>

namespace xgrad::kernels {
namespace {

/// A packed array seen as [outer, n, inner] around the dimension of the softmax.
struct Split {
  std::int64_t outer = 1, n = 1, inner = 1;
  Split(const Array& x, std::int64_t dim) {
    for (std::int64_t d = 0; d < x.dim(); ++d) {
      const std::int64_t size = x.sizes()[static_cast<std::size_t>(d)];
      (d < dim ? outer : d > dim ? inner : n) *= size;
    }
  }
};

template <class T>
void softmax_rows(T* y, const T* x, std::int64_t rows, std::int64_t n) {
  if (n >= kLongSoftmax) {
    for (std::int64_t i = 0; i < rows; ++i) row_functions<T>().softmax(y + i * n, x + i * n, n);
    return;
  }
  T e[kSoftmaxBlock];
  const std::int64_t step = softmax_block_rows(n);
  for (std::int64_t i = 0; i < rows; i += step) {
    const std::int64_t count = std::min(step, rows - i);
    shift_rows(e, x + i * n, count, n);
    exp_row(e, e, count * n);
    for (std::int64_t r = 0; r < count; ++r) {
      const T* const row = e + r * n;
      T* const out = y + (i + r) * n;
      const T sum = static_cast<T>(sum_row(row, n));
      XGRAD_INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) out[j] = row[j] / sum;
    }
  }
}

template <class T>
void log_softmax_rows(T* y, const T* x, std::int64_t rows, std::int64_t n) {
  if (n >= kLongSoftmax) {
    for (std::int64_t i = 0; i < rows; ++i) row_functions<T>().log_softmax(y + i * n, x + i * n, n);
    return;
  }
  T e[kSoftmaxBlock];
  const std::int64_t step = softmax_block_rows(n);
  for (std::int64_t i = 0; i < rows; i += step) {
    const std::int64_t count = std::min(step, rows - i);
    T* const block = y + i * n;
    shift_rows(block, x + i * n, count, n);
    exp_row(e, block, count * n);
    for (std::int64_t r = 0; r < count; ++r) {
      T* const row = block + r * n;
      const T log_sum = std::log(static_cast<T>(sum_row(e + r * n, n)));
      for (std::int64_t j = 0; j < n; ++j) row[j] -= log_sum;
    }
  }
}

constexpr std::int64_t kTile = 256;  // columns that go together when the softmax runs across rows

/// Along the middle dimension of [n, inner], `width` columns at once. y and x start at the first of them.
template <class T, bool log>
void softmax_tile(T* y, const T* x, std::int64_t n, std::int64_t inner, std::int64_t width) {
  T top[kTile], sum[kTile], e[kTile];
  std::copy_n(x, width, top);
  for (std::int64_t i = 1; i < n; ++i) {
    const T* const row = x + i * inner;
    for (std::int64_t j = 0; j < width; ++j) top[j] = row[j] > top[j] ? row[j] : top[j];
  }
  std::fill_n(sum, width, T(0));
  for (std::int64_t i = 0; i < n; ++i) {
    const T* const row = x + i * inner;
    T* const out = y + i * inner;
    XGRAD_INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) out[j] = row[j] - top[j];
    exp_row(e, out, width);
    for (std::int64_t j = 0; j < width; ++j) sum[j] += e[j];
    if constexpr (!log) std::copy_n(e, width, out);
  }
  if constexpr (log) {
    for (std::int64_t j = 0; j < width; ++j) sum[j] = std::log(sum[j]);
  }
  for (std::int64_t i = 0; i < n; ++i) {
    T* const out = y + i * inner;
    for (std::int64_t j = 0; j < width; ++j) out[j] = log ? out[j] - sum[j] : out[j] / sum[j];
  }
}

template <class T, bool log>
void backward_rows(T* dx, const T* g, const T* y, std::int64_t rows, std::int64_t n) {
  if (n >= kLongSoftmax) {
    const auto row = log ? row_functions<T>().log_softmax_backward : row_functions<T>().softmax_backward;
    for (std::int64_t i = 0; i < rows; ++i) row(dx + i * n, g + i * n, y + i * n, n);
    return;
  }
  T e[kSoftmaxBlock];
  const std::int64_t step = softmax_block_rows(n);
  for (std::int64_t i = 0; i < rows; i += step) {
    const std::int64_t count = std::min(step, rows - i);
    if constexpr (log) exp_row(e, y + i * n, count * n);
    for (std::int64_t r = i; r < i + count; ++r) {
      const T *const gr = g + r * n, *const yr = y + r * n, *const er = e + (r - i) * n;
      T* const out = dx + r * n;
      const T s = static_cast<T>(log ? sum_row(gr, n) : dot_row(gr, yr, n));
      XGRAD_INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) out[j] = log ? gr[j] - er[j] * s : yr[j] * (gr[j] - s);
    }
  }
}

template <class T, bool log>
void backward_tile(T* dx, const T* g, const T* y, std::int64_t n, std::int64_t inner, std::int64_t width) {
  T sum[kTile], e[kTile];
  std::fill_n(sum, width, T(0));
  for (std::int64_t i = 0; i < n; ++i) {
    const T *const gi = g + i * inner, *const yi = y + i * inner;
    for (std::int64_t j = 0; j < width; ++j) sum[j] += log ? gi[j] : gi[j] * yi[j];
  }
  for (std::int64_t i = 0; i < n; ++i) {
    const T *const gi = g + i * inner, *const yi = y + i * inner;
    T* const out = dx + i * inner;
    if constexpr (log) exp_row(e, yi, width);
    XGRAD_INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) out[j] = log ? gi[j] - e[j] * sum[j] : yi[j] * (gi[j] - sum[j]);
  }
}

/// some(offset, rows) for parts of the rows of [outer, n]; they begin with a block.
template <class F>
void split_into_rows(const Split& s, const F& some) {
  split(s.outer, s.n * kSoftmaxCost, softmax_block_rows(s.n),
        [&](std::int64_t first, std::int64_t last) { some(first * s.n, last - first); });
}

/// tile(offset, width) for every group of columns of [outer, n, inner].
template <class F>
void split_into_tiles(const Split& s, const F& tile) {
  split_matrix(s.outer, s.inner, s.n * kSoftmaxCost, kTile, [&](auto first, auto last, auto from, auto to) {
    for (std::int64_t i = first; i < last; ++i) {
      for (std::int64_t j = from; j < to; j += kTile) tile(i * s.n * s.inner + j, std::min(kTile, to - j));
    }
  });
}

}  // namespace

Array softmax(const Array& x, std::int64_t dim, bool log) {
  Array out = Array::empty(x.sizes(), x.dtype());
  dispatch_floating(x.dtype(), log ? "log_softmax_lastdim_kernel_impl" : "softmax_lastdim_kernel_impl", [&]<class T>() {
    if (x.numel() == 0) return;
    const Array in = packed(x);
    const Split s(x, dim);
    T* const y = out.data<T>();
    const T* const p = in.data<T>();
    if (s.inner == 1) {
      return split_into_rows(s, [&](std::int64_t at, std::int64_t rows) {
        log ? log_softmax_rows(y + at, p + at, rows, s.n) : softmax_rows(y + at, p + at, rows, s.n);
      });
    }
    split_into_tiles(s, [&](std::int64_t at, std::int64_t width) {
      if (log)
        softmax_tile<T, true>(y + at, p + at, s.n, s.inner, width);
      else
        softmax_tile<T, false>(y + at, p + at, s.n, s.inner, width);
    });
  });
  return out;
}

Array softmax_backward(const Array& g, const Array& y, std::int64_t dim, bool log) {
  if (g.sizes() != y.sizes() || g.dtype() != y.dtype())
    fail("softmax_backward: the gradient ({} {}) must have the result's dtype and shape ({} {})", info(g.dtype()).cname,
         g.sizes(), info(y.dtype()).cname, y.sizes());
  Array out = Array::empty(y.sizes(), y.dtype());
  dispatch_floating(y.dtype(), "softmax_backward", [&]<class T>() {
    if (y.numel() == 0) return;
    const Array pg = packed(g), py = packed(y);
    const Split s(y, dim);
    T* const dx = out.data<T>();
    const T *const gp = pg.data<T>(), *const yp = py.data<T>();
    if (s.inner == 1) {
      return split_into_rows(s, [&](std::int64_t at, std::int64_t rows) {
        log ? backward_rows<T, true>(dx + at, gp + at, yp + at, rows, s.n)
            : backward_rows<T, false>(dx + at, gp + at, yp + at, rows, s.n);
      });
    }
    split_into_tiles(s, [&](std::int64_t at, std::int64_t width) {
      if (log)
        backward_tile<T, true>(dx + at, gp + at, yp + at, s.n, s.inner, width);
      else
        backward_tile<T, false>(dx + at, gp + at, yp + at, s.n, s.inner, width);
    });
  });
  return out;
}

}  // namespace xgrad::kernels
