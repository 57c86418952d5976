#include <xgrad/serialize/regular_file.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xgrad/autograd/array/error.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace xgrad::serialize {

RegularFile::RegularFile(const std::string& path) : path_(path) {
  // Without waiting for the writer of a pipe; for regular files the flag means nothing.
  fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd_ < 0) fail_with_errno(errno);
  struct stat about {};
  const int code = ::fstat(fd_, &about) != 0 ? errno : S_ISDIR(about.st_mode) ? EISDIR : 0;
  if (code == 0 && S_ISREG(about.st_mode)) {
    size_ = static_cast<std::uint64_t>(about.st_size);
    return;
  }
  ::close(fd_);  // there is no destructor for what was not constructed
  if (code != 0) fail_with_errno(code);
  fail("cannot load '{}': it is not a regular file", path);
}

RegularFile::~RegularFile() { ::close(fd_); }

void RegularFile::fail_with_errno(int code) const { fail("[Errno {}] {}: '{}'", code, std::strerror(code), path_); }

std::size_t RegularFile::read(void* to, std::size_t count) {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // the system reads at most 2 GiB at once
  std::size_t done = 0;
  while (done < count) {
    const ssize_t n = ::read(fd_, static_cast<char*>(to) + done, std::min(count - done, kMost));
    if (n < 0 && errno != EINTR) fail_with_errno(errno);
    if (n == 0) break;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  return done;
}

FileMapping::FileMapping(const std::string& path) {
  const RegularFile file(path);
  size_ = file.size();
  if (size_ == 0) return;  // which the system refuses to map
  void* at = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE, file.descriptor(), 0);
  if (at == MAP_FAILED) file.fail_with_errno(errno);
  data_ = static_cast<char*>(at);
}

FileMapping::~FileMapping() {
  if (data_) ::munmap(data_, size_);
}

}  // namespace xgrad::serialize
