#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/profiling.hpp>
#include <xgrad/optim/optimizer.hpp>

#include <algorithm>
#include <unordered_set>

namespace xgrad::optim {

OptimizerParamGroup::OptimizerParamGroup(std::vector<Tensor> params) : params_(std::move(params)) {}
OptimizerParamGroup::OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options)
    : params_(std::move(params)), options_(std::move(options)) {}
OptimizerParamGroup::OptimizerParamGroup(const OptimizerParamGroup& other)
    : params_(other.params_), options_(other.options_ ? other.options_->clone() : nullptr), notes_(other.notes_) {}
OptimizerParamGroup::OptimizerParamGroup(OptimizerParamGroup&&) noexcept = default;
OptimizerParamGroup& OptimizerParamGroup::operator=(OptimizerParamGroup&&) noexcept = default;
OptimizerParamGroup::~OptimizerParamGroup() = default;

void OptimizerParamGroup::set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }

OptimizerOptions& OptimizerParamGroup::options() {
  check(options_ != nullptr, "this parameter group has no options of its own; add it to an optimizer first");
  return *options_;
}

const OptimizerOptions& OptimizerParamGroup::options() const {
  return const_cast<OptimizerParamGroup*>(this)->options();
}

std::vector<OptimizerParamGroup> detail::one_group(std::vector<Tensor> params) {
  check<ValueError>(!params.empty(), "optimizer got an empty parameter list");
  std::vector<OptimizerParamGroup> groups;
  groups.emplace_back(std::move(params));
  return groups;
}

const double* OptimizerParamGroup::note(std::string_view name) const {
  const auto at = std::ranges::find(notes_, name, [](const auto& n) { return std::string_view(n.first); });
  return at == notes_.end() ? nullptr : &at->second;
}

void OptimizerParamGroup::set_note(std::string_view name, double value) {
  const auto at = std::ranges::find(notes_, name, [](const auto& n) { return std::string_view(n.first); });
  if (at == notes_.end())
    notes_.emplace_back(name, value);
  else
    at->second = value;
}

Optimizer::~Optimizer() = default;
Optimizer::Optimizer(Optimizer&&) = default;
Optimizer& Optimizer::operator=(Optimizer&&) = default;

Optimizer::Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  check<ValueError>(!groups.empty(), "optimizer got an empty parameter list");
  for (auto& group : groups) add_param_group(std::move(group));
  check<ValueError>(size() > 0, "optimizer got an empty parameter list");
}

void Optimizer::add_param_group(OptimizerParamGroup group) {
  std::unordered_set<const TensorImpl*> known;
  for (const Tensor& p : parameters()) known.insert(p.impl());
  for (const Tensor& p : group.params()) {
    check<TypeError>(p.defined(), "optimizer can only optimize Tensors, but one of the params is undefined");
    check<ValueError>(p.is_leaf(), "can't optimize a non-leaf Tensor");
    check<ValueError>(known.insert(p.impl()).second, "some parameters appear in more than one parameter group");
  }
  if (!group.has_options()) group.set_options(defaults_->clone());
  group.options().validate();
  groups_.push_back(std::move(group));
}

Tensor Optimizer::step(const Closure& closure) {
  const xgrad::detail::Profiled profiled([&] { return fmt::format("Optimizer.step#{0}.step", name()); });
  ++step_count_;
  const NoGradGuard no_grad;
  return run(closure);
}

Tensor Optimizer::run(const Closure& closure) {
  Tensor loss;
  if (closure) {
    const EnableGradGuard grad;
    loss = closure();
  }
  for (std::size_t g = 0; g < groups_.size(); ++g) update(g);
  return loss;
}

ParamState& Optimizer::state_of(std::size_t group, std::size_t position) {
  StateMap::Rows& rows = states_.rows_;
  if (rows.size() <= group) rows.resize(groups_.size());
  if (rows[group].size() <= position) {
    rows[group].resize(groups_[group].params().size());
    name_states(rows, group);
  }
  return rows[group][position];
}

void Optimizer::name_states(StateMap::Rows& rows, std::size_t group) const {
  for (std::size_t i = 0; i < rows[group].size(); ++i) {
    rows[group][i].names = &state_names();
    rows[group][i].param = groups_[group].params()[i].impl();
  }
}

void Optimizer::zero_grad(bool set_to_none) {
  const xgrad::detail::Profiled profiled([&] { return fmt::format("Optimizer.zero_grad#{0}.zero_grad", name()); });
  for (auto& group : groups_) {
    for (const Tensor& p : group.params()) {
      if (!p.grad().defined()) continue;
      Tensor& grad = p.mutable_grad();
      if (set_to_none) {
        grad.reset();
      } else {
        grad = grad.detach();  // leaves a graph that create_graph may have given it
        grad.zero_();
      }
    }
  }
}

std::vector<Tensor> Optimizer::parameters() const {
  std::vector<Tensor> all;
  for (const auto& group : groups_) all.insert(all.end(), group.params().begin(), group.params().end());
  return all;
}

std::size_t Optimizer::size() const {
  std::size_t n = 0;
  for (const auto& group : groups_) n += group.params().size();
  return n;
}

}  // namespace xgrad::optim
