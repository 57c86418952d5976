#include <xgrad/autograd/kernels/random_draw.hpp>

#include <cstdlib>

namespace xgrad::kernels {

void check_writable(const Array& out) {
  for (std::size_t d = 0; d < out.sizes().size(); ++d)
    check(out.strides()[d] != 0 || out.sizes()[d] <= 1,
          "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
          "Please clone() the tensor before performing the operation.");
}

Rows::Rows(const Array& out, const Array& other) {
  Dims order;
  for (std::int64_t d = out.dim(); d-- > 0;)
    if (out.sizes()[d] != 1) order.push_back(d);
  const Dims& strides = out.strides();
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    const std::int64_t x = std::abs(strides[a]), y = std::abs(strides[b]);
    return x != y ? x < y : out.sizes()[a] < out.sizes()[b];  // equal strides: the shorter dimension inside
  });
  for (std::int64_t d : order) {
    const std::int64_t stride = strides[d], other_stride = other.strides()[d], size = out.sizes()[d];
    if (!sizes_.empty() && stride == strides_.back() * sizes_.back() &&
        other_stride == other_strides_.back() * sizes_.back()) {
      sizes_.back() *= size;
      continue;
    }
    sizes_.push_back(size);
    strides_.push_back(stride);
    other_strides_.push_back(other_stride);
  }
  if (!sizes_.empty()) return;
  sizes_ = {1};  // a single element
  strides_ = other_strides_ = {1};
}

}  // namespace xgrad::kernels
