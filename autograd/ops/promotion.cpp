#include <xgrad/autograd/kernels/element.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad::ops {
namespace {

int category(ScalarType t) { return t == kBool ? 0 : is_integral(t) ? 1 : 2; }
int rank(const Tensor& t) { return t.dim() > 0 ? 2 : t.impl()->wrapped_number ? 0 : 1; }

ScalarType own_type(const Tensor& t) {
  return t.impl()->wrapped_number && t.is_floating_point() ? get_default_dtype() : t.dtype();
}

}  // namespace

/// promoted_type for what has several dtypes, or C++ numbers.
ScalarType mixed_type(const Tensor& a, const Tensor& b) {
  const int ra = rank(a), rb = rank(b);
  if (ra == rb) return a.dtype() == b.dtype() ? own_type(a) : promote_types(own_type(a), own_type(b));
  const Tensor& high = ra > rb ? a : b;
  const Tensor& low = ra > rb ? b : a;
  if (category(low.dtype()) <= category(high.dtype())) return high.dtype();
  return promote_types(high.dtype(), own_type(low));
}

ScalarType promoted_type(const Tensor& a, const Tensor& b, const Tensor& c) {
  std::optional<ScalarType> of_rank[3];
  for (const Tensor* t : {&a, &b, &c}) {
    std::optional<ScalarType>& known = of_rank[rank(*t)];
    known = known ? promote_types(*known, own_type(*t)) : own_type(*t);
  }
  std::optional<ScalarType> result = of_rank[2];
  for (const auto& low : {of_rank[1], of_rank[0]}) {
    if (low && (!result || category(*low) > category(*result))) result = result ? promote_types(*result, *low) : low;
  }
  return *result;
}

ScalarType floating_type(ScalarType dtype) { return is_floating_point(dtype) ? dtype : get_default_dtype(); }

Array number(Scalar value, ScalarType dtype) {
  Array a = Array::empty({}, dtype);
  dispatch(dtype, [&]<class T>() { *a.data<T>() = value.to_unchecked<T>(); });
  return a;
}

namespace {

Tensor wrap_in(Scalar value, ScalarType dtype) {
  Tensor t(number(value, dtype));
  t.impl()->wrapped_number = true;
  return t;
}

}  // namespace

Tensor wrap(Scalar value) { return wrap_in(value, value.type()); }

Tensor wrap(Scalar value, const Tensor& other) {
  const bool decided = other.is_floating_point() && !other.impl()->wrapped_number && !value.isBoolean();
  return wrap_in(value, decided ? other.dtype() : value.type());
}

void check_cast_into(ScalarType from, const Tensor& self) {
  const ScalarType to = self.dtype();
  check(can_cast(from, to), "result type {} can't be cast to the desired output type {}", info(from).cname,
        info(to).cname);
}

Tensor as_dtype(const Tensor& x, ScalarType dtype) { return x.dtype() == dtype ? x : x.to(dtype); }

Tensor as_held(const Tensor& number, ScalarType dtype) {
  kernels::check_held(number.array(), dtype);
  return as_dtype(number, dtype);
}

}  // namespace xgrad::ops

namespace xgrad {

ScalarType result_type(const Tensor& a, const Tensor& b) { return ops::promoted_type(a, b); }
ScalarType result_type(const Tensor& a, Scalar b) { return ops::promoted_type(a, ops::wrap(b)); }
ScalarType result_type(Scalar a, const Tensor& b) { return ops::promoted_type(ops::wrap(a), b); }
ScalarType result_type(Scalar a, Scalar b) { return ops::promoted_type(ops::wrap(a), ops::wrap(b)); }

}  // namespace xgrad
