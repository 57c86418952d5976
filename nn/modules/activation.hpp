/// Modules without weights that act element by element or along one dimension.
#pragma once

#include <xgrad/nn/modules/configured.hpp>

namespace xgrad::nn {

/// max(0, x). Options: inplace = false.
class ReLUImpl : public Configured<ReLUImpl, ReLUOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override { return functional::relu(input, options); }
  std::string extra_repr() const override { return options.inplace() ? "inplace=True" : ""; }
};
XGRAD_LAYER(ReLU);

/// 1 / (1 + e^−x)
class SigmoidImpl : public Cloneable<SigmoidImpl, Module> {
 public:
  Tensor forward(Tensor input) override { return input.sigmoid(); }
};
XGRAD_LAYER(Sigmoid);

/// tanh x
class TanhImpl : public Cloneable<TanhImpl, Module> {
 public:
  Tensor forward(Tensor input) override { return input.tanh(); }
};
XGRAD_LAYER(Tanh);

/// e^x_i / Σ_j e^x_j along `dim`
class SoftmaxImpl : public Configured<SoftmaxImpl, SoftmaxOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};
XGRAD_LAYER(Softmax);

/// x_i − ln Σ_j e^x_j along `dim`
class LogSoftmaxImpl : public Configured<LogSoftmaxImpl, LogSoftmaxOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};
XGRAD_LAYER(LogSoftmax);

// A module that only calls the function of its name, and what its print says.
#define XGRAD_MODULE(NAME, FUNCTION, OPTIONS, TEXT)                                        \
  class NAME##Impl : public Configured<NAME##Impl, OPTIONS> {                              \
   public:                                                                                 \
    using Configured::Configured;                                                          \
    Tensor forward(Tensor input) override { return functional::FUNCTION(input, options); } \
    std::string extra_repr() const override { return TEXT; }                               \
  };                                                                                       \
  XGRAD_LAYER(NAME)
#define XGRAD_PLAIN_MODULE(NAME, FUNCTION)                                        \
  class NAME##Impl : public Cloneable<NAME##Impl, Module> {                       \
   public:                                                                        \
    Tensor forward(Tensor input) override { return functional::FUNCTION(input); } \
  };                                                                              \
  XGRAD_LAYER(NAME)
// The same with a text that needs more than a line.
#define XGRAD_TEXT_MODULE(NAME, FUNCTION, OPTIONS)                                         \
  class NAME##Impl : public Configured<NAME##Impl, OPTIONS> {                              \
   public:                                                                                 \
    using Configured::Configured;                                                          \
    Tensor forward(Tensor input) override { return functional::FUNCTION(input, options); } \
    std::string extra_repr() const override;                                               \
  };                                                                                       \
  XGRAD_LAYER(NAME)

/// min(max(0, x), 6). Options: inplace = false.
XGRAD_MODULE(ReLU6, relu6, ReLU6Options, options.inplace() ? "inplace=True" : "");
/// x > 0 ? x : negative_slope·x. Options: negative_slope = 0.01, inplace = false.
XGRAD_TEXT_MODULE(LeakyReLU, leaky_relu, LeakyReLUOptions);
/// x > 0 ? x : alpha·(e^x − 1). Options: alpha = 1, inplace = false.
XGRAD_TEXT_MODULE(ELU, elu, ELUOptions);
/// x > 0 ? x : alpha·(e^(x/alpha) − 1). Options: alpha = 1, inplace = false.
XGRAD_TEXT_MODULE(CELU, celu, CELUOptions);
/// ELU with the constants that keep mean 0 and variance 1. Options: inplace = false.
XGRAD_MODULE(SELU, selu, SELUOptions, options.inplace() ? "inplace=True" : "");
/// x·Φ(x). Options: approximate = "none" or "tanh".
XGRAD_MODULE(GELU, gelu, GELUOptions, fmt::format("approximate='{}'", options.approximate()));
/// x·σ(x). Options: inplace = false.
XGRAD_MODULE(SiLU, silu, SiLUOptions, options.inplace() ? "inplace=True" : "");
/// x·tanh(ln(1 + e^x)). Options: inplace = false.
XGRAD_MODULE(Mish, mish, MishOptions, options.inplace() ? "inplace=True" : "");
/// ln(1 + e^(beta·x)) / beta. Options: beta = 1, threshold = 20, above which it is x.
XGRAD_MODULE(Softplus, softplus, SoftplusOptions,
             fmt::format("beta={}, threshold={}", options.beta(), options.threshold()));
