// Files of named tensors.
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/file_budget.hpp>
#include <xgrad/serialize/input.hpp>
#include <xgrad/serialize/pytorch.hpp>
#include <xgrad/serialize/source.hpp>

#include <unordered_set>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

/// The tensors of a TorchScript object and of those in it, by dotted name as in a state_dict. An object may be in
/// several others, and then has several names, whose number could double with each level.
class Collector {
 public:
  explicit Collector(std::uint64_t file_size) : budget_(file_size) {}

  void collect(const Value& object, const std::string& prefix) {
    for (const auto& [key, value] : object.as_dict().entries) {
      const bool is_object = value.is(Kind::Dict) && !value.as_dict().class_name.empty();
      budget_.charge(kCost + prefix.size() + key.as_str().size(), "the names of its tensors take");
      if (!is_object && !value.is(Kind::Tensor)) continue;
      const std::string name = prefix + key.as_str();
      if (is_object) {
        collect(value, name + ".");
      } else {
        state_.emplace_back(name, value.as_tensor().array);
      }
    }
  }

  /// An attribute may be called what the path to another one is.
  StateDict take() {
    std::unordered_set<std::string_view, KeyedHash> names;
    for (const auto& [name, array] : state_) {
      check(names.insert(name).second, "the archive has two tensors named {}", in_quotes(name));
    }
    return std::move(state_);
  }

 private:
  static constexpr std::size_t kCost = 192;  // of one entry without its name

  StateDict state_;
  FileBudget budget_;
};

StateDict state_dict_of(const Value& value, std::uint64_t file_size) {
  if (!value.is(Kind::Dict)) {
    fail<TypeError>("Expected state_dict to be dict-like, got {}.", kind_name(value));
  }
  if (!value.as_dict().class_name.empty()) {
    Collector tensors(file_size);
    tensors.collect(value, "");
    return tensors.take();
  }
  StateDict state;
  state.reserve(value.as_dict().entries.size());
  for (const auto& [key, tensor] : value.as_dict().entries) {
    check<TypeError>(key.is(Kind::Str), "Expected state_dict to have keys of type str, got {}.", kind_name(key));
    if (!tensor.is(Kind::Tensor)) {
      TypeError e(fmt::format("the entry {} is a {}, not a tensor", in_quotes(key.as_str()), kind_name(tensor)));
      e.set_hint("a checkpoint that holds a state_dict among other things is read with serialize::load()");
      throw e;
    }
    state.emplace_back(key.as_str(), tensor.as_tensor().array);
  }
  return state;
}

StateDict load_from(Source source) {
  const std::string name = source.name();
  const std::uint64_t size = source.size();
  const Value file = load_source(std::move(source));
  return while_loading(name, [&] { return state_dict_of(file, size); });
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
StateDict load_state_dict(const std::string& path) { return load_from(Source::file(path)); }
StateDict load_state_dict(std::istream& stream) { return load_from(Source::stream(stream)); }

}  // namespace xgrad::serialize
