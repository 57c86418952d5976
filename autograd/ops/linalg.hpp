/// Matrix products.
#pragma once

#include <xgrad/autograd/ops/method.hpp>

namespace xgrad {

/// y = a·b for matrices [n, k]·[k, m]        da = g·bᵀ, db = aᵀ·g
Tensor mm(const Tensor& a, const Tensor& b);
/// y = a·v for a matrix and a vector
Tensor mv(const Tensor& a, const Tensor& v);
/// y = Σ a_i·b_i for two vectors of one length
Tensor dot(const Tensor& a, const Tensor& b);
/// y_ij = a_i·b_j
Tensor outer(const Tensor& a, const Tensor& b);
/// y_n = a_n·b_n for batches of matrices [N, n, k]·[N, k, m]
Tensor bmm(const Tensor& a, const Tensor& b);
/// y = beta·c + alpha·a·b, with c broadcast to the product's shape      dc = beta·g, da = alpha·g·bᵀ, db = alpha·aᵀ·g
Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
Tensor& addmm_(Tensor& c, const Tensor& a, const Tensor& b, Scalar beta = 1, Scalar alpha = 1);
/// Python's `@`: dot, mv, mm or bmm by the numbers of dimensions; leading dimensions broadcast.
Tensor matmul(const Tensor& a, const Tensor& b);
/// y = x·Wᵀ + b for x [..., in], W [out, in], b [out] or undefined.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);
Tensor linear(const Tensor& x, const Tensor& weight);

template <class T>
struct LinalgMethods : Methods<T, LinalgMethods<T>> {
  using Methods<T, LinalgMethods>::as;
  using Methods<T, LinalgMethods>::writable;
  T mm(const T& b) const { return xgrad::mm(as(this), b); }
  T mv(const T& v) const { return xgrad::mv(as(this), v); }
  T dot(const T& b) const { return xgrad::dot(as(this), b); }
  T outer(const T& b) const { return xgrad::outer(as(this), b); }
  T bmm(const T& b) const { return xgrad::bmm(as(this), b); }
  T addmm(const T& a, const T& b, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::addmm(as(this), a, b, beta, alpha);
  }
  T& addmm_(const T& a, const T& b, Scalar beta = 1, Scalar alpha = 1) const {
    return xgrad::addmm_(writable(this), a, b, beta, alpha);
  }
  T matmul(const T& b) const { return xgrad::matmul(as(this), b); }

  // By keyword: ops/keyword_forms.hpp.
  XGRAD_TAKES_KEYWORDS(addmm)
  XGRAD_TAKES_KEYWORDS(matmul)
  XGRAD_TAKES_KEYWORDS(mm)
  XGRAD_TAKES_KEYWORDS(bmm)
  XGRAD_TAKES_KEYWORDS(mv)
  XGRAD_TAKES_KEYWORDS(dot)
  XGRAD_TAKES_KEYWORDS(outer)
  XGRAD_TAKES_KEYWORDS_IN_PLACE(addmm)
};

}  // namespace xgrad
