/// Images and weights as the direct convolutions of floats (levels/windows.hpp, levels/channels.hpp) read them: for
/// convolution.cpp.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/kernels/convolution.hpp>
#include <xgrad/autograd/kernels/levels.hpp>

#include <algorithm>
#include <vector>

namespace xgrad::kernels {

/// A group's rows (channels of the result): the first `vectors` of them are whole vectors, which levels/channels.hpp
/// takes; levels/windows.hpp takes the rest.
struct DirectRows {
  std::int64_t all = 0, vectors = 0;

  enum Sum { Product, Gradient };
  /// Of `inner` places and so many windows, in lines of `width`. What is measured in docs/performance.md: a product of
  /// whole vectors of windows leaves nothing to win, a window of few places is not worth transposing its result or its
  /// gradient, and a weight that serves few windows is not worth moving to its vector and back.
  DirectRows(Sum sum, std::int64_t rows, std::int64_t inner, std::int64_t windows, std::int64_t width) : all(rows) {
    constexpr std::int64_t kLeastInner = 64, kLeastUses = 64;
    const std::int64_t lanes = level().windows.channels;
    if (inner < kLeastInner || windows < kLeastUses || (sum == Product && width % lanes == 0)) return;
    vectors = rows - rows % lanes;
  }

  /// The weight [groups, all, inner] with whole vectors in the order of their kernels, or (`back`) out of it.
  Array moved(const Array& weight, std::int64_t groups, bool back) const {
    if (vectors == 0) return weight;
    const Array out = Array::empty(weight.sizes(), kFloat32);
    const std::int64_t size = weight.numel() / groups, inner = size / all;
    const auto move = back ? level().windows.unpack : level().windows.pack;
    for (std::int64_t group = 0; group < groups; ++group) {
      const float* const from = weight.data<float>() + group * size;
      float* const to = out.data<float>() + group * size;
      move(to, from, vectors, inner);
      std::copy(from + vectors * inner, from + size, to + vectors * inner);
    }
    return out;
  }

  void product(WindowProduct p) const {
    p.rows = vectors;
    if (vectors > 0) level().windows.channel_product(p);
    p.rows = all - vectors;
    p.weight += vectors * p.inner;
    if (p.bias) p.bias += vectors;
    p.out += vectors * p.out_row;
    if (p.rows > 0) level().windows.product(p);
  }

  /// Of the rows first ≤ row < last, which begin at a multiple of `step()`.
  void gradient(WindowGradient p, std::int64_t first, std::int64_t last) const {
    const std::int64_t middle = std::clamp(vectors, first, last);
    const auto some = [&](void (*kernel)(const WindowGradient&), std::int64_t row, std::int64_t end) {
      WindowGradient part = p;
      part.rows = end - row;
      part.g += row * p.g_row;
      part.out += row * p.inner;
      if (part.rows > 0) kernel(part);
    };
    some(level().windows.channel_gradient, first, middle);
    some(level().windows.gradient, middle, last);
  }
  /// Whether no line is too short.
  bool any_width() const { return vectors == all; }
  /// Whole tiles of the gradient at every level.
  std::int64_t step() const { return vectors > 0 ? 2 * level().windows.channels : 12; }
};

/// Where windows of an image of some channels, padded with zeros, begin, and where their elements are from there.
/// The geometry has three dimensions.
///
/// Of windows that go by steps along a line, neighbours see neighbours only if every step-th element of the line stands
/// beside the next: so a line is copied in as many parts as a step has elements.
class DirectWindows {
 public:
  /// Whether there are enough windows in a line. (A kernel of one element has nothing but columns.)
  static bool fit(const ThreeSizes& kernel, const ThreeSizes& out, const DirectRows& rows) {
    constexpr std::int64_t kFew = 4;  // with which BLAS is slower still
    const bool enough = out[2] >= kLeastWindows || (out[2] >= kFew && rows.any_width());
    return enough && kernel[0] * kernel[1] * kernel[2] > 1;
  }

