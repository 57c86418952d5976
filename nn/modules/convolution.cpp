#include <xgrad/autograd/ops/resampling.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/modules/convolution.hpp>

#include <cmath>

namespace xgrad::nn {

namespace detail {

template <std::size_t N, class Derived, class OptionsType, bool transposed>
void ConvBase<N, Derived, OptionsType, transposed>::reset() {
  const std::int64_t in = options.in_channels(), out = options.out_channels(), groups = options.groups();
  check<TypeError>(in > 0 && out > 0 && options.kernel_size()[0] > 0,
                   "__init__() missing required arguments: 'in_channels', 'out_channels' and 'kernel_size'");
  check<ValueError>(groups > 0, "groups must be a positive integer");
  check<ValueError>(in % groups == 0, "in_channels must be divisible by groups");
  check<ValueError>(out % groups == 0, "out_channels must be divisible by groups");
  Dims sizes = transposed ? Dims{in, out / groups} : Dims{out, in / groups};
  for (const std::int64_t k : *options.kernel_size()) sizes.push_back(k);
  if constexpr (!transposed) {
    const std::string* const word = options.padding().word();
    check<ValueError>(!word || *word != "same" || options.stride() == ExpandingArray<N>(1),
                      "padding='same' is not supported for strided convolutions");
  }
  const TensorOptions of = detail::of_dtype(options.dtype());
  weight = this->register_parameter("weight", empty(sizes, of));
  bias = this->register_parameter("bias", options.bias() ? empty({out}, of) : Tensor());
  reset_parameters();
}

template <std::size_t N, class Derived, class OptionsType, bool transposed>
void ConvBase<N, Derived, OptionsType, transposed>::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (!bias.defined()) return;
  const auto fan_in = std::get<0>(init::_calculate_fan_in_and_fan_out(weight));
  if (fan_in == 0) return;
  const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
  init::uniform_(bias, -bound, bound);
}

template <std::size_t N, class Derived, class OptionsType, bool transposed>
std::string ConvBase<N, Derived, OptionsType, transposed>::extra_repr() const {
  std::string text = fmt::format("{}, {}, kernel_size={}, stride={}", options.in_channels(), options.out_channels(),
                                 options.kernel_size().str(), options.stride().str());
  const ConvPadding<N> padding = options.padding();
  if (!padding.is_zero()) text += ", padding=" + padding.str();
  if (options.dilation() != ExpandingArray<N>(1)) text += ", dilation=" + options.dilation().str();
  if constexpr (transposed) {
    if (options.output_padding() != ExpandingArray<N>(0)) text += ", output_padding=" + options.output_padding().str();
  }
  if (options.groups() != 1) text += fmt::format(", groups={}", options.groups());
  if (!options.bias()) text += ", bias=False";
  if (options.padding_mode() != "zeros") text += ", padding_mode=" + options.padding_mode();
  return text;
}

namespace {

template <std::size_t N>
Tensor convolve(const Tensor& x, const Tensor& w, const functional::ConvFuncOptions<N>& options) {
  if constexpr (N == 1)
    return functional::conv1d(x, w, options);
  else if constexpr (N == 2)
    return functional::conv2d(x, w, options);
  else
    return functional::conv3d(x, w, options);
}
template <std::size_t N>
Tensor convolve(const Tensor& x, const Tensor& w, const functional::ConvTransposeFuncOptions<N>& options) {
  if constexpr (N == 1)
    return functional::conv_transpose1d(x, w, options);
  else if constexpr (N == 2)
    return functional::conv_transpose2d(x, w, options);
  else
    return functional::conv_transpose3d(x, w, options);
}

/// Padding of both sides, last dimension first, as pad() takes it.
template <std::size_t N>
Dims both_sides(const ConvOptions<N>& o) {
  Dims out;
  for (std::size_t i = N; i-- > 0;) {
    const std::string* const word = o.padding().word();
    const std::int64_t total = !word             ? 2 * o.padding().numbers()[i]
                               : *word == "same" ? o.dilation()[i] * (o.kernel_size()[i] - 1)
                                                 : 0;
    out.push_back(total / 2);
    out.push_back(total - total / 2);
  }
  return out;
}

}  // namespace

template <std::size_t N, class Derived>
Tensor Conv<N, Derived>::forward(Tensor input) {
  const auto& o = this->options;
  functional::ConvFuncOptions<N> options;
  options.bias(this->bias).stride(o.stride()).dilation(o.dilation()).groups(o.groups());
  if (o.padding_mode() == "zeros") return convolve(input, this->weight, options.padding(o.padding()));
  return convolve(pad(input, both_sides(o), o.padding_mode()), this->weight, options);
}

template <std::size_t N, class Derived>
Tensor ConvTranspose<N, Derived>::forward(Tensor input, const std::optional<std::vector<std::int64_t>>& output_size) {
  const auto& o = this->options;
  functional::ConvTransposeFuncOptions<N> options;
  options.bias(this->bias).stride(o.stride()).padding(o.padding()).dilation(o.dilation()).groups(o.groups());
  options.output_padding(o.output_padding());
  if (output_size) {
    check<ValueError>(output_size->size() >= N,
                      "ConvTranspose{}D: for {}D input, output_size must have {} or {} elements (got {})", N,
                      input.dim(), N, input.dim(), output_size->size());
    std::array<std::int64_t, N> more;
    for (std::size_t i = 0; i < N; ++i) {
      const std::int64_t least =
          (input.size(static_cast<std::int64_t>(i) - static_cast<std::int64_t>(N)) - 1) * o.stride()[i] -
          2 * o.padding()[i] + o.dilation()[i] * (o.kernel_size()[i] - 1) + 1;
      more[i] = (*output_size)[output_size->size() - N + i] - least;
      check<ValueError>(more[i] >= 0 && more[i] < o.stride()[i],
                        "requested an output size of {}, but valid sizes range from {} to {} in dimension {} (for an "
                        "input of {})",
                        IntArrayRef(*output_size), least, least + o.stride()[i] - 1, i, input.sizes());
    }
    options.output_padding(more);
  }
  return convolve(input, this->weight, options);
}

template class ConvBase<1, Conv1dImpl, Conv1dOptions, false>;
template class ConvBase<2, Conv2dImpl, Conv2dOptions, false>;
template class ConvBase<3, Conv3dImpl, Conv3dOptions, false>;
template class Conv<1, Conv1dImpl>;
template class Conv<2, Conv2dImpl>;
template class Conv<3, Conv3dImpl>;
template class ConvBase<1, ConvTranspose1dImpl, ConvTranspose1dOptions, true>;
template class ConvBase<2, ConvTranspose2dImpl, ConvTranspose2dOptions, true>;
template class ConvBase<3, ConvTranspose3dImpl, ConvTranspose3dOptions, true>;
template class ConvTranspose<1, ConvTranspose1dImpl>;
template class ConvTranspose<2, ConvTranspose2dImpl>;
template class ConvTranspose<3, ConvTranspose3dImpl>;

}  // namespace detail
}  // namespace xgrad::nn
