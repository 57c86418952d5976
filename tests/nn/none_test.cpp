// None where Python has None: for every option and argument that may be left out.
#include <xgrad/xgrad.hpp>

#include <gtest/gtest.h>

namespace xgrad {
namespace {

using namespace kwargs;
namespace F = nn::functional;

TEST(None, LeavesAnOptionalOptionWithoutValue) {
  EXPECT_FALSE(nn::BatchNorm2d(10, momentum = None)->options.momentum().has_value());
  EXPECT_FALSE(nn::BatchNorm2d(10, 1e-5, None)->options.momentum().has_value());
  EXPECT_FALSE(nn::BatchNorm2d(nn::BatchNorm2dOptions(10).momentum(None))->options.momentum().has_value());
  EXPECT_FALSE(nn::InstanceNorm1d(10, momentum = None)->options.momentum().has_value());
  EXPECT_FALSE(nn::Embedding(10, 3, padding_idx = None, max_norm = None)->options.max_norm().has_value());
  EXPECT_FALSE(nn::EmbeddingBag(10, 3, max_norm = None, padding_idx = None)->options.padding_idx().has_value());
  EXPECT_FALSE(nn::Softmax(dim = None)->options.dim().has_value());
  EXPECT_FALSE(nn::RMSNorm(4, eps = None)->options.eps().has_value());
  EXPECT_FALSE(nn::AvgPool2d(2, divisor_override = None)->options.divisor_override().has_value());
  EXPECT_FALSE(nn::MultiheadAttention(8, 2, kdim = None, vdim = None)->in_proj_weight.numel() != 3 * 8 * 8);
  EXPECT_EQ(nn::Upsample(kw::size = None, scale_factor = 2.0)->str(), "Upsample(scale_factor=2.0, mode=nearest)");
  EXPECT_EQ(nn::FractionalMaxPool2d(2, output_size = None, output_ratio = 0.5)->options.output_size(), std::nullopt);
}

TEST(None, IsTheDefaultDeviceAndDtype) {
  nn::Linear layer(3, 4, bias = true, device = None, dtype = None);
  EXPECT_EQ(layer->weight.dtype(), kFloat32);
  EXPECT_EQ(zeros({2}, dtype = None, device = None).dtype(), kFloat32);
}

TEST(None, IsTheStrideOfPooling) {
  EXPECT_EQ(*nn::MaxPool2d({3, 2}, stride = None)->options.stride(), (std::array<std::int64_t, 2>{3, 2}));
  EXPECT_EQ(*nn::AvgPool1d(3, None)->options.stride(), (std::array<std::int64_t, 1>{3}));
  EXPECT_EQ(*nn::MaxPool1dOptions(4).stride(1).stride(None).stride(), (std::array<std::int64_t, 1>{4}));
  Tensor x = randn({1, 1, 6});
  EXPECT_TRUE(F::avg_pool1d(x, 2, stride = None).equal(F::avg_pool1d(x, 2)));
  EXPECT_TRUE(F::lp_pool1d(x, 2, 3, stride = None).equal(F::lp_pool1d(x, 2, 3)));
}

TEST(None, KeepsASizeInAdaptivePooling) {
  Tensor x = randn({2, 3, 4, 5, 6});
  auto sizes = [](const Tensor& y) { return y.sizes().vec(); };
  using Sizes = std::vector<std::int64_t>;
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool3d({2, None, 3})(x)), (Sizes{2, 3, 2, 5, 3}));
  EXPECT_EQ(sizes(nn::AdaptiveMaxPool3d({None, None, 3})(x)), (Sizes{2, 3, 4, 5, 3}));
  EXPECT_EQ(sizes(F::adaptive_avg_pool3d(x, {2, None, 3})), (Sizes{2, 3, 2, 5, 3}));
  EXPECT_EQ(sizes(F::adaptive_max_pool3d(x, {None, 2, None})), (Sizes{2, 3, 4, 2, 6}));
  x = x[0];
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool2d({3, None})(x)), (Sizes{3, 4, 3, 6}));
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool2d({None, None})(x)), (Sizes{3, 4, 5, 6}));
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool2d(output_size = {3, None})(x)), (Sizes{3, 4, 3, 6}));
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool2d({3, 2})(x)), (Sizes{3, 4, 3, 2}));
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool2d(output_size = {3, 2})(x)), (Sizes{3, 4, 3, 2}));
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool2d(3)(x)), (Sizes{3, 4, 3, 3}));
  EXPECT_EQ(sizes(nn::AdaptiveMaxPool2d(nn::AdaptiveMaxPool2dOptions({None, 1}))(x)), (Sizes{3, 4, 5, 1}));
  EXPECT_EQ(sizes(F::adaptive_avg_pool2d(x, {3, None})), (Sizes{3, 4, 3, 6}));
  EXPECT_EQ(sizes(F::adaptive_max_pool2d(x, {None, 2})), (Sizes{3, 4, 5, 2}));
  EXPECT_EQ(sizes(std::get<1>(F::adaptive_max_pool2d_with_indices(x, {None, 2}))), (Sizes{3, 4, 5, 2}));
  x = x[0];
  EXPECT_EQ(sizes(nn::AdaptiveAvgPool1d({None})(x)), (Sizes{4, 5, 6}));
  EXPECT_EQ(sizes(F::adaptive_max_pool1d(x, {None})), (Sizes{4, 5, 6}));
  EXPECT_EQ(nn::AdaptiveAvgPool2d({3, None})->str(), "AdaptiveAvgPool2d(output_size=(3, None))");
}