  DirectWindows(const ConvGeometry& g, std::int64_t channels, const ThreeSizes& in, const ThreeSizes& kernel,
                const ThreeSizes& out)
      : channels_(channels), in_(in), padding_(g.padding), width_(out[2]), step_(g.stride[2]) {
    for (std::size_t d = 0; d < 3; ++d) padded_[d] = in[d] + 2 * padding_[d];
    part_ = (padded_[2] + step_ - 1) / step_;
    padded_[2] = part_ * step_;
    const std::int64_t line = padded_[2], plane = line * padded_[1], volume = plane * padded_[0];
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t z = 0; z < kernel[0]; ++z) {
        for (std::int64_t y = 0; y < kernel[1]; ++y) {
          for (std::int64_t x = 0; x < kernel[2]; ++x)
            offsets_.push_back(c * volume + z * g.dilation[0] * plane + y * g.dilation[1] * line +
                               place(x * g.dilation[2]));
        }
      }
    }
    for (std::int64_t z = 0; z < out[0]; ++z) {
      for (std::int64_t y = 0; y < out[1]; ++y) lines_.push_back(z * g.stride[0] * plane + y * g.stride[1] * line);
    }
    if (padding_ == ThreeSizes{0, 0, 0} && step_ == 1) return;
    constexpr std::int64_t kTarget = 64 * 1024;  // elements
    together_ = std::clamp<std::int64_t>(kTarget / std::max<std::int64_t>(size(), 1), 1, 16);
    memory_ = Array::empty({together_ * size()}, kFloat32);
    std::fill_n(memory_.data<float>(), memory_.numel(), 0.0f);
  }

  std::int64_t inner() const { return static_cast<std::int64_t>(offsets_.size()); }
  const std::int64_t* offsets() const { return offsets_.data(); }
  WindowLines lines() const { return {lines_.data(), static_cast<std::int64_t>(lines_.size()), width_}; }

  struct Images {
    const float* first;
    std::int64_t count, step;
  };
  /// `count` images or fewer, which begin `step` elements apart, with their padding.
  Images padded(const float* from, std::int64_t count, std::int64_t step) {
    if (!memory_.defined()) return {from, count, step};
    const Images out{memory_.data<float>(), std::min(count, together_), size()};
    for (std::int64_t n = 0; n < out.count; ++n) copy(memory_.data<float>() + n * size(), from + n * step);
    return out;
  }

 private:
  /// Where element x of a padded line is.
  std::int64_t place(std::int64_t x) const { return x % step_ * part_ + x / step_; }

  std::int64_t size() const { return channels_ * padded_[0] * padded_[1] * padded_[2]; }

  void copy(float* to, const float* from) const {
    for (std::int64_t c = 0; c < channels_; ++c) {
      for (std::int64_t z = 0; z < in_[0]; ++z) {
        for (std::int64_t y = 0; y < in_[1]; ++y, from += in_[2]) {
          const std::int64_t line = (c * padded_[0] + z + padding_[0]) * padded_[1] + y + padding_[1];
          copy_line(to + line * padded_[2], from);
        }
      }
    }
  }

  void copy_line(float* to, const float* from) const {
    if (step_ == 1) return static_cast<void>(std::copy_n(from, in_[2], to + padding_[2]));
    for (std::int64_t first = 0; first < std::min(step_, in_[2]); ++first) {
      float* const part = to + place(padding_[2] + first);
      const float* const source = from + first;
      const std::int64_t n = (in_[2] - first + step_ - 1) / step_;
      if (step_ == 2) {
        for (std::int64_t i = 0; i < n; ++i) part[i] = source[2 * i];
      } else {
        for (std::int64_t i = 0; i < n; ++i) part[i] = source[i * step_];
      }
    }
  }

  std::int64_t channels_;
  ThreeSizes in_, padding_, padded_{};
  std::int64_t width_, step_, part_ = 0, together_ = 1;
  std::vector<std::int64_t> offsets_, lines_;
  Array memory_;
};

}  // namespace xgrad::kernels
