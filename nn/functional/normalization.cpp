#include <xgrad/autograd/ops/pooling.hpp>
#include <xgrad/autograd/ops/resampling.hpp>
#include <xgrad/nn/functional/normalization.hpp>

namespace xgrad::nn::functional {

namespace {

/// Throws where a channel has a single value, which is its own mean.
void check_more_than_one(const Tensor& input, std::int64_t values) {
  if (values != 1) return;
  fail<ValueError>("Expected more than 1 value per channel when training, got input size torch.Size({})",
                   input.sizes());
}

}  // namespace

Tensor batch_norm(const Tensor& input, const Tensor& running_mean, const Tensor& running_var,
                  const BatchNormFuncOptions& options) {
  if (options.training() && input.size(1) > 0) check_more_than_one(input, input.numel() / input.size(1));
  return xgrad::batch_norm(input, options.weight(), options.bias(), running_mean, running_var, options.training(),
                           options.momentum().value_or(0), options.eps());
}

Tensor instance_norm(const Tensor& input, const InstanceNormFuncOptions& o) {
  if (o.use_input_stats() && input.dim() > 1) {
    std::int64_t pixels = 1;
    for (std::int64_t d = 2; d < input.dim(); ++d) pixels *= input.size(d);
    check<ValueError>(pixels != 1, "Expected more than 1 spatial element when training, got input size torch.Size({})",
                      input.sizes());
  }
  return xgrad::instance_norm(input, o.weight(), o.bias(), o.running_mean(), o.running_var(), o.use_input_stats(),
                              o.momentum(), o.eps());
}

Tensor layer_norm(const Tensor& input, const LayerNormFuncOptions& options) {
  return xgrad::layer_norm(input, options.normalized_shape(), options.weight(), options.bias(), options.eps());
}

Tensor rms_norm(const Tensor& input, const RMSNormFuncOptions& options) {
  return xgrad::rms_norm(input, options.normalized_shape(), options.weight(), options.eps());
}

Tensor group_norm(const Tensor& input, const GroupNormFuncOptions& options) {
  if (input.size(1) > 0) check_more_than_one(input, input.numel() / std::max<std::int64_t>(options.num_groups(), 1));
  return xgrad::group_norm(input, options.num_groups(), options.weight(), options.bias(), options.eps());
}

Tensor local_response_norm(const Tensor& input, const LocalResponseNormFuncOptions& options) {
  check<ValueError>(input.dim() >= 3, "Expected 3D or higher dimensionality input (got {} dimensions)", input.dim());
  if (input.numel() == 0) return input;
  const std::int64_t n = options.size();
  // Channels as the last but one dimension, with all pixels behind.
  const Tensor squares = (input * input).reshape({input.size(0), 1, input.size(1), -1});
  const Tensor framed = constant_pad_nd(squares, {0, 0, n / 2, (n - 1) / 2});
  const Tensor mean = avg_pool2d(framed, {n, 1}, 1).reshape(input.sizes());
  return input / (mean * options.alpha() + options.k()).pow(options.beta());
}

}  // namespace xgrad::nn::functional
