#include <fcntl.h>
#include <sys/file.h>
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
/// A temporary file is named after its target, and then so: ".xgrad-", eight hexadecimal digits, ".tmp".
constexpr std::string_view kTemporaryMark = ".xgrad-", kTemporarySuffix = ".tmp";
constexpr std::size_t kTemporaryDigits = 8;

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// The longest name that a file in the folder can have.
std::size_t longest_name(const std::string& folder) {
  constexpr std::size_t kUsual = 255;
  const long most = ::pathconf(folder.c_str(), _PC_NAME_MAX);
  return most > 0 ? static_cast<std::size_t>(most) : kUsual;
}

/// The beginning of a name that is UTF-8, without cutting a character: some file systems take nothing else.
std::string_view cut_name(std::string_view name, std::size_t most) {
  if (name.size() <= most) return name;
  while (most > 0 && (static_cast<unsigned char>(name[most]) & 0xc0) == 0x80) --most;
  return name.substr(0, most);
}

bool is_temporary(std::string_view name, std::string_view start) {
  if (!name.starts_with(start) || !name.ends_with(kTemporarySuffix) ||
      name.size() != start.size() + kTemporaryDigits + kTemporarySuffix.size()) {
    return false;
  }
  return name.substr(start.size(), kTemporaryDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Whoever writes a temporary file holds a lock on it, which ends with the process however that ends. So a file that
/// can be locked is nobody's. Where there are no locks (some network file systems) it stays.
void remove_if_stale(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  struct stat about {};
  if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && ::flock(fd, LOCK_EX | LOCK_NB) == 0) {
    ::unlink(path.c_str());
  }
  ::close(fd);
}

}  // namespace

std::string AtomicFile::target_of(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error)) {
    const fs::path target = fs::canonical(path, error);
    // A name that only the system can follow, such as /dev/stdout's, stays as it is.
    return error || !fs::is_symlink(fs::symlink_status(path, error)) ? path : target.string();
  }
  // A link to nothing says where the file is to be.
  constexpr int kMostLinks = 40;  // the system's own limit
  fs::path place = path;
  for (int links = 0; fs::is_symlink(fs::symlink_status(place, error)); ++links) {
    check(links < kMostLinks, "[Errno {}] {}: '{}'", ELOOP, std::strerror(ELOOP), path);
    const fs::path target = fs::read_symlink(place, error);
    if (error) break;
    place = place.parent_path() / target;  // which is the target alone if that is absolute
  }
  return place.string();
}

AtomicFile::AtomicFile(const std::string& path) : path_(path) {
  check<ValueError>(!path.empty(), "cannot write a file without a name");
  target_ = target_of(path);
  folder_ = folder_of(target_);
  struct stat about {};
  if (::stat(folder_.c_str(), &about) != 0) {
    check(errno != ENOENT, "Parent directory {} does not exist.\n  saving '{}'", folder_, path);
    fail_with_errno("looking for the folder of");
  }
  struct stat old {};
  const bool replaces = ::stat(target_.c_str(), &old) == 0;
  check(!replaces || !S_ISDIR(old.st_mode), "[Errno {}] Is a directory: '{}'", EISDIR, path);
  check(!replaces || S_ISREG(old.st_mode), "cannot save to '{}': it exists and is not a regular file", path);

  remove_stale();
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

std::string AtomicFile::temporary_start() const {
  const std::string name = fs::path(target_).filename().string();
  const std::size_t more = kTemporaryMark.size() + kTemporaryDigits + kTemporarySuffix.size();
  const std::size_t longest = longest_name(folder_);
  return fmt::format("{}{}", cut_name(name, longest - std::min(longest, more)), kTemporaryMark);
}

std::string AtomicFile::temporary_name() const {
  static std::random_device random;
  const std::string name = fmt::format("{}{:08x}{}", temporary_start(), random(), kTemporarySuffix);
  return (fs::path(target_).parent_path() / name).string();
}

/// Removes what killed processes left of this target.
void AtomicFile::remove_stale() const {
  const std::string start = temporary_start();
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
    if (is_temporary(entry->path().filename().string(), start)) remove_if_stale(entry->path());
  }
}

void AtomicFile::open_file() {
#ifdef O_TMPFILE
  // A file that has no name until it is whole is gone with its process, however that ends.
  if (::access("/proc/self/fd", F_OK) == 0) {
    fd_ = ::open(folder_.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    // It is somebody's when it gets its name.
    if (fd_ >= 0) ::flock(fd_, LOCK_EX | LOCK_NB);
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
    if (fd_ < 0) continue;
    // Before it was locked, another process may have taken it for a stale one.
    ::flock(fd_, LOCK_EX);
    struct stat about {};
    if (::fstat(fd_, &about) != 0 || about.st_nlink > 0 || attempt == kAttempts) continue;
    ::close(std::exchange(fd_, -1));
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

/// The old file gets a second name, and that is renamed: at no moment is there no file. The second name is not locked,
/// so that another process that saves to the same path may take it for a stale one in between; then it gets a third.
void AtomicFile::move_previous() {
  for (int attempt = 0;; ++attempt) {
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
    const bool moved = ::rename(second.c_str(), previous_.c_str()) == 0;
    const int code = errno;
    ::unlink(second.c_str());  // renaming to another name of the same file does nothing
    if (moved) return;
    struct stat about {};
    const bool taken = code == ENOENT && ::stat(folder_of(previous_).c_str(), &about) == 0;
    if (taken && attempt < kAttempts) continue;
    errno = code;
    fail_with_errno("keeping what is there before replacing");
  }
}

void AtomicFile::commit() {
  flush();
  if (::fsync(fd_) != 0) fail_with_errno("flushing");
  name_file();
  // A second descriptor holds the lock until the file has its name; closing the first shows errors.
  const int written = std::exchange(fd_, ::fcntl(fd_, F_DUPFD_CLOEXEC, 0));
  if (::close(written) != 0) fail_with_errno("closing");
  if (!previous_.empty()) move_previous();
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail_with_errno("renaming the temporary file to");
  temporary_.clear();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  // The rename itself reaches the disk with the folder. Some file systems cannot flush folders; the file is whole
  // either way, so that is no error.
  const int dir = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
}

}  // namespace xgrad
