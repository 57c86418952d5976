#include <xgrad/autograd/kernels/softmax.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>
#include <xgrad/tests/support/message_of.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace xgrad::kernels {
namespace {

using test::generate;
using test::layouts;
using test::make;
using test::noise;
using test::values;
using testing::ElementsAre;
using testing::HasSubstr;

/// The loss by its definition, and its gradient to the logits, in double.
struct Reference {
  std::vector<double> loss, dx, dlogp, probabilities;
  double total_weight = 0;

  Reference(const Array& x, const std::vector<std::int64_t>& labels, const std::vector<double>& weight,
            Reduction reduction, std::int64_t ignored, const std::vector<double>& upstream) {
    const bool batched = x.dim() > 1;
    const auto n = static_cast<std::size_t>(batched ? x.sizes()[0] : 1);
    const auto classes = static_cast<std::size_t>(batched ? x.sizes()[1] : x.sizes()[0]);
    const auto all = values<double>(x);
    const std::size_t positions = labels.size() / n;
    dx.assign(all.size(), 0);
    dlogp.assign(all.size(), 0);
    probabilities.assign(all.size(), 0);
    for (const std::int64_t t : labels) total_weight += t == ignored ? 0 : weight[static_cast<std::size_t>(t)];
    double sum = 0;
    for (std::size_t l = 0; l < labels.size(); ++l) {
      const auto at = [&](std::size_t c) { return (l / positions * classes + c) * positions + l % positions; };
      double e = 0;
      for (std::size_t c = 0; c < classes; ++c) e += std::exp(all[at(c)]);
      for (std::size_t c = 0; c < classes; ++c) probabilities[at(c)] = std::exp(all[at(c)]) / e;
      if (labels[l] == ignored) {
        loss.push_back(0);
        continue;
      }
      const auto t = static_cast<std::size_t>(labels[l]);
      loss.push_back(-weight[t] * std::log(probabilities[at(t)]));
      sum += loss.back();
      const double g = reduction == Reduction::None   ? upstream[l]
                       : reduction == Reduction::Mean ? upstream[0] / total_weight
                                                      : upstream[0];
      dlogp[at(t)] = -weight[t] * g;
      for (std::size_t c = 0; c < classes; ++c) dx[at(c)] = weight[t] * g * (probabilities[at(c)] - (c == t));
    }
    if (reduction != Reduction::None) loss = {reduction == Reduction::Mean ? sum / total_weight : sum};
  }
};

void expect_near(const Array& got, const std::vector<double>& expected) {
  const auto g = values<double>(got);
  ASSERT_EQ(g.size(), expected.size());
  for (std::size_t i = 0; i < g.size(); ++i) ASSERT_NEAR(g[i], expected[i], 1e-12) << i;
}

TEST(ClassLosses, EveryShapeReductionAndWeight) {
  struct Case {
    Dims logits, target;
  };
  const Case cases[] = {{{64, 10}, {64}},          {{1, 3}, {1}}, {{5, 1}, {5}}, {{3, 3000}, {3}}, {{2, 3, 4}, {2, 4}},
                        {{2, 5, 3, 4}, {2, 3, 4}}, {{6}, {}}};
  for (const auto& [shape, target_shape] : cases) {
    const std::int64_t classes = shape.size() == 1 ? shape[0] : shape[1];
    const Array target = generate<std::int64_t>(target_shape, [&](std::int64_t i) { return i * 7 % classes; });
    for (const Reduction reduction : {Reduction::None, Reduction::Mean, Reduction::Sum}) {
      for (const bool weighted : {false, true}) {
        for (const std::int64_t ignored :
             {std::int64_t{-100}, classes > 1 && target.numel() > 1 ? std::int64_t{0} : -7}) {
          const Array weight =
              generate<double>({classes}, [](std::int64_t i) { return 0.5 + 0.25 * static_cast<double>(i % 4); });
          const NllOptions options{weighted ? &weight : nullptr, reduction, ignored};
          const Array g = reduction == Reduction::None ? noise<double>(target_shape, 5) : make<double>({}, {1.5});
          for (const Array& x : layouts<double>(noise<double>(shape))) {
            for (const Array& labels : layouts<std::int64_t>(target)) {
              SCOPED_TRACE(to_string(shape) + " ignoring " + std::to_string(ignored));
              const Reference expected(
                  x, values<std::int64_t>(target),
                  weighted ? values<double>(weight) : std::vector<double>(static_cast<std::size_t>(classes), 1),
                  reduction, ignored, values<double>(g));
              Array total, probabilities;
              const Array loss = cross_entropy(x, labels, options, &probabilities, &total);
              EXPECT_EQ(loss.sizes(), reduction == Reduction::None ? target.sizes() : Dims());
              ASSERT_EQ(probabilities.sizes(), shape);
              expect_near(loss, expected.loss);
              expect_near(probabilities, expected.probabilities);
              expect_near(total, {expected.total_weight});
              expect_near(cross_entropy_backward(g, probabilities, labels, options, total), expected.dx);

              const Array logp = softmax(x, shape.size() == 1 ? 0 : 1, true);
              Array total2;
              expect_near(nll_loss(logp, labels, options, &total2), expected.loss);
              expect_near(total2, {expected.total_weight});
              expect_near(nll_loss_backward(g, labels, shape, options, total2), expected.dlogp);
            }
          }
        }
      }
    }
  }
}

TEST(ClassLosses, LabelsOfAnyIntegerType) {
  const Array logp = make<float>({2, 3}, {-1, -2, -3, -4, -5, -6});
  const NllOptions sum{nullptr, Reduction::Sum, -100};
  EXPECT_EQ(*nll_loss(logp, make<std::int32_t>({2}, {2, 0}), sum, nullptr).data<float>(), 7);
  EXPECT_EQ(*nll_loss(logp, make<std::uint8_t>({2}, {2, 0}), sum, nullptr).data<float>(), 7);
  EXPECT_EQ(*nll_loss(logp, make<std::int16_t>({2}, {2, 0}), sum, nullptr).data<float>(), 7);
  EXPECT_THAT(test::message_of([&] {
                nll_loss(logp, make<float>({2}, {2, 0}), sum, nullptr);
              }),
              HasSubstr("expected scalar type Long but found Float"));
}

TEST(ClassLosses, NothingCounted) {
  const Array x = noise<float>({2, 3}), target = make<std::int64_t>({2}, {-100, -100});
  Array total, p;
  EXPECT_TRUE(std::isnan(*cross_entropy(x, target, {}, &p, &total).data<float>()));
  EXPECT_THAT(values<float>(total), ElementsAre(0));
  EXPECT_THAT(values<float>(cross_entropy_backward(make<float>({}, {1}), p, target, {}, total)),
              ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_EQ(*cross_entropy(x, target, {nullptr, Reduction::Sum, -100}, &p, &total).data<float>(), 0);
  EXPECT_THAT(values<float>(nll_loss(x, target, {nullptr, Reduction::None, -100}, &total)), ElementsAre(0, 0));
  const Array none = Array::empty({0, 3}, kFloat32);
  EXPECT_TRUE(std::isnan(*cross_entropy(none, Array::empty({0}, kInt64), {}, &p, &total).data<float>()));
  EXPECT_EQ(p.sizes(), Dims({0, 3}));
}

TEST(ClassLosses, ExtremeLogitsStayFinite) {
  const Array x = make<float>({2, 2}, {1000, -1000, 0, 500});
  Array total, p;
  const Array loss = cross_entropy(x, make<std::int64_t>({2}, {1, 1}), {nullptr, Reduction::None, -100}, &p, &total);
  EXPECT_THAT(values<float>(loss), ElementsAre(2000, 0));
  EXPECT_THAT(values<float>(p), ElementsAre(1, 0, 0, 1));
}

TEST(ClassLosses, LabelsAreCheckedBeforeAnythingElse) {
  const Array x = noise<float>({3, 4});
  for (const std::int64_t bad : {std::int64_t{4}, std::int64_t{-1}, std::int64_t{1} << 40}) {
    const Array target = make<std::int64_t>({3}, {0, -100, bad});
    Array total, p;
    const auto message = test::message_of([&] { cross_entropy(x, target, {}, &p, &total); });
    EXPECT_THAT(message, HasSubstr("Target " + std::to_string(bad) + " is out of bounds."));
    EXPECT_THAT(message, HasSubstr("position [2]"));
    EXPECT_THAT(message, HasSubstr("4 classes"));
    EXPECT_FALSE(p.defined());
    EXPECT_THROW(nll_loss(x, target, {}, &total), IndexError);
    EXPECT_THROW(nll_loss_backward(make<float>({}, {1}), target, {3, 4}, {}, make<float>({}, {1})), IndexError);
  }
}

TEST(ClassLosses, ShapesInPyTorchsWords) {
  const auto run = [](IntArrayRef logits, IntArrayRef target) {
    Array total;
    nll_loss(noise<float>(logits), generate<std::int64_t>(target, [](std::int64_t) { return 0; }), {}, &total);
  };
  EXPECT_THAT(test::message_of([&] {
                run({2, 3}, {3});
              }),
              HasSubstr("Expected input batch_size (2) to match target batch_size (3)."));
  EXPECT_THAT(test::message_of([&] { run({2, 3, 4}, {2, 5}); }), HasSubstr("Expected target size [2, 4], got [2, 5]"));
  const Array weight = noise<float>({5});
  EXPECT_THAT(
      test::message_of([&] {
        nll_loss(noise<float>({1, 4}), make<std::int64_t>({1}, {0}), {&weight, Reduction::Mean, -100}, nullptr);
      }),
      HasSubstr("weight tensor should be defined either for all 4 classes or no classes but got weight tensor of "
                "shape: [5]"));
}

}  // namespace
}  // namespace xgrad::kernels
