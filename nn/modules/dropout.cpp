#include <xgrad/nn/modules/dropout.hpp>

namespace xgrad::nn {

std::string detail::dropout_text(const DropoutOptions& options) {
  return fmt::format("p={}, inplace={}", python(options.p()), python(options.inplace()));
}

}  // namespace xgrad::nn
