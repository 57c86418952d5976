#include <xgrad/autograd/kernels/pooling.hpp>
#include <xgrad/autograd/kernels/resample.hpp>
#include <xgrad/autograd/ops/pooling.hpp>
#include <xgrad/autograd/ops/resample.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace xgrad {

using kernels::Taps;
using kernels::Windows;

namespace {

// --- the largest

/// out[index] = g              dg = h[index]
Tensor plane_gather(const Tensor& x, const Tensor& index, std::int64_t dims);
Tensor plane_scatter(const Tensor& g, const Tensor& index, const Dims& sizes, bool pairs = false) {
  return differentiable<"MaxUnpoolBackward0">(
      inputs(g), {}, [&](const Array*) { return kernels::plane_scatter(g.array(), index.array(), sizes, pairs); },
      [&](Save& s) { s.tensor(index); },
      [dims = static_cast<std::int64_t>(sizes.size())](const Saved& s, const Tensor& h) -> Grads {
        return {plane_gather(h, s.tensor(0), dims)};
      });
}
Tensor plane_gather(const Tensor& x, const Tensor& index, std::int64_t dims) {
  const Dims sizes(IntArrayRef(x.sizes().end() - dims, x.sizes().end()));
  return differentiable<"MaxPoolBackwardBackward0">(
      inputs(x), {}, [&](const Array*) { return kernels::plane_gather(x.array(), index.array(), dims); },
      [&](Save& s) { s.tensor(index); },
      [sizes](const Saved& s, const Tensor& h) -> Grads { return {plane_scatter(h, s.tensor(0), sizes)}; });
}

template <FixedString Name>
ValuesIndices max_of(const Tensor& x, const std::vector<Windows>& windows) {
  Tensor index;
  const Dims sizes(IntArrayRef(x.sizes().end() - static_cast<std::ptrdiff_t>(windows.size()), x.sizes().end()));
  Tensor value = differentiable<Name>(
      inputs(x), {},
      [&](const Array*) {
        auto [values, indices] = kernels::max_pool(x.array(), windows);
        index = Tensor(std::move(indices));
        return std::move(values);
      },
      [&](Save& s) { s.tensor(index); },
      [sizes, pairs = kernels::tiled_by_pairs(windows)](const Saved& s, const Tensor& g) -> Grads {
        return {plane_scatter(g, s.tensor(0), sizes, pairs)};
      });
  return {std::move(value), index};
}

// --- where windows lie

std::int64_t entry(IntArrayRef list, std::size_t k) { return list[list.size() == 1 ? 0 : k]; }

/// How pooling is called, checked.
struct PoolCall {
  const char* name;
  std::size_t dims;
  IntArrayRef kernel, stride, padding, dilation;
  bool ceil_mode;

  void check_arguments(const Tensor& x) const {
    const char* const words[] = {"", "int", "two ints", "three ints"};
    const auto check_list = [&](const char* what, IntArrayRef list, bool may_be_empty) {
      check(dims != 1 || list.size() <= 1, "{}() argument '{}' should contain one int (got {})", name, what,
            list.size());
      check((may_be_empty && list.empty()) || list.size() == 1 || list.size() == dims,
            "{}: {} must {}be a single int, or a tuple of {}", name, what,
            may_be_empty                             ? "either be omitted, "
            : std::string_view(name) == "avg_pool3d" ? ""
                                                     : "either ",
            words[dims]);
    };
    check_list("kernel_size", kernel, false);
    check_list("stride", stride, true);
    check_list("padding", padding, false);
    check_list("dilation", dilation, false);
    const auto n = static_cast<std::int64_t>(dims);
    check(x.dim() == n + 1 || x.dim() == n + 2, "{}", dimension_words(x));
    const bool average_of_volumes = std::string_view(name) == "avg_pool3d";
    for (std::int64_t d = x.dim() - n - 1; d < x.dim(); ++d) {
      check(x.size(d) > 0 || !average_of_volumes,
            "avg_pool3d(): Expected input's non-batch dimensions to have positive length, but input has a shape of {} "
            "and non-batch dimension {} has length zero!",
            x.sizes(), d - (x.dim() - n - 1));
      check(x.size(d) > 0,
            "Expected {}D or {}D (batch mode) tensor with optional 0 dim batch size for input, but got:{}", n + 1,
            n + 2, x.sizes());
    }
    for (std::size_t k = 0; k < dims; ++k) {
      const std::int64_t size = entry(kernel, k), pad = entry(padding, k);
      check(size > 0, "stride should not be zero");
      check(stride.empty() || entry(stride, k) > 0, "stride should not be zero");
      check(entry(dilation, k) > 0, "dilation should be greater than zero, but got {}", dilation);
      check(pad >= 0, "pad must be non-negative, but got pad: {}", pad);
      check(pad <= size / 2, "pad should be at most half of kernel size, but got pad={} and kernel_size={}", pad, size);
    }
  }

