/// Zip archives as PyTorch uses them: entries stored without compression, their data aligned to 64 bytes.
#pragma once

#include <xgrad/autograd/array/atomic_file.hpp>
#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/serialize/output.hpp>
#include <xgrad/serialize/source.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace xgrad::serialize {

/// Writes entries one after another, from front to back. The same entries give the same bytes on any day.
class ZipWriter {
 public:
  explicit ZipWriter(Write write) : write_(std::move(write)) {}
  explicit ZipWriter(AtomicFile& file)
      : ZipWriter([&file](const void* data, std::size_t size) { file.write(data, size); }) {}

  void add(const std::string& name, const void* data, std::size_t size);
  void add(const std::string& name, std::string_view bytes) { add(name, bytes.data(), bytes.size()); }
  /// What `produce` writes, which it is asked for twice: the size and the checksum come first. So nothing need be held
  /// in memory.
  void add(const std::string& name, const Produce& produce);
  /// Writes the directory of what was added.
  void finish();

 private:
  struct Entry {
    std::string name;
    std::uint64_t place, size;
    std::uint32_t crc;
  };
  void begin(const std::string& name, std::uint64_t size, std::uint32_t crc);
  void put(const void* data, std::size_t size);

  Write write_;
  std::uint64_t end_ = 0;
  std::vector<Entry> entries_;
};

/// Reads an archive whose entries may lie about anything: whatever comes out was checked against the file's size and
/// its checksum, no two entries share a byte, and no more memory is taken than the file is long.
class ZipReader {
 public:
  struct Entry {
    std::string name;
    std::uint64_t size = 0;    ///< what it claims to be long; the truth for what is stored
    std::uint64_t stored = 0;  ///< bytes in the archive
    unsigned method = 0;       ///< of compression; 0 stores
    std::uint32_t crc = 0;
    std::uint64_t place = 0;  ///< of the bytes
  };

  explicit ZipReader(const std::string& path) : ZipReader(Source::file(path)) {}
  /// An archive in memory, which must outlive the reader; `name` is for messages.
  ZipReader(std::string_view bytes, std::string name) : ZipReader(Source::memory(bytes, std::move(name))) {}
  explicit ZipReader(Source source);
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(const std::string& name) const;
  /// Throws for a compressed entry, whose size is only a claim. Ask before taking memory for an entry.
  void require_stored(const Entry& entry) const;
  /// All `entry.size` bytes.
  void read(const Entry& entry, void* out) const;
  std::string read(const Entry& entry) const;
  std::uint64_t archive_size() const { return source_.size(); }
  const Source& source() const { return source_; }

 private:
  struct Directory {
    std::uint64_t place = 0, size = 0, entries = 0;
  };
  Directory find_directory() const;
  void list_entries(const Directory& directory);
  Entry parse_entry(std::string_view& rest) const;
  void locate_entries(const Directory& directory);
  [[noreturn]] void fail_not_zip(const std::string& why) const;

  Source source_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::size_t, KeyedHash> by_name_;
};

}  // namespace xgrad::serialize
