#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/rms_norm.hpp>
#include <xgrad/autograd/kernels/rows.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <cmath>
#include <vector>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t kRmsCost = 3;  // of an element, in additions

Array in_a_row(const Array* a) { return a ? packed(*a) : Array(); }

template <class T>
void rms_row(T* y, const T* x, const T* w, std::int64_t n, T by) {
  if (w) {
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] * by * w[i];
  } else {
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) y[i] = x[i] * by;
  }
}

/// dx of a row; adds to dw.
template <class T>
void rms_row_backward(T* dx, T* dw, const T* g, const T* x, const T* w, T* scaled, std::int64_t n, T by) {
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) dw[i] += g[i] * x[i] * by;
  if (w) {
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < n; ++i) scaled[i] = g[i] * w[i];
    g = scaled;
  }
  const auto mean = static_cast<T>(static_cast<double>(dot_row(g, x, n)) / static_cast<double>(n));
  const T slope = mean * by * by * by;
  XGRAD_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) dx[i] = g[i] * by - x[i] * slope;
}

/// In how many parts the rows are summed up for dweight: that depends on the sizes alone.
std::int64_t weight_parts(std::int64_t rows, std::int64_t n) {
  constexpr std::int64_t kMost = 16, kLeastElements = 16384, kLeastRows = 8;
  return std::max<std::int64_t>(std::min({rows / kLeastRows, rows * n / kLeastElements, kMost}), 1);
}

}  // namespace

RmsNormalized rms_normalize(const Array& x, std::int64_t n, const Array* weight, double eps) {
  const Array in = in_a_row(&x), w = in_a_row(weight);
  const std::int64_t rows = x.numel() / n;
  const RmsNormalized out{Array::empty(x.sizes(), x.dtype()), Array::empty({rows}, x.dtype())};
  of_floating(x.dtype(), [&]<class T>() {
    split(rows, n * kRmsCost, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        const T* const row = in.data<T>() + r * n;
        const double mean = static_cast<double>(dot_row(row, row, n)) / static_cast<double>(n);
        const T by = out.rstd.data<T>()[r] = static_cast<T>(1 / std::sqrt(mean + eps));
        rms_row(out.y.data<T>() + r * n, row, weight ? w.data<T>() : nullptr, n, by);
      }
    });
  });
  return out;
}

RmsGradients rms_normalize_backward(const Array& g, const Array& x, std::int64_t n, const Array* weight,
                                    const Array& rstd) {
  const Array up = in_a_row(&g), in = in_a_row(&x), w = in_a_row(weight), by = in_a_row(&rstd);
  const std::int64_t rows = x.numel() / n, parts = weight_parts(rows, n), each = (rows + parts - 1) / parts;
  const Array dx = Array::empty(x.sizes(), x.dtype()), dw = Array::empty({parts, n}, x.dtype());
  fill(dw, Scalar(0.));
  of_floating(x.dtype(), [&]<class T>() {
    split(parts, each * n * kRmsCost, 1, [&](std::int64_t first, std::int64_t last) {
      std::vector<T> scaled(static_cast<std::size_t>(weight ? n : 0));
      for (std::int64_t p = first; p < last; ++p) {
        for (std::int64_t r = p * each; r < std::min((p + 1) * each, rows); ++r) {
          rms_row_backward(dx.data<T>() + r * n, dw.data<T>() + p * n, up.data<T>() + r * n, in.data<T>() + r * n,
                           weight ? w.data<T>() : nullptr, scaled.data(), n, by.data<T>()[r]);
        }
      }
    });
  });
  return {dx, parts == 1 ? dw.view({n}) : reduce(Reduce::Sum, dw, {0}, false, x.dtype())};
}

}  // namespace xgrad::kernels
