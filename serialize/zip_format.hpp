/// The records of a zip archive, field by field as APPNOTE.TXT lists them. All numbers are little-endian.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace xgrad::serialize::zip {

inline constexpr std::uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50,
                               kEnd64 = 0x06064b50, kEnd64Locator = 0x07064b50;
inline constexpr std::size_t kLocalHeaderBytes = 30, kCentralHeaderBytes = 46, kEndBytes = 22, kEnd64Bytes = 56,
                             kEnd64LocatorBytes = 20;
/// A field of 16 or 32 bits that is all ones stands for one of 64 bits elsewhere.
inline constexpr std::uint16_t kFull16 = 0xffff;
inline constexpr std::uint32_t kFull32 = 0xffffffff;
inline constexpr std::uint16_t kEncrypted = 1, kUtf8 = 1 << 11;
inline constexpr std::uint16_t kZip64Id = 1;

/// Takes numbers from the front of a record that was checked to be long enough.
class Fields {
 public:
  explicit Fields(std::string_view record) : rest_(record) {}
  template <class T>
  T next() {
    T value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  void skip(std::size_t bytes) { rest_.remove_prefix(bytes); }

 private:
  std::string_view rest_;
};

/// Appends numbers to a record.
class Record {
 public:
  template <class... T>
  Record& put(T... numbers) {
    (bytes_.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
    return *this;
  }
  Record& text(std::string_view text) { return bytes_ += text, *this; }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace xgrad::serialize::zip
