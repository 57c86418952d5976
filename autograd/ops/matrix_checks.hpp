/// What products of matrices ask of their arguments. Internal to ops/.
#pragma once

#include <xgrad/autograd/tensor.hpp>

namespace xgrad::ops {

inline void check_one_dtype(const Tensor& a, const Tensor& b) {
  check(a.dtype() == b.dtype(), "expected scalar type {} but found {}", a.dtype(), b.dtype());
}

/// Of [n, k] and [k2, m].
inline void check_multiplies(std::int64_t n, std::int64_t k, std::int64_t k2, std::int64_t m) {
  check(k == k2, "mat1 and mat2 shapes cannot be multiplied ({}x{} and {}x{})", n, k, k2, m);
}

/// Of batches [N, n, k] and [N, k, m].
inline void check_batches(const Tensor& a, const Tensor& b) {
  check(a.dim() == 3, "batch1 must be a 3D tensor");
  check(b.dim() == 3, "batch2 must be a 3D tensor");
  check(a.size(0) == b.size(0) && a.size(2) == b.size(1),
        "Expected size for first two dimensions of batch2 tensor to be: [{}, {}] but got: [{}, {}].", a.size(0),
        a.size(2), b.size(0), b.size(1));
  check_one_dtype(a, b);
}

}  // namespace xgrad::ops
