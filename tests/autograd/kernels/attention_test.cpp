// Attention over many tiles: against the weights as a whole, on any number of threads, and what it leaves in memory.
#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/ops/attention.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace xgrad {
namespace {

struct Threads {
  explicit Threads(int n) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
  int before = get_num_threads();
};

struct Inputs {
  Tensor q, k, v, g;
  Inputs(ScalarType dtype, std::int64_t batch, std::int64_t rows, std::int64_t columns, std::int64_t width) {
    manual_seed(3);
    q = randn({batch, rows, width}, dtype).requires_grad_();
    k = randn({batch, columns, width}, dtype).requires_grad_();
    v = randn({batch, columns, width}, dtype).requires_grad_();
    g = randn({batch, rows, width}, dtype);
  }
  /// The result and the three gradients.
  std::vector<Tensor> run(const Tensor& y) const {
    std::vector<Tensor> out = autograd::grad({y}, {q, k, v}, {g});
    out.push_back(y.detach());
    return out;
  }
};

void expect_close(const std::vector<Tensor>& a, const std::vector<Tensor>& b, double tolerance) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_LT(abs(a[i] - b[i]).max().item<double>(), tolerance * (1 + abs(b[i]).max().item<double>())) << i;
  }
}

TEST(Attention, TilesAddUpToTheWhole) {
  const Inputs in(kFloat64, 2, 333, 701, 24);
  for (const bool causal : {false, true}) {
    const auto whole = in.run(std::get<0>(_scaled_dot_product_attention(in.q, in.k, in.v, {}, 0, true, causal)));
    expect_close(in.run(scaled_dot_product_attention(in.q, in.k, in.v, {}, 0, causal)), whole, 1e-12);
  }
  const Tensor mask = randn({333, 701}, kFloat64);
  const auto whole = in.run(std::get<0>(_scaled_dot_product_attention(in.q, in.k, in.v, mask, 0, true)));
  expect_close(in.run(scaled_dot_product_attention(in.q, in.k, in.v, mask)), whole, 1e-12);
}

TEST(Attention, DropsTheSameWeightsAsTheWhole) {
  const Inputs in(kFloat64, 3, 1100, 90, 8);  // more rows than are drawn for at a time
  manual_seed(7);
  const auto whole = in.run(std::get<0>(_scaled_dot_product_attention(in.q, in.k, in.v, {}, 0.3, true)));
  const double after = rand({}, kFloat64).item<double>();
  manual_seed(7);
  expect_close(in.run(scaled_dot_product_attention(in.q, in.k, in.v, {}, 0.3)), whole, 1e-12);
  EXPECT_EQ(rand({}, kFloat64).item<double>(), after) << "as many draws";
}

TEST(Attention, SameBitsWithAnyNumberOfThreads) {
  const Inputs in(kFloat32, 5, 300, 290, 32);
  for (const double dropout : {0., 0.2}) {
    std::vector<Tensor> one;
    for (const int threads : {1, 2, 3}) {
      const Threads set(threads);
      manual_seed(1);
      const auto now = in.run(scaled_dot_product_attention(in.q, in.k, in.v, {}, dropout, true));
      if (one.empty()) one = now;
      for (std::size_t i = 0; i < now.size(); ++i) EXPECT_TRUE(equal(now[i], one[i])) << threads << " threads, " << i;
    }
  }
}

TEST(Attention, LargeScoresStayNumbers) {
  const Tensor q = full({1, 2, 4}, 300., kFloat32), k = full({1, 600, 4}, 300., kFloat32);
  const Tensor v = arange(600, kFloat32).view({1, 600, 1});
  EXPECT_NEAR(scaled_dot_product_attention(q, k, v)[0][0].item<float>(), 299.5f, 1e-3);
  // A row whose first tile of columns is unseen, and one that sees nothing.
  Tensor mask = zeros({2, 600}, kBool);
  mask.select(0, 0).slice(0, 500, 502).fill_(true);
  const Tensor y = scaled_dot_product_attention(q, k, v, mask);
  EXPECT_NEAR(y[0][0].item<float>(), 500.5f, 1e-3);
  EXPECT_TRUE(std::isnan(y[0][1].item<float>()));
}

TEST(Attention, LeavesNoWeightsInMemory) {
  const Inputs in(kFloat32, 1, 1024, 1024, 16);
  const std::int64_t before = memory::statistics().bytes;
  const Tensor y = scaled_dot_product_attention(in.q, in.k, in.v, {}, 0.1);
  EXPECT_LT(memory::statistics().bytes - before, 1024 * 16 * 4 * 2) << "the weights would be 1024 × 1024 × 4";
  y.backward(in.g);
}

}  // namespace
}  // namespace xgrad
