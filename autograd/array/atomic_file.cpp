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

constexpr std::size_t kWindowBytes = std::size_t{1} << 20;
/// The disk starts on what is written every so many bytes. Left to itself the system collects gigabytes of dirty pages
/// and then makes writers wait (measured: four times slower than this for 1 GiB).
constexpr std::uint64_t kWriteBackBytes = std::uint64_t{16} << 20;

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

  std::random_device random;
  for (int attempt = 0; fd_ < 0; ++attempt) {
    temporary_ = fmt::format("{}.{:08x}.tmp", target_, random());
    fd_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd_ < 0 && (errno != EEXIST || attempt == 100)) {
      temporary_.clear();
      fail_with_errno("creating a temporary file beside");
    }
  }
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

void AtomicFile::write(const void* data, std::size_t size) {
  const auto* from = static_cast<const char*>(data);
  while (size > 0) {
    if (position_ - window_at_ >= kWindowBytes) flush();
    const std::size_t at = position_ - window_at_;
    const std::size_t n = std::min(size, kWindowBytes - at);
    if (window_.size() < at + n) window_.resize(at + n);
    std::memcpy(window_.data() + at, from, n);
    position_ += n;
    from += n;
    size -= n;
  }
}

void AtomicFile::seek(std::uint64_t position) {
  if (position < window_at_ || position > window_at_ + window_.size()) {
    flush();
    window_at_ = position;
  }
  position_ = position;
}

void AtomicFile::flush() {
  std::size_t done = 0;
  while (done < window_.size()) {
    const ssize_t n =
        ::pwrite(fd_, window_.data() + done, window_.size() - done, static_cast<off_t>(window_at_ + done));
    if (n < 0 && errno != EINTR) fail_with_errno("writing");
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  const std::uint64_t end = window_at_ + window_.size();
#ifdef __linux__
  if (end >= written_back_ + kWriteBackBytes) {
    ::sync_file_range(fd_, static_cast<off_t>(written_back_), static_cast<off_t>(end - written_back_),
                      SYNC_FILE_RANGE_WRITE);
    written_back_ = end;
  }
#endif
  window_.clear();
  window_at_ = position_;
}

void AtomicFile::commit() {
  flush();
  if (::fsync(fd_) != 0) fail_with_errno("flushing");
  const int fd = std::exchange(fd_, -1);
  if (::close(fd) != 0) fail_with_errno("closing");
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_with_errno("renaming the temporary file to");
  temporary_.clear();
  // The rename itself reaches the disk with the folder. Some file systems cannot flush folders; the file is whole
  // either way, so that is no error.
  const std::string folder = fs::path(target_).parent_path().string();
  const int dir = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
}

}  // namespace xgrad
