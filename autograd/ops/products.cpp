#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/matmul.hpp>
#include <xgrad/autograd/ops/matrix_checks.hpp>
#include <xgrad/autograd/ops/products.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <functional>

namespace xgrad {

using ops::check_batches;
using ops::check_multiplies;
using ops::check_one_dtype;

namespace {

Tensor scaled(const Tensor& x, Scalar by) { return by.toDouble() == 1 ? x : x * by; }

Array times(const Array& x, Scalar by) {
  if (by.toDouble() == 1) return x;
  return kernels::binary(kernels::Binary::Mul, x, kernels::to_dtype(ops::wrap(by).array(), x.dtype()), x.dtype());
}

/// Whether beta·c + alpha·product, of so many elements that sum up so many terms, has a product at all. Then beta and
/// alpha are numbers of its dtype, which must hold them. Else c is multiplied by beta alone, as by a tensor, which
/// makes no floats of integers.
bool has_product(std::int64_t elements, std::int64_t terms, Scalar beta, Scalar alpha, ScalarType dtype) {
  if (elements == 0) return false;
  if (terms != 0) {
    for (const Scalar& scale : {beta, alpha}) kernels::check_held(scale, dtype);
    return true;
  }
  check(is_floating_point(dtype) || !beta.isFloatingPoint() || beta.equal(0),
        "result type {} can't be cast to the desired output type {}", info(get_default_dtype()).cname,
        info(dtype).cname);
  return false;
}

/// What becomes of a product that counts for nothing: BLAS does not look at it, a loop multiplies NaN by 0.
enum class Zero { Skips, Multiplies };

/// beta·c + alpha·product, into `*out` when given one.
Array accumulate(const Array& c, const Array& product, Scalar beta, Scalar alpha, const Array* out,
                 Zero zero = Zero::Skips) {
  const auto sum_of = [&] {
    if (beta.toDouble() == 0) return times(product, alpha);
    if (alpha.toDouble() == 0 && zero == Zero::Skips)
      return kernels::to_dtype(times(c, beta).expand(product.sizes()), product.dtype());
    return kernels::add_scaled(times(c, beta), product, alpha, product.dtype());
  };
  Array sum = sum_of();
  if (!out) return sum;
  kernels::copy(*out, sum);
  return *out;
}

/// For an operation c ← beta·c + alpha·product: an in-place form keeps c's shape.
void check_target(const Tensor& c, IntArrayRef sizes, Into into) {
  c.array().expand(sizes);  // throws when c does not broadcast
  if (into.self())
    check(c.sizes() == sizes, "Bad in-place call: input tensor size {} and output tensor size {} should match",
          c.sizes(), Dims(sizes));
}
/// It keeps c's dtype, too.
void check_target_dtype(const Tensor& c, const Tensor& factor, Into into) {
  check(!into.self() || c.dtype() == factor.dtype(),
        "Bad in-place call: input tensor dtype {} and output tensor dtype {} should match", info(c.dtype()).type,
        info(factor.dtype()).type);
}

/// y = beta·c + alpha·a∘b for a product ∘, recorded: `forward` makes it all, `da(g, b)` and `db(a, g)` are the
/// product's derivatives.
template <FixedString Name, class Forward, class DerivativeA, class DerivativeB>
Tensor scaled_product(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha, Into into,
                      Forward forward, DerivativeA da, DerivativeB db) {
  told(beta, alpha);
  return differentiable<Name>(
      inputs(c, a, b), into, forward,
      [](Save& s) {
        if (s.needed(1)) s.input(2);
        if (s.needed(2)) s.input(1);
      },
      [beta, alpha, da, db](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? scaled(g, beta) : Tensor(), s.needs(1) ? scaled(da(g, s.input(2)), alpha) : Tensor(),
                s.needs(2) ? scaled(db(s.input(1), g), alpha) : Tensor()};
      });
}

/// The derivatives of products of matrices, one or a batch.
constexpr auto times_transposed = [](const Tensor& g, const Tensor& b) { return matmul(g, b.transpose(-2, -1)); };
constexpr auto transposed_times = [](const Tensor& a, const Tensor& g) { return matmul(a.transpose(-2, -1), g); };

Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha, Into into) {
  check(a.dim() == 2 && b.dim() == 2, "mat1 and mat2 must be matrices, got {}-D and {}-D tensors", a.dim(), b.dim());
  check_multiplies(a.size(0), a.size(1), b.size(0), b.size(1));
  check(c.dtype() == b.dtype(), "self and mat2 must have the same dtype");
  check_one_dtype(a, b);
  const Dims sizes{a.size(0), b.size(1)};
  if (into.self())
    check(c.sizes() == sizes, "Bad in-place call: input tensor size {} and output tensor size {} should match",
          c.sizes(), sizes);
  c.array().expand(sizes);  // throws when c does not broadcast
  const bool counts = has_product(sizes[0] * sizes[1], a.size(1), beta, alpha, a.dtype());
  return scaled_product<"AddmmBackward0">(
      c, a, b, beta, alpha, into,
      [&](const Array* out) {
        if (!counts) return accumulate(c.array(), kernels::matmul(a.array(), b.array()), beta, 0, out);
        if (is_integral(a.dtype(), false)) {  // a factor as a double would lose the bits of large ones
          const Scalar whole_beta = beta.to_unchecked<std::int64_t>(), whole_alpha = alpha.to_unchecked<std::int64_t>();
          return accumulate(c.array(), kernels::matmul(a.array(), b.array()), whole_beta, whole_alpha, out);
        }
        Array product = kernels::matmul(a.array(), b.array(), alpha.toDouble(), &c.array(), beta.toDouble());
        if (!out) return product;
        kernels::copy(*out, product);
        return *out;
      },
      times_transposed, transposed_times);
}

