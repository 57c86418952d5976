#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/optim/lbfgs.hpp>
#include <xgrad/optim/line_search.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace xgrad::optim {
namespace {

/// What is kept between steps, for all parameters as one vector.
struct Memory {
  std::int64_t func_evals = 0, n_iter = 0;
  Tensor d, prev_flat_grad;
  double t = 0, h_diag = 1, prev_loss = 0;
  std::vector<Tensor> old_dirs, old_stps;  // changes of the gradient and of the parameters, oldest first
  std::vector<double> ro, al;
};

LBFGSOptions completed(LBFGSOptions options) {
  if (!options.max_eval()) options.max_eval(options.max_iter() * 5 / 4);
  return options;
}

double largest(const Tensor& x) { return x.abs().max().item<double>(); }
double dot_of(const Tensor& a, const Tensor& b) { return a.dot(b).item<double>(); }

/// The parameters as one vector.
struct Flat {
  const std::vector<Tensor>& params;

  Tensor gradient() const {
    std::vector<Tensor> parts;
    for (const Tensor& p : params) {
      const Tensor& g = p.grad();
      parts.push_back(g.defined() ? g.detach().reshape({-1}) : zeros({p.numel()}, p.dtype()));
    }
    return cat(parts);
  }
  void add(const Tensor& direction, double step) const {
    std::int64_t offset = 0;
    for (const Tensor& p : params) {
      Tensor to = p;
      to.add_(direction.narrow(0, offset, p.numel()).reshape(p.sizes().vec()), step);
      offset += p.numel();
    }
  }
  std::vector<Tensor> copy() const {
    std::vector<Tensor> values;
    for (const Tensor& p : params) values.push_back(p.detach().clone());
    return values;
  }
  void restore(const std::vector<Tensor>& values) const {
    for (std::size_t i = 0; i < params.size(); ++i) Tensor(params[i]).copy_(values[i]);
  }
};

/// Forgets the oldest changes but for so many. There are more where a state was loaded, or the option made smaller.
void forget(Memory& m, std::int64_t keep) {
  const auto have = static_cast<std::int64_t>(m.old_dirs.size());
  if (have <= keep) return;
  m.old_dirs.erase(m.old_dirs.begin(), m.old_dirs.end() - keep);
  m.old_stps.erase(m.old_stps.begin(), m.old_stps.end() - keep);
  m.ro.erase(m.ro.begin(), m.ro.end() - keep);
}

/// Takes the last step into the memory, if the function curves upwards along it.
void remember(Memory& m, const Tensor& grad, std::int64_t history) {
  const Tensor y = grad - m.prev_flat_grad, s = m.d * m.t;
  const double ys = dot_of(y, s);
  if (!(ys > 1e-10)) return;
  forget(m, history - 1);
  m.old_dirs.push_back(y);
  m.old_stps.push_back(s);
  m.ro.push_back(1 / ys);
  m.h_diag = ys / dot_of(y, y);
}

/// −H·g by two loops over the memory.
Tensor direction(Memory& m, const Tensor& grad) {
  const std::size_t n = m.old_dirs.size();
  m.al.resize(std::max(m.al.size(), n));
  Tensor q = grad.neg();
  for (std::size_t i = n; i-- > 0;) {
    m.al[i] = dot_of(m.old_stps[i], q) * m.ro[i];
    q.add_(m.old_dirs[i], -m.al[i]);
  }
  q *= m.h_diag;
  for (std::size_t i = 0; i < n; ++i) q.add_(m.old_stps[i], m.al[i] - dot_of(m.old_dirs[i], q) * m.ro[i]);
  return q;
}

/// A number that PyTorch keeps as a tensor of the parameter's dtype.
Value as_tensor(double x, const Memory& m) { return full({}, x, m.d.dtype()).array(); }

/// Directions and steps of a state dict may be as many as it likes, and are copied: a file of one tensor, named a
/// million times, would be a million of them. Each has its own elements where an optimiser wrote it, which are counted
/// here.
void check_own_elements(const Value::Items& dirs, const Value::Items& steps) {
  std::unordered_set<const void*> seen;
  std::size_t elements = 0, there = 0;
  for (const Value::Items* list : {&dirs, &steps}) {
    for (const Value& v : *list) {
      const Array& saved = v.as_tensor().array;
      elements += static_cast<std::size_t>(saved.numel());
      const Storage* storage = saved.defined() ? saved.storage().get() : nullptr;
      if (storage && seen.insert(storage).second) there += storage->nbytes() / saved.itemsize();
    }
  }
  check<ValueError>(elements <= there,
                    "LBFGS: the state's old_dirs and old_stps have {} elements, of which their storages hold {}",
                    elements, there);
}

double history_number(const Value& v) {
  return v.is(Value::Kind::Tensor) ? Tensor(v.as_tensor().array).item<double>() : v.as_float();
}

}  // namespace

