/// Limits on gradients, between backward() and step().
#pragma once

#include <xgrad/nn/option.hpp>

#include <vector>

namespace xgrad::kwargs {
XGRAD_KEYWORD(clip_value);
XGRAD_KEYWORD(error_if_nonfinite);
}  // namespace xgrad::kwargs

namespace xgrad::nn::utils {

/// Scales all gradients, taken as one vector, so that its norm is at most `max_norm`; returns the norm it had.
/// Parameters without a gradient are left out. Throws Error for a norm that is not finite, if error_if_nonfinite.
///
///     loss.backward();
///     nn::utils::clip_grad_norm_(model.parameters(), max_norm = 1.0);
///     optimizer.step();
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type = 2,
                       bool error_if_nonfinite = false);
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2, bool error_if_nonfinite = false);
/// Cuts every element of every gradient to ±clip_value.
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
void clip_grad_value_(const Tensor& parameter, double clip_value);

XGRAD_BY_KEYWORD(clip_grad_norm_, const std::vector<Tensor>&, kwargs::key::max_norm,
                 by_keyword::Or<kwargs::key::norm_type, 2>, kwargs::key::error_if_nonfinite)
XGRAD_BY_KEYWORD(clip_grad_value_, const std::vector<Tensor>&, kwargs::key::clip_value)

}  // namespace xgrad::nn::utils
