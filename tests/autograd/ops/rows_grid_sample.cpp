#include <xgrad/autograd/ops/grid_sample.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// Every mode, border and alignment.
static std::vector<Values> all_ways(Int modes) {
  std::vector<Values> out;
  for (Int mode = 0; mode < modes; ++mode) {
    for (Int border = 0; border < 3; ++border) {
      for (const bool align : {false, true}) out.push_back({mode, border, align});
    }
  }
  return out;
}

/// PyTorch has no second derivative: that is compared with slopes alone.
static Samples first_alone(Samples samples) {
  return differ(std::move(samples), "Derivatives that PyTorch lacks", Compared::FirstDerivatives);
}

OP_FAMILY(grid_sample) {
  const Range beyond{-1.9, 1.9};
  const Samples flat{{t({1, 2, 4, 3}), t({1, 2, 3, 2}, beyond, 2)},
                     {t({2, 1, 3, 3}), t({2, 2, 2, 2}, beyond, 3)},
                     {t({1, 1, 1, 3}), t({1, 2, 2, 2}, beyond, 2)}};
  const Samples deep{{t({1, 1, 2, 3, 2}), t({1, 2, 2, 1, 3}, beyond, 2)},
                     {t({1, 1, 2, 2, 3}), t({1, 1, 1, 3, 3}, beyond, 3)}};
  const Samples flat_values{{t({1, 2, 4, 3}, kFloat32), t({1, 2, 3, 2}, kFloat32, 2, beyond)},
                            {t({0, 2, 4, 3}), t({0, 2, 3, 2})},
                            {t({2, 3, 17, 11}), t({2, 13, 19, 2}, beyond, 2)},
                            {where(t({1, 1, 3, 3}) > 1, kNaN, t({1, 1, 3, 3})), t({1, 2, 2, 2}, Range{-0.4, 0.4}, 2)}};
  const Samples deep_values{
      {t({1, 2, 3, 2, 2}, kFloat32), t({1, 2, 2, 2, 3}, kFloat32, 2, beyond)},
      {t({0, 2, 4, 3, 2}), t({0, 2, 3, 2, 3})},
      {t({2, 3, 7, 6, 5}), t({2, 5, 4, 6, 3}, beyond, 2)},
      {where(t({1, 1, 3, 3, 2}) > 1, kNaN, t({1, 1, 3, 3, 2})), t({1, 2, 2, 2, 3}, Range{-0.4, 0.4}, 2)}};
  const Samples wrong = with({{t({1, 2, 4, 3}), t({2, 2, 3, 2})},
                              {t({1, 2, 4, 3}), t({1, 2, 3, 3})},
                              {t({1, 2, 4, 3}), t({1, 3, 2})},
                              {t({1, 2, 0, 3}), t({1, 2, 3, 2})},
                              {t({1, 2, 4, 3}), t({1, 2, 3, 2}, kFloat32)},
                              {t({1, 2, 4, 3}, kInt64), t({1, 2, 3, 2}, kInt64)},
                              {t({1, 2, 4, 3}, kBool), t({1, 2, 3, 2}, kBool)}},
                             {{0, 0, false}});
  const char* in_other = "stands in the row of values";
  const char* images = "takes images";
  const unsigned kValues = kEmpty | kBig | kSpecial | kSingle | kIntegers | kBools | kError | kMixed;
  const auto sampler_2d = [](T x, T grid, Int mode, Int border, bool align) {
    return grid_sampler_2d(x, grid, mode, border, align);
  };
  const auto sampler_3d = [](T x, T grid, Int mode, Int border, bool align) {
    return grid_sampler_3d(x, grid, mode, border, align);
  };
  const auto sampler = [](T x, T grid, Int mode, Int border, bool align) {
    return grid_sampler(x, grid, mode, border, align);
  };
  return {
      row("grid_sampler_2d", sampler_2d, first_alone(with(flat, all_ways(3)))).without(kValues | kZeroDim, in_other),
      row("grid_sampler_2d.values", sampler_2d, with(flat + flat_values, all_ways(3)) + wrong)
          .constants({0, 1})
          .in_any_layout()
          .without(kZeroDim, images),
      row("grid_sampler_3d", sampler_3d, first_alone(with(deep, all_ways(2)))).without(kValues | kZeroDim, in_other),
      row("grid_sampler_3d.values", sampler_3d,
          with(deep + deep_values, all_ways(2)) + with(deep, {{2, 0, false}}) +
              with({{t({1, 1, 2, 3, 2}, kInt64), t({1, 2, 2, 1, 3}, kInt64)},
                    {t({1, 1, 2, 3, 2}, kBool), t({1, 2, 2, 1, 3}, kBool)},
                    {t({1, 1, 2, 3, 2}), t({1, 2, 2, 1, 3}, kFloat32)}},
                   {{0, 0, false}}))
          .constants({0, 1})
          .in_any_layout()
          .without(kZeroDim, images),
      row("grid_sampler", sampler,
          with(flat + deep + flat_values + deep_values, {{0, 0, false}, {1, 2, true}}) + wrong +
              with(deep, {{2, 0, false}}))
          .constants({0, 1})
          .in_any_layout()
          .without(kZeroDim, images),
      row(
          "affine_grid_generator",
          [](T theta, IntArrayRef size, bool align) { return affine_grid_generator(theta, size, align); },
          with({{t({2, 2, 3}), D{2, 1, 3, 4}},
                {t({1, 2, 3}), D{1, 3, 1, 2}},
                {t({2, 3, 4}), D{2, 1, 2, 3, 4}},
                {t({2, 2, 3}, kFloat32), D{2, 1, 3, 4}},
                {t({0, 2, 3}), D{0, 1, 3, 4}},
                rough({t({170, 2, 3}), D{170, 1, 2, 2}}),
                rough({where(t({1, 2, 3}) > 1, kNaN, t({1, 2, 3})), D{1, 1, 2, 2}}),
                {t({2, 2, 3}), D{2, 3, 4}},
                {t({2, 2, 3}), D{3, 1, 3, 4}},
                {t({2, 2, 3}, kBool), D{2, 1, 3, 4}}},
               {{false}, {true}}))
          .words(kSooner, {"Expected size for first two dimensions of batch"})
          .words(kInner, {"\"linspace_cpu\" not implemented for 'Bool'"})
          .in_any_layout()
          .without(kZeroDim | kIntegers, "takes matrices of fractions"),
  };
}

}  // namespace xgrad::op_table
