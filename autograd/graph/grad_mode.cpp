#include <xgrad/autograd/graph/grad_mode.hpp>

namespace xgrad {

namespace detail {
thread_local constinit bool grad_mode = true;
thread_local constinit bool inference_mode = false;
}  // namespace detail

bool GradMode::is_enabled() { return detail::grad_mode; }
void GradMode::set_enabled(bool enabled) { detail::grad_mode = enabled; }

}  // namespace xgrad
