/// Archives that libtorch wrote (scripts/goldens/archives.cpp) hold what they held there.
#include <gmock/gmock.h>
#include <xgrad/xgrad.hpp>

#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using ::testing::ElementsAre;

std::string libtorch(const std::string& name) { return XGRAD_SOURCE_DIR "/tests/data/libtorch_" + name + ".pt"; }

struct LibtorchNet : nn::Module {
  nn::Linear fc = register_module("fc", nn::Linear(3, 2));
  nn::BatchNorm1d bn = register_module("bn", nn::BatchNorm1d(2));
  nn::Sequential layers = register_module(
      "layers", nn::Sequential(nn::Linear(nn::LinearOptions(2, 1).bias(false)),
                               nn::Functional([](Tensor x) { return x; }), nn::ReLU(), nn::Linear(1, 1)));
};

TEST(LibtorchArchive, Module) {
  LibtorchNet net;
  xgrad::load(net, libtorch("net"));
  double start = 0;
  for (const Tensor& p : net.parameters()) {
    for (const float x : p.to_vector<float>()) {
      EXPECT_EQ(x, static_cast<float>(start / 8));
      start += 1;
    }
    start = (static_cast<int>(start) / 100 + 1) * 100;
  }
  EXPECT_THAT(net.bn->running_mean.to_vector<float>(), ElementsAre(0.5f, 0.5f));
  const auto state = xgrad::load(libtorch("net"));
  EXPECT_EQ(state.keys(), net.state_dict().keys());
}

TEST(LibtorchArchive, TensorAndVector) {
  Tensor t;
  xgrad::load(t, libtorch("tensor"));
  EXPECT_EQ(t.sizes(), Dims({3, 2}));
  EXPECT_EQ(t.strides(), Dims({1, 3}));
  EXPECT_THAT(t.to_vector<float>(), ElementsAre(0, 3, 1, 4, 2, 5));
  std::vector<Tensor> v;
  xgrad::load(v, libtorch("vector"));
  ASSERT_EQ(v.size(), 3u);
  EXPECT_TRUE(v[1].array().same_storage(v[0].array()));
  EXPECT_THAT(v[1].to_vector<float>(), ElementsAre(3, 4, 5));
  EXPECT_EQ(v[2].item<std::int64_t>(), 3);
  const Value pickled = load(libtorch("pickle"));
  EXPECT_TRUE(pickled.items()[1].toTensor().equal(v[1]));
}

/// What the archive has is what our own optimiser has after the same two steps.
template <class Optimizer, class Options>
void expect_state(const char* name, Options options, std::initializer_list<const char*> entries) {
  const auto run = [](const auto& params, Optimizer& optimizer) {
    for (int step = 1; step <= 2; ++step) {
      for (std::size_t i = 0; i < 2; ++i) {
        const NoGradGuard no_grad;
        params[i].mutable_grad() =
            full(params[i].sizes(), static_cast<double>((i + 1) * static_cast<std::size_t>(step)));
      }
      optimizer.step();
    }
  };
  const auto make = [] {
    return std::vector<Tensor>{xgrad::arange(3).to(kFloat32).requires_grad_(), ones({2, 2}).requires_grad_()};
  };
  const auto groups = [](const std::vector<Tensor>& p) {
    return std::vector{optim::OptimizerParamGroup({p[0]}), optim::OptimizerParamGroup({p[1]})};
  };
  const auto ours = make(), theirs = make();
  Optimizer reference(groups(ours), options), loaded(groups(theirs), Options(123));
  run(ours, reference);
  xgrad::load(loaded, libtorch(name));
  for (std::size_t i = 0; i < 2; ++i) {
    for (const char* entry : entries) {
      const Tensor expected = reference.state(ours[i], entry), found = loaded.state(theirs[i], entry);
      ASSERT_TRUE(expected.defined() && found.defined()) << name << "." << entry;
      EXPECT_TRUE(found.allclose(expected, 1e-5, 1e-7)) << name << "." << entry;
    }
    EXPECT_EQ(loaded.param_groups()[i].options().get_lr(), 0.25) << name;
  }
}

TEST(LibtorchArchive, Optimizers) {
  expect_state<optim::SGD>("sgd", optim::SGDOptions(0.25).momentum(0.5), {"momentum_buffer"});
  expect_state<optim::Adam>("adam", optim::AdamOptions(0.25).amsgrad(true),
                            {"step", "exp_avg", "exp_avg_sq", "max_exp_avg_sq"});
  expect_state<optim::AdamW>("adamw", optim::AdamWOptions(0.25).betas({0.5, 0.75}), {"step", "exp_avg", "exp_avg_sq"});
  expect_state<optim::RMSprop>("rmsprop", optim::RMSpropOptions(0.25).momentum(0.5).centered(true),
                               {"step", "square_avg", "momentum_buffer", "grad_avg"});
  expect_state<optim::Adagrad>("adagrad", optim::AdagradOptions(0.25), {"step", "sum"});
  const Tensor a = xgrad::arange(3).to(kFloat32).requires_grad_();
  optim::LBFGS lbfgs({a}, optim::LBFGSOptions(1));
  xgrad::load(lbfgs, libtorch("lbfgs"));
  EXPECT_THAT(lbfgs.state(a, "prev_flat_grad").to_vector<float>(), ElementsAre(1, 1, 1));
  EXPECT_EQ(lbfgs.param_groups()[0].options().get_lr(), 0.25);
  std::ostringstream text;
  text << lbfgs;
  expect_contains(text.str(), "history_size: 7");
}

TEST(LibtorchArchive, Values) {
  InputArchive in;
  in.load_from(libtorch("values"));
  const auto value = [&](const char* key) {
    Value v;
    in.read(key, v);
    return v;
  };
  EXPECT_EQ(value("int").toInt(), 3);
  EXPECT_EQ(value("float").toDouble(), 1.5);
  EXPECT_EQ(value("str").toStringRef(), "hi");
  EXPECT_TRUE(value("bool").toBool() && value("none").isNone());
  EXPECT_TRUE(value("parameter").toTensor().requires_grad());
  EXPECT_FALSE(value("buffer").toTensor().requires_grad());
  EXPECT_EQ(value("tuple").as_tuple()[1].toDouble(), 2.5);
  EXPECT_EQ(value("ints").as_list()[1].toInt(), 2);
  EXPECT_EQ(value("floats").as_list()[0].toDouble(), 0.5);
  EXPECT_EQ(value("strs").as_list()[1].toStringRef(), "b");
  EXPECT_EQ(value("tensors").as_list()[1].toTensor().dim(), 0);
  EXPECT_EQ(value("dict").as_dict().at("a").toInt(), 1);
  InputArchive inner;
  in.read("inner", inner);
  Tensor deep;
  inner.read("deep/er", deep);
  EXPECT_THAT(deep.to_vector<bool>(), ElementsAre(true, false));
}

}  // namespace
}  // namespace xgrad::serialize::testing
