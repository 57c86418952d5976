#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/npy_header.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace xgrad::serialize {
namespace {

constexpr std::string_view kNpyMagic = "\x93NUMPY";
constexpr std::size_t kNpyMost = 10'000;  // bytes of a header that NumPy takes, too
constexpr std::size_t kNpyAlignment = 64;
constexpr std::size_t kGrowthDigits = 21;  // room that NumPy leaves for the size of an array that may grow

struct NpyType {
  std::string_view code;
  ScalarType dtype;
};
/// What follows the order of bytes in `descr`.
constexpr std::array<NpyType, kDtypeCount> kNpyTypes{{{"u1", kUInt8},
                                                      {"i1", kInt8},
                                                      {"i2", kInt16},
                                                      {"i4", kInt32},
                                                      {"i8", kInt64},
                                                      {"f4", kFloat32},
                                                      {"f8", kFloat64},
                                                      {"b1", kBool}}};

/// What else may stand there, by its first letters: the longest that fits.
struct NpyOther {
  std::string_view code, meaning;
};
constexpr std::array<NpyOther, 14> kNpyOthers{{{"f2", "float16"},
                                               {"f16", "longdouble"},
                                               {"f12", "longdouble"},
                                               {"u2", "uint16"},
                                               {"u4", "uint32"},
                                               {"u8", "uint64"},
                                               {"c", "complex numbers"},
                                               {"S", "byte strings"},
                                               {"a", "byte strings"},
                                               {"U", "texts"},
                                               {"V", "records"},
                                               {"M", "dates"},
                                               {"m", "times"},
                                               {"e", "float16"}}};

[[noreturn]] void fail_descr(std::string_view descr, std::string_view meaning) {
  NotImplementedError e(fmt::format("no Tensor has the dtype {} ({})", in_quotes(descr), meaning));
  e.set_hint("in Python, array.astype() makes one of bool, uint8, int8, int16, int32, int64, float32 or float64");
  throw e;
}

void set_dtype(NpyHeader& header, std::string_view descr) {
  std::string_view code = descr;
  if (!code.empty() && std::string_view("<>=|").find(code.front()) != std::string_view::npos) {
    header.order = code.front() == '<'   ? std::endian::little
                   : code.front() == '>' ? std::endian::big
                                         : std::endian::native;
    code.remove_prefix(1);
  } else {
    header.order = std::endian::native;
  }
  const auto* type = std::find_if(kNpyTypes.begin(), kNpyTypes.end(), [&](const NpyType& t) { return t.code == code; });
  if (type != kNpyTypes.end()) {
    header.dtype = type->dtype;
    return;
  }
  if (code.starts_with("O")) {
    ValueError e("Object arrays cannot be loaded when allow_pickle=False");
    e.set_hint("nothing is ever unpickled here; in Python, save an array of numbers");
    throw e;
  }
  for (const NpyOther& other : kNpyOthers) {
    if (code.starts_with(other.code)) fail_descr(descr, other.meaning);
  }
  fail<ValueError>("descr is not a valid dtype descriptor: {}", in_quotes(descr));
}

/// Reads the one kind of Python literal that a header is: a dict with three known keys.
class DictReader {
 public:
  explicit DictReader(std::string_view text) : text_(text), rest_(text) {}

  NpyHeader read() {
    expect('{');
    bool more = true;
    while (more && !take('}')) {
      const std::string_view key = string();
      expect(':');
      value(key);
      more = take(',');
      if (!more) expect('}');
    }
    skip_space();
    if (!rest_.empty()) fail_here();
    if (seen_ != kAll) fail<ValueError>("Header does not contain the correct keys: {}", in_quotes(text_));
    return header_;
  }

 private:
  static constexpr std::array<std::string_view, 3> kKeys{"descr", "fortran_order", "shape"};
  static constexpr unsigned kAll = 0b111;

  [[noreturn]] void fail_here() const {
    fail<ValueError>("Cannot parse header: {}\n  at its byte {}", in_quotes(text_), text_.size() - rest_.size());
  }

  void skip_space() {
    const auto next = rest_.find_first_not_of(" \t\r\n\f");
    rest_.remove_prefix(next == std::string_view::npos ? rest_.size() : next);
  }
  bool take(char c) {
    skip_space();
    const bool there = rest_.starts_with(c);
    if (there) rest_.remove_prefix(1);
    return there;
  }
  void expect(char c) {
    if (!take(c)) fail_here();
  }
  bool take(std::string_view word) {
    skip_space();
    const bool there = rest_.starts_with(word);
    if (there) rest_.remove_prefix(word.size());
    return there;
  }

