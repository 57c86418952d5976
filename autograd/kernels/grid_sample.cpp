#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/grid_sample.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t kNowhere = -1;
constexpr std::int64_t kPlaceCost = 32;  // of finding out what a place reads, in additions

/// Up to four elements along a dimension, their weights, and how these change with the grid's number.
template <class T>
struct Line {
  int count = 0;
  std::int64_t at[4];
  T weight[4], slope[4];

  void add(std::int64_t place, T w, T s) {
    at[count] = place;
    weight[count] = w;
    slope[count++] = s;
  }
};

/// A coordinate and its slope.
template <class T>
struct Coordinate {
  T value, slope;
};

template <class T>
Coordinate<T> clipped(Coordinate<T> c, std::int64_t size) {
  const T last = static_cast<T>(size - 1);
  if (c.value <= 0) return {0, 0};
  if (c.value >= last) return {last, 0};
  return c;
}

/// Folded into [low, high] by reflection at both, which are given doubled.
template <class T>
Coordinate<T> reflected(Coordinate<T> c, std::int64_t twice_low, std::int64_t twice_high) {
  if (twice_low == twice_high) return {0, 0};
  const T low = static_cast<T>(twice_low) / 2, span = static_cast<T>(twice_high - twice_low) / 2;
  const T sign = c.value < low ? T(-1) : T(1), distance = std::abs(c.value - low);
  const T extra = std::fmod(distance, span);
  const auto flips = static_cast<std::int64_t>(std::floor(distance / span));
  if (flips % 2 == 0) return {extra + low, c.slope * sign};
  return {span - extra + low, -c.slope * sign};
}

/// Where a coordinate beyond the ends is read.
template <class T>
Coordinate<T> bordered(Coordinate<T> c, std::int64_t size, const GridSampling& how) {
  if (how.border == Border::Zeros) return c;
  if (how.border == Border::Reflection) {
    c = how.align_corners ? reflected(c, 0, 2 * (size - 1)) : reflected(c, -1, 2 * size - 1);
  }
  return clipped(c, size);
}

std::int64_t inside(std::int64_t place, std::int64_t size) { return place >= 0 && place < size ? place : kNowhere; }

