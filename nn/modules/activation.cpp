#include <xgrad/nn/modules/activation.hpp>

namespace xgrad::nn {

namespace {

std::string dim_text(const SoftmaxOptions& options) {
  return options.dim() ? fmt::format("dim={}", *options.dim()) : "dim=None";
}

}  // namespace

Tensor SoftmaxImpl::forward(Tensor input) {
  return functional::softmax(input, functional::SoftmaxFuncOptions().dim(options.dim()));
}
std::string SoftmaxImpl::extra_repr() const { return dim_text(options); }

Tensor LogSoftmaxImpl::forward(Tensor input) {
  return functional::log_softmax(input, functional::LogSoftmaxFuncOptions().dim(options.dim()));
}
std::string LogSoftmaxImpl::extra_repr() const { return dim_text(options); }

std::string LeakyReLUImpl::extra_repr() const {
  return fmt::format("negative_slope={}{}", detail::python(options.negative_slope()),
                     detail::also_inplace(options.inplace()));
}
std::string ELUImpl::extra_repr() const {
  return fmt::format("alpha={}{}", detail::python(options.alpha()), detail::also_inplace(options.inplace()));
}
std::string CELUImpl::extra_repr() const {
  return fmt::format("alpha={}{}", detail::python(options.alpha()), detail::also_inplace(options.inplace()));
}
std::string RReLUImpl::extra_repr() const {
  return fmt::format("lower={}, upper={}{}", options.lower(), options.upper(), detail::also_inplace(options.inplace()));
}
Tensor RReLUImpl::forward(Tensor input) {
  return functional::rrelu(input, functional::RReLUFuncOptions()
                                      .lower(options.lower())
                                      .upper(options.upper())
                                      .training(is_training())
                                      .inplace(options.inplace()));
}
std::string HardtanhImpl::extra_repr() const {
  return fmt::format("min_val={}, max_val={}{}", detail::python(options.min_val()), detail::python(options.max_val()),
                     detail::also_inplace(options.inplace()));
}
std::string ThresholdImpl::extra_repr() const {
  return fmt::format("threshold={}, value={}{}", options.threshold(), options.value(),
                     detail::also_inplace(options.inplace()));
}

void PReLUImpl::reset() {
  weight =
      register_parameter("weight", full({options.num_parameters()}, options.init(), detail::of_dtype(options.dtype())));
}
std::string PReLUImpl::extra_repr() const { return fmt::format("num_parameters={}", options.num_parameters()); }

Tensor SoftminImpl::forward(Tensor input) {
  return functional::softmin(input, functional::SoftminFuncOptions().dim(options.dim()));
}
std::string SoftminImpl::extra_repr() const { return dim_text(options); }

Tensor Softmax2dImpl::forward(Tensor input) {
  check(input.dim() == 4 || input.dim() == 3, "Softmax2d requires a 3D or 4D tensor as input");
  return input.softmax(-3);
}

}  // namespace xgrad::nn
