#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/grid_sample.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace xgrad::kernels {
namespace {

// Places go by blocks: what each reads is found once for all channels, in loops over the block that vectorise.

// A place of a plane is an int32, as wide as a float, wherever the plane's places are.

constexpr int kNowhere = -1;
constexpr std::int64_t kPlaceCost = 16;  // of finding out what a place reads, in additions
constexpr std::int64_t kBlock = 64;      // places
constexpr int kMostTaps = 16;            // of a place

/// A number for each place of a block.
template <class T>
using OfBlock = std::array<T, static_cast<std::size_t>(kBlock)>;

/// Up to four elements along a dimension, their weights, and how these change with the grid's number.
template <class T, class Place>
struct Line {
  int count;
  OfBlock<Place> at[4];
  OfBlock<T> weight[4], slope[4];
};

/// A coordinate and its slope.
template <class T>
struct Coordinate {
  T value, slope;
};

template <class T>
Coordinate<T> clipped(Coordinate<T> c, T last) {
  const bool below = c.value <= 0, above = c.value >= last;
  const T upper = above ? last : c.value;
  return {below ? T(0) : upper, (below | above) ? T(0) : c.slope};
}

/// Folded into [low, low + span] by reflection at both.
template <class T>
Coordinate<T> reflected(Coordinate<T> c, T low, T span) {
  const T sign = c.value < low ? T(-1) : T(1), distance = std::abs(c.value - low);
  const T flips = std::floor(distance / span), extra = std::fma(-flips, span, distance);
  const bool even = flips - 2 * std::floor(flips / 2) == 0;
  const T turned = span - extra, slope = c.slope * sign;
  return {(even ? extra : turned) + low, even ? slope : -slope};
}

/// Where a coordinate beyond the ends is read: for a dimension and a kind of border.
template <class T, Border border>
struct Bounds {
  T last, low, span;

  Bounds(std::int64_t size, bool align_corners)
      : last(static_cast<T>(size - 1)),
        low(align_corners ? T(0) : T(-0.5)),
        span(static_cast<T>(align_corners ? size - 1 : size)) {}

