#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/utils/convert_parameters.hpp>

namespace xgrad::nn::utils {

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> flat;
  for (const Tensor& p : parameters) flat.push_back(p.reshape({-1}));
  return cat(flat, 0);
}

void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters) {
  std::int64_t total = 0;
  for (const Tensor& p : parameters) total += p.numel();
  check(vector.dim() == 1 && vector.numel() == total,
        "expected a vector of {} elements, as many as the parameters have, but got one of shape {}", total,
        vector.sizes());
  const NoGradGuard no_grad;
  std::int64_t at = 0;
  for (const Tensor& p : parameters) {
    p.copy_(vector.narrow(0, at, p.numel()).view(p.sizes()));
    at += p.numel();
  }
}

}  // namespace xgrad::nn::utils
