#include <xgrad/autograd/ops/bilinear.hpp>

namespace xgrad {

Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias) {
  check(a.dim() == b.dim(), "bilinear(): input dimensions do not match: got {} and {}", a.dim(), b.dim());
  for (std::int64_t d = 0; d + 1 < a.dim(); ++d) {
    check(a.size(d) == b.size(d), "bilinear(): input batch dimensions do not match at dim {}: got {} and {}", d,
          a.size(d), b.size(d));
  }
  check(weight.dim() == 3, "bilinear(): expected a weight of 3 dimensions, but got {}", weight.dim());
  check(a.dim() > 0, "bilinear(): expected inputs of at least one dimension");
  check(a.size(-1) == weight.size(1), "bilinear(): input1 size does not match weight size: got {} but expected {}",
        a.size(-1), weight.size(1));
  check(b.size(-1) == weight.size(2), "bilinear(): input2 size does not match weight size: got {} but expected {}",
        b.size(-1), weight.size(2));
  check(!bias.defined() || bias.size(0) == weight.size(0),
        "bilinear(): bias size does not match weight size: got {} but expected {}", bias.defined() ? bias.size(0) : 0,
        weight.size(0));
  const std::int64_t out = weight.size(0), in1 = weight.size(1), in2 = weight.size(2);
  const Tensor x = a.reshape({-1, in1}), y = b.reshape({-1, in2});
  // First the sum over i, a product of matrices; then, for each row, the one over j.
  const Tensor half = matmul(x, weight.permute({1, 0, 2}).reshape({in1, out * in2})).reshape({x.size(0), out, in2});
  Tensor z = bmm(half, y.unsqueeze(2)).squeeze(2);
  if (bias.defined()) z = z + bias;
  Dims sizes(a.sizes());
  sizes.back() = out;
  return z.reshape(sizes);
}

}  // namespace xgrad
