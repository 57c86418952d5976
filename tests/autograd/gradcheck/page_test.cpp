// docs/gradcheck.md shows every kind of failure, and the tests make every kind happen.
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "gradcheck_test.hpp"

namespace xgrad::gradcheck_test {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The names of the enumeration, from where it is declared.
std::set<std::string> causes() {
  std::string text = contents(XGRAD_SOURCE_DIR "/autograd/gradcheck/options.hpp");
  text = text.substr(text.find("enum class GradcheckCause {"));
  text = text.substr(0, text.find("};"));
  std::set<std::string> names;
  const std::regex name("\n  (\\w+),");
  for (std::sregex_iterator m(text.begin(), text.end(), name), end; m != end; ++m) names.insert((*m)[1]);
  return names;
}

/// A heading as links spell it.
std::string anchor(std::string heading) {
  std::string out;
  for (const char c : heading) {
    if (c == ' ') out += '-';
    if (std::isalnum(static_cast<unsigned char>(c))) out += static_cast<char>(std::tolower(c));
  }
  return out;
}

/// The sections of the page by anchor, each up to the next heading.
std::map<std::string, std::string> sections(const std::string& page) {
  std::map<std::string, std::string> out;
  std::istringstream lines(page);
  std::string current;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ") || line.starts_with("### ")) current = anchor(line.substr(line.find(' ') + 1));
    out[current] += line + "\n";
  }
  return out;
}

TEST(GradcheckPage, ShowsEveryCauseWithItsOutput) {
  const std::string page = contents(XGRAD_SOURCE_DIR "/docs/gradcheck.md");
  const auto parts = sections(page);
  const auto names = causes();
  ASSERT_EQ(names.size(), static_cast<std::size_t>(GradcheckCause::UndefinedGrad) + 1);
  for (const std::string& name : names) {
    std::smatch row;
    ASSERT_TRUE(
        std::regex_search(page, row, std::regex("\n\\|[^|]*`" + name + "`[^|]*\\| \\[[^\\]]*\\]\\(#([\\w-]+)\\) \\|")))
        << "no row for " << name;
    ASSERT_TRUE(parts.contains(row[1])) << name << " leads to #" << row[1] << ", which is not there";
    // What the samples print is compared with the page (tests/docs).
    EXPECT_TRUE(contains(parts.at(row[1]), name == "Refused" ? "gradcheck refused: " : "gradcheck failed: "))
        << row[1] << " shows no output";
  }
}

TEST(GradcheckPage, EveryCauseIsTested) {
  std::string tests;
  for (const auto& entry : std::filesystem::directory_iterator(XGRAD_SOURCE_DIR "/tests/autograd/gradcheck")) {
    tests += contents(entry.path());
  }
  for (const std::string& name : causes()) {
    EXPECT_TRUE(std::regex_search(tests, std::regex("EXPECT_CAUSE\\([^;]*\\b" + name + ","))) << name;
  }
}

}  // namespace
}  // namespace xgrad::gradcheck_test
