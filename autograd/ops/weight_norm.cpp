#include <xgrad/autograd/ops/weight_norm.hpp>

namespace xgrad {

Tensor norm_except_dim(const Tensor& v, std::int64_t p, std::int64_t dim) {
  if (dim == -1) return norm(v, p);
  const std::int64_t d = wrap_dim(dim, v.dim());
  Dims others, sizes(static_cast<std::size_t>(v.dim()), 1);
  for (std::int64_t i = 0; i < v.dim(); ++i) {
    if (i != d) others.push_back(i);
  }
  sizes[static_cast<std::size_t>(d)] = v.size(d);
  // A vector's elements are their own lengths; an empty list of dimensions would mean all.
  return others.empty() ? norm(v.unsqueeze(-1), p, {1}).view(sizes) : norm(v, p, others, true);
}

Tensor _weight_norm(const Tensor& v, const Tensor& g, std::int64_t dim) { return v * (g / norm_except_dim(v, 2, dim)); }

}  // namespace xgrad
