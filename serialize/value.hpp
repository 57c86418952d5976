/// Value: whatever Python's torch.save can put into a file.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <concepts>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad {
class Tensor;
class IValue;
}  // namespace xgrad

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
  /// Global and Storage live only while a pickle is being read.
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
  Value(std::same_as<bool> auto b) : kind_(Kind::Bool), integer_(b) {}
  template <std::integral I>
  requires(!std::same_as<I, bool> && !std::same_as<I, char>) Value(I i) : kind_(Kind::Int), integer_(checked_int(i)) {}
  Value(std::floating_point auto x) : kind_(Kind::Float), number_(static_cast<double>(x)) {}
  Value(std::string text);
  Value(std::string_view text) : Value(std::string(text)) {}
  Value(const char* text) : Value(std::string(text)) {}
  Value(Bytes bytes);
  Value(Tensor tensor);
  Value(Array array) : Value(Tensor{std::move(array)}) {}
  /// A tensor with what it knows of gradients: `Value::dict({{"weight", layer->weight}})`.
  template <std::same_as<xgrad::Tensor> T>
  Value(const T& tensor) : Value(tensor_of(tensor)) {}
  template <std::same_as<xgrad::IValue> T>
  Value(const T& value) : Value(value_of(value)) {}
  Value(ScalarType dtype) : kind_(Kind::Dtype), integer_(static_cast<std::int64_t>(dtype)) {}
  Value(Global global);
  Value(Storage storage);
  Value(Dict dict);
  // NOLINTEND(google-explicit-constructor)

  static Value list(Items items = {});
  static Value tuple(Items items = {});
  static Value dict(std::initializer_list<std::pair<Value, Value>> entries = {});
  static Value ordered_dict(std::initializer_list<std::pair<Value, Value>> entries = {});

  Kind kind() const { return kind_; }
  bool is(Kind k) const { return kind() == k; }
  bool is_none() const { return is(Kind::None); }

  bool as_bool() const { return expect(Kind::Bool).integer_ != 0; }
  std::int64_t as_int() const { return expect(Kind::Int).integer_; }
  /// The number of a float or an int.
  double as_float() const { return is(Kind::Int) ? static_cast<double>(integer_) : expect(Kind::Float).number_; }
  const std::string& as_str() const { return get<const std::string>(Kind::Str); }
  const std::string& as_bytes() const { return get<const Bytes>(Kind::Bytes).data; }
  Items& as_list() const { return get<Items>(Kind::List); }
  const Items& as_tuple() const { return get<Items>(Kind::Tuple); }
  Dict& as_dict() const { return get<Dict>(Kind::Dict); }
  const Tensor& as_tensor() const { return get<const Tensor>(Kind::Tensor); }
  ScalarType as_dtype() const { return static_cast<ScalarType>(expect(Kind::Dtype).integer_); }
  const Global& as_global() const { return get<const Global>(Kind::Global); }
  const Storage& as_storage() const { return get<const Storage>(Kind::Storage); }
  /// The tensor, sharing its memory with this.
  xgrad::Tensor toTensor() const;
  /// The elements of a list or of a tuple.
  Items& items() const { return get<Items>(is(Kind::Tuple) ? Kind::Tuple : Kind::List); }

  // libtorch's names for what it calls an IValue (of which ours is the smaller one: see ivalue.hpp).
  /// Throws TypeError for what an IValue cannot be.
  operator xgrad::IValue() const;
  bool isNone() const { return is_none(); }
  bool isBool() const { return is(Kind::Bool); }
  bool isInt() const { return is(Kind::Int); }
  bool isDouble() const { return is(Kind::Float); }
  bool isString() const { return is(Kind::Str); }
  bool isTensor() const { return is(Kind::Tensor); }
  bool toBool() const { return as_bool(); }
  std::int64_t toInt() const { return as_int(); }
  double toDouble() const { return expect(Kind::Float).number_; }
  const std::string& toStringRef() const { return as_str(); }

  /// Which object this is: equal for copies, which share it, and null for None, dtypes and the plain numbers.
  const void* identity() const { return object_.get(); }
  /// The same object as a pointer that keeps it alive, for lists and tuples, and for dicts.
  std::shared_ptr<Items> shared_items() const;
  std::shared_ptr<Dict> shared_dict() const;

 private:
  Value(Kind kind, std::shared_ptr<void> object) : kind_(kind), object_(std::move(object)) {}

  template <std::integral I>
  static std::int64_t checked_int(I i) {
    check<ValueError>(std::in_range<std::int64_t>(i), "integer {} does not fit into 64 bits", i);
    return static_cast<std::int64_t>(i);
  }
  const Value& expect(Kind wanted) const {
    if (kind_ != wanted) [[unlikely]]
      fail_kind(wanted);
    return *this;
  }
  template <class T>
  T& get(Kind wanted) const {
    return *static_cast<T*>(expect(wanted).object_.get());
  }
  [[noreturn]] void fail_kind(Kind wanted) const;
  static Tensor tensor_of(const xgrad::Tensor& tensor);
  static Value value_of(const xgrad::IValue& value);

  // No std::variant: copying and comparing one of thirteen types costs every reader of this header half a second.
  Kind kind_ = Kind::None;
  union {
    std::int64_t integer_ = 0;  ///< Bool, Int, Dtype
    double number_;             ///< Float
  };
  std::shared_ptr<void> object_;  ///< all others but None
};

/// A dict in its order. Keys are None, bools, numbers, strs, bytes, or tuples of these.
struct Value::Dict {
  std::vector<std::pair<Value, Value>> entries;
  /// Python's collections.OrderedDict, as state_dict() returns.
  bool ordered = false;
  /// An OrderedDict's own attributes (a dict: a state_dict has `_metadata` there), or None.
  Value attributes;
  /// In a TorchScript archive: the class of an object whose attributes the entries are. Such a dict is no dict to
  /// Python, and only archives can hold it.
  std::string class_name;

  /// The value of a str key, or null. Looks through the entries one by one.
  const Value* find(std::string_view key) const;
  /// The same, or an IndexError that lists the keys.
  const Value& at(std::string_view key) const;
  /// Replaces the value of a str key, or appends it.
  void set(std::string_view key, Value value);
};

/// Python's name: "str", "list", "Tensor"; that of a TorchScript object is "Object".
std::string_view kind_name(const Value& value);
/// Python's name: "str", "list", "Tensor".
std::string_view kind_name(Value::Kind kind);

}  // namespace xgrad::serialize
