#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/margin.hpp>
#include <xgrad/autograd/ops/margin_losses.hpp>

namespace xgrad {
namespace {

/// Scores as rows: [N, C]; one row of scores, or one score, is a batch of one.
Tensor as_rows(const Tensor& x) { return x.dim() == 2 ? x : x.reshape({1, x.numel()}); }

void check_scores(const Tensor& x, const Tensor& target, const char* kernel) {
  check(x.dim() == 0 || (x.dim() <= 2 && x.size(-1) != 0),
        "Expected non-empty vector or matrix with optional 0-dim batch size, but got: {}", x.sizes());
  check(target.dtype() == kInt64, "expected scalar type Long but found {}", info(target.dtype()).cname);
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'", kernel, x.dtype());
}

/// The rows' losses as the reduction wants them; `alone`: there is one row and no dimension for it.
Array reduced(const Array& each, Reduction reduction, bool alone) {
  const NoGradGuard no_grad;
  const Tensor loss(each);
  if (reduction == Reduction::None) return (alone ? loss.squeeze(0) : loss).array();
  return (reduction == Reduction::Mean ? loss.mean() : loss.sum()).array();
}

/// g·slope, for a slope of each row.
Tensor spread(const Tensor& g, const Tensor& slope, Reduction reduction, const Dims& sizes) {
  const Tensor each = reduction == Reduction::Mean ? g / static_cast<double>(slope.size(0)) : g;
  return (each.reshape({-1, 1}) * slope).reshape(sizes);
}

/// The slope of the squared margins in differentiable operations: 2·w[t]/C·max(0, margin − x[t] + x[c]), and for t
/// itself what makes the sum 0.
Tensor squared_slope(const Tensor& x, const Tensor& target, double margin, const Tensor& weight) {
  const Tensor rows = as_rows(x), label = target.reshape({-1, 1});
  const std::int64_t classes = rows.size(1);
  const Tensor own = eq(arange(classes, kInt64), label);
  Tensor z = where(own, 0., (rows - rows.gather(1, label) + margin).clamp_min(0)) * (2 / static_cast<double>(classes));
  if (weight.defined()) z = z * weight.index_select(0, label.reshape({-1})).reshape({-1, 1});
  return where(own, -z.sum(1, true), z);
}

}  // namespace

Tensor multi_margin_loss(const Tensor& x, const Tensor& target, Scalar p, Scalar margin, const Tensor& weight,
                         Reduction reduction) {
  const int power = p.to<int>();
  const double width = margin.toDouble();
  check(power == 1 || power == 2, "only p == 1 and p == 2 supported");
  check_scores(x, target, "multi_margin_loss_cpu_kernel");
  const std::int64_t rows = x.dim() == 2 ? x.size(0) : 1, classes = x.dim() == 0 ? 1 : x.size(-1);
  check(target.dim() <= 1 && target.numel() == rows, "inconsistent target size, got: {}", target.sizes());
  if (weight.defined()) {
    check(weight.dim() <= 1 && weight.numel() == classes, "inconsistent weight size, got: {}", weight.sizes());
    check(weight.dtype() == x.dtype(), "expected scalar type {} but found {}", info(x.dtype()).cname,
          info(weight.dtype()).cname);
    check(!weight.requires_grad() || !is_grad_enabled(),
          "The function 'multi_margin_loss' is not differentiable with respect to argument 'weight'. This input cannot "
          "have requires_grad True.");
  }
  kernels::check_held(margin, x.dtype());
  const bool alone = target.dim() == 0, squared = power == 2;
  Tensor slope;
  told(p, margin, reduction);
  const detail::Traced traced("multi_margin_loss", {&x, &target, &weight});
  Tensor loss = differentiable<"MultiMarginLossBackward0">(
      inputs(x), {},
      [&](const Array*) {
        const Array* const w = weight.defined() ? &weight.array() : nullptr;
        kernels::RowLoss each = kernels::multi_margin(as_rows(x.detach()).array(), target.array(), squared ? 2 : 1,
                                                      width, w, x.requires_grad() && is_grad_enabled());
        if (each.slope.defined()) slope = Tensor(std::move(each.slope));
        return reduced(each.loss, reduction, alone);
      },
      [&](Save& s) {
        s.tensor(slope);
        if (!squared) return;  // otherwise the slope is constant
        s.input(0);
        s.tensor(target);
        if (weight.defined()) s.tensor(weight);
      },
      [width, squared, reduction, weighted = weight.defined(), sizes = Dims(x.sizes())](const Saved& s,
                                                                                        const Tensor& g) -> Grads {
        const bool again = squared && is_grad_enabled();
        const Tensor h =
            again ? squared_slope(s.input(0), s.tensor(1), width, weighted ? s.tensor(2) : Tensor()) : s.tensor(0);
        return {spread(g, h, reduction, sizes)};
      });
  traced.result(loss);
  return loss;
}

Tensor multilabel_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  check_scores(x, target, "multilabel_margin_loss_forward_out_frame");
  const bool fits = x.dim() == 2 ? target.sizes() == x.sizes() : target.dim() <= 1 && target.numel() == x.numel();
  check(fits, "inconsistent size {} for argument #2 'target'", target.sizes());
  const std::int64_t classes = x.dim() == 0 ? 1 : x.size(-1);
  {
    const NoGradGuard no_grad;
    check(target.numel() == 0 || logical_and(target >= -1, target < classes).all().item<bool>(),
          "argument #2 'target' is out of range");
  }
  Tensor slope;
  told(reduction);
  const detail::Traced traced("multilabel_margin_loss", {&x, &target});
  Tensor loss = differentiable<"MultilabelMarginLossBackward0">(
      inputs(x), {},
      [&](const Array*) {
        kernels::RowLoss each = kernels::multilabel_margin(as_rows(x.detach()).array(), as_rows(target).array(),
                                                           x.requires_grad() && is_grad_enabled());
        if (each.slope.defined()) slope = Tensor(std::move(each.slope));
        return reduced(each.loss, reduction, x.dim() < 2);
      },
      [&](Save& s) { s.tensor(slope); },
      [reduction, sizes = Dims(x.sizes())](const Saved& s, const Tensor& g) -> Grads {
        return {spread(g, s.tensor(0), reduction, sizes)};
      });
  traced.result(loss);
  return loss;
}

}  // namespace xgrad
