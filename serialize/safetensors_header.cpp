#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/safetensors_header.hpp>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

namespace xgrad::serialize {
namespace {

constexpr std::string_view kMetadata = "__metadata__";
constexpr unsigned kSizeBits = 7, kMoreFollows = 1U << kSizeBits;  // of a byte of a size

constexpr std::array<SafetensorsDtype, 22> kSafetensorsDtypes{{
    {"BOOL", 8, kBool},     {"F4", 4, {}},       {"F6_E2M3", 6, {}},    {"F6_E3M2", 6, {}}, {"U8", 8, kUInt8},
    {"I8", 8, kInt8},       {"F8_E5M2", 8, {}},  {"F8_E4M3", 8, {}},    {"F8_E8M0", 8, {}}, {"F8_E4M3FNUZ", 8, {}},
    {"F8_E5M2FNUZ", 8, {}}, {"I16", 16, kInt16}, {"U16", 16, {}},       {"F16", 16, {}},    {"BF16", 16, {}},
    {"I32", 32, kInt32},    {"U32", 32, {}},     {"F32", 32, kFloat32}, {"C64", 64, {}},    {"F64", 64, kFloat64},
    {"I64", 64, kInt64},    {"U64", 64, {}},
}};

template <class... Args>
[[noreturn]] void fail_json(fmt::format_string<Args...> format, Args&&... args) {
  fail("invalid JSON in header: {}", fmt::format(format, std::forward<Args>(args)...));
}

/// Takes the JSON's events one by one, so that nothing is kept but what the format knows.
class HeaderReader {
 public:
  using Json = nlohmann::json;

  // What the parser calls. Other values than those below are wrong wherever they mean something.
  bool null() { return other("null"); }
  bool boolean(bool) { return other("a bool"); }
  bool number_integer(Json::number_integer_t) { return other("a negative number"); }
  bool number_float(Json::number_float_t, const std::string&) { return other("a number that is no integer"); }
  bool binary(Json::binary_t&) { return other("binary data"); }

  bool number_unsigned(Json::number_unsigned_t n) {
    if (place_ == Place::Shape) {
      check(std::in_range<std::int64_t>(n),
            "overflow computing buffer size from shape and/or element type: a size of {}", n);
      if (sizes_.size() == kMaxFileDims) fail_json("tensor {} has more than {} dimensions", name(), kMaxFileDims);
      sizes_.push_back(static_cast<std::int64_t>(n));
      return true;
    }
    if (place_ == Place::Offsets) {
      if (offsets_ == 2) fail_json("tensor {} has more than two data_offsets", name());
      (offsets_++ == 0 ? begin_ : end_) = n;
      return true;
    }
    return other("a number");
  }

  bool string(std::string& text) {
    if (place_ == Place::Metadata) {
      check(text.find('\0') == std::string::npos,
            "__metadata__ key/value {} contains a null byte, which is not allowed", in_quotes(text));
      header_.add_metadata(key_, text);
      return true;
    }
    if (place_ == Place::Entry && field_ == Field::Dtype) {
      const auto* found = std::find_if(kSafetensorsDtypes.begin(), kSafetensorsDtypes.end(),
                                       [&](const SafetensorsDtype& d) { return d.name == text; });
      if (found == kSafetensorsDtypes.end()) fail_json("tensor {} has the unknown dtype {}", name(), in_quotes(text));
      dtype_ = found;
      return true;
    }
    return other("a string");
  }

  bool start_object(std::size_t) {
    if (skipping()) return descend();
    switch (place_) {
      case Place::Outside:
        place_ = Place::Top;
        return true;
      case Place::Top:
        place_ = key_ == kMetadata ? Place::Metadata : Place::Entry;
        if (place_ == Place::Entry) begin_entry();
        return true;
      default:
        return other("an object");
    }
  }

