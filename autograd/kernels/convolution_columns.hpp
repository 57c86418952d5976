/// The matrix of columns of a convolution, for convolution.cpp: what goes another way than direct_windows.hpp.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/kernels/convolution.hpp>
#include <xgrad/autograd/kernels/rows.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace xgrad::kernels {

inline std::int64_t volume(const ThreeSizes& v) { return v[0] * v[1] * v[2]; }

/// The lines of small images are a few elements long, for which a call of memcpy takes longer than the copy.
template <class T>
inline void copy_line(T* to, const T* from, std::int64_t n) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) std::memcpy(to + i, from + i, sizeof(Lanes<T>));
  for (; i < n; ++i) to[i] = from[i];
}
template <class T>
inline void add_line(T* to, const T* from, std::int64_t n) {
  constexpr auto kLanes = static_cast<std::int64_t>(sizeof(Lanes<T>) / sizeof(T));
  std::int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    const Lanes<T> sum = load_lanes(to + i) + load_lanes(from + i);
    std::memcpy(to + i, &sum, sizeof sum);
  }
  for (; i < n; ++i) to[i] += from[i];
}

/// One image's columns: the matrix [channels·kernel, positions] of what each window position sees, made for a few lines
/// of the output at a time, so that a part stays in the cache between its making and its use.
template <class T>
class Columns {
 public:
  Columns(const ConvGeometry& g, std::int64_t channels, const ThreeSizes& in, const ThreeSizes& kernel,
          const ThreeSizes& out)
      : g_(g), channels_(channels), in_(in), kernel_(kernel), out_(out) {
    constexpr std::int64_t kTarget = 96 * 1024;  // elements
    const std::int64_t line = std::max<std::int64_t>(rows() * out_[2], 1);
    lines_ = std::clamp<std::int64_t>(kTarget / line, 1, std::max<std::int64_t>(all_lines(), 1));
    if (!trivial()) memory_ = Array::empty({rows() * lines_ * out_[2]}, dtype_of<T>());
  }

  std::int64_t rows() const { return channels_ * volume(kernel_); }
  /// Whether the image is its own matrix of columns.
  bool trivial() const {
    return volume(kernel_) == 1 && g_.stride == ThreeSizes{1, 1, 1} && g_.padding == ThreeSizes{0, 0, 0};
  }

  /// Calls part(columns, their leading dimension, first position, number of positions) for every part.
  template <class Part>
  void gather(const T* image, Part part) {
    if (trivial()) return part(image, volume(in_), std::int64_t{0}, volume(out_));
    T* const to = memory_.template data<T>();
    for (std::int64_t line = 0; line < all_lines(); line += lines_) {
      const std::int64_t n = std::min(lines_, all_lines() - line), ld = n * out_[2];
      each_segment(line, n, [&](std::int64_t row, std::int64_t at, std::int64_t from, const Segment& s) {
        T* const d = to + row * ld + at;
        for (std::int64_t x = 0; x < s.first; ++x) d[x] = 0;
        for (std::int64_t x = s.last; x < out_[2]; ++x) d[x] = 0;
        const T* const source = image + from;
        if (g_.stride[2] == 1) {
          copy_line(d + s.first, source + s.first, s.last - s.first);
        } else {
          for (std::int64_t x = s.first; x < s.last; ++x) d[x] = source[x * g_.stride[2]];
        }
      });
      part(static_cast<const T*>(to), ld, line * out_[2], ld);
    }
  }

  /// image += what part(columns, leading dimension, first position, number) writes, each element where it came from.
  template <class Part>
  void scatter(T* image, Part part) {
    T* const from = memory_.defined() ? memory_.template data<T>() : nullptr;
    if (trivial()) return part(image, volume(in_), std::int64_t{0}, volume(out_));
    for (std::int64_t line = 0; line < all_lines(); line += lines_) {
      const std::int64_t n = std::min(lines_, all_lines() - line), ld = n * out_[2];
      part(from, ld, line * out_[2], ld);
      each_segment(line, n, [&](std::int64_t row, std::int64_t at, std::int64_t to, const Segment& s) {
        const T* const source = from + row * ld + at;
        T* const d = image + to;
        if (g_.stride[2] == 1) {
          add_line(d + s.first, source + s.first, s.last - s.first);
        } else {
          for (std::int64_t x = s.first; x < s.last; ++x) d[x * g_.stride[2]] += source[x];
        }
      });
    }
  }

 private:
  /// The part of a line of output positions whose windows see the image at this place of the kernel.
  struct Segment {
    std::int64_t first, last;
  };

  std::int64_t all_lines() const { return out_[0] * out_[1]; }

  /// Calls f(row, place in the row, image offset of position 0, segment) for every row and each of n lines. Where the
  /// lines of the image lie is found once for all channels.
  template <class F>
  void each_segment(std::int64_t line, std::int64_t n, F f) {
    const std::int64_t plane = in_[1] * in_[2], first_z = line / out_[1], first_y = line % out_[1];
    places_.resize(static_cast<std::size_t>(n));
    for (std::int64_t kz = 0; kz < kernel_[0]; ++kz) {
      for (std::int64_t ky = 0; ky < kernel_[1]; ++ky) {
        std::int64_t out_z = first_z, out_y = first_y;
        for (std::int64_t& place : places_) {
          const std::int64_t z = out_z * g_.stride[0] + kz * g_.dilation[0] - g_.padding[0];
          const std::int64_t y = out_y * g_.stride[1] + ky * g_.dilation[1] - g_.padding[1];
          place = z >= 0 && z < in_[0] && y >= 0 && y < in_[1] ? z * plane + y * in_[2] : kOutside;
          if (++out_y == out_[1]) out_y = 0, ++out_z;
        }
        for (std::int64_t kx = 0; kx < kernel_[2]; ++kx) {
          const std::int64_t shift = kx * g_.dilation[2] - g_.padding[2];
          const Segment seen = segment(shift), none{out_[2], out_[2]};
          for (std::int64_t c = 0; c < channels_; ++c) {
            const std::int64_t row = ((c * kernel_[0] + kz) * kernel_[1] + ky) * kernel_[2] + kx;
            const std::int64_t base = c * in_[0] * plane + shift;
            for (std::int64_t l = 0; l < n; ++l) {
              const std::int64_t place = places_[static_cast<std::size_t>(l)];
              const bool outside = place == kOutside;
              f(row, l * out_[2], outside ? 0 : place + base, outside ? none : seen);
            }
          }
        }
      }
    }
  }

  /// The positions x of a line with 0 ≤ x·stride + shift < width.
  Segment segment(std::int64_t shift) const {
    const std::int64_t stride = g_.stride[2], room = in_[2] - shift;
    const std::int64_t first = std::clamp<std::int64_t>(shift < 0 ? (-shift + stride - 1) / stride : 0, 0, out_[2]);
    return {first, std::clamp<std::int64_t>(room <= 0 ? 0 : (room + stride - 1) / stride, first, out_[2])};
  }

  static constexpr std::int64_t kOutside = -1;

  ConvGeometry g_;
  std::int64_t channels_;
  ThreeSizes in_, kernel_, out_;
  std::int64_t lines_ = 1;
  std::vector<std::int64_t> places_;  ///< of the lines at hand, or kOutside
  Array memory_;
};

}  // namespace xgrad::kernels
