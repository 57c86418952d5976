#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/ops/promotion.hpp>
#include <xgrad/serialize/onnx_graph.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace xgrad::onnx::detail {

const Row* find_row(const std::string& op) {
  static const std::map<std::string, const Row*> all = [] {
    std::map<std::string, const Row*> rows;
    for (const auto table : {elementwise_rows(), comparison_rows(), activation_rows(), shape_rows(), reduction_rows(),
                             layer_rows(), indexing_rows(), loss_rows(), recurrent_rows()}) {
      for (const Row& row : table) rows.emplace(row.op, &row);
    }
    return rows;
  }();
  const auto found = all.find(op);
  return found == all.end() ? nullptr : found->second;
}

// --- Builder

Ints Builder::sizes(int value) const {
  const auto i = static_cast<std::size_t>(value);
  Ints out = IntArrayRef(first_.values()[i].sizes).vec();
  if (!second_) return out;
  const Dims& other = second_->values()[i].sizes;
  for (std::size_t d = 0; d < out.size(); ++d) {
    if (other[d] != out[d]) out[d] = kAny;
  }
  return out;
}

std::vector<Dimension> Builder::dimensions(int value, const std::string& name) const {
  const auto i = static_cast<std::size_t>(value);
  std::vector<Dimension> out;
  const Ints merged = sizes(value);
  for (std::size_t d = 0; d < merged.size(); ++d) {
    out.push_back({merged[d], ""});
    if (merged[d] != kAny) continue;
    out.back().name = name + "_dim_" + std::to_string(d);
    for (const Axis& axis : axes_) {
      const bool same = first_.values()[i].sizes[d] == first_.values()[axis.input].sizes[axis.dim] &&
                        second_->values()[i].sizes[d] == second_->values()[axis.input].sizes[axis.dim];
      if (same) {
        out.back().name = axis.name;
        break;
      }
    }
  }
  return out;
}

std::string Builder::unique(const std::string& name) {
  const int n = uses_[name]++;
  return n == 0 ? name : unique(name + "_" + std::to_string(n));
}

std::string Builder::initializer(const std::string& name, const Array& value) {
  const std::string given = unique(name);
  graph.initializers.push_back({given, Tensor(value).contiguous().array()});
  return given;
}

namespace {

bool same_elements(const Tensor& a, const Tensor& b) {
  return a.sizes() == b.sizes() && a.dtype() == b.dtype() &&
         std::equal(static_cast<const char*>(a.array().raw()), static_cast<const char*>(a.array().raw()) + a.nbytes(),
                    static_cast<const char*>(b.array().raw()));
}

}  // namespace

namespace {

/// Some operations have results that ONNX's have not, such as the places of pooled maxima.
[[noreturn]] void fail_unwritten(const Trace& trace, int value) {
  for (const Step& s : trace.steps()) {
    const auto at = std::find(s.results.begin(), s.results.end(), value);
    if (at == s.results.end()) continue;
    NotImplementedError e(
        fmt::format("ONNX export does not write result {} of operator aten::{}", at - s.results.begin(), s.op));
    e.add_context(fmt::format("in module \"{}\"", s.module));
    throw e;
  }
  fail("internal error: a value is used that no node makes");
}

}  // namespace

/// A constant that is the same all along the dynamic axes, such as a state of zeros: what it is at one place, expanded.
std::string Builder::stretched(int value) {
  const Tensor &one = first_.values()[static_cast<std::size_t>(value)].tensor,
               &two = second_->values()[static_cast<std::size_t>(value)].tensor;
  std::optional<std::string> sizes;
  Tensor place = one;
  if (one.dim() == two.dim() && one.numel() > 0 && two.numel() > 0) {
    Tensor other = two;
    for (std::int64_t d = 0; d < one.dim(); ++d) {
      if (one.size(d) == two.size(d)) continue;
      place = place.narrow(d, 0, 1);
      other = other.narrow(d, 0, 1);
    }
    const auto repeats = [](const Tensor& t, const Tensor& part) {
      return same_elements(t.contiguous(), part.expand(t.sizes()).contiguous());
    };
    if (same_elements(place.contiguous(), other.contiguous()) && repeats(one, place) && repeats(two, other))
      sizes = shape(IntArrayRef(one.sizes()).vec(), IntArrayRef(two.sizes()).vec(), "");
  }
  check<NotImplementedError>(sizes.has_value(),
                             "a constant of shape {} depends on the size of a dynamic axis: make it of the input's "
                             "elements, or leave the axis fixed",
                             one.sizes());
  return node("Expand", {initializer("constant", place.array()), *sizes}, 1, {}, "")[0];
}

