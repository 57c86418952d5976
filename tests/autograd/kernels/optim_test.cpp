#include <xgrad/autograd/kernels/optim.hpp>
#include <xgrad/tests/autograd/kernels/kernel_arrays.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace xgrad::kernels {
namespace {

using test::layouts;
using test::make;
using test::noise;
using test::values;
using testing::ElementsAre;

template <class T>
class SgdStepOf : public testing::Test {};
using Floating = testing::Types<float, double>;
TYPED_TEST_SUITE(SgdStepOf, Floating);

const SgdStep kSteps[] = {
    {.lr = 0.1},
    {.lr = 0.1, .momentum = 0.9},
    {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01},
    {.lr = 0.1, .momentum = 0.9, .dampening = 0.3},
    {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true},
    {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true, .maximize = true},
    {.lr = 0.1, .weight_decay = 0.01, .maximize = true},
};

// To the bit: PyTorch adds with one fused multiply-add and multiplies with a rounding of its own.
TYPED_TEST(SgdStepOf, RoundsAsPyTorchDoes) {
  using T = TypeParam;
  for (const SgdStep& s : kSteps) {
    const Dims shape{5, 7};
    auto p = values<T>(noise<T>(shape, 1));
    std::vector<T> b(p.size(), std::numeric_limits<T>::quiet_NaN());
    std::vector<Array> parameters = layouts<T>(make<T>(shape, p)), buffers = layouts<T>(make<T>(shape, b));
    for (std::uint64_t step = 0; step < 3; ++step) {
      const Array g = noise<T>(shape, 10 + step);
      const auto gv = values<T>(g);
      for (std::size_t i = 0; i < p.size(); ++i) {
        T d = s.maximize ? -gv[i] : gv[i];
        if (s.weight_decay != 0) d = std::fma(p[i], static_cast<T>(s.weight_decay), d);
        if (s.momentum != 0) {
          volatile T scaled = b[i] * static_cast<T>(s.momentum);  // volatile: the product is rounded before the sum
          b[i] = step == 0 ? d : std::fma(d, static_cast<T>(1 - s.dampening), static_cast<T>(scaled));
          d = s.nesterov ? std::fma(b[i], static_cast<T>(s.momentum), d) : b[i];
        }
        p[i] = std::fma(d, static_cast<T>(-s.lr), p[i]);
      }
      for (std::size_t layout = 0; layout < parameters.size(); ++layout) {
        SCOPED_TRACE(layout);
        const Array* buffer = s.momentum != 0 ? &buffers[layout] : nullptr;
        sgd_step(parameters[layout], layouts<T>(g)[(layout + step) % 3], buffer, step == 0, s);
        ASSERT_EQ(values<T>(parameters[layout]), p);
        if (buffer) {
          ASSERT_EQ(values<T>(*buffer), b);
        }
      }
    }
  }
}

TEST(SgdStepKernel, ZeroDimensionalAndEmpty) {
  const Array p = make<float>({}, {1});
  sgd_step(p, make<float>({}, {2}), nullptr, true, {.lr = 0.5});
  EXPECT_THAT(values<float>(p), ElementsAre(0));
  sgd_step(Array::empty({0}, kFloat32), Array::empty({0}, kFloat32), nullptr, true, {.lr = 0.5});
}

TEST(SgdStepKernel, LeavesWhatLiesBetweenAlone) {
  const Array memory = make<float>({6}, {1, 2, 3, 4, 5, 6});
  sgd_step(memory.slice(0, 0, 6, 2), make<float>({3}, {1, 1, 1}), nullptr, true, {.lr = 1});
  EXPECT_THAT(values<float>(memory), ElementsAre(0, 2, 2, 4, 4, 6));
}

TEST(SgdStepKernel, RefusesOtherShapesAndTypes) {
  const Array p = noise<float>({3});
  EXPECT_THROW(sgd_step(p, noise<float>({4}), nullptr, true, {.lr = 1}), Error);
  EXPECT_THROW(sgd_step(p, noise<double>({3}), nullptr, true, {.lr = 1}), Error);
  const Array buffer = noise<float>({1});
  EXPECT_THROW(sgd_step(p, noise<float>({3}), &buffer, true, {.lr = 1, .momentum = 1}), Error);
  const Array whole = make<std::int64_t>({1}, {1});
  EXPECT_THROW(sgd_step(whole, whole, nullptr, true, {.lr = 1}), NotImplementedError);
}

}  // namespace
}  // namespace xgrad::kernels
