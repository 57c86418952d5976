#include <xgrad/autograd/ops/linear_algebra.hpp>

namespace xgrad {

Tensor linalg_tensorinv(const Tensor& a, std::int64_t ind) {
  check(ind > 0, "Expected a strictly positive integer for 'ind', but got {}", ind);
  const IntArrayRef sizes = a.sizes();
  const auto cut = sizes.begin() + std::min(ind, a.dim());
  const IntArrayRef rows(sizes.begin(), cut), columns(cut, sizes.end());
  check(count_elements(columns) == count_elements(rows),
        "Expected self to satisfy the requirement prod(self.shape[ind:]) == prod(self.shape[:ind]), but got {} != {}",
        count_elements(columns), count_elements(rows));
  Dims exchanged(columns);
  for (const std::int64_t s : rows) exchanged.push_back(s);
  const auto [inverse, info] = linalg_inv_ex(a.reshape({count_elements(rows), count_elements(columns)}));
  linalg::detail::check_info(info.array(), "inv", linalg::detail::kSingularInverse);
  return inverse.reshape(exchanged);
}

Tensor linalg_tensorsolve(const Tensor& a, const Tensor& b, OptionalIntArrayRef dims) {
  Tensor moved = a;
  if (dims) {
    Dims to;
    for (std::size_t i = 0; i < dims->size(); ++i) to.push_back(a.dim() - static_cast<std::int64_t>(dims->size() - i));
    moved = movedim(a, *dims, to);
  }
  const IntArrayRef sizes = moved.sizes();
  const Dims unknown(IntArrayRef(sizes.begin() + std::min(b.dim(), a.dim()), sizes.end()));
  check(count_elements(unknown) == b.numel(),
        "Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but "
        "got {} != {}",
        count_elements(unknown), b.numel());
  return linalg_solve(moved.reshape({b.numel(), b.numel()}), b.flatten()).reshape(unknown);
}

}  // namespace xgrad
