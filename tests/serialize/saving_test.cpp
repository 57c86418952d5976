/// Where a file goes and what is left beside it: links, long names, what killed and living processes leave.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/xgrad.hpp>

#include <set>
#include <thread>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

namespace fs = std::filesystem;

class Saving : public FolderTest {
 protected:
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_)) all.insert(entry.path().filename().string());
    return all;
  }
};

using Names = std::set<std::string>;

TEST_F(Saving, WhatKilledProcessesLeftIsRemoved) {
  write_file(path("run.pt.xgrad-0123abcd.tmp"), "left by a process that was killed");
  const std::string held = "run.pt.xgrad-00000000.tmp";
  write_file(path(held), "of a process that is writing");
  const Names others{"run.pt.xgrad-0123abc.tmp", "run.pt.xgrad-0123abcg.tmp", "run.pt.0123abcd.tmp",
                     "other.pt.xgrad-0123abcd.tmp", "run.pt.xgrad-0123abcd.tmp2"};
  for (const std::string& name : others) write_file(path(name), "not of this target, or not ours");

  const int fd = ::open(path(held).c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  save(Value(1), path("run.pt"));
  Names expected = others;
  expected.insert({"run.pt", held});
  EXPECT_EQ(names(), expected);
  ::close(fd);
  save(Value(1), path("run.pt"));
  expected.erase(held);
  EXPECT_EQ(names(), expected);
}

TEST_F(Saving, TwoFilesOfOnePathInOneProcess) {
  AtomicFile other(path("f"));
  other.write("abc", 3);
  AtomicFile first(path("f"));  // looks for stale files while the other one is written
  first.write("first", 5);
  first.commit();
  other.commit();
  EXPECT_EQ(read_file(path("f")), "abc");
  EXPECT_EQ(names(), Names{"f"});
}

TEST_F(Saving, AtTheSameTimeToTheSamePath) {
  constexpr int kThreads = 4, kTimes = 100;
  std::vector<std::string> errors(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTimes && errors[t].empty(); ++i) {
        errors[t] = error_of([&] { save(Value(t), path("run.pt"), path("run.pt.previous")); });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const std::string& error : errors) EXPECT_EQ(error, "");
  EXPECT_EQ(names(), (Names{"run.pt", "run.pt.previous"}));
  EXPECT_LT(load(path("run.pt")).as_int(), kThreads);
  EXPECT_LT(load(path("run.pt.previous")).as_int(), kThreads);
}

TEST_F(Saving, ThroughALinkToAnotherFileSystem) {
  std::string elsewhere = "/dev/shm/xgrad-serialize-XXXXXX";
  if (!::mkdtemp(elsewhere.data())) GTEST_SKIP() << "no second file system here";
  struct stat here {
  }, there{};
  ::stat(folder_.c_str(), &here);
  ::stat(elsewhere.c_str(), &there);
  if (here.st_dev == there.st_dev) {
    fs::remove(elsewhere);
    GTEST_SKIP() << "no second file system here";
  }
  fs::create_symlink(elsewhere + "/real.pt", path("run.pt"));  // to nothing at first
  int epoch = 1;
  const Checkpoint checkpoint{.epoch = epoch};
  for (; epoch < 3; ++epoch) save_checkpoint(path("run.pt"), checkpoint, {.keep_previous = true});
  EXPECT_TRUE(fs::is_symlink(path("run.pt")));
  EXPECT_EQ(names(), Names{"run.pt"});
  load_checkpoint(path("run.pt"), checkpoint);
  EXPECT_EQ(epoch, 2);
  load_checkpoint(elsewhere + "/real.pt.previous", checkpoint);
  EXPECT_EQ(epoch, 1);
  write_file(elsewhere + "/real.pt", "damaged");
  expect_contains(error_of([&] { load_checkpoint(path("run.pt"), checkpoint); }),
                  "the checkpoint before it is '" + elsewhere + "/real.pt.previous'");
  fs::remove_all(elsewhere);
}

TEST_F(Saving, LinksToNothingAndToThemselves) {
  fs::create_directory(path("folder"));
  fs::create_symlink("second", path("first"));  // relative, in two steps
  fs::create_symlink("folder/f.pt", path("second"));
  save(Value(1), path("first"));
  EXPECT_TRUE(fs::is_symlink(path("first")) && fs::is_symlink(path("second")));
  EXPECT_EQ(load(path("folder/f.pt")).as_int(), 1);
  fs::create_symlink("loop", path("loop"));
  expect_contains(error_of([&] { save(Value(1), path("loop")); }), "[Errno 40] Too many levels of symbolic links");
  EXPECT_TRUE(fs::is_symlink(path("loop")));
  fs::create_symlink("none/f.pt", path("astray"));
  expect_contains(error_of([&] { save(Value(1), path("astray")); }), "none does not exist");
}

TEST_F(Saving, LongNames) {
  for (std::size_t length = 230; length <= 255; ++length) {
    const std::string name(length, 'n');
    save(Value(1), path(name));
    save(Value(2), path(name));
    EXPECT_EQ(load(path(name)).as_int(), 2);
    EXPECT_EQ(names(), Names{name});
    fs::remove(path(name));
  }
  std::string wide = "x";
  while (wide.size() + 2 <= 255) wide += "ä";  // characters of two bytes, of which none is cut
  save(Value(3), path(wide));
  EXPECT_EQ(names(), Names{wide});
  expect_contains(error_of([&] { save(Value(1), path(std::string(256, 'n'))); }), "[Errno 36] File name too long");
}

TEST_F(Saving, AFolderThatCannotBeSearched) {
  fs::create_directories(path("closed/folder"));
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  ASSERT_EQ(::chmod(path("closed").c_str(), 0600), 0);
  const uid_t user = ::geteuid();
  if (user == 0) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const std::string error = error_of([&] { save(Value(1), path("closed/folder/f.pt")); });
  if (user == 0) {
    ASSERT_EQ(::seteuid(user), 0);
  }
  ASSERT_EQ(::chmod(path("closed").c_str(), 0700), 0);
  expect_contains(error, "[Errno 13] Permission denied: '" + path("closed/folder/f.pt") + "'");
  expect_contains(error_of([&] { save(Value(1), path("none/f.pt")); }), "does not exist");
}

}  // namespace
}  // namespace xgrad::serialize::testing