  std::string dimension_words(const Tensor& x) const {
    if (dims == 1) {
      return fmt::format(
          "Expected 2 to 3 dimensions, but got {}-dimensional tensor for argument #1 'self' (while "
          "checking arguments for {})",
          x.dim(), name);
    }
    return fmt::format("non-empty {}D or {}D (batch mode) tensor expected for input", dims + 1, dims + 2);
  }

  std::int64_t step(std::size_t k) const { return entry(stride.empty() ? kernel : stride, k); }

  /// How many windows lie along dimension k; none or fewer where they do not fit.
  std::int64_t count(const Tensor& x, std::size_t k) const {
    const std::int64_t n = x.size(x.dim() - static_cast<std::int64_t>(dims - k)), pad = entry(padding, k),
                       span = entry(dilation, k) * (entry(kernel, k) - 1) + 1, s = step(k);
    const std::int64_t room = n + 2 * pad - span + (ceil_mode ? s - 1 : 0);
    std::int64_t out = (room < 0 ? -((-room + s - 1) / s) : room / s) + 1;
    if (ceil_mode && (out - 1) * s >= n + pad) --out;
    return out;
  }

  /// At least one window along every dimension.
  void check_windows(const Tensor& x) const {
    std::string given = fmt::format("{}", x.size(x.dim() - static_cast<std::int64_t>(dims) - 1)), found = given;
    if (dims == 1) given += "x1", found += "x1";
    bool fit = true;
    for (std::size_t k = 0; k < dims; ++k) {
      const std::int64_t n = count(x, k);
      fit = fit && n > 0;
      given += fmt::format("x{}", x.size(x.dim() - static_cast<std::int64_t>(dims - k)));
      found += fmt::format("x{}", n);
    }
    check(fit, "Given input size: ({}). Calculated output size: ({}). Output size is too small", given, found);
  }
};

std::vector<Windows> windows_of(const PoolCall& call, const Tensor& x) {
  call.check_windows(x);
  std::vector<Windows> all;
  for (std::size_t k = 0; k < call.dims; ++k) {
    Windows w;
    w.step = entry(call.dilation, k);
    const std::int64_t n = x.size(x.dim() - static_cast<std::int64_t>(call.dims - k)), m = call.count(x, k),
                       span = w.step * (entry(call.kernel, k) - 1) + 1;
    for (std::int64_t i = 0; i < m; ++i) {
      std::int64_t first = i * call.step(k) - entry(call.padding, k);
      const std::int64_t last = std::min(first + span, n);
      if (first < 0) first += (-first + w.step - 1) / w.step * w.step;
      w.of.push_back({first, last});
    }
    all.push_back(std::move(w));
  }
  return all;
}

/// What max_pool1d asks before it takes a line for an image.
void check_line(const Tensor& x) {
  const bool fits = (x.dim() == 2 || x.dim() == 3) && x.size(-1) > 0 && x.size(-2) > 0;
  check(fits, "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:{}",
        x.sizes());
}

template <FixedString Name>
ValuesIndices max_pool(const PoolCall& call, const char* kernel, const Tensor& x) {
  call.check_arguments(x);
  const std::vector<Windows> windows = windows_of(call, x);
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'", kernel, x.dtype());
  told(call.kernel, call.stride.empty() ? call.kernel : call.stride, call.padding, call.dilation, call.ceil_mode,
       static_cast<std::int64_t>(call.dims));
  return as_one("max_pool", {&x}, [&] { return max_of<Name>(x, windows); });
}

void check_holds_a_window(const PoolCall& call, const Tensor& x) {
  const std::int64_t t = x.size(-3), h = x.size(-2), w = x.size(-1);
  const std::int64_t kt = entry(call.kernel, 0), kh = entry(call.kernel, 1), kw = entry(call.kernel, 2);
  check(t >= kt && h >= kh && w >= kw,
        "input image (T: {} H: {} W: {}) smaller than kernel size (kT: {} kH: {} kW: {})", t, h, w, kt, kh, kw);
}

/// Averages are weighted sums along each dimension in turn: the weight is 1 / the number of elements.
template <FixedString Name>
Tensor avg_pool(const PoolCall& call, const char* kernel, const Tensor& x, bool count_include_pad,
                std::optional<std::int64_t> divisor) {
  check(!divisor || *divisor != 0, "divisor must be not zero");
  call.check_arguments(x);
  if (call.dims == 3) check_holds_a_window(call, x);
  call.check_windows(x);
  ops::Maps maps;
  for (std::size_t k = 0; k < call.dims; ++k) {
    const std::int64_t n = x.size(x.dim() - static_cast<std::int64_t>(call.dims - k)), m = call.count(x, k),
                       pad = entry(call.padding, k);
    Taps taps;
    taps.in = n;
    for (std::int64_t i = 0; i < m; ++i) {
      const std::int64_t first = i * call.step(k) - pad, last = std::min(first + entry(call.kernel, k), n + pad);
      const std::int64_t from = std::max<std::int64_t>(first, 0), to = std::min(last, n);
      const double by = divisor ? (k == 0 ? static_cast<double>(*divisor) : 1.)
                                : static_cast<double>(count_include_pad ? last - first : to - from);
      for (std::int64_t p = from; p < to; ++p) taps.tap(p, 1 / by);
      taps.next();
    }
    maps.push_back(ops::share(std::move(taps)));
  }
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'", kernel, x.dtype());
  told(call.kernel, call.stride.empty() ? call.kernel : call.stride, call.padding, call.ceil_mode, count_include_pad,
       divisor, static_cast<std::int64_t>(call.dims));
  return as_one("avg_pool", {&x}, [&] { return ops::resample<Name>(x, std::move(maps)); });
}

// --- adaptive windows

/// Dimensions from `first` on must have elements.
void check_adaptive(const char* name, const char* kernel, std::size_t dims, const Tensor& x, IntArrayRef output,
                    std::int64_t first) {
  const auto n = static_cast<std::int64_t>(dims);
  check(output.size() == dims || dims != 1, "{}() argument 'output_size' should contain one int (got {})", name,
        output.size());
  const bool max = std::string_view(name).starts_with("adaptive_max");
  check(output.size() == dims, "{}{} must be {}", name,
        max ? "(): internal error: output_size.size()" : ": output_size", dims);
  if (dims == 1) {
    check(x.dim() == 2 || x.dim() == 3,
          "Expected 2 to 3 dimensions, but got {}-dimensional tensor for argument #1 'self' (while checking arguments "
          "for {})",
          x.dim(), name);
  }
  check(x.dim() == n + 1 || x.dim() == n + 2, "{}(): Expected {}D or {}D tensor, but got{} {}", name, n + 1, n + 2,
        max ? ":" : "", x.sizes());
  for (const std::int64_t size : output) {
    check(size >= 0, "{}: elements of output_size must be greater than or equal to 0 but received {{{}}}", name,
          fmt::join(output.begin(), output.end(), ", "));
  }
  for (std::int64_t d = first; d < x.dim(); ++d) {
    check(x.size(d) > 0,
          "{}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes {} with dimension "
          "{} being empty",
          name, x.sizes(), d);
  }
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'", kernel, x.dtype());
}

Windows adaptive(std::int64_t n, std::int64_t m) {
  Windows w;
  for (std::int64_t i = 0; i < m; ++i) w.of.push_back({i * n / m, ((i + 1) * n + m - 1) / m});
  return w;
}

template <FixedString Name>
Tensor adaptive_avg(const char* name, const char* kernel, std::size_t dims, const Tensor& x, IntArrayRef output) {
  const bool channels_too =
      dims == 3 && std::any_of(output.begin(), output.end(), [](std::int64_t n) { return n != 1; });
  check_adaptive(name, kernel, dims, x, output, channels_too ? 1 : x.dim() - static_cast<std::int64_t>(dims));
  if (std::all_of(output.begin(), output.end(), [](std::int64_t n) { return n == 1; })) {
    Dims last;
    for (std::size_t k = 0; k < dims; ++k) last.push_back(-1 - static_cast<std::int64_t>(k));
    told(output);
    return as_one("adaptive_avg_pool", {&x}, [&] { return x.mean(last, true); });
  }
  ops::Maps maps;
  for (std::size_t k = 0; k < dims; ++k) {
    Taps taps;
    taps.in = x.size(x.dim() - static_cast<std::int64_t>(dims - k));
    for (const auto& [first, last] : adaptive(taps.in, output[k]).of) {
      for (std::int64_t p = first; p < last; ++p) taps.tap(p, 1 / static_cast<double>(last - first));
      taps.next();
    }
    maps.push_back(ops::share(std::move(taps)));
  }
  told(output);
  return as_one("adaptive_avg_pool", {&x}, [&] { return ops::resample<Name>(x, std::move(maps)); });
}

template <FixedString Name>
ValuesIndices adaptive_max(const char* name, const char* kernel, std::size_t dims, const Tensor& x,
                           IntArrayRef output) {
  check_adaptive(name, kernel, dims, x, output, 1);
  std::vector<Windows> windows;
  for (std::size_t k = 0; k < dims; ++k) {
    windows.push_back(adaptive(x.size(x.dim() - static_cast<std::int64_t>(dims - k)), output[k]));
  }
  told(output);
  return as_one("adaptive_max_pool", {&x}, [&] { return max_of<Name>(x, windows); });
}

}  // namespace

