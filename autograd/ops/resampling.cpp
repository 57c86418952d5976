#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/rearrange.hpp>
#include <xgrad/autograd/kernels/resample.hpp>
#include <xgrad/autograd/ops/resample.hpp>
#include <xgrad/autograd/ops/resampling.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace xgrad {

using kernels::Taps;

namespace {

/// Which element of a line of n stands at place i, which may lie outside.
std::int64_t reflected(std::int64_t i, std::int64_t n) { return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i; }
std::int64_t replicated(std::int64_t i, std::int64_t n) { return std::clamp<std::int64_t>(i, 0, n - 1); }
std::int64_t circled(std::int64_t i, std::int64_t n) { return (i % n + n) % n; }

/// The last dimensions' lines with places −before ... n + after − 1, each from the element that `place` says.
template <FixedString Name>
Tensor padded(const Tensor& x, IntArrayRef pad, std::int64_t (*place)(std::int64_t, std::int64_t)) {
  ops::Maps maps;
  for (std::size_t k = pad.size() / 2; k-- > 0;) {
    const std::int64_t before = pad[2 * k], after = pad[2 * k + 1], n = x.size(-1 - static_cast<std::int64_t>(k));
    Taps taps;
    taps.in = n;
    for (std::int64_t i = -before; i < n + after; ++i) {
      taps.tap(place(i, n));
      taps.next();
    }
    maps.push_back(before || after ? ops::share(std::move(taps)) : nullptr);
  }
  told(pad);
  return ops::resample<Name>(x, std::move(maps));
}

/// Reflection and its kin take [N, C, dims...] or [C, dims...].
void check_border(const Tensor& x, IntArrayRef pad, std::string_view mode) {
  const auto dims = static_cast<std::int64_t>(pad.size() / 2);
  check<NotImplementedError>(dims >= 1 && dims <= 3 && (x.dim() == dims + 1 || x.dim() == dims + 2),
                             "Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now");
  for (std::int64_t d = x.dim() - dims; d < x.dim(); ++d) {
    const auto k = static_cast<std::size_t>(x.dim() - 1 - d);
    const std::int64_t before = pad[2 * k], after = pad[2 * k + 1], n = x.size(d);
    check(n > 0,
          "Expected {}D or {}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
          "input, but got: {}",
          dims + 1, dims + 2, x.sizes());
    if (mode == "reflect") {
      check(before < n && after < n,
            "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding ({}, "
            "{}) at dimension {} of input {}",
            before, after, d, x.sizes());
    }
    if (mode == "circular") {
      check(before <= n && after <= n, "Padding value causes wrapping around more than once.");
    }
    check(n + before + after > 0 || (mode == "circular" && n + before + after == 0),
          "input (size: {}) is too small for the padding ({}, {})", n, before, after);
  }
}

/// Takes off what negative numbers of `pad` say, and sets those to 0. What is left goes round in circles.
Tensor cropped(Tensor x, Dims& pad) {
  for (std::size_t k = 0; 2 * k < pad.size(); ++k) {
    std::int64_t &before = pad[2 * k], &after = pad[2 * k + 1];
    if (before >= 0 && after >= 0) continue;
    const std::int64_t d = x.dim() - 1 - static_cast<std::int64_t>(k), n = x.size(d);
    const std::int64_t from = std::max<std::int64_t>(-before, 0), left = n - from - std::max<std::int64_t>(-after, 0);
    const std::int64_t size = n + before + after;
    check(left > 0 || size == 0, "the padding ({}, {}) leaves nothing of {} elements to be repeated", before, after, n);
    x = left > 0 ? x.narrow(d, from, left) : x.narrow(d, 0, 0);
    before = size == 0 ? 0 : std::max<std::int64_t>(before, 0);
    after = size == 0 ? 0 : std::max<std::int64_t>(after, 0);
  }
  return x;
}

void check_image_dtype(const char* kernel, const Tensor& x) {
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'", kernel, x.dtype());
}

// --- upsampling

double ratio(std::int64_t in, std::int64_t out, std::optional<double> scale) {
  if (scale && *scale > 0) return 1 / *scale;
  return static_cast<double>(in) / static_cast<double>(out);
}

/// Positions are floats whatever the tensor's dtype is, as in PyTorch.
Taps nearest(std::int64_t in, std::int64_t out, std::optional<double> scale) {
  Taps taps;
  taps.in = in;
  const auto step = static_cast<float>(ratio(in, out, scale));
  for (std::int64_t i = 0; i < out; ++i) {
    const std::int64_t from = out == in ? i : static_cast<std::int64_t>(std::floor(static_cast<float>(i) * step));
    taps.tap(std::min(from, in - 1));
    taps.next();
  }
  return taps;
}

/// The elements in which the middles of the new places lie.
Taps nearest_exact(std::int64_t in, std::int64_t out, std::optional<double> scale) {
  Taps taps;
  taps.in = in;
  const auto step = static_cast<float>(ratio(in, out, scale));
  for (std::int64_t i = 0; i < out; ++i) {
    taps.tap(std::min(static_cast<std::int64_t>((static_cast<float>(i) + 0.5f) * step), in - 1));
    taps.next();
  }
  return taps;
}

/// From one element of the result to the next, in elements of x.
template <class T>
T step_of(std::int64_t in, std::int64_t out, std::optional<double> scale, bool align_corners) {
  if (!align_corners) return static_cast<T>(ratio(in, out, scale));
  return out > 1 ? static_cast<T>(in - 1) / static_cast<T>(out - 1) : T(0);
}

/// Positions are in the tensor's dtype T, as in PyTorch.
template <class T>
Taps linear(std::int64_t in, std::int64_t out, std::optional<double> scale, bool align_corners) {
  Taps taps;
  taps.in = in;
  const T step = step_of<T>(in, out, scale, align_corners);
  for (std::int64_t i = 0; i < out; ++i) {
    const T place =
        align_corners ? step * static_cast<T>(i) : std::max(step * (static_cast<T>(i) + T(0.5)) - T(0.5), T(0));
    const std::int64_t from = std::min(static_cast<std::int64_t>(place), in - 1);
    const T share = out == in ? T(0) : std::clamp(place - static_cast<T>(from), T(0), T(1));
    const std::int64_t first = out == in ? i : from;
    taps.tap(first, static_cast<double>(1 - share));
    taps.tap(out == in ? i : std::min(first + 1, in - 1),
             static_cast<double>(share));  // by 0 too: NaN and infinity spread so
    taps.next();
  }
  return taps;
}

/// The same with four taps. At the borders the outermost element stands for those beyond it.
template <class T>
Taps cubic(std::int64_t in, std::int64_t out, std::optional<double> scale, bool align_corners) {
  Taps taps;
  taps.in = in;
  constexpr T a = T(-0.75);
  const auto near = [](T x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };
  const auto far = [](T x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };
  const T step = step_of<T>(in, out, scale, align_corners);
  for (std::int64_t i = 0; i < out; ++i) {
    const T place = align_corners ? step * static_cast<T>(i) : step * (static_cast<T>(i) + T(0.5)) - T(0.5);
    const std::int64_t first = std::min(static_cast<std::int64_t>(std::floor(place)), in - 1);
    const T t = std::clamp(place - static_cast<T>(first), T(0), T(1));
    const T weights[] = {far(t + 1), near(t), near(1 - t), far(2 - t)};
    for (std::int64_t k = 0; k < 4; ++k) {
      taps.tap(std::clamp<std::int64_t>(first + k - 1, 0, in - 1), static_cast<double>(weights[k]));
    }
    taps.next();
  }
  return taps;
}

template <class T>
T triangle(T x) {
  return std::max(1 - std::abs(x), T(0));
}
template <class T>
T smoother_cubic(T x) {
  constexpr T a = T(-0.5);
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : T(0);
}

/// Weights by a filter that reaches `reach` elements to either side, or as many places of the result where those are
/// larger; they sum up to one.
template <class T>
Taps filtered(std::int64_t in, std::int64_t out, std::optional<double> scale, bool align_corners, T reach,
              T (*filter)(T)) {
  Taps taps;
  taps.in = in;
  const T step = step_of<T>(in, out, scale, align_corners), wide = std::max(step, T(1)), support = reach * wide;
  std::vector<T> weights;
  for (std::int64_t i = 0; i < out; ++i) {
    const T center = step * (static_cast<T>(i) + T(0.5));
    const std::int64_t first = std::max<std::int64_t>(static_cast<std::int64_t>(center - support + T(0.5)), 0);
    const std::int64_t end = std::min(static_cast<std::int64_t>(center + support + T(0.5)), in);
    weights.clear();
    for (std::int64_t j = first; j < end; ++j) {
      weights.push_back(filter((static_cast<T>(j) - center + T(0.5)) * (1 / wide)));
    }
    const T total = std::accumulate(weights.begin(), weights.end(), T(0));
    for (std::int64_t j = first; j < end; ++j) {
      const T w = weights[static_cast<std::size_t>(j - first)];
      taps.tap(j, static_cast<double>(total != 0 ? w / total : w));
    }
    taps.next();
  }
  return taps;
}

template <FixedString Name, class Make>
Tensor upsample(const Tensor& x, IntArrayRef output, std::size_t dims, const char* kernel, bool align,
                const std::array<std::optional<double>, 3>& scales, Make make) {
  check(output.size() == dims, "It is expected output_size equals to {}, but got size {}", dims, output.size());
  check(x.dim() == static_cast<std::int64_t>(dims) + 2, "It is expected input_size equals to {}, but got size {}",
        dims + 2, x.dim());
  ops::Maps maps;
  for (std::size_t k = 0; k < dims; ++k) {
    const std::int64_t in = x.sizes()[k + 2];
    check(in > 0 && output[k] > 0, "Input and output sizes should be greater than 0, but got input {} and output {}",
          x.sizes(), output);
  }
  check(x.numel() != 0 || x.size(1) > 0, "Non-empty {}D data tensor expected but got a tensor with sizes {}", dims + 2,
        x.sizes());
  check_image_dtype(kernel, x);
  for (std::size_t k = 0; k < dims; ++k) maps.push_back(ops::share(make(x.sizes()[k + 2], output[k], k)));
  told(output, align, scales[0], scales[1], scales[2]);
  return ops::resample<Name>(x, std::move(maps));
}

using Scales = std::array<std::optional<double>, 3>;

template <FixedString Name>
Tensor upsample_nearest(const Tensor& x, IntArrayRef output, std::size_t dims, const char* kernel,
                        const Scales& scales) {
  return upsample<Name>(x, output, dims, kernel, false, scales,
                        [&](std::int64_t in, std::int64_t out, std::size_t k) { return nearest(in, out, scales[k]); });
}

template <FixedString Name>
Tensor upsample_nearest_exact(const Tensor& x, IntArrayRef output, std::size_t dims, const Scales& scales) {
  return upsample<Name>(
      x, output, dims, "compute_indices_weights_nearest", false, scales,
      [&](std::int64_t in, std::int64_t out, std::size_t k) { return nearest_exact(in, out, scales[k]); });
}

template <FixedString Name>
Tensor upsample_linear(const Tensor& x, IntArrayRef output, std::size_t dims, const char* kernel, bool align,
                       const Scales& scales) {
  return upsample<Name>(x, output, dims, kernel, align, scales, [&](std::int64_t in, std::int64_t out, std::size_t k) {
    return x.dtype() == kFloat32 ? linear<float>(in, out, scales[k], align) : linear<double>(in, out, scales[k], align);
  });
}

/// The frame that takes off what `pad` adds, and adds what it takes off.
Dims opposite(Dims pad) {
  for (std::int64_t& side : pad) side = -side;
  return pad;
}

/// x in a frame of `value`, without what negative numbers of `pad` cut off    dx = g without the frame
Tensor framed(const Tensor& x, const Dims& pad, Scalar value) {
  return differentiable<"ConstantPadNdBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::frame(x.array(), pad, value); }, no_save,
      [pad](const Saved&, const Tensor& g) -> Grads { return {framed(g, opposite(pad), 0)}; });
}

}  // namespace

