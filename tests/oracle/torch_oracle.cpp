#include "torch_oracle.hpp"

#include "functionals.hpp"

#include <torch/csrc/jit/runtime/operator.h>
#include <torch/torch.h>

#include <functional>
#include <map>
#include <stdexcept>

namespace xgrad::oracle {
namespace {

using at::Tensor;

Tensor to_torch(const Plain& p) {
  if (!p.defined) return {};
  const auto dtype = static_cast<at::ScalarType>(p.dtype.code);
  const auto size = static_cast<std::int64_t>(p.storage.size() / c10::elementSize(dtype));
  // A copy, so that in-place operations and the caller's memory do not meet.
  Tensor memory = at::from_blob(const_cast<unsigned char*>(p.storage.data()), {size}, dtype).clone();
  Tensor t = memory.as_strided(p.sizes, p.strides, p.offset).detach();
  return p.requires_grad ? t.requires_grad_() : t;
}

Plain from_torch(const Tensor& given) {
  Plain p;
  if (!given.defined()) return p;
  // Some derivatives are "zero tensors", which have no memory.
  const Tensor t = given._is_zerotensor() ? at::zeros(given.sizes(), given.options()) : given.detach();
  p.defined = true;
  p.dtype.code = static_cast<int>(t.scalar_type());
  p.sizes = t.sizes().vec();
  p.strides = t.strides().vec();
  p.offset = t.storage_offset();
  p.requires_grad = given.requires_grad();
  const auto* bytes = static_cast<const unsigned char*>(t.storage().data());
  p.storage.assign(bytes, bytes + t.storage().nbytes());
  return p;
}

at::indexing::TensorIndex to_torch(const Index& i) {
  using namespace at::indexing;
  switch (i.kind) {
    case Index::kInteger:
      return TensorIndex(i.integer);
    case Index::kBool:
      return TensorIndex(i.integer != 0);
    case Index::kEllipsis:
      return TensorIndex(Ellipsis);
    case Index::kNone:
      return TensorIndex(None);
    case Index::kTensor:
      return TensorIndex(to_torch(i.tensor));
    case Index::kSlice:
      break;
  }
  const auto part = [](const std::optional<std::int64_t>& v) {
    return v ? c10::optional<std::int64_t>(*v) : c10::optional<std::int64_t>();
  };
  return TensorIndex(Slice(part(i.start), part(i.stop), i.integer));
}

std::vector<at::indexing::TensorIndex> to_torch(const std::vector<Index>& list) {
  std::vector<at::indexing::TensorIndex> out;
  for (const Index& i : list) out.push_back(to_torch(i));
  return out;
}

bool is_optional(const c10::TypePtr& type) { return type->kind() == c10::TypeKind::OptionalType; }

/// How well a value fits a parameter: 0 not at all, 2 exactly, 1 after a conversion that Python would make too.
int fit(const Value& v, const c10::TypePtr& type, const std::string& name) {
  using c10::TypeKind;
  if (is_optional(type)) {
    if (std::holds_alternative<std::monostate>(v)) return 2;
    return fit(v, type->castRaw<c10::OptionalType>()->getElementType(), name);
  }
  const TypeKind kind = type->kind();
  const bool is_dtype = name == "dtype" || name.find("_dtype") != std::string::npos;
  if (std::holds_alternative<Dtype>(v)) return is_dtype && kind == TypeKind::IntType ? 2 : 0;
  if (is_dtype) return 0;
  if (std::holds_alternative<std::int64_t>(v)) {
    return kind == TypeKind::IntType ? 2 : kind == TypeKind::NumberType || kind == TypeKind::FloatType;
  }
  if (std::holds_alternative<double>(v)) return kind == TypeKind::FloatType ? 2 : kind == TypeKind::NumberType;
  if (std::holds_alternative<bool>(v)) return kind == TypeKind::BoolType ? 2 : kind == TypeKind::NumberType;
  if (std::holds_alternative<std::string>(v)) return kind == TypeKind::StringType ? 2 : 0;
  if (std::holds_alternative<Plain>(v) || std::holds_alternative<std::monostate>(v)) {
    return kind == TypeKind::TensorType ? 2 : 0;
  }
  if (kind != TypeKind::ListType) return 0;
  c10::TypePtr element = type->castRaw<c10::ListType>()->getElementType();
  if (is_optional(element)) element = element->castRaw<c10::OptionalType>()->getElementType();
  if (element->kind() == TypeKind::VarType) return 1;
  if (std::holds_alternative<std::vector<std::int64_t>>(v)) return element->kind() == TypeKind::IntType ? 2 : 0;
  if (std::holds_alternative<std::vector<double>>(v)) return element->kind() == TypeKind::FloatType ? 2 : 0;
  if (std::holds_alternative<std::vector<Plain>>(v)) return element->kind() == TypeKind::TensorType ? 2 : 0;
  return 0;
}

/// -1 when the schema does not take these values, or does not write into that many tensors after them.
int fit(const c10::FunctionSchema& schema, const std::vector<Value>& values, std::size_t outs) {
  const auto& parameters = schema.arguments();
  if (values.size() + outs > parameters.size()) return -1;
  int score = 0;
  for (std::size_t i = parameters.size() - outs; i < parameters.size(); ++i) {
    if (!parameters[i].is_out()) return -1;
  }
  for (std::size_t i = 0; i < parameters.size() - outs; ++i) {
    if (i >= values.size()) {
      if (!parameters[i].default_value()) return -1;
      continue;
    }
    const int one = fit(values[i], parameters[i].type(), parameters[i].name());
    if (!one) return -1;
    score += one;
  }
  return score;
}

c10::IValue pack(const Argument& a, c10::TypePtr type) {
  if (is_optional(type)) {
    if (std::holds_alternative<std::monostate>(*a.value)) return {};
    type = type->castRaw<c10::OptionalType>()->getElementType();
  }
  struct Pack {
    const Argument& a;
    const c10::TypePtr& type;
    c10::IValue operator()(std::monostate) const { return Tensor(); }
    c10::IValue operator()(bool v) const { return v; }
    c10::IValue operator()(std::int64_t v) const {
      if (type->kind() == c10::TypeKind::FloatType) return static_cast<double>(v);
      return v;
    }
    c10::IValue operator()(double v) const { return v; }
    c10::IValue operator()(const std::string& v) const { return v; }
    c10::IValue operator()(Dtype v) const { return static_cast<std::int64_t>(v.code); }
    c10::IValue operator()(const std::vector<std::int64_t>& v) const { return v; }
    c10::IValue operator()(const std::vector<double>& v) const { return v; }
    c10::IValue operator()(const Plain&) const { return a.tensors.at(0); }
    c10::IValue operator()(const std::vector<Plain>&) const {
      if (!is_optional(type->castRaw<c10::ListType>()->getElementType())) return a.tensors;
      c10::List<c10::optional<Tensor>> list;
      for (const Tensor& t : a.tensors) list.push_back(t.defined() ? c10::optional<Tensor>(t) : c10::nullopt);
      return list;
    }
    c10::IValue operator()(const std::vector<Index>&) const { throw std::logic_error("an index is no argument"); }
  };
  return std::visit(Pack{a, type}, *a.value);
}

/// Factors that are defined up to signs, as products that are defined; rows_factorizations.cpp has the same.
Tensor weighted(const Tensor& columns) {
  return columns * at::arange(1, columns.size(-1) + 1, columns.options()).reciprocal();
}
Tensor symmetric(const Tensor& a) { return (a + a.mT()) / 2; }

/// What Python has outside of the registry, and compositions of what is in it.
const std::map<std::string, std::function<Results(const std::vector<Argument>&)>>& unregistered() {
  static const std::map<std::string, std::function<Results(const std::vector<Argument>&)>> all{
      {"scaled_dot_product_attention",
       [](const std::vector<Argument>& a) -> Results {
         const auto one = [&](std::size_t i) { return a.at(i).tensors.at(0); };
         const auto mask = a.at(3).tensors.empty() ? c10::optional<Tensor>() : c10::optional<Tensor>(one(3));
         return {std::get<0>(at::_scaled_dot_product_attention(
             one(0), one(1), one(2), mask, std::get<double>(*a.at(4).value), false, std::get<bool>(*a.at(5).value)))};
       }},
      {"rms_norm",  // PyTorch 2.4 has it; its checks are layer_norm's
       [](const std::vector<Argument>& a) -> Results {
         const Tensor x = a.at(0).tensors.at(0);
         const auto& shape = std::get<std::vector<std::int64_t>>(*a.at(1).value);
         const Tensor w = a.size() > 2 && !a[2].tensors.empty() ? a[2].tensors[0] : Tensor();
         at::layer_norm(x, shape, w);
         const double step = x.scalar_type() == at::kFloat ? 1.1920928955078125e-7 : 2.220446049250313e-16;
         const double eps = a.size() > 3 ? std::get<double>(*a[3].value) : step;
         std::vector<std::int64_t> last;
         for (std::int64_t d = 1; d <= static_cast<std::int64_t>(shape.size()); ++d) last.push_back(-d);
         const Tensor y = x * at::rsqrt(x.pow(2).mean(last, true) + eps);
         return {w.defined() ? y * w : y};
       }},
      {"qr_products",
       [](const std::vector<Argument>& a) {
         const auto [q, r] = at::linalg_qr(a.at(0).tensors.at(0));
         return Results{at::matmul(weighted(q), r), at::matmul(weighted(q), q.mT()), r * r};
       }},
      {"svd_products",
       [](const std::vector<Argument>& a) {
         const auto [u, s, vh] = at::linalg_svd(a.at(0).tensors.at(0), false);
         return Results{at::matmul(weighted(u), vh), at::matmul(weighted(u), u.mT()), s};
       }},
      {"eigh_products",
       [](const std::vector<Argument>& a) {
         const auto [values, q] = at::linalg_eigh(symmetric(a.at(0).tensors.at(0)));
         return Results{values, at::matmul(weighted(q), q.mT())};
       }},
      {"cholesky_of_symmetric",
       [](const std::vector<Argument>& a) { return Results{at::linalg_cholesky(symmetric(a.at(0).tensors.at(0)))}; }},
      {"getitem",
       [](const std::vector<Argument>& a) -> Results {
         return {a.at(0).tensors.at(0).index(to_torch(std::get<std::vector<Index>>(*a.at(1).value)))};
       }},
      {"setitem_",
       [](const std::vector<Argument>& a) -> Results {
         Tensor x = a.at(0).tensors.at(0);
         const auto index = to_torch(std::get<std::vector<Index>>(*a.at(1).value));
         if (!a.at(2).tensors.empty()) return {x.index_put_(index, a.at(2).tensors[0])};
         return {x.index_put_(index, at::Scalar(std::get<double>(*a.at(2).value)))};
       }},
  };
  return all;
}

/// The overload that takes these values best; null if none does.
const torch::jit::Operator* overload(const std::string& name, const std::vector<Value>& values, std::size_t outs) {
  const torch::jit::Operator* best = nullptr;
  int best_score = -1;
  for (const auto& candidate : torch::jit::getAllOperatorsFor(c10::Symbol::fromQualString("aten::" + name))) {
    const int score = fit(candidate->schema(), values, outs);
    if (score > best_score) best = candidate.get(), best_score = score;
  }
  return best;
}

std::vector<Tensor> call(const std::string& name, const std::vector<Value>& values,
                         const std::vector<Argument>& arguments, const std::vector<Tensor>& outs) {
  for (const auto* all : {&unregistered(), &functionals()}) {
    if (const auto found = all->find(name); found != all->end()) return found->second(arguments);
  }
  const torch::jit::Operator* const best = overload(name, values, outs.size());
  if (!best) throw std::logic_error("libtorch has no aten::" + name + " for these arguments");
  torch::jit::Stack stack;
  const auto& parameters = best->schema().arguments();
  for (std::size_t i = 0; i < parameters.size() - outs.size(); ++i) {
    stack.push_back(i < arguments.size() ? pack(arguments[i], parameters[i].type()) : *parameters[i].default_value());
  }
  for (const Tensor& out : outs) stack.push_back(out);
  best->getOperation()(stack);
  std::vector<Tensor> out;
  for (const c10::IValue& v : stack) {
    if (v.isTensor()) {
      out.push_back(v.toTensor());
    } else if (v.isTensorList()) {
      for (const Tensor& t : v.toTensorVector()) out.push_back(t);
    } else {
      out.push_back(at::scalar_tensor(v.toScalar(), at::TensorOptions(v.isBool()  ? at::kBool
                                                                      : v.isInt() ? at::kLong
                                                                                  : at::kDouble)));
    }
  }
  return out;
}

Tensor gradient_for(const Tensor& like, std::size_t k) {
  Tensor g = at::empty(like.sizes(), like.options().dtype(at::kDouble));
  for (std::int64_t e = 0; e < g.numel(); ++e) g.data_ptr<double>()[e] = incoming(k, static_cast<std::size_t>(e));
  return g.to(like.scalar_type());
}

std::string first_line(const c10::Error& e) {
  const std::string text = e.what_without_backtrace();
  return text.substr(0, text.find('\n'));
}

/// Runs f; returns the first line of what it threw.
template <class F>
std::optional<std::string> caught(F f) {
  try {
    f();
  } catch (const c10::Error& e) {
    return first_line(e);
  } catch (const std::logic_error&) {
    throw;
  } catch (const std::exception& e) {
    const std::string text = e.what();
    return text.substr(0, text.find('\n'));
  }
  return std::nullopt;
}

std::vector<Plain> from_torch(const std::vector<Tensor>& list) {
  std::vector<Plain> out;
  for (const Tensor& t : list) out.push_back(from_torch(t));
  return out;
}

void derive(const std::vector<Tensor>& results, const std::vector<Tensor>& leaves, Answer& answer) {
  std::vector<Tensor> roots, gradients, first;
  for (std::size_t k = 0; k < results.size(); ++k) {
    if (!results[k].requires_grad()) continue;
    roots.push_back(results[k]);
    gradients.push_back(gradient_for(results[k], k));
    if (results[k].is_floating_point()) gradients.back().requires_grad_();
  }
  if (roots.empty() || leaves.empty()) return;
  answer.first_error = caught([&] {
    first = torch::autograd::grad(roots, leaves, gradients, true, true, true);
    answer.first = from_torch(first);
  });
  if (answer.first_error) return;
  std::vector<Tensor> again, weights, wanted = leaves;
  wanted.insert(wanted.end(), gradients.begin(), gradients.end());
  for (std::size_t k = 0; k < first.size(); ++k) {
    if (!first[k].defined() || !first[k].requires_grad()) continue;
    again.push_back(first[k]);
    weights.push_back(gradient_for(first[k], k + 1));
  }
  if (again.empty()) return;
  answer.second_error =
      caught([&] { answer.second = from_torch(torch::autograd::grad(again, wanted, weights, false, false, true)); });
}

/// Of what PyTorch warns of, only that it resizes is part of an answer.
class Counting final : public c10::WarningHandler {
 public:
  int count = 0;

