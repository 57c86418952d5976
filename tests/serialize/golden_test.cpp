/// Files that real PyTorch wrote (scripts/goldens/state_dict.py) hold what they held in Python.
#include <gmock/gmock.h>
#include <xgrad/serialize/zip.hpp>

#include <cmath>
#include <limits>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using Kind = Value::Kind;

Array at(const Value& dict, const char* key) { return dict.as_dict().at(key).as_tensor().array; }

TEST(Golden, AllDtypes) {
  const Value v = load(golden("dtypes"));
  EXPECT_THAT(elements<std::uint8_t>(at(v, "uint8")), ElementsAre(0, 1, 255));
  EXPECT_THAT(elements<std::int8_t>(at(v, "int8")), ElementsAre(-128, 0, 127));
  EXPECT_THAT(elements<std::int16_t>(at(v, "int16")), ElementsAre(-32768, 0, 32767));
  EXPECT_THAT(elements<std::int32_t>(at(v, "int32")), ElementsAre(INT32_MIN, 0, INT32_MAX));
  EXPECT_THAT(elements<std::int64_t>(at(v, "int64")), ElementsAre(INT64_MIN, 0, INT64_MAX));
  EXPECT_THAT(elements<float>(at(v, "float32")), ElementsAre(0, 0.25f, 0.5f, 0.75f, 1, 1.25f));
  EXPECT_EQ(at(v, "float32").sizes(), Dims({2, 3}));
  EXPECT_THAT(elements<double>(at(v, "float64")), ElementsAre(0, 1 / 3., 2 / 3., 1, 4 / 3., 5 / 3.));
  EXPECT_THAT(elements<bool>(at(v, "bool")), ElementsAre(true, false, true));
  const auto special = elements<float>(at(v, "special"));
  EXPECT_EQ(special[0], INFINITY);
  EXPECT_EQ(special[1], -INFINITY);
  EXPECT_TRUE(std::isnan(special[2]));
  EXPECT_TRUE(special[3] == 0 && std::signbit(special[3]));
  EXPECT_EQ(special[4], std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(special[5], 3.4e38f);
}

TEST(Golden, Shapes) {
  const Value v = load(golden("shapes"));
  EXPECT_EQ(at(v, "scalar").dim(), 0);
  EXPECT_THAT(elements<float>(at(v, "scalar")), ElementsAre(1.5f));
  EXPECT_THAT(elements<std::int64_t>(at(v, "scalar_int")), ElementsAre(-7));
  EXPECT_EQ(at(v, "empty").sizes(), Dims({0}));
  EXPECT_EQ(at(v, "empty_rows").sizes(), Dims({0, 3}));
  EXPECT_EQ(at(v, "empty_rows").dtype(), kInt64);
  EXPECT_EQ(at(v, "ones").sizes(), Dims({1, 1, 1, 1}));
  EXPECT_EQ(at(v, "six").sizes(), Dims(6, 2));
  EXPECT_EQ(at(v, "eight").sizes(), Dims(8, 2));
  EXPECT_EQ(elements<float>(at(v, "eight")), elements<float>(arange(256)));
}

void expect_views(const Value& v) {
  EXPECT_EQ(elements<float>(at(v, "base")), elements<float>(arange(12)));
  EXPECT_THAT(elements<float>(at(v, "row")), ElementsAre(4, 5, 6, 7));
  EXPECT_EQ(at(v, "transposed").sizes(), Dims({4, 3}));
  EXPECT_EQ(at(v, "transposed").strides(), Dims({1, 4}));
  EXPECT_THAT(elements<float>(at(v, "transposed")), ElementsAre(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11));
  EXPECT_THAT(elements<float>(at(v, "step")), ElementsAre(1, 3, 5, 7, 9, 11));
  EXPECT_THAT(elements<float>(at(v, "expanded")), ElementsAre(2, 2, 2, 2, 2));
  EXPECT_EQ(at(v, "empty_tail").sizes(), Dims({0, 4}));
  EXPECT_THAT(elements<float>(at(v, "fortran")), ElementsAre(0, 2, 4, 1, 3, 5));
  for (const char* key : {"row", "transposed", "step", "expanded", "empty_tail"}) {
    EXPECT_TRUE(at(v, key).same_storage(at(v, "base"))) << key;
  }
  EXPECT_FALSE(at(v, "other").same_storage(at(v, "base")));
}

TEST(Golden, ViewsShareTheirStorage) { expect_views(load(golden("views"))); }
TEST(Golden, TheFormatBeforePyTorch16) { expect_views(load(golden("legacy"))); }

TEST(Golden, StateDictOfAModule) {
  const auto state = load_state_dict(golden("module"));
  std::vector<std::string> names;
  for (const auto& [name, array] : state) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("0.weight", "0.bias", "2.weight", "2.bias", "2.running_mean", "2.running_var",
                                 "2.num_batches_tracked"));
  EXPECT_EQ(state[0].second.sizes(), Dims({2, 3}));
  EXPECT_THAT(elements<float>(state[5].second), ElementsAre(1, 1));
  EXPECT_THAT(elements<std::int64_t>(state[6].second), ElementsAre(0));

  const Value v = load(golden("module"));
  EXPECT_TRUE(v.as_dict().ordered);
  const Value::Dict& metadata = v.as_dict().attributes.as_dict().at("_metadata").as_dict();
  EXPECT_EQ(metadata.at("2").as_dict().at("version").as_int(), 2);
}

