// Convolutions of floats that read windows where they lie: the kernels of every level against sums in double precision,
// and all three sums of a convolution against those in double, which go by columns.
#include <xgrad/autograd/kernels/convolution.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace xgrad::kernels {
namespace {

/// Numbers in memory of their exact size, so that a sanitizer sees what is read beyond it.
struct Exact {
  std::size_t size;
  std::unique_ptr<float[]> at;
  Exact(std::int64_t n, unsigned seed) : size(static_cast<std::size_t>(n)), at(new float[size]) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (std::size_t i = 0; i < size; ++i) at[i] = uniform(random);
  }
  float& operator[](std::int64_t i) const { return at[static_cast<std::size_t>(i)]; }
};

/// Images of two channels and two lines more than the results have, seen by windows of two channels, three lines and
/// `reach` columns.
struct WindowCase {
  std::int64_t rows, width, count, reach, images = 3;
  std::int64_t columns() const { return width + reach - 1; }
  std::int64_t plane() const { return columns() * (count + 2); }
  std::int64_t results() const { return count * width; }
  std::vector<std::int64_t> offsets, lines;

  WindowCase(std::int64_t rows, std::int64_t width, std::int64_t count, std::int64_t reach)
      : rows(rows), width(width), count(count), reach(reach) {
    for (std::int64_t c = 0; c < 2; ++c) {
      for (std::int64_t y = 0; y < 3; ++y) {
        for (std::int64_t x = 0; x < reach; ++x) offsets.push_back(c * plane() + y * columns() + x);
      }
    }
    for (std::int64_t l = 0; l < count; ++l) lines.push_back(l * columns());
  }
  std::int64_t inner() const { return static_cast<std::int64_t>(offsets.size()); }
  WindowLines all() const { return {lines.data(), count, width}; }
};

std::vector<WindowCase> window_cases() {
  std::vector<WindowCase> all;
  for (std::int64_t width = kLeastWindows; width < 50; ++width)
    all.emplace_back(width % 14 + 1, width, width % 3 + 1, 2);
  for (std::int64_t rows = 1; rows < 14; ++rows) all.emplace_back(rows, 21, 5, 1);
  all.emplace_back(16, 8, 40, 5);  // more than a list of vectors
  all.emplace_back(7, 100, 60, 3);
  return all;
}

void check_window_product(const WindowKernels& kernels, const WindowCase& c, bool biased, bool by_channels) {
  const Exact weight(c.rows * c.inner(), 1), bias(c.rows, 2), image(2 * c.plane(), 3), out(c.rows * c.results(), 4),
      moved(c.rows * c.inner(), 5);
  if (by_channels) kernels.pack(moved.at.get(), weight.at.get(), c.rows, c.inner());
  (by_channels ? kernels.channel_product : kernels.product)({c.rows, c.inner(), (by_channels ? moved : weight).at.get(),
                                                             biased ? bias.at.get() : nullptr, image.at.get(),
                                                             c.offsets.data(), c.all(), out.at.get(), c.results()});
  for (std::int64_t r = 0; r < c.rows; ++r) {
    for (std::int64_t i = 0; i < c.results(); ++i) {
      const std::int64_t window = c.lines[static_cast<std::size_t>(i / c.width)] + i % c.width;
      double sum = biased ? bias[r] : 0;
      for (std::int64_t k = 0; k < c.inner(); ++k)
        sum += double(weight[r * c.inner() + k]) * image[window + c.offsets[static_cast<std::size_t>(k)]];
      ASSERT_NEAR(out[r * c.results() + i], sum, 1e-5) << "row " << r << ", window " << i;
    }
  }
}

