// A program of another project. It prints the gradient of sum(x * x) twice, once computed in another file, since
// headers that define something twice only show when two files include them.
#include <xgrad/xgrad.hpp>

xgrad::Tensor gradient(xgrad::Tensor x);

int main() {
  auto x = xgrad::tensor({1., 2., 3.}).requires_grad_();
  (x * x).sum().backward();
  xgrad::print(x.grad());
  xgrad::print(gradient(xgrad::tensor({1., 2., 3.})));
}