TEST(None, IsAnUndefinedTensor) {
  Tensor x = randn({4, 3}), w = randn({2, 3}), t = tensor({0, 1, 1, 0});
  EXPECT_TRUE(F::linear(x, w, None).equal(x.mm(w.t())));
  EXPECT_TRUE(
      F::batch_norm(x, None, None, training = true).equal(F::batch_norm(x, Tensor(), Tensor(), training = true)));
  EXPECT_TRUE(F::layer_norm(x, {3}, None, None, 1e-5).equal(F::layer_norm(x, {3})));
  EXPECT_TRUE(F::layer_norm(x, {3}, weight = None, bias = None).equal(F::layer_norm(x, {3})));
  EXPECT_TRUE(F::cross_entropy(x, t, weight = None).equal(F::cross_entropy(x, t)));
  EXPECT_FALSE(nn::CrossEntropyLoss(weight = None)->weight.defined());
  EXPECT_FALSE(nn::BCEWithLogitsLoss(pos_weight = None)->pos_weight.defined());
  Tensor image = randn({1, 1, 5, 5}), kernel = randn({1, 1, 3, 3});
  EXPECT_TRUE(F::conv2d(image, kernel, None, stride = 2).equal(F::conv2d(image, kernel, stride = 2)));
  nn::LSTM lstm(3, 2);
  EXPECT_TRUE(std::get<0>(lstm(x, None)).equal(std::get<0>(lstm(x))));
  nn::RNN rnn(3, 2);
  EXPECT_TRUE(std::get<0>(rnn(x, None)).equal(std::get<0>(rnn(x))));
  nn::MultiheadAttention attention(3, 1);
  EXPECT_TRUE(std::get<0>(attention(x, x, x, key_padding_mask = None, attn_mask = None))
                  .equal(std::get<0>(attention(x, x, x))));
}

TEST(None, LeavesOutWhatOperationsTake) {
  Tensor x = randn({2, 3});
  EXPECT_TRUE(x.sum(dim = None).equal(x.sum()));
  EXPECT_TRUE(sum(x, dim = None, keepdim = true).equal(x.sum().view({1, 1})));
  EXPECT_TRUE(x.clamp(kw::min = None, kw::max = 0.5).equal(x.clamp(kw::max = 0.5)));
  EXPECT_TRUE(x.clamp(kw::min = 0.5, kw::max = None).equal(x.clamp(kw::min = 0.5)));
  EXPECT_TRUE(x.argmax(dim = None).equal(x.argmax()));
  EXPECT_TRUE(x.softmax(1, dtype = None).equal(x.softmax(1)));
  EXPECT_TRUE(F::softmax(x, dim = 1, dtype = None).equal(x.softmax(1)));
  EXPECT_TRUE(bincount(tensor({1, 1, 2}), kw::weights = None).equal(bincount(tensor({1, 1, 2}))));
  EXPECT_TRUE(x.norm(2, dim = None).equal(x.norm()));
  manual_seed(1);
  Tensor drawn = rand({4}).bernoulli();
  manual_seed(1);
  EXPECT_TRUE(rand({4}).bernoulli(generator = None).equal(drawn));
  EXPECT_EQ(zeros({3}).random_(generator = None).dim(), 1);
}

TEST(None, OfOptimisersAndSchedules) {
  Tensor p = zeros({2}, requires_grad = true);
  optim::LBFGS lbfgs({p}, max_eval = None, line_search_fn = None);
  optim::SGD sgd({p}, lr = 0.1, momentum = 0.9);
  optim::lr_scheduler::OneCycleLR one_cycle(sgd, max_lr = 0.1, total_steps = None, kw::epochs = 2, steps_per_epoch = 3);
  optim::lr_scheduler::CyclicLR cyclic(sgd, base_lr = 0.1, max_lr = 0.2, step_size_down = None, scale_fn = None);
  EXPECT_EQ(cyclic.get_last_lr(), std::vector<double>{0.1});
  sgd.step(nullptr);
}

TEST(None, IndexesAsBefore) {
  Tensor x = randn({2, 3});
  EXPECT_EQ(x[None].dim(), 3);
  EXPECT_EQ((x[{None, Ellipsis, Slice(None, 2)}].sizes().vec()), (std::vector<std::int64_t>{1, 2, 2}));
  EXPECT_EQ(x.index({Slice(), None}).dim(), 3);
  Tensor absent = None;
  EXPECT_FALSE(absent.defined());
  absent = x;
  absent = None;
  EXPECT_FALSE(absent.defined());
}

}  // namespace
}  // namespace xgrad
