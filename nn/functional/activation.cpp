#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/functional.hpp>

namespace xgrad::nn::functional {

namespace {

/// f(x, arguments...), or f_(x, arguments...) if the options say so.
template <class Options, class F, class G>
Tensor either(const Tensor& input, const Options& options, F f, G f_) {
  if (!options.inplace()) return f(input);
  Tensor x = input;
  return f_(x);
}

}  // namespace

#define XGRAD_EITHER(NAME, OPTIONS, ...)                                             \
  Tensor NAME(const Tensor& input, const OPTIONS& options) {                         \
    return either(                                                                   \
        input, options, [&](const Tensor& x) { return xgrad::NAME(x __VA_ARGS__); }, \
        [&](Tensor& x) { return xgrad::NAME##_(x __VA_ARGS__); });                   \
  }

XGRAD_EITHER(relu6, ReLU6FuncOptions)
XGRAD_EITHER(leaky_relu, LeakyReLUFuncOptions, , options.negative_slope())
XGRAD_EITHER(rrelu, RReLUFuncOptions, , options.lower(), options.upper(), options.training())
XGRAD_EITHER(elu, ELUFuncOptions, , options.alpha())
XGRAD_EITHER(selu, SELUFuncOptions)
XGRAD_EITHER(celu, CELUFuncOptions, , options.alpha())
XGRAD_EITHER(silu, SiLUOptions)
XGRAD_EITHER(mish, MishOptions)
XGRAD_EITHER(hardtanh, HardtanhFuncOptions, , options.min_val(), options.max_val())
XGRAD_EITHER(hardsigmoid, HardsigmoidOptions)
XGRAD_EITHER(hardswish, HardswishOptions)
XGRAD_EITHER(threshold, ThresholdFuncOptions, , options.threshold(), options.value())

#undef XGRAD_EITHER

Tensor gelu(const Tensor& input, const GELUFuncOptions& options) { return xgrad::gelu(input, options.approximate()); }
Tensor softplus(const Tensor& input, const SoftplusFuncOptions& options) {
  return xgrad::softplus(input, options.beta(), options.threshold());
}
Tensor softshrink(const Tensor& input, const SoftshrinkFuncOptions& options) {
  return xgrad::softshrink(input, options.lambda());
}
Tensor hardshrink(const Tensor& input, const HardshrinkFuncOptions& options) {
  return xgrad::hardshrink(input, options.lambda());
}
Tensor glu(const Tensor& input, const GLUFuncOptions& options) {
  check(input.dim() > 0, "glu does not support scalars because halving size must be even");
  return xgrad::glu(input, options.dim());
}
Tensor softmin(const Tensor& input, const SoftminFuncOptions& options) { return softmax(-input, options); }

Tensor gumbel_softmax(const Tensor& input, const GumbelSoftmaxFuncOptions& options) {
  Tensor noise;
  {
    const NoGradGuard no_grad;
    noise = -log(empty_like(input).exponential_());
  }
  const Tensor soft = xgrad::softmax((input + noise) / options.tau(), options.dim());
  if (!options.hard()) return soft;
  Tensor hard;
  {
    const NoGradGuard no_grad;
    hard = zeros_like(input).scatter_(options.dim(), soft.argmax(options.dim(), true), 1);
  }
  return hard - soft.detach() + soft;
}

}  // namespace xgrad::nn::functional
