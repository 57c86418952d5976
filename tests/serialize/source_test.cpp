/// Where archives are read from, and their checksum.
#include <zlib.h>
#include <xgrad/serialize/crc32.hpp>
#include <xgrad/serialize/source.hpp>

#include <random>
#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using SourceTest = FolderTest;

void expect_digits(const Source& source) {
  EXPECT_EQ(source.size(), 10u);
  EXPECT_EQ(source.read(3, 4), "3456");
  EXPECT_EQ(source.read(0, 10), "0123456789");
  EXPECT_EQ(source.read(10, 0), "");
  expect_contains(error_of([&] { source.read(8, 3); }), "is cut short: 3 bytes expected at 8, 2 found");
  expect_contains(error_of([&] { source.read(std::uint64_t{1} << 62, 1); }), "0 found");
}

TEST_F(SourceTest, FilesMemoryAndStreams) {
  write_file(path("digits"), "0123456789");
  expect_digits(Source::file(path("digits")));
  expect_digits(Source::memory("0123456789", "x"));
  std::istringstream stream("skipped0123456789");
  stream.seekg(7);
  expect_digits(Source::stream(stream));
  expect_contains(error_of([&] { Source::file(path("none")); }), "[Errno 2] No such file or directory");
}

/// Like a pipe.
class WithoutSeeking : public std::stringbuf {
 public:
  using std::stringbuf::stringbuf;
  pos_type seekoff(off_type, std::ios_base::seekdir, std::ios_base::openmode) override { return -1; }
  pos_type seekpos(pos_type, std::ios_base::openmode) override { return -1; }
};

TEST_F(SourceTest, StreamsThatCannotSeek) {
  WithoutSeeking digits("0123456789");
  std::istream stream(&digits);
  expect_digits(Source::stream(stream));
  stream.setstate(std::ios::failbit);
  expect_contains(error_of([&] { Source::stream(stream); }), "a stream that has failed");
}

// Every way through the fast one, against zlib.
TEST(Crc32, IsZlibs) {
  std::string bytes(4096, '\0');
  std::mt19937 random(1);
  for (char& c : bytes) c = static_cast<char>(random());
  for (std::size_t n = 0; n < 400; ++n) {
    for (const std::size_t from : {0, 1, 7}) {
      const auto start = static_cast<std::uint32_t>(n * 2654435761u);
      const auto* data = reinterpret_cast<const Bytef*>(bytes.data() + from);
      ASSERT_EQ(crc32(start, data, n), ::crc32(start, data, static_cast<uInt>(n))) << n << " bytes from " << from;
    }
  }
  EXPECT_EQ(crc32(crc32(0, bytes.data(), 1000), bytes.data() + 1000, 3096), crc32(0, bytes.data(), 4096));
}

}  // namespace
}  // namespace xgrad::serialize::testing