  bool key(std::string& key) {
    if (ignored_ > 0) return true;
    if (place_ == Place::Entry) {
      field_ = field_named(key);
      if (field_ == Field::Unknown) return true;
      const unsigned bit = 1U << static_cast<unsigned>(field_);
      if (seen_ & bit) fail_json("tensor {} has the field {} twice", name(), in_quotes(key));
      seen_ |= bit;
      return true;
    }
    const bool top = place_ == Place::Top;
    check(key.find('\0') == std::string::npos, "{} {} contains a null byte, which is not allowed",
          top ? "tensor name" : "__metadata__ key/value", in_quotes(key));
    if (top && key == kMetadata && std::exchange(has_metadata_, true)) fail_json("{} occurs twice", in_quotes(key));
    key_ = key;  // both keep their memory
    return true;
  }

  bool end_object() {
    if (ignored_ > 0) return ascend();
    if (place_ == Place::Entry) end_entry();
    place_ = place_ == Place::Top ? Place::Outside : Place::Top;
    return true;
  }

  bool start_array(std::size_t) {
    if (skipping()) return descend();
    if (place_ != Place::Entry || field_ == Field::Dtype) return other("an array");
    place_ = field_ == Field::Shape ? Place::Shape : Place::Offsets;
    return true;
  }

  bool end_array() {
    if (ignored_ > 0) return ascend();
    if (place_ == Place::Offsets && offsets_ != 2) fail_json("tensor {} has {} data_offsets", name(), offsets_);
    place_ = Place::Entry;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& last_token, const nlohmann::detail::exception&) {
    fail_json("at byte {}, after {}", position, in_quotes(last_token));
  }

  SafetensorsHeader take() { return std::move(header_); }

 private:
  enum class Place { Outside, Top, Metadata, Entry, Shape, Offsets };
  enum class Field : unsigned { Dtype, Shape, Offsets, Unknown };

  static Field field_named(std::string_view key) {
    constexpr std::array<std::string_view, 3> kFields{"dtype", "shape", "data_offsets"};
    return static_cast<Field>(std::find(kFields.begin(), kFields.end(), key) - kFields.begin());
  }

  std::string name() const { return in_quotes(place_ == Place::Outside ? "" : key_); }

  /// Fields that the format does not know may hold anything and are passed over, as its own library does.
  bool skipping() const { return ignored_ > 0 || (place_ == Place::Entry && field_ == Field::Unknown); }
  bool descend() {
    constexpr int kDeepest = 128;  // the same library's limit
    if (++ignored_ > kDeepest) fail_json("tensor {} has a field nested deeper than {} levels", name(), kDeepest);
    return true;
  }
  bool ascend() { return --ignored_, true; }

  bool other(std::string_view what) const {
    if (skipping()) return true;
    switch (place_) {
      case Place::Outside:
        fail_json("{} where an object was expected", what);
      case Place::Top:
        fail_json("{} is {}, where an object was expected", name(), what);
      case Place::Metadata:
        fail_json("the metadata {} is {}, where a string was expected", name(), what);
      default:
        fail_json("tensor {} has {} in a place for {}", name(), what,
                  place_ == Place::Shape || place_ == Place::Offsets ? "a number" : "its dtype, shape or data_offsets");
    }
  }

  void begin_entry() {
    sizes_.clear();
    seen_ = 0;
    offsets_ = 0;
    field_ = Field::Unknown;
  }

  void end_entry() {
    constexpr unsigned kAllFields = 0b111;
    if (seen_ != kAllFields) fail_json("tensor {} lacks its dtype, shape or data_offsets", name());
    header_.add(key_, *dtype_, sizes_, begin_, end_);
  }