void check_window_gradient(const WindowKernels& kernels, const WindowCase& c, bool infinite, bool by_channels) {
  const Exact g(c.images * c.rows * c.results(), 1), image(c.images * 2 * c.plane(), 2), out(c.rows * c.inner(), 3),
      before(c.rows * c.inner(), 3), moved(c.rows * c.inner(), 4);
  // Near the end of a line, where a vector has windows that another one counts.
  if (infinite) image[c.width - 2] = test::kInf<float>;
  if (by_channels) kernels.pack(moved.at.get(), out.at.get(), c.rows, c.inner());
  (by_channels ? kernels.channel_gradient : kernels.gradient)(
      {c.rows, c.inner(), g.at.get(), c.results(), c.rows * c.results(), image.at.get(), 2 * c.plane(),
       c.offsets.data(), c.all(), c.images, (by_channels ? moved : out).at.get()});
  if (by_channels) kernels.unpack(out.at.get(), moved.at.get(), c.rows, c.inner());
  for (std::int64_t r = 0; r < c.rows; ++r) {
    for (std::int64_t k = 0; k < c.inner(); ++k) {
      double sum = before[r * c.inner() + k];
      for (std::int64_t n = 0; n < c.images; ++n) {
        for (std::int64_t i = 0; i < c.results(); ++i) {
          const std::int64_t window = c.lines[static_cast<std::size_t>(i / c.width)] + i % c.width;
          sum += double(g[(n * c.rows + r) * c.results() + i]) *
                 image[n * 2 * c.plane() + window + c.offsets[static_cast<std::size_t>(k)]];
        }
      }
      const float got = out[r * c.inner() + k];
      if (std::isinf(sum))
        ASSERT_EQ(got, static_cast<float>(sum)) << "row " << r << ", place " << k;
      else
        ASSERT_NEAR(got, sum, 2e-6 * (4 + std::sqrt(double(c.images * c.results())))) << "row " << r << ", place " << k;
    }
  }
}

TEST(WindowKernels, OfEveryLevel) {
  for (auto* l = available_levels(); *l; ++l) {
    for (const WindowCase& c : window_cases()) {
      SCOPED_TRACE(testing::Message() << (*l)->name << ": " << c.rows << " rows, " << c.count << " lines of " << c.width
                                      << ", " << c.inner() << " places");
      for (const bool other : {false, true}) {
        check_window_product((*l)->windows, c, other, false);
        check_window_gradient((*l)->windows, c, other, false);
      }
    }
  }
}

TEST(ChannelKernels, OfEveryLevel) {
  for (auto* l = available_levels(); *l; ++l) {
    std::vector<WindowCase> cases;
    const std::int64_t lanes = (*l)->windows.channels;
    for (std::int64_t width = 1; width < 34; ++width)
      cases.emplace_back(lanes * (width % 7 + 1), width, width % 3 + 1, 2);
    cases.emplace_back(lanes * 5, 7, 40, 1);   // more than a block of windows
    cases.emplace_back(lanes * 7, 150, 5, 3);  // lines longer than a block
    cases.emplace_back(lanes, 128, 2, 5);
    for (const WindowCase& c : cases) {
      SCOPED_TRACE(testing::Message() << (*l)->name << ": " << c.rows << " rows, " << c.count << " lines of " << c.width
                                      << ", " << c.inner() << " places");
      for (const bool other : {false, true}) {
        check_window_product((*l)->windows, c, other, true);
        check_window_gradient((*l)->windows, c, other && c.width > 1, true);
      }
    }
  }
}

/// The largest difference, as a part of the largest element of the second.
double apart(const Array& a, const Array& b) {
  const std::vector<float> x = test::values<float>(a);
  const std::vector<double> y = test::values<double>(b);
  double most = 0, scale = 1e-30;
  for (std::size_t i = 0; i < x.size(); ++i) {
    most = std::max(most, std::abs(x[i] - y[i]));
    scale = std::max(scale, std::abs(y[i]));
  }
  return a.sizes() == b.sizes() ? most / scale : 1;
}

struct ConvolutionCase {
  Dims x, w;
  ConvGeometry g;
};

