#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/tracing.hpp>
#include <xgrad/autograd/ops/fractional_pooling.hpp>

#include <array>
#include <cmath>
#include <vector>

namespace xgrad {
namespace {

/// Where the windows begin. In T, as in PyTorch: roundings decide.
template <class T>
std::vector<std::int64_t> begins(T sample, std::int64_t n, std::int64_t outputs, std::int64_t kernel) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(outputs));
  if (outputs > 1) {
    const T step = static_cast<T>(n - kernel) / static_cast<T>(outputs - 1);
    for (std::int64_t i = 0; i + 1 < outputs; ++i) {
      out[static_cast<std::size_t>(i)] =
          static_cast<std::int64_t>((static_cast<T>(i) + sample) * step) - static_cast<std::int64_t>(sample * step);
    }
  }
  if (outputs > 0) out.back() = n - kernel;
  return out;
}

/// The sizes of a call; two dimensions have a third of one element in front.
struct Call {
  std::array<std::int64_t, 3> size{1, 1, 1}, kernel{1, 1, 1}, output{1, 1, 1};
  std::int64_t plane() const { return size[0] * size[1] * size[2]; }
  std::int64_t outputs() const { return output[0] * output[1] * output[2]; }
};

template <class T>
void largest(const T* x, std::int64_t* to, const Call& c, const std::array<std::vector<std::int64_t>, 3>& begin) {
  for (const std::int64_t a : begin[0]) {
    for (const std::int64_t b : begin[1]) {
      for (const std::int64_t d : begin[2]) {
        std::int64_t best = (a * c.size[1] + b) * c.size[2] + d;
        for (std::int64_t i = a; i < a + c.kernel[0]; ++i) {
          for (std::int64_t j = b; j < b + c.kernel[1]; ++j) {
            for (std::int64_t k = d; k < d + c.kernel[2]; ++k) {
              const std::int64_t at = (i * c.size[1] + j) * c.size[2] + k;
              if (x[at] > x[best] || std::isnan(x[at])) best = at;
            }
          }
        }
        *to++ = best;
      }
    }
  }
}

constexpr const char* kSides[] = {"time", "height", "width"};

ValuesIndices pool(const Tensor& x, IntArrayRef kernel, IntArrayRef output, const Tensor& samples, std::size_t dims) {
  const auto d = static_cast<std::int64_t>(dims);
  const std::string name = fmt::format("fractional_max_pool{}d", dims);
  check(kernel.size() == 1 || kernel.size() == dims, "{}: kernel_size must either be a single Int or tuple of {} Ints",
        name, dims);
  check(output.size() == 1 || output.size() == dims, "{}: output_size must either be a single Int or tuple of {} Ints",
        name, dims);
  const std::string called = name + (dims == 3 ? "_out" : "");
  check(x.dim() == d + 1 || x.dim() == d + 2, "{}(): Expected {}D or {}D tensor, but got: {}", called, d + 1, d + 2,
        x.sizes());
  Call c;
  for (std::size_t k = 0; k < dims; ++k) {
    const std::size_t to = 3 - dims + k;
    c.size[to] = x.size(static_cast<std::int64_t>(k) - d);
    c.kernel[to] = kernel[kernel.size() == 1 ? 0 : k];
    c.output[to] = output[output.size() == 1 ? 0 : k];
    check(c.kernel[to] > 0 && c.output[to] > 0, "{}(): kernel and output sizes must be positive", name);
    check(c.output[to] + c.kernel[to] - 1 <= c.size[to], "{}(): pool {} {} too large relative to input {} {}", called,
          kSides[to], c.kernel[to], kSides[to], c.size[to]);
  }
  check<NotImplementedError>(x.is_floating_point(), "\"{}_out_frame\" not implemented for '{}'", name, x.dtype());
  check(x.dtype() == samples.dtype(), "Expected _random_samples to have the same dtype as input");
  const std::int64_t n = x.dim() == d + 2 ? x.size(0) : 1, channels = x.size(-d - 1);
  check(samples.dim() == 3 && samples.size(0) == n && samples.size(1) == channels && samples.size(2) == d,
        "Expected _random_samples of shape [{}, {}, {}], but got {}", n, channels, d, samples.sizes());

  Dims planes(IntArrayRef(x.sizes().data(), x.sizes().size() - dims)), sizes(planes);
  planes.push_back(c.plane());
  const Tensor flat = x.reshape(planes);
  planes.back() = c.outputs();
  Tensor index = empty(planes, kInt64);
  {
    const NoGradGuard no_grad;
    const Tensor from = flat.contiguous(), draws = samples.contiguous();
    dispatch_floating(x.dtype(), name.c_str(), [&]<class T>() {
      for (std::int64_t p = 0; p < n * channels; ++p) {
        const T* const u = draws.data_ptr<T>() + p * d;
        std::array<std::vector<std::int64_t>, 3> begin;
        for (std::size_t k = 0; k < 3; ++k) {
          // Two dimensions have theirs in the other order.
          const T sample = k + dims < 3 ? T(0) : dims == 3 ? u[k] : u[2 - k];
          begin[k] = begins(sample, c.size[k], c.output[k], c.kernel[k]);
        }
        largest(from.data_ptr<T>() + p * c.plane(), index.data_ptr<std::int64_t>() + p * c.outputs(), c, begin);
      }
    });
  }
  for (std::size_t k = 0; k < dims; ++k) sizes.push_back(c.output[3 - dims + k]);
  return {flat.gather(-1, index).reshape(sizes), index.reshape(sizes)};
}

}  // namespace

ValuesIndices fractional_max_pool2d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef output_size,
                                    const Tensor& random_samples) {
  told(kernel_size, output_size);
  return as_one("fractional_max_pool2d", {&x, &random_samples},
                [&] { return pool(x, kernel_size, output_size, random_samples, 2); });
}

ValuesIndices fractional_max_pool3d(const Tensor& x, IntArrayRef kernel_size, IntArrayRef output_size,
                                    const Tensor& random_samples) {
  told(kernel_size, output_size);
  return as_one("fractional_max_pool3d", {&x, &random_samples},
                [&] { return pool(x, kernel_size, output_size, random_samples, 3); });
}

}  // namespace xgrad
