#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/rearrange.hpp>
#include <xgrad/autograd/ops/parts.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {
namespace {

using Int = std::int64_t;

/// Which of x's dimensions are among `dims`.
std::vector<bool> chosen(const Tensor& x, IntArrayRef dims) {
  std::vector<bool> out(static_cast<std::size_t>(std::max<Int>(x.dim(), 1)));
  for (const Int dim : dims) {
    const Int d = wrap_dim(dim, x.dim());
    check(!out[static_cast<std::size_t>(d)], "dim {} appears multiple times in the list of dims", d);
    out[static_cast<std::size_t>(d)] = true;
  }
  return out;
}

Dims negative(const Dims& list) {
  Dims out(list);
  for (Int& v : out) v = -v;
  return out;
}

/// y = the triangle       dx = the triangle of g
template <FixedString Name>
Tensor triangle(const Tensor& x, Int diagonal, bool lower, Into into) {
  check<IndexError>(x.dim() > 0, "Dimension specified as -2 but tensor has no dimensions");
  wrap_dim(-2, x.dim());
  told(diagonal);
  return differentiable<Name>(
      inputs(x), into, [&](const Array* out) { return kernels::triangle(x.array(), diagonal, lower, out); }, no_save,
      [diagonal, lower](const Saved&, const Tensor& g) -> Grads {
        return {lower ? tril(g, diagonal) : triu(g, diagonal)};
      });
}
Tensor tril(const Tensor& x, Int diagonal, Into into) { return triangle<"TrilBackward0">(x, diagonal, true, into); }
Tensor triu(const Tensor& x, Int diagonal, Into into) { return triangle<"TriuBackward0">(x, diagonal, false, into); }

/// Adds windows into zeros of `sizes`: the derivative of unfold.
Tensor unfold_backward(const Tensor& g, const Dims& sizes, Int dim, Int size, Int step) {
  return differentiable<"UnfoldBackwardBackward0">(
      inputs(g), {},
      [&](const Array*) {
        const Array whole = Array::empty(sizes, g.dtype());
        kernels::fill(whole, 0);
        const Array view = kernels::windows(whole, dim, size, step);
        kernels::scatter_add_strided(whole.view({-1}), view.sizes(), view.strides(), 0, g.array());
        return whole;
      },
      no_save, [dim, size, step](const Saved&, const Tensor& h) -> Grads { return {unfold(h, dim, size, step)}; });
}

}  // namespace

/// y = x backwards        dx = g backwards
Tensor flip(const Tensor& x, IntArrayRef dims) {
  const std::vector<bool> which = chosen(x, dims);
  told(dims);
  return differentiable<"FlipBackward0">(
      inputs(x), {},
      [&](const Array*) {
        const Array out = Array::empty_like(x.array(), x.dtype());
        kernels::copy(out, x.dim() == 0 ? x.array() : kernels::backwards(x.array(), which));
        return out;
      },
      no_save, [d = Dims(dims)](const Saved&, const Tensor& g) -> Grads { return {flip(g, d)}; });
}

Tensor fliplr(const Tensor& x) {
  check(x.dim() >= 2, "Input must be >= 2-d.");
  return flip(x, {1});
}
Tensor flipud(const Tensor& x) {
  check(x.dim() >= 1, "Input must be >= 1-d.");
  return flip(x, {0});
}

Tensor roll(const Tensor& x, IntArrayRef shifts, IntArrayRef dims) {
  check(!shifts.empty(), "`shifts` required");
  if (dims.empty() && shifts.size() == 1) return roll(x.reshape({-1}), shifts, {0}).view(x.sizes());
  check(shifts.size() == dims.size(), "shifts and dimensions must align. shifts: {}, dims:{}", shifts.size(),
        dims.size());
  if (x.numel() == 0) return x.clone();
  Dims where(dims);
  for (Int& d : where) {
    check<IndexError>(x.dim() > 0, "Dimension specified as {} but tensor has no dimensions", d);
    d = wrap_dim(d, x.dim());
  }
  told(shifts, where);
  return differentiable<"RollBackward0">(
      inputs(x), {},
      [&](const Array*) {
        Array out = x.array();
        for (std::size_t i = 0; i < shifts.size(); ++i) out = kernels::roll(out, shifts[i], where[i]);
        return out;
      },
      no_save,
      [back = negative(Dims(shifts)), where](const Saved&, const Tensor& g) -> Grads {
        return {roll(g, back, where)};
      });
}

