#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/pooling.hpp>
#include <xgrad/autograd/kernels/rows.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <array>
#include <type_traits>

namespace xgrad::kernels {
namespace {

std::int64_t product(IntArrayRef sizes) {
  std::int64_t n = 1;
  for (const std::int64_t s : sizes) n *= s;
  return n;
}

/// The maximum over a window of one plane. NaN wins, and a later NaN over an earlier one, as in PyTorch.
template <class T>
inline std::pair<T, std::int64_t> largest(const T* plane, const std::array<Window, 3>& w,
                                          const std::array<std::int64_t, 3>& step, std::int64_t height,
                                          std::int64_t width) {
  std::int64_t best = (w[0].first * height + w[1].first) * width + w[2].first;
  T value = -std::numeric_limits<T>::infinity();
  // Whole lines are one, and of a long one the largest is found by vectors, and where that is only if it takes over.
  constexpr std::int64_t kLong = 64;
  const bool lines = step[1] == 1 && w[2].first == 0 && w[2].last == width;
  const std::int64_t length = lines ? (w[1].last - w[1].first) * width : w[2].last - w[2].first;
  const bool by_vectors = step[2] == 1 && length >= kLong;
  for (std::int64_t z = w[0].first; z < w[0].last; z += step[0]) {
    for (std::int64_t y = w[1].first; y < w[1].last; y += step[1]) {
      const std::int64_t row = (z * height + y) * width;
      if (by_vectors) {
        const T* const line = plane + row + w[2].first;
        const T most = extreme_row<true>(line, length);
        if ((most > value) | (most != most)) {
          std::int64_t at = most == most ? 0 : length - 1;
          if (most == most)
            while (line[at] != most) ++at;
          else
            while (line[at] == line[at]) --at;
          value = line[at];
          best = row + w[2].first + at;
        }
        if (lines) break;
        continue;
      }
      for (std::int64_t x = w[2].first; x < w[2].last; x += step[2]) {
        const T v = plane[row + x];
        // Without a branch, which would be guessed wrongly half of the time.
        const bool take = (v > value) | (v != v);
        value = take ? v : value;
        best = take ? row + x : best;
      }
    }
  }
  return {value, best};
}

/// Windows `first` ≤ i < last along a line that are two neighbours each, side by side.
struct Pairs {
  std::int64_t first, last;
};

bool is_pair(const Windows& w, std::int64_t i) {
  const Window& of = w.of[static_cast<std::size_t>(i)];
  return w.step == 1 && of.last - of.first == 2;
}

Pairs pairs_of(const Windows& w) {
  const auto n = static_cast<std::int64_t>(w.of.size());
  Pairs run{0, 0};
  while (run.first < n && !is_pair(w, run.first)) ++run.first;
  const auto follows = [&](std::int64_t i) {
    const auto at = static_cast<std::size_t>(i);
    return is_pair(w, i) && (i == run.first || w.of[at].first == w.of[at - 1].last);
  };
  for (run.last = run.first; run.last < n && follows(run.last);) ++run.last;
  return run;
}

/// Windows `first` ≤ i < last along a line that have as many elements each and lie `stride` apart, from `at` on.
struct Run {
  std::int64_t first = 0, last = 0, at = 0, stride = 1, elements = 0;
};

Run run_of(const Windows& w) {
  const auto n = static_cast<std::int64_t>(w.of.size());
  const auto of = [&](std::int64_t i) { return w.of[static_cast<std::size_t>(i)]; };
  const auto elements = [&](std::int64_t i) { return (of(i).last - of(i).first + w.step - 1) / w.step; };
  Run run;
  for (std::int64_t i = 0; i < n; ++i) run.elements = std::max(run.elements, elements(i));
  while (run.first < n && elements(run.first) != run.elements) ++run.first;
  run.last = run.first + 1;
  if (run.last >= n) return {};
  run.at = of(run.first).first;
  run.stride = of(run.last).first - run.at;
  while (run.last < n && elements(run.last) == run.elements &&
         of(run.last).first - of(run.last - 1).first == run.stride) {
    ++run.last;
  }
  constexpr std::int64_t kLeast = 4;
  return run.last - run.first < kLeast ? Run() : run;
}

/// A place counted from the corner of a line of windows. As wide as T, so that both go through the same vectors.
template <class T>
using NearPlace = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
constexpr std::int64_t kMostNear = std::int64_t{1} << 29;  // elements of a plane

/// The maxima of n windows of two by two, side by side from element number `corner` of the plane on, which `top` points
/// to.
template <class T>
void pool_pairs(T* __restrict value, std::int64_t* __restrict index, const T* __restrict top, std::int64_t width,
                std::int64_t corner, std::int64_t n) {
  using Place = NearPlace<T>;
  const T* const low = top + width;
  const auto below = static_cast<Place>(width);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto left = static_cast<Place>(2 * i);
    T best = top[2 * i];
    Place place = left;
    const auto compare = [&](T v, Place at) {
      const bool take = (v > best) | (v != v);
      best = take ? v : best;
      place = take ? at : place;
    };
    compare(top[2 * i + 1], left + 1);
    compare(low[2 * i], left + below);
    compare(low[2 * i + 1], left + below + 1);
    value[i] = best;
    index[i] = corner + place;
  }
}

/// Another element of n windows that lie `stride` apart, seen from the first window: its value and its place.
template <class T>
void take_element(T* __restrict best, NearPlace<T>* __restrict place, const T* __restrict from, std::int64_t stride,
                  NearPlace<T> at, std::int64_t n) {
  using Place = NearPlace<T>;
  const auto step = static_cast<Place>(stride);
  const auto compare = [&](std::int64_t i, T v) {
    const bool take = (v > best[i]) | (v != v);
    best[i] = take ? v : best[i];
    place[i] = take ? at + static_cast<Place>(i) * step : place[i];
  };
  if (stride == 1) {
    for (std::int64_t i = 0; i < n; ++i) compare(i, from[i]);
  } else if (stride == 2) {
    for (std::int64_t i = 0; i < n; ++i) compare(i, from[2 * i]);
  } else {
    for (std::int64_t i = 0; i < n; ++i) compare(i, from[i * stride]);
  }
}

/// The maxima of a run of windows, which are the same in the other dimensions, element by element of all windows at
/// once.
template <class T>
void pool_run(T* value, std::int64_t* index, const T* plane, const Window& wz, const Window& wy, const Run& run,
              const std::array<std::int64_t, 3>& size, const std::array<std::int64_t, 3>& step) {
  using Place = NearPlace<T>;
  constexpr std::int64_t kBlock = 256;
  T best[kBlock];
  Place place[kBlock];
  for (std::int64_t first = run.first; first < run.last; first += kBlock) {
    const std::int64_t n = std::min(kBlock, run.last - first);
    const std::int64_t corner = (wz.first * size[1] + wy.first) * size[2] + run.at + (first - run.first) * run.stride;
    for (std::int64_t i = 0; i < n; ++i) {
      best[i] = -std::numeric_limits<T>::infinity();
      place[i] = static_cast<Place>(i * run.stride);
    }
    for (std::int64_t z = wz.first; z < wz.last; z += step[0]) {
      for (std::int64_t y = wy.first; y < wy.last; y += step[1]) {
        const std::int64_t row = ((z - wz.first) * size[1] + y - wy.first) * size[2];
        for (std::int64_t k = 0; k < run.elements; ++k) {
          const std::int64_t at = row + k * step[2];
          take_element(best, place, plane + corner + at, run.stride, static_cast<Place>(at), n);
        }
      }
    }
    for (std::int64_t i = 0; i < n; ++i) {
      value[first + i] = best[i];
      index[first + i] = corner + place[i];
    }
  }
}

/// The two lines under n such windows: g where the index says, 0 elsewhere.
template <class T>
void spread_pairs(T* __restrict top, std::int64_t width, const T* __restrict g, const std::int64_t* __restrict index,
                  std::int64_t corner, std::int64_t n) {
  using Place = NearPlace<T>;
  T* __restrict const low = top + width;
  const auto below = static_cast<Place>(width);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto left = static_cast<Place>(2 * i), place = static_cast<Place>(index[i] - corner);
    const T v = T(0) + g[i];  // 0 for −0, as where numbers are added to 0
    top[2 * i] = place == left ? v : T(0);
    top[2 * i + 1] = place == left + 1 ? v : T(0);
    low[2 * i] = place == left + below ? v : T(0);
    low[2 * i + 1] = place == left + below + 1 ? v : T(0);
  }
}

