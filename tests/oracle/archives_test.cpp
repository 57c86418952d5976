/// libtorch opens our archives, and we open its.
#include "torch_archives.hpp"

#include <gmock/gmock.h>
#include <xgrad/xgrad.hpp>

#include "../serialize/support.hpp"

namespace xgrad {
namespace {

using serialize::Value;
using testing::ElementsAre;

class LibtorchArchives : public serialize::testing::FolderTest {};

struct OracleNet : nn::Module {
  OracleNet() {
    register_module("fc", nn::Linear(3, 2));
    register_module("bn", nn::BatchNorm1d(2));
    register_module("layers", nn::Sequential(nn::Linear(nn::LinearOptions(2, 1).bias(false)), nn::Functional(relu),
                                             nn::ReLU(), nn::Linear(1, 1)));
    register_module("gru", nn::GRU(2, 2));
  }
  std::vector<float> numbers(bool with_buffers) const {
    std::vector<float> all;
    const auto add = [&](const std::vector<Tensor>& tensors) {
      for (const Tensor& t : tensors) {
        const auto more = t.to_vector<float>();
        all.insert(all.end(), more.begin(), more.end());
      }
    };
    add(parameters());
    if (with_buffers) add(buffers());
    return all;
  }
};

TEST_F(LibtorchArchives, Modules) {
  const OracleNet net;
  save(net, path("ours.pt"));
  EXPECT_EQ(oracle::load_module(path("ours.pt")), net.numbers(true));
  oracle::save_module(path("theirs.pt"), net.numbers(false));
  OracleNet again;
  load(again, path("theirs.pt"));
  EXPECT_EQ(again.numbers(true), net.numbers(true));
}

TEST_F(LibtorchArchives, Tensors) {
  const Tensor base = arange(6).to(kFloat32);
  save(std::vector<Tensor>{base.view({2, 3}).t(), base[5]}, path("ours.pt"));
  EXPECT_THAT(oracle::load_tensors(path("ours.pt")), ElementsAre(0, 3, 1, 4, 2, 5, 5));
}

template <class Optimizer, class Options>
void expect_same_steps(const std::string& name, Options options, const std::string& path) {
  const auto take_steps = [](Optimizer& optimizer, const Tensor& p, double gradient) {
    for (int i = 0; i < 2; ++i) {
      p.mutable_grad() = full({3}, gradient, kFloat32);
      optimizer.step();
    }
  };
  const auto check = [&](const std::vector<float>& ours, const std::vector<float>& theirs, const char* direction) {
    ASSERT_EQ(ours.size(), theirs.size());
    for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], theirs[i], 1e-6) << name << direction;
  };
  Tensor p = ones({3}).requires_grad_();
  Optimizer optimizer(std::vector<Tensor>{p}, options);
  take_steps(optimizer, p, 0.5);
  save(optimizer, path);
  const auto theirs = oracle::steps_after_load(name, path, 2);
  const auto fresh_steps_after = [&] {
    Tensor q = ones({3}).requires_grad_();
    Optimizer loaded(std::vector<Tensor>{q}, options);
    load(loaded, path);
    take_steps(loaded, q, 2);
    return q.to_vector<float>();
  };
  check(fresh_steps_after(), theirs, " from ours");
  oracle::save_optimizer(name, path, 0.5);
  check(fresh_steps_after(), theirs, " from theirs");
}

TEST_F(LibtorchArchives, Optimizers) {
  const std::string file = path("optimizer.pt");
  expect_same_steps<optim::SGD>("SGD", optim::SGDOptions(0.25).momentum(0.5), file);
  expect_same_steps<optim::Adam>("Adam", optim::AdamOptions(0.25).amsgrad(true), file);
  expect_same_steps<optim::AdamW>("AdamW", optim::AdamWOptions(0.25), file);
  expect_same_steps<optim::RMSprop>("RMSprop", optim::RMSpropOptions(0.25).momentum(0.5).centered(true), file);
  expect_same_steps<optim::Adagrad>("Adagrad", optim::AdagradOptions(0.25), file);
}

TEST_F(LibtorchArchives, Values) {
  serialize::OutputArchive archive;
  archive.write("int", 3);
  archive.write("float", 1.5);
  archive.write("text with \"quotes\", \\ and ü", "a\nb");
  archive.write("none", Value());
  archive.write("tuple", Value::tuple({1, true}));
  archive.write("strs", Value::list({"a", "b"}));
  archive.write("empty", Value::list());
  archive.write("dict", Value::dict({{"k", Value::list({1, 2})}}));
  archive.save_to(path("values.pt"));
  EXPECT_THAT(oracle::print_archive(path("values.pt")),
              ElementsAre("int=3", "float=1.5", "text with \"quotes\", \\ and ü=a\nb", "none=None", "tuple=(1, True)",
                          "strs=[a, b]", "empty=[]", "dict={k: [1, 2]}"));
  EXPECT_EQ(oracle::print_pickle(pickle_save(Value::dict({{"a", Value::list({1, 2.5})}}))), "{a: [1, 2.5]}");
}

}  // namespace
}  // namespace xgrad
