#include <xgrad/optim/field.hpp>

#include <algorithm>
#include <cmath>

namespace xgrad::optim {
namespace {

template <class T>
Value list_of(const std::vector<T>& values) {
  return Value::list(Value::Items(values.begin(), values.end()));
}

Value whole_or_fraction(double x) {
  const bool whole = std::nearbyint(x) == x && std::abs(x) < 0x1p53;
  return whole ? Value(static_cast<std::int64_t>(x)) : Value(x);
}

/// Each kind of place: to a value, and from one.
struct Get {
  Value operator()(AlwaysNone) const { return {}; }
  Value operator()(const bool* p) const { return *p; }
  Value operator()(Field::MaybeInt p) const { return whole_or_fraction(*p.value); }
  Value operator()(const std::tuple<double, double>* p) const {
    return Value::tuple({whole_or_fraction(std::get<0>(*p)), whole_or_fraction(std::get<1>(*p))});
  }
  template <class T>
  Value operator()(const std::optional<T>* p) const {
    return *p ? Value(**p) : Value();
  }
  template <class T>
  Value operator()(const std::vector<T>* p) const {
    return list_of(*p);
  }
  template <class T>
  Value operator()(const T* p) const {
    return Value(*p);
  }
};

struct Set {
  const Value& from;
  void read(bool& to, const Value& v) const { to = v.as_bool(); }
  void read(double& to, const Value& v) const { to = v.as_float(); }
  void read(std::int64_t& to, const Value& v) const { to = v.as_int(); }
  void read(std::string& to, const Value& v) const { to = v.as_str(); }

  void operator()(AlwaysNone) const {}
  void operator()(const bool*) const {}
  void operator()(Field::MaybeInt p) const { read(*p.value, from); }
  void operator()(std::tuple<double, double>* p) const { *p = Pair(doubles()); }
  template <class T>
  void operator()(std::optional<T>* p) const {
    if (from.is_none()) return p->reset();
    read(p->emplace(), from);
  }
  template <class T>
  void operator()(std::vector<T>* p) const {
    p->clear();
    for (const Value& v : from.items()) read(p->emplace_back(), v);
  }
  template <class T>
  void operator()(T* p) const {
    read(*p, from);
  }

  std::vector<double> doubles() const {
    std::vector<double> all;
    for (const Value& v : from.items()) all.push_back(v.as_float());
    return all;
  }
};

}  // namespace

const bool kAlwaysFalse = false;

Pair::Pair(const std::vector<double>& values) {
  check<ValueError>(values.size() == 2, "expected two numbers, but got {}", values.size());
  values_ = {values[0], values[1]};
}

template <class F>
auto Field::visit(F f) const {
  switch (kind_) {
    case Kind::None:
      break;
    case Kind::Constant:
      return f(static_cast<const bool*>(place_));
    case Kind::MaybeInt:
      return f(MaybeInt{static_cast<double*>(place_)});
    case Kind::Bool:
      return f(static_cast<bool*>(place_));
    case Kind::Int:
      return f(static_cast<std::int64_t*>(place_));
    case Kind::Double:
      return f(static_cast<double*>(place_));
    case Kind::String:
      return f(static_cast<std::string*>(place_));
    case Kind::OptionalInt:
      return f(static_cast<std::optional<std::int64_t>*>(place_));
    case Kind::OptionalDouble:
      return f(static_cast<std::optional<double>*>(place_));
    case Kind::OptionalString:
      return f(static_cast<std::optional<std::string>*>(place_));
    case Kind::Pair:
      return f(static_cast<std::tuple<double, double>*>(place_));
    case Kind::Ints:
      return f(static_cast<std::vector<std::int64_t>*>(place_));
    case Kind::Doubles:
      return f(static_cast<std::vector<double>*>(place_));
  }
  return f(kAlwaysNone);
}

Value Field::get() const { return visit(Get{}); }
void Field::set(const Value& value) const { visit(Set{value}); }

const Field* find(const Fields& fields, std::string_view name) {
  const auto at = std::ranges::find(fields, name, [](const Field& f) { return std::string_view(f.name()); });
  return at == fields.end() ? nullptr : &*at;
}

void set_fields(const Fields& fields, const Value::Dict& from) {
  for (const Field& field : fields) {
    if (const Value* value = from.find(field.name())) field.set(*value);
  }
}

void get_fields(const Fields& fields, Value::Dict& to) {
  for (const Field& field : fields) to.set(field.name(), field.get());
}

}  // namespace xgrad::optim
