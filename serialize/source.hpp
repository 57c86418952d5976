/// Bytes that can be read at any place: a file, memory, or a stream that can seek. What archives are read from.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>

namespace xgrad::serialize {

class Source {
 public:
  /// Reads up to `count` bytes that start at `place`; fewer only at the end.
  using ReadAt = std::function<std::size_t(std::uint64_t place, void* to, std::size_t count)>;

  Source(std::string name, std::uint64_t size, ReadAt read)
      : name_(std::move(name)), size_(size), read_(std::move(read)) {}
  /// Throws Error with the path and the system's words when it cannot be read or is no regular file.
  static Source file(const std::string& path);
  /// Bytes that outlive the Source.
  static Source memory(std::string_view bytes, std::string name);
  /// What the stream holds from where it stands to its end, which must be reachable: a stream that cannot seek (a pipe)
  /// is read into memory. The stream must outlive the Source and is left at its end.
  static Source stream(std::istream& in);

  /// What messages call it: the path.
  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }
  /// Exactly `count` bytes. Throws Error when there are fewer.
  void read(std::uint64_t place, void* to, std::size_t count) const;
  std::string read(std::uint64_t place, std::size_t count) const;

 private:
  std::string name_;
  std::uint64_t size_;
  ReadAt read_;
};

}  // namespace xgrad::serialize
