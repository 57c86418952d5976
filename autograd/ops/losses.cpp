#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/softmax.hpp>
#include <xgrad/autograd/ops/loss_checks.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <cmath>

namespace xgrad {
namespace {

void check_constant(const char* op, const char* argument, const Tensor& t) {
  check(!t.requires_grad() || !detail::grad_mode,
        "The function '{}' is not differentiable with respect to argument '{}'. This input cannot have requires_grad "
        "True.",
        op, argument);
}

/// How the class-index losses are called: everything but the scores and the labels.
struct NllCall {
  Tensor weight;
  Reduction reduction;
  std::int64_t ignore_index;
  kernels::NllOptions options() const {
    return {weight.defined() ? &weight.array() : nullptr, reduction, ignore_index};
  }
};

std::int64_t class_dim(const Tensor& x) { return x.dim() == 1 ? 0 : 1; }

void check_labels(const char* kernel, const Tensor& x, const Tensor& target, const Tensor& weight) {
  if (!is_integral(target.dtype())) {
    TypeError e(fmt::format("expected scalar type Long but found {}", target.dtype()));
    e.add_context("class labels are integers, one for each row of scores");
    e.set_hint("convert them: target.to(kInt64)");
    throw e;
  }
  check(x.dim() > 0, "Expected 1 or more dimensions (got 0)");
  const std::int64_t d = class_dim(x);
  if (x.dim() == 1) {
    check(target.dim() == 0, "Expected target to be a number for scores of shape {}, got shape {}", x.sizes(),
          target.sizes());
  } else {
    check<ValueError>(target.dim() > 0 && x.size(0) == target.size(0),
                      "Expected input batch_size ({}) to match target batch_size ({}).", x.size(0),
                      target.dim() ? target.size(0) : 1);
    Dims want(x.sizes());
    want.erase(1);
    check(IntArrayRef(want) == target.sizes(), "Expected target size {}, got {}", want, target.sizes());
  }
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'", kernel, x.dtype());
  if (!weight.defined()) return;
  check(weight.dim() == 1 && weight.size(0) == x.size(d),
        "weight tensor should be defined either for all {} classes or no classes but got weight tensor of shape: {}",
        x.size(d), weight.sizes());
  check(weight.dtype() == x.dtype(), "expected scalar type {} but found {}", x.dtype(), weight.dtype());
}

/// g·c, where the loss is Σ c·logp: linear in g, so its own derivative is the loss of h.
Tensor nll_loss_backward(const Tensor& g, const Tensor& target, const Dims& sizes, const NllCall& call,
                         const Tensor& total_weight) {
  return differentiable<"NllLossBackwardBackward0">(
      inputs(g), {},
      [&](const Array*) {
        return kernels::nll_loss_backward(g.array(), target.array(), sizes, call.options(), total_weight.array());
      },
      [&](Save& s) {
        s.tensor(target);
        s.tensor(call.weight.defined() ? call.weight : total_weight);
      },
      [reduction = call.reduction, ignore = call.ignore_index, weighted = call.weight.defined()](
          const Saved& s, const Tensor& h) -> Grads {
        return {nll_loss(h, s.tensor(0), weighted ? s.tensor(1) : Tensor(), reduction, ignore)};
      });
}

/// The loss itself and Σ w over the labels that count. −w[t]·logp[t]      dlogp = g·c
std::pair<Tensor, Tensor> nll(const Tensor& logp, const Tensor& target, const NllCall& call) {
  check_labels("nll_loss_out_frame", logp, target, call.weight);
  check_constant("nll_loss_forward", "weight", call.weight);
  told(call.reduction, call.ignore_index);
  const detail::Traced traced("nll_loss", {&logp, &target, &call.weight});
  Tensor total;
  Tensor loss = differentiable<"NllLossBackward0">(
      inputs(logp), {},
      [&](const Array*) {
        Array total_weight;
        Array out = kernels::nll_loss(logp.array(), target.array(), call.options(), &total_weight);
        total = Tensor(std::move(total_weight));
        return out;
      },
      [&](Save& s) {
        s.tensor(target);
        s.tensor(total);
        if (call.weight.defined()) s.tensor(call.weight);
      },
      [sizes = Dims(logp.sizes()), reduction = call.reduction, ignore = call.ignore_index,
       weighted = call.weight.defined()](const Saved& s, const Tensor& g) -> Grads {
        const NllCall again{weighted ? s.tensor(2) : Tensor(), reduction, ignore};
        return {nll_loss_backward(g, s.tensor(0), sizes, again, s.tensor(1))};
      });
  traced.result(loss);
  traced.result(total);
  return {std::move(loss), std::move(total)};
}

/// nll_loss(log_softmax(x)) in one pass       dx = (softmax(x) − onehot)·w·g / Σ w
Tensor cross_entropy_fused(const Tensor& x, const Tensor& target, const NllCall& call) {
  check_labels(class_dim(x) + 1 == x.dim() ? "log_softmax_lastdim_kernel_impl" : "softmax_kernel_impl", x, target,
               call.weight);
  check_constant("nll_loss_forward", "weight", call.weight);
  Tensor probabilities, total;
  told(call.reduction, call.ignore_index);
  const detail::Traced traced("cross_entropy_loss", {&x, &target, &call.weight});
  Tensor loss = differentiable<"NllLossBackward0">(
      inputs(x), {},
      [&](const Array*) {
        Array p, w;
        Array out = kernels::cross_entropy(x.array(), target.array(), call.options(), &p, &w);
        probabilities = Tensor(std::move(p));
        total = Tensor(std::move(w));
        return out;
      },
      [&](Save& s) {
        s.input(0);
        s.tensor(target);
        s.tensor(probabilities);
        s.tensor(total);
        if (call.weight.defined()) s.tensor(call.weight);
      },
      [reduction = call.reduction, ignore = call.ignore_index, weighted = call.weight.defined()](
          const Saved& s, const Tensor& g) -> Grads {
        const NllCall again{weighted ? s.tensor(3) : Tensor(), reduction, ignore};
        const Tensor& target = s.tensor(0);
        if (!detail::grad_mode) {
          return {Tensor(kernels::cross_entropy_backward(g.array(), s.tensor(1).array(), target.array(),
                                                         again.options(), s.tensor(2).array()))};
        }
        // A graph of this derivative is wanted: the same numbers through differentiable operations.
        const Tensor& x = s.input(0);
        const std::int64_t d = class_dim(x);
        const Tensor g_logp = nll_loss_backward(g, target, Dims(x.sizes()), again, s.tensor(2));
        return {log_softmax_backward(g_logp, log_softmax(x, d), d)};
      });
  traced.result(loss);
  return loss;
}

Tensor reduce(const Tensor& loss, Reduction reduction) {
  switch (reduction) {
    case Reduction::Mean:
      return loss.mean();
    case Reduction::Sum:
      return loss.sum();
    case Reduction::None:
      break;
  }
  return loss;
}

/// Cross-entropy against probabilities: −Σ_c w_c·p_c·logp_c, averaged over the rows.
Tensor cross_entropy_probabilities(const Tensor& x, const Tensor& target, const Tensor& weight, Reduction reduction,
                                   double smoothing) {
  check(target.is_floating_point(), "Expected floating point type for target with class probabilities, got {}",
        target.dtype());
  const std::int64_t d = class_dim(x);
  const auto classes = static_cast<double>(x.size(d));
  const Tensor p = smoothing > 0 ? target * (1 - smoothing) + smoothing / classes : target;
  Tensor terms = log_softmax(x, d) * p;
  if (weight.defined()) {
    Dims along(static_cast<std::size_t>(x.dim()), 1);
    along[static_cast<std::size_t>(d)] = weight.numel();
    terms = terms * weight.view(along);
  }
  const Tensor loss = -terms.sum(d);
  if (reduction != Reduction::Mean) return reduce(loss, reduction);
  return loss.sum() / (static_cast<double>(x.numel()) / classes);
}

/// A loss of one number an element, reduced: `value(x, t)` is evaluated without recording, `slope(s, g)` maps each
/// element's gradient to those of x and t by differentiable operations.
template <FixedString Name, class Value, class Slope>
Tensor elementwise_loss(const Tensor& x, const Tensor& target, Reduction reduction, std::array<Tensor, 2> extra,
                        Value value, Slope slope) {
  return differentiable<Name>(
      inputs(x, target), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        return reduce(value(), reduction).array();
      },
      [&](Save& s) {
        s.input(0);
        s.input(1);
        for (const Tensor& e : extra) s.tensor(e.defined() ? e : x);
      },
      [slope, reduction, first = extra[0].defined(), second = extra[1].defined()](const Saved& s,
                                                                                  const Tensor& g) -> Grads {
        const Tensor& x = s.input(0);
        const Tensor each =
            reduction == Reduction::Mean ? g / static_cast<double>(std::max<std::int64_t>(x.numel(), 1)) : g;
        return slope(s, each.expand(x.sizes()), first ? s.tensor(0) : Tensor(), second ? s.tensor(1) : Tensor());
      });
}

}  // namespace

