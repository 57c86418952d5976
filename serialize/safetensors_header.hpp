/// The header of a safetensors file: JSON that says which tensors follow, where and of which type.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad::serialize {

/// A dtype of the format, ours or not.
struct SafetensorsDtype {
  std::string_view name;             ///< "F32"
  std::uint64_t bits;                ///< an element's
  std::optional<ScalarType> scalar;  ///< nothing where no Array has this type
};
/// All of them in the format's order of alignment: what comes later here is written earlier.
const SafetensorsDtype& safetensors_dtype(ScalarType dtype);

struct SafetensorsHeader {
  struct Entry {
    std::string name;
    const SafetensorsDtype* dtype = nullptr;
    Dims sizes;
    std::uint64_t begin = 0, end = 0;  ///< its bytes, counted from the header's end
  };
  /// In the order of their bytes, which they cover without gaps.
  std::vector<Entry> entries;
  std::vector<std::pair<std::string, std::string>> metadata;

  std::uint64_t data_bytes() const { return entries.empty() ? 0 : entries.back().end; }
};

/// The format's limit, so that nobody is made to parse more.
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;

/// Reads and checks a header: everything that the format's own library checks, and names that occur twice. Throws Error
/// in that library's words. Needs memory in proportion to the text, whatever it says.
SafetensorsHeader parse_safetensors_header(std::string_view json);

/// The JSON of a header as the format's own library writes it, padded with spaces to a multiple of 8 bytes. Throws
/// ValueError for names that the format cannot hold.
std::string safetensors_header_json(const SafetensorsHeader& header);

}  // namespace xgrad::serialize
