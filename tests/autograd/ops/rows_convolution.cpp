#include <xgrad/autograd/ops/convolution.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;
using List = std::optional<IntArrayRef>;

/// The list, or 0 or 1 for all dimensions.
static IntArrayRef given_or(const List& list, std::size_t otherwise) {
  static constexpr Int kNumbers[] = {0, 1};
  return list ? *list : IntArrayRef(kNumbers[otherwise]);
}

/// The shape with `n` as each of so many last sizes.
static D shape(Int first, Int second, std::initializer_list<Int> rest, std::size_t dims) {
  D out{first, second};
  out.insert(out.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(dims));
  return out;
}
static D unbatched(D sizes) { return sizes.erase(sizes.begin()), sizes; }

static Samples conv_samples(std::size_t dims) {
  const auto x = [&](Int n, Int c) { return shape(n, c, {6, 5, 4}, dims); };
  const auto w = [&](Int o, Int c) { return shape(o, c, {3, 2, 2}, dims); };
  const D one(dims, 1), none0(dims, 0);
  return {
      {t(shape(1, 1, {3, 2, 2}, dims)), t(shape(1, 1, {2, 1, 2}, dims), kFloat64, 2), t({1})},
      {t(x(2, 3)), t(w(4, 3), kFloat64, 2), t({4})},
      {t(x(1, 2)), t(w(3, 2), kFloat64, 2), none, D(dims, 2), D(dims, 1)},
      {t(x(2, 4)), t(w(4, 2), kFloat64, 2), t({4}), D{1}, D{1}, D{2}, 2},
      {t(x(2, 3)), t(w(3, 1), kFloat64, 2), none, D{2}, D{0}, D{1}, 3},
      {t(x(2, 3)), t(shape(5, 3, {1, 1, 1}, dims), kFloat64, 2), t({5})},
      {t(unbatched(x(1, 2))), t(w(3, 2), kFloat64, 2), t({3})},
      {t(x(0, 3)), t(w(4, 3), kFloat64, 2), t({4})},
      {t(x(2, 3), kFloat32), t(w(4, 3), kFloat32, 2), t({4}, kFloat32)},
      {t(x(1, 2), kBool), t(w(3, 2), kBool), none},
      {t(x(2, 3)), t(w(4, 2)), none},
      {t(x(2, 3)), t(w(4, 3)), t({3})},
      {t(x(2, 3)), t(w(4, 3)), none, D{0}},
      {t(x(2, 3)), t(w(4, 3)), none, D{1}, D{-1}},
      {t(x(2, 3)), t(w(4, 3)), none, D{1}, D{0}, D{0}},
      {t(x(2, 3)), t(w(4, 3)), none, D{1}, D{0}, D{1}, 0},
      {t(x(2, 3)), t(w(4, 3)), none, D{1}, D{0}, D{9}},
      {t(x(2, 4)), t(w(3, 2)), none, D{1}, D{0}, D{1}, 2},
      {t(x(2, 3)), t(w(4, 3), kFloat32), none},
      {t({}), t(w(4, 3)), none},
      rough({t(shape(dims == 1 ? 30 : 3, 4, {17, 9, 8}, dims), kFloat64), t(w(5, 4), kFloat64, 2), t({5})}),
      // floats with lines that vectors go along
      rough({t(shape(2, 3, {13, 12, 11}, dims), kFloat32), t(w(7, 3), kFloat32, 2), t({7}, kFloat32), D{1}, D{1}}),
      rough({t(shape(2, 4, {27, 7, 19}, dims), kFloat32), t(w(6, 2), kFloat32, 2), none, D{1}, D{0}, D{2}, 2}),
      rough({v({1, kNaN, kInf, -kInf, 2, 3, 4, 5, 6, 7, 8, 9})
                 .view(shape(1, 1, {3, 2, 2}, dims).size() == 3 ? D{1, 1, 12}
                       : dims == 2                              ? D{1, 1, 4, 3}
                                                                : D{1, 1, 3, 2, 2}),
             t(w(1, 1)), none}),
  };
}

static Samples named_samples(std::size_t dims) {
  const auto x = [&](Int n, Int c) { return shape(n, c, {6, 5, 4}, dims); };
  const auto w = [&](Int o, Int c) { return shape(o, c, {3, 2, 2}, dims); };
  return with(
      {{t(shape(1, 1, {3, 2, 2}, dims)), t(shape(1, 1, {2, 1, 2}, dims), kFloat64, 2), t({1}), D{1}},
       {t(x(2, 3)), t(w(4, 3), kFloat64, 2), t({4}), D{1}},
       {t(x(0, 3)), t(w(4, 3), kFloat64, 2), t({4}), D{1}},
       {t(x(1, 2), kFloat32), t(w(3, 2), kFloat32, 2), none, D{1}},
       {t(x(2, 3)), t(w(4, 3), kFloat32), none, D{1}},
       {t(x(1, 2), kBool), t(w(3, 2), kBool), none, D{1}},
       rough({t(shape(dims == 1 ? 30 : 3, 4, {17, 9, 8}, dims), kFloat64), t(w(5, 4), kFloat64, 2), t({5}), D{1}})},
      {{"same"}, {"valid"}, {"full"}, {"same", D{2}}});
}

