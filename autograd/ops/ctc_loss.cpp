#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/ctc.hpp>
#include <xgrad/autograd/ops/ctc_loss.hpp>

#include <algorithm>
#include <limits>
#include <memory>

namespace xgrad {
namespace {

/// What is not differentiated of a call; nodes share it.
struct Sequences {
  std::vector<std::vector<std::int64_t>> labels;
  std::vector<std::int64_t> frames;
  std::int64_t blank;
  bool zero_infinity;

  kernels::CtcBatch of(const Array& log_probs) const { return {log_probs, labels, frames, blank}; }
};

void check_call(const Tensor& x, const Tensor& targets, IntArrayRef frames, IntArrayRef lengths, std::int64_t blank) {
  check<NotImplementedError>(x.is_floating_point(), "\"ctc_loss_cpu\" not implemented for '{}'", x.dtype());
  check(targets.dtype() == kInt64 || targets.dtype() == kInt32,
        "Expected tensor for argument #2 'targets' to have one of the following scalar types: Long, Int; but got {}",
        info(targets.dtype()).cname);
  check(blank >= 0 && blank < x.size(2), "blank must be in label range");
  const auto n = static_cast<std::size_t>(x.size(1));
  check(frames.size() == n, "input_lengths must be of size batch_size");
  check(lengths.size() == n, "target_lengths must be of size batch_size");
  std::int64_t total = 0, most = 0;
  for (std::size_t i = 0; i < n; ++i) {
    check(lengths[i] >= 0,
          "Expected target_lengths to have value at least 0, but got value {} (while checking "
          "arguments for ctc_loss_cpu)",
          lengths[i]);
    total += lengths[i];
    most = std::max(most, lengths[i]);
  }
  if (targets.dim() == 1) {
    check(targets.size(0) == total,
          "Expected tensor to have size {} at dimension 0, but got size {} for argument #2 'targets' (while checking "
          "arguments for ctc_loss_cpu)",
          total, targets.size(0));
  } else {
    check(targets.dim() == 2 && targets.size(0) == static_cast<std::int64_t>(n),
          "Expected tensor to have size {} at dimension 0, but got size {} for argument #2 'targets' (while checking "
          "arguments for ctc_loss_cpu)",
          n, targets.dim() ? targets.size(0) : 0);
    check(targets.size(1) >= most,
          "Expected tensor to have size at least {} at dimension 1, but got size {} for argument #2 'targets' (while "
          "checking arguments for ctc_loss_cpu)",
          most, targets.size(1));
  }
  for (const std::int64_t length : frames) {
    check(length >= 0 && length <= x.size(0),
          "Expected input_lengths to have value at most {}, but got value {} (while checking arguments for "
          "ctc_loss_cpu)",
          x.size(0), length);
  }
}

std::shared_ptr<const Sequences> sequences(const Tensor& x, const Tensor& targets, IntArrayRef frames,
                                           IntArrayRef lengths, std::int64_t blank, bool zero_infinity) {
  check_call(x, targets, frames, lengths, blank);
  auto out = std::make_shared<Sequences>();
  out->frames.assign(frames.begin(), frames.end());
  out->blank = blank;
  out->zero_infinity = zero_infinity;
  const std::vector<std::int64_t> all = targets.to_vector<std::int64_t>();
  std::int64_t from = 0;
  for (std::size_t n = 0; n < lengths.size(); ++n) {
    if (targets.dim() == 2) from = static_cast<std::int64_t>(n) * targets.size(1);
    out->labels.emplace_back(all.begin() + from, all.begin() + from + lengths[n]);
    from += lengths[n];
    for (const std::int64_t label : out->labels.back()) {
      check<IndexError>(label >= 0 && label < x.size(2), "Target {} is out of bounds.", label);
    }
  }
  return out;
}

/// A logarithm of 0 that stays a number, so that its derivatives are numbers too.
constexpr double kNever = -1e30;

/// The losses [N] of x [T, N, C] in differentiable operations, a frame at a time: what second derivatives are made of.
Tensor loss_by_frames(const Tensor& x, const Sequences& q) {
  const std::int64_t frames = x.size(0), n = x.size(1), places = 2 * q.of(x.array()).longest() + 1;
  Tensor label = full({n, places}, q.blank, kInt64), skips = full({n, places}, kNever, x.dtype()),
         last = zeros({n, places}, kBool);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto& labels = q.labels[static_cast<std::size_t>(i)];
    for (std::size_t k = 0; k < labels.size(); ++k) {
      const auto s = static_cast<std::int64_t>(2 * k + 1);
      label.select(0, i).select(0, s).fill_(labels[k]);
      if (k > 0 && labels[k] != labels[k - 1]) skips.select(0, i).select(0, s).fill_(0);
    }
    const auto end = static_cast<std::int64_t>(2 * labels.size() + 1);
    last.select(0, i).slice(0, std::max<std::int64_t>(end - 2, 0), end).fill_(true);
  }
  const Tensor emitted = x.gather(2, label.unsqueeze(0).expand({frames, n, places}));
  const auto shifted = [&](const Tensor& a, std::int64_t by) {  // from place s − by to s
    by = std::min(by, places);
    return cat({full({n, by}, kNever, x.dtype()), a.slice(1, 0, places - by)}, 1);
  };
  const Tensor first = arange(places, kInt64) < 2;
  Tensor alpha = where(first, emitted.select(0, 0), kNever);
  std::vector<Tensor> all{alpha};
  for (std::int64_t t = 1; t < frames; ++t) {
    alpha = emitted.select(0, t) + stack({alpha, shifted(alpha, 1), shifted(alpha, 2) + skips}, 0).logsumexp(0);
    all.push_back(alpha);
  }
  std::vector<Tensor> losses;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t length = q.frames[static_cast<std::size_t>(i)];
    const Tensor at_end = length ? all[static_cast<std::size_t>(length - 1)].select(0, i) : Tensor();
    const Tensor loss = length ? -where(last.select(0, i), at_end, kNever).logsumexp(0) : zeros({}, x.dtype());
    // No alignment fits: the gradient is 0, or no number.
    const bool fits = loss.item<double>() < -kNever / 2;
    losses.push_back(fits ? loss : loss * (q.zero_infinity ? 0. : std::numeric_limits<double>::quiet_NaN()));
  }
  return stack(losses, 0);
}

