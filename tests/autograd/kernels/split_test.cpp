// Large work gives the same bits on one thread and on several.
#include <xgrad/autograd/kernels/activation.hpp>
#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/convolution.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/embedding.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/matmul.hpp>
#include <xgrad/autograd/kernels/normalization.hpp>
#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/autograd/kernels/pooling.hpp>
#include <xgrad/autograd/kernels/reduce.hpp>
#include <xgrad/autograd/kernels/resample.hpp>
#include <xgrad/autograd/kernels/softmax.hpp>
#include <xgrad/autograd/kernels/split.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace xgrad::kernels {
namespace {

using test::generate;
using test::noise;

/// The number of threads as it was, at the end of a test.
struct Threads {
  explicit Threads(int n) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
  int before = get_num_threads();
};

TEST(Split, CoversEverythingInWholeMultiples) {
  for (const int threads : {1, 2, 3, 8}) {
    const Threads set(threads);
    for (const std::int64_t n : {0, 1, 1000, 32767, 32768, 100001}) {
      for (const std::int64_t multiple : {1, 16, 1024}) {
        std::vector<int> times(static_cast<std::size_t>(n), 0);
        split(n, 1, multiple, [&](std::int64_t first, std::int64_t last) {
          ASSERT_EQ(first % multiple, 0);
          for (std::int64_t i = first; i < last; ++i) ++times[static_cast<std::size_t>(i)];
        });
        EXPECT_EQ(times, std::vector<int>(times.size(), 1)) << threads << " threads, " << n << ", " << multiple;
      }
    }
  }
}

TEST(Split, OnlyWhatIsWorthIt) {
  const Threads set(2);
  EXPECT_LT(piece_length(split_limits.work_to_split, 1, 1), split_limits.work_to_split);
  EXPECT_EQ(piece_length(100, 1000000, 1), 25);
  EXPECT_EQ(piece_length(100, 1000000, 16), 32);
  EXPECT_EQ(piece_length(100, 1000000, 1, 1), 50);
  int calls = 0;
  split(split_limits.work_to_split - 1, 1, 1, [&](std::int64_t, std::int64_t) { ++calls; });
  EXPECT_EQ(calls, 1);
  const SerialGuard serial;
  EXPECT_EQ(piece_length(100, 1000000, 1), 100);
}

TEST(Split, MatrixByRowsOrColumns) {
  const Threads set(3);
  for (const auto& [rows, columns] : {std::pair<int, int>{1, 100000}, {3, 40000}, {100, 1000}, {40000, 3}, {1, 1}}) {
    std::vector<int> times(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), 0);
    split_matrix(rows, columns, 1, 64, [&, columns = columns](auto first, auto last, auto from, auto to) {
      for (std::int64_t i = first; i < last; ++i) {
        for (std::int64_t j = from; j < to; ++j) ++times[static_cast<std::size_t>(i * columns + j)];
      }
    });
    EXPECT_EQ(times, std::vector<int>(times.size(), 1)) << rows << " x " << columns;
  }
}

TEST(Split, BlasUsesOneThreadOnEveryThread) {
  EXPECT_EQ(blas::thread_count(), 1);
  int elsewhere = 0;
  std::thread([&] { elsewhere = blas::thread_count(); }).join();
  EXPECT_EQ(elsewhere, 1);
}