  SafetensorsHeader header_;
  Place place_ = Place::Outside;
  Field field_ = Field::Unknown;
  std::string key_;  // of the tensor, or of a piece of metadata
  const SafetensorsDtype* dtype_ = nullptr;
  std::vector<std::int64_t> sizes_;
  std::uint64_t begin_ = 0, end_ = 0;
  unsigned seen_ = 0, offsets_ = 0;
  int ignored_ = 0;  // how deep inside of a value that is passed over
  bool has_metadata_ = false;
};

}  // namespace

const SafetensorsDtype& SafetensorsHeader::dtype(const Entry& e) const { return kSafetensorsDtypes[e.dtype]; }

SafetensorsHeader::Text SafetensorsHeader::keep(std::string_view text) {
  check<ValueError>(text.size() <= kMaxSafetensorsHeader - texts_.size(),
                    "header too large: its names have more than {} bytes", kMaxSafetensorsHeader);
  const Text kept{static_cast<std::uint32_t>(texts_.size()), static_cast<std::uint32_t>(text.size())};
  texts_ += text;
  return kept;
}

void SafetensorsHeader::add(std::string_view name, const SafetensorsDtype& dtype, IntArrayRef sizes,
                            std::uint64_t begin, std::uint64_t end) {
  check<ValueError>(sizes.size() <= kMaxFileDims, "tensor {} has more than {} dimensions", in_quotes(name),
                    kMaxFileDims);
  check<ValueError>(sizes_.size() < kMaxSafetensorsHeader && entries_.size() < kMaxSafetensorsHeader,
                    "header too large: it has more than {} tensors and sizes", kMaxSafetensorsHeader);
  const Text kept = keep(name);
  entries_.push_back({begin, end, kept.at, kept.size, static_cast<std::uint32_t>(sizes_.size()),
                      static_cast<std::uint8_t>(sizes.size()),
                      static_cast<std::uint8_t>(&dtype - kSafetensorsDtypes.data())});
  for (const std::int64_t size : sizes) {
    auto rest = static_cast<std::uint64_t>(size);
    for (; rest >= kMoreFollows; rest >>= kSizeBits) sizes_ += static_cast<char>(rest | kMoreFollows);
    sizes_ += static_cast<char>(rest);
  }
}

Dims SafetensorsHeader::sizes(const Entry& e) const {
  Dims sizes(e.dims, 0);
  const char* at = sizes_.data() + e.first_size;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    std::uint64_t size = 0;
    for (unsigned shift = 0;; shift += kSizeBits) {
      const auto byte = static_cast<unsigned char>(*at++);
      size |= std::uint64_t{byte} % kMoreFollows << shift;
      if (byte < kMoreFollows) break;
    }
    sizes[d] = static_cast<std::int64_t>(size);
  }
  return sizes;
}

void SafetensorsHeader::add_metadata(std::string_view key, std::string_view value) {
  const Text kept = keep(key);
  metadata_.emplace_back(kept, keep(value));
}

/// The bytes that sizes and dtype take.
std::uint64_t SafetensorsHeader::bytes_of(const Entry& e) const {
  constexpr std::string_view kOverflow = "overflow computing buffer size from shape and/or element type";
  std::uint64_t bits = dtype(e).bits;
  for (const std::int64_t size : sizes(e)) {
    check(!__builtin_mul_overflow(bits, static_cast<std::uint64_t>(size), &bits), "{}\n  tensor {} has the sizes {}",
          kOverflow, in_quotes(name(e)), sizes(e));
  }
  check(bits % 8 == 0, "invalid shape, data type, or offset for tensor {}: it ends inside a byte", in_quotes(name(e)));
  return bits / 8;
}

/// Without gaps or overlaps from the first byte on, each as long as its shape and dtype ask.
void SafetensorsHeader::check_layout() const {
  std::uint64_t end = 0;
  for (const Entry& e : entries_) {
    check(e.begin == end && e.end >= e.begin,
          "invalid offset for tensor {}: it has the bytes {} to {}, and the tensors before it end at {}",
          in_quotes(name(e)), e.begin, e.end, end);
    end = e.end;
    const std::uint64_t bytes = bytes_of(e);
    check(e.end - e.begin == bytes,
          "invalid shape, data type, or offset for tensor {}: its sizes {} of {} take {} bytes, its offsets {}",
          in_quotes(name(e)), sizes(e), dtype(e).name, bytes, e.end - e.begin);
  }
}

