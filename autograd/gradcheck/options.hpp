/// What a gradient check is told, and what it tells.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <string>
#include <vector>

namespace xgrad::autograd {

/// What counts as equal, and how slopes are measured. The defaults are for float64.
///
///     gradcheck(f, {x}, GradcheckOptions().atol(1e-4).rtol(1e-2));
///     gradcheck(f, {x}, kw::atol = 1e-4, rtol = 1e-2);   // with xgrad::kwargs
class GradcheckOptions {
 public:
  /// The step of the first look at each slope: half the distance between the two points of a central difference. By
  /// default 1e-6 (float32: 5e-3) times max(1, |x|). Where slope and derivative differ, other steps follow.
  GradcheckOptions& eps(double v) {
    check<ValueError>(v > 0 && v <= 1e300, "gradcheck: eps should be a positive number, and is {:g}", v);
    return eps_ = v, *this;
  }
  /// An entry passes when |analytic − numeric| ≤ atol + rtol·|numeric|. By default atol is 1e-6 of the largest slope
  /// where slopes are below one, so that small derivatives are held to the same standard, and grows by what rounding
  /// leaves uncertain of the slope. Setting either tolerance makes both count as they are, and allows float32.
  GradcheckOptions& atol(double v) { return atol_ = not_negative("atol", v), tolerances_given_ = true, *this; }
  GradcheckOptions& rtol(double v) { return rtol_ = not_negative("rtol", v), tolerances_given_ = true, *this; }
  /// How far two evaluations at one point may differ before the function counts as nondeterministic.
  GradcheckOptions& nondet_tol(double v) { return nondet_tol_ = not_negative("nondet_tol", v), *this; }
  /// How many of the worst entries a report shows.
  GradcheckOptions& max_entries(std::size_t n) { return max_entries_ = n, *this; }
  /// Throw GradcheckError, with the report as its text, instead of returning a result that is false.
  GradcheckOptions& raise_exception(bool v) { return raise_exception_ = v, *this; }
  /// Look along a few random directions first, and entry by entry only where that finds a difference. Cheap when all is
  /// well; small mistakes in large Jacobians may hide in a sum.
  GradcheckOptions& fast_mode(bool v) { return fast_mode_ = v, *this; }
  /// The function works element by element: compare the diagonal only, for the price of one evaluation instead of one
  /// for each element. That nothing is off the diagonal is checked too. Inputs of another shape than the output
  /// (broadcast ones) are checked in full.
  GradcheckOptions& elementwise(bool v) { return elementwise_ = v, *this; }
  /// Measure every slope by Ridders' extrapolation (central differences at shrinking steps, continued to step zero)
  /// instead of one central difference: some ten times the evaluations, and slopes good to ten digits or so.
  GradcheckOptions& ridders(bool v) { return ridders_ = v, *this; }
  /// At a kink accept any derivative between the slopes of the two sides.
  GradcheckOptions& allow_kinks(bool v) { return allow_kinks_ = v, *this; }
  /// Also see whether backward copes with outputs whose gradient is undefined (which means zero).
  GradcheckOptions& check_undefined_grad(bool v) { return check_undefined_grad_ = v, *this; }

  /// The step that was set; 0 when none was.
  double eps() const { return eps_; }
  double atol() const { return atol_; }
  double rtol() const { return rtol_; }
  double nondet_tol() const { return nondet_tol_; }
  std::size_t max_entries() const { return max_entries_; }
  bool raise_exception() const { return raise_exception_; }
  bool fast_mode() const { return fast_mode_; }
  bool elementwise() const { return elementwise_; }
  bool ridders() const { return ridders_; }
  bool allow_kinks() const { return allow_kinks_; }
  bool check_undefined_grad() const { return check_undefined_grad_; }
  bool tolerances_given() const { return tolerances_given_; }

 private:
  static double not_negative(const char* name, double v) {
    check<ValueError>(v >= 0, "gradcheck: {} should not be negative, and is {:g}", name, v);
    return v;
  }

  double eps_ = 0, atol_ = 1e-6, rtol_ = 1e-4, nondet_tol_ = 0;
  std::size_t max_entries_ = 8;
  bool tolerances_given_ = false, raise_exception_ = false, fast_mode_ = false, elementwise_ = false, ridders_ = false,
       allow_kinks_ = false, check_undefined_grad_ = true;
};

/// A mistake as it looks from outside.
enum class GradcheckCause {
  Unknown,        ///< no pattern was recognised
  Refused,        ///< nothing was compared: the report says why
  OutsideDomain,  ///< the function itself gives NaN or infinity
  NotFinite,      ///< the derivative gives NaN or infinity where the function is finite
  Detached,       ///< no gradient reaches the input
  Zero,           ///< the derivative is zero everywhere
  Kink,           ///< the slopes to the left and to the right differ
  Jump,           ///< the function is not continuous, or has a vertical tangent
  Sign,           ///< negated
  Transposed,     ///< rows and columns swapped
  OtherInput,     ///< the slopes along another input
  Permuted,       ///< the right numbers in the wrong places
  MissingSum,     ///< not summed over a broadcast dimension
  FactorOfTwo,    ///< twice or half the slope
  Factor,         ///< another constant times the slope
  Float32,        ///< rounding of float32
  Noise,          ///< the function's values are too rough for a slope
  SomeEntries,    ///< most entries are right, and a few are not
  UndefinedGrad,  ///< backward cannot cope with an undefined gradient
};

/// One entry of a Jacobian that differs.
struct GradcheckEntry {
  std::string output, input;                            ///< their names: "output 0", "input 1", "layer1.weight"
  std::vector<std::int64_t> output_index, input_index;  ///< the elements within them
  double analytic = 0, numeric = 0;
  double absolute_error = 0, relative_error = 0;
};

/// The suspected cause for one output and one input.
struct GradcheckFinding {
  std::string output, input;
  GradcheckCause cause = GradcheckCause::Unknown;
  std::string text;
};

/// What a check found.
struct GradcheckResult {
  bool ok = false;
  /// What people read: the worst entries as a table and the suspected causes. One line when all is well.
  std::string report;
  /// The same for programs: the worst entries (max_entries of them), and a finding for each pair that differs.
  std::vector<GradcheckEntry> entries;
  std::vector<GradcheckFinding> findings;

  explicit operator bool() const { return ok; }
  bool refused() const { return !findings.empty() && findings.front().cause == GradcheckCause::Refused; }
  bool suspects(GradcheckCause cause) const {
    for (const GradcheckFinding& f : findings) {
      if (f.cause == cause) return true;
    }
    return false;
  }
};

/// Thrown for a failed check when `raise_exception` is set.
class GradcheckError : public Error {
  using Error::Error;
};

}  // namespace xgrad::autograd
