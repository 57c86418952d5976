#include "op_table.hpp"

namespace xgrad::op_table {

using T = const Tensor&;

std::vector<Row> loss_rows() {
  std::vector<Row> rows;
  for (const Reduction r : {Reduction::Mean, Reduction::Sum, Reduction::None}) {
    const std::string reduction = r == Reduction::Mean ? "mean" : r == Reduction::Sum ? "sum" : "none";
    const auto add = [&](const std::string& before, auto f, const std::string& after = "") {
      rows.push_back(row(before + "." + reduction + after, f, after.starts_with(".weight") ? kConstantWeights : kNone));
    };
    add("nll_loss", [r](T x, T y) { return nll_loss(x, y, {}, r); });
    add(
        "nll_loss", [r](T x, T y, T w) { return nll_loss(x, y, w, r); }, ".weight");
    add("cross_entropy_loss", [r](T x, T y) { return cross_entropy_loss(x, y, {}, r); });
    add(
        "cross_entropy_loss", [r](T x, T y, T w) { return cross_entropy_loss(x, y, w, r); }, ".weight");
    add(
        "cross_entropy_loss", [r](T x, T y) { return cross_entropy_loss(x, y, {}, r, -100, 0.2); }, ".smoothing");
    add(
        "cross_entropy_loss", [r](T x, T y, T w) { return cross_entropy_loss(x, y, w, r, -100, 0.2); },
        ".weight.smoothing");
    add(
        "cross_entropy_loss", [r](T x, T y) { return cross_entropy_loss(x, y, {}, r); }, ".probabilities");
    add(
        "cross_entropy_loss", [r](T x, T y, T w) { return cross_entropy_loss(x, y, w, r, -100, 0.2); },
        ".probabilities.weight.smoothing");
    add("binary_cross_entropy", [r](T x, T y) { return binary_cross_entropy(x, y, {}, r); });
    add(
        "binary_cross_entropy", [r](T x, T y, T w) { return binary_cross_entropy(x, y, w, r); }, ".weight");
    add("binary_cross_entropy_with_logits",
        [r](T x, T y) { return binary_cross_entropy_with_logits(x, y, {}, {}, r); });
    add(
        "binary_cross_entropy_with_logits",
        [r](T x, T y, T w, T p) { return binary_cross_entropy_with_logits(x, y, w, p, r); }, ".weight.pos_weight");
    add("mse_loss", [r](T x, T y) { return mse_loss(x, y, r); });
    add("l1_loss", [r](T x, T y) { return l1_loss(x, y, r); });
  }
  const auto seeded_dropout = [](T x) {
    manual_seed(5);
    return dropout(x, 0.4, true);
  };
  rows.push_back(row("dropout", seeded_dropout));
  rows.push_back(row("dropout.0", [](T x) { return dropout(x, 0, true); }));
  rows.push_back(row("dropout.1", [](T x) { return dropout(x, 1, true); }));
  rows.push_back(row("dropout.eval", [](T x) { return dropout(x, 0.4, false); }));
  return rows;
}

}  // namespace xgrad::op_table
