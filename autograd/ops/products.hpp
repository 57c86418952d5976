/// Products of vectors, matrices and batches beyond those of linalg.hpp, down to einsum.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

#include <string_view>
#include <vector>

namespace xgrad {

/// y = Σ a_k·b_k over the last dimension of both, for every pair of rows; a number scales the other.
Tensor inner(const Tensor& a, const Tensor& b);
/// y = Σ a_i·b_i for two vectors: `dot`, as there are no complex numbers.
Tensor vdot(const Tensor& a, const Tensor& b);
/// outer() under its other name.
Tensor ger(const Tensor& a, const Tensor& b);

/// y = beta·c + alpha·A·v      dc = beta·g, dA = alpha·g⊗v, dv = alpha·Aᵀ·g. With beta = 0, c is not read.
Tensor addmv(const Tensor& c, const Tensor& a, const Tensor& v, Scalar beta = 1, Scalar alpha = 1);
Tensor& addmv_(Tensor& c, const Tensor& a, const Tensor& v, Scalar beta = 1, Scalar alpha = 1);
/// y = beta·c + alpha·u⊗v      dc = beta·g, du = alpha·g·v, dv = alpha·gᵀ·u. With beta = 0, c is not read.
Tensor addr(const Tensor& c, const Tensor& u, const Tensor& v, Scalar beta = 1, Scalar alpha = 1);
Tensor& addr_(Tensor& c, const Tensor& u, const Tensor& v, Scalar beta = 1, Scalar alpha = 1);
/// y_n = beta·c_n + alpha·a_n·b_n      dc = beta·g, da_n = alpha·g_n·b_nᵀ, db_n = alpha·a_nᵀ·g_n
Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
Tensor& baddbmm_(Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
/// y = beta·c + alpha·Σ_n a_n·b_n      dc = beta·g, da_n = alpha·g·b_nᵀ, db_n = alpha·a_nᵀ·g
Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
Tensor& addbmm_(Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);

/// y = a × b, along the dimension `dim` of size 3; the others broadcast      da = b × g, db = g × a
Tensor linalg_cross(const Tensor& a, const Tensor& b, std::int64_t dim = -1);
/// y = Σ x·y along `dim`, of floats; the other dimensions broadcast      dx = g·y, dy = g·x
Tensor linalg_vecdot(const Tensor& x, const Tensor& y, std::int64_t dim = -1);
/// matmul under the name it has in `linalg`.
Tensor linalg_matmul(const Tensor& a, const Tensor& b);
/// The cross product along `dim`, by default the first dimension of size 3.
Tensor cross(const Tensor& a, const Tensor& b, std::optional<std::int64_t> dim = std::nullopt);
/// The Kronecker product: every element of a times all of b.
Tensor kron(const Tensor& a, const Tensor& b);

/// Sums products over the last `dims` dimensions of a and the first of b, or over the pairs of dimensions listed.
Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t dims = 2);
Tensor tensordot(const Tensor& a, const Tensor& b, IntArrayRef dims_a, IntArrayRef dims_b);

/// The product of two or more matrices, in the order that takes the fewest multiplications; the first and the last may
/// be vectors.
Tensor linalg_multi_dot(TensorList matrices);
/// The same, for matrices only, one or more.
Tensor chain_matmul(TensorList matrices);

/// Sums of products in Einstein's notation: a letter for each dimension, the same letter for what runs together, and
/// what does not stand behind `->` is summed over. `...` stands for any further dimensions, which broadcast. Without
/// `->`, the letters that appear once remain, in alphabetical order.
///
///     einsum("bik,bkj->bij", {a, b})  // bmm
///     einsum("ii", {a})               // trace
///     einsum("i,j", {u, v})           // outer
///
/// With three operands or more the pairs are taken in the order that costs least, or as `path` says: the places of two
/// operands at a time, whose product goes to the end.
/// https://pytorch.org/docs/1.13/generated/torch.einsum.html
Tensor einsum(std::string_view equation, TensorList operands, OptionalIntArrayRef path = {});

template <class T>
struct ProductMethods : Methods<T, ProductMethods<T>> {
  using Methods<T, ProductMethods>::as;
  using Methods<T, ProductMethods>::writable;
  T inner(const T& b) const { return xgrad::inner(as(this), b); }
  T vdot(const T& b) const { return xgrad::vdot(as(this), b); }
  T ger(const T& b) const { return xgrad::ger(as(this), b); }
  T addmv(const T& a, const T& v, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::addmv(as(this), a, v, beta, alpha);
  }
  T& addmv_(const T& a, const T& v, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::addmv_(writable(this), a, v, beta, alpha);
  }
  T addr(const T& u, const T& v, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::addr(as(this), u, v, beta, alpha);
  }
  T& addr_(const T& u, const T& v, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::addr_(writable(this), u, v, beta, alpha);
  }
  T baddbmm(const T& a, const T& b, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::baddbmm(as(this), a, b, beta, alpha);
  }
  T& baddbmm_(const T& a, const T& b, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::baddbmm_(writable(this), a, b, beta, alpha);
  }
  T addbmm(const T& a, const T& b, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::addbmm(as(this), a, b, beta, alpha);
  }
  T& addbmm_(const T& a, const T& b, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::addbmm_(writable(this), a, b, beta, alpha);
  }
  T cross(const T& b, std::optional<std::int64_t> dim = std::nullopt) const { return xgrad::cross(as(this), b, dim); }
  T kron(const T& b) const { return xgrad::kron(as(this), b); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(baddbmm)
  XGRAD_TAKES_KEYWORDS(addmv)
  XGRAD_TAKES_KEYWORDS(addr)
  XGRAD_TAKES_KEYWORDS(addbmm)
  XGRAD_TAKES_KEYWORDS(cross)
  XGRAD_TAKES_KEYWORDS(inner)
  XGRAD_TAKES_KEYWORDS(vdot)
  XGRAD_TAKES_KEYWORDS(kron)
  XGRAD_TAKES_KEYWORDS(ger)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(baddbmm)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(addmv)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(addr)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(addbmm)
};

}  // namespace xgrad
