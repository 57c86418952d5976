#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/autograd/array/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>

namespace xgrad {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
/// The disk starts on what is written every so many bytes. Left to itself the system collects gigabytes of dirty pages
/// and then makes writers wait (measured: four times slower than this for 1 GiB).
constexpr std::uint64_t kWriteBackBytes = std::uint64_t{16} << 20;

constexpr int kAttempts = 100;  // at a name that nobody has

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

fs::path follow_links(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_symlink(fs::symlink_status(path, ignored))) return path;
  const fs::path target = fs::weakly_canonical(path, ignored);
  return target.empty() ? fs::path(path) : target;
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(follow_links(path).string()) {
  check<ValueError>(!path.empty(), "cannot write a file without a name");
  std::error_code ignored;
  const fs::path folder = fs::path(target_).parent_path();
  check(folder.empty() || fs::exists(folder, ignored), "Parent directory {} does not exist.\n  saving '{}'",
        folder.string(), path);
  struct stat old {};
  const bool replaces = ::stat(target_.c_str(), &old) == 0;
  check(!replaces || !S_ISDIR(old.st_mode), "[Errno {}] Is a directory: '{}'", EISDIR, path);
  check(!replaces || S_ISREG(old.st_mode), "cannot save to '{}': it exists and is not a regular file", path);

  open_file();
  // The new file keeps the old one's permissions where the system lets it.
  [[maybe_unused]] const int kept = replaces ? ::fchmod(fd_, old.st_mode & 07777) : 0;
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::fail_with_errno(const char* doing) const {
  const int code = errno;
  fail("[Errno {}] {}: '{}'\n  while {} it", code, std::strerror(code), path_, doing);
}

std::string AtomicFile::temporary_name() const {
  static std::random_device random;
  return fmt::format("{}.{:08x}.tmp", target_, random());
}

void AtomicFile::open_file() {
#ifdef O_TMPFILE
  // A file that has no name until it is whole is gone with its process, however that ends.
  if (::access("/proc/self/fd", F_OK) == 0) {
    fd_ = ::open(folder_of(target_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    if (fd_ >= 0) return;
  }
#endif
  for (int attempt = 0; fd_ < 0; ++attempt) {
    temporary_ = temporary_name();
    fd_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd_ < 0 && (errno != EEXIST || attempt == kAttempts)) {
      temporary_.clear();
      fail_with_errno("creating a temporary file beside");
    }
  }
}

void AtomicFile::write(const void* data, std::size_t size) {
  const auto* from = static_cast<const char*>(data);
  if (buffer_.size() + size <= kBufferBytes) {
    buffer_.insert(buffer_.end(), from, from + size);
    return;
  }
  flush();
  if (size <= kBufferBytes)
    buffer_.assign(from, from + size);
  else
    put(from, size);
}

void AtomicFile::flush() {
  put(buffer_.data(), buffer_.size());
  buffer_.clear();
}

void AtomicFile::put(const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(fd_, data, std::min<std::size_t>(size, kWriteBackBytes));
    if (n < 0 && errno != EINTR) fail_with_errno("writing");
    if (n <= 0) continue;
    data += n;
    size -= static_cast<std::size_t>(n);
    written_ += static_cast<std::uint64_t>(n);
#ifdef __linux__
    if (written_ >= written_back_ + kWriteBackBytes) {
      ::sync_file_range(fd_, static_cast<off_t>(written_back_), static_cast<off_t>(written_ - written_back_),
                        SYNC_FILE_RANGE_WRITE);
      written_back_ = written_;
    }
#endif
  }
}

/// Gives the whole file a name, from which it can be renamed over another.
void AtomicFile::name_file() {
  if (!temporary_.empty()) return;
  const std::string open_file = fmt::format("/proc/self/fd/{}", fd_);
  for (int attempt = 0; temporary_.empty(); ++attempt) {
    const std::string name = temporary_name();
    if (::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0)
      temporary_ = name;
    else if (errno != EEXIST || attempt == kAttempts)
      fail_with_errno("naming the temporary file beside");
  }
}

/// The old file gets a second name, and that is renamed: at no moment is there no file.
void AtomicFile::move_previous() {
  const std::string second = temporary_name();
  if (::link(target_.c_str(), second.c_str()) != 0) {
    if (errno == ENOENT) return;  // the first of its name
    // A file system without links.
    std::error_code error;
    fs::copy_file(target_, second, error);
    if (error) {
      errno = error.value();
      fail_with_errno("keeping what is there before replacing");
    }
  }
  if (::rename(second.c_str(), previous_.c_str()) != 0) {
    const int code = errno;
    ::unlink(second.c_str());
    errno = code;
    fail_with_errno("keeping what is there before replacing");
  }
  ::unlink(second.c_str());  // renaming to another name of the same file does nothing
}

void AtomicFile::commit() {
  flush();
  if (::fsync(fd_) != 0) fail_with_errno("flushing");
  name_file();
  const int fd = std::exchange(fd_, -1);
  if (::close(fd) != 0) fail_with_errno("closing");
  if (!previous_.empty()) move_previous();
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_with_errno("renaming the temporary file to");
  temporary_.clear();
  // The rename itself reaches the disk with the folder. Some file systems cannot flush folders; the file is whole
  // either way, so that is no error.
  const int dir = ::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
}

}  // namespace xgrad
