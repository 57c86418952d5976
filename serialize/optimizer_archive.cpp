// Optimizer's members that archives call: libtorch's layout made of the state dict, and back. They are here because
// optim knows nothing of files.
//
//     pytorch_version  "1.5.0", of the layout
//     state            an archive for each parameter that has one, under a text of libtorch's choice: {step, exp_avg,
//     ...} param_groups     {"param_groups/size": tensor, "param_groups/0": {"params/size": tensor, "params/0": the
//     text under
//                      which "state" has it, ..., "options": {lr, ...}}, ...}
#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/autograd/ops/factories.hpp>
#include <xgrad/optim/optimizer.hpp>
#include <xgrad/serialize/archive.hpp>
#include <xgrad/serialize/excerpt.hpp>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace xgrad::optim {
namespace {

using Kind = Value::Kind;

constexpr const char* kLayout = "1.5.0";
/// Options that libtorch keeps as integers. All other numbers are floats to it, also those that Python writes as ints.
constexpr std::array<std::string_view, 3> kIntOptions{"max_iter", "max_eval", "history_size"};

using Numbers = std::unordered_map<std::string, std::int64_t, KeyedHash>;

std::string numbered(const char* name, std::size_t i) { return fmt::format("{}/{}", name, i); }

Tensor count(std::size_t n) { return full({}, static_cast<double>(n), kInt64); }

Value as_float(const Value& option) {
  if (option.is(Kind::Int)) return option.as_float();
  if (!option.is(Kind::Tuple)) return option;
  Value::Items items;
  for (const Value& item : option.items()) items.push_back(as_float(item));
  return Value::tuple(std::move(items));
}

void write_options(const Value::Dict& group, serialize::OutputArchive& archive) {
  for (const auto& [key, value] : group.entries) {
    const std::string& name = key.as_str();
    if (name == "params" || value.is_none()) continue;
    const bool is_int = std::ranges::find(kIntOptions, name) != kIntOptions.end();
    archive.write(name, is_int ? value : as_float(value));
  }
}

/// Python's `step` is a tensor, libtorch's an int; LBFGS's `H_diag` begins as an int in Python and is a tensor in
/// libtorch. `al` is scratch, in libtorch with holes that its own archives cannot hold.
void write_state(const Value::Dict& state, serialize::OutputArchive& archive) {
  for (const auto& [key, value] : state.entries) {
    const std::string& name = key.as_str();
    if (name == "al" || value.is_none()) continue;
    if (name == "step" && value.isTensor()) {
      archive.write(name, value.toTensor().item<std::int64_t>());
    } else if (name == "H_diag" && !value.isTensor()) {
      archive.write(name, Value(full({}, value.as_float(), kFloat32)));
    } else {
      archive.write(name, value);
    }
  }
}

Value::Dict read_all(serialize::InputArchive& archive) {
  Value::Dict all;
  for (const std::string& key : archive.keys()) {
    Value value;
    if (archive.try_read(key, value)) all.entries.emplace_back(key, std::move(value));
  }
  return all;
}

std::size_t read_count(serialize::InputArchive& archive, const std::string& key) {
  Tensor tensor;
  archive.read(key, tensor);
  const auto n = tensor.item<std::int64_t>();
  check<ValueError>(n >= 0, "an optimizer's archive has {} {}", n, key);
  return static_cast<std::size_t>(n);
}

/// A group as in a state dict. The texts of its parameters are numbered on from those in `numbers`.
Value read_group(serialize::InputArchive& archive, Numbers& numbers) {
  serialize::InputArchive options;
  archive.read("options", options);
  Value::Dict group = read_all(options);
  Value::Items params;
  const std::size_t n = read_count(archive, "params/size");
  for (std::size_t i = 0; i < n; ++i) {
    Value text;
    archive.read(numbered("params", i), text);
    const auto number = static_cast<std::int64_t>(numbers.size());
    const bool fresh = numbers.emplace(text.as_str(), number).second;
    check<ValueError>(fresh, "an optimizer's archive has the parameter {} twice", serialize::shortened(text.as_str()));
    params.emplace_back(number);
  }
  group.set("params", Value::list(std::move(params)));
  return group;
}

}  // namespace

void Optimizer::save(serialize::OutputArchive& archive) const {
  const Value dict = state_dict();
  archive.write("pytorch_version", kLayout);
  serialize::OutputArchive state, groups;
  for (const auto& [number, kept] : dict.as_dict().at("state").as_dict().entries) {
    serialize::OutputArchive one;
    write_state(kept.as_dict(), one);
    state.write(std::to_string(number.as_int()), one);
  }
  archive.write("state", state);
  const Value::Items& saved = dict.as_dict().at("param_groups").items();
  groups.write("param_groups/size", count(saved.size()));
  for (std::size_t g = 0; g < saved.size(); ++g) {
    const Value::Items& params = saved[g].as_dict().at("params").items();
    serialize::OutputArchive group, options;
    group.write("params/size", count(params.size()));
    for (std::size_t i = 0; i < params.size(); ++i) {
      group.write(numbered("params", i), std::to_string(params[i].as_int()));
    }
    write_options(saved[g].as_dict(), options);
    group.write("options", options);
    groups.write(numbered("param_groups", g), group);
  }
  archive.write("param_groups", groups);
}

void Optimizer::load(serialize::InputArchive& archive) {
  Value version;
  if (!archive.try_read("pytorch_version", version)) {
    // Python's torch.save(optimizer.state_dict(), path)
    Value state, groups;
    archive.read("state", state);
    archive.read("param_groups", groups);
    return load_state_dict(Value::dict({{"state", state}, {"param_groups", groups}}));
  }
  check(version.as_str() == kLayout, "an optimizer's archive of the layout {}, but {} was expected",
        serialize::shortened(version.as_str()), kLayout);
  serialize::InputArchive groups, states;
  archive.read("param_groups", groups);
  archive.read("state", states);
  Numbers numbers;
  Value::Items param_groups;
  const std::size_t n = read_count(groups, "param_groups/size");
  for (std::size_t g = 0; g < n; ++g) {
    serialize::InputArchive group;
    groups.read(numbered("param_groups", g), group);
    param_groups.push_back(read_group(group, numbers));
  }
  Value::Dict state;
  for (const std::string& text : states.keys()) {
    const auto found = numbers.find(text);
    serialize::InputArchive one;
    if (found != numbers.end() && states.try_read(text, one)) state.entries.emplace_back(found->second, read_all(one));
  }
  load_state_dict(Value::dict({{"state", std::move(state)}, {"param_groups", Value::list(std::move(param_groups))}}));
}

}  // namespace xgrad::optim
