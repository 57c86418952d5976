#include <gtest/gtest.h>

#include <xgrad/autograd/gradcheck_gtest.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <set>

#include "op_table.hpp"

namespace xgrad::op_table {
namespace {

using Json = nlohmann::json;

/// Copies of the floating arguments as leaves that require grad; the others as they are.
Arguments leaves(const Row& row, const Arguments& in) {
  Arguments out;
  for (const Tensor& x : in) {
    const bool constant = !x.is_floating_point() || ((row.flags & kConstantWeights) && out.size() >= 2);
    out.push_back(constant ? x : x.detach().requires_grad_());
  }
  return out;
}

/// The gradients of the arguments when the results receive gradient_for(...); undefined where there is none.
std::vector<Tensor> gradients(const std::vector<Tensor>& results, const Arguments& in) {
  std::vector<Tensor> roots, g, wanted;
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!results[k].requires_grad()) continue;
    roots.push_back(results[k]);
    g.push_back(gradient_for(results[k], k));
  }
  for (const Tensor& x : in) {
    if (x.requires_grad()) wanted.push_back(x);
  }
  std::vector<Tensor> out(in.size());
  if (roots.empty() || wanted.empty()) return out;
  auto found = autograd::grad(roots, wanted, g, true, false, true);
  for (std::size_t i = 0, next = 0; i < in.size(); ++i) {
    if (in[i].requires_grad()) out[i] = found[next++];
  }
  return out;
}

void expect_same(const std::vector<Tensor>& ours, const std::vector<Tensor>& theirs, const char* what) {
  ASSERT_EQ(ours.size(), theirs.size()) << what;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ASSERT_EQ(ours[i].defined(), theirs[i].defined()) << what << ' ' << i;
    if (!ours[i].defined()) continue;
    EXPECT_EQ(difference(ours[i], theirs[i]), "") << what << ' ' << i;
  }
}

std::optional<std::vector<Tensor>> try_call(const Row& row, const Arguments& in, std::string* message = nullptr) {
  try {
    return row.call(in);
  } catch (const Error& e) {
    if (message) *message = e.what();
    return std::nullopt;
  }
}

std::string brief(const Json& test_case) {
  std::string out = "arguments";
  for (const auto& x : test_case.at("in")) out += " " + x.dump();
  return out;
}

class OpTable : public testing::TestWithParam<Row> {
 protected:
  const Row& row() const { return GetParam(); }
  const Json& cases() const { return golden().at(row().name); }
};

TEST_P(OpTable, EqualsPyTorch) {
  for (const Json& c : cases()) {
    SCOPED_TRACE(brief(c));
    std::string message;
    const auto ours = try_call(row(), arguments_of(c), &message);
    const bool error = c.contains("error");
    EXPECT_EQ(!ours, error) << (error ? "PyTorch throws" : "PyTorch does not throw: " + message);
    if (!ours || error) continue;
    std::vector<Tensor> theirs;
    for (const Json& stored : c.at("out")) theirs.push_back(tensor_from(stored));
    expect_same(*ours, theirs, "result");
    if (!c.contains("grad")) continue;
    const Arguments in = leaves(row(), arguments_of(c));
    const auto grads = gradients(row().call(in), in);
    for (std::size_t i = 0; i < in.size(); ++i) {
      const Json& values = c.at("grad")[i];
      // PyTorch's zeros and its "undefined" are the same to whoever adds them up.
      if (!grads[i].defined() || values.is_null()) {
        EXPECT_FALSE(grads[i].defined() && grads[i].any().item<bool>()) << "gradient " << i;
        if (!values.is_null()) {
          for (const Json& v : values) EXPECT_EQ(v, 0) << "gradient " << i;
        }
        continue;
      }
      Json stored = c.at("in")[i];
      stored["v"] = values;
      EXPECT_EQ(difference(grads[i], tensor_from(stored)), "") << "gradient " << i;
    }
  }
}

TEST_P(OpTable, DerivativesAgreeWithSlopes) {
  for (const Json& c : cases()) {
    if (!c.value("smooth", false)) continue;
    SCOPED_TRACE(brief(c));
    const Arguments in = leaves(row(), arguments_of(c));
    EXPECT_GRADCHECK(row().call, in);
    const auto out = row().call(in);
    if (std::none_of(out.begin(), out.end(), [](const Tensor& t) { return t.requires_grad(); })) continue;
    EXPECT_GRADGRADCHECK(row().call, in);
  }
}

/// The same elements with the dimensions' order in memory reversed.
Tensor reversed(const Tensor& x) {
  Dims order;
  for (std::int64_t d = x.dim(); d-- > 0;) order.push_back(d);
  return x.permute(order).contiguous().permute(order);
}

/// The same elements with gaps between them, not at the start of their memory.
Tensor spaced(const Tensor& x) {
  if (x.dim() == 0) return stack({x, x}).select(0, 1);
  Tensor wide = stack({zeros_like(x), x}, x.dim());
  return wide.select(-1, 1);
}

/// The first row everywhere, without copying it.
Tensor stretched(const Tensor& x) {
  if (x.dim() == 0 || x.size(0) == 0) return x;
  return x.slice(0, 0, 1).expand(x.sizes());
}

