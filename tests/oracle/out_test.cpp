// Forms with `out` against PyTorch's: what may be given, what it becomes, and in which words it is refused.
#include <gtest/gtest.h>

#include <xgrad/autograd/graph/grad_mode.hpp>

#include <limits>
#include <set>
#include <string>

#include "out_forms.hpp"

namespace xgrad::op_table {
namespace {

/// A way to choose what is given as `out`, from the results that will go there.
struct Given {
  const char* name;
  Tensor (*out)(const Tensor& result);
};

Tensor filled(IntArrayRef size, ScalarType dtype) { return full(size, 1, TensorOptions(dtype)); }

Tensor spaced(const Tensor& r) {
  const Dims size(r.sizes());
  if (size.size() == 0) return filled({2}, r.dtype()).select(0, 1);
  Dims twice = size;
  twice[size.size() - 1] = 2 * twice[size.size() - 1];
  return filled(twice, r.dtype()).slice(-1, 0, std::numeric_limits<std::int64_t>::max(), 2);
}

Tensor everywhere_the_same(const Tensor& r) { return filled({}, r.dtype()).expand(Dims(r.sizes())); }
Tensor of_other_float(const Tensor& r) { return filled(r.sizes(), r.dtype() == kFloat64 ? kFloat32 : kFloat64); }
Tensor of_integers(const Tensor& r) { return filled(r.sizes(), r.dtype() == kInt32 ? kInt64 : kInt32); }

constexpr Given kFitting{"fitting", fitting_out};
constexpr Given kOtherShapes[] = {
    {"empty", [](const Tensor& r) { return filled({0}, r.dtype()); }},
    {"too short",
     [](const Tensor& r) {
       return filled({1, 1}, r.dtype());
     }},
    {"too long", [](const Tensor& r) { return filled({r.numel() + 2}, r.dtype()); }},
    {"spaced", spaced},
};
constexpr Given kOverlapping{"overlapping", everywhere_the_same};
constexpr Given kOtherDtypes[] = {{"of the other float", of_other_float}, {"of integers", of_integers}};

/// PyTorch's bugs, and limits of its kernels that it finds only inside: nothing to agree with.
bool is_accident(const std::optional<std::string>& error) {
  if (!error) return false;
  for (const char* words :
       {"INTERNAL ASSERT", "not implemented for", "not yet implemented", "Dimension out of range"}) {
    if (error->find(words) != std::string::npos) return true;
  }
  return false;
}

/// One name has one rule here. PyTorch's forms of a name differ in how strict they are about dtypes, for no reason that
/// one sees: by these names, and by these forms of names that are compared otherwise, mostly those of a number.
const std::set<std::string>& several() {
  static const std::set<std::string> all{"addbmm",
                                         "chain_matmul",
                                         "clamp",
                                         "clamp_max",
                                         "clamp_min",
                                         "inner",
                                         "lerp",
                                         "median",
                                         "nanmedian",
                                         "add.scalar",
                                         "add.scalar_alpha",
                                         "sub.scalar",
                                         "sub.scalar_alpha",
                                         "mul.scalar",
                                         "div.scalar",
                                         "div.scalar_mode",
                                         "pow.scalar",
                                         "remainder.scalar_tensor",
                                         "searchsorted.scalar",
                                         "bucketize.scalar",
                                         "argsort.stable",
                                         "var.dim",
                                         "std.dim",
                                         "var_mean.correction",
                                         "std_mean.correction"};
  return all;
}

class OracleOut : public testing::TestWithParam<std::size_t> {
 protected:
  const Row& row() const { return rows()[GetParam()]; }
  const OutRule& rule() const { return *out_rule(row().aten); }

  static std::vector<Tensor> outs(const Given& given, const std::vector<Tensor>& results) {
    std::vector<Tensor> list;
    for (const Tensor& r : results) list.push_back(given.out(r));
    return list;
  }

