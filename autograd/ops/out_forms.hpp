/// Which operations have a form with `out`, and its rule: the one word that makes `add_out(out, a, b)` and `add(a, b,
/// out = x)` of `add`. The forms are made in out.hpp.
#pragma once

#include <xgrad/autograd/ops/out_call.hpp>

namespace xgrad::out_rules {

inline constexpr OutRule kCast{OutDtype::Cast, OutOverlap::Same};           // what goes element by element
inline constexpr OutRule kCastAnywhere{OutDtype::Cast, OutOverlap::Any};    //
inline constexpr OutRule kCastApart{OutDtype::Cast, OutOverlap::Apart};     //
inline constexpr OutRule kExact{OutDtype::Exact, OutOverlap::Same};         // the same in its argument's dtype
inline constexpr OutRule kExactAnywhere{OutDtype::Exact, OutOverlap::Any};  // what moves, chooses or multiplies
inline constexpr OutRule kExactApart{OutDtype::Exact, OutOverlap::Apart};   //
inline constexpr OutRule kOwn{OutDtype::Own, OutOverlap::Any};              // what takes a dtype: sums, factories
inline constexpr OutRule kOwnSame{OutDtype::Own, OutOverlap::Same};         //
inline constexpr OutRule kAny{OutDtype::Any, OutOverlap::Any};              //

}  // namespace xgrad::out_rules

