// What PyTorch warns of or refuses around its functions, and what they take by keyword.
#include <gmock/gmock.h>

#include "golden.hpp"

#include <xgrad/xgrad.hpp>

namespace xgrad {
namespace {

using namespace kwargs;
namespace F = nn::functional;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// What `f` warns of, also what it has warned of before.
template <class Run>
std::vector<std::string> warnings_of(Run&& f) {
  std::vector<std::string> seen;
  const WarningHandlerGuard guard([&](const std::string& message) { seen.push_back(message); });
  const bool always = is_warn_always_enabled();
  set_warn_always(true);
  f();
  set_warn_always(always);
  return seen;
}

TEST(Warnings, OfChoicesThatWereNotMade) {
  const Tensor x = ones({2, 3}), image = ones({1, 1, 2, 2}), grid = zeros({1, 1, 1, 2});
  EXPECT_THAT(warnings_of([&] { F::softmax(x); }),
              ElementsAre("Implicit dimension choice for softmax has been deprecated. Change the call to include dim=X "
                          "as an argument."));
  EXPECT_THAT(warnings_of([&] { F::softmax(x, dim = 1); }), IsEmpty());
  EXPECT_THAT(warnings_of([&] { F::kl_div(x.log(), x); }),
              ElementsAre(StartsWith("reduction: 'mean' divides the total loss by both the batch size and the support "
                                     "size.")));
  EXPECT_THAT(warnings_of([&] { F::kl_div(x.log(), x, reduction = "batchmean"); }), IsEmpty());
  EXPECT_THAT(warnings_of([&] { F::grid_sample(image, grid); }),
              ElementsAre(StartsWith("Default grid_sample and affine_grid behavior has changed")));
  EXPECT_THAT(warnings_of([&] { F::grid_sample(image, grid, align_corners = false); }), IsEmpty());
}

TEST(Warnings, OfModulesThatDoLessThanTheySay) {
  EXPECT_THAT(warnings_of([] { nn::GRU(3, 4, kw::dropout = 0.1); }),
              ElementsAre("dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects "
                          "num_layers greater than 1, but got dropout=0.1 and num_layers=1"));
  EXPECT_THAT(warnings_of([] { nn::GRU(3, 4, num_layers = 2, kw::dropout = 0.1); }), IsEmpty());
  EXPECT_THAT(warnings_of([] {
                nn::init::kaiming_normal_(empty({2, 0}));
              }),
              ElementsAre("Initializing zero-element tensors is a no-op"));
  EXPECT_THAT(warnings_of([] { nn::Linear(3, 0); }), ElementsAre("Initializing zero-element tensors is a no-op"));
}

TEST(FunctionErrors, AreThoseOfPythons) {
  const Tensor x = ones({2, 3});
  EXPECT_THAT(message_of<Error>([&] { F::cross_entropy(x, x, ignore_index = 1); }),
              StartsWith("ignore_index is not supported for floating point target"));
  EXPECT_THAT(message_of<Error>([&] { F::glu(ones({})); }), StartsWith("glu does not support scalars"));
  EXPECT_THAT(message_of<Error>([&] {
                F::pad(x, {1, 1}, kw::mode = "reflect", value = 1);
              }),
              StartsWith("Padding mode \"reflect\" doesn't take in value argument"));
  EXPECT_EQ(F::pad(x, {1, 1}, kw::mode = "reflect", value = 0).sizes(), (Dims{2, 5}));
  EXPECT_THAT(message_of<ValueError>([&] {
                F::interpolate(ones({1, 1, 4}), kw::size = {2, 3});
              }),
              StartsWith("Input and output must have the same number of spatial dimensions, but got input with spatial "
                         "dimensions of [4] and output size of [2, 3]. Please provide input tensor in (N, C, d1, d2, "
                         "...,dK) format and output size in (o1, o2, ...,oK) format."));
  EXPECT_THAT(message_of<ValueError>([&] {
                F::interpolate(ones({1, 1, 4, 4}), scale_factor = {2., 1.5, 1.});
              }),
              ::testing::HasSubstr("and scale_factor of shape [2.0, 1.5, 1.0]. Please provide input tensor in (N, C, "
                                   "d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."));
  nn::MultiheadAttention attention(4, 2);
  const Tensor words = ones({3, 1, 4});
  EXPECT_THAT(message_of<Error>([&] {
                attention(words, words, words, attn_mask = ones({3, 2}, kBool));
              }),
              StartsWith("The shape of the 2D attn_mask is torch.Size([3, 2]), but should be (3, 3)."));
}

TEST(OutputSizes, ByKeyword) {
  const Tensor x = arange(4, kFloat32).view({1, 1, 4});
  const nn::MaxPool1d pool(2);
  const auto [y, places] = pool->forward_with_indices(x.slice(2, 0, 3));
  const nn::MaxUnpool1d unpool(2);
  EXPECT_EQ(unpool(y, places).sizes(), (Dims{1, 1, 2}));
  EXPECT_EQ(unpool(y, places, output_size = {3}).sizes(), (Dims{1, 1, 3}));
  EXPECT_EQ(unpool(y, places, output_size = x.slice(2, 0, 3).sizes()).sizes(), (Dims{1, 1, 3}));
  EXPECT_EQ(unpool(y, places, output_size = None).sizes(), (Dims{1, 1, 2}));
  EXPECT_EQ(F::max_unpool1d(y, places, 2, output_size = {3}).sizes(), (Dims{1, 1, 3}));
  EXPECT_EQ(F::max_unpool1d(y, places, F::MaxUnpool1dFuncOptions(2).output_size(std::vector<std::int64_t>{3})).sizes(),
            (Dims{1, 1, 3}));

  const nn::ConvTranspose2d up(1, 1, 2, stride = 2);
  const Tensor image = ones({1, 1, 2, 2});
  EXPECT_EQ(up(image, output_size = {5, 4}).sizes(), (Dims{1, 1, 5, 4}));
  EXPECT_EQ(up(image, output_size = ones({1, 1, 5, 5}).sizes()).sizes(), (Dims{1, 1, 5, 5}));
  EXPECT_THROW(up(image, output_size = {6, 4}), Error);
}

TEST(FunctionKeywords, OfPythonsNames) {
  const Tensor x = randn({1, 5, 5});
  EXPECT_TRUE(equal(F::softshrink(x, lambd = 0.1), F::softshrink(x, 0.1)));
  EXPECT_TRUE(equal(F::hardshrink(x, lambd = 1), F::hardshrink(x, lambda = 1)));
  EXPECT_EQ(nn::Softshrink(lambd = 0.1)->str(), "Softshrink(0.1)");
  const auto pooled = [&](auto... options) {
    manual_seed(2);
    return F::fractional_max_pool2d_with_indices(x, options...).indices();
  };
  const auto expected = pooled(F::FractionalMaxPool2dFuncOptions(2).output_size(3));
  EXPECT_TRUE(equal(pooled(2, output_size = 3), expected));
  EXPECT_TRUE(equal(pooled(2, 3), expected));
}

TEST(Functional, LinearOfOneOutput) {
  const Tensor x = randn({4, 3, 2}), w = randn({2}).requires_grad_();
  const Tensor y = F::linear(x, w);
  EXPECT_EQ(y.sizes(), (Dims{4, 3}));
  EXPECT_TRUE(allclose(y, (x * w).sum(-1)));
  EXPECT_EQ(F::linear(x[0][0], w).sizes(), Dims());
  y.sum().backward();
  EXPECT_TRUE(allclose(w.grad(), x.sum({0, 1})));
  EXPECT_THROW(F::linear(ones({3, 3}), w), Error);
  EXPECT_THROW(F::linear(x, w, ones({3})), Error) << "as in PyTorch, whose bias goes with a matrix";
}

}  // namespace
}  // namespace xgrad