std::string Builder::name_of(int value) {
  if (value == kAbsent) return "";
  if (const auto known = names_.find(value); known != names_.end()) return known->second;
  const Value& v = first_.values()[static_cast<std::size_t>(value)];
  if (v.kind == Value::Kind::Result) fail_unwritten(first_, value);
  check<NotImplementedError>(!v.random,
                             "random numbers are used, which ONNX export does not draw: call model.eval(), "
                             "or pass them as an input");
  if (v.kind == Value::Kind::Constant && second_) {
    const Tensor& other = second_->values()[static_cast<std::size_t>(value)].tensor;
    if (!same_elements(v.tensor.contiguous(), other.contiguous())) return names_[value] = stretched(value);
  }
  const std::string name = initializer(v.kind == Value::Kind::Parameter ? v.name : "constant", v.tensor.array());
  return names_[value] = name;
}

std::string Builder::constant_as(int value, ScalarType dtype) {
  const Value& v = first_.values()[static_cast<std::size_t>(value)];
  if (v.dtype == dtype) return name_of(value);
  const auto known = converted_.find({value, dtype});
  if (known != converted_.end()) return known->second;
  check<NotImplementedError>(!v.random, "random numbers are used, which ONNX export does not draw");
  if (second_ && name_of(value) != "" && is_made_by_node(name_of(value)))
    return converted_[{value, dtype}] = node("Cast", {name_of(value)}, 1, {{"to", data_type(dtype)}}, "")[0];
  return converted_[{value, dtype}] = initializer("constant", v.tensor.to(dtype).array());
}

std::string Builder::ints(const Ints& list) {
  std::string& name = literals_[fmt::format("[{}]", fmt::join(list, ","))];
  if (name.empty())
    name = initializer("ints", xgrad::tensor(list, kInt64).view({static_cast<std::int64_t>(list.size())}).array());
  return name;
}

std::string Builder::number(double value, ScalarType dtype) {
  std::string& name = literals_[fmt::format("{} {}", value, info(dtype).name)];
  if (name.empty()) {
    // By conversion, so that what the dtype does not hold wraps: factors of sums are such numbers, and -1 is 255 among
    // bytes, as an integer only.
    const bool whole = !is_floating_point(dtype) && std::trunc(value) == value && std::abs(value) < 0x1p63;
    const Tensor number = whole ? full({}, static_cast<std::int64_t>(value), kInt64) : full({}, value, kFloat64);
    name = initializer("number", number.to(dtype).array());
  }
  return name;
}

Names Builder::node(const std::string& op, Names inputs, std::size_t results, Attributes attributes,
                    const std::string& module) {
  std::string path = "/" + module;
  std::replace(path.begin(), path.end(), '.', '/');
  const std::string name = unique((path == "/" ? path : path + "/") + op);
  Names outputs;
  for (std::size_t k = 0; k < results; ++k) {
    outputs.push_back(unique(name + "_output_" + std::to_string(k)));
    made_.insert(outputs.back());
  }
  while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
  graph.nodes.push_back({op, name, std::move(inputs), outputs, std::move(attributes)});
  return outputs;
}