// clang-format off
#define XGRAD_OUT_FORMS(X) \
  X(acos, kCast) X(acosh, kCast) X(add, kCast) X(addr, kCast) X(asin, kCast) X(asinh, kCast) X(atan, kCast)            \
  X(atan2, kCast) X(atanh, kCast) X(bitwise_and, kCast) X(bitwise_left_shift, kCast) X(bitwise_or, kCast)              \
  X(bitwise_right_shift, kCast) X(bitwise_xor, kCast) X(clamp, kCast) X(clamp_max, kCast) X(clamp_min, kCast)          \
  X(copysign, kCast) X(cos, kCast) X(cosh, kCast) X(deg2rad, kCast) X(digamma, kCast) X(div, kCast) X(erf, kCast)      \
  X(erfc, kCast) X(erfinv, kCast) X(exp, kCast) X(exp2, kCast) X(expm1, kCast) X(floor_divide, kCast) X(fmax, kCast)   \
  X(fmin, kCast) X(fmod, kCast) X(gcd, kCast) X(hypot, kCast) X(lcm, kCast) X(lgamma, kCast) X(log, kCast)             \
  X(log10, kCast) X(log1p, kCast) X(log2, kCast) X(logaddexp, kCast) X(logaddexp2, kCast) X(logit, kCast)              \
  X(max, kCast) X(maximum, kCast) X(min, kCast) X(minimum, kCast) X(mse_loss, kCast) X(mul, kCast)                     \
  X(polygamma, kCast) X(pow, kCast) X(rad2deg, kCast) X(reciprocal, kCast) X(remainder, kCast) X(rsqrt, kCast)         \
  X(sigmoid, kCast) X(sigmoid_backward, kCast) X(sin, kCast) X(sinc, kCast) X(sinh, kCast) X(sqrt, kCast)              \
  X(sub, kCast) X(tan, kCast) X(tanh, kCast) X(tanh_backward, kCast) X(xlogy, kCast)                                   \
  X(cholesky, kCastAnywhere) X(cholesky_inverse, kCastAnywhere) X(cholesky_solve, kCastAnywhere)                       \
  X(diff, kCastAnywhere) X(eq, kCastAnywhere) X(ge, kCastAnywhere) X(ger, kCastAnywhere) X(glu, kCastAnywhere)         \
  X(gt, kCastAnywhere) X(kron, kCastAnywhere) X(le, kCastAnywhere) X(linalg_cond, kCastAnywhere)                       \
  X(linalg_lstsq, kCastAnywhere) X(linalg_matrix_rank, kCastAnywhere) X(linalg_pinv, kCastAnywhere)                    \
  X(linalg_tensorinv, kCastAnywhere) X(logical_and, kCastAnywhere) X(logical_not, kCastAnywhere)                       \
  X(logical_or, kCastAnywhere) X(logical_xor, kCastAnywhere) X(lt, kCastAnywhere) X(ne, kCastAnywhere)                 \
  X(outer, kCastAnywhere) X(threshold, kCastAnywhere)                                                                  \
  X(abs, kExact) X(addbmm, kExact) X(addcdiv, kExact) X(addcmul, kExact) X(addmm, kExact) X(addmv, kExact)             \
  X(binary_cross_entropy, kExact) X(bitwise_not, kExact) X(ceil, kExact) X(elu, kExact) X(floor, kExact)               \
  X(frac, kExact) X(float_power, kExact) X(gelu, kExact) X(hardshrink, kExact) X(hardsigmoid, kExact)                  \
  X(hardswish, kExact) X(hardtanh, kExact) X(heaviside, kExact) X(index_add, kExact) X(index_copy, kExact)             \
  X(leaky_relu, kExact) X(lerp, kExact) X(logcumsumexp, kExact) X(mish, kExact) X(msort, kExact)                       \
  X(nan_to_num, kExact) X(neg, kExact) X(round, kExact) X(sign, kExact) X(silu, kExact) X(softplus, kExact)            \
  X(softshrink, kExact) X(square, kExact) X(trunc, kExact) X(where, kExact)                                            \
  X(all, kExactAnywhere) X(aminmax, kExactAnywhere) X(any, kExactAnywhere) X(argmax, kExactAnywhere)                   \
  X(argmin, kExactAnywhere) X(argsort, kExactAnywhere) X(baddbmm, kExactAnywhere) X(bmm, kExactAnywhere)               \
  X(bucketize, kExactAnywhere) X(cross, kExactAnywhere) X(cummax, kExactAnywhere) X(cummin, kExactAnywhere)            \
  X(diag, kExactAnywhere) X(dot, kExactAnywhere) X(histc, kExactAnywhere) X(index_select, kExactApart)                 \
  X(inner, kExactAnywhere) X(inverse, kExactAnywhere) X(isneginf, kExactAnywhere) X(isposinf, kExactAnywhere)          \
  X(isin, kExactAnywhere) X(kthvalue, kExactApart) X(linalg_cholesky, kExactAnywhere)                                  \
  X(linalg_cholesky_ex, kExactAnywhere) X(linalg_cross, kExactAnywhere) X(linalg_det, kExactAnywhere)                  \
  X(linalg_eigh, kExactAnywhere) X(linalg_eigvalsh, kExactAnywhere) X(linalg_inv, kExactAnywhere)                      \
  X(linalg_inv_ex, kExactAnywhere) X(linalg_lu, kExactAnywhere) X(linalg_lu_factor, kExactAnywhere)                    \
  X(linalg_lu_factor_ex, kExactAnywhere) X(linalg_lu_solve, kExactAnywhere) X(linalg_matrix_power, kExactAnywhere)     \
  X(linalg_qr, kExactAnywhere) X(linalg_slogdet, kExactAnywhere) X(linalg_solve, kExactAnywhere)                       \
  X(linalg_solve_triangular, kExactAnywhere) X(linalg_svd, kExactAnywhere) X(linalg_svdvals, kExactAnywhere)           \
  X(linear, kExactAnywhere) X(log_sigmoid, kExactAnywhere) X(log_softmax, kExactAnywhere)                              \
  X(lu_solve, kExactAnywhere) X(lu_unpack, kExactAnywhere) X(masked_select, kExactApart)                               \
  X(matmul, kExactAnywhere) X(matrix_power, kExactAnywhere) X(median, kExactApart) X(mm, kExactAnywhere)               \
  X(mode, kExactApart) X(multinomial, kExactAnywhere) X(mv, kExactAnywhere) X(nanmedian, kExactApart)               \
  X(nanquantile, kExactAnywhere) X(nll_loss, kExactAnywhere) X(nonzero, kExactAnywhere) X(qr, kExactAnywhere)          \
  X(quantile, kExactAnywhere) X(scatter, kExactAnywhere) X(scatter_add, kExactAnywhere)                                \
  X(scatter_reduce, kExactAnywhere) X(searchsorted, kExactAnywhere) X(signbit, kExactAnywhere)                         \
  X(linalg_matmul, kExactAnywhere) X(linalg_vecdot, kExactAnywhere)                                                    \
  X(slogdet, kExactAnywhere) X(softmax, kExactAnywhere) X(sort, kExactAnywhere) X(svd, kExactAnywhere)                 \
  X(take, kExactApart) X(take_along_dim, kExactApart) X(topk, kExactAnywhere)                                          \
  X(triangular_solve, kExactAnywhere) X(tril, kExactAnywhere) X(tril_indices, kExactAnywhere)                          \
  X(triu, kExactAnywhere) X(triu_indices, kExactAnywhere) X(vdot, kExactAnywhere)                                      \
  X(gather, kExactApart)                                                                                               \
  X(arange, kOwn) X(eye, kOwn) X(linspace, kOwn) X(logspace, kOwn) X(prod, kOwn) X(randperm, kOwn)                     \
  X(cumprod, kOwnSame) X(cumsum, kOwnSame)                                                                             \
  X(_unique2, kAny) X(bernoulli, kAny) X(binary_cross_entropy_with_logits, kAny) X(bincount, kAny) X(celu, kAny)       \
  X(clone, kAny) X(diag_embed, kAny) X(diagonal_scatter, kAny) X(dist, kAny) X(embedding, kAny) X(full_like, kAny)     \
  X(index_fill, kAny) X(isinf, kAny) X(isnan, kAny) X(linalg_matrix_exp, kAny) X(masked_fill, kAny)                    \
  X(masked_scatter, kAny) X(ones_like, kAny) X(prelu, kAny) X(put, kAny) X(rand_like, kAny) X(randint_like, kAny)      \
  X(randn_like, kAny) X(relu, kAny) X(repeat_interleave, kAny) X(rsub, kAny) X(select_scatter, kAny)                   \
  X(slice_scatter, kAny) X(trace, kAny) X(unique_consecutive, kAny) X(unique_dim, kAny) X(zeros_like, kAny)