  std::string_view string() {
    skip_space();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) fail_here();
    const auto end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) fail_here();
    const std::string_view inside = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return inside;
  }

  void value(std::string_view key) {
    const auto at = static_cast<unsigned>(std::find(kKeys.begin(), kKeys.end(), key) - kKeys.begin());
    const unsigned bit = 1U << at;
    if (at == kKeys.size() || (seen_ & bit)) {
      fail<ValueError>("Header does not contain the correct keys: {}", in_quotes(text_));
    }
    seen_ |= bit;
    if (key == "descr") {
      descr();
    } else if (key == "fortran_order") {
      header_.fortran_order = take("True");
      if (!header_.fortran_order && !take("False")) {
        fail<ValueError>("fortran_order is not a valid bool: {}", in_quotes(rest_));
      }
    } else {
      shape();
    }
  }

  void descr() {
    skip_space();
    // A list of fields, or a dtype with a shape of its own.
    if (rest_.starts_with('[') || rest_.starts_with('(')) fail_descr(bracketed(), "records");
    set_dtype(header_, string());
  }

  /// From the bracket at the beginning to the one that closes it.
  std::string_view bracketed() const {
    int depth = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      if (rest_[i] == '[' || rest_[i] == '(') ++depth;
      if ((rest_[i] == ']' || rest_[i] == ')') && --depth == 0) return rest_.substr(0, i + 1);
    }
    return rest_;
  }

  void shape() {
    skip_space();
    const auto invalid = [&] { fail<ValueError>("shape is not valid: {}", in_quotes(rest_)); };
    if (!take('(')) invalid();
    while (!take(')')) {
      std::int64_t size = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), size);
      if (error != std::errc() || size < 0) invalid();
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      if (rest_.starts_with('L')) rest_.remove_prefix(1);  // Python 2 wrote its long numbers so
      if (header_.sizes.size() == kMaxFileDims) invalid();
      header_.sizes.push_back(size);
      const bool comma = take(',');
      skip_space();
      // (3) is a number and not a tuple of one.
      if (!comma && (header_.sizes.size() == 1 || !rest_.starts_with(')'))) invalid();
    }
  }

  std::string_view text_, rest_;
  NpyHeader header_;
  unsigned seen_ = 0;
};

/// Of the dict, whose number of bytes stands before it.
std::size_t read_header_length(Input& in, int major) {
  unsigned char bytes[4] = {};
  in.read_all(bytes, major == 1 ? 2 : 4, "array header length");
  std::size_t length = 0;
  for (std::size_t i = 4; i-- > 0;) length = length << 8 | bytes[i];
  check<ValueError>(length <= kNpyMost,
                    "Header info length ({}) is large and may not be safe to load securely.\n"
                    "  at most {} bytes are read",
                    length, kNpyMost);
  return length;
}

}  // namespace

NpyHeader read_npy_header(Input& in) {
  char start[8] = {};
  const std::size_t got = in.read(start, sizeof start);
  const std::string_view magic(start, std::min(got, kNpyMagic.size()));
  if (magic != kNpyMagic) {
    ValueError e(fmt::format("the magic string is not correct; expected '\\x93NUMPY', got {}", in_quotes(magic)));
    if (got == 0) e.set_hint("there is nothing there");
    if (magic.starts_with("PK")) e.set_hint("this is a zip archive: load_npz() reads it");
    if (magic.starts_with("\x80")) e.set_hint("this is a pickle, and nothing is ever unpickled here");
    throw e;
  }
  check(got == sizeof start, "truncated: the magic string needs {} bytes, and there are {}", sizeof start, got);
  const int major = static_cast<unsigned char>(start[6]), minor = static_cast<unsigned char>(start[7]);
  check<ValueError>(major >= 1 && major <= 3 && minor == 0,
                    "we only support format version (1,0), (2,0), and (3,0), not ({}, {})", major, minor);
  const std::string text = in.text(read_header_length(in, major), "array header");
  return DictReader(text).read();
}

std::string npy_header_bytes(const NpyHeader& header) {
  check<ValueError>(header.sizes.size() <= kMaxFileDims, "a .npy file has at most {} dimensions, not {}", kMaxFileDims,
                    header.sizes.size());
  const auto* type =
      std::find_if(kNpyTypes.begin(), kNpyTypes.end(), [&](const NpyType& t) { return t.dtype == header.dtype; });
  const Dims& sizes = header.sizes;
  std::string shape = fmt::format("{}", fmt::join(sizes.begin(), sizes.end(), ", "));
  if (sizes.size() == 1) shape += ',';
  std::string dict = fmt::format("{{'descr': '{}{}', 'fortran_order': {}, 'shape': ({}), }}",
                                 element_size(header.dtype) == 1 ? '|' : '<', type->code,
                                 header.fortran_order ? "True" : "False", shape);
  if (!sizes.empty()) {
    const std::int64_t grows = header.fortran_order ? sizes.back() : sizes[0];
    dict.append(kGrowthDigits - std::to_string(grows).size(), ' ');
  }
  const std::size_t before = kNpyMagic.size() + 4;  // the version and the length
  const std::size_t used = before + dict.size() + 1;
  // As NumPy does it: 1 to 64 bytes, never none.
  dict.append(kNpyAlignment - used % kNpyAlignment, ' ');
  dict += '\n';
  std::string bytes(kNpyMagic);
  for (const std::size_t byte : {std::size_t{1}, std::size_t{0}, dict.size() & 0xff, dict.size() >> 8}) {
    bytes += static_cast<char>(byte);
  }
  return bytes + dict;
}

}  // namespace xgrad::serialize
