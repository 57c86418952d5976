// nn's layers, each as a model.
#include "onnx_models.hpp"

#include <xgrad/xgrad.hpp>

namespace xgrad::onnx_cases {
namespace {

using Add = void (*)(const std::string&, std::function<Case(const std::string&)>);
Add add_case = nullptr;

template <class Make>
void layer(const std::string& name, Dims sizes, Make make) {
  add_case(name, [make, sizes](const std::string& n) { return case_of(n, make(), std::tuple(randn(sizes)), {}); });
}
/// With a batch that may have any size.
template <class Make>
void batched(const std::string& name, Dims sizes, Make make) {
  add_case(name, [make, sizes](const std::string& n) {
    Dims other = sizes;
    other[0] += 3;
    return case_of(n, make(), std::tuple(randn(sizes)), {std::tuple(randn(other))}, kwargs::input_names = {"x"},
                   kwargs::dynamic_axes = onnx::DynamicAxes{{"x", {{0, "batch"}}}});
  });
}

void activations() {
  const Dims sizes{3, 4};
#define XGRAD_CASE(NAME, ...) batched(#NAME, sizes, [] { return nn::NAME(__VA_ARGS__); })
  XGRAD_CASE(ReLU);
  XGRAD_CASE(ReLU6);
  XGRAD_CASE(LeakyReLU, nn::LeakyReLUOptions().negative_slope(0.2));
  XGRAD_CASE(ELU, nn::ELUOptions().alpha(0.7));
  XGRAD_CASE(SELU);
  XGRAD_CASE(CELU, 1.3);
  XGRAD_CASE(GELU);
  XGRAD_CASE(SiLU);
  XGRAD_CASE(Mish);
  XGRAD_CASE(Sigmoid);
  XGRAD_CASE(Tanh);
  XGRAD_CASE(Softplus);
  XGRAD_CASE(Softsign);
  XGRAD_CASE(Hardtanh);
  XGRAD_CASE(Hardsigmoid);
  XGRAD_CASE(Hardswish);
  XGRAD_CASE(LogSigmoid);
  XGRAD_CASE(Softshrink);
  XGRAD_CASE(Hardshrink);
  XGRAD_CASE(Tanhshrink);
  XGRAD_CASE(Threshold, 0.1, -2);
  XGRAD_CASE(PReLU);
  XGRAD_CASE(RReLU);
  XGRAD_CASE(Softmax, 1);
  XGRAD_CASE(LogSoftmax, 1);
  XGRAD_CASE(Softmin, 1);
  XGRAD_CASE(GLU, -1);
  XGRAD_CASE(Identity);
  XGRAD_CASE(Dropout);
#undef XGRAD_CASE
  batched("PReLU of channels", {2, 4, 3}, [] { return nn::PReLU(nn::PReLUOptions().num_parameters(4)); });
}

void products() {
  batched("Linear", {3, 4}, [] { return nn::Linear(4, 5); });
  batched("Linear of sequences", {3, 2, 4}, [] { return nn::Linear(4, 5); });
  batched("Linear without bias", {3, 4}, [] { return nn::Linear(nn::LinearOptions(4, 5).bias(false)); });
  batched("Conv1d", {2, 4, 9}, [] { return nn::Conv1d(nn::Conv1dOptions(4, 6, 3).stride(2).padding(1).groups(2)); });
  batched("Conv2d", {2, 4, 9, 7}, [] { return nn::Conv2d(nn::Conv2dOptions(4, 6, 3).dilation(2).padding(1)); });
  batched("Conv3d", {2, 2, 5, 4, 6}, [] { return nn::Conv3d(nn::Conv3dOptions(2, 3, 2)); });
  layer("Conv2d without a batch", {4, 9, 7}, [] { return nn::Conv2d(nn::Conv2dOptions(4, 6, 3)); });
  batched("ConvTranspose1d", {2, 4, 5},
          [] { return nn::ConvTranspose1d(nn::ConvTranspose1dOptions(4, 6, 3).stride(2).output_padding(1)); });
  batched("ConvTranspose2d", {2, 4, 5, 4},
          [] { return nn::ConvTranspose2d(nn::ConvTranspose2dOptions(4, 6, 3).stride(2).padding(1).groups(2)); });
  batched("ConvTranspose3d", {1, 2, 3, 4, 3}, [] { return nn::ConvTranspose3d(nn::ConvTranspose3dOptions(2, 3, 2)); });
}

void pooling() {
  batched("MaxPool1d", {2, 3, 9}, [] { return nn::MaxPool1d(nn::MaxPool1dOptions(3).stride(2).padding(1)); });
  batched("MaxPool2d", {2, 3, 9, 8}, [] { return nn::MaxPool2d(2); });
  layer("MaxPool2d rounding up", {2, 3, 9, 8}, [] { return nn::MaxPool2d(nn::MaxPool2dOptions(2).ceil_mode(true)); });
  batched("MaxPool3d", {1, 2, 4, 6, 4}, [] { return nn::MaxPool3d(2); });
  batched("AvgPool1d", {2, 3, 9}, [] { return nn::AvgPool1d(nn::AvgPool1dOptions(3).stride(2).padding(1)); });
  batched("AvgPool2d", {2, 3, 9, 8},
          [] { return nn::AvgPool2d(nn::AvgPool2dOptions(3).padding(1).count_include_pad(false)); });
  layer("AvgPool2d rounding up", {2, 3, 9, 8}, [] { return nn::AvgPool2d(nn::AvgPool2dOptions(2).ceil_mode(true)); });
  batched("AvgPool3d", {1, 2, 4, 6, 4}, [] { return nn::AvgPool3d(2); });
  batched("AdaptiveAvgPool2d to 1", {2, 3, 5, 7}, [] { return nn::AdaptiveAvgPool2d(1); });
  batched("AdaptiveAvgPool2d", {2, 3, 6, 4}, [] { return nn::AdaptiveAvgPool2d(2); });
  batched("AdaptiveMaxPool1d", {2, 3, 6}, [] { return nn::AdaptiveMaxPool1d(3); });
}

void norms() {
  batched("BatchNorm1d", {5, 3}, [] { return nn::BatchNorm1d(3); });
  batched("BatchNorm2d", {2, 3, 4, 5}, [] { return nn::BatchNorm2d(3); });
  batched("InstanceNorm2d", {2, 3, 4, 5}, [] { return nn::InstanceNorm2d(nn::InstanceNorm2dOptions(3).affine(true)); });
  batched("LayerNorm", {2, 3, 4}, [] { return nn::LayerNorm(nn::LayerNormOptions({3, 4})); });
  batched("GroupNorm", {2, 6, 4}, [] { return nn::GroupNorm(nn::GroupNormOptions(3, 6)); });
}

void padding_and_shapes() {
  batched("ReflectionPad2d", {1, 2, 4, 5}, [] {
    return nn::ReflectionPad2d(nn::ReflectionPad2dOptions({1, 2, 2, 1}));
  });
  batched("ReplicationPad1d", {1, 2, 4}, [] { return nn::ReplicationPad1d(nn::ReplicationPad1dOptions({1, 2})); });
  batched("ConstantPad2d", {1, 2, 4, 5}, [] { return nn::ConstantPad2d(nn::ConstantPad2dOptions({1, 0, 2, 1}, 0.5)); });
  batched("ZeroPad2d", {1, 2, 4, 5}, [] { return nn::ZeroPad2d(nn::ZeroPad2dOptions({1, 0, 2, 1})); });
  batched("Flatten", {2, 3, 4}, [] { return nn::Flatten(); });
  batched("PixelShuffle", {2, 8, 3, 4}, [] { return nn::PixelShuffle(2); });
  layer("Upsample nearest", {1, 2, 3, 4}, [] {
    return nn::Upsample(nn::UpsampleOptions().scale_factor(std::vector<double>{2, 2}).mode(kNearest));
  });
  layer("Upsample bilinear", {1, 2, 3, 4}, [] {
    return nn::Upsample(
        nn::UpsampleOptions().scale_factor(std::vector<double>{2, 3}).mode(kBilinear).align_corners(false));
  });
}

struct Embedded : nn::Module {
  nn::Embedding table = register_module("table", nn::Embedding(10, 6));
  Tensor forward(Tensor x) override { return table(x).sum(1); }
};

struct Attending : nn::Module {
  explicit Attending(std::int64_t width) : attention(register_module("attention", nn::MultiheadAttention(width, 2))) {}
  nn::MultiheadAttention attention;
  Tensor forward(Tensor x) override { return std::get<0>(attention(x, x, x)); }
};

/// Of [length, batch, features], both of which may have any size but for what `fixed_length` says.
template <class Make>
void recurrent(const std::string& name, Dims sizes, Make make, bool fixed_length = false) {
  add_case(name, [make, sizes](const std::string& n) { return case_of(n, make(), std::tuple(randn(sizes)), {}); });
  add_case(name + " with dynamic axes", [make, sizes, fixed_length](const std::string& n) {
    Dims other = sizes;
    onnx::DynamicAxes axes;
    for (std::size_t d = fixed_length ? 1 : 0; d + 1 < sizes.size(); ++d) {
      other[d] += 3;
      axes["input"][static_cast<std::int64_t>(d)] = d + 2 == sizes.size() ? "batch" : "length";
    }
    return case_of(n, make(), std::tuple(randn(sizes)), {std::tuple(randn(other))}, kwargs::dynamic_axes = axes);
  });
}

void sequences() {
  recurrent("LSTM", {5, 2, 4}, [] { return nn::LSTM(nn::LSTMOptions(4, 3).num_layers(2)); });
  recurrent("LSTM both ways", {2, 5, 4},
            [] { return nn::LSTM(nn::LSTMOptions(4, 3).bidirectional(true).batch_first(true)); });
  recurrent("GRU", {5, 2, 4}, [] { return nn::GRU(nn::GRUOptions(4, 3).num_layers(2).bidirectional(true)); });
  recurrent("GRU without bias", {5, 2, 4}, [] { return nn::GRU(nn::GRUOptions(4, 3).bias(false)); });
  recurrent("RNN", {5, 2, 4}, [] { return nn::RNN(nn::RNNOptions(4, 3)); });
  recurrent("RNN of relu", {5, 2, 4}, [] { return nn::RNN(nn::RNNOptions(4, 3).nonlinearity(kReLU)); });
  recurrent("LSTMCell", {2, 4}, [] { return nn::LSTMCell(4, 3); });
  recurrent("GRUCell", {2, 4}, [] { return nn::GRUCell(4, 3); });
  recurrent("RNNCell", {2, 4}, [] { return nn::RNNCell(4, 3); });
  recurrent("MultiheadAttention", {5, 2, 4}, [] { return std::make_shared<Attending>(4); });
  recurrent("TransformerEncoderLayer", {5, 2, 4},
            [] { return nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(4, 2).dim_feedforward(8)); });
  add_case("Embedding", [](const std::string& n) {
    return case_of(n, std::make_shared<Embedded>(), std::tuple(randint(0, 10, {3, 4})),
                   {std::tuple(randint(0, 10, {5, 2}))}, kwargs::input_names = {"words"},
                   kwargs::dynamic_axes = onnx::DynamicAxes{{"words", {{0, "batch"}, {1, "length"}}}});
  });
}

}  // namespace

void add_layer_models(Add add) {
  add_case = add;
  activations();
  products();
  pooling();
  norms();
  padding_and_shapes();
  sequences();
}

}  // namespace xgrad::onnx_cases
