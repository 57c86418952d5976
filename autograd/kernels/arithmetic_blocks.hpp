/// Functions of two floating numbers that go by blocks: divisions with a rest, and what is compiled for each level of
/// the processor.
#pragma once

#include <xgrad/autograd/kernels/elementwise.hpp>

namespace xgrad::kernels {

/// out = op(a, b) for float or double, if `op` is one of these; else false. The arrays are as binary_into takes them.
template <class T>
bool binary_by_blocks(Binary op, const Array& out, const Array& a, const Array& b);
extern template bool binary_by_blocks<float>(Binary, const Array&, const Array&, const Array&);
extern template bool binary_by_blocks<double>(Binary, const Array&, const Array&, const Array&);

}  // namespace xgrad::kernels