Fields LBFGSOptions::fields() {
  return {{"lr", Field::MaybeInt{&lr_}},
          {"max_iter", &max_iter_},
          {"max_eval", &max_eval_},
          {"tolerance_grad", &tolerance_grad_},
          {"tolerance_change", &tolerance_change_},
          {"history_size", &history_size_},
          {"line_search_fn", &line_search_fn_}};
}

LBFGS::LBFGS(std::vector<OptimizerParamGroup> groups, LBFGSOptions defaults)
    : Optimizer(std::move(groups), std::make_unique<LBFGSOptions>(completed(std::move(defaults)))) {
  check<ValueError>(param_groups().size() == 1, "LBFGS doesn't support per-parameter options (parameter groups)");
}

LBFGS::LBFGS(std::vector<Tensor> params, LBFGSOptions defaults)
    : LBFGS(detail::one_group(std::move(params)), std::move(defaults)) {}

Tensor LBFGS::run(const Closure& closure) {
  check<TypeError>(static_cast<bool>(closure), "step() missing 1 required positional argument: 'closure'");
  const LBFGSOptions o = completed(detail::options_as<LBFGSOptions>(param_groups()[0], name()));
  const Flat flat{param_groups()[0].params()};
  ParamState& state = state_of(0, 0);
  state.started = true;
  if (!state.more) state.more = std::make_shared<Memory>();
  Memory& m = *static_cast<Memory*>(state.more.get());
  const std::int64_t history = std::max<std::int64_t>(o.history_size(), 1);
  forget(m, history);
  std::int64_t evaluations = 0;
  const auto evaluate = [&] {
    ++evaluations;
    ++m.func_evals;
    const EnableGradGuard grad;
    return closure();
  };

  const Tensor first_loss = evaluate();
  double loss = first_loss.item<double>();
  Tensor grad = flat.gradient();
  bool converged = largest(grad) <= o.tolerance_grad();
  if (converged) return first_loss;

  for (std::int64_t iteration = 1; iteration <= o.max_iter(); ++iteration) {
    if (++m.n_iter == 1) {
      m.d = grad.neg();
      m.h_diag = 1;
    } else {
      remember(m, grad, history);
      m.d = direction(m, grad);
    }
    m.prev_flat_grad = grad;
    m.prev_loss = loss;
    m.t = m.n_iter == 1 ? std::min(1.0, 1 / grad.abs().sum().item<double>()) * o.lr() : o.lr();
    const double slope = dot_of(grad, m.d);
    if (slope > -o.tolerance_change()) break;

    if (o.line_search_fn()) {
      check(*o.line_search_fn() == "strong_wolfe", "only 'strong_wolfe' is supported");
      const auto origin = flat.copy();
      const auto at = [&](double t) {
        flat.add(m.d, t);
        detail::LinePoint p{t, evaluate().item<double>(), flat.gradient(), 0};
        flat.restore(origin);
        p.slope = dot_of(p.grad, m.d);
        return p;
      };
      const auto found = detail::strong_wolfe(at, {0, loss, grad, slope}, m.t, largest(m.d)).point;
      m.t = found.t;
      loss = found.loss;
      grad = found.grad;
      flat.add(m.d, m.t);
      converged = largest(grad) <= o.tolerance_grad();
    } else {
      flat.add(m.d, m.t);
      if (iteration != o.max_iter()) {
        loss = evaluate().item<double>();
        grad = flat.gradient();
        converged = largest(grad) <= o.tolerance_grad();
      }
    }
    if (evaluations >= *o.max_eval() || converged) break;
    if (largest(m.d * m.t) <= o.tolerance_change() || std::abs(loss - m.prev_loss) < o.tolerance_change()) break;
  }
  return first_loss;
}

