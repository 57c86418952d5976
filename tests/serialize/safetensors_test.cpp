/// safetensors: the bytes that its own library writes, the files it refuses, and memory that is the file's.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <xgrad/serialize/safetensors.hpp>

#include <cmath>
#include <cstring>
#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using namespace std::string_literals;

using ::testing::ElementsAre;

std::string golden_safetensors(const std::string& name) {
  return XGRAD_SOURCE_DIR "/tests/data/" + name + ".safetensors";
}

Tensor i32(IntArrayRef sizes, const std::vector<std::int32_t>& values) { return Tensor(make(sizes, values)); }

template <class T>
std::vector<T> values(const Tensor& t) {
  return elements<T>(t.array());
}

using Safetensors = FolderTest;

// The expectations of the format's own library for these tensors.
TEST(SafetensorsBytes, AreThoseOfTheReference) {
  const std::string zeros(16, '\0');
  EXPECT_EQ(save_safetensors_bytes({{"test", i32({2, 2}, {0, 0, 0, 0})}}),
            "@\0\0\0\0\0\0\0"s + R"({"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}    )" + zeros);
  EXPECT_EQ(save_safetensors_bytes({{"test1", i32({2, 2}, {0, 0, 0, 0})}}, {{"framework", "pt"}}),
            "`\0\0\0\0\0\0\0"s +
                R"({"__metadata__":{"framework":"pt"},"test1":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}} )" +
                zeros);
  EXPECT_EQ(save_safetensors_bytes(TensorDict()), "\x08\0\0\0\0\0\0\0{}      "s);
  EXPECT_EQ(save_safetensors_bytes(TensorDict(), {{"framework", "pt"}}),
            "\x28\0\0\0\0\0\0\0"s + R"({"__metadata__":{"framework":"pt"}}     )");
  EXPECT_EQ(save_safetensors_bytes({{"attn.0", Tensor(arange(6).view({1, 2, 3}))}}).substr(0, 72),
            "\x40\0\0\0\0\0\0\0"s + R"({"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}})");
}

TEST(SafetensorsBytes, DoNotDependOnTheOrder) {
  const Tensor a = i32({2}, {1, 2}), b = i32({1}, {3});
  EXPECT_EQ(save_safetensors_bytes({{"a", a}, {"b", b}}), save_safetensors_bytes({{"b", b}, {"a", a}}));
}

// scripts/goldens/safetensors.py wrote them; read and written again they are the same.
TEST(SafetensorsBytes, GoldensComeOutAsTheyWentIn) {
  for (const char* name : {"dtypes", "names", "empty"}) {
    const std::string path = golden_safetensors(name);
    const SafetensorsFile file(path);
    EXPECT_EQ(save_safetensors_bytes(file.tensors(), file.metadata()), read_file(path)) << name;
    EXPECT_EQ(save_safetensors_bytes(load_safetensors(path), file.metadata()), read_file(path)) << name;
  }
}

void expect_all_dtypes(const TensorDict& t) {
  EXPECT_THAT(values<std::uint8_t>(t["uint8"]), ElementsAre(0, 1, 255));
  EXPECT_THAT(values<std::int8_t>(t["int8"]), ElementsAre(-128, 0, 127));
  EXPECT_THAT(values<std::int16_t>(t["int16"]), ElementsAre(-32768, 0, 32767));
  EXPECT_THAT(values<std::int32_t>(t["int32"]), ElementsAre(INT32_MIN, 0, INT32_MAX));
  EXPECT_THAT(values<std::int64_t>(t["int64"]), ElementsAre(INT64_MIN, 0, INT64_MAX));
  EXPECT_THAT(values<float>(t["float32"]), ElementsAre(0, 0.25f, 0.5f, 0.75f, 1, 1.25f));
  EXPECT_EQ(t["float32"].sizes(), Dims({2, 3}));
  EXPECT_THAT(values<double>(t["float64"]), ElementsAre(0, 1 / 3., 2 / 3., 1, 4 / 3., 5 / 3.));
  EXPECT_THAT(values<bool>(t["bool"]), ElementsAre(true, false, true));
  const auto special = values<float>(t["special"]);
  EXPECT_EQ(special[0], INFINITY);
  EXPECT_EQ(special[1], -INFINITY);
  EXPECT_TRUE(std::isnan(special[2]));
  EXPECT_TRUE(special[3] == 0 && std::signbit(special[3]));
  EXPECT_EQ(special[4], std::numeric_limits<float>::denorm_min());
}

