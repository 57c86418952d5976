// State dicts of optimisers, and their text.
#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/autograd/print.hpp>
#include <xgrad/optim/optimizer.hpp>

#include <algorithm>
#include <ostream>
#include <unordered_map>

namespace xgrad::optim {
namespace {

/// Python's repr of what options are made of.
std::string repr(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::None:
      return "None";
    case Value::Kind::Bool:
      return value.as_bool() ? "True" : "False";
    case Value::Kind::Int:
      return fmt::format("{}", value.as_int());
    case Value::Kind::Float:
      return xgrad::detail::to_text(value.as_float());
    case Value::Kind::Str:
      return value.as_str();
    default:
      break;
  }
  std::string all;
  for (const Value& item : value.items()) all += (all.empty() ? "" : ", ") + repr(item);
  return value.is(Value::Kind::Tuple) ? "(" + all + ")" : "[" + all + "]";
}

/// Options and notes of a group, all but its parameters.
Value::Dict packed_group(const OptimizerParamGroup& group) {
  Value::Dict packed;
  get_fields(group.options().clone()->fields(), packed);
  for (const auto& [name, value] : group.notes()) packed.set(name, value);
  return packed;
}

/// A saved group: its options and notes go to a copy of `group`.
OptimizerParamGroup unpacked_group(const OptimizerParamGroup& group, const Value::Dict& packed) {
  OptimizerParamGroup loaded(group);
  const Fields fields = loaded.options().fields();
  set_fields(fields, packed);
  for (const auto& [key, value] : packed.entries) {
    const bool number = value.is(Value::Kind::Float) || value.is(Value::Kind::Int);
    if (key.is(Value::Kind::Str) && number && !find(fields, key.as_str()))
      loaded.set_note(key.as_str(), value.as_float());
  }
  return loaded;
}

double number_in(const Value& value) {
  if (!value.is(Value::Kind::Tensor)) return value.as_float();
  return Tensor(value.as_tensor().array).item<double>();
}

/// Python's order: the keys sorted.
void write_group(std::ostream& out, const OptimizerParamGroup& group) {
  auto packed = packed_group(group);
  std::ranges::sort(packed.entries, {}, [](const auto& entry) { return entry.first.as_str(); });
  for (const auto& [key, value] : packed.entries) out << "    " << key.as_str() << ": " << repr(value) << '\n';
}

std::string_view name_of(const char* name) { return name; }
std::string_view name_of(const StateNames::Number& number) { return number.name; }

template <class Names>
std::size_t place(const Names& names, std::string_view name) {
  const auto at = std::ranges::find(names, name, [](const auto& one) { return name_of(one); });
  check<IndexError>(at != names.end(), "this optimizer keeps no '{}'", name);
  return static_cast<std::size_t>(at - names.begin());
}

}  // namespace

Tensor& ParamState::tensor(std::string_view name) { return tensors[place(names->tensors, name)]; }
double& ParamState::number(std::string_view name) { return numbers[place(names->numbers, name)]; }

void StateMap::iterator::settle() {
  for (; group_ < rows_->size(); ++group_, place_ = 0) {
    for (auto& row = (*rows_)[group_]; place_ < row.size(); ++place_) {
      if (!row[place_].started) continue;
      now_ = {row[place_].param, &row[place_]};
      return;
    }
  }
  now_ = {};
}

StateMap::iterator StateMap::find(Key key) const {
  auto it = begin();
  while (it->second && it->first != key) ++it;
  return it;
}

ParamState* StateMap::at(Key key) const {
  ParamState* const state = (*this)[key];
  check<IndexError>(state != nullptr, "this optimizer keeps nothing for this parameter");
  return state;
}

std::size_t StateMap::size() const {
  std::size_t n = 0;
  for (auto it = begin(); it->second; ++it) ++n;
  return n;
}

void StateMap::clear() { rows_.clear(); }

std::size_t StateMap::erase(Key key) {
  ParamState* const state = (*this)[key];
  if (!state) return 0;
  ParamState unstarted;
  unstarted.names = state->names;
  unstarted.param = state->param;
  *state = std::move(unstarted);
  return 1;
}

Value Optimizer::pack_state(const ParamState& state) const {
  if (!state.started) return {};
  const StateNames& names = state_names();
  Value::Dict packed;
  for (std::size_t i = 0; i < names.numbers.size(); ++i) {
    const auto& [name, is_int] = names.numbers[i];
    const double x = state.numbers[i];
    packed.set(name, is_int ? Value(static_cast<std::int64_t>(x)) : Value(full({}, x, kFloat32).array()));
  }
  for (std::size_t i = 0; i < names.tensors.size(); ++i) {
    if (state.tensors[i].defined())
      packed.set(names.tensors[i], state.tensors[i].array());
    else if (names.none_if_absent)
      packed.set(names.tensors[i], Value());
  }
  return packed;
}

