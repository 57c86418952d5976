#include "torch_archives.hpp"

#include <torch/torch.h>

#include <sstream>
#include <stdexcept>

namespace xgrad::oracle {
namespace {

namespace nn = torch::nn;
namespace optim = torch::optim;
using torch::Tensor;

struct Net : nn::Module {
  Net() {
    register_module("fc", nn::Linear(3, 2));
    register_module("bn", nn::BatchNorm1d(2));
    register_module("layers", nn::Sequential(nn::Linear(nn::LinearOptions(2, 1).bias(false)),
                                             nn::Functional(torch::relu), nn::ReLU(), nn::Linear(1, 1)));
    register_module("gru", nn::GRU(2, 2));
  }
};

void append(std::vector<float>& all, const Tensor& tensor) {
  const Tensor flat = tensor.detach().to(torch::kFloat).contiguous();
  all.insert(all.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
}

std::unique_ptr<optim::Optimizer> make(const std::string& name, const std::vector<Tensor>& p) {
  if (name == "SGD") return std::make_unique<optim::SGD>(p, optim::SGDOptions(0.25).momentum(0.5));
  if (name == "Adam") return std::make_unique<optim::Adam>(p, optim::AdamOptions(0.25).amsgrad(true));
  if (name == "AdamW") return std::make_unique<optim::AdamW>(p, optim::AdamWOptions(0.25));
  if (name == "RMSprop") {
    return std::make_unique<optim::RMSprop>(p, optim::RMSpropOptions(0.25).momentum(0.5).centered(true));
  }
  if (name == "Adagrad") return std::make_unique<optim::Adagrad>(p, optim::AdagradOptions(0.25));
  throw std::invalid_argument(name);
}

void take_steps(optim::Optimizer& optimizer, Tensor& p, float gradient) {
  for (int i = 0; i < 2; ++i) {
    p.mutable_grad() = torch::full({3}, gradient, torch::kFloat);
    optimizer.step();
  }
}

Tensor parameter() { return torch::ones({3}, torch::requires_grad()); }

}  // namespace

void save_module(const std::string& path, const std::vector<float>& parameters) {
  const auto net = std::make_shared<Net>();
  torch::NoGradGuard no_grad;
  std::size_t at = 0;
  for (Tensor& p : net->parameters()) {
    const auto n = static_cast<std::size_t>(p.numel());
    p.copy_(torch::tensor(std::vector<float>(parameters.begin() + at, parameters.begin() + at + n)).view(p.sizes()));
    at += n;
  }
  torch::save(net, path);
}

std::vector<float> load_module(const std::string& path) {
  auto net = std::make_shared<Net>();
  torch::load(net, path);
  std::vector<float> all;
  for (const Tensor& p : net->parameters()) append(all, p);
  for (const Tensor& b : net->buffers()) append(all, b);
  return all;
}

std::vector<float> load_tensors(const std::string& path) {
  std::vector<Tensor> tensors;
  torch::load(tensors, path);
  std::vector<float> all;
  for (const Tensor& t : tensors) append(all, t);
  return all;
}

std::vector<float> steps_after_load(const std::string& optimizer, const std::string& path, float gradient) {
  Tensor p = parameter();
  const auto o = make(optimizer, {p});
  torch::load(*o, path);
  take_steps(*o, p, gradient);
  std::vector<float> all;
  append(all, p);
  return all;
}

void save_optimizer(const std::string& optimizer, const std::string& path, float gradient) {
  Tensor p = parameter();
  const auto o = make(optimizer, {p});
  take_steps(*o, p, gradient);
  torch::save(*o, path);
}

std::vector<std::string> print_archive(const std::string& path) {
  torch::serialize::InputArchive archive;
  archive.load_from(path);
  std::vector<std::string> all;
  for (const std::string& key : archive.keys()) {
    torch::IValue value;
    archive.read(key, value);
    std::ostringstream text;
    text << key << '=' << value;
    all.push_back(text.str());
  }
  return all;
}

std::string print_pickle(const std::vector<char>& bytes) {
  std::ostringstream text;
  text << torch::pickle_load(bytes);
  return text.str();
}

}  // namespace xgrad::oracle