  Coordinate<T> operator()(Coordinate<T> c) const {
    if constexpr (border == Border::Zeros) return c;
    if constexpr (border == Border::Reflection) {
      if (span == 0) return {0, 0};
      c = reflected(c, low, span);
    }
    return clipped(c, last);
  }
};

/// The element that a whole coordinate names. NaN is nowhere.
template <class Place, class T>
Place inside(T place, T last) {
  const bool in = (place >= 0) & (place <= last);
  const auto at = static_cast<Place>(in ? place : T(0));
  return in ? at : Place(kNowhere);
}

/// The four weights of the cubic of a = −3/4 at distance t behind the second, and their slopes.
template <class T>
void cubic(T t, T* weight, T* slope) {
  constexpr T a = T(-0.75);
  const auto near = [](T x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [](T x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  const auto near_slope = [](T x) { return (3 * (a + 2) * x - 2 * (a + 3)) * x; };
  const auto far_slope = [](T x) { return (3 * a * x - 10 * a) * x + 8 * a; };
  weight[0] = far(t + 1);
  weight[1] = near(t);
  weight[2] = near(1 - t);
  weight[3] = far(2 - t);
  slope[0] = far_slope(t + 1);
  slope[1] = near_slope(t);
  slope[2] = -near_slope(1 - t);
  slope[3] = -far_slope(2 - t);
}

/// What the numbers g[0], g[step], ... of the grid read along a dimension of `size` elements.
template <Border border, class T, class Place>
void read_along(Line<T, Place>& line, const T* g, std::int64_t step, std::int64_t n, std::int64_t size,
                const GridSampling& how) {
  const Bounds<T, border> bounds(size, how.align_corners);
  const T most = static_cast<T>(size - 1), whole = static_cast<T>(size);
  // Not rounded up, beyond the image.
  const T last = static_cast<std::int64_t>(most) < size ? most : std::nextafter(most, T(0));
  const bool align = how.align_corners;
  const T rise = (align ? most : whole) / 2;
  const auto coordinate = [=](std::int64_t i) -> Coordinate<T> {
    const T x = g[i * step];
    const T corners = (x + 1) / 2 * most, edges = ((x + 1) * whole - 1) / 2;
    return {align ? corners : edges, rise};
  };
  Place *const a0 = line.at[0].data(), *const a1 = line.at[1].data();
  T *const w0 = line.weight[0].data(), *const w1 = line.weight[1].data();
  T *const s0 = line.slope[0].data(), *const s1 = line.slope[1].data();
  switch (how.interpolation) {
    case Interpolation::Nearest:
      line.count = 1;
      for (std::int64_t i = 0; i < n; ++i) {
        a0[i] = inside<Place>(std::nearbyint(bounds(coordinate(i)).value), last);
        w0[i] = 1;
        s0[i] = 0;
      }
      return;
    case Interpolation::Bilinear:
      line.count = 2;
      for (std::int64_t i = 0; i < n; ++i) {
        const Coordinate<T> c = bounds(coordinate(i));
        const T floor = std::floor(c.value), share = c.value - floor;
        a0[i] = inside<Place>(floor, last);
        a1[i] = inside<Place>(floor + 1, last);
        w0[i] = 1 - share;
        w1[i] = share;
        s0[i] = -c.slope;
        s1[i] = c.slope;
      }
      return;
    case Interpolation::Bicubic:
      break;
  }
  line.count = 4;
  for (std::int64_t i = 0; i < n; ++i) {
    const Coordinate<T> c = coordinate(i);
    const T floor = std::floor(c.value);
    T weight[4], slope[4];
    cubic(c.value - floor, weight, slope);
    for (int k = 0; k < 4; ++k) {
      const auto at = static_cast<std::size_t>(i);
      line.at[k][at] = inside<Place>(std::trunc(bounds({floor - 1 + static_cast<T>(k), 1}).value), last);
      line.weight[k][at] = weight[k];
      line.slope[k][at] = slope[k] * c.slope;
    }
  }
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

/// What the places of a block read: elements of a plane, or kNowhere, with weights and their slopes by
/// each of the last dimensions, which are 0 there.
template <class T, class Place>
struct Taps {
  int count = 0;
  OfBlock<Place> at[kMostTaps];
  OfBlock<T> weight[kMostTaps], slope[3][kMostTaps];

  Taps(const T* grid, std::int64_t n, const GridShape& s, const GridSampling& how, bool slopes) {
    Line<T, Place> lines[3];
    const auto dims = static_cast<std::int64_t>(s.dims);
    for (std::size_t d = 0; d < 3; ++d) {
      if (d + s.dims < 3) {
        lines[d].count = 1;
        lines[d].at[0].fill(0);
        lines[d].weight[0].fill(1);
        lines[d].slope[0].fill(0);
        continue;
      }
      const T* const numbers = grid + (2 - d);
      switch (how.border) {
        case Border::Zeros:
          read_along<Border::Zeros>(lines[d], numbers, dims, n, s.size[d], how);
          break;
        case Border::Border:
          read_along<Border::Border>(lines[d], numbers, dims, n, s.size[d], how);
          break;
        case Border::Reflection:
          read_along<Border::Reflection>(lines[d], numbers, dims, n, s.size[d], how);
          break;
      }
    }
    for (int i = 0; i < lines[0].count; ++i) {
      for (int j = 0; j < lines[1].count; ++j) {
        for (int k = 0; k < lines[2].count; ++k) join(lines, i, j, k, n, s, slopes);
      }
    }
  }

 private:
  void join(const Line<T, Place>* lines, int i, int j, int k, std::int64_t n, const GridShape& s, bool slopes) {
    const Place *const a = lines[0].at[i].data(), *const b = lines[1].at[j].data(), *const c = lines[2].at[k].data();
    const T *const u = lines[0].weight[i].data(), *const v = lines[1].weight[j].data(),
                   *const w = lines[2].weight[k].data();
    Place* const to = at[count].data();
    T* const by = weight[count].data();
    const auto height = static_cast<Place>(s.size[1]), width = static_cast<Place>(s.size[2]);
    for (std::int64_t p = 0; p < n; ++p) {
      const bool outside = (a[p] | b[p] | c[p]) < 0;  // kNowhere is the only negative one
      const Place place = (a[p] * height + b[p]) * width + c[p];
      const T product = u[p] * v[p] * w[p];
      to[p] = outside ? Place(kNowhere) : place;
      by[p] = outside ? T(0) : product;
    }
    const T *const du = lines[0].slope[i].data(), *const dv = lines[1].slope[j].data(),
                   *const dw = lines[2].slope[k].data();
    T *const s0 = slope[0][count].data(), *const s1 = slope[1][count].data(), *const s2 = slope[2][count].data();
    for (std::int64_t p = 0; slopes && p < n; ++p) {
      const bool outside = to[p] < 0;
      const T x = du[p] * v[p] * w[p], y = u[p] * dv[p] * w[p], z = u[p] * v[p] * dw[p];
      s0[p] = outside ? T(0) : x;
      s1[p] = outside ? T(0) : y;
      s2[p] = outside ? T(0) : z;
    }
    ++count;
  }
};

/// An element of a plane, and 0 for nowhere, without a branch: at the border it could not be foreseen.
template <class T, class Place>
T element(const T* plane, Place at) {
  const T v = plane[at < 0 ? 0 : at];
  return at < 0 ? T(0) : v;
}

template <int count, class T, class Place>
void weigh(T* __restrict to, const T* __restrict plane, const Taps<T, Place>& taps, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    const auto p = static_cast<std::size_t>(i);
    T sum = 0;
    for (int k = 0; k < count; ++k) sum += taps.weight[k][p] * element(plane, taps.at[k][p]);
    to[i] = sum;
  }
}

/// to[i] = Σ weight·element over what place i reads of a plane
template <class T, class Place>
void weigh(T* to, const T* plane, const Taps<T, Place>& taps, std::int64_t n) {
  switch (taps.count) {
    case 1:
      return weigh<1>(to, plane, taps, n);
    case 4:
      return weigh<4>(to, plane, taps, n);
    case 8:
      return weigh<8>(to, plane, taps, n);
    default:
      return weigh<16>(to, plane, taps, n);
  }
}

/// Adds g's part to every element that a place reads; what reads nowhere adds to a number that nobody looks at.
template <class T, class Place>
void spread(T* planes, const T* g, const Taps<T, Place>& taps, std::int64_t n, const GridShape& s) {
  T nowhere = 0;
  for (std::int64_t c = 0; c < s.channels; ++c, planes += s.plane, g += s.places) {
    for (std::int64_t i = 0; i < n; ++i) {
      const auto p = static_cast<std::size_t>(i);
      for (int k = 0; k < taps.count; ++k) {
        const Place at = taps.at[k][p];
        T* const sum = at < 0 ? &nowhere : planes + at;
        *sum += taps.weight[k][p] * g[i];
      }
    }
  }
}

/// The gradients of the grid's numbers, of which a place has as many as there are dimensions.
template <class T, class Place>
void slopes(T* to, const T* planes, const T* g, const Taps<T, Place>& taps, std::int64_t n, const GridShape& s) {
  OfBlock<T> along[kMostTaps];
  for (int k = 0; k < taps.count; ++k) along[k].fill(0);
  for (std::int64_t c = 0; c < s.channels; ++c, planes += s.plane, g += s.places) {
    for (int k = 0; k < taps.count; ++k) {
      T* const sum = along[k].data();
      const Place* const at = taps.at[k].data();
      for (std::int64_t i = 0; i < n; ++i) {
        const T product = g[i] * element(planes, at[i]);
        sum[i] += at[i] < 0 ? T(0) : product;
      }
    }
  }
  const auto dims = static_cast<std::int64_t>(s.dims);
  for (std::int64_t d = 0; d < dims; ++d) {
    OfBlock<T> sums{};
    for (int k = 0; k < taps.count; ++k) {
      const T* const slope = taps.slope[2 - d][k].data();
      for (std::int64_t i = 0; i < n; ++i)
        sums[static_cast<std::size_t>(i)] += along[k][static_cast<std::size_t>(i)] * slope[i];
    }
    for (std::int64_t i = 0; i < n; ++i) to[i * dims + d] = sums[static_cast<std::size_t>(i)];
  }
}

/// f with the type that this plane's places need.
template <class F>
void with_place(const GridShape& s, F f) {
  if (s.plane <= std::numeric_limits<std::int32_t>::max())
    f(std::int32_t());
  else
    f(std::int64_t());
}

/// Calls f(image, first place, places) for blocks of the places first ≤ i < last of all images.
template <class F>
void each_block(std::int64_t first, std::int64_t last, std::int64_t places, F f) {
  while (first < last) {
    const std::int64_t image = first / places, place = first % places;
    const std::int64_t n = std::min({kBlock, places - place, last - first});
    f(image, place, n);
    first += n;
  }
}

}  // namespace

Array grid_sample(const Array& x, const Array& grid, const GridSampling& how) {
  const GridShape s(x, grid);
  const Array from = packed(x), at = packed(grid);
  Dims sizes{s.batch, s.channels};
  for (std::int64_t d = 1; d + 1 < grid.dim(); ++d) sizes.push_back(grid.size(d));
  const Array out = Array::empty(sizes, x.dtype());
  if (out.numel() == 0) return out;
  dispatch_floating(x.dtype(), "grid_sampler", [&]<class T>() {
    const T* const grids = at.data<T>();
    const auto dims = static_cast<std::int64_t>(s.dims);
    split(s.batch * s.places, kPlaceCost + s.channels * 4, kBlock, [&](std::int64_t first, std::int64_t last) {
      with_place(s, [&]<class Place>(Place) {
        each_block(first, last, s.places, [&](std::int64_t image, std::int64_t place, std::int64_t n) {
          const Taps<T, Place> taps(grids + (image * s.places + place) * dims, n, s, how, false);
          const T* plane = from.data<T>() + image * s.channels * s.plane;
          T* to = out.data<T>() + image * s.channels * s.places + place;
          for (std::int64_t c = 0; c < s.channels; ++c, plane += s.plane, to += s.places) weigh(to, plane, taps, n);
        });
      });
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
    // What is nearest stays so for a little while.
    const bool bent = want_grid && how.interpolation != Interpolation::Nearest;
    if (want_grid && !bent) std::fill_n(out.second.data<T>(), grid.numel(), T(0));
    const auto block = [&]<class Place>(Place, std::int64_t image, std::int64_t place, std::int64_t n) {
      const std::int64_t start = (image * s.places + place) * dims;
      const Taps<T, Place> taps(static_cast<const T*>(at.data<T>()) + start, n, s, how, bent);
      const T* const plane = from.data<T>() + image * s.channels * s.plane;
      const T* const up = upstream.data<T>() + image * s.channels * s.places + place;
      if (want_x) spread(out.first.data<T>() + image * s.channels * s.plane, up, taps, n, s);
      if (bent) slopes(out.second.data<T>() + start, plane, up, taps, n, s);
    };
    // By images: many places may read one element.
    split(s.batch, s.places * (kPlaceCost + s.channels * 8), 1, [&](std::int64_t first, std::int64_t last) {
      with_place(s, [&](auto type) {
        each_block(first * s.places, last * s.places, s.places,
                   [&](std::int64_t image, std::int64_t place, std::int64_t n) { block(type, image, place, n); });
      });
    });
  });
  return out;
}

}  // namespace xgrad::kernels
