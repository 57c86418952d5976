// Products of vectors, matrices and batches; einsum.
#include "samples.hpp"

namespace xgrad::op_table {
namespace {

constexpr const char* kMixedProducts = "Mixed dtypes in products";

/// Tensors of these shapes as arguments.
Samples of_shapes(std::initializer_list<std::vector<D>> shapes, ScalarType dtype = kFloat64) {
  Samples out;
  for (const auto& list : shapes) {
    Values in;
    std::int64_t seed = 1;
    for (const D& shape : list) in.push_back(t(shape, dtype, seed++));
    out.push_back(Sample(std::move(in)));
  }
  return out;
}

/// The first of the shapes in other dtypes, with special numbers, and as a mixture of dtypes; then something big.
Samples usual(const std::vector<D>& small, const std::vector<D>& big, const char* mixed_differs = "",
              Compared agrees = Compared::Nothing) {
  Samples out = of_shapes({small});
  for (const ScalarType d : {kFloat32, kInt64, kInt32, kUInt8, kBool}) out = out + of_shapes({small}, d);
  Values mixed, special, large, large32;
  for (std::size_t i = 0; i < small.size(); ++i) {
    const auto seed = static_cast<std::int64_t>(i) + 1;
    mixed.push_back(t(small[i], i ? kFloat32 : kFloat64, seed));
    Tensor x = t(small[i], kFloat64, seed).clone();
    x.view({-1}).index_put_({0}, i % 2 ? kInf : kNaN);
    special.push_back(x);
    large.push_back(t(big[i], kFloat64, seed));
    large32.push_back(t(big[i], kFloat32, seed));
  }
  out.push_back(differs(Sample(mixed), mixed_differs, agrees));
  for (const Values& v : {special, large, large32}) out.push_back(rough(Sample(v)));
  return out;
}

/// In place, PyTorch changes the shape of the first argument.
Samples broadcast_in_place(Samples samples) { return differ(std::move(samples), "In-place products"); }

/// Without floats beside a beta of zero: PyTorch's baddbmm of small matrices multiplies what happens to be in memory by
/// it, which may be NaN.
Samples settled(Samples samples) {
  std::erase_if(samples, [](const Sample& s) {
    return s.in[3].number().toDouble() == 0 && s.in[0].get<Tensor>().is_floating_point();
  });
  return samples;
}

/// Equations with operands of these shapes.
Samples equation(const char* text, std::initializer_list<std::vector<D>> shapes, ScalarType dtype = kFloat64) {
  Samples out;
  for (const auto& list_of_shapes : shapes) {
    std::vector<Tensor> operands;
    std::int64_t seed = 1;
    for (const D& shape : list_of_shapes) operands.push_back(t(shape, dtype, seed++));
    out.push_back({Value(text), list(operands)});
  }
  return out;
}

Samples lists(std::initializer_list<std::vector<D>> shapes, ScalarType dtype = kFloat64) {
  Samples out;
  for (const auto& list_of_shapes : shapes) {
    std::vector<Tensor> operands;
    std::int64_t seed = 1;
    for (const D& shape : list_of_shapes) operands.push_back(t(shape, dtype, seed++));
    out.push_back({list(operands)});
  }
  return out;
}

Sample special_list(std::vector<D> shapes) {
  std::vector<Tensor> operands;
  std::int64_t seed = 1;
  for (const D& shape : shapes) operands.push_back(t(shape, kFloat64, seed++));
  operands[0] = operands[0].clone();
  operands[0].view({-1}).index_put_({0}, kNaN);
  return rough({list(operands)});
}

Sample big_list(std::vector<D> shapes) {
  Samples s = lists({shapes});
  return rough(s[0]);
}

constexpr const char* kFixed = "the numbers of dimensions are fixed";

}  // namespace

OP_FAMILY(products) {
  const Samples addmv_samples =
      usual({{2}, {2, 3}, {3}}, {{35}, {35, 33}, {33}}, kMixedProducts) + of_shapes({{{}, {2, 3}, {3}},
                                                                                     {{1}, {2, 3}, {3}},
                                                                                     {{0}, {0, 3}, {3}},
                                                                                     {{2}, {2, 0}, {0}},
                                                                                     {{3}, {2, 3}, {3}},
                                                                                     {{2}, {2, 3}, {2}},
                                                                                     {{2}, {3}, {3}}});
  const Samples addr_samples =
      usual({{2, 3}, {2}, {3}}, {{33, 35}, {33}, {35}}, kMixedProducts, Compared::Values) +
      of_shapes({{{}, {2}, {3}},
                 {{3}, {2}, {3}},
                 {{2, 1}, {2}, {3}},
                 {{0, 3}, {0}, {3}},
                 {{2}, {2}, {3}},
                 {{2, 3}, {2, 1}, {3}},
                 {{2, 3}, {2}, {3, 1}}}) +
      Samples{differs({t({2, 3}, kInt64), t({2}, kInt64), t({3}, kFloat32)}, kMixedProducts, Compared::Values)};
  const Samples batch_samples =
      usual({{2, 2, 3}, {2, 2, 2}, {2, 2, 3}}, {{3, 19, 23}, {3, 19, 21}, {3, 21, 23}}, kMixedProducts) +
      of_shapes({{{}, {2, 2, 2}, {2, 2, 3}},
                 {{3}, {2, 2, 2}, {2, 2, 3}},
                 {{2, 1, 3}, {2, 2, 2}, {2, 2, 3}},
                 {{0, 2, 3}, {0, 2, 2}, {0, 2, 3}},
                 {{2, 2, 3}, {2, 2, 0}, {2, 0, 3}},
                 {{2, 2, 2}, {2, 2, 2}, {2, 2, 3}},
                 {{2, 2, 3}, {2, 2, 2}, {2, 3, 3}},
                 {{2, 2, 3}, {2, 2}, {2, 2, 3}}});
  const Samples sum_samples = usual({{2, 3}, {2, 2, 2}, {2, 2, 3}}, {{19, 23}, {3, 19, 21}, {3, 21, 23}}) +
                              broadcast_in_place(of_shapes({{{}, {2, 2, 2}, {2, 2, 3}}, {{3}, {2, 2, 2}, {2, 2, 3}}})) +
                              of_shapes({{{2, 3}, {0, 2, 2}, {0, 2, 3}},
                                         {{0, 3}, {2, 0, 2}, {2, 2, 3}},
                                         {{2, 2}, {2, 2, 2}, {2, 2, 3}},
                                         {{2, 3}, {2, 2, 2}, {3, 2, 3}}});
  const std::vector<Values> scales{{0.5, -2}, {0, 1}, {2, 0}, {2, 3}};
  // Where the dtype cannot hold a factor of the product, and where there is no product.
  const auto beyond = [](const std::vector<D>& shapes) {
    const auto of = [&](ScalarType d) { return Sample{t(shapes[0], d), t(shapes[1], d, 2), t(shapes[2], d, 3)}; };
    return with({of(kUInt8), of(kInt32)}, {{300, 1}, {1, 300}, {-1, 2}, {1e39, 1}, {1, kNaN}, {-0.5, 1}, {2.5, 1}}) +
           with({of(kFloat32)}, {{1e39, 1}, {1, -1e39}});
  };
  return {
      row(
          "inner", [](T a, T b) { return inner(a, b); },
          usual({{2, 3}, {4, 3}}, {{35, 33}, {31, 33}}) + of_shapes({{{3}, {3}},
                                                                     {{}, {3}},
                                                                     {{2, 3}, {}},
                                                                     {{2, 2, 3}, {3}},
                                                                     {{0, 3}, {2, 3}},
                                                                     {{2, 0}, {3, 0}},
                                                                     {{2, 3}, {2}}}))
          .of_magnitudes(),
      row(
          "vdot", [](T a, T b) { return vdot(a, b); },
          usual({{3}, {3}}, {{1031}, {1031}}) + of_shapes({{{0}, {0}}, {{3}, {2}}, {{}, {3}}}))
          .without(kBroadcast, kFixed)
          .of_magnitudes(),
      row(
          "ger", [](T a, T b) { return ger(a, b); },
          usual({{2}, {3}}, {{1031}, {2}}) + of_shapes({{{0}, {3}}, {{2, 2}, {2}}, {{}, {3}}}))
          .of_magnitudes(),
      row(
          "addmv", [](T c, T a, T v) { return addmv(c, a, v); }, [](Tensor& c, T a, T v) { c.addmv_(a, v); },
          addmv_samples),
      row(
          "addmv.beta.alpha", [](T c, T a, T v, Scalar b, Scalar s) { return c.addmv(a, v, b, s); },
          [](Tensor& c, T a, T v, Scalar b, Scalar s) { addmv_(c, a, v, b, s); },
          with(addmv_samples, scales) + beyond({{2}, {2, 3}, {3}}) + beyond({{2}, {2, 0}, {0}})),
      row(
          "addr", [](T c, T u, T v) { return addr(c, u, v); }, [](Tensor& c, T u, T v) { c.addr_(u, v); },
          addr_samples),
      row(
          "addr.beta.alpha", [](T c, T u, T v, Scalar b, Scalar s) { return c.addr(u, v, b, s); },
          [](Tensor& c, T u, T v, Scalar b, Scalar s) { addr_(c, u, v, b, s); },
          with(addr_samples, scales) + beyond({{2, 3}, {2}, {3}}) +
              with({{t({2, 3}), t({2}), t({3})}, {t({2, 3}, kInt64), t({2}, kInt64), t({3}, kInt64)}},
                   {{true, 1}, {1, true}})),
      row(
          "baddbmm", [](T c, T a, T b) { return baddbmm(c, a, b); }, [](Tensor& c, T a, T b) { c.baddbmm_(a, b); },
          batch_samples + Samples{{t({3, 2, 2}).permute({1, 2, 0}), t({2, 2, 4}), t({2, 4, 3})}})
          .of_magnitudes(),
      row(
          "baddbmm.beta.alpha", [](T c, T a, T b, Scalar x, Scalar s) { return c.baddbmm(a, b, x, s); },
          [](Tensor& c, T a, T b, Scalar x, Scalar s) { baddbmm_(c, a, b, x, s); },
          settled(with(batch_samples, {{0.5, -2}, {0, 1}, {2, 3}})) +
              with(of_shapes({{{2, 2, 3}, {2, 2, 2}, {2, 2, 3}}}), {{2, 0}}) +
              with(of_shapes({{{2, 8, 8}, {2, 8, 9}, {2, 9, 8}}}), {{0, 1}, {0, 2}}) +
              beyond({{2, 2, 3}, {2, 2, 2}, {2, 2, 3}}) + beyond({{2, 2, 3}, {2, 2, 0}, {2, 0, 3}}))
          .of_magnitudes(),
      row(
          "addbmm", [](T c, T a, T b) { return addbmm(c, a, b); }, [](Tensor& c, T a, T b) { c.addbmm_(a, b); },
          sum_samples)
          .of_magnitudes(),
      row(
          "addbmm.beta.alpha", [](T c, T a, T b, Scalar x, Scalar s) { return c.addbmm(a, b, x, s); },
          [](Tensor& c, T a, T b, Scalar x, Scalar s) { addbmm_(c, a, b, x, s); },
          with(sum_samples, scales) + beyond({{2, 3}, {2, 2, 2}, {2, 2, 3}}) + beyond({{2, 3}, {2, 2, 0}, {2, 0, 3}}) +
              beyond({{2, 3}, {0, 2, 2}, {0, 2, 3}}))
          .of_magnitudes(),
      row(
          "linalg_vecdot", [](T a, T b, std::int64_t d) { return linalg_vecdot(a, b, d); },
          with(usual({{2, 3}, {2, 3}}, {{37, 33}, {37, 33}}) + of_shapes({{{3}, {3}},
                                                                          {{3}, {1}},
                                                                          {{2, 3}, {3}},
                                                                          {{0, 3}, {0, 3}},
                                                                          {{2, 0}, {2, 0}},
                                                                          {{2, 3}, {2}},
                                                                          {{}, {}}}),
               {{-1}, {0}, {2}})),
      row(
          "linalg_matmul", [](T a, T b) { return linalg_matmul(a, b); },
          usual({{2, 3}, {3, 4}}, {{37, 33}, {33, 41}}) + of_shapes({{{3}, {3}},
                                                                     {{2, 3}, {3}},
                                                                     {{2, 2, 3}, {3, 2}},
                                                                     {{2, 3}, {2}},
                                                                     {{0, 3}, {3, 2}},
                                                                     {{2, 0}, {0, 3}},
                                                                     {{}, {2}}}))
          .of_magnitudes(),
      row(
          "linalg_cross", [](T a, T b, std::int64_t d) { return linalg_cross(a, b, d); },
          with(usual({{2, 3}, {2, 3}}, {{400, 3}, {400, 3}}) + of_shapes({{{3}, {3}},
                                                                          {{2, 1, 3}, {2, 3}},
                                                                          {{1, 3}, {2, 3}},
                                                                          {{0, 3}, {0, 3}},
                                                                          {{2, 2}, {2, 2}},
                                                                          {{}, {}}}),
               {{-1}}) +
              with(of_shapes({{{3, 2}, {3, 2}}, {{3, 1}, {3, 2}}}), {{0}}))
          .words(kSooner, {"Dimension specified as -"}),
      row(
          "cross", [](T a, T b, std::optional<std::int64_t> d) { return cross(a, b, d); },
          usual({{2, 3}, {2, 3}}, {{400, 3}, {400, 3}}) +
              of_shapes({{{3, 3}, {3, 3}}, {{1, 3}, {2, 3}}, {{0, 3}, {0, 3}}, {{2, 2}, {2, 2}}, {{}, {}}}) +
              with(of_shapes({{{3, 3}, {3, 3}}}), {{1}}) +
              // Lines 4 kB apart, more of them than are packed at a time.
              Samples{rough({t({3, 150, 512}).select(2, 0), t({3, 150, 512}, kFloat64, 2).select(2, 1), 0})}),
      row(
          "kron", [](T a, T b) { return kron(a, b); },
          usual({{2, 3}, {2, 2}}, {{32, 33}, {2, 2}}) +
              of_shapes({{{3}, {2, 2}}, {{}, {2}}, {{2, 2, 2}, {3}}, {{0, 2}, {2, 2}}, {{2, 2}, {2, 3}}}))
          .without(kError, "takes anything"),
      row(
          "tensordot", [](T a, T b, IntArrayRef x, IntArrayRef y) { return tensordot(a, b, x, y); },
          with(usual({{2, 3, 2}, {3, 2, 4}}, {{5, 33, 7}, {33, 7, 3}}), {{D{1, 2}, D{0, 1}}}) +
              with(of_shapes({{{2, 3}, {2, 3}}}), {{D{0}, D{0}},
                                                   {D{1}, D{-1}},
                                                   {D{}, D{}},
                                                   {D{0, 1}, D{0, 1}},
                                                   {D{0}, D{1}},
                                                   {D{0, 0}, D{0, 1}},
                                                   {D{0}, D{0, 1}}}) +
              with(of_shapes({{{2, 1}, {3, 2}}, {{3, 2}, {2, 1}}, {{0, 2}, {2, 0}}}),
                   {{D{1}, D{0}}, {D{0, 1}, D{1, 0}}}) +
              with(of_shapes({{{}, {}}}), {{D{}, D{}}})),
      row(
          "linalg_multi_dot", [](TensorList all) { return linalg_multi_dot(all); },
          lists({{{2, 3}, {3, 4}},
                 {{2, 3}, {3, 4}, {4, 2}},
                 {{3}, {3, 4}, {4}},
                 {{3}, {3, 2}},
                 {{2, 3}, {3}},
                 {{5, 2}, {2, 6}, {6, 1}, {1, 4}},
                 {{0, 3}, {3, 2}},
                 {{2, 0}, {0, 3}, {3, 1}},
                 {{2, 3}, {2, 3}},
                 {{2, 3}},
                 {{}, {2}},
                 {{2, 2, 2}, {2, 2}},
                 {{2, 2}, {2}, {2, 2}}}) +
              lists({{{2, 3}, {3, 4}, {4, 2}}}, kFloat32) + lists({{{2, 3}, {3, 4}, {4, 2}}}, kInt64) +
              lists({{{2, 2}, {2, 2}}}, kBool) +
              Samples{{list({t({2, 2}), t({2, 2}, kFloat32)})},
                      special_list({{2, 3}, {3, 2}}),
                      big_list({{35, 33}, {33, 31}, {31, 2}})}),
      row(
          "chain_matmul", [](TensorList all) { return chain_matmul(all); },
          lists({{{2, 3}, {3, 4}}, {{2, 3}, {3, 4}, {4, 2}}, {{2, 3}}, {{0, 3}, {3, 2}}, {{2, 3}, {2, 3}}, {{}, {2}}}) +
              lists({{{2, 3}, {3, 4}, {4, 2}}}, kFloat32) + lists({{{2, 3}, {3, 4}, {4, 2}}}, kInt64) +
              lists({{{2, 2}, {2, 2}}}, kBool) +
              Samples{{list({t({2, 2}), t({2, 2}, kFloat32)})},
                      special_list({{2, 3}, {3, 2}}),
                      big_list({{35, 33}, {33, 31}, {31, 2}})}),
      row(
          "einsum", [](const std::string& e, TensorList all) { return einsum(e, all); },
          equation("ij,jk->ik",
                   {{{2, 3}, {3, 4}}, {{0, 3}, {3, 4}}, {{2, 0}, {0, 3}}, {{2, 3}, {2, 4}}, {{2, 3}, {3}}}) +
              equation("ij,jk", {{{2, 3}, {3, 4}}}) + equation("ba", {{{2, 3}}}) + equation("ij->ji", {{{2, 3}}}) +
              equation("ij->", {{{2, 3}}}) + equation("ij->j", {{{2, 3}}}) + equation("ii", {{{3, 3}}, {{2, 3}}}) +
              equation("ii->i", {{{3, 3}}}) + equation("iij->ij", {{{2, 2, 3}}}) + equation("i,j->ij", {{{2}, {3}}}) +
              equation("i,i", {{{3}, {3}}}) + equation("i,i->i", {{{3}, {3}}, {{1}, {3}}}) +
              equation("bij,bjk->bik", {{{2, 2, 3}, {2, 3, 2}}, {{1, 2, 3}, {2, 3, 2}}}) +
              equation("...ij,...jk->...ik", {{{2, 2, 3}, {2, 3, 2}}, {{2, 3}, {2, 3, 2}}, {{2, 1, 2, 3}, {2, 3, 2}}}) +
              equation("...i,...i", {{{2, 3}, {2, 3}}}) + equation("i...->...i", {{{2, 3}}}) +
              equation("...ij->...ji", {{{2, 2, 3}}}) + equation("bn,anm,bm->ba", {{{2, 3}, {2, 3, 2}, {2, 2}}}) +
              equation("ij,jk,kl->il", {{{2, 3}, {3, 4}, {4, 2}}}) +
              equation("ij,jk,kl,lm->im", {{{4, 2}, {2, 3}, {3, 5}, {5, 2}}}) +
              equation("ij,ij,ij->ij", {{{2, 3}, {2, 3}, {2, 3}}}) + equation("ab,cd->abcd", {{{2, 3}, {2, 2}}}) +
              equation("ij,kl->ik", {{{2, 3}, {2, 2}}}) + equation(",ij->ij", {{{}, {2, 3}}}) +
              equation(" i j , j -> i ", {{{2, 3}, {3}}}) + equation("Ab,bA->", {{{2, 3}, {3, 2}}}) +
              equation("ij,ij->j", {{{2, 3}, {2, 3}}, {{1, 3}, {2, 3}}, {{0, 3}, {0, 3}}}) +
              equation("ij,ij->i", {{{2, 3}, {2, 3}}}) + equation("ij,ij->", {{{2, 3}, {2, 3}}}) +
              equation("ij,ji->", {{{2, 3}, {3, 2}}}) + equation("ij,j->ij", {{{2, 3}, {3}}}) +
              equation("ij,i->ji", {{{2, 3}, {2}}}) + equation("i,ij->j", {{{2}, {2, 3}}}) +
              equation("i,ij,j->", {{{2}, {2, 3}, {3}}}) + equation("bjk,bj->bk", {{{2, 3, 2}, {2, 3}}}) +
              equation("bk,bjk->bj", {{{2, 2}, {2, 3, 2}}}) + equation("abk,abk->ba", {{{2, 3, 2}, {2, 3, 2}}}) +
              equation("ijk,j->ik", {{{2, 3, 2}, {3}}}) + equation("ijk,ik->j", {{{2, 3, 2}, {2, 2}}}) +
              equation("ijkl,jl->ik", {{{2, 2, 3, 2}, {2, 2}}}) + equation("ij,jk->ki", {{{2, 3}, {3, 4}}}) +
              equation("ij->j...", {{{2, 3}}}) + equation("i,i->...", {{{3}, {3}}}) +
              equation("ij,ij->i", {{{2, 3}, {2, 3}}}, kInt32) + equation("ij,ij->i", {{{2, 3}, {2, 3}}}, kBool) +
              equation("ij,ij->ij", {{{2, 3}, {2, 3}}}, kBool) + equation("ij,j->i", {{{2, 3}, {3}}}, kInt32) +
              equation("ijk,ik->j", {{{3, 16, 17}, {3, 17}}}, kInt32) + equation("i,i", {{{3}, {3}}}, kInt64) +
              // A matrix for each i, and in the second a sum of their products.
              rough(equation("ijk,j->ik", {{{3, 17, 19}, {17}}})) +
              rough(equation("ijk,ik->j", {{{3, 17, 19}, {3, 19}}})) +
              rough(equation("bijk,bj->bik", {{{2, 3, 17, 19}, {2, 17}}})) +
              rough(equation("ij,ij->j", {{{37, 41}, {37, 41}}})) + equation("ij,jk->iz", {{{2, 3}, {3, 4}}}) +
              equation("ij,jk->ii", {{{2, 3}, {3, 4}}}) + equation("i.j,jk->ik", {{{2, 3}, {3, 4}}}) +
              equation("i1,jk->ik", {{{2, 3}, {3, 4}}}) + equation("ij", {{{2, 3}, {3, 4}}}) +
              equation("ij,jk,kl->il", {{{2, 3}, {3, 4}}}) + equation("ij,jk->ik", {{{2, 3}, {3, 4}}}, kFloat32) +
              equation("ij,jk->ik", {{{2, 3}, {3, 4}}}, kInt64) + equation("ij,jk->ik", {{{2, 2}, {2, 2}}}, kBool) +
              Samples{{Value("ij,jk->ik"), list({t({2, 2}), t({2, 2}, kFloat32)})},
                      {Value("ij,ij->i"), list({t({2, 2}), t({2, 2}, kFloat32)})},
                      {Value("ij,j->ij"), list({t({2, 2}), t({2}, kFloat32)})},
                      {Value("ij,j->ij"), list({turned(t({2, 3})), t({3})})},
                      rough({Value("ij,jk->ik"), list({m({{1, kNaN}, {kInf, 2}}), t({2, 2})})}),
                      rough(equation("bij,bkj,bk->bi", {{{3, 21, 23}, {3, 19, 23}, {3, 19}}})[0])}),
      row(
          "einsum.path",
          [](const std::string& e, TensorList all, IntArrayRef path) { return einsum(e, all, Dims(path)); },
          with(equation("ij,jk,kl->il", {{{2, 3}, {3, 4}, {4, 2}}, {{0, 3}, {3, 4}, {4, 2}}}),
               {{D{1, 2, 0, 1}}, {D{0, 1, 0, 1}}, {D{2, 0, 1, 0}}, {D{0, 3, 0, 1}}, {D{0, 1}}}) +
              with(equation("ij,jk->ik", {{{2, 3}, {3, 4}}}), {{D{0, 1}}, {D{1, 0}}, {D{0, 0}}}) +
              with(equation("ij,jk->ik", {{{2, 3}, {3, 4}}}, kFloat32), {{D{0, 1}}}) +
              with(equation("ij,jk->ik", {{{2, 3}, {3, 4}}}, kInt64), {{D{0, 1}}}) +
              with(equation("ij,jk->ik", {{{2, 2}, {2, 2}}}, kBool), {{D{0, 1}}}) +
              with(equation(",ij->ij", {{{}, {2, 3}}}), {{D{0, 1}}}) +
              Samples{
                  {Value("ij,jk->ik"), list({t({2, 2}), t({2, 2}, kFloat32)}), D{0, 1}},
                  rough({Value("ij,jk->ik"), list({m({{1, kNaN}, {kInf, 2}}), t({2, 2})}), D{0, 1}}),
                  rough(equation("bij,bkj,bk->bi", {{{3, 21, 23}, {3, 19, 23}, {3, 19}}})[0].with({D{1, 2, 0, 1}}))})
          .in_any_layout(),
  };
}

}  // namespace xgrad::op_table