ParamState Optimizer::unpack_state(const Tensor& param, const Value::Dict& packed) const {
  const StateNames& names = state_names();
  ParamState state;
  state.started = true;
  for (std::size_t i = 0; i < names.numbers.size(); ++i) state.numbers[i] = number_in(packed.at(names.numbers[i].name));
  for (std::size_t i = 0; i < names.tensors.size(); ++i) {
    const Value* value = packed.find(names.tensors[i]);
    if (!value || value->is_none()) continue;
    const Array& saved = value->as_tensor().array;
    // Before it is copied: one element of a file can be expanded to any number of them.
    if (!std::ranges::equal(saved.sizes(), param.sizes())) {
      fail<ValueError>(
          "loaded state dict has an '{}' of shape torch.Size({}) for a parameter of shape torch.Size({}); its "
          "optimizer "
          "had other parameters",
          names.tensors[i], to_string(saved.sizes()), to_string(param.sizes()));
    }
    state.tensors[i] = Tensor(saved).to(param.dtype(), true);
  }
  return state;
}

Value Optimizer::state_dict() const {
  Value::Dict state;
  Value::Items groups;
  std::int64_t number = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    Value::Dict packed = packed_group(groups_[g]);
    Value::Items numbers;
    for (std::size_t i = 0; i < groups_[g].params().size(); ++i, ++number) {
      numbers.emplace_back(number);
      if (g >= states_.rows_.size() || i >= states_.rows_[g].size()) continue;
      Value kept = pack_state(states_.rows_[g][i]);
      if (!kept.is_none()) state.entries.emplace_back(number, std::move(kept));
    }
    packed.set("params", Value::list(std::move(numbers)));
    groups.emplace_back(std::move(packed));
  }
  return Value::dict({{"state", std::move(state)}, {"param_groups", Value::list(std::move(groups))}});
}

void Optimizer::load_state_dict(const Value& state_dict) {
  const auto& saved = state_dict.as_dict().at("param_groups").items();
  check<ValueError>(saved.size() == groups_.size(), "loaded state dict has a different number of parameter groups");
  std::vector<OptimizerParamGroup> groups;
  std::unordered_map<std::int64_t, std::pair<std::size_t, std::size_t>, KeyedHash> places;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Value::Dict& packed = saved[g].as_dict();
    const auto& numbers = packed.at("params").items();
    check<ValueError>(numbers.size() == groups_[g].params().size(),
                      "loaded state dict contains a parameter group that doesn't match the size of optimizer's group");
    groups.push_back(unpacked_group(groups_[g], packed));
    for (std::size_t i = 0; i < numbers.size(); ++i) places[numbers[i].as_int()] = {g, i};
  }
  StateMap::Rows states(groups.size());
  for (std::size_t g = 0; g < groups.size(); ++g) states[g].resize(groups[g].params().size());
  for (const auto& [number, packed] : state_dict.as_dict().at("state").as_dict().entries) {
    const auto place = places.find(number.as_int());
    if (place == places.end()) continue;
    const auto [g, i] = place->second;
    states[g][i] = unpack_state(groups[g].params()[i], packed.as_dict());
  }
  for (std::size_t g = 0; g < groups.size(); ++g) groups_[g] = std::move(groups[g]);
  for (std::size_t g = 0; g < groups.size(); ++g) name_states(states, g);
  states_.rows_ = std::move(states);
}

Tensor Optimizer::state(const Tensor& param, std::string_view name) const {
  const ParamState* state = states_[param];
  const Value packed = state ? pack_state(*state) : Value();
  const Value* value = packed.is_none() ? nullptr : packed.as_dict().find(name);
  if (!value || value->is_none()) return {};
  if (value->is(Value::Kind::Tensor)) return Tensor(value->as_tensor().array);
  return full({}, value->as_float(), kFloat32);
}

std::ostream& operator<<(std::ostream& out, const Optimizer& optimizer) {
  out << optimizer.name() << " (";
  std::size_t number = 0;
  for (const auto& group : optimizer.param_groups()) {
    out << "\nParameter Group " << number++ << '\n';
    write_group(out, group);
  }
  return out << ')';
}

}  // namespace xgrad::optim
