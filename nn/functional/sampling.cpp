#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/ops/pooling.hpp>
#include <xgrad/nn/functional/sampling.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace xgrad::nn::functional {

namespace {

/// The number of a word in a list, which is PyTorch's.
std::int64_t number_of(std::string_view word, std::initializer_list<std::string_view> words, const char* message) {
  const auto found = std::find(words.begin(), words.end(), word);
  check<ValueError>(found != words.end(), fmt::runtime(message), word);
  return found - words.begin();
}

/// (Σ x^p)^(1/p) from the mean of x^p over windows of `count` elements.
Tensor norm_of_mean(const Tensor& mean, std::int64_t count, double p) {
  return (sign(mean) * relu(abs(mean)) * static_cast<double>(count)).pow(1 / p);
}

/// The spatial sizes of an unpooled result.
template <std::size_t N>
Dims unpooled(const Tensor& input, const MaxUnpoolFuncOptions<N>& o) {
  const auto n = static_cast<std::int64_t>(N);
  Dims sizes;
  for (std::size_t d = 0; d < N; ++d) {
    const std::int64_t step = o.stride()[d];
    sizes.push_back((input.size(static_cast<std::int64_t>(d) - n) - 1) * step + o.kernel_size()[d] -
                    2 * o.padding()[d]);
  }
  if (!o.output_size()) return sizes;
  std::vector<std::int64_t> given = *o.output_size();
  if (given.size() == N + 2) given.erase(given.begin(), given.begin() + 2);
  check<ValueError>(given.size() == N,
                    "output_size should be a sequence containing {} or {} elements, but it has a length of '{}'", N,
                    N + 2, given.size());
  for (std::size_t d = 0; d < N; ++d) {
    const std::int64_t step = o.stride()[d], low = sizes[d] - step, high = sizes[d] + step;
    check<ValueError>(low < given[d] && given[d] < high,
                      "invalid output_size \"{}\" (dim {} must be between {} and {})", fmt::join(given, ", "), d, low,
                      high);
    sizes[d] = given[d];
  }
  return sizes;
}

template <std::size_t N>
Tensor unpool(const Tensor& input, const Tensor& indices, const MaxUnpoolFuncOptions<N>& o) {
  const auto n = static_cast<std::int64_t>(N);
  check(input.dim() == n + 1 || input.dim() == n + 2,
        "Input to max_unpooling{}d should be a {}d or {}d Tensor, but got a tensor with {} dimensions.", N, n + 1,
        n + 2, input.dim());
  check(indices.dtype() == kInt64, "elements in indices should be type int64 but got: {}", indices.dtype());
  check(input.sizes() == indices.sizes(),
        "Expected shape of indices to be same as that of the input tensor ({}) but got indices tensor with shape: {}",
        input.sizes(), indices.sizes());
  check<NotImplementedError>(input.is_floating_point(), "\"max_unpool{}d\" not implemented for '{}'", N == 1 ? 2 : N,
                             input.dtype());
  const Dims spatial = unpooled(input, o);
  // The planes of the batch and the channels, each in a row.
  std::int64_t places = 1;
  for (std::int64_t d = -n; d < 0; ++d) places *= input.size(d);
  Dims sizes(IntArrayRef(input.sizes().data(), input.sizes().size() - N)), flat(sizes);
  flat.push_back(places);
  for (const std::int64_t s : spatial) sizes.push_back(s);
  Dims plane(flat);
  plane.back() = count_elements(spatial);
  check(input.numel() == 0 || (indices >= 0).logical_and(indices < plane.back()).all().item<bool>(),
        "Found an invalid max index for an output of {}", spatial);
  return zeros(plane, input.dtype()).scatter(-1, indices.reshape(flat), input.reshape(flat)).reshape(sizes);
}

template <std::size_t N>
ValuesIndices fractional(const Tensor& input, const FractionalMaxPoolOptions<N>& o) {
  check<ValueError>(o.output_size() || o.output_ratio(),
                    "fractional_max_pool{}d requires specifying either an output_size or an output_ratio", N);
  const auto n = static_cast<std::int64_t>(N);
  Dims sizes;
  for (std::size_t d = 0; d < N; ++d) {
    const auto in = static_cast<double>(input.size(static_cast<std::int64_t>(d) - n));
    sizes.push_back(o.output_size() ? (*o.output_size())[d] : static_cast<std::int64_t>(in * (*o.output_ratio())[d]));
  }
  Tensor samples = o._random_samples();
  if (!samples.defined()) {
    const std::int64_t batch = input.dim() == n + 1 ? 1 : input.size(0);
    samples = rand({batch, input.size(-n - 1), n}, input.dtype());
  }
  if constexpr (N == 2)
    return xgrad::fractional_max_pool2d(input, o.kernel_size(), sizes, samples);
  else
    return xgrad::fractional_max_pool3d(input, o.kernel_size(), sizes, samples);
}

}  // namespace

