#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/norm_columns.hpp>
#include <xgrad/autograd/kernels/norm_rows.hpp>
#include <xgrad/autograd/kernels/normalization.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <cmath>
#include <limits>
#include <vector>

namespace xgrad::kernels {
namespace {

/// Whether each statistic's elements lie one by one, a row apart: norm_columns.hpp.
bool scattered(const NormLayout& l) { return l.across && l.d[2] * l.d[3] == 1 && l.d[0] > 1 && l.d[1] > 1; }

/// Blocks of n = d2·d3 elements in a row: those with first0 ≤ i < last0 and first1 ≤ j < last1 of [d0, d1].
struct Blocks {
  std::int64_t first0, last0, first1, last1;
};

/// Calls f(statistic, run of scales, first element) for every block.
template <class F>
void each_block(const NormLayout& l, const Blocks& b, F f) {
  const std::int64_t block = l.d[2] * l.d[3];
  for (std::int64_t i = b.first0; i < b.last0; ++i) {
    for (std::int64_t j = b.first1; j < b.last1; ++j) {
      f(l.across ? j : i * l.d[1] + j, j * l.d[2], (i * l.d[1] + j) * block);
    }
  }
}

constexpr std::int64_t kCost = 4;  // of an element, in additions

/// some(blocks) for parts of d1, which never share a statistic or a scale.
template <class F>
void split_scales(const NormLayout& l, const F& some) {
  split(l.d[1], l.d[0] * l.d[2] * l.d[3] * kCost, 1, [&](std::int64_t first, std::int64_t last) {
    some(Blocks{0, l.d[0], first, last});
  });
}

/// some(blocks) for parts that share no statistic: of d0 where it has the statistics, and most of them.
template <class F>
void split_statistics(const NormLayout& l, const F& some) {
  if (l.across || l.d[0] < l.d[1]) return split_scales(l, some);
  split(l.d[0], l.d[1] * l.d[2] * l.d[3] * kCost, 1, [&](std::int64_t first, std::int64_t last) {
    some(Blocks{first, last, 0, l.d[1]});
  });
}

/// y = x·scale + shift for a run under one scale, or element by element.
template <class T>
void write_block(T* y, const T* x, T mean, T rstd, const T* w, const T* b, const NormLayout& l) {
  const std::int64_t n = l.d[2], run = l.d[3];
  if (run == 1 && n > 1) {
    if (w && b) {
      XGRAD_INDEPENDENT
      for (std::int64_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * rstd * w[i] + b[i];
    } else {
      for (std::int64_t i = 0; i < n; ++i) y[i] = (x[i] - mean) * rstd * (w ? w[i] : T(1)) + (b ? b[i] : T(0));
    }
    return;
  }
  for (std::int64_t k = 0; k < n; ++k, x += run, y += run) {
    const T scale = w ? rstd * w[k] : rstd, shift = b ? b[k] : T(0);
    XGRAD_INDEPENDENT
    for (std::int64_t i = 0; i < run; ++i) y[i] = (x[i] - mean) * scale + shift;
  }
}

template <class T>
void run_forward(const Normalized& to, const T* x, const T* w, const T* b, const NormLayout& l, double eps,
                 const Blocks& part) {
  T* const mean = to.mean.data<T>();
  T* const rstd = to.rstd.data<T>();
  T* const y = to.y.data<T>();
  const std::int64_t block = l.d[2] * l.d[3];
  const auto n = static_cast<double>(l.count());
  const auto deviation = [&](double squares) { return static_cast<T>(1 / std::sqrt(squares / n + eps)); };
  if (!l.across) {  // a block is read three times while it is in the cache
    each_block(l, part, [&](std::int64_t s, std::int64_t k, std::int64_t at) {
      mean[s] = static_cast<T>(static_cast<double>(sum_row(x + at, block)) / n);
      rstd[s] = deviation(sum_of_squares_of_row(x + at, block, mean[s]));
      write_block(y + at, x + at, mean[s], rstd[s], w ? w + k : nullptr, b ? b + k : nullptr, l);
    });
    return;
  }
  const std::int64_t first = part.first1;
  std::vector<double> total(static_cast<std::size_t>(part.last1 - first));
  const auto each_total = [&](auto f) {
    std::fill(total.begin(), total.end(), 0.);
    each_block(l, part, [&](std::int64_t s, std::int64_t, std::int64_t at) {
      total[static_cast<std::size_t>(s - first)] += f(s, at);
    });
  };
  const auto each_statistic = [&](T* to, auto f) {
    for (const double t : total) *to++ = f(t);
  };
  each_total([&](std::int64_t, std::int64_t at) { return static_cast<double>(sum_row(x + at, block)); });
  each_statistic(mean + first, [&](double t) { return static_cast<T>(t / n); });
  each_total([&](std::int64_t s, std::int64_t at) { return sum_of_squares_from(x + at, block, mean[s]); });
  each_statistic(rstd + first, deviation);
  each_block(l, part, [&](std::int64_t s, std::int64_t k, std::int64_t at) {
    write_block(y + at, x + at, mean[s], rstd[s], w ? w + k : nullptr, b ? b + k : nullptr, l);
  });
}

template <class T>
class Backward {
 public:
  Backward(const NormLayout& l, Statistics from, const T* g, const T* x, const T* w, const T* mean, const T* rstd,
           T* dx, T* dw, T* db)
      : l_(l),
        fixed_(from == Statistics::Fixed),
        g_(g),
        x_(x),
        w_(w),
        mean_(mean),
        rstd_(rstd),
        dx_(dx),
        dw_(dw),
        db_(db),
        ones_(w ? 0 : static_cast<std::size_t>(l.d[2]), T(1)) {}

  void run(const Blocks& part) {
    if (!l_.across && l_.d[3] == 1 && l_.d[2] > 1) return run_rows(part);
    if (!l_.across || fixed_) {
      each_block(l_, part, [&](std::int64_t s, std::int64_t k, std::int64_t at) { write(s, k, at, sums(s, k, at)); });
      return;
    }
    std::vector<NormSums> all(static_cast<std::size_t>(part.last1 - part.first1));
    each_block(l_, part, [&](std::int64_t s, std::int64_t k, std::int64_t at) {
      const NormSums one = sums(s, k, at);
      NormSums& total = all[static_cast<std::size_t>(s - part.first1)];
      total.g += one.g;
      total.gx += one.gx;
    });
    each_block(l_, part, [&](std::int64_t s, std::int64_t k, std::int64_t at) {
      write(s, k, at, all[static_cast<std::size_t>(s - part.first1)]);
    });
  }

 private:
  /// Rows whose elements have a scale each; four at a time where they share the scales.
  void run_rows(const Blocks& part) {
    constexpr std::int64_t kRows = 4;
    for (std::int64_t i = part.first0; i < part.last0;) {
      const std::int64_t rows = l_.d[1] == 1 && i + kRows <= part.last0 ? kRows : 1;
      for (std::int64_t j = part.first1; j < part.last1; ++j) {
        NormSums sums[kRows];
        const std::int64_t s = i * l_.d[1] + j, k = j * l_.d[2];
        rows == kRows ? sum_rows<kRows>(s, k, sums) : sum_rows<1>(s, k, sums);
        for (std::int64_t r = 0; r < rows; ++r) write_row(s + r, k, rows, sums[r]);
      }
      i += rows;
    }
  }
  template <int rows>
  void sum_rows(std::int64_t s, std::int64_t k, NormSums* sums) {
    const std::int64_t n = l_.d[2], at = s * n;
    sum_scaled_rows<rows>(g_ + at, x_ + at, n, w_ ? w_ + k : ones_.data(), mean_ + s, rstd_ + s, dw_ + k, db_ + k,
                          sums);
  }

  /// The sums over a block of runs that have a scale each; adds to the gradients of scales and shifts.
  NormSums sums(std::int64_t s, std::int64_t k, std::int64_t at) {
    const std::int64_t run = l_.d[3];
    NormSums total;
    for (std::int64_t c = 0; c < l_.d[2]; ++c, at += run) {
      const NormSums one = sums_of_run(g_ + at, x_ + at, run, mean_[s], rstd_[s]);
      dw_[k + c] += static_cast<T>(one.gx);
      db_[k + c] += static_cast<T>(one.g);
      const double by = w_ ? static_cast<double>(w_[k + c]) : 1.;
      total.g += by * one.g;
      total.gx += by * one.gx;
    }
    return total;
  }

  /// dx of a row whose elements have a scale each; `rows` rows behind it is the next one that comes.
  void write_row(std::int64_t s, std::int64_t k, std::int64_t rows, const NormSums& sums) {
    const std::int64_t n = l_.d[2], at = s * n;
    const auto count = static_cast<double>(n);
    const T rstd = rstd_[s];
    write_scaled_row(dx_ + at, g_ + at, x_ + at, n, w_ ? w_ + k : ones_.data(), mean_[s], rstd,
                     static_cast<T>(sums.g / count) * rstd, static_cast<T>(sums.gx / count) * rstd * rstd, rows * n);
  }

  /// dx of a block.
  void write(std::int64_t s, std::int64_t k, std::int64_t at, const NormSums& sums) {
    const std::int64_t n = l_.d[2], run = l_.d[3];
    const auto count = static_cast<double>(l_.count());
    const T mean = mean_[s], rstd = rstd_[s];
    // dx = rstd·ĝ − offset − x̂·slope
    const T offset = static_cast<T>(sums.g / count) * rstd, slope = static_cast<T>(sums.gx / count) * rstd * rstd;
    const T* g = g_ + at;
    const T* x = x_ + at;
    T* d = dx_ + at;
    if (fixed_) return scale(k, g, d);
    for (std::int64_t c = 0; c < n; ++c, g += run, x += run, d += run) {
      const T scale = w_ ? w_[k + c] * rstd : rstd;
      XGRAD_INDEPENDENT
      for (std::int64_t i = 0; i < run; ++i) d[i] = g[i] * scale - offset - (x[i] - mean) * slope;
    }
  }

  /// d = rstd·ĝ for a block of runs, whose statistics are those of their scales.
  void scale(std::int64_t k, const T* g, T* d) {
    const std::int64_t run = l_.d[3];
    for (std::int64_t c = k; c < k + l_.d[2]; ++c, g += run, d += run) {
      const T by = w_ ? w_[c] * rstd_[c] : rstd_[c];
      XGRAD_INDEPENDENT
      for (std::int64_t i = 0; i < run; ++i) d[i] = g[i] * by;
    }
  }

  const NormLayout& l_;
  const bool fixed_;
  const T *g_, *x_, *w_, *mean_, *rstd_;
  T *dx_, *dw_, *db_;
  std::vector<T> ones_;
};

/// In how many parts, of a range of d0 each, the gradients of scales and shifts are summed up: that depends on the
/// sizes alone, so that the sums are the same however many threads there are. One where threads share d1 instead, whose
/// scales are their own.
std::int64_t scale_parts(const NormLayout& l) {
  constexpr std::int64_t kMost = 16, kLeastElements = 16384, kLeastRows = 8;
  if (l.across || l.d[1] >= l.d[0]) return 1;
  const std::int64_t elements = l.d[0] * l.d[1] * l.d[2] * l.d[3];
  return std::max<std::int64_t>(std::min({l.d[0] / kLeastRows, elements / kLeastElements, kMost}), 1);
}

}  // namespace

Normalized normalize(const Array& x, const Array* weight, const Array* bias, const NormLayout& layout, double eps) {
  const Array in = packed(x);
  const Array w = weight ? packed(*weight) : Array(), b = bias ? packed(*bias) : Array();
  const Normalized out{Array::empty(x.sizes(), x.dtype()), Array::empty({layout.statistics()}, x.dtype()),
                       Array::empty({layout.statistics()}, x.dtype())};
  of_floating(x.dtype(), [&]<class T>() {
    if (layout.count() == 0) {
      fill(out.mean, Scalar(0.));
      fill(out.rstd, Scalar(std::numeric_limits<double>::quiet_NaN()));
      return;
    }
    if (scattered(layout)) {
      const NormColumns<T> matrix{layout.d[0],
                                  layout.d[1],
                                  in.data<T>(),
                                  weight ? w.data<T>() : nullptr,
                                  bias ? b.data<T>() : nullptr,
                                  out.mean.data<T>(),
                                  out.rstd.data<T>()};
      return split(layout.d[1], layout.d[0] * kCost, 1, [&](std::int64_t first, std::int64_t last) {
        normalize_columns(matrix, out.mean.data<T>(), out.rstd.data<T>(), out.y.data<T>(), eps, first, last);
      });
    }
    split_statistics(layout, [&](const Blocks& part) {
      run_forward(out, in.data<T>(), weight ? w.data<T>() : nullptr, bias ? b.data<T>() : nullptr, layout, eps, part);
    });
  });
  return out;
}

Array normalize_with(const Array& mean, const Array& rstd, const Array& x, const Array* weight, const Array* bias,
                     const NormLayout& layout) {
  const Array in = packed(x), middle = packed(mean), deviation = packed(rstd);
  const Array w = weight ? packed(*weight) : Array(), b = bias ? packed(*bias) : Array();
  const Array out = Array::empty(x.sizes(), x.dtype());
  of_floating(x.dtype(), [&]<class T>() {
    const T *const from = in.data<T>(), *const of_mean = middle.data<T>(), *const of_rstd = deviation.data<T>();
    const T *const scale = weight ? w.data<T>() : nullptr, *const shift = bias ? b.data<T>() : nullptr;
    T* const to = out.data<T>();
    if (scattered(layout)) {
      const NormColumns<T> matrix{layout.d[0], layout.d[1], from, scale, shift, of_mean, of_rstd};
      return split(layout.d[1], layout.d[0] * kCost, 1,
                   [&](std::int64_t first, std::int64_t last) { write_columns(matrix, to, first, last); });
    }
    split_scales(layout, [&](const Blocks& part) {
      each_block(layout, part, [&](std::int64_t s, std::int64_t k, std::int64_t at) {
        write_block(to + at, from + at, of_mean[s], of_rstd[s], scale ? scale + k : nullptr,
                    shift ? shift + k : nullptr, layout);
      });
    });
  });
  return out;
}

NormGradients normalize_backward(const Array& g, const Array& x, const Array* weight, const Array& mean,
                                 const Array& rstd, const NormLayout& layout, Statistics from) {
  const Array up = packed(g), in = packed(x);
  const Array w = weight ? packed(*weight) : Array();
  const std::int64_t scales = layout.d[1] * layout.d[2], parts = scale_parts(layout);
  const NormGradients out{Array::empty(x.sizes(), x.dtype()), Array::empty({scales}, x.dtype()),
                          Array::empty({scales}, x.dtype())};
  const Array dw = parts > 1 ? Array::empty({parts, scales}, x.dtype()) : out.weight,
              db = parts > 1 ? Array::empty({parts, scales}, x.dtype()) : out.bias;
  fill(dw, Scalar(0.));
  fill(db, Scalar(0.));
  of_floating(x.dtype(), [&]<class T>() {
    const Array middle = packed(mean), deviation = packed(rstd);
    if (scattered(layout)) {
      const NormColumns<T> matrix{layout.d[0], layout.d[1],      in.data<T>(),       weight ? w.data<T>() : nullptr,
                                  nullptr,     middle.data<T>(), deviation.data<T>()};
      return split(layout.d[1], layout.d[0] * kCost, 1, [&](std::int64_t first, std::int64_t last) {
        normalize_columns_backward(matrix, from == Statistics::Fixed, up.data<T>(), out.x.data<T>(), dw.data<T>(),
                                   db.data<T>(), first, last);
      });
    }
    const auto run = [&](const Blocks& blocks, std::int64_t part) {
      Backward<T>(layout, from, up.data<T>(), in.data<T>(), weight ? w.data<T>() : nullptr, middle.data<T>(),
                  deviation.data<T>(), out.x.data<T>(), dw.data<T>() + part * scales, db.data<T>() + part * scales)
          .run(blocks);
    };
    if (parts == 1) return split_scales(layout, [&](const Blocks& blocks) { run(blocks, 0); });
    const std::int64_t d0 = layout.d[0], d1 = layout.d[1], each = (d0 + parts - 1) / parts;
    split(parts, each * d1 * layout.d[2] * layout.d[3] * kCost, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t p = first; p < last; ++p) run({std::min(p * each, d0), std::min((p + 1) * each, d0), 0, d1}, p);
    });
  });
  if (parts == 1) return out;
  return {out.x, reduce(Reduce::Sum, dw, {0}, false, x.dtype()), reduce(Reduce::Sum, db, {0}, false, x.dtype())};
}

}  // namespace xgrad::kernels
