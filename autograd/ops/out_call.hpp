/// What all forms with `out` share: may it be written to, has it the right dtype, where does the result go.
#pragma once

#include <xgrad/autograd/array/offered_memory.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <span>
#include <string_view>

namespace xgrad {

/// Which dtypes an operation's `out` may have.
enum class OutDtype {
  Cast,   ///< any that the result may be cast to: no integer for floats
  Exact,  ///< the result's
  Any,    ///< any
  Own     ///< any, and the operation computes in it, as if it had been given as `dtype`
};

/// Which memory of arguments `out` may share.
enum class OutOverlap {
  Same,   ///< all of it, element for element, or nothing
  Any,    ///< any
  Apart,  ///< none
};

struct OutRule {
  OutDtype dtype;
  OutOverlap overlap;
};

/// The rule for `<name>_out`; null if there is no such form.
const OutRule* out_rule(std::string_view name);

/// One call of an operation whose results go into `outs`: made before the operation runs, told of its results after.
///
/// Where it can, the operation writes into `outs` itself (OfferedMemory), else what it made is copied.
class OutCall {
 public:
  /// Throws PyTorch's errors for memory that must not be written to. The tensors must live as long as the call.
  OutCall(std::string_view name, OutRule rule, std::span<const Tensor> outs,
          std::span<const std::span<const Tensor>> arguments);
  /// Puts the results where they belong; resizes, with a warning for what had elements. Throws for a dtype that the
  /// rule forbids, and where a derivative would have to be recorded.
  void write(std::span<Tensor> results);

 private:
  std::string_view name_;
  OutRule rule_;
  std::span<const Tensor> outs_;
  bool asks_for_gradient_ = false;
  bool is_factory_ = true;              // nothing is read
  std::optional<OfferedMemory> offer_;  // until the results are there
};

}  // namespace xgrad
