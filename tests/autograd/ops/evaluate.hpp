/// What a row's function makes of a sample: results, first and second derivatives, errors. And how two such compare.
#pragma once

#include "op_table.hpp"

namespace xgrad::op_table {

/// Every call starts from this seed, on PyTorch's side too.
inline constexpr std::uint64_t kSeed = 5;

/// What happened, on either side. An undefined Tensor is a gradient that nothing depends on.
struct Outcome {
  std::optional<std::string> error;  ///< the first line, when it throws
  std::vector<Tensor> results;
  std::vector<bool> shares;           ///< which results are views of an argument
  std::vector<bool> differentiable;   ///< which results require grad
  std::vector<Tensor> first, second;  ///< by leaf; the second ones go on with those of the incoming gradients
  std::optional<std::string> first_error, second_error;
};

enum class Twin { OutOfPlace, InPlace };
enum class Order { Values, First, Second };

/// The arguments, with every floating tensor that may require grad a leaf that does.
Values leaves_of(const Row& row, const Values& in);
/// Those leaves.
std::vector<Tensor> leaf_list(const Values& leaves);

/// The row's function of those leaves alone, the other arguments being as they are.
std::function<std::vector<Tensor>(const std::vector<Tensor>&)> function_of_leaves(const Row& row, const Values& in);

/// The incoming gradients as they are, or without their signs.
enum class Signs { Kept, Dropped };

/// Runs the row on leaves of these arguments. Errors of this library are part of the outcome.
Outcome evaluate(const Row& row, const Values& in, Twin twin = Twin::OutOfPlace, Order order = Order::Second,
                 Signs signs = Signs::Kept);
/// What a sum of products is made of: the outcome for magnitudes in place of numbers, incoming gradients too.
Outcome magnitudes(const Row& row, const Values& in);

/// The gradient that result k receives: fixed numbers that both sides use.
Tensor incoming(const Tensor& result, std::size_t k, Signs signs = Signs::Kept);
/// The gradients of `leaves` when the results receive incoming(...); undefined ones where there is none.
std::vector<Tensor> gradients(const std::vector<Tensor>& results, const std::vector<Tensor>& leaves);

/// The largest relative differences among numbers that were found to be the same: of float64 and, where float32 plays a
/// part, of float32. `alone` is measured by the numbers themselves, the other by what they are sums of.
struct Measured {
  double wide = 0, single = 0, wide_alone = 0, single_alone = 0;
  void add(const Measured& other);
};

/// How close is the same.
struct Tolerance {
  double rtol = kRtol, rtol32 = kRtol32;
  bool bits = false;               ///< the very same bits
  bool strides = true;             ///< views have the same strides and offset
  const Outcome* scale = nullptr;  ///< what differences are measured by, where it is more than the numbers themselves
  bool single = false;             ///< float64 numbers come from float32 ones: rtol32 is theirs
  Measured* measured = nullptr;    ///< is told how close what is the same was
};
/// float32 plays a part, so that float64 results are no better than it.
bool single_precision(const Values& in, const Outcome& outcome);
/// Where two lists of tensors differ, or "". `zeros`: an undefined tensor equals one of zeros.
std::string difference(const std::vector<Tensor>& ours, const std::vector<Tensor>& theirs, const Tolerance& how,
                       bool zeros = false, const std::vector<Tensor>* scale = nullptr);
/// How far two outcomes are the same, and what is not, in a sentence, or "". Errors compare by their first lines.
struct Difference {
  Compared agree = Compared::Everything;
  std::string what;
};
Difference compare(const Outcome& ours, const Outcome& theirs, const Tolerance& how);
inline std::string difference(const Outcome& ours, const Outcome& theirs, const Tolerance& how) {
  return compare(ours, theirs, how).what;
}

/// Whether there is a derivative that numeric slopes can say something about: everything is float64, small and finite,
/// and the sample is not rough.
bool differentiable_at(const Row& row, const Sample& sample);
/// "exp(float64[2, 3])"
std::string describe(const Row& row, const Sample& sample);
std::string first_line(const std::string& text);

}  // namespace xgrad::op_table