const StateNames& LBFGS::state_names() const {
  static const StateNames none;
  return none;
}

Value LBFGS::pack_state(const ParamState& state) const {
  if (!state.more) return {};
  const Memory& m = *static_cast<const Memory*>(state.more.get());
  const auto& o = detail::options_as<LBFGSOptions>(param_groups()[0], name());
  Value::Dict packed;
  packed.set("func_evals", m.func_evals);
  packed.set("n_iter", m.n_iter);
  if (!m.d.defined()) return packed;  // at the minimum from the beginning
  const auto list = [&](const auto& values, auto f) {
    Value::Items items;
    for (const auto& v : values) items.push_back(f(v));
    return items;
  };
  const auto number = [&](double x) { return as_tensor(x, m); };
  const auto tensor = [](const Tensor& t) { return Value(t.array()); };
  if (m.n_iter > 1) {
    // A slot for each change that may come, as PyTorch has it, whatever a file said how many these are.
    constexpr std::int64_t kMostSlots = 1 << 24;
    check<ValueError>(o.history_size() <= kMostSlots, "LBFGS: the state for a history_size of {} would take {} slots",
                      o.history_size(), o.history_size());
    Value::Items al = list(m.al, number);
    al.resize(std::max(al.size(), static_cast<std::size_t>(std::max<std::int64_t>(0, o.history_size()))));
    packed.set("al", Value::list(std::move(al)));
  }
  packed.set("d", tensor(m.d));
  packed.set("t", m.t);
  packed.set("old_dirs", Value::list(list(m.old_dirs, tensor)));
  packed.set("old_stps", Value::list(list(m.old_stps, tensor)));
  packed.set("ro", Value::list(list(m.ro, number)));
  packed.set("H_diag", m.old_dirs.empty() ? Value(1) : number(m.h_diag));
  packed.set("prev_flat_grad", tensor(m.prev_flat_grad));
  packed.set("prev_loss", m.prev_loss);
  return packed;
}

ParamState LBFGS::unpack_state(const Tensor& param, const Value::Dict& packed) const {
  auto memory = std::make_shared<Memory>();
  Memory& m = *memory;
  std::int64_t numel = 0;
  for (const Tensor& p : param_groups()[0].params()) numel += p.numel();
  const auto tensor = [&](const Value& v) {
    const Array& saved = v.as_tensor().array;
    // Before it is copied: one element of a file can be expanded to any number of them.
    if (saved.sizes().size() != 1 || saved.numel() != numel) {
      fail<ValueError>(
          "loaded state dict has a direction, step or gradient of shape torch.Size({}) for parameters of {} elements; "
          "its optimizer had other parameters",
          to_string(saved.sizes()), numel);
    }
    return Tensor(saved).to(param.dtype(), true);
  };
  m.func_evals = packed.at("func_evals").as_int();
  m.n_iter = packed.at("n_iter").as_int();
  if (packed.find("d")) {
    m.d = tensor(packed.at("d"));
    m.t = history_number(packed.at("t"));
    const Value::Items &dirs = packed.at("old_dirs").items(), &steps = packed.at("old_stps").items(),
                       &ro = packed.at("ro").items();
    check<ValueError>(dirs.size() == steps.size() && ro.size() == dirs.size(),
                      "LBFGS: old_dirs, old_stps and ro must have one length, but have {}, {} and {}", dirs.size(),
                      steps.size(), ro.size());
    check_own_elements(dirs, steps);
    for (const Value& v : dirs) m.old_dirs.push_back(tensor(v));
    for (const Value& v : steps) m.old_stps.push_back(tensor(v));
    for (const Value& v : ro) m.ro.push_back(history_number(v));
    m.h_diag = history_number(packed.at("H_diag"));
    m.prev_flat_grad = tensor(packed.at("prev_flat_grad"));
    m.prev_loss = history_number(packed.at("prev_loss"));
  }
  if (const Value* al = packed.find("al")) {
    for (const Value& v : al->items()) {
      if (!v.is_none()) m.al.push_back(history_number(v));
    }
  }
  ParamState state;
  state.started = true;
  state.more = std::move(memory);
  return state;
}

}  // namespace xgrad::optim