  /// Both sides; `expected` are the results without `out`. Whether the warnings are the same, if both went.
  std::pair<int, int> compare(const Values& in, const std::vector<Tensor>& expected, const Given& given) const {
    auto [theirs, their_warnings] = ask_pytorch(row(), in, Outs{outs(given, expected), false});
    if (is_accident(theirs.error)) return {};
    auto [ours, our_warnings] = evaluate_into(row(), in, outs(given, expected));
    const bool dtypes_differ = given.name == kOtherDtypes[0].name || given.name == kOtherDtypes[1].name;
    if (dtypes_differ && (several().contains(row().aten) || several().contains(row().name))) return {};
    // Nor does PyTorch always look at whether `out` overlaps itself.
    if (given.name == kOverlapping.name && !theirs.error) return {};
    EXPECT_EQ(ours.error.has_value(), theirs.error.has_value())
        << given.name << ": " << ours.error.value_or("ours goes") << " / " << theirs.error.value_or("PyTorch's goes");
    if (ours.error || theirs.error) return {};
    check_results(ours, theirs, expected, given);
    return {our_warnings, their_warnings};
  }

  void check_results(const Outcome& ours, const Outcome& theirs, const std::vector<Tensor>& expected,
                     const Given& given) const {
    const NoGradGuard no_grad;
    // A float's digits are no more than they were where `out` is of doubles.
    std::vector<Tensor> same, written;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const ScalarType dtype = ours.results[i].dtype();
      const bool wider = dtype == kFloat64 && expected[i].dtype() == kFloat32;
      same.push_back(expected[i].to(wider ? kFloat32 : dtype));
      written.push_back(ours.results[i].to(same.back().dtype()));
    }
    EXPECT_EQ(difference(written, same, {.strides = false}), "") << given.name;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(ours.results[i].dtype(), theirs.results[i].dtype()) << given.name;
      // PyTorch's arange and its kin keep the shape of an out that has as many elements.
      const bool keeps_shape = rule().dtype == OutDtype::Own && theirs.results[i].numel() == expected[i].numel();
      EXPECT_TRUE(keeps_shape || ours.results[i].sizes() == theirs.results[i].sizes()) << given.name;
    }
  }
};

TEST_P(OracleOut, AgreesWithPyTorch) {
  if (out_exceptions().contains(row().aten)) GTEST_SKIP() << out_exceptions().at(row().aten);
  if (!has_its_own_name(row())) GTEST_SKIP() << "it has no name of its own in PyTorch";
  int samples = 0;
  for (const Sample& s : row().samples) {
    if (row().only_in_place() || s.compared() < Compared::Values) continue;
    const std::vector<Tensor> expected = evaluate(row(), s.in, Twin::OutOfPlace, Order::Values).results;
    if (expected.empty() || !pytorch_has_out_form(row(), s.in, expected.size())) continue;
    SCOPED_TRACE(describe(row(), s));
    ASSERT_NE(out_rule(row().aten), nullptr) << "PyTorch has a form with out, and autograd/ops/out_forms.hpp does not";
    const auto [ours, theirs] = compare(s.in, expected, kFitting);
    EXPECT_EQ(ours, 0);
    // PyTorch's pools write beyond the end of an out that is laid out in another way.
    if (++samples > 12 || row().family == "pooling") continue;
    for (const Given& given : kOtherShapes) {
      const auto [our_warnings, their_warnings] = compare(s.in, expected, given);
      // Some warn of what they resize on the way, and two do not warn at all.
      EXPECT_TRUE(our_warnings > 0 || their_warnings == 0 || theirs > 0) << given.name;
    }
    compare(s.in, expected, kOverlapping);
    // What computes in out's dtype: OutForms.KeepTheDtypeOfOut.
    for (const Given& given : kOtherDtypes) {
      if (rule().dtype != OutDtype::Own) compare(s.in, expected, given);
    }
  }
  if (samples == 0) GTEST_SKIP() << "PyTorch has no such form";
}

std::string row_name(const testing::TestParamInfo<std::size_t>& info) {
  std::string name = rows()[info.param].name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rows, OracleOut, testing::Range(std::size_t{0}, rows().size()), row_name);

}  // namespace
}  // namespace xgrad::op_table
