#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/in_place.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/out_call.hpp>
#include <xgrad/autograd/ops/out_forms.hpp>
#include <xgrad/autograd/ops/resize.hpp>

namespace xgrad {
namespace {

/// C++'s name of a dtype, which some of PyTorch's errors use.
std::string_view type_name(ScalarType t) {
  static constexpr std::array<std::string_view, kDtypeCount> names{"unsigned char", "signed char", "short int", "int",
                                                                   "long int",      "float",       "double",    "bool"};
  return names[static_cast<std::size_t>(t)];
}

bool same_place(const Array& a, const Array& b) {
  if (!a.same_storage(b) || a.offset() != b.offset() || a.dtype() != b.dtype() || !(a.sizes() == b.sizes()))
    return false;
  for (std::size_t d = 0; d < a.sizes().size(); ++d) {
    if (a.sizes()[d] != 1 && a.strides()[d] != b.strides()[d]) return false;
  }
  return true;
}

/// As PyTorch, only of arrays without holes: whether others meet takes long to find out.
void check_overlap(const Array& out, const Array& argument, OutOverlap rule) {
  if (rule == OutOverlap::Any || !out.is_dense() || !argument.is_dense()) return;
  // In another shape even the same memory is other elements.
  kernels::check_no_partial_overlap(out, rule == OutOverlap::Same ? argument : argument.unsqueeze(0));
}

void check_dtype(ScalarType from, ScalarType to, OutDtype rule, bool is_factory) {
  if (rule == OutDtype::Own) {  // computed in out's dtype, unless the caller named another
    check(!is_factory || from == to, "dtype {} does not match dtype of out parameter ({})", from, to);
    rule = OutDtype::Exact;
  }
  check(rule != OutDtype::Exact || from == to, "Expected out tensor to have dtype {}, but got {} instead",
        type_name(from), type_name(to));
  check(rule != OutDtype::Cast || can_cast(from, to), "result type {} can't be cast to the desired output type {}",
        from, to);
}

/// Factories resize without a word.
void place(const Tensor& out, const Tensor& result, bool is_factory) {
  const detail::Traced traced("write_", {&out, &result});
  traced.result(out);
  if (!(out.sizes() == result.sizes())) {
    if (out.numel() != 0 && !is_factory)
      warn(
          fmt::format("An output with one or more elements was resized since it had shape {}, which does not match the "
                      "required output shape {}. This behavior is deprecated, and in a future PyTorch release outputs "
                      "will not be resized unless they have zero elements. You can explicitly reuse an out tensor t by "
                      "resizing it, inplace, to zero elements with t.resize_(0).",
                      out.sizes(), result.sizes()));
    if (ops::take_memory(out, result)) return;
    ops::resize(out, result.sizes());
  }
  if (same_place(out.array(), result.array())) return RecordingBase::changed(out);
  const NoGradGuard no_grad;
  Tensor target = out;
  target.copy_(result);
}

}  // namespace

const OutRule* out_rule(std::string_view name) {
  using namespace out_rules;
#define XGRAD_OUT_RULE(NAME, RULE) {#NAME, RULE},
  static constexpr std::pair<std::string_view, OutRule> rules[] = {XGRAD_OUT_FORMS(XGRAD_OUT_RULE)
                                                                       XGRAD_OUT_FORMS_OF_LISTS(XGRAD_OUT_RULE)};
#undef XGRAD_OUT_RULE
  const auto* found = std::find_if(std::begin(rules), std::end(rules), [&](const auto& r) { return r.first == name; });
  return found == std::end(rules) ? nullptr : &found->second;
}

OutCall::OutCall(std::string_view name, OutRule rule, std::span<const Tensor> outs,
                 std::span<const std::span<const Tensor>> arguments)
    : name_(name), rule_(rule), outs_(outs) {
  // max(a, b) may be cast; the two results of max(x, dim) may not.
  if (outs.size() == 2 && rule.dtype == OutDtype::Cast) rule_.dtype = OutDtype::Exact;
  bool read = false;
  for (const std::span<const Tensor> list : arguments) {
    for (const Tensor& t : list) {
      if (!t.defined()) continue;
      is_factory_ = false;
      asks_for_gradient_ |= detail::grad_mode && t.requires_grad();
      for (const Tensor& out : outs) {
        check_overlap(out.array(), t.array(), rule.overlap);
        read |= out.array().same_storage(t.array());
      }
    }
  }
  for (const Tensor& out : outs) {
    check(!out.array().overlaps_itself(),
          "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
          "Please clone() the tensor before performing the operation.");
    if (!out.requires_grad()) check_in_place(out, false);
  }
  // What is read, or may yet be refused, must not change before the results are there.
  const auto is_leaf = [](const Tensor& out) { return out.requires_grad(); };
  if (read || asks_for_gradient_ || std::any_of(outs.begin(), outs.end(), is_leaf)) return;
  offer_.emplace();
  for (const Tensor& out : outs) offer_->add(out.array());
}

void OutCall::write(std::span<Tensor> results) {
  offer_.reset();
  check(results.size() == outs_.size(), "{}(): {} results cannot go into {} tensors", name_, results.size(),
        outs_.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    const bool recorded = asks_for_gradient_ && results[i].requires_grad();
    const bool would_be = detail::grad_mode && outs_[i].requires_grad() && results[i].is_floating_point();
    check(!recorded && !would_be,
          "{}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments "
          "requires grad.",
          name_);
  }
  for (std::size_t i = 0; i < results.size(); ++i) {
    check_dtype(results[i].dtype(), outs_[i].dtype(), rule_.dtype, is_factory_);
    // A result in the memory of another out, or in its own but otherwise laid out, would be overwritten before it is
    // read.
    const auto meets = [&](const Tensor& out) { return out.array().same_storage(results[i].array()); };
    if (!same_place(outs_[i].array(), results[i].array()) && std::any_of(outs_.begin(), outs_.end(), meets))
      results[i] = results[i].clone();
  }
  for (std::size_t i = 0; i < results.size(); ++i) place(outs_[i], results[i], is_factory_);
}

}  // namespace xgrad