Tensor addmv(const Tensor& c, const Tensor& a, const Tensor& v, Scalar beta, Scalar alpha, Into into) {
  check(a.dim() == 2 && v.dim() == 1 && c.dim() <= 1, "vector + matrix @ vector expected, got {}, {}, {}", c.dim(),
        a.dim(), v.dim());
  check(a.size(1) == v.size(0) && (c.numel() == a.size(0) || c.numel() == 1), "size mismatch, got {}, {}x{},{}",
        c.dim() ? c.size(0) : 1, a.size(0), a.size(1), v.size(0));
  check_one_dtype(a, v);
  check_target_dtype(c, v, into);
  check(c.dtype() == v.dtype(), "expected scalar type {} but found {}", c.dtype(), v.dtype());
  check<NotImplementedError>(a.dtype() != kBool, "\"addmv_impl_cpu\" not implemented for 'Bool'");
  check_target(c, {a.size(0)}, into);
  if (!beta.equal(0)) kernels::check_held(beta, a.dtype());
  if (a.numel() != 0) kernels::check_held(alpha, a.dtype());
  return scaled_product<"AddmvBackward0">(
      c, a, v, beta, alpha, into,
      [&](const Array* out) {
        const Scalar factor = a.numel() != 0 ? alpha : 0;
        return accumulate(c.array(), kernels::matvec(a.array(), v.array()), beta, factor, out);
      },
      [](const Tensor& g, const Tensor& v) { return outer(g, v); },
      [](const Tensor& a, const Tensor& g) { return mv(a.t(), g); });
}

