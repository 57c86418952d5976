#include "op_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xgrad::op_table {
namespace {

using Family = std::pair<std::string, Rows (*)()>;

std::vector<Family>& families() {
  static std::vector<Family> all;
  return all;
}

std::string text(const Tensor& t) {
  return t.defined() ? fmt::format("{}{}", info(t.dtype()).name, t.sizes()) : "None";
}

/// A tensor among indices, whose values matter: "int64[2](0, -1)".
std::string text_of_places(const Tensor& t) {
  std::string values;
  for (const double v : t.to_vector<double>()) values += (values.empty() ? "" : ", ") + fmt::format("{}", v);
  return text(t) + (t.numel() <= 12 ? "(" + values + ")" : "");
}

std::string text(const TensorIndex& i) {
  if (const auto* n = i.get_if<std::int64_t>()) return std::to_string(*n);
  if (const auto* b = i.get_if<bool>()) return *b ? "True" : "False";
  if (i.get_if<indexing::NoneType>()) return "None";
  if (i.get_if<indexing::EllipsisType>()) return "...";
  if (i.is_tensor()) return text_of_places(i.tensor());
  const Slice& s = *i.get_if<Slice>();
  const auto part = [](std::optional<std::int64_t> p) { return p ? std::to_string(*p) : ""; };
  return part(s.start()) + ":" + part(s.stop()) + ":" + std::to_string(s.step());
}

template <class List>
std::string text_of(const List& list) {
  std::string out;
  for (const auto& x : list) out += (out.empty() ? "" : ", ") + text(x);
  return "[" + out + "]";
}

}  // namespace

Scalar Value::number() const {
  if (is<bool>()) return get<bool>();
  if (is<double>()) return get<double>();
  return get<std::int64_t>();
}

std::string Value::str() const {
  struct Text {
    std::string operator()(std::monostate) const { return "None"; }
    std::string operator()(bool b) const { return b ? "True" : "False"; }
    std::string operator()(std::int64_t n) const { return std::to_string(n); }
    std::string operator()(double x) const { return fmt::format("{:#}", x); }
    std::string operator()(const std::string& s) const { return "'" + s + "'"; }
    std::string operator()(ScalarType t) const { return std::string(info(t).name); }
    std::string operator()(const D& list) const { return fmt::format("{}", IntArrayRef(list)); }
    std::string operator()(const std::vector<double>& list) const { return fmt::format("[{}]", fmt::join(list, ", ")); }
    std::string operator()(const Tensor& t) const { return text(t); }
    std::string operator()(const std::vector<Tensor>& list) const { return text_of(list); }
    std::string operator()(const Index& list) const { return text_of(list); }
  };
  return std::visit(Text{}, v_);
}

const char* name_of(Compared how_far) {
  constexpr const char* kNames[] = {"nothing", "values", "values and first derivatives", "everything"};
  return kNames[static_cast<std::size_t>(how_far)];
}

Sample Sample::with(const Values& more) const {
  Sample out = *this;
  out.in.insert(out.in.end(), more.begin(), more.end());
  return out;
}

Row&& Row::without(unsigned kinds, const char* reason) && {
  waived |= kinds;
  waived_because += (waived_because.empty() ? "" : "; ") + std::string(reason);
  return std::move(*this);
}

Row&& Row::words(const std::string& heading, const std::vector<std::string>& theirs) && {
  for (const std::string& beginning : theirs) own_words.push_back({heading, beginning});
  return std::move(*this);
}

const OtherWords* Row::other_words(const std::optional<std::string>& theirs) const {
  const auto begins = [&](const OtherWords& w) { return theirs && theirs->starts_with(w.theirs); };
  const auto found = std::find_if(own_words.begin(), own_words.end(), begins);
  return found == own_words.end() ? nullptr : &*found;
}

Row detail::named(std::string name, Samples samples) {
  Row r;
  r.aten = name.substr(0, name.find('.'));
  r.name = std::move(name);
  r.samples = std::move(samples);
  return r;
}

bool register_family(const char* name, Rows (*rows)()) {
  families().emplace_back(name, rows);
  return true;
}

const Rows& rows() {
  static const Rows all = [] {
    auto sorted = families();
    std::sort(sorted.begin(), sorted.end());
    Rows out;
    for (const auto& [name, family] : sorted) {
      for (Row& r : family()) {
        r.family = name;
        out.push_back(std::move(r));
      }
    }
    return out;
  }();
  return all;
}

}  // namespace xgrad::op_table
