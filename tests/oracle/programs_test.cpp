#include "programs.hpp"

#include <gtest/gtest.h>

#include "../autograd/ops/table_rules.hpp"

namespace xgrad::op_table {
namespace {

constexpr std::size_t kSteps = 16;

/// The shortest beginning of a program at which the libraries differ, and how.
std::string shortest_difference(RandomProgram program) {
  const std::vector<ProgramStep> all = program.steps;
  for (std::size_t n = 1; n <= all.size(); ++n) {
    program.steps.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
    const std::string what = difference(run(program), oracle::run(for_torch(program)));
    if (!what.empty()) return what + ", after\n" + program.str();
  }
  return "";
}

class RandomPrograms : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomPrograms, DoAsPyTorchDoes) {
  constexpr std::uint64_t kEach = 50;
  for (std::uint64_t number = GetParam() * kEach; number < (GetParam() + 1) * kEach; ++number) {
    const RandomProgram program = program_of(number, kSteps);
    if (difference(run(program), oracle::run(for_torch(program))).empty()) continue;
    const std::string what = shortest_difference(without_known_differences(program));
    EXPECT_EQ(what, "") << "program " << number;
  }
}

INSTANTIATE_TEST_SUITE_P(Hundreds, RandomPrograms, testing::Range(std::uint64_t{0}, std::uint64_t{12}));

TEST(RandomProgramsTest, KnownDifferencesAreExplained) {
  for (const KnownDifference& d : known_differences()) {
    EXPECT_NE(page_of_differences().find("**" + d.heading + ".**"), std::string::npos) << d.heading;
  }
}

TEST(RandomProgramsTest, AreTheSameEveryTime) {
  EXPECT_EQ(program_of(7, kSteps).str(), program_of(7, kSteps).str());
  EXPECT_NE(program_of(7, kSteps).str(), program_of(8, kSteps).str());
}

TEST(RandomProgramsTest, ShowAllThatTheyAreFor) {
  std::size_t in_place = 0, thrown = 0, gradients = 0, refused = 0, without_grad = 0;
  for (std::uint64_t number = 0; number < 100; ++number) {
    const RandomProgram program = program_of(number, kSteps);
    const oracle::Trace trace = run(program);
    for (std::size_t k = 0; k < program.steps.size(); ++k) {
      in_place += program.steps[k].in_place && !trace.errors[k];
      without_grad += program.steps[k].no_grad && !trace.errors[k];
      thrown += trace.errors[k].has_value();
    }
    gradients += !trace.gradients.empty();
    refused += trace.backward_error.has_value();
  }
  EXPECT_GT(in_place, 300u);
  EXPECT_GT(without_grad, 50u);
  EXPECT_GT(thrown, 50u);
  EXPECT_GT(gradients, 30u);
  EXPECT_GT(refused, 5u) << "backward through what was changed";
}

TEST(RandomProgramsTest, AMistakeIsSeen) {
  std::size_t seen = 0, made = 0;
  for (std::uint64_t number = 0; number < 100; ++number) {
    const RandomProgram program = program_of(number, kSteps);
    const oracle::Trace right = oracle::run(for_torch(program));
    for (std::size_t k = 0; k < program.steps.size(); ++k) {
      if (program.steps[k].row != &row_called("sin") || right.errors[k]) continue;
      RandomProgram mistaken = program;
      mistaken.steps[k].row = &row_called("tanh");
      ++made;
      seen += !difference(run(mistaken), right).empty();
    }
  }
  EXPECT_GT(made, 30u);
  EXPECT_GT(seen, made / 2) << "zeros do not show it, nor what is overwritten";
}

}  // namespace
}  // namespace xgrad::op_table
