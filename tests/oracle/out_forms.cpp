#include "out_forms.hpp"

#include <xgrad/autograd/array/warning.hpp>

#include <stdexcept>

namespace xgrad::op_table {

std::pair<Outcome, int> evaluate_into(const Row& row, const Values& in, const std::vector<Tensor>& outs) {
  Outcome out;
  int warnings = 0;
  const WarningHandlerGuard count([&](const std::string&) { ++warnings; });
  try {
    std::vector<std::span<const Tensor>> arguments;
    each_tensor(in, [&](const Tensor& t) { arguments.emplace_back(&t, 1); });
    manual_seed(kSeed);
    OutCall call(row.aten, *out_rule(row.aten), outs, arguments);
    std::vector<Tensor> results = row.call(in);
    call.write(results);
    for (const Tensor& t : outs) out.results.push_back(t.detach());
  } catch (const Error& e) {
    out.error = first_line(e.what());
  }
  return {out, warnings};
}

Tensor fitting_out(const Tensor& result) { return full(result.sizes(), 1, TensorOptions(result.dtype())); }

const std::map<std::string, const char*>& out_exceptions() {
  static const std::map<std::string, const char*> all{
      {"smooth_l1_loss", "a function of nn.functional, which takes no out"},
      {"huber_loss", "the same"},
      {"soft_margin_loss", "the same"},
      {"multi_margin_loss", "the same"},
      {"multilabel_margin_loss", "the same"},
      {"im2col", "PyTorch's F.unfold, which takes no out"},
      {"col2im", "PyTorch's F.fold, which takes no out"},
      {"upsample_bicubic2d", "PyTorch's F.interpolate, which takes no out"},
      {"_upsample_nearest_exact1d", "the same"},
      {"_upsample_nearest_exact2d", "the same"},
      {"_upsample_nearest_exact3d", "the same"},
      {"_upsample_bilinear2d_aa", "the same"},
      {"_upsample_bicubic2d_aa", "the same"},
      {"pixel_shuffle", "a function of nn.functional, which takes no out"},
      {"pixel_unshuffle", "the same"},
      {"channel_shuffle", "the same"},
      {"fractional_max_pool2d", "a function of nn.functional, which takes no out"},
      {"fractional_max_pool3d", "the same"},
      {"grid_sampler_2d", "PyTorch's F.grid_sample, which takes no out"},
      {"grid_sampler_3d", "the same"},
      {"affine_grid_generator", "PyTorch's F.affine_grid, which takes no out"},
      {"adaptive_avg_pool3d", "PyTorch's refuses batches without channels if it is given out"},
      {"new_zeros", "Python has no such form of PyTorch's, whose C++ names are generated"},
      {"new_ones", "the same"},
      {"new_full", "the same"},
      {"scalar_tensor", "the same"},
      {"normal", "PyTorch's does not give out its shape"},
      {"binary_cross_entropy",
       "PyTorch's takes the mean in out itself, and its form with out is wrong unless out is empty"},
  };
  return all;
}

bool has_its_own_name(const Row& row) { return row.name.substr(0, row.name.find('.')) == row.aten; }

OutForm out_form(const Row& row) {
  constexpr int kSamples = 4;
  OutForm seen;
  if (row.only_in_place() || !has_its_own_name(row) || !out_rule(row.aten)) return seen;
  int compared = 0;
  for (const Sample& s : row.samples) {
    if (s.compared() < Compared::Values || compared == kSamples) continue;
    const std::vector<Tensor> expected = evaluate(row, s.in, Twin::OutOfPlace, Order::Values).results;
    if (expected.empty()) continue;
    ++compared;
    std::vector<Tensor> outs;
    for (const Tensor& r : expected) outs.push_back(fitting_out(r));
    Values plain = s.in;
    each_tensor(plain, [](Tensor& x) { x = x.detach(); });
    const Outcome ours = evaluate_into(row, plain, outs).first;
    const std::string other = ours.error ? *ours.error : difference(ours.results, expected, {.strides = false});
    if (!other.empty()) throw std::logic_error(describe(row, s) + " with out: " + other);
    const bool theirs = !out_exceptions().contains(row.aten) && pytorch_has_out_form(row, s.in, expected.size());
    (theirs ? seen.equal : seen.more) = true;
  }
  return seen;
}

}  // namespace xgrad::op_table
