// Checks derivatives without any test framework.
#include <xgrad/autograd/gradcheck.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

int main() {
  const Tensor x = tensor({1., 2.}, dtype(kFloat64).requires_grad(true));
  print(autograd::gradcheck([](const Tensor& t) { return t * t; }, {x}).report);
  print(autograd::gradcheck([](double t) { return t * t; }, [](double t) { return t; }, 3.).report);
}
