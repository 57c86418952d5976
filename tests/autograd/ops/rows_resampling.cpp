#include <xgrad/autograd/ops/resampling.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using Scale = std::optional<double>;

static Samples images(std::size_t dims) {
  Tensor special = t(sizes_of({1, 1}, {6, 5, 4}, dims));
  Tensor flat = special.view({-1});
  flat[1] = kNaN;
  flat[3] = kInf;
  return {{t(sizes_of({1, 1}, {5, 4, 3}, dims))},  // small enough for numeric slopes in three dimensions
          {t(sizes_of({2, 3}, {6, 5, 4}, dims))},
          {t(sizes_of({0, 3}, {6, 5, 4}, dims))},
          {t(sizes_of({1, 2}, {6, 5, 4}, dims), kFloat32)},
          {t(sizes_of({1, 2}, {6, 5, 4}, dims), kInt64)},
          {t(sizes_of({1, 2}, {6, 5, 4}, dims), kBool)},
          {t({})},
          {t({5})},
          rough({t(sizes_of({5, 7}, {30, 9, 8}, dims))}),
          rough({special})};
}

OP_FAMILY(resampling) {
  const Samples padded = images(2) + Samples{{t({2, 3, 4})}, {t({3, 4})}};
  const auto bigger = [](std::size_t dims) {
    const auto of = [&](std::initializer_list<Int> n) {
      return D(n.begin(), n.begin() + static_cast<std::ptrdiff_t>(dims));
    };
    return std::vector<Values>{{of({9, 7, 6})}, {of({4, 3, 2})}, {of({6, 5, 4})}};
  };
  const auto aligned = [&](std::size_t dims) {
    std::vector<Values> out;
    for (const bool a : {false, true}) {
      for (Values v : bigger(dims)) v.push_back(a), out.push_back(v);
    }
    return out;
  };
  return {
      row(
          "constant_pad_nd",
          [](T x, IntArrayRef p, std::optional<Scalar> value) { return constant_pad_nd(x, p, value.value_or(0)); },
          with(padded, {{D{1, 2}}, {D{1, 0, 2, 1}, 1.5}, {D{-1, 2}, 3}, {D{1}}, {D{-3, -3}}}) +
              Samples{
                  {t({3}, kUInt8), D{1, 2}, 300}, {t({3}, kInt64), D{1, 2}, kNaN}, {t({3}, kFloat32), D{1, 2}, 1e39}})
          .words(kSooner, {"start (0) + length (-"}),
      row(
          "pad", [](T x, IntArrayRef p, const std::string& mode, Scale value) { return pad(x, p, mode, value); },
          with(padded, {{D{1, 2}, "constant"},
                        {D{1, 2, 0, 1}, "constant", 1.5},
                        {D{1, 2, 2, 1}, "reflect"},
                        {D{1, 2, 2, 1}, "replicate"},
                        {D{1, 2, 2, 1}, "circular"},
                        {D{1, 2}, "reflect"},
                        {D{-1, 2}, "replicate"},
                        {D{3, 0}, "circular"},
                        {D{9, 0}, "reflect"},
                        {D{1, 2}, "other"},
                        {D{1, 2}, "reflect", 1.0}})),
      row(
          "upsample_nearest1d", [](T x, IntArrayRef o, Scale s) { return upsample_nearest1d(x, o, s); },
          with(images(1), bigger(1)) + Samples{{t({1, 1, 4}), D{9}, 2.3}}),
      row(
          "upsample_nearest2d", [](T x, IntArrayRef o, Scale h, Scale w) { return upsample_nearest2d(x, o, h, w); },
          with(images(2), bigger(2)) + Samples{{t({1, 1, 4, 3}), D{9, 7}, 2.3, 2.5}}),
      row(
          "upsample_nearest3d",
          [](T x, IntArrayRef o, Scale d, Scale h, Scale w) { return upsample_nearest3d(x, o, d, h, w); },
          with(images(3), bigger(3))),
      row(
          "_upsample_nearest_exact1d", [](T x, IntArrayRef o, Scale s) { return _upsample_nearest_exact1d(x, o, s); },
          with(images(1), bigger(1)) + Samples{{t({1, 1, 4}), D{9}, 2.3}, {t({1, 1, 7}), D{3}, 0.45}}),
      row(
          "_upsample_nearest_exact2d",
          [](T x, IntArrayRef o, Scale h, Scale w) { return _upsample_nearest_exact2d(x, o, h, w); },
          with(images(2), bigger(2)) + Samples{{t({1, 1, 4, 3}), D{9, 7}, 2.3, 2.5}}),
      row(
          "_upsample_nearest_exact3d",
          [](T x, IntArrayRef o, Scale d, Scale h, Scale w) { return _upsample_nearest_exact3d(x, o, d, h, w); },
          with(images(3), bigger(3))),
      row(
          "upsample_linear1d", [](T x, IntArrayRef o, bool a, Scale s) { return upsample_linear1d(x, o, a, s); },
          with(images(1), aligned(1)) + Samples{{t({1, 1, 4}), D{9}, false, 2.3}}),
      row(
          "upsample_bilinear2d",
          [](T x, IntArrayRef o, bool a, Scale h, Scale w) { return upsample_bilinear2d(x, o, a, h, w); },
          with(images(2), aligned(2)) + Samples{{t({1, 1, 4, 3}), D{9, 7}, false, 2.3, 2.5}}),
      row(
          "upsample_bicubic2d",
          [](T x, IntArrayRef o, bool a, Scale h, Scale w) { return upsample_bicubic2d(x, o, a, h, w); },
          with(images(2), aligned(2)) + Samples{{t({1, 1, 4, 3}), D{9, 7}, false, 2.3, 2.5}}),
      row(
          "_upsample_bilinear2d_aa",
          [](T x, IntArrayRef o, bool a, Scale h, Scale w) { return _upsample_bilinear2d_aa(x, o, a, h, w); },
          with(images(2), aligned(2)) +
              Samples{{t({1, 1, 4, 3}), D{9, 7}, false, 2.3, 2.5}, {t({1, 1, 8, 7}), D{3, 2}, false, 0.4, 0.3}}),
      row(
          "_upsample_bicubic2d_aa",
          [](T x, IntArrayRef o, bool a, Scale h, Scale w) { return _upsample_bicubic2d_aa(x, o, a, h, w); },
          with(images(2), aligned(2)) +
              Samples{{t({1, 1, 4, 3}), D{9, 7}, false, 2.3, 2.5}, {t({1, 1, 8, 7}), D{3, 2}, false, 0.4, 0.3}}),
      row(
          "upsample_trilinear3d",
          [](T x, IntArrayRef o, bool a, Scale d, Scale h, Scale w) { return upsample_trilinear3d(x, o, a, d, h, w); },
          with(images(3), aligned(3))),
  };
}

}  // namespace xgrad::op_table
