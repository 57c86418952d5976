// The rows, compiled once against each library: the file that includes this one makes `lib` a name for xgrad or for
// torch, so both do what the same text says. To add a row, add a line at the end.
#include "jobs.hpp"

#include <cmath>

namespace bench {
namespace {

Job scalar_chain() {
  const Tensor x = lib::ones({1}).requires_grad_(), c = lib::full({1}, 0.999f);
  return {[=] {
            x.mutable_grad().reset();
            Tensor y = x;
            for (int i = 0; i < 1000; ++i) y = y * c;
            y.backward();
          },
          [=] { return Results{{x.grad().data_ptr<float>()[0]}}; }};
}

struct Network : lib::nn::Module {
  lib::nn::Linear layer1 = register_module("layer1", lib::nn::Linear(784, 50));
  lib::nn::Linear layer2 = register_module("layer2", lib::nn::Linear(50, 20));
  lib::nn::Linear layer3 = register_module("layer3", lib::nn::Linear(20, 10));
  Tensor forward(Tensor x) { return layer3(lib::relu(layer2(lib::relu(layer1(x))))); }
};

/// A training step of the notebook's network.
Job training_step(std::int64_t batch) {
  struct State {
    Network model;
    lib::nn::CrossEntropyLoss criterion;
    lib::optim::SGD optimizer{model.parameters(), lib::optim::SGDOptions(0.01).momentum(0.9)};
    Tensor images, targets, loss;
  };
  auto s = std::make_shared<State>();
  s->images = numbers({batch, 784}, 1, 0, 1);
  s->targets = labels(batch, 10);
  {
    lib::NoGradGuard no_grad;
    unsigned seed = 10;
    for (Tensor p : s->model.parameters()) p.copy_(numbers(p.sizes().vec(), seed++, -0.05f, 0.05f));
  }
  return {[=] {
            s->loss = s->criterion(s->model.forward(s->images), s->targets);
            s->loss.backward();
            s->optimizer.step();
            s->optimizer.zero_grad();
          },
          [=] {
            Results r;
            append(r, s->loss);
            for (const Tensor& p : s->model.parameters()) append(r, p);
            return r;
          }};
}

/// One step over `count` parameters of `size` elements.
template <class Optimizer, class Options>
Job optimizer_step(int count, std::int64_t size, Options options) {
  std::vector<Tensor> parameters;
  for (int i = 0; i < count; ++i) {
    Tensor p = numbers({size}, static_cast<unsigned>(i)).requires_grad_();
    p.mutable_grad() = numbers({size}, static_cast<unsigned>(100 + i));
    parameters.push_back(p);
  }
  auto optimizer = std::make_shared<Optimizer>(parameters, options);
  return {[=] { optimizer->step(); },
          [=] {
            Results r;
            for (const Tensor& p : parameters) append(r, p);
            return r;
          }};
}

/// One epoch over a loader; `batches` is what makes it and goes over it, batch by batch.
template <class Epoch>
Job epoch(Epoch batches) {
  // Every batch's labels and one pixel of every image are read; the sums do not depend on the order.
  auto sums = std::make_shared<std::vector<double>>(2);
  return {[=] {
            double pixels = 0, classes = 0;
            batches([&](const Tensor& images, const Tensor& targets) {
              const float* p = images.data_ptr<float>();
              const std::int64_t* t = targets.data_ptr<std::int64_t>();
              for (std::int64_t i = 0, n = images.size(0); i < n; ++i) {
                pixels += p[i * 784 + 400];
                classes += static_cast<double>(t[i]);
              }
            });
            *sums = {pixels, classes};
          },
          [=] {
            return Results{{static_cast<float>((*sums)[0])}, {static_cast<float>((*sums)[1])}};
          }};
}

/// libtorch's own kind of loader.
template <class Sampler>
Job loader_epoch() {
  namespace d = lib::data;
  const auto images = d::datasets::MNIST(image_folder()).map(d::transforms::Stack<>());
  return epoch([images](auto&& visit) {
    auto loader = d::make_data_loader<Sampler>(images, d::DataLoaderOptions().batch_size(64));
    for (auto& batch : *loader) visit(batch.data, batch.target);
  });
}

constexpr std::int64_t kSide = 1024;  // "1M" is kSide²

template <class F>
auto elementwise(F f, float low, float high) {
  return [=] {
    const Tensor x = numbers({kSide, kSide}, 1, low, high);
    return forward([=] { return f(x); });
  };
}

/// y = f(x, i) with a place below kSide for each element.
template <class F>
auto at_places(F f) {
  return [=] {
    const Tensor x = numbers({kSide, kSide}), i = labels(kSide * kSide, kSide).view({kSide, kSide});
    return forward([=] { return f(x, i); });
  };
}

template <class F>
auto with_gradient(F f) {
  return [=] { return forward_backward(numbers({kSide, kSide}, 1, -4, 4), f); };
}

/// A chain of three matrices that is cheap from the right: 256 x 512, 512 x 512, 512 x 8.
template <class F>
auto chain_of_three(F f) {
  return [=] {
    const Tensor a = numbers({256, 512}, 1), b = numbers({512, 512}, 2), c = numbers({512, 8}, 3);
    return forward([=] { return f(a, b, c); });
  };
}

template <class F>
auto product(std::vector<std::int64_t> a, std::vector<std::int64_t> b, F f) {
  return [=] {
    const Tensor x = numbers(a, 1), y = numbers(b, 2);
    return forward([=] { return f(x, y); });
  };
}

/// What einsum makes of two tensors.
auto einsum_of(const char* equation) {
  return [=](const Tensor& a, const Tensor& b) { return lib::einsum(equation, {a, b}); };
}

/// Both gradients of a convolution.
auto convolution(std::vector<std::int64_t> image, std::vector<std::int64_t> kernel, std::int64_t padding) {
  return [=] {
    const Tensor w = numbers(kernel, 5).requires_grad_(), b = numbers({kernel[0]}, 6).requires_grad_();
    const std::vector<std::int64_t> one{1, 1}, pad{padding, padding};
    return forward_backward(numbers(image), [=](const Tensor& x) { return lib::conv2d(x, w, b, one, pad); });
  };
}

/// A batch of 64 with 128 features, the states of an LSTM of 128, and its weights; all take a gradient.
struct LSTMInputs {
  std::vector<Tensor> states, weights;
  explicit LSTMInputs(std::vector<std::int64_t> state)
      : states{numbers(state, 2), numbers(state, 3)},
        weights{numbers({512, 128}, 4, -0.1f, 0.1f), numbers({512, 128}, 5, -0.1f, 0.1f), numbers({512}, 6),
                numbers({512}, 7)} {
    for (Tensor& t : states) t.requires_grad_();
    for (Tensor& t : weights) t.requires_grad_();
  }
};

Job lstm_step() {
  const LSTMInputs in({64, 128});
  return forward_backward(numbers({64, 128}), [=](const Tensor& x) {
    const auto& w = in.weights;
    const auto next = lib::lstm_cell(x, in.states, w[0], w[1], w[2], w[3]);
    return std::get<0>(next) + std::get<1>(next);
  });
}

Job lstm_layer(std::int64_t length) {
  const LSTMInputs in({1, 64, 128});
  return forward_backward(numbers({length, 64, 128}), [=](const Tensor& x) {
    return std::get<0>(lib::lstm(x, in.states, in.weights, true, 1, 0.0, false, false, false));
  });
}

/// All gradients of attention, 8 heads of 64 features.
struct Attention {
  Tensor k, v;
  explicit Attention(std::int64_t length)
      : k(numbers({8, length, 64}, 5).requires_grad_()), v(numbers({8, length, 64}, 6).requires_grad_()) {}
  Tensor operator()(const Tensor& q) const {
    return std::get<0>(lib::_scaled_dot_product_attention(q, k, v, {}, 0.0, false, false));
  }
};

std::vector<Row> common_rows() {
  using d = const Tensor&;
  return {
      {"chain of 1,000 y * c, forward + backward + freed", 45, 0, scalar_chain, 1000},
      {"training step, 784-50-20-10, batch 1", 10, 0, [] { return training_step(1); }},
      {"training step, 784-50-20-10, batch 64", 1.9, 1.8, [] { return training_step(64); }},
      {"training step, 784-50-20-10, batch 512", 1.2, 1.4, [] { return training_step(512); }},
      {"training step, 784-50-20-10, batch 4096", 0, 1.2, [] { return training_step(4096); }},
      {"tanh(a * b + a), 1M", 2, 0,
       product({kSide, kSide}, {kSide, kSide}, [](d a, d b) { return lib::tanh(a * b + a); })},
      {"matrix + row, 1M", 1, 0, product({kSide, kSide}, {kSide}, [](d a, d b) { return a + b; })},
      {"sum of each row, 1M", 1, 0, elementwise([](d x) { return x.sum(1); }, -1, 1)},
      {"sum of each column, 1M", 1, 0, elementwise([](d x) { return x.sum(0); }, -1, 1)},
      {"prod of each row, 1M", 1, 0, elementwise([](d x) { return x.prod(1); }, 0.9f, 1.1f)},
      {"var, 1M", 1, 0, elementwise([](d x) { return x.var(true); }, -1, 1)},
      {"norm, 1M", 1, 0, elementwise([](d x) { return x.norm(); }, -1, 1)},
      {"cumsum, 1M", 1, 0, elementwise([](d x) { return x.view({-1}).cumsum(0); }, -1, 1)},
      {"sort, 1M", 1, 0, elementwise([](d x) { return std::get<0>(x.view({-1}).sort(0)); }, -1, 1)},
      {"topk 100 of 1M", 1, 0, elementwise([](d x) { return std::get<0>(x.view({-1}).topk(100, 0)); }, -1, 1)},
      {"softmax, forward + backward, 1M", 2, 0, with_gradient([](d x) { return lib::softmax(x, 1); })},
      {"log_softmax, forward + backward, 1M", 2, 0, with_gradient([](d x) { return lib::log_softmax(x, 1); })},
      {"cross-entropy, forward + backward, 1M", 2, 0,
       with_gradient([t = labels(kSide, kSide)](d x) { return lib::nn::functional::cross_entropy(x, t); })},
      {"transposed copy, 1M", 2, 0, elementwise([](d x) { return x.t().contiguous(); }, -1, 1)},
      {"permute(0, 2, 3, 1) copy, 1M", 2, 0,
       [] {
         const Tensor x = numbers({16, 64, 32, 32});
         return forward([=] { return x.permute({0, 2, 3, 1}).contiguous(); });
       }},
      {"exp, 1M", 1.8, 0, elementwise([](d x) { return lib::exp(x); }, -10, 10)},
      {"log, 1M", 1.8, 0, elementwise([](d x) { return lib::log(x); }, 1e-3f, 100)},
      {"tanh, 1M", 1.8, 0, elementwise([](d x) { return lib::tanh(x); }, -5, 5)},
      {"sigmoid, 1M", 1.8, 0, elementwise([](d x) { return lib::sigmoid(x); }, -10, 10)},
      {"erf, 1M", 1.8, 0, elementwise([](d x) { return lib::erf(x); }, -4, 4)},
      {"gelu, 1M", 1.8, 0, elementwise([](d x) { return lib::gelu(x); }, -4, 4)},
      {"gelu by tanh, 1M", 1.8, 0, elementwise([](d x) { return lib::gelu(x, "tanh"); }, -4, 4)},
      {"gelu, forward + backward, 1M", 1.8, 0, with_gradient([](d x) { return lib::gelu(x); })},
      {"conv2d 64 x 1 x 28 x 28, 6 of 5 x 5, forward + backward", 1.3, 0,
       convolution({64, 1, 28, 28}, {6, 1, 5, 5}, 0)},
      {"conv2d 64 x 6 x 12 x 12, 16 of 5 x 5, forward + backward", 1.3, 0,
       convolution({64, 6, 12, 12}, {16, 6, 5, 5}, 0)},
      {"conv2d 8 x 64 x 56 x 56, 64 of 3 x 3, forward + backward", 1, 0,
       convolution({8, 64, 56, 56}, {64, 64, 3, 3}, 1)},
      {"max_pool2d 2, 16 x 64 x 32 x 32, forward + backward", 1.5, 0,
       [] {
         return forward_backward(numbers({16, 64, 32, 32}), [](d x) { return lib::max_pool2d(x, {2, 2}); });
       }},
      {"layer_norm of rows, 1M, forward + backward", 1.5, 0,
       [] {
         const Tensor w = numbers({kSide}, 5).requires_grad_(), b = numbers({kSide}, 6).requires_grad_();
         return forward_backward(numbers({kSide, kSide}), [=](d x) { return lib::layer_norm(x, {kSide}, w, b); });
       }},
      {"batch_norm 16 x 64 x 32 x 32, forward + backward", 1.5, 0,
       [] {
         const Tensor w = numbers({64}, 5).requires_grad_(), b = numbers({64}, 6).requires_grad_();
         return forward_backward(numbers({16, 64, 32, 32}), [=](d x) {
           return lib::batch_norm(x, w, b, Tensor(), Tensor(), true, 0.1, 1e-5, false);
         });
       }},
      {"attention 8 x 1024 x 64, forward + backward", 1.5, 0,
       [] {
         return forward_backward(numbers({8, kSide, 64}), Attention(kSide));
       }},
      {"embedding 64 x 128 of 10,000 x 256, forward + backward", 1.5, 0,
       [] {
         const Tensor rows = labels(64 * 128, 10000).view({64, 128});
         return forward_backward(numbers({10000, 256}), [=](d x) { return lib::embedding(x, rows); });
       }},
      {"LSTM step, 64 x 128 to 128, forward + backward", 1.5, 0, lstm_step},
      {"LSTM, 32 steps of 64 x 128 to 128, forward + backward", 1.5, 0, [] { return lstm_layer(32); }},
      {"matmul 1000 x 1000 x 1000", 0.98, 0, product({1000, 1000}, {1000, 1000}, [](d a, d b) { return a.mm(b); })},
      {"matmul 64 x 784 x 50, a b", 0.98, 0, product({64, 784}, {784, 50}, [](d a, d b) { return a.mm(b); })},
      {"matmul 64 x 784 x 50, a b^T", 0.98, 0, product({64, 784}, {50, 784}, [](d a, d b) { return a.mm(b.t()); })},
      {"matmul 64 x 784 x 50, a^T b", 0.98, 0, product({784, 64}, {784, 50}, [](d a, d b) { return a.t().mm(b); })},
      {"matmul 64 x 784 x 50, a^T b^T", 0.98, 0,
       product({784, 64}, {50, 784}, [](d a, d b) { return a.t().mm(b.t()); })},
      {"SGD with momentum, a step over 60 x 10,000", 3, 0,
       [] { return optimizer_step<lib::optim::SGD>(60, 10000, lib::optim::SGDOptions(0.01).momentum(0.9)); }},
      {"Adam, a step over 60 x 10,000", 3, 0,
       [] { return optimizer_step<lib::optim::Adam>(60, 10000, lib::optim::AdamOptions(1e-3)); }},
      {"AdamW, a step over 60 x 10,000", 3, 0,
       [] { return optimizer_step<lib::optim::AdamW>(60, 10000, lib::optim::AdamWOptions(1e-3)); }},
      {"RMSprop, a step over 60 x 10,000", 3, 0,
       [] { return optimizer_step<lib::optim::RMSprop>(60, 10000, lib::optim::RMSpropOptions(1e-3)); }},
      {"make_data_loader, 60,000 images, batch 64, in order", 0, 0,
       loader_epoch<lib::data::samplers::SequentialSampler>},
      {"make_data_loader, 60,000 images, batch 64, shuffled", 0, 0, loader_epoch<lib::data::samplers::RandomSampler>},
      {"remainder, 1M", 1, 0, product({kSide, kSide}, {kSide, kSide}, [](d a, d b) { return lib::remainder(a, b); })},
      {"atan2, 1M", 1, 0, product({kSide, kSide}, {kSide, kSide}, [](d a, d b) { return lib::atan2(a, b); })},
      {"pow of two tensors, 1M", 1, 0,
       [] {
         const Tensor x = numbers({kSide, kSide}, 1, 0.1f, 4), y = numbers({kSide, kSide}, 2);
         return forward([=] { return lib::pow(x, y); });
       }},
      {"a > b, 1M", 1, 0, product({kSide, kSide}, {kSide, kSide}, [](d a, d b) { return a > b; })},
      {"where, 1M", 1, 0,
       [] {
         const Tensor x = numbers({kSide, kSide}, 1), y = numbers({kSide, kSide}, 2), mask = x > y;
         return forward([=] { return lib::where(mask, x, y); });
       }},
      {"clamp, 1M", 1, 0, elementwise([](d x) { return lib::clamp(x, -0.5, 0.5); }, -1, 1)},
      {"cat of two, 1M each", 1, 0,
       product({kSide, kSide}, {kSide, kSide},
               [](d a, d b) {
                 return lib::cat({a, b});
               })},
      {"transposed matrix * row, 1M", 1, 0, product({kSide, kSide}, {kSide}, [](d a, d b) { return a.t() * b; })},
      {"topk 5 of each row, 1M", 1, 0, elementwise([](d x) { return std::get<0>(x.topk(5, 1)); }, -1, 1)},
      {"cumsum of int64, 1M", 1, 0, at_places([](d, d i) { return i.view({-1}).cumsum(0); })},
      {"unique of 1,024 integers, 1M", 1, 0, at_places([](d, d i) { return std::get<0>(lib::_unique2(i)); })},
      {"nonzero, half of 1M", 1, 0, elementwise([](d x) { return lib::nonzero(x.relu()); }, -1, 1)},
      {"gather along rows, 1M", 1.5, 0, at_places([](d x, d i) { return x.gather(1, i); })},
      {"scatter_add along rows, 1M", 1.5, 0, at_places([](d x, d i) { return x.scatter_add(1, i, x); })},
      {"index_select of rows, 1M", 1.5, 0, at_places([](d x, d i) { return x.index_select(0, i.select(0, 0)); })},
      {"x[rows], 1M", 1.5, 0, at_places([](d x, d i) { return x.index({i.select(0, 0)}); })},
      {"x[rows, columns], 1M", 1.5, 0, at_places([](d x, d i) {
         return x.index({i.select(0, 0).unsqueeze(1), i.select(0, 1)});
       })},
      {"x[mask], half of 1M", 1.5, 0, at_places([](d x, d i) { return x.index({i < kSide / 2}); })},
      {"masked_fill, 1M", 1, 0, at_places([](d x, d i) { return x.masked_fill(i < kSide / 2, 0); })},
      {"flip, 1M", 1, 0, elementwise([](d x) { return x.flip({1}); }, -1, 1)},
      {"roll, 1M", 1, 0, elementwise([](d x) { return x.roll({3}, {1}); }, -1, 1)},
      {"tril, 1M", 1, 0, elementwise([](d x) { return x.tril(); }, -1, 1)},
      {"repeat 500 rows, 1M", 1, 0,
       elementwise(
           [](d x) {
             return x.narrow(0, 0, kSide / 2).repeat({2, 1});
           },
           -1, 1)},
      {"bmm, 64 of 64 x 64 x 64", 1.5, 0, product({64, 64, 64}, {64, 64, 64}, [](d a, d b) { return a.bmm(b); })},
      {"einsum bij,bjk->bik, 64 of 64 x 64 x 64", 1.5, 0,
       product({64, 64, 64}, {64, 64, 64},
               [](d a, d b) {
                 return lib::einsum("bij,bjk->bik", {a, b});
               })},
      {"einsum ij,jk,kl->il, cheap from the right", 1, 0, chain_of_three([](d a, d b, d c) {
         return lib::einsum("ij,jk,kl->il", {a, b, c});
       })},
      {"the same by hand, a (b c)", 1, 0, chain_of_three([](d a, d b, d c) { return a.mm(b.mm(c)); })},
      {"einsum ij,ij->j, 1M", 1, 0, product({kSide, kSide}, {kSide, kSide}, einsum_of("ij,ij->j"))},
      {"the same by hand, (a * b).sum(0)", 0, 0,
       product({kSide, kSide}, {kSide, kSide}, [](d a, d b) { return (a * b).sum(0); })},
      {"einsum ij,ij->i, 1M", 1, 0, product({kSide, kSide}, {kSide, kSide}, einsum_of("ij,ij->i"))},
      {"the same by hand, (a * b).sum(1)", 0, 0,
       product({kSide, kSide}, {kSide, kSide}, [](d a, d b) { return (a * b).sum(1); })},
      {"einsum ij,ij->, 1M", 1, 0, product({kSide, kSide}, {kSide, kSide}, einsum_of("ij,ij->"))},
      {"the same by hand, a.dot(b)", 0, 0,
       product({kSide, kSide}, {kSide, kSide}, [](d a, d b) { return a.view({-1}).dot(b.view({-1})); })},
      {"einsum ij,j->ij, 1M", 1, 0, product({kSide, kSide}, {kSide}, einsum_of("ij,j->ij"))},
      {"the same by hand, a * b", 0, 0, product({kSide, kSide}, {kSide}, [](d a, d b) { return a * b; })},
      {"einsum ij,j->i, 1M", 1, 0, product({kSide, kSide}, {kSide}, einsum_of("ij,j->i"))},
      {"the same by hand, a.mv(b)", 0, 0, product({kSide, kSide}, {kSide}, [](d a, d b) { return a.mv(b); })},
      {"einsum i,ij,j->, 1M", 1, 0,
       product({kSide, kSide}, {kSide},
               [](d a, d b) {
                 return lib::einsum("i,ij,j->", {b, a, b});
               })},
      {"the same by hand, b.dot(a.mv(b))", 0, 0,
       product({kSide, kSide}, {kSide}, [](d a, d b) { return b.dot(a.mv(b)); })},
      {"einsum bjk,bj->bk, 64 of 32 x 128", 1, 0, product({64, 32, 128}, {64, 32}, einsum_of("bjk,bj->bk"))},
      {"the same by hand, b^T a of each", 0, 0,
       product({64, 32, 128}, {64, 32}, [](d a, d b) { return b.unsqueeze(1).bmm(a).squeeze(1); })},
      {"einsum ijk,j->ik, 64 x 128 x 128", 1, 0, product({64, 128, 128}, {128}, einsum_of("ijk,j->ik"))},
      {"the same by hand, b^T a for every i", 0, 0,
       product({64, 128, 128}, {128}, [](d a, d b) { return b.matmul(a); })},
      {"matrix x column, 1M", 1, 0, product({kSide, kSide}, {kSide, 1}, [](d a, d b) { return a.mm(b); })},
      {"row x column of 1M", 1, 0, product({1, kSide * kSide}, {kSide * kSide, 1}, [](d a, d b) { return a.mm(b); })},
      {"transposed matrix * 2, 1M", 1, 0, elementwise([](d x) { return x.t() * 2; }, -1, 1)},
      {"transposed matrix + row, 1M", 1, 0, product({kSide, kSide}, {kSide}, [](d a, d b) { return a.t() + b; })},
      {"channels last + bias, 16 x 64 x 32 x 32", 1, 0,
       product({16, 32, 32, 64}, {64, 1, 1},
               [](d a, d b) {
                 return a.permute({0, 3, 1, 2}) + b;
               })},
  };
}

/// A graph of y = y * c, and how much it made the process grow for each node. A first small one warms up.
double node_bytes(int nodes) {
  const Tensor x = lib::ones({1}).requires_grad_(), c = lib::full({1}, 0.999f);
  const auto chain = [&](int n) {
    Tensor y = x;
    for (int i = 0; i < n; ++i) y = y * c;
    return y;
  };
  chain(1000);
  const double before = resident_bytes();
  const Tensor y = chain(nodes);
  return (resident_bytes() - before) / nodes;
}

/// How much one forward pass of attention makes the process grow, with what it keeps for its gradients.
double attention_bytes(int length) {
  const Attention small(8), attention(length);
  const Tensor few = numbers({8, 8, 64}).requires_grad_(), q = numbers({8, length, 64}).requires_grad_();
  small(few);
  const double before = resident_bytes();
  const Tensor y = attention(q);
  return resident_bytes() - before;
}

}  // namespace
}  // namespace bench
