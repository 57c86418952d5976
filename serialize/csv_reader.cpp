#include <xgrad/serialize/csv.hpp>
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/input.hpp>

#include <locale.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace xgrad::serialize {
namespace {

struct CsvFormat {
  char delimiter, comments;
  std::int64_t skiprows;
};

constexpr std::string_view kCsvSpaces = " \t\v\f";

/// Without spaces at both ends, but for a delimiter that is one.
std::string_view trimmed(std::string_view text, char delimiter) {
  const auto space = [&](char c) {
    return kCsvSpaces.find(c) != std::string_view::npos && (c != delimiter || delimiter == ' ');
  };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

/// The lines that hold numbers, one after another.
class CsvLines {
 public:
  CsvLines(std::string_view text, const CsvFormat& format) : rest_(text), format_(format) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    for (std::int64_t i = 0; i < format.skiprows && !rest_.empty(); ++i) take();
  }

  /// False at the end.
  bool next() {
    while (!rest_.empty()) {
      std::string_view line = take();
      if (format_.comments != '\0') line = line.substr(0, line.find(format_.comments));
      line_ = trimmed(line, format_.delimiter);
      if (!line_.empty()) return true;
    }
    return false;
  }

  std::string_view line() const { return line_; }
  std::int64_t number() const { return number_; }

  /// Calls `f` with each field of the line and returns their number.
  template <class F>
  std::int64_t fields(F f) const {
    std::string_view rest = line_;
    for (std::int64_t column = 1;; ++column) {
      const auto end = format_.delimiter == ' ' ? rest.find_first_of(kCsvSpaces) : rest.find(format_.delimiter);
      f(trimmed(rest.substr(0, end), format_.delimiter), column);
      if (end == std::string_view::npos) return column;
      rest.remove_prefix(end + 1);
      if (format_.delimiter == ' ') rest.remove_prefix(rest.find_first_not_of(kCsvSpaces));  // a line ends in a field
    }
  }

 private:
  /// A line without its end: \n, \r\n or \r.
  std::string_view take() {
    const auto end = rest_.find_first_of("\r\n");
    const std::string_view line = rest_.substr(0, end);
    if (end == std::string_view::npos) {
      rest_ = {};
    } else {
      rest_.remove_prefix(rest_.substr(end).starts_with("\r\n") ? end + 2 : end + 1);
    }
    ++number_;
    return line;
  }

  std::string_view rest_, line_;
  CsvFormat format_;
  std::int64_t number_ = 0;
};

/// Beyond the type's range the nearest is infinity or zero, which std::from_chars does not say.
template <class T>
T beyond_range(std::string_view field) {
  static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
  const std::string text(field);
  if constexpr (std::is_same_v<T, float>)
    return ::strtof_l(text.c_str(), nullptr, c_locale);
  else
    return ::strtod_l(text.c_str(), nullptr, c_locale);
}

template <class T>
bool parse_field(std::string_view field, T& value) {
  if (field.size() > 1 && field[0] == '+' && field[1] != '-') field.remove_prefix(1);
  const char* end = field.data() + field.size();
  const auto parsed = std::from_chars(field.data(), end, value);
  if constexpr (std::is_floating_point_v<T>) {
    if (parsed.ec == std::errc::result_out_of_range && parsed.ptr == end) {
      value = beyond_range<T>(field);
      return true;
    }
  }
  return parsed.ec == std::errc() && parsed.ptr == end;
}

template <>
bool parse_field(std::string_view field, bool& value) {
  constexpr std::array<std::string_view, 3> kTrue{"1", "True", "true"}, kFalse{"0", "False", "false"};
  const auto among = [&](const auto& words) { return std::find(words.begin(), words.end(), field) != words.end(); };
  value = among(kTrue);
  return value || among(kFalse);
}

/// Some programs write numbers in double quotes as well. A number has nothing in it that would need them.
std::string_view without_quotes(std::string_view field) {
  const bool quoted = field.size() >= 2 && field.front() == '"' && field.back() == '"';
  return quoted ? field.substr(1, field.size() - 2) : field;
}

/// The text is gone through twice: once to count, so that memory is taken for what is there.
Tensor parse_csv(std::string_view text, const LoadCsvOptions& options) {
  const CsvFormat format{options.delimiter(), options.comments(), options.skiprows()};
  check<ValueError>(format.skiprows >= 0, "skiprows must not be negative, got {}", format.skiprows);
  std::int64_t rows = 0, columns = 0;
  for (CsvLines lines(text, format); lines.next(); ++rows) {
    const std::int64_t here = lines.fields([](std::string_view, std::int64_t) {});
    if (rows == 0) columns = here;
    check<ValueError>(here == columns, "the number of columns changed from {} to {} at line {}", columns, here,
                      lines.number());
  }
  const ScalarType dtype = options.dtype();
  const Array table = Array::empty({rows, columns}, dtype);
  dispatch(dtype, [&]<class T>() {
    T* to = table.data<T>();
    for (CsvLines lines(text, format); lines.next();) {
      lines.fields([&](std::string_view field, std::int64_t column) {
        check<ValueError>(parse_field(without_quotes(field), *to++),
                          "could not convert string {} to {} at line {}, column {}", in_quotes(field), info(dtype).name,
                          lines.number(), column);
      });
    }
  });
  return Tensor(table);
}

Tensor read_csv(Input in, const LoadCsvOptions& options) {
  return while_loading(in.name(), [&] { return parse_csv(in.rest(), options); });
}

}  // namespace

LoadCsvOptions& LoadCsvOptions::delimiter(const std::string& text) {
  check<ValueError>(text.size() == 1, "a delimiter is one character, not {}", in_quotes(text));
  return delimiter(text[0]);
}

Tensor load_csv(const std::string& path, const LoadCsvOptions& options) { return read_csv(Input::file(path), options); }
Tensor load_csv(std::istream& in, const LoadCsvOptions& options) { return read_csv(Input::stream(in), options); }
Tensor load_csv_bytes(std::string_view text, const LoadCsvOptions& options, const std::string& name) {
  return while_loading(name, [&] { return parse_csv(text, options); });
}

}  // namespace xgrad::serialize