static Samples transposed_samples(std::size_t dims) {
  const auto x = [&](Int n, Int c) { return shape(n, c, {4, 3, 3}, dims); };
  const auto w = [&](Int c, Int o) { return shape(c, o, {3, 2, 2}, dims); };
  return {
      {t(shape(1, 1, {2, 2, 1}, dims)), t(shape(1, 1, {2, 1, 2}, dims), kFloat64, 2), t({1})},
      {t(x(2, 3)), t(w(3, 4), kFloat64, 2), t({4})},
      {t(x(1, 2)), t(w(2, 3), kFloat64, 2), none, D(dims, 2), D(dims, 1), D(dims, 1)},
      {t(x(2, 4)), t(w(4, 2), kFloat64, 2), t({4}), D{2}, D{1}, D{0}, 2, D{2}},
      {t(x(1, 2)), t(shape(2, 3, {1, 1, 1}, dims), kFloat64, 2), t({3})},
      {t(unbatched(x(1, 2))), t(w(2, 3), kFloat64, 2), t({3})},
      {t(x(0, 3)), t(w(3, 4), kFloat64, 2), t({4})},
      {t(x(2, 3), kFloat32), t(w(3, 4), kFloat32, 2), t({4}, kFloat32)},
      {t(x(1, 2), kBool), t(w(2, 3), kBool), none},
      {t(x(2, 3)), t(w(2, 4)), none},
      {t(x(2, 3)), t(w(3, 4)), t({3})},
      {t(x(2, 3)), t(w(3, 4)), none, D{1}, D{0}, D{1}},
      {t(x(2, 3)), t(w(3, 4)), none, D{1}, D{5}},
      {t(x(2, 3)), t(w(3, 4), kFloat32), none},
      {t({}), t(w(3, 4)), none},
      rough({t(shape(dims == 1 ? 30 : 3, 4, {17, 9, 8}, dims), kFloat64), t(w(4, 5), kFloat64, 2), t({5})}),
      rough({t(shape(2, 3, {13, 12, 11}, dims), kFloat32), t(w(3, 7), kFloat32, 2), t({7}, kFloat32), D{1}, D{1}}),
      rough({v({1, kNaN, kInf, -kInf})
                 .view(dims == 1   ? D{1, 1, 4}
                       : dims == 2 ? D{1, 1, 2, 2}
                                   : D{1, 1, 1, 2, 2}),
             t(w(1, 1)), none}),
  };
}

#define CONV(N)                                                                                    \
  row(                                                                                             \
      "conv" #N "d",                                                                               \
      [](T x, T w, T b, List s, List p, List d, std::optional<Int> g) {                            \
        return conv##N##d(x, w, b, given_or(s, 1), given_or(p, 0), given_or(d, 1), g.value_or(1)); \
      },                                                                                           \
      conv_samples(N))                                                                             \
      .of_magnitudes()                                                                             \
      .without(kIntegers, "integers are tested in tests/autograd/ops/convolution_test.cpp")
#define CONV_NAMED(N)                                                  \
  row(                                                                 \
      "conv" #N "d.padding",                                           \
      [](T x, T w, T b, IntArrayRef s, const std::string& p, List d) { \
        return conv##N##d(x, w, b, s, p, given_or(d, 1));              \
      },                                                               \
      named_samples(N))                                                \
      .of_magnitudes()                                                 \
      .without(kIntegers | kSpecial | kZeroDim, "as conv" #N "d")
#define TRANSPOSED(N)                                                                                       \
  row(                                                                                                      \
      "conv_transpose" #N "d",                                                                              \
      [](T x, T w, T b, List s, List p, List o, std::optional<Int> g, List d) {                             \
        return conv_transpose##N##d(x, w, b, given_or(s, 1), given_or(p, 0), given_or(o, 0), g.value_or(1), \
                                    given_or(d, 1));                                                        \
      },                                                                                                    \
      transposed_samples(N))                                                                                \
      .of_magnitudes()                                                                                      \
      .without(kIntegers, "integers are tested in tests/autograd/ops/convolution_test.cpp")

OP_FAMILY(convolution) {
  return {CONV(1),       CONV(2),       CONV(3),       CONV_NAMED(1), CONV_NAMED(2),
          CONV_NAMED(3), TRANSPOSED(1), TRANSPOSED(2), TRANSPOSED(3)};
}

}  // namespace xgrad::op_table
