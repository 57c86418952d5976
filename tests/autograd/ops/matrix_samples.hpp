/// Matrices for rows of the op table: well and badly conditioned, positive, singular.
#pragma once

#include "samples.hpp"

namespace xgrad::op_table {

/// Square matrices [..., n, n] that every solver likes: the usual elements, and a large diagonal.
Tensor well(const D& shape, ScalarType dtype = kFloat64, std::int64_t seed = 1);
/// Symmetric matrices whose eigenvalues are positive and apart.
Tensor positive(const D& shape, ScalarType dtype = kFloat64);
/// A 3 × 3 matrix of rank 2 whose elimination meets an exact zero.
Tensor singular();
Tensor nearly_singular();
/// A 3 × 3 matrix with a NaN.
Tensor nan_matrix();

/// Square matrices: batches, empty ones, all dtypes, and what is no square.
Samples square_samples();
/// Matrices of any shape.
Samples matrix_samples();
/// Symmetric positive-definite ones, and one that is not. Only one triangle is read, so slopes mean nothing
/// but for 1 × 1.
Samples positive_samples();

}  // namespace xgrad::op_table
