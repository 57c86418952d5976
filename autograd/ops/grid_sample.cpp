#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/grid_sample.hpp>
#include <xgrad/autograd/ops/grid_sample.hpp>

#include <algorithm>
#include <vector>

namespace xgrad {
namespace {

using kernels::Border;
using kernels::GridSampling;
using kernels::Interpolation;

// --- the same in differentiable operations, for second derivatives

/// What is read along one dimension: element numbers (int64), whether each is there, and weights.
struct Tap {
  Tensor at, there, weight;
};

Tensor reflect(const Tensor& c, std::int64_t twice_low, std::int64_t twice_high) {
  if (twice_low == twice_high) return c * 0;
  const double low = static_cast<double>(twice_low) / 2, span = static_cast<double>(twice_high - twice_low) / 2;
  const Tensor distance = abs(c - low), flips = (distance.detach() / span).floor();
  const Tensor extra = distance - flips * span;
  return where(eq(flips.remainder(2), 0), extra, span - extra) + low;
}

Tensor bordered(const Tensor& c, std::int64_t size, const GridSampling& how) {
  if (how.border == Border::Zeros) return c;
  Tensor out = c;
  if (how.border == Border::Reflection) {
    out = how.align_corners ? reflect(c, 0, 2 * (size - 1)) : reflect(c, -1, 2 * size - 1);
  }
  return out.clamp(0, size - 1);
}

Tap tap(const Tensor& place, const Tensor& weight, std::int64_t size) {
  const Tensor at = place.detach();
  return {at.clamp(0, size - 1).to(kInt64), logical_and(at >= 0, at <= size - 1).to(weight.dtype()), weight};
}

Tensor cubic_near(const Tensor& t) { return (t * 1.25 - 2.25) * t * t + 1; }
Tensor cubic_far(const Tensor& t) { return ((t * -0.75 + 3.75) * t - 6) * t + 3; }

/// The taps of the grid's numbers g [N, places] along a dimension of `size` elements.
std::vector<Tap> taps(const Tensor& g, std::int64_t size, const GridSampling& how) {
  const auto n = static_cast<double>(size);
  Tensor c = how.align_corners ? (g + 1) * ((n - 1) / 2) : ((g + 1) * n - 1) / 2;
  if (how.interpolation == Interpolation::Bicubic) {
    const Tensor first = c.detach().floor(), t = c - first;
    const Tensor weights[] = {cubic_far(t + 1), cubic_near(t), cubic_near(1 - t), cubic_far(2 - t)};
    std::vector<Tap> out;
    for (int i = 0; i < 4; ++i) out.push_back(tap(bordered(first + (i - 1), size, how), weights[i], size));
    return out;
  }
  c = bordered(c, size, how);
  if (how.interpolation == Interpolation::Nearest) return {tap(c.detach().round(), ones_like(g), size)};
  const Tensor first = c.detach().floor(), share = c - first;
  return {tap(first, 1 - share, size), tap(first + 1, share, size)};
}

Tensor by_steps(const Tensor& x, const Tensor& grid, const GridSampling& how) {
  const std::int64_t n = x.size(0), channels = x.size(1), dims = x.dim() - 2;
  const Tensor flat = x.reshape({n, channels, -1}), places = grid.reshape({n, -1, dims});
  // All combinations of the dimensions' taps, one dimension after the other.
  std::vector<Tap> all{
      {zeros({n, places.size(1)}, kInt64), ones({n, places.size(1)}, x.dtype()), ones({n, places.size(1)}, x.dtype())}};
  for (std::int64_t d = 0; d < dims; ++d) {
    const std::int64_t size = x.size(d + 2);
    std::vector<Tap> next;
    for (const Tap& line : taps(places.select(2, dims - 1 - d), size, how)) {
      for (const Tap& before : all) {
        next.push_back({before.at * size + line.at, before.there * line.there, before.weight * line.weight});
      }
    }
    all = std::move(next);
  }
  Tensor out;
  for (const Tap& one : all) {
    const Tensor read = flat.gather(2, one.at.unsqueeze(1).expand({n, channels, places.size(1)}));
    const Tensor term = read * (one.weight * one.there).unsqueeze(1);
    out = out.defined() ? out + term : term;
  }
  Dims sizes{n, channels};
  for (std::int64_t d = 1; d + 1 < grid.dim(); ++d) sizes.push_back(grid.size(d));
  return out.reshape(sizes);
}

// ---

GridSampling checked(const Tensor& x, const Tensor& grid, std::int64_t mode, std::int64_t padding, bool align) {
  check(grid.dim() > 0 && x.dim() > 0 && x.size(0) == grid.size(0),
        "grid_sampler(): expected grid and input to have same batch size, but got input with sizes {} and grid with "
        "sizes {}",
        x.sizes(), grid.sizes());
  check(x.dim() - 2 == grid.size(-1),
        "grid_sampler(): expected grid to have size {} in last dimension, but got grid with sizes {}", x.dim() - 2,
        grid.sizes());
  for (std::int64_t d = 2; d < x.dim(); ++d) {
    check(x.size(d) > 0,
          "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes {} with dimension "
          "{} being empty",
          x.sizes(), d);
  }
  check((x.dim() == 4 || x.dim() == 5) && x.dim() == grid.dim(),
        "grid_sampler(): expected {} input and grid with same number of dimensions, but got input with sizes {} and "
        "grid with sizes {}",
        x.dim() == 4   ? "4D"
        : x.dim() == 5 ? "5D"
                       : "4D or 5D",
        x.sizes(), grid.sizes());
  check(mode >= 0 && mode <= 2, "grid_sampler(): unknown interpolation mode {}", mode);
  check(padding >= 0 && padding <= 2, "grid_sampler(): unknown padding mode {}", padding);
  check(x.dim() == 4 || mode != 2, "grid_sampler(): bicubic interpolation only supports 4D input");
  check<NotImplementedError>(x.is_floating_point() || x.dim() == 5, "grid_sampler_2d_cpu not implemented for {}",
                             x.dtype());
  check<NotImplementedError>(x.is_floating_point(), "\"grid_sampler3d_cpu\" not implemented for '{}'", x.dtype());
  check(x.dtype() == grid.dtype(), "expected scalar type {} but found {}", x.dtype(), grid.dtype());
  return {static_cast<Interpolation>(mode), static_cast<Border>(padding), align};
}

template <FixedString Name>
Tensor sample(const Tensor& x, const Tensor& grid, const GridSampling& how) {
  told(static_cast<std::int64_t>(how.interpolation), static_cast<std::int64_t>(how.border), how.align_corners);
  return differentiable<Name>(
      inputs(x, grid), {}, [&](const Array*) { return kernels::grid_sample(x.array(), grid.array(), how); },
      [&](Save& s) {
        s.input(0);
        s.input(1);
      },
      [how](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &x = s.input(0), &grid = s.input(1);
        if (!is_grad_enabled()) {
          auto [dx, dgrid] =
              kernels::grid_sample_backward(g.array(), x.array(), grid.array(), how, s.needs(0), s.needs(1));
          return {s.needs(0) ? Tensor(std::move(dx)) : Tensor(), s.needs(1) ? Tensor(std::move(dgrid)) : Tensor()};
        }
        std::vector<Tensor> wanted;
        for (std::size_t i = 0; i < 2; ++i) {
          if (s.needs(i)) wanted.push_back(s.input(i));
        }
        const std::vector<Tensor> found = autograd::grad({by_steps(x, grid, how)}, wanted, {g}, true, true, true);
        Grads grads(2);
        for (std::size_t i = 0, next = 0; i < 2; ++i) {
          if (!s.needs(i)) continue;
          grads[i] = found[next].defined() ? found[next] : zeros_like(s.input(i));
          ++next;
        }
        return grads;
      });
}

}  // namespace

Tensor grid_sampler_2d(const Tensor& x, const Tensor& grid, std::int64_t interpolation_mode, std::int64_t padding_mode,
                       bool align_corners) {
  const GridSampling how = checked(x, grid, interpolation_mode, padding_mode, align_corners);
  check(x.dim() == 4,
        "grid_sampler_2d(): expected 4D input and grid, but got input with sizes {} and grid with sizes {}", x.sizes(),
        grid.sizes());
  return sample<"GridSampler2DBackward0">(x, grid, how);
}

Tensor grid_sampler_3d(const Tensor& x, const Tensor& grid, std::int64_t interpolation_mode, std::int64_t padding_mode,
                       bool align_corners) {
  const GridSampling how = checked(x, grid, interpolation_mode, padding_mode, align_corners);
  check(x.dim() == 5,
        "grid_sampler_3d(): expected 5D input and grid, but got input with sizes {} and grid with sizes {}", x.sizes(),
        grid.sizes());
  return sample<"GridSampler3DBackward0">(x, grid, how);
}

Tensor grid_sampler(const Tensor& x, const Tensor& grid, std::int64_t interpolation_mode, std::int64_t padding_mode,
                    bool align_corners) {
  const auto sampler = x.dim() == 5 ? grid_sampler_3d : grid_sampler_2d;
  return sampler(x, grid, interpolation_mode, padding_mode, align_corners);
}

Tensor affine_grid_generator(const Tensor& theta, IntArrayRef size, bool align_corners) {
  check(size.size() == 4 || size.size() == 5, "AffineGridGenerator needs 4d (spatial) or 5d (volumetric) inputs.");
  const auto dims = static_cast<std::int64_t>(size.size()) - 2;
  check(theta.is_floating_point() && theta.dim() == 3 && theta.size(0) == size[0] && theta.size(1) == dims &&
            theta.size(2) == dims + 1,
        "Expected a batch of affine matrices of shape {}x{}x{} for size {}, but got {}.", size[0], dims, dims + 1, size,
        theta.sizes());
  // The places in homogeneous coordinates, the last dimension first, and then a product.
  Dims places(IntArrayRef(size.data() + 2, size.size() - 2));
  places.push_back(dims + 1);
  const Tensor base = ones(places, theta.dtype());
  for (std::int64_t d = 0; d < dims; ++d) {
    const std::int64_t n = size[static_cast<std::size_t>(d) + 2];
    Tensor line = n > 1 ? linspace(-1, 1, n, theta.dtype()) : zeros({n}, theta.dtype());
    if (!align_corners && n > 0) line = line * (static_cast<double>(n - 1) / static_cast<double>(n));
    Dims along(static_cast<std::size_t>(dims), 1);
    along[static_cast<std::size_t>(d)] = n;
    base.select(-1, dims - 1 - d).copy_(line.view(along));
  }
  Dims sizes(places);
  sizes.back() = dims;
  sizes.insert(0, size[0]);
  const Tensor flat = base.reshape({1, -1, dims + 1}).expand({size[0], -1, dims + 1});
  return bmm(flat, theta.transpose(1, 2)).reshape(sizes);
}

}  // namespace xgrad