TEST(SafetensorsGolden, AllDtypesFromPathStreamBytesAndMapping) {
  const std::string path = golden_safetensors("dtypes");
  expect_all_dtypes(load_safetensors(path));
  expect_all_dtypes(load_safetensors_bytes(read_file(path)));
  std::istringstream in(read_file(path));
  expect_all_dtypes(load_safetensors(in));
  const SafetensorsFile file(path);
  expect_all_dtypes(file.tensors());
  EXPECT_EQ(file.metadata()["format"], "pt");
  EXPECT_THAT(file.keys(),
              ElementsAre("int64", "float64", "float32", "special", "int32", "int16", "int8", "uint8", "bool"));
}

TEST(SafetensorsGolden, Names) {
  const TensorDict t = load_safetensors(golden_safetensors("names"));
  EXPECT_EQ(t["Grüße 模型 🦊"].sizes(), Dims({0, 3}));
  EXPECT_EQ(t["quote \" and \\"].item<float>(), 1.5f);
  EXPECT_THAT(values<std::int16_t>(t["tab\tnewline\n\x01\x7f"]), ElementsAre(1, 2));
  EXPECT_EQ(t[""].sizes(), Dims({1, 1, 1, 1}));
}

TEST(SafetensorsGolden, DataAtOddAddressesAreCopied) {
  for (const bool mapped : {false, true}) {
    const std::string path = golden_safetensors("odd");
    const TensorDict t = mapped ? SafetensorsFile(path).tensors() : load_safetensors(path);
    EXPECT_EQ(values<float>(t["x"]), elements<float>(arange(6)));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(t["x"].array().raw()) % alignof(float), 0u);
    EXPECT_THAT(values<bool>(t["y"]), ElementsAre(true, false));
  }
}

TEST(SafetensorsGolden, DtypesThatNoTensorHasAreNamed) {
  const std::string error = error_of([] { load_safetensors(golden_safetensors("half")); });
  expect_contains(error, "tensor 'half' has the dtype F16");
  expect_contains(error, "half.safetensors'");
  const SafetensorsFile file(golden_safetensors("half"));
  EXPECT_THAT(values<float>(file.get_tensor("x")), ElementsAre(1, 2));
  expect_contains(error_of([&] { file.get_tensor("half"); }), "tensor 'half' has the dtype F16");
  expect_contains(error_of([&] { file.get_tensor("z"); }), "tensor 'z' not found");
}

TEST_F(Safetensors, AnyStridesArePacked) {
  const Tensor table(arange(12).view({3, 4}));
  const Tensor weight = table.transpose(0, 1).requires_grad_();
  save_safetensors({{"t", weight}, {"row", table[1]}, {"five", table.select(0, 0).slice(0, 1, 2).expand({5})}},
                   path("x"));
  const TensorDict back = load_safetensors(path("x"));
  EXPECT_EQ(values<float>(back["t"]), values<float>(table.transpose(0, 1)));
  EXPECT_FALSE(back["t"].requires_grad());
  EXPECT_THAT(values<float>(back["row"]), ElementsAre(4, 5, 6, 7));
  EXPECT_THAT(values<float>(back["five"]), ElementsAre(1, 1, 1, 1, 1));
}

