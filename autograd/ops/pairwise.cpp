#include <xgrad/autograd/kernels/distances.hpp>
#include <xgrad/autograd/ops/grids.hpp>
#include <xgrad/autograd/ops/indexing.hpp>
#include <xgrad/autograd/ops/pairwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

#include <array>
#include <cmath>

namespace xgrad {

namespace {

/// What |d|_p changes by along d, where the whole distance is known; 0 where it is 0.
Tensor slopes(const Tensor& d, const Tensor& distance, double p) {
  if (p == 0) return zeros_like(d);
  if (p == 1) return where(isnan(d), d, sign(d));
  if (std::isinf(p)) return sign(d) * eq(abs(d), distance).to(d.dtype());
  const Tensor some = where(eq(distance, 0), 1., distance);
  if (p == 2) return where(eq(distance, 0), 0., d / some);
  const Tensor flat = eq(d, 0).logical_or(eq(distance, 0));
  return where(flat, 0., sign(d) * abs(where(flat, 1., d)).pow(p - 1) / some.pow(p - 1));
}

/// g[b, r, s]·d|a[b, r] − c[b, s]|_p/da for every element of every pair.
Tensor pair_gradients(const Tensor& g, const Tensor& a, const Tensor& c, const Tensor& distances, double p) {
  return g.unsqueeze(-1) * slopes(a.unsqueeze(-2) - c.unsqueeze(-3), distances.unsqueeze(-1), p);
}

/// All distances by differences; a and c are [B, R, C] and [B, S, C].
Tensor by_differences(const Tensor& a, const Tensor& c, double p) {
  told(p);
  return differentiable<"CdistBackward0">(
      inputs(a, c), {}, [&](const Array*) { return kernels::row_distances(a.array(), c.array(), p); },
      [](Save& s) {
        s.input(0);
        s.input(1);
        s.output();
      },
      [p](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &a = s.input(0), &c = s.input(1), &distances = s.output();
        if (detail::grad_mode) {
          const Tensor all = pair_gradients(g, a, c, distances, p);
          return {s.needs(0) ? all.sum(-2) : Tensor(), s.needs(1) ? -all.sum(-3) : Tensor()};
        }
        const auto of = [p](const Tensor& g, const Tensor& x, const Tensor& y, const Tensor& d) {
          return Tensor(kernels::row_distances_backward(g.array(), x.array(), y.array(), d.array(), p));
        };
        return {s.needs(0) ? of(g, a, c, distances) : Tensor(),
                s.needs(1) ? of(g.transpose(1, 2), c, a, distances.transpose(1, 2)) : Tensor()};
      });
}

/// √(|a|² + |c|² − 2·a·c), the distances of p = 2 by a product of matrices.
Tensor by_product(const Tensor& a, const Tensor& c) {
  return differentiable<"EuclideanDistBackward0">(
      inputs(a, c), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        const Tensor lengths = square(a).sum(-1, true) + square(c).sum(-1).unsqueeze(-2);
        return (lengths - a.matmul(c.transpose(1, 2)) * 2).clamp_min(0).sqrt().array();
      },
      [](Save& s) {
        s.input(0);
        s.input(1);
        s.output();
      },
      [](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &a = s.input(0), &c = s.input(1), &d = s.output();
        const Tensor by = where(eq(d, 0), 0., g / where(eq(d, 0), 1., d));
        return {s.needs(0) ? a * by.sum(-1, true) - by.matmul(c) : Tensor(),
                s.needs(1) ? c * by.sum(-2).unsqueeze(-1) - by.transpose(1, 2).matmul(a) : Tensor()};
      });
}

/// A vector of the pairs i < j as a symmetric matrix with zeros between.
Tensor symmetric(const Tensor& pairs, std::int64_t rows) {
  const Tensor places = triu_indices(rows, rows, 1);
  const Tensor above = zeros({rows, rows}, pairs.options()).index_put({places[0], places[1]}, pairs);
  return above + above.t();
}

}  // namespace

Tensor cdist(const Tensor& a, const Tensor& b, double p, std::optional<std::int64_t> compute_mode) {
  check(a.dim() >= 2, "cdist only supports at least 2D tensors, X1 got: {}D", a.dim());
  check(b.dim() >= 2, "cdist only supports at least 2D tensors, X2 got: {}D", b.dim());
  check(a.size(-1) == b.size(-1), "X1 and X2 must have the same number of columns. X1: {} X2: {}", a.size(-1),
        b.size(-1));
  check(a.is_floating_point(), "cdist only supports floating-point dtypes, X1 got: {}", info(a.dtype()).cname);
  check(b.is_floating_point(), "cdist only supports floating-point dtypes, X2 got: {}", info(b.dtype()).cname);
  check(p >= 0, "cdist only supports non-negative p values");
  const std::int64_t mode = compute_mode.value_or(0);
  check(mode >= 0 && mode <= 2, "possible modes: 0, 1, 2, but was: {}", mode);
  check(a.dtype() == b.dtype(), "expected scalar type {} but found {}", info(a.dtype()).cname, info(b.dtype()).cname);

  const auto front = [](const Tensor& t) { return IntArrayRef(t.sizes().data(), t.sizes().size() - 2); };
  Dims shape = broadcast_shapes(front(a), front(b));
  std::int64_t batch = 1;
  for (const std::int64_t n : shape) batch *= n;
  const std::int64_t rows = a.size(-2), columns = b.size(-2), n = a.size(-1);
  const auto in_batches = [&](const Tensor& t) {
    Dims sizes = shape;
    sizes.push_back(t.size(-2));
    sizes.push_back(n);
    return t.expand(sizes).reshape({batch, t.size(-2), n});
  };
  const Tensor x = in_batches(a), y = in_batches(b);
  const bool product = p == 2 && x.numel() > 0 && y.numel() > 0 && mode < 2 && (mode == 1 || rows > 25 || columns > 25);
  shape.push_back(rows);
  shape.push_back(columns);
  return (product ? by_product(x, y) : by_differences(x, y, p)).reshape(shape);
}

Tensor cdist(const Tensor& a, const Tensor& b, double p, std::string_view compute_mode) {
  constexpr std::array<std::string_view, 3> kModes{"use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist",
                                                   "donot_use_mm_for_euclid_dist"};
  const auto found = std::find(kModes.begin(), kModes.end(), compute_mode);
  check<ValueError>(found != kModes.end(), "{} is not a valid value for compute_mode", compute_mode);
  return cdist(a, b, p, found - kModes.begin());
}

Tensor pdist(const Tensor& x, double p) {
  check(x.dim() == 2, "pdist only supports 2D tensors, got: {}D", x.dim());
  check(x.is_floating_point(), "pdist only supports floating-point dtypes");
  check(p >= 0, "pdist only supports non-negative p values");
  told(p);
  return differentiable<"PdistBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::pair_distances(x.array(), p); },
      [](Save& s) {
        s.input(0);
        s.output();
      },
      [p](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &x = s.input(0), &y = s.output();
        if (!detail::grad_mode) return {Tensor(kernels::pair_distances_backward(g.array(), x.array(), y.array(), p))};
        // Each pair is in the matrix twice, once from either side.
        const Tensor all = symmetric(g, x.size(0)), distances = symmetric(y, x.size(0));
        return {pair_gradients(all, x, x, distances, p).sum(-2)};
      });
}

}  // namespace xgrad
