#include <xgrad/autograd/ops/fractional_pooling.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

OP_FAMILY(fractional_pooling) {
  const auto samples = [](D image, D kernel, D output) {
    const auto dims = static_cast<std::int64_t>(kernel.size());
    const auto of = [&](std::int64_t n, std::int64_t c, ScalarType dtype, bool batched = true) {
      D sizes = batched ? D{n, c} : D{c};
      sizes.insert(sizes.end(), image.begin(), image.end());
      return Sample{t(sizes, dtype), kernel, output,
                    t({n, c, dims}, is_floating_point(dtype) ? dtype : kFloat64, 3, Range{0, 0.99})};
    };
    Sample special = of(1, 2, kFloat64);
    special.in[0] = where(special.in[0].get<Tensor>() > 1, kNaN, special.in[0].get<Tensor>());
    Sample big = of(33, 5, kFloat64);
    Sample large = of(1, 1, kFloat64);
    large.in[1] = image;
    return Samples{of(1, 1, kFloat64),
                   of(1, 2, kFloat64, false),
                   of(1, 1, kFloat32),
                   of(0, 2, kFloat64),
                   of(1, 1, kInt64),
                   of(1, 1, kBool),
                   rough(special),
                   rough(big),
                   large,
                   {t({}), kernel, output, t({1, 1, dims})}};
  };
  return {
      row(
          "fractional_max_pool2d",
          [](T x, IntArrayRef k, IntArrayRef o, T u) { return fractional_max_pool2d(x, k, o, u); },
          samples({7, 6}, {2, 3}, {4, 3}) + samples({5, 5}, {2, 2}, {1, 3}))
          .constants({3}),
      row(
          "fractional_max_pool3d",
          [](T x, IntArrayRef k, IntArrayRef o, T u) { return fractional_max_pool3d(x, k, o, u); },
          samples({4, 3, 5}, {2, 1, 2}, {2, 2, 3}))
          .constants({3}),
  };
}

}  // namespace xgrad::op_table