#define XGRAD_POOLING(N, MAX_KERNEL, KERNEL, MAX_NODE, ADAPTIVE_AVG_NODE, ADAPTIVE_MAX_NODE)                           \
  ValuesIndices max_pool##N##d_with_indices(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride,              \
                                            IntArrayRef padding, IntArrayRef dilation, bool ceil_mode) {               \
    return max_pool<MAX_NODE>({"max_pool" #N "d", N, kernel_size, stride, padding, dilation, ceil_mode}, MAX_KERNEL,   \
                              x);                                                                                      \
  }                                                                                                                    \
  Tensor max_pool##N##d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,             \
                        IntArrayRef dilation, bool ceil_mode) {                                                        \
    if (N == 1) check_line(x);                                                                                         \
    return max_pool##N##d_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode).values();                 \
  }                                                                                                                    \
  Tensor adaptive_avg_pool##N##d(const Tensor& x, IntArrayRef output_size) {                                           \
    return adaptive_avg<ADAPTIVE_AVG_NODE>("adaptive_avg_pool" #N "d", "adaptive_avg_pool" KERNEL, N, x, output_size); \
  }                                                                                                                    \
  ValuesIndices adaptive_max_pool##N##d(const Tensor& x, IntArrayRef output_size) {                                    \
    return adaptive_max<ADAPTIVE_MAX_NODE>("adaptive_max_pool" #N "d", "adaptive_max_pool" KERNEL, N, x, output_size); \
  }
