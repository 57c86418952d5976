/// Tables as text: exact round trips, and errors that say where.
#include <gmock/gmock.h>
#include <xgrad/serialize/csv.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using namespace std::string_literals;
using namespace xgrad::kwargs;

using ::testing::ElementsAre;

Tensor csv(const std::string& text, const LoadCsvOptions& options = {}) { return load_csv_bytes(text, options); }
template <class T>
std::vector<T> csv_values(const std::string& text, LoadCsvOptions options = {}) {
  return elements<T>(csv(text, options.dtype(dtype_of<T>())).array());
}
std::string csv_error(const std::string& text, const LoadCsvOptions& options = {}) {
  return error_of([&] { csv(text, options); });
}

TEST(Csv, Numbers) {
  const Tensor x = csv("1,2.5,-3e-2\n4,nan,inf\n");
  EXPECT_EQ(x.sizes(), Dims({2, 3}));
  EXPECT_EQ(x.dtype(), kFloat32);
  const auto values = elements<float>(x.array());
  EXPECT_EQ(values[1], 2.5f);
  EXPECT_EQ(values[2], -3e-2f);
  EXPECT_TRUE(std::isnan(values[4]));
  EXPECT_EQ(values[5], INFINITY);
  EXPECT_THAT(csv_values<double>("+1,.5,1.,1e3,-inf,Infinity"), ElementsAre(1, .5, 1, 1000, -INFINITY, INFINITY));
  EXPECT_THAT(csv_values<std::int64_t>("9223372036854775807,-9223372036854775808,+3"),
              ElementsAre(INT64_MAX, INT64_MIN, 3));
  EXPECT_THAT(csv_values<std::uint8_t>("0,255"), ElementsAre(0, 255));
  EXPECT_THAT(csv_values<bool>("0,1,True,false"), ElementsAre(false, true, true, false));
}

// The nearest value there is, as strtod has it.
TEST(Csv, NumbersBeyondTheRange) {
  EXPECT_THAT(csv_values<float>("1e50,-1e50,1e-50,1e-45,1e-46"),
              ElementsAre(INFINITY, -INFINITY, 0, std::numeric_limits<float>::denorm_min(), 0));
  EXPECT_THAT(csv_values<double>("1e400,5e-324,1e-400"),
              ElementsAre(INFINITY, std::numeric_limits<double>::denorm_min(), 0));
}

