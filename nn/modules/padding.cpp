#include <xgrad/nn/modules/padding.hpp>

namespace xgrad::nn {

namespace {

/// A tuple, or the one number.
template <class T, class Text>
std::string listed(const std::vector<T>& list, Text text) {
  if (list.size() == 1) return text(list[0]);
  std::string out;
  for (const T& v : list) out += (out.empty() ? "" : ", ") + text(v);
  return "(" + out + ")";
}

std::string whole(std::int64_t n) { return std::to_string(n); }
std::string fraction(double v) { return detail::python(v); }

}  // namespace

std::string UpsampleImpl::extra_repr() const {
  const std::string how = options.scale_factor() ? "scale_factor=" + listed(*options.scale_factor(), fraction)
                          : options.size()       ? "size=" + listed(*options.size(), whole)
                                                 : "size=None";
  return how + ", mode=" + options.mode();
}

Tensor UnflattenImpl::forward(Tensor input) { return input.unflatten(options.dim(), options.sizes()); }

std::string UnflattenImpl::extra_repr() const {
  std::string sizes = listed(options.sizes(), whole);
  if (options.sizes().size() == 1) sizes = "(" + sizes + ",)";
  return fmt::format("dim={}, unflattened_size={}", options.dim(), sizes);
}

}  // namespace xgrad::nn
