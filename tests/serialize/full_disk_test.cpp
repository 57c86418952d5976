/// A disk with no room left: a small one in memory, which a process of its own mounts where nobody else sees it.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xgrad/xgrad.hpp>

#include <cstdlib>
#include <functional>
#include <set>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using FullDisk = FolderTest;

constexpr const char* kFolderVariable = "XGRAD_TEST_FULL_DISK";
constexpr int kNotAllowed = 77;
constexpr std::size_t kPage = 4096;

bool write_text(const char* file, const std::string& text) {
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (fd >= 0) ::close(fd);
  return written;
}

/// Mounts a disk of 1 MiB there, for this process alone; false where that is not allowed.
bool mount_small_disk(const std::string& folder) {
  const auto uid = ::getuid();
  const auto gid = ::getgid();
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
    write_text("/proc/self/setgroups", "deny");
    if (!write_text("/proc/self/uid_map", fmt::format("0 {} 1", uid)) ||
        !write_text("/proc/self/gid_map", fmt::format("0 {} 1", gid))) {
      return false;
    }
  } else if (::unshare(CLONE_NEWNS) != 0) {
    return false;
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("xgrad", folder.c_str(), "tmpfs", 0, "size=1m,mode=0700") == 0;
}

/// Leaves so many pages free on the disk.
void fill(const std::string& folder, std::size_t pages) {
  const std::string file = folder + "/filler";
  std::filesystem::remove(file);
  struct statvfs about {};
  ASSERT_EQ(::statvfs(folder.c_str(), &about), 0);
  const std::size_t bytes = about.f_bavail * about.f_frsize;
  ASSERT_GE(bytes, pages * kPage);
  write_file(file, std::string(bytes - pages * kPage, 'x'));
  ASSERT_EQ(::statvfs(folder.c_str(), &about), 0);
  ASSERT_EQ(about.f_bavail * about.f_frsize, pages * kPage);
}

std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

const std::string kNoSpace = "[Errno 28] No space left on device: '";

// What FullDisk runs, in a process that may mount.
TEST(FullDiskChild, Saves) {
  const char* variable = std::getenv(kFolderVariable);
  if (!variable) GTEST_SKIP() << "only as a process of its own";
  const std::string folder = variable;
  if (!mount_small_disk(folder)) ::_exit(kNotAllowed);
  const auto path = [&](const char* name) { return folder + "/" + name; };

  nn::Linear model(32, 32);
  optim::Adam adam(model->parameters(), optim::AdamOptions(0.01));
  const auto step = [&] {
    adam.zero_grad();
    model(ones({1, 32})).sum().backward();
    adam.step();
  };
  int epoch = 1;
  const Checkpoint checkpoint{.model = model, .optimizer = adam, .epoch = epoch};
  step();
  save_checkpoint(path("run.pt"), checkpoint, {.keep_previous = true});
  const Tensor weight = model->weight.detach().clone();
  const std::string old = read_file(path("run.pt"));
  const std::size_t pages = (old.size() + kPage - 1) / kPage;
  ASSERT_GT(pages, 3u);

  const Tensor table = ones({1000, 10});
  const std::string text = path("table");
  const std::vector<std::function<void()>> others{[&] { xgrad::save(model->state_dict(), text); },
                                                  [&] { xgrad::save(model, text); },
                                                  [&] {
                                                    save_safetensors({{"x", table}}, text);
                                                  },
                                                  [&] { save_npy(table, text); },
                                                  [&] {
                                                    save_npz({{"x", table}}, text);
                                                  },
                                                  [&] { save_csv(table, text); },
                                                  [&] {
                                                    onnx::export_model(model, ones({1, 32}), text);
                                                  }};
  step();
  epoch = 2;
  for (std::size_t room = 0; room < pages; ++room) {
    SCOPED_TRACE(fmt::format("{} pages free", room));
    fill(folder, room);
    const std::string error = error_of([&] { save_checkpoint(path("run.pt"), checkpoint, {.keep_previous = true}); });
    expect_contains(error, kNoSpace + path("run.pt") + "'");
    EXPECT_EQ(names_in(folder), (std::set<std::string>{"filler", "run.pt"}));
    EXPECT_EQ(read_file(path("run.pt")), old);
    if (room > 0) continue;
    for (std::size_t i = 0; i < others.size(); ++i) {
      SCOPED_TRACE(fmt::format("writer {}", i));
      expect_contains(error_of(others[i]), kNoSpace + text + "'");
      EXPECT_EQ(names_in(folder), (std::set<std::string>{"filler", "run.pt"}));
    }
  }

  // The old one is whole, and with room again there is a new one beside it.
  const Tensor trained = model->weight.detach().clone();
  load_checkpoint(path("run.pt"), checkpoint);
  EXPECT_EQ(epoch, 1);
  EXPECT_TRUE(equal(model->weight, weight));
  step();
  epoch = 2;
  std::filesystem::remove(path("filler"));
  save_checkpoint(path("run.pt"), checkpoint, {.keep_previous = true});
  load_checkpoint(path("run.pt"), checkpoint);
  EXPECT_EQ(epoch, 2);
  EXPECT_TRUE(equal(model->weight, trained));
  EXPECT_EQ(read_file(path("run.pt.previous")), old);
}

TEST_F(FullDisk, LeavesTheOldCheckpointAndSaysSo) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv(kFolderVariable, folder_.c_str(), 1);
    ::execl("/proc/self/exe", "serialize_tests", "--gtest_filter=FullDiskChild.Saves", "--gtest_brief=1", nullptr);
    ::_exit(127);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNotAllowed) GTEST_SKIP() << "mounting a disk is not allowed here";
  EXPECT_EQ(WEXITSTATUS(status), 0) << "see above";
}

}  // namespace
}  // namespace xgrad::serialize::testing
