#include <xgrad/autograd/array/format.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <mutex>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad {

// --- options ---------------------------------------------------------------------------------------------------------

const PrintOptions::Profile PrintOptions::kProfiles[3] = {
    {"default", 4, 1000, 3, 80},
    {"short", 2, 1000, 2, 80},
    {"full", 4, std::numeric_limits<double>::infinity(), 3, 80},
};

PrintOptions& PrintOptions::precision(int digits) {
  check<ValueError>(digits >= 0, "precision must be at least 0, but got {}", digits);
  chosen_.precision = digits;
  return *this;
}

PrintOptions& PrintOptions::threshold(double elements) {
  chosen_.threshold = elements;
  return *this;
}

PrintOptions& PrintOptions::edgeitems(std::int64_t items) {
  check<ValueError>(items >= 0, "edgeitems must be at least 0, but got {}", items);
  chosen_.edgeitems = items;
  return *this;
}

PrintOptions& PrintOptions::linewidth(std::int64_t characters) {
  chosen_.linewidth = characters;
  return *this;
}

PrintOptions& PrintOptions::sci_mode(std::optional<bool> mode) {
  sci_mode_ = mode;
  return *this;
}

PrintOptions& PrintOptions::profile(std::string_view name) {
  const auto* found = std::find_if(std::begin(kProfiles), std::end(kProfiles), [&](auto& p) { return p.name == name; });
  check<ValueError>(found != std::end(kProfiles), "unknown print profile '{}': expected default, short or full", name);
  base_ = found;
  profile_chosen_ = true;
  return *this;
}

void PrintOptions::update(const PrintOptions& changes) {
  if (changes.profile_chosen_) {
    chosen_ = {};
    base_ = changes.base_;
    profile_chosen_ = true;
  }
  const auto take = [](auto& mine, const auto& theirs) {
    if (theirs) mine = theirs;
  };
  take(chosen_.precision, changes.chosen_.precision);
  take(chosen_.threshold, changes.chosen_.threshold);
  take(chosen_.edgeitems, changes.chosen_.edgeitems);
  take(chosen_.linewidth, changes.chosen_.linewidth);
  sci_mode_ = changes.sci_mode_;
}

namespace {

struct GlobalOptions {
  std::mutex mutex;
  PrintOptions options = PrintOptions().profile("default");  // all chosen: a copy of it restores everything
};

GlobalOptions& global_options() {
  // Never destroyed, so that destructors of static objects can still print.
  static auto* const global = new GlobalOptions;
  return *global;
}

}  // namespace

void set_printoptions(const PrintOptions& changes) {
  auto& global = global_options();
  const std::lock_guard lock(global.mutex);
  global.options.update(changes);
}

void set_printoptions(std::string_view profile) { set_printoptions(PrintOptions().profile(profile)); }

PrintOptions get_printoptions() {
  auto& global = global_options();
  const std::lock_guard lock(global.mutex);
  return global.options;
}

namespace {

// --- which elements are printed --------------------------------------------------------------------------------------

/// The indices of one dimension that are printed: [0, head) and [tail, size), with dots between them if `dots`.
struct Shown {
  std::int64_t head, tail, size;
  bool dots;
};

Shown shown(std::int64_t size, bool innermost, bool summarize, std::int64_t edge) {
  if (!summarize || size - edge <= edge) return {size, size, size, false};
  // Without edge items Python's `[-0:]` is the whole row, and PyTorch prints dots followed by all of it.
  if (edge == 0 && innermost) return {0, 0, size, true};
  return {edge, size - edge, size, true};
}

/// How a tensor is laid out in print: its options and whether it is summarised.
struct Plan {
  PrintOptions options;
  bool summarize;

