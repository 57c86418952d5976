/// The files of PyTorch before 1.6, and those that are older still.
#include <cstring>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

class Legacy : public FolderTest {
 protected:
  std::string whole_ = read_file(golden("legacy"));
};

TEST_F(Legacy, CutShortAnywhere) {
  for (std::size_t n = 15; n < whole_.size(); ++n) {
    EXPECT_NE(error_of([&] { load_bytes(whole_.substr(0, n)); }), "") << n << " bytes";
  }
}

TEST_F(Legacy, AnyByteChanged) {
  int loaded = 0;
  for (std::size_t i = 0; i < whole_.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string bytes = whole_;
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
      loaded += error_of([&] { load_bytes(bytes); }).empty();  // there is no checksum
    }
  }
  EXPECT_GT(loaded, 0);
}

TEST_F(Legacy, LyingSizes) {
  // The number of elements before the first storage: 12 floats of `base`.
  const std::int64_t twelve = 12;
  std::string bytes = whole_;
  const std::size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&twelve), 8));
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 13;
  expect_contains(error_of([&] { load_bytes(bytes); }), "has 13 elements, but 12 were expected");
  // And in the pickle, where K is an int of one byte: more than the file has.
  bytes = whole_;
  const std::size_t in_pickle = bytes.find("K\x0cN");
  ASSERT_NE(in_pickle, std::string::npos);
  std::string huge =
      bytes.substr(0, in_pickle) + "J" + std::string("\xff\xff\xff\x7f", 4) + bytes.substr(in_pickle + 2);
  expect_contains(error_of([&] { load_bytes(huge); }), "more than the file has");
}

TEST_F(Legacy, OlderStill) {
  std::string tar(512, '\0');
  tar.replace(257, 5, "ustar");
  expect_contains(error_of([&] { load_bytes(tar); }), "a tar archive, as torch.save wrote them before PyTorch 0.1.10");
}

}  // namespace
}  // namespace xgrad::serialize::testing
