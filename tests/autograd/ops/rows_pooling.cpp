#include <xgrad/autograd/ops/pooling.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using List = std::optional<IntArrayRef>;

/// The list, or 0 or 1 for all dimensions.
static IntArrayRef given_or(const List& list, std::size_t otherwise) {
  static constexpr Int kNumbers[] = {0, 1};
  return list ? *list : IntArrayRef(kNumbers[otherwise]);
}

/// Tensors that pooling of this many dimensions takes, and some that it does not.
static Samples tensors(std::size_t dims) {
  Tensor special = t(sizes_of({1, 1}, {6, 5, 4}, dims));
  Tensor flat = special.view({-1});
  flat[1] = kNaN;
  flat[3] = kInf;
  flat[4] = -kInf;
  return {{t(sizes_of({1, 1}, {5, 4, 3}, dims))},  // small enough for numeric slopes in three dimensions
          {t(sizes_of({2, 3}, {6, 5, 4}, dims))},
          {t(sizes_of({2}, {6, 5, 4}, dims))},
          {t(sizes_of({0, 3}, {6, 5, 4}, dims))},
          {t(sizes_of({1, 2}, {6, 5, 4}, dims), kFloat32)},
          {t(sizes_of({1, 2}, {6, 5, 4}, dims), kBool)},
          {t({})},
          {t({5})},
          {t(sizes_of({2, 0}, {6, 5, 4}, dims))},
          rough({t(sizes_of({5, 7}, {30, 9, 8}, dims))}),
          rough({special})};
}

static Samples integers(std::size_t dims) { return {{t(sizes_of({1, 2}, {6, 5, 4}, dims), kInt64)}}; }

#define MAX_POOL(N, NAME)                                                                                  \
  row(                                                                                                     \
      #NAME,                                                                                               \
      [](T x, IntArrayRef k, List s, List p, List d, bool c) {                                             \
        return NAME(x, k, s.value_or(IntArrayRef()), given_or(p, 0), given_or(d, 1), c);                   \
      },                                                                                                   \
      with(tensors(N) + integers(N),                                                                       \
           {{D{2}}, {D{3}, D{2}, D{1}}, {D{2}, D{2}, D{1}, D{2}, true}, {D{3}, D{2}, D{0}, D{1}, true}}) + \
          with({{t(sizes_of({2, 3}, {6, 5, 4}, N))}}, {{D{2}, D{1}, D{2}}, {D{9}}, {D{2}, D{0}}, {D{2, 2, 2, 2}}}))
#define AVG_POOL(N)                                                                                           \
  with(tensors(N), {{D{2}}, {D{3}, D{2}, D{1}}, {D{3}, D{2}, D{1}, true, false}, {D{3}, D{2}, D{1}, true}}) + \
      with({{t(sizes_of({2, 3}, {6, 5, 4}, N))}}, {{D{2}, D{1}, D{2}}, {D{9}}, {D{2, 2, 2, 2}}})
/// Of no channels, PyTorch's averages have no derivative, unless they are means.
static Samples no_channels(Samples samples) {
  const auto holds = [](const Sample& s) {
    const Tensor& x = s.in[0].get<Tensor>();
    return x.dim() > 1 && x.size(1) == 0 && s.in[1].get<D>()[0] > 1;
  };
  return differ_where(holds, std::move(samples), "Derivatives of empty tensors", Compared::Values);
}

#define ADAPTIVE(N, NAME, APART)                                                 \
  row(                                                                           \
      #NAME, [](T x, IntArrayRef o) { return NAME(x, o); },                      \
      APART(with(tensors(N) + integers(N), {{D(N, 2)}, {D(N, 3)}, {D(N, 1)}})) + \
          Samples{{t(sizes_of({2, 3}, {6, 5, 4}, N)), D{1, 1, 1, 1}}, {t(sizes_of({2, 3}, {6, 5, 4}, N)), D(N, -1)}})