Tensor addr(const Tensor& c, const Tensor& u, const Tensor& v, Scalar beta, Scalar alpha, Into into) {
  check(u.dim() == 1, "addr: Expected 1-D argument vec1, but got {}-D", u.dim());
  check(v.dim() == 1, "addr: Expected 1-D argument vec2, but got {}-D", v.dim());
  const ScalarType dtype = ops::promoted_type(u, v, c);
  ops::check_cast(dtype, into);
  const bool real = is_floating_point(dtype);
  for (const auto& [name, scale] : {std::pair("beta", beta), std::pair("alpha", alpha)}) {
    check(dtype == kBool || !scale.isBoolean(), "Boolean {} only supported for Boolean results.", name);
    check(real || !scale.isFloatingPoint(),
          "For integral input tensors, argument {} must not be a floating point number.", name);
    kernels::check_held(scale, dtype);
  }
  if (into.self()) {
    check(c.dim() == 2, "2D tensor expected, got {}D tensor for input", c.dim());
    check(c.size(0) == u.size(0) && c.size(1) == v.size(0), "size mismatch, input: {}, v1: {}, v2: {}", c.sizes(),
          u.sizes(), v.sizes());
  }
  check_target(c, {u.size(0), v.size(0)}, into);
  return scaled_product<"AddrBackward0">(
      c, u, v, beta, alpha, into,
      [&](const Array* out) {
        const Array column = u.array().unsqueeze(1), row = v.array().unsqueeze(0);
        if (beta.toDouble() == 1 && dtype != kBool)
          return kernels::ternary(kernels::Ternary::Addcmul, c.array(), column, row, alpha, dtype, out);
        if (beta.toDouble() != 0 && real && c.dtype() == dtype && u.dtype() == dtype)
          return kernels::ternary(kernels::Ternary::Addr, c.array(), times(column, alpha), row, beta, dtype, out);
        const Array product = kernels::binary(kernels::Binary::Mul, column, row, dtype);
        return accumulate(kernels::to_dtype(c.array(), dtype), product, beta, alpha, out, Zero::Multiplies);
      },
      [](const Tensor& g, const Tensor& v) { return mv(g, v.to(g.dtype())); },
      [](const Tensor& u, const Tensor& g) { return mv(g.t(), u.to(g.dtype())); });
}

Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha, Into into) {
  check_batches(a, b);
  check_target_dtype(c, a, into);
  check(c.dtype() == a.dtype(), "Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}", c.dtype(),
        a.dtype(), b.dtype());
  check_target(c, {a.size(0), a.size(1), b.size(2)}, into);
  check<NotImplementedError>(a.dtype() != kBool, "\"baddbmm\" not implemented for 'Bool'");
  const bool counts = has_product(a.size(0) * a.size(1) * b.size(2), a.size(2), beta, alpha, a.dtype());
  return scaled_product<"BaddbmmBackward0">(
      c, a, b, beta, alpha, into,
      [&](const Array* out) {
        const Array product = kernels::batched_matmul(a.array(), b.array());
        const Array y = counts ? accumulate(c.array(), product, beta, alpha, out, Zero::Multiplies)
                               : accumulate(c.array(), product, beta, 0, out);
        return out || y.is_contiguous() ? y : kernels::contiguous_copy(y);  // whatever c's order, as PyTorch's
      },
      times_transposed, transposed_times);
}

/// Σ_n a_n·b_n as one product [rows, N·k]·[N·k, columns].
Array sum_of_products(const Array& a, const Array& b) {
  const std::int64_t batches = a.sizes()[0], rows = a.sizes()[1], k = a.sizes()[2], columns = b.sizes()[2];
  const Array left = kernels::contiguous_copy(a.permute({1, 0, 2})).view({rows, batches * k});
  const auto right = b.try_view({batches * k, columns});
  return kernels::matmul(left, right ? *right : kernels::contiguous_copy(b).view({batches * k, columns}));
}

Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha, Into into) {
  check(a.dim() != 3 || b.dim() != 3 || a.size(0) == b.size(0),
        "batch1 and batch2 must have same number of batches, got {} and {}", a.size(0), b.size(0));
  check_batches(a, b);
  check(c.dtype() == a.dtype(), "self and mat2 must have the same dtype");
  check_target(c, {a.size(1), b.size(2)}, into);
  const bool counts = has_product(a.size(1) * b.size(2), a.size(0) * a.size(2), beta, alpha, a.dtype());
  const auto for_all = [batches = a.size(0)](const Tensor& g) {
    return g.unsqueeze(0).expand({batches, g.size(0), g.size(1)});
  };
  return scaled_product<"AddbmmBackward0">(
      c, a, b, beta, alpha, into,
      [&](const Array* out) {
        return accumulate(c.array(), sum_of_products(a.array(), b.array()), beta, counts ? alpha : 0, out);
      },
      [for_all](const Tensor& g, const Tensor& b) { return times_transposed(for_all(g), b); },
      [for_all](const Tensor& a, const Tensor& g) { return transposed_times(a, for_all(g)); });
}

}  // namespace

