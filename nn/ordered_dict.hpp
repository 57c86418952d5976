/// A dictionary that remembers the order of insertion, as Python's does: what named_parameters() and state_dict()
/// return.
#pragma once

#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/key_table.hpp>
#include <xgrad/autograd/array/keyed_hash.hpp>

#include <initializer_list>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace xgrad {

/// A key and its value in an OrderedDict. `*item` and `item->` reach the value; `auto& [key, value] = item` works too.
template <class Key, class Value>
class OrderedDictItem {
 public:
  OrderedDictItem(Key key, Value value) : pair_(std::move(key), std::move(value)) {}
  const Key& key() const noexcept { return pair_.first; }
  Value& value() noexcept { return pair_.second; }
  const Value& value() const noexcept { return pair_.second; }
  const std::pair<Key, Value>& pair() const noexcept { return pair_; }
  Value& operator*() { return value(); }
  const Value& operator*() const { return value(); }
  Value* operator->() { return &value(); }
  const Value* operator->() const { return &value(); }

  // What structured bindings call.
  template <std::size_t I>
  auto& get() {
    if constexpr (I == 0)
      return std::as_const(pair_.first);
    else
      return pair_.second;
  }
  template <std::size_t I>
  const auto& get() const {
    return std::get<I>(pair_);
  }

 private:
  std::pair<Key, Value> pair_;
};

/// Keys in order of insertion, each once; lookup by key or by position.
///
///     for (auto& [name, tensor] : model.named_parameters()) print(name, tensor.sizes());
///     Tensor w = model.state_dict()["layer1.weight"];
template <class Key, class Value>
class OrderedDict {
 public:
  using Item = OrderedDictItem<Key, Value>;
  using Iterator = typename std::vector<Item>::iterator;
  using ConstIterator = typename std::vector<Item>::const_iterator;

  /// `key_description` is what error messages call a key: "Parameter 'weight' is not defined".
  explicit OrderedDict(std::string key_description = "Key") : key_description_(std::move(key_description)) {}
  OrderedDict(std::initializer_list<Item> items) : OrderedDict() {
    reserve(items.size());
    for (const Item& item : items) insert(item.key(), item.value());
  }

  const std::string& key_description() const noexcept { return key_description_; }
  std::size_t size() const noexcept { return items_.size(); }
  bool is_empty() const noexcept { return items_.empty(); }
  bool empty() const noexcept { return items_.empty(); }
  void reserve(std::size_t capacity) {
    if (capacity > kFew) table_.reserve(capacity);
    items_.reserve(capacity);
  }

  Iterator begin() { return items_.begin(); }
  ConstIterator begin() const { return items_.begin(); }
  Iterator end() { return items_.end(); }
  ConstIterator end() const { return items_.end(); }

  Item& front() { return items_[checked(0, "front")]; }
  const Item& front() const { return items_[checked(0, "front")]; }
  Item& back() { return items_[checked(size() - 1, "back")]; }
  const Item& back() const { return items_[checked(size() - 1, "back")]; }
  /// The item at a position; throws IndexError past the end.
  Item& operator[](std::size_t position) { return items_[checked(position)]; }
  const Item& operator[](std::size_t position) const { return items_[checked(position)]; }
  /// The value of a key; throws Error when there is none.
  Value& operator[](const Key& key) { return items_[position_of(key)].value(); }
  const Value& operator[](const Key& key) const { return items_[position_of(key)].value(); }
  /// The value of a key, or null.
  Value* find(const Key& key) noexcept {
    const std::size_t position = find_position(key);
    return position == KeyTable::kNowhere ? nullptr : &items_[position].value();
  }
  const Value* find(const Key& key) const noexcept { return const_cast<OrderedDict*>(this)->find(key); }
  bool contains(const Key& key) const noexcept { return find_position(key) != KeyTable::kNowhere; }

  /// Adds a key at the end; throws Error when it is there already. The reference lives until the next change.
  Value& insert(Key key, Value value) {
    check(!contains(key), "{} '{}' already defined", key_description_, key);
    if (size() >= kFew) table_.reserve(size() + 1);
    items_.emplace_back(std::move(key), std::move(value));
    if (size() > kFew) index_from(size() == kFew + 1 ? 0 : size() - 1);
    return items_.back().value();
  }
  /// Inserts every item of `other`.
  void update(const OrderedDict& other) {
    reserve(size() + other.size());
    for (const Item& item : other) insert(item.key(), item.value());
  }
  /// Removes a key; throws Error when it is not there.
  void erase(const Key& key) {
    const std::size_t position = position_of(key);
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(position));
    table_.clear();
    if (size() > kFew) index_from(0);
  }
  void clear() {
    table_.clear();
    items_.clear();
  }

  const std::vector<Item>& items() const noexcept { return items_; }
  std::vector<Key> keys() const {
    std::vector<Key> all;
    for (const Item& item : items_) all.push_back(item.key());
    return all;
  }
  std::vector<Value> values() const {
    std::vector<Value> all;
    for (const Item& item : items_) all.push_back(item.value());
    return all;
  }
  std::vector<std::pair<Key, Value>> pairs() const {
    std::vector<std::pair<Key, Value>> all;
    for (const Item& item : items_) all.push_back(item.pair());
    return all;
  }

  /// The same items in the same order.
  friend bool operator==(const OrderedDict& a, const OrderedDict& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a.items_[i].pair() != b.items_[i].pair()) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kFew = 8;  // which are looked through
  using Hash = std::conditional_t<std::is_same_v<Key, std::string>, KeyedHash, std::hash<Key>>;

  std::size_t find_position(const Key& key) const {
    if (size() <= kFew) {
      for (std::size_t i = 0; i < size(); ++i) {
        if (items_[i].key() == key) return i;
      }
      return KeyTable::kNowhere;
    }
    return table_.find(Hash()(key), [&](std::size_t i) { return items_[i].key() == key; });
  }
  void index_from(std::size_t first) {
    for (std::size_t i = first; i < size(); ++i) table_.insert(Hash()(items_[i].key()), i);
  }
  std::size_t position_of(const Key& key) const {
    const std::size_t position = find_position(key);
    check(position != KeyTable::kNowhere, "{} '{}' is not defined", key_description_, key);
    return position;
  }
  std::size_t checked(std::size_t position) const {
    check<IndexError>(position < size(), "Index {} is out of bounds", position);
    return position;
  }
  std::size_t checked(std::size_t position, const char* caller) const {
    check(!is_empty(), "Called {}() on an empty OrderedDict", caller);
    return position;
  }

  KeyTable table_;  // empty for few
  std::vector<Item> items_;
  std::string key_description_;
};

}  // namespace xgrad

template <class Key, class Value>
struct std::tuple_size<xgrad::OrderedDictItem<Key, Value>> : std::integral_constant<std::size_t, 2> {};
template <class Key, class Value>
struct std::tuple_element<0, xgrad::OrderedDictItem<Key, Value>> {
  using type = const Key;
};
template <class Key, class Value>
struct std::tuple_element<1, xgrad::OrderedDictItem<Key, Value>> {
  using type = Value;
};
