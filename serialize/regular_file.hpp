/// A file to read from: opened, known to be a regular file, its size known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace xgrad::serialize {

/// Throws Error with the path and the system's words when there is no such file, it cannot be read or is no file.
class RegularFile {
 public:
  explicit RegularFile(const std::string& path);
  ~RegularFile();
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  std::uint64_t size() const { return size_; }
  /// Reads on from where the last read ended; fewer bytes only at the end.
  std::size_t read(void* to, std::size_t count);
  int descriptor() const { return fd_; }
  [[noreturn]] void fail_with_errno(int code) const;

 private:
  std::string path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

/// A file's bytes as memory that is read from the disk when it is touched. Writing to it changes only this mapping
/// (MAP_PRIVATE): never the file, and no other program's view of it. As with every mapping, a file that is cut short
/// while it is mapped ends the program when the missing part is touched; replacing a file by renaming, as AtomicFile
/// does, is fine.
class FileMapping {
 public:
  explicit FileMapping(const std::string& path);
  ~FileMapping();
  FileMapping(const FileMapping&) = delete;
  FileMapping& operator=(const FileMapping&) = delete;

  char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace xgrad::serialize
