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

/// What a header says, in a few flat lists: a header of 100 MB may have millions of tensors.
class SafetensorsHeader {
 public:
  struct Entry {
    std::uint64_t begin = 0, end = 0;  ///< its bytes, counted from the header's end
    std::uint32_t name = 0, name_size = 0, first_size = 0;
    std::uint8_t dims = 0, dtype = 0;
  };

  /// In the order of their bytes, which they cover without gaps.
  const std::vector<Entry>& entries() const { return entries_; }
  std::string_view name(const Entry& e) const { return text({e.name, e.name_size}); }
  Dims sizes(const Entry& e) const;
  const SafetensorsDtype& dtype(const Entry& e) const;
  /// Where the entry of a name is; nothing for none. Only of a header that was parsed.
  std::optional<std::size_t> find(std::string_view name) const;

  std::size_t metadata_count() const { return metadata_.size(); }
  std::pair<std::string_view, std::string_view> metadata(std::size_t i) const {
    return {text(metadata_[i].first), text(metadata_[i].second)};
  }

  std::uint64_t data_bytes() const { return entries_.empty() ? 0 : entries_.back().end; }

  /// Throw ValueError when there is more than a header of the format's size can hold.
  void add(std::string_view name, const SafetensorsDtype& dtype, IntArrayRef sizes, std::uint64_t begin,
           std::uint64_t end);
  void add_metadata(std::string_view key, std::string_view value);
  /// Sorts by bytes. Throws Error where two have a name, bytes are missing, in two tensors or not as many as the sizes
  /// ask for.
  void finish();

 private:
  struct Text {
    std::uint32_t at, size;
  };
  struct Named {
    std::uint32_t hash, place;
  };

  std::string_view text(Text t) const { return std::string_view(texts_).substr(t.at, t.size); }
  Text keep(std::string_view text);
  std::uint64_t bytes_of(const Entry& e) const;
  void check_layout() const;
  template <class NameOf>
  static std::vector<Named> names(std::size_t count, NameOf name_of, std::string_view what);

  std::vector<Entry> entries_;
  std::vector<std::pair<Text, Text>> metadata_;
  std::string texts_;           // names and metadata
  std::string sizes_;           // seven bits a byte, the lowest first: no longer than their digits were
  std::vector<Named> by_name_;  // sorted by hash
};

/// The format's limit, so that nobody is made to parse more.
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;

/// Reads and checks a header: everything that the format's own library checks, and names that occur twice. Throws Error
/// in that library's words. Takes time and memory in proportion to the text, whatever it says.
SafetensorsHeader parse_safetensors_header(std::string_view json);

/// The JSON of a header as the format's own library writes it, padded with spaces to a multiple of 8 bytes. Throws
/// ValueError for names that the format cannot hold.
std::string safetensors_header_json(const SafetensorsHeader& header);

}  // namespace xgrad::serialize