 private:
  void process(const c10::SourceLocation&, const std::string& message, bool) override {
    count += message.find("An output with one or more elements was resized") != std::string::npos;
  }
};

/// Carries out a step; its results join the tensors.
void carry_out(const Step& step, std::vector<Tensor>& tensors) {
  std::vector<Argument> arguments;
  for (std::size_t i = 0; i < step.arguments.size(); ++i) {
    arguments.push_back({&step.arguments[i], {}});
    if (const auto* constant = std::get_if<Plain>(&step.arguments[i]); constant && !step.tensors.at(i))
      arguments.back().tensors.push_back(to_torch(*constant));
    if (!step.tensors.at(i)) continue;
    TORCH_CHECK(*step.tensors[i] < tensors.size(), "a tensor that an earlier step did not make");
    arguments.back().tensors.push_back(tensors[*step.tensors[i]]);
  }
  const at::AutoGradMode mode(!step.no_grad);
  const auto results = call(step.name, step.arguments, arguments, {});
  if (!step.in_place) tensors.insert(tensors.end(), results.begin(), results.end());
}

/// Views that were made without gradients say that they require grad, but are no part of a graph.
bool in_a_graph(const Tensor& t) { return t.grad_fn() || (t.requires_grad() && !t.is_view()); }

void backward(const std::vector<Tensor>& tensors, std::size_t inputs, Trace& trace) {
  std::vector<Tensor> roots, weights, leaves;
  for (std::size_t k = 0; k < tensors.size(); ++k) {
    if (!in_a_graph(tensors[k])) continue;
    if (k < inputs && tensors[k].is_leaf()) {
      leaves.push_back(tensors[k]);
    } else {
      roots.push_back(tensors[k]);
      weights.push_back(gradient_for(tensors[k], k));
    }
  }
  if (roots.empty() || leaves.empty()) return;
  trace.gradients = from_torch(torch::autograd::grad(roots, leaves, weights, false, false, true));
}

Tensor first_tensor(const std::vector<Argument>& arguments) {
  for (const Argument& a : arguments) {
    if (std::holds_alternative<Plain>(*a.value) && a.tensors[0].defined()) return a.tensors[0];
  }
  throw std::logic_error("there is no tensor among the arguments");
}

/// On one thread, and with the warnings counted.
struct Asking {
  Asking() { at::set_num_threads(1); }
  Counting warnings;
  const c10::Warning::WarningHandlerGuard guard{&warnings};
};

}  // namespace

Trace run(const Program& program) {
  const Asking asking;
  Trace trace;
  std::vector<Tensor> tensors;
  for (const Plain& p : program.inputs) tensors.push_back(to_torch(p));
  for (const Step& s : program.steps) trace.errors.push_back(caught([&] { carry_out(s, tensors); }));
  trace.tensors = from_torch(tensors);
  for (const Tensor& t : tensors) trace.versions.push_back(t._version());
  // Asking for a place in the graph may throw, too.
  trace.backward_error = caught([&] {
    for (std::size_t k = 0; k < tensors.size(); ++k) trace.tensors[k].requires_grad = in_a_graph(tensors[k]);
    backward(tensors, program.inputs.size(), trace);
  });
  return trace;
}

bool has_out_form(const std::string& name, const std::vector<Value>& arguments, std::size_t results) {
  return overload(name, arguments, results) != nullptr;
}

Answer ask(const Question& question) {
  const Asking asking;
  std::vector<Argument> arguments;
  std::vector<Tensor> leaves;
  for (const Value& v : question.arguments) {
    Argument a{&v, {}};
    if (const auto* one = std::get_if<Plain>(&v)) a.tensors.push_back(to_torch(*one));
    if (const auto* many = std::get_if<std::vector<Plain>>(&v)) {
      for (const Plain& p : *many) a.tensors.push_back(to_torch(p));
    }
    for (const Tensor& t : a.tensors) {
      if (t.defined() && t.requires_grad()) leaves.push_back(t);
    }
    arguments.push_back(std::move(a));
  }
  const std::string name = question.name + (question.in_place ? "_" : "");
  const auto given = arguments;
  if (question.in_place || name.back() == '_') arguments.at(0).tensors.at(0) = given[0].tensors.at(0).clone();
  std::vector<Tensor> outs;
  for (const Plain& p : question.outs) outs.push_back(to_torch(p));
  if (question.out_is_argument) outs = {first_tensor(arguments)};
  Answer answer;
  std::vector<Tensor> results;
  answer.error = caught([&] {
    torch::manual_seed(question.seed);
    results = call(name, question.arguments, arguments, outs);
  });
  answer.warnings = asking.warnings.count;
  if (answer.error) return answer;
  for (const Tensor& r : results) {
    answer.results.push_back(from_torch(r));
    for (const Argument& a : given) {
      for (const Tensor& t : a.tensors) {
        if (t.defined() && t.numel() && r.is_alias_of(t)) answer.results.back().shares = true;
      }
    }
  }
  derive(results, leaves, answer);
  return answer;
}

}  // namespace xgrad::oracle
