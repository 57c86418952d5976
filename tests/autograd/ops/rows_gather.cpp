#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// Places 0 … n−1 in a scrambled order, in a shape of this many elements; n is no multiple of 7.
static Tensor places(const D& shape, Int n, Int step = 7) {
  Int count = 1;
  for (const Int s : shape) count *= s;
  Tensor out = empty({count}, kInt64);
  for (Int i = 0; i < count; ++i) out.data_ptr<Int>()[i] = i * step % n;
  return out.view(shape);
}

/// With a number of the first tensor's dtype, as a tensor, at the end.
static Samples with_value(Samples samples) {
  for (Sample& s : samples) s.in.push_back(tensor(2.5, kFloat64).to(s.in[0].get<Tensor>().dtype()));
  return samples;
}

OP_FAMILY(gather) {
  const auto index = [](std::initializer_list<double> values) { return v(values, kInt64); };
  const char* unused = "Scatters that leave something out";
  const Samples gathers{{t({3, 4}), 1, m({{0, 3, 3}, {1, 0, 2}}).to(kInt64)},
                        {t({3, 4}), 0, m({{2, 1, 0, 1}}).to(kInt64)},
                        {t({5}), -1, index({4, 0, 0})},
                        {t({5}, kFloat32), 0, index({4, 0, 1})},
                        {t({5}, kInt32), 0, index({4, 0, 1})},
                        {t({5}, kBool), 0, index({4, 0, 1})},
                        {t({2, 3, 2}), 1, places({2, 2, 2}, 3)},
                        {t({}), 0, index({0, 0})},
                        {t({3}), 0, tensor(2, kInt64)},
                        {t({3}), 0, t({0}, kInt64)},
                        {t({3}), 0, index({3})},
                        {t({3}), 0, index({-1})},
                        {t({3}), 1, index({0})},
                        {t({3}), 0, v({0, 1})},
                        {t({3, 2}), 0, index({0})},
                        {t({2, 3}), 1, places({3, 1}, 3)},
                        rough({t({37, 41}), 1, places({37, 30}, 41)}),
                        rough({v({kNaN, kInf, 1}), 0, index({1, 0})})};
  const Samples scatters{{t({3, 4}), 1, m({{0, 3}, {1, 0}, {3, 2}}).to(kInt64), t({3, 2}, kFloat64, 2)},
                         {t({3, 4}), 0, m({{2, 1, 0, 1}}).to(kInt64), t({1, 4}, kFloat64, 2)},
                         {t({5}), -1, index({4, 0}), t({2}, kFloat64, 2)},
                         {t({5}, kFloat32), 0, index({4, 0}), t({2}, kFloat32, 2)},
                         {t({5}, kInt32), 0, index({4, 0}), t({2}, kInt32, 2)},
                         {t({5}, kBool), 0, index({4, 0}), t({2}, kBool, 2)},
                         {t({}), 0, tensor(0, kInt64), t({}, kFloat64, 2)},
                         differs({t({3}), 0, t({0}, kInt64), t({2})}, unused, Compared::Values),
                         {t({3}), 0, index({3}), t({1})},
                         {t({3}), 0, index({-1}), t({1})},
                         {t({3}), 1, index({0}), t({1})},
                         {t({3}), 0, v({0, 1}), t({2})},
                         {t({3}), 0, index({0, 1}), t({1})},
                         {t({3}), 0, index({0, 1}), t({2}, kFloat32)},
                         {t({3, 2}), 0, index({0}), t({1})},
                         differs({t({3}), 0, index({2, 0}), t({3}, kFloat64, 2)}, unused, Compared::Values),
                         rough({t({37, 41}), 1, places({37, 41}, 41), t({37, 41}, kFloat64, 2)}),
                         rough({v({kNaN, kInf, 1}), 0, index({1}), v({kNaN})})};
  const Samples selects{{t({3, 4}), 1, index({3, 0, 0})},
                        {t({3, 4}), 0, index({2})},
                        {t({2, 3, 2}), -2, v({2, 0}, kInt32)},
                        {t({5}, kFloat32), 0, index({4, 0, 1})},
                        {t({5}, kInt16), 0, index({4, 0, 1})},
                        {t({5}, kBool), 0, index({4, 0, 1})},
                        {t({}), 0, index({0})},
                        {t({3}), 0, tensor(2, kInt64)},
                        {t({3, 2}), 0, t({0}, kInt64)},
                        {t({3}), 0, index({3})},
                        {t({3}), 0, index({-1})},
                        {t({3}), 1, index({0})},
                        {t({3}), 0, v({0, 1})},
                        {t({3}), 0, places({2, 1}, 3)},
                        differs({t({}), 0, index({0, 0})}, "Rows of a number"),
                        rough({t({37, 41}), 1, places({60}, 41)}),
                        rough({t({37, 41}), 0, places({60}, 37)}),
                        rough({v({kNaN, kInf, 1}), 0, index({1, 0})})};
  const Samples adds{{t({3, 4}), 1, index({3, 0, 0}), t({3, 3}, kFloat64, 2)},
                     {t({3, 4}), 0, index({2}), t({1, 4}, kFloat64, 2)},
                     {t({2, 3, 2}), -2, v({2, 0}, kInt32), t({2, 2, 2}, kFloat64, 2)},
                     {t({5}, kFloat32), 0, index({4, 0}), t({2}, kFloat32, 2)},
                     {t({5}, kInt16), 0, index({4, 0}), t({2}, kInt16, 2)},
                     {t({5}, kBool), 0, index({4, 0}), t({2}, kBool, 2)},
                     {t({}), 0, index({0}), t({}, kFloat64, 2)},
                     {t({3, 2}), 0, t({0}, kInt64), t({0, 2})},
                     {t({3}), 0, index({3}), t({1})},
                     {t({3}), 1, index({0}), t({1})},
                     {t({3}), 0, v({0, 1}), t({2})},
                     {t({3}), 0, index({0, 1}), t({3})},
                     {t({3}), 0, index({0, 1}), t({2}, kFloat32)},
                     {t({3, 2}), 0, index({0}), t({1, 3})},
                     rough({t({37, 41}), 1, places({60}, 41), t({37, 60}, kFloat64, 2)}),
                     rough({v({kNaN, kInf, 1}), 0, index({1, 0}), v({kNaN, 1})})};
  const Samples masks{{t({2, 3}), t({2, 3}, kBool)},
                      {t({2, 3}), t({3}, kBool)},
                      {t({3}), t({2, 3}, kBool)},
                      {t({3}), t({2}, kBool)},
                      {turned(t({2, 3})), t({3}, kBool)},
                      {t({2, 3}), turned(t({2, 3}, kBool))},
                      {t({}), t({}, kBool)},
                      {t({0}), t({0}, kBool)},
                      {t({3}, kFloat32), t({3}, kBool)},
                      {t({3}, kInt64), t({3}, kBool)},
                      {t({3}, kBool), t({3}, kBool)},
                      {t({3}), t({3}, kInt64)},
                      {t({3}), v({0, 1, 1}, kUInt8)},
                      {t({3}), v({0, 1, 2}, kUInt8)},
                      {t({2, 3}, kInt64), v({1, 0, 1}, kInt32)},  // with floats PyTorch has no derivative
                      rough({t({37, 41}), t({37, 41}, kBool)}),
                      rough({v({kNaN, kInf, 1}), t({3}, kBool)})};
  const Samples copies{{t({3, 4}), 1, index({3, 0}), t({3, 2}, kFloat64, 2)},
                       {t({3, 4}), -2, index({2}), t({1, 4}, kFloat64, 2)},
                       {t({5}, kFloat32), 0, index({4, 0}), t({2}, kFloat32, 2)},
                       {t({5}, kInt16), 0, index({4, 0}), t({2}, kInt16, 2)},
                       {t({5}, kBool), 0, index({4, 0}), t({2}, kBool, 2)},
                       {t({}), 0, index({0}), t({}, kFloat64, 2)},
                       {t({5}), 0, index({1}), t({}, kFloat64, 2)},
                       {t({5}), 0, tensor(1, kInt64), t({1}, kFloat64, 2)},
                       {t({3, 2}), 0, t({0}, kInt64), t({0, 2})},
                       {t({3}), 0, index({3}), t({1})},
                       {t({3}), 0, index({-1}), t({1})},
                       {t({3}), 1, index({0}), t({1})},
                       {t({3}), 0, v({0, 1}), t({2})},
                       {t({3}), 0, index({0, 1}), t({3})},
                       {t({3}), 0, index({0, 1}), t({})},
                       {t({3}), 0, index({0, 1}), t({2}, kFloat32)},
                       {t({3, 2}), 0, index({0}), t({1, 3})},
                       {t({3, 2}), 0, index({0}), t({1})},
                       rough({t({37, 41}), 1, places({40}, 41), t({37, 40}, kFloat64, 2)}),
                       rough({v({kNaN, kInf, 1}), 0, index({1, 0}), v({kNaN, 1})})};
  const Samples fills{{t({3, 4}), 1, index({3, 0, 0})},
                      {t({3, 4}), -2, index({2, -1})},
                      {t({5}, kFloat32), 0, index({4, 0})},
                      {t({5}, kInt16), 0, index({4, 0})},
                      {t({5}, kBool), 0, index({4, 0})},
                      {t({}), 0, index({0})},
                      {t({5}), 0, tensor(1, kInt64)},
                      {t({3, 2}), 0, t({0}, kInt64)},
                      {t({3}), 0, index({3})},
                      {t({3}), 0, index({-4})},
                      {t({3}), 1, index({0})},
                      {t({3}), 0, v({0, 1})},
                      {t({3}), 0, m({{0, 1}}).to(kInt64)},
                      rough({t({37, 41}), 1, places({30}, 41)}),
                      rough({v({kNaN, kInf, 1}), 0, index({1, 0})})};
  Samples single = fills;
  for (Sample& s : single) {
    if (!s.in[2].get<Tensor>().is_floating_point() && (s.in[2].get<Tensor>() == -1).any().item<bool>())
      s = differs(std::move(s), "Derivatives that PyTorch lacks", Compared::Values);
  }
  const Samples values = with(fills, {{2.5}, {3}});
  // What an integer cannot hold is refused, wherever it is put; −1 in uint8 is 255.
  const std::vector<Values> wide{{300}, {-1}, {-256}, {255.5}, {kNaN}};
  const Tensor bytes = t({3}, kUInt8), mask = v({1, 0, 1}, kBool);
  Samples scattered_numbers = with({{bytes, 0, index({0, 2})}}, wide) + Samples{{bytes, 0, index({}), 300}};
  for (const Sample& s : scatters) scattered_numbers.push_back(Sample(Values{s.in[0], s.in[1], s.in[2], 2.5}));
  for (Sample& s : scattered_numbers) s.rough = s.in[0].get<Tensor>().numel() > 64;
  const auto into = [](ScalarType d) {
    return Samples{{t({3, 4}, d), 1, m({{0, 3, 0}, {1, 0, 1}}).to(kInt64), t({2, 3}, d, 2)},
                   {t({4}, d), 0, v({1, 1, 3, 1, 2}, kInt64), t({5}, d, 3)}};
  };
  const Samples reduces = into(kFloat64) + into(kFloat32) + into(kInt32) + into(kInt64) +
                          Samples{{t({}), 0, tensor(0, kInt64), t({}, kFloat64, 2)},
                                  {t({3}), 0, index({3}), t({1})},
                                  {t({3}), 1, index({0}), t({1})},
                                  {t({3}), 0, index({0, 1}), t({2}, kFloat32)},
                                  rough({t({37, 41}), 1, places({37, 41}, 23), t({37, 41}, kFloat64, 2)}),
                                  rough({v({0, 0, 2}), 0, index({1, 0, 2, 2}), v({0, 3, 0, 1})}),
                                  rough({v({1, 2, 2}), 0, index({1, 0, 2, 2}), v({2, 3, 2, 2})}),
                                  rough({v({kNaN, kInf, 1}), 0, index({1, 0}), v({kNaN, 1})})};
  const Samples scatter_sources{{t({2, 3}), t({2, 3}, kBool), t({6}, kFloat64, 2)},
                                {t({2, 3}), t({3}, kBool), t({7}, kFloat64, 2)},
                                {t({3}), t({2, 3}, kBool), t({2, 3}, kFloat64, 2)},
                                {t({2, 3}), t({2, 3}, kBool), t({2}, kFloat64, 2)},
                                {t({}), t({}, kBool), t({}, kFloat64, 2)},
                                {t({0}), t({0}, kBool), t({0})},
                                {t({3}, kFloat32), t({3}, kBool), t({3}, kFloat32, 2)},
                                {t({3}, kInt64), t({3}, kBool), t({3}, kInt64, 2)},
                                {t({3}, kBool), t({3}, kBool), t({3}, kBool, 2)},
                                {t({3}), t({3}, kBool), t({3}, kFloat32)},
                                {t({3}), t({3}, kInt64), t({3})},
                                {t({3}), v({0, 1, 1}, kUInt8), t({3}, kFloat64, 2)},
                                {t({3}, kInt64), v({1, 0, 1}, kInt16), t({3}, kInt64, 2)},
                                rough({t({37, 41}), t({37, 41}, kBool), t({37, 41}, kFloat64, 2)}),
                                rough({v({kNaN, kInf, 1}), t({3}, kBool), v({1, kNaN, 2})})};
  const Samples takes{{t({3, 4}), index({11, 0, 5})},
                      {t({3, 4}), m({{-1, 2}, {2, -12}}).to(kInt64)},
                      {t({3, 4}).t(), index({1, 4})},
                      {t({5}, kFloat32), index({4, 0})},
                      {t({5}, kInt16), index({4, 0})},
                      {t({5}, kBool), index({4, 0})},
                      {t({}), index({0})},
                      {t({3}), tensor(2, kInt64)},
                      {t({3}), t({0}, kInt64)},
                      {t({0}), t({0}, kInt64)},
                      {t({0}), index({0})},
                      {t({3}), index({3})},
                      {t({3}), index({-4})},
                      {t({3}), v({0, 1})},
                      {t({3}), v({0, 1}, kInt32)},
                      rough({t({37, 41}), places({60}, 1500)}),
                      rough({v({kNaN, kInf, 1}), index({1, 0})})};
  const Samples puts{{t({3, 4}), index({11, 0, 5}), t({3}, kFloat64, 2)},
                     {t({3, 4}), m({{-1, 2}, {3, -12}}).to(kInt64), t({4}, kFloat64, 2)},
                     {t({5}, kFloat32), index({4, 0}), t({2}, kFloat32, 2)},
                     {t({5}, kInt16), index({4, 0}), t({2}, kInt16, 2)},
                     {t({5}, kBool), index({4, 0}), t({2}, kBool, 2)},
                     {t({}), index({0}), t({}, kFloat64, 2)},
                     {t({3}), t({0}, kInt64), t({0})},
                     {t({0}), t({0}, kInt64), t({0})},
                     {t({0}), index({0}), t({1})},
                     {t({3}), index({3}), t({1})},
                     {t({3}), v({0, 1}), t({2})},
                     {t({3}), index({0, 1}), t({3})},
                     {t({3}), index({0, 1}), t({2}, kFloat32)},
                     rough({t({37, 41}), places({60}, 1500), t({60}, kFloat64, 2)}),
                     rough({v({kNaN, kInf, 1}), index({1, 0}), v({kNaN, 1})})};
  const Samples along{{t({3, 4}), m({{2, 1, 0, 1}}).to(kInt64), 0},
                      {t({3, 4}), m({{2}, {1}, {0}}).to(kInt64), 1},
                      {t({1, 4}), m({{2}, {1}, {0}}).to(kInt64), -1},
                      {t({3, 4}), index({11, 0})},
                      {t({5}, kFloat32), index({4, 0}), 0},
                      {t({5}, kInt32), index({4, 0}), 0},
                      {t({5}, kBool), index({4, 0}), 0},
                      {t({}), tensor(0, kInt64), 0},
                      {t({3}), t({0}, kInt64), 0},
                      {t({3}), index({3}), 0},
                      {t({3, 4}), index({0}), 0},
                      {t({3}), v({0, 1}), 0},
                      {t({3, 4}), t({2, 2}, kInt64), 0},
                      rough({t({37, 41}), places({37, 30}, 41), 1}),
                      rough({v({kNaN, kInf, 1}), index({1, 0}), 0})};
  return {
      row(
          "gather", [](T x, Int d, T i) { return gather(x, d, i); }, gathers),
      row(
          "scatter", [](T x, Int d, T i, T y) { return scatter(x, d, i, y); },
          [](Tensor& x, Int d, T i, T y) { scatter_(x, d, i, y); }, scatters),
      row(
          "scatter_add", [](T x, Int d, T i, T y) { return scatter_add(x, d, i, y); },
          [](Tensor& x, Int d, T i, T y) { scatter_add_(x, d, i, y); }, scatters),
      row(
          "index_select", [](T x, Int d, T i) { return index_select(x, d, i); }, selects),
      row(
          "index_add", [](T x, Int d, T i, T y) { return index_add(x, d, i, y); },
          [](Tensor& x, Int d, T i, T y) { index_add_(x, d, i, y); }, adds)
          .words(kSooner, {"The size of tensor a"}),
      row(
          "masked_fill", [](T x, T m, Scalar y) { return masked_fill(x, m, y); },
          [](Tensor& x, T m, Scalar y) { masked_fill_(x, m, y); },
          with(masks, {{2.5}, {3}}) + with({{bytes, mask}}, wide)),
      row(
          "masked_fill.tensor", [](T x, T m, T y) { return x.masked_fill(m, y); },
          [](Tensor& x, T m, T y) { x.masked_fill_(m, y); },
          with_value(masks) + Samples{{t({3}), t({3}, kBool), t({1})},
                                      {bytes, mask, tensor(300)},
                                      {bytes, mask, tensor(-1)},
                                      {bytes, mask, tensor(-0.5)}}),
      row(
          "masked_scatter", [](T x, T m, T y) { return masked_scatter(x, m, y); },
          [](Tensor& x, T m, T y) { x.masked_scatter_(m, y); }, scatter_sources)
          .words(kTypes, {"expand(CPUBoolType"}),
      row(
          "index_add.alpha", [](T x, Int d, T i, T y, Scalar a) { return index_add(x, d, i, y, a); },
          [](Tensor& x, Int d, T i, T y, Scalar a) { x.index_add_(d, i, y, a); },
          with(adds, {{-1.5}, {2}}) +
              with({{t({3}, kUInt8), 0, index({2, 0}), t({2}, kUInt8)}, {t({3}, kUInt8), 0, index({}), t({0}, kUInt8)}},
                   {{300}, {-1}, {-256}, {kNaN}, {2.5}}) +
              with({{t({3}, kFloat32), 0, index({2, 0}), t({2}, kFloat32)}}, {{1e39}, {-1e39}}))
          .words(kSooner, {"The size of tensor a"}),
      row(
          "index_copy", [](T x, Int d, T i, T y) { return index_copy(x, d, i, y); },
          [](Tensor& x, Int d, T i, T y) { x.index_copy_(d, i, y); }, copies),
      row(
          "index_fill", [](T x, Int d, T i, Scalar y) { return index_fill(x, d, i, y); },
          [](Tensor& x, Int d, T i, Scalar y) { x.index_fill_(d, i, y); },
          values + with({{bytes, 0, index({0, 2})}, {bytes, 0, index({})}}, wide) +
              with({{t({2, 4, 3}).permute({2, 0, 1}), 1, index({1})}, {t({3, 4}).slice(1, 0, 4, 2), 0, index({1})}},
                   {{2}})),
      row(
          "index_fill.tensor", [](T x, Int d, T i, T y) { return index_fill(x, d, i, y); },
          [](Tensor& x, Int d, T i, T y) { x.index_fill_(d, i, y); },
          with_value(single) + Samples{{t({3}), 0, index({1}), t({2})},
                                       {bytes, 0, index({1}), tensor(300)},
                                       {bytes, 0, index({1}), tensor(-1)}}),
      row(
          "scatter.value", [](T x, Int d, T i, Scalar y) { return scatter(x, d, i, y); },
          [](Tensor& x, Int d, T i, Scalar y) { x.scatter_(d, i, y); }, scattered_numbers),
      row(
          "scatter.combine", [](T x, Int d, T i, T y, std::string how) { return scatter(x, d, i, y, how); },
          [](Tensor& x, Int d, T i, T y, std::string how) { x.scatter_(d, i, y, how); },
          rough(with(reduces, {{"add"}, {"multiply"}, {"mean"}})))
          .without(kBools | kEmpty, "that PyTorch takes"),
      row(
          "scatter.value_combine", [](T x, Int d, T i, Scalar y, std::string how) { return scatter(x, d, i, y, how); },
          [](Tensor& x, Int d, T i, Scalar y, std::string how) { x.scatter_(d, i, y, how); },
          rough(with({{t({3, 4}), 1, index({0, 1}).view({2, 1})},
                      {t({3}, kFloat32), 0, index({1, 1})},
                      {t({3}, kInt64), 0, index({1, 1})},
                      {t({}), 0, tensor(0, kInt64)},
                      {t({3}), 0, index({3})},
                      {t({37, 41}), 1, places({37, 41}, 23)},
                      {v({kNaN, kInf, 1}), 0, index({1, 0})}},
                     {{2.5, "add"}, {2.5, "multiply"}})))
          .without(kBools | kEmpty, "that PyTorch takes"),
      row(
          "scatter_reduce",
          [](T x, Int d, T i, T y, std::string how, bool self) { return scatter_reduce(x, d, i, y, how, self); },
          [](Tensor& x, Int d, T i, T y, std::string how, bool self) { x.scatter_reduce_(d, i, y, how, self); },
          with(reduces, {{"sum", true},
                         {"sum", false},
                         {"prod", true},
                         {"prod", false},
                         {"mean", true},
                         {"mean", false},
                         {"amax", true},
                         {"amax", false},
                         {"amin", true},
                         {"amin", false},
                         {"median", true}}))
          .without(kBools | kEmpty, "that PyTorch takes"),
      row(
          "take", [](T x, T i) { return take(x, i); }, takes),
      row(
          "put", [](T x, T i, T y, bool add) { return put(x, i, y, add); },
          [](Tensor& x, T i, T y, bool add) { x.put_(i, y, add); }, with(puts, {{false}, {true}})),
      row(
          "take_along_dim", [](T x, T i, std::optional<Int> d) { return take_along_dim(x, i, d); }, along),
  };
}

}  // namespace xgrad::op_table
