/// Value: whatever Python's torch.save can put into a file.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace xgrad::serialize {

/// A Python value: None, bool, int, float, str, bytes, list, tuple, dict, tensor or dtype, nested as you like.
/// As in Python, copies of a list or dict are the same list or dict.
///
///     Value checkpoint = Value::dict({{"epoch", 3}, {"lr", 0.01}, {"losses", Value::list({0.9, 0.7})}, {"w", array}});
///     checkpoint.as_dict().at("epoch").as_int();   // 3
///
/// The `as_...` accessors throw TypeError for another kind ("expected an int, but got a str").
class Value {
 public:
  /// In the order of the alternatives of `data_`. Global and Storage live only while a pickle is being read.
  enum class Kind : std::uint8_t {
    None,
    Bool,
    Int,
    Float,
    Str,
    Bytes,
    List,
    Tuple,
    Dict,
    Tensor,
    Dtype,
    Global,
    Storage
  };
  using Items = std::vector<Value>;
  struct Dict;

  /// An array and what a tensor knows beyond it. A `parameter` comes back in Python as nn.Parameter.
  struct Tensor {
    Array array;
    bool requires_grad = false;
    bool parameter = false;
  };
  /// Raw bytes, as Python's b"...".
  struct Bytes {
    std::string data;
  };
  /// A class or function that a pickle names.
  struct Global {
    std::string module, name;
  };
  /// The memory that tensors of a file share.
  struct Storage {
    Intrusive<xgrad::Storage> memory;
    ScalarType dtype = kFloat32;
    std::int64_t numel = 0;
  };

  Value() = default;
  // Implicit, so that nested values read as they do in Python. NOLINTBEGIN(google-explicit-constructor)
  Value(std::same_as<bool> auto b) : data_(b) {}
  template <std::integral I>
  requires(!std::same_as<I, bool> && !std::same_as<I, char>) Value(I i) : data_(checked_int(i)) {}
  Value(std::floating_point auto x) : data_(static_cast<double>(x)) {}
  Value(std::string text) : data_(std::make_shared<const std::string>(std::move(text))) {}
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(Bytes bytes) : data_(std::make_shared<const Bytes>(std::move(bytes))) {}
  Value(Tensor tensor) : data_(std::make_shared<const Tensor>(std::move(tensor))) {}
  Value(Array array) : Value(Tensor{std::move(array)}) {}
  Value(ScalarType dtype) : data_(dtype) {}
  Value(Global global) : data_(std::make_shared<const Global>(std::move(global))) {}
  Value(Storage storage) : data_(std::make_shared<const Storage>(std::move(storage))) {}
  Value(Dict dict);
  // NOLINTEND(google-explicit-constructor)

  static Value list(Items items = {}) { return Value(ListRef{std::make_shared<Items>(std::move(items))}); }
  static Value tuple(Items items = {}) { return Value(TupleRef{std::make_shared<Items>(std::move(items))}); }
  static Value dict(std::initializer_list<std::pair<Value, Value>> entries = {});
  static Value ordered_dict(std::initializer_list<std::pair<Value, Value>> entries = {});

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is(Kind k) const { return kind() == k; }
  bool is_none() const { return is(Kind::None); }

  bool as_bool() const { return get<bool>(Kind::Bool); }
  std::int64_t as_int() const { return get<std::int64_t>(Kind::Int); }
  /// The number of a float or an int.
  double as_float() const { return is(Kind::Int) ? static_cast<double>(as_int()) : get<double>(Kind::Float); }
  const std::string& as_str() const { return *get<std::shared_ptr<const std::string>>(Kind::Str); }
  const std::string& as_bytes() const { return get<std::shared_ptr<const Bytes>>(Kind::Bytes)->data; }
  Items& as_list() const { return *get<ListRef>(Kind::List); }
  const Items& as_tuple() const { return *get<TupleRef>(Kind::Tuple); }
  Dict& as_dict() const { return *shared_dict(); }
  const Tensor& as_tensor() const { return *get<std::shared_ptr<const Tensor>>(Kind::Tensor); }
  ScalarType as_dtype() const { return get<ScalarType>(Kind::Dtype); }
  const Global& as_global() const { return *get<std::shared_ptr<const Global>>(Kind::Global); }
  const Storage& as_storage() const { return *get<std::shared_ptr<const Storage>>(Kind::Storage); }
  /// The elements of a list or of a tuple.
  Items& items() const { return *shared_items(); }

  /// Which object this is: equal for copies, which share it, and null for None, dtypes and the plain numbers.
  const void* identity() const;
  /// The same object as a pointer that keeps it alive, for lists and tuples, and for dicts.
  const std::shared_ptr<Items>& shared_items() const {
    if (const auto* tuple = std::get_if<TupleRef>(&data_)) return *tuple;
    return get<ListRef>(Kind::List);
  }
  const std::shared_ptr<Dict>& shared_dict() const { return get<std::shared_ptr<Dict>>(Kind::Dict); }

 private:
  struct ListRef : std::shared_ptr<Items> {};
  struct TupleRef : std::shared_ptr<Items> {};
  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::shared_ptr<const std::string>,
                            std::shared_ptr<const Bytes>, ListRef, TupleRef, std::shared_ptr<Dict>,
                            std::shared_ptr<const Tensor>, ScalarType, std::shared_ptr<const Global>,
                            std::shared_ptr<const Storage>>;  // in the order of Kind

  explicit Value(ListRef items) : data_(std::move(items)) {}
  explicit Value(TupleRef items) : data_(std::move(items)) {}

  template <std::integral I>
  static std::int64_t checked_int(I i) {
    check<ValueError>(std::in_range<std::int64_t>(i), "integer {} does not fit into 64 bits", i);
    return static_cast<std::int64_t>(i);
  }
  template <class T>
  const T& get(Kind wanted) const {
    const T* data = std::get_if<T>(&data_);
    if (!data) [[unlikely]]
      fail_kind(wanted);
    return *data;
  }
  [[noreturn]] void fail_kind(Kind wanted) const;

  Data data_;
};

/// A dict in its order. Keys are None, bools, numbers, strs or bytes.
struct Value::Dict {
  std::vector<std::pair<Value, Value>> entries;
  /// Python's collections.OrderedDict, as state_dict() returns.
  bool ordered = false;
  /// An OrderedDict's own attributes (a dict: a state_dict has `_metadata` there), or None.
  Value attributes;

  /// The value of a str key, or null. Looks through the entries one by one.
  const Value* find(std::string_view key) const;
  /// The same, or an IndexError that lists the keys.
  const Value& at(std::string_view key) const;
  /// Replaces the value of a str key, or appends it.
  void set(std::string_view key, Value value);
};

/// Python's name: "str", "list", "Tensor".
std::string_view kind_name(Value::Kind kind);

}  // namespace xgrad::serialize
