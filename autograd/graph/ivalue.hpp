/// A value of one of a few types, by name in `ctx->saved_data`: what libtorch calls an IValue.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <string>
#include <variant>
#include <vector>

namespace xgrad {

/// None, a bool, a number, a string, a Tensor, or a list of numbers or Tensors. `toX()` throws TypeError for another.
///
///     ctx->saved_data["p"] = 0.5;
///     const double p = ctx->saved_data["p"].toDouble();
class IValue {
 public:
  IValue() = default;
  IValue(bool v) : value_(v) {}
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) IValue(T v) : value_(static_cast<std::int64_t>(v)) {}
  template <class T>
  requires std::is_floating_point_v<T> IValue(T v) : value_(static_cast<double>(v)) {}
  IValue(const char* v) : value_(std::string(v)) {}
  IValue(std::string v) : value_(std::move(v)) {}
  IValue(Tensor v) : value_(std::move(v)) {}
  IValue(std::vector<std::int64_t> v) : value_(std::move(v)) {}
  IValue(IntArrayRef v) : value_(v.vec()) {}
  IValue(const Dims& v) : IValue(IntArrayRef(v)) {}
  IValue(std::vector<double> v) : value_(std::move(v)) {}
  IValue(std::vector<Tensor> v) : value_(std::move(v)) {}

  bool isNone() const { return is<std::monostate>(); }
  bool isBool() const { return is<bool>(); }
  bool isInt() const { return is<std::int64_t>(); }
  bool isDouble() const { return is<double>(); }
  bool isString() const { return is<std::string>(); }
  bool isTensor() const { return is<Tensor>(); }
  bool isIntList() const { return is<std::vector<std::int64_t>>(); }
  bool isDoubleList() const { return is<std::vector<double>>(); }
  bool isTensorList() const { return is<std::vector<Tensor>>(); }

  bool toBool() const { return get<bool>("bool"); }
  std::int64_t toInt() const { return get<std::int64_t>("int"); }
  double toDouble() const { return get<double>("double"); }
  const std::string& toStringRef() const { return get<std::string>("string"); }
  const Tensor& toTensor() const { return get<Tensor>("Tensor"); }
  std::vector<std::int64_t> toIntVector() const { return get<std::vector<std::int64_t>>("list of int"); }
  std::vector<double> toDoubleVector() const { return get<std::vector<double>>("list of double"); }
  std::vector<Tensor> toTensorVector() const { return get<std::vector<Tensor>>("list of Tensor"); }

 private:
  template <class T>
  bool is() const {
    return std::holds_alternative<T>(value_);
  }
  template <class T>
  const T& get(const char* wanted) const {
    static constexpr const char* kNames[] = {
        "None", "bool", "int", "double", "string", "Tensor", "list of int", "list of double", "list of Tensor"};
    check<TypeError>(is<T>(), "expected a value of type {} but found {}", wanted, kNames[value_.index()]);
    return std::get<T>(value_);
  }

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Tensor, std::vector<std::int64_t>,
               std::vector<double>, std::vector<Tensor>>
      value_;
};

}  // namespace xgrad