TEST(Golden, ParametersAndGradients) {
  const Value v = load(golden("parameters"));
  const auto tensor = [&](std::size_t i) { return v.as_list().at(i).as_tensor(); };
  EXPECT_TRUE(tensor(0).parameter && tensor(0).requires_grad);
  EXPECT_THAT(elements<float>(tensor(0).array), ElementsAre(1, 2));
  EXPECT_TRUE(tensor(1).parameter && !tensor(1).requires_grad);
  EXPECT_TRUE(!tensor(2).parameter && tensor(2).requires_grad);
  EXPECT_EQ(v.as_list()[3].identity(), v.as_list()[0].identity());
}

void expect_nested(const Value& v) {
  const Value::Dict& d = v.as_dict();
  EXPECT_TRUE(d.at("none").is_none());
  EXPECT_TRUE(d.at("flags").as_list()[0].as_bool());
  EXPECT_FALSE(d.at("flags").as_list()[1].as_bool());
  std::vector<std::int64_t> ints;
  for (const Value& i : d.at("ints").as_list()) ints.push_back(i.as_int());
  EXPECT_THAT(ints, ElementsAre(0, 255, 256, 65535, 65536, -1, INT32_MIN, 2147483648, -2147483649, INT64_MAX, INT64_MIN,
                                std::int64_t{1} << 40, -129));
  std::vector<double> floats;
  for (const Value& x : d.at("floats").as_tuple()) floats.push_back(x.as_float());
  EXPECT_THAT(floats, ElementsAre(0., -0., 1.5, INFINITY, 5e-324));
  EXPECT_TRUE(std::signbit(floats[1]));
  EXPECT_EQ(d.at("text").as_str(), "Grüße, 世界 🌍");
  EXPECT_EQ(d.at("empty_text").as_str(), "");
  EXPECT_EQ(d.at("bytes").as_bytes(), std::string("\x00\xff\x80"
                                                  "abc",
                                                  6));
  EXPECT_EQ(d.at("empty_bytes").as_bytes(), "");
  for (std::size_t n = 0; n < 5; ++n) {
    const Value::Items& tuple = d.at("tuples").as_tuple()[n].as_tuple();
    ASSERT_EQ(tuple.size(), n);
    for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(tuple[i].as_int(), static_cast<std::int64_t>(i) + 1);
  }
  const Value::Items& empty = d.at("empty").as_list();
  EXPECT_TRUE(empty[0].as_list().empty());
  EXPECT_TRUE(empty[1].as_dict().entries.empty() && !empty[1].as_dict().ordered);
  EXPECT_TRUE(empty[2].as_dict().entries.empty() && empty[2].as_dict().ordered);
  EXPECT_EQ(&d.at("losses").as_list(), &d.at("losses_again").as_list());
  EXPECT_EQ(d.at("losses").as_list()[1].as_float(), 0.5);
  EXPECT_EQ(d.at("ordered").as_dict().entries[0].first.as_str(), "z");
  EXPECT_EQ(d.entries[13].first.as_int(), 3);
  EXPECT_EQ(d.entries[13].second.as_str(), "int key");
  EXPECT_THAT(elements<float>(d.at("model").as_dict().at("weight").as_tensor().array), ElementsAre(1, 2));
  ASSERT_EQ(d.at("many").as_list().size(), 2001u);
  EXPECT_EQ(d.at("many").as_list().back().as_int(), 2000);
  EXPECT_EQ(d.at("table").as_dict().at("key1000").as_int(), 1000);
  EXPECT_EQ(d.at("ordered_table").as_dict().at("key1000").as_int(), 1000);
}

