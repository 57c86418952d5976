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
#include <variant>
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

/// A member under its name. The pointer is null for entries that Python's dicts have and that mean nothing here.
struct Field {
  /// A number that Python's default writes as an int, as `weight_decay=0`: it is an int while it has no fraction. Pairs
  /// are of such numbers, as in `step_sizes=(1e-6, 50)`.
  struct MaybeInt {
    double* value;
  };
  using Place = std::variant<std::monostate, const bool*, double*, MaybeInt, bool*, std::int64_t*, std::string*,
                             std::optional<double>*, std::optional<std::int64_t>*, std::optional<std::string>*,
                             std::tuple<double, double>*, std::vector<double>*, std::vector<std::int64_t>*>;
  const char* name;
  Place place;

  Value get() const;
  /// Throws TypeError for a value of another kind.
  void set(const Value& value) const;
};
using Fields = std::vector<Field>;

/// An entry that is None in all of our dicts (`foreach`), and one that is False.
inline constexpr std::monostate kAlwaysNone{};
extern const bool kAlwaysFalse;

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
