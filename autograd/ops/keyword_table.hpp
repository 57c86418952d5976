/// Which operations take keywords, and their parameters: the table that method.hpp and keyword_forms.hpp read.
///
/// A row is an operation's parameters after its tensor, in PyTorch's order. `key::dim` alone must be given; Or<> has a
/// default; Maybe<> and Either<> (of two names) may be left out; OneOf<> has several names; Given has no name here.
/// What comes last needs no default, since a call ends with the last keyword that is given.
#pragma once

// clang-format off
#define XGRAD_KEYWORD_FORMS(X) \
  X(sum, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(mean, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(nansum, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(nanmean, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(amax, Maybe<key::dim>, key::keepdim) \
  X(amin, Maybe<key::dim>, key::keepdim) \
  X(aminmax, Maybe<key::dim>, key::keepdim) \
  X(max, OneOf<key::dim, key::other>, key::keepdim) \
  X(min, OneOf<key::dim, key::other>, key::keepdim) \
  X(argmax, Maybe<key::dim>, key::keepdim) \
  X(argmin, Maybe<key::dim>, key::keepdim) \
  X(all, key::dim, key::keepdim) \
  X(any, key::dim, key::keepdim) \
  X(count_nonzero, key::dim) \
  X(logsumexp, key::dim, key::keepdim) \
  X(var, Maybe<key::dim>, Either<key::unbiased, key::correction>, key::keepdim) \
  X(std, Maybe<key::dim>, Either<key::unbiased, key::correction>, key::keepdim) \
  X(norm, Or<key::p, 2>, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(median, key::dim, key::keepdim) \
  X(nanmedian, key::dim, key::keepdim) \
  X(mode, Or<key::dim, -1>, key::keepdim) \
  X(quantile, key::q, Maybe<key::dim>, Or<key::keepdim, false>, key::interpolation) \
  X(nanquantile, key::q, Maybe<key::dim>, Or<key::keepdim, false>, key::interpolation) \
  X(cumsum, key::dim, key::dtype) \
  X(cumprod, key::dim, key::dtype) \
  X(cummax, key::dim) \
  X(cummin, key::dim) \
  X(logcumsumexp, key::dim) \
  X(topk, key::k, Or<key::dim, -1>, Or<key::largest, true>, key::sorted) \
  X(kthvalue, key::k, Or<key::dim, -1>, key::keepdim) \
  X(unique, Or<key::sorted, true>, Or<key::return_inverse, false>, Or<key::return_counts, false>, key::dim) \
  X(unique_consecutive, Or<key::return_inverse, false>, Or<key::return_counts, false>, key::dim) \
  X(add, key::other, key::alpha) \
  X(sub, key::other, key::alpha) \
  X(div, key::other, key::rounding_mode) \
  X(clamp, Maybe<key::min>, key::max) \
  X(addcmul, key::tensor1, key::tensor2, key::value) \
  X(addcdiv, key::tensor1, key::tensor2, key::value) \
  X(addmm, key::mat1, key::mat2, Or<key::beta, 1>, key::alpha) \
  X(baddbmm, key::batch1, key::batch2, Or<key::beta, 1>, key::alpha) \
  X(nan_to_num, Maybe<key::nan>, Maybe<key::posinf>, key::neginf) \
  X(isclose, key::other, Or<key::rtol, 1, 100000>, Or<key::atol, 1, 100000000>, key::equal_nan) \
  X(allclose, key::other, Or<key::rtol, 1, 100000>, Or<key::atol, 1, 100000000>, key::equal_nan) \
  X(flatten, Or<key::start_dim, 0>, key::end_dim) \
  X(squeeze, key::dim) \
  X(unsqueeze, key::dim) \
  X(unbind, key::dim) \
  X(chunk, key::chunks, key::dim) \
  X(flip, key::dims) \
  X(roll, key::shifts, key::dims) \
  X(tril, key::diagonal) \
  X(triu, key::diagonal) \
  X(diff, Or<key::n, 1>, Or<key::dim, -1>, MaybeTensor<key::prepend>, key::append) \
  X(split, OneOf<key::split_size_or_sections, key::split_size>, key::dim) \
  X(split_with_sizes, key::split_sizes, key::dim) \
  X(tensor_split, OneOf<key::indices_or_sections, key::sections, key::indices>, key::dim) \
  X(repeat_interleave, key::repeats, Maybe<key::dim>, key::output_size) \
  X(multinomial, key::num_samples, Or<key::replacement, false>, key::generator) \
  X(var_mean, Maybe<key::dim>, Either<key::unbiased, key::correction>, key::keepdim) \
  X(std_mean, Maybe<key::dim>, Either<key::unbiased, key::correction>, key::keepdim) \
  X(dist, key::other, key::p) \
  X(bincount, MaybeTensor<key::weights>, key::minlength) \
  X(histc, Or<key::bins, 100>, Or<key::min, 0>, key::max) \
  X(rsub, key::other, key::alpha) \
  X(lerp, key::end, key::weight) \
  X(clamp_min, key::min) \
  X(clamp_max, key::max) \
  X(logit, key::eps) \
  X(round, key::decimals) \
  X(addmv, key::mat, key::vec, Or<key::beta, 1>, key::alpha) \
  X(addr, key::vec1, key::vec2, Or<key::beta, 1>, key::alpha) \
  X(addbmm, key::batch1, key::batch2, Or<key::beta, 1>, key::alpha) \
  X(cross, key::other, key::dim) \
  X(linalg_cross, key::other, key::dim) \
  X(linalg_vecdot, key::y, key::dim) \
  X(matrix_power, key::n) \
  X(linalg_matrix_power, key::n) \
  X(pinverse, key::rcond) \
  X(linalg_lstsq, key::b, Maybe<key::rcond>, key::driver) \
  X(linalg_cholesky, key::upper) \
  X(cholesky, key::upper) \
  X(cholesky_solve, key::input2, key::upper) \
  X(cholesky_inverse, key::upper) \
  X(linalg_qr, key::mode) \
  X(qr, key::some) \
  X(linalg_svd, Or<key::full_matrices, true>, key::driver) \
  X(linalg_svdvals, key::driver) \
  X(svd, Or<key::some, true>, key::compute_uv) \
  X(linalg_eigh, key::UPLO) \
  X(linalg_eigvalsh, key::UPLO) \
  X(linalg_cond, key::p) \
  X(linalg_norm, Maybe<key::ord>, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(linalg_vector_norm, Or<key::ord, 2>, Maybe<key::dim>, Or<key::keepdim, false>, key::dtype) \
  X(linalg_matrix_norm, Else<key::ord, Frobenius>, Else<key::dim, LastTwo>, Or<key::keepdim, false>, key::dtype) \
  X(linalg_solve, key::B, key::left) \
  X(linalg_solve_triangular, key::B, key::upper, Or<key::left, true>, key::unitriangular) \
  X(triangular_solve, key::A, Or<key::upper, true>, Or<key::transpose, false>, key::unitriangular) \
  X(linalg_lu, key::pivot) \
  X(linalg_lu_factor, key::pivot) \
  X(select, key::dim, key::index) \
  X(narrow, key::dim, key::start, key::length) \
  X(transpose, key::dim0, key::dim1) \
  X(permute, key::dims) \
  X(unflatten, key::dim, key::sizes) \
  X(tile, key::dims) \
  X(rot90, Or<key::k, 1>, key::dims) \
  X(movedim, key::source, key::destination) \
  X(diagonal, Or<key::offset, 0>, Or<key::dim1, 0>, key::dim2) \
  X(linalg_diagonal, Or<key::offset, 0>, Or<key::dim1, -2>, key::dim2) \
  X(diag, key::diagonal) \
  X(diag_embed, Or<key::offset, 0>, Or<key::dim1, -2>, key::dim2) \
  X(diagflat, key::offset) \
  X(gather, key::dim, key::index, key::sparse_grad) \
  X(index_select, key::dim, key::index) \
  X(index_add, key::dim, key::index, key::source, key::alpha) \
  X(index_copy, key::dim, key::index, key::source) \
  X(index_fill, key::dim, key::index, key::value) \
  X(masked_fill, key::mask, key::value) \
  X(scatter, key::dim, key::index, Either<key::src, key::value>, key::reduce) \
  X(scatter_add, key::dim, key::index, key::src) \
  X(scatter_reduce, key::dim, key::index, key::src, key::reduce, key::include_self) \
  X(put, key::index, key::source, key::accumulate) \
  X(take_along_dim, key::indices, key::dim) \
  X(searchsorted, Given, Or<key::out_int32, false>, Or<key::right, false>, Maybe<key::side>, key::sorter) \
  X(unfold, key::dimension, key::size, key::step) \
  X(as_strided, key::size, key::stride, key::storage_offset) \
  X(swapaxes, key::axis0, key::axis1) \
  X(swapdims, key::dim0, key::dim1) \
  X(masked_scatter, key::mask, key::source) \
  X(linalg_inv_ex, key::check_errors) \
  X(linalg_cholesky_ex, Or<key::upper, false>, key::check_errors) \
  X(linalg_lu_factor_ex, Or<key::pivot, true>, key::check_errors) \
  X(linalg_tensorinv, key::ind) \
  X(linalg_tensorsolve, key::other, key::dims) \
  X(bucketize, key::boundaries, Or<key::out_int32, false>, key::right) \
  X(isin, key::test_elements, Or<key::assume_unique, false>, key::invert) \
  X(mul, key::other) X(maximum, key::other) X(minimum, key::other) X(fmax, key::other) X(fmin, key::other) \
  X(atan2, key::other) X(hypot, key::other) X(xlogy, key::other) X(logaddexp, key::other) X(logaddexp2, key::other) \
  X(copysign, key::other) X(bitwise_and, key::other) X(bitwise_or, key::other) X(bitwise_xor, key::other) \
  X(bitwise_left_shift, key::other) X(bitwise_right_shift, key::other) X(gcd, key::other) X(lcm, key::other) \
  X(eq, key::other) X(ne, key::other) X(lt, key::other) X(le, key::other) X(gt, key::other) X(ge, key::other) \
  X(logical_and, key::other) X(logical_or, key::other) X(logical_xor, key::other) X(equal, key::other) \
  X(floor_divide, key::other) X(fmod, key::other) X(remainder, key::other) X(matmul, key::other) \
  X(linalg_matmul, key::other) X(inner, key::other) X(vdot, key::other) X(kron, key::other) \
  X(expand_as, key::other) X(view_as, key::other) X(reshape_as, key::other) X(pow, key::exponent) \
  X(float_power, key::exponent) X(heaviside, key::values) X(mm, key::mat2) X(bmm, key::mat2) X(mv, key::vec) \
  X(dot, key::tensor) X(outer, key::vec2) X(ger, key::vec2) X(take, key::index) X(masked_select, key::mask) \
  X(where, Given, key::other) X(lu_solve, key::LU_data, key::LU_pivots) \
  X(linalg_lu_solve, key::pivots, key::B, Or<key::left, true>, key::adjoint) \
  X(lu_unpack, key::LU_pivots, Or<key::unpack_data, true>, key::unpack_pivots) \
  X(moveaxis, key::source, key::destination) \
  X(slice, Or<key::dim, 0>, Maybe<key::start>, Maybe<key::end>, key::step) \
  X(slice_scatter, key::src, Or<key::dim, 0>, Maybe<key::start>, Maybe<key::end>, key::step) \
  X(select_scatter, key::src, key::dim, key::index) \
  X(diagonal_scatter, key::src, Or<key::offset, 0>, Or<key::dim1, 0>, key::dim2) \
  X(hsplit, OneOf<key::sections, key::indices>) X(vsplit, OneOf<key::sections, key::indices>) \
  X(dsplit, OneOf<key::sections, key::indices>) X(sum_to_size, key::size) X(view, OneOf<key::size, key::dtype>) \
  X(reshape, key::shape) X(expand, key::size) X(broadcast_to, key::size) X(repeat, key::repeats) \
  X(index_put, key::indices, key::values, key::accumulate) X(frobenius_norm, Maybe<key::dim>, key::keepdim) \
  X(nuclear_norm, key::dim, key::keepdim) \
  X(contiguous, key::memory_format) X(clone, key::memory_format)

// Those of them that have a twin in place, which takes the same.
#define XGRAD_KEYWORD_FORMS_IN_PLACE(X) \
  X(add) X(sub) X(div) X(clamp) X(clamp_min) X(clamp_max) X(addcmul) X(addcdiv) X(addmm) X(addmv) X(addr) \
  X(addbmm) X(baddbmm) X(lerp) X(nan_to_num) X(logit) X(round) X(cumsum) X(cumprod) X(squeeze) X(unsqueeze) \
  X(transpose) X(swapaxes) X(swapdims) X(tril) X(triu) X(index_add) X(index_copy) X(index_fill) X(masked_fill) X(scatter) \
  X(scatter_add) X(scatter_reduce) X(put) \
  X(mul) X(atan2) X(hypot) X(xlogy) X(copysign) X(bitwise_and) X(bitwise_or) X(bitwise_xor) X(bitwise_left_shift) \
  X(bitwise_right_shift) X(gcd) X(lcm) X(eq) X(ne) X(lt) X(le) X(gt) X(ge) X(logical_and) X(logical_or) \
  X(logical_xor) X(floor_divide) X(fmod) X(remainder) X(pow) X(float_power) X(heaviside) X(index_put)

// Operations whose keywords choose between overloads that no one row describes: keyword_forms.hpp has them one by one.
#define XGRAD_OWN_KEYWORD_FORMS(X) \
  X(nonzero) X(tensordot) X(argsort) X(bernoulli) X(linalg_pinv) X(linalg_matrix_rank) X(log_softmax) X(prod) X(softmax) X(sort)
#define XGRAD_OWN_KEYWORD_FORMS_IN_PLACE(X) \
  X(as_strided) X(bernoulli) X(copy) X(exponential) X(fill) X(fill_diagonal) X(normal) X(polygamma) X(random) X(resize) X(uniform)
// clang-format on
