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
    return found == entries.end() ? kNowhere : static_cast<std::size_t>(found - entries.begin());
  }
  for (; indexed_ < entries.size(); ++indexed_) {
    const Value& k = entries[indexed_].first;
    if (k.is(Value::Kind::Str)) places_.emplace(k.as_str(), indexed_);
  }
  const auto found = places_.find(key);
  return found == places_.end() ? kNowhere : found->second;
}

const Value* KeyIndex::find(const Value::Dict& dict, std::string_view key) {
  const std::size_t place = place_of(dict, key);
  return place == kNowhere ? nullptr : &dict.entries[place].second;
}

void KeyIndex::set(Value::Dict& dict, std::string_view key, Value value) {
  const std::size_t place = place_of(dict, key);
  if (place == kNowhere)
    dict.entries.emplace_back(key, std::move(value));
  else
    dict.entries[place].second = std::move(value);
}

}  // namespace xgrad::serialize
