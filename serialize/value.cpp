#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/value.hpp>

#include <algorithm>
#include <array>
#include <new>

namespace xgrad::serialize {
namespace {

using Items = Value::Items;
using Dict = Value::Dict;

/// The containers being freed on this thread. A Value may hold another and that another, millions deep; were each freed
/// inside of its holder's destructor, the stack would end first. So only the first levels are, and the contents of
/// those below wait here for the outermost.
struct Freeing {
  static constexpr int kNested = 64;
  int depth = 0;
  std::vector<Items> items;
  std::vector<Dict> dicts;

  void free_waiting() {
    while (!items.empty() || !dicts.empty()) {
      if (!items.empty()) {
        const Items next = std::move(items.back());
        items.pop_back();
      } else {
        const Dict next = std::move(dicts.back());
        dicts.pop_back();
      }
    }
  }
};
thread_local Freeing* freeing = nullptr;  // a pointer, so that static Values are freed at exit as any others

void set_aside(Freeing& f, Items& items) { f.items.push_back(std::move(items)); }
void set_aside(Freeing& f, Dict& dict) { f.dicts.push_back(std::move(dict)); }

bool is_empty(const Items& items) { return items.empty(); }
bool is_empty(const Dict& dict) { return dict.entries.empty() && dict.attributes.is_none(); }

/// What a list, tuple or dict points to.
template <class Contents>
struct Owned : Contents {
  explicit Owned(Contents contents) : Contents(std::move(contents)) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (is_empty(*this)) return;
    if (!freeing) {
      Freeing outermost;
      freeing = &outermost;
      { const Contents freed = std::move(static_cast<Contents&>(*this)); }
      outermost.free_waiting();
      freeing = nullptr;
    } else if (freeing->depth == Freeing::kNested) {
      try {
        set_aside(*freeing, *this);
      } catch (const std::bad_alloc&) {  // then they are freed here, however deep
      }
    } else {
      ++freeing->depth;
      { const Contents freed = std::move(static_cast<Contents&>(*this)); }
      --freeing->depth;
    }
  }
};

template <class Contents>
std::shared_ptr<void> own(Contents contents) {
  return std::shared_ptr<Contents>(std::make_shared<Owned<Contents>>(std::move(contents)));
}

}  // namespace

Value::Value(std::string text) : Value(Kind::Str, std::make_shared<std::string>(std::move(text))) {}
Value::Value(Bytes bytes) : Value(Kind::Bytes, std::make_shared<Bytes>(std::move(bytes))) {}
Value::Value(Tensor tensor) : Value(Kind::Tensor, std::make_shared<Tensor>(std::move(tensor))) {}
Value::Value(Global global) : Value(Kind::Global, std::make_shared<Global>(std::move(global))) {}
Value::Value(Storage storage) : Value(Kind::Storage, std::make_shared<Storage>(std::move(storage))) {}
Value::Value(Dict dict) : Value(Kind::Dict, own(std::move(dict))) {}

Value Value::list(Items items) { return {Kind::List, own(std::move(items))}; }
Value Value::tuple(Items items) { return {Kind::Tuple, own(std::move(items))}; }
Value Value::dict(std::initializer_list<std::pair<Value, Value>> entries) { return Dict{entries, false, {}, {}}; }
Value Value::ordered_dict(std::initializer_list<std::pair<Value, Value>> entries) {
  return Dict{entries, true, {}, {}};
}

std::shared_ptr<Value::Items> Value::shared_items() const {
  return std::static_pointer_cast<Items>(expect(is(Kind::Tuple) ? Kind::Tuple : Kind::List).object_);
}
std::shared_ptr<Value::Dict> Value::shared_dict() const {
  return std::static_pointer_cast<Dict>(expect(Kind::Dict).object_);
}

void Value::fail_kind(Kind wanted) const {
  fail<TypeError>("expected a value of type {}, but got one of type {}", kind_name(wanted), kind_name(*this));
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
    keys += k.is(Kind::Str)   ? std::string(in_quotes(k.as_str()))
            : k.is(Kind::Int) ? fmt::format("{}", k.as_int())
                              : fmt::format("<{}>", kind_name(k.kind()));
  }
  if (entries.size() > kListed) keys += fmt::format(", ... ({} in all)", entries.size());
  fail<IndexError>("KeyError: {}\n  the dict has {}", in_quotes(key), keys.empty() ? "no keys" : keys);
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

std::string_view kind_name(const Value& value) {
  const bool object = value.is(Value::Kind::Dict) && !value.as_dict().class_name.empty();
  return object ? "Object" : kind_name(value.kind());
}

std::string_view kind_name(Value::Kind kind) {
  static constexpr std::array<std::string_view, 13> kNames{"NoneType", "bool", "int",    "float", "str",
                                                           "bytes",    "list", "tuple",  "dict",  "Tensor",
                                                           "dtype",    "type", "Storage"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace xgrad::serialize
