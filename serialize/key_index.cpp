#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/serialize/key_index.hpp>

#include <algorithm>

namespace xgrad::serialize {

std::size_t KeyIndex::place_of(const Value::Dict& dict, std::string_view key) {
  constexpr std::size_t kSmall = 16;
  const auto& entries = dict.entries;
  const auto has_key = [&](const auto& entry) {
    return entry.first.is(Value::Kind::Str) && entry.first.as_str() == key;
  };
  if (entries.size() <= kSmall) {
    const auto found = std::find_if(entries.begin(), entries.end(), has_key);
    return found == entries.end() ? KeyTable::kNowhere : static_cast<std::size_t>(found - entries.begin());
  }
  const auto find = [&](std::string_view text, std::size_t hash) {
    return places_.find(hash, [&](std::size_t place) { return entries[place].first.as_str() == text; });
  };
  for (; indexed_ < entries.size(); ++indexed_) {
    const Value& k = entries[indexed_].first;
    if (!k.is(Value::Kind::Str)) continue;
    const std::size_t hash = KeyedHash()(k.as_str());
    if (find(k.as_str(), hash) == KeyTable::kNowhere) places_.insert(hash, indexed_);  // of equals the first
  }
  return find(key, KeyedHash()(key));
}

const Value* KeyIndex::find(const Value::Dict& dict, std::string_view key) {
  const std::size_t place = place_of(dict, key);
  return place == KeyTable::kNowhere ? nullptr : &dict.entries[place].second;
}

void KeyIndex::set(Value::Dict& dict, std::string_view key, Value value) {
  const std::size_t place = place_of(dict, key);
  if (place == KeyTable::kNowhere)
    dict.entries.emplace_back(key, std::move(value));
  else
    dict.entries[place].second = std::move(value);
}

}  // namespace xgrad::serialize
