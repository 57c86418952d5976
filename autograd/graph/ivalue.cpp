#include <xgrad/autograd/graph/ivalue.hpp>

#include <variant>

namespace xgrad {

struct IValue::Value {
  std::variant<bool, std::int64_t, double, std::string, Tensor, std::vector<std::int64_t>, std::vector<double>,
               std::vector<Tensor>>
      of;
};

IValue::IValue(bool v) : value_(new Value{v}) {}
IValue::IValue(std::int64_t v, int) : value_(new Value{v}) {}
IValue::IValue(double v, int) : value_(new Value{v}) {}
IValue::IValue(const char* v) : IValue(std::string(v)) {}
IValue::IValue(std::string v) : value_(new Value{std::move(v)}) {}
IValue::IValue(Tensor v) : value_(new Value{std::move(v)}) {}
IValue::IValue(std::vector<std::int64_t> v) : value_(new Value{std::move(v)}) {}
IValue::IValue(IntArrayRef v) : IValue(v.vec()) {}
IValue::IValue(const Dims& v) : IValue(IntArrayRef(v)) {}
IValue::IValue(std::vector<double> v) : value_(new Value{std::move(v)}) {}
IValue::IValue(std::vector<Tensor> v) : value_(new Value{std::move(v)}) {}

template <class T>
bool IValue::is() const {
  return value_ && std::holds_alternative<T>(value_->of);
}
template <class T>
const T& IValue::get(const char* wanted) const {
  static constexpr const char* kNames[] = {"bool",   "int",         "double",         "string",
                                           "Tensor", "list of int", "list of double", "list of Tensor"};
  check<TypeError>(is<T>(), "expected a value of type {} but found {}", wanted,
                   value_ ? kNames[value_->of.index()] : "None");
  return std::get<T>(value_->of);
}

bool IValue::isNone() const { return value_ == nullptr; }
bool IValue::isBool() const { return is<bool>(); }
bool IValue::isInt() const { return is<std::int64_t>(); }
bool IValue::isDouble() const { return is<double>(); }
bool IValue::isString() const { return is<std::string>(); }
bool IValue::isTensor() const { return is<Tensor>(); }
bool IValue::isIntList() const { return is<std::vector<std::int64_t>>(); }
bool IValue::isDoubleList() const { return is<std::vector<double>>(); }
bool IValue::isTensorList() const { return is<std::vector<Tensor>>(); }

bool IValue::toBool() const { return get<bool>("bool"); }
std::int64_t IValue::toInt() const { return get<std::int64_t>("int"); }
double IValue::toDouble() const { return get<double>("double"); }
const std::string& IValue::toStringRef() const { return get<std::string>("string"); }
const Tensor& IValue::toTensor() const { return get<Tensor>("Tensor"); }
std::vector<std::int64_t> IValue::toIntVector() const { return get<std::vector<std::int64_t>>("list of int"); }
std::vector<double> IValue::toDoubleVector() const { return get<std::vector<double>>("list of double"); }
std::vector<Tensor> IValue::toTensorVector() const { return get<std::vector<Tensor>>("list of Tensor"); }

}  // namespace xgrad
