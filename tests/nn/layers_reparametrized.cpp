#include "layers.hpp"

namespace xgrad::test {
namespace {

using nn::utils::remove_spectral_norm;
using nn::utils::remove_weight_norm;
using nn::utils::spectral_norm;
using nn::utils::weight_norm;

/// Called as users call it, so that hooks run.
template <class Make>
MakeLayer called(Shape shape, Make make) {
  return [=] {
    const auto holder = make();
    return Layer{holder.ptr(), {shape}, [holder](const std::vector<Tensor>& x) { return as_list(holder(x.at(0))); }};
  };
}

nn::Conv2d conv() { return nn::Conv2d(2, 3, 2); }

[[maybe_unused]] const bool reparametrized_added = add_layers({
    {"Linear_weight_norm", called({2, 3}, [] { return weight_norm(nn::Linear(3, 4)); })},
    {"Linear_weight_norm_1", called({2, 3}, [] { return weight_norm(nn::Linear(3, 4, false), "weight", 1); })},
    {"Conv2d_weight_norm_whole", called({2, 2, 4, 4}, [] { return weight_norm(conv(), "weight", std::nullopt); })},
    {"ConvTranspose1d_weight_norm",
     called({2, 3, 4}, [] { return weight_norm(nn::ConvTranspose1d(3, 2, 3), "weight", 1); })},
    {"GRU_weight_norm",
     called({3, 2, 3}, [] { return weight_norm(weight_norm(nn::GRU(3, 4), "weight_hh_l0"), "weight_ih_l0"); })},
    {"Linear_weight_norm_removed", called({2, 3}, [] { return remove_weight_norm(weight_norm(nn::Linear(3, 4))); })},
    {"Linear_spectral_norm", called({2, 3}, [] { return spectral_norm(nn::Linear(3, 4)); })},
    {"Conv2d_spectral_norm", called({2, 2, 4, 4}, [] { return spectral_norm(conv(), "weight", 3); })},
    {"Conv2d_spectral_norm_1", called({2, 2, 4, 4}, [] { return spectral_norm(conv(), "weight", 1, 1e-3, 1); })},
    {"ConvTranspose2d_spectral_norm", called({2, 2, 3, 4}, [] { return spectral_norm(nn::ConvTranspose2d(2, 3, 2)); })},
    {"Linear_spectral_norm_removed",
     called({2, 3}, [] { return remove_spectral_norm(spectral_norm(nn::Linear(3, 4))); })},
});

}  // namespace
}  // namespace xgrad::test
