// What is checked of every row of the op table, without PyTorch.
#include <gtest/gtest.h>

#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/split.hpp>

#include <algorithm>
#include <thread>

#include "fingerprint.hpp"
#include "layouts.hpp"
#include "members.hpp"
#include "mutations.hpp"

namespace xgrad::op_table {
namespace {

class OfRow : public testing::TestWithParam<std::size_t> {
 protected:
  const Row& row() const { return rows()[GetParam()]; }
  /// Changes the first argument; the error that this throws, or "".
  std::string error_in_place(Values& arguments) const {
    const NoGradGuard no_grad;
    manual_seed(kSeed);
    try {
      row().in_place(arguments);
    } catch (const Error& e) {
      return first_line(e.what());
    }
    return "";
  }
  /// Calls f(sample) for every sample, with a trace of which it is.
  template <class F>
  void each_sample(F f) const {
    for (const Sample& s : row().samples) {
      SCOPED_TRACE(describe(row(), s));
      f(s);
    }
  }
};

class OpValues : public OfRow {};
class OpDerivatives : public OfRow {};
class OpLayouts : public OfRow {};
class OpInPlace : public OfRow {};
class OpMembers : public OfRow {};
class OpDeterminism : public OfRow {};
class OpMutations : public OfRow {};

TEST_P(OpValues, EqualPyTorchs) {
  each_sample([&](const Sample& s) {
    const auto line = committed_fingerprints().find(fingerprint_key(row(), s));
    ASSERT_NE(line, committed_fingerprints().end()) << "no fingerprint: build/*/tests/oracle/oracle_tests --write";
    EXPECT_EQ(compare_fingerprint(row(), s, outcomes(row(), s), line->second), "");
  });
}

TEST_P(OpDerivatives, AgreeWithSlopes) {
  each_sample([&](const Sample& s) {
    if (!differentiable_at(row(), s)) return;
    const std::vector<Tensor> leaves = leaf_list(leaves_of(row(), s.in));
    EXPECT_GRADCHECK(function_of_leaves(row(), s.in), leaves);
    EXPECT_GRADGRADCHECK(function_of_leaves(row(), s.in), leaves);
  });
}

TEST_P(OpLayouts, PlayNoPart) {
  if (row().strict_layout || row().random) GTEST_SKIP() << "layout matters to this operation";
  const Tolerance how{.rtol = 1e-10, .rtol32 = 5e-5, .bits = false, .strides = false};
  for (const Layout& layout : kLayouts) {
    each_sample([&](const Sample& s) {
      const Values other = laid_out(s.in, layout);
      const Outcome plain = evaluate(row(), packed(other));
      EXPECT_EQ(difference(evaluate(row(), other), plain, how), "") << layout.name;
      if (!row().in_place || plain.error) return;
      // The twin writes into the layout itself.
      Values target = laid_out(s.in, layout);
      if (target.at(0).get<Tensor>().array().overlaps_itself()) return;
      Values straight = packed(other);
      const auto error = error_in_place(target);
      EXPECT_EQ(error, error_in_place(straight)) << layout.name << " in place";
      if (!error.empty()) return;
      EXPECT_EQ(difference({target[0].get<Tensor>()}, {straight[0].get<Tensor>()}, how), "")
          << layout.name << " in place";
    });
  }
}

TEST_P(OpInPlace, IsTheSame) {
  if (!row().in_place) GTEST_SKIP() << "no such operation";
  const Tolerance how{.strides = false};
  each_sample([&](const Sample& s) {
    Values changed = s.in;
    const Tensor handle = s.in[0].get<Tensor>().clone();
    changed[0] = handle;
    const auto version = handle.version();
    const Outcome plain = evaluate(row(), s.in), twin = evaluate(row(), s.in, Twin::InPlace);
    if (plain.error) {
      EXPECT_TRUE(twin.error) << "only the other form throws: " << *plain.error;
      return;
    }
    if (twin.error) return;  // the result does not fit the dtype or the shape; OpValues compares with PyTorch
    manual_seed(kSeed);
    row().in_place(changed);
    EXPECT_TRUE(handle.is_same(changed[0].get<Tensor>()));
    EXPECT_GT(handle.version(), version);
    EXPECT_EQ(difference({handle}, {plain.results[0].to(handle.dtype())}, how), "");
    if (plain.results[0].dtype() != handle.dtype() || !handle.is_floating_point()) return;
    EXPECT_EQ(difference(twin.first, plain.first, how, true), "") << "first derivative";
    EXPECT_EQ(difference(twin.second, plain.second, how, true), "") << "second derivative";

    // As a part of something larger, seen from the part and from the whole. (Draws follow the order in memory.)
    if (row().random || row().metadata) return;
    const Values leaves = leaves_of(row(), s.in);
    const std::vector<Tensor> wanted = leaf_list(leaves);
    Values parts = leaves;
    const Tensor& x = leaves[0].get<Tensor>();
    const Tensor base = stack({zeros_like(x), x}, 0);
    parts[0] = base.select(0, 1);
    manual_seed(kSeed);
    row().in_place(parts);
    const Tensor again = base.select(0, 1), part = parts[0].get<Tensor>();
    EXPECT_EQ(difference({again}, {plain.results[0]}, how), "") << "in a view's base";
    if (plain.first.empty()) return;
    EXPECT_EQ(difference(gradients({again}, wanted), plain.first, how, true), "") << "through a view's base";
    EXPECT_EQ(difference(gradients({part}, wanted), plain.first, how, true), "") << "through a view";
  });
}

/// Within its scope, even small samples are split among that many threads, and with a small enough `tile` of rows or
/// columns even small matrix products, which BLAS then rounds differently.
class SplitAmong {
 public:
  explicit SplitAmong(int threads, std::int64_t tile) {
    set_num_threads(threads);
    kernels::split_limits = {.work_to_split = 2, .elements = 1};
    kernels::blas::tile = tile;
  }
  ~SplitAmong() {
    kernels::blas::tile = tile_;
    kernels::split_limits = limits_;
    set_num_threads(threads_);
  }