TEST(Golden, NestedValues) { expect_nested(load(golden("nested"))); }
TEST(Golden, PickleProtocol4) { expect_nested(load(golden("protocol4"))); }

TEST(Golden, DtypesSizesAndAnEmptyViewPastTheEnd) {
  const Value v = load(golden("others"));
  EXPECT_EQ(v.as_dict().at("dtype").as_dtype(), kFloat64);
  EXPECT_EQ(v.as_dict().at("size").as_tuple()[1].as_int(), 3);
  EXPECT_EQ(at(v, "beyond").sizes(), Dims({0, 2}));
  EXPECT_LE(at(v, "beyond").offset(), 12);  // 14 in Python, outside the storage
}

TEST(Golden, OptimizerStates) {
  const Value v = load(golden("optimizer"));
  EXPECT_EQ(v.as_dict().at("epoch").as_int(), 3);
  const Value::Dict& adam = v.as_dict().at("adam").as_dict();
  const Value::Dict& state = adam.at("state").as_dict();
  ASSERT_EQ(state.entries.size(), 4u);
  EXPECT_EQ(state.entries[0].first.as_int(), 0);
  EXPECT_THAT(elements<float>(state.entries[0].second.as_dict().at("step").as_tensor().array), ElementsAre(1));
  const Value::Dict& group = adam.at("param_groups").as_list()[0].as_dict();
  EXPECT_EQ(group.at("lr").as_float(), 0.01);
  EXPECT_EQ(group.at("betas").as_tuple()[1].as_float(), 0.999);
  EXPECT_EQ(group.at("params").as_list().size(), 4u);
}

TEST(Golden, WhatIsRefusedIsNamed) {
  const auto error = [](const char* name) { return error_of([&] { load(golden(name)); }); };
  expect_contains(error("half"), "Unsupported storage type torch.HalfStorage");
  expect_contains(error("half"), "at byte");
  expect_contains(error("half"), "torch_half.pt'");
  expect_contains(error("whole_module"), "Unsupported class torch.nn.modules.container.Sequential");
  expect_contains(error("whole_module"), "save model.state_dict(), not the model");
}

TEST(Golden, ModulesOfTorchScriptAreTheirAttributes) {
  const Value v = load(golden("script"));
  EXPECT_EQ(v.as_dict().class_name, "__torch__.torch.nn.modules.linear.Linear");
  EXPECT_EQ(at(v, "weight").sizes(), Dims({1, 1}));
  const auto state = load_state_dict(golden("script"));
  ASSERT_EQ(state.size(), 2u);
  EXPECT_EQ(state[1].first, "bias");
}

class Resaved : public FolderTest, public ::testing::WithParamInterface<const char*> {};

// What came from Python and is saved again is, byte for byte, the pickle and the memory that Python wrote.
TEST_P(Resaved, IsWhatPythonWrote) {
  const std::string from = golden(GetParam()), to = path(std::string("torch_") + GetParam() + ".pt");
  save(load(from), to);
  const ZipReader theirs(from), ours(to);
  ASSERT_EQ(ours.entries().size(), theirs.entries().size());
  for (const auto& entry : theirs.entries()) {
    const auto* same = ours.find(entry.name);
    ASSERT_NE(same, nullptr) << entry.name;
    EXPECT_TRUE(ours.read(*same) == theirs.read(entry)) << entry.name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Resaved,
                         ::testing::Values("dtypes", "shapes", "views", "module", "parameters", "nested", "optimizer"),
                         [](const auto& golden_file) { return std::string(golden_file.param); });

}  // namespace
}  // namespace xgrad::serialize::testing
