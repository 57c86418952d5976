#include <xgrad/xgrad.hpp>

xgrad::Tensor gradient(xgrad::Tensor x) {
  x.requires_grad_();
  (x * x).sum().backward();
  return x.grad();
}
