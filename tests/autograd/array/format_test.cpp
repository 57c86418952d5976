#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>
#include <vector>
#include <xgrad/autograd/array/format.hpp>

namespace xgrad {
namespace {

using Json = nlohmann::json;

/// Gives back the print options and the default dtype that a test changed.
class Format : public testing::Test {
 protected:
  void TearDown() override {
    set_printoptions(options_);
    set_default_dtype(dtype_);
  }

 private:
  PrintOptions options_ = get_printoptions();
  ScalarType dtype_ = get_default_dtype();
};

ScalarType dtype_named(const std::string& name) {
  for (int i = 0; i < kDtypeCount; ++i) {
    if (kDtypeInfo[static_cast<std::size_t>(i)].name == name) return static_cast<ScalarType>(i);
  }
  throw std::invalid_argument("no dtype " + name);
}

Dims dims_of(const Json& list) {
  Dims dims;
  for (const std::int64_t size : list) dims.push_back(size);
  return dims;
}

template <class T>
T number(const Json& value) {
  if (value.is_string()) return static_cast<T>(std::strtod(value.get_ref<const std::string&>().c_str(), nullptr));
  return static_cast<T>(value.get<std::int64_t>());
}

/// A packed array of these numbers, repeated until it is full.
Array filled(const Json& values, IntArrayRef sizes, ScalarType dtype) {
  Array a = Array::empty(sizes, dtype);
  dispatch(dtype, [&]<class T>() {
    for (std::int64_t i = 0; i < a.numel(); ++i) {
      a.data<T>()[i] = number<T>(values[static_cast<std::size_t>(i) % values.size()]);
    }
  });
  return a;
}

template <class T>
Array array(std::initializer_list<T> values) {
  Array a = Array::empty({static_cast<std::int64_t>(values.size())}, dtype_of<T>());
  std::copy(values.begin(), values.end(), a.data<T>());
  return a;
}

Array viewed(const Array& a, const Json& view) {
  const auto argument = [&](std::size_t i) { return view[i].get<std::int64_t>(); };
  const Dims list = dims_of(Json(view.begin() + 1, view.end()));
  const std::string name = view[0];
  if (name == "transpose") return a.transpose(argument(1), argument(2));
  if (name == "permute") return a.permute(list);
  if (name == "expand") return a.expand(list);
  if (name == "select") return a.select(argument(1), argument(2));
  if (name == "slice") return a.slice(argument(1), argument(2), argument(3), argument(4));
  if (name == "unsqueeze") return a.unsqueeze(argument(1));
  throw std::invalid_argument("no view " + name);
}

PrintOptions options_of(const Json& call) {
  PrintOptions options;
  for (const auto& [key, value] : call.items()) {
    if (key == "precision")
      options.precision(value);
    else if (key == "threshold")
      options.threshold(value.is_string() ? INFINITY : value.get<double>());
    else if (key == "edgeitems")
      options.edgeitems(value);
    else if (key == "linewidth")
      options.linewidth(value);
    else if (key == "sci_mode")
      options.sci_mode(value.get<bool>());
    else if (key == "profile")
      options.profile(value.get<std::string>());
    else
      throw std::invalid_argument("no print option " + key);
  }
  return options;
}

// --- goldens ---------------------------------------------------------------------------------------------------------

/// scripts/goldens/printing.py describes the file and writes it.
const std::vector<Json>& goldens() {
  static const std::vector<Json> cases = [] {
    std::ifstream file(XGRAD_SOURCE_DIR "/tests/data/printing_golden.json");
    const Json parsed = Json::parse(file, nullptr, /*allow_exceptions=*/false);
    return parsed.is_array() ? parsed.get<std::vector<Json>>() : std::vector<Json>{};
  }();
  return cases;
}

class FormatGolden : public Format, public testing::WithParamInterface<std::size_t> {};

TEST_P(FormatGolden, IsWhatPythonPrints) {
  const Json& c = goldens()[GetParam()];
  if (c.contains("options")) {
    for (const Json& call : c["options"]) set_printoptions(options_of(call));
  }
  if (c.contains("default_dtype")) set_default_dtype(dtype_named(c["default_dtype"]));

  Array a = filled(c["values"], dims_of(c["shape"]), dtype_named(c["dtype"]));
  for (const Json& view : c.value("views", Json::array())) a = viewed(a, view);
  const std::string grad_fn = c.value("grad_fn", "");
  EXPECT_EQ(format_tensor(a, {.requires_grad = c.value("requires_grad", false), .grad_fn = grad_fn}), c["text"]);
}

INSTANTIATE_TEST_SUITE_P(PyTorch, FormatGolden, testing::Range(std::size_t{0}, goldens().size()), [](const auto& test) {
  std::string name = goldens()[test.param]["name"];
  for (char& letter : name) {
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0) letter = '_';
  }
  return name;
});

TEST(FormatGoldens, AreAllThere) {
  std::set<std::string> names;
  for (const Json& c : goldens()) names.insert(c["name"]);
  EXPECT_EQ(names.size(), goldens().size());
  EXPECT_GE(names.size(), 160u);
}

// --- what a golden cannot say ----------------------------------------------------------------------------------------

TEST_F(Format, LooksAtPrintedElementsOnly) {
  const std::int64_t many = 1'000'000;
  const Array a = filled({"0x1p-1"}, {}, kFloat32).expand({many, many, many});
  const std::string slab =
      "[[0.5000, 0.5000, 0.5000,  ..., 0.5000, 0.5000, 0.5000],\n"
      "         [0.5000, 0.5000, 0.5000,  ..., 0.5000, 0.5000, 0.5000],\n"
      "         [0.5000, 0.5000, 0.5000,  ..., 0.5000, 0.5000, 0.5000],\n"
      "         ...,\n"
      "         [0.5000, 0.5000, 0.5000,  ..., 0.5000, 0.5000, 0.5000],\n"
      "         [0.5000, 0.5000, 0.5000,  ..., 0.5000, 0.5000, 0.5000],\n"
      "         [0.5000, 0.5000, 0.5000,  ..., 0.5000, 0.5000, 0.5000]]";
  const std::string next = ",\n\n        ";
  EXPECT_EQ(format_tensor(a), "tensor([" + slab + next + slab + next + slab + next + "..." + next + slab + next + slab +
                                  next + slab + "])");
}

TEST_F(Format, ExtremesOfEdgeitems) {
  const Array a = array<std::int64_t>({1, 2, 3, 4});
  set_printoptions(PrintOptions().threshold(2).edgeitems(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(format_tensor(a), "tensor([1, 2, 3, 4])");
  set_printoptions(PrintOptions().edgeitems(0));
  EXPECT_EQ(format_tensor(a.view({2, 2})), "tensor([...])");  // PyTorch fails to print this one
}

TEST_F(Format, NanHasNoSign) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(format_tensor(array({std::copysign(nan, -1.0), 0.5})), "tensor([   nan, 0.5000], dtype=torch.float64)");
}

TEST_F(Format, NegativeStridesAreFollowed) {
  const Array a = array<std::int64_t>({1, 2, 3, 4});
  EXPECT_EQ(format_tensor(a.as_strided({2, 2}, {2, 1}, 0)), "tensor([[1, 2],\n        [3, 4]])");
  const Array reversed(a.storage(), kInt64, Dims{4}, Dims{-1}, 3);
  EXPECT_EQ(format_tensor(reversed), "tensor([4, 3, 2, 1])");
}

TEST_F(Format, ArrayWithoutMemoryIsNone) { EXPECT_EQ(format_tensor(Array()), "None"); }

TEST_F(Format, GradFnSpeaksForRequiresGrad) {
  EXPECT_EQ(format_tensor(array({1.5f}), {.requires_grad = true, .grad_fn = "MulBackward0"}),
            "tensor([1.5000], grad_fn=<MulBackward0>)");
}

TEST_F(Format, WritesAllDigitsOfTheLongestNumber) {
  set_printoptions(PrintOptions().sci_mode(false).precision(1100));
  const std::string text = format_tensor(array({-std::numeric_limits<double>::max(), 0x1p-1074}));
  const std::string begin = "tensor([-179769313486231570814527423731704356798070567525844996598917476803157260780";
  EXPECT_EQ(text.substr(0, begin.size()), begin);
  const std::string end = "533447265625" + std::string(1100 - 1074, '0') + "],\n       dtype=torch.float64)";
  EXPECT_EQ(text.substr(text.size() - end.size()), end);
}

// --- options ---------------------------------------------------------------------------------------------------------

TEST_F(Format, OptionsStartAsPyTorchs) {
  for (const PrintOptions& options : {PrintOptions(), get_printoptions()}) {
    EXPECT_EQ(options.precision(), 4);
    EXPECT_EQ(options.threshold(), 1000);
    EXPECT_EQ(options.edgeitems(), 3);
    EXPECT_EQ(options.linewidth(), 80);
    EXPECT_EQ(options.sci_mode(), std::nullopt);
  }
}

TEST_F(Format, UnchosenOptionsStayAndSciModeDoesNot) {
  set_printoptions(PrintOptions().precision(6).threshold(5).sci_mode(true));
  set_printoptions(PrintOptions().edgeitems(1));
  const PrintOptions now = get_printoptions();
  EXPECT_EQ(now.precision(), 6);
  EXPECT_EQ(now.threshold(), 5);
  EXPECT_EQ(now.edgeitems(), 1);
  EXPECT_EQ(now.sci_mode(), std::nullopt);
}

TEST_F(Format, WhatIsChosenBesideAProfileWinsInEitherOrder) {
  for (const PrintOptions& options :
       {PrintOptions().profile("short").precision(7), PrintOptions().precision(7).profile("short")}) {
    set_printoptions("default");
    set_printoptions(PrintOptions().linewidth(20));
    set_printoptions(options);
    EXPECT_EQ(get_printoptions().precision(), 7);
    EXPECT_EQ(get_printoptions().edgeitems(), 2);
    EXPECT_EQ(get_printoptions().linewidth(), 80);
  }
}

TEST_F(Format, OptionsGivenBackAreRestored) {
  set_printoptions(PrintOptions().profile("short").linewidth(40).sci_mode(false));
  const PrintOptions before = get_printoptions();
  set_printoptions("full");
  set_printoptions(PrintOptions().precision(9).linewidth(9).edgeitems(9));
  EXPECT_TRUE(std::isinf(get_printoptions().threshold()));
  set_printoptions(before);
  const PrintOptions now = get_printoptions();
  EXPECT_EQ(now.precision(), 2);
  EXPECT_EQ(now.threshold(), 1000);
  EXPECT_EQ(now.edgeitems(), 2);
  EXPECT_EQ(now.linewidth(), 40);
  EXPECT_EQ(now.sci_mode(), false);
}

template <class F>
std::string value_error(F f) {
  try {
    f();
  } catch (const ValueError& error) {
    return error.what();
  }
  return "no error";
}

TEST_F(Format, ImpossibleOptionsAreRefused) {
  EXPECT_EQ(value_error([] { PrintOptions().precision(-1); }), "precision must be at least 0, but got -1");
  EXPECT_EQ(value_error([] { PrintOptions().edgeitems(-2); }), "edgeitems must be at least 0, but got -2");
  EXPECT_EQ(value_error([] { set_printoptions("long"); }),
            "unknown print profile 'long': expected default, short or full");
}

TEST_F(Format, ThreadsMayPrintWhileOptionsChange) {
  const Array a = array({0.123456});
  const std::set<std::string> possible{"tensor([0.1235], dtype=torch.float64)", "tensor([0.12], dtype=torch.float64)"};
  std::thread changes([] {
    for (int i = 0; i < 200; ++i) set_printoptions(i % 2 == 0 ? "short" : "default");
  });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(possible.count(format_tensor(a)), 1u);
  changes.join();
}

}  // namespace
}  // namespace xgrad
