#include <xgrad/autograd/graph/leaf_gradient.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/matmul.hpp>
#include <xgrad/autograd/ops/matrix_checks.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

using ops::check_batches;
using ops::check_multiplies;
using ops::check_one_dtype;

namespace {

std::int64_t product(IntArrayRef sizes, std::size_t first, std::size_t last) {
  std::int64_t n = 1;
  for (std::size_t i = first; i < last; ++i) n *= sizes[i];
  return n;
}

/// a·b, the gradient of argument i: added to that argument's `.grad` at once where it has one, and undefined then.
Tensor leaf_product(const Saved& s, std::size_t i, const Tensor& a, const Tensor& b) {
  if (LeafGradient leaf{s.node(), i, a.array(), b.array()}) {
    kernels::add_matmul(leaf.array(), a.array(), b.array());
    return {};
  }
  return mm(a, b);
}

}  // namespace

/// y = a·b                da = g·bᵀ, db = aᵀ·g
Tensor mm(const Tensor& a, const Tensor& b) {
  check(a.dim() == 2, "self must be a matrix");
  check(b.dim() == 2, "mat2 must be a matrix");
  check_multiplies(a.size(0), a.size(1), b.size(0), b.size(1));
  check_one_dtype(a, b);
  return differentiable<"MmBackward0">(
      inputs(a, b), {}, [&](const Array*) { return kernels::matmul(a.array(), b.array()); },
      [](Save& s) {
        if (s.needed(0)) s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? leaf_product(s, 0, g, s.input(1).t()) : Tensor(),
                s.needs(1) ? leaf_product(s, 1, s.input(0).t(), g) : Tensor()};
      });
}

/// y = a·v                da = g⊗v, dv = aᵀ·g
Tensor mv(const Tensor& a, const Tensor& v) {
  check(a.dim() == 2 && v.dim() == 1, "vector + matrix @ vector expected, got 1, {}, {}", a.dim(), v.dim());
  check(a.size(1) == v.size(0), "size mismatch, got {}, {}x{},{}", a.size(0), a.size(0), a.size(1), v.size(0));
  check_one_dtype(a, v);
  check<NotImplementedError>(a.dtype() != kBool, "\"addmv_impl_cpu\" not implemented for 'Bool'");
  return differentiable<"MvBackward0">(
      inputs(a, v), {}, [&](const Array*) { return kernels::matvec(a.array(), v.array()); },
      [](Save& s) {
        if (s.needed(0)) s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? outer(g, s.input(1)) : Tensor(), s.needs(1) ? mv(s.input(0).t(), g) : Tensor()};
      });
}

/// y = Σ a_i·b_i          da = g·b, db = g·a
Tensor dot(const Tensor& a, const Tensor& b) {
  check(a.dim() == 1 && b.dim() == 1, "1D tensors expected, but got {}D and {}D tensors", a.dim(), b.dim());
  check(a.dtype() == b.dtype(), "dot : expected both vectors to have same dtype, but found {} and {}", a.dtype(),
        b.dtype());
  check(a.numel() == b.numel(),
        "inconsistent tensor size, expected tensor [{}] and src [{}] to have the same number of "
        "elements, but got {} and {} elements respectively",
        a.numel(), b.numel(), a.numel(), b.numel());
  return differentiable<"DotBackward0">(
      inputs(a, b), {}, [&](const Array*) { return kernels::dot(a.array(), b.array()); },
      [](Save& s) {
        if (s.needed(0)) s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g * s.input(1) : Tensor(), s.needs(1) ? g * s.input(0) : Tensor()};
      });
}

Tensor outer(const Tensor& a, const Tensor& b) {
  check(a.dim() == 1, "outer: Expected 1-D argument self, but got {}-D", a.dim());
  check(b.dim() == 1, "outer: Expected 1-D argument vec2, but got {}-D", b.dim());
  return a.view({a.size(0), 1}) * b;
}

/// y_n = a_n·b_n          da_n = g_n·b_nᵀ, db_n = a_nᵀ·g_n
Tensor bmm(const Tensor& a, const Tensor& b) {
  check_batches(a, b);
  return differentiable<"BmmBackward0">(
      inputs(a, b), {}, [&](const Array*) { return kernels::batched_matmul(a.array(), b.array()); },
      [](Save& s) {
        if (s.needed(0)) s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? bmm(g, s.input(1).transpose(1, 2)) : Tensor(),
                s.needs(1) ? bmm(s.input(0).transpose(1, 2), g) : Tensor()};
      });
}

