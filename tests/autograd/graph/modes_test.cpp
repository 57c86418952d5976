#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/observer.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/optim/optim.hpp>

#include <thread>

#include "graph_test.hpp"

namespace xgrad {
namespace {

TEST(InferenceMode, MakesTensorsThatNoGraphUses) {
  const Tensor x = leaf({1., 2.});
  Tensor y;
  {
    const InferenceMode guard;
    EXPECT_TRUE(is_inference_mode_enabled());
    EXPECT_FALSE(is_grad_enabled());
    y = x * 2;
    EXPECT_FALSE(y.requires_grad());
    y.add_(1);  // inside, everything goes
    const Tensor view = x.view({1, 2});
    EXPECT_FALSE(view.is_inference()) << "a view of a normal tensor is normal";
    EXPECT_TRUE(y.view({1, 2}).is_inference());
  }
  EXPECT_TRUE(is_grad_enabled());
  EXPECT_TRUE(y.is_inference());
  EXPECT_FALSE(x.is_inference());
  EXPECT_EQ(values(y + 1), (Values{4, 6}));
  EXPECT_ERROR(Error, x * y, "Inference tensors cannot be saved for backward");
  EXPECT_ERROR(Error, y.add_(1), "Inplace update to inference tensor outside InferenceMode is not allowed");
  EXPECT_ERROR(Error, y.requires_grad_(), "Setting requires_grad=True on inference tensor outside InferenceMode");
  EXPECT_ERROR(Error, y.version(), "Inference tensors do not track version counter.");
  const Tensor normal = y.clone();
  EXPECT_FALSE(normal.is_inference());
  (x * normal).sum().backward();
  EXPECT_EQ(values(x.grad()), (Values{3, 5}));
}

TEST(InferenceMode, CanBeTurnedOffInside) {
  const InferenceMode outer;
  {
    const InferenceMode inner(false);
    EXPECT_FALSE(tensor(1.).is_inference());
    EXPECT_TRUE((leaf(1.) * 2).requires_grad());
  }
  EXPECT_TRUE(tensor(1.).is_inference());
}

TEST(GradMode, SetGradEnabled) {
  const Tensor x = leaf(1.);
  {
    const set_grad_enabled off(false);
    EXPECT_FALSE((x * 2).requires_grad());
    const enable_grad on;
    EXPECT_TRUE((x * 2).requires_grad());
  }
  EXPECT_TRUE((x * 2).requires_grad());
}

class Warnings : public ::testing::Test {
 protected:
  std::vector<std::string> seen;
  WarningHandlerGuard guard{[this](const std::string& message) { seen.push_back(message); }};
};

TEST_F(Warnings, ReadingTheGradientOfANonLeaf) {
  const Tensor x = leaf(1.);
  const Tensor y = x * 2;
  EXPECT_FALSE(y.grad().defined());
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_NE(seen[0].find("The .grad attribute of a Tensor that is not a leaf Tensor is being accessed."),
            std::string::npos);
  EXPECT_FALSE(x.grad().defined());
  y.retain_grad();
  EXPECT_FALSE(y.grad().defined());
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(Warnings, BackwardThatCreatesAGraph) {
  set_warn_always(true);
  const Tensor x = leaf(1.);
  (x * x).backward({}, true, true);
  set_warn_always(false);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_NE(seen[0].find("Using backward() with create_graph=True will create a reference cycle"), std::string::npos);
  (x * x).backward({}, true, true);
  EXPECT_EQ(seen.size(), 1u) << "told once only";
  x.mutable_grad().reset();
}

TEST_F(Warnings, MemoryThatMayOnlyBeRead) {
  set_warn_always(true);
  const std::vector<double> constant = {1, 2};
  std::vector<double> writable = {3, 4};
  EXPECT_EQ(values(from_blob(constant.data(), {2}, TensorOptions(kFloat64))), (Values{1, 2}));
  set_warn_always(false);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_NE(seen[0].find("is not writable"), std::string::npos);
  EXPECT_EQ(values(from_blob(writable.data(), {2}, TensorOptions(kFloat64))), (Values{3, 4}));
  EXPECT_EQ(seen.size(), 1u);
}

TEST_F(Warnings, MayBecomeErrors) {
  WarningHandlerGuard strict([](const std::string& message) { throw Error(message); });
  const Tensor y = leaf(1.) * 2;
  EXPECT_ERROR(Error, y.grad(), "is not a leaf Tensor");
}

TEST(PostAccumulateHooks, SeeTheLeafWithItsGradient) {
  const Tensor x = leaf({1., 2.});
  std::vector<Values> seen;
  const unsigned handle = x.register_post_accumulate_grad_hook([&](Tensor p) {
    EXPECT_TRUE(p.is_same(x));
    seen.push_back(values(p.grad()));
    p.mutable_grad().reset();  // where an optimizer has stepped already
  });
  (x * x + x).sum().backward();
  (x * 3).sum().backward();
  EXPECT_EQ(seen, (std::vector<Values>{{3, 5}, {3, 3}}));
  EXPECT_FALSE(x.grad().defined());
  x.remove_hook(handle);
  x.sum().backward();
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_ERROR(Error, (x * 2).register_post_accumulate_grad_hook([](Tensor) {}),
               "post accumulate grad hooks cannot be registered on non-leaf tensors");
  EXPECT_ERROR(Error, tensor(1.).register_post_accumulate_grad_hook([](Tensor) {}),
               "cannot register a hook on a tensor that doesn't require gradient");
}

TEST(NodeHooks, CanBeRemoved) {
  const Tensor x = leaf(2.);
  const Tensor y = x * 3;
  int pre = 0, post = 0;
  const unsigned a = y.grad_fn()->add_pre_hook([&](Grads&) { ++pre; });
  const unsigned b = y.grad_fn()->add_post_hook([&](Grads&, const Grads&) { ++post; });
  y.backward({}, true);
  y.grad_fn()->remove_hook(a);
  y.backward({}, true);
  y.grad_fn()->remove_hook(b);
  y.backward();
  EXPECT_EQ(pre, 1);
  EXPECT_EQ(post, 2);
}

TEST(Observer, SeesEveryNodeInOrder) {
  const Tensor x = leaf({1., 2.});
  const Tensor y = (x * x).sum();
  std::vector<std::string> order;
  Values into_mul, accumulated;
  {
    autograd::ObserveBackward observe([&](const autograd::NodeRun& run) {
      order.push_back(run.node.name());
      if (order.back() == "MulBackward0") {
        into_mul = values(run.grad_outputs[0]);
        EXPECT_EQ(values(run.grad_inputs[0]), (Values{1, 2}));
      }
      if (run.accumulated.defined()) accumulated = values(run.accumulated);
    });
    y.backward();
  }
  EXPECT_EQ(order, (std::vector<std::string>{"SumBackward0", "MulBackward0", "AccumulateGrad"}));
  EXPECT_EQ(into_mul, (Values{1, 1}));
  EXPECT_EQ(accumulated, (Values{2, 4}));
  (x * 2).sum().backward();
  EXPECT_EQ(order.size(), 3u) << "not after its scope";
}

TEST(Observer, EndsTheBackwardByThrowing) {
  const Tensor x = leaf(1.);
  const Tensor y = x * 2;
  const auto nodes = memory::statistics().nodes;
  {
    autograd::ObserveBackward observe([](const autograd::NodeRun&) { throw std::runtime_error("enough"); });
    EXPECT_THROW(y.backward(), std::runtime_error);
  }
  EXPECT_EQ(memory::statistics().nodes, nodes);
}

TEST(Statistics, CountTensorsNodesAndBytes) {
  const auto before = memory::statistics();
  {
    const Tensor x = leaf({1., 2., 3.});  // one tensor, its accumulator, 24 bytes
    const Tensor y = x * x;               // one more of each
    const Tensor v = y.view({3, 1});      // shares the bytes
    const auto now = memory::statistics();
    EXPECT_EQ(now.tensors - before.tensors, 3);
    EXPECT_EQ(now.nodes - before.nodes, 3);
    EXPECT_EQ(now.bytes - before.bytes, 48);
  }
  const auto after = memory::statistics();
  EXPECT_EQ(after.tensors, before.tensors);
  EXPECT_EQ(after.nodes, before.nodes);
  EXPECT_EQ(after.bytes, before.bytes);
}

TEST(Statistics, ALongTrainingLeavesThemFlat) {
  manual_seed(0);
  nn::Sequential model(nn::Linear(3, 4), nn::ReLU(), nn::Linear(4, 2));
  optim::SGD optimizer(model->parameters(), optim::SGDOptions(0.01).momentum(0.9));
  const Tensor x = randn({2, 3}), target = randint(2, {2});
  const auto step = [&] {
    optimizer.zero_grad();
    nn::functional::cross_entropy(model->forward(x), target).backward();
    optimizer.step();
  };
  for (int i = 0; i < 3; ++i) step();
  const auto before = memory::statistics();
  for (int i = 0; i < 10000; ++i) step();
  const auto after = memory::statistics();
  EXPECT_EQ(after.tensors, before.tensors);
  EXPECT_EQ(after.nodes, before.nodes);
  EXPECT_EQ(after.bytes, before.bytes);
}

TEST(Statistics, AddUpOverThreadsThatHaveEnded) {
  const auto before = memory::statistics();
  Tensor made;
  std::thread([&] { made = zeros({100}); }).join();
  EXPECT_EQ(memory::statistics().bytes - before.bytes, 400);
  made.reset();
  EXPECT_EQ(memory::statistics().bytes, before.bytes);
}

TEST(Allocator, BlocksFreedInAnotherThreadGoRound) {
  // One thread makes, another frees, as a DataLoader's worker and its reader do: the maker finds the blocks again.
  memory::empty_cache();
  const auto resident = [] { return memory::cached_bytes(); };
  for (int round = 0; round < 200; ++round) {
    std::vector<Tensor> batch;
    std::thread([&] {
      for (int i = 0; i < 64; ++i) batch.push_back(empty({64, 64, 16}));  // 256 KiB each
    }).join();
  }
  EXPECT_LT(resident(), std::size_t{200} << 20);
}

}  // namespace
}  // namespace xgrad
