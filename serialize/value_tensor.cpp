// What a Value has to do with Tensor and IValue, of which its header knows the names.
#include <xgrad/autograd/graph/ivalue.hpp>
#include <xgrad/autograd/tensor.hpp>
#include <xgrad/serialize/value.hpp>

#include <algorithm>

namespace xgrad::serialize {
namespace {

template <class T>
Value list_of(const std::vector<T>& items) {
  Value::Items values;
  for (const T& item : items) values.emplace_back(item);
  return Value::list(std::move(values));
}

template <class T, class F>
std::vector<T> vector_of(const Value::Items& items, F get) {
  std::vector<T> out;
  for (const Value& item : items) out.push_back(get(item));
  return out;
}

}  // namespace

Value::Tensor Value::tensor_of(const xgrad::Tensor& tensor) {
  return {tensor.defined() ? tensor.array() : Array(), tensor.defined() && tensor.requires_grad(), false};
}

xgrad::Tensor Value::toTensor() const {
  const Tensor& kept = as_tensor();
  xgrad::Tensor tensor(kept.array);
  if (kept.requires_grad) tensor.set_requires_grad(true);
  return tensor;
}

Value Value::value_of(const IValue& v) {
  if (v.isBool()) return v.toBool();
  if (v.isInt()) return v.toInt();
  if (v.isDouble()) return v.toDouble();
  if (v.isString()) return v.toStringRef();
  if (v.isTensor()) return v.toTensor();
  if (v.isIntList()) return list_of(v.toIntVector());
  if (v.isDoubleList()) return list_of(v.toDoubleVector());
  if (v.isTensorList()) return list_of(v.toTensorVector());
  return {};
}

Value::operator IValue() const {
  switch (kind()) {
    case Kind::None:
      return {};
    case Kind::Bool:
      return as_bool();
    case Kind::Int:
      return as_int();
    case Kind::Float:
      return as_float();
    case Kind::Str:
      return as_str();
    case Kind::Tensor:
      return toTensor();
    default:
      break;
  }
  check<TypeError>(is(Kind::List), "an IValue cannot be a {}", kind_name(*this));
  const auto all = [&](Kind wanted) {
    return std::ranges::all_of(items(), [&](const Value& item) { return item.is(wanted); });
  };
  if (all(Kind::Int)) return vector_of<std::int64_t>(items(), [](const Value& v) { return v.as_int(); });
  if (all(Kind::Float)) return vector_of<double>(items(), [](const Value& v) { return v.as_float(); });
  if (all(Kind::Tensor)) return vector_of<xgrad::Tensor>(items(), [](const Value& v) { return v.toTensor(); });
  fail<TypeError>("an IValue can be a list of ints, of floats or of tensors, but not of others");
}

}  // namespace xgrad::serialize
