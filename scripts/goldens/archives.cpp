// Writes the archives that tests/serialize/archive_golden_test.cpp reads, with real libtorch (1.13; Debian's
// libtorch-dev).
//
//     g++ -std=c++17 -O0 -w -I/usr/include/torch/csrc/api/include scripts/goldens/archives.cpp -o archives
//         -ltorch -ltorch_cpu -lc10 && ./archives tests/data
//
// The values are the same every time; the texts under which libtorch keeps an optimiser's states are memory addresses.
#include <torch/torch.h>

#include <fstream>
#include <string>

using namespace torch;

struct Net : nn::Module {
  Net() {
    fc = register_module("fc", nn::Linear(3, 2));
    bn = register_module("bn", nn::BatchNorm1d(2));
    layers = register_module("layers", nn::Sequential(nn::Linear(nn::LinearOptions(2, 1).bias(false)),
                                                      nn::Functional(relu), nn::ReLU(), nn::Linear(1, 1)));
    NoGradGuard no_grad;
    double start = 0;
    for (auto& p : parameters()) {
      p.copy_(torch::arange(start, start + p.numel()).view(p.sizes()) / 8);
      start += 100;
    }
    bn->running_mean.fill_(0.5);
  }
  nn::Linear fc{nullptr};
  nn::BatchNorm1d bn{nullptr};
  nn::Sequential layers{nullptr};
};

// Two parameters, two steps with gradients of 1 and 2.
template <class Optimizer, class Options>
void write_optimizer(const std::string& path, Options options, int steps) {
  Tensor a = torch::arange(3.).requires_grad_(), b = torch::ones({2, 2}).requires_grad_();
  Optimizer optimizer({optim::OptimizerParamGroup({a}), optim::OptimizerParamGroup({b})}, options);
  for (int step = 1; step <= steps; ++step) {
    a.mutable_grad() = torch::full({3}, 1. * step);
    b.mutable_grad() = torch::full({2, 2}, 2. * step);
    optimizer.step([] { return torch::ones({}); });
  }
  save(optimizer, path);
}

void write_bytes(const std::string& path, const IValue& value) {
  const std::vector<char> bytes = pickle_save(value);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

int main(int, char** argv) {
  const std::string folder = std::string(argv[1]) + "/libtorch_";
  save(std::make_shared<Net>(), folder + "net.pt");
  const Tensor base = torch::arange(6.);
  save(base.view({2, 3}).t(), folder + "tensor.pt");
  save(std::vector<Tensor>{base, base.view({2, 3})[1], torch::tensor(3)}, folder + "vector.pt");

  write_optimizer<optim::SGD>(folder + "sgd.pt", optim::SGDOptions(0.25).momentum(0.5), 2);
  write_optimizer<optim::Adam>(folder + "adam.pt", optim::AdamOptions(0.25).amsgrad(true), 2);
  write_optimizer<optim::AdamW>(folder + "adamw.pt", optim::AdamWOptions(0.25).betas({0.5, 0.75}), 2);
  write_optimizer<optim::RMSprop>(folder + "rmsprop.pt", optim::RMSpropOptions(0.25).momentum(0.5).centered(true), 2);
  write_optimizer<optim::Adagrad>(folder + "adagrad.pt", optim::AdagradOptions(0.25), 2);
  {  // which takes one group, and cannot save what it keeps after a second step
    Tensor a = torch::arange(3.).requires_grad_();
    optim::LBFGS lbfgs({a}, optim::LBFGSOptions(0.25).max_iter(1).history_size(7));
    a.mutable_grad() = torch::ones({3});
    lbfgs.step([] { return torch::ones({}); });
    save(lbfgs, folder + "lbfgs.pt");
  }

  serialize::OutputArchive archive;
  archive.write("int", IValue(3));
  archive.write("float", IValue(1.5));
  archive.write("str", IValue("hi"));
  archive.write("bool", IValue(true));
  archive.write("none", IValue());
  archive.write("parameter", torch::ones({2}).requires_grad_());
  archive.write("buffer", torch::zeros({2}), true);
  archive.write("tuple", IValue(std::make_tuple(1, 2.5)));
  archive.write("ints", IValue(std::vector<int64_t>{1, 2}));
  archive.write("floats", IValue(std::vector<double>{0.5}));
  archive.write("strs", IValue(std::vector<std::string>{"a", "b"}));
  archive.write("tensors", IValue(std::vector<Tensor>{torch::ones({1}), torch::zeros({})}));
  c10::Dict<std::string, int64_t> dict;
  dict.insert("a", 1);
  archive.write("dict", IValue(dict));
  serialize::OutputArchive inner(archive.compilation_unit());
  inner.write("deep/er", torch::tensor({true, false}));
  archive.write("inner", inner);
  archive.save_to(folder + "values.pt");

  write_bytes(folder + "pickle.pt", std::vector<Tensor>{base, base.view({2, 3})[1]});
}
