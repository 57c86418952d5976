/// A value of one of a few types, by name in `ctx->saved_data`: what libtorch calls an IValue.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace xgrad {

/// None, a bool, a number, a string, a Tensor, or a list of numbers or Tensors. `toX()` throws TypeError for another.
///
///     ctx->saved_data["p"] = 0.5;
///     const double p = ctx->saved_data["p"].toDouble();
class IValue {
 public:
  IValue() = default;
  IValue(bool v);
  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) IValue(T v) : IValue(static_cast<std::int64_t>(v), 0) {}
  template <class T>
  requires std::is_floating_point_v<T> IValue(T v) : IValue(static_cast<double>(v), 0) {}
  IValue(const char* v);
  IValue(std::string v);
  IValue(Tensor v);
  IValue(std::vector<std::int64_t> v);
  IValue(IntArrayRef v);
  IValue(const Dims& v);
  IValue(std::vector<double> v);
  IValue(std::vector<Tensor> v);

  bool isNone() const;
  bool isBool() const;
  bool isInt() const;
  bool isDouble() const;
  bool isString() const;
  bool isTensor() const;
  bool isIntList() const;
  bool isDoubleList() const;
  bool isTensorList() const;

  bool toBool() const;
  std::int64_t toInt() const;
  double toDouble() const;
  const std::string& toStringRef() const;
  const Tensor& toTensor() const;
  std::vector<std::int64_t> toIntVector() const;
  std::vector<double> toDoubleVector() const;
  std::vector<Tensor> toTensorVector() const;

 private:
  struct Value;  // a variant, which no program that includes this has to compile
  IValue(std::int64_t v, int);
  IValue(double v, int);
  template <class T>
  bool is() const;
  template <class T>
  const T& get(const char* wanted) const;

  std::shared_ptr<const Value> value_;  // null: None
};

}  // namespace xgrad
