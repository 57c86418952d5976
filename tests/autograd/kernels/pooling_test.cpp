// Maxima of windows against one window at a time.
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/kernels/pooling.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

namespace xgrad::kernels {
namespace {

using test::kInf;
using test::kNaN;

/// Windows of two over n elements, `padding` before the first of them.
Windows pairs_over(std::int64_t n, std::int64_t padding, std::int64_t stride = 2) {
  Windows w;
  for (std::int64_t at = -padding; at + 2 <= n + padding; at += stride)
    w.of.push_back({std::max<std::int64_t>(at, 0), std::min(at + 2, n)});
  return w;
}

/// Few different numbers, so that many are equal, with all that is special among them.
template <class T>
Array crowd(IntArrayRef sizes) {
  const Array x = test::noise<T>(sizes);
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    T& v = x.data<T>()[i];
    v = std::round(v);
    if (i % 13 == 5) v = kNaN<T>;
    if (i % 11 == 3) v = -kInf<T>;
    if (i % 29 == 7) v = kInf<T>;
  }
  return x;
}

template <class T>
class PoolingOf : public testing::Test {};
using Floating = testing::Types<float, double>;
TYPED_TEST_SUITE(PoolingOf, Floating);

TYPED_TEST(PoolingOf, PairsOfEveryWidth) {
  using T = TypeParam;
  for (std::int64_t width = 2; width < 45; ++width) {
    for (const auto& [height, padding, stride] : {std::tuple{4, 0, 2}, {5, 1, 2}, {4, 0, 1}, {7, 1, 3}}) {
      const Windows rows = pairs_over(height, padding, stride), columns = pairs_over(width, padding, stride);
      const Array x = crowd<T>({3, height, width});
      const auto [values, indices] = max_pool(x, {rows, columns});
      const T* v = values.template data<T>();
      const std::int64_t* place = indices.template data<std::int64_t>();
      for (int p = 0; p < 3; ++p) {
        const T* const plane = x.data<T>() + p * height * width;
        for (const Window& wy : rows.of) {
          for (const Window& wx : columns.of) {
            std::int64_t best = wy.first * width + wx.first;
            for (std::int64_t y = wy.first; y < wy.last; ++y) {
              for (std::int64_t c = wx.first; c < wx.last; ++c) {
                const T candidate = plane[y * width + c];
                if (candidate > plane[best] || std::isnan(candidate)) best = y * width + c;
              }
            }
            ASSERT_EQ(*place++, best) << width << ", padding " << padding << ", stride " << stride;
            ASSERT_EQ(std::memcmp(v++, plane + best, sizeof(T)), 0);
          }
        }
      }
    }
  }
}

/// Windows of `size` elements, `step` apart from each other.
Windows windows_over(std::int64_t n, std::int64_t size, std::int64_t stride, std::int64_t padding, std::int64_t step) {
  Windows w;
  w.step = step;
  const std::int64_t span = step * (size - 1) + 1;
  for (std::int64_t at = -padding; at + span <= n + padding; at += stride)
    w.of.push_back({at < 0 ? at + (-at + step - 1) / step * step : at, std::min(at + span, n)});
  return w;
}

/// Where a window's largest element is, one after the other.
template <class T>
std::int64_t place_of_largest(const T* plane, std::int64_t width, const Windows& rows, const Window& wy,
                              const Windows& columns, const Window& wx) {
  std::int64_t best = wy.first * width + wx.first;
  for (std::int64_t y = wy.first; y < wy.last; y += rows.step) {
    for (std::int64_t x = wx.first; x < wx.last; x += columns.step) {
      const T candidate = plane[y * width + x];
      if (candidate > plane[best] || std::isnan(candidate)) best = y * width + x;
    }
  }
  return best;
}

TYPED_TEST(PoolingOf, WindowsOfAnySizeAndStep) {
  using T = TypeParam;
  constexpr std::int64_t kHeight = 13;
  for (const std::int64_t width : {5, 20, 37, 300, 600}) {
    const Windows whole{1, {{0, width}}}, all{1, {{0, kHeight}}}, halves{1, {{0, 7}, {6, kHeight}}};
    std::vector<std::pair<Windows, Windows>> cases{{all, whole}, {halves, whole}, {halves, Windows{1, {{1, width}}}}};
    for (const auto& [size, stride, padding, step] :
         {std::tuple{3, 1, 1, 1}, {3, 2, 1, 1}, {3, 3, 0, 1}, {2, 1, 0, 2}, {3, 2, 1, 2}, {5, 1, 2, 1}}) {
      cases.emplace_back(windows_over(kHeight, size, stride, padding, step),
                         windows_over(width, size, stride, padding, step));
    }
    const Array x = crowd<T>({2, kHeight, width});
    for (const auto& [rows, columns] : cases) {
      const auto [values, indices] = max_pool(x, {rows, columns});
      const T* v = values.template data<T>();
      const std::int64_t* place = indices.template data<std::int64_t>();
      for (int p = 0; p < 2; ++p) {
        const T* const plane = x.data<T>() + p * kHeight * width;
        for (const Window& wy : rows.of) {
          for (const Window& wx : columns.of) {
            const std::int64_t best = place_of_largest(plane, width, rows, wy, columns, wx);
            ASSERT_EQ(*place++, best) << width << ": " << wy.first << ", " << wx.first;
            ASSERT_EQ(std::memcmp(v++, plane + best, sizeof(T)), 0);
          }
        }
      }
    }
  }
}

TYPED_TEST(PoolingOf, GradientsOfPairsAreThoseOfAnyWindows) {
  using T = TypeParam;
  for (std::int64_t width = 2; width < 45; ++width) {
    for (const std::int64_t height : {2, 6, 7}) {
      const std::vector<Windows> windows{pairs_over(height, 0), pairs_over(width, 0)};
      ASSERT_TRUE(tiled_by_pairs(windows));
      const auto [values, indices] = max_pool(crowd<T>({3, height, width}), windows);
      Array g = test::noise<T>(values.sizes(), 5);
      g.data<T>()[0] = -T(0);
      const Array fast = plane_scatter(g, indices, {height, width}, true),
                  plain = plane_scatter(g, indices, {height, width});
      ASSERT_EQ(std::memcmp(fast.raw(), plain.raw(), plain.nbytes()), 0) << height << " x " << width;
    }
  }
}

TEST(Pooling, TiledByPairs) {
  const Windows good = pairs_over(6, 0);
  Windows apart = good, late = good, dilated = good;
  apart.of[1] = {3, 5};
  for (Window& w : late.of) ++w.first, ++w.last;
  dilated.step = 2;
  EXPECT_TRUE(tiled_by_pairs({good, pairs_over(7, 0)}));
  for (const Windows& w : {apart, late, dilated, pairs_over(6, 1), pairs_over(6, 0, 1), Windows{1, {{0, 2}, {2, 3}}},
                           Windows{1, {{0, 3}, {3, 6}}}, Windows()}) {
    EXPECT_FALSE(tiled_by_pairs({good, w}));
    EXPECT_FALSE(tiled_by_pairs({w, good}));
  }
  EXPECT_FALSE(tiled_by_pairs({good}));
  EXPECT_FALSE(tiled_by_pairs({good, good, good}));
}

TEST(Pooling, IndicesOutsideThePlane) {
  const Array g = test::noise<float>({2, 3});
  for (const std::int64_t bad : {-1, 8}) {
    const Array index = test::make<std::int64_t>({2, 3}, {0, 7, 7, 1, bad, 2});
    try {
      plane_scatter(g, index, {8});
      FAIL() << "took " << bad;
    } catch (const IndexError& e) {
      EXPECT_NE(std::string(e.what()).find("Found an invalid max index: " + std::to_string(bad)), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace xgrad::kernels
