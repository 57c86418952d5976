#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "../autograd/ops/fingerprint.hpp"
#include "compare.hpp"

namespace xgrad::op_table {
namespace {

class Oracle : public testing::TestWithParam<std::size_t> {
 protected:
  const Row& row() const { return rows()[GetParam()]; }
};

TEST_P(Oracle, AgreesWithPyTorch) {
  for (const Comparison& c : compare(row())) {
    const std::string call = describe(row(), *c.sample);
    const Compared claimed = c.sample->compared();
    if (c.agree() > claimed) {
      ADD_FAILURE() << call << " agrees with PyTorch in " << name_of(c.agree()) << ", and the table says "
                    << name_of(claimed);
    }
    if (c.difference.agree < claimed) ADD_FAILURE() << call << ": " << c.difference.what;
    if (c.in_place.agree < claimed) ADD_FAILURE() << call << " in place: " << c.in_place.what;
  }
  for (const std::string& complaint : words_not_other(row(), compare(row()))) ADD_FAILURE() << complaint;
  for (const std::string& complaint : tolerance_not_needed(row(), measured(compare(row())))) ADD_FAILURE() << complaint;
}

std::string row_name(const testing::TestParamInfo<std::size_t>& info) {
  std::string name = rows()[info.param].name;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rows, Oracle, testing::Range(std::size_t{0}, rows().size()), row_name);

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(OracleFiles, PageIsCurrent) {
  EXPECT_EQ(contents(XGRAD_SOURCE_DIR "/docs/ops.md"), ops_page()) << "docs/ops.md is old: oracle_tests --write";
}

TEST(OracleFiles, FingerprintsAreCurrent) {
  // Numbers may differ in the last digits from one processor to the next; OpValues compares those.
  std::istringstream lines(fingerprints_file());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#")) continue;
    const std::size_t at = line.find(' ', line.find(' ') + 1);
    EXPECT_TRUE(committed_fingerprints().contains(line.substr(0, at))) << line << " is missing: oracle_tests --write";
  }
}

}  // namespace
}  // namespace xgrad::op_table
