/// Matrix products on BLAS.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

/// alpha·a·b (+ beta·c) for matrices a [n, k] and b [k, m] of one dtype; c, when given, broadcasts to [n, m].
/// Transposed and sliced arguments go to BLAS as flags and leading dimensions, without a copy. Integers have a loop of
/// their own. `c` is only read when beta ≠ 0.
Array matmul(const Array& a, const Array& b, double alpha = 1, const Array* c = nullptr, double beta = 0);
/// out += a·b, for a packed `out` [n, m] of their dtype, a floating one.
void add_matmul(const Array& out, const Array& a, const Array& b);
/// The same for batches [N, n, k]·[N, k, m]; either batch may have stride 0.
Array batched_matmul(const Array& a, const Array& b);
/// a [n, k] times v [k].
Array matvec(const Array& a, const Array& v);
/// Σ a_i·b_i, a 0-dimensional array.
Array dot(const Array& a, const Array& b);

}  // namespace xgrad::kernels