Tensor inner(const Tensor& a, const Tensor& b) {
  check_one_dtype(a, b);
  if (a.dim() == 0 || b.dim() == 0) return a * b;
  check(a.size(-1) == b.size(-1),
        "inner() the last dimension must match on both input tensors but got shapes {} and {}", a.sizes(), b.sizes());
  return tensordot(a, b, {-1}, {-1});
}

Tensor vdot(const Tensor& a, const Tensor& b) { return dot(a, b); }
Tensor ger(const Tensor& a, const Tensor& b) { return outer(a, b); }

Tensor addmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return addmm(c, a, b, beta, alpha, {});
}
Tensor& addmm_(Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return addmm(c, a, b, beta, alpha, Into::in_place(c)), c;
}
Tensor addmv(const Tensor& c, const Tensor& a, const Tensor& v, Scalar beta, Scalar alpha) {
  return addmv(c, a, v, beta, alpha, {});
}
Tensor& addmv_(Tensor& c, const Tensor& a, const Tensor& v, Scalar beta, Scalar alpha) {
  return addmv(c, a, v, beta, alpha, Into::in_place(c)), c;
}
Tensor addr(const Tensor& c, const Tensor& u, const Tensor& v, Scalar beta, Scalar alpha) {
  return addr(c, u, v, beta, alpha, {});
}
Tensor& addr_(Tensor& c, const Tensor& u, const Tensor& v, Scalar beta, Scalar alpha) {
  return addr(c, u, v, beta, alpha, Into::in_place(c)), c;
}
Tensor baddbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return baddbmm(c, a, b, beta, alpha, {});
}
Tensor& baddbmm_(Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return baddbmm(c, a, b, beta, alpha, Into::in_place(c)), c;
}
Tensor addbmm(const Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return addbmm(c, a, b, beta, alpha, {});
}
Tensor& addbmm_(Tensor& c, const Tensor& a, const Tensor& b, Scalar beta, Scalar alpha) {
  return addbmm(c, a, b, beta, alpha, Into::in_place(c)), c;
}

/// y = a × b              da = b × g, db = g × a
Tensor linalg_vecdot(const Tensor& x, const Tensor& y, std::int64_t dim) {
  check(x.is_floating_point(), "linalg.vecdot: Expected a floating point or complex tensor as input. Got {}",
        info(x.dtype()).cname);
  check(x.dtype() == y.dtype(),
        "linalg.vecdot: Expected x and y to have the same dtype, but found x of type {} and y of type {} instead",
        info(x.dtype()).cname, info(y.dtype()).cname);
  told(dim);
  return as_one("linalg_vecdot", {&x, &y}, [&] {
    return x.dim() == 1 && y.dim() == 1 ? vdot(x, y) : (x * y).sum(dim);  // of two vectors PyTorch reads no dim
  });
}
Tensor linalg_matmul(const Tensor& a, const Tensor& b) { return matmul(a, b); }

Tensor linalg_cross(const Tensor& a, const Tensor& b, std::int64_t dim) {
  check(a.dim() == b.dim(), "linalg.cross: inputs must have the same number of dimensions.");
  const std::int64_t d = wrap_dim(dim, a.dim());
  check(a.size(d) == 3 && b.size(d) == 3, "linalg.cross: inputs dimension {} must have length 3. Got {} and {}", dim,
        a.size(d), b.size(d));
  const Dims sizes = broadcast_shapes(a.sizes(), b.sizes());
  check_one_dtype(a, b);
  const ScalarType dtype = a.dtype();
  check<NotImplementedError>(dtype != kBool, "\"cross\" not implemented for 'Bool'");
  return differentiable<"LinalgCrossBackward0">(
      inputs(a, b), {},
      [&](const Array*) { return kernels::cross(a.array().expand(sizes), b.array().expand(sizes), d); },
      [](Save& s) {
        if (s.needed(0)) s.input(1);
        if (s.needed(1)) s.input(0);
      },
      [d](const Saved& s, const Tensor& g) -> Grads {
        return {s.needs(0) ? linalg_cross(s.input(1), g, d) : Tensor(),
                s.needs(1) ? linalg_cross(g, s.input(0), d) : Tensor()};
      });
}

