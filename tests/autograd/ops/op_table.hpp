/// The table of operations: a row for everything that autograd/ops/ declares.
///
/// Rows stand in files by family (rows_*.cpp), which mirror autograd/ops/. A row is a name, our function as a lambda
/// with plain parameter types, its in-place twin if it has one, and samples: lists of arguments. The same arguments go
/// to PyTorch's operation of that name (tests/oracle/), so nobody writes down a PyTorch call or an expected value.
///
///     row("clamp", [](T x, std::optional<Scalar> lo, std::optional<Scalar> hi) { return clamp(x, lo, hi); },
///         [](Tensor& x, std::optional<Scalar> lo, std::optional<Scalar> hi) { clamp_(x, lo, hi); },
///         with(unary_samples(), {{-0.5, 1.0}, {-1, 1}, {none, 0.5}}))
///
/// What is made of a row: docs/adding_an_op.md.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

namespace xgrad::op_table {

using T = const Tensor&;
/// A list of integers among arguments: `D{0, -1}`.
using D = std::vector<std::int64_t>;
inline constexpr std::monostate none{};

/// One argument, of whatever type.
class Value {
 public:
  using Index = std::vector<TensorIndex>;
  using Variant = std::variant<std::monostate, bool, std::int64_t, double, std::string, ScalarType, D,
                               std::vector<double>, Tensor, std::vector<Tensor>, Index>;
  template <class I>
  requires(std::is_integral_v<I> && !std::is_same_v<I, bool>) Value(I v) : v_(static_cast<std::int64_t>(v)) {}
  Value(std::monostate v) : v_(v) {}
  Value(bool v) : v_(v) {}
  Value(double v) : v_(v) {}
  Value(const char* v) : v_(std::string(v)) {}
  Value(ScalarType v) : v_(v) {}
  Value(Reduction v) : v_(static_cast<std::int64_t>(v)) {}
  Value(D v) : v_(std::move(v)) {}
  Value(std::vector<double> v) : v_(std::move(v)) {}
  Value(Tensor v) : v_(std::move(v)) {}
  Value(std::vector<Tensor> v) : v_(std::move(v)) {}
  Value(Index v) : v_(std::move(v)) {}

  const Variant& variant() const { return v_; }
  template <class A>
  bool is() const {
    return std::holds_alternative<A>(v_);
  }
  template <class A>
  const A& get() const {
    return std::get<A>(v_);
  }
  template <class A>
  A& get() {
    return std::get<A>(v_);
  }
  Scalar number() const;
  /// A short description: "float64[2, 3]", "-0.5", "[0, 1]".
  std::string str() const;

 private:
  Variant v_;
};

using Values = std::vector<Value>;

/// Calls f(tensor) for every tensor among the arguments, those in lists too.
template <class V, class F>
void each_tensor(V& values, F f) {
  for (auto& v : values) {
    if (v.template is<Tensor>()) {
      if (v.template get<Tensor>().defined()) f(v.template get<Tensor>());
    } else if (v.template is<std::vector<Tensor>>()) {
      for (auto& t : v.template get<std::vector<Tensor>>()) f(t);
    }
  }
}

/// How far a comparison with PyTorch goes: each includes what is before it.
enum class Compared { Nothing, Values, FirstDerivatives, Everything };
const char* name_of(Compared how_far);

/// Arguments, and what of the checks does not apply to them.
struct Sample {
  Sample(std::initializer_list<Value> list) : in(list) {}
  explicit Sample(Values list) : in(std::move(list)) {}
  Values in;
  bool rough = false;   ///< numeric slopes mean nothing here: a kink, a tie, the edge of a domain
  std::string differs;  ///< the entry of docs/pytorch_names.md that says why we differ from PyTorch here
  Compared agrees = Compared::Nothing;  ///< where there is such an entry: how far we are the same nevertheless

