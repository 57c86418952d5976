// Files of named tensors.
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/pytorch.hpp>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

/// The tensors of a TorchScript object and of those in it, by dotted name as in a state_dict. An object may be in
/// several others, and then has several names; `left` bounds their number, which could double with each level.
void collect(const Value& object, const std::string& prefix, StateDict& state, int& left) {
  check(--left >= 0, "the archive has too many modules in modules");
  for (const auto& [key, value] : object.as_dict().entries) {
    const std::string name = prefix + key.as_str();
    if (value.is(Kind::Tensor)) state.emplace_back(name, value.as_tensor().array);
    if (value.is(Kind::Dict) && !value.as_dict().class_name.empty()) collect(value, name + ".", state, left);
  }
}

StateDict state_dict_of(const Value& value, const std::string& from) {
  if (!value.is(Kind::Dict)) {
    fail<TypeError>("Expected state_dict to be dict-like, got {}.\n  loading '{}'", kind_name(value), from);
  }
  StateDict state;
  state.reserve(value.as_dict().entries.size());
  if (!value.as_dict().class_name.empty()) {
    int most_objects = 1 << 20;
    collect(value, "", state, most_objects);
    return state;
  }
  for (const auto& [key, tensor] : value.as_dict().entries) {
    check<TypeError>(key.is(Kind::Str), "Expected state_dict to have keys of type str, got {}.\n  loading '{}'",
                     kind_name(key), from);
    if (!tensor.is(Kind::Tensor)) {
      TypeError e(
          fmt::format("the entry '{}' is a {}, not a tensor\n  loading '{}'", key.as_str(), kind_name(tensor), from));
      e.set_hint("a checkpoint that holds a state_dict among other things is read with serialize::load()");
      throw e;
    }
    state.emplace_back(key.as_str(), tensor.as_tensor().array);
  }
  return state;
}

Value as_value(const StateDict& state) {
  Value::Dict dict;
  dict.ordered = true;
  dict.entries.reserve(state.size());
  for (const auto& [name, array] : state) dict.entries.emplace_back(name, array);
  return dict;
}

}  // namespace

void save_state_dict(const StateDict& state, const std::string& path) { save(as_value(state), path); }
void save_state_dict(const StateDict& state, std::ostream& stream) { save(as_value(state), stream); }
StateDict load_state_dict(const std::string& path) { return state_dict_of(load(path), path); }
StateDict load_state_dict(std::istream& stream) { return state_dict_of(load(stream), "<stream>"); }

}  // namespace xgrad::serialize