Tensor rot90(const Tensor& x, Int k, IntArrayRef dims) {
  check(dims.size() == 2, "expected total rotation dims == 2, but got dims = {}", dims.size());
  check(x.dim() >= 2, "expected total dims >= 2, but got total dims = {}", x.dim());
  const Int n = x.dim();
  check(dims[0] != dims[1] && std::abs(dims[0] - dims[1]) != n,
        "expected rotation dims to be different, but got dim0 = {} and dim1 = {}", dims[0], dims[1]);
  for (std::size_t i = 0; i < 2; ++i)
    check(dims[i] < n && dims[i] >= -n, "Rotation dim{} out of range, dim{} = {}", i, i, dims[i]);
  switch ((k % 4 + 4) % 4) {
    case 1:
      return flip(x, {dims[1]}).transpose(dims[0], dims[1]);
    case 2:
      return flip(x, dims);
    case 3:
      return flip(x, {dims[0]}).transpose(dims[0], dims[1]);
    default:
      return x.is_contiguous() ? x.clone() : x.contiguous();
  }
}

Tensor tril(const Tensor& x, Int diagonal) { return tril(x, diagonal, Into()); }
Tensor& tril_(Tensor& x, Int diagonal) { return tril(x, diagonal, Into::in_place(x)), x; }
Tensor triu(const Tensor& x, Int diagonal) { return triu(x, diagonal, Into()); }
Tensor& triu_(Tensor& x, Int diagonal) { return triu(x, diagonal, Into::in_place(x)), x; }

Tensor linalg_diagonal(const Tensor& a, Int offset, Int dim1, Int dim2) { return diagonal(a, offset, dim1, dim2); }
Tensor diagonal(const Tensor& x, Int offset, Int dim1, Int dim2) {
  const Int a = wrap_dim(dim1, x.dim()), b = wrap_dim(dim2, x.dim());
  check(a != b, "diagonal dimensions cannot be identical {}, {}", dim1, dim2);
  struct Part {
    Int offset, a, b;
    Array operator()(const Array& whole) const { return kernels::diagonal(whole, offset, a, b); }
    Tensor operator()(const Tensor& whole) const { return diagonal(whole, offset, a, b); }
  };
  const Part part{offset, a, b};
  told(offset, a, b);
  return differentiable_view<"DiagonalBackward0">(
      x, part(x.array()), [sizes = Dims(x.sizes()), part](const Saved&, const Tensor& g) -> Grads {
        return {ops::into_zeros<"DiagonalBackwardBackward0">(g, sizes, part)};
      });
}

Tensor diag_embed(const Tensor& x, Int offset, Int dim1, Int dim2) {
  const Int n = x.dim() + 1, a = wrap_dim(dim1, n), b = wrap_dim(dim2, n);
  check(a != b, "diagonal dimensions cannot be identical {}, {}", dim1, dim2);
  Dims sizes(x.sizes());
  const Int length = std::abs(offset) + x.size(-1);
  sizes.resize(sizes.size() - 1);
  sizes.insert(static_cast<std::size_t>(std::min(a, b)), length);
  sizes.insert(static_cast<std::size_t>(std::max(a, b)), length);
  struct Part {
    Int offset, a, b;
    Array operator()(const Array& whole) const { return kernels::diagonal(whole, offset, a, b); }
    Tensor operator()(const Tensor& whole) const { return diagonal(whole, offset, a, b); }
  };
  told(offset, a, b);
  return ops::into_zeros<"DiagEmbedBackward0">(x, sizes, Part{offset, a, b});
}

Tensor diag(const Tensor& x, Int offset) {
  check(x.dim() == 1 || x.dim() == 2, "matrix or a vector expected");
  return x.dim() == 1 ? diag_embed(x, offset) : diagonal(x, offset).clone();
}

Tensor diagflat(const Tensor& x, Int offset) { return diag(x.reshape({-1}), offset); }

Tensor trace(const Tensor& x) {
  check(x.dim() == 2, "trace: expected a matrix, but got tensor with dim {}", x.dim());
  check<NotImplementedError>(x.dtype() != kBool, "\"trace\" not implemented for 'Bool'");
  return diagonal(x).sum();
}

Tensor unfold(const Tensor& x, Int dimension, Int size, Int step) {
  const Int d = wrap_dim(dimension, x.dim());
  const Int longest = x.dim() == 0 ? 1 : x.size(d);
  check(size >= 0, "size is {} but must be >= 0", size);
  check(size <= longest, "maximum size for tensor at dimension {} is {} but size is {}", d, longest, size);
  check(step > 0, "step is {} but must be > 0", step);
  told(d, size, step);
  return differentiable_view<"UnfoldBackward0">(
      x, kernels::windows(x.array(), d, size, step),
      [sizes = Dims(x.sizes()), d, size, step](const Saved&, const Tensor& g) -> Grads {
        return {unfold_backward(g, sizes, d, size, step)};
      });
}

}  // namespace xgrad