TEST(Csv, LinesSpacesAndComments) {
  for (const char* text : {"1,2\n3,4\n", "1,2\r\n3,4", "1,2\r3,4\r", "\n\n 1 ,\t2\n  \n3,4 # five\n# six\n",
                           "\xef\xbb\xbf"
                           "1,2\n3,4"}) {
    EXPECT_THAT(csv_values<float>(text), ElementsAre(1, 2, 3, 4)) << text;
    EXPECT_EQ(csv(text).sizes(), Dims({2, 2})) << text;
  }
  EXPECT_EQ(csv("").sizes(), Dims({0, 0}));
  EXPECT_EQ(csv("# nothing\n\n").sizes(), Dims({0, 0}));
  EXPECT_THAT(csv_values<float>("a,b,c\nmore\n1,2", LoadCsvOptions().skiprows(2)), ElementsAre(1, 2));
  EXPECT_EQ(csv("1", LoadCsvOptions().skiprows(5)).sizes(), Dims({0, 0}));
  EXPECT_THAT(csv_values<float>("1;2 % x", LoadCsvOptions().delimiter(";").comments('%')), ElementsAre(1, 2));
  EXPECT_THAT(csv_values<float>(" 1  2\t3 \n4 5 6", LoadCsvOptions().delimiter(' ')), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(csv_values<float>("1\t 2", LoadCsvOptions().delimiter('\t')), ElementsAre(1, 2));
}

TEST(Csv, NumbersInQuotes) {
  EXPECT_THAT(csv_values<float>("\"a\",\"b,c\"\r\n\"1\",\"-2.5\"\r\n 3 , \"4e1\" \r\n", LoadCsvOptions().skiprows(1)),
              ElementsAre(1, -2.5, 3, 40));
}

TEST(Csv, ErrorsSayWhere) {
  expect_contains(csv_error("1,2\n\n3\n"), "the number of columns changed from 2 to 1 at line 3");
  expect_contains(csv_error("1,2\n3,4,\n"), "the number of columns changed from 2 to 3 at line 2");
  expect_contains(csv_error("a,b\n1,2"), "could not convert string 'a' to float32 at line 1, column 1");
  expect_contains(csv_error("# x\n1,2\r\n3,4x"), "could not convert string '4x' to float32 at line 3, column 2");
  expect_contains(csv_error("x,y\n1,\n", LoadCsvOptions().skiprows(1)), "string '' to float32 at line 2, column 2");
  for (const char* field : {"0x10", "1e", "--1", "+-1", "1 2", "1_000", "\"1", "1\"", "\"", "\"\"", "\"1\"2\"", "\"x\"",
                            "e5", ".", "nope", "-"}) {
    expect_contains(csv_error(field), "could not convert string '"s + field + "' to float32 at line 1, column 1");
  }
  expect_contains(csv_error("1\n\0"s + "\n"), "string '\\x00' to float32 at line 2");
  expect_contains(csv_error("256", LoadCsvOptions().dtype(kUInt8)), "string '256' to uint8");
  expect_contains(csv_error("-1", LoadCsvOptions().dtype(kUInt8)), "string '-1' to uint8");
  expect_contains(csv_error("1.0", LoadCsvOptions().dtype(kInt64)), "string '1.0' to int64");
  expect_contains(csv_error("9223372036854775808", LoadCsvOptions().dtype(kInt64)), "to int64");
  expect_contains(csv_error("2", LoadCsvOptions().dtype(kBool)), "string '2' to bool");
  expect_contains(csv_error("\t1", LoadCsvOptions().delimiter('\t')), "string '' to float32 at line 1, column 1");
  expect_contains(csv_error("1", LoadCsvOptions().skiprows(-1)), "skiprows must not be negative");
  expect_contains(error_of([] { LoadCsvOptions().delimiter(", "); }), "a delimiter is one character");
  expect_contains(csv_error("x"), "loading '<memory>'");
  EXPECT_LT(csv_error(std::string(1'000'000, 'x')).size(), 300u) << "a field may be long, a message not";
}

template <class T>
void expect_round_trip(const std::vector<T>& values) {
  const Tensor x(make({static_cast<std::int64_t>(values.size()) / 2, 2}, values));
  const Tensor back = csv(save_csv_bytes(x), LoadCsvOptions().dtype(x.dtype()));
  EXPECT_EQ(back.sizes(), x.sizes());
  EXPECT_EQ(std::memcmp(back.array().raw(), x.array().raw(), x.nbytes()), 0) << save_csv_bytes(x);
}

TEST(Csv, RoundTripsAreExact) {
  using Float = std::numeric_limits<float>;
  using Double = std::numeric_limits<double>;
  expect_round_trip<float>({0.1f, 1 / 3.f, -0.f, Float::max(), Float::min(), Float::denorm_min(), -INFINITY, INFINITY,
                            std::nextafter(1.f, 2.f), 16777217.f});
  expect_round_trip<double>({0.1, 1 / 3., -0., Double::max(), Double::min(), Double::denorm_min(), INFINITY,
                             -Double::max(), std::nextafter(1., 2.), 1e22});
  expect_round_trip<std::int64_t>({INT64_MIN, INT64_MAX, 0, -1});
  expect_round_trip<std::int8_t>({-128, 127});
  expect_round_trip<std::uint8_t>({0, 255});
  expect_round_trip<std::int16_t>({-32768, 32767});
  expect_round_trip<std::int32_t>({INT32_MIN, INT32_MAX});
  expect_round_trip<bool>({true, false});
  std::uint32_t bits = 1;
  std::vector<float> random(2000);
  for (float& f : random) {
    do {
      bits = bits * 1664525 + 1013904223;
      std::memcpy(&f, &bits, sizeof f);
    } while (!std::isfinite(f));
  }
  expect_round_trip(random);
}

TEST(Csv, WhatIsWritten) {
  const Tensor x(arange(6).view({2, 3}));
  EXPECT_EQ(save_csv_bytes(x), "0,1,2\n3,4,5\n");
  EXPECT_EQ(save_csv_bytes(x.transpose(0, 1)), "0,3\n1,4\n2,5\n");
  EXPECT_EQ(save_csv_bytes(x[0]), "0\n1\n2\n");
  EXPECT_EQ(save_csv_bytes(Tensor(make<double>({1, 4}, {NAN, 0.5, -INFINITY, 1e30}))), "nan,0.5,-inf,1e+30\n");
  EXPECT_EQ(save_csv_bytes(x, SaveCsvOptions().delimiter(';').header({"a", "b;\"", ""})),
            "a;\"b;\"\"\";\n0;1;2\n3;4;5\n");
  EXPECT_EQ(save_csv_bytes(Tensor(Array::empty({0, 3}, kFloat32))), "");
  const auto error = [](const Tensor& t, const SaveCsvOptions& options = {}) {
    return error_of([&] { save_csv_bytes(t, options); });
  };
  expect_contains(error(x[0][0]), "Expected 1D or 2D array, got 0D array instead");
  expect_contains(error(x.unsqueeze(0)), "got 3D array");
  expect_contains(error(Tensor(Array::empty({3, 0}, kFloat32))), "a table without columns");
  expect_contains(error(x, SaveCsvOptions().header({"a"})), "1 names in the header, and 3 columns");
  expect_contains(error(x, SaveCsvOptions().header({"a", "b", "c\n"})), "more than one line");
}

using CsvFile = FolderTest;

TEST_F(CsvFile, PathsStreamsAndKeywords) {
  const Tensor x(arange(6).view({3, 2}));
  save_csv(x, path("x.csv"), header = {"a", "b"}, delimiter = ";");
  EXPECT_EQ(read_file(path("x.csv")), "a;b\n0;1\n2;3\n4;5\n");
  const Tensor back = load_csv(path("x.csv"), skiprows = 1, delimiter = ';', kwargs::dtype = kInt64);
  EXPECT_THAT(elements<std::int64_t>(back.array()), ElementsAre(0, 1, 2, 3, 4, 5));
  std::ifstream in(path("x.csv"));
  EXPECT_EQ(load_csv(in, skiprows = 3, delimiter = ';').sizes(), Dims({1, 2}));
  std::ostringstream out;
  save_csv(x, out);
  EXPECT_EQ(out.str(), "0,1\n2,3\n4,5\n");
  const std::string error = error_of([&] { load_csv(path("x.csv")); });
  expect_contains(error, "could not convert string 'a;b' to float32 at line 1, column 1");
  expect_contains(error, "x.csv'");
  expect_contains(error_of([&] { load_csv(path("y.csv")); }), "[Errno 2] No such file or directory");
  expect_contains(error_of([&] { save_csv(x, path("no/x.csv")); }), "Parent directory");
}

// More than is written or read in one piece.
TEST_F(CsvFile, LongTables) {
  const Tensor x(arange(300'000).view({100'000, 3}));
  std::stringstream stream;
  save_csv(x, stream);
  EXPECT_EQ(elements<float>(load_csv(stream).array()), elements<float>(x.array()));
  save_csv(x, path("x.csv"));
  EXPECT_EQ(elements<float>(load_csv(path("x.csv")).array()), elements<float>(x.array()));
}

}  // namespace
}  // namespace xgrad::serialize::testing
