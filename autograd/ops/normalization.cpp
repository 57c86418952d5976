#include <xgrad/autograd/kernels/normalization.hpp>
#include <xgrad/autograd/ops/normalization.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {

using kernels::NormLayout;

namespace {

/// What a layout is to tensor operations.
struct Shapes {
  Dims four, scales, over, statistics;
  explicit Shapes(const NormLayout& l)
      : four{l.d[0], l.d[1], l.d[2], l.d[3]},
        scales{1, l.d[1], l.d[2], 1},
        over{2, 3},
        statistics{l.across ? 1 : l.d[0], l.d[1], 1, 1} {
    if (l.across) over.insert(0, 0);
  }
};

/// The gradients of x, weight and bias by differentiable operations, for a graph of them.
Grads recorded_gradients(const Saved& s, const Tensor& given, const NormLayout& layout, double eps, bool weighted) {
  const Shapes shapes(layout);
  const Tensor x = s.input(0).reshape(shapes.four), g = given.reshape(shapes.four);
  const Tensor centred = x - x.mean(shapes.over, true);
  const Tensor rstd = (centred.square().mean(shapes.over, true) + eps).rsqrt(), hat = centred * rstd;
  Grads out(3);
  if (s.needs(0)) {
    const Tensor scaled = weighted ? g * s.input(1).reshape(shapes.scales) : g;
    const Tensor dx = rstd * (scaled - scaled.mean(shapes.over, true) - hat * (scaled * hat).mean(shapes.over, true));
    out[0] = dx.reshape(given.sizes());
  }
  if (s.needs(1)) out[1] = (g * hat).sum({0, 3}).reshape(s.input(1).sizes());
  if (s.needs(2)) out[2] = g.sum({0, 3});
  return out;
}

/// The normalised x; mean and rstd are handed out where asked for.
template <FixedString Name>
Tensor normalized(const Tensor& x, const Tensor& weight, const Tensor& bias, const NormLayout& layout, double eps,
                  Tensor* mean_out = nullptr, Tensor* rstd_out = nullptr) {
  Tensor mean, rstd;
  const Tensor result = differentiable<Name>(
      inputs(x, weight, bias), {},
      [&](const Array*) {
        auto parts = kernels::normalize(x.array(), weight.defined() ? &weight.array() : nullptr,
                                        bias.defined() ? &bias.array() : nullptr, layout, eps);
        mean = Tensor(std::move(parts.mean));
        rstd = Tensor(std::move(parts.rstd));
        return parts.y;
      },
      [&](Save& s) {
        s.input(0);
        s.tensor(mean);
        s.tensor(rstd);
        if (weight.defined()) s.input(1);
      },
      [layout, eps, weighted = weight.defined(), bias_sizes = bias.defined() ? Dims(bias.sizes()) : Dims()](
          const Saved& s, const Tensor& g) -> Grads {
        if (detail::grad_mode) {
          Grads out = recorded_gradients(s, g, layout, eps, weighted);
          if (out[2].defined()) out[2] = out[2].reshape(bias_sizes);
          return out;
        }
        auto d = kernels::normalize_backward(g.array(), s.input(0).array(), weighted ? &s.input(1).array() : nullptr,
                                             s.tensor(0).array(), s.tensor(1).array(), layout);
        return {s.needs(0) ? Tensor(std::move(d.x)) : Tensor(),
                s.needs(1) ? Tensor(d.weight.view(s.input(1).sizes())) : Tensor(),
                s.needs(2) ? Tensor(d.bias.view(bias_sizes)) : Tensor()};
      });
  if (mean_out) *mean_out = mean;
  if (rstd_out) *rstd_out = rstd;
  return result;
}

std::int64_t product(IntArrayRef sizes) {
  std::int64_t n = 1;
  for (const std::int64_t s : sizes) n *= s;
  return n;
}

/// The gradients of with_statistics by differentiable operations.
Grads recorded_gradients(const Saved& s, const Tensor& g, bool weighted, const Dims& bias_sizes) {
  const Tensor &x = s.input(0), &mean = s.tensor(0), &rstd = s.tensor(1);
  Dims along(static_cast<std::size_t>(x.dim()), 1), over{0};
  along[1] = x.size(1);
  for (std::int64_t d = 2; d < x.dim(); ++d) over.push_back(d);
  Grads out(3);
  if (s.needs(0)) out[0] = g * (weighted ? rstd * s.input(1) : rstd).view(along);
  if (s.needs(1)) out[1] = (g * ((x - mean.view(along)) * rstd.view(along))).sum(over).view(s.input(1).sizes());
  if (s.needs(2)) out[2] = g.sum(over).view(bias_sizes);
  return out;
}

/// y = (x − mean)·rstd·weight + bias with the statistics as they are
///     dx = g·rstd·weight, dweight = Σ g·(x − mean)·rstd, dbias = Σ g
Tensor with_statistics(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& mean, const Tensor& var,
                       double eps) {
  Tensor rstd;
  const NormLayout layout{{x.size(0), x.size(1), 1, product({x.sizes().data() + 2, x.sizes().size() - 2})}, true};
  return differentiable<"NativeBatchNormBackward0">(
      inputs(x, weight, bias), {},
      [&](const Array*) {
        const NoGradGuard no_grad;
        rstd = (var + eps).rsqrt();
        return kernels::normalize_with(mean.array(), rstd.array(), x.array(),
                                       weight.defined() ? &weight.array() : nullptr,
                                       bias.defined() ? &bias.array() : nullptr, layout);
      },
      [&](Save& s) {
        s.input(0);
        s.tensor(mean);
        s.tensor(rstd);
        if (weight.defined()) s.input(1);
      },
      [layout, weighted = weight.defined(), bias_sizes = bias.defined() ? Dims(bias.sizes()) : Dims()](
          const Saved& s, const Tensor& g) -> Grads {
        if (detail::grad_mode) return recorded_gradients(s, g, weighted, bias_sizes);
        auto d =
            kernels::normalize_backward(g.array(), s.input(0).array(), weighted ? &s.input(1).array() : nullptr,
                                        s.tensor(0).array(), s.tensor(1).array(), layout, kernels::Statistics::Fixed);
        return {s.needs(0) ? Tensor(std::move(d.x)) : Tensor(),
                s.needs(1) ? Tensor(d.weight.view(s.input(1).sizes())) : Tensor(),
                s.needs(2) ? Tensor(d.bias.view(bias_sizes)) : Tensor()};
      });
}

/// `numbers` has as many elements as x has channels.
void check_count(const char* name, const Tensor& numbers, std::int64_t channels) {
  check(!numbers.defined() || numbers.numel() == channels, "{} should contain {} elements not {}", name, channels,
        numbers.defined() ? numbers.numel() : 0);
}

void check_parameters(const char* kernel, const char* words, const Tensor& x,
                      std::initializer_list<const Tensor*> parameters) {
  check<NotImplementedError>(x.is_floating_point(), "\"{}\" not implemented for '{}'", kernel, x.dtype());
  for (const Tensor* p : parameters) {
    check(!p->defined() || p->dtype() == x.dtype(), "{} {}{}", words, info(x.dtype()).cname,
          std::string_view(words).starts_with("mixed") || !p->defined()
              ? ""
              : fmt::format(" but found {}", info(p->dtype()).cname));
  }
}

/// running ← (1 − momentum)·running + momentum·now, unrecorded.
void move_towards(const Tensor& running, const Tensor& now, double momentum) {
  if (!running.defined()) return;
  const NoGradGuard no_grad;
  running.copy_(running * (1 - momentum) + now * momentum);
}

/// The variance divided by n − 1, from 1/√(var + eps).
Tensor unbiased(const Tensor& rstd, double eps, std::int64_t n) {
  const NoGradGuard no_grad;
  return (rstd.to(kFloat64).pow(-2) - eps) * (static_cast<double>(n) / static_cast<double>(n - 1));
}

Tensor norm_by_channel(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                       const Tensor& running_var, bool across, double momentum, double eps) {
  const std::int64_t channels = x.size(1), pixels = product({x.sizes().data() + 2, x.sizes().size() - 2});
  const NormLayout layout{{x.size(0), channels, 1, pixels}, across};
  Tensor mean, rstd;
  const Tensor y = normalized<"NativeBatchNormBackward0">(x, weight, bias, layout, eps, &mean, &rstd);
  if (running_mean.defined() || running_var.defined()) {
    const NoGradGuard no_grad;
    const Dims by_sample{across ? 1 : x.size(0), channels};
    move_towards(running_mean, mean.view(by_sample).mean(0), momentum);
    move_towards(running_var, unbiased(rstd, eps, layout.count()).view(by_sample).mean(0), momentum);
  }
  return y;
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var, bool training, double momentum, double eps, bool) {
  const bool by_batch = training || x.numel() == 0;
  check(by_batch || running_mean.defined(), "running_mean must be defined in evaluation mode");
  const std::int64_t channels = x.size(1);
  if (running_mean.defined()) check_count("running_mean", running_mean, channels);
  if (running_var.defined()) {
    check_count("running_var", running_var, channels);
  } else {
    check(by_batch, "running_var must be defined in evaluation mode");
  }
  check_count("weight", weight, channels);
  check_count("bias", bias, channels);
  check_parameters("batch_norm", "mixed dtype (CPU): expect parameter to have scalar type of", x,
                   {&weight, &bias, &running_mean, &running_var});
  told(training, momentum, eps);
  return as_one("batch_norm", {&x, &weight, &bias, &running_mean, &running_var}, [&] {
    if (!training && running_mean.defined() && running_var.defined())
      return with_statistics(x, weight, bias, running_mean, running_var, eps);
    return norm_by_channel(x, weight, bias, running_mean, running_var, true, momentum, eps);
  });
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                     const Tensor& running_var, bool use_input_stats, double momentum, double eps, bool) {
  check(use_input_stats || (running_mean.defined() && running_var.defined()),
        "Expected running_mean and running_var to be defined when use_input_stats is false");
  const std::int64_t channels = x.size(1), samples = x.size(0);
  const auto check_each = [&](const char* name, const Tensor& t) {
    check(!t.defined() || t.numel() == channels, "{} should contain {} elements not {}", name, samples * channels,
          t.defined() ? samples * t.numel() : 0);
  };
  check_each("running_mean", running_mean);
  check_each("running_var", running_var);
  check_each("weight", weight);
  check_each("bias", bias);
  check_parameters("batch_norm", "mixed dtype (CPU): expect parameter to have scalar type of", x,
                   {&weight, &bias, &running_mean, &running_var});
  told(use_input_stats, momentum, eps);
  return as_one("instance_norm", {&x, &weight, &bias, &running_mean, &running_var}, [&] {
    if (!use_input_stats) return with_statistics(x, weight, bias, running_mean, running_var, eps);
    return norm_by_channel(x, weight, bias, running_mean, running_var, false, momentum, eps);
  });
}

Tensor layer_norm(const Tensor& x, IntArrayRef normalized_shape, const Tensor& weight, const Tensor& bias, double eps,
                  bool) {
  const std::size_t n = normalized_shape.size();
  check(n >= 1,
        "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got "
        "normalized_shape = {}",
        normalized_shape);
  const auto fits = [&](const char* name, const Tensor& t) {
    check(!t.defined() || t.sizes() == normalized_shape,
          "Expected {0} to be of same shape as normalized_shape, but got {0} of shape {1} and normalized_shape = {2}",
          name, t.defined() ? t.sizes() : IntArrayRef(), normalized_shape);
  };
  fits("weight", weight);
  fits("bias", bias);
  std::string wanted;
  for (const std::int64_t s : normalized_shape) wanted += fmt::format(", {}", s);
  check(
      x.dim() >= static_cast<std::int64_t>(n) && IntArrayRef(x.sizes().end() - n, x.sizes().end()) == normalized_shape,
      "Given normalized_shape={}, expected input with shape [*{}], but got input of size{}", normalized_shape, wanted,
      x.sizes());
  check_parameters("LayerNormKernelImpl", "expected scalar type", x, {&weight, &bias});
  const std::int64_t length = product(normalized_shape);
  const std::int64_t rows = product({x.sizes().data(), x.sizes().size() - n});
  told(normalized_shape, eps);
  return as_one("layer_norm", {&x, &weight, &bias}, [&] {
    return normalized<"NativeLayerNormBackward0">(x, weight, bias, {{rows, 1, length, 1}, false}, eps);
  });
}

Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight, const Tensor& bias, double eps,
                  bool) {
  const std::int64_t samples = x.size(0), channels = x.size(1);
  check(num_groups > 0, "Expected num groups to be greater than 0, got {}", num_groups);
  check(channels % num_groups == 0,
        "Expected number of channels in input to be divisible by num_groups, but got input of shape {} and "
        "num_groups={}",
        x.sizes(), num_groups);
  const auto fits = [&](const char* name, const Tensor& t) {
    check(!t.defined() || (t.dim() == 1 && t.numel() == channels),
          "Expected {0} to be a vector of size equal to the number of channels in input, but got {0} of shape {1} and "
          "input of shape {2}",
          name, t.defined() ? t.sizes() : IntArrayRef(), x.sizes());
  };
  fits("weight", weight);
  fits("bias", bias);
  check_parameters("GroupNormKernelImpl", "expected scalar type", x, {&weight, &bias});
  const std::int64_t pixels = product({x.sizes().data() + 2, x.sizes().size() - 2});
  told(num_groups, eps);
  return as_one("group_norm", {&x, &weight, &bias}, [&] {
    return normalized<"NativeGroupNormBackward0">(x, weight, bias,
                                                  {{samples, num_groups, channels / num_groups, pixels}, false}, eps);
  });
}

}  // namespace xgrad
