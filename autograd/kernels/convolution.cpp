#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/convolution.hpp>
#include <xgrad/autograd/kernels/convolution_columns.hpp>
#include <xgrad/autograd/kernels/direct_windows.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <optional>
#include <type_traits>
#include <vector>

namespace xgrad::kernels {
namespace {

using Three = ThreeSizes;

/// The last sizes as three, with ones before them.
Three spatial(IntArrayRef sizes) {
  Three out{1, 1, 1};
  std::copy(sizes.begin(), sizes.end(), out.end() - static_cast<std::ptrdiff_t>(sizes.size()));
  return out;
}
IntArrayRef spatial_of(const Array& a) { return {a.sizes().data() + 2, a.sizes().size() - 2}; }

Dims shape(std::int64_t first, std::int64_t second, IntArrayRef rest) {
  Dims out{first, second};
  for (const std::int64_t n : rest) out.push_back(n);
  return out;
}

/// The same geometry for three dimensions.
ConvGeometry aligned(const ConvGeometry& g, std::size_t dims) {
  ConvGeometry out = g;
  const auto align = [&](Three v, std::int64_t fill) {
    Three moved{fill, fill, fill};
    std::copy(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(dims),
              moved.end() - static_cast<std::ptrdiff_t>(dims));
    return moved;
  };
  out.stride = align(g.stride, 1);
  out.padding = align(g.padding, 0);
  out.dilation = align(g.dilation, 1);
  return out;
}

/// The sizes that all three sums share. C and O count the channels of one group.
struct Sizes {
  std::int64_t batch, C, O, positions, pixels;
  std::int64_t products;  ///< multiplications for one group of one image
  Three in, kernel, out;
  Sizes(const ConvGeometry& g, std::int64_t n, std::int64_t in_channels, std::int64_t out_channels, IntArrayRef input,
        IntArrayRef k, IntArrayRef output)
      : batch(n),
        C(in_channels / g.groups),
        O(out_channels / g.groups),
        in(spatial(input)),
        kernel(spatial(k)),
        out(spatial(output)) {
    positions = volume(out);
    pixels = volume(in);
    products = O * positions * C * volume(kernel);
  }

