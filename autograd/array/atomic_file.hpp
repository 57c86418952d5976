/// A file that appears whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad {

/// Writes next to `path` under a temporary name; `commit()` flushes to the disk and renames. Until then, and after any
/// error, what was at `path` stays as it was, and the temporary file is removed with the object.
///
/// Throws Error with the path and the system's words: a missing folder, no permission, a full disk.
///
///     AtomicFile file("model.pt");
///     file.write(bytes.data(), bytes.size());
///     file.commit();
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Writes at the current position, over what is there or past the end.
  void write(const void* data, std::size_t size);
  void seek(std::uint64_t position);
  std::uint64_t tell() const { return position_; }
  /// Flushes, renames over `path`, and flushes the folder, so that a crash leaves the old file or the new one.
  void commit();

 private:
  void flush();
  [[noreturn]] void fail_with_errno(const char* doing) const;

  std::string path_;       // as the caller named it, for messages
  std::string target_;     // where the file goes: `path_` with its links followed
  std::string temporary_;  // empty when there is nothing to remove
  int fd_ = -1;
  std::vector<char> window_;        // bytes not yet handed to the system,
  std::uint64_t window_at_ = 0;     // which belong at this place
  std::uint64_t position_ = 0;      // always inside the window or at its end
  std::uint64_t written_back_ = 0;  // up to here the disk has been told to start
};

}  // namespace xgrad
