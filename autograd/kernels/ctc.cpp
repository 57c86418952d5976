#include <xgrad/autograd/kernels/ctc.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t kExpCost = 30;  // what a place of the recursion costs, in additions

/// ln(e^a + e^b + e^c)
template <class T>
T log_sum(T a, T b, T c) {
  T top = std::max(a, std::max(b, c));
  if (std::isinf(top) && top < 0) top = 0;
  return top + std::log(std::exp(a - top) + std::exp(b - top) + std::exp(c - top));
}

/// One sequence: its labels with blanks between them and at both ends, and where its frames lie.
template <class T>
struct Lattice {
  const T* log_probs;  // of frame 0
  std::int64_t frame;  // from one frame to the next
  const std::vector<std::int64_t>& labels;
  std::int64_t blank;

  std::int64_t places() const { return 2 * static_cast<std::int64_t>(labels.size()) + 1; }
  std::int64_t label(std::int64_t s) const { return s % 2 ? labels[static_cast<std::size_t>(s / 2)] : blank; }
  T at(std::int64_t t, std::int64_t s) const { return log_probs[t * frame + label(s)]; }
  /// Whether place s may follow s − 2: both are labels, and they differ, or a blank must part them.
  bool skips_to(std::int64_t s) const { return s % 2 && s >= 2 && label(s) != label(s - 2); }
};

template <class T>
Lattice<T> lattice(const CtcBatch& batch, std::int64_t n) {
  const std::int64_t sequences = batch.log_probs.size(1), classes = batch.log_probs.size(2);
  return {batch.log_probs.data<T>() + n * classes, sequences * classes, batch.labels[static_cast<std::size_t>(n)],
          batch.blank};
}

template <class T>
constexpr T kNever = -std::numeric_limits<T>::infinity();

/// log_alpha [T, stride] of one sequence, and the loss.
template <class T>
T run_forward(const Lattice<T>& l, std::int64_t frames, std::int64_t stride, T* alpha) {
  const std::int64_t places = l.places();
  if (frames == 0) return places == 1 ? T(0) : -kNever<T>;
  for (std::int64_t s = 0; s < std::min<std::int64_t>(places, 2); ++s) alpha[s] = l.at(0, s);
  for (std::int64_t t = 1; t < frames; ++t) {
    const T* const before = alpha + (t - 1) * stride;
    T* const now = alpha + t * stride;
    for (std::int64_t s = 0; s < places; ++s) {
      now[s] =
          l.at(t, s) + log_sum(before[s], s > 0 ? before[s - 1] : kNever<T>, l.skips_to(s) ? before[s - 2] : kNever<T>);
    }
  }
  const T* const last = alpha + (frames - 1) * stride;
  return -log_sum(last[places - 1], places > 1 ? last[places - 2] : kNever<T>, kNever<T>);
}

/// Adds each frame's posteriors, times −g, into `out` [T, N, C] at this sequence.
template <class T>
void run_backward(const Lattice<T>& l, std::int64_t frames, std::int64_t stride, std::int64_t classes, const T* alpha,
                  T loss, T g, T* out) {
  const std::int64_t places = l.places();
  std::vector<T> beta(static_cast<std::size_t>(places), kNever<T>), next(beta), sums;
  for (std::int64_t t = frames - 1; t >= 0; --t) {
    for (std::int64_t s = 0; s < places; ++s) {
      const auto i = static_cast<std::size_t>(s);
      if (t == frames - 1) {
        beta[i] = s >= places - 2 ? l.at(t, s) : kNever<T>;
      } else {
        const T one = s + 1 < places ? next[i + 1] : kNever<T>;
        const T two = s + 2 < places && l.skips_to(s + 2) ? next[i + 2] : kNever<T>;
        beta[i] = l.at(t, s) + log_sum(next[i], one, two);
      }
    }
    // alpha·beta counts the frame's own probability twice.
    sums.assign(static_cast<std::size_t>(classes), kNever<T>);
    for (std::int64_t s = 0; s < places; ++s) {
      T& sum = sums[static_cast<std::size_t>(l.label(s))];
      sum = log_sum(sum, alpha[t * stride + s] + beta[static_cast<std::size_t>(s)], kNever<T>);
    }
    T* const row = out + t * l.frame;
    for (std::int64_t c = 0; c < classes; ++c) {
      const T sum = sums[static_cast<std::size_t>(c)];
      if (sum > kNever<T> || std::isinf(loss)) row[c] = -g * std::exp(sum + loss - l.log_probs[t * l.frame + c]);
    }
    std::swap(beta, next);
  }
}

}  // namespace

std::int64_t CtcBatch::longest() const {
  std::size_t most = 0;
  for (const auto& list : labels) most = std::max(most, list.size());
  return static_cast<std::int64_t>(most);
}

CtcForward ctc_loss(const CtcBatch& batch) {
  const Array& x = batch.log_probs;
  const std::int64_t n = x.size(1), stride = 2 * batch.longest() + 1;
  CtcForward out{Array::empty({n}, x.dtype()), Array::empty({n, x.size(0), stride}, x.dtype())};
  dispatch_floating(x.dtype(), "ctc_loss_cpu", [&]<class T>() {
    T* const alpha = out.log_alpha.data<T>();
    std::fill_n(alpha, out.log_alpha.numel(), kNever<T>);
    split(n, x.size(0) * stride * kExpCost, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        out.loss.data<T>()[i] = run_forward(lattice<T>(batch, i), batch.frames[static_cast<std::size_t>(i)], stride,
                                            alpha + i * x.size(0) * stride);
      }
    });
  });
  return out;
}

Array ctc_loss_backward(const Array& g, const CtcBatch& batch, const CtcForward& forward, bool zero_infinity) {
  const Array& x = batch.log_probs;
  const Array upstream = g.is_contiguous() ? g : contiguous_copy(g);
  const Array out = Array::empty(x.sizes(), x.dtype());
  const std::int64_t stride = forward.log_alpha.size(2), classes = x.size(2);
  dispatch_floating(x.dtype(), "ctc_loss_backward", [&]<class T>() {
    std::fill_n(out.data<T>(), out.numel(), T(0));
    split(x.size(1), x.size(0) * stride * kExpCost * 2, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        const T loss = forward.loss.data<T>()[i];
        if (zero_infinity && std::isinf(loss)) continue;
        const T* const alpha = forward.log_alpha.data<T>() + i * x.size(0) * stride;
        run_backward(lattice<T>(batch, i), batch.frames[static_cast<std::size_t>(i)], stride, classes, alpha, loss,
                     upstream.data<T>()[i], out.data<T>() + i * classes);
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
