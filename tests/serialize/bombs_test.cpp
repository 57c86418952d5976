/// PyTorch files made to hurt: each is refused by a sentence that says why. The other formats' are in their own tests.
#include <xgrad/tests/support/zip_archive.hpp>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using test::zip_archive;
using test::ZipEntry;

/// load() of an archive with this pickle and these other entries.
std::string pt_error(const std::string& pickled, std::vector<ZipEntry> others = {}) {
  others.insert(others.begin(), {"x/data.pkl", pickled});
  return error_of([&] { load_bytes(zip_archive(others)); });
}

const std::string kEmptyDict = "\x80\x02}.";

TEST(Bombs, AnArchiveThatIsFine) { EXPECT_EQ(pt_error(kEmptyDict, {{"x/version", "3\n"}}), ""); }

TEST(Bombs, CompressedPickle) {
  const std::string deep = "\x80\x02" + std::string(100 << 20, ']') + ".", packed = test::deflated(deep);
  const auto size = static_cast<std::uint32_t>(deep.size());
  ASSERT_LT(packed.size(), std::size_t{200'000});
  expect_contains(error_of([&] {
                    load_bytes(zip_archive({{"x/data.pkl", packed, 8, size, test::crc_of(deep)}}));
                  }),
                  "is compressed (zip method 8)");
}

TEST(Bombs, PickleDepth) {
  const std::size_t n = 100'000;
  expect_contains(pt_error("\x80\x02" + std::string(n, ']') + std::string(n - 1, 'a') + "."),
                  "nested deeper than 1000 levels");
  const std::string tuples = "\x80\x02)" + std::string(n, '\x85') + ".";
  expect_contains(pt_error(tuples), "nested deeper than 1000 levels");
  EXPECT_NE(pt_error("\x80\x02" + std::string(n, '(') + "."), "") << "marks without end";
}

// Each round makes a pair of what was made before and itself: 2^40 items from two hundred bytes, which are one object,
// many times.
TEST(Bombs, PairsOfPairs) {
  std::string doubling = "\x80\x02]";
  for (char i = 0; i < 40; ++i) doubling += std::string("q") + i + "h" + i + "\x86";
  EXPECT_EQ(pt_error(doubling + "."), "");
}

TEST(Bombs, NamesThatLeadOutOfTheArchive) {
  for (const char* name : {"../data.pkl", "/data.pkl", "x/../../data.pkl", "..\\data.pkl"}) {
    expect_contains(error_of([&] { load_bytes(zip_archive({{name, kEmptyDict}})); }), "leads out of the archive");
  }
}

TEST(Bombs, EntriesThatShareBytes) {
  std::string bytes = zip_archive({{"x/data.pkl", kEmptyDict}, {"x/data/0", std::string(1000, 'd')}, {"x/data/1", ""}});
  // The last one's header says that it begins where the second does.
  std::size_t at = bytes.find("PK\x01\x02");
  std::vector<std::size_t> headers;
  for (; at != std::string::npos; at = bytes.find("PK\x01\x02", at + 1)) headers.push_back(at);
  ASSERT_EQ(headers.size(), 3u);
  bytes.replace(headers[2] + 42, 4, bytes.substr(headers[1] + 42, 4));
  expect_contains(error_of([&] { load_bytes(bytes); }), "overlaps the one before it");
}

TEST(Bombs, LyingEntrySizes) {
  expect_contains(pt_error(kEmptyDict, {{"x/data/0", "1234", 0, 0x7fffffff}}),
                  "entry 'x/data/0' claims 2147483647 bytes");
}

// A text that says it is as long as memory.
TEST(Bombs, LyingLengthsInThePickle) {
  const std::string most("\xff\xff\xff\x7f", 4), most64("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  for (const std::string& opcode : {"X" + most, "B" + most, "\x8d" + most64, "\x8e" + most64, "\x8b" + most}) {
    const std::string error = pt_error("\x80\x04" + opcode + "abc.");
    EXPECT_NE(error, "");
    EXPECT_EQ(error.find("not enough memory"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace xgrad::serialize::testing
