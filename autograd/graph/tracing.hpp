/// What operations tell a tracer: names, tensors, attributes and results, in their order. The exporter of ONNX files
/// listens (<xgrad/serialize/onnx.hpp>).
///
/// An operation that goes through `differentiable` is told by itself, but for what is no tensor of its arguments: that
/// it tells with `told`, just before. Where several operations are one to the outside, `as_one` says so:
/// docs/adding_an_op.md. Without a tracer each of these costs a load and a branch that is never taken.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <atomic>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace xgrad::detail {

/// An argument that is no tensor; None is the monostate.
using Attribute =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, ScalarType, std::vector<std::int64_t>>;

/// An attribute on its way: told() is called where time counts, so there it is not made into more than this.
struct ToldAttribute {
  enum class Kind : std::uint8_t { None, Bool, Integer, Number, Text, Dtype, List };

  constexpr ToldAttribute(std::nullopt_t) {}
  constexpr ToldAttribute(bool v) : kind(Kind::Bool), integer(v) {}
  constexpr ToldAttribute(std::int64_t v) : kind(Kind::Integer), integer(v) {}
  constexpr ToldAttribute(int v) : kind(Kind::Integer), integer(v) {}
  constexpr ToldAttribute(double v) : kind(Kind::Number), number(v) {}
  constexpr ToldAttribute(ScalarType v) : kind(Kind::Dtype), integer(static_cast<std::int64_t>(v)) {}
  constexpr ToldAttribute(Reduction v) : kind(Kind::Integer), integer(static_cast<std::int64_t>(v)) {}
  constexpr ToldAttribute(std::string_view v)
      : kind(Kind::Text), integer(static_cast<std::int64_t>(v.size())), text(v.data()) {}
  constexpr ToldAttribute(const char* v) : ToldAttribute(std::string_view(v)) {}
  constexpr ToldAttribute(IntArrayRef v)
      : kind(Kind::List), integer(static_cast<std::int64_t>(v.size())), list(v.data()) {}
  ToldAttribute(const Dims& v) : ToldAttribute(IntArrayRef(v)) {}
  constexpr ToldAttribute(const Scalar& v)
      : kind(v.isBoolean()         ? Kind::Bool
             : v.isFloatingPoint() ? Kind::Number
                                   : Kind::Integer),
        integer(v.isFloatingPoint() ? 0 : v.toLong()),
        number(v.toDouble()) {}
  template <class T>
  constexpr ToldAttribute(const std::optional<T>& v) : ToldAttribute(v ? ToldAttribute(*v) : std::nullopt) {}

  Attribute value() const;

  Kind kind = Kind::None;
  std::int64_t integer = 0;  // or the length
  double number = 0;
  const char* text = nullptr;
  const std::int64_t* list = nullptr;
};

/// One call of an operation.
struct Operation {
  std::string name;                   ///< "aten::addmm"; with an underscore at the end when in place
  std::vector<Tensor> inputs;         ///< undefined where an argument was left out
  std::vector<Attribute> attributes;  ///< in the order of PyTorch's schema
  std::vector<Tensor> results;
  std::string module;  ///< which module called it: "Classifier.layer1"
};

/// Listens to its thread from construction to destruction; tracers do not nest.
class Tracer {
 public:
  Tracer();
  virtual ~Tracer();
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  /// An operation begins: its inputs are as they were.
  virtual void begins(const Operation& operation) = 0;
  /// It has ended, and told its results.
  virtual void ends(Operation&& operation) = 0;
};

/// How many tracers there are, in any thread. While there is one, no result takes a dying tensor's place.
extern constinit std::atomic<int> tracing;

/// From construction to destruction: one operation to a tracer, however many it calls.
class Traced {
 public:
  Traced(const char* name, std::initializer_list<const Tensor*> inputs) {
    if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
      open_ = open(name, {inputs.begin(), inputs.size()});
  }
  Traced(const char* name, std::span<const Tensor> inputs) {
    if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
      open_ = open(name, inputs);
  }
  ~Traced() {
    if (open_) [[unlikely]]
      close();
  }
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;

  void result(const Tensor& t) const {
    if (open_) [[unlikely]]
      tell_result(t);
  }

  /// What the operation returns, on its way.
  template <class Results>
  Results told(Results results) const;

  /// What Profiled does once it knows that somebody listens. `open` says whether a tracer of this thread does.
  [[gnu::cold]] static bool open(std::string_view name, std::span<const Tensor* const> inputs);
  [[gnu::cold]] static bool open(std::string_view name, std::span<const Tensor> inputs);
  [[gnu::cold]] static void close() noexcept;
  [[gnu::cold]] static void tell_result(const Tensor& t);

 private:
  bool open_ = false;
};

[[gnu::cold]] void keep_told(std::initializer_list<ToldAttribute> attributes);

/// What is no tensor of the arguments of the operation that comes next, in the order of PyTorch's schema.
template <class... A>
void told(const A&... arguments) {
  if (tracing.load(std::memory_order_relaxed)) [[unlikely]]
    keep_told({ToldAttribute(arguments)...});
}

inline void tell_results(const Traced& traced, const Tensor& t) { traced.result(t); }
inline void tell_results(const Traced& traced, const std::vector<Tensor>& list) {
  for (const Tensor& t : list) traced.result(t);
}
inline void tell_results(const Traced& traced, const ValuesIndices& pair) {
  traced.result(pair.values());
  traced.result(pair.indices());
}
template <class... T>
void tell_results(const Traced& traced, const std::tuple<T...>& several) {
  std::apply([&](const T&... t) { (tell_results(traced, t), ...); }, several);
}

template <class Results>
Results Traced::told(Results results) const {
  tell_results(*this, results);
  return results;
}

/// Runs `body` as one operation of that name: what it calls is not told, what it returns are the results. Its
/// attributes are those told just before.
///
///     told(normalized_shape, eps);
///     return as_one("layer_norm", {&x, &weight, &bias}, [&] { return ...; });
template <class Body>
auto as_one(const char* name, std::initializer_list<const Tensor*> inputs, Body&& body) {
  const Traced traced(name, inputs);
  return traced.told(body());
}
template <class Body>
auto as_one(const char* name, std::span<const Tensor> inputs, Body&& body) {
  const Traced traced(name, inputs);
  return traced.told(body());
}

/// The module that the operations below belong to.
void enter_module(std::string name);
void leave_module() noexcept;
/// "Classifier.layer1"
std::string module_path();

}  // namespace xgrad::detail

namespace xgrad {
using detail::as_one;
using detail::told;
}  // namespace xgrad
