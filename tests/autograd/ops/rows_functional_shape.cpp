#include <xgrad/nn/functional.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

namespace F = nn::functional;
using Int = std::int64_t;

namespace {

/// Every mode of images in so many dimensions, by size and by factors.
std::vector<Values> resized(std::size_t dims, std::initializer_list<const char*> modes, bool antialias = false) {
  using Factors = std::vector<double>;
  std::vector<Values> out;
  for (const char* mode : modes) {
    const bool corners = std::string_view(mode).find("linear") != std::string_view::npos || mode[0] == 'b';
    for (const bool align : corners ? std::vector<bool>{false, true} : std::vector<bool>{false}) {
      const Value aligned = corners ? Value(align) : Value(none);
      out.push_back({D(dims, 5), none, mode, aligned, none, antialias});
      out.push_back({none, Factors(dims, 0.7), mode, aligned, none, antialias});
      out.push_back({none, Factors(dims, 1.7), mode, aligned, true, antialias});
    }
  }
  return out;
}

}  // namespace

OP_FAMILY(functional_shape) {
  const auto shuffled = [](const D& shape, const D& more, const D& large) {
    Tensor special = t(shape);
    special.view({-1})[1] = kNaN;
    special.view({-1})[2] = kInf;
    return Samples{{t(shape)},        {t(more)}, {t(shape, kFloat32)}, {t(shape, kInt64)}, {t(shape, kBool)},
                   rough({t(large)}), {t({})},   {t({3, 4})},          rough({special}),   {t({0, 4, 6, 4})},
                   {t({2, 3, 5, 7})}};
  };
  const auto images = [](std::initializer_list<Int> spatial, std::initializer_list<Int> large) {
    const auto sizes = [](Int a, Int b, std::initializer_list<Int> rest) {
      D out{a, b};
      out.insert(out.end(), rest.begin(), rest.end());
      return out;
    };
    Tensor special = t(sizes(1, 1, spatial));
    special.view({-1})[1] = kNaN;
    special.view({-1})[3] = kInf;
    return Samples{{t(sizes(1, 1, spatial))},
                   {t(sizes(1, 2, spatial), kFloat32)},
                   {t(sizes(0, 2, spatial))},
                   {t(sizes(1, 1, spatial), kInt64)},
                   {t(sizes(1, 1, spatial), kBool)},
                   rough({t(sizes(5, 7, large))}),
                   rough({special}),
                   {t({})}};
  };
  const Samples flat = images({4, 3}, {13, 9});
  const Samples columns{{t({2, 8, 6})},           {t({8, 6})},
                        {t({1, 4, 6}, kFloat32)}, {t({0, 8, 6})},
                        {t({2, 8, 6}, kInt64)},   {t({})},
                        {t({2, 8, 6}, kBool)},    rough({t({31, 8, 6})}),
                        {t({2, 7, 6})},           rough({where(t({1, 4, 6}) > 1.5, kNaN, 1.)})};
  const Range beyond{-1.9, 1.9};
  const Samples sampled{{t({1, 2, 4, 3}), t({1, 2, 3, 2}, beyond, 2)},
                        {t({1, 2, 4, 3}, kFloat32), t({1, 2, 3, 2}, kFloat32, 2, beyond)},
                        {t({0, 2, 4, 3}), t({0, 2, 3, 2})},
                        {t({2, 3, 17, 11}), t({2, 13, 19, 2}, beyond, 2)},
                        {t({1, 1, 2, 3, 2}), t({1, 2, 2, 1, 3}, beyond, 2)},
                        {where(t({1, 1, 3, 3}) > 1, kNaN, t({1, 1, 3, 3})), t({1, 2, 2, 2}, Range{-0.4, 0.4}, 2)},
                        {t({1, 2, 4, 3}), t({1, 2, 3, 2}, kFloat32)},
                        {t({1, 2, 4, 3}, kInt64), t({1, 2, 3, 2}, kInt64)},
                        {t({1, 2, 4, 3}, kBool), t({1, 2, 3, 2}, kBool)},
                        {t({1, 2, 4, 3}), t({2, 2, 3, 2})}};
  const auto empty_differs = [](Samples samples, Compared agrees) {
    return differ_where([](const Sample& s) { return s.in[0].get<Tensor>().numel() == 0 && s.in[1].get<Int>() > 1; },
                        std::move(samples), "Images of an empty batch", agrees);
  };
  const char* images_only = "takes images";
  return {
      row(
          "pixel_shuffle", [](T x, Int r) { return F::pixel_shuffle(x, r); },
          empty_differs(with(shuffled({1, 4, 2, 3}, {8, 1, 2}, {5, 8, 7, 9}), {{2}, {1}, {0}}), Compared::Values)),
      row(
          "pixel_unshuffle", [](T x, Int r) { return F::pixel_unshuffle(x, r); },
          empty_differs(with(shuffled({1, 2, 4, 6}, {2, 2, 4}, {5, 3, 14, 18}), {{2}, {1}, {0}}), Compared::Nothing)),
      row(
          "channel_shuffle", [](T x, Int groups) { return F::channel_shuffle(x, groups); },
          differ_where(
              [](const Sample& s) {
                const Tensor& x = s.in[0].get<Tensor>();
                const Int groups = s.in[1].get<Int>();
                return x.is_floating_point() && x.dim() > 2 && x.numel() > 0 && groups > 0 && x.size(1) % groups == 0;
              },
              with(shuffled({1, 6, 2, 3}, {2, 6, 2}, {5, 12, 7, 9}), {{2}, {3}, {1}, {0}}),
              "Derivatives that PyTorch lacks", Compared::Values)),
      row(
          "interpolate",
          [](T x, std::optional<IntArrayRef> size, std::optional<std::vector<double>> factors, const std::string& mode,
             std::optional<bool> align, std::optional<bool> recompute, bool antialias) {
            F::InterpolateFuncOptions o;
            if (size) o.size(std::vector<Int>(size->begin(), size->end()));
            o.scale_factor(std::move(factors)).mode(mode).align_corners(align);
            return F::interpolate(x, o.recompute_scale_factor(recompute).antialias(antialias));
          },
          with(images({5}, {31}), resized(1, {"nearest", "nearest-exact", "area", "linear"})) +
              with(flat, resized(2, {"nearest", "nearest-exact", "area", "bilinear", "bicubic"})) +
              with(flat, resized(2, {"bilinear", "bicubic"}, true)) +
              with(images({3, 2, 2}, {4, 5, 3}), resized(3, {"nearest", "nearest-exact", "area", "trilinear"})) +
              with({{t({1, 1, 4, 3})}}, {{D{5, 5}, std::vector<double>{2, 2}, "nearest"},
                                         {none, none, "nearest"},
                                         {D{5, 5}, none, "nearest", true},
                                         {D{5, 5}, none, "nearest", none, true},
                                         {D{5, 5}, none, "nearest", none, none, true},
                                         {D{5, 5, 5}, none, "nearest"},
                                         {D{5}, none, "linear"},
                                         {D{5}, none, "trilinear"}}))
          .words(kInner, {"\"upsample_", "Input and output must", "It is expected output_size"}),
      row(
          "grid_sample",
          [](T x, T grid, const std::string& mode, const std::string& border, bool align) {
            return F::grid_sample(x, grid,
                                  F::GridSampleFuncOptions().mode(mode).padding_mode(border).align_corners(align));
          },
          with(sampled,
               {{"bilinear", "zeros", false}, {"nearest", "border", true}, {"bilinear", "reflection", false}}) +
              with({sampled[0], sampled[1]}, {{"bicubic", "zeros", true}}))
          .constants({0, 1})  // its derivatives stand with grid_sampler_2d and grid_sampler_3d
          .in_any_layout()
          .without(kZeroDim, images_only),
      row(
          "affine_grid", [](T theta, IntArrayRef size, bool align) { return F::affine_grid(theta, size, align); },
          with({{t({2, 2, 3})},
                {t({2, 2, 3}, kFloat32)},
                {t({2, 2, 3}, kInt64)},
                {t({2, 2, 3}, kBool)},
                {t({})},
                {t({2, 3, 3})},
                rough({where(t({2, 2, 3}) > 1, kNaN, t({2, 2, 3}))})},
               {{D{2, 1, 3, 2}, false}, {D{2, 1, 1, 3}, true}, {D{2, 1, 0, 3}, false}}) +
              Samples{{t({2, 3, 4}), D{2, 1, 2, 3, 2}, true}, {t({1, 2, 3}), D{1, 3, 2}, true}})
          .words(kInner, {"Expected theta to have floating point type, but got long", "Expected a batch",
                          "Expected non-zero", "affine_grid only"})
          .in_any_layout()
          .without(kEmpty | kBig, "makes a grid of any size from a few numbers"),
      row(
          "unfold.patches",
          [](T x, IntArrayRef k, IntArrayRef d, IntArrayRef p, IntArrayRef s) {
            return F::unfold(x, F::UnfoldFuncOptions(k).dilation(d).padding(p).stride(s));
          },
          with(flat, {{D{2, 2}, D{1, 1}, D{0, 0}, D{1, 1}}, {D{3, 2}, D{1, 2}, D{1, 0}, D{2, 1}}}))
          .as("F.unfold")
          .words(kInner, {"Input Error"}),
      row(
          "fold",
          [](T x, IntArrayRef o, IntArrayRef k, IntArrayRef d, IntArrayRef p, IntArrayRef s) {
            return F::fold(x, F::FoldFuncOptions(o, k).dilation(d).padding(p).stride(s));
          },
          with(columns, {{D{3, 4}, D{2, 2}, D{1, 1}, D{0, 0}, D{1, 1}}}) +
              Samples{{t({1, 6, 8}), D{5, 4}, D{3, 2}, D{1, 2}, D{1, 1}, D{2, 1}}})
          .words(kInner, {"Input Error"}),
  };
}

}  // namespace xgrad::op_table
