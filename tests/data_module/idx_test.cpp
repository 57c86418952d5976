#include <xgrad/data/gzip.hpp>
#include <xgrad/data/idx.hpp>

#include "temp_folder.hpp"

#include <cstring>

namespace xgrad::data {
namespace {

using xgrad::test::message_of;
using xgrad::test::read_bytes;
using xgrad::test::TempFolder;
using xgrad::test::write_bytes;
using namespace std::string_literals;

// Two by three unsigned bytes.
const std::string kSmall = "\0\0\x08\x02\0\0\0\x02\0\0\0\x03"s + "\x01\x02\x03\xfd\xfe\xff"s;

std::string gzipped(const std::string& bytes) {
  const auto out = gzip(std::as_bytes(std::span(bytes)));
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

template <class T>
std::vector<T> values(const Array& array) {
  EXPECT_EQ(array.dtype(), dtype_of<T>());
  EXPECT_TRUE(array.is_contiguous());
  return {array.data<T>(), array.data<T>() + array.numel()};
}

template <class T>
Array counting(IntArrayRef sizes) {
  Array array = Array::empty(sizes, dtype_of<T>());
  for (std::int64_t i = 0; i < array.numel(); ++i) array.data<T>()[i] = static_cast<T>(i - 3);
  return array;
}

void expect_same(const Array& a, const Array& b) {
  EXPECT_EQ(a.dtype(), b.dtype());
  ASSERT_EQ(a.sizes(), b.sizes());
  ASSERT_TRUE(a.is_contiguous() && b.is_contiguous());
  EXPECT_EQ(std::memcmp(a.raw(), b.raw(), a.nbytes()), 0);
}

class Idx : public ::testing::Test {
 protected:
  /// Writes the bytes and reads them as IDX.
  Array read(const std::string& bytes, const std::string& name = "file") {
    write_bytes(folder / name, bytes);
    return read_idx(folder / name);
  }
  /// The same for bytes that must be refused; the error without the path it has to begin with.
  std::string refusal(const std::string& bytes, const std::string& name = "file") {
    const std::string message = message_of<Error>([&] { read(bytes, name); });
    const std::string start = (folder / name).string() + ": ";
    EXPECT_TRUE(message.starts_with(start)) << message;
    return message.substr(std::min(start.size(), message.size()));
  }

  TempFolder folder;
};

TEST_F(Idx, ReadsUnsignedBytes) {
  const Array array = read(kSmall);
  EXPECT_EQ(array.sizes(), Dims({2, 3}));
  EXPECT_EQ(values<std::uint8_t>(array), (std::vector<std::uint8_t>{1, 2, 3, 253, 254, 255}));
}

TEST_F(Idx, ReadsEveryElementTypeBigEndian) {
  const std::string two = "\x01\0\0\0\x02"s;
  EXPECT_EQ(values<std::uint8_t>(read("\0\0\x08"s + two + "\x07\xff")), (std::vector<std::uint8_t>{7, 255}));
  EXPECT_EQ(values<std::int8_t>(read("\0\0\x09"s + two + "\x07\xff")), (std::vector<std::int8_t>{7, -1}));
  EXPECT_EQ(values<std::int16_t>(read("\0\0\x0b"s + two + "\x01\x02\xff\xfe")), (std::vector<std::int16_t>{258, -2}));
  EXPECT_EQ(values<std::int32_t>(read("\0\0\x0c"s + two + "\x01\x02\x03\x04\xff\xff\xff\xfd"s)),
            (std::vector<std::int32_t>{0x01020304, -3}));
  EXPECT_EQ(values<float>(read("\0\0\x0d"s + two + "\x3f\xc0\0\0\xc0\x20\0\0"s)), (std::vector<float>{1.5F, -2.5F}));
  EXPECT_EQ(values<double>(read("\0\0\x0e"s + two + "\x3f\xf8\0\0\0\0\0\0\xc0\x04\0\0\0\0\0\0"s)),
            (std::vector<double>{1.5, -2.5}));
}

TEST_F(Idx, TellsGzipByItsContentsNotItsName) {
  expect_same(read(gzipped(kSmall), "packed"), read(kSmall));
  expect_same(read(kSmall, "not-packed.gz"), read(kSmall));
}

TEST_F(Idx, ReadsJoinedGzipMembers) {
  const std::string joined = gzipped(kSmall.substr(0, 7)) + gzipped(kSmall.substr(7, 6)) + gzipped(kSmall.substr(13));
  expect_same(read(joined), read(kSmall));
}

// Shrinks by a thousand.
TEST_F(Idx, ReadsWhatShrinksALot) {
  Array array = Array::empty({5, 1 << 20}, kInt16);
  std::memset(array.raw(), 0, array.nbytes());
  for (std::int64_t i = 0; i < array.numel(); i += 99'991) array.data<std::int16_t>()[i] = static_cast<std::int16_t>(i);
  write_idx(folder / "zeros.gz", array);
  EXPECT_LT(std::filesystem::file_size(folder / "zeros.gz"), 100'000U);
  expect_same(read_idx(folder / "zeros.gz"), array);
}

TEST_F(Idx, WritesTheBytesItReads) {
  write_idx(folder / "again", read(kSmall));
  EXPECT_EQ(read_bytes(folder / "again"), kSmall);
  write_idx(folder / "again.gz", read(kSmall));
  EXPECT_EQ(read_bytes(folder / "again.gz"), gzipped(kSmall));
  EXPECT_EQ(folder.files(), (std::vector<std::string>{"again", "again.gz", "file"}));
}

TEST_F(Idx, RoundTripsEveryTypeAndShape) {
  const std::vector<std::vector<std::int64_t>> shapes{
      {7}, {0}, {3, 0, 2}, {2, 3, 4, 5}, std::vector<std::int64_t>(255, 1)};
  const auto round_trip = [&]<class T>() {
    for (const std::vector<std::int64_t>& sizes : shapes)
      for (const char* name : {"a", "a.gz"}) {
        const Array array = counting<T>(sizes);
        write_idx(folder / name, array);
        expect_same(read_idx(folder / name), array);
      }
  };
  for (ScalarType dtype : {kUInt8, kInt8, kInt16, kInt32, kFloat32, kFloat64}) dispatch(dtype, round_trip);
}

TEST_F(Idx, WritesViewsInTheirOwnOrder) {
  const Array array = counting<std::int32_t>({2, 3});
  write_idx(folder / "transposed", array.transpose(0, 1));
  EXPECT_EQ(values<std::int32_t>(read_idx(folder / "transposed")), (std::vector<std::int32_t>{-3, 0, -2, 1, -1, 2}));
  write_idx(folder / "expanded", array.select(0, 1).unsqueeze(0).expand({2, 3}));
  EXPECT_EQ(values<std::int32_t>(read_idx(folder / "expanded")), (std::vector<std::int32_t>{0, 1, 2, 0, 1, 2}));
}

TEST_F(Idx, RefusesToWriteWhatTheFormatLacks) {
  const auto path = folder / "out";
  const auto write = [&](IntArrayRef sizes, ScalarType dtype) { write_idx(path, Array::empty(sizes, dtype)); };
  EXPECT_EQ(message_of<TypeError>([&] { write({2}, kInt64); }), path.string() + ": IDX has no element type for int64");
  EXPECT_EQ(message_of<TypeError>([&] { write({2}, kBool); }), path.string() + ": IDX has no element type for bool");
  EXPECT_EQ(message_of<ValueError>([&] { write({}, kUInt8); }),
            path.string() + ": IDX needs 1 to 255 dimensions, the array has 0");
  EXPECT_EQ(message_of<Error>([&] { write_idx(folder / "missing/out", Array::empty({2}, kUInt8)); }),
            "Parent directory " + (folder / "missing").string() + " does not exist.\n  saving '" +
                (folder / "missing/out").string() + "'");
  EXPECT_TRUE(folder.files().empty());
}

TEST_F(Idx, MissingFile) {
  const auto path = folder / "nothing";
  EXPECT_EQ(message_of<Error>([&] { read_idx(path); }), path.string() + ": No such file or directory");
  EXPECT_EQ(message_of<Error>([&] { read_idx(folder.path()); }), folder.path().string() + ": not a regular file");
}

TEST_F(Idx, TruncatedFile) {
  EXPECT_EQ(refusal(""), "truncated: an IDX header takes at least 8 bytes, the file holds 0");
  EXPECT_EQ(refusal(kSmall.substr(0, 3)), "truncated: an IDX header takes at least 8 bytes, the file holds 3");
  EXPECT_EQ(refusal(kSmall.substr(0, 9)), "truncated: a header of 2 dimension(s) takes 12 bytes, the file holds 9");
  EXPECT_EQ(refusal(kSmall.substr(0, 14)), "truncated: the header promises 6 bytes of elements, the file holds 2");
  EXPECT_EQ(refusal(gzipped(kSmall.substr(0, 14))),
            "truncated: the header promises 6 bytes of elements, the file holds 2");
}

TEST_F(Idx, TruncatedGzip) {
  Array array = Array::empty({100'000}, kUInt8);
  for (std::int64_t i = 0; i < array.numel(); ++i)
    array.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * i * i % 251);
  write_idx(folder / "whole.gz", array);
  const std::string whole = read_bytes(folder / "whole.gz");
  const std::string half = refusal(whole.substr(0, whole.size() / 2));
  EXPECT_TRUE(half.starts_with("truncated: the header promises 100000 bytes of elements, the file holds ")) << half;
  EXPECT_TRUE(half.ends_with(" (its compressed data break off)")) << half;
  EXPECT_EQ(
      refusal(whole.substr(0, whole.size() - 1)),
      fmt::format("truncated: its {} bytes of compressed data break off before their checksum", whole.size() - 1));
}

TEST_F(Idx, NoPrefixIsAccepted) {
  for (const std::string& whole : {kSmall, gzipped(kSmall)})
    for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(refusal(whole.substr(0, n)).empty()) << n;
}

// A gzip file of zeros that unpacks to a thousand times its size. The header is enough to refuse it.
TEST_F(Idx, CompressionBomb) {
  std::string bytes("\0\0\x08\1\x06\x40\0\0", 8);
  bytes.resize(8 + (100 << 20));
  const std::string packed = gzipped(bytes);
  ASSERT_LT(packed.size(), std::size_t{200'000});
  const auto message = fmt::format(
      "the header promises 104857600 bytes of elements, and a compressed file of {} is unpacked to {} at most\n"
      "  hint: if it can be trusted, unpack it with gunzip",
      packed.size(), (64 << 20) + 32 * packed.size());
  EXPECT_EQ(refusal(packed), message);
  // Were more than the header unpacked, the damage behind the first kilobyte would be what is complained about.
  EXPECT_EQ(refusal(packed.substr(0, 1000) + std::string(packed.size() - 1000, '\xff')), message);
}

// As much as deflate can pack into a file is believed. A little more is not, and nothing is unpacked to find out how
// much there is.
TEST_F(Idx, NoFilePromisesMoreThanDeflateCanPack) {
  std::string bytes("\0\0\x08\1\x03\0\0\0", 8);  // 48 MiB of zeros
  bytes.resize(8 + (48 << 20));
  const std::string packed = gzipped(bytes);
  EXPECT_GT(bytes.size() / packed.size(), std::size_t{1020});
  write_bytes(folder / "zeros", packed);
  EXPECT_EQ(read_idx(folder / "zeros").numel(), 48 << 20);

  bytes.resize(8 + (40 << 20));
  const std::string lying = gzipped(bytes);
  EXPECT_EQ(refusal(lying),
            fmt::format("truncated: the header promises 50331648 bytes of elements, and no compressed file of {} holds "
                        "more than {}",
                        lying.size(), 1032 * lying.size()));
}

// The checksum sees to it that a damaged gzip file is either refused or (a changed time stamp, say) means the same.
TEST_F(Idx, NoDamageToGzipGoesUnnoticed) {
  const Array original = read(kSmall);
  const std::string whole = gzipped(kSmall);
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    try {
      expect_same(read(damaged), original);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(4 * whole.size()));
}

// Without a checksum, what the elements say cannot be known; every other change but 08 to 09, uint8 to int8, shows.
TEST_F(Idx, DamageToAPlainHeaderIsRefused) {
  std::size_t accepted = 0;
  for (std::size_t bit = 0; bit < 8 * kSmall.size(); ++bit) {
    std::string damaged = kSmall;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    try {
      EXPECT_EQ(read(damaged).numel(), 6);
      ++accepted;
    } catch (const Error&) {
    }
  }
  EXPECT_EQ(accepted, 8 * 6 + 1U);
}

TEST_F(Idx, CorruptGzip) {
  std::string bytes = gzipped(kSmall);
  bytes[bytes.size() - 6] ^= 1;  // in the checksum
  EXPECT_EQ(refusal(bytes), fmt::format("corrupt: incorrect data check (gzip), after {} of the file's {} bytes",
                                        bytes.size() - 4, bytes.size()));
  bytes = gzipped(kSmall);
  bytes[10] = '\x07';  // a block type that does not exist
  EXPECT_EQ(refusal(bytes).substr(0, 35), "corrupt: invalid block type (gzip),");
}

TEST_F(Idx, TrailingGarbage) {
  EXPECT_EQ(refusal(kSmall + "abc"), "trailing garbage: the header promises 6 bytes of elements, the file holds 9");
  EXPECT_EQ(refusal(gzipped(kSmall + "abc")),
            "trailing garbage: the header promises 6 bytes of elements, the file holds 9");
  EXPECT_EQ(refusal(kSmall + std::string(100'000, 'x')),
            "trailing garbage: the header promises 6 bytes of elements, the file holds at least 4102");
  const std::string packed = gzipped(kSmall);
  for (const std::string& tail : {"x"s, "\x1f"s, "abc"s, std::string(70'000, '\0')})
    EXPECT_EQ(refusal(packed + tail), fmt::format("trailing garbage: the compressed data end after {} bytes, the file "
                                                  "holds {}",
                                                  packed.size(), packed.size() + tail.size()));
}

TEST_F(Idx, WrongMagic) {
  EXPECT_EQ(refusal("PK\x03\x04 a zip file"),
            "not an IDX file: expected 00 00, an element type and a number of dimensions, found 50 4b 03 04");
  EXPECT_EQ(refusal("\0\0\x08\0\x01"s),
            "not an IDX file: expected 00 00, an element type and a number of dimensions, found 00 00 08 00");
  EXPECT_EQ(refusal("\0\0\x0a\x01\0\0\0\0"s),
            "unknown IDX element type 0a (there are 08 uint8, 09 int8, 0b int16, 0c int32, 0d float32, 0e float64)");
}

// Were memory taken for what the header says, these would end in std::bad_alloc.
TEST_F(Idx, LyingSizesTakeNoMemory) {
  const std::string header = "\0\0\x08\x02\xff\xff\xff\xff\x0f\xff\xff\xff"s;
  const std::string expected = fmt::format("truncated: the header promises {} bytes of elements, the file holds 5",
                                           0xffffffffULL * 0x0fffffffULL);
  EXPECT_EQ(refusal(header + "hello"), expected);
  const std::string packed = gzipped(header + "hello");
  EXPECT_EQ(refusal(packed),
            fmt::format("truncated: the header promises {} bytes of elements, and no compressed file of {} holds more "
                        "than {}",
                        0xffffffffULL * 0x0fffffffULL, packed.size(), 1032 * packed.size()));
  EXPECT_EQ(refusal("\0\0\x0e\x03\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"s),
            "corrupt: the header promises the impossible sizes [4294967295, 4294967295, 0]");
}

}  // namespace
}  // namespace xgrad::data
