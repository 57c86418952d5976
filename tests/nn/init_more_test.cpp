// Initial weights against PyTorch's from one seed (scripts/goldens/init.py), and channels shuffled.
#include <gtest/gtest.h>

#include <xgrad/xgrad.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

namespace xgrad {
namespace {

namespace init = nn::init;

void expect_golden(const char* name, const Tensor& w, double tolerance) {
  static const nlohmann::json all =
      nlohmann::json::parse(std::ifstream(XGRAD_SOURCE_DIR "/tests/data/init_golden.json"));
  const nlohmann::json& golden = all.at(name);
  const std::vector<double> values = w.to_vector<double>();
  ASSERT_EQ(values.size(), golden.size()) << name;
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(values[i], golden[i].get<double>(), tolerance) << name << ", element " << i;
  }
}

template <class Fill>
Tensor filled(IntArrayRef sizes, Fill fill, ScalarType dtype = kFloat32) {
  manual_seed(0);
  const Tensor w = empty(sizes, dtype);
  EXPECT_TRUE(fill(w).is_same(w));
  return w;
}

TEST(InitMore, EqualsPyTorchs) {
  expect_golden("trunc_normal", filled({4, 5}, [](Tensor w) { return init::trunc_normal_(w); }), 0);
  expect_golden("trunc_normal_narrow", filled({4, 5}, [](Tensor w) { return init::trunc_normal_(w, 1, 0.5, 0.5, 2); }),
                0);
  expect_golden("trunc_normal_tails", filled({6, 8}, [](Tensor w) { return init::trunc_normal_(w, 0, 1, -4, 5); }), 0);
  expect_golden("trunc_normal_double",
                filled(
                    {6, 8}, [](Tensor w) { return init::trunc_normal_(w, -1, 3, -9, 7); }, kFloat64),
                0);
  expect_golden("orthogonal_wide", filled({3, 5}, [](Tensor w) { return init::orthogonal_(w); }), 1e-5);
  expect_golden("orthogonal_tall", filled({4, 2, 1}, [](Tensor w) { return init::orthogonal_(w, 2); }), 1e-5);
  expect_golden("sparse", filled({7, 3}, [](Tensor w) { return init::sparse_(w, 0.3); }), 0);
  expect_golden("dirac", filled({4, 3, 3}, [](Tensor w) { return init::dirac_(w); }), 0);
  expect_golden("dirac_groups", filled({4, 1, 2, 3}, [](Tensor w) { return init::dirac_(w, 2); }), 0);
}

TEST(InitMore, TruncatedNormalOfOtherLayouts) {
  const auto fill = [](Tensor w) { return init::trunc_normal_(w); };
  const Tensor plain = filled({6, 4}, fill);
  manual_seed(0);
  const Tensor every_other = empty({6, 8}).slice(1, 0, 8, 2);
  EXPECT_TRUE(equal(fill(every_other), plain));
  EXPECT_EQ(filled({0, 4}, fill).numel(), 0);
  // More than one piece of work, with the ends of the interval among the draws.
  const Tensor many = filled({300, 100}, [](Tensor w) { return init::trunc_normal_(w, 0, 1, -9, 9); });
  EXPECT_TRUE(isfinite(many).all().item<bool>());
  EXPECT_NEAR(many.mean().item<double>(), 0, 0.03);
  EXPECT_NEAR(many.std().item<double>(), 1, 0.03);
}

TEST(InitMore, TruncatedNormalWarnsOfAFarMean) {
  std::vector<std::string> seen;
  const WarningHandlerGuard guard([&](const std::string& message) { seen.push_back(message); });
  init::trunc_normal_(empty({2}), 4, 1, -2, 2);
  EXPECT_TRUE(seen.empty());
  const Tensor far = init::trunc_normal_(empty({2}), 4.5, 1, -2, 2);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0],
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be "
            "incorrect.");
  EXPECT_TRUE((far <= 2).all().item<bool>());
}

TEST(InitMore, RefusesShapesThatDoNotFit) {
  EXPECT_THROW(init::orthogonal_(empty({3})), ValueError);
  EXPECT_THROW(init::sparse_(empty({3}), 0.1), ValueError);
  EXPECT_THROW(init::dirac_(empty({3, 3})), ValueError);
  EXPECT_THROW(init::dirac_(empty({4, 3, 3}), 3), ValueError);
}

TEST(InitMore, AreNotRecorded) {
  const Tensor w = empty({3, 4}).requires_grad_();
  EXPECT_TRUE(init::orthogonal_(w).is_leaf());
}

TEST(ChannelShuffle, TakesGroupsInTurn) {
  const Tensor x = arange(6, kFloat64).view({1, 6, 1}).requires_grad_();
  nn::ChannelShuffle shuffle(2);
  EXPECT_EQ(shuffle(x).to_vector<double>(), (std::vector<double>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(shuffle->str(), "ChannelShuffle(groups=2)");
  (shuffle(x) * arange(6, kFloat64).view({1, 6, 1})).sum().backward();
  EXPECT_EQ(x.grad().to_vector<double>(), (std::vector<double>{0, 2, 4, 1, 3, 5}));
  EXPECT_THROW(nn::ChannelShuffle(4)(x), Error);
}

}  // namespace
}  // namespace xgrad
