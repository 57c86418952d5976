/// Value as a program uses it.
#include <xgrad/serialize/archive.hpp>
#include <xgrad/serialize/utf8.hpp>

#include <limits>
#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using Kind = Value::Kind;

TEST(Value, KindsOfWhatGoesIn) {
  EXPECT_EQ(Value().kind(), Kind::None);
  EXPECT_EQ(Value(true).kind(), Kind::Bool);
  EXPECT_EQ(Value(1u).kind(), Kind::Int);
  EXPECT_EQ(Value(1.5f).kind(), Kind::Float);
  EXPECT_EQ(Value("text").kind(), Kind::Str);
  EXPECT_EQ(Value(std::string("text")).kind(), Kind::Str);
  EXPECT_EQ(Value(Value::Bytes{"raw"}).kind(), Kind::Bytes);
  EXPECT_EQ(Value::list({1, "a"}).kind(), Kind::List);
  EXPECT_EQ(Value::tuple().kind(), Kind::Tuple);
  EXPECT_EQ(Value::dict().kind(), Kind::Dict);
  EXPECT_EQ(Value(arange(2)).kind(), Kind::Tensor);
  EXPECT_EQ(Value(kFloat32).kind(), Kind::Dtype);
}

/// What save() and load() say of a dict with two such keys.
void expect_equal(const Value& a, const Value& b, bool equal) {
  const Value dict = Value::dict({{a, 1}, {b, 2}});
  const Value nested = Value::list({Value::ordered_dict({{a, 1}, {b, 2}})});
  for (const Value& v : {dict, nested}) {
    std::string bytes;
    const std::string error = error_of([&] { bytes = save_bytes(v); });
    EXPECT_EQ(error.find("twice") != std::string::npos, equal) << error;
    if (equal) continue;
    EXPECT_EQ(error_of([&] { load_bytes(bytes); }), "") << "what is saved can be loaded";
  }
}

TEST(Value, EqualKeysAreRefusedAsTheyAreSaved) {
  EXPECT_EQ(error_of([] { save_bytes(Value::dict({{"a", 2}, {"a", 3}})); }), "a dict has the key 'a' twice");
  EXPECT_THROW(save_bytes(Value::dict({{"a", 2}, {"a", 3}})), ValueError);
  expect_equal(1, true, true);
  expect_equal(1.0, 1, true);
  expect_equal(false, -0.0, true);
  expect_equal(0x1p62, std::int64_t{1} << 62, true);
  expect_equal(0x1p64, 0x1p64, true);
  expect_equal({}, {}, true);
  expect_equal(Value::Bytes{"a"}, Value::Bytes{"a"}, true);
  expect_equal(Value::Bytes{"a"}, "a", false);
  expect_equal("1", 1, false);
  expect_equal({}, false, false);
  expect_equal(2, 2.5, false);
  expect_equal(std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN(), false);
  expect_equal((std::int64_t{1} << 53) + 1, 0x1p53, false);
  OutputArchive archive;
  archive.write("d", Value::dict({{1, "a"}, {1, "b"}}));
  std::ostringstream out;
  expect_contains(error_of([&] { archive.save_to(out); }), "a dict has the key '1' twice");
}

TEST(Value, WrongKind) {
  EXPECT_EQ(error_of([] { Value("x").as_int(); }), "expected a value of type int, but got one of type str");
  EXPECT_EQ(error_of([] { Value(1).as_dict(); }), "expected a value of type dict, but got one of type int");
  EXPECT_EQ(error_of([] { Value().items(); }), "expected a value of type list, but got one of type NoneType");
  EXPECT_THROW(Value(1.5).as_int(), TypeError);
  EXPECT_EQ(Value(2).as_float(), 2.0);
  EXPECT_THROW(Value(std::uint64_t{1} << 63), ValueError);
}

TEST(Value, CopiesShare) {
  const Value a = Value::list({1});
  const Value b = a;
  b.as_list().push_back(2);
  EXPECT_EQ(a.as_list().size(), 2u);
  EXPECT_EQ(a.identity(), b.identity());
  EXPECT_NE(a.identity(), Value::list({1}).identity());
  EXPECT_EQ(Value(1).identity(), nullptr);
}

TEST(Value, Dict) {
  const Value v = Value::dict({{"a", 1}, {2, "two"}});
  Value::Dict& d = v.as_dict();
  EXPECT_EQ(d.at("a").as_int(), 1);
  EXPECT_EQ(d.find("2"), nullptr);
  d.set("a", 10);
  d.set("b", 20);
  EXPECT_EQ(d.at("a").as_int(), 10);
  EXPECT_EQ(d.entries.size(), 3u);
  EXPECT_EQ(error_of([&] { d.at("c"); }), "KeyError: 'c'\n  the dict has 'a', 2, 'b'");
  EXPECT_EQ(error_of([&] { Value::dict().as_dict().at("c"); }), "KeyError: 'c'\n  the dict has no keys");
}

TEST(Utf8, WellFormed) {
  for (const char* good : {"", "ascii", "ü", "世", "🌍", "\xed\xa0\x80" /* a lone surrogate */, "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc0\x80", "\xc3", "\xe0\x80\x80", "\xe4\xb8", "\xf0\x80\x80\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3x"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Utf8, Latin1AndBack) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_TRUE(is_utf8(latin1_to_utf8(all)));
  EXPECT_EQ(utf8_to_latin1(latin1_to_utf8(all)), all);
  EXPECT_EQ(utf8_to_latin1("世"), std::nullopt);
}

}  // namespace
}  // namespace xgrad::serialize::testing
