/// .npy: the bytes that NumPy writes, and what it may have written.
#include <gmock/gmock.h>
#include <xgrad/serialize/numpy.hpp>
#include <xgrad/serialize/zip.hpp>

#include <cstring>
#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using namespace std::string_literals;

using ::testing::ElementsAre;

/// A .npy file that NumPy wrote (scripts/goldens/numpy_files.py).
std::string numpy_file(const std::string& archive, const std::string& name) {
  const ZipReader zip(XGRAD_SOURCE_DIR "/tests/data/numpy_" + archive + ".npz");
  const ZipReader::Entry* entry = zip.find(name + ".npy");
  EXPECT_NE(entry, nullptr) << name;
  return entry ? zip.read(*entry) : std::string();
}

Tensor numpy_array(const std::string& name) { return load_npy_bytes(numpy_file("arrays", name)); }
Tensor numpy_version(const std::string& name) { return load_npy_bytes(numpy_file("versions", name)); }

template <class T>
std::vector<T> values_of(const Tensor& t) {
  return elements<T>(t.array());
}

std::string npy_bytes(const std::string& dict, const std::string& data, int major = 1) {
  std::string bytes = "\x93NUMPY"s + static_cast<char>(major) + '\0';
  for (int i = 0; i < (major == 1 ? 2 : 4); ++i) bytes += static_cast<char>(dict.size() >> (8 * i));
  return bytes + dict + data;
}

TEST(Npy, NumPysArraysAreReadAndWrittenTheSame) {
  const ZipReader zip(XGRAD_SOURCE_DIR "/tests/data/numpy_arrays.npz");
  ASSERT_EQ(zip.entries().size(), 15u);
  for (const auto& entry : zip.entries()) {
    const std::string bytes = zip.read(entry);
    EXPECT_EQ(save_npy_bytes(load_npy_bytes(bytes)), bytes) << entry.name;
    std::stringstream stream(bytes);
    EXPECT_EQ(save_npy_bytes(load_npy(stream)), bytes) << entry.name;
  }
}

TEST(Npy, Values) {
  EXPECT_THAT(values_of<std::uint8_t>(numpy_array("uint8")), ElementsAre(0, 1, 255));
  EXPECT_THAT(values_of<std::int8_t>(numpy_array("int8")), ElementsAre(-128, 0, 127));
  EXPECT_THAT(values_of<std::int16_t>(numpy_array("int16")), ElementsAre(-32768, 0, 32767));
  EXPECT_THAT(values_of<std::int32_t>(numpy_array("int32")), ElementsAre(INT32_MIN, 0, INT32_MAX));
  EXPECT_THAT(values_of<std::int64_t>(numpy_array("int64")), ElementsAre(INT64_MIN, 0, INT64_MAX));
  EXPECT_THAT(values_of<float>(numpy_array("float32")), ElementsAre(0, 0.25f, 0.5f, 0.75f, 1, 1.25f));
  EXPECT_THAT(values_of<double>(numpy_array("float64")), ElementsAre(0, 1 / 3., 2 / 3., 1, 4 / 3., 5 / 3.));
  EXPECT_THAT(values_of<bool>(numpy_array("bool")), ElementsAre(true, false, true));
  EXPECT_EQ(numpy_array("scalar").dim(), 0);
  EXPECT_EQ(numpy_array("scalar").item<double>(), 1.5);
  EXPECT_EQ(numpy_array("empty").sizes(), Dims({0, 3}));
  EXPECT_EQ(numpy_array("long").sizes(), Dims(30, 1));
}

TEST(Npy, FortranOrderComesAsATransposedTensor) {
  const Tensor t = numpy_array("fortran");
  EXPECT_EQ(t.sizes(), Dims({3, 2}));
  EXPECT_EQ(t.strides(), Dims({1, 3}));
  EXPECT_THAT(values_of<float>(t), ElementsAre(0, 0.75f, 0.25f, 1, 0.5f, 1.25f));
  const auto values = values_of<std::int16_t>(numpy_array("fortran3"));
  for (std::size_t i = 0; i < 24; ++i) EXPECT_EQ(values[i], static_cast<std::int16_t>(i));
}