  Shown operator()(IntArrayRef sizes, std::size_t d) const {
    return shown(sizes[d], d + 1 == sizes.size(), summarize, options.edgeitems());
  }
};

/// Appends the printed elements in order, converted to Out, which holds every T exactly.
template <class T, class Out>
void collect(const T* at, const Array& a, std::size_t d, const Plan& plan, std::vector<Out>& out) {
  if (d == a.sizes().size()) {
    out.push_back(static_cast<Out>(*at));
    return;
  }
  const std::int64_t stride = a.strides()[d];
  const Shown range = plan(a.sizes(), d);
  for (std::int64_t i = 0; i < range.head; ++i) collect(at + i * stride, a, d + 1, plan, out);
  for (std::int64_t i = range.tail; i < range.size; ++i) collect(at + i * stride, a, d + 1, plan, out);
}

// --- how each of them is written -------------------------------------------------------------------------------------

/// The printed elements' texts in order, and the width they are padded to (longer ones just stick out).
struct Cells {
  std::vector<std::string> texts;
  std::size_t width = 1;
};

Cells write_integers(std::span<const std::int64_t> values, bool boolean) {
  Cells cells;
  cells.texts.reserve(values.size());
  for (const std::int64_t v : values) {
    cells.texts.push_back(boolean ? (v != 0 ? "True" : "False") : fmt::format_int(v).str());
    cells.width = std::max(cells.width, cells.texts.back().size());
  }
  return cells;
}

enum class Notation {
  kWhole,       // 3.
  kFixed,       // 3.1416
  kScientific,  // 3.1416e+00
};

/// Writes doubles as Python's format() does: exactly rounded, whatever the locale says.
class RealWriter {
 public:
  RealWriter(Notation notation, int precision)
      : notation_(notation),
        precision_(notation == Notation::kWhole ? 0 : precision),
        buffer_(kLongestWhole + static_cast<std::size_t>(precision_)) {}

  std::string_view operator()(double v) {
    if (std::isnan(v)) return "nan";  // never with a sign
    const auto style = notation_ == Notation::kScientific ? std::chars_format::scientific : std::chars_format::fixed;
    char* const begin = buffer_.data();
    char* end = std::to_chars(begin, begin + buffer_.size(), v, style, precision_).ptr;
    if (notation_ == Notation::kWhole && std::isfinite(v)) *end++ = '.';
    return {begin, static_cast<std::size_t>(end - begin)};
  }

 private:
  static constexpr std::size_t kLongestWhole = 320;  // a sign, the 309 digits of the greatest double and a point

  Notation notation_;
  int precision_;
  std::vector<char> buffer_;
};

bool counts(double v) { return std::isfinite(v) && v != 0; }

/// What the values, but for zeros, infinities and NaNs, say about how to write them.
struct Census {
  bool any = false;   // there is such a value
  bool whole = true;  // all of them are integers
  double least = std::numeric_limits<double>::infinity(), greatest = 0;

  explicit Census(std::span<const double> values) {
    for (const double v : values) {
      if (!counts(v)) continue;
      any = true;
      whole = whole && v == std::ceil(v);
      least = std::min(least, std::fabs(v));
      greatest = std::max(greatest, std::fabs(v));
    }
  }

  bool scientific() const { return greatest / least > 1000 || greatest > 1e8 || (!whole && least < 1e-4); }
  Notation notation(bool scientific) const {
    return scientific ? Notation::kScientific : whole ? Notation::kWhole : Notation::kFixed;
  }
};

Cells write_reals(std::span<const double> values, const PrintOptions& options) {
  const Census census(values);
  // PyTorch measures in the notation of its own choice even when sci_mode asks for the other, and does not look at
  // sci_mode when there is nothing but zeros, infinities and NaNs.
  const Notation natural = census.notation(census.scientific());
  const Notation chosen = census.any && options.sci_mode() ? census.notation(*options.sci_mode()) : natural;

  Cells cells;
  RealWriter measure(natural, options.precision()), write(chosen, options.precision());
  cells.texts.reserve(values.size());
  for (const double v : values) {
    cells.texts.emplace_back(write(v));
    if (counts(v))
      cells.width = std::max(cells.width, natural == chosen ? cells.texts.back().size() : measure(v).size());
  }
  return cells;
}

Cells write_cells(const Array& a, const Plan& plan) {
  return dispatch(a.dtype(), [&]<class T>() {
    using Out = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
    std::vector<Out> values;
    collect(a.data<T>(), a, 0, plan, values);
    if constexpr (std::is_floating_point_v<T>)
      return write_reals(values, plan.options);
    else
      return write_integers(values, std::is_same_v<T, bool>);
  });
}

// --- where they stand ------------------------------------------------------------------------------------------------

/// Puts the cells between brackets, commas and line breaks. Consumes them in order, so it needs the sizes only.
class TextLayout {
 public:
  TextLayout(std::string& out, const Cells& cells, const Plan& plan, IntArrayRef sizes)
      : out_(out), cells_(cells), plan_(plan), sizes_(sizes) {}