#define XGRAD_AVERAGE(N, KERNEL, NODE)                                                                          \
  Tensor avg_pool##N##d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding,      \
                        bool ceil_mode, bool count_include_pad, std::optional<std::int64_t> divisor_override) { \
    return avg_pool<NODE>({"avg_pool" #N "d", N, kernel_size, stride, padding, 1, ceil_mode}, KERNEL, x,        \
                          count_include_pad, divisor_override);                                                 \
  }

XGRAD_POOLING(1, "max_pool1d_impl", "2d", "MaxPool2DWithIndicesBackward0", "AdaptiveAvgPool2DBackward0",
              "AdaptiveMaxPool2DBackward0")
XGRAD_POOLING(2, "max_pool2d", "2d", "MaxPool2DWithIndicesBackward0", "AdaptiveAvgPool2DBackward0",
              "AdaptiveMaxPool2DBackward0")
XGRAD_POOLING(3, "max_pool3d_with_indices_cpu", "3d_cpu", "MaxPool3DWithIndicesBackward0", "AdaptiveAvgPool3DBackward0",
              "AdaptiveMaxPool3DBackward0")
XGRAD_AVERAGE(2, "avg_pool2d", "AvgPool2DBackward0")
XGRAD_AVERAGE(3, "avg_pool3d_out_frame", "AvgPool3DBackward0")

#undef XGRAD_AVERAGE
#undef XGRAD_POOLING

Tensor avg_pool1d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef stride, IntArrayRef padding, bool ceil_mode,
                  bool count_include_pad) {
  return avg_pool<"AvgPool2DBackward0">({"avg_pool1d", 1, kernel_size, stride, padding, 1, ceil_mode}, "avg_pool2d", x,
                                        count_include_pad, {});
}

Tensor max_unpool2d(const Tensor& x, const Tensor& indices, IntArrayRef output_size) {
  check(output_size.size() == 2,
        "There should be exactly two elements (height, width) in output_size, but got {} elements.",
        output_size.size());
  check(indices.dtype() == kInt64, "elements in indices should be type int64 but got: {}", indices.dtype());
  check(x.dim() == 3 || x.dim() == 4,
        "Input to max_unpooling2d should be a 3d or 4d Tensor, but got a tensor with {} dimensions.", x.dim());
  check(x.sizes() == indices.sizes(),
        "Expected shape of indices to be same as that of the input tensor ({}) but got indices tensor with shape: {}",
        x.sizes(), indices.sizes());
  for (std::int64_t d = 1; d < x.dim(); ++d) {
    check(x.size(d) > 0,
          "max_unpooling2d(): Expected input to have non-zero size for non-batch dimensions, but got {} with dimension "
          "{} being empty.",
          x.sizes(), d);
  }
  check<NotImplementedError>(x.is_floating_point(), "\"max_unpool2d\" not implemented for '{}'", x.dtype());
  told(output_size);
  return as_one("max_unpool2d", {&x, &indices}, [&] { return plane_scatter(x, indices, output_size); });
}

}  // namespace xgrad
