/// Files that PyTorch opens though torch.save writes them only on request, or no longer (scripts/goldens/odd_files.py).
#include <xgrad/serialize/safetensors.hpp>

#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using Kind = Value::Kind;

/// What the script calls VALUE.
void expect_value(const std::string& name, bool with_tensor = true) {
  SCOPED_TRACE(name);
  Value value;
  ASSERT_NO_THROW(value = load(golden(name)));
  const Value::Dict& dict = value.as_dict();
  const Value::Items& a = dict.at("a").as_list();
  ASSERT_EQ(a.size(), 9u);
  EXPECT_EQ(a[0].as_int(), 1);
  EXPECT_EQ(a[1].as_tuple()[1].as_int(), 3);
  EXPECT_EQ(a[2].as_int(), -4);
  EXPECT_EQ(a[3].as_int(), std::int64_t{1} << 40);
  EXPECT_TRUE(a[4].as_bool());
  EXPECT_FALSE(a[5].as_bool());
  EXPECT_TRUE(a[6].is_none());
  EXPECT_EQ(a[7].as_float(), 0.5);
  EXPECT_EQ(a[8].as_str(), "Grüße €");
  EXPECT_EQ(dict.at("b").as_bytes(), "x\xff");
  EXPECT_EQ(dict.at("o").as_dict().at("k").as_int(), 1);
  if (with_tensor) {
    EXPECT_EQ(elements<float>(dict.at("t").as_tensor().array), (std::vector<float>{0, 1, 2}));
  }
}

TEST(OddFiles, WithoutChecksums) {
  expect_value("no_crc");
  // One that is there must be right.
  std::string bytes = read_file(golden("dtypes"));
  const std::size_t data = bytes.find("data/0");
  const std::size_t padding = bytes.find("ZZ", data);
  ASSERT_NE(padding, std::string::npos);
  bytes[bytes.find_first_not_of('Z', padding)] ^= 1;
  expect_contains(error_of([&] { load_bytes(bytes); }), "CRC error");
}

TEST(OddFiles, StoragesOfOddSize) {
  const Value x = load(golden("odd_bytes")).as_dict().at("x");
  EXPECT_EQ(elements<std::int32_t>(x.as_tensor().array), (std::vector<std::int32_t>{0x07060504}));
  EXPECT_EQ(x.as_tensor().array.offset(), 1);
  const Value again = load_bytes(save_bytes(x));  // what is left over is no element and stays behind
  EXPECT_EQ(elements<std::int32_t>(again.as_tensor().array), (std::vector<std::int32_t>{0x07060504}));
}

TEST(OddFiles, LegacyInEveryProtocol) {
  for (const char* protocol : {"1", "3", "4", "5"}) expect_value(std::string("legacy_protocol") + protocol);
  expect_value("legacy_protocol0", false);
}

TEST(OddFiles, LegacyByPython2) {
  const Value value = load(golden("python2"));
  EXPECT_EQ(elements<float>(value.as_dict().at("t").as_tensor().array), (std::vector<float>{0, 1, 2}));
  EXPECT_EQ(value.as_dict().at("longer text").as_str(), "x");
  EXPECT_EQ(value.as_dict().at("a").as_list()[1].as_int(), 2);
}

TEST(OddFiles, CutShortAnywhere) {
  for (const char* name : {"legacy_protocol0", "legacy_protocol1", "legacy_protocol4", "python2", "odd_bytes"}) {
    const std::string whole = read_file(golden(name));
    for (std::size_t n = 0; n < whole.size(); ++n) {
      EXPECT_NE(error_of([&] { load_bytes(whole.substr(0, n)); }), "") << name << ", " << n << " bytes";
    }
  }
}

TEST(OddFiles, TupleKeys) {
  Value value = load(golden("tuple_keys"));
  for (int pass = 0; pass < 2; ++pass) {
    const auto& entries = value.as_dict().entries;
    ASSERT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[0].first.as_tuple()[1].as_str(), "a");
    EXPECT_EQ(entries[0].second.as_tensor().array.numel(), 2);
    EXPECT_EQ(entries[1].first.as_tuple()[1].as_tuple()[0].as_int(), 3);
    EXPECT_EQ(entries[1].second.as_str(), "nested");
    EXPECT_TRUE(entries[2].first.as_tuple().empty());
    value = load_bytes(save_bytes(value));
  }
  const Value twice = Value::dict({{Value::tuple({1, "a"}), 1}, {Value::tuple({1, "a"}), 2}});
  expect_contains(error_of([&] { load_bytes(save_bytes(twice)); }), "twice");
  const Value differ = Value::dict({{Value::tuple({1, "a"}), 1}, {Value::tuple({"1", "a"}), 2}});
  EXPECT_EQ(load_bytes(save_bytes(differ)).as_dict().entries.size(), 2u);
  const Value list = Value::dict({{Value::tuple({Value::list()}), 1}});
  expect_contains(error_of([&] { save_bytes(list); }), "a key of type list: unhashable");
}

TEST(OddFiles, SeveralArchivesInOneStream) {
  const std::string bytes = save_bytes(Value(1)), second = save_bytes(Value("two"));
  for (const std::string& both : {bytes + bytes, bytes + second, "prefix" + bytes, bytes + bytes + bytes}) {
    std::stringstream stream(both);
    expect_contains(error_of([&] { load(stream); }), "bytes precede the archive, or several follow one another");
  }
  EXPECT_NE(error_of([&] { load_bytes(bytes + "suffix"); }), "");
  std::stringstream stream("prefix" + bytes);  // read from where it stands
  stream.seekg(6);
  EXPECT_EQ(load(stream).as_int(), 1);
}

TEST(OddFiles, FilesOfAnotherKind) {
  expect_contains(error_of([] { load_safetensors(golden("dtypes")); }), "this is a zip archive, of PyTorch or NumPy");
}

TEST(OddFiles, NumbersThatNoValueHoldsAreNamed) {
  const std::string large = error_of([] { load(golden("large_int")); });
  expect_contains(large, "an int of 9 bytes does not fit into 64 bits");
  expect_contains(large, "behind the text 'large'");
  const std::string complex = error_of([] { load(golden("complex")); });
  expect_contains(complex, "complex");
  expect_contains(complex, "behind the text 'z'");
}

}  // namespace
}  // namespace xgrad::serialize::testing
