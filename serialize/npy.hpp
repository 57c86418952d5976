/// One array in NumPy's format, inside a file or an archive.
#pragma once

#include <xgrad/autograd/tensor.hpp>
#include <xgrad/serialize/input.hpp>
#include <xgrad/serialize/output.hpp>

namespace xgrad::serialize {

/// Reads one array; what follows it stays.
Tensor read_npy(Input& in);
void write_npy(const Write& write, const Tensor& x);

}  // namespace xgrad::serialize
