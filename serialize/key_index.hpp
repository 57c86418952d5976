/// Finds the str keys of a dict with many.
#pragma once

#include <xgrad/autograd/array/key_table.hpp>
#include <xgrad/serialize/value.hpp>

#include <cstddef>
#include <string_view>

namespace xgrad::serialize {

/// Dict::find and Dict::set in constant time, for one dict that grows at its end and is otherwise changed only through
/// this. Small dicts are looked through, as they themselves do.
class KeyIndex {
 public:
  const Value* find(const Value::Dict& dict, std::string_view key);
  void set(Value::Dict& dict, std::string_view key, Value value);

 private:
  std::size_t place_of(const Value::Dict& dict, std::string_view key);

  KeyTable places_;
  std::size_t indexed_ = 0;  // entries, from the first
};

}  // namespace xgrad::serialize