Tensor constant_pad_nd(const Tensor& x, IntArrayRef pad, Scalar value) {
  check(pad.size() % 2 == 0, "Length of pad must be even but instead it equals {}", pad.size());
  check(static_cast<std::int64_t>(pad.size()) <= 2 * x.dim(),
        "Length of pad should be no more than twice the number of dimensions of the input. Pad length is {}while the "
        "input has {}dimensions.",  // PyTorch's spaces
        pad.size(), x.dim());
  Dims sizes(x.sizes());
  for (std::size_t k = 0; k < pad.size() / 2; ++k) {
    const std::size_t d = sizes.size() - 1 - k;
    sizes[d] += pad[2 * k] + pad[2 * k + 1];
    check(sizes[d] > 0,
          "The input size {}, plus negative padding {} and {} resulted in a negative output size, which is invalid. "
          "Check dimension {} of your input.",
          x.sizes()[d], pad[2 * k], pad[2 * k + 1], d);
  }
  told(pad, value);
  return framed(x, Dims(pad), value);
}

Tensor pad(const Tensor& x, IntArrayRef pad, std::string_view mode, std::optional<double> value) {
  check<NotImplementedError>(mode == "constant" || mode == "reflect" || mode == "replicate" || mode == "circular",
                             "Unrecognised padding mode {}", mode);
  check(pad.size() % 2 == 0, "Padding length must be divisible by 2");
  check(static_cast<std::int64_t>(pad.size()) <= 2 * x.dim(), "Padding length too large");
  if (mode == "constant") return constant_pad_nd(x, pad, value.value_or(0));
  check(!value || *value == 0, "Padding mode \"{}\" doesn't take in value argument", mode);
  check_border(x, pad, mode);
  if (mode == "circular") {
    check(x.dim() == static_cast<std::int64_t>(pad.size()) / 2 + 2, "Invalid padding size, expected {} but got {}",
          2 * (x.dim() - 2), pad.size());
    Dims around(pad);
    const Tensor inner = cropped(x, around);
    if (!x.is_floating_point()) return padded<"PadBackward0">(inner.to(kFloat64), around, circled).to(x.dtype());
    return padded<"PadBackward0">(inner, around, circled);
  }
  const auto dims = pad.size() / 2;
  const std::string kernel =
      mode == "reflect" ? fmt::format("reflection_pad{}d", dims) : fmt::format("replication_pad{}d_cpu", dims);
  check_image_dtype(kernel.c_str(), x);
  if (mode == "reflect") return padded<"ReflectionPadBackward0">(x, pad, reflected);
  return padded<"ReplicationPadBackward0">(x, pad, replicated);
}