  /// Writes dimension d and those inside it; its bracket stands in column `indent`.
  void write(std::size_t d, std::size_t indent) {
    if (d == sizes_.size()) {
      cell();
      return;
    }
    const bool row = d + 1 == sizes_.size();
    const std::int64_t per_line = row ? cells_per_line(indent) : 1;
    const std::size_t breaks = row ? 1 : sizes_.size() - d - 1;
    const Shown range = plan_(sizes_, d);

    std::int64_t item = 0;
    const auto separate = [&] {
      if (item != 0) {
        out_ += ',';
        const bool stay = row && item % per_line != 0;
        if (!stay) out_.append(breaks, '\n');
        out_.append(stay ? 1 : indent + 1, ' ');
      }
      ++item;
    };
    const auto inside = [&](std::int64_t count) {
      for (; count > 0; --count) {
        separate();
        write(d + 1, indent + 1);
      }
    };
    out_ += '[';
    inside(range.head);
    if (range.dots) {
      separate();
      out_ += row ? " ..." : "...";
    }
    inside(range.size - range.tail);
    out_ += ']';
  }

 private:
  void cell() {
    const std::string& text = cells_.texts[next_++];
    if (text.size() < cells_.width) out_.append(cells_.width - text.size(), ' ');
    out_ += text;
  }

  std::int64_t cells_per_line(std::size_t indent) const {
    const auto room = plan_.options.linewidth() - static_cast<std::int64_t>(indent);
    return std::max<std::int64_t>(1, room / static_cast<std::int64_t>(cells_.width + 2));
  }

  std::string& out_;
  const Cells& cells_;
  const Plan& plan_;
  IntArrayRef sizes_;
  std::size_t next_ = 0;
};

// --- what follows them -----------------------------------------------------------------------------------------------

std::vector<std::string> suffixes(const Array& a, const TensorSuffix& extra) {
  std::vector<std::string> list;
  const bool empty = a.numel() == 0;
  if (empty && a.dim() != 1) {
    std::string size = to_string(a.sizes());  // in brackets: two dimensions or more, so a tuple differs in those only
    size.front() = '(';
    size.back() = ')';
    list.push_back("size=" + size);
  }
  // Elements show by themselves that they are int64 or bool; where there are none, it must be said.
  const bool evident = a.dtype() == get_default_dtype() || (!empty && (a.dtype() == kInt64 || a.dtype() == kBool));
  if (!evident) list.push_back(fmt::format("dtype=torch.{}", info(a.dtype()).name));
  if (!extra.grad_fn.empty())
    list.push_back(fmt::format("grad_fn=<{}>", extra.grad_fn));
  else if (extra.requires_grad)
    list.emplace_back("requires_grad=True");
  return list;
}

}  // namespace

std::string format_tensor(const Array& a, const TensorSuffix& suffix) {
  if (!a.defined()) return "None";
  std::string out = "tensor(";
  const std::size_t indent = out.size();
  const PrintOptions options = get_printoptions();
  if (a.numel() == 0) {
    out += "[]";
  } else {
    const Plan plan{options, static_cast<double>(a.numel()) > options.threshold()};
    const Cells cells = write_cells(a, plan);
    TextLayout(out, cells, plan, a.sizes()).write(0, indent);
  }

  // PyTorch counts the last line two characters longer than it is.
  std::size_t column = out.size() - (out.rfind('\n') + 1) + 2;  // npos + 1 is 0: no line break yet
  for (const std::string& s : suffixes(a, suffix)) {
    if (static_cast<std::int64_t>(column + s.size() + 2) > options.linewidth()) {
      out.append(",\n").append(indent, ' ').append(s);
      column = indent + s.size();
    } else {
      out.append(", ").append(s);
      column += s.size() + 2;
    }
  }
  return out += ')';
}

}  // namespace xgrad