/// x moved towards 0 by lambda, 0 within. Options: lambda = 0.5.
XGRAD_MODULE(Softshrink, softshrink, SoftshrinkOptions, detail::python(options.lambda()));
/// |x| ≤ lambda ? 0 : x. Options: lambda = 0.5.
XGRAD_MODULE(Hardshrink, hardshrink, HardshrinkOptions, detail::python(options.lambda()));
/// min(max(x, min_val), max_val). Options: min_val = −1, max_val = 1, inplace = false.
XGRAD_TEXT_MODULE(Hardtanh, hardtanh, HardtanhOptions);
/// min(max(x + 3, 0), 6) / 6. Options: inplace = false.
XGRAD_MODULE(Hardsigmoid, hardsigmoid, HardsigmoidOptions, "");
/// x·min(max(x + 3, 0), 6) / 6. Options: inplace = false.
XGRAD_MODULE(Hardswish, hardswish, HardswishOptions, "");
/// x > threshold ? x : value. Options: threshold, value, inplace = false.
XGRAD_TEXT_MODULE(Threshold, threshold, ThresholdOptions);
/// a·σ(b) for the halves of x along `dim`. Options: dim = −1.
XGRAD_MODULE(GLU, glu, GLUOptions, fmt::format("dim={}", options.dim()));
/// x / (1 + |x|)
XGRAD_PLAIN_MODULE(Softsign, softsign);
/// x − tanh x
XGRAD_PLAIN_MODULE(Tanhshrink, tanhshrink);
/// ln σ(x)
XGRAD_PLAIN_MODULE(LogSigmoid, logsigmoid);

#undef XGRAD_TEXT_MODULE
#undef XGRAD_PLAIN_MODULE
#undef XGRAD_MODULE

/// leaky ReLU with slopes drawn in training mode, and their mean otherwise. Options: lower = 1/8, upper = 1/3,
/// inplace = false.
class RReLUImpl : public Configured<RReLUImpl, RReLUOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};
XGRAD_LAYER(RReLU);

/// leaky ReLU with slopes that are learned: one, or one a channel. Options: num_parameters = 1, init = 0.25.
class PReLUImpl : public Configured<PReLUImpl, PReLUOptions> {
 public:
  PReLUImpl() { PReLUImpl::reset(); }
  template <class First, class... Rest>
  requires(!detail::ModuleType<First>) explicit PReLUImpl(First&& first, Rest&&... rest)
      : Configured(std::forward<First>(first), std::forward<Rest>(rest)...) {
    PReLUImpl::reset();
  }
  void reset() override;
  Tensor forward(Tensor input) override { return functional::prelu(input, weight); }
  std::string extra_repr() const override;

  Tensor weight;
};
XGRAD_LAYER(PReLU);

/// e^−x_i / Σ_j e^−x_j along `dim`
class SoftminImpl : public Configured<SoftminImpl, SoftminOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};
XGRAD_LAYER(Softmin);

/// softmax over the channels of [N, C, H, W] or [C, H, W]. Throws for other numbers of dimensions.
class Softmax2dImpl : public Cloneable<Softmax2dImpl, Module> {
 public:
  Tensor forward(Tensor input) override;
};
XGRAD_LAYER(Softmax2d);

}  // namespace xgrad::nn
