#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/modules/normalization.hpp>

#include <fmt/format.h>

#include <fmt/ranges.h>

namespace xgrad::nn {

namespace {

/// Ones and zeros, where there are any.
void start(const Tensor& weight, const Tensor& bias) {
  if (weight.defined()) init::ones_(weight);
  if (bias.defined()) init::zeros_(bias);
}

/// As Python writes it: (3, 4), and (4,) for one.
std::string tuple(const std::vector<std::int64_t>& numbers) {
  return fmt::format("({}{})", fmt::join(numbers, ", "), numbers.size() == 1 ? "," : "");
}

}  // namespace

namespace detail {

template <class Derived, class OptionsType>
void NormBase<Derived, OptionsType>::reset() {
  const std::int64_t n = options.num_features();
  const TensorOptions of = detail::of_dtype(options.dtype());
  const bool track = options.track_running_stats(), affine = options.affine();
  weight = this->register_parameter("weight", affine ? empty({n}, of) : Tensor());
  bias = this->register_parameter("bias", affine ? empty({n}, of) : Tensor());
  running_mean = this->register_buffer("running_mean", track ? zeros({n}, of) : Tensor());
  running_var = this->register_buffer("running_var", track ? ones({n}, of) : Tensor());
  num_batches_tracked = this->register_buffer("num_batches_tracked", track ? zeros({}, kInt64) : Tensor());
  start(weight, bias);
}

template <class Derived, class OptionsType>
void NormBase<Derived, OptionsType>::reset_running_stats() {
  if (!running_mean.defined()) return;
  running_mean.zero_();
  running_var.fill_(1);
  num_batches_tracked.zero_();
}

template <class Derived, class OptionsType>
void NormBase<Derived, OptionsType>::reset_parameters() {
  reset_running_stats();
  start(weight, bias);
}

template <class Derived, class OptionsType>
Tensor NormBase<Derived, OptionsType>::value_if_missing(const std::string& name) const {
  return name == "num_batches_tracked" ? zeros({}, kInt64) : Tensor();
}

template <class Derived, class OptionsType>
std::string NormBase<Derived, OptionsType>::extra_repr() const {
  return fmt::format("{}, eps={}, momentum={}, affine={}, track_running_stats={}", options.num_features(),
                     python(options.eps()), options.momentum() ? python(*options.momentum()) : "None",
                     python(options.affine()), python(options.track_running_stats()));
}

template <std::size_t N, class Derived>
Tensor BatchNorm<N, Derived>::forward(Tensor input) {
  const auto dims = static_cast<std::int64_t>(N) + 2;
  if (N == 1) {
    check<ValueError>(input.dim() == 2 || input.dim() == 3, "expected 2D or 3D input (got {}D input)", input.dim());
  } else {
    check<ValueError>(input.dim() == dims, "expected {}D input (got {}D input)", dims, input.dim());
  }
  std::optional<double> momentum = this->options.momentum();
  if (this->is_training() && this->num_batches_tracked.defined()) {
    this->num_batches_tracked.add_(1);
    if (!momentum) momentum = 1 / this->num_batches_tracked.template item<double>();
  }
  const bool by_batch = this->is_training() || !this->running_mean.defined();
  const bool running = !this->is_training() || this->options.track_running_stats();
  return functional::batch_norm(input, running ? this->running_mean : Tensor(), running ? this->running_var : Tensor(),
                                functional::BatchNormFuncOptions()
                                    .weight(this->weight)
                                    .bias(this->bias)
                                    .training(by_batch)
                                    .momentum(momentum)
                                    .eps(this->options.eps()));
}

template <std::size_t N, class Derived>
Tensor InstanceNorm<N, Derived>::forward(Tensor input) {
  const auto dims = static_cast<std::int64_t>(N);
  check<ValueError>(input.dim() == dims + 1 || input.dim() == dims + 2, "expected {}D or {}D input (got {}D input)",
                    dims + 1, dims + 2, input.dim());
  const bool batched = input.dim() == dims + 2;
  const Tensor y = functional::instance_norm(batched ? input : input.unsqueeze(0),
                                             functional::InstanceNormFuncOptions()
                                                 .running_mean(this->running_mean)
                                                 .running_var(this->running_var)
                                                 .weight(this->weight)
                                                 .bias(this->bias)
                                                 .use_input_stats(this->is_training() || !this->running_mean.defined())
                                                 .momentum(this->options.momentum().value_or(0))
                                                 .eps(this->options.eps()));
  return batched ? y : y.squeeze(0);
}

template class NormBase<BatchNorm1dImpl, BatchNormOptions>;
template class NormBase<BatchNorm2dImpl, BatchNormOptions>;
template class NormBase<BatchNorm3dImpl, BatchNormOptions>;
template class NormBase<InstanceNorm1dImpl, InstanceNormOptions>;
template class NormBase<InstanceNorm2dImpl, InstanceNormOptions>;
template class NormBase<InstanceNorm3dImpl, InstanceNormOptions>;
template class BatchNorm<1, BatchNorm1dImpl>;
template class BatchNorm<2, BatchNorm2dImpl>;
template class BatchNorm<3, BatchNorm3dImpl>;
template class InstanceNorm<1, InstanceNorm1dImpl>;
template class InstanceNorm<2, InstanceNorm2dImpl>;
template class InstanceNorm<3, InstanceNorm3dImpl>;

}  // namespace detail

void LayerNormImpl::reset() {
  const bool affine = options.elementwise_affine();
  const TensorOptions of = detail::of_dtype(options.dtype());
  weight = register_parameter("weight", affine ? empty(options.normalized_shape(), of) : Tensor());
  bias = register_parameter("bias", affine ? empty(options.normalized_shape(), of) : Tensor());
  reset_parameters();
}
void LayerNormImpl::reset_parameters() { start(weight, bias); }
Tensor LayerNormImpl::forward(Tensor input) {
  return functional::layer_norm(
      input, functional::LayerNormFuncOptions(options.normalized_shape()).weight(weight).bias(bias).eps(options.eps()));
}
std::string LayerNormImpl::extra_repr() const {
  return fmt::format("{}, eps={}, elementwise_affine={}", tuple(options.normalized_shape()),
                     detail::python(options.eps()), detail::python(options.elementwise_affine()));
}

void RMSNormImpl::reset() {
  const bool affine = options.elementwise_affine();
  weight = register_parameter("weight",
                              affine ? empty(options.normalized_shape(), detail::of_dtype(options.dtype())) : Tensor());
  reset_parameters();
}
void RMSNormImpl::reset_parameters() { start(weight, Tensor()); }
Tensor RMSNormImpl::forward(Tensor input) {
  return functional::rms_norm(
      input, functional::RMSNormFuncOptions(options.normalized_shape()).weight(weight).eps(options.eps()));
}
std::string RMSNormImpl::extra_repr() const {
  return fmt::format("{}, eps={}, elementwise_affine={}", tuple(options.normalized_shape()),
                     options.eps() ? detail::python(*options.eps()) : "None",
                     detail::python(options.elementwise_affine()));
}

void GroupNormImpl::reset() {
  check<ValueError>(options.num_groups() > 0 && options.num_channels() % options.num_groups() == 0,
                    "num_channels must be divisible by num_groups");
  const TensorOptions of = detail::of_dtype(options.dtype());
  weight = register_parameter("weight", options.affine() ? empty({options.num_channels()}, of) : Tensor());
  bias = register_parameter("bias", options.affine() ? empty({options.num_channels()}, of) : Tensor());
  reset_parameters();
}
void GroupNormImpl::reset_parameters() { start(weight, bias); }
Tensor GroupNormImpl::forward(Tensor input) {
  return functional::group_norm(
      input, functional::GroupNormFuncOptions(options.num_groups()).weight(weight).bias(bias).eps(options.eps()));
}
std::string GroupNormImpl::extra_repr() const {
  return fmt::format("{}, {}, eps={}, affine={}", options.num_groups(), options.num_channels(),
                     detail::python(options.eps()), detail::python(options.affine()));
}

std::string LocalResponseNormImpl::extra_repr() const {
  return fmt::format("{}, alpha={}, beta={}, k={}", options.size(), detail::python(options.alpha()),
                     detail::python(options.beta()), detail::python(options.k()));
}

}  // namespace xgrad::nn
