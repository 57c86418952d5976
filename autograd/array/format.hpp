/// How arrays look in print: character for character what Python's PyTorch shows.
#pragma once

#include <xgrad/autograd/array/array.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xgrad {

/// What `set_printoptions` can change. Every setter returns the options, and the getter of the same name gives the
/// chosen value or, where none was chosen, the default.
///
///     set_printoptions(PrintOptions().precision(6).sci_mode(true));
class PrintOptions {
 public:
  /// Digits after the decimal point; 4 at the start. Throws ValueError when negative.
  PrintOptions& precision(int digits);
  int precision() const { return chosen_.precision.value_or(base_->precision); }

  /// Tensors with more elements than this are shown by their edges only; 1000 at the start, infinity for never.
  PrintOptions& threshold(double elements);
  double threshold() const { return chosen_.threshold.value_or(base_->threshold); }

  /// How many items a summary keeps at each end of a dimension; 3 at the start. Throws ValueError when negative.
  PrintOptions& edgeitems(std::int64_t items);
  std::int64_t edgeitems() const { return chosen_.edgeitems.value_or(base_->edgeitems); }

  /// Characters on a line before a row of numbers, or what follows the last one, is broken; 80 at the start.
  PrintOptions& linewidth(std::int64_t characters);
  std::int64_t linewidth() const { return chosen_.linewidth.value_or(base_->linewidth); }

  /// Scientific notation always (true), never (false), or where the numbers ask for it (nothing, as at the start).
  PrintOptions& sci_mode(std::optional<bool> mode);
  std::optional<bool> sci_mode() const { return sci_mode_; }

  /// "default", "short" (precision 2, 2 edge items) or "full" (no summaries): values for whatever else is not chosen,
  /// before or after. Throws ValueError for other names.
  PrintOptions& profile(std::string_view name);

  /// Takes over what `changes` chose. Its sci_mode counts as chosen even when it was left alone: so it is in PyTorch.
  void update(const PrintOptions& changes);

 private:
  struct Profile {
    std::string_view name;
    int precision;
    double threshold;
    std::int64_t edgeitems, linewidth;
  };
  static const Profile kProfiles[3];

  struct {
    std::optional<int> precision;
    std::optional<double> threshold;
    std::optional<std::int64_t> edgeitems, linewidth;
  } chosen_;
  std::optional<bool> sci_mode_;
  const Profile* base_ = kProfiles;  // what speaks where nothing is chosen
  bool profile_chosen_ = false;
};

/// Changes how tensors print, for all threads. As in PyTorch, what `changes` does not choose stays as it was, except
/// sci_mode, which goes back to automatic.
void set_printoptions(const PrintOptions& changes);
/// The same with one of the profiles: `set_printoptions("full")`.
void set_printoptions(std::string_view profile);
/// The options in force. Giving them back to `set_printoptions` restores them all.
PrintOptions get_printoptions();

/// What a tensor's text says after its elements, beyond what the array itself tells.
struct TensorSuffix {
  bool requires_grad = false;     ///< `requires_grad=True`, unless there is a grad_fn
  std::string_view grad_fn = {};  ///< the node's name: "AddmmBackward0" gives `grad_fn=<AddmmBackward0>`
};

/// The text of `repr(tensor)` in Python:
///
///     tensor([[ 0.0123, -1.5000]], dtype=torch.float64, grad_fn=<AddmmBackward0>)
///
/// The dtype is named unless it is the default, int64 or bool; the size only of an empty tensor. Works on any strides,
/// and looks at the printed elements only, however many there are. An array without memory gives "None".
std::string format_tensor(const Array& a, const TensorSuffix& suffix = {});

}  // namespace xgrad
