/// Archives of our own and what readers need to find in them.
#include <xgrad/serialize/zip.hpp>

#include <cstring>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

class ZipTest : public FolderTest {
 protected:
  using Entries = std::vector<std::pair<std::string, std::string>>;
  std::string write(const Entries& entries) {
    AtomicFile file(path("a.zip"));
    ZipWriter zip(file);
    for (const auto& [name, data] : entries) zip.add(name, data.data(), data.size());
    zip.finish();
    file.commit();
    return path("a.zip");
  }
};

std::uint32_t number(const std::string& bytes, std::size_t at, std::size_t size) {
  std::uint32_t n = 0;
  std::memcpy(&n, bytes.data() + at, size);
  return n;
}

TEST_F(ZipTest, RoundTrip) {
  std::string big(3 << 20, '\0');
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 2654435761u >> 24);
  const Entries entries{{"a/one", "1"}, {"a/empty", ""}, {"a/big", big}, {"a/ünï", "two"}};
  const ZipReader zip(write(entries));
  ASSERT_EQ(zip.entries().size(), entries.size());
  for (const auto& [name, data] : entries) {
    const auto* entry = zip.find(name);
    ASSERT_NE(entry, nullptr) << name;
    EXPECT_TRUE(zip.read(*entry) == data) << name;
  }
  EXPECT_EQ(zip.find("a"), nullptr);
}

// Follows the headers one after another, as their format says: each entry's data starts at a multiple of 64.
TEST_F(ZipTest, DataIsAlignedAndStored) {
  Entries entries;
  for (std::size_t i = 0; i < 100; ++i) entries.emplace_back(std::string(1 + i, 'n'), std::string(i * 7 % 130, 'd'));
  const std::string bytes = read_file(write(entries));
  std::size_t at = 0;
  for (const auto& [name, data] : entries) {
    ASSERT_EQ(bytes.substr(at, 4), "PK\x03\x04");
    EXPECT_EQ(number(bytes, at + 8, 2), 0u);  // stored
    EXPECT_EQ(number(bytes, at + 22, 4), data.size());
    const std::size_t start = at + 30 + number(bytes, at + 26, 2) + number(bytes, at + 28, 2);
    EXPECT_EQ(start % 64, 0u) << name;
    EXPECT_EQ(bytes.substr(start, data.size()), data);
    at = start + data.size();
  }
  EXPECT_EQ(bytes.substr(at, 4), "PK\x01\x02");
}

TEST_F(ZipTest, ChangedDataIsNoticed) {
  std::string bytes = read_file(write({{"x", "some data here"}}));
  bytes[bytes.find("data")] = 'D';
  const ZipReader zip(bytes, "changed.zip");
  const std::string error = error_of([&] { zip.read(*zip.find("x")); });
  expect_contains(error, "failed reading file x: CRC error");
  expect_contains(error, "'changed.zip'");
}

TEST_F(ZipTest, LyingSizesAreRefused) {
  std::string bytes = read_file(write({{"x", "some data here"}}));
  const std::size_t directory = bytes.find("PK\x01\x02");
  const std::uint32_t huge = 0x7fffffff;
  std::memcpy(&bytes[directory + 20], &huge, 4);
  std::memcpy(&bytes[directory + 24], &huge, 4);
  expect_contains(error_of([&] { ZipReader zip(bytes, "x"); }), "entry 'x' claims 2147483647 bytes");
}

TEST_F(ZipTest, OverlappingEntriesAreRefused) {
  // Each entry is fine alone; the directory points all of them at the same data.
  const std::string data(2000, 'd');
  std::string bytes = read_file(write({{"a", data}, {"b", data}, {"c", ""}, {"d", ""}}));
  std::size_t at = bytes.find("PK\x01\x02");
  const std::string first = bytes.substr(at, 47);
  for (char name : {'a', 'b', 'c', 'd'}) {
    bytes.replace(at, 46, first, 0, 46);
    EXPECT_EQ(bytes[at + 46], name);
    at += 47;
  }
  expect_contains(error_of([&] { ZipReader zip(bytes, "x"); }), "more than the file has");
}

TEST_F(ZipTest, EntriesThatShareBytesAreRefused) {
  std::string bytes = read_file(write({{"a", "first"}, {"b", std::string(200, 'x')}}));
  // The directory says that "a" has some of what follows it too.
  const std::size_t at = bytes.find("PK\x01\x02");
  bytes[at + 20] = bytes[at + 24] = 70;
  expect_contains(error_of([&] { ZipReader zip(bytes, "x"); }), "entry 'b' overlaps the one before it");
  bytes[at + 20] = bytes[at + 24] = 5;
  bytes[at + 42] = 1;  // where "a" begins
  expect_contains(error_of([&] { ZipReader zip(bytes, "x"); }), "another header than the central directory says");
}

TEST_F(ZipTest, NumbersOf64Bits) {
  // As an archive over 4 GiB would have them: all ones, and the truth in the extra field and in the zip64 records.
  const std::string data = "some data here";
  const std::string whole = read_file(write({{"x", data}}));
  const std::size_t at = whole.find("PK\x01\x02"), end = whole.size() - 22;
  std::string header = whole.substr(at, 46), tail = whole.substr(end);
  const auto put = [](std::string& to, std::uint64_t n) { to.append(reinterpret_cast<const char*>(&n), 8); };
  header.replace(20, 8, 8, '\xff');
  header.replace(42, 4, 4, '\xff');
  header[30] = 28;
  std::string extra = std::string("\x01\0\x18\0", 4);
  for (const std::uint64_t n : {data.size(), data.size(), std::size_t{0}}) put(extra, n);
  const std::string directory = header + "x" + extra;
  std::string end64 = "PK\x06\x06";
  put(end64, 44);
  end64 += std::string("\x2d\0\x2d\0\0\0\0\0\0\0\0\0", 12);
  for (const std::uint64_t n : {std::size_t{1}, std::size_t{1}, directory.size(), at}) put(end64, n);
  std::string locator = std::string("PK\x06\x07\0\0\0\0", 8);
  put(locator, at + directory.size());
  locator += std::string("\x01\0\0\0", 4);
  tail.replace(8, 12, 12, '\xff');
  const std::string large = whole.substr(0, at) + directory + end64 + locator + tail;
  const ZipReader zip(large, "large");
  EXPECT_EQ(zip.read(*zip.find("x")), data);
  std::string lying = large;
  lying[at + directory.size() + 40] = 120;  // the directory's size
  expect_contains(error_of([&] { ZipReader other(lying, "x"); }), "does not fit into the file");
}

TEST_F(ZipTest, SameNameTwice) {
  std::string bytes = read_file(write({{"a", "1"}, {"b", "2"}}));
  bytes[bytes.find("PK\x01\x02", bytes.find("PK\x01\x02") + 1) + 46] = 'a';
  bytes[bytes.find("PK\x03\x04", 1) + 30] = 'a';
  expect_contains(error_of([&] { ZipReader zip(bytes, "x"); }), "two entries are named 'a'");
}

TEST_F(ZipTest, CompressedEntriesAreRefused) {
  std::string bytes = read_file(write({{"x", "some data here"}}));
  bytes[bytes.find("PK\x01\x02") + 10] = bytes[8] = 8;
  const ZipReader zip(bytes, "x");
  expect_contains(error_of([&] { zip.read(*zip.find("x")); }), "is compressed (zip method 8)");
}

}  // namespace
}  // namespace xgrad::serialize::testing
