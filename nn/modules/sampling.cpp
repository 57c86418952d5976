#include <xgrad/nn/modules/sampling.hpp>

namespace xgrad::nn {

template <std::size_t N>
void FractionalMaxPoolOptions<N>::check_complete() const {
  check<ValueError>(output_size_ || output_ratio_,
                    "FractionalMaxPool{}d requires specifying either an output size, or a pooling ratio", N);
  check<ValueError>(!output_size_ || !output_ratio_, "only one of output_size and output_ratio may be specified");
  if (!output_ratio_) return;
  for (const double ratio : *output_ratio_) {
    check<ValueError>(0 < ratio && ratio < 1, "output_ratio must be between 0 and 1 (got {})", detail::python(ratio));
  }
}
template class FractionalMaxPoolOptions<2>;
template class FractionalMaxPoolOptions<3>;

namespace {

template <class Options>
std::string patches(const Options& o) {
  return fmt::format("kernel_size={}, dilation={}, padding={}, stride={}", o.kernel_size().str_as_given(),
                     o.dilation().str_as_given(), o.padding().str_as_given(), o.stride().str_as_given());
}

template <std::size_t N>
std::string unpool(const MaxUnpoolOptions<N>& o) {
  return fmt::format("kernel_size={}, stride={}, padding={}", o.kernel_size().str(), o.stride().str(),
                     o.padding().str());
}

}  // namespace

namespace detail {

std::string repr(const UnfoldOptions& options) { return patches(options); }
std::string repr(const FoldOptions& options) {
  return fmt::format("output_size={}, {}", options.output_size().str_as_given(), patches(options));
}
template <std::size_t N>
std::string repr(const LPPoolOptions<N>& o) {
  return fmt::format("norm_type={}, kernel_size={}, stride={}, ceil_mode={}", fmt::format("{}", o.norm_type()),
                     o.kernel_size().str_as_given(), o.has_stride() ? o.stride().str_as_given() : "None",
                     python(o.ceil_mode()));
}
template std::string repr(const LPPoolOptions<1>&);
template std::string repr(const LPPoolOptions<2>&);

}  // namespace detail

std::string MaxUnpool1dImpl::extra_repr() const { return unpool(options); }
std::string MaxUnpool2dImpl::extra_repr() const { return unpool(options); }
std::string MaxUnpool3dImpl::extra_repr() const { return unpool(options); }

}  // namespace xgrad::nn
