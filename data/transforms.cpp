#include <xgrad/data/transforms.hpp>

namespace xgrad::data::transforms {

Tensor ToTensor::operator()(const Tensor& image) const {
  check<ValueError>(image.dim() == 2 || image.dim() == 3, "pic should be 2/3 dimensional. Got {} dimensions.",
                    image.dim());
  const Tensor channels = image.dim() == 2 ? image.unsqueeze(0) : image.permute({2, 0, 1}).contiguous();
  return channels.dtype() == kUInt8 ? channels.to(get_default_dtype()).div_(255) : channels;
}

namespace detail {

Tensor per_channel(ArrayRef<double> values) { return tensor(values.vec(), kFloat32).view({-1, 1, 1}); }

Tensor normalize(const Tensor& x, const Tensor& mean, const Tensor& stddev) {
  check<TypeError>(x.is_floating_point(), "Input tensor should be a float tensor. Got torch.{}.", info(x.dtype()).name);
  return x.sub(mean.to(x.dtype())).div_(stddev.to(x.dtype()));
}

void check_stddev(const Tensor& stddev) {
  check<ValueError>(!stddev.eq(0).any().item<bool>(),
                    "std evaluated to zero after conversion to torch.float32, leading to division by zero.");
}

}  // namespace detail
}  // namespace xgrad::data::transforms
