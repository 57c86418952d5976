#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/serialize/onnx_trace.hpp>

#include <algorithm>
#include <array>

namespace xgrad::onnx::detail {
namespace {

using Name = std::string_view;

/// "aten::add_" to "add"
std::string plain_name(std::string_view name) {
  name.remove_prefix(std::min(name.size(), Name("aten::").size()));
  while (name.ends_with('_')) name.remove_suffix(1);
  return std::string(name);
}

template <std::size_t N>
bool among(const std::array<Name, N>& names, Name name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Results that are their argument, under another handle.
constexpr std::array<Name, 1> kSame{"detach"};
/// Tensors that take another one's value: the first argument the second's.
constexpr std::array<Name, 2> kTakes{"set", "write"};
constexpr std::array<Name, 5> kDraws{"random", "bernoulli", "normal", "randperm", "rrelu_with_noise"};

/// The bytes from the first element to behind the last.
std::pair<const char*, const char*> extent(const Array& a) {
  const char* const first = static_cast<const char*>(static_cast<const void*>(a.raw()));
  std::int64_t low = 0, high = 1;
  for (std::size_t d = 0; d < a.sizes().size(); ++d) {
    const std::int64_t reach = (a.sizes()[d] - 1) * a.strides()[d];
    (reach < 0 ? low : high) += reach;
  }
  const auto size = static_cast<std::int64_t>(a.itemsize());
  return {first + low * size, first + high * size};
}

bool may_overlap(const Array& a, const Array& b) {
  if (!a.same_storage(b) || a.numel() == 0 || b.numel() == 0) return false;
  const auto [a_first, a_end] = extent(a);
  const auto [b_first, b_end] = extent(b);
  return a_first < b_end && b_first < a_end;
}

const void* memory_of(const Tensor& t) { return t.array().storage().get(); }

}  // namespace

std::string path_within(const std::string& module) {
  const std::size_t dot = module.find('.');
  return dot == std::string::npos ? "" : module.substr(dot + 1);
}

int Trace::new_value(Value::Kind kind, std::string name, const Tensor& t) {
  values_.push_back({kind, std::move(name), t, Dims(t.sizes()), t.dtype(), false});
  return static_cast<int>(values_.size()) - 1;
}

void Trace::bind(const Tensor& t, int value) {
  by_tensor_[t.impl()] = value;
  stale_.erase(t.impl());
  alive_.push_back(t);
}

void Trace::add(Value::Kind kind, const std::string& name, const Tensor& t) { bind(t, new_value(kind, name, t)); }

int Trace::value_of(const Tensor& t) const {
  const auto found = by_tensor_.find(t.impl());
  return found == by_tensor_.end() ? kAbsent : found->second;
}

int Trace::constant(const Tensor& t) {
  const NoGradGuard no_grad;
  const xgrad::detail::Traced silent("constant", {});  // what is called here is nobody's operation
  Tensor copy = t.detach().clone();
  copy.impl()->wrapped_number = t.impl()->wrapped_number;
  const int value = new_value(Value::Kind::Constant, "", copy);
  values_.back().random = drawn_.contains(memory_of(t));
  bind(t, value);
  return value;
}

int Trace::output(const Tensor& t) {
  const auto stale = stale_.find(t.impl());
  check<NotImplementedError>(stale == stale_.end() && (value_of(t) != kAbsent || !written_.contains(memory_of(t))),
                             "the model returns a tensor whose memory was written to in place through another tensor, "
                             "which ONNX export does not follow");
  const int known = value_of(t);
  return known == kAbsent ? constant(t) : known;
}

void Trace::check_current(const Tensor& t, const Operation& operation) const {
  std::string by;
  if (const auto stale = stale_.find(t.impl()); stale != stale_.end()) by = stale->second;
  if (value_of(t) == kAbsent) {
    if (const auto found = written_.find(memory_of(t)); found != written_.end()) by = found->second;
  }
  if (by.empty()) return;
  NotImplementedError e(
      fmt::format("{} reads a tensor whose memory {} wrote to through another tensor", operation.name, by));
  e.add_context(fmt::format("in module \"{}\"; ONNX has no memory that tensors share", path_within(operation.module)));
  e.set_hint("write it without in-place operations on views: cat, where, index_put or scatter make new tensors");
  throw e;
}

void Trace::begins(const Operation& operation) {
  inputs_.clear();
  depends_ = false;
  for (const Tensor& t : operation.inputs) {
    if (!t.defined()) continue;
    check_current(t, operation);
    const int known = value_of(t);
    if (known == kAbsent) continue;
    const Value::Kind kind = values_[static_cast<std::size_t>(known)].kind;
    depends_ |= kind == Value::Kind::Input || kind == Value::Kind::Result || (kind == Value::Kind::Parameter && !fold_);
  }
  if (!depends_) return;
  for (const Tensor& t : operation.inputs) {
    int value = kAbsent;
    if (t.defined()) value = value_of(t);
    if (t.defined() && value == kAbsent) value = constant(t);
    inputs_.push_back(value);
  }
}

void Trace::forget_constants(const Tensor& written) {
  for (auto it = by_tensor_.begin(); it != by_tensor_.end();) {
    const Value& v = values_[static_cast<std::size_t>(it->second)];
    const bool gone = v.kind != Value::Kind::Input && v.kind != Value::Kind::Result &&
                      (it->first == written.impl() || may_overlap(it->first->array, written.array()));
    it = gone ? by_tensor_.erase(it) : std::next(it);
  }
}

void Trace::invalidate_sharers(const Tensor& written, const Operation& by) {
  for (const auto& entry : by_tensor_) {
    if (entry.first != written.impl() && may_overlap(entry.first->array, written.array()))
      stale_[entry.first] = by.name;
  }
  written_[memory_of(written)] = by.name;
}

void Trace::ends(Operation&& operation) {
  const std::string name = plain_name(operation.name);
  const auto in_place = [&](const Tensor& r) {
    return !operation.inputs.empty() && r.is_same(operation.inputs[0]) && r.defined();
  };
  if (!depends_) {
    for (const Tensor& r : operation.results) {
      if (!r.defined()) continue;
      if (in_place(r)) forget_constants(r);
      if (among(kDraws, name)) drawn_.insert(memory_of(r));
      const bool from_draws = std::any_of(operation.inputs.begin(), operation.inputs.end(), [&](const Tensor& t) {
        return t.defined() && drawn_.contains(memory_of(t));
      });
      if (from_draws) drawn_.insert(memory_of(r));
      alive_.push_back(r);  // its memory's address must not come again
    }
    return;
  }
  if (name == "item") {
    read_numbers_.insert(path_within(operation.module));
    return;
  }
  if (among(kTakes, name)) {
    const Tensor& to = operation.inputs[0];
    if (name == "write") invalidate_sharers(to, operation);
    if (inputs_[1] != kAbsent) bind(to, inputs_[1]);
    return;
  }
  if (among(kSame, name)) {
    bind(operation.results[0], inputs_[0]);
    return;
  }
  Step step{name, path_within(operation.module), inputs_, {}, std::move(operation.attributes)};
  for (const Tensor& r : operation.results) {
    if (!r.defined()) {
      step.results.push_back(kAbsent);
      continue;
    }
    step.results.push_back(new_value(Value::Kind::Result, "", r));
    if (in_place(r)) invalidate_sharers(r, operation);
    bind(r, step.results.back());
  }
  steps_.push_back(std::move(step));
}

}  // namespace xgrad::onnx::detail
