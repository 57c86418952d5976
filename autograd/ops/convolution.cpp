#include <xgrad/autograd/kernels/convolution.hpp>
#include <xgrad/autograd/ops/convolution.hpp>
#include <xgrad/autograd/ops/promotion.hpp>
#include <xgrad/autograd/ops/resampling.hpp>

namespace xgrad {

using kernels::ConvGeometry;

namespace {

IntArrayRef spatial(const Tensor& t) { return {t.sizes().data() + 2, t.sizes().size() - 2}; }

/// Σ over everything but the channels.
Tensor sum_of_channels(const Tensor& g) {
  Dims others{0};
  for (std::int64_t d = 2; d < g.dim(); ++d) others.push_back(d);
  return g.sum(others);
}

Tensor convolution(const Tensor& x, const Tensor& w, const Tensor& bias, const ConvGeometry& geometry,
                   IntArrayRef output);
Tensor convolution_input(const Tensor& g, const Tensor& w, const Tensor& bias, const ConvGeometry& geometry,
                         IntArrayRef input);

/// dw = Σ g·x             dg = conv(x, h), dx = convᵀ(g, h)
Tensor convolution_weight(const Tensor& g, const Tensor& x, const ConvGeometry& geometry, IntArrayRef kernel) {
  return differentiable<"ConvolutionWeightBackward0">(
      inputs(g, x), {},
      [&](const Array*) { return kernels::convolution_weight(g.array(), x.array(), geometry, kernel); },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      [geometry](const Saved& s, const Tensor& h) -> Grads {
        const Tensor &g = s.input(0), &x = s.input(1);
        return {s.needs(0) ? convolution(x, h, {}, geometry, spatial(g)) : Tensor(),
                s.needs(1) ? convolution_input(g, h, {}, geometry, spatial(x)) : Tensor()};
      });
}

/// y = conv(x, w) + b     dx = convᵀ(g, w), dw = Σ g·x, db = Σ g
Tensor convolution(const Tensor& x, const Tensor& w, const Tensor& bias, const ConvGeometry& geometry,
                   IntArrayRef output) {
  return differentiable<"ConvolutionBackward0">(
      inputs(x, w, bias), {},
      [&](const Array*) {
        return kernels::convolution(x.array(), w.array(), bias.defined() ? &bias.array() : nullptr, geometry, output);
      },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      [geometry](const Saved& s, const Tensor& g) -> Grads {
        const Tensor &x = s.input(0), &w = s.input(1);
        return {s.needs(0) ? convolution_input(g, w, {}, geometry, spatial(x)) : Tensor(),
                s.needs(1) ? convolution_weight(g, x, geometry, spatial(w)) : Tensor(),
                s.needs(2) ? sum_of_channels(g) : Tensor()};
      });
}

/// x = convᵀ(g, w) + b    dg = conv(h, w), dw = Σ g·h, db = Σ h
Tensor convolution_input(const Tensor& g, const Tensor& w, const Tensor& bias, const ConvGeometry& geometry,
                         IntArrayRef input) {
  return differentiable<"ConvolutionBackward0">(
      inputs(g, w, bias), {},
      [&](const Array*) {
        return kernels::convolution_input(g.array(), w.array(), bias.defined() ? &bias.array() : nullptr, geometry,
                                          input);
      },
      [](Save& s) {
        s.input(0);
        s.input(1);
      },
      [geometry](const Saved& s, const Tensor& h) -> Grads {
        const Tensor &g = s.input(0), &w = s.input(1);
        return {s.needs(0) ? convolution(h, w, {}, geometry, spatial(g)) : Tensor(),
                s.needs(1) ? convolution_weight(g, h, geometry, spatial(w)) : Tensor(),
                s.needs(2) ? sum_of_channels(h) : Tensor()};
      });
}

std::array<std::int64_t, 3> by_dimension(const char* name, IntArrayRef given, std::size_t dims) {
  check(given.size() == dims || given.size() == 1,
        "expected {0} to be a single integer value or a list of {1} values to match the convolution dimensions, but "
        "got {0}={2}",
        name, dims, given);
  std::array<std::int64_t, 3> out{};
  for (std::size_t i = 0; i < dims; ++i) out[i] = given[given.size() == 1 ? 0 : i];
  return out;
}

bool any(const std::array<std::int64_t, 3>& v, std::size_t dims, bool (*is)(std::int64_t)) {
  return std::any_of(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(dims), is);
}

std::string joined(IntArrayRef sizes) {
  std::string text;
  for (std::size_t i = 0; i < sizes.size(); ++i) text += fmt::format("{}{}", i ? " x " : "", sizes[i]);
  return text;
}

/// "stride_height: 1 stride_width: 2". A line is an image of height one to PyTorch, whose entry is `of_line`.
std::string by_side(const char* what, const std::array<std::int64_t, 3>& v, std::size_t dims, std::int64_t of_line) {
  if (dims == 1) return fmt::format("{0}_height: {1} {0}_width: {2}", what, of_line, v[0]);
  const char* const sides[] = {"depth", "height", "width"};
  std::string text;
  for (std::size_t i = 0; i < dims; ++i)
    text += fmt::format("{}{}_{}: {}", i ? " " : "", what, sides[3 - dims + i], v[i]);
  return text;
}

/// One call, with x batched.
struct Call {
  Tensor x;
  bool batched;
  std::size_t dims;
  ConvGeometry geometry;

