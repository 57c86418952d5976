/// Finds the str keys of a dict with many.
#pragma once

#include <xgrad/serialize/value.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace xgrad::serialize {

/// Dict::find and Dict::set in constant time, for one dict that grows at its end and is otherwise changed only through
/// this. Small dicts are looked through, as they themselves do.
class KeyIndex {
 public:
  const Value* find(const Value::Dict& dict, std::string_view key);
  void set(Value::Dict& dict, std::string_view key, Value value);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  static constexpr std::size_t kNowhere = -1;

  std::size_t place_of(const Value::Dict& dict, std::string_view key);

  std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>> places_;
  std::size_t indexed_ = 0;  // entries, from the first
};

}  // namespace xgrad::serialize