/// A size in both traces as a multiple of one axis, or of two: the factor and the axes.
std::optional<Builder::Multiple> Builder::multiple_of_axes(std::int64_t first, std::int64_t second) const {
  const auto sizes = [&](const Axis& a) {
    return std::pair(first_.values()[a.input].sizes[a.dim], second_->values()[a.input].sizes[a.dim]);
  };
  const auto fits = [&](std::int64_t a, std::int64_t b) { return first % a == 0 && second == first / a * b; };
  for (const Axis& a : axes_) {
    const auto [one, two] = sizes(a);
    if (fits(one, two)) return Multiple{first / one, {&a}};
  }
  for (const Axis& a : axes_) {
    for (const Axis& b : axes_) {
      const auto [one, two] = sizes(a);
      const auto [other_one, other_two] = sizes(b);
      if (a.name != b.name && fits(one * other_one, two * other_two))
        return Multiple{first / (one * other_one), {&a, &b}};
    }
  }
  return std::nullopt;
}

std::string Builder::size_of(const Multiple& size, const std::string& module) {
  std::string product;
  for (const Axis* axis : size.axes) {
    const std::string sizes = node("Shape", {name_of(static_cast<int>(axis->input))}, 1, {}, module)[0];
    const std::string one = node("Gather", {sizes, ints({static_cast<std::int64_t>(axis->dim)})}, 1, {}, module)[0];
    product = product.empty() ? one : node("Mul", {product, one}, 1, {}, module)[0];
  }
  return size.factor == 1 ? product : node("Mul", {product, ints({size.factor})}, 1, {}, module)[0];
}

std::optional<std::string> Builder::shape(const Ints& first, const Ints& second, const std::string& module,
                                          bool one_unknown) {
  if (first == second) return ints(first);
  std::vector<std::optional<Multiple>> known(first.size());
  for (std::size_t d = 0; d < first.size(); ++d) {
    if (first[d] == second[d]) continue;
    known[d] = multiple_of_axes(first[d], second[d]);
    if (!known[d] && !std::exchange(one_unknown, false)) return std::nullopt;
  }
  Names parts;
  for (std::size_t d = 0; d < first.size(); ++d)
    parts.push_back(known[d] ? size_of(*known[d], module) : ints({first[d] == second[d] ? first[d] : kAny}));
  return node("Concat", parts, 1, {{"axis", std::int64_t{0}}}, module)[0];
}

void Builder::rename(const std::string& from, const std::string& to) {
  const auto change = [&](std::string& name) {
    if (name == from) name = to;
  };
  for (Node& n : graph.nodes) {
    std::for_each(n.inputs.begin(), n.inputs.end(), change);
    std::for_each(n.outputs.begin(), n.outputs.end(), change);
  }
  for (auto& entry : names_) change(entry.second);
}

// --- Call

std::string Call::in(std::size_t i) { return i < count() ? b_.name_of(first_.inputs[i]) : ""; }

std::string Call::in(std::size_t i, ScalarType dtype) {
  if (!has(i)) return "";
  const Value& v = value(i);
  if (v.dtype == dtype) return in(i);
  if (v.kind == Value::Kind::Constant || v.kind == Value::Kind::Parameter) return b_.constant_as(at(i), dtype);
  return cast(in(i), dtype);
}

Ints Call::fixed_sizes(std::size_t i) const {
  Ints out = sizes(i);
  require(std::find(out.begin(), out.end(), kAny) == out.end(), "it needs to know the sizes, and an axis is dynamic");
  return out;
}

Ints Call::fixed_sizes_but_first(std::size_t i) const {
  Ints out = sizes(i);
  require(std::find(out.begin() + 1, out.end(), kAny) == out.end(),
          "it needs to know the sizes, and an axis is dynamic");
  return out;
}

Tensor Call::constant(std::size_t i) const {
  if (!has(i)) return {};
  const Value& v = value(i);
  return v.kind == Value::Kind::Constant || v.kind == Value::Kind::Parameter ? v.tensor : Tensor();
}

ScalarType Call::common(std::size_t i, std::size_t j) const {
  return ops::promoted_type(value(i).tensor, value(j).tensor);
}

