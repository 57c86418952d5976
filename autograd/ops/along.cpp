#include <xgrad/autograd/ops/along.hpp>

#include <xgrad/autograd/kernels/scans.hpp>
#include <xgrad/autograd/ops/gather.hpp>

namespace xgrad::ops {

Dims wrap_dims(const Tensor& x, IntArrayRef dims) {
  Dims out;
  if (dims.empty()) {
    for (std::int64_t d = 0; d < x.dim(); ++d) out.push_back(d);
    return out;
  }
  std::uint64_t seen = 0;
  for (std::int64_t d : dims) {
    const std::int64_t w = wrap_dim(d, x.dim());
    check(!(seen >> w & 1), "dim {} appears multiple times in the list of dims", w);
    seen |= std::uint64_t{1} << w;
    if (x.dim() > 0) out.push_back(w);
  }
  return out;
}

Tensor restore(const Tensor& g, const Dims& sizes, const Dims& dims, bool keepdim) {
  if (keepdim || sizes.empty()) return g;
  Dims kept(sizes);
  for (std::int64_t d : dims) kept[static_cast<std::size_t>(d)] = 1;
  return g.reshape(kept);
}

std::int64_t count_along(const Tensor& x, const Dims& dims) {
  std::int64_t n = 1;
  for (const std::int64_t d : dims) n *= x.size(d);
  return n;
}

Tensor linear_recurrence(const Tensor& x, const Tensor& c, std::int64_t dim, bool reverse) {
  if (x.dim() == 0 || x.numel() == 0) return x;
  return differentiable<"LinearRecurrenceBackward0">(
      inputs(x, c), {}, [&](const Array*) { return kernels::linear_recurrence(x.array(), c.array(), dim, reverse); },
      [](Save& s) {
        s.input(1);
        if (s.needed(1)) s.output();
      },
      [dim, reverse](const Saved& s, const Tensor& g) -> Grads {
        const Tensor b = linear_recurrence(g, s.input(1), dim, !reverse);
        if (!s.needs(1)) return {b, Tensor()};
        // c[k] carries y[k−1] to y[k], or y[k] to y[k−1] from the end; c[0] carries nothing.
        const Tensor& y = s.output();
        return {b, reverse ? shifted_down(b, dim, 0) * y : b * shifted_down(y, dim, 0)};
      });
}

Tensor shifted_down(const Tensor& x, std::int64_t dim, double first) {
  const Tensor row = full_like(x.narrow(dim, 0, 1).detach(), first);
  return cat({row, x.narrow(dim, 0, x.size(dim) - 1)}, dim);
}

Tensor placed(const Tensor& g, const Tensor& index, const Dims& sizes, std::int64_t dim) {
  return scatter(zeros(sizes, g.options()), dim, index, g);
}

}  // namespace xgrad::ops
