#include <xgrad/plot/values.hpp>

#include <numeric>

namespace xgrad::plotting {
namespace {

/// The elements in row-major order.
std::vector<double> read(const Array& array) {
  check<ValueError>(array.defined(), "cannot plot an undefined tensor");
  const auto count = static_cast<std::size_t>(array.numel());
  std::vector<double> out;
  out.reserve(count);
  dispatch(array.dtype(), [&]<class T>() {
    const T* data = array.data<T>();
    Dims index(array.sizes().size(), 0);
    for (std::size_t i = 0; i < count; ++i) {
      std::int64_t at = 0;
      for (std::size_t d = 0; d < index.size(); ++d) at += index[d] * array.strides()[d];
      out.push_back(static_cast<double>(data[at]));
      for (std::size_t d = index.size(); d-- > 0;) {
        if (++index[d] < array.sizes()[d]) break;
        index[d] = 0;
      }
    }
  });
  return out;
}

/// "(3, 28, 28)"
std::string tuple(const Dims& sizes) {
  std::string out;
  for (const std::int64_t s : sizes) out += fmt::format("{}{}", out.empty() ? "" : ", ", s);
  return fmt::format("({}{})", out, sizes.size() == 1 ? "," : "");
}

[[noreturn]] void fail_shape(const Dims& sizes) {
  TypeError error(fmt::format("Invalid shape {} for image data", tuple(sizes)));
  if (sizes.size() == 3 && (sizes[0] == 3 || sizes[0] == 4)) {
    error.set_hint("channels come last in a picture: imshow(image.permute({1, 2, 0}))");
  } else {
    error.set_hint("imshow takes one image: (H, W), (1, H, W), (H, W, 1), (H, W, 3) or (H, W, 4)");
  }
  throw error;
}

}  // namespace

Values::Values(const Array& array) {
  check<ValueError>(array.defined(), "cannot plot an undefined tensor");
  check<ValueError>(array.dim() <= 1, "expected numbers in one dimension, but got a tensor of shape {}",
                    to_string(array.sizes()));
  numbers_ = read(array);
}

Values Values::indices(std::size_t n) {
  Values out;
  out.numbers_.resize(n);
  std::iota(out.numbers_.begin(), out.numbers_.end(), 0.0);
  return out;
}

void Values::append(const Array& array) {
  const std::vector<double> one = read(array);
  check<ValueError>(one.size() == 1, "expected tensors of one element each, but got one of shape {}",
                    to_string(array.sizes()));
  numbers_.push_back(one[0]);
}

Pixels::Pixels(const Array& array) : floating_(array.defined() && is_floating_point(array.dtype())) {
  numbers_ = read(array);
  const Dims& sizes = array.sizes();
  const auto size = [&](std::size_t d) { return static_cast<std::size_t>(sizes[d]); };
  if (sizes.size() == 2) {
    rows_ = size(0), cols_ = size(1);
  } else if (sizes.size() == 3 && (sizes[2] == 3 || sizes[2] == 4)) {
    rows_ = size(0), cols_ = size(1), channels_ = size(2);
  } else if (sizes.size() == 3 && sizes[0] == 1) {
    rows_ = size(1), cols_ = size(2);
  } else if (sizes.size() == 3 && sizes[2] == 1) {
    rows_ = size(0), cols_ = size(1);
  } else {
    fail_shape(sizes);
  }
  check_not_empty();
}

void Pixels::check_not_empty() const {
  check<ValueError>(rows_ > 0 && cols_ > 0, "imshow: the image has no pixels ({} x {})", rows_, cols_);
}

}  // namespace xgrad::plotting
