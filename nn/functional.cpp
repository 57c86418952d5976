#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/ops/losses.hpp>
#include <xgrad/autograd/print.hpp>
#include <xgrad/nn/functional.hpp>

namespace xgrad::nn {

Reduction parse_reduction(std::string_view word) {
  if (word == "mean") return kMean;
  if (word == "sum") return kSum;
  if (word == "none") return kNone;
  fail<ValueError>("{} is not a valid value for reduction", word);
}

double detail::checked_probability(double p) {
  check<ValueError>(p >= 0 && p <= 1, "dropout probability has to be between 0 and 1, but got {}",
                    xgrad::detail::to_text(p));
  return p;
}

namespace functional {

namespace {

// PyTorch's choice where none was made, which depends on the number of dimensions only.
std::int64_t dim_or_default(const std::optional<std::int64_t>& dim, const Tensor& input, const char* function) {
  if (dim) return *dim;
  warn_once<struct ImplicitDim>(
      fmt::format("Implicit dimension choice for {} has been deprecated. Change the call to include dim=X as an "
                  "argument.",
                  function));
  return input.dim() == 0 || input.dim() == 1 || input.dim() == 3 ? 0 : 1;
}

Tensor broadcast_weight(const Tensor& weight, const Tensor& target) {
  return weight.defined() ? weight.expand(broadcast_shapes(target.sizes(), weight.sizes())) : weight;
}

}  // namespace

Tensor relu(Tensor input, const ReLUFuncOptions& options) {
  return options.inplace() ? input.relu_() : xgrad::relu(std::move(input));
}

Tensor softmax(const Tensor& input, const SoftmaxFuncOptions& options) {
  return xgrad::softmax(input, dim_or_default(options.dim(), input, "softmax"), options.dtype());
}
Tensor softmax(const Tensor& input) { return softmax(input, SoftmaxFuncOptions()); }

Tensor log_softmax(const Tensor& input, const LogSoftmaxFuncOptions& options) {
  return xgrad::log_softmax(input, dim_or_default(options.dim(), input, "log_softmax"), options.dtype());
}
Tensor log_softmax(const Tensor& input) { return log_softmax(input, LogSoftmaxFuncOptions()); }

Tensor dropout(const Tensor& input, const DropoutFuncOptions& options) {
  const Tensor output = xgrad::dropout(input, options.p(), options.training());
  return options.inplace() && options.training() ? input.copy_(output) : output;
}

Tensor cross_entropy(const Tensor& input, const Tensor& target, const CrossEntropyFuncOptions& options) {
  const bool of_probabilities = input.sizes() == target.sizes() && target.is_floating_point();
  check(!of_probabilities || options.ignore_index() < 0, "ignore_index is not supported for floating point target");
  return cross_entropy_loss(input, target, options.weight(), options.reduction(), options.ignore_index(),
                            options.label_smoothing());
}

Tensor nll_loss(const Tensor& input, const Tensor& target, const NLLLossFuncOptions& options) {
  return xgrad::nll_loss(input, target, options.weight(), options.reduction(), options.ignore_index());
}

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const BinaryCrossEntropyFuncOptions& options) {
  return xgrad::binary_cross_entropy(input, target, broadcast_weight(options.weight(), target), options.reduction());
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target,
                                        const BinaryCrossEntropyWithLogitsFuncOptions& options) {
  return xgrad::binary_cross_entropy_with_logits(input, target, options.weight(), options.pos_weight(),
                                                 options.reduction());
}

Tensor mse_loss(const Tensor& input, const Tensor& target, const MSELossFuncOptions& options) {
  return xgrad::mse_loss(input, target, options.reduction());
}

Tensor l1_loss(const Tensor& input, const Tensor& target, const L1LossFuncOptions& options) {
  return xgrad::l1_loss(input, target, options.reduction());
}

}  // namespace functional
}  // namespace xgrad::nn
