// The notebook's trainings from seed 0, held against what real PyTorch made of them (scripts/goldens/notebook.py).
#include <gmock/gmock.h>

#include <xgrad/tests/data_module/temp_folder.hpp>
#include <xgrad/xgrad.hpp>

#include <nlohmann/json.hpp>

#include <cstdlib>
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
  for (std::size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(ours.losses[i], losses[i], 1e-3 * losses[i]) << i;
  EXPECT_NEAR(ours.train_acc, golden["train_acc"].back().get<double>(), 0.005);
  EXPECT_NEAR(ours.val_acc, golden["val_acc"].back().get<double>(), 0.005);
}

const std::string root = XGRAD_SOURCE_DIR;

nlohmann::json read_golden() {
  std::ifstream file(root + "/tests/data/notebook_golden.json");
  return nlohmann::json::parse(file);
}

TEST(Notebook, FollowsPyTorchFromSeedZero) {
  const auto golden = read_golden();
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

#ifdef XGRAD_CLASSIFICATION
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using xgrad::test::read_bytes;
using xgrad::test::TempFolder;

/// The numbers at the ends of the lines that start so.
std::vector<double> numbers_after(const std::string& text, const std::string& start) {
  std::vector<double> numbers;
  for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at + 1)) {
    numbers.push_back(std::strtod(text.c_str() + at + start.size(), nullptr));
  }
  return numbers;
}

void expect_accuracies(const std::vector<double>& printed, const nlohmann::json& golden, const char* which) {
  ASSERT_EQ(printed.size(), 2u);
  EXPECT_NEAR(printed[0], golden["overfit"][which].back().get<double>(), 0.005);
  EXPECT_NEAR(printed[1], golden["full"][which].back().get<double>(), 0.005);
}

// examples/classification, in a folder that holds nothing but the digits.
TEST(Notebook, TheExamplePrintsAndLeavesWhatTheNotebookDoes) {
  const auto golden = read_golden();
  const TempFolder folder;
  std::filesystem::create_directory_symlink(root + "/data", folder / "data");
  const std::string run = "cd '" + folder.path().string() + "' && '" XGRAD_CLASSIFICATION "' > out.txt 2> err.txt";
  ASSERT_EQ(std::system(run.c_str()), 0) << read_bytes(folder / "err.txt");
  const std::string out = read_bytes(folder / "out.txt"), err = read_bytes(folder / "err.txt");

  // Python's sum(prob[0]) adds with +, and so prints AddBackward0.
  const std::string first =
      "MNISTClassifier(\n"
      "  (layer1): Linear(in_features=784, out_features=50, bias=True)\n"
      "  (layer2): Linear(in_features=50, out_features=20, bias=True)\n"
      "  (layer3): Linear(in_features=20, out_features=10, bias=True)\n"
      ")\n" +
      golden["output"].get<std::string>() + "\ntorch.Size([1, 10])\n" + golden["probabilities"].get<std::string>() +
      "\ntensor(1.0000, grad_fn=<SumBackward0>)\n"
      "tensor([[0.1192, 0.0474],\n        [0.8808, 0.9526]])\n"
      "tensor([[0.5000, 0.5000],\n        [0.2689, 0.7311]])\n";
  // Ten probabilities add up to one but for the last bit, which is the processor's: PyTorch prints either too.
  std::string told = out;
  if (const std::size_t one = told.find("tensor(1., grad_fn=<SumBackward0>)"); one != std::string::npos)
    told.replace(one, 9, "tensor(1.0000");
  EXPECT_EQ(told.substr(0, first.size()), first);
  expect_accuracies(numbers_after(out, "Final Training Accuracy: "), golden, "train_acc");
  const std::vector<double> validation = numbers_after(out, "Final Validation Accuracy: ");
  expect_accuracies(validation, golden, "val_acc");

  EXPECT_THAT(err,
              HasSubstr("MNIST: 5120 of the 60000 training images, from data/MNIST/raw/train-images-idx3-ubyte.gz"));
  EXPECT_THAT(err, HasSubstr("training: 100% 100/100"));
  EXPECT_THAT(err, HasSubstr("training: 100% 5/5"));

  Classifier model;
  model.load_state_dict(load((folder / "saved_model").string()));
  const auto data = list(datasets::MNIST(root + "/data", kw::train = true, transform = transforms::ToTensor()));
  EXPECT_EQ(accuracy(model, data[Slice(4096, 5120)]), validation.at(1));

  if (std::system("gnuplot --version > /dev/null 2>&1") != 0) return;  // the program went on without pictures
  EXPECT_THAT(folder.files(),
              ElementsAre("err.txt", "figure_1.png", "out.txt", "saved_model", "training_curve_loss.png",
                          "training_curve_loss_2.png", "training_curve_training_accuracy.png",
                          "training_curve_training_accuracy_2.png"));
}
#endif

}  // namespace
