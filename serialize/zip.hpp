/// Zip archives as PyTorch uses them: entries stored without compression, their data aligned to 64 bytes.
#pragma once

#include <xgrad/autograd/array/atomic_file.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace xgrad::serialize {

/// Collects entries and writes them into a file in one go. The same entries give the same bytes on any day.
class ZipWriter {
 public:
  explicit ZipWriter(AtomicFile& file);
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  /// The bytes are not copied: they must live until finish().
  void add(const std::string& name, const void* data, std::size_t size);
  /// Writes everything. Errors of the file come out as the file threw them.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads an archive whose entries may lie about anything: whatever comes out was checked against the file's size and
/// its checksum, and no more memory is taken than the file is long.
class ZipReader {
 public:
  struct Entry {
    std::string name;
    std::uint64_t index = 0;
    std::uint64_t size = 0;
    unsigned method = 0;  // of compression; 0 stores
  };

  explicit ZipReader(const std::string& path);
  /// An archive in memory, which must outlive the reader; `name` is for messages.
  ZipReader(std::string_view bytes, std::string name);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(const std::string& name) const;
  /// Throws for a compressed entry, whose size is only a claim. Ask before taking memory for an entry.
  void require_stored(const Entry& entry) const;
  /// All `entry.size` bytes.
  void read(const Entry& entry, void* out) const;
  std::string read(const Entry& entry) const;
  std::uint64_t archive_size() const { return size_; }

 private:
  void open(void* source);
  void list_entries();
  [[noreturn]] void fail_not_zip(const std::string& why) const;

  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string name_;
  std::uint64_t size_ = 0;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
};

}  // namespace xgrad::serialize