TEST_F(Safetensors, StreamsGoOnBehindTheLastTensor) {
  std::stringstream stream;
  save_safetensors({{"a", Tensor(arange(3))}}, stream);
  save_safetensors({{"b", Tensor(arange(2))}}, stream, {{"k", "v"}});
  stream << "rest";
  EXPECT_THAT(values<float>(load_safetensors(stream)["a"]), ElementsAre(0, 1, 2));
  EXPECT_THAT(values<float>(load_safetensors(stream)["b"]), ElementsAre(0, 1));
  std::string rest;
  stream >> rest;
  EXPECT_EQ(rest, "rest");
  expect_contains(error_of([&] { load_safetensors(stream); }), "header too small: the file has 0 bytes");
  std::ofstream full("/dev/full");
  expect_contains(error_of([&] { save_safetensors({{"a", Tensor(arange(3))}}, full); }), "the stream failed");
}

TEST_F(Safetensors, MappedTensorsOutliveTheFileAndNeverChangeIt) {
  save_safetensors({{"a", Tensor(arange(3))}, {"b", Tensor(make<bool>({2}, {true, false}))}}, path("x"));
  const std::string before = read_file(path("x"));
  Tensor a, again, b;
  {
    SafetensorsFile file(path("x"));
    a = file.get_tensor("a");
    again = file.get_tensor("a");
    b = file.get_tensor("b");
    EXPECT_TRUE(a.array().storage()->is_borrowed()) << "was copied";
  }
  a.mul_(10);
  EXPECT_THAT(values<float>(a), ElementsAre(0, 10, 20));
  EXPECT_THAT(values<float>(again), ElementsAre(0, 10, 20));
  EXPECT_EQ(read_file(path("x")), before);
  EXPECT_THAT(values<float>(SafetensorsFile(path("x")).get_tensor("a")), ElementsAre(0, 1, 2));
  // Saving to the path of what is mapped.
  save_safetensors({{"a", a}, {"b", b}}, path("x"));
  EXPECT_THAT(values<float>(load_safetensors(path("x"))["a"]), ElementsAre(0, 10, 20));
  EXPECT_THAT(values<bool>(b), ElementsAre(true, false));
}

TEST_F(Safetensors, BoolsAreOnlyTrueAndFalse) {
  const std::string bytes =
      made_safetensors(R"({"b":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", 0) + "\x02\x80";
  write_file(path("x"), bytes);
  for (const Tensor& b : {load_safetensors_bytes(bytes)["b"], SafetensorsFile(path("x")).get_tensor("b")}) {
    EXPECT_EQ(std::memcmp(b.array().raw(), "\1\1", 2), 0);
  }
}

TEST_F(Safetensors, WhatCannotBeSaved) {
  const Tensor t(arange(1));
  expect_contains(error_of([&] { save_safetensors({{"a\0b"s, t}}, path("x")); }), "'a\\x00b' contains a null byte");
  expect_contains(error_of([&] { save_safetensors({{"\xff", t}}, path("x")); }), "is no UTF-8");
  expect_contains(error_of([&] { save_safetensors({{"a", t}}, path("x"), {{"k", "\xed\xa0\x80"}}); }), "is no UTF-8");
  expect_contains(error_of([&] { save_safetensors({{"__metadata__", t}}, path("x")); }), "cannot be named");
  expect_contains(error_of([&] { save_safetensors({{"a", Tensor()}}, path("x")); }), "the undefined tensor 'a'");
  expect_contains(error_of([&] { save_safetensors({{"a", t}}, path("no/x")); }), "Parent directory");
  EXPECT_EQ(files(), 0u);
}

TEST_F(Safetensors, FilesThatAreNone) {
  expect_contains(error_of([&] { load_safetensors(path("none")); }), "[Errno 2] No such file or directory");
  expect_contains(error_of([&] { SafetensorsFile(path("none")); }), "[Errno 2] No such file or directory");
  expect_contains(error_of([&] { load_safetensors(path("")); }), "[Errno 21] Is a directory");
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  expect_contains(error_of([&] { load_safetensors(path("pipe")); }), "it is not a regular file");
  write_file(path("empty"), "");
  expect_contains(error_of([&] { load_safetensors(path("empty")); }), "header too small: the file has 0 bytes");
  expect_contains(error_of([&] { SafetensorsFile(path("empty")); }), "header too small: the file has 0 bytes");
}

