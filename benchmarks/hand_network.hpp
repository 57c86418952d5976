/// The notebook's network as straight loops and sgemm, without a framework: the limit for a training step.
#pragma once

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

// Iterations do not depend on each other.
#if defined(__clang__)
#define BENCH_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define BENCH_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace bench {

/// Fully connected layers with ReLU between them, softmax cross-entropy, SGD with momentum; all buffers are allocated
/// once. Weights are [out, in], as in nn::Linear.
class HandNetwork {
 public:
  HandNetwork(std::vector<std::int64_t> sizes, std::int64_t batch, float lr, float momentum);
  std::vector<float>& weight(std::size_t layer) { return layers_[layer].w; }
  std::vector<float>& bias(std::size_t layer) { return layers_[layer].b; }
  /// One step over a batch; returns the mean loss before it.
  float step(const float* images, const std::int64_t* labels);

 private:
  struct Layer {
    std::int64_t in, out;
    std::vector<float> w, b, grad_w, grad_b, velocity_w, velocity_b;
    std::vector<float> result, grad_result;
  };
  float loss_and_gradient(const std::int64_t* labels);
  std::vector<Layer> layers_;
  std::int64_t batch_;
  float lr_, momentum_;
};

namespace detail {

inline void update(std::vector<float>& p, std::vector<float>& velocity, const std::vector<float>& g, float lr,
                   float momentum) {
  float *x = p.data(), *v = velocity.data();
  const float* d = g.data();
  const std::size_t n = p.size();
  BENCH_INDEPENDENT
  for (std::size_t i = 0; i < n; ++i) {
    v[i] = momentum * v[i] + d[i];
    x[i] -= lr * v[i];
  }
}

}  // namespace detail

inline HandNetwork::HandNetwork(std::vector<std::int64_t> sizes, std::int64_t batch, float lr, float momentum)
    : batch_(batch), lr_(lr), momentum_(momentum) {
  for (std::size_t l = 0; l + 1 < sizes.size(); ++l) {
    Layer layer{sizes[l], sizes[l + 1], {}, {}, {}, {}, {}, {}, {}, {}};
    const auto weights = static_cast<std::size_t>(layer.in * layer.out), outs = static_cast<std::size_t>(layer.out);
    for (auto* v : {&layer.w, &layer.grad_w, &layer.velocity_w}) v->assign(weights, 0);
    for (auto* v : {&layer.b, &layer.grad_b, &layer.velocity_b}) v->assign(outs, 0);
    for (auto* v : {&layer.result, &layer.grad_result}) v->assign(static_cast<std::size_t>(batch) * outs, 0);
    layers_.push_back(std::move(layer));
  }
}

inline float HandNetwork::loss_and_gradient(const std::int64_t* labels) {
  Layer& last = layers_.back();
  const std::int64_t classes = last.out;
  const float share = 1.f / static_cast<float>(batch_);
  double loss = 0;
  for (std::int64_t i = 0; i < batch_; ++i) {
    const float* z = &last.result[static_cast<std::size_t>(i * classes)];
    float* g = &last.grad_result[static_cast<std::size_t>(i * classes)];
    const float top = *std::max_element(z, z + classes);
    float total = 0;
    for (std::int64_t j = 0; j < classes; ++j) total += g[j] = std::exp(z[j] - top);
    for (std::int64_t j = 0; j < classes; ++j) g[j] *= share / total;
    g[labels[i]] -= share;
    loss += std::log(total) - (z[labels[i]] - top);
  }
  return static_cast<float>(loss * share);
}

inline float HandNetwork::step(const float* images, const std::int64_t* labels) {
  const int n = static_cast<int>(batch_);
  const float* input = images;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& y = layers_[l];
    const int in = static_cast<int>(y.in), out = static_cast<int>(y.out);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, out, in, 1, input, in, y.w.data(), in, 0, y.result.data(),
                out);
    const bool hidden = l + 1 < layers_.size();
    for (int i = 0; i < n; ++i) {
      float* row = y.result.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(out);
      const float* b = y.b.data();
      BENCH_INDEPENDENT
      for (int j = 0; j < out; ++j) {
        const float v = row[j] + b[j];
        row[j] = hidden && v < 0 ? 0 : v;
      }
    }
    input = y.result.data();
  }
  const float loss = loss_and_gradient(labels);
  for (std::size_t l = layers_.size(); l-- > 0;) {
    Layer& y = layers_[l];
    const int in = static_cast<int>(y.in), out = static_cast<int>(y.out);
    const float* below = l ? layers_[l - 1].result.data() : images;
    const float* g = y.grad_result.data();
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, out, in, n, 1, g, out, below, in, 0, y.grad_w.data(), in);
    std::fill(y.grad_b.begin(), y.grad_b.end(), 0.f);
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < out; ++j) y.grad_b[static_cast<std::size_t>(j)] += g[i * out + j];
    }
    if (l == 0) break;
    Layer& x = layers_[l - 1];
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, in, out, 1, g, out, y.w.data(), in, 0,
                x.grad_result.data(), in);
    float* d = x.grad_result.data();
    const float* a = x.result.data();
    const std::size_t count = x.result.size();
    BENCH_INDEPENDENT
    for (std::size_t i = 0; i < count; ++i) d[i] = a[i] > 0 ? d[i] : 0;
  }
  for (Layer& y : layers_) {
    detail::update(y.w, y.velocity_w, y.grad_w, lr_, momentum_);
    detail::update(y.b, y.velocity_b, y.grad_b, lr_, momentum_);
  }
  return loss;
}

}  // namespace bench