/// The four weights of the cubic of a = −3/4 at distance t behind the second, and their slopes.
template <class T>
void cubic(T t, T* weight, T* slope) {
  constexpr T a = T(-0.75);
  const auto near = [&](T x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [&](T x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  const auto near_slope = [&](T x) { return (3 * (a + 2) * x - 2 * (a + 3)) * x; };
  const auto far_slope = [&](T x) { return (3 * a * x - 10 * a) * x + 8 * a; };
  weight[0] = far(t + 1);
  weight[1] = near(t);
  weight[2] = near(1 - t);
  weight[3] = far(2 - t);
  slope[0] = far_slope(t + 1);
  slope[1] = near_slope(t);
  slope[2] = -near_slope(1 - t);
  slope[3] = -far_slope(2 - t);
}

/// What the number g of the grid reads along a dimension of `size` elements.
template <class T>
Line<T> read_at(T g, std::int64_t size, const GridSampling& how) {
  Line<T> line;
  Coordinate<T> c;
  if (how.align_corners)
    c = {(g + 1) / 2 * static_cast<T>(size - 1), static_cast<T>(size - 1) / 2};
  else
    c = {((g + 1) * static_cast<T>(size) - 1) / 2, static_cast<T>(size) / 2};
  if (how.interpolation == Interpolation::Bicubic) {
    const T floor = std::floor(c.value);
    T weight[4], slope[4];
    cubic(c.value - floor, weight, slope);
    for (int i = 0; i < 4; ++i) {
      const auto at = static_cast<std::int64_t>(bordered<T>({floor - 1 + static_cast<T>(i), 1}, size, how).value);
      line.add(inside(at, size), weight[i], slope[i] * c.slope);
    }
    return line;
  }
  c = bordered(c, size, how);
  if (how.interpolation == Interpolation::Nearest) {
    line.add(inside(static_cast<std::int64_t>(std::nearbyint(c.value)), size), 1, 0);
    return line;
  }
  const T floor = std::floor(c.value), share = c.value - floor;
  const auto first = static_cast<std::int64_t>(floor);
  line.add(inside(first, size), 1 - share, -c.slope);
  line.add(inside(first + 1, size), share, c.slope);
  return line;
}

/// The sizes of a call; dimensions are filled up to three with ones in front.
struct GridShape {
  std::int64_t batch, channels, places = 1, plane = 1;
  std::size_t dims;
  std::array<std::int64_t, 3> size{1, 1, 1};

  GridShape(const Array& x, const Array& grid)
      : batch(x.size(0)), channels(x.size(1)), dims(static_cast<std::size_t>(x.dim() - 2)) {
    for (std::size_t d = 0; d < dims; ++d) {
      const auto at = static_cast<std::int64_t>(d);
      size[3 - dims + d] = x.size(at + 2);
      plane *= x.size(at + 2);
      places *= grid.size(at + 1);
    }
  }
};

/// Calls f(offset in the plane, weight, slope by each dimension) for every element that a place reads.
template <class T, class F>
void each_element(const T* at, const GridShape& s, const GridSampling& how, const F& f) {
  std::array<Line<T>, 3> lines;
  for (std::size_t d = 0; d < 3; ++d) {
    if (d + s.dims < 3)
      lines[d].add(0, 1, 0);
    else
      lines[d] = read_at(at[2 - d], s.size[d], how);
  }
  for (int i = 0; i < lines[0].count; ++i) {
    for (int j = 0; j < lines[1].count; ++j) {
      for (int k = 0; k < lines[2].count; ++k) {
        const std::int64_t a = lines[0].at[i], b = lines[1].at[j], c = lines[2].at[k];
        if (a == kNowhere || b == kNowhere || c == kNowhere) continue;
        const T u = lines[0].weight[i], v = lines[1].weight[j], w = lines[2].weight[k];
        f((a * s.size[1] + b) * s.size[2] + c, u * v * w,
          std::array<T, 3>{lines[0].slope[i] * v * w, u * lines[1].slope[j] * w, u * v * lines[2].slope[k]});
      }
    }
  }
}

}  // namespace

Array grid_sample(const Array& x, const Array& grid, const GridSampling& how) {
  const GridShape s(x, grid);
  const Array from = packed(x), at = packed(grid);
  Dims sizes{s.batch, s.channels};
  for (std::int64_t d = 1; d + 1 < grid.dim(); ++d) sizes.push_back(grid.size(d));
  const Array out = Array::empty(sizes, x.dtype());
  dispatch_floating(x.dtype(), "grid_sampler", [&]<class T>() {
    const T* const grids = at.data<T>();
    const auto dims = static_cast<std::int64_t>(s.dims);
    split(s.batch * s.places, kPlaceCost + s.channels * 4, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        const std::int64_t n = i / s.places, place = i % s.places;
        const T* const image = from.data<T>() + n * s.channels * s.plane;
        T* const to = out.data<T>() + n * s.channels * s.places + place;
        for (std::int64_t c = 0; c < s.channels; ++c) to[c * s.places] = 0;
        each_element(grids + i * dims, s, how, [&](std::int64_t offset, T weight, const std::array<T, 3>&) {
          for (std::int64_t c = 0; c < s.channels; ++c) to[c * s.places] += weight * image[c * s.plane + offset];
        });
      }
    });
  });
  return out;
}

std::pair<Array, Array> grid_sample_backward(const Array& g, const Array& x, const Array& grid, const GridSampling& how,
                                             bool want_x, bool want_grid) {
  const GridShape s(x, grid);
  const Array from = packed(x), at = packed(grid), upstream = packed(g);
  std::pair<Array, Array> out{want_x ? Array::empty(x.sizes(), x.dtype()) : Array(),
                              want_grid ? Array::empty(grid.sizes(), grid.dtype()) : Array()};
  dispatch_floating(x.dtype(), "grid_sampler_backward", [&]<class T>() {
    const auto dims = static_cast<std::int64_t>(s.dims);
    if (want_x) std::fill_n(out.first.data<T>(), x.numel(), T(0));
    // By images: many places may read one element.
    split(s.batch, s.places * (kPlaceCost + s.channels * 8), 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first * s.places; i < last * s.places; ++i) {
        const std::int64_t n = i / s.places, place = i % s.places;
        const T* const image = from.data<T>() + n * s.channels * s.plane;
        const T* const gradient = upstream.data<T>() + n * s.channels * s.places + place;
        T* const to = want_x ? out.first.data<T>() + n * s.channels * s.plane : nullptr;
        std::array<T, 3> sums{};
        each_element(static_cast<const T*>(at.data<T>()) + i * dims, s, how,
                     [&](std::int64_t offset, T weight, const std::array<T, 3>& slope) {
                       T along = 0;
                       for (std::int64_t c = 0; c < s.channels; ++c) {
                         const T gc = gradient[c * s.places];
                         if (to) to[c * s.plane + offset] += weight * gc;
                         along += gc * image[c * s.plane + offset];
                       }
                       for (std::size_t d = 0; d < 3; ++d) sums[d] += along * slope[d];
                     });
        if (!want_grid) continue;
        for (std::int64_t d = 0; d < dims; ++d) {
          out.second.data<T>()[i * dims + d] = sums[static_cast<std::size_t>(2 - d)];
        }
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