// With OpenBLAS's OpenMP flavour (tests/CMakeLists.txt runs this with each flavour there is), a program's own loops
// keep their threads.
TEST(Split, BlasLeavesOpenMpItsThreads) {
  const auto get = reinterpret_cast<int (*)()>(::dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
  const auto set = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  if (get && set) set(3);
  const Array a = to_dtype(noise<float>({300, 301}, 1), kFloat64), b = to_dtype(noise<float>({301, 302}, 2), kFloat64);
  const Array product = matmul(a, b);
  EXPECT_EQ(product.sizes(), (Dims{300, 302}));
  EXPECT_EQ(blas::thread_count(), 1);
  if (get && set) {
    EXPECT_EQ(get(), 3);
  }
}

TEST(Split, AnErrorInAPieceComesOut) {
  const Threads set(3);
  const Array a = generate<std::int32_t>({100000}, [](std::int64_t) { return 7; });
  const Array b = generate<std::int32_t>({100000}, [](std::int64_t i) { return i != 99999; });
  EXPECT_THROW(binary(Binary::FloorDivide, a, b, kInt32), Error);
  const Array table = noise<float>({10, 1000});
  const Array rows = generate<std::int64_t>({100}, [](std::int64_t i) { return i == 60 ? 10 : i % 10; });
  EXPECT_THROW(take_rows(table, rows, -1), IndexError);
}

// Work that is large enough to be split, by family.

using Results = std::vector<Array>;
struct Work {
  std::string name;
  std::function<Results()> run;
};

Array numbers(IntArrayRef sizes, std::uint64_t seed = 1) { return noise<float>(sizes, seed); }
Array labels(std::int64_t n, std::int64_t classes) {
  return generate<std::int64_t>({n}, [=](std::int64_t i) { return i * 7 % classes; });
}

void elementwise(std::vector<Work>& all) {
  all.push_back({"exp", [] {
                   return Results{
                       unary(Unary::Exp, binary(Binary::Mul, numbers({70001}), numbers({70001}, 2), kFloat32))};
                 }});
  all.push_back({"exp of large numbers", [] {
                   return Results{unary(Unary::Exp, generate<float>({70001}, [](std::int64_t i) {
                                          return i % 3000 ? 0.01 * static_cast<double>(i % 777)
                                                          : 89. + 1e-4 * static_cast<double>(i);
                                        }))};
                 }});
  all.push_back({"sin of strided", [] { return Results{unary(Unary::Sin, numbers({300, 400}).slice(1, 0, 400, 2))}; }});
  all.push_back({"lgamma", [] { return Results{unary(Unary::Lgamma, numbers({5003}))}; }});
  all.push_back({"row broadcast", [] {
                   return Results{binary(Binary::Add, numbers({300, 401}), numbers({401}), kFloat32)};
                 }});
  all.push_back({"column broadcast", [] {
                   return Results{binary(Binary::Sub, numbers({3, 30011}), numbers({3, 1}), kFloat32)};
                 }});
  all.push_back(
      {"transposed operand", [] {
         return Results{binary(Binary::Mul, numbers({300, 400}), numbers({400, 300}).transpose(0, 1), kFloat32)};
       }});
  all.push_back(
      {"compare", [] { return Results{compare(Compare::Lt, numbers({90001}), numbers({90001}, 2), kFloat32)}; }});
  all.push_back({"where", [] {
                   return Results{where(compare(Compare::Lt, numbers({90001}), numbers({90001}, 2), kFloat32),
                                        numbers({90001}, 3), numbers({1}), kFloat32)};
                 }});
  all.push_back({"addcmul", [] {
                   return Results{ternary(Ternary::Addcmul, numbers({90001}), numbers({90001}, 2), numbers({90001}, 3),
                                          0.3, kFloat32)};
                 }});
  all.push_back({"gelu", [] {
                   const Array x = numbers({200, 301}), g = numbers({200, 301}, 2);
                   return Results{activation({Activation::Gelu}, x), activation_backward({Activation::Gelu}, g, x),
                                  activation({Activation::Mish}, x.transpose(0, 1))};
                 }});
  all.push_back({"copies", [] {
                   const Array x = numbers({6, 70, 301});
                   return Results{to_dtype(x, kInt16),
                                  contiguous_copy(x),
                                  contiguous_copy(x.permute({0, 2, 1})),
                                  contiguous_copy(x.permute({2, 1, 0})),
                                  contiguous_copy(x.slice(2, 0, 301, 2)),
                                  contiguous_copy(numbers({1000, 333}).transpose(0, 1))};
                 }});
  all.push_back({"fill", [] {
                   const Array a = Array::empty({100003}, kFloat64);
                   fill(a, 3.5);
                   return Results{a};
                 }});
  all.push_back({"gather", [] {
                   const Array index = generate<std::int64_t>({300, 200}, [](std::int64_t i) { return i * 13 % 100; });
                   return Results{gather(numbers({100, 200}), 0, index)};
                 }});
  all.push_back({"rows by index", [] {
                   const Array index = generate<std::int64_t>({300, 500}, [](std::int64_t i) { return i * 13 % 200; });
                   const Array x = numbers({300, 200});
                   return Results{gather(x, 1, index), scatter_add(x, 1, index, numbers({300, 500}, 2))};
                 }});
}

void reductions(std::vector<Work>& all) {
  const std::pair<Dims, Dims> cases[] = {{{1000003}, {0}},       {{3, 100003}, {1}},     {{500, 301}, {1}},
                                         {{500, 301}, {0}},      {{4096, 50}, {0}},      {{8, 30, 20, 21}, {0, 2, 3}},
                                         {{8, 30, 20, 21}, {1}}, {{40, 50, 60}, {0, 2}}, {{200, 301}, {0, 1}}};
  for (const auto& [sizes, dims] : cases) {
    for (const bool turned : {false, true}) {
      all.push_back({fmt::format("reductions of {} over {}{}", sizes, dims, turned ? ", transposed" : ""),
                     [=, sizes = sizes, dims = dims] {
                       Array x = numbers(sizes);
                       if (turned && x.dim() > 1) x = x.transpose(0, x.dim() - 1);
                       const Array positive = compare(Compare::Gt, x, numbers({1}), kFloat32);
                       return Results{reduce(Reduce::Sum, x, dims, false, kFloat32),
                                      reduce(Reduce::Sum, to_dtype(x, kInt32), dims, false, kInt64),
                                      reduce(Reduce::Max, x, dims, false, kFloat32),
                                      reduce(Reduce::All, positive, dims, false, kBool),
                                      reduce(Reduce::Any, positive, dims, false, kBool),
                                      extreme_with_index(true, x, dims[0], false).second};
                     }});
    }
  }
}

void losses(std::vector<Work>& all) {
  for (const auto& [rows, n] : {std::pair<int, int>{5003, 10}, {300, 301}, {4, 30001}}) {
    all.push_back({fmt::format("softmax of {} x {}", rows, n), [rows = rows, n = n] {
                     const Array x = numbers({rows, n}), g = numbers({rows, n}, 2), t = labels(rows, n);
                     Results out;
                     for (const std::int64_t dim : {0, 1}) {
                       for (const bool log : {false, true}) {
                         out.push_back(softmax(x, dim, log));
                         out.push_back(softmax_backward(g, out.back(), dim, log));
                       }
                     }
                     Array probabilities, weight;
                     out.push_back(cross_entropy(x, t, {}, &probabilities, &weight));
                     out.push_back(cross_entropy_backward(numbers({}), probabilities, t, {}, weight));
                     return out;
                   }});
  }
}

void networks(std::vector<Work>& all) {
  const ConvGeometry same{.padding = {1, 1, 1}};
  all.push_back({"convolution", [=] {
                   const Array x = numbers({9, 8, 20, 21}), w = numbers({16, 8, 3, 3}, 2), b = numbers({16}, 3),
                               g = numbers({9, 16, 20, 21}, 4);
                   return Results{convolution(x, w, &b, same, {20, 21}),
                                  convolution_input(g, w, nullptr, same, {20, 21}),
                                  convolution_weight(g, x, same, {3, 3})};
                 }});
  all.push_back({"convolution of one image", [=] {
                   const Array x = numbers({1, 8, 20, 37}), w = numbers({25, 8, 3, 3}, 2), b = numbers({25}, 3),
                               g = numbers({1, 25, 20, 37}, 4);
                   return Results{convolution(x, w, &b, same, {20, 37}),
                                  convolution_input(g, w, nullptr, same, {20, 37}),
                                  convolution_weight(g, x, same, {3, 3})};
                 }});
  all.push_back({"grouped convolution", [=] {
                   ConvGeometry geometry = same;
                   geometry.groups = 4;
                   const Array x = numbers({16, 8, 24, 24}), w = numbers({32, 2, 3, 3}, 2), b = numbers({32}, 3),
                               g = numbers({16, 32, 24, 24}, 4);
                   const Array back = numbers({8}, 5);
                   return Results{convolution(x, w, &b, geometry, {24, 24}),
                                  convolution_input(g, w, &back, geometry, {24, 24}),
                                  convolution_weight(g, x, geometry, {3, 3})};
                 }});
  all.push_back({"max pool", [] {
                   Windows pairs;
                   for (std::int64_t i = 0; i < 15; ++i) pairs.of.push_back({2 * i, 2 * i + 2});
                   const Array x = numbers({4, 16, 30, 30});
                   const auto [values, indices] = max_pool(x, {pairs, pairs});
                   return Results{values, indices, plane_scatter(values, indices, {30, 30}),
                                  plane_scatter(values, indices, {30, 30}, true), plane_gather(x, indices, 2)};
                 }});
  for (const NormLayout& l : {NormLayout{{8, 16, 1, 300}, true}, NormLayout{{500, 1, 64, 1}},
                              NormLayout{{20, 4, 8, 100}}, NormLayout{{500, 100, 1, 1}, true}}) {
    all.push_back({fmt::format("norm of {} x {} x {} x {}", l.d[0], l.d[1], l.d[2], l.d[3]), [=] {
                     const Dims sizes{l.d[0], l.d[1], l.d[2], l.d[3]};
                     const Array x = numbers(sizes), g = numbers(sizes, 2), w = numbers({l.d[1] * l.d[2]}, 3),
                                 b = numbers({l.d[1] * l.d[2]}, 4);
                     const Normalized y = normalize(x, &w, &b, l, 1e-5);
                     const NormGradients d = normalize_backward(g, x, &w, y.mean, y.rstd, l);
                     return Results{y.y, y.mean, y.rstd, d.x, d.weight, d.bias};
                   }});
  }
  all.push_back({"embedding", [] {
                   const Array g = numbers({3000, 40}, 2), at = labels(3000, 70);
                   return Results{take_rows(numbers({70, 40}), at, 3), add_rows(g, at, 70, 3, true)};
                 }});
  all.push_back({"resample", [] {
                   Taps pairs;
                   pairs.in = 100;
                   for (std::int64_t i = 0; i < 50; ++i) pairs.tap(2 * i, 0.5), pairs.tap(2 * i + 1, 0.5), pairs.next();
                   return Results{resample(numbers({10, 100, 100}), {&pairs, &pairs})};
                 }});
  all.push_back({"optimisers", [] {
                   const Array p = numbers({50021}), g = numbers({50021}, 2), m = numbers({50021}, 3),
                               v = unary(Unary::Abs, numbers({50021}, 4));
                   sgd_step(p, g, &m, false, {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01});
                   adam_step("Adam", p, g, m, v, nullptr,
                             {.beta1 = 0.9, .beta2 = 0.99, .eps = 1e-8, .step_size = 0.01});
                   return Results{p, m, v};
                 }});
}

void products(std::vector<Work>& all) {
  const std::array<std::int64_t, 3> sizes[] = {{64, 50, 784},   {50, 784, 64},  {512, 50, 784}, {50, 784, 512},
                                               {300, 301, 302}, {100, 3, 4096}, {7, 2000, 100}, {4096, 20, 50}};
  for (const auto& [n, m, k] : sizes) {
    for (const bool at : {false, true}) {
      for (const bool bt : {false, true}) {
        all.push_back({fmt::format("{} x {} x {}{}{}", n, m, k, at ? ", a transposed" : "", bt ? ", b transposed" : ""),
                       [=, n = n, m = m, k = k] {
                         const Array a = at ? numbers({k, n}).transpose(0, 1) : numbers({n, k}),
                                     b = bt ? numbers({m, k}, 2).transpose(0, 1) : numbers({k, m}, 2),
                                     c = numbers({m}, 3);
                         return Results{matmul(a, b), matmul(a, b, 0.5, &c, 2),
                                        matmul(to_dtype(a, kFloat64), to_dtype(b, kFloat64))};
                       }});
      }
    }
  }
  all.push_back({"batches", [] {
                   return Results{batched_matmul(numbers({20, 30, 40}), numbers({20, 40, 50}, 2)),
                                  batched_matmul(numbers({2, 200, 40}), numbers({2, 40, 150}, 2))};
                 }});
  all.push_back({"matrix times vector", [] {
                   return Results{matvec(numbers({1003, 701}), numbers({701}, 2)),
                                  matvec(numbers({701, 1003}).transpose(0, 1), numbers({701}, 2))};
                 }});
}

void integer_products(std::vector<Work>& all) {
  const auto integers = [](IntArrayRef sizes, std::uint64_t seed, ScalarType dtype) {
    return to_dtype(noise<float>(sizes, seed), dtype);
  };
  all.push_back({"products of integers", [=] {
                   return Results{batched_matmul(integers({20, 30, 40}, 1, kInt32), integers({20, 40, 50}, 2, kInt32)),
                                  matmul(integers({100, 90}, 1, kInt64), integers({90, 80}, 2, kInt64))};
                 }});
}

bool same_bits(const Array& a, const Array& b) {
  return a.sizes() == b.sizes() && a.dtype() == b.dtype() && std::memcmp(a.raw(), b.raw(), a.nbytes()) == 0;
}

/// The largest difference as a part of the largest element.
double difference(const Array& a, const Array& b) {
  const auto x = test::values<double>(to_dtype(a, kFloat64)), y = test::values<double>(to_dtype(b, kFloat64));
  double most = 0, scale = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    most = std::max(most, std::abs(x[i] - y[i]));
    scale = std::max(scale, std::abs(y[i]));
  }
  return most / scale;
}

