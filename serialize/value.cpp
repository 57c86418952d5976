#include <xgrad/serialize/value.hpp>

#include <array>

namespace xgrad::serialize {

Value::Value(Dict dict) : data_(std::make_shared<Dict>(std::move(dict))) {}

Value Value::dict(std::initializer_list<std::pair<Value, Value>> entries) { return Dict{entries, false, {}}; }
Value Value::ordered_dict(std::initializer_list<std::pair<Value, Value>> entries) { return Dict{entries, true, {}}; }

const void* Value::identity() const {
  return std::visit(
      [](const auto& data) -> const void* {
        if constexpr (requires { data.get(); })
          return data.get();
        else
          return nullptr;
      },
      data_);
}

void Value::fail_kind(Kind wanted) const {
  fail<TypeError>("expected a value of type {}, but got one of type {}", kind_name(wanted), kind_name(kind()));
}

const Value* Value::Dict::find(std::string_view key) const {
  for (const auto& [k, v] : entries) {
    if (k.is(Kind::Str) && k.as_str() == key) return &v;
  }
  return nullptr;
}

const Value& Value::Dict::at(std::string_view key) const {
  if (const Value* found = find(key)) return *found;
  constexpr std::size_t kListed = 20;
  std::string keys;
  for (std::size_t i = 0; i < std::min(entries.size(), kListed); ++i) {
    const Value& k = entries[i].first;
    keys += keys.empty() ? "" : ", ";
    keys += k.is(Kind::Str)   ? fmt::format("'{}'", k.as_str())
            : k.is(Kind::Int) ? fmt::format("{}", k.as_int())
                              : fmt::format("<{}>", kind_name(k.kind()));
  }
  if (entries.size() > kListed) keys += fmt::format(", ... ({} in all)", entries.size());
  fail<IndexError>("KeyError: '{}'\n  the dict has {}", key, keys.empty() ? "no keys" : keys);
}

void Value::Dict::set(std::string_view key, Value value) {
  for (auto& [k, v] : entries) {
    if (k.is(Kind::Str) && k.as_str() == key) {
      v = std::move(value);
      return;
    }
  }
  entries.emplace_back(key, std::move(value));
}

std::string_view kind_name(Value::Kind kind) {
  static constexpr std::array<std::string_view, 13> kNames{"NoneType", "bool", "int",    "float", "str",
                                                           "bytes",    "list", "tuple",  "dict",  "Tensor",
                                                           "dtype",    "type", "Storage"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace xgrad::serialize