Tensor cross(const Tensor& a, const Tensor& b, std::optional<std::int64_t> dim) {
  if (dim) return linalg_cross(a, b, *dim);
  for (std::int64_t d = 0; d < a.dim(); ++d) {
    if (a.size(d) == 3) return linalg_cross(a, b, d);
  }
  fail("no dimension of size 3 in input");
}

Tensor kron(const Tensor& a, const Tensor& b) {
  const std::int64_t dims = std::max(a.dim(), b.dim());
  Dims left, right, out;
  for (std::int64_t d = 0; d < dims; ++d) {
    const auto size = [&](const Tensor& x) { return d < dims - x.dim() ? 1 : x.size(d - (dims - x.dim())); };
    left.push_back(size(a));
    left.push_back(1);
    right.push_back(1);
    right.push_back(size(b));
    out.push_back(size(a) * size(b));
  }
  return (a.reshape(left) * b.reshape(right)).reshape(out);
}

Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t dims) {
  check(dims >= 0, "tensordot expects dims >= 0, but got dims={}", dims);
  check(dims <= a.dim() && dims <= b.dim(), "tensordot expects dims <= ndim_a or ndim_b, but got dims={}", dims);
  std::vector<std::int64_t> last, first;
  for (std::int64_t d = 0; d < dims; ++d) {
    last.push_back(a.dim() - dims + d);
    first.push_back(d);
  }
  return tensordot(a, b, last, first);
}

Tensor tensordot(const Tensor& a, const Tensor& b, IntArrayRef dims_a, IntArrayRef dims_b) {
  check(dims_a.size() == dims_b.size(), "both dimension lists should have same length");
  Tensor x = a, y = b;
  std::vector<bool> gone_x(static_cast<std::size_t>(a.dim())), gone_y(static_cast<std::size_t>(b.dim()));
  Dims summed_x, summed_y;
  std::int64_t inner_size = 1;
  for (std::size_t i = 0; i < dims_a.size(); ++i) {
    const std::int64_t da = wrap_dim(dims_a[i], a.dim()), db = wrap_dim(dims_b[i], b.dim());
    const std::int64_t na = a.size(da), nb = b.size(db);
    check(na == nb || na == 1 || nb == 1,
          "contracted dimensions need to match, but first has size {} in dim {} and second has size {} in dim {}", na,
          da, nb, db);
    check(!gone_x[static_cast<std::size_t>(da)], "dim {} appears multiple times in the list of dims", da);
    check(!gone_y[static_cast<std::size_t>(db)], "dim {} appears multiple times in the list of dims", db);
    gone_x[static_cast<std::size_t>(da)] = gone_y[static_cast<std::size_t>(db)] = true;
    if (na == 1 && nb != 1) y = y.sum({db}, true);
    if (nb == 1 && na != 1) x = x.sum({da}, true);
    inner_size *= std::min(x.size(da), y.size(db));
    summed_x.push_back(da);
    summed_y.push_back(db);
  }
  Dims order_x, order_y, sizes;
  std::int64_t rows = 1, columns = 1;
  for (std::int64_t d = 0; d < a.dim(); ++d) {
    if (gone_x[static_cast<std::size_t>(d)]) continue;
    order_x.push_back(d);
    sizes.push_back(a.size(d));
    rows *= a.size(d);
  }
  for (const std::int64_t d : summed_x) order_x.push_back(d);
  for (const std::int64_t d : summed_y) order_y.push_back(d);
  for (std::int64_t d = 0; d < b.dim(); ++d) {
    if (gone_y[static_cast<std::size_t>(d)]) continue;
    order_y.push_back(d);
    sizes.push_back(b.size(d));
    columns *= b.size(d);
  }
  return mm(x.permute(order_x).reshape({rows, inner_size}), y.permute(order_y).reshape({inner_size, columns}))
      .reshape(sizes);
}

