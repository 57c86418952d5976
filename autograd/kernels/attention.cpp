#include <xgrad/autograd/kernels/attention.hpp>
#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/random_draw.hpp>
#include <xgrad/autograd/kernels/softmax_rows.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

namespace xgrad::kernels {
namespace {

/// A tile of the weights: as many as stay in the nearer caches beside what they are multiplied with.
constexpr std::int64_t kTileRows = 64, kTileColumns = 256;
/// So many tiles' rows are drawn for at a time, and shared among the threads.
constexpr std::int64_t kDrawnTiles = 16;
constexpr std::int64_t kWeightCost = 8;  // of an exponential and its kin, in additions

template <class T>
constexpr T kLowest = -std::numeric_limits<T>::infinity();

/// Rows first ... first + count.
struct Part {
  std::int64_t first, count;
};

/// The matrices of one batch.
template <class T>
struct Matrix {
  const T* data;
  std::int64_t ld;
  explicit Matrix(const Array& a, std::int64_t batch) : data(a.data<T>() + batch * a.stride(0)), ld(a.stride(1)) {}
  const T* row(std::int64_t i) const { return data + i * ld; }
  blas::Matrix<T> from(std::int64_t i) const { return {row(i), std::max<std::int64_t>(ld, 1), false}; }
  blas::Matrix<T> transposed(std::int64_t i) const { return {row(i), std::max<std::int64_t>(ld, 1), true}; }
};

/// Where the mask of each batch begins: `mask` [..., L, S] may have more dimensions than one before the last two.
std::vector<std::int64_t> mask_offsets(const Array* mask, std::int64_t batch) {
  std::vector<std::int64_t> out;
  if (!mask) return out;
  const std::int64_t outer = mask->dim() - 2;
  for (std::int64_t b = 0; b < batch; ++b) {
    std::int64_t at = 0, rest = b;
    for (std::int64_t d = outer - 1; d >= 0; --d) {
      at += rest % mask->size(d) * mask->stride(d);
      rest /= mask->size(d);
    }
    out.push_back(at);
  }
  return out;
}

/// Draws 1/(1 − p) or 0 for `n` weights, as bernoulli_ and a division would.
template <class T>
void draw_noise(T* to, std::int64_t n, double p, CPUGeneratorImpl& generator) {
  const auto threshold = static_cast<std::int64_t>(std::ceil((1 - p) * 0x1p53));
  const T keep = T(1) / static_cast<T>(1 - p);
  std::uint64_t words[kDrawBlock];
  for (std::int64_t i = 0; i < n; i += kDrawBlock) {
    const std::int64_t m = std::min(kDrawBlock, n - i);
    draw(generator, words, static_cast<std::size_t>(m));
    for (std::int64_t j = 0; j < m; ++j) {
      to[i + j] = static_cast<std::int64_t>(words[j] << 11 >> 11) < threshold ? keep : T(0);
    }
  }
}

/// What the tiles of one call have in common.
template <class T>
class Tiles {
 public:
  explicit Tiles(const Attention& call) : call_(call), masks_(mask_offsets(call.mask, call.batch())) {}

  std::int64_t row_tiles() const { return (call_.rows() + kTileRows - 1) / kTileRows; }
  Part row_part(std::int64_t tile) const {
    const std::int64_t first = tile * kTileRows;
    return {first, std::min(kTileRows, call_.rows() - first)};
  }
  /// Calls f(columns) for the tiles that these rows see.
  template <class F>
  void each_column_part(Part rows, const F& f) const {
    const std::int64_t n = call_.columns(), end = call_.causal ? std::min(n, rows.first + rows.count) : n;
    for (std::int64_t c = 0; c < end; c += kTileColumns) f(Part{c, std::min(kTileColumns, n - c)});
  }
  /// scale·q·kᵀ + mask of a tile.
  void scores(std::int64_t batch, Part rows, Part columns, T* to) const {
    const std::int64_t ld = columns.count;
    blas::gemm(rows.count, ld, call_.q.size(2), static_cast<T>(call_.scale), Matrix<T>(call_.q, batch).from(rows.first),
               Matrix<T>(call_.k, batch).transposed(columns.first), T(0), to, ld);
    if (call_.mask) add_mask(batch, rows, columns, to);
    if (!call_.causal) return;
    for (std::int64_t i = 0; i < rows.count; ++i) {
      const std::int64_t seen = std::clamp<std::int64_t>(rows.first + i + 1 - columns.first, 0, ld);
      std::fill(to + i * ld + seen, to + (i + 1) * ld, kLowest<T>);
    }
  }

