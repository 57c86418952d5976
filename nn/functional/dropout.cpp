#include <xgrad/nn/functional/dropout.hpp>

#include <cmath>

namespace xgrad::nn::functional {

namespace {

/// 1 with probability 1 − p, one number for each element or each channel. Drawn as PyTorch draws it.
Tensor kept(const Tensor& x, double p, bool channels) {
  Dims sizes(x.sizes());
  if (channels) {
    check(x.dim() >= 2, "Feature dropout requires at least 2 dimensions in the input");
    for (std::size_t d = 2; d < sizes.size(); ++d) sizes[d] = 1;
  }
  Tensor noise = empty(sizes, x.dtype());
  return noise.bernoulli_(1 - p);
}

Tensor feature_dropout(const Tensor& x, double p, bool training) {
  if (p == 0 || !training || x.numel() == 0) return x;
  if (p == 1) return x * zeros({}, x.dtype());
  Tensor noise = kept(x, p, true);
  noise.div_(1 - p);
  return x * noise;
}

Tensor alpha(const Tensor& x, double p, bool training, bool channels) {
  if (p == 0 || !training || x.numel() == 0) return x;
  if (p == 1) return x * zeros({}, x.dtype());
  constexpr double kAlpha = 1.7580993408473766;  // what SELU tends to far below zero, negated
  const double a = 1 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
  const Tensor noise = kept(x, p, channels);
  const Tensor shift = (noise - 1) * (kAlpha * a) + kAlpha * a * p;
  return x * (noise * a) + shift;
}

Tensor written(const Tensor& input, const Tensor& output, const DropoutFuncOptions& o) {
  return o.inplace() && o.training() && !output.is_same(input) ? input.copy_(output) : output;
}

}  // namespace

Tensor dropout1d(const Tensor& input, const DropoutFuncOptions& o) {
  check(
      input.dim() == 2 || input.dim() == 3,
      "dropout1d: Expected 2D or 3D input, but received a {}D input. Note that dropout1d exists to provide "
      "channel-wise "
      "dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D "
      "inputs).",
      input.dim());
  if (input.dim() == 3) return written(input, feature_dropout(input, o.p(), o.training()), o);
  return written(input, feature_dropout(input.unsqueeze(0), o.p(), o.training()).squeeze(0), o);
}
Tensor dropout2d(const Tensor& input, const DropoutFuncOptions& o) {
  return written(input, feature_dropout(input, o.p(), o.training()), o);
}
Tensor dropout3d(const Tensor& input, const DropoutFuncOptions& o) {
  return written(input, feature_dropout(input, o.p(), o.training()), o);
}
Tensor alpha_dropout(const Tensor& input, const DropoutFuncOptions& o) {
  return written(input, alpha(input, o.p(), o.training(), false), o);
}
Tensor feature_alpha_dropout(const Tensor& input, const DropoutFuncOptions& o) {
  return written(input, alpha(input, o.p(), o.training(), true), o);
}

Tensor channel_shuffle(const Tensor& input, std::int64_t groups) {
  check(input.dim() > 2, "channel_shuffle expects input with > 2 dims, but got input with sizes {}", input.sizes());
  const std::int64_t channels = input.size(1);
  check(groups > 0, "Number of groups to divide channels in must be positive. Value of groups:{}", groups);
  check(channels % groups == 0, "Number of channels must be divisible by groups. Got {} channels and {} groups.",
        channels, groups);
  return input.reshape({input.size(0), groups, channels / groups, -1}).transpose(1, 2).reshape(input.sizes());
}

}  // namespace xgrad::nn::functional
