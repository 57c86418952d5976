/// A file appears whole or not at all.
#include <sys/stat.h>
#include <unistd.h>
#include <xgrad/autograd/array/atomic_file.hpp>

#include "../../serialize/support.hpp"

namespace xgrad::serialize::testing {
namespace {

using namespace std::string_literals;

using AtomicFileTest = FolderTest;

TEST_F(AtomicFileTest, NothingUntilCommit) {
  write_file(path("f"), "old");
  {
    AtomicFile file(path("f"));
    file.write("new", 3);
    EXPECT_EQ(read_file(path("f")), "old");
    file.commit();
    EXPECT_EQ(read_file(path("f")), "new");
  }
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, DroppedWithoutCommit) {
  write_file(path("f"), "old");
  { AtomicFile(path("f")).write("new", 3); }
  EXPECT_EQ(read_file(path("f")), "old");
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFileTest, PiecesSmallAndLarge) {
  std::string expected;
  AtomicFile file(path("f"));
  for (const std::size_t n : {1, 1 << 20, 3, (1 << 20) + 1, 7, 1 << 19, 1 << 19, 40 << 20, 0, 5}) {
    const std::string piece(n, static_cast<char>('a' + expected.size() % 23));
    file.write(piece.data(), piece.size());
    expected += piece;
  }
  file.commit();
  EXPECT_TRUE(read_file(path("f")) == expected);
}

TEST_F(AtomicFileTest, ThePreviousOneIsKept) {
  for (const std::string text : {"first", "second", "third", "third"}) {
    AtomicFile file(path("f"));
    file.keep_previous(path("before"));
    file.write(text.data(), text.size());
    file.commit();
  }
  EXPECT_EQ(read_file(path("f")), "third");
  EXPECT_EQ(read_file(path("before")), "third");
  AtomicFile file(path("f"));
  file.keep_previous(path("none/before"));
  file.write("fourth", 6);
  expect_contains(error_of([&] { file.commit(); }), "No such file or directory");
  EXPECT_EQ(read_file(path("f")), "third");
}

TEST_F(AtomicFileTest, KeepsPermissionsAndLinks) {
  write_file(path("target"), "old");
  ASSERT_EQ(::chmod(path("target").c_str(), 0640), 0);
  std::filesystem::create_symlink("target", path("link"));
  AtomicFile file(path("link"));
  file.write("new", 3);
  file.commit();
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("target")), "new");
  struct stat about {};
  ASSERT_EQ(::stat(path("target").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0640u);
}

TEST_F(AtomicFileTest, PlacesWhereNoFileCanGo) {
  expect_contains(error_of([&] { AtomicFile f(path("none/f")); }), "Parent directory");
  expect_contains(error_of([&] { AtomicFile f(folder_.string()); }), "Is a directory");
  expect_contains(error_of([&] { AtomicFile f("/dev/null"); }), "not a regular file");
  write_file(path("f"), "");
  expect_contains(error_of([&] { AtomicFile f(path("f/g")); }), "Not a directory: '"s + path("f/g") + "'");
  expect_contains(error_of([&] { AtomicFile f(""); }), "without a name");
}

TEST_F(AtomicFileTest, NoPermission) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  ASSERT_EQ(::chmod(folder_.c_str(), 0500), 0);
  const std::string error = error_of([&] { AtomicFile f(path("f")); });
  ::chmod(folder_.c_str(), 0700);
  expect_contains(error, "Permission denied: '"s + path("f") + "'");
}

TEST_F(AtomicFileTest, NoRoom) {
  save_state_dict({{"x", arange(10)}}, path("model"));
  const std::string old = read_file(path("model"));
  for (const rlim_t limit : {rlim_t{0}, rlim_t{1000}, rlim_t{2 << 20}}) {
    std::string error;
    {
      const SizeLimit full(limit);
      error = error_of([&] { save_state_dict({{"x", arange(1 << 20)}}, path("model")); });
    }
    expect_contains(error, "[Errno 27] File too large: '"s + path("model") + "'");
    EXPECT_EQ(files(), 1u) << "the temporary file was left behind";
    EXPECT_EQ(read_file(path("model")), old);
  }
}

}  // namespace
}  // namespace xgrad::serialize::testing
