#include <xgrad/nn/ordered_dict.hpp>

#include <gmock/gmock.h>

#include "golden.hpp"

namespace xgrad {
namespace {

using test::message_of;
using ::testing::ElementsAre;
using ::testing::Pair;

OrderedDict<std::string, int> abc() {
  OrderedDict<std::string, int> dict;
  dict.insert("c", 1);
  dict.insert("a", 2);
  dict.insert("b", 3);
  return dict;
}

TEST(OrderedDict, KeepsTheOrderOfInsertion) {
  const auto dict = abc();
  EXPECT_EQ(dict.size(), 3u);
  EXPECT_THAT(dict.keys(), ElementsAre("c", "a", "b"));
  EXPECT_THAT(dict.values(), ElementsAre(1, 2, 3));
  EXPECT_THAT(dict.pairs(), ElementsAre(Pair("c", 1), Pair("a", 2), Pair("b", 3)));
  EXPECT_EQ(dict.front().key(), "c");
  EXPECT_EQ(*dict.back(), 3);
  EXPECT_EQ(dict[0].value(), 1);
}

TEST(OrderedDict, LooksUpByKey) {
  auto dict = abc();
  EXPECT_EQ(dict["a"], 2);
  dict["a"] = 5;
  EXPECT_EQ(*dict.find("a"), 5);
  EXPECT_EQ(dict.find("z"), nullptr);
  EXPECT_TRUE(dict.contains("b"));
  EXPECT_FALSE(dict.contains("z"));
}

TEST(OrderedDict, StructuredBindingsReachTheValue) {
  auto dict = abc();
  for (auto& [key, value] : dict) value += static_cast<int>(key.size());
  int sum = 0;
  for (const auto& [key, value] : std::as_const(dict)) sum += value;
  for (auto& item : dict) sum += item.value() + *item;
  EXPECT_EQ(sum, 27);
}

TEST(OrderedDict, ErasesAndGoesOnFindingTheOthers) {
  auto dict = abc();
  dict.erase("a");
  EXPECT_THAT(dict.keys(), ElementsAre("c", "b"));
  EXPECT_EQ(dict["b"], 3);
  dict.insert("a", 7);
  EXPECT_EQ(dict[2].key(), "a");
  dict.clear();
  EXPECT_TRUE(dict.is_empty());
}

TEST(OrderedDict, CopiesAreEqualUntilChanged) {
  const auto dict = abc();
  auto copy = dict;
  EXPECT_EQ(copy, dict);
  copy["a"] = 9;
  EXPECT_FALSE(copy == dict);
  EXPECT_EQ(dict["a"], 2);
  OrderedDict<std::string, int> more{{"x", 1}};
  more.update(dict);
  EXPECT_THAT(more.keys(), ElementsAre("x", "c", "a", "b"));
}

TEST(OrderedDict, ErrorsNameTheKey) {
  OrderedDict<std::string, int> dict("Parameter");
  dict.insert("w", 1);
  EXPECT_EQ(message_of<Error>([&] { dict.insert("w", 2); }), "Parameter 'w' already defined");
  EXPECT_EQ(message_of<Error>([&] { dict["v"]; }), "Parameter 'v' is not defined");
  EXPECT_EQ(message_of<Error>([&] { dict.erase("v"); }), "Parameter 'v' is not defined");
  EXPECT_EQ(message_of<IndexError>([&] { dict[1]; }), "Index 1 is out of bounds");
  dict.clear();
  EXPECT_EQ(message_of<Error>([&] { dict.front(); }), "Called front() on an empty OrderedDict");
  EXPECT_EQ(message_of<Error>([&] { dict.back(); }), "Called back() on an empty OrderedDict");
}

}  // namespace
}  // namespace xgrad