 private:
  void add_mask(std::int64_t batch, Part rows, Part columns, T* to) const {
    const Array& mask = *call_.mask;
    const std::int64_t across = mask.stride(-1), ld = columns.count;
    for (std::int64_t i = 0; i < rows.count; ++i, to += ld) {
      const T* const m = mask.data<T>() + masks_[static_cast<std::size_t>(batch)] + (rows.first + i) * mask.stride(-2) +
                         columns.first * across;
      if (across == 1) {
        XGRAD_INDEPENDENT
        for (std::int64_t j = 0; j < ld; ++j) to[j] += m[j];
      } else {
        for (std::int64_t j = 0; j < ld; ++j) to[j] += m[j * across];
      }
    }
  }

  const Attention& call_;
  std::vector<std::int64_t> masks_;
};

/// p[j] *= noise[j] for a tile; noise has the whole rows of `ld` columns.
template <class T>
void drop(T* p, const T* noise, std::int64_t ld, Part rows, Part columns) {
  for (std::int64_t i = 0; i < rows.count; ++i) {
    T* const to = p + i * columns.count;
    const T* const by = noise + i * ld + columns.first;
    XGRAD_INDEPENDENT
    for (std::int64_t j = 0; j < columns.count; ++j) to[j] *= by[j];
  }
}

/// A tile's rows of the result. Each tile of columns is added to what was summed up before, which shrinks by
/// e^(old maximum − new maximum).
template <class T>
void forward_rows(const Attention& call, const Tiles<T>& tiles, std::int64_t batch, Part rows, const T* noise, T* out,
                  T* lse) {
  const std::int64_t width = call.v.size(2);
  const Matrix<T> v(call.v, batch);
  T top[kTileRows], sum[kTileRows];
  std::fill_n(top, rows.count, kLowest<T>);
  std::fill_n(sum, rows.count, T(0));
  std::fill_n(out, rows.count * width, T(0));
  const Array scratch =
      Array::empty({rows.count, std::min(kTileColumns, std::max<std::int64_t>(call.columns(), 1))}, dtype_of<T>());
  T* const p = scratch.data<T>();
  tiles.each_column_part(rows, [&](Part columns) {
    const std::int64_t n = columns.count;
    tiles.scores(batch, rows, columns, p);
    for (std::int64_t i = 0; i < rows.count; ++i) {
      T* const row = p + i * n;
      const T above = std::max(top[i], extreme_row<true>(row, n));
      const T shift = above == kLowest<T> ? T(0) : above;  // a row of which nothing is seen yet
      XGRAD_INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) row[j] -= shift;
      exp_row(row, row, n);
      const T shrink = std::exp(top[i] - shift);
      sum[i] = sum[i] * shrink + static_cast<T>(sum_row(row, n));
      if (shrink != 1) {
        XGRAD_INDEPENDENT
        for (std::int64_t j = 0; j < width; ++j) out[i * width + j] *= shrink;
      }
      top[i] = above;
    }
    if (noise) drop(p, noise, call.columns(), rows, columns);
    blas::gemm(rows.count, width, n, T(1), blas::Matrix<T>{p, n, false}, v.from(columns.first), T(1), out, width);
  });
  for (std::int64_t i = 0; i < rows.count; ++i) {
    XGRAD_INDEPENDENT
    for (std::int64_t j = 0; j < width; ++j) out[i * width + j] /= sum[i];
    lse[i] = top[i] + std::log(sum[i]);
  }
}

/// dq of a batch, and its dk and dv summed up tile by tile.
template <class T>
struct BatchGrads {
  T *q, *k, *v;
};

template <class T>
void backward_rows(const Attention& call, const Tiles<T>& tiles, std::int64_t batch, Part rows, const T* noise,
                   const T* g, const T* out, const T* lse, const BatchGrads<T>& to, T* scratch) {
  const std::int64_t width = call.v.size(2), inner = call.q.size(2);
  const Matrix<T> q(call.q, batch), k(call.k, batch), v(call.v, batch);
  T* const p = scratch;
  T* const dp = scratch + kTileRows * kTileColumns;
  T* const dropped = dp + kTileRows * kTileColumns;
  T along[kTileRows];  // Σ g·out, which is Σ p·dp of the row
  for (std::int64_t i = 0; i < rows.count; ++i) {
    along[i] = static_cast<T>(dot_row(g + i * width, out + i * width, width));
  }
  std::fill_n(to.q, rows.count * inner, T(0));
  tiles.each_column_part(rows, [&](Part columns) {
    const std::int64_t n = columns.count;
    const blas::Matrix<T> upstream{g, std::max<std::int64_t>(width, 1), false};
    tiles.scores(batch, rows, columns, p);
    for (std::int64_t i = 0; i < rows.count; ++i) {
      T* const row = p + i * n;
      XGRAD_INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) row[j] -= lse[i];
    }
    exp_row(p, p, rows.count * n);
    blas::gemm(rows.count, n, width, T(1), upstream, v.transposed(columns.first), T(0), dp, n);
    const T* weights = p;
    if (noise) {
      std::copy_n(p, rows.count * n, dropped);
      drop(dropped, noise, call.columns(), rows, columns);
      drop(dp, noise, call.columns(), rows, columns);
      weights = dropped;
    }
    blas::gemm(n, width, rows.count, T(1), blas::Matrix<T>{weights, n, true}, upstream, T(1),
               to.v + columns.first * width, width);
    for (std::int64_t i = 0; i < rows.count; ++i) {
      T* const ds = dp + i * n;
      const T* const row = p + i * n;
      XGRAD_INDEPENDENT
      for (std::int64_t j = 0; j < n; ++j) ds[j] = row[j] * (ds[j] - along[i]);
    }
    const T scale = static_cast<T>(call.scale);
    blas::gemm(rows.count, inner, n, scale, blas::Matrix<T>{dp, n, false}, k.from(columns.first), T(1), to.q, inner);
    blas::gemm(n, inner, rows.count, scale, blas::Matrix<T>{dp, n, true}, q.from(rows.first), T(1),
               to.k + columns.first * inner, inner);
  });
}

