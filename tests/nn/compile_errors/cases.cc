// Compiled once for each case named in CMakeLists.txt.
#include <xgrad/nn/nn.hpp>

using namespace xgrad;
using namespace xgrad::kwargs;
namespace F = nn::functional;

void right(const Tensor& x) {
  nn::Linear layer(3, 4, bias = false);
  layer(x);
  F::softmax(x, dim = 1);
  layer->parameters(recurse = false);
}

struct NeedsArgumentImpl : nn::ModuleBase {
  explicit NeedsArgumentImpl(int) {}
};
TORCH_MODULE(NeedsArgument);

void wrong(const Tensor& x) {
#if defined(CASE_unknown_keyword)
  nn::Linear layer(3, 4, momentum = 0.9);
#elif defined(CASE_keyword_of_another_type)
  F::softmax(x, dim = "rows");
#elif defined(CASE_unknown_method_keyword)
  nn::Linear layer(3, 4);
  layer->parameters(prefix = "net");
#elif defined(CASE_method_keyword_of_another_type)
  nn::Linear layer(3, 4);
  layer->parameters(recurse = "no");
#elif defined(CASE_wrong_forward_arguments)
  nn::Linear layer(3, 4);
  layer(x, 2);
#elif defined(CASE_no_default_constructor)
  NeedsArgument module;
#endif
  (void)x;
}
