#include <xgrad/autograd/ops/ctc_loss.hpp>
#include <xgrad/autograd/ops/margin_losses.hpp>

#include "samples.hpp"

namespace xgrad::op_table {

using Int = std::int64_t;

static Tensor labels(std::initializer_list<double> values) { return v(values, kInt64); }

static std::vector<Values> each_reduction(const Values& before = {}) {
  std::vector<Values> all;
  for (const Reduction r : {Reduction::Mean, Reduction::Sum, Reduction::None}) {
    all.push_back(before);
    all.back().push_back(r);
  }
  return all;
}

/// Scores and a label for each row.
static Samples of_classes() {
  return {{t({3, 4}), labels({2, 0, 3})}, {t({4}), labels({1}).view({})}, {t({4}), labels({1})},
          {t({1}), labels({0})},          {t({}), labels({0})},           {t({3, 4}, kFloat32), labels({2, 0, 3})}};
}
static Samples of_classes_without_slopes() {
  return {rough({t({307, 5}), t({307}, kInt64, 1, {0, 2})}),
          rough({m({{kNaN, 1}, {kInf, 0}, {-kInf, 1}}), labels({0, 1, 1})}),
          {t({3, 4}), labels({2, 0})},
          {t({3, 4}), labels({2, 0, 4})},
          {t({3, 0}), labels({2, 0, 1})},
          {t({3, 4}, kInt64), labels({2, 0, 3})},
          {t({3, 4}, kBool), labels({2, 0, 3})}};
}

/// Scores and a list of labels for each row.
static Tensor label_lists() { return m({{2, 0, -1, 1}, {-1, 1, 1, 1}, {3, 1, 0, 2}}, kInt64); }
static Samples of_lists() {
  return {{t({3, 4}), label_lists()},
          {t({4}), labels({3, 0, -1, 1})},
          {t({1}), labels({0})},
          {t({}), labels({0}).view({})},
          {t({3, 4}, kFloat32), label_lists()}};
}
static Samples of_lists_without_slopes() {
  return {rough({t({307, 4}), label_lists().repeat({103, 1}).slice(0, 0, 307)}),
          rough({m({{kNaN, 1}, {kInf, 0}}), m({{0, -1}, {1, -1}}, kInt64)}),
          {t({3, 4}), m({{2, 0}, {1, 1}, {0, 0}}, kInt64)},
          {t({3, 4}), m({{2, 0, 4, 1}, {1, 1, 0, 0}, {0, 0, 0, 0}}, kInt64)},
          {t({3, 0}), t({3, 0}, kInt64)},
          {t({3, 4}, kInt64), label_lists()},
          {t({3, 4}, kBool), label_lists()}};
}

/// Log-probabilities, labels and lengths.
static Tensor two_lists() { return m({{1, 2}, {2, 2}}, kInt64); }
static Samples of_sequences() {
  const Tensor x = t({5, 2, 3});
  return {{x, two_lists(), D{5, 4}, D{2, 2}},       {x, two_lists().to(kInt32), D{5, 5}, D{1, 2}},
          {x, labels({2, 1, 1}), D{5, 3}, D{2, 1}}, {x, two_lists(), D{5, 4}, D{0, 2}},
          {t({4, 3}), labels({1, 2}), D{4}, D{2}},  {x.to(kFloat32), two_lists(), D{5, 4}, D{2, 2}}};
}
static Samples of_sequences_without_slopes() {
  const Tensor x = t({5, 2, 3});
  return {rough({t({19, 8, 7}, Range{-4, -0.1}), t({8, 5}, kInt64, 1, {0.5, 3}), D(8, 19), D{5, 4, 3, 2, 1, 0, 5, 5}}),
          rough({where(x > 1.5, kNaN, x), two_lists(), D{5, 4}, D{2, 2}}),
          {x, two_lists(), D{5, 6}, D{2, 2}},
          {x, two_lists(), D{5}, D{2, 2}},
          {x, two_lists(), D{5, 5}, D{2, 3}},
          {x, labels({1, 2}), D{5, 5}, D{2, 2}},
          {t({0, 2, 3}), two_lists(), D{5, 4}, D{2, 2}},
          {x.to(kInt64), two_lists(), D{5, 4}, D{2, 2}},
          {x > 0, two_lists(), D{5, 4}, D{2, 2}}};
}
/// Too long for its frames.
static Samples of_long_sequences() { return {{t({2, 2, 3}), two_lists(), D{2, 2}, D{2, 2}}}; }

static Samples in_all_ways(const Samples& samples) {
  return with(samples, {{0, Reduction::Mean, false}, {0, Reduction::Sum, true}, {1, Reduction::None, false}});
}

OP_FAMILY(class_losses) {
  const char* lack = "Derivatives that PyTorch lacks";
  const char* in_other = "stands in the row of values";
  const unsigned kValues = kEmpty | kBig | kSpecial | kBools | kError;
  const Tensor weight = t({4}, Range{0.3, 2});
  const Samples weighted =
      with({{t({3, 4}), labels({2, 0, 3})}, {t({4}), labels({1})}}, each_reduction({2, 1.5, weight})) +
      Samples{{t({3, 4}), labels({2, 0, 3}), 1, 1.0, weight, Reduction::Mean}};
  const auto powers = [](const Samples& s) {
    return with(s, each_reduction({1, 1.0, none})) + with(s, each_reduction({2, 0.7, none}));
  };
  const Samples others = with(of_long_sequences(), {{0, Reduction::None, false}, {0, Reduction::Sum, true}}) +
                         with(of_sequences(), {{3, Reduction::None, false}});
  const auto multi_margin = [](T x, T y, Scalar p, Scalar width, T w, Reduction r) {
    return multi_margin_loss(x, y, p, width, w, r);
  };
  const auto multilabel = [](T x, T y, Reduction r) { return multilabel_margin_loss(x, y, r); };
  const auto ctc = [](T x, T y, IntArrayRef frames, IntArrayRef lengths, Int blank, Reduction r, bool zero) {
    return ctc_loss(x, y, frames, lengths, blank, r, zero);
  };
  return {
      // PyTorch has no second derivative of these: that is compared with slopes alone.
      row("multi_margin_loss", multi_margin, differ(powers(of_classes()) + weighted, lack, Compared::FirstDerivatives))
          .constants({4})
          .without(kValues, in_other),
      row("multi_margin_loss.values", multi_margin,
          powers(of_classes() + of_classes_without_slopes()) + weighted +
              Samples{{t({3, 4}), labels({2, 0, 3}), 3, 1.0, none, Reduction::Mean},
                      {t({0, 3}), t({0}, kInt64), 1, 1.0, none, Reduction::None},
                      {t({3, 4}), labels({2, 0, 3}), 1e10, 1.0, none, Reduction::Mean},
                      {t({3, 4}), labels({2, 0, 3}), 2.5, 1.0, none, Reduction::Mean},
                      {t({3, 4}, kFloat32), labels({2, 0, 3}), 1, 1e39, none, Reduction::Mean}})
          .constants({0, 4}),
      row("multilabel_margin_loss", multilabel,
          differ(with(of_lists(), each_reduction()), lack, Compared::FirstDerivatives))
          .without(kValues | kBroadcast, in_other),
      row("multilabel_margin_loss.values", multilabel,
          with(of_lists() + of_lists_without_slopes(), each_reduction()) +
              Samples{{t({0, 3}), t({0, 3}, kInt64), Reduction::None}})
          .constants({0})
          .without(kBroadcast, "is refused"),
      row("ctc_loss", ctc, differ(in_all_ways(of_sequences()), "Derivative of ctc_loss", Compared::Values))
          .without(kValues | kZeroDim, in_other),
      row("ctc_loss.values", ctc, in_all_ways(of_sequences() + of_sequences_without_slopes()) + others)
          .constants({0})
          .without(kZeroDim, "takes sequences"),
      row(
          "ctc_loss.tensor",
          [](T x, T y, T frames, T lengths, Int blank, Reduction r, bool zero) {
            return ctc_loss(x, y, frames, lengths, blank, r, zero);
          },
          Samples{{t({5, 2, 3}), two_lists(), labels({5, 4}), labels({2, 2}), 0, Reduction::Mean, false},
                  {t({5, 2, 3}), two_lists(), labels({5, 4}).to(kInt32), labels({2, 2}), 0, Reduction::None, true},
                  {t({5, 2, 3}), two_lists(), t({2}), labels({2, 2}), 0, Reduction::Mean, false}})
          .constants({0})
          .without((kValues & ~kError) | kZeroDim | kSingle, "is the other form with its lengths read from tensors"),
  };
}

}  // namespace xgrad::op_table