TEST(Npy, VersionsAndOrdersOfBytes) {
  for (const char* name : {"v2", "v3", "big_float32", "python2", "native"}) {
    EXPECT_THAT(values_of<float>(numpy_version(name)), ElementsAre(0, 0.25f, 0.5f, 0.75f, 1, 1.25f)) << name;
  }
  EXPECT_EQ(numpy_version("python2").sizes(), Dims({2, 3}));
  EXPECT_THAT(values_of<std::int16_t>(numpy_version("big_int16")), ElementsAre(-32768, 0, 32767));
  EXPECT_THAT(values_of<std::int64_t>(numpy_version("big_int64")), ElementsAre(INT64_MIN, 0, INT64_MAX));
  EXPECT_THAT(values_of<double>(numpy_version("big_float64")), ElementsAre(0, 1 / 3., 2 / 3., 1, 4 / 3., 5 / 3.));
  EXPECT_EQ(std::memcmp(numpy_version("bools").array().raw(), "\0\1\1\1", 4), 0);
}

TEST(Npy, WhatNoTensorHoldsIsNamed) {
  const auto error = [](const std::string& name) {
    return error_of([&] { load_npy_bytes(numpy_file("refused", name), name + ".npy"); });
  };
  expect_contains(error("objects"), "Object arrays cannot be loaded when allow_pickle=False");
  expect_contains(error("objects"), "loading 'objects.npy'");
  expect_contains(error("float16"), "no Tensor has the dtype '<f2' (float16)");
  expect_contains(error("uint16"), "no Tensor has the dtype '<u2' (uint16)");
  expect_contains(error("uint64"), "no Tensor has the dtype '<u8' (uint64)");
  expect_contains(error("complex"), "no Tensor has the dtype '<c8' (complex numbers)");
  expect_contains(error("texts"), "no Tensor has the dtype '<U2' (texts)");
  expect_contains(error("records"), "(records)");
  expect_contains(error("dates"), "no Tensor has the dtype '<M8[D]' (dates)");
}

