/// gradcheck: are the derivatives right? Compares what backward computes with slopes measured by small steps.
///
/// Link `xgrad::gradcheck` besides `xgrad::xgrad`. docs/gradcheck.md teaches it from the start.
#pragma once

#include <xgrad/autograd/gradcheck/callable.hpp>
#include <xgrad/autograd/gradcheck/options.hpp>
#include <xgrad/autograd/gradcheck/plain.hpp>

namespace xgrad::autograd {

/// Compares the derivatives that backward computes for `f` with measured slopes, entry by entry of every Jacobian.
///
/// `f` takes as many Tensors as there are inputs (eight at most), or one std::vector<Tensor>, and returns a Tensor or
/// several (vector, tuple, pair, array). Inputs that require grad are checked; they should be float64. The others
/// (integers, bools, constants) are passed along, and outputs that are not floating-point are passed over. An undefined
/// gradient counts as zero. During the check the inputs' elements are changed a little and put back.
///
///     Tensor x = randn({3, 4}, dtype(kFloat64).requires_grad(true));
///     GradcheckResult result = autograd::gradcheck([](const Tensor& x) { return x.tanh().sum(1); }, {x});
///     if (!result) print("{}", result.report);
///
/// `f` may also be an nn::Module, a holder or a pointer to one, or anything else with `named_parameters()` and
/// `operator()` or `forward()`. Then its parameters are checked along with the inputs, by name, and its buffers put
/// back:
///
///     nn::Linear layer(3, 2);
///     layer->to(kFloat64);
///     autograd::gradcheck(layer, {x});
///
/// What cannot be checked is refused, with the reason in the report: no input that requires grad, float32 without
/// tolerances of its own, inputs whose elements share memory, functions that change their inputs, and functions that
/// give two answers for one question. What `f` throws passes through.
template <class F>
GradcheckResult gradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {}) {
  return detail::gradcheck(detail::target(f, inputs), options);
}
/// With keywords: `gradcheck(f, {x}, kw::atol = 1e-4, kw::rtol = 1e-2)`.
template <class F, kwargs::Keyworded... K>
requires(sizeof...(K) > 0) GradcheckResult gradcheck(F&& f, const std::vector<Tensor>& inputs, K... k) {
  return detail::gradcheck(detail::target(f, inputs), kwargs::apply(GradcheckOptions(), k...));
}

/// Checks a gradient that you wrote yourself: no tensors, no graph. `f` takes up to eight doubles or one
/// std::vector<double>, and returns a number or several; `gradient` takes the same and returns as many numbers as there
/// are slopes (several outputs: a list of rows).
///
///     gradcheck([](double x) { return x * x; }, [](double x) { return 2 * x; }, 3.);
///     gradcheck([](double x, double y) { return x * y; }, [](double x, double y) { return std::pair(y, x); },
///     {3., 4.});
template <detail::PlainCallable F, detail::PlainCallable G>
GradcheckResult gradcheck(F&& f, G&& gradient, const GradcheckPoint& x, const GradcheckOptions& options = {}) {
  return detail::gradcheck_plain(detail::plain(f), detail::plain(gradient), x, options);
}
template <detail::PlainCallable F, detail::PlainCallable G, kwargs::Keyworded... K>
requires(sizeof...(K) > 0) GradcheckResult gradcheck(F&& f, G&& gradient, const GradcheckPoint& x, K... k) {
  return detail::gradcheck_plain(detail::plain(f), detail::plain(gradient), x, kwargs::apply(GradcheckOptions(), k...));
}

/// The same for second derivatives: gradcheck of the gradient of `f`, as a function of the inputs and of the gradients
/// that come in. Those are drawn from a generator of its own, so that the check repeats exactly.
template <class F>
GradcheckResult gradgradcheck(F&& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::target(f, inputs), {}, options);
}
/// With gradients of your own, one for each output of `f` that requires grad.
template <class F>
GradcheckResult gradgradcheck(F&& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& grad_outputs,
                              const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::target(f, inputs), grad_outputs, options);
}
template <class F, kwargs::Keyworded... K>
requires(sizeof...(K) > 0) GradcheckResult gradgradcheck(F&& f, const std::vector<Tensor>& inputs, K... k) {
  return detail::gradgradcheck(detail::target(f, inputs), {}, kwargs::apply(GradcheckOptions(), k...));
}
template <class F, kwargs::Keyworded... K>
requires(sizeof...(K) > 0) GradcheckResult
    gradgradcheck(F&& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& grad_outputs, K... k) {
  return detail::gradgradcheck(detail::target(f, inputs), grad_outputs, kwargs::apply(GradcheckOptions(), k...));
}

}  // namespace xgrad::autograd
