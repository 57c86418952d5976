/// A file that appears whole or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace xgrad {

/// Writes beside `path`, to a file without a name where the system has such; `commit()` flushes to the disk and
/// renames. Until then, and after any error or kill, what was at `path` stays as it was. A file that has a temporary
/// name is removed with the object, or, if its process was killed, by the next AtomicFile of the same path: none that a
/// living process is writing is touched. Links are followed, those to nothing too.
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

  void write(const void* data, std::size_t size);
  /// The file that writing to `path` replaces or makes: `path` with its links followed.
  static std::string target_of(const std::string& path);

  /// What is at `path` when the new file takes its place will be at `previous`, also without a moment in which it is
  /// not whole.
  void keep_previous(std::string previous) { previous_ = std::move(previous); }
  /// Flushes, renames over `path`, and flushes the folder, so that a crash leaves the old file or the new one.
  void commit();

 private:
  void open_file();
  void remove_stale() const;
  std::string temporary_start() const;
  void put(const char* data, std::size_t size);
  void flush();
  void name_file();
  void move_previous();
  std::string temporary_name() const;
  [[noreturn]] void fail_with_errno(const char* doing) const;

  std::string path_;       // as the caller named it, for messages
  std::string target_;     // where the file goes: target_of(path_)
  std::string folder_;     // that it is in
  std::string temporary_;  // empty while there is nothing to remove
  std::string previous_;   // empty if it need not be kept
  int fd_ = -1;
  std::vector<char> buffer_;        // small pieces not yet handed to the system
  std::uint64_t written_ = 0;       // bytes that were
  std::uint64_t written_back_ = 0;  // up to here the disk has been told to start
};

}  // namespace xgrad