/// Names by their hashes, which lie close together where the names are all over memory and begin alike.
template <class NameOf>
std::vector<SafetensorsHeader::Named> SafetensorsHeader::names(std::size_t count, NameOf name_of,
                                                               std::string_view what) {
  std::vector<Named> named(count);
  for (std::size_t i = 0; i < count; ++i) {
    named[i] = {static_cast<std::uint32_t>(KeyedHash()(name_of(i))), static_cast<std::uint32_t>(i)};
  }
  std::sort(named.begin(), named.end(), [&](const Named& a, const Named& b) {
    return a.hash != b.hash ? a.hash < b.hash : name_of(a.place) < name_of(b.place);
  });
  const auto twice = std::adjacent_find(named.begin(), named.end(), [&](const Named& a, const Named& b) {
    return a.hash == b.hash && name_of(a.place) == name_of(b.place);
  });
  if (twice != named.end()) fail_json("two {} are named {}", what, in_quotes(name_of(twice->place)));
  return named;
}

void SafetensorsHeader::finish() {
  names(
      metadata_.size(), [&](std::size_t i) { return metadata(i).first; }, "pieces of metadata");
  const auto before = [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  };
  if (!std::is_sorted(entries_.begin(), entries_.end(), before)) {
    std::stable_sort(entries_.begin(), entries_.end(), before);
  }
  by_name_ = names(
      entries_.size(), [&](std::size_t i) { return name(entries_[i]); }, "tensors");
  check_layout();
}

std::optional<std::size_t> SafetensorsHeader::find(std::string_view name_wanted) const {
  const auto hash = static_cast<std::uint32_t>(KeyedHash()(name_wanted));
  auto at = std::lower_bound(by_name_.begin(), by_name_.end(), hash,
                             [](const Named& named, std::uint32_t h) { return named.hash < h; });
  for (; at != by_name_.end() && at->hash == hash; ++at) {
    if (name(entries_[at->place]) == name_wanted) return at->place;
  }
  return {};
}

const SafetensorsDtype& safetensors_dtype(ScalarType dtype) {
  return *std::find_if(kSafetensorsDtypes.begin(), kSafetensorsDtypes.end(),
                       [&](const SafetensorsDtype& d) { return d.scalar == dtype; });
}

SafetensorsHeader parse_safetensors_header(std::string_view json) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // which the parser would pass over
  if (json.starts_with(kByteOrderMark)) fail_json("at byte 1, a byte order mark");
  HeaderReader reader;
  HeaderReader::Json::sax_parse(json.begin(), json.end(), &reader);
  SafetensorsHeader header = reader.take();
  header.finish();
  return header;
}

std::string safetensors_header_json(const SafetensorsHeader& header) {
  const auto text = [](std::string_view s) {
    check<ValueError>(s.find('\0') == std::string::npos, "{} contains a null byte, which safetensors do not allow",
                      in_quotes(s));
    try {
      return nlohmann::json(s).dump();
    } catch (const nlohmann::json::type_error&) {
      fail<ValueError>("{} is no UTF-8, which safetensors are", in_quotes(s));
    }
  };
  std::string json = "{";
  if (header.metadata_count() > 0) {
    json += fmt::format("\"{}\":{{", kMetadata);
    for (std::size_t i = 0; i < header.metadata_count(); ++i) {
      const auto [key, value] = header.metadata(i);
      json += text(key) + ":" + text(value) + ",";
    }
    json.back() = '}';
    json += ',';
  }
  for (const auto& e : header.entries()) {
    const std::string_view name = header.name(e);
    const Dims sizes = header.sizes(e);
    check<ValueError>(name != kMetadata, "a tensor cannot be named '{}' in safetensors", kMetadata);
    json += fmt::format("{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}},", text(name),
                        header.dtype(e).name, fmt::join(sizes.begin(), sizes.end(), ","), e.begin, e.end);
  }
  if (json.size() > 1) json.pop_back();
  json += '}';
  constexpr std::size_t kAlignment = 8;
  json.resize((json.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  return json;
}

}  // namespace xgrad::serialize