std::int64_t batch_cost(const Attention& call) {
  const std::int64_t products = (call.q.size(2) + call.v.size(2)) / kProductsPerElement;
  return call.columns() * (kWeightCost + products);
}

}  // namespace

AttentionForward attention(const Attention& call, Generator& generator) {
  const std::int64_t rows = call.rows(), columns = call.columns(), width = call.v.size(2);
  AttentionForward out{Array::empty({call.batch(), rows, width}, call.q.dtype()),
                       Array::empty({call.batch(), rows}, call.q.dtype()),
                       {}};
  dispatch_floating(call.q.dtype(), "scaled_dot_product_attention", [&]<class T>() {
    const Tiles<T> tiles(call);
    const std::int64_t of_batch = tiles.row_tiles();
    T *const to = out.out.data<T>(), *const lse = out.lse.data<T>();
    const auto one = [&](std::int64_t batch, std::int64_t tile, const T* noise) {
      const Part part = tiles.row_part(tile);
      const std::int64_t at = batch * rows + part.first;
      forward_rows(call, tiles, batch, part, noise, to + at * width, lse + at);
    };
    const std::int64_t cost = kTileRows * batch_cost(call);
    if (call.dropout == 0) {
      split(call.batch() * of_batch, cost, 1, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) one(i / of_batch, i % of_batch, nullptr);
      });
      return;
    }
    const std::lock_guard lock(generator.mutex());
    const Array drawn = Array::empty({std::min(kDrawnTiles * kTileRows, rows), columns}, dtype_of<T>());
    T* const noise = drawn.data<T>();
    for (std::int64_t b = 0; b < call.batch(); ++b) {
      out.draws.push_back(generator->clone());
      for (std::int64_t t = 0; t < of_batch; t += kDrawnTiles) {
        const std::int64_t some = std::min(kDrawnTiles, of_batch - t), from = t * kTileRows;
        draw_noise(noise, (std::min((t + some) * kTileRows, rows) - from) * columns, call.dropout, *generator.get());
        split(some, cost, 1, [&](std::int64_t first, std::int64_t last) {
          for (std::int64_t i = first; i < last; ++i) one(b, t + i, noise + i * kTileRows * columns);
        });
      }
    }
  });
  return out;
}

