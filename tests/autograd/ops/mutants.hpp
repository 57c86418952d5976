/// Functions with one derivative spoilt on purpose, which the checks of derivatives have to notice.
#pragma once

#include <compare>

#include "mutations.hpp"

namespace xgrad::op_table {

/// What a function of leaves made, and the nodes whose gradients can be spoilt: in the order in which a walk from the
/// results finds them.
struct Traced {
  std::vector<Tensor> results;
  std::vector<std::size_t> numbers;  ///< results[k] receives incoming(results[k], numbers[k])
  std::vector<Intrusive<Node>> nodes;
};
using Traceable = std::function<Traced(const std::vector<Tensor>&)>;

/// A row at a sample, as a function of its leaves.
Traceable of_row(const Row& row, const Sample& sample);
/// Its first derivatives, as a function of the leaves and of the gradients that its results receive. The nodes are
/// those that differentiating adds and no operation records.
Traceable derivative_of(Traceable f, std::size_t leaves);
/// The leaves, and a gradient for every result that requires grad.
std::vector<Tensor> leaves_of_derivative(const Traceable& f, const std::vector<Tensor>& leaves);

/// The gradients of leaves when the results receive incoming(...).
std::vector<Tensor> gradients(const Traced& made, const std::vector<Tensor>& leaves);

/// Which gradient of which node.
struct Place {
  std::size_t node = 0, output = 0;
  auto operator<=>(const Place&) const = default;
};
/// The function with one gradient spoilt, by a hook on the node that returns it.
Traceable spoilt(Traceable f, Place place, Mutation how);

/// A dimension of a result, along which a gradient is summed.
struct Along {
  std::size_t result = 0;
  std::int64_t dim = 0;
};
/// Where the gradient of a leaf is a sum: the first slice of a result adds to the same elements of it as the second.
std::optional<Along> summed(const Traceable& f, const std::vector<Tensor>& leaves, std::size_t leaf);
/// The function with that sum missing: the leaf's gradient is what the first slice adds, and nothing of the others.
Traceable without_sum(Traceable f, std::size_t leaf, Along along);

}  // namespace xgrad::op_table
