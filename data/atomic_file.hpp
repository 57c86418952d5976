/// AtomicFile: a file that appears whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>

namespace xgrad::data {

/// Writes under another name in the destination's folder; `commit` renames. Whatever goes wrong before that, an
/// exception, a full disk, a kill, the destination keeps what it was. Without `commit` the destructor removes the
/// temporary file.
///
///     AtomicFile file("data/labels.gz");
///     file.write(bytes.data(), bytes.size());
///     file.commit();
class AtomicFile {
 public:
  /// Throws Error, naming the destination, when its folder is missing or may not be written.
  explicit AtomicFile(std::filesystem::path destination);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  /// Appends; throws Error on failure, as when the disk is full.
  void write(const void* bytes, std::size_t size);
  /// Flushes to the disk and gives the file its name, replacing one that has it.
  void commit();

 private:
  [[noreturn]] void fail_with_errno(const char* what) const;

  std::filesystem::path destination_, temporary_;
  int descriptor_ = -1;
};

}  // namespace xgrad::data