AttentionGrads attention_backward(const Array& g, const Attention& call, const AttentionForward& forward) {
  const Array upstream = g.is_contiguous() ? g : contiguous_copy(g);
  const std::int64_t rows = call.rows(), columns = call.columns(), width = call.v.size(2), inner = call.q.size(2);
  AttentionGrads out{Array::empty(call.q.sizes(), call.q.dtype()), Array::empty(call.k.sizes(), call.q.dtype()),
                     Array::empty(call.v.sizes(), call.q.dtype())};
  dispatch_floating(call.q.dtype(), "scaled_dot_product_attention_backward", [&]<class T>() {
    const Tiles<T> tiles(call);
    std::fill_n(out.k.data<T>(), out.k.numel(), T(0));
    std::fill_n(out.v.data<T>(), out.v.numel(), T(0));
    // By batches: the tiles of one add to the same dk and dv, in their order.
    split(call.batch(), rows * batch_cost(call) * 2, 1, [&](std::int64_t first, std::int64_t last) {
      const Array scratch = Array::empty({3, kTileRows, kTileColumns}, dtype_of<T>());
      const bool drops = call.dropout != 0;
      const Array drawn = drops ? Array::empty({kTileRows, columns}, dtype_of<T>()) : Array();
      for (std::int64_t b = first; b < last; ++b) {
        const auto draws = drops ? forward.draws[static_cast<std::size_t>(b)]->clone() : Intrusive<CPUGeneratorImpl>();
        for (std::int64_t t = 0; t < tiles.row_tiles(); ++t) {
          const Part part = tiles.row_part(t);
          const std::int64_t at = b * rows + part.first;
          if (drops) draw_noise(drawn.data<T>(), part.count * columns, call.dropout, *draws);
          const BatchGrads<T> to{out.q.data<T>() + at * inner, out.k.data<T>() + b * columns * inner,
                                 out.v.data<T>() + b * columns * width};
          backward_rows(call, tiles, b, part, drops ? drawn.data<T>() : nullptr, upstream.data<T>() + at * width,
                        forward.out.data<T>() + at * width, forward.lse.data<T>() + at, to, scratch.data<T>());
        }
      }
    });
  });
  return out;
}

Array attention_noise(const Attention& call, const DropoutDraws& draws) {
  const std::int64_t each = call.rows() * call.columns();
  const Array out = Array::empty({call.batch(), call.rows(), call.columns()}, call.q.dtype());
  dispatch_floating(call.q.dtype(), "dropout", [&]<class T>() {
    for (std::int64_t b = 0; b < call.batch(); ++b) {
      draw_noise(out.data<T>() + b * each, each, call.dropout, *draws[static_cast<std::size_t>(b)]->clone());
    }
  });
  return out;
}

}  // namespace xgrad::kernels
