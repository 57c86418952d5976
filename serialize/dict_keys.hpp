/// Which keys of a dict Python takes for the same.
#pragma once

#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/value.hpp>

#include <string>
#include <unordered_set>

namespace xgrad::serialize {

/// Finds keys that are equal to one before them. As in Python, 1, 1.0 and True are one key, and NaN equals nothing.
class DictKeys {
 public:
  /// False if there was such a key.
  bool insert(const Value& key);

 private:
  std::unordered_set<std::string, KeyedHash> seen_;
};

/// A key as messages show it.
std::string key_text(const Value& key);

/// Throws E for a dict with equal keys.
template <class E = Error>
void check_keys(const Value::Dict& dict) {
  DictKeys keys;
  for (const auto& [key, value] : dict.entries) {
    if (!keys.insert(key)) fail<E>("a dict has the key {} twice", key_text(key));
  }
}

}  // namespace xgrad::serialize