std::string error_of_header(const std::string& json, std::size_t data = 0) {
  const std::string bytes = made_safetensors(json, data);
  const std::string error = error_of([&] { load_safetensors_bytes(bytes); });
  std::istringstream in(bytes);
  // A stream has no end that could be in the wrong place.
  const std::string streamed = error_of([&] { load_safetensors(in); });
  if (error.find("not fully covered") == std::string::npos &&
      error.find("invalid header length") == std::string::npos) {
    EXPECT_EQ(streamed.substr(0, streamed.find("\n  loading")), error.substr(0, error.find("\n  loading")));
  }
  return error;
}

TEST(SafetensorsHostile, Headers) {
  const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return "\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets;
  };
  const auto one = [&](const std::string& dtype, const std::string& shape, const std::string& offsets,
                       std::size_t data = 4) {
    return error_of_header("{\"x\":{" + entry(dtype, shape, offsets) + "}}", data);
  };
  EXPECT_EQ(one("F32", "[1]", "[0,4]"), "");
  EXPECT_EQ(error_of_header(" \n{\"x\":{\"more\":[[{\"a\":null}],true]," + entry("F32", "[]", "[0,4]") + "}} \t", 4),
            "");
  expect_contains(one("F32", "[2]", "[0,4]"), "invalid shape, data type, or offset for tensor 'x'");
  expect_contains(one("F32", "[1]", "[4,0]"), "invalid offset for tensor 'x'");
  expect_contains(one("F32", "[1]", "[4,8]", 8),
                  "invalid offset for tensor 'x': it has the bytes 4 to 8, and the tensors before it end at 0");
  expect_contains(one("F32", "[1]", "[0,4]", 5),
                  "incomplete metadata, file not fully covered: the tensors take 4 bytes, and 5 are there");
  expect_contains(one("F32", "[1]", "[0,4]", 3), "incomplete metadata, file not fully covered");
  expect_contains(one("F32", "[4611686018427387904,4]", "[0,4]"), "overflow computing buffer size");
  expect_contains(one("F32", "[18446744073709551615]", "[0,4]"), "overflow computing buffer size");
  expect_contains(one("F32", "[18446744073709551616]", "[0,4]"), "a number that is no integer");
  expect_contains(one("F32", "[-1]", "[0,4]"), "tensor 'x' has a negative number in a place for a number");
  expect_contains(one("F32", "[1.0]", "[0,4]"), "a number that is no integer");
  expect_contains(one("F32", "[0,4611686018427387904]", "[0,0]", 0), "impossible sizes");
  expect_contains(one("F4", "[1]", "[0,4]"), "it ends inside a byte");
  expect_contains(one("F32", "[\"1\"]", "[0,4]"), "tensor 'x' has a string in a place for a number");
  expect_contains(one("F32", "[[1]]", "[0,4]"), "an array in a place for a number");
  expect_contains(one("F32", "{}", "[0,4]"), "an object in a place for its dtype");
  expect_contains(one("F32", "1", "[0,4]"), "a number in a place for its dtype");
  expect_contains(one("F32", "[1]", "[0]"), "tensor 'x' has 1 data_offsets");
  expect_contains(one("F32", "[1]", "[0,4,4]"), "more than two data_offsets");
  expect_contains(one("float", "[1]", "[0,4]"), "tensor 'x' has the unknown dtype 'float'");
  expect_contains(one("F32", "[" + std::string(128, '1') + "]", "[0,4]"), "a number that is no integer");
  std::string ones = "[1";
  for (int i = 0; i < 64; ++i) ones += ",1";
  expect_contains(one("F32", ones + "]", "[0,4]"), "more than 64 dimensions");

  const std::string f32 = entry("F32", "[1]", "[0,4]"), next = entry("F32", "[1]", "[4,8]");
  EXPECT_EQ(error_of_header("{\"y\":{" + next + "},\"x\":{" + f32 + "}}", 8), "") << "any order will do";
  expect_contains(error_of_header("{\"x\":{" + f32 + "},\"y\":{" + f32 + "}}", 4), "invalid offset for tensor 'y'");
  expect_contains(error_of_header("{\"x\":{" + f32 + "},\"x\":{" + next + "}}", 8), "two tensors are named 'x'");
  expect_contains(error_of_header("{\"x\":{" + f32 + ",\"shape\":[1]}}", 4), "has the field 'shape' twice");
  expect_contains(error_of_header(R"({"x":{"dtype":"F32","shape":[1]}})", 4), "tensor 'x' lacks its dtype, shape or");
  expect_contains(error_of_header(R"({"__metadata__":{"a":"1","a":"2"}})"), "two pieces of metadata are named 'a'");
  expect_contains(error_of_header(R"({"__metadata__":{},"__metadata__":{}})"), "'__metadata__' occurs twice");
  expect_contains(error_of_header(R"({"__metadata__":{"a":1}})"), "the metadata 'a' is a number");
  expect_contains(error_of_header(R"({"__metadata__":{"a":{}}})"), "the metadata 'a' is an object");
  expect_contains(error_of_header(R"({"__metadata__":[]})"), "'__metadata__' is an array");
  expect_contains(error_of_header(R"({"a\u0000b":{}})"), "tensor name 'a\\x00b' contains a null byte");
  expect_contains(error_of_header(R"({"x":1})"), "'x' is a number, where an object was expected");
  expect_contains(error_of_header("[]"), "an array where an object was expected");
  expect_contains(error_of_header("\"x\""), "a string where an object was expected");
  expect_contains(error_of_header(""), "invalid JSON in header: at byte 1");
  expect_contains(error_of_header("{} {}"), "invalid JSON in header: at byte 4");
  expect_contains(error_of_header("{\"x\":"), "invalid JSON in header: at byte 6");
  expect_contains(error_of_header("{\"\xff\":{}}"), "invalid JSON in header: at byte 3");
  expect_contains(error_of_header("\xef\xbb\xbf{}"), "a byte order mark");
}