/// The maxima of all windows of one plane, and their places. `pairs` and `run` are those of the last dimension.
template <class T>
void pool_plane(const T* plane, T* value, std::int64_t* index, const std::array<const Windows*, 3>& w,
                const std::array<std::int64_t, 3>& size, const std::array<std::int64_t, 3>& step, const Pairs& pairs,
                const Run& run) {
  const auto n = static_cast<std::int64_t>(w[2]->of.size());
  for (const Window& wz : w[0]->of) {
    for (std::size_t y = 0; y < w[1]->of.size(); ++y, value += n, index += n) {
      const Window& wy = w[1]->of[y];
      const auto one_by_one = [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i)
          std::tie(value[i], index[i]) =
              largest(plane, {wz, wy, w[2]->of[static_cast<std::size_t>(i)]}, step, size[1], size[2]);
      };
      if (pairs.first == pairs.last || wz.last - wz.first != 1 || !is_pair(*w[1], static_cast<std::int64_t>(y))) {
        one_by_one(0, run.first);
        pool_run(value, index, plane, wz, wy, run, size, step);
        one_by_one(run.last, n);
        continue;
      }
      const std::int64_t corner =
          (wz.first * size[1] + wy.first) * size[2] + w[2]->of[static_cast<std::size_t>(pairs.first)].first;
      one_by_one(0, pairs.first);
      pool_pairs(value + pairs.first, index + pairs.first, plane + corner, size[2], corner, pairs.last - pairs.first);
      one_by_one(pairs.last, n);
    }
  }
}

