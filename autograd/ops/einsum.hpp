/// einsum as Python writes it: `einsum("ij,jk->ik", x, y)`, and with numbers for letters: `einsum({{x, {0, 1}}, {y, {1,
/// 2}}}, {0, 2})`.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace xgrad {

/// A dimension's label: a number from 0 to 51, or Ellipsis for any further dimensions.
class Subscript {
 public:
  Subscript(std::int64_t label);
  Subscript(indexing::EllipsisType) {}

  /// As an equation has it: "A" … "Z", "a" … "z", "...".
  std::string str() const;

 private:
  std::int64_t label_ = -1;
};

/// An operand and the labels of its dimensions.
struct Subscripted {
  Tensor operand;
  std::vector<Subscript> subscripts;
};

/// The form of einsum that Python writes `einsum(x, [0, 1], y, [1, 2], [0, 2])`. Without `output`, the labels that
/// appear once remain, smaller ones first.
Tensor einsum(std::initializer_list<Subscripted> operands);
Tensor einsum(std::initializer_list<Subscripted> operands, const std::vector<Subscript>& output);

/// `einsum("ij,jk->ik", {x, y})` without braces.
template <std::convertible_to<const Tensor&>... T>
requires(sizeof...(T) > 0) Tensor einsum(std::string_view equation, const T&... operands) {
  return einsum(equation, TensorList({static_cast<const Tensor&>(operands)...}));
}

}  // namespace xgrad
