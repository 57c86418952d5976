/// What the graph's tests share.
#pragma once

#include <gtest/gtest.h>

#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace xgrad {

inline Tensor leaf(const TensorData& data) { return tensor(data, TensorOptions(kFloat64).requires_grad(true)); }

inline std::vector<double> values(const Tensor& t) {
  const NoGradGuard no_grad;
  const Tensor packed = t.detach().to(kFloat64).contiguous();
  return {packed.data_ptr<double>(), packed.data_ptr<double>() + packed.numel()};
}

using Values = std::vector<double>;

/// A tensor whose memory tells when it is freed.
class Watched {
 public:
  explicit Watched(std::int64_t n) : memory_(static_cast<std::size_t>(n), 1.5) {}
  Tensor tensor() {
    return from_blob(
        memory_.data(), {static_cast<std::int64_t>(memory_.size())}, [f = freed_](void*) { *f = true; },
        TensorOptions(kFloat64));
  }
  bool freed() const { return *freed_; }

 private:
  std::vector<double> memory_;
  std::shared_ptr<bool> freed_ = std::make_shared<bool>(false);
};

/// The message of the Error that f throws; empty when it throws none.
template <class E = Error, class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return "";
}

#define EXPECT_ERROR(kind, statement, part)                                                          \
  do {                                                                                               \
    const std::string xgrad_text = ::xgrad::error_of<kind>([&] { statement; });                      \
    EXPECT_NE(xgrad_text.find(part), std::string::npos) << "the error was: \"" << xgrad_text << '"'; \
  } while (false)

}  // namespace xgrad
