#include <xgrad/nn/init.hpp>
#include <xgrad/nn/modules/bilinear.hpp>

#include <cmath>

namespace xgrad::nn {

void BilinearImpl::reset() {
  check<ValueError>(options.in1_features() > 0, "in1_features must be > 0");
  const TensorOptions of = detail::of_dtype(options.dtype());
  const std::int64_t out = options.out_features();
  weight = register_parameter("weight", empty({out, options.in1_features(), options.in2_features()}, of));
  bias = register_parameter("bias", options.bias() ? empty({out}, of) : Tensor());
  reset_parameters();
}

void BilinearImpl::reset_parameters() {
  const double bound = 1 / std::sqrt(static_cast<double>(weight.size(1)));
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

std::string BilinearImpl::extra_repr() const {
  return fmt::format("in1_features={}, in2_features={}, out_features={}, bias={}", options.in1_features(),
                     options.in2_features(), options.out_features(), detail::python(options.bias()));
}

}  // namespace xgrad::nn
