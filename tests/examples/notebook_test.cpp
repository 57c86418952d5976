// The notebook's trainings from seed 0, held against what real PyTorch made of them (scripts/goldens/notebook.py).
#include <gtest/gtest.h>

#include <xgrad/xgrad.hpp>

#include <nlohmann/json.hpp>

#include <fstream>

using namespace xgrad;
using namespace xgrad::kwargs;
namespace F = nn::functional;

namespace {

struct Binary : nn::Module {
  nn::Linear layer1 = register_module("layer1", nn::Linear(28 * 28, 30));
  nn::Linear layer2 = register_module("layer2", nn::Linear(30, 1));
};

struct Classifier : nn::Module {
  nn::Linear layer1 = register_module("layer1", nn::Linear(28 * 28, 50));
  nn::Linear layer2 = register_module("layer2", nn::Linear(50, 20));
  nn::Linear layer3 = register_module("layer3", nn::Linear(20, 10));
  Tensor forward(Tensor img) override { return layer3(F::relu(layer2(F::relu(layer1(img.view({-1, 28 * 28})))))); }
};

using Data = decltype(list(datasets::MNIST("data")));

double accuracy(Classifier& model, const Data& data) {
  std::int64_t correct = 0, total = 0;
  for (auto& [imgs, labels] : DataLoader(data, batch_size = 64)) {
    const Tensor pred = model(imgs).max(1, keepdim = true)[1];
    correct += pred.eq(labels.view_as(pred)).sum().item<std::int64_t>();
    total += imgs.size(0);
  }
  return static_cast<double>(correct) / static_cast<double>(total);
}

struct Record {
  std::vector<double> losses;
  double train_acc = 0, val_acc = 0;
};

/// The notebook's train(). Measuring accuracy starts two loaders an iteration, and so moves the random stream on; where
/// nothing is drawn afterwards it is only measured at the end.
Record train(Classifier& model, const Data& data, const Data& all, const Data& val, int epochs, bool measure_always) {
  auto loader = DataLoader(data, batch_size = 64);
  nn::CrossEntropyLoss criterion;
  optim::SGD optimizer(model.parameters(), lr = 0.01, momentum = 0.9);
  Record record;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (auto& [imgs, labels] : loader) {
      auto loss = criterion(model(imgs), labels);
      loss.backward();
      optimizer.step();
      optimizer.zero_grad();
      record.losses.push_back(static_cast<double>(loss));
      if (!measure_always) continue;
      record.train_acc = accuracy(model, all);
      record.val_acc = accuracy(model, val);
    }
  }
  if (!measure_always) {
    record.train_acc = accuracy(model, all);
    record.val_acc = accuracy(model, val);
  }
  return record;
}

void expect_follows(const Record& ours, const nlohmann::json& golden) {
  const auto losses = golden["losses"].get<std::vector<double>>();
  ASSERT_EQ(ours.losses.size(), losses.size());
  EXPECT_NEAR(ours.losses[0], losses[0], 1e-6);
  double worst = 0;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    worst = std::max(worst, std::abs(ours.losses[i] - losses[i]) / losses[i]);
  }
  EXPECT_LT(worst, 1e-3);
  EXPECT_NEAR(ours.train_acc, golden["train_acc"].back().get<double>(), 0.005);
  EXPECT_NEAR(ours.val_acc, golden["val_acc"].back().get<double>(), 0.005);
}

TEST(Notebook, FollowsPyTorchFromSeedZero) {
  const std::string root = XGRAD_SOURCE_DIR;
  std::ifstream file(root + "/tests/data/notebook_golden.json");
  const auto golden = nlohmann::json::parse(file);

  manual_seed(0);
  Binary binary;
  const auto data = list(datasets::MNIST(root + "/data", kw::train = true, transform = transforms::ToTensor()));
  const auto mnist_train = data[Slice(None, 4096)], mnist_val = data[Slice(4096, 5120)];

  Classifier first;
  auto [image, label] = mnist_train[0];
  const Tensor output = first(image);
  EXPECT_EQ(output.str(), golden["output"].get<std::string>());
  EXPECT_EQ(F::softmax(output, dim = 1).str(), golden["probabilities"].get<std::string>());

  Classifier overfit;
  expect_follows(train(overfit, mnist_train[Slice(None, 64)], mnist_train, mnist_val, 100, true), golden["overfit"]);
  Classifier full;
  expect_follows(train(full, mnist_train, mnist_train, mnist_val, 5, false), golden["full"]);
}

}  // namespace
