// The op table itself: what must be in it.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "fingerprint.hpp"

namespace xgrad::op_table {
namespace {

/// The functions that a header of autograd/ops/ declares.
std::set<std::string> declared(const std::filesystem::path& header) {
  std::set<std::string> names;
  std::ifstream file(header);
  const std::regex declaration(R"(^(?:inline )?(?:Tensor&?|ValuesIndices|std::\w+<.*>|bool) (\w+)\(.*)");
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, match, declaration)) names.insert(match[1]);
  }
  return names;
}

bool has_row(const std::string& name) {
  return std::any_of(rows().begin(), rows().end(), [&](const Row& r) {
    const auto is = [&](const std::string& n) { return r.name == n || r.name.starts_with(n + "."); };
    return is(name) || (name.ends_with('_') && r.in_place && is(name.substr(0, name.size() - 1)));
  });
}

TEST(OpTableRules, EveryDeclaredOperationHasARow) {
  // Uninitialised memory has no values to compare; from_blob is tested in tensor_test.cpp.
  const std::set<std::string> elsewhere{"empty", "empty_like", "empty_strided", "from_blob"};
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(XGRAD_SOURCE_DIR "/autograd/ops")) {
    const std::string file = entry.path().filename();
    static const std::set<std::string> internal{"along.hpp",     "linear_algebra.hpp", "operators.hpp",
                                                "out.hpp",       "parts.hpp",          "places.hpp",
                                                "promotion.hpp", "resample.hpp",       "resize.hpp"};
    if (!file.ends_with(".hpp") || internal.contains(file)) continue;
    for (const std::string& name : declared(entry.path())) {
      ++found;
      if (elsewhere.contains(name)) continue;
      EXPECT_TRUE(has_row(name)) << file << " declares " << name << ", which has no row in tests/autograd/ops";
    }
  }
  EXPECT_GT(found, 100u);
}

TEST(OpTableRules, NamesAreUnique) {
  std::set<std::string> seen;
  for (const Row& r : rows()) EXPECT_TRUE(seen.insert(r.name).second) << r.name << " stands there twice";
}

bool special(const Tensor& x) {
  if (!x.is_floating_point()) return false;
  const Tensor y = x.to(kFloat64).contiguous();
  return std::any_of(y.data_ptr<double>(), y.data_ptr<double>() + y.numel(), [](double v) { return std::isnan(v); });
}

/// The kinds that a sample shows.
unsigned kinds(const Row& row, const Sample& s) {
  const bool throws = evaluate(row, s.in, Twin::OutOfPlace, Order::Values).error.has_value();
  unsigned out = throws ? kError : 0u;
  std::optional<Dims> shape;
  std::optional<ScalarType> dtype;
  each_tensor(s.in, [&](const Tensor& x) {
    if (x.numel() == 0) out |= kEmpty;
    if (x.dim() == 0) out |= kZeroDim;
    if (x.numel() >= 1000) out |= kBig;
    if (special(x)) out |= kSpecial;
    if (x.dtype() == kFloat32) out |= kSingle;
    if (x.dtype() == kBool) out |= kBools;
    if (is_integral(x.dtype())) out |= kIntegers;
    if (!throws && shape && !(*shape == x.sizes())) out |= kBroadcast;
    if (dtype && *dtype != x.dtype()) out |= kMixed;
    shape = x.sizes();
    dtype = x.dtype();
  });
  return out;
}

TEST(OpTableRules, SamplesShowWhatTheyMust) {
  for (const Row& r : rows()) {
    EXPECT_FALSE(r.samples.empty()) << r.name;
    if (r.tensors == 0) continue;
    unsigned shown = 0, wanted = kEmpty | kZeroDim | kBig | kSpecial | kSingle | kIntegers | kBools | kError;
    if (r.tensors > 1) wanted |= kBroadcast | kMixed;
    for (const Sample& s : r.samples) shown |= kinds(r, s);
    for (const auto& [kind, name] : kKinds) {
      if (wanted & kind & ~shown) {
        EXPECT_TRUE(r.waived & kind) << r.name << ": no sample is " << name << ", and the row does not say why";
      }
      EXPECT_FALSE(r.waived & kind & shown) << r.name << " says that none of its samples is " << name << ", but one is";
    }
  }
}

TEST(OpTableRules, EveryFingerprintHasASample) {
  std::set<std::string> keys;
  for (const Row& r : rows()) {
    for (const Sample& s : r.samples) keys.insert(fingerprint_key(r, s));
  }
  for (const auto& [key, line] : committed_fingerprints()) {
    EXPECT_TRUE(keys.contains(key)) << key << " " << line << ": build/*/tests/oracle/oracle_tests --write";
  }
}

TEST(OpTableRules, DifferencesFromPyTorchAreExplained) {
  std::ifstream file(XGRAD_SOURCE_DIR "/docs/pytorch_names.md");
  std::stringstream page;
  page << file.rdbuf();
  const auto explained = [&](const std::string& heading) {
    return heading.empty() || page.str().find("**" + heading + ".**") != std::string::npos;
  };
  for (const Row& r : rows()) {
    EXPECT_TRUE(explained(r.own_words)) << r.name << ": no entry \"" << r.own_words << "\"";
    for (const Sample& s : r.samples)
      EXPECT_TRUE(explained(s.differs)) << r.name << ": no entry \"" << s.differs << '"';
  }
}

}  // namespace
}  // namespace xgrad::op_table
