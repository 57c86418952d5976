#include "golden.hpp"
#include "models.hpp"

#include <xgrad/optim/sgd.hpp>

namespace xgrad {
namespace {

using namespace kwargs;
using test::message_of;

TEST(LazyLinear, BecomesLinearAtTheFirstCall) {
  const nn::LazyLinear layer(4);
  EXPECT_EQ(layer->str(), "LazyLinear(in_features=0, out_features=4, bias=True)");
  EXPECT_TRUE(layer->has_uninitialized_params());
  manual_seed(5);
  EXPECT_EQ(to_string(layer(ones({2, 3})).sizes()), "[2, 4]");
  EXPECT_FALSE(layer->has_uninitialized_params());
  EXPECT_EQ(layer->str(), "Linear(in_features=3, out_features=4, bias=True)");
  manual_seed(5);
  const nn::Linear plain(3, 4);
  EXPECT_TRUE(layer->weight.equal(plain->weight));
  EXPECT_TRUE(layer->bias.equal(plain->bias));
  EXPECT_EQ(layer->named_parameters().keys(), plain->named_parameters().keys());
}

TEST(LazyLinear, DrawsNothingBefore) {
  manual_seed(5);
  const nn::LazyLinear layer(4);
  const Tensor after = rand({3});
  manual_seed(5);
  EXPECT_TRUE(after.equal(rand({3})));
}

/// A lazy layer, the plain one it becomes, and an input.
struct LazyCase {
  std::string lazy_text;
  nn::AnyModule lazy, plain;
  Tensor x;
};

std::vector<LazyCase> cases() {
  return {
      {"LazyConv1d(0, 4, kernel_size=(3,), stride=(1,))", nn::AnyModule(nn::LazyConv1d(4, 3)),
       nn::AnyModule(nn::Conv1d(2, 4, 3)), ones({1, 2, 5})},
      {"LazyConv2d(0, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), groups=2, bias=False)",
       nn::AnyModule(nn::LazyConv2d(4, 3, padding = 1, groups = 2, bias = false)),
       nn::AnyModule(nn::Conv2d(2, 4, 3, padding = 1, groups = 2, bias = false)), ones({1, 2, 5, 5})},
      {"LazyConv3d(0, 4, kernel_size=(1, 2, 1), stride=(1, 1, 1))",
       nn::AnyModule(nn::LazyConv3d(nn::LazyConvOptions<3>(4, {1, 2, 1}))),
       nn::AnyModule(nn::Conv3d(nn::Conv3dOptions(2, 4, {1, 2, 1}))), ones({2, 2, 2, 2})},
      {"LazyConvTranspose1d(0, 4, kernel_size=(3,), stride=(2,))", nn::AnyModule(nn::LazyConvTranspose1d(4, 3, 2)),
       nn::AnyModule(nn::ConvTranspose1d(2, 4, 3, 2)), ones({1, 2, 5})},
      {"LazyConvTranspose2d(0, 4, kernel_size=(3, 3), stride=(1, 1), groups=2)",
       nn::AnyModule(nn::LazyConvTranspose2d(4, 3, groups = 2)),
       nn::AnyModule(nn::ConvTranspose2d(2, 4, 3, groups = 2)), ones({1, 2, 5, 5})},
      {"LazyConvTranspose3d(0, 4, kernel_size=(2, 2, 2), stride=(1, 1, 1))",
       nn::AnyModule(nn::LazyConvTranspose3d(4, 2)), nn::AnyModule(nn::ConvTranspose3d(2, 4, 2)),
       ones({1, 2, 2, 2, 2})},
      {"LazyBatchNorm1d(0, eps=0.001, momentum=0.1, affine=True, track_running_stats=True)",
       nn::AnyModule(nn::LazyBatchNorm1d(1e-3)), nn::AnyModule(nn::BatchNorm1d(2, 1e-3)), rand({3, 2})},
      {"LazyBatchNorm2d(0, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)",
       nn::AnyModule(nn::LazyBatchNorm2d(affine = false, track_running_stats = false)),
       nn::AnyModule(nn::BatchNorm2d(2, affine = false, track_running_stats = false)), rand({3, 2, 2, 2})},
      {"LazyBatchNorm3d(0, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
       nn::AnyModule(nn::LazyBatchNorm3d()), nn::AnyModule(nn::BatchNorm3d(2)), rand({3, 2, 2, 2, 1})},
      {"LazyInstanceNorm1d(0, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
       nn::AnyModule(nn::LazyInstanceNorm1d()),
       nn::AnyModule(nn::InstanceNorm1d(2, affine = true, track_running_stats = true)), rand({3, 2, 4})},
      {"LazyInstanceNorm2d(0, eps=1e-05, momentum=0.1, affine=True, track_running_stats=False)",
       nn::AnyModule(nn::LazyInstanceNorm2d(track_running_stats = false)),
       nn::AnyModule(nn::InstanceNorm2d(2, affine = true)), rand({3, 2, 4, 2})},
      {"LazyInstanceNorm3d(0, eps=1e-05, momentum=0.1, affine=False, track_running_stats=True)",
       nn::AnyModule(nn::LazyInstanceNorm3d(affine = false)),
       nn::AnyModule(nn::InstanceNorm3d(2, track_running_stats = true)), rand({3, 2, 4, 2, 1})},
  };
}

TEST(LazyModules, BecomeThePlainOnes) {
  for (LazyCase& c : cases()) {
    const auto lazy = c.lazy.ptr(), plain = c.plain.ptr();
    EXPECT_EQ(lazy->str(), c.lazy_text);
    c.lazy.forward(c.x);
    EXPECT_EQ(lazy->str(), plain->str());
    ASSERT_EQ(lazy->state_dict().keys(), plain->state_dict().keys()) << c.lazy_text;
    lazy->load_state_dict(plain->state_dict());
    lazy->eval(), plain->eval();
    EXPECT_TRUE(c.lazy.forward(c.x).equal(c.plain.forward(c.x))) << c.lazy_text;
  }
}

TEST(LazyModules, LoadWhatPlainOnesSaved) {
  for (LazyCase& c : cases()) {
    const auto lazy = c.lazy.ptr(), plain = c.plain.ptr();
    if (plain->state_dict().is_empty()) continue;
    manual_seed(1);
    lazy->load_state_dict(plain->state_dict());
    const Tensor drawn = rand({2});
    manual_seed(1);
    EXPECT_TRUE(drawn.equal(rand({2}))) << "loading drew numbers";
    EXPECT_FALSE(lazy->has_uninitialized_params());
    EXPECT_EQ(lazy->str(), plain->str());
    lazy->eval(), plain->eval();
    EXPECT_TRUE(c.lazy.forward(c.x).equal(c.plain.forward(c.x))) << c.lazy_text;
  }
}

TEST(LazyModules, StateDictBefore) {
  const nn::Sequential a(nn::LazyLinear(4), nn::LazyBatchNorm1d()), b(nn::LazyLinear(4), nn::LazyBatchNorm1d());
  const auto state = a->state_dict();
  EXPECT_EQ(state.keys(), (std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean",
                                                    "1.running_var", "1.num_batches_tracked"}));
  EXPECT_FALSE(state["0.weight"].defined());
  b->load_state_dict(state);
  EXPECT_TRUE(b[0]->has_uninitialized_params());
  EXPECT_NE(message_of<Error>([&] {
              b->load_state_dict({{"0.weight", Tensor()}});
            }).find("Missing key(s)"),
            std::string::npos);
  b(ones({2, 3}));
  EXPECT_THROW(b->load_state_dict(state), Error);
}

TEST(LazyModules, HaveNoParametersBefore) {
  const nn::Sequential net(nn::LazyLinear(4), nn::ReLU(), nn::LazyLinear(2));
  EXPECT_TRUE(message_of<ValueError>([&] {
                net->parameters();
              }).starts_with("Attempted to use an uninitialized parameter in parameters()"));
  EXPECT_THROW(optim::SGD(net->parameters(), 0.1), ValueError);
  EXPECT_THROW(net[0]->as<nn::LazyLinear>()->weight.sum(), Error);
  EXPECT_THROW(nn::utils::weight_norm(nn::LazyLinear(4)), ValueError);
  net(ones({1, 3}));
  EXPECT_EQ(net->parameters().size(), 4u);
  EXPECT_EQ(net->str(),
            "Sequential(\n  (0): Linear(in_features=3, out_features=4, bias=True)\n  (1): ReLU()\n"
            "  (2): Linear(in_features=4, out_features=2, bias=True)\n)");
}

TEST(LazyModules, KeepTheirDtype) {
  const nn::LazyLinear layer(4);
  layer->to(kFloat64);
  EXPECT_EQ(layer(ones({1, 3}, kFloat64)).dtype(), kFloat64);
  EXPECT_EQ(nn::LazyConv1d(2, 1, dtype = kFloat64)(ones({1, 1, 2}, kFloat64)).dtype(), kFloat64);
}

TEST(LazyModules, ClonesAreIndependent) {
  const nn::LazyLinear layer(4);
  const auto before = std::dynamic_pointer_cast<nn::LazyLinearImpl>(layer->clone());
  ASSERT_TRUE(before);
  layer(ones({1, 3}));
  EXPECT_TRUE(before->has_uninitialized_params());
  before->forward(ones({1, 2}));
  EXPECT_EQ(before->str(), "Linear(in_features=2, out_features=4, bias=True)");
  const auto after = layer->clone();
  EXPECT_EQ(after->str(), layer->str());
  EXPECT_TRUE(after->named_parameters()["weight"].equal(layer->weight));
}

TEST(LazyModules, SayWhatInputTheyTake) {
  EXPECT_EQ(message_of<Error>([] { nn::LazyConv2d(4, 3)(ones({3})); }).substr(0, 86),
            "Expected 3D (unbatched) or 4D (batched) input to LazyConv2d, but got input of size: to");
  EXPECT_THROW(nn::LazyConv1d(4, 3, groups = 2)(ones({1, 3, 5})), ValueError);
}

TEST(LazyModules, TransposedOnesTakeASize) {
  const nn::LazyConvTranspose1d layer(1, 3, stride = 2);
  EXPECT_EQ(layer(ones({1, 2, 4}), std::vector<std::int64_t>{10}).size(-1), 10);
}

TEST(RMSNorm, IsPyTorch24s) {
  const nn::RMSNorm norm(4), plain(nn::RMSNormOptions({2, 2}).eps(0.5).elementwise_affine(false));
  EXPECT_EQ(norm->str(), "RMSNorm((4,), eps=None, elementwise_affine=True)");
  EXPECT_EQ(plain->str(), "RMSNorm((2, 2), eps=0.5, elementwise_affine=False)");
  EXPECT_EQ(norm->state_dict().keys(), std::vector<std::string>{"weight"});
  EXPECT_TRUE(norm->weight.equal(ones({4})));
  const Tensor x = tensor({{3.f, 4.f, 0.f, 0.f}});
  EXPECT_TRUE(allclose(norm(x), x / 2.5f));
  EXPECT_TRUE(allclose(plain(x.view({2, 2})), x.view({2, 2}) / std::sqrt(6.75f)));
}

TEST(Pdist, IsTheTriangleOfCdist) {
  const Tensor x = tensor({{0., 0.}, {3., 4.}, {0., 1.}});
  EXPECT_TRUE(allclose(nn::functional::pdist(x), tensor({5., 1., std::sqrt(18.)})));
  const Tensor all = cdist(x, x, 2, "donot_use_mm_for_euclid_dist");
  EXPECT_TRUE(allclose(all[0][1], tensor(5.)));
  EXPECT_TRUE(allclose(all, cdist(x, x, 2, "use_mm_for_euclid_dist"), 1e-6, 1e-6));
  EXPECT_THROW(cdist(x, x, 2, "fast"), ValueError);
}

}  // namespace
}  // namespace xgrad