/// g at the places of a plane of [height, width] that are the maxima of windows of two by two, from its corner on.
template <class T>
void spread_plane(T* plane, const T* g, const std::int64_t* index, IntArrayRef size, IntArrayRef windows) {
  const std::int64_t height = size[0], width = size[1], n = windows[1];
  for (std::int64_t y = 0; y < windows[0]; ++y, g += n, index += n) {
    T* const top = plane + 2 * y * width;
    spread_pairs(top, width, g, index, 2 * y * width, n);
    for (std::int64_t x = 2 * n; x < width; ++x) top[x] = top[width + x] = T(0);
  }
  std::fill_n(plane + 2 * windows[0] * width, (height - 2 * windows[0]) * width, T(0));
}

/// plane[index] += g, if all indices are in the plane. Tells whether they are.
template <class T>
bool add_to_plane(T* plane, std::int64_t pixels, const T* g, const std::int64_t* index, std::int64_t n) {
  std::fill_n(plane, pixels, T(0));
  if (any_outside(index, n, pixels)) return false;
  for (std::int64_t k = 0; k < n; ++k) plane[index[k]] += g[k];
  return true;
}

}  // namespace

std::pair<Array, Array> max_pool(const Array& x, const std::vector<Windows>& windows) {
  const Array in = packed(x);
  const std::size_t dims = windows.size(), outer = x.sizes().size() - dims;
  const Windows whole{1, {{0, 1}}};
  std::array<const Windows*, 3> w{&whole, &whole, &whole};
  std::array<std::int64_t, 3> size{1, 1, 1}, step{1, 1, 1};
  Dims sizes = x.sizes();
  for (std::size_t i = 0; i < dims; ++i) {
    w[3 - dims + i] = &windows[i];
    size[3 - dims + i] = x.sizes()[outer + i];
    step[3 - dims + i] = windows[i].step;
    sizes[outer + i] = static_cast<std::int64_t>(windows[i].of.size());
  }
  const Array values = Array::empty(sizes, x.dtype()), indices = Array::empty(sizes, kInt64);
  if (values.numel() == 0) return {values, indices};
  const std::int64_t planes = product({x.sizes().data(), outer}), pixels = size[0] * size[1] * size[2];
  of_floating(x.dtype(), [&]<class T>() {
    const std::int64_t positions = values.numel() / planes;
    const bool near = pixels < kMostNear;
    const Pairs pairs = near ? pairs_of(*w[2]) : Pairs{0, 0};
    const Run run = near ? run_of(*w[2]) : Run();
    split(planes, pixels, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t p = first; p < last; ++p) {
        pool_plane<T>(in.data<T>() + p * pixels, values.data<T>() + p * positions,
                      indices.data<std::int64_t>() + p * positions, w, size, step, pairs, run);
      }
    });
  });
  return {values, indices};
}

