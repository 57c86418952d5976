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

TEST_F(ZipTest, SameNameTwice) {
  std::string bytes = read_file(write({{"a", "1"}, {"b", "2"}}));
  bytes[bytes.find("PK\x01\x02", bytes.find("PK\x01\x02") + 1) + 46] = 'a';
  expect_contains(error_of([&] { ZipReader zip(bytes, "x"); }), "two entries are named 'a'");
}

TEST_F(ZipTest, CompressedEntriesAreRefused) {
  std::string bytes = read_file(write({{"x", "some data here"}}));
  bytes[bytes.find("PK\x01\x02") + 10] = 8;
  const ZipReader zip(bytes, "x");
  expect_contains(error_of([&] { zip.read(*zip.find("x")); }), "is compressed (zip method 8)");
}

}  // namespace
}  // namespace xgrad::serialize::testing
