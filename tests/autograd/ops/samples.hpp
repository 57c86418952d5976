/// Sample arguments for rows of the op table.
#pragma once

#include "op_table.hpp"

namespace xgrad::op_table {

inline constexpr ScalarType kDtypes[] = {kFloat64, kFloat32, kInt64, kInt32, kInt16, kInt8, kUInt8, kBool};

/// Where a float sample's elements lie: distinct, well apart, none of them whole, in a scrambled order.
struct Range {
  double low = -2, high = 2;
};

/// A tensor of this shape. Integers repeat within the range, times two; bools are mixed.
Tensor t(const D& shape, ScalarType dtype = kFloat64, std::int64_t seed = 1, Range range = {});
inline Tensor t(const D& shape, Range range, std::int64_t seed = 1) { return t(shape, kFloat64, seed, range); }
/// A vector of these values, or a matrix of these rows.
Tensor v(std::initializer_list<double> values, ScalarType dtype = kFloat64);
Tensor m(std::initializer_list<std::initializer_list<double>> values, ScalarType dtype = kFloat64);
/// The same elements with the last dimension slowest in memory.
Tensor turned(const Tensor& x);
/// A list of tensors as one argument.
inline Value list(std::vector<Tensor> tensors) { return tensors; }
/// A Python index as one argument.
inline Value at(Value::Index entries) { return entries; }

/// The entries of docs/pytorch_names.md on errors with other words than PyTorch's.
inline constexpr const char* kInner = "Errors from inside";        ///< of what nobody called
inline constexpr const char* kSooner = "Errors that come sooner";  ///< before PyTorch stumbles over their consequence
inline constexpr const char* kTypes = "Names of types";            ///< Python's instead of C++'s
inline constexpr const char* kWrong = "Errors that mislead";       ///< PyTorch's name another cause, or other numbers
inline constexpr const char* kPivot = "Which pivot is zero";       ///< of another factorization of the same matrix
inline constexpr const char* kNoBroadcast = "Losses refuse broadcasting";

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// At which numeric slopes mean nothing.
Sample rough(Sample s);
/// All of them rough: functions without slopes.
Samples rough(Samples samples);
/// At which we differ from PyTorch, for the reason that stands under this heading in docs/pytorch_names.md. What is
/// before the difference is compared all the same: with `Compared::Values` only derivatives differ, with
/// `Compared::FirstDerivatives` only second ones. The comparison fails where it could go further.
Sample differs(Sample s, std::string heading, Compared agrees = Compared::Nothing);
/// All of them.
Samples differ(Samples samples, const std::string& heading, Compared agrees = Compared::Nothing);
/// Those for which the predicate holds.
template <class P>
Samples differ_where(P holds, Samples samples, const std::string& heading, Compared agrees = Compared::Nothing) {
  for (Sample& s : samples) {
    if (holds(s)) s = differs(std::move(s), heading, agrees);
  }
  return samples;
}
/// Those whose first tensor is floating.
Samples floats_differ(Samples samples, const std::string& heading, bool empty_too = true,
                      Compared agrees = Compared::Nothing);

Samples operator+(Samples a, const Samples& b);
/// Every sample with every one of these lists of further arguments.
Samples with(const Samples& samples, const std::vector<Values>& more);
/// Every sample with its floating tensors in other dtypes.
Samples in_dtypes(const Samples& samples, std::initializer_list<ScalarType> dtypes);

/// One tensor: shapes, empty, zero-dim, big, special points in both floating dtypes, all dtypes.
Samples unary_samples(Range range = {});
Samples unary_samples(Range range, std::initializer_list<double> special);
/// Two tensors: the same, and broadcasting (well and badly), pairs of dtypes.
Samples binary_samples(Range range = {});
/// One tensor to reduce: the same, and ties.
Samples reduce_samples();
/// One tensor whose shape matters.
Samples shape_samples();
/// A few shapes and all dtypes of one tensor, where a row's arguments differ more than its tensors.
Samples few_samples(Range range = {});

/// `outer`, and the first `dims` of `rest`: shapes of layers in one to three dimensions.
inline D sizes_of(std::initializer_list<std::int64_t> outer, std::initializer_list<std::int64_t> rest,
                  std::size_t dims) {
  D out(outer);
  out.insert(out.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(dims));
  return out;
}

/// A row for f(x) with the twin f_(x).
#define UNARY(NAME, ...) \
  row(                   \
      #NAME, [](T x) { return NAME(x); }, [](Tensor& x) { NAME##_(x); }, unary_samples(__VA_ARGS__))
/// A row for f(x, y) with the twin f_(x, y).
#define BINARY(NAME, ...) \
  row(                    \
      #NAME, [](T x, T y) { return NAME(x, y); }, [](Tensor& x, T y) { NAME##_(x, y); }, binary_samples(__VA_ARGS__))

}  // namespace xgrad::op_table
