#include <xgrad/serialize/csv.hpp>
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/output.hpp>

#include <iterator>

namespace xgrad::serialize {
namespace {

constexpr std::size_t kCsvPieceBytes = 1 << 16;

/// A name that holds the delimiter or quotes goes in quotes, as spreadsheets have it.
std::string header_field(const std::string& name, char delimiter) {
  check<ValueError>(name.find_first_of("\r\n") == std::string::npos, "the column's name {} has more than one line",
                    in_quotes(name));
  if (name.find_first_of(std::string("\"") + delimiter) == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

template <class T>
void append_number(std::string& out, T value) {
  if constexpr (std::is_same_v<T, bool>)
    out += value ? '1' : '0';
  else
    fmt::format_to(std::back_inserter(out), "{}", value);
}

void write_csv(const Write& write, const Tensor& x, const SaveCsvOptions& options) {
  check<ValueError>(x.dim() == 1 || x.dim() == 2, "Expected 1D or 2D array, got {}D array instead", x.dim());
  const Array table = x.detach().contiguous().array();
  const std::int64_t rows = table.size(0), columns = table.dim() == 2 ? table.size(1) : 1;
  check<ValueError>(columns > 0, "a table without columns cannot be saved as text: its sizes are {}", table.sizes());
  const auto& names = options.header();
  check<ValueError>(names.empty() || static_cast<std::int64_t>(names.size()) == columns,
                    "{} names in the header, and {} columns", names.size(), columns);
  std::string text;
  for (const std::string& name : names) {
    text += header_field(name, options.delimiter());
    text += &name == &names.back() ? '\n' : options.delimiter();
  }
  dispatch(table.dtype(), [&]<class T>() {
    const T* from = table.data<T>();
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t k = 0; k < columns; ++k) {
        if (k > 0) text += options.delimiter();
        append_number(text, *from++);
      }
      text += '\n';
      if (text.size() < kCsvPieceBytes) continue;
      write(text.data(), text.size());
      text.clear();
    }
  });
  write(text.data(), text.size());
}

}  // namespace

SaveCsvOptions& SaveCsvOptions::delimiter(const std::string& text) {
  check<ValueError>(text.size() == 1, "a delimiter is one character, not {}", in_quotes(text));
  return delimiter(text[0]);
}

void save_csv(const Tensor& x, const std::string& path, const SaveCsvOptions& options) {
  write_file(path, [&](const Write& write) { write_csv(write, x, options); });
}
void save_csv(const Tensor& x, std::ostream& out, const SaveCsvOptions& options) {
  write_stream(out, [&](const Write& write) { write_csv(write, x, options); });
}
std::string save_csv_bytes(const Tensor& x, const SaveCsvOptions& options) {
  return write_bytes([&](const Write& write) { write_csv(write, x, options); });
}

}  // namespace xgrad::serialize