  Call(std::size_t n, const char* name, const Tensor& given, IntArrayRef stride, IntArrayRef padding,
       IntArrayRef dilation, std::int64_t groups)
      : x(given), batched(given.dim() == static_cast<std::int64_t>(n) + 2), dims(n) {
    check(batched || given.dim() == static_cast<std::int64_t>(n) + 1,
          "Expected {}D (unbatched) or {}D (batched) input to {}{}d, but got input of size: {}", n + 1, n + 2, name, n,
          given.sizes());
    if (!batched) x = given.unsqueeze(0);
    check(groups > 0, "non-positive groups is not supported");
    geometry = {by_dimension("stride", stride, n), by_dimension("padding", padding, n),
                by_dimension("dilation", dilation, n), groups};
    check(!any(geometry.padding, n, [](std::int64_t v) { return v < 0; }), "negative padding is not supported");
    check(!any(geometry.stride, n, [](std::int64_t v) { return v <= 0; }), "non-positive stride is not supported");
    check(!any(geometry.dilation, n, [](std::int64_t v) { return v <= 0; }),
          "dilation should be greater than zero, but got {}",
          n == 1 ? Dims{1, geometry.dilation[0]} : Dims(IntArrayRef(geometry.dilation.data(), n)));
  }

  void check_weight(const Tensor& w, const Tensor& bias, bool transposed) const {
    const std::int64_t groups = geometry.groups;
    check(w.dim() == x.dim(),
          "Expected {0}-dimensional input for {0}-dimensional weight {1}, but got {2}-dimensional input of size {3} "
          "instead",
          w.dim(), w.sizes(), x.dim(), x.sizes());
    check(w.size(0) >= groups,
          "Given groups={}, expected weight to be at least {} at dimension 0, but got weight of size {} instead",
          groups, groups, w.sizes());
    check(w.size(0) % groups == 0,
          "Given groups={0}, expected weight to be divisible by {0} at dimension 0, but got weight of size [{1}] "
          "instead",
          groups, w.sizes());
    const std::int64_t channels = transposed ? w.size(0) : w.size(1) * groups;
    const std::int64_t out = transposed ? w.size(1) * groups : w.size(0);
    const std::string given = transposed ? "transposed=1" : fmt::format("groups={}", groups);
    check(x.size(1) == channels,
          "Given {}, weight of size {}, expected input{} to have {} channels, but got {} channels instead", given,
          w.sizes(), x.sizes(), channels, x.size(1));
    check(!bias.defined() || (bias.dim() == 1 && bias.size(0) == out),
          "Given {}weight of size {}, expected bias to be 1-dimensional with {} elements, but got bias of size {} "
          "instead",
          transposed ? "transposed=1, " : "", w.sizes(), out, bias.defined() ? bias.sizes() : IntArrayRef());
    check(x.dtype() == w.dtype(), "expected scalar type {} but found {}", info(x.dtype()).cname, info(w.dtype()).cname);
    check(!bias.defined() || bias.dtype() == x.dtype(), "expected scalar type {} but found {}", info(x.dtype()).cname,
          bias.defined() ? info(bias.dtype()).cname : "");
    check<NotImplementedError>(x.dtype() != kBool, "\"{}\" not implemented for 'Bool'", kernel(transposed));
  }

