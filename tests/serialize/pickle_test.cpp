/// The pickle machine alone, on pickles written by hand: what Python never writes must neither run, hang nor crash.
#include <xgrad/serialize/pickle.hpp>

#include <cmath>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using Kind = Value::Kind;
using namespace std::string_literals;

/// Knows `m.forget`, which takes anything and gives None, and `m.args`, which gives its arguments back.
class Toy final : public pickle::Resolver {
 public:
  Value global(const std::string& module, const std::string& name) override {
    check(module == "m", "unknown module {}", module);
    return Value::Global{module, name};
  }
  Value call(const Value::Global& f, const Value::Items& arguments) override {
    return f.name == "args" ? Value::list(arguments) : Value();
  }
  Value persistent(const Value& id) override { return Value::tuple({"persistent", id}); }
};

Value unpickle(const std::string& bytes) {
  Toy toy;
  return pickle::load(bytes, toy);
}
std::string error(const std::string& bytes) {
  return error_of([&] { unpickle(bytes); });
}
std::string repeat(const std::string& part, int n) {
  std::string all;
  for (int i = 0; i < n; ++i) all += part;
  return all;
}

TEST(Pickle, Numbers) {
  EXPECT_TRUE(unpickle("N.").is_none());
  EXPECT_EQ(unpickle("K\xff.").as_int(), 255);
  EXPECT_EQ(unpickle("J\xff\xff\xff\xff.").as_int(), -1);
  EXPECT_EQ(unpickle("\x8a\x00."s).as_int(), 0);
  EXPECT_EQ(unpickle("\x8a\x01\x80.").as_int(), -128);
  EXPECT_EQ(unpickle("\x8a\x02\x80\x00."s).as_int(), 128);
  EXPECT_EQ(unpickle("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80."s).as_int(), INT64_MIN);
  EXPECT_EQ(unpickle("\x8b\x01\x00\x00\x00\x05."s).as_int(), 5);
  EXPECT_EQ(unpickle("G\x3f\xf8\x00\x00\x00\x00\x00\x00."s).as_float(), 1.5);
  expect_contains(error("\x8a\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01."), "an int of 9 bytes does not fit");
}

TEST(Pickle, LinesOfText) {
  EXPECT_EQ(unpickle("I-12\n.").as_int(), -12);
  EXPECT_TRUE(unpickle("I01\n.").as_bool());
  EXPECT_FALSE(unpickle("I00\n.").as_bool());
  EXPECT_EQ(unpickle("L9223372036854775807L\n.").as_int(), INT64_MAX);
  EXPECT_EQ(unpickle("F-1.5e3\n.").as_float(), -1500);
  EXPECT_TRUE(std::isnan(unpickle("Fnan\n.").as_float()));
  EXPECT_EQ(unpickle("S'a\\x41\\n\\\\'\n.").as_str(), "aA\n\\");
  EXPECT_EQ(unpickle("Va\xe4\\u20ac\\U0001f600\\n\n.").as_str(), "aä€😀\\n");
  EXPECT_EQ(unpickle("((lp0\nI1\nag0\nt.").as_tuple()[1].as_list().size(), 1u);
  EXPECT_EQ(unpickle("(I1\nI2\nd.").as_dict().entries[0].second.as_int(), 2);
  EXPECT_EQ(unpickle("U\x02hi.").as_str(), "hi");
  EXPECT_EQ(unpickle("T\x02\x00\x00\x00hi."s).as_str(), "hi");
  expect_contains(error("L9223372036854775808L\n."), "an int of 19 digits does not fit into 64 bits");
  for (const char* wrong :
       {"I\n.", "I1x\n.", "F\n.", "F1.0x\n.", "Sabc\n.", "S'\n.", "S'\\'\n.", "S'\\x4'\n.", "S'\\q'\n.", "V\\u12\n.",
        "V\\ud800\n.", "V\\Uffffffff\n.", "g0\n.", "(lp-1\n.", "I1", "P1\n."}) {
    EXPECT_NE(error(wrong), "") << wrong;
  }
}

TEST(Pickle, TextsAndBytes) {
  EXPECT_EQ(unpickle("X\x03\x00\x00\x00"s + "abc.").as_str(), "abc");
  EXPECT_EQ(unpickle("\x8c\x02hi.").as_str(), "hi");
  EXPECT_EQ(unpickle("\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi."s).as_str(), "hi");
  EXPECT_EQ(unpickle("C\x02\xff\x00."s).as_bytes(), "\xff\x00"s);
  expect_contains(error("X\x01\x00\x00\x00\xff."s), "not UTF-8");
  expect_contains(error("X\xff\xff\xff\xff"s + "abc."), "truncated: 4294967295 more bytes expected, 4 left");
  expect_contains(error("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"s + "abc."), "truncated");
}