void ops::check_same_shape(const char* loss, const Tensor& x, const Tensor& target) {
  if (x.sizes() == target.sizes()) return;
  ValueError e(
      fmt::format("Using a target size (torch.Size({})) that is different to the input size (torch.Size({})) is "
                  "not supported by {}. Please ensure they have the same size.",
                  target.sizes(), x.sizes(), loss));
  e.set_hint("broadcasting the two would compare every element with every other; reshape one: target.view_as(input)");
  throw e;
}

Tensor nll_loss(const Tensor& logp, const Tensor& target, const Tensor& weight, Reduction reduction,
                std::int64_t ignore_index) {
  return nll(logp, target, {weight, reduction, ignore_index}).first;
}

Tensor cross_entropy_loss(const Tensor& x, const Tensor& target, const Tensor& weight, Reduction reduction,
                          std::int64_t ignore_index, double label_smoothing) {
  check(label_smoothing >= 0 && label_smoothing <= 1, "label_smoothing must be between 0.0 and 1.0. Got: {}",
        label_smoothing);
  if (x.sizes() == target.sizes()) {
    return cross_entropy_probabilities(x, target, weight, reduction, label_smoothing);
  }
  const NllCall call{weight, reduction, ignore_index};
  if (label_smoothing == 0) return cross_entropy_fused(x, target, call);
  const std::int64_t d = class_dim(x);
  const Tensor logp = log_softmax(x, d);
  const auto [loss, total] = nll(logp, target, call);
  Tensor smooth = logp;
  if (weight.defined()) {
    Dims along(static_cast<std::size_t>(x.dim()), 1);
    along[static_cast<std::size_t>(d)] = weight.numel();
    smooth = smooth * weight.view(along);
  }
  smooth = where(eq(target, ignore_index), 0., -smooth.sum(d));
  if (reduction == Reduction::Mean)
    smooth = smooth.sum() / total;
  else
    smooth = reduce(smooth, reduction);
  return loss * (1 - label_smoothing) + smooth * (label_smoothing / static_cast<double>(x.size(d)));
}