Tensor upsample_nearest1d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales) {
  return upsample_nearest<"UpsampleNearest1DBackward0">(x, output_size, 1, "compute_indices_weights_nearest", {scales});
}
Tensor upsample_nearest2d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales_h,
                          std::optional<double> scales_w) {
  return upsample_nearest<"UpsampleNearest2DBackward0">(x, output_size, 2, "compute_indices_weights_nearest",
                                                        {scales_h, scales_w});
}
Tensor upsample_nearest3d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales_d,
                          std::optional<double> scales_h, std::optional<double> scales_w) {
  return upsample_nearest<"UpsampleNearest3DBackward0">(x, output_size, 3, "compute_indices_weights_nearest",
                                                        {scales_d, scales_h, scales_w});
}
Tensor _upsample_nearest_exact1d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales) {
  return upsample_nearest_exact<"UpsampleNearestExact1DBackward0">(x, output_size, 1, {scales});
}
Tensor _upsample_nearest_exact2d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales_h,
                                 std::optional<double> scales_w) {
  return upsample_nearest_exact<"UpsampleNearestExact2DBackward0">(x, output_size, 2, {scales_h, scales_w});
}
Tensor _upsample_nearest_exact3d(const Tensor& x, IntArrayRef output_size, std::optional<double> scales_d,
                                 std::optional<double> scales_h, std::optional<double> scales_w) {
  return upsample_nearest_exact<"UpsampleNearestExact3DBackward0">(x, output_size, 3, {scales_d, scales_h, scales_w});
}
Tensor upsample_linear1d(const Tensor& x, IntArrayRef output_size, bool align_corners, std::optional<double> scales) {
  return upsample_linear<"UpsampleLinear1DBackward0">(x, output_size, 1, "compute_indices_weights_linear",
                                                      align_corners, {scales});
}
Tensor upsample_bilinear2d(const Tensor& x, IntArrayRef output_size, bool align_corners, std::optional<double> scales_h,
                           std::optional<double> scales_w) {
  return upsample_linear<"UpsampleBilinear2DBackward0">(x, output_size, 2, "compute_indices_weights_linear",
                                                        align_corners, {scales_h, scales_w});
}
Tensor upsample_trilinear3d(const Tensor& x, IntArrayRef output_size, bool align_corners,
                            std::optional<double> scales_d, std::optional<double> scales_h,
                            std::optional<double> scales_w) {
  return upsample_linear<"UpsampleTrilinear3DBackward0">(x, output_size, 3, "compute_indices_weights_linear",
                                                         align_corners, {scales_d, scales_h, scales_w});
}

