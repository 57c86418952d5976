/// Lazy layers, which learn from their first input how many inputs they have.
#pragma once

#include <xgrad/nn/modules/convolution.hpp>
#include <xgrad/nn/modules/linear.hpp>
#include <xgrad/nn/modules/normalization.hpp>
#include <xgrad/nn/options/lazy.hpp>

#include <string>
#include <vector>

namespace xgrad::nn {

namespace detail {

using Names = std::vector<std::string>;

// The number of inputs: of `x`, the first input of the layer that is called `name`; as saved in a tensor of the layer;
// and as an option.
inline std::int64_t inputs_of(const LinearOptions&, const Tensor& x, const std::string&) { return x.size(-1); }
inline std::int64_t saved_inputs(const LinearOptions&, const Tensor& weight) { return weight.size(1); }
inline void set_inputs(LinearOptions& o, std::int64_t n) { o.in_features(n); }
Names names_of(const auto& o) { return o.bias() ? Names{"weight", "bias"} : Names{"weight"}; }

template <std::size_t N>
std::int64_t channels_of(const Tensor& x, const std::string& name) {
  constexpr auto kBatched = static_cast<std::int64_t>(N) + 2;
  check(x.dim() == kBatched || x.dim() == kBatched - 1,
        "Expected {}D (unbatched) or {}D (batched) input to {}, but got input of size: torch.Size({})", kBatched - 1,
        kBatched, name, x.sizes());
  return x.size(x.dim() == kBatched ? 1 : 0);
}
template <std::size_t N>
std::int64_t inputs_of(const ConvOptions<N>&, const Tensor& x, const std::string& name) {
  return channels_of<N>(x, name);
}
template <std::size_t N>
std::int64_t saved_inputs(const ConvOptions<N>& o, const Tensor& weight) {
  return weight.size(1) * o.groups();
}
template <std::size_t N>
void set_inputs(ConvOptions<N>& o, std::int64_t n) {
  o.in_channels(n);
}

template <std::size_t N>
std::int64_t inputs_of(const ConvTransposeOptions<N>&, const Tensor& x, const std::string& name) {
  return channels_of<N>(x, name);
}
template <std::size_t N>
std::int64_t saved_inputs(const ConvTransposeOptions<N>&, const Tensor& weight) {
  return weight.size(0);
}
template <std::size_t N>
void set_inputs(ConvTransposeOptions<N>& o, std::int64_t n) {
  o.in_channels(n);
}

template <class Options>
concept NormOptions = std::same_as<Options, BatchNormOptions> || std::same_as<Options, InstanceNormOptions>;
std::int64_t inputs_of(const NormOptions auto&, const Tensor& x, const std::string&) { return x.size(1); }
std::int64_t saved_inputs(const NormOptions auto&, const Tensor& numbers) { return numbers.size(0); }
void set_inputs(NormOptions auto& o, std::int64_t n) { o.num_features(n); }
Names names_of(const NormOptions auto& o) {
  Names names;
  if (o.affine()) names = {"weight", "bias"};
  if (o.track_running_stats()) names.insert(names.end(), {"running_mean", "running_var", "num_batches_tracked"});
  return names;
}

/// A `Plain` layer without the number of its inputs. The first call finds it, makes and draws the parameters, and from
/// then on the layer is, and prints as, what it is derived from. Loading saved parameters does that too. Until then its
/// tensors are undefined, and parameters() throws: call the model once before an optimiser is made.
template <class Derived, class Plain, class OptionsType>
class Lazy : public Plain {
 public:
  using Options = OptionsType;

