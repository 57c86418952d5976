#include <cmath>
#include <thread>

#include "graph_test.hpp"

// For the thread sanitizer as much as for the numbers.
namespace xgrad {
namespace {

template <class F>
void on_threads(int n, F f) {
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i) threads.emplace_back([&f, i] { f(i); });
  for (auto& t : threads) t.join();
}

TEST(Threads, SeparateGraphsOverSharedLeaves) {
  const Tensor w = leaf({1., 2., 3.}), b = leaf(1.);
  constexpr int kThreads = 4, kRounds = 200;
  on_threads(kThreads, [&](int) {
    for (int i = 0; i < kRounds; ++i) (w * 2 + b).sum().backward();
  });
  EXPECT_EQ(values(w.grad()), (Values{2. * kThreads * kRounds, 2. * kThreads * kRounds, 2. * kThreads * kRounds}));
  EXPECT_EQ(b.grad().item<double>(), 3. * kThreads * kRounds);
}

/// Products add to gradients of leaves inside the kernel (leaf_gradient.hpp), others through the engine; here by turns.
TEST(Threads, ProductsAddToSharedLeaves) {
  const Tensor w = leaf({{1., 2., 3.}, {4., 5., 6.}}), b = leaf({1., 2., 3.});
  constexpr int kThreads = 4, kRounds = 200;
  on_threads(kThreads, [&](int) {
    const Tensor x = tensor({{1., 2.}, {3., 4.}, {5., 6.}, {7., 8.}}, TensorOptions(kFloat64));
    for (int i = 0; i < kRounds; ++i) {
      mm(x, w).sum().backward();
      addmm(b, x, w).sum().backward();
      nn::functional::linear(x, w.t(), b).sum().backward();
      (w * 2).sum().backward();
    }
  });
  constexpr double kAll = kThreads * kRounds;
  EXPECT_EQ(values(w.grad()), (Values{50 * kAll, 50 * kAll, 50 * kAll, 62 * kAll, 62 * kAll, 62 * kAll}));
  EXPECT_EQ(values(b.grad()), (Values{8 * kAll, 8 * kAll, 8 * kAll}));
  EXPECT_EQ(w._version(), 0);
}

/// A leaf's first gradient is kept as it is made, later ones are added to it: whoever comes first, nothing is lost.
TEST(Threads, FirstGradientsOfSharedLeavesMeet) {
  const Tensor x = tensor({{1., 2.}, {3., 4.}}, TensorOptions(kFloat64));
  constexpr int kThreads = 4, kRounds = 300;
  for (int i = 0; i < kRounds; ++i) {
    const Tensor w = leaf({{1., 2.}, {3., 4.}});
    on_threads(kThreads, [&](int) { mm(x, w).sum().backward(); });
    ASSERT_EQ(values(w.grad()), (Values{4. * kThreads, 4. * kThreads, 6. * kThreads, 6. * kThreads}));
  }
}

TEST(Threads, GradsOfOneSharedGraph) {
  const Tensor x = leaf({1., 2.});
  const Tensor shared = (x * x).exp();
  on_threads(2, [&](int) {
    for (int i = 0; i < 100; ++i) {
      const auto g = autograd::grad({shared.sum()}, {x}, {}, true);
      EXPECT_NEAR(values(g[0])[0], 2 * std::exp(1.), 1e-12);
      EXPECT_NEAR(values(g[0])[1], 4 * std::exp(4.), 1e-11);
    }
  });
}

TEST(Threads, GradModeIsEachThreadsOwn) {
  const NoGradGuard no_grad;
  std::thread([] { EXPECT_TRUE(GradMode::is_enabled()); }).join();
}

TEST(Threads, TensorsMadeOnOneThreadDieOnAnother) {
  std::vector<Tensor> made(100), leaves(made.size());
  std::thread([&] {
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = (leaves[i] = leaf({1., 2.})) * 2;
  }).join();
  // A hook lives as long as its node. These say which thread the nodes died on.
  std::vector<std::thread::id> died_on;
  const auto note = [&](int* hook) {
    died_on.push_back(std::this_thread::get_id());
    delete hook;
  };
  for (std::size_t i = 0; i < made.size(); ++i) {
    made[i].register_hook([owned = std::shared_ptr<int>(new int(0), note)](const Tensor&) {});
    made[i].sum().backward();
    EXPECT_EQ(values(leaves[i].grad()), (std::vector<double>{2, 2}));
  }
  EXPECT_TRUE(died_on.empty());
  std::thread::id last;
  std::thread([&] {
    last = std::this_thread::get_id();
    made.clear();
    EXPECT_EQ(died_on, std::vector<std::thread::id>(leaves.size(), last));
    // What was freed here is used here, and again where it came from.
    leaves.front().sum().backward();
  }).join();
  EXPECT_EQ(values(leaves.front().grad()), (std::vector<double>{3, 3}));
}

}  // namespace
}  // namespace xgrad