bool tiled_by_pairs(const std::vector<Windows>& windows) {
  return windows.size() == 2 && std::all_of(windows.begin(), windows.end(), [](const Windows& w) {
           const Pairs run = pairs_of(w);
           return run.first == 0 && run.last == static_cast<std::int64_t>(w.of.size()) && run.last > 0 &&
                  w.of[0].first == 0;
         });
}

Array plane_scatter(const Array& g, const Array& index, IntArrayRef sizes, bool pairs) {
  const Array from = packed(g), at = packed(index);
  Dims shape = g.sizes();
  const std::size_t outer = shape.size() - sizes.size();
  for (std::size_t i = 0; i < sizes.size(); ++i) shape[outer + i] = sizes[i];
  const Array out = Array::empty(shape, g.dtype());
  const std::int64_t planes = product({shape.data(), outer}), pixels = product(sizes),
                     n = planes ? from.numel() / planes : 0;
  const IntArrayRef windows(g.sizes().data() + outer, sizes.size());
  const bool spread = pairs && sizes[1] < kMostNear;
  of_floating(g.dtype(), [&]<class T>() {
    split(planes, pixels + n, 1, [&](std::int64_t first, std::int64_t last) {
      T* to = out.data<T>() + first * pixels;
      const T* v = from.data<T>() + first * n;
      const std::int64_t* i = at.data<std::int64_t>() + first * n;
      for (std::int64_t p = first; p < last; ++p, to += pixels, v += n, i += n) {
        if (spread) {
          spread_plane(to, v, i, sizes, windows);
        } else if (!add_to_plane(to, pixels, v, i, n)) {
          const auto outside = [&](std::int64_t k) { return k < 0 || k >= pixels; };
          fail<IndexError>("Found an invalid max index: {} (output volumes are of size {}",
                           *std::find_if(i, i + n, outside), pixels);
        }
      }
    });
  });
  return out;
}

Array plane_gather(const Array& x, const Array& index, std::int64_t dims) {
  const Array from = packed(x), at = packed(index);
  const std::size_t outer = x.sizes().size() - static_cast<std::size_t>(dims);
  const std::int64_t planes = product({x.sizes().data(), outer}), pixels = planes ? x.numel() / planes : 0,
                     n = planes ? index.numel() / planes : 0;
  const Array out = Array::empty(index.sizes(), x.dtype());
  of_floating(x.dtype(), [&]<class T>() {
    split(planes, n, 1, [&](std::int64_t first, std::int64_t last) {
      const T* v = from.data<T>() + first * pixels;
      T* to = out.data<T>() + first * n;
      const std::int64_t* i = at.data<std::int64_t>() + first * n;
      for (std::int64_t p = first; p < last; ++p, to += n, v += pixels, i += n) {
        for (std::int64_t k = 0; k < n; ++k) to[k] = v[i[k]];
      }
    });
  });
  return out;
}

}  // namespace xgrad::kernels