/// The losses [N]. In PyTorch, too, this is an operation and the reduction is made of others.
Tensor losses(const Tensor& x, std::shared_ptr<const Sequences> q) {
  Tensor loss, alpha;
  return differentiable<"CtcLossBackward0">(
      inputs(x), {},
      [&](const Array*) {
        const Tensor packed = x.detach().contiguous();
        kernels::CtcForward out = kernels::ctc_loss(q->of(packed.array()));
        loss = Tensor(out.loss);
        alpha = Tensor(std::move(out.log_alpha));
        return out.loss;
      },
      [&](Save& s) {
        s.input(0);
        s.output();
        s.tensor(alpha);
      },
      [q](const Saved& s, const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        if (is_grad_enabled()) {
          // The gradient as a function of x and g, through the loss by frames.
          return {autograd::grad({loss_by_frames(x, *q)}, {x}, {g}, true, true)[0]};
        }
        const Tensor packed = x.contiguous();
        return {Tensor(kernels::ctc_loss_backward(g.array(), q->of(packed.array()),
                                                  {s.output().array(), s.tensor(0).array()}, q->zero_infinity))};
      });
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths, IntArrayRef target_lengths,
                std::int64_t blank, Reduction reduction, bool zero_infinity) {
  check(log_probs.dim() == 2 || log_probs.dim() == 3, "log_probs must have 2 or 3 dimensions, but got {}",
        log_probs.dim());
  const detail::Traced traced("ctc_loss", {&log_probs, &targets});
  const bool alone = log_probs.dim() == 2;
  const Tensor x = alone ? log_probs.unsqueeze(1) : log_probs;
  Tensor loss = losses(
      x, sequences(x, alone ? targets.unsqueeze(0) : targets, input_lengths, target_lengths, blank, zero_infinity));
  if (zero_infinity) loss = where(isinf(loss), 0., loss);
  if (reduction == Reduction::Sum) return traced.told(loss.sum());
  if (reduction == Reduction::None) return traced.told(alone ? loss.squeeze(0) : loss);
  std::vector<double> lengths;
  for (const std::int64_t length : target_lengths)
    lengths.push_back(static_cast<double>(std::max<std::int64_t>(length, 1)));
  return traced.told((loss / tensor(lengths, TensorOptions(loss.dtype()))).mean());
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, std::int64_t blank, Reduction reduction, bool zero_infinity) {
  check(is_integral(input_lengths.dtype()), "input_lengths must be integral");
  check(is_integral(target_lengths.dtype()), "target_lengths must be integral");
  const auto frames = input_lengths.to_vector<std::int64_t>(), lengths = target_lengths.to_vector<std::int64_t>();
  return ctc_loss(log_probs, targets, IntArrayRef(frames), IntArrayRef(lengths), blank, reduction, zero_infinity);
}

}  // namespace xgrad
