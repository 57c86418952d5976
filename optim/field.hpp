/// Options and numbers under the names that PyTorch's state dicts give them.
#pragma once

#include <xgrad/optim/keywords.hpp>
#include <xgrad/serialize/value.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace xgrad::optim {

using serialize::Value;

/// Two numbers: `betas({0.9, 0.99})`, `betas(std::make_tuple(0.9, 0.99))`, `betas = {0.9, 0.99}`.
class Pair {
 public:
  Pair(double first, double second) : values_(first, second) {}
  Pair(std::tuple<double, double> values) : values_(values) {}
  Pair(std::pair<double, double> values) : values_(values) {}
  /// Throws ValueError unless there are two.
  Pair(const std::vector<double>& values);
  operator std::tuple<double, double>() const { return values_; }

 private:
  std::tuple<double, double> values_;
};

/// An entry that is None in all of our dicts (`foreach`).
struct AlwaysNone {};
inline constexpr AlwaysNone kAlwaysNone{};
/// One that is False.
extern const bool kAlwaysFalse;

/// A member under its name.
class Field {
 public:
  /// A number that Python's default writes as an int, as `weight_decay=0`: it is an int while it has no fraction. Pairs
  /// are of such numbers, as in `step_sizes=(1e-6, 50)`.
  struct MaybeInt {
    double* value;
  };

  Field(const char* name, AlwaysNone) : Field(name, Kind::None, nullptr) {}
  Field(const char* name, const bool* always) : Field(name, Kind::Constant, always) {}
  Field(const char* name, MaybeInt number) : Field(name, Kind::MaybeInt, number.value) {}
  Field(const char* name, bool* place) : Field(name, Kind::Bool, place) {}
  Field(const char* name, std::int64_t* place) : Field(name, Kind::Int, place) {}
  Field(const char* name, double* place) : Field(name, Kind::Double, place) {}
  Field(const char* name, std::string* place) : Field(name, Kind::String, place) {}
  Field(const char* name, std::optional<std::int64_t>* place) : Field(name, Kind::OptionalInt, place) {}
  Field(const char* name, std::optional<double>* place) : Field(name, Kind::OptionalDouble, place) {}
  Field(const char* name, std::optional<std::string>* place) : Field(name, Kind::OptionalString, place) {}
  Field(const char* name, std::tuple<double, double>* place) : Field(name, Kind::Pair, place) {}
  Field(const char* name, std::vector<std::int64_t>* place) : Field(name, Kind::Ints, place) {}
  Field(const char* name, std::vector<double>* place) : Field(name, Kind::Doubles, place) {}

  const char* name() const { return name_; }
  Value get() const;
  /// Throws TypeError for a value of another kind.
  void set(const Value& value) const;

 private:
  // A variant of the pointers would cost every program that includes an optimiser a tenth of a second to compile.
  enum class Kind : std::uint8_t {
    None,
    Constant,
    MaybeInt,
    Bool,
    Int,
    Double,
    String,
    OptionalInt,
    OptionalDouble,
    OptionalString,
    Pair,
    Ints,
    Doubles
  };
  Field(const char* name, Kind kind, const void* place) : name_(name), place_(const_cast<void*>(place)), kind_(kind) {}
  template <class F>
  auto visit(F f) const;

  const char* name_;
  void* place_;
  Kind kind_;
};
using Fields = std::vector<Field>;

/// The field of that name, or null.
const Field* find(const Fields& fields, std::string_view name);
/// Reads the entries of a dict that have a field, and leaves out the others.
void set_fields(const Fields& fields, const Value::Dict& from);
/// Appends all fields to a dict.
void get_fields(const Fields& fields, Value::Dict& to);

/// A learning rate for all parameter groups, or one for each: `max_lr = 0.1`, `max_lr = {0.1, 0.2}`.
class PerGroup {
 public:
  PerGroup(double all) : values_{all}, one_(true) {}
  PerGroup(std::vector<double> each) : values_(std::move(each)) {}
  PerGroup(std::initializer_list<double> each) : values_(each) {}
  bool is_one() const { return one_; }
  std::size_t size() const { return values_.size(); }
  /// As many as there are groups; the caller has compared the numbers.
  std::vector<double> expand(std::size_t groups) const {
    return one_ ? std::vector<double>(groups, values_[0]) : values_;
  }

 private:
  std::vector<double> values_;
  bool one_ = false;
};

}  // namespace xgrad::optim

// An option: a fluent setter and a getter of one name. `XGRAD_ARG(double, eps) = 1e-8;`
#define XGRAD_ARG(TYPE, NAME)                                          \
 public:                                                               \
  auto& NAME(TYPE value) { return NAME##_ = std::move(value), *this; } \
  const TYPE& NAME() const { return NAME##_; }                         \
                                                                       \
 private:                                                              \
  TYPE NAME##_
// The same for a pair of numbers.
#define XGRAD_ARG_PAIR(NAME)                                                \
 public:                                                                    \
  auto& NAME(::xgrad::optim::Pair value) { return NAME##_ = value, *this; } \
  const std::tuple<double, double>& NAME() const { return NAME##_; }        \
                                                                            \
 private:                                                                   \
  std::tuple<double, double> NAME##_
