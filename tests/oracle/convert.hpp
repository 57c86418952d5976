/// Tensors and arguments of ours as the oracle takes them, and back.
#pragma once

#include "../autograd/ops/op_table.hpp"
#include "torch_oracle.hpp"

namespace xgrad::op_table {

oracle::Plain plain(const Tensor& t);
oracle::Value value_of(const Value& v);
Tensor tensor_of(const oracle::Plain& p);
std::vector<Tensor> tensors_of(const std::vector<oracle::Plain>& list);

}  // namespace xgrad::op_table
