#include <xgrad/autograd/array/error.hpp>
#include <xgrad/data/atomic_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace xgrad::data {

AtomicFile::AtomicFile(std::filesystem::path destination) : destination_(std::move(destination)) {
  // The process id keeps programs apart, the counter threads and what a killed program of the same id left behind.
  for (int i = 0; descriptor_ < 0; ++i) {
    temporary_ = destination_;
    temporary_ += fmt::format(".{}-{}.part", ::getpid(), i);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && errno != EEXIST) fail_with_errno("cannot create");
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* bytes, std::size_t size) {
  const char* from = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(descriptor_, from, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      fail_with_errno("cannot write");
    }
    from += written;
    size -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  // Without the flush a power cut could leave the new name with none of the contents.
  if (::fsync(descriptor_) != 0) fail_with_errno("cannot write");
  if (::rename(temporary_.c_str(), destination_.c_str()) != 0) fail_with_errno("cannot rename the temporary file");
  ::close(std::exchange(descriptor_, -1));
}

void AtomicFile::fail_with_errno(const char* what) const {
  const std::string reason = std::generic_category().message(errno);
  fail("{}: {}: {}", destination_.string(), what, reason);
}

}  // namespace xgrad::data