// Those that take a list of numbers or of tensors, which a caller may write in braces.
#define XGRAD_OUT_FORMS_OF_LISTS(X) \
  X(normal, kCast)                                                                                                     \
  X(cat, kCastApart) X(column_stack, kCastApart) X(concat, kCastApart) X(concatenate, kCastApart)                      \
  X(dstack, kCastApart) X(hstack, kCastApart) X(linalg_tensorsolve, kCastAnywhere) X(logsumexp, kCastAnywhere)         \
  X(row_stack, kCastApart) X(stack, kCastApart) X(std, kCastAnywhere) X(var, kCastAnywhere)                            \
  X(vstack, kCastApart)                                                                                                \
  X(adaptive_avg_pool2d, kExactAnywhere) X(adaptive_avg_pool3d, kExactAnywhere)                                        \
  X(adaptive_max_pool2d, kExactAnywhere) X(adaptive_max_pool3d, kExactAnywhere) X(amax, kExactAnywhere)                \
  X(amin, kExactAnywhere) X(avg_pool2d, kExactAnywhere) X(avg_pool3d, kExactAnywhere)                                  \
  X(chain_matmul, kExactAnywhere) X(linalg_matrix_norm, kExactAnywhere) X(linalg_multi_dot, kExactAnywhere)            \
  X(linalg_norm, kExactAnywhere) X(linalg_vector_norm, kExactAnywhere) X(max_pool2d_with_indices, kExactAnywhere)      \
  X(max_pool3d_with_indices, kExactAnywhere) X(max_unpool2d, kExactAnywhere) X(std_mean, kExactAnywhere)               \
  X(tensordot, kExactAnywhere) X(upsample_bilinear2d, kExactAnywhere) X(upsample_linear1d, kExactAnywhere)             \
  X(upsample_nearest1d, kExactAnywhere) X(upsample_nearest2d, kExactAnywhere) X(upsample_nearest3d, kExactAnywhere)    \
  X(upsample_trilinear3d, kExactAnywhere) X(var_mean, kExactAnywhere)                                                  \
  X(empty, kOwn) X(full, kOwn) X(mean, kOwn) X(nanmean, kOwn) X(nansum, kOwn) X(ones, kOwn) X(rand, kOwn) X(randint, kOwn) \
  X(randn, kOwn) X(sum, kOwn) X(zeros, kOwn)                                                                           \
  X(frobenius_norm, kAny) X(nuclear_norm, kAny)                                                                        \
  X(block_diag, kAny) X(constant_pad_nd, kAny) X(count_nonzero, kAny) X(flip, kAny) X(index_put, kAny) X(norm, kAny)   \
  X(repeat, kAny) X(roll, kAny) X(rot90, kAny)
// clang-format on
