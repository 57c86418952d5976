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
  std::vector<Tensor> made(100);
  std::thread([&] {
    for (auto& t : made) t = leaf({1., 2.}) * 2;
  }).join();
  for (auto& t : made) t.sum().backward();
  std::thread([&] { made.clear(); }).join();
}

}  // namespace
}  // namespace xgrad