  /// some(first, last) of n images or groups of them.
  template <class F>
  void split_images(std::int64_t n, const F& some) const {
    split(n, std::max<std::int64_t>(products / kProductsPerElement, 1), 1, some);
  }
};

/// The rows of a direct sum of floats, if there is one for these sizes.
std::optional<DirectRows> direct(DirectRows::Sum sum, ScalarType dtype, const Sizes& s) {
  const DirectRows rows(sum, s.O, s.C * volume(s.kernel), s.batch * s.positions, s.out[2]);
  if (dtype != kFloat32 || !DirectWindows::fit(s.kernel, s.out, rows) || s.C == 0 || s.O == 0) return std::nullopt;
  return rows;
}

/// The direct convolution whose result is the gradient of the input: of the upstream gradient with the weight's
/// channels exchanged and its windows turned round. Nothing where it would multiply more than half as much again, or
/// not be one.
std::optional<Array> direct_input(const Array& g, const Array& w, const Array* bias, const ConvGeometry& geometry,
                                  IntArrayRef input, const Sizes& s) {
  const ConvGeometry three = aligned(geometry, input.size());
  const bool steps = three.stride == Three{1, 1, 1} && s.pixels * 2 <= s.positions * 3;
  const DirectRows rows(DirectRows::Product, s.C, s.O * volume(s.kernel), s.batch * s.pixels, s.in[2]);
  if (g.dtype() != kFloat32 || !steps || !DirectWindows::fit(s.kernel, s.in, rows)) return std::nullopt;
  ConvGeometry turned = geometry;
  for (std::size_t d = 0, at = 3 - input.size(); d < input.size(); ++d, ++at) {
    const std::int64_t span = three.dilation[at] * (s.kernel[at] - 1);
    turned.padding[d] = span - three.padding[at];
    if (turned.padding[d] < 0 || s.in[at] != s.out[at] + span - 2 * three.padding[at]) return std::nullopt;
  }
  const Array from = packed(w), to = Array::empty(shape(geometry.groups * s.C, s.O, spatial_of(w)), kFloat32);
  const std::int64_t n = volume(s.kernel);
  for (std::int64_t i = 0; i < geometry.groups * s.O; ++i) {
    for (std::int64_t c = 0; c < s.C; ++c) {
      const float* const window = from.data<float>() + (i * s.C + c) * n;
      std::reverse_copy(window, window + n, to.data<float>() + ((i / s.O * s.C + c) * s.O + i % s.O) * n);
    }
  }
  return convolution(g, to, bias, turned, input);
}

/// Every channel of [channels, n] filled with its bias, or 0.
template <class T>
void start_with(T* to, std::int64_t channels, std::int64_t n, const T* bias) {
  for (std::int64_t c = 0; c < channels; ++c, to += n) std::fill_n(to, n, bias ? bias[c] : T(0));
}

/// In how many parts, of a range of images each, the gradient of the weight is summed up: that depends on the sizes
/// alone, so that the sum is the same however many threads there are. A part must be much more work than its share of
/// the sum of the parts.
std::int64_t weight_parts(const Sizes& s, std::int64_t groups) {
  constexpr std::int64_t kMost = 16, kLeastProducts = std::int64_t{1} << 20, kProductsPerWeight = 64;
  const std::int64_t weights = groups * s.O * s.C * volume(s.kernel);
  const std::int64_t parts = s.batch * groups * s.products / std::max(kLeastProducts, kProductsPerWeight * weights);
  return std::max<std::int64_t>(std::min({parts, s.batch, kMost}), 1);
}

/// The result of one image, whose lines are shared among threads if images are not.
void multiply_windows(DirectWindows& windows, const DirectRows& rows, const Sizes& s, const float* image,
                      const float* weight, const float* bias, float* to) {
  const float* const padded = windows.padded(image, 1, 0).first;
  const WindowLines all = windows.lines();
  const std::int64_t cost = std::max<std::int64_t>(s.O * windows.inner() * all.width / kProductsPerElement, 1);
  split(all.count, cost, 1, [&](std::int64_t first, std::int64_t last) {
    rows.product({s.O,
                  windows.inner(),
                  weight,
                  bias,
                  padded,
                  windows.offsets(),
                  {all.first + first, last - first, all.width},
                  to + first * all.width,
                  s.positions});
  });
}

/// Adds the gradient of the weight over the images first ≤ n < last. Its rows are shared among threads if images are
/// not.
void add_weight_gradient(DirectWindows& windows, const DirectRows& rows, const Sizes& s, std::int64_t groups,
                         const float* g, const float* x, std::int64_t first, std::int64_t last, float* to) {
  const std::int64_t g_step = groups * s.O * s.positions, x_step = groups * s.C * s.pixels;
  for (std::int64_t group = 0; group < groups; ++group) {
    for (std::int64_t n = first; n < last;) {
      const auto images = windows.padded(x + n * x_step + group * s.C * s.pixels, last - n, x_step);
      const float* const up = g + n * g_step + group * s.O * s.positions;
      float* const out = to + group * s.O * windows.inner();
      const std::int64_t cost = windows.inner() * s.positions * images.count / kProductsPerElement;
      split(s.O, std::max<std::int64_t>(cost, 1), rows.step(), [&](std::int64_t row, std::int64_t end) {
        rows.gradient({s.O, windows.inner(), up, s.positions, g_step, images.first, images.step, windows.offsets(),
                       windows.lines(), images.count, out},
                      row, end);
      });
      n += images.count;
    }
  }
}

}  // namespace

Array convolution(const Array& x, const Array& w, const Array* bias, const ConvGeometry& geometry, IntArrayRef output) {
  const Array image = packed(x), add = bias ? packed(*bias) : Array();
  const Sizes s(geometry, x.size(0), x.size(1), w.size(0), spatial_of(image), spatial_of(w), output);
  const ConvGeometry three = aligned(geometry, output.size());
  const auto rows = direct(DirectRows::Product, x.dtype(), s);
  const Array weight = rows ? rows->moved(packed(w), geometry.groups, false) : packed(w);
  const Array y = Array::empty(shape(s.batch, w.size(0), output), x.dtype());
  of_floating(x.dtype(), [&]<class T>() {
    T* const to = y.data<T>();
    const T* const from = image.data<T>();
    const T* const kernel = weight.data<T>();
    const T* const shift = bias ? add.data<T>() : nullptr;
    s.split_images(s.batch * geometry.groups, [&](std::int64_t first, std::int64_t last) {
      if constexpr (std::is_same_v<T, float>) {
        if (rows) {
          DirectWindows windows(three, s.C, s.in, s.kernel, s.out);
          for (std::int64_t i = first; i < last; ++i) {
            const std::int64_t channel = i % geometry.groups * s.O;
            multiply_windows(windows, *rows, s, from + i * s.C * s.pixels, kernel + channel * windows.inner(),
                             shift ? shift + channel : nullptr, to + i * s.O * s.positions);
          }
          return;
        }
      }
      Columns<T> columns(three, s.C, s.in, s.kernel, s.out);
      const std::int64_t k = columns.rows();
      const bool filled = bias || k == 0;
      for (std::int64_t i = first; i < last; ++i) {
        const std::int64_t group = i % geometry.groups;
        const T* const of_group = kernel + group * s.O * k;
        T* const place = to + i * s.O * s.positions;
        if (filled) start_with<T>(place, s.O, s.positions, shift ? shift + group * s.O : nullptr);
        if (k == 0 || s.O == 0 || s.positions == 0) continue;
        columns.gather(from + i * s.C * s.pixels, [&](const T* c, std::int64_t ld, std::int64_t at, std::int64_t n) {
          blas::gemm(s.O, n, k, T(1), {of_group, k, false}, {c, ld, false}, filled ? T(1) : T(0), place + at,
                     s.positions);
        });
      }
    });
  });
  return y;
}

Array convolution_input(const Array& g, const Array& w, const Array* bias, const ConvGeometry& geometry,
                        IntArrayRef input) {
  const Array upstream = packed(g), weight = packed(w), add = bias ? packed(*bias) : Array();
  const std::int64_t channels = w.size(1) * geometry.groups;
  const Sizes s(geometry, g.size(0), channels, g.size(1), input, spatial_of(weight), spatial_of(upstream));
  if (auto x = direct_input(g, w, bias, geometry, input, s)) return *std::move(x);
  const Array x = Array::empty(shape(s.batch, channels, input), g.dtype());
  of_floating(g.dtype(), [&]<class T>() {
    T* const to = x.data<T>();
    const T* const from = upstream.data<T>();
    const T* const kernel = weight.data<T>();
    const T* const shift = bias ? add.data<T>() : nullptr;
    s.split_images(s.batch * geometry.groups, [&](std::int64_t first, std::int64_t last) {
      Columns<T> columns(aligned(geometry, input.size()), s.C, s.in, s.kernel, s.out);
      const std::int64_t k = columns.rows();
      const T beta = columns.trivial() ? T(1) : T(0);
      for (std::int64_t i = first; i < last; ++i) {
        const std::int64_t group = i % geometry.groups;
        const T* const of_group = kernel + group * s.O * k;
        const T* const place = from + i * s.O * s.positions;
        T* const image = to + i * s.C * s.pixels;
        start_with<T>(image, s.C, s.pixels, shift ? shift + group * s.C : nullptr);
        if (s.O == 0 || s.positions == 0 || k == 0) continue;
        columns.scatter(image, [&](T* c, std::int64_t ld, std::int64_t at, std::int64_t n) {
          blas::gemm(k, n, s.O, T(1), {of_group, k, true}, {place + at, s.positions, false}, beta, c, ld);
        });
      }
    });
  });
  return x;
}

Array convolution_weight(const Array& g, const Array& x, const ConvGeometry& geometry, IntArrayRef kernel) {
  const Array upstream = packed(g), image = packed(x);
  const Sizes s(geometry, x.size(0), x.size(1), g.size(1), spatial_of(image), kernel, spatial_of(upstream));
  const Dims sizes = shape(g.size(1), s.C, kernel);
  const std::int64_t numel = g.size(1) * s.C * volume(s.kernel);
  const bool none = numel == 0 || s.positions == 0;
  const ConvGeometry three = aligned(geometry, kernel.size());
  const auto rows = direct(DirectRows::Gradient, x.dtype(), s);
  const std::int64_t parts = none ? 1 : weight_parts(s, geometry.groups);
  const std::int64_t images = s.batch / parts + (s.batch % parts != 0);
  const Array sums = Array::empty({parts, numel}, x.dtype());
  of_floating(x.dtype(), [&]<class T>() {
    std::fill_n(sums.data<T>(), sums.numel(), T(0));
    if (none) return;
    const T* const from = upstream.data<T>();
    split(parts, std::max<std::int64_t>(images * geometry.groups * s.products / kProductsPerElement, 1), 1,
          [&](std::int64_t first, std::int64_t last) {
            if constexpr (std::is_same_v<T, float>) {
              if (rows) {
                DirectWindows windows(three, s.C, s.in, s.kernel, s.out);
                for (std::int64_t part = first; part < last; ++part) {
                  add_weight_gradient(windows, *rows, s, geometry.groups, from, image.data<float>(), part * images,
                                      std::min(s.batch, (part + 1) * images), sums.data<float>() + part * numel);
                }
                return;
              }
            }
            Columns<T> columns(three, s.C, s.in, s.kernel, s.out);
            const std::int64_t k = columns.rows();
            for (std::int64_t part = first; part < last; ++part) {
              T* const to = sums.data<T>() + part * numel;
              const std::int64_t end = std::min(s.batch, (part + 1) * images) * geometry.groups;
              for (std::int64_t i = part * images * geometry.groups; i < end; ++i) {
                T* const of_group = to + i % geometry.groups * s.O * k;
                const T* const place = from + i * s.O * s.positions;
                columns.gather(image.data<T>() + i * s.C * s.pixels, [&](const T* c, std::int64_t ld, std::int64_t at,
                                                                         std::int64_t n) {
                  blas::gemm(s.O, k, n, T(1), {place + at, s.positions, false}, {c, ld, true}, T(1), of_group, k);
                });
              }
            }
          });
  });
  const auto sum = [&](std::int64_t part) { return sums.select(0, part).view(sizes); };
  const Array w = parts == 1 ? sum(0) : Array::empty(sizes, x.dtype());
  for (std::int64_t part = 1; part < parts; ++part)
    binary(Binary::Add, part == 1 ? sum(0) : w, sum(part), w.dtype(), &w);
  return rows ? rows->moved(w, geometry.groups, true) : w;
}

}  // namespace xgrad::kernels
