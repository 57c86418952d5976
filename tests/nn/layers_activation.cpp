#include "layers.hpp"

namespace xgrad::test {
namespace {

using namespace kwargs;

[[maybe_unused]] const bool activation_added = add_layers({
    {"ReLU6", one<nn::ReLU6>({2, 3})},
    {"ReLU6_inplace", one<nn::ReLU6>({2, 3}, inplace = true)},
    {"LeakyReLU", one<nn::LeakyReLU>({2, 3})},
    {"LeakyReLU_inplace", one<nn::LeakyReLU>({2, 3}, nn::LeakyReLUOptions(0.2).inplace(true))},
    {"ELU", one<nn::ELU>({2, 3})},
    {"ELU_inplace", one<nn::ELU>({2, 3}, 0.5, true)},
    {"CELU", one<nn::CELU>({2, 3}, alpha = 2.0)},
    {"SELU", one<nn::SELU>({2, 3})},
    {"SELU_inplace", one<nn::SELU>({2, 3}, nn::SELUOptions().inplace(true))},
    {"GELU", one<nn::GELU>({2, 3})},
    {"GELU_tanh", one<nn::GELU>({2, 3}, nn::GELUOptions().approximate("tanh"))},
    {"SiLU", one<nn::SiLU>({2, 3})},
    {"SiLU_inplace", one<nn::SiLU>({2, 3}, inplace = true)},
    {"Mish", one<nn::Mish>({2, 3})},
    {"Softplus", one<nn::Softplus>({2, 3})},
    {"Softshrink", one<nn::Softshrink>({2, 3})},
    {"Hardshrink", one<nn::Hardshrink>({2, 3}, nn::HardshrinkOptions(1.25))},
    {"Hardtanh", one<nn::Hardtanh>({2, 3})},
    {"Hardtanh_inplace", one<nn::Hardtanh>({2, 3}, nn::HardtanhOptions().min_val(-0.5).max_val(1.5).inplace(true))},
    {"Hardsigmoid", one<nn::Hardsigmoid>({2, 3})},
    {"Hardswish", one<nn::Hardswish>({2, 3})},
    {"Threshold", one<nn::Threshold>({2, 3}, 0.5, 20.0)},
    {"GLU", one<nn::GLU>({2, 4})},
    {"Softsign", one<nn::Softsign>({2, 3})},
    {"Tanhshrink", one<nn::Tanhshrink>({2, 3})},
    {"LogSigmoid", one<nn::LogSigmoid>({2, 3})},
    {"RReLU", one<nn::RReLU>({2, 3})},
    {"PReLU", one<nn::PReLU>({2, 3})},
    {"PReLU_channels", one<nn::PReLU>({2, 3, 2}, 3, kw::init = 0.1)},
    {"Softmin", one<nn::Softmin>({2, 3}, dim = 1)},
    {"Softmax2d", one<nn::Softmax2d>({2, 3, 2, 2})},
});

}  // namespace
}  // namespace xgrad::test
