/// A search along a line for a step that satisfies the strong Wolfe conditions.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <functional>

namespace xgrad::optim::detail {

/// A place on the line x + t·d: the loss there, the gradient, and its part along d.
struct LinePoint {
  double t = 0, loss = 0;
  Tensor grad;
  double slope = 0;
};

/// Computes the point at t.
using LineFunction = std::function<LinePoint(double t)>;

struct LineSearchResult {
  LinePoint point;
  std::int64_t evaluations = 0;
};

/// From `start` (t = 0, with a negative slope), first at t, to a point with f ≤ f₀ + c₁·t·slope₀ and
/// |slope| ≤ c₂·|slope₀|, c₁ = 1e-4, c₂ = 0.9; or the best found within `max_evaluations` or when the bracket, times
/// `d_norm`, is narrower than `tolerance_change`. First the step grows until the conditions hold or a bracket has been
/// found, then the bracket shrinks; both by cubic interpolation.
///
/// Nocedal and Wright, "Numerical Optimization", algorithms 3.5 and 3.6; PyTorch's `_strong_wolfe`, decision by
/// decision.
LineSearchResult strong_wolfe(const LineFunction& at, const LinePoint& start, double t, double d_norm,
                              double tolerance_change = 1e-9, std::int64_t max_evaluations = 25);

/// The minimum of the cubic through both points with their slopes, kept within [low, high]; the middle if it has none.
double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high);

}  // namespace xgrad::optim::detail