OP_FAMILY(pooling) {
  const char* refused = "PyTorch averages integers, with truncation";
  const Samples divided = with({{t({2, 3, 6, 5})}, {t({2, 3, 6, 5, 4})}}, {{D{2}, D{2}, D{1}, false, true, 3}});
  const Tensor places = m({{0, 5, 7}, {3, 1, 8}}, kInt64).view({1, 2, 1, 3});
  return {
      MAX_POOL(1, max_pool1d),
      MAX_POOL(2, max_pool2d),
      MAX_POOL(3, max_pool3d).words(kInner, {"max_pool3d_with_indices_out_cpu_template(): Expected input's non-batch"}),
      MAX_POOL(1, max_pool1d_with_indices)
          .words(kInner, {"\"max_pool2d\" not implemented for 'Bool'", "Expected 3D or",
                          "\"max_pool2d\" not implemented for 'Long'"}),
      MAX_POOL(2, max_pool2d_with_indices),
      MAX_POOL(3, max_pool3d_with_indices)
          .words(kInner, {"max_pool3d_with_indices_out_cpu_template(): Expected input's non-batch"}),
      row(
          "avg_pool1d",
          [](T x, IntArrayRef k, List s, List p, bool c, std::optional<bool> i) {
            return avg_pool1d(x, k, s.value_or(IntArrayRef()), given_or(p, 0), c, i.value_or(true));
          },
          AVG_POOL(1))
          .words(kInner, {"Expected 3D or"})
          .without(kIntegers, refused),
      row(
          "avg_pool2d",
          [](T x, IntArrayRef k, List s, List p, bool c, std::optional<bool> i, std::optional<Int> d) {
            return avg_pool2d(x, k, s.value_or(IntArrayRef()), given_or(p, 0), c, i.value_or(true), d);
          },
          AVG_POOL(2) + Samples{divided[0], {t({2, 3, 6, 5}), D{2}, D{2}, D{0}, false, true, 0}})
          .words(kSooner, {"Dimension specified as -", "Dimension out of range (expected to be in range of"})
          .without(kIntegers, refused),
      row(
          "avg_pool3d",
          [](T x, IntArrayRef k, List s, List p, bool c, std::optional<bool> i, std::optional<Int> d) {
            return avg_pool3d(x, k, s.value_or(IntArrayRef()), given_or(p, 0), c, i.value_or(true), d);
          },
          AVG_POOL(3) + Samples{divided[1]})
          .without(kIntegers, refused),
      ADAPTIVE(1, adaptive_avg_pool1d, no_channels)
          .words(kInner,
                 {"mean(): could not infer output dtype. Input dtype must be either a", "adaptive_avg_pool2d:"}),
      ADAPTIVE(2, adaptive_avg_pool2d, no_channels)
          .words(kInner, {"mean(): could not infer output dtype. Input dtype must be either a"})
          .words(kSooner, {"Dimension out of range (expected to be in range of"}),
      ADAPTIVE(3, adaptive_avg_pool3d, )
          .words(kInner, {"mean(): could not infer output dtype. Input dtype must be either a", "adaptive_avg_pool2d:"})
          .words(kSooner, {"Dimension out of range (expected to be in range of"}),
      ADAPTIVE(1, adaptive_max_pool1d, )
          .words(kInner, {"adaptive_max_pool2d"})
          .words(kSooner, {"Trying to create tensor with negative dimension -"}),
      ADAPTIVE(2, adaptive_max_pool2d, ).words(kSooner, {"Trying to create tensor with negative dimension -"}),
      ADAPTIVE(3, adaptive_max_pool3d, ).words(kSooner, {"Trying to create tensor with negative dimension -"}),
      row(
          "max_unpool2d", [](T x, T i, IntArrayRef o) { return max_unpool2d(x, i, o); },
          Samples{{t({1, 2, 1, 3}), places, D{3, 3}},
                  {t({1, 2, 1, 3}, kFloat32), places, D{3, 4}},
                  {t({2, 1, 3}), places.view({2, 1, 3}), D{3, 3}},
                  {t({1, 2, 3}), places.view({1, 2, 3}), D{3, 4}},
                  {t({0, 2, 1, 3}), t({0, 2, 1, 3}, kInt64), D{3, 3}},
                  {t({1, 2, 1, 3}), places, D{2, 2}},
                  {t({1, 2, 1, 3}), places, D{2}},
                  {t({2, 3}), places, D{3, 3}},
                  {t({}), places, D{3, 3}},
                  {t({1, 2, 1, 3}, kInt64), places, D{3, 3}},
                  {t({1, 2, 1, 3}, kBool), places, D{3, 3}},
                  rough({v({1, kNaN, kInf}).view({1, 1, 1, 3}), v({2, 0, 1}, kInt64).view({1, 1, 1, 3}), D{2, 2}}),
                  {t({10, 10, 1, 11}), v({2, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10}, kInt64).expand({10, 10, 1, 11}).clone(),
                   D{3, 4}}})
          .words(kSooner, {"Found an invalid max index:"})
          .without(kBroadcast, "is refused"),
  };
}

}  // namespace xgrad::op_table
