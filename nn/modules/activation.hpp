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
TORCH_MODULE(ReLU);

/// 1 / (1 + e^−x)
class SigmoidImpl : public Cloneable<SigmoidImpl, Module> {
 public:
  Tensor forward(Tensor input) override { return input.sigmoid(); }
};
TORCH_MODULE(Sigmoid);

/// tanh x
class TanhImpl : public Cloneable<TanhImpl, Module> {
 public:
  Tensor forward(Tensor input) override { return input.tanh(); }
};
TORCH_MODULE(Tanh);

/// e^x_i / Σ_j e^x_j along `dim`
class SoftmaxImpl : public Configured<SoftmaxImpl, SoftmaxOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};
TORCH_MODULE(Softmax);

/// x_i − ln Σ_j e^x_j along `dim`
class LogSoftmaxImpl : public Configured<LogSoftmaxImpl, LogSoftmaxOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};
TORCH_MODULE(LogSoftmax);

/// In training mode, zeroes elements with probability p and scales the others by 1/(1 − p). Options: p = 0.5,
/// inplace = false. Throws ValueError for p outside of [0, 1].
class DropoutImpl : public Configured<DropoutImpl, DropoutOptions> {
 public:
  using Configured::Configured;
  Tensor forward(Tensor input) override;
  std::string extra_repr() const override;
};
TORCH_MODULE(Dropout);

}  // namespace xgrad::nn
