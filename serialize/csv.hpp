/// Small tables as text: numbers, a row a line.
#pragma once

#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(comments);
XGRAD_KEYWORD(delimiter);
XGRAD_KEYWORD(header);
XGRAD_KEYWORD(skiprows);
}  // namespace xgrad::kwargs

namespace xgrad::serialize {

/// How load_csv() reads.
class LoadCsvOptions {
 public:
  /// What stands between two numbers; ' ' for any spaces and tabs. Default: ','.
  LoadCsvOptions& delimiter(char c) { return delimiter_ = c, *this; }
  /// The same as a text of one character.
  LoadCsvOptions& delimiter(const std::string& text);
  /// So many lines at the beginning are passed over: 1 for a row of names. Default: 0.
  LoadCsvOptions& skiprows(std::int64_t lines) { return skiprows_ = lines, *this; }
  /// What comes after this character is passed over to the line's end; '\0' for nothing. Default: '#'.
  LoadCsvOptions& comments(char c) { return comments_ = c, *this; }
  /// The result's. Default: get_default_dtype().
  LoadCsvOptions& dtype(ScalarType dtype) { return dtype_ = dtype, *this; }

  char delimiter() const { return delimiter_; }
  std::int64_t skiprows() const { return skiprows_; }
  char comments() const { return comments_; }
  ScalarType dtype() const { return dtype_ ? *dtype_ : get_default_dtype(); }

 private:
  char delimiter_ = ',', comments_ = '#';
  std::int64_t skiprows_ = 0;
  std::optional<ScalarType> dtype_;
};

/// How save_csv() writes.
class SaveCsvOptions {
 public:
  /// What stands between two numbers. Default: ','.
  SaveCsvOptions& delimiter(char c) { return delimiter_ = c, *this; }
  SaveCsvOptions& delimiter(const std::string& text);
  /// Names of the columns, for a first line. Default: none.
  SaveCsvOptions& header(std::vector<std::string> names) { return header_ = std::move(names), *this; }
  /// What `header = {"a", "b"}` makes; a template, so that it does not stand against the other for header({"a", "b"}).
  template <std::same_as<const char*> Text>
  SaveCsvOptions& header(const std::vector<Text>& names) {
    return header_.assign(names.begin(), names.end()), *this;
  }

  char delimiter() const { return delimiter_; }
  const std::vector<std::string>& header() const { return header_; }

 private:
  char delimiter_ = ',';
  std::vector<std::string> header_;
};

/// Writes a matrix, or a vector as one column. Numbers have the fewest digits that name them, so that load_csv() with
/// the same dtype gives the same values; NaN and infinities are nan, inf and -inf, and bools 0 and 1.
///
///     serialize::save_csv(x, "x.csv", header = {"width", "height"});
///
/// The file appears whole or not at all. Throws ValueError for another number of dimensions, for no columns, and for a
/// header of another length.
void save_csv(const Tensor& x, const std::string& path, const SaveCsvOptions& options = {});
void save_csv(const Tensor& x, std::ostream& out, const SaveCsvOptions& options = {});
std::string save_csv_bytes(const Tensor& x, const SaveCsvOptions& options = {});

/// Reads a table of numbers as a tensor [rows, columns], as np.loadtxt(path, delimiter=",", ndmin=2) does. Empty lines
/// do not count; any line ends will do; numbers may stand in double quotes.
///
///     Tensor x = serialize::load_csv("x.csv", skiprows = 1, dtype = kFloat64);
///
/// Throws Error with the line and the column for what is no number of the dtype, and for rows of several lengths.
Tensor load_csv(const std::string& path, const LoadCsvOptions& options = {});
/// From a stream, to its end.
Tensor load_csv(std::istream& in, const LoadCsvOptions& options = {});
/// From text; `name` stands for the path in messages.
Tensor load_csv_bytes(std::string_view text, const LoadCsvOptions& options = {}, const std::string& name = "<memory>");

template <class Where, class... K>
requires kwargs::Keywords<K...>
void save_csv(const Tensor& x, Where&& where, K... k) { save_csv(x, where, kwargs::apply(SaveCsvOptions(), k...)); }
template <class Where, class... K>
requires kwargs::Keywords<K...> Tensor load_csv(Where&& where, K... k) {
  return load_csv(where, kwargs::apply(LoadCsvOptions(), k...));
}

}  // namespace xgrad::serialize
