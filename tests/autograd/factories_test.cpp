#include <xgrad/autograd/ops/grids.hpp>
#include <xgrad/autograd/rng_state.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace xgrad {
namespace {

using namespace kwargs;

TEST(Factories, NewTensorsHaveTheDtypeOfTheirOwner) {
  const Tensor x = tensor({1, 2}, kInt16);
  EXPECT_EQ(x.new_zeros({2, 3}).dtype(), kInt16);
  EXPECT_EQ(x.new_zeros({2, 3}).str(), zeros({2, 3}, kInt16).str());
  EXPECT_EQ(x.new_ones({2}).str(), ones({2}, kInt16).str());
  EXPECT_EQ(x.new_full({2}, 7).str(), full({2}, 7, kInt16).str());
  EXPECT_EQ(x.new_full({2}, 2.5, kFloat64).dtype(), kFloat64);
  EXPECT_EQ(x.new_tensor({{1, 2}, {3, 4}}).str(), tensor({{1, 2}, {3, 4}}, kInt16).str());
  EXPECT_EQ(x.new_empty({4}).dtype(), kInt16);
  EXPECT_EQ(x.new_empty_strided({2, 3}, {1, 2}).strides(), IntArrayRef({1, 2}));
  EXPECT_TRUE(rand({2}).new_zeros({2}, dtype(kFloat64).requires_grad(true)).requires_grad());
  EXPECT_FALSE(rand({2}, requires_grad = true).new_zeros({2}).requires_grad());
}

TEST(Factories, EmptyStridedHasThoseStrides) {
  const Tensor x = empty_strided({2, 3}, {1, 2}, kFloat64);
  EXPECT_EQ(x.sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(x.strides(), IntArrayRef({1, 2}));
  EXPECT_THROW(empty_strided({2, 3}, {1}), Error);
}

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "none";
}

TEST(Factories, RefuseWhatIsNotThere) {
  EXPECT_NE(error_of([] { zeros({2}, device("cuda:0")); }).find("device 'cuda:0' is not available"), std::string::npos);
  EXPECT_NE(error_of([] { zeros({2}, kCUDA); }).find("device 'cuda' is not available"), std::string::npos);
  EXPECT_NE(error_of([] { zeros({2}, layout(kSparse)); }).find("no layout but torch.strided"), std::string::npos);
  EXPECT_NE(error_of([] { zeros({2}, TensorOptions().pinned_memory(true)); }).find("Cannot pin memory"),
            std::string::npos);
  EXPECT_EQ(error_of([] {
              zeros({2}, TensorOptions(kFloat64).device("cpu:0").layout(kStrided).pinned_memory(false));
              zeros({2}, device = "cpu", layout = kStrided);
            }),
            "none");
  EXPECT_TRUE(Device("cpu:0").has_index());
  EXPECT_FALSE(Device("cpu").has_index());
}

TEST(Factories, OptionsOfOtherDevicesThrow) {
  const Tensor x = eye(3);
  EXPECT_EQ(error_of([&] {
              gather(x, 0, zeros({1, 3}, kInt64), true);
            }),
            "gather: there are no sparse tensors, so that sparse_grad cannot be true");
  for (const auto& f : {std::function<void()>([&] { linalg_svd(x, true, "gesvd"); }),
                        std::function<void()>([&] { linalg_svdvals(x, "gesvd"); })})
    EXPECT_EQ(error_of(f),
              "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs with cuSOLVER backend.");
}

TEST(Factories, IntegersThatDoNotFitAreRefused) {
  const std::string byte = "value cannot be converted to type uint8_t without overflow";
  EXPECT_EQ(error_of([] { tensor({1, 300}, kUInt8); }), byte);
  EXPECT_EQ(error_of([] { tensor(std::vector<double>{-0.5}, kUInt8); }), byte);
  EXPECT_EQ(error_of([] { tensor({std::nan("")}, kInt64); }),
            "value cannot be converted to type int64_t without overflow");
  EXPECT_EQ(tensor({-1, 255}, kUInt8).str(), tensor({255, 255}, kUInt8).str());
  EXPECT_TRUE(std::isinf(tensor({1e39}).item<double>()));

  Tensor x = zeros({3}, kUInt8);
  EXPECT_EQ(error_of([&] { x[0] = 300; }), byte);
  EXPECT_EQ(error_of([&] { x[Slice(0, 0)] = 300; }), byte);
  EXPECT_EQ(error_of([&] { x.index_put_({tensor({0, 2})}, 300); }), byte);
  EXPECT_EQ(error_of([&] { x.masked_fill_(x == 0, 300); }), byte);
  EXPECT_TRUE(x.equal(zeros({3}, kUInt8)));
  x[0] = -1;
  EXPECT_EQ(x[0].item<int>(), 255);
}

TEST(Factories, SlicesStepForwards) {
  const Tensor x = eye(3);
  EXPECT_EQ(error_of([&] { x.index({Slice(None, None, -1)}); }), "step must be greater than zero");
  EXPECT_EQ(error_of([&] { x.index({Slice(None, None, 0)}); }), "slice step cannot be zero");
}

TEST(Factories, DrawsGoOnFromAState) {
  manual_seed(5);
  EXPECT_EQ(initial_seed(), 5u);
  randn({7});  // an odd number, so that the state holds a half of a pair
  const Tensor state = get_rng_state();
  EXPECT_EQ(state.dtype(), kUInt8);
  const Tensor first = randn({5});
  set_rng_state(state);
  EXPECT_EQ(randn({5}).str(), first.str());
  EXPECT_THROW(set_rng_state(zeros({3})), TypeError);
}

TEST(Factories, VarianceTellsCorrectionsFromFlags) {
  const Tensor x = tensor({{1., 2., 4.}, {0., 5., 7.}});
  EXPECT_EQ(x.var(1, true).str(), x.var(1).str());
  EXPECT_EQ(x.var(1, false).str(), x.var(1, 0).str());
  EXPECT_EQ(x.var(1, correction = 2).str(), x.var(1, 2).str());
  EXPECT_NE(x.var(1, 2).str(), x.var(1, 1).str());
  EXPECT_EQ(x.std(1, unbiased = false, keepdim = true).str(), sqrt(x.var(1, false, true)).str());
  EXPECT_EQ(x.var(true).str(), x.var().str());
}

TEST(Factories, DistinctElementsHaveNoDerivative) {
  const Tensor x = tensor({1., 2., 1.}, requires_grad = true);
  EXPECT_NE(error_of([&] { unique(x).sum().backward(); }).find("the derivative for '_unique2' is not implemented."),
            std::string::npos);
  EXPECT_NE(error_of([&] {
              bincount(tensor({0, 1, 1}), x).sum().backward();
            }).find("aten::bincount"),
            std::string::npos);
}

TEST(Factories, GridsOfTensorsWithoutBraces) {
  const Tensor x = tensor({1, 2, 3}), y = tensor({4, 5});
  const auto [gx, gy] = std::pair(meshgrid(x, y)[0], meshgrid(x, y)[1]);
  EXPECT_EQ(gx.to_vector<int>(), (std::vector<int>{1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(gy.to_vector<int>(), (std::vector<int>{4, 5, 4, 5, 4, 5}));
  EXPECT_EQ(meshgrid(x, y, kw::indexing = "xy")[0].to_vector<int>(), (std::vector<int>{1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(meshgrid(x, y, x, kw::indexing = "ij")[2].sizes(), (Dims{3, 2, 3}));
  EXPECT_EQ(meshgrid(x).size(), 1u);
  EXPECT_EQ(cartesian_prod(x, y).to_vector<int>(), (std::vector<int>{1, 4, 1, 5, 2, 4, 2, 5, 3, 4, 3, 5}));
  EXPECT_EQ(cartesian_prod(y).to_vector<int>(), (std::vector<int>{4, 5}));
  EXPECT_EQ(cartesian_prod(x, y, y).sizes(), (Dims{12, 3}));
}

TEST(Factories, DrawsWithAGeneratorOfTheirOwn) {
  Generator a(3), b(3);
  const Tensor w = tensor({1., 2., 3., 4.});
  EXPECT_EQ(multinomial(w, 9, true, a).str(), multinomial(w, 9, true, b).str());
  EXPECT_EQ(multinomial(w, 3, false, a).str(), multinomial(w, 3, false, b).str());
  EXPECT_EQ(normal(w, w, a).str(), normal(w, w, b).str());
  EXPECT_EQ(bernoulli(w, 0.5, a).str(), bernoulli(w, 0.5, b).str());
}

}  // namespace
}  // namespace xgrad