 private:
  const int threads_ = get_num_threads();
  const kernels::SplitLimits limits_ = kernels::split_limits;
  const std::int64_t tile_ = kernels::blas::tile;
};

TEST_P(OpMembers, AreTheSame) {
  bool any = false;
  for (const bool in_place : {false, true}) {
    const Member* const member = member_of(row(), in_place);
    if (!member) continue;
    any = true;
    const Twin twin = in_place ? Twin::InPlace : Twin::OutOfPlace;
    for (const Member::Call& call : {member->method, member->function}) {
      if (!call) continue;
      const Row other = called_as(row(), *member, call);
      each_sample([&](const Sample& s) {
        EXPECT_EQ(difference(evaluate(other, s.in, twin, Order::Values), evaluate(row(), s.in, twin, Order::Values),
                             {.bits = true}),
                  "")
            << member->name;
      });
    }
  }
  if (!any) GTEST_SKIP() << "no member";
}

TEST_P(OpDeterminism, SameBitsEveryTimeAndOnAnyThreads) {
  const Tolerance bits{.bits = true}, rounding{.rtol32 = 1e-3};  // of elements in which much cancels
  constexpr std::int64_t kLargeTile = 1024;
  each_sample([&](const Sample& s) {
    const Outcome once = evaluate(row(), s.in);
    for (const int threads : {1, 2, 3}) {
      const SplitAmong several(threads, kLargeTile);
      EXPECT_EQ(difference(evaluate(row(), s.in), once, bits), "") << threads << " threads";
    }
    for (const int threads : {2, 3}) {
      const SplitAmong several(threads, 1);
      const Outcome split = evaluate(row(), s.in);
      EXPECT_EQ(difference(split, once, rounding), "") << threads << " threads, products too";
      EXPECT_EQ(difference(evaluate(row(), s.in), split, bits), "") << threads << " threads, once more";
    }
    Outcome elsewhere;
    std::thread([&] { elsewhere = evaluate(row(), s.in); }).join();
    EXPECT_EQ(difference(elsewhere, once, bits), "") << "on another thread";
  });
}

TEST_P(OpMutations, AreCaught) {
  const MutationReport report = mutate(row());
  for (const std::string& complaint : complaints(row(), report)) ADD_FAILURE() << complaint;
  int caught = 0;
  for (const auto& [how, count] : report.caught) caught += count;
  RecordProperty("caught", caught);
  RecordProperty("caught_of_second_derivatives", report.caught_of_second);
  RecordProperty("no_change", report.no_change);
}

std::string row_name(const testing::TestParamInfo<std::size_t>& info) {
  std::string name = rows()[info.param].name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

#define FOR_EVERY_ROW(SUITE) \
  INSTANTIATE_TEST_SUITE_P(Rows, SUITE, testing::Range(std::size_t{0}, rows().size()), row_name)
FOR_EVERY_ROW(OpValues);
FOR_EVERY_ROW(OpDerivatives);
FOR_EVERY_ROW(OpLayouts);
FOR_EVERY_ROW(OpInPlace);
FOR_EVERY_ROW(OpMembers);
FOR_EVERY_ROW(OpDeterminism);
FOR_EVERY_ROW(OpMutations);

}  // namespace
}  // namespace xgrad::op_table