  /// The kernel that PyTorch would run, which it names in an error.
  const char* kernel(bool transposed) const {
    const bool volume = dims == 3;
    if (transposed) return volume ? "slow_conv_transpose3d_out_cpu" : "slow_conv_transpose2d_out_cpu";
    if (any(geometry.dilation, dims, [](std::int64_t d) { return d != 1; })) return "slow_conv_dilated<>";
    return volume ? "compute_columns3d" : "slow_conv2d_cpu";
  }

  Tensor finish(const Tensor& y) const { return batched ? y : y.squeeze(0); }
};

/// f of floating tensors; integers go through doubles, which hold them exactly below 2^53.
template <class F>
Tensor in_floating(const Tensor& x, const Tensor& w, const Tensor& bias, F f) {
  if (x.is_floating_point()) return f(x, w, bias);
  return f(x.to(kFloat64), w.to(kFloat64), bias.defined() ? bias.to(kFloat64) : bias).to(x.dtype());
}

Tensor conv(std::size_t dims, const Tensor& given, const Tensor& w, const Tensor& bias, IntArrayRef stride,
            IntArrayRef padding, IntArrayRef dilation, std::int64_t groups) {
  told(stride, padding, dilation, false, IntArrayRef(), groups);
  const detail::Traced traced("convolution", {&given, &w, &bias});
  const Call call(dims, "conv", given, stride, padding, dilation, groups);
  call.check_weight(w, bias, false);
  Dims output, padded, spans;
  bool fits = true;
  for (std::size_t i = 0; i < dims; ++i) {
    const ConvGeometry& g = call.geometry;
    const std::int64_t room = spatial(call.x)[i] + 2 * g.padding[i], span = g.dilation[i] * (spatial(w)[i] - 1) + 1;
    padded.push_back(room);
    spans.push_back(span);
    fits = fits && room >= span;
    output.push_back((room - span) / g.stride[i] + 1);
  }
  check(fits,
        "Calculated padded input size per channel: ({}). Kernel size: ({}). Kernel size can't be greater than "
        "actual input size",
        joined(padded), joined(spans));
  Tensor y = call.finish(in_floating(call.x, w, bias, [&](const Tensor& x, const Tensor& k, const Tensor& b) {
    return convolution(x, k, b, call.geometry, output);
  }));
  traced.result(y);
  return y;
}

Tensor conv_by_name(std::size_t dims, const Tensor& x, const Tensor& w, const Tensor& bias, IntArrayRef stride,
                    std::string_view padding, IntArrayRef dilation, std::int64_t groups) {
  if (padding == "valid") return conv(dims, x, w, bias, stride, 0, dilation, groups);
  check(padding == "same", "Invalid padding string: '{}'", padding);
  check(w.dim() == static_cast<std::int64_t>(dims) + 2, "same padding is not supported for {}-dimensional weights",
        w.dim());
  const auto s = by_dimension("stride", stride, dims), d = by_dimension("dilation", dilation, dims);
  check(!any(s, dims, [](std::int64_t v) { return v != 1; }),
        "padding='same' is not supported for strided convolutions");
  // An odd total goes to the end, through a padded copy.
  Dims both, extra;
  bool uneven = false;
  for (std::size_t i = dims; i-- > 0;) {
    const std::int64_t total = d[i] * (spatial(w)[i] - 1);
    both.insert(0, total / 2);
    extra.push_back(0);
    extra.push_back(total % 2);
    uneven = uneven || total % 2;
  }
  return conv(dims, uneven ? constant_pad_nd(x, extra) : x, w, bias, stride, both, dilation, groups);
}

Tensor transposed(std::size_t dims, const Tensor& given, const Tensor& w, const Tensor& bias, IntArrayRef stride,
                  IntArrayRef padding, IntArrayRef output_padding, std::int64_t groups, IntArrayRef dilation) {
  told(stride, padding, dilation, true, output_padding, groups);
  const detail::Traced traced("convolution", {&given, &w, &bias});
  const Call call(dims, "conv_transpose", given, stride, padding, dilation, groups);
  const ConvGeometry& g = call.geometry;
  const auto more = by_dimension("output_padding", output_padding, dims);
  check(!any(more, dims, [](std::int64_t v) { return v < 0; }), "negative output_padding is not supported");
  call.check_weight(w, bias, true);
  Dims output;
  bool fits = true;
  for (std::size_t i = 0; i < dims; ++i) {
    check(more[i] < g.stride[i] || more[i] < g.dilation[i],
          "output padding must be smaller than either stride or dilation, but got {} {} {}",
          by_side("output_padding", more, dims, 0), by_side("stride", g.stride, dims, 1),
          by_side("dilation", g.dilation, dims, 1));
    output.push_back((spatial(call.x)[i] - 1) * g.stride[i] - 2 * g.padding[i] + g.dilation[i] * (spatial(w)[i] - 1) +
                     more[i] + 1);
    fits = fits && output.back() > 0;
  }
  const char* const line = dims == 1 ? "1 x " : "";
  check(
      fits,
      "Given input size per channel: ({0}{1}). Calculated output size per channel: ({0}{2}). Output size is too small",
      line, joined(spatial(call.x)), joined(output));
  Tensor y = call.finish(in_floating(call.x, w, bias, [&](const Tensor& x, const Tensor& k, const Tensor& b) {
    return convolution_input(x, k, b, g, output);
  }));
  traced.result(y);
  return y;
}

}  // namespace

#define XGRAD_CONVOLUTIONS(N)                                                                                \
  Tensor conv##N##d(const Tensor& x, const Tensor& weight, const Tensor& bias, IntArrayRef stride,           \
                    IntArrayRef padding, IntArrayRef dilation, std::int64_t groups) {                        \
    return conv(N, x, weight, bias, stride, padding, dilation, groups);                                      \
  }                                                                                                          \
  Tensor conv##N##d(const Tensor& x, const Tensor& weight, const Tensor& bias, IntArrayRef stride,           \
                    std::string_view padding, IntArrayRef dilation, std::int64_t groups) {                   \
    return conv_by_name(N, x, weight, bias, stride, padding, dilation, groups);                              \
  }                                                                                                          \
  Tensor conv_transpose##N##d(const Tensor& x, const Tensor& weight, const Tensor& bias, IntArrayRef stride, \
                              IntArrayRef padding, IntArrayRef output_padding, std::int64_t groups,          \
                              IntArrayRef dilation) {                                                        \
    return transposed(N, x, weight, bias, stride, padding, output_padding, groups, dilation);                \
  }

XGRAD_CONVOLUTIONS(1)
XGRAD_CONVOLUTIONS(2)
XGRAD_CONVOLUTIONS(3)

#undef XGRAD_CONVOLUTIONS

}  // namespace xgrad
