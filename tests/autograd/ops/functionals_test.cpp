// Every function of nn::functional has a row of the op table, or passes its options on to an operation that has one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "op_table.hpp"

namespace xgrad::op_table {
namespace {

using testing::Contains;
using testing::IsEmpty;

/// Functions that do no more than hand their options on, to the operation of this row.
const std::map<std::string, std::string>& handed_on() {
  static const std::map<std::string, std::string> all{{"cross_entropy", "cross_entropy_loss"},
                                                      {"logsigmoid", "log_sigmoid"},
                                                      {"adaptive_max_pool1d_with_indices", "adaptive_max_pool1d"},
                                                      {"adaptive_max_pool2d_with_indices", "adaptive_max_pool2d"},
                                                      {"adaptive_max_pool3d_with_indices", "adaptive_max_pool3d"},
                                                      {"fractional_max_pool2d_with_indices", "fractional_max_pool2d"},
                                                      {"fractional_max_pool3d_with_indices", "fractional_max_pool3d"}};
  return all;
}

std::set<std::string> names_of_rows() {
  std::set<std::string> out;
  for (const Row& r : rows()) {
    const std::string name = r.name.substr(0, r.name.find('.'));
    out.insert(name);
    if (r.in_place) out.insert(name + "_");
  }
  return out;
}

std::string contents(const char* path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// PyTorch's names of functions; those that docs/pytorch_names.md says are not here for a reason are left out.
std::set<std::string> functions_in(const std::string& names, const std::string& page) {
  const std::size_t begin = page.find("\nNot there, for a reason:", page.find("\n## torch.nn\n"));
  const std::string absent = page.substr(begin, page.find("\n## ", begin) - begin);
  static const std::regex line(R"(nn\.functional (\w+)\n)");
  std::set<std::string> out;
  for (std::sregex_iterator at(names.begin(), names.end(), line), end; at != end; ++at) {
    if (!std::regex_search(absent, std::regex("[`.]" + (*at)[1].str() + "`"))) out.insert((*at)[1]);
  }
  return out;
}

std::vector<std::string> without_row(const std::set<std::string>& functions, const std::set<std::string>& names) {
  std::vector<std::string> out;
  for (const std::string& f : functions) {
    const auto elsewhere = handed_on().find(f);
    if (!names.contains(elsewhere == handed_on().end() ? f : elsewhere->second)) out.push_back(f);
  }
  return out;
}

TEST(Functionals, EachHasARow) {
  const auto functions = functions_in(contents(XGRAD_SOURCE_DIR "/tests/data/pytorch_names.txt"),
                                      contents(XGRAD_SOURCE_DIR "/docs/pytorch_names.md"));
  EXPECT_GT(functions.size(), 110u);
  EXPECT_THAT(without_row(functions, names_of_rows()), IsEmpty());
  for (const auto& [name, row] : handed_on()) EXPECT_THAT(functions, Contains(name));
}

TEST(Functionals, OneWithoutARowIsFound) {
  const std::string names = "nn.functional conv_tbc\nnn.functional pdist\nnn.functional softsign\nnn pdist2\n";
  const std::string page =
      "\n## torch.nn\n\nNot there, for a reason:\n\n| `F.conv_tbc` | it is |\n\n## torch.optim\n`softsign`";
  EXPECT_THAT(without_row(functions_in(names, page), {"pdist"}), testing::ElementsAre("softsign"));
}

}  // namespace
}  // namespace xgrad::op_table
