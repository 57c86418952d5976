#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/patches.hpp>

#include <array>

namespace xgrad {
namespace {

using Pair = std::array<std::int64_t, 2>;

Pair pair(IntArrayRef list, const char* name) {
  check(list.size() == 1 || list.size() == 2, "It is expected {} equals to 2, but got size {}", name, list.size());
  return {list[0], list[list.size() == 1 ? 0 : 1]};
}

/// How an image is cut into patches.
struct Patches {
  Pair image, kernel, dilation, padding, stride;

  Patches(Pair size, IntArrayRef k, IntArrayRef d, IntArrayRef p, IntArrayRef s)
      : image(size),
        kernel(pair(k, "kernel_size")),
        dilation(pair(d, "dilation")),
        padding(pair(p, "padding")),
        stride(pair(s, "stride")) {
    check(kernel[0] > 0 && kernel[1] > 0,
          "kernel size should be greater than zero, but got kernel_height: {} kernel_width: {}", kernel[0], kernel[1]);
    check(dilation[0] > 0 && dilation[1] > 0,
          "dilation should be greater than zero, but got dilation_height: {} dilation_width: {}", dilation[0],
          dilation[1]);
    check(padding[0] >= 0 && padding[1] >= 0, "padding should be non-negative, but got pad_height: {} pad_width: {}",
          padding[0], padding[1]);
    check(stride[0] > 0 && stride[1] > 0,
          "stride should be greater than zero, but got stride_height: {} stride_width: {}", stride[0], stride[1]);
  }
  Pair padded() const { return {image[0] + 2 * padding[0], image[1] + 2 * padding[1]}; }
  Pair places() const {
    Pair out{};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t room = padded()[i] - dilation[i] * (kernel[i] - 1) - 1;
      out[i] = room < 0 ? 0 : room / stride[i] + 1;
    }
    return out;
  }
  std::int64_t count() const { return places()[0] * places()[1]; }
  /// Elements of [planes, kernel, kernel, places, places] in a packed padded image of that many planes.
  Dims view_sizes(std::int64_t planes) const { return {planes, kernel[0], kernel[1], places()[0], places()[1]}; }
  Dims view_strides() const {
    const std::int64_t row = padded()[1];
    return {padded()[0] * row, dilation[0] * row, dilation[1], stride[0] * row, stride[1]};
  }
  /// The image within its padded one [planes, H, W].
  Array inside(const Array& all) const {
    return all.slice(1, padding[0], padding[0] + image[0], 1).slice(2, padding[1], padding[1] + image[1], 1);
  }
  Array zeros(std::int64_t planes, ScalarType dtype) const {
    const Array all = Array::empty({planes, padded()[0], padded()[1]}, dtype);
    kernels::fill(all, 0);
    return all;
  }
};

Tensor columns_to_images(const Tensor& x, const Patches& p);

/// [N, C, H, W] to [N, C·kernel, places].
Tensor images_to_columns(const Tensor& x, const Patches& p) {
  const std::int64_t n = x.size(0), planes = n * x.size(1);
  told(p.kernel, p.dilation, p.padding, p.stride);
  return differentiable<"Im2ColBackward0">(
      inputs(x), {},
      [&](const Array*) {
        const Array all = p.zeros(planes, x.dtype());
        kernels::copy(p.inside(all), x.detach().reshape({planes, p.image[0], p.image[1]}).array());
        const Array patches = all.as_strided(p.view_sizes(planes), p.view_strides(), all.offset());
        return Tensor(kernels::contiguous_copy(patches))
            .view({n, x.size(1) * p.kernel[0] * p.kernel[1], p.count()})
            .array();
      },
      no_save, [p](const Saved&, const Tensor& g) -> Grads { return {columns_to_images(g, p)}; });
}

Tensor columns_to_images(const Tensor& x, const Patches& p) {
  const std::int64_t n = x.size(0), channels = x.size(1) / (p.kernel[0] * p.kernel[1]), planes = n * channels;
  told(p.image, p.kernel, p.dilation, p.padding, p.stride);
  return differentiable<"Col2ImBackward0">(
      inputs(x), {},
      [&](const Array*) {
        const Array all = p.zeros(planes, x.dtype());
        const Dims sizes = p.view_sizes(planes);
        kernels::scatter_add_strided(all.as_strided({all.numel()}, {1}, all.offset()), sizes, p.view_strides(), 0,
                                     x.detach().reshape(sizes).array());
        return Tensor(kernels::contiguous_copy(p.inside(all))).view({n, channels, p.image[0], p.image[1]}).array();
      },
      no_save, [p](const Saved&, const Tensor& g) -> Grads { return {images_to_columns(g, p)}; });
}

}  // namespace

