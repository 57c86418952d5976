/// What gradcheck makes of two Jacobians: which entries differ, and what mistake looks like that. Internal.
#pragma once

#include <xgrad/autograd/gradcheck.hpp>

namespace xgrad::autograd::detail {

/// d(output)/d(input) for one pair, twice: as backward computed it and as it was measured. Row-major, a row an element
/// of the output.
struct JacobianPair {
  JacobianPair(std::size_t input_position, const Tensor& x, std::size_t output_position, const Tensor& y)
      : input(input_position),
        output(output_position),
        input_sizes(x.sizes()),
        output_sizes(y.sizes()),
        dtype(x.dtype()),
        columns(static_cast<std::size_t>(x.numel())),
        rows(static_cast<std::size_t>(y.numel())),
        analytic(rows * columns, 0.),
        numeric(rows * columns, 0.),
        above(rows * columns, 0.),
        below(rows * columns, 0.) {}

  std::size_t input, output;
  Dims input_sizes, output_sizes;
  ScalarType dtype;
  std::size_t columns, rows;
  bool connected = true;  ///< backward reached this input
  std::vector<double> analytic, numeric;
  std::vector<double> above, below;  ///< slopes of the upper and the lower half of each step
};

/// The verdict on all pairs.
GradcheckResult judge(const std::vector<JacobianPair>& pairs, const GradcheckOptions& options);

}  // namespace xgrad::autograd::detail