  Lazy() requires NormOptions<decltype(Plain::options)> : Lazy(Options()) {}
  explicit Lazy(const Options& given) : Plain(Lazily{}, static_cast<const decltype(Plain::options)&>(given)) {
    this->announce(names_of(this->options));
  }
  template <class First, class... Rest>
  requires(LooseArguments<Options, First, Rest...> && !ModuleType<First>) explicit Lazy(First&& first, Rest&&... rest)
      : Lazy(options_of<Options>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  Tensor forward(Tensor input) override {
    meet(input);
    return Plain::forward(std::move(input));
  }
  /// With the further arguments of a transposed convolution.
  template <class... More>
  requires(sizeof...(More) > 0 && ForwardTakes<Plain, Tensor, More...>) Tensor forward(Tensor input, More&&... more) {
    meet(input);
    return Plain::forward(std::move(input), std::forward<More>(more)...);
  }

  using Plain::to;
  void to(ScalarType dtype, bool non_blocking = false) override {
    if (this->has_uninitialized_params()) this->options.dtype(dtype);
    Plain::to(dtype, non_blocking);
  }

  ModuleBase::Pointer clone(const std::optional<Device>& device = std::nullopt) const override {
    if (!this->has_uninitialized_params()) return Plain::clone(device);
    auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    copy->start_anew();
    copy->announce(names_of(this->options));
    return copy;
  }

 private:
  void meet(const Tensor& input) {
    if (this->has_uninitialized_params()) initialize(inputs_of(this->options, input, this->short_name()));
  }

  void initialize(std::int64_t inputs) {
    set_inputs(this->options, inputs);
    Plain::reset();
    this->become_initialized(Derived::kPlain);
  }

  void before_loading(const OrderedDict<std::string, Tensor>& source, const std::string& prefix) override {
    if (!this->has_uninitialized_params()) return;
    for (const std::string& name : names_of(this->options)) {
      const Tensor* saved = source.find(prefix + name);
      if (!saved || !saved->defined() || saved->dim() == 0) continue;
      const Array random_state = default_generator().get_state<Array>();  // what is drawn will be overwritten
      initialize(saved_inputs(this->options, *saved));
      default_generator().set_state(random_state);
      return;
    }
  }
};

}  // namespace detail

/// A Linear whose in_features is the last dimension of its first input. Options: out_features, bias = true.
///
///     nn::Sequential net{nn::Flatten(), nn::LazyLinear(50), nn::ReLU(), nn::LazyLinear(10)};
///     net(images);  // now its layers have weights
class LazyLinearImpl : public detail::Lazy<LazyLinearImpl, LinearImpl, LazyLinearOptions> {
 public:
  using Lazy::Lazy;
  static constexpr const char* kPlain = "Linear";
};
XGRAD_LAYER(LazyLinear);

// One lazy layer's Impl.
#define XGRAD_LAZY_IMPL(NAME, OPTIONS)                                                  \
  class Lazy##NAME##Impl : public detail::Lazy<Lazy##NAME##Impl, NAME##Impl, OPTIONS> { \
   public:                                                                              \
    using Lazy::Lazy;                                                                   \
    static constexpr const char* kPlain = #NAME;                                        \
  }
// With its holder, or with one that takes numbers between braces.
#define XGRAD_LAZY(NAME, OPTIONS) \
  XGRAD_LAZY_IMPL(NAME, OPTIONS); \
  XGRAD_LAYER(Lazy##NAME)
#define XGRAD_LAZY_SIZED(NAME, OPTIONS) \
  XGRAD_LAZY_IMPL(NAME, OPTIONS);       \
  XGRAD_SIZED_LAYER(Lazy##NAME, SECOND)

/// Convolutions whose in_channels come from their first input. Options as those of the plain ones, from out_channels
/// on.
XGRAD_LAZY(Conv1d, LazyConvOptions<1>);
XGRAD_LAZY_SIZED(Conv2d, LazyConvOptions<2>);
XGRAD_LAZY_SIZED(Conv3d, LazyConvOptions<3>);
XGRAD_LAZY(ConvTranspose1d, LazyConvTransposeOptions<1>);
XGRAD_LAZY_SIZED(ConvTranspose2d, LazyConvTransposeOptions<2>);
XGRAD_LAZY_SIZED(ConvTranspose3d, LazyConvTransposeOptions<3>);

/// Norms whose num_features come from their first input. Options as those of the plain ones, from eps on.
XGRAD_LAZY(BatchNorm1d, LazyNormOptions<BatchNormOptions>);
XGRAD_LAZY(BatchNorm2d, LazyNormOptions<BatchNormOptions>);
XGRAD_LAZY(BatchNorm3d, LazyNormOptions<BatchNormOptions>);
XGRAD_LAZY(InstanceNorm1d, LazyNormOptions<InstanceNormOptions>);
XGRAD_LAZY(InstanceNorm2d, LazyNormOptions<InstanceNormOptions>);
XGRAD_LAZY(InstanceNorm3d, LazyNormOptions<InstanceNormOptions>);
#undef XGRAD_LAZY_SIZED
#undef XGRAD_LAZY
#undef XGRAD_LAZY_IMPL

}  // namespace xgrad::nn
