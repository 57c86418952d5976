#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/tracing.hpp>
#include <xgrad/autograd/profiler.hpp>

#include <gtest/gtest.h>

namespace xgrad {
namespace {

using detail::Operation;

/// Keeps everything that it is told.
class Kept final : public detail::Tracer {
 public:
  void begins(const Operation& o) override { begun.push_back(o.name); }
  void ends(Operation&& o) override { ended.push_back(std::move(o)); }
  std::vector<std::string> begun;
  std::vector<Operation> ended;
};

TEST(Tracing, OperationsAreToldWithAttributesAndResults) {
  const Tensor x = ones({2, 3});
  Kept kept;
  const Tensor y = softmax(x, -1);
  ASSERT_EQ(kept.ended.size(), 1U);
  const Operation& o = kept.ended[0];
  EXPECT_EQ(o.name, "aten::softmax");
  EXPECT_TRUE(o.inputs.at(0).is_same(x));
  EXPECT_TRUE(o.results.at(0).is_same(y));
  ASSERT_EQ(o.attributes.size(), 1U);
  EXPECT_EQ(std::get<std::int64_t>(o.attributes[0]), 1);
}

TEST(Tracing, WhatIsOneOperationIsToldAsOne) {
  const Tensor x = ones({2, 3, 4}), w = ones({5, 4});
  Kept kept;
  const Tensor y = linear(x, w);  // a reshape, a product and another reshape
  ASSERT_EQ(kept.ended.size(), 1U);
  EXPECT_EQ(kept.ended[0].name, "aten::linear");
  EXPECT_EQ(kept.ended[0].inputs.size(), 3U);
  EXPECT_FALSE(kept.ended[0].inputs[2].defined());
  EXPECT_TRUE(kept.ended[0].results.at(0).is_same(y));
}

TEST(Tracing, ViewsAndInPlaceOperationsAreTold) {
  Tensor x = ones({2, 3});
  Kept kept;
  Tensor y = x.transpose(0, 1);
  y.mul_(2);
  ASSERT_EQ(kept.ended.size(), 2U);
  EXPECT_EQ(kept.ended[0].name, "aten::transpose");
  EXPECT_EQ(kept.ended[1].name, "aten::mul_");
  EXPECT_TRUE(kept.ended[1].results.at(0).is_same(y));
}

TEST(Tracing, NoResultTakesADyingTensorsPlace) {
  const NoGradGuard no_grad;
  const Tensor x = ones({4});
  Kept kept;
  const Tensor y = relu(-(x * 2 + 1));
  ASSERT_EQ(kept.ended.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_FALSE(kept.ended[i].results.at(0).is_same(kept.ended[i - 1].results.at(0)));
    EXPECT_FALSE(kept.ended[i].results[0].array().same_storage(kept.ended[i - 1].results[0].array()));
  }
}

TEST(Tracing, AnOperationThatThrowsHasNotEnded) {
  const Tensor a = ones({2, 3}), b = ones({4, 5});
  Kept kept;
  EXPECT_ANY_THROW(matmul(a, b));
  EXPECT_EQ(kept.begun.size(), 1U);
  EXPECT_TRUE(kept.ended.empty());
  exp(a);
  ASSERT_EQ(kept.ended.size(), 1U);
  EXPECT_TRUE(kept.ended[0].attributes.empty());
}

TEST(Tracing, TracersDoNotNestAndLeaveNothingBehind) {
  {
    const Kept kept;
    EXPECT_ANY_THROW(Kept());
    EXPECT_EQ(detail::tracing, 1);
  }
  EXPECT_EQ(detail::tracing, 0);
  EXPECT_EQ(detail::profiling, 0);
}

TEST(Tracing, AProfilerListensBesideATracer) {
  const Tensor x = ones({2});
  Kept kept;
  autograd::profiler::profile run;
  exp(x);
  run.stop();
  EXPECT_EQ(kept.ended.size(), 1U);
  EXPECT_EQ(run.events().size(), 1U);
}

}  // namespace
}  // namespace xgrad