Tensor im2col(const Tensor& x, IntArrayRef kernel_size, IntArrayRef dilation, IntArrayRef padding, IntArrayRef stride) {
  const bool batched = x.dim() == 4, image = x.dim() >= 2;
  const Patches p({image ? x.size(-2) : 1, image ? x.size(-1) : 1}, kernel_size, dilation, padding, stride);
  const bool fits = (x.dim() == 3 && x.size(0) != 0 && x.size(1) != 0 && x.size(2) != 0) ||
                    (batched && x.size(1) != 0 && x.size(2) != 0 && x.size(3) != 0);
  check(fits,
        "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but "
        "got: {}",
        x.sizes());
  check(p.count() > 0,
        "Given input with spatial size ({}, {}), kernel_size=({}, {}), dilation=({}, {}), padding=({}, {}), calculated "
        "shape of the array of sliding blocks as ({}, {}), but its components must be at least one.",
        p.image[0], p.image[1], p.kernel[0], p.kernel[1], p.dilation[0], p.dilation[1], p.padding[0], p.padding[1],
        p.places()[0], p.places()[1]);
  check<NotImplementedError>(x.is_floating_point(), "\"im2col_out_cpu\" not implemented for '{}'", x.dtype());
  if (batched) return images_to_columns(x, p);
  return images_to_columns(x.unsqueeze(0), p).squeeze(0);
}

Tensor col2im(const Tensor& x, IntArrayRef output_size, IntArrayRef kernel_size, IntArrayRef dilation,
              IntArrayRef padding, IntArrayRef stride) {
  check(output_size.size() == 2, "It is expected output_size equals to 2, but got size {}", output_size.size());
  const Patches p({output_size[0], output_size[1]}, kernel_size, dilation, padding, stride);
  const bool batched = x.dim() == 3;
  const bool fits = (x.dim() == 2 && x.size(0) != 0 && x.size(1) != 0) || (batched && x.size(1) != 0 && x.size(2) != 0);
  check(fits,
        "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, "
        "but got: {}",
        x.sizes());
  const std::int64_t of_kernel = p.kernel[0] * p.kernel[1];
  check(x.size(-2) % of_kernel == 0,
        "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
        "input.size(1)={} and kernel_size=({}, {}).",
        x.size(-2), p.kernel[0], p.kernel[1]);
  check(x.size(-1) == p.count(),
        "Given output_size=({}, {}), kernel_size=({}, {}), dilation=({}, {}), padding=({}, {}), stride=({}, {}), "
        "expected size of input's dimension 2 to match the calculated number of sliding blocks {} * {} = {}, but got "
        "input.size(2)={}.",
        p.image[0], p.image[1], p.kernel[0], p.kernel[1], p.dilation[0], p.dilation[1], p.padding[0], p.padding[1],
        p.stride[0], p.stride[1], p.places()[0], p.places()[1], p.count(), x.size(-1));
  check(p.image[0] >= 1 && p.image[1] >= 1,
        "Expected output spatial size to be positive, but got: output_size=({}, {}).", p.image[0], p.image[1]);
  check<NotImplementedError>(x.is_floating_point(), "\"col2im_out_cpu\" not implemented for '{}'", x.dtype());
  if (batched) return columns_to_images(x, p);
  return columns_to_images(x.unsqueeze(0), p).squeeze(0);
}

}  // namespace xgrad
