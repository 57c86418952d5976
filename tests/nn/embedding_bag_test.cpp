// EmbeddingBag where it is not compared with PyTorch's (layers_sampling.cpp).
#include <gtest/gtest.h>

#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/xgrad.hpp>

namespace xgrad {
namespace {

using namespace kwargs;
namespace F = nn::functional;

TEST(EmbeddingBag, GradientsByFrequencyAreThoseOfEachRow) {
  const Tensor weight = ones({3, 1}, kFloat64).requires_grad_();
  const Tensor bags = tensor({{0, 1, 0}, {1, 0, 2}}, kInt64);
  F::embedding_bag(bags, weight, kw::mode = "sum", scale_grad_by_freq = true).sum().backward();
  EXPECT_EQ(weight.grad().to_vector<double>(), (std::vector<double>{1, 1, 1})) << "3 times 1/3, 2 times 1/2, once 1";
}

TEST(EmbeddingBag, TakesATableThatIsThere) {
  const Tensor table = tensor({{3., 4.}, {0., 1.}, {5., 5.}}, kFloat64);
  const Tensor rows = tensor({0, 1, 2}, kInt64), starts = tensor({0, 2}, kInt64);
  const auto frozen = nn::EmbeddingBag::from_pretrained(table.clone());
  EXPECT_FALSE(frozen->weight.requires_grad());
  EXPECT_EQ(frozen->str(), "EmbeddingBag(3, 2, mode=mean)");
  EXPECT_TRUE(equal(frozen(rows, starts), tensor({{1.5, 2.5}, {5., 5.}}, kFloat64)));
  const auto trained = nn::EmbeddingBag::from_pretrained(table.clone(), freeze = false, max_norm = 1, kw::mode = "sum",
                                                         include_last_offset = true, padding_idx = 2);
  EXPECT_TRUE(trained->weight.requires_grad());
  EXPECT_EQ(trained->str(), "EmbeddingBag(3, 2, max_norm=1.0, mode=sum, padding_idx=2)");
  EXPECT_TRUE(allclose(trained(rows, tensor({0, 2, 3}, kInt64)), tensor({{0.6, 1.8}, {0., 0.}}, kFloat64)));
  EXPECT_THROW(nn::EmbeddingBag::from_pretrained(rows), Error);
}

TEST(EmbeddingBag, EmptyBagsAreZero) {
  const Tensor weight = ones({3, 2}), none = empty({0}, kInt64), at = tensor({0, 0}, kInt64);
  for (const char* mode : {"sum", "mean", "max"}) {
    EXPECT_TRUE(equal(F::embedding_bag(none, weight, offsets = at, kw::mode = mode), zeros({2, 2}))) << mode;
  }
}

TEST(EmbeddingBag, PaddingDoesNotCount) {
  const Tensor weight = arange(3, kFloat64).view({3, 1}), bags = tensor({{2, 1, 0}}, kInt64);
  const auto of = [&](const char* mode, std::int64_t padding) {
    return F::embedding_bag(bags, weight, kw::mode = mode, padding_idx = padding).item<double>();
  };
  EXPECT_EQ(of("mean", 1), 1);
  EXPECT_EQ(of("mean", 0), 1.5);
  EXPECT_EQ(of("max", -1), 1);
  EXPECT_EQ(of("sum", -1), 1);
}

/// What a bag's sum is by definition, in the order of its rows.
Tensor sum_by_rows(const Tensor& weight, const std::vector<std::int64_t>& bag, const Tensor& by) {
  Tensor sum = zeros({weight.size(1)}, weight.dtype());
  for (std::size_t i = 0; i < bag.size(); ++i) sum = sum + weight[bag[i]] * by[static_cast<std::int64_t>(i)];
  return sum;
}

TEST(EmbeddingBag, SumsOfEveryWidth) {
  manual_seed(1);
  const Tensor index = tensor({3, 1, 4, 1, 5, 9, 2, 6}, kInt64), starts = tensor({0, 3, 3}, kInt64);
  for (const auto dtype : {kFloat32, kFloat64}) {
    for (const std::int64_t width : {0, 1, 3, 7, 8, 9, 31, 63, 64, 65, 100, 131}) {
      const Tensor weight = randn({10, width}, dtype), by = randn({8}, dtype);
      const Tensor y = F::embedding_bag(index, weight, offsets = starts, kw::mode = "sum", per_sample_weights = by);
      const Tensor mean = F::embedding_bag(index, weight, offsets = starts);
      EXPECT_TRUE(allclose(y[0], sum_by_rows(weight, {3, 1, 4}, by))) << width;
      EXPECT_TRUE(y[1].equal(zeros({width}, dtype))) << width;
      EXPECT_TRUE(allclose(y[2], sum_by_rows(weight, {1, 5, 9, 2, 6}, by.slice(0, 3)))) << width;
      EXPECT_TRUE(allclose(mean[0], sum_by_rows(weight, {3, 1, 4}, ones({3}, dtype)) / 3, 1e-5, 1e-6)) << width;
    }
  }
}

TEST(EmbeddingBag, HasEveryDerivative) {
  manual_seed(2);
  const Tensor index = tensor({{3, 1, 1}, {0, 2, 3}}, kInt64);
  const Tensor weight = randn({4, 3}, kFloat64).requires_grad_(), by = randn({2, 3}, kFloat64).requires_grad_();
  const auto weighted = [&](const Tensor& w, const Tensor& b) {
    return F::embedding_bag(index, w, kw::mode = "sum", per_sample_weights = b, padding_idx = 2);
  };
  const auto mean = [&](const Tensor& w) { return F::embedding_bag(index, w, padding_idx = 2); };
  EXPECT_GRADCHECK(weighted, {weight, by});
  EXPECT_GRADGRADCHECK(weighted, {weight, by});
  EXPECT_GRADCHECK(mean, {weight});
  EXPECT_GRADGRADCHECK(mean, {weight});
}

TEST(EmbeddingBag, RefusesWhatDoesNotFit) {
  const Tensor weight = ones({3, 2}), list = tensor({0, 1}, kInt64), matrix = tensor({{0, 1}}, kInt64);
  EXPECT_THROW(F::embedding_bag(list, weight), ValueError) << "no offsets";
  EXPECT_THROW(F::embedding_bag(matrix, weight, offsets = tensor({0}, kInt64)), ValueError);
  EXPECT_THROW(F::embedding_bag(list, weight, offsets = tensor({1}, kInt64)), Error) << "begins behind 0";
  EXPECT_THROW(F::embedding_bag(list, weight, offsets = tensor({0, 3}, kInt64)), Error) << "ends beyond the input";
  EXPECT_THROW(F::embedding_bag(matrix, weight, kw::mode = "median"), ValueError);
  EXPECT_THROW(F::embedding_bag(matrix, weight, per_sample_weights = ones({1, 2})), NotImplementedError);
  EXPECT_THROW(F::embedding_bag(tensor({{0, 3}}, kInt64), weight), IndexError);
}

TEST(EmbeddingBag, OnlyPaddingStillTakesAGradient) {
  const Tensor weight = ones({3, 2}).requires_grad_();
  const Tensor y = F::embedding_bag(tensor({{1, 1}}, kInt64), weight, kw::mode = "max", padding_idx = 1);
  EXPECT_EQ(y.detach().to_vector<float>(), (std::vector<float>{0, 0}));
  ASSERT_TRUE(y.requires_grad());
  y.sum().backward();
  EXPECT_TRUE(weight.grad().equal(zeros({3, 2})));
}

}  // namespace
}  // namespace xgrad
