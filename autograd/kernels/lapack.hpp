/// LAPACK, as far as the kernels need it: column-major matrices, overloaded for float and double. OpenBLAS holds it.
///
/// Every function works in place, takes its workspace itself, and returns LAPACK's `info`: 0, or i > 0 when the
/// factorisation failed at column i, as each function's page says. http://www.netlib.org/lapack/
#pragma once

#include <cstdint>

namespace xgrad::kernels::lapack {

/// What of a symmetric or triangular matrix is read.
enum class Part : char { Upper = 'U', Lower = 'L' };

/// P·L·U of a [m, n]; pivots [min(m, n)] count from 1. info > 0: U(i, i) is exactly 0.
int getrf(std::int64_t m, std::int64_t n, float* a, std::int32_t* pivots);
int getrf(std::int64_t m, std::int64_t n, double* a, std::int32_t* pivots);
/// b [n, columns] becomes a⁻¹·b (or a⁻ᵀ·b), with a's factors.
int getrs(bool transposed, std::int64_t n, std::int64_t columns, const float* lu, const std::int32_t* pivots, float* b);
int getrs(bool transposed, std::int64_t n, std::int64_t columns, const double* lu, const std::int32_t* pivots,
          double* b);
/// The Cholesky factor of a [n, n] in the part that is read. info > 0: the leading minor of order i is not positive.
int potrf(Part part, std::int64_t n, float* a);
int potrf(Part part, std::int64_t n, double* a);
/// Q·R of a [m, n]: R above the diagonal, reflections below and in tau [min(m, n)].
int geqrf(std::int64_t m, std::int64_t n, float* a, float* tau);
int geqrf(std::int64_t m, std::int64_t n, double* a, double* tau);
/// The first `columns` columns of Q [m, columns] from k reflections, in place of them.
int orgqr(std::int64_t m, std::int64_t columns, std::int64_t k, float* a, const float* tau);
int orgqr(std::int64_t m, std::int64_t columns, std::int64_t k, double* a, const double* tau);
/// Eigenvalues in w [n], ascending; with `vectors`, a becomes them, a column each. info > 0: no convergence.
int syevd(bool vectors, Part part, std::int64_t n, float* a, float* w);
int syevd(bool vectors, Part part, std::int64_t n, double* a, double* w);
/// Singular values of a [m, n] in s, descending, and u, vt: job 'A' all of them, 'S' the first min(m, n), 'N' none.
/// info > 0: no convergence. a is destroyed.
int gesdd(char job, std::int64_t m, std::int64_t n, float* a, float* s, float* u, std::int64_t ldu, float* vt,
          std::int64_t ldvt);
int gesdd(char job, std::int64_t m, std::int64_t n, double* a, double* s, double* u, std::int64_t ldu, double* vt,
          std::int64_t ldvt);
/// Least squares: b [max(m, n), columns] becomes the solution in its first n rows. 'gels' takes matrices of full rank;
/// 'gelsy' finds the rank, 'gelsd' and 'gelss' the singular values s too. info > 0: no convergence, or no full rank.
int gels(std::int64_t m, std::int64_t n, std::int64_t columns, float* a, float* b);
int gels(std::int64_t m, std::int64_t n, std::int64_t columns, double* a, double* b);
int gelsy(std::int64_t m, std::int64_t n, std::int64_t columns, float* a, float* b, double rcond, std::int32_t* rank);
int gelsy(std::int64_t m, std::int64_t n, std::int64_t columns, double* a, double* b, double rcond, std::int32_t* rank);
int gelsd(std::int64_t m, std::int64_t n, std::int64_t columns, float* a, float* b, float* s, double rcond,
          std::int32_t* rank);
int gelsd(std::int64_t m, std::int64_t n, std::int64_t columns, double* a, double* b, double* s, double rcond,
          std::int32_t* rank);
int gelss(std::int64_t m, std::int64_t n, std::int64_t columns, float* a, float* b, float* s, double rcond,
          std::int32_t* rank);
int gelss(std::int64_t m, std::int64_t n, std::int64_t columns, double* a, double* b, double* s, double rcond,
          std::int32_t* rank);
/// b [n, columns] becomes a⁻¹·b for a triangular a; no check for zeros on the diagonal.
void trsm(Part part, bool transposed, bool unit, std::int64_t n, std::int64_t columns, const float* a, float* b);
void trsm(Part part, bool transposed, bool unit, std::int64_t n, std::int64_t columns, const double* a, double* b);

}  // namespace xgrad::kernels::lapack