Tensor unfold(const Tensor& input, const UnfoldFuncOptions& o) {
  return im2col(input, o.kernel_size(), o.dilation(), o.padding(), o.stride());
}
Tensor fold(const Tensor& input, const FoldFuncOptions& o) {
  return col2im(input, o.output_size(), o.kernel_size(), o.dilation(), o.padding(), o.stride());
}

Tensor lp_pool1d(const Tensor& input, const LPPool1dFuncOptions& o) {
  const Tensor mean = avg_pool1d(input.pow(o.norm_type()), o.kernel_size(), o.stride(), 0, o.ceil_mode());
  return norm_of_mean(mean, o.kernel_size()[0], o.norm_type());
}
Tensor lp_pool2d(const Tensor& input, const LPPool2dFuncOptions& o) {
  const Tensor mean = avg_pool2d(input.pow(o.norm_type()), o.kernel_size(), o.stride(), 0, o.ceil_mode());
  return norm_of_mean(mean, o.kernel_size()[0] * o.kernel_size()[1], o.norm_type());
}

ValuesIndices fractional_max_pool2d_with_indices(const Tensor& input, const FractionalMaxPool2dFuncOptions& o) {
  return fractional(input, o);
}
ValuesIndices fractional_max_pool3d_with_indices(const Tensor& input, const FractionalMaxPool3dFuncOptions& o) {
  return fractional(input, o);
}
Tensor fractional_max_pool2d(const Tensor& input, const FractionalMaxPool2dFuncOptions& o) {
  return fractional(input, o).values();
}
Tensor fractional_max_pool3d(const Tensor& input, const FractionalMaxPool3dFuncOptions& o) {
  return fractional(input, o).values();
}

Tensor max_unpool1d(const Tensor& input, const Tensor& indices, const MaxUnpool1dFuncOptions& o) {
  return unpool(input, indices, o);
}
Tensor max_unpool2d(const Tensor& input, const Tensor& indices, const MaxUnpool2dFuncOptions& o) {
  return unpool(input, indices, o);
}
Tensor max_unpool3d(const Tensor& input, const Tensor& indices, const MaxUnpool3dFuncOptions& o) {
  return unpool(input, indices, o);
}

Tensor grid_sample(const Tensor& input, const Tensor& grid, const GridSampleFuncOptions& o) {
  const std::int64_t mode = number_of(o.mode(), {"bilinear", "nearest", "bicubic"},
                                      "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or "
                                      "'bicubic', but got: '{}'");
  const std::int64_t border =
      number_of(o.padding_mode(), {"zeros", "border", "reflection"},
                "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
                "'reflection', but got: '{}'");
  if (!o.align_corners()) {
    warn_once<struct UnalignedCorners>(
        "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify "
        "align_corners=True if the old behavior is desired. See the documentation of grid_sample for details.");
  }
  return grid_sampler(input, grid, mode, border, o.align_corners().value_or(false));
}

Tensor affine_grid(const Tensor& theta, IntArrayRef size, bool align_corners) {
  check<ValueError>(theta.is_floating_point(), "Expected theta to have floating point type, but got {}",
                    info(theta.dtype()).name);
  for (const std::int64_t n : size) {
    check<ValueError>(n > 0, "Expected non-zero, positive output size. Got torch.Size({})", size);
  }
  return affine_grid_generator(theta, size, align_corners);
}

}  // namespace xgrad::nn::functional
