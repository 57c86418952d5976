/// Slopes of a function, measured: no graph, only numbers in memory and a function of them. Internal.
#pragma once

#include <xgrad/autograd/array/dtype.hpp>

#include <exception>
#include <functional>
#include <vector>

namespace xgrad::autograd::detail {

/// All floating-point outputs of the function under test, one after another.
using Values = std::vector<double>;
using Evaluate = std::function<Values()>;

/// Whether the numbers are the same, up to `tolerance`; two NaN are.
bool same_numbers(const Values& a, const Values& b, double tolerance);

/// What `f` gives near a point where it gives `here`. A step may leave the domain of a function, and some functions
/// throw there: such a step gives NaN, and `failure` (if any) remembers what was thrown.
Values attempt(const Evaluate& f, const Values& here, std::exception_ptr* failure = nullptr);

/// A number in memory that the function depends on. Changes go behind autograd's back; the destructor puts it back.
class Element {
 public:
  Element(void* place, ScalarType dtype) : place_(place), dtype_(dtype), value_(get()) {}
  ~Element() { set(value_); }
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;
  double value() const { return value_; }
  /// Makes it `value + step`; returns the step that rounding left of it.
  double shift(double step);

 private:
  double get() const;
  void set(double v);
  void* place_;
  ScalarType dtype_;
  double value_;
};

/// The distance between 1 and the next number.
double machine_epsilon(ScalarType dtype);

/// The slope of one output by one element.
struct Slope {
  double central = 0;           ///< the best estimate
  double above = 0, below = 0;  ///< to the right and to the left alone
  double error = 0;             ///< how far `central` may be off
  double speck = 0;             ///< what rounding may leave of a computed derivative that is zero
  bool kink = false;            ///< left and right stay apart as the step shrinks
  bool jump = false;            ///< the slope grows without bound as the step shrinks
  bool coarse = false;          ///< the function's values look rounded to float32
};

/// The default step of the first look.
double first_step(double x, ScalarType dtype, double eps);

/// One central difference for every output. `here`: the outputs where the element has its own value.
std::vector<Slope> first_look(Element& x, double step, const Values& here, const Evaluate& f);

/// Ridders' method for every output: central differences at steps that shrink from `step`, and the polynomials through
/// them at step zero. (C. J. F. Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", 1982.)
std::vector<Slope> ridders(Element& x, double step, const Values& here, const Evaluate& f);

/// Looks again, at steps of all sizes between `scale` and rounding, and says which is to be believed and what happens
/// near the point. `scale`: the largest element of the same input. When `f` throws at every step, that passes through.
std::vector<Slope> close_look(Element& x, double scale, ScalarType dtype, const Values& here, const Evaluate& f);

}  // namespace xgrad::autograd::detail
