#include <xgrad/nn/modules/pooling.hpp>

namespace xgrad::nn::detail {

template <std::size_t N>
std::string repr(const MaxPoolOptions<N>& o) {
  return fmt::format("kernel_size={}, stride={}, padding={}, dilation={}, ceil_mode={}", o.kernel_size().str_as_given(),
                     o.stride().str_as_given(), o.padding().str_as_given(), o.dilation().str_as_given(),
                     python(o.ceil_mode()));
}

template <std::size_t N>
std::string repr(const AvgPoolOptions<N>& o) {
  const auto text = [](const ExpandingArray<N>& v) { return N == 1 ? v.str() : v.str_as_given(); };
  return fmt::format("kernel_size={}, stride={}, padding={}", text(o.kernel_size()), text(o.stride()),
                     text(o.padding()));
}

template <std::size_t N>
std::string repr(const AdaptivePoolOptions<N>& options) {
  const auto& size = options.output_size();
  const auto one = [](const std::optional<std::int64_t>& n) { return n ? fmt::format("{}", *n) : "None"; };
  if (options.one_for_all()) {
    return "output_size=" + one(size[0]);
  }
  if (N == 1) return "output_size=(" + one(size[0]) + ",)";
  std::string text;
  for (const auto& n : size) text += (text.empty() ? "" : ", ") + one(n);
  return "output_size=(" + text + ")";
}

template std::string repr(const MaxPoolOptions<1>&);
template std::string repr(const MaxPoolOptions<2>&);
template std::string repr(const MaxPoolOptions<3>&);
template std::string repr(const AvgPoolOptions<1>&);
template std::string repr(const AvgPoolOptions<2>&);
template std::string repr(const AvgPoolOptions<3>&);
template std::string repr(const AdaptivePoolOptions<1>&);
template std::string repr(const AdaptivePoolOptions<2>&);
template std::string repr(const AdaptivePoolOptions<3>&);

}  // namespace xgrad::nn::detail