TEST(SafetensorsHostile, DeepJson) {
  const std::string deep(100'000, '[');
  expect_contains(error_of_header("{\"x\":{\"more\":" + deep), "nested deeper than 128 levels");
  expect_contains(error_of_header(deep), "an array where an object was expected");
}

// A header that claims a gigabyte, or more than there is, is not read; a stream gives what it has and no more is taken.
TEST(SafetensorsHostile, LyingHeaderLengths) {
  const auto claim = [](std::uint64_t length) {
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(length >> (8 * i));
    return bytes + "{}";
  };
  for (const std::uint64_t length : {std::uint64_t{1} << 30, std::uint64_t{100'000'001}, UINT64_MAX}) {
    expect_contains(error_of([&] { load_safetensors_bytes(claim(length)); }), "header too large");
  }
  expect_contains(error_of([&] { load_safetensors_bytes(claim(100'000'000)); }),
                  "invalid header length: 100000000 bytes, and 2 are there");
  std::istringstream in(claim(100'000'000));
  expect_contains(error_of([&] { load_safetensors(in); }),
                  "truncated: the header needs 100000000 bytes, and there are 2");
  std::istringstream lying(
      made_safetensors(R"({"x":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}})", 9));
  expect_contains(error_of([&] { load_safetensors(lying); }),
                  "truncated: 'x' needs 1099511627776 bytes, and there are 9");
}

}  // namespace
}  // namespace xgrad::serialize::testing
