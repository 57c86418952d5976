#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/margin.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <vector>

namespace xgrad::kernels {
namespace {

/// Calls row(n, x, slope) for each row of scores, which returns the row's loss; slope is null unless it was asked for.
template <class T, class Row>
RowLoss each_row(const Array& x, std::int64_t cost, bool with_slope, const Row& row) {
  const Array in = packed(x);
  const std::int64_t rows = x.size(0), classes = x.size(1);
  RowLoss out{Array::empty({rows}, x.dtype()), with_slope ? Array::empty(x.sizes(), x.dtype()) : Array()};
  split(rows, cost, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t n = first; n < last; ++n) {
      T* const slope = with_slope ? out.slope.data<T>() + n * classes : nullptr;
      if (slope) std::fill_n(slope, classes, T(0));
      out.loss.data<T>()[n] = row(n, static_cast<const T*>(in.data<T>()) + n * classes, slope);
    }
  });
  return out;
}

}  // namespace

RowLoss multi_margin(const Array& x, const Array& target, std::int64_t p, double margin, const Array* weight,
                     bool with_slope) {
  const Array labels = packed(target), weights = weight ? packed(*weight) : Array();
  const std::int64_t classes = x.size(1);
  for (std::int64_t n = 0; n < labels.numel(); ++n) {
    const std::int64_t t = labels.data<std::int64_t>()[n];
    check(t >= 0 && t < classes, "target out of range");
  }
  RowLoss out;
  dispatch_floating(x.dtype(), "multi_margin_loss_cpu_kernel", [&]<class T>() {
    out = each_row<T>(x, classes, with_slope, [&](std::int64_t n, const T* scores, T* slope) {
      const std::int64_t t = labels.data<std::int64_t>()[n];
      const T factor = (weight ? weights.data<T>()[t] : T(1)) / static_cast<T>(classes);
      const T behind = static_cast<T>(margin) - scores[t];
      T sum = 0, own = 0;
      for (std::int64_t c = 0; c < classes; ++c) {
        const T z = behind + scores[c];
        if (c == t || !(z > 0)) continue;  // PyTorch leaves NaN out, too
        sum += p == 1 ? z : z * z;
        if (!slope) continue;
        slope[c] = factor * (p == 1 ? T(1) : 2 * z);
        own += slope[c];
      }
      if (slope) slope[t] = -own;
      return sum * factor;
    });
  });
  return out;
}

RowLoss multilabel_margin(const Array& x, const Array& target, bool with_slope) {
  const Array labels = packed(target);
  const std::int64_t classes = x.size(1);
  RowLoss out;
  dispatch_floating(x.dtype(), "multilabel_margin_loss_forward_out_frame", [&]<class T>() {
    out = each_row<T>(x, classes * 4, with_slope, [&](std::int64_t n, const T* scores, T* slope) {
      const std::int64_t* const row = labels.data<std::int64_t>() + n * classes;
      const std::int64_t* const end = std::find(row, row + classes, std::int64_t{-1});
      std::vector<bool> named(static_cast<std::size_t>(classes));
      for (const std::int64_t* t = row; t < end; ++t) named[static_cast<std::size_t>(*t)] = true;
      T sum = 0;
      for (const std::int64_t* t = row; t < end; ++t) {
        for (std::int64_t c = 0; c < classes; ++c) {
          const T z = 1 - scores[*t] + scores[c];
          if (named[static_cast<std::size_t>(c)] || !(z > 0)) continue;
          sum += z;
          if (!slope) continue;
          slope[c] += 1 / static_cast<T>(classes);
          slope[*t] -= 1 / static_cast<T>(classes);
        }
      }
      return sum / static_cast<T>(classes);
    });
  });
  return out;
}

}  // namespace xgrad::kernels