namespace {

Tensor product_of(const Tensor& a, const Tensor& b) {
  const std::int64_t na = a.dim(), nb = b.dim();
  check(na > 0 && nb > 0, "both arguments to matmul need to be at least 1D, but they are {}D and {}D", na, nb);
  if (na == 1 && nb == 1) return dot(a, b);
  if (na == 2 && nb == 1) return mv(a, b);
  if (na == 1 && nb == 2) return mm(a.unsqueeze(0), b).squeeze(0);
  if (na == 2 && nb == 2) return mm(a, b);
  if (na == 1) return matmul(a.unsqueeze(0), b).squeeze(-2);
  if (nb == 1) return matmul(a, b.unsqueeze(1)).squeeze(-1);
  const std::int64_t n = a.size(-2), k = a.size(-1), m = b.size(-1);
  if (nb == 2) {  // a batch of rows against one matrix is one product
    const std::int64_t rows = product(a.sizes(), 0, a.sizes().size() - 1);
    check_multiplies(rows, k, b.size(0), m);
    Dims out(a.sizes());
    out.back() = m;
    return mm(a.reshape({rows, k}), b).view(out);
  }
  const auto batch = [](const Tensor& t) { return IntArrayRef(t.sizes().data(), t.sizes().size() - 2); };
  const Dims lead = broadcast_shapes(batch(a), batch(b));
  const auto stretched = [&](const Tensor& t) {
    Dims full(lead);
    full.push_back(t.size(-2));
    full.push_back(t.size(-1));
    return t.expand(full).reshape({product(lead, 0, lead.size()), t.size(-2), t.size(-1)});
  };
  Dims out(lead);
  out.push_back(n);
  out.push_back(m);
  return bmm(stretched(a), stretched(b)).view(out);
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  return as_one("matmul", {&a, &b}, [&] { return product_of(a, b); });
}

namespace {

/// y = x·Wᵀ + b for matrices: W is read transposed, and its gradient is made in W's own layout.
///     db = g, dx = g·W, dW = gᵀ·x
Tensor linear_2d(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return differentiable<"AddmmBackward0">(
      inputs(bias, x, weight), {},
      [&](const Array*) { return kernels::matmul(x.array(), weight.array().transpose(0, 1), 1, &bias.array(), 1); },
      [](Save& s) {
        if (s.needed(1)) s.input(2);
        if (s.needed(2)) s.input(1);
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? g : Tensor(), s.needs(1) ? mm(g, s.input(2)) : Tensor(),
                s.needs(2) ? leaf_product(s, 2, g.t(), s.input(1)) : Tensor()};
      });
}

Tensor linear_of(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (weight.dim() == 1 && !bias.defined()) return product_of(x, weight);  // one output, without a dimension of its own
  check(weight.dim() == 2, "linear(): weight must be a matrix, got a {}-D tensor", weight.dim());
  check(x.dim() > 0, "both arguments to matmul need to be at least 1D, but they are 0D and 2D");
  const std::int64_t out_features = weight.size(0), in_features = weight.size(1);
  const std::int64_t rows = product(x.sizes(), 0, x.sizes().size() - 1);
  check_multiplies(rows, x.size(-1), in_features, out_features);
  check(!bias.defined() || bias.dtype() == weight.dtype(), "self and mat2 must have the same dtype");
  check_one_dtype(x, weight);
  if (x.dim() != 2) {
    Dims sizes(x.sizes());
    sizes.back() = out_features;
    return linear_of(x.reshape({rows, in_features}), weight, bias).view(sizes);
  }
  if (!bias.defined()) return mm(x, weight.t());
  bias.array().expand({rows, out_features});
  return linear_2d(x, weight, bias);
}

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return as_one("linear", {&x, &weight, &bias}, [&] { return linear_of(x, weight, bias); });
}
Tensor linear(const Tensor& x, const Tensor& weight) { return linear(x, weight, Tensor()); }

}  // namespace xgrad
