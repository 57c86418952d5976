#include <xgrad/nn/init.hpp>
#include <xgrad/nn/modules/linear.hpp>

#include <cmath>

namespace xgrad::nn {

LinearImpl::LinearImpl(const LinearOptions& given) : options(given) {
  check<TypeError>(options.in_features().has_value(), "__init__() missing required argument: 'in_features'");
  check<TypeError>(options.out_features().has_value(), "__init__() missing required argument: 'out_features'");
  LinearImpl::reset();
}

void LinearImpl::reset() {
  const TensorOptions tensor_options = detail::of_dtype(options.dtype());
  const std::int64_t in = *options.in_features(), out = *options.out_features();
  weight = register_parameter("weight", empty({out, in}, tensor_options));
  bias = register_parameter("bias", options.bias() ? empty({out}, tensor_options) : Tensor());
  reset_parameters();
}

void LinearImpl::reset_parameters() {
  // With a = √5 the bound is 1/√in_features as well; written so, every rounding is PyTorch's.
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (!bias.defined()) return;
  const std::int64_t fan_in = weight.size(1);
  const double bound = fan_in > 0 ? 1 / std::sqrt(static_cast<double>(fan_in)) : 0;
  init::uniform_(bias, -bound, bound);
}

Tensor LinearImpl::forward(Tensor input) {
  try {
    return linear(input, weight, bias);
  } catch (Error& error) {
    if (input.defined() && input.dim() > 0 && input.size(-1) != weight.size(1)) {
      error.set_hint(fmt::format("the input has {0} features; did you mean nn::Linear({0}, {1})?", input.size(-1),
                                 weight.size(0)));
    } else if (input.defined() && input.dtype() != weight.dtype()) {
      error.set_hint(
          fmt::format("the input is {}, the weights are {}; convert the input with .to() or the module with "
                      "module->to()",
                      info(input.dtype()).name, info(weight.dtype()).name));
    }
    throw;
  }
}

std::string LinearImpl::extra_repr() const {
  return fmt::format("in_features={}, out_features={}, bias={}", *options.in_features(), *options.out_features(),
                     detail::python(options.bias()));
}

std::string FlattenImpl::extra_repr() const {
  return fmt::format("start_dim={}, end_dim={}", options.start_dim(), options.end_dim());
}

}  // namespace xgrad::nn
