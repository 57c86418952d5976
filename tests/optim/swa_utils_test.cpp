#include <gmock/gmock.h>

#include "golden.hpp"

namespace xgrad::test {
namespace {

using namespace kwargs;  // NOLINT(google-build-using-namespace)
using optim::swa_utils::AveragedModel;
using optim::swa_utils::get_ema_avg_fn;

nn::Linear model() {
  nn::Linear linear(3, 2);
  const NoGradGuard no_grad;
  linear->weight.copy_(start<float>(6, kFloat32).reshape({2, 3}));
  linear->bias.copy_(start<float>(2, kFloat32));
  return linear;
}

template <class Average>
void follow(nn::Linear& linear, Average& averaged, const ordered_json& golden) {
  optim::SGD optimizer(linear->parameters(), lr = 0.1);
  int step = 0;
  for (const auto& values : golden["values"]) {
    set_gradients(linear->parameters(), ++step);
    optimizer.step();
    averaged.update_parameters(linear);
    expect_close(numbers_of(averaged.parameters()), values.template get<std::vector<double>>(), 1e-6,
                 "step " + std::to_string(step));
  }
  EXPECT_EQ(averaged.n_averaged.template item<std::int64_t>(), golden["n"].template get<std::int64_t>());
  std::vector<std::string> keys;
  for (const auto& entry : averaged.state_dict()) keys.push_back(entry.key());
  EXPECT_EQ(keys, golden["keys"].template get<std::vector<std::string>>());
}

TEST(AveragedModel, FollowsPyTorchsMean) {
  nn::Linear linear = model();
  AveragedModel averaged(linear);
  follow(linear, averaged, goldens()["averages"]["mean"]);
}

TEST(AveragedModel, FollowsPyTorchsMovingAverage) {
  nn::Linear linear = model();
  AveragedModel averaged(linear, avg_fn = get_ema_avg_fn(0.75));
  follow(linear, averaged, goldens()["averages"]["ema"]);
}

struct Counting : nn::Module {
  nn::Linear fc = register_module("fc", nn::Linear(2, 2));
  Tensor seen = register_buffer("seen", zeros({1}));
  Tensor forward(Tensor x) override { return fc(x); }
};

TEST(AveragedModel, OfAStruct) {
  manual_seed(1);
  Counting net;
  net.eval();
  const Tensor x = ones({1, 2});
  manual_seed(5);
  AveragedModel averaged(net);
  const Tensor drawn = rand({1});
  manual_seed(5);
  EXPECT_TRUE(equal(drawn, rand({1}))) << "the copy must not draw";
  EXPECT_FALSE(averaged.module.is_training());
  EXPECT_TRUE(equal(averaged(x), net(x)));
  {
    const NoGradGuard no_grad;
    net.fc->weight.zero_();
    net.seen.fill_(4);
  }
  EXPECT_FALSE(equal(averaged(x), net(x))) << "the copy is independent";
  averaged.update_parameters(net);
  EXPECT_TRUE(equal(averaged(x), net(x))) << "the first update copies";
  EXPECT_EQ(averaged.module.seen.item<float>(), 0);
}

TEST(AveragedModel, OfAModelThatNeedsArguments) {
  struct Net : nn::Cloneable<Net, nn::Module> {
    explicit Net(std::int64_t n) : width(n) { Net::reset(); }
    void reset() override {
      in = register_module("in", nn::Linear(width, width));
      out = register_module("out", nn::Linear(width, width));
      out->unregister_parameter("weight");
      out->weight = out->register_parameter("weight", in->weight);
    }
    Tensor forward(Tensor x) override { return out(in(x)); }
    std::int64_t width;
    nn::Linear in = nullptr, out = nullptr;
  };
  const NoGradGuard no_grad;
  Net net(3);
  net.in->weight.fill_(1);
  AveragedModel averaged(net);
  averaged.update_parameters(net);
  net.in->weight.fill_(3);
  averaged.update_parameters(net);
  EXPECT_TRUE(averaged.module.in->weight.equal(full({3, 3}, 2)));
  EXPECT_TRUE(averaged.module.out->weight.is_same(averaged.module.in->weight)) << "tied, as in the model";
  EXPECT_TRUE(net.in->weight.equal(full({3, 3}, 3)));
}

TEST(AveragedModel, BuffersToo) {
  Counting net;
  AveragedModel averaged(net, use_buffers = true);
  for (const float seen : {2.0f, 4.0f, 9.0f}) {
    const NoGradGuard no_grad;
    net.seen.fill_(seen);
    averaged.update_parameters(net);
  }
  EXPECT_FLOAT_EQ(averaged.module.seen.item<float>(), 5);
  EXPECT_EQ(averaged.n_averaged.item<std::int64_t>(), 3);
}

TEST(AveragedModel, SavesAndLoads) {
  nn::Linear linear = model();
  AveragedModel averaged(linear), other(linear);
  averaged.update_parameters(linear);
  {
    const NoGradGuard no_grad;
    linear->weight.add_(1);
  }
  averaged.update_parameters(linear);
  other.load_state_dict(averaged.state_dict());
  EXPECT_EQ(numbers_of(other.parameters()), numbers_of(averaged.parameters()));
  EXPECT_EQ(other.n_averaged.item<std::int64_t>(), 2);
}

}  // namespace
// m = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 2)).eval(); torch.optim.swa_utils.update_bn(batches, m)
TEST(UpdateBatchNorm, GivesTheStatisticsOfAllBatches) {
  nn::Sequential model{nn::BatchNorm1d(2), nn::Linear(2, 2)};
  model->eval();
  auto& norm = model->at<nn::BatchNorm1dImpl>(0);
  norm.running_mean.fill_(7);
  const Tensor first = arange(6).to(kFloat32).view({3, 2}), second = arange(6, 14).to(kFloat32).view({4, 2}).pow(1.5);
  const auto expect_statistics = [&] {
    EXPECT_TRUE(allclose(norm.running_mean, tensor({14.814542770385742f, 17.609411239624023f})));
    EXPECT_TRUE(allclose(norm.running_var, tensor({69.08899688720703f, 76.63155364990234f})));
    EXPECT_EQ(norm.num_batches_tracked.item<std::int64_t>(), 2);
    EXPECT_EQ(norm.options.momentum(), 0.1);
    EXPECT_FALSE(model->is_training());
  };
  optim::swa_utils::update_bn(std::vector<Tensor>{first, second}, model);
  expect_statistics();
  AveragedModel averaged(model);
  averaged.eval();
  optim::swa_utils::update_bn(std::vector<std::pair<Tensor, int>>{{first, 1}, {second, 2}}, averaged);
  expect_statistics();
  EXPECT_TRUE(equal(averaged.get_buffer("module.0.running_var"), norm.running_var));
  // A batch that does not fit leaves the model in its mode.
  EXPECT_THROW(optim::swa_utils::update_bn(std::vector<Tensor>{ones({2, 3})}, model), Error);
  EXPECT_FALSE(model->is_training());
  EXPECT_EQ(norm.options.momentum(), 0.1);
}

}  // namespace xgrad::test
