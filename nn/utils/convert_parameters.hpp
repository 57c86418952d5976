/// All parameters as one vector, and back.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <vector>

namespace xgrad::nn::utils {

/// All elements one after the other; differentiable.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);
/// Parts of `vector` become the parameters' data. Throws Error unless the vector has as many elements as they.
void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters);

}  // namespace xgrad::nn::utils