TEST(Npy, AnyStrides) {
  const Tensor table(arange(12).view({3, 4}));
  const Tensor columns = table.slice(1, 0, 4, 2).requires_grad_();
  const Tensor back = load_npy_bytes(save_npy_bytes(columns));
  EXPECT_TRUE(back.is_contiguous());
  EXPECT_THAT(values_of<float>(back), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(values_of<float>(load_npy_bytes(save_npy_bytes(table[0].expand({2, 4})))),
              ElementsAre(0, 1, 2, 3, 0, 1, 2, 3));
  expect_contains(error_of([] { save_npy_bytes(Tensor()); }), "cannot save an undefined tensor");
  expect_contains(error_of([] { save_npy_bytes(Tensor(arange(1).view(Dims(65, 1)))); }), "at most 64 dimensions");
}

using NpyFile = FolderTest;

TEST_F(NpyFile, SeveralArraysInOneFileAreReadFromAStream) {
  std::ofstream out(path("two.npy"), std::ios::binary);
  save_npy(Tensor(arange(3)), out);
  save_npy(Tensor(arange(2)), out);
  out.close();
  std::ifstream in(path("two.npy"), std::ios::binary);
  EXPECT_EQ(load_npy(in).size(0), 3);
  EXPECT_EQ(load_npy(in).size(0), 2);
  expect_contains(error_of([&] { load_npy(in); }), "there is nothing there");
  const std::string error = error_of([&] { load_npy(path("two.npy")); });
  expect_contains(error, "136 bytes follow the array");
  expect_contains(error, "two.npy'");
}

TEST_F(NpyFile, PathsAndTheirErrors) {
  save_npy(Tensor(arange(3)), path("x.npy"));
  EXPECT_EQ(values_of<float>(load_npy(path("x.npy"))), elements<float>(arange(3)));
  expect_contains(error_of([&] { load_npy(path("y.npy")); }), "[Errno 2] No such file or directory");
  expect_contains(error_of([&] { save_npy(Tensor(arange(3)), path("no/x.npy")); }), "Parent directory");
  save(Value::dict({{"x", arange(1)}}), path("x.pt"));
  expect_contains(error_of([&] { load_npy(path("x.pt")); }), "this is a zip archive");
}

TEST(NpyHostile, Headers) {
  const auto dict = [](const std::string& descr, const std::string& order, const std::string& shape) {
    return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  };
  const auto error = [&](const std::string& text, const std::string& data = "1234", int major = 1) {
    return error_of([&] { load_npy_bytes(npy_bytes(text, data, major)); });
  };
  const auto shape_error = [&](const std::string& shape) { return error(dict("'<f4'", "False", shape)); };
  EXPECT_EQ(shape_error("(1,)"), "");
  EXPECT_EQ(shape_error("()"), "");
  EXPECT_EQ(shape_error("(1, 1)"), "");
  expect_contains(shape_error("(2,)"), "truncated: the array needs 8 bytes, and there are 4");
  expect_contains(shape_error("(0,)"), "4 bytes follow the array");
  expect_contains(shape_error("(1)"), "shape is not valid");
  expect_contains(shape_error("(,)"), "shape is not valid");
  expect_contains(shape_error("(1,,)"), "shape is not valid");
  expect_contains(shape_error("(1 1)"), "shape is not valid");
  expect_contains(shape_error("[1]"), "shape is not valid");
  expect_contains(shape_error("(-1,)"), "shape is not valid");
  expect_contains(shape_error("(1.0,)"), "shape is not valid");
  expect_contains(shape_error("(9223372036854775808,)"), "shape is not valid");
  expect_contains(shape_error("(9223372036854775807,)"), "impossible sizes");
  expect_contains(shape_error("(4611686018427387904, 4611686018427387904)"), "impossible sizes");
  expect_contains(shape_error("(0, 4611686018427387904, 4)"), "impossible sizes");
  expect_contains(shape_error("(4611686018427387904, 0)"), "impossible sizes");
  expect_contains(shape_error("(1099511627776,)"), "needs 4398046511104 bytes, and there are 4");
  std::string ones = "(";
  for (int i = 0; i < 65; ++i) ones += "1,";
  expect_contains(shape_error(ones + ")"), "shape is not valid");
  expect_contains(error(dict("'<f4'", "true", "(1,)")), "fortran_order is not a valid bool");
  expect_contains(error(dict("'<q9'", "False", "(1,)")), "descr is not a valid dtype descriptor: '<q9'");
  expect_contains(error(dict("''", "False", "(1,)")), "descr is not a valid dtype descriptor");
  expect_contains(error(dict("('<f4', (2,))", "False", "(1,)")), "no Tensor has the dtype '('<f4', (2,))' (records)");
  expect_contains(error(dict("[('a', [('b', '<i4')])]", "False", "(1,)")), "'[('a', [('b', '<i4')])]' (records)");
  expect_contains(error(dict("[('a', '<i4')", "False", "")), "(records)");
  expect_contains(error(dict("'|O'", "False", "(1,)")), "Object arrays cannot be loaded");
  expect_contains(error("{'descr': '<f4', 'shape': (1,)}"), "Header does not contain the correct keys");
  expect_contains(error("{'descr': '<f4', 'descr': '<f4'}"), "Header does not contain the correct keys");
  expect_contains(error("{'x': 1}"), "Header does not contain the correct keys");
  expect_contains(error("{'descr': '<f4'"), "Cannot parse header");
  expect_contains(error("{'descr"), "Cannot parse header");
  expect_contains(error("{'descr' '<f4'}"), "Cannot parse header");
  expect_contains(error(dict("'<f4'", "False", "(1,)") + "x"), "Cannot parse header");
  expect_contains(error("__import__('os')"), "Cannot parse header: '__import__('os')'\n  at its byte 0");
  expect_contains(error(""), "Cannot parse header");
  expect_contains(error(std::string(10'001, ' ')), "Header info length (10001) is large");
  expect_contains(error(dict("'<f4'", "False", "(1,)"), "1234", 4), "we only support format version");
  expect_contains(error(dict("'<f4'", "False", "(1,)"), "1234", 0), "not (0, 0)");
}

TEST(NpyHostile, LyingLengths) {
  expect_contains(error_of([] { load_npy_bytes("\x93NUMPY\x02\0\xff\xff\xff\xff"s); }),
                  "Header info length (4294967295)");
  expect_contains(error_of([] { load_npy_bytes("\x93NUMPY\x01\0\x10\0{"s); }),
                  "truncated: array header needs 16 bytes");
  expect_contains(error_of([] { load_npy_bytes("\x93NUMPY\x01\0\x10"s); }), "truncated: array header length needs 2");
  expect_contains(error_of([] { load_npy_bytes("\x93NUMPY\x01"s); }), "truncated: the magic string needs 8 bytes");
  expect_contains(error_of([] { load_npy_bytes("\x93NUMP"s); }), "the magic string is not correct");
  expect_contains(error_of([] { load_npy_bytes("\x80\x02."s); }), "nothing is ever unpickled here");
  std::istringstream lying(npy_bytes("{'descr':'|u1','fortran_order':False,'shape':(1099511627776,)}", "12345"));
  expect_contains(error_of([&] { load_npy(lying); }), "needs 1099511627776 bytes, and there are 5");
}

// Memory grows with what comes, also beyond the first piece.
TEST(NpyHostile, LongStreams) {
  const Tensor x(arange(1'000'000));
  std::stringstream stream;
  save_npy(x, stream);
  EXPECT_EQ(values_of<float>(load_npy(stream)), elements<float>(x.array()));
}

}  // namespace
}  // namespace xgrad::serialize::testing
