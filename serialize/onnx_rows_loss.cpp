// Losses.
#include <xgrad/serialize/onnx_graph.hpp>

namespace xgrad::onnx::detail {
namespace loss {  // files are compiled together
namespace {

const char* word(std::int64_t reduction) {
  switch (static_cast<Reduction>(reduction)) {
    case Reduction::Mean:
      return "mean";
    case Reduction::Sum:
      return "sum";
    case Reduction::None:
      break;
  }
  return "none";
}

/// Each element's loss, reduced.
void reduced(Call& c, const std::string& each, std::int64_t reduction) {
  const std::string how = word(reduction);
  if (how == "none") return c.result(each);
  if (c.rank(0) == 0) return c.result(each);
  c.result(c.node(how == "mean" ? "ReduceMean" : "ReduceSum", {each}, {{"keepdims", std::int64_t{0}}}));
}

void class_loss(Call& c, bool of_scores) {
  const bool row = c.rank(0) == 1;
  const std::string scores = row ? c.node("Unsqueeze", {c.in(0), c.ints({0})}) : c.in(0);
  const std::string labels = row ? c.node("Unsqueeze", {c.in(1), c.ints({0})}) : c.in(1);
  const std::string y =
      c.node(of_scores ? "SoftmaxCrossEntropyLoss" : "NegativeLogLikelihoodLoss", {scores, labels, c.in(2)},
             {{"reduction", std::string(word(c.integer(0)))}, {"ignore_index", c.integer(1)}});
  c.result(row && c.integer(0) == 0 ? c.node("Squeeze", {y, c.ints({0})}) : y);
}

std::string weighted(Call& c, const std::string& x, std::size_t i) {
  return c.has(i) ? c.node("Mul", {x, c.in(i)}) : x;
}

/// ln x, but −100 at least.
std::string bounded_log(Call& c, const std::string& x) {
  const ScalarType t = c.dtype(0);
  return c.node("Max", {c.node("Log", {x}), c.number(-100, t)});
}

void binary_cross_entropy(Call& c) {
  const ScalarType t = c.dtype(0);
  const std::string x = c.in(0), target = c.in(1), one = c.number(1, t);
  const std::string without = c.node("Mul", {c.node("Sub", {target, one}), bounded_log(c, c.node("Sub", {one, x}))});
  const std::string with = c.node("Mul", {target, bounded_log(c, x)});
  reduced(c, weighted(c, c.node("Sub", {without, with}), 2), c.integer(0));
}

void binary_cross_entropy_with_logits(Call& c) {
  const ScalarType t = c.dtype(0);
  const std::string x = c.in(0), target = c.in(1, t), one = c.number(1, t);
  const std::string decay = c.node("Exp", {c.node("Neg", {c.node("Abs", {x})})});
  const std::string rest = c.node("Relu", {c.node("Neg", {x})});
  std::string tail = c.node("Add", {rest, c.node("Log", {c.node("Add", {decay, one})})});
  if (c.has(3)) {
    const std::string more = c.node("Mul", {c.node("Sub", {c.in(3), one}), target});
    tail = c.node("Mul", {tail, c.node("Add", {more, one})});
  }
  const std::string each = c.node("Add", {c.node("Mul", {c.node("Sub", {one, target}), x}), tail});
  reduced(c, weighted(c, each, 2), c.integer(0));
}

void mse(Call& c) {
  const std::string e = c.node("Sub", {c.in(0), c.in(1)});
  reduced(c, c.node("Mul", {e, e}), c.integer(0));
}

/// d = |x − t|: d²·curvature/2 where d < width, slope·(d − width/2) beyond.
void bowl(Call& c, double curvature, double width, double slope) {
  const ScalarType t = c.dtype(0);
  const std::string size = c.node("Abs", {c.node("Sub", {c.in(0), c.in(1)})});
  const std::string square = c.node("Mul", {size, size});
  const std::string inner = c.node("Mul", {square, c.number(curvature / 2, t)});
  const std::string outer = c.node("Mul", {c.node("Sub", {size, c.number(width / 2, t)}), c.number(slope, t)});
  reduced(c, c.node("Where", {c.node("Less", {size, c.number(width, t)}), inner, outer}), c.integer(0));
}

constexpr Row kRows[] = {
    {"nll_loss", [](Call& c) { class_loss(c, false); }},
    {"cross_entropy_loss", [](Call& c) { class_loss(c, true); }},
    {"binary_cross_entropy", binary_cross_entropy},
    {"binary_cross_entropy_with_logits", binary_cross_entropy_with_logits},
    {"mse_loss", mse},
    {"smooth_l1_loss", [](Call& c) { bowl(c, 1 / c.real(1), c.real(1), 1); }},
    {"huber_loss", [](Call& c) { bowl(c, 1, c.real(1), c.real(1)); }},
};

}  // namespace
}  // namespace loss

std::span<const Row> loss_rows() { return loss::kRows; }

}  // namespace xgrad::onnx::detail
