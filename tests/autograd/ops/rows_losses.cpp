#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

/// Every sample with every reduction, and these arguments after it.
static Samples reduced(const Samples& samples, const Values& after = {}) {
  std::vector<Values> more;
  for (const Reduction r : {Reduction::Mean, Reduction::Sum, Reduction::None}) {
    more.push_back({r});
    more.back().insert(more.back().end(), after.begin(), after.end());
  }
  return with(samples, more);
}

static Tensor labels(std::initializer_list<double> values) { return v(values, kInt64); }

static Samples label_samples() {
  const Tensor x = t({4, 3}), y = labels({2, 0, 1, 2});
  const Tensor scores = t({3, 3});
  return {{x, y},
          {x.to(kFloat32), y},
          {scores, labels({2, 0, 1})},
          {t({3}), labels({1}).view({})},
          {t({2, 3, 2}), m({{0, 2}, {1, 1}}, kInt64)},
          {t({0, 3}), t({0}, kInt64)},
          {x, labels({2, 3, 1, 0})},
          {x, labels({2, -1, 1, 0})},
          {x, labels({2, 0})},
          {x, y.to(kFloat32)},
          {t({4, 3}, kInt64), y},
          {t({4, 3}, kBool), y},
          {x, labels({-100, 0, -100, 1})},
          rough({t({311, 7}), t({311}, kInt64, 1, {0, 3})}),
          rough({m({{kNaN, 1}, {kInf, 0}, {-kInf, 1}}), labels({0, 1, 1})}),
          {t({}), labels({0}).view({})}};
}

/// Those with class weights in third place.
static Samples weighted() {
  Samples out;
  for (const Sample& s : label_samples()) {
    const Tensor& x = s.in[0].get<Tensor>();
    if (x.dim() == 0) continue;
    const Int classes = x.size(x.dim() == 1 ? 0 : 1);
    out.push_back(s.with({t({classes}, is_floating_point(x.dtype()) ? x.dtype() : kFloat64, 1, {0.4, 2})}));
  }
  out.push_back({t({4, 3}), labels({2, 0, 1, 2}), t({2})});
  out.push_back({t({4, 3}), labels({2, 0, 1, 2}), t({3}, kFloat32)});
  return out;
}

static Samples without_weight() { return with(label_samples(), {{none}}); }

/// Probabilities as targets.
static Samples soft_samples() {
  return {{t({4, 3}), softmax(t({4, 3}, kFloat64, 2), 1), none},
          {t({3, 3}), softmax(t({3, 3}, kFloat64, 2), 1), none},
          {t({2, 3, 2}), softmax(t({2, 3, 2}, kFloat64, 2), 1), none},
          {t({4, 3}), softmax(t({4, 3}, kFloat64, 2), 1), t({3}, Range{0.5, 2})},
          {t({4, 3}, kFloat32), softmax(t({4, 3}, kFloat32, 2), 1), none},
          {t({3}), softmax(t({3}, kFloat64, 2), 0), none},
          {t({0, 3}), t({0, 3}), none}};
}

/// The mean of no loss has a second derivative of zero or none.
static Samples empty_mean(Samples samples) {
  const auto holds = [](const Sample& s) {
    return s.in[0].get<Tensor>().numel() == 0 && s.in[1].get<Tensor>().is_floating_point() &&
           s.in[3].get<Int>() == static_cast<Int>(Reduction::Mean);
  };
  return differ_where(holds, std::move(samples), "Derivatives of empty tensors", Compared::FirstDerivatives);
}