Results with_threads(int threads, const Work& work) {
  const Threads set(threads);
  return work.run();
}

TEST(Split, SameBitsWithAnyNumberOfThreads) {
  std::vector<Work> all;
  for (const auto family : {elementwise, reductions, losses, networks, integer_products}) family(all);
  for (const Work& work : all) {
    SCOPED_TRACE(work.name);
    const Results one = with_threads(1, work);
    for (const int threads : {2, 3, 7}) {
      const Results several = with_threads(threads, work);
      for (std::size_t i = 0; i < one.size(); ++i)
        EXPECT_TRUE(same_bits(several[i], one[i])) << threads << " threads, result " << i;
    }
  }
}

/// Work on one thread that keeps the pool until the end.
class PoolTaken {
 public:
  PoolTaken() : owner_([this] { run(); }) {
    while (!running_.load()) std::this_thread::yield();
  }
  ~PoolTaken() {
    done_ = true;
    owner_.join();
  }

 private:
  void run() {
    detail::run_pieces(0, 2, 1, [this](std::int64_t, std::int64_t) {
      running_ = true;
      while (!done_.load()) std::this_thread::yield();
    });
  }
  std::atomic<bool> running_{false}, done_{false};
  std::thread owner_;
};

TEST(Split, SameBitsWhenAnotherThreadHasThePool) {
  const Threads set(2);
  std::vector<Work> all;
  products(all);
  all.push_back({"large batches", [] {
                   return Results{batched_matmul(numbers({8, 600, 300}), numbers({8, 300, 500}, 2))};
                 }});
  for (const auto family : {elementwise, reductions, losses, networks}) family(all);
  for (const Work& work : all) {
    SCOPED_TRACE(work.name);
    const Results free = work.run();
    const PoolTaken taken;
    const Results alone = work.run();
    for (std::size_t i = 0; i < free.size(); ++i) EXPECT_TRUE(same_bits(alone[i], free[i])) << "result " << i;
  }
}

TEST(Split, ProductsAreTheSameToRounding) {
  std::vector<Work> all;
  products(all);
  for (const Work& work : all) {
    SCOPED_TRACE(work.name);
    const Results one = with_threads(1, work);
    for (const int threads : {2, 3, 7}) {
      const Results several = with_threads(threads, work), again = with_threads(threads, work);
      for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_TRUE(same_bits(several[i], again[i])) << threads << " threads, result " << i;
        EXPECT_LT(difference(several[i], one[i]), one[i].dtype() == kFloat64 ? 1e-14 : 5e-6)
            << threads << " threads, result " << i;
      }
    }
  }
}

}  // namespace
}  // namespace xgrad::kernels
