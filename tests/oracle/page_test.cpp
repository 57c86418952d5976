// The rules of the comparison, each seen to fail on a row that breaks it; and what stands on the page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "../autograd/ops/samples.hpp"
#include "compare.hpp"

namespace xgrad::op_table {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Samples kMatrixOrNot{{t({2, 2})}, {t({3})}};
Row row_of_trace() {
  return row(
      "trace", [](T x) { return trace(x); }, kMatrixOrNot);
}
Row row_of_words(const char* words) {
  return row(
      "trace",
      [words](T x) {
        check(x.dim() == 2, "{}", words);
        return trace(x);
      },
      kMatrixOrNot);
}

std::vector<std::string> of_words(const Row& row) { return words_not_other(row, compare_samples(row)); }

TEST(OracleRules, WordsOfItsOwnAreMarked) {
  const Row marked = row_of_words("no matrix").words(kInner, {"trace: expected"});
  const auto both = compare_samples(marked);
  EXPECT_THAT(words_not_other(marked, both), IsEmpty());
  EXPECT_EQ(both[1].agree(), Compared::Everything);
  EXPECT_EQ(both[1].theirs.own_words, "no matrix");
  const Row other = row_of_words("no matrix").words(kInner, {"expected a matrix"});
  EXPECT_EQ(compare_samples(other)[1].agree(), Compared::Nothing) << "PyTorch's words do not begin so";
  EXPECT_THAT(of_words(other), ElementsAre(HasSubstr("no error of PyTorch's begins with \"expected a matrix\"")));
  const Row none = row_of_words("no matrix");
  EXPECT_EQ(compare_samples(none)[1].agree(), Compared::Nothing);
}

TEST(OracleRules, AMarkOnPyTorchsWordsFails) {
  EXPECT_THAT(of_words(row_of_trace()), IsEmpty());
  EXPECT_THAT(of_words(row_of_trace().words(kInner)), ElementsAre(HasSubstr("is PyTorch's error, too")));
}

TEST(OracleRules, AnErrorOfOneSideIsNoMatterOfWords) {
  const Row never = row("trace", [](T x) { return x.sum(); }, {{t({3})}}).words(kInner);
  EXPECT_EQ(compare_samples(never)[0].agree(), Compared::Nothing);
}

TEST(OracleRules, AWideToleranceThatIsNotNeededFails) {
  const auto complaints = [](Row&& row, Measured m) { return tolerance_not_needed(row, m); };
  EXPECT_THAT(complaints(row_of_trace(), {}), IsEmpty());
  EXPECT_THAT(complaints(row_of_trace().tolerance(1e-9, 2e-5), {5e-10, 1.5e-5, 5e-10, 1.5e-5}), IsEmpty());
  EXPECT_THAT(complaints(row_of_trace().tolerance(1e-9, 2e-5), {9e-11, 9e-6, 9e-11, 9e-6}), IsEmpty())
      << "another processor may need it";
  EXPECT_THAT(complaints(row_of_trace().tolerance(1e-9, 2e-5), {1e-11, 1e-6, 1e-11, 1e-6}),
              ElementsAre(HasSubstr("in float64"), HasSubstr("in float32")));
  EXPECT_THAT(complaints(row_of_trace().of_magnitudes(), {0, 0, 1e-9, 1e-6}), IsEmpty());
  EXPECT_THAT(complaints(row_of_trace().of_magnitudes(), {0, 0, 1e-12, 1e-7}),
              ElementsAre(HasSubstr("need not be measured by magnitudes")));
}

TEST(OracleRules, DifferencesAreMeasured) {
  const Row near = row("exp", [](T x) { return exp(x) * (1 + 2e-9); }, {{v({1, 2})}}).tolerance(1e-8, 1e-5, "made up");
  const Measured m = measured(compare_samples(near));
  EXPECT_NEAR(m.wide, 2e-9, 1e-10);
  EXPECT_EQ(m.wide, m.wide_alone);
  EXPECT_EQ(m.single, 0);
  const Row single =
      row("exp", [](T x) { return exp(x) * (1 + 1e-3); }, {{v({1, 2}, kFloat32)}}).tolerance(1e-10, 1e-2);
  EXPECT_NEAR(measured(compare_samples(single)).single, 1e-3, 1e-4);
}

/// The cells of a row's line on the page.
std::vector<std::string> cells(const std::string& row) {
  const std::string page = ops_page(), begin = "\n| `" + row + "` | ";
  const std::size_t at = page.find(begin);
  if (at == std::string::npos) return {};
  const std::size_t from = at + begin.size();
  std::istringstream line(page.substr(from, page.find('\n', from) - from));
  std::vector<std::string> out;
  for (std::string cell; std::getline(line, cell, '|');) {
    const std::size_t first = cell.find_first_not_of(' ');
    out.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
  }
  out.resize(std::min<std::size_t>(out.size(), 4));
  return out;
}

TEST(OracleFiles, PageShowsFunctionMethodInPlaceAndOut) {
  EXPECT_THAT(cells("lerp"), ElementsAre("=", "=", "=", "="));
  EXPECT_THAT(cells("cat"), ElementsAre("=", "", "", "="));
  EXPECT_THAT(cells("fill_"), ElementsAre("", "", "=", ""));
  EXPECT_THAT(cells("broadcast_tensors"), ElementsAre("=", "", "", ""));
  EXPECT_THAT(cells("view"), ElementsAre("=", "=", "", ""));
  EXPECT_THAT(cells("normal"), ElementsAre("=", "", "", "+")) << "with a reason under Outs";
}

TEST(OracleFiles, PageShowsWideTolerances) {
  const std::string page = ops_page();
  const std::string section = page.substr(page.find("## Tolerances"));
  int wide = 0;
  for (const Row& row : rows()) {
    wide += row.wider();
    EXPECT_EQ(section.find("| `" + row.name + "` | ") != std::string::npos, row.wider()) << row.name;
  }
  EXPECT_GT(wide, 0);
}

}  // namespace
}  // namespace xgrad::op_table
