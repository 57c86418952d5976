/// Keywords of optimisers and schedules.
#pragma once

#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/nn/options.hpp>  // the keyword `mode`

namespace xgrad::kwargs {
XGRAD_KEYWORD(T_0);
XGRAD_KEYWORD(T_max);
XGRAD_KEYWORD(T_mult);
XGRAD_KEYWORD(amsgrad);
XGRAD_KEYWORD(anneal_epochs);
XGRAD_KEYWORD(anneal_strategy);
XGRAD_KEYWORD(avg_fn);
XGRAD_KEYWORD(base_lr);
XGRAD_KEYWORD(base_momentum);
XGRAD_KEYWORD(betas);
XGRAD_KEYWORD(centered);
XGRAD_KEYWORD(cooldown);
XGRAD_KEYWORD(cycle_momentum);
XGRAD_KEYWORD(div_factor);
XGRAD_KEYWORD(end_factor);
XGRAD_KEY(epochs);  // kw::epochs, below
XGRAD_KEYWORD(eta_min);
XGRAD_KEYWORD(etas);
XGRAD_KEYWORD(factor);
XGRAD_KEYWORD(final_div_factor);
XGRAD_KEY(gamma);  // kw::gamma, below
XGRAD_KEYWORD(history_size);
XGRAD_KEYWORD(initial_accumulator_value);
XGRAD_KEYWORD(last_epoch);
XGRAD_KEYWORD(line_search_fn);
XGRAD_KEYWORD(lr_decay);
XGRAD_KEYWORD(lr_lambda);
XGRAD_KEYWORD(max_eval);
XGRAD_KEYWORD(max_iter);
XGRAD_KEYWORD(max_lr);
XGRAD_KEYWORD(max_momentum);
XGRAD_KEYWORD(milestones);
XGRAD_KEYWORD(min_lr);
XGRAD_KEYWORD(momentum_decay);
XGRAD_KEYWORD(patience);
XGRAD_KEYWORD(pct_start);
XGRAD_KEYWORD(power);
XGRAD_KEYWORD(rho);
XGRAD_KEYWORD(scale_fn);
XGRAD_KEYWORD(scale_mode);
XGRAD_KEYWORD(start_factor);
XGRAD_KEYWORD(step_size);
XGRAD_KEYWORD(step_size_down);
XGRAD_KEYWORD(step_size_up);
XGRAD_KEYWORD(step_sizes);
XGRAD_KEYWORD(steps_per_epoch);
XGRAD_KEYWORD(swa_lr);
XGRAD_KEYWORD(t0);
XGRAD_KEYWORD(three_phase);
XGRAD_KEYWORD(threshold_mode);
XGRAD_KEYWORD(tolerance_change);
XGRAD_KEYWORD(tolerance_grad);
XGRAD_KEYWORD(total_iters);
XGRAD_KEYWORD(total_steps);
XGRAD_KEYWORD(use_buffers);
XGRAD_KEYWORD(verbose);
}  // namespace xgrad::kwargs

/// `kw::gamma` and `kw::epochs` have no short name: the C library has a function `gamma`, and programs like to have a
/// constant `epochs`, which would make the name ambiguous under `using namespace xgrad::kwargs`.
namespace xgrad::kw {
inline constexpr kwargs::key::epochs epochs{};
inline constexpr kwargs::key::gamma gamma{};
}  // namespace xgrad::kw
