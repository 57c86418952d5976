// The products of small matrices, of every level that this machine has, against sums in double precision.
#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/levels.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <random>
#include <vector>

namespace xgrad::kernels {
namespace {

/// A matrix in memory of its exact size, so that a sanitizer sees what is read beyond it, with rows apart by
/// `distance`.
struct Matrix {
  std::int64_t rows, columns, distance;
  std::unique_ptr<float[]> at;

  Matrix(std::int64_t rows, std::int64_t columns, std::int64_t gap, unsigned seed)
      : rows(rows), columns(columns), distance(columns + gap), at(new float[size()]) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (std::size_t i = 0; i < size(); ++i) at[i] = uniform(random);
  }
  std::size_t size() const { return static_cast<std::size_t>((rows - 1) * distance + columns); }
  float& operator()(std::int64_t i, std::int64_t j) const { return at[static_cast<std::size_t>(i * distance + j)]; }
};

struct Case {
  std::int64_t rows, columns, inner;
  bool a_transposed, b_transposed;
  float alpha, beta;
};

/// The product as `call` makes it against plain sums; what lies between the rows of the result must stay.
template <class F>
void check_product(const Case& c, F call) {
  SCOPED_TRACE(testing::Message() << c.rows << " x " << c.columns << " x " << c.inner << (c.a_transposed ? " a^T" : "")
                                  << (c.b_transposed ? " b^T" : "") << " alpha " << c.alpha << " beta " << c.beta);
  const Matrix a = c.a_transposed ? Matrix(c.inner, c.rows, 3, 1) : Matrix(c.rows, c.inner, 3, 1);
  const Matrix b = c.b_transposed ? Matrix(c.columns, c.inner, 2, 2) : Matrix(c.inner, c.columns, 2, 2);
  const Matrix before(c.rows, c.columns, 1, 3), out(c.rows, c.columns, 1, 3);
  if (c.beta == 0) {
    for (std::int64_t i = 0; i < c.rows; ++i) {
      for (std::int64_t j = 0; j < c.columns; ++j) out(i, j) = std::numeric_limits<float>::quiet_NaN();
    }
  }
  call(a, b, out);
  for (std::int64_t i = 0; i < c.rows; ++i) {
    for (std::int64_t j = 0; j < c.columns; ++j) {
      double sum = 0;
      for (std::int64_t l = 0; l < c.inner; ++l)
        sum += double(c.a_transposed ? a(l, i) : a(i, l)) * double(c.b_transposed ? b(j, l) : b(l, j));
      const double expected = c.alpha * sum + (c.beta == 0 ? 0 : c.beta * double(before(i, j)));
      ASSERT_NEAR(out(i, j), expected, 1e-6 * (8 + std::sqrt(double(c.inner)) * 4)) << "at " << i << ", " << j;
    }
    if (i + 1 < c.rows) {
      ASSERT_EQ(out(i, c.columns), before(i, c.columns)) << "beyond row " << i;
    }
  }
}

template <class F>
void for_each_case(F f) {
  for (std::int64_t rows : {1, 2, 5, 6, 7, 17, 130}) {
    for (std::int64_t columns : {1, 3, 4, 15, 16, 33, 50, 64, 65, 131}) {
      for (std::int64_t inner : {1, 7, 16, 50, 128, 131, 1030}) {
        if (rows * columns * inner > 2'000'000) continue;
        for (int k = 0; k < 4; ++k)
          f(Case{rows, columns, inner, k % 2 == 1, k / 2 == 1, rows % 2 ? 1.f : -1.5f, columns % 3 ? 0.f : 0.5f});
      }
    }
  }
}

TEST(Products, OfEveryLevel) {
  for (auto* l = available_levels(); *l; ++l) {
    SCOPED_TRACE((*l)->name);
    const ProductKernels& products = (*l)->products;
    for_each_case([&](const Case& c) {
      if (testing::Test::HasFatalFailure()) return;
      check_product(c, [&](const Matrix& a, const Matrix& b, const Matrix& out) {
        (c.b_transposed ? products.dot : products.outer)(
            {c.rows, c.columns, c.inner, a.at.get(), c.a_transposed ? 1 : a.distance, c.a_transposed ? a.distance : 1,
             b.at.get(), b.distance, out.at.get(), out.distance, c.alpha, c.beta});
      });
    });
  }
}

TEST(Products, ChosenBySize) {
  // On both sides of the limits, through the door that everybody takes.
  for_each_case([&](const Case& c) {
    if (testing::Test::HasFatalFailure()) return;
    check_product(c, [&](const Matrix& a, const Matrix& b, const Matrix& out) {
      blas::gemm(c.rows, c.columns, c.inner, c.alpha, {a.at.get(), a.distance, c.a_transposed},
                 {b.at.get(), b.distance, c.b_transposed}, c.beta, out.at.get(), out.distance);
    });
  });
  check_product({600, 500, 3, false, false, 1, 0}, [](const Matrix& a, const Matrix& b, const Matrix& out) {
    blas::gemm(600, 500, 3, 1.f, {a.at.get(), a.distance, false}, {b.at.get(), b.distance, false}, 0.f, out.at.get(),
               out.distance);
  });
}

TEST(Products, APlaceInTheResultDoesNotChangeItsSum) {
  for (auto* l = available_levels(); *l; ++l) {
    const std::int64_t rows = 13, columns = 70, inner = 200;
    const Matrix a(rows, inner, 0, 1), b(inner, columns, 0, 2), all(rows, columns, 0, 3), one(1, columns, 0, 4);
    const auto product = [&](std::int64_t first, std::int64_t count, const Matrix& out) {
      (*l)->products.outer({count, columns, inner, a.at.get() + first * inner, inner, 1, b.at.get(), columns,
                            out.at.get(), columns, 1, 0});
    };
    product(0, rows, all);
    for (std::int64_t i = 0; i < rows; ++i) {
      product(i, 1, one);
      for (std::int64_t j = 0; j < columns; ++j) ASSERT_EQ(one(0, j), all(i, j)) << (*l)->name << ' ' << i << ' ' << j;
    }
  }
}

// Cut into pieces for threads, products that are ours have the bits of the whole.
TEST(SmallProducts, HaveTheSameBitsOnAnyNumberOfThreads) {
  struct Restored {
    int before = get_num_threads();
    ~Restored() { set_num_threads(before); }
  } restored;
  const ProductKernels& own = level().products;
  int compared = 0;
  for (const bool a_transposed : {false, true}) {
    for (const bool b_transposed : {false, true}) {
      for (const auto& [n, m, k] : {std::array<std::int64_t, 3>{512, 50, 784},
                                    {50, 784, 512},
                                    {200, 77, 300},
                                    {130, 20, 2000},
                                    {100, 77, 64},
                                    {60, 130, 700},
                                    {7, 900, 333}}) {
        if (n * m > own.most_elements || (b_transposed && n > own.most_dot_rows)) continue;  // BLAS's
        const Matrix a(a_transposed ? k : n, a_transposed ? n : k, 1, 1);
        const Matrix b(b_transposed ? m : k, b_transposed ? k : m, 2, 2);
        std::vector<float> one;
        for (const int threads : {1, 2, 3, 5}) {
          set_num_threads(threads);
          std::vector<float> out(static_cast<std::size_t>(n * m), 0.5f);
          blas::gemm(n, m, k, 2.f, blas::Matrix<float>{a.at.get(), a.distance, a_transposed},
                     blas::Matrix<float>{b.at.get(), b.distance, b_transposed}, 3.f, out.data(), m);
          if (threads == 1)
            one = out;
          else
            EXPECT_EQ(out, one) << n << " x " << k << " x " << m << " on " << threads << (a_transposed ? " aT" : "")
                                << (b_transposed ? " bT" : "");
        }
        ++compared;
      }
    }
  }
  EXPECT_GE(compared, 4);
}

}  // namespace
}  // namespace xgrad::kernels
