/// Zip archives that tests make up, with headers that may lie.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace xgrad::test {

struct ZipEntry {
  std::string name, bytes;
  std::uint16_t method = 0;  ///< 0 stores, 8 deflates (the bytes are then deflated ones)
  /// What the headers claim; the truth when nothing is given.
  std::optional<std::uint32_t> size = std::nullopt, crc = std::nullopt;
};

inline std::uint32_t crc_of(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

/// The records of an archive one after another, as zip's description lists them.
inline std::string zip_archive(const std::vector<ZipEntry>& entries) {
  using U16 = std::uint16_t;
  using U32 = std::uint32_t;
  const auto put = [](std::string& out, auto... numbers) {
    (out.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
  };
  constexpr U16 kVersion = 20, kNone = 0;
  constexpr U32 kNothing = 0;
  std::string out, directory;
  for (const ZipEntry& e : entries) {
    std::string about;  // what both headers have in the middle
    put(about, kVersion, kNone, e.method, kNothing, e.crc.value_or(crc_of(e.bytes)), static_cast<U32>(e.bytes.size()),
        e.size.value_or(static_cast<U32>(e.bytes.size())), static_cast<U16>(e.name.size()), kNone);
    put(directory, U32{0x02014b50}, kVersion);
    directory += about;
    put(directory, kNone, kNone, kNone, kNothing, static_cast<U32>(out.size()));
    directory += e.name;
    put(out, U32{0x04034b50});
    out += about + e.name + e.bytes;
  }
  const auto start = static_cast<U32>(out.size());
  const auto count = static_cast<U16>(entries.size());
  out += directory;
  put(out, U32{0x06054b50}, kNone, kNone, count, count, static_cast<U32>(directory.size()), start, kNone);
  return out;
}

/// As method 8 packs them.
inline std::string deflated(const std::string& bytes) {
  z_stream stream{};
  constexpr int kNoHeader = -MAX_WBITS, kMemoryLevel = 8;
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kNoHeader, kMemoryLevel, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace xgrad::test