  Compared compared() const { return differs.empty() ? Compared::Everything : agrees; }
  Sample with(const Values& more) const;
};
using Samples = std::vector<Sample>;

/// What samples have to show. A row whose samples miss one says why with `without`.
enum Kind : unsigned {
  kEmpty = 1,        ///< no elements
  kZeroDim = 2,      ///< no dimensions
  kBig = 4,          ///< a thousand elements, so that vector loops and their remainders run
  kSpecial = 8,      ///< NaN and infinities
  kSingle = 16,      ///< every class of dtypes
  kIntegers = 32,    //
  kBools = 64,       //
  kError = 128,      ///< arguments that throw
  kBroadcast = 256,  ///< two tensors of different shapes
  kMixed = 512,      ///< two tensors of different dtypes
  kStrided = 1024    ///< a tensor whose elements are not in the order of memory, where draws are
};
inline constexpr std::array<std::pair<Kind, const char*>, 11> kKinds{{{kEmpty, "empty"},
                                                                      {kZeroDim, "zero-dim"},
                                                                      {kBig, "big"},
                                                                      {kSpecial, "special points"},
                                                                      {kSingle, "float32"},
                                                                      {kIntegers, "integer"},
                                                                      {kBools, "bool"},
                                                                      {kError, "error"},
                                                                      {kBroadcast, "broadcast"},
                                                                      {kMixed, "mixed dtypes"},
                                                                      {kStrided, "strided"}}};

/// Words of PyTorch's that ours do not repeat: at the samples whose error begins with these there, ours is another one.
struct OtherWords {
  std::string heading;  ///< the entry of docs/pytorch_names.md that says why
  std::string theirs;
};

/// How close results are to PyTorch's, relative to them: float64's, and float32's.
inline constexpr double kRtol = 1e-10, kRtol32 = 1e-5;

struct Row {
  std::string name;    ///< "sum.dim": our function, and which of its forms
  std::string aten;    ///< PyTorch's name, the part of `name` before the dot unless said otherwise
  std::string family;  ///< "reductions"
  std::function<std::vector<Tensor>(const Values&)> call;
  std::function<void(Values&)> in_place;  ///< changes the first argument; null when there is no such operation
  Samples samples;
  std::string signature;                    ///< the function's parameters, a letter each: see letter_of
  std::size_t parameters = 0, tensors = 0;  ///< of the function; how many of them are tensors (a list counts twice)
  std::set<std::size_t> constant;           ///< parameters that may not require grad
  bool random = false;                      ///< draws come in the order of memory
  std::vector<OtherWords> own_words;        ///< where errors have other words than PyTorch's
  bool metadata = false;                    ///< in place, it changes the shape and not the memory
  bool any_strides = false;                 ///< PyTorch's results have other strides, which say nothing
  bool strict_layout = false;               ///< whether it works at all depends on the strides
  unsigned waived = 0;                      ///< kinds that its samples cannot show
  std::string waived_because;               ///< and why
  std::string no_slopes_because;            ///< why its derivatives are compared with no numeric slopes
  double rtol = kRtol, rtol32 = kRtol32;    ///< against PyTorch
  std::string wider_because;                ///< why they are wider than usual
  bool sums_products = false;  ///< differences are measured by Σ|a|·|b|, of which Σ a·b may be a small part