TEST_P(OpTable, MemoryLayoutPlaysNoPart) {
  if (row().flags & kLayoutMatters) return;
  for (const Json& c : cases()) {
    SCOPED_TRACE(brief(c));
    for (const auto layout : {reversed, spaced, stretched}) {
      Arguments plain, other;
      for (const Tensor& x : arguments_of(c)) {
        other.push_back(layout(x));
        plain.push_back(other.back().clone().contiguous());
      }
      if (layout == stretched && row().in_place && row().name.ends_with('_')) continue;
      plain = leaves(row(), plain);
      other = leaves(row(), other);
      const auto expected = try_call(row(), plain), got = try_call(row(), other);
      ASSERT_EQ(expected.has_value(), got.has_value());
      if (!expected) continue;
      expect_same(*got, *expected, "result");
      expect_same(gradients(*got, other), gradients(*expected, plain), "gradient");
    }
  }
}

TEST_P(OpTable, InPlaceIsTheSame) {
  if (!row().in_place) return;
  for (const Json& c : cases()) {
    SCOPED_TRACE(brief(c));
    ASSERT_TRUE(c.contains("inplace"));
    Arguments in = arguments_of(c);
    Arguments changed = in;
    changed[0] = in[0].clone();
    const auto version = changed[0].version();
    const Tensor handle = changed[0];
    std::string message;
    try {
      row().in_place(changed);
    } catch (const Error& e) {
      message = e.what();
    }
    EXPECT_EQ(message.empty(), c.at("inplace").get<bool>()) << message;
    if (!message.empty() || !c.at("inplace").get<bool>()) continue;
    EXPECT_TRUE(handle.is_same(changed[0]));
    EXPECT_GT(handle.version(), version);
    const auto expected = row().call(in);
    expect_same({handle}, {expected[0].to(handle.dtype())}, "result");
    if (expected[0].dtype() != handle.dtype() || !handle.is_floating_point()) continue;

    // Gradients, of the whole and of a part of something larger.
    const Arguments x = leaves(row(), in);
    const auto grads = gradients(row().call(x), x);
    const Arguments y = leaves(row(), in);
    Arguments z = y;
    z[0] = y[0].clone();
    row().in_place(z);
    expect_same(gradients({z[0]}, y), grads, "gradient in place");
    const Arguments w = leaves(row(), in);
    z = w;
    const Tensor base = stack({zeros_like(w[0]), w[0]}, 0);
    z[0] = base.select(0, 1);
    row().in_place(z);
    const Tensor part = base.select(0, 1);
    expect_same({part}, {expected[0]}, "result in a view's base");
    expect_same(gradients({part}, w), grads, "gradient through a view's base");
    expect_same(gradients({z[0]}, w), grads, "gradient through a view");
  }
}

std::string test_name(const testing::TestParamInfo<Row>& info) {
  std::string name = info.param.name;
  for (std::size_t at; (at = name.find('-')) != std::string::npos;) name.replace(at, 1, "minus_");
  for (char& ch : name) {
    if (!std::isalnum(static_cast<unsigned char>(ch))) ch = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Rows, OpTable, testing::ValuesIn(rows()), test_name);

TEST(OpTableItself, EveryRowHasAGoldenAndEveryGoldenARow) {
  std::set<std::string> ours, theirs;
  for (const Row& r : rows()) EXPECT_TRUE(ours.insert(r.name).second) << r.name << " stands there twice";
  for (const auto& [name, cases] : golden().items()) {
    theirs.insert(name);
    EXPECT_FALSE(cases.empty()) << name;
  }
  for (const auto& name : theirs) EXPECT_TRUE(ours.contains(name)) << "no row in tests/autograd/ops for " << name;
  for (const auto& name : ours) EXPECT_TRUE(theirs.contains(name)) << "no row in scripts/goldens/ops.py for " << name;
}

/// The functions that a header of autograd/ops/ declares.
std::set<std::string> declared(const std::filesystem::path& header) {
  std::set<std::string> names;
  std::ifstream file(header);
  const std::regex declaration(R"(^(?:inline )?(?:Tensor&?|ValuesIndices|std::vector<Tensor>|bool) (\w+)\(.*)");
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, match, declaration)) names.insert(match[1]);
  }
  return names;
}

TEST(OpTableItself, EveryDeclaredOperationHasARow) {
  // Uninitialised memory has no values to compare; from_blob is tested in tensor_test.cpp.
  const std::set<std::string> elsewhere{"empty", "empty_like", "from_blob"};
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(XGRAD_SOURCE_DIR "/autograd/ops")) {
    const std::string file = entry.path().filename();
    if (!file.ends_with(".hpp") || file == "promotion.hpp" || file == "operators.hpp") continue;
    for (const std::string& name : declared(entry.path())) {
      ++found;
      if (elsewhere.contains(name)) continue;
      const bool twin = name.ends_with('_');
      const bool has_row = std::any_of(rows().begin(), rows().end(), [&](const Row& r) {
        const auto is = [&](const std::string& n) { return r.name == n || r.name.starts_with(n + "."); };
        return is(name) || (twin && r.in_place && is(name.substr(0, name.size() - 1)));
      });
      EXPECT_TRUE(has_row) << file << " declares " << name << ", which has no row";
    }
  }
  EXPECT_GT(found, 100u);
}

TEST(OpTableItself, InPlaceTwinsStandOnBothSides) {
  for (const Row& r : rows()) {
    EXPECT_EQ(static_cast<bool>(r.in_place), golden().at(r.name)[0].contains("inplace")) << r.name;
  }
}

}  // namespace

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

}  // namespace xgrad::op_table