namespace {

/// Where to cut a chain of matrices so that the multiplications are fewest: `cut[i][j]` for the matrices i … j. The
/// textbook's dynamic programme (Cormen et al., Introduction to Algorithms, 15.2).
std::vector<std::vector<std::size_t>> best_cuts(const std::vector<Tensor>& chain) {
  const std::size_t n = chain.size();
  const auto size = [&](std::size_t i) {
    return static_cast<double>(i == 0 ? chain[0].size(0) : chain[i - 1].size(1));
  };
  std::vector<std::vector<double>> cost(n, std::vector<double>(n, 0.0));
  std::vector<std::vector<std::size_t>> cut(n, std::vector<std::size_t>(n, 0));
  for (std::size_t length = 1; length < n; ++length) {
    for (std::size_t i = 0; i + length < n; ++i) {
      const std::size_t j = i + length;
      cost[i][j] = std::numeric_limits<double>::infinity();
      for (std::size_t k = i; k < j; ++k) {
        const double c = cost[i][k] + cost[k + 1][j] + size(i) * size(k + 1) * size(j + 1);
        if (c < cost[i][j]) cost[i][j] = c, cut[i][j] = k;
      }
    }
  }
  return cut;
}

Tensor chain_product(const std::vector<Tensor>& chain) {
  const auto cut = best_cuts(chain);
  const std::function<Tensor(std::size_t, std::size_t)> product = [&](std::size_t i, std::size_t j) {
    return i == j ? chain[i] : mm(product(i, cut[i][j]), product(cut[i][j] + 1, j));
  };
  return product(0, chain.size() - 1);
}

}  // namespace

Tensor linalg_multi_dot(TensorList matrices) {
  const std::size_t n = matrices.size();
  check(n >= 2, "multi_dot(): expected at least 2 tensors but got {}", n);
  std::vector<Tensor> chain(matrices.begin(), matrices.end());
  check(chain[0].dim() == 1 || chain[0].dim() == 2, "multi_dot(): the first tensor must be 1D or 2D but got {}D",
        chain[0].dim());
  check(chain[n - 1].dim() == 1 || chain[n - 1].dim() == 2, "multi_dot(): the last tensor must be 1D or 2D but got {}D",
        chain[n - 1].dim());
  const bool row = chain[0].dim() == 1, column = chain[n - 1].dim() == 1;
  if (row) chain[0] = chain[0].unsqueeze(0);
  if (column) chain[n - 1] = chain[n - 1].unsqueeze(-1);
  for (std::size_t i = 0; i < n; ++i) {
    check(chain[i].dim() == 2, "multi_dot(): tensor {} must be 2D but got {}D", i, chain[i].dim());
    check(chain[i].dtype() == chain[0].dtype(),
          "multi_dot(): all tensors must have be the same dtype but tensor 0 is {} and tensor {} {}",
          info(chain[0].dtype()).type, i, info(chain[i].dtype()).type);
    if (i) {
      check(chain[i - 1].size(1) == chain[i].size(0),
            "multi_dot(): tensors {} and {} with shapes {} and {} cannot be multiplied", i - 1, i, chain[i - 1].sizes(),
            chain[i].sizes());
    }
  }
  Tensor y = chain_product(chain);
  if (row && column) return y.reshape({});
  return row ? y.squeeze(0) : column ? y.squeeze(-1) : y;
}

Tensor chain_matmul(TensorList matrices) {
  check(!matrices.empty(), "chain_matmul(): Expected one or more matrices");
  for (const Tensor& m : matrices) check(m.dim() == 2, "Tensor dimension is {}, expected 2 instead.", m.dim());
  if (matrices.size() == 1) return matrices[0].clone();
  return linalg_multi_dot(matrices);
}

}  // namespace xgrad