TEST(Pickle, ContainersAndMemo) {
  const Value v = unpickle("(](K\x01K\x02\x65]q\x05h\x05t.");
  EXPECT_EQ(v.as_tuple()[0].as_list().at(1).as_int(), 2);
  EXPECT_EQ(v.as_tuple()[1].identity(), v.as_tuple()[2].identity());
  EXPECT_EQ(unpickle("(NNNt.").as_tuple().size(), 3u);
  EXPECT_EQ(unpickle("}X\x01\x00\x00\x00kK\x07s."s).as_dict().at("k").as_int(), 7);
  EXPECT_EQ(unpickle("K\x09Q.").as_tuple()[1].as_int(), 9);
  EXPECT_EQ(unpickle("cm\nargs\nK\x01\x85R.").as_list()[0].as_int(), 1);
  EXPECT_EQ(unpickle("\x8c\x01m\x8c\x04"
                     "args\x93)R.")
                .as_list()
                .size(),
            0u);
}

TEST(Pickle, OutOfPlace) {
  expect_contains(error(""), "truncated");
  expect_contains(error("N"), "truncated");
  expect_contains(error("."), "the stack is empty");
  expect_contains(error("NN."), "1 values left over");
  expect_contains(error("N(."), "the stack is empty");
  expect_contains(error("t."), "could not find MARK");
  expect_contains(error("N(\x86."), "too few elements");
  expect_contains(error("NNa."), "Can only append to lists, but got NoneType");
  expect_contains(error("](NNe(Nu."), "Can only set the items of dicts, but got list");
  expect_contains(error("}(Nu."), "odd number of items");
  expect_contains(error("h\x07."), "Memo value not found at index 7");
  expect_contains(error("NNR."), "Trying to call a value of type NoneType");
  expect_contains(error("NNb."), "Can only build OrderedDict");
  expect_contains(error("}]Ns."), "key of type list");
  expect_contains(error("}(K\x01NK\x01Nu."), "the key '1' twice");
  expect_contains(error("cm"), "a line has no end");
  expect_contains(error("cm\nargs\n."), "found the class or function m.args where a value was expected");
  expect_contains(error("\x80\x00N."s), "unsupported pickle protocol: 0");
}

TEST(Pickle, UnknownNamesAndOpcodes) {
  expect_contains(error("\x80\x02"
                        "cos\nsystem\n."),
                  "unknown module os");
  // INST, OBJ, EXT1, POP, DUP: nothing that makes objects or goes back.
  for (const char c :
       "io\x82"
       "02"s) {
    const std::string text = error(std::string(1, c) + "N.");
    expect_contains(text, fmt::format("Unsupported operand {}", static_cast<int>(static_cast<unsigned char>(c))));
    expect_contains(text, "at byte 0 of 3 bytes of pickle");
  }
}

TEST(Pickle, Objects) {
  expect_contains(error("cm\nargs\n)\x81."), "Unsupported class m.args");
  expect_contains(error("N)\x81."), "Trying to make an object of type NoneType");
}

TEST(Pickle, ContainingItself) {
  expect_contains(error("]q\x01h\x01\x61."), "a list contains itself");
  expect_contains(error("]q\x01}X\x01\x00\x00\x00kh\x01sa."s), "contains itself");
  expect_contains(error("]q\x01h\x01\x85\x61."), "contains itself");
  // Where no one sees it, it must not leak (the address sanitizer looks).
  EXPECT_TRUE(unpickle("cm\nforget\n]q\x01h\x01\x61\x85R.").is_none());
}

TEST(Pickle, Depth) {
  EXPECT_EQ(unpickle(")"s + repeat("\x85", 999) + ".").as_tuple().size(), 1u);
  expect_contains(error(")"s + repeat("\x85", 1000) + "."), "nested deeper than 1000");
  expect_contains(error(")"s + repeat("\x85", 200000) + "."), "nested deeper than 1000");
  expect_contains(error(repeat("(", 200000) + repeat("t", 200000) + "."), "nested deeper than 1000");
  // Deep where the way there is short: (t, t) with t = 600 levels, then 600 levels around it.
  expect_contains(error(")"s + repeat("\x85", 600) + "q\x01h\x01\x86" + repeat("\x85", 600) + "."), "nested deeper");
  expect_contains(error("(]q\x01)"s + repeat("\x85", 600) + "ah\x01" + repeat("\x85", 600) + "t."), "nested deeper");
}

TEST(Pickle, SharedPartsAreReadOnce) {
  // Two to the power of 300 leaves, if anyone counted them.
  const Value v = unpickle(")q\x01"s + repeat("h\x01\x86q\x01", 300) + ".");
  EXPECT_EQ(v.as_tuple()[0].identity(), v.as_tuple()[1].identity());
}

TEST(Pickle, MemoryIsBounded) {
  EXPECT_EQ(unpickle("("s + repeat("N", 100000) + "t.").as_tuple().size(), 100000u);
  expect_contains(error("("s + repeat("]", 3000000) + "t."), "needs far more memory");
  expect_contains(error("(N"s + repeat("\x94", 3000000) + "t."), "needs far more memory");
}

}  // namespace
}  // namespace xgrad::serialize::testing