OP_FAMILY(losses) {
  const Range unit{0.1, 0.9};
  const Values smoothing{-100, 0.2};
  const auto pairs = [&](Range in, Range target) {
    return Samples{{t({2, 3}, in), t({2, 3}, target, 2)},
                   {t({3, 3}, in), t({3, 3}, target, 2)},
                   {t({}, in), t({}, target, 2)},
                   {t({0}), t({0})},
                   {t({3}, kFloat32, 1, in), t({3}, kFloat32, 2, target)},
                   {t({3}, kInt64), t({3}, kInt64)},
                   {t({3}, kBool), t({3}, kBool)},
                   rough({t({31, 37}, in), t({31, 37}, target, 2)}),
                   rough({t({1031}, kFloat32, 1, in), t({1031}, kFloat32, 2, target)})};
  };
  const char* refused = "Losses refuse broadcasting";
  const char* two = "Losses of two dtypes";
  const Samples any =
      pairs({}, {}) +
      Samples{differs({t({2, 3}), t({3})}, refused), rough({v({1, kNaN, kInf}), v({1, 1, 1})}), {t({2, 3}), t({2, 4})}};
  const Samples mixed{{t({3}), t({3}, kFloat32, 2)}};
  const auto dropout_of = [](const Samples& x) {
    return with(x, {{0.4, true}, {0.0, true}, {1.0, true}, {0.4, false}, {1.5, true}});
  };
  return {
      row(
          "nll_loss", [](T x, T y, T w, Reduction r, Int ignore) { return nll_loss(x, y, w, r, ignore); },
          reduced(without_weight() + weighted(), {-100}) + reduced({{t({4, 3}), labels({2, 0, 1, 2}), none}}, {2}))
          .as("nll_loss_nd")
          .constants({2}),
      row(
          "cross_entropy_loss",
          [](T x, T y, T w, Reduction r, Int ignore, double s) { return cross_entropy_loss(x, y, w, r, ignore, s); },
          empty_mean(reduced(without_weight() + weighted() + soft_samples(), {-100, 0.0})))
          .constants({2}),
      row(
          "cross_entropy_loss.smoothing",
          [](T x, T y, T w, Reduction r, Int ignore, double s) { return cross_entropy_loss(x, y, w, r, ignore, s); },
          empty_mean(reduced(without_weight() + weighted() + soft_samples(), smoothing)) +
              reduced({{t({4, 3}), labels({2, 0, 1, 2}), none}}, {2, 0.1}))
          .constants({2}),
      row(
          "binary_cross_entropy", [](T x, T y, T w, Reduction r) { return binary_cross_entropy(x, y, w, r); },
          reduced(with(pairs(unit, unit) + Samples{differs(rough({v({0, 1, 0, 1}), v({0, 0, 1, 1})}),
                                                           "Cross entropy at 0 and 1", Compared::Values),
                                                   {t({3}), t({3})},
                                                   {t({3}, unit), t({3}, kFloat32, 2, unit)},
                                                   differs({t({2, 3}, unit), t({3}, unit)}, refused),
                                                   rough({v({kNaN, 0.5}), v({1, 1})})},
                       {{none}}) +
                  Samples{{t({2, 3}, unit), t({2, 3}, unit, 2), t({3}, Range{0.5, 2})},
                          {t({2, 3}, unit), t({2, 3}, unit, 2), t({2, 3}, Range{0.5, 2})}}))
          .constants({2}),
      row(
          "binary_cross_entropy_with_logits",
          [](T x, T y, T w, T p, Reduction r) { return binary_cross_entropy_with_logits(x, y, w, p, r); },
          reduced(with(pairs({-3, 3}, unit) + Samples{rough({v({1000, -1000, 0}), v({1, 1, 0})}),
                                                      rough({v({kNaN, kInf}), v({1, 1})}),
                                                      differs({t({3}), t({3}, kFloat32, 1, unit)}, two),
                                                      {t({2, 3}), t({3})},
                                                      {t({2, 3}), t({2, 4})}},
                       {{none, none}}) +
                  Samples{{t({2, 3}), t({2, 3}, unit, 2), t({3}, Range{0.5, 2}), t({3}, Range{0.5, 2}, 2)},
                          {t({2, 3}), t({2, 3}, unit, 2), none, t({3}, Range{0.5, 2}, 2)}}))
          .constants({2, 3})
          .words(kInner, {"result type Float can't be cast to the desired output type Long",
                          "Negation, the `-` operator, on a bool tensor is not supported. If you"})
          .words(kNoBroadcast, {"output with shape", "The size of tensor a"})
          .tolerance(1e-10, 5e-5, "PyTorch adds two exponentials and takes the logarithm, here it is log1p of one"),
      row(
          "mse_loss", [](T x, T y, Reduction r) { return mse_loss(x, y, r); },
          reduced(any + Samples{differs({t({3}), t({3}, kFloat32, 2)}, two, Compared::Values)}))
          .words(kNoBroadcast, {"The size of tensor a"})
          .without(kBroadcast, "is refused"),
      row(
          "l1_loss", [](T x, T y, Reduction r) { return l1_loss(x, y, r); }, reduced(any + mixed))
          .words(kNoBroadcast, {"The size of tensor a"})
          .without(kBroadcast, "is refused"),
      row(
          "dropout", [](T x, double p, bool train) { return dropout(x, p, train); },
          dropout_of(few_samples() + Samples{{t({4, 5})}, {t({20}, kFloat32)}, {t({3, 3})}, {t({3, 4}).t()}}))
          .draws(),
  };
}

}  // namespace xgrad::op_table