/// What x·(1 − x) counts for at least in the derivative, in every dtype.
constexpr double kLeastVariance = 1e-12F;

/// −w·(t·ln x + (1 − t)·ln(1 − x))       dx = g·w·(x − t) / max(x·(1 − x), 1e-12), dt = g·w·(ln(1 − x) − ln x)
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const Tensor& weight, Reduction reduction) {
  ops::check_same_shape("binary_cross_entropy", x, target);
  check_constant("binary_cross_entropy", "weight", weight);
  check(x.dtype() == target.dtype(), "Found dtype {} but expected {}", target.dtype(), x.dtype());
  check<NotImplementedError>(x.is_floating_point(), "\"binary_cross_entropy\" not implemented for '{}'", x.dtype());
  told(reduction);
  const detail::Traced traced("binary_cross_entropy", {&x, &target, &weight});
  {
    const NoGradGuard no_grad;
    check(x.numel() == 0 || logical_and(x >= 0, x <= 1).all().item<bool>(),
          "all elements of input should be between 0 and 1");
  }
  const auto weighted = [](Tensor t, const Tensor& w) { return w.defined() ? t * w : t; };
  Tensor loss = elementwise_loss<"BinaryCrossEntropyBackward0">(
      x, target, reduction, {weight, Tensor()},
      [&] {
        const Tensor loss = (target - 1) * log1p(-x).clamp(-100.) - target * log(x).clamp(-100.);
        return weighted(loss, weight);
      },
      [weighted](const Saved& s, const Tensor& g, const Tensor& w, const Tensor&) -> Grads {
        const Tensor &x = s.input(0), &t = s.input(1);
        return {s.needs(0) ? weighted(g * (x - t) / ((1 - x) * x).clamp(kLeastVariance), w) : Tensor(),
                s.needs(1) ? weighted(g * (log1p(-x).clamp(-100.) - log(x).clamp(-100.)), w) : Tensor()};
      });
  traced.result(loss);
  return loss;
}

