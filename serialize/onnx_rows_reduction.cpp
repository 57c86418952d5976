// Sums, extremes, moments, running sums, sorting.
#include <xgrad/serialize/onnx_graph.hpp>

#include <cmath>
#include <limits>

namespace xgrad::onnx::detail {
namespace reduction {  // files are compiled together
namespace {

/// Whether there is nothing to reduce over: of a number, the number.
bool over_nothing(Call& c) { return c.rank(0) == 0; }

Attributes axes(const Ints& dims, bool keepdim) {
  return {{"axes", dims}, {"keepdims", static_cast<std::int64_t>(keepdim)}};
}

std::string summed(Call& c, const std::string& x, const Ints& dims, bool keepdim) {
  return c.node("ReduceSum", {x, c.ints(dims)}, {{"keepdims", static_cast<std::int64_t>(keepdim)}});
}

void sum(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  const std::string x = c.in(0, t);
  c.result_from(t, over_nothing(c) ? x : summed(c, x, c.list(0), c.flag(1)));
}

void mean(Call& c) {
  const std::string x = c.in(0, c.result_dtype());
  c.result(over_nothing(c) ? x : c.node("ReduceMean", {x}, axes(c.list(0), c.flag(1))));
}

/// 1 for numbers, NaN where there is one along dims: what an extreme is multiplied by.
std::string with_nans(Call& c, const std::string& extreme, const std::string& x, const Ints& dims, bool keepdim) {
  const ScalarType t = c.dtype(0);
  const std::string any = c.node("ReduceMax", {c.cast(c.node("IsNaN", {x}), kFloat32)}, axes(dims, keepdim));
  const std::string nan = c.number(std::numeric_limits<double>::quiet_NaN(), t);
  return c.node("Where", {c.cast(any, kBool), nan, extreme});
}

std::string extreme_of(Call& c, const Ints& dims, bool keepdim, bool max) {
  const ScalarType t = working_type(c.dtype(0));
  const std::string x = c.in(0, t), y = c.node(max ? "ReduceMax" : "ReduceMin", {x}, axes(dims, keepdim));
  return is_floating_point(t) ? with_nans(c, y, x, dims, keepdim) : y;
}

/// The place of the first of the largest, or smallest; of int64 by TopK, since runtimes have no other node for it.
std::string first_extreme(Call& c, const std::string& x, ScalarType t, std::int64_t dim, bool keepdim, bool max) {
  if (t != kInt64) {
    return c.node(max ? "ArgMax" : "ArgMin", {x}, {{"axis", dim}, {"keepdims", static_cast<std::int64_t>(keepdim)}});
  }
  const Names found =
      c.nodes("TopK", {x, c.ints({1})}, 2,
              {{"axis", dim}, {"largest", static_cast<std::int64_t>(max)}, {"sorted", std::int64_t{1}}});
  return keepdim ? found[1] : c.node("Squeeze", {found[1], c.ints({dim})});
}

std::string place_of(Call& c, std::int64_t dim, bool keepdim, bool max) {
  const ScalarType t = working_type(c.dtype(0));
  std::string x = c.in(0, t);
  if (is_floating_point(t)) {
    // NaN is the most extreme of all, and the first of them counts.
    const std::string nan = c.node("IsNaN", {x});
    const std::string any = c.node("ReduceMax", {c.cast(nan, kFloat32)}, axes({dim}, true));
    const std::string as_number = c.cast(nan, t), flipped = max ? as_number : c.node("Neg", {as_number});
    x = c.node("Where", {c.cast(any, kBool), flipped, x});
  }
  return first_extreme(c, x, t, dim, keepdim, max);
}

/// max() of all, max(dim) with places, amax(dims).
void extreme(Call& c, bool max) {
  const ScalarType t = working_type(c.dtype(0));
  if (over_nothing(c)) {
    c.result(0, c.in(0));
    return c.result(1, c.number(0, kInt64));
  }
  if (c.results() == 1) return c.result_from(t, extreme_of(c, c.list(0), c.flag(1), max));
  c.result_from(t, extreme_of(c, {c.integer(0)}, c.flag(1), max));
  c.result(1, place_of(c, c.integer(0), c.flag(1), max));
}

void place(Call& c, bool max) {
  if (over_nothing(c)) return c.result(c.number(0, kInt64));
  if (c.given(0)) {
    std::int64_t dim = c.integer(0);
    if (dim < 0) dim += c.rank(0);
    return c.result(place_of(c, dim, c.flag(1), max));
  }
  const ScalarType t = working_type(c.dtype(0));
  const std::string flat = c.node("Reshape", {c.in(0, t), c.ints({-1})});
  std::string x = flat;
  if (is_floating_point(t)) {
    const std::string nan = c.node("IsNaN", {flat});
    const std::string any = c.node("ReduceMax", {c.cast(nan, kFloat32)}, axes({0}, true)), as_number = c.cast(nan, t);
    x = c.node("Where", {c.cast(any, kBool), max ? as_number : c.node("Neg", {as_number}), flat});
  }
  const std::string at = first_extreme(c, x, t, 0, false, max);
  c.result(c.reshaped(at));
}

/// Whether all, or any, are not 0.
void truth(Call& c, bool all) {
  const std::string holds = c.in(0, kBool);
  if (over_nothing(c)) return c.result_from(kBool, holds);
  const std::string y = c.node(all ? "ReduceMin" : "ReduceMax", {c.cast(holds, kInt32)}, axes(c.list(0), c.flag(1)));
  c.result_from(kBool, c.cast(y, kBool));
}

void prod(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  const std::string x = c.in(0, t);
  c.result_from(t, over_nothing(c) ? x : c.node("ReduceProd", {x}, axes(c.list(0), c.flag(1))));
}

void nansum(Call& c) {
  const ScalarType t = c.result_dtype();
  const std::string x = c.in(0, t), numbers = c.node("Where", {c.node("IsNaN", {x}), c.number(0, t), x});
  c.result(over_nothing(c) ? numbers : summed(c, numbers, c.list(0), c.flag(1)));
}

/// Σ(x − mean)² / (n − correction), its root, and the mean.
void variance(Call& c, bool root, bool mean_too) {
  c.require(!over_nothing(c), "of a single number");
  const ScalarType t = c.dtype(0);
  const Ints dims = c.list(0), sizes = c.sizes(0);
  const bool keepdim = c.flag(2);
  double n = 1;
  for (const std::int64_t d : dims) {
    c.require(sizes[static_cast<std::size_t>(d)] != kAny, "over a dynamic axis");
    n *= static_cast<double>(sizes[static_cast<std::size_t>(d)]);
  }
  const std::string x = c.in(0), mean = c.node("ReduceMean", {x}, axes(dims, true)), e = c.node("Sub", {x, mean});
  const double by = std::max(n - c.real(1), 0.);
  std::string y = c.node("Div", {summed(c, c.node("Mul", {e, e}), dims, keepdim), c.number(by, t)});
  if (root) y = c.node("Sqrt", {y});
  c.result(0, y);
  if (mean_too) c.result(1, c.node("ReduceMean", {x}, axes(dims, keepdim)));
}

void norm(Call& c) {
  const ScalarType t = c.dtype(0);
  const double p = c.real(0);
  const Ints dims = c.list(1);
  const bool keepdim = c.flag(2);
  const std::string size = c.node("Abs", {c.in(0)});
  if (over_nothing(c)) {
    c.require(p != 0, "the 0-norm of a number");
    return c.result(size);
  }
  if (p == std::numeric_limits<double>::infinity() || p == -std::numeric_limits<double>::infinity()) {
    const std::string y = c.node(p > 0 ? "ReduceMax" : "ReduceMin", {size}, axes(dims, keepdim));
    return c.result(with_nans(c, y, size, dims, keepdim));
  }
  if (p == 0) {
    const std::string some = c.node("Not", {c.node("Equal", {size, c.number(0, t)})});
    return c.result(summed(c, c.cast(some, t), dims, keepdim));
  }
  if (p == 1) return c.result(summed(c, size, dims, keepdim));
  if (p == 2) return c.result(c.node("Sqrt", {summed(c, c.node("Mul", {size, size}), dims, keepdim)}));
  const std::string total = summed(c, c.node("Pow", {size, c.number(p, t)}), dims, keepdim);
  c.result(c.node("Pow", {total, c.number(1 / p, t)}));
}

void logsumexp(Call& c) {
  if (over_nothing(c)) return c.same_as_input(0);
  const ScalarType t = c.dtype(0);
  const std::string x = c.in(0), most = c.node("ReduceMax", {x}, axes(c.list(0), true));
  // What is infinite is not subtracted from itself.
  const std::string infinite = c.node("Equal", {c.node("Abs", {most}), c.number(INFINITY, t)});
  const std::string base = c.node("Where", {infinite, c.number(0, t), most});
  const std::string total = summed(c, c.node("Exp", {c.node("Sub", {x, base})}), c.list(0), true);
  c.result(c.reshaped(c.node("Add", {c.node("Log", {total}), base})));
}

void count_nonzero(Call& c) {
  const std::string some = c.cast(c.in(0, kBool), kInt64);
  c.result(over_nothing(c) ? some : summed(c, some, c.list(0), false));
}

void cumsum(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  const std::string x = c.in(0, t);
  if (over_nothing(c)) return c.result_from(t, x);
  c.result_from(t, c.node("CumSum", {x, c.tensor(tensor(c.integer(0), kInt64))}));
}

void sorted(Call& c, const std::string& k, std::int64_t dim, bool largest, bool values) {
  const ScalarType t = working_type(c.dtype(0));
  const Names y =
      c.nodes("TopK", {c.in(0, t), k}, 2,
              {{"axis", dim}, {"largest", static_cast<std::int64_t>(largest)}, {"sorted", std::int64_t{1}}});
  if (values) c.result_from(t, y[0]);
  c.result(values ? 1 : 0, y[1]);
}

void sort(Call& c, bool values) {
  if (over_nothing(c)) {
    if (values) c.result(0, c.in(0));
    return c.result(values ? 1 : 0, c.number(0, kInt64));
  }
  const std::int64_t dim = c.integer(0), n = c.sizes(0)[static_cast<std::size_t>(dim)];
  c.require(n != kAny, "along a dynamic axis");
  sorted(c, c.ints({n}), dim, c.flag(1), values);
}

void topk(Call& c) {
  if (over_nothing(c)) {
    c.require(c.integer(0) == 1, "none of a number");
    c.result(0, c.in(0));
    return c.result(1, c.number(0, kInt64));
  }
  sorted(c, c.ints({c.integer(0)}), c.integer(1), c.flag(2), true);
}

/// The k-th smallest: the last of the k smallest.
void kthvalue(Call& c) {
  c.require(!over_nothing(c), "of a single number");
  const ScalarType t = working_type(c.dtype(0));
  const std::int64_t k = c.integer(0), dim = c.integer(1);
  const Names least = c.nodes("TopK", {c.in(0, t), c.ints({k})}, 2,
                              {{"axis", dim}, {"largest", std::int64_t{0}}, {"sorted", std::int64_t{1}}});
  for (const std::size_t i : {0, 1}) {
    const std::string at = c.flag(2) ? c.ints({k - 1}) : c.tensor(tensor(k - 1, kInt64));
    const std::string one = c.node("Gather", {least[i], at}, {{"axis", dim}});
    i == 0 ? c.result_from(t, one) : c.result(1, one);
  }
}

constexpr Row kRows[] = {
    {"sum", sum},
    {"mean", mean},
    {"max", [](Call& c) { c.count() == 2 ? find_row("maximum")->write(c) : extreme(c, true); }},
    {"min", [](Call& c) { c.count() == 2 ? find_row("minimum")->write(c) : extreme(c, false); }},
    {"amax", [](Call& c) { extreme(c, true); }},
    {"amin", [](Call& c) { extreme(c, false); }},
    {"aminmax",
     [](Call& c) {
       const ScalarType t = working_type(c.dtype(0));
       for (const std::size_t k : {0, 1}) {
         const std::string y = over_nothing(c) ? c.in(0, t) : extreme_of(c, c.list(0), c.flag(1), k == 1);
         c.result(k, t == c.dtype(0) ? y : c.cast(y, c.dtype(0)));
       }
     }},
    {"argmax", [](Call& c) { place(c, true); }},
    {"argmin", [](Call& c) { place(c, false); }},
    {"all", [](Call& c) { truth(c, true); }},
    {"any", [](Call& c) { truth(c, false); }},
    {"prod", prod},
    {"nansum", nansum},
    {"var", [](Call& c) { variance(c, false, false); }},
    {"std", [](Call& c) { variance(c, true, false); }},
    {"var_mean", [](Call& c) { variance(c, false, true); }},
    {"std_mean", [](Call& c) { variance(c, true, true); }},
    {"norm", norm},
    {"logsumexp", logsumexp},
    {"count_nonzero", count_nonzero},
    {"cumsum", cumsum},
    {"sort", [](Call& c) { sort(c, true); }},
    {"argsort", [](Call& c) { sort(c, false); }},
    {"topk", topk},
    {"kthvalue", kthvalue},
};

}  // namespace
}  // namespace reduction

std::span<const Row> reduction_rows() { return reduction::kRows; }

}  // namespace xgrad::onnx::detail
