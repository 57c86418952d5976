/// A check of tensors' derivatives, step by step. Internal.
#pragma once

#include <xgrad/autograd/gradcheck/callable.hpp>
#include <xgrad/autograd/gradcheck/jacobian.hpp>

namespace xgrad::autograd::detail {

/// The elements of a tensor as doubles, in order.
Values values_of(const Tensor& t);

/// Puts tensors back as they were.
class Restore {
 public:
  explicit Restore(const std::vector<Tensor>& tensors);
  ~Restore();
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  std::vector<Tensor> tensors_, copies_;
};

class TensorCheck {
 public:
  TensorCheck(const Target& target, const GradcheckOptions& options) : target_(target), options_(options) {}
  GradcheckResult run();

 private:
  // Each returns a reason not to go on, empty when there is none.
  std::string look_at_inputs();
  std::string refuse_input(std::size_t i) const;
  std::string shared_memory() const;
  std::string look_at_function();
  std::string look_for_other_places() const;
  std::string computed_twice(std::vector<Block>& blocks) const;

  const char* advice_on_chance() const;
  std::string name(std::size_t input) const { return target_.input_names[input]; }
  std::vector<Tensor> call() const;
  std::vector<Tensor> outputs() const;  // the floating-point ones
  std::vector<Tensor> wanted() const;   // the inputs that are checked
  /// Gradients of the weighted output, by variable; `reached` tells which ones backward got to.
  std::vector<Values> gradients(const Tensor& out, const Tensor& weights, std::vector<bool>* reached = nullptr) const;
  /// The computed derivatives.
  void compute(std::vector<Block>& blocks) const;
  void check_undefined(GradcheckResult& result) const;

  const Target& target_;
  const GradcheckOptions& options_;
  std::vector<std::size_t> checked_;   // positions of the inputs that require grad
  std::vector<std::size_t> floating_;  // positions of the outputs that can have a derivative
  Measured measured_;
};

}  // namespace xgrad::autograd::detail
