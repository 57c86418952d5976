#include <xgrad/autograd/tensor.hpp>

namespace xgrad {
namespace {

using Int = std::int64_t;

/// A copy of x with `src` in the part that `part` selects; in-place operations on views have the derivatives.
template <class Part>
Tensor with_part(const Tensor& x, const Tensor& src, Part part) {
  Tensor y = x.clone();
  Tensor view = part(y);
  check(view.sizes() == src.sizes(),
        "expected src to have a size equal to the slice of self. src size = {}, slice size = {}", src.sizes(),
        view.sizes());
  view.copy_(src);
  return y;
}

}  // namespace

Tensor slice_scatter(const Tensor& x, const Tensor& src, Int dim, std::optional<Int> start, std::optional<Int> end,
                     Int step) {
  return with_part(x, src, [&](const Tensor& y) { return y.slice(dim, start, end, step); });
}
Tensor select_scatter(const Tensor& x, const Tensor& src, Int dim, Int index) {
  return with_part(x, src, [&](const Tensor& y) { return y.select(dim, index); });
}
Tensor diagonal_scatter(const Tensor& x, const Tensor& src, Int offset, Int dim1, Int dim2) {
  return with_part(x, src, [&](const Tensor& y) { return y.diagonal(offset, dim1, dim2); });
}

Tensor& fill_diagonal_(Tensor& x, Scalar value, bool wrap) {
  check(x.dim() >= 2, "dimensions must larger than 1");
  const Int rows = x.size(0), columns = x.size(1);
  for (Int d = 1; x.dim() > 2 && d < x.dim(); ++d)
    check(x.size(d) == rows, "all dimensions of input must be of equal length");
  Tensor diagonal = x.diagonal();
  while (diagonal.dim() > 1) diagonal = diagonal.diagonal();
  diagonal.fill_(value);
  if (wrap && x.dim() == 2 && rows > columns + 1) {
    Tensor below = x.slice(0, columns + 1);
    fill_diagonal_(below, value, true);
  }
  return x;
}

}  // namespace xgrad