const Argument& Call::same(std::size_t k) const {
  const Argument& a = first_.attributes.at(k);
  if (second_ && second_->attributes.at(k) != a) refuse("an argument of it depends on the size of a dynamic axis");
  return a;
}

bool Call::given(std::size_t k) const {
  return k < attributes() && !std::holds_alternative<std::monostate>(first_.attributes[k]);
}

double Call::real(std::size_t k) const {
  const Argument& a = same(k);
  if (const auto* b = std::get_if<bool>(&a)) return *b;
  if (const auto* i = std::get_if<std::int64_t>(&a)) return static_cast<double>(*i);
  return std::get<double>(a);
}

std::string Call::factor(std::size_t k, ScalarType dtype) {
  const auto* whole = std::get_if<std::int64_t>(&same(k));
  return whole && dtype == kInt64 ? tensor(full({}, *whole, dtype)) : number(real(k), dtype);
}

Ints Call::list(std::size_t k, std::size_t n) const {
  Ints out = list(k);
  if (out.size() == 1) out.resize(n, out[0]);
  return out;
}

std::pair<std::int64_t, std::int64_t> Call::integers(std::size_t k) const {
  const auto a = std::get<std::int64_t>(first_.attributes.at(k));
  return {a, second_ ? std::get<std::int64_t>(second_->attributes.at(k)) : a};
}

std::pair<std::int64_t, std::int64_t> Call::both_sizes(std::size_t i, std::size_t dim) const {
  const Trace& other = b_.second() ? *b_.second() : b_.first();
  return {value(i).sizes[dim], other.values()[static_cast<std::size_t>(at(i))].sizes[dim]};
}

std::string Call::node(const char* op, Names inputs, Attributes attributes) {
  return nodes(op, std::move(inputs), 1, std::move(attributes))[0];
}
Names Call::nodes(const char* op, Names inputs, std::size_t results, Attributes attributes) {
  return b_.node(op, std::move(inputs), results, std::move(attributes), first_.module);
}

std::string Call::tensor(const Tensor& t) { return b_.initializer("constant", t.detach().contiguous().array()); }

std::string Call::cast(const std::string& name, ScalarType to) { return node("Cast", {name}, {{"to", data_type(to)}}); }

Ints Call::result_sizes_of_second(std::size_t k) const {
  const Trace& t = b_.second() ? *b_.second() : b_.first();
  return IntArrayRef(t.values()[static_cast<std::size_t>(first_.results.at(k))].sizes).vec();
}

std::string Call::shape_of_result(std::size_t k) {
  const Ints first = IntArrayRef(result_value(k).sizes).vec();
  const auto known = b_.shape(first, result_sizes_of_second(k), first_.module);
  if (!known) refuse("its result's shape depends on dynamic axes in a way that is not known");
  return *known;
}

std::string Call::reshaped(const std::string& name, std::size_t k) {
  const Ints to = result_sizes(k);
  const auto any = std::count(to.begin(), to.end(), kAny);
  const bool empty = std::find(to.begin(), to.end(), 0) != to.end();
  if (any > 1) {
    const Ints first = IntArrayRef(result_value(k).sizes).vec();
    const auto known = b_.shape(first, result_sizes_of_second(k), first_.module, true);
    if (!known) refuse("its result's shape depends on dynamic axes in a way that is not known");
    return node("Reshape", {name, *known});
  }
  return node("Reshape", {name, ints(to)}, empty ? Attributes{{"allowzero", std::int64_t{1}}} : Attributes{});
}

void Call::result(std::size_t k, const std::string& name) {
  if (k >= results() || first_.results[k] == kAbsent) return;
  b_.set_name(first_.results[k], name);
}

void Call::refuse(const std::string& why) const {
  NotImplementedError e(fmt::format("ONNX export of operator aten::{} is not possible here: {}", first_.op, why));
  e.add_context(first_.module.empty() ? "in the model itself" : fmt::format("in module \"{}\"", first_.module));
  throw e;
}

}  // namespace xgrad::onnx::detail
