/// Reading files that may be gzip-compressed, and making gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace xgrad::data {

/// The contents of a file from its beginning, decompressed on the way if it is gzip. Whether it is, its first two
/// bytes tell, not its name. Holds a small buffer, whatever the file claims to contain.
///
///     InputFile file("train-labels-idx1-ubyte.gz");
///     std::size_t got = file.read(buffer, sizeof buffer);
class InputFile {
 public:
  /// Throws Error when there is no such file or it cannot be read.
  explicit InputFile(std::filesystem::path path);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  /// Reads up to `count` bytes; fewer only at the end. Throws Error, with the path, when the compressed data are
  /// damaged (also when their checksum is wrong, which shows when the end is read) or followed by something else.
  std::size_t read(void* to, std::size_t count);

  const std::filesystem::path& path() const { return path_; }
  bool compressed() const { return inflater_ != nullptr; }
  std::uint64_t size_on_disk() const { return size_on_disk_; }
  /// The end that `read` came to is not the end of the compressed data: the file was cut off.
  bool cut_off() const { return cut_off_; }

 private:
  struct Inflater;

  std::size_t read_plain(void* to, std::size_t count);
  std::size_t read_inflating(void* to, std::size_t count);
  void next_member();

  std::filesystem::path path_;
  std::uint64_t size_on_disk_ = 0;
  std::uint64_t position_ = 0;  // bytes taken from the disk
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::unique_ptr<Inflater> inflater_;
  bool ended_ = false, cut_off_ = false;
};

/// The bytes as one gzip member without name or time: equal input gives equal output.
std::vector<std::byte> gzip(std::span<const std::byte> bytes);

}  // namespace xgrad::data