Tensor upsample_bicubic2d(const Tensor& x, IntArrayRef output_size, bool align_corners, std::optional<double> scales_h,
                          std::optional<double> scales_w) {
  const Scales scales{scales_h, scales_w};
  return upsample<"UpsampleBicubic2DBackward0">(x, output_size, 2, "compute_indices_weights_cubic", align_corners,
                                                scales, [&](std::int64_t in, std::int64_t out, std::size_t k) {
                                                  return x.dtype() == kFloat32
                                                             ? cubic<float>(in, out, scales[k], align_corners)
                                                             : cubic<double>(in, out, scales[k], align_corners);
                                                });
}

Tensor _upsample_bilinear2d_aa(const Tensor& x, IntArrayRef output_size, bool align_corners,
                               std::optional<double> scales_h, std::optional<double> scales_w) {
  const Scales scales{scales_h, scales_w};
  return upsample<"UpsampleBilinear2DAaBackward0">(
      x, output_size, 2, "compute_indices_weights_aa", align_corners, scales,
      [&](std::int64_t in, std::int64_t out, std::size_t k) {
        return x.dtype() == kFloat32 ? filtered<float>(in, out, scales[k], align_corners, 1, triangle)
                                     : filtered<double>(in, out, scales[k], align_corners, 1, triangle);
      });
}
Tensor _upsample_bicubic2d_aa(const Tensor& x, IntArrayRef output_size, bool align_corners,
                              std::optional<double> scales_h, std::optional<double> scales_w) {
  const Scales scales{scales_h, scales_w};
  return upsample<"UpsampleBicubic2DAaBackward0">(
      x, output_size, 2, "compute_indices_weights_aa", align_corners, scales,
      [&](std::int64_t in, std::int64_t out, std::size_t k) {
        return x.dtype() == kFloat32 ? filtered<float>(in, out, scales[k], align_corners, 2, smoother_cubic)
                                     : filtered<double>(in, out, scales[k], align_corners, 2, smoother_cubic);
      });
}

}  // namespace xgrad