  Row&& as(std::string aten_name) && { return aten = std::move(aten_name), std::move(*this); }
  Row&& constants(std::set<std::size_t> which) && { return constant = std::move(which), std::move(*this); }
  Row&& draws() && { return random = true, std::move(*this); }
  /// Errors of PyTorch's that begin in these ways (each of them: `""`) are others here, for the reason that stands
  /// under the heading. All other errors have PyTorch's words. It fails where one that begins so is the same after all.
  Row&& words(const std::string& heading, const std::vector<std::string>& theirs = {""}) &&;
  /// What is said of this error of PyTorch's; null if ours is the same.
  const OtherWords* other_words(const std::optional<std::string>& theirs) const;
  Row&& reshapes() && { return metadata = true, std::move(*this); }
  Row&& in_any_layout() && { return any_strides = true, std::move(*this); }
  Row&& strided() && { return strict_layout = true, std::move(*this); }
  /// Of float64 and float32. One that is wider than usual has to be needed, and says why.
  Row&& tolerance(double r64, double r32, std::string why = "") && {
    return rtol = r64, rtol32 = r32, wider_because = std::move(why), std::move(*this);
  }
  bool wider() const { return rtol > kRtol || rtol32 > kRtol32; }
  Row&& of_magnitudes() && { return sums_products = true, std::move(*this); }
  /// Kinds that cannot be had, and the reason, which stands with what a test says of them.
  Row&& without(unsigned kinds, const char* reason) &&;
  Row&& without_slopes(const char* reason) && { return no_slopes_because = reason, std::move(*this); }
  bool only_in_place() const { return aten.ends_with('_'); }
};

// --- from a lambda to a row

namespace detail {

template <class P>
decltype(auto) argument(const Values& in, std::size_t i);

template <class P>
struct Get {
  static P of(const Value& v) {
    if (std::is_same_v<P, bool> && v.is<std::monostate>()) return P(false);  // PyTorch's default of most flags
    return v.number().to<P>();
  }
};
template <>
struct Get<Reduction> {
  static Reduction of(const Value& v) { return static_cast<Reduction>(v.get<std::int64_t>()); }
};
template <>
struct Get<Scalar> {
  static Scalar of(const Value& v) { return v.number(); }
};
template <>
struct Get<ScalarType> {
  static ScalarType of(const Value& v) { return v.get<ScalarType>(); }
};
template <>
struct Get<IntArrayRef> {
  static IntArrayRef of(const Value& v) { return v.get<D>(); }
};
template <>
struct Get<TensorList> {
  static TensorList of(const Value& v) { return v.get<std::vector<Tensor>>(); }
};
template <>
struct Get<std::span<const TensorIndex>> {
  static std::span<const TensorIndex> of(const Value& v) { return v.get<Value::Index>(); }
};
template <class P>
requires(std::is_same_v<P, std::string> || std::is_same_v<P, std::vector<double>>) struct Get<P> {
  static const P& of(const Value& v) { return v.get<P>(); }
};
template <class P>
struct Get<std::optional<P>> {
  static std::optional<P> of(const Value& v) {
    if (v.is<std::monostate>()) return std::nullopt;
    return Get<P>::of(v);
  }
};
template <>
struct Get<Tensor> {
  static Tensor& of(const Value& v) {
    static Tensor undefined;
    return v.is<std::monostate>() ? undefined : const_cast<Tensor&>(v.get<Tensor>());
  }
};

/// The argument for a parameter of type P; trailing ones that were not given are None.
template <class P>
decltype(auto) argument(const Values& in, std::size_t i) {
  static const Value kNone = none;
  return Get<std::remove_cvref_t<P>>::of(i < in.size() ? in[i] : kNone);
}

/// One letter for a parameter's type, the same for an optional one; table_rules.cpp reads them off declarations too.
template <class P>
constexpr char letter_of = std::is_same_v<P, bool>                  ? 'b'
                           : std::is_integral_v<P>                  ? 'i'
                           : std::is_floating_point_v<P>            ? 'f'
                           : std::is_same_v<P, Tensor>              ? 'T'
                           : std::is_same_v<P, TensorList>          ? 'L'
                           : std::is_same_v<P, Scalar>              ? 'S'
                           : std::is_same_v<P, IntArrayRef>         ? 'D'
                           : std::is_same_v<P, ScalarType>          ? 'd'
                           : std::is_same_v<P, std::string>         ? 's'
                           : std::is_same_v<P, Reduction>           ? 'r'
                           : std::is_same_v<P, std::vector<double>> ? 'F'
                                                                    : 'x';
template <class P>
constexpr char letter_of<std::optional<P>> = letter_of<P>;

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class C, class R, class... P>
struct Signature<R (C::*)(P...) const> {
  static std::string letters() { return {letter_of<std::remove_cvref_t<P>>...}; }
  static constexpr std::size_t parameters = sizeof...(P);
  static constexpr std::size_t tensors =
      ((std::is_same_v<std::remove_cvref_t<P>, Tensor> + 2 * std::is_same_v<P, TensorList>)+... + 0);
  template <class F>
  static decltype(auto) call(const F& f, const Values& in) {
    return [&]<std::size_t... I>(std::index_sequence<I...>)->decltype(auto) { return f(argument<P>(in, I)...); }
    (std::index_sequence_for<P...>{});
  }
};

inline std::vector<Tensor> results(Tensor t) { return {std::move(t)}; }
inline std::vector<Tensor> results(std::vector<Tensor> list) { return list; }
inline std::vector<Tensor> results(const ValuesIndices& pair) { return {pair.values(), pair.indices()}; }
template <class... R>
std::vector<Tensor> results(const std::tuple<R...>& several) {
  return std::apply([](const R&... r) { return std::vector<Tensor>{r...}; }, several);
}
inline std::vector<Tensor> results(bool b) { return {tensor(b)}; }

Row named(std::string name, Samples samples);

}  // namespace detail

/// A row whose function has no in-place twin.
template <class F>
Row row(std::string name, F f, Samples samples) {
  using S = detail::Signature<F>;
  Row r = detail::named(std::move(name), std::move(samples));
  r.signature = S::letters();
  r.parameters = S::parameters;
  r.tensors = S::tensors;
  r.call = [f](const Values& in) { return detail::results(S::call(f, in)); };
  return r;
}

/// A row with the in-place twin g(x, ...), which returns nothing.
template <class F, class G>
Row row(std::string name, F f, G g, Samples samples) {
  Row r = row(std::move(name), std::move(f), std::move(samples));
  r.in_place = [g](Values& in) { detail::Signature<G>::call(g, in); };
  return r;
}

/// A row for what exists in place only (`fill_`): the other form works on a copy.
template <class G>
Row in_place_row(std::string name, G g, Samples samples) {
  using S = detail::Signature<G>;
  Row r = detail::named(std::move(name), std::move(samples));
  r.signature = S::letters();
  r.parameters = S::parameters;
  r.tensors = S::tensors;
  r.in_place = [g](Values& in) { S::call(g, in); };
  r.call = [g](const Values& in) {
    Values copy = in;
    copy.at(0) = in[0].get<Tensor>().clone();
    S::call(g, copy);
    return std::vector<Tensor>{copy[0].get<Tensor>()};
  };
  return r;
}

// --- the table

using Rows = std::vector<Row>;
bool register_family(const char* name, Rows (*rows)());
/// All rows.
const Rows& rows();

/// `OP_FAMILY(pointwise) { return {row(...), ...}; }` adds a family's rows to the table.
#define OP_FAMILY(NAME)                                                                       \
  static Rows NAME##_rows();                                                                  \
  [[maybe_unused]] static const bool NAME##_registered = register_family(#NAME, NAME##_rows); \
  static Rows NAME##_rows()

}  // namespace xgrad::op_table
