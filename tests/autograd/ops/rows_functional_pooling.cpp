#include <xgrad/nn/functional.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

namespace F = nn::functional;
using Int = std::int64_t;
using List = std::optional<IntArrayRef>;

namespace {

template <class Options>
Options lp(double p, IntArrayRef kernel, const List& stride, bool ceil) {
  Options o(p, kernel);
  if (stride) o.stride(*stride);
  return o.ceil_mode(ceil);
}

template <class Options>
Options unpooling(IntArrayRef kernel, const List& stride, const List& padding, const List& size) {
  Options o(kernel);
  if (stride) o.stride(*stride);
  if (padding) o.padding(*padding);
  if (size) o.output_size(std::vector<Int>(size->begin(), size->end()));
  return o;
}

/// What max pooling of windows of two made, and where it took it.
Samples pooled(std::size_t dims) {
  const auto sizes = [&](std::initializer_list<Int> outer, Int side) {
    D out(outer);
    out.resize(out.size() + dims, side);
    return out;
  };
  const auto maxima = [&](const Tensor& x) {
    const D two(dims, 2);
    const auto both = dims == 1   ? max_pool1d_with_indices(x, two)
                      : dims == 2 ? max_pool2d_with_indices(x, two)
                                  : max_pool3d_with_indices(x, two);
    return Sample{both.values().clone(), both.indices().clone()};
  };
  Samples out{maxima(t(sizes({1, 2}, 4))), maxima(t(sizes({3}, 4))), maxima(t(sizes({1, 2}, 4), kFloat32)),
              maxima(t(sizes({0, 2}, 4))), rough(maxima(t(sizes({dims == 3 ? 13 : 20, 17}, dims == 1 ? 40 : 8))))};
  const Tensor some = out[0].in[0].get<Tensor>(), places = out[0].in[1].get<Tensor>();
  Tensor special = some.clone();
  special.view({-1})[0] = kNaN;
  special.view({-1})[1] = kInf;
  out.push_back(rough({special, places}));
  for (const ScalarType d : {kInt64, kBool}) out.push_back({some.to(d), places});
  for (const Sample& wrong : {Sample{some, places.to(kInt32)}, Sample{some, places + 1000},
                              Sample{t({}), t({}, kInt64)}, Sample{some, places.select(0, 0)}})
    out.push_back(wrong);
  return out;
}

}  // namespace

#define UNPOOL(N)                                                                                  \
  row(                                                                                             \
      "max_unpool" #N "d.windows",                                                                 \
      [](T x, T i, IntArrayRef k, List s, List p, List size) {                                     \
        return F::max_unpool##N##d(x, i, unpooling<F::MaxUnpool##N##dFuncOptions>(k, s, p, size)); \
      },                                                                                           \
      with(pooled(N), {{D(N, 2)}, {D(N, 2), D(N, 2), D(N, 0), D(N, 5)}}) +                         \
          with({pooled(N)[0]}, {{D(N, 2), none, none, D(N, 9)},                                    \
                                {D(N, 2), none, none, D(7, 4)},                                    \
                                {D(N, 3), D(N, 2)},                                                \
                                {D(N, 3), D(N, 2), D(N, 1), D(N, 4)}}))                            \
      .as(N == 1 ? "max_unpool1d" : "F.max_unpool" #N "d")                                         \
      .without(kBroadcast, "is refused")

OP_FAMILY(functional_pooling) {
  const auto images = [](std::initializer_list<Int> small, std::initializer_list<Int> large) {
    const Range positive{0.3, 2};  // roots of negative sums are no numbers
    const auto sizes = [](Int a, Int b, const D& rest) {
      D out{a, b};
      out.insert(out.end(), rest.begin(), rest.end());
      return out;
    };
    const Tensor x = t(sizes(1, 2, small), positive);
    Tensor special = x.clone();
    special.view({-1})[0] = kNaN;
    special.view({-1})[3] = kInf;
    return Samples{{x},
                   {x.select(0, 0)},
                   {x.to(kFloat32)},
                   {t(sizes(0, 2, small))},
                   {t(sizes(1, 2, small), kInt64)},
                   {t(sizes(1, 2, small), kBool)},
                   {t({})},
                   {t({5})},
                   rough({t(sizes(1, 1, small))}),
                   rough({zeros(sizes(1, 1, small), kFloat64)}),
                   rough({t(sizes(5, 7, large), positive)}),
                   rough({special})};
  };
  return {
      row(
          "lp_pool1d",
          [](T x, double p, IntArrayRef k, List s, bool c) {
            return F::lp_pool1d(x, lp<F::LPPool1dFuncOptions>(p, k, s, c));
          },
          with(images({6}, {41}), {{2.0, D{2}}, {3.0, D{3}, D{2}}, {1.5, D{3}, D{2}, true}, {1.0, D{2}}})),
      row(
          "lp_pool2d",
          [](T x, double p, IntArrayRef k, List s, bool c) {
            return F::lp_pool2d(x, lp<F::LPPool2dFuncOptions>(p, k, s, c));
          },
          with(images({4, 5}, {13, 9}), {{2.0, D{2, 2}}, {3.0, D{3, 2}, D{2, 1}}, {1.5, D{3, 2}, D{2, 2}, true}}))
          .words(kInner, {"Dimension"}),
      UNPOOL(1).words(kInner, {"Found an invalid", "Dimension specified", "invalid output_size",
                               "output_size should be", "Expected shape of indices"}),
      UNPOOL(2).words(kInner,
                      {"Found an invalid", "Dimension specified", "invalid output_size", "output_size should be"}),
      UNPOOL(3).words(kInner, {"Found an invalid", "Dimension specified", "invalid output_size",
                               "output_size should be", "elements in indices"}),
  };
}

}  // namespace xgrad::op_table
