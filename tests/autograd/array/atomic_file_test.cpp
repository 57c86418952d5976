/// A file appears whole or not at all.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xgrad/autograd/array/atomic_file.hpp>

#include <csignal>

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
    EXPECT_EQ(files(), 2u);
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

TEST_F(AtomicFileTest, SeeksAndOverwritesNearAndFar) {
  std::string expected(5 << 20, 'a');
  AtomicFile file(path("f"));
  file.write(expected.data(), expected.size());
  const auto patch = [&](std::size_t at, const std::string& text) {
    file.seek(at);
    EXPECT_EQ(file.tell(), at);
    file.write(text.data(), text.size());
    expected.resize(std::max(expected.size(), at + text.size()), '\0');
    std::copy(text.begin(), text.end(), expected.begin() + static_cast<std::ptrdiff_t>(at));
  };
  patch(10, "near the start");
  patch(16, "again");
  patch((1 << 20) - 3, std::string(3 << 20, 'b'));
  patch((5 << 20) - 2, "over the end");
  patch((5 << 20) + 1000, "after a hole");
  patch(0, "first");
  file.commit();
  EXPECT_TRUE(read_file(path("f")) == expected);
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

/// Files may grow to `bytes` only while it lives: what a full disk does, without filling one.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

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
