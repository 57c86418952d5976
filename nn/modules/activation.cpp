#include <xgrad/nn/modules/activation.hpp>

namespace xgrad::nn {

namespace {

std::string dim_text(const SoftmaxOptions& options) {
  return options.dim() ? fmt::format("dim={}", *options.dim()) : "dim=None";
}

// As Python writes it: with a point or an exponent.
std::string float_text(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
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

Tensor DropoutImpl::forward(Tensor input) {
  return functional::dropout(
      input, functional::DropoutFuncOptions().p(options.p()).training(is_training()).inplace(options.inplace()));
}
std::string DropoutImpl::extra_repr() const {
  return fmt::format("p={}, inplace={}", float_text(options.p()), detail::python(options.inplace()));
}

}  // namespace xgrad::nn
