#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/pooling.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <array>

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
  for (std::int64_t z = w[0].first; z < w[0].last; z += step[0]) {
    for (std::int64_t y = w[1].first; y < w[1].last; y += step[1]) {
      const std::int64_t row = (z * height + y) * width;
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

/// The maxima of all windows of one plane, and their places.
template <class T>
void pool_plane(const T* plane, T* value, std::int64_t* index, const std::array<const Windows*, 3>& w,
                const std::array<std::int64_t, 3>& size, const std::array<std::int64_t, 3>& step) {
  for (const Window& wz : w[0]->of) {
    for (const Window& wy : w[1]->of) {
      const bool pair_of_rows = wz.last - wz.first == 1 && wy.last - wy.first == 2 && step[1] == 1 && step[2] == 1;
      const std::int64_t line = (wz.first * size[1] + wy.first) * size[2];
      for (const Window& wx : w[2]->of) {
        if (pair_of_rows && wx.last - wx.first == 2) {  // the window that most networks have
          const std::int64_t corner = line + wx.first;
          const T* const at = plane + corner;
          T best = at[0];
          std::int64_t place = corner;
          const auto compare = [&](T v, std::int64_t i) {
            const bool take = (v > best) | (v != v);
            best = take ? v : best;
            place = take ? i : place;
          };
          compare(at[1], corner + 1);
          compare(at[size[2]], corner + size[2]);
          compare(at[size[2] + 1], corner + size[2] + 1);
          *value++ = best;
          *index++ = place;
          continue;
        }
        std::tie(*value++, *index++) = largest(plane, {wz, wy, wx}, step, size[1], size[2]);
      }
    }
  }
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
    split(planes, pixels, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t p = first; p < last; ++p) {
        pool_plane<T>(in.data<T>() + p * pixels, values.data<T>() + p * positions,
                      indices.data<std::int64_t>() + p * positions, w, size, step);
      }
    });
  });
  return {values, indices};
}

Array plane_scatter(const Array& g, const Array& index, IntArrayRef sizes) {
  const Array from = packed(g), at = packed(index);
  Dims shape = g.sizes();
  const std::size_t outer = shape.size() - sizes.size();
  for (std::size_t i = 0; i < sizes.size(); ++i) shape[outer + i] = sizes[i];
  const Array out = Array::empty(shape, g.dtype());
  const std::int64_t planes = product({shape.data(), outer}), pixels = product(sizes),
                     n = planes ? from.numel() / planes : 0;
  of_floating(g.dtype(), [&]<class T>() {
    split(planes, pixels + n, 1, [&](std::int64_t first, std::int64_t last) {
      T* to = out.data<T>() + first * pixels;
      std::fill_n(to, (last - first) * pixels, T(0));
      const T* v = from.data<T>() + first * n;
      const std::int64_t* i = at.data<std::int64_t>() + first * n;
      for (std::int64_t p = first; p < last; ++p, to += pixels, v += n, i += n) {
        for (std::int64_t k = 0; k < n; ++k) {
          check<IndexError>(i[k] >= 0 && i[k] < pixels, "Found an invalid max index: {} (output volumes are of size {}",
                            i[k], pixels);
          to[i[k]] += v[k];
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
