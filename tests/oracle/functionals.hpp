/// Functions that PyTorch has outside of its registry of operations: those of torch.nn.functional that are written in
/// Python or in C++ headers. Sees libtorch.
#pragma once

#include <torch/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "torch_oracle.hpp"

namespace xgrad::oracle {

/// An argument once its tensors are real.
struct Argument {
  const Value* value;
  std::vector<at::Tensor> tensors;
};

using Results = std::vector<at::Tensor>;

/// By the name that a row of the op table gives: libtorch's own function, or what Python's does, line for line.
const std::map<std::string, std::function<Results(const std::vector<Argument>&)>>& functionals();

}  // namespace xgrad::oracle
