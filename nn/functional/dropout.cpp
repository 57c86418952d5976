#include <xgrad/autograd/array/warning.hpp>
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
  Tensor noise = kept(x, p, channels);
  Tensor shift = add(noise, -1);
  shift.mul_(kAlpha * a).add_(kAlpha * a * p);
  noise.mul_(a);
  return x * noise + shift;
}

template <class Options>
Tensor written(const Tensor& input, const Tensor& output, const Options& o) {
  return o.inplace() && o.training() && !output.is_same(input) ? input.copy_(output) : output;
}

/// Dropout of channels of an input that may have no batch.
Tensor with_batch(const Tensor& input, bool batched, const DropoutFuncOptions& o) {
  const Tensor x = batched ? input : input.unsqueeze(0);
  const Tensor y = feature_dropout(x, o.p(), o.training());
  return written(input, batched ? y : y.squeeze(0), o);
}

/// PyTorch's warning of a number of dimensions that is no image's, once for each function.
template <int Spatial>
void warn_of_dims(const char* name, std::int64_t given, const char* takes) {
  if (given == Spatial + 1 || given == Spatial + 2) return;
  struct OtherDims {};
  warn_once<OtherDims>(
      fmt::format("{}: Received a {}-D input to {}, which is deprecated and will result in an error in a future "
                  "release. To retain the behavior and silence this warning, please use dropout instead. Note that {} "
                  "exists to provide channel-wise dropout on inputs with {} spatial dimensions, a channel dimension, "
                  "and an optional batch dimension (i.e. {} inputs).",
                  name, given, name, name, Spatial, takes));
}

}  // namespace

Tensor dropout1d(const Tensor& input, const Dropout1dFuncOptions& o) {
  check(input.dim() == 2 || input.dim() == 3,
        "dropout1d: Expected 2D or 3D input, but received a {}D input. Note that dropout1d exists to provide "
        "channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension "
        "(i.e. 2D or 3D inputs).",
        input.dim());
  return with_batch(input, input.dim() == 3, o);
}
Tensor dropout2d(const Tensor& input, const Dropout2dFuncOptions& o) {
  warn_of_dims<2>("dropout2d", input.dim(), "3D or 4D");
  struct NoBatch {};
  if (input.dim() == 3)
    warn_once<NoBatch>(
        "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - "
        "input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future "
        "release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D "
        "channel-wise dropout behavior, please switch to using dropout1d instead.");
  return with_batch(input, true, o);
}
Tensor dropout3d(const Tensor& input, const Dropout3dFuncOptions& o) {
  warn_of_dims<3>("dropout3d", input.dim(), "4D or 5D");
  return with_batch(input, input.dim() == 5, o);
}
Tensor alpha_dropout(const Tensor& input, const AlphaDropoutFuncOptions& o) {
  return written(input, alpha(input, o.p(), o.training(), false), o);
}
Tensor feature_alpha_dropout(const Tensor& input, const FeatureAlphaDropoutFuncOptions& o) {
  return written(input, alpha(input, o.p(), o.training(), true), o);
}

}  // namespace xgrad::nn::functional