TEST(DirectConvolution, IsTheOneByColumns) {
  const ConvolutionCase cases[] = {
      {{5, 3, 40}, {7, 3, 5}, {}},
      {{5, 4, 30}, {6, 2, 3}, {.padding = {2, 0, 0}, .dilation = {2, 1, 1}, .groups = 2}},
      {{3, 6, 12, 12}, {16, 6, 5, 5}, {}},
      {{2, 5, 19, 23}, {13, 5, 3, 3}, {.padding = {1, 1, 0}}},
      {{2, 4, 11, 24}, {6, 4, 3, 2}, {.stride = {2, 1, 1}, .padding = {1, 0, 0}, .dilation = {2, 3, 1}}},
      {{9, 8, 9, 14}, {16, 1, 3, 3}, {.padding = {1, 1, 0}, .groups = 8}},
      {{2, 2, 9, 9}, {3, 2, 3, 5}, {.padding = {3, 4, 0}}},  // more padding than a turned window takes
      {{2, 2, 9, 8}, {3, 2, 3, 1}, {.padding = {0, 5, 0}}},
      {{40, 1, 10, 10}, {2, 1, 2, 2}, {}},  // many small images, some in a copy with padding
      {{40, 1, 10, 10}, {2, 1, 3, 3}, {.padding = {1, 1, 0}}},
      {{3, 34, 12, 23}, {37, 34, 3, 3}, {.padding = {1, 1, 0}}},  // whole vectors of channels, and a rest
      {{2, 40, 9, 15}, {64, 20, 3, 2}, {.padding = {1, 1, 0}, .dilation = {1, 2, 1}, .groups = 2}},
      {{1, 32, 7, 9}, {32, 32, 3, 3}, {.padding = {1, 1, 0}}},  // too few windows for that
      {{5, 48, 6, 7}, {32, 48, 3, 3}, {.padding = {1, 1, 0}}},  // short lines, for whole vectors of channels only
      {{9, 20, 7, 5}, {20, 20, 3, 3}, {.padding = {1, 1, 0}}},
      {{2, 3, 5, 6, 17}, {4, 3, 2, 3, 2}, {.stride = {2, 1, 1}, .padding = {1, 1, 1}}},
      {{0, 3, 12, 12}, {4, 3, 3, 3}, {}},
      {{2, 3, 12, 12}, {0, 3, 3, 3}, {}},
      {{2, 0, 12, 12}, {4, 0, 3, 3}, {}},
  };
  for (const auto& [x_sizes, w_sizes, g] : cases) {
    SCOPED_TRACE(testing::Message() << fmt::format("{} by {}", x_sizes, w_sizes));
    Dims out;
    for (std::size_t d = 2; d < x_sizes.size(); ++d) {
      const std::int64_t room = x_sizes[d] + 2 * g.padding[d - 2] - g.dilation[d - 2] * (w_sizes[d] - 1) - 1;
      out.push_back(room / g.stride[d - 2] + 1);
    }
    const IntArrayRef in(x_sizes.data() + 2, x_sizes.size() - 2), kernel(w_sizes.data() + 2, w_sizes.size() - 2);
    Dims y_sizes{x_sizes[0], w_sizes[0]};
    for (const std::int64_t n : out) y_sizes.push_back(n);
    const Array x = test::noise<float>(x_sizes, 1), w = test::noise<float>(w_sizes, 2),
                b = test::noise<float>({w_sizes[0]}, 3), up = test::noise<float>(y_sizes, 4),
                back = test::noise<float>({x_sizes[1]}, 5);
    const auto exact = [](const Array& a) { return to_dtype(a, kFloat64); };
    const Array wide_b = exact(b), wide_back = exact(back);
    EXPECT_LT(apart(convolution(x, w, &b, g, out), convolution(exact(x), exact(w), &wide_b, g, out)), 1e-6);
    EXPECT_LT(apart(convolution(x, w, nullptr, g, out), convolution(exact(x), exact(w), nullptr, g, out)), 1e-6);
    EXPECT_LT(apart(convolution_input(up, w, &back, g, in), convolution_input(exact(up), exact(w), &wide_back, g, in)),
              1e-6);
    EXPECT_LT(apart(convolution_weight(up, x, g, kernel), convolution_weight(exact(up), exact(x), g, kernel)), 1e-6);
  }
}

}  // namespace
}  // namespace xgrad::kernels