/// (1 − t)·x + (1 + (p − 1)·t)·ln(1 + e^−x), written so that nothing overflows
///     dx = g·w·((p·t + 1 − t)·σ(x) − p·t),   dt = g·w·((p − 1)·ln(1 + e^−x) − x)
Tensor binary_cross_entropy_with_logits(const Tensor& x, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, Reduction reduction) {
  check<ValueError>(x.sizes() == target.sizes(),
                    "Target size (torch.Size({})) must be the same as input size (torch.Size({}))", target.sizes(),
                    x.sizes());
  check<NotImplementedError>(x.is_floating_point(), "\"binary_cross_entropy_with_logits\" not implemented for '{}'",
                             x.dtype());
  check_constant("binary_cross_entropy_with_logits", "weight", weight);
  check_constant("binary_cross_entropy_with_logits", "pos_weight", pos_weight);
  const auto weighted = [](Tensor t, const Tensor& w) { return w.defined() ? t * w : t; };
  const auto softplus_of_minus = [](const Tensor& v) { return (-v).clamp(0.) + log1p(exp(-abs(v))); };
  told(reduction);
  const detail::Traced traced("binary_cross_entropy_with_logits", {&x, &target, &weight, &pos_weight});
  Tensor loss = elementwise_loss<"BinaryCrossEntropyWithLogitsBackward0">(
      x, target, reduction, {weight, pos_weight},
      [&] {
        const Tensor tail = softplus_of_minus(x);
        const Tensor loss = (1 - target) * x + (pos_weight.defined() ? tail * ((pos_weight - 1) * target + 1) : tail);
        return weighted(loss, weight);
      },
      [weighted, softplus_of_minus](const Saved& s, const Tensor& g, const Tensor& w, const Tensor& p) -> Grads {
        const Tensor &x = s.input(0), &t = s.input(1);
        Grads out(2);
        if (s.needs(0)) {
          out[0] = p.defined() ? g * ((p * t + 1 - t) * sigmoid(x) - p * t) : g * (sigmoid(x) - t);
          out[0] = weighted(out[0], w);
        }
        if (s.needs(1)) out[1] = weighted(g * (p.defined() ? (p - 1) * softplus_of_minus(x) - x : -x), w);
        return out;
      });
  traced.result(loss);
  return loss;
}

Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  ops::check_same_shape("l1_loss", x, target);
  return reduce(abs(x - target), reduction);
}

/// y = x·mask / (1 − p)
Tensor dropout(const Tensor& x, double p, bool train) {
  check<ValueError>(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got {}", p);
  if (p == 0 || !train || x.numel() == 0) return x;
  if (p == 1) return x * zeros_like(x);
  Tensor noise = empty(x.sizes(), TensorOptions(x.dtype()));  // packed whatever x's layout, as PyTorch draws it
  noise.bernoulli_(1 - p);
  noise.div_(1 - p);
  return x * noise;
}

}  // namespace xgrad
