// The notebook "Classification in PyTorch", cell by cell. Run it in a folder that has the digits at data/MNIST/raw
// (`make mnist` does); it leaves its pictures and `saved_model` there.
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using namespace xgrad::kwargs;
namespace F = nn::functional;

namespace binary {

struct Model : nn::Module {
  int64_t num_hidden;
  nn::Linear layer1 = register_module("layer1", nn::Linear(28 * 28, num_hidden));
  nn::Linear layer2 = register_module("layer2", nn::Linear(num_hidden, 1));

  explicit Model(int64_t num_hidden) : num_hidden(num_hidden) {}

  Tensor forward(Tensor img) override {
    auto flattened = img.view(-1, 28 * 28);
    auto activation1 = layer1(flattened);
    activation1 = F::relu(activation1);
    auto activation2 = layer2(activation1);
    return activation2;
  }
};

}  // namespace binary

// Define a Neural Network: a 4-layer neural network that performs binary classification on a 28x28 image.

struct Model : nn::Module {
  int64_t num_hidden;
  nn::Linear layer1 = register_module("layer1", nn::Linear(28 * 28, 100));
  nn::Linear layer2 = register_module("layer2", nn::Linear(100, 50));
  nn::Linear layer3 = register_module("layer3", nn::Linear(50, 20));
  nn::Linear layer4 = register_module("layer4", nn::Linear(20, 1));

  explicit Model(int64_t num_hidden) : num_hidden(num_hidden) {}

  Tensor forward(Tensor img) override {
    auto flattened = img.view(-1, 28 * 28);
    auto activation1 = F::relu(layer1(flattened));
    auto activation2 = F::relu(layer2(activation1));
    auto activation3 = F::relu(layer3(activation2));
    auto output = layer4(activation3);
    return output;
  }
};

// N-ary Classification: 10 output neurons, one for each of the 10 digits.

struct MNISTClassifier : nn::Module {
  nn::Linear layer1 = register_module("layer1", nn::Linear(28 * 28, 50));
  nn::Linear layer2 = register_module("layer2", nn::Linear(50, 20));
  nn::Linear layer3 = register_module("layer3", nn::Linear(20, 10));

  Tensor forward(Tensor img) override {
    auto flattened = img.view(-1, 28 * 28);
    auto activation1 = F::relu(layer1(flattened));
    auto activation2 = F::relu(layer2(activation1));
    auto output = layer3(activation2);
    return output;
  }
};

using Data = decltype(list(datasets::MNIST("data")));  // the list of (image, label) that is loaded below

Data mnist_train, mnist_val;

double get_accuracy(MNISTClassifier& model, bool train = false);

void train(MNISTClassifier& model, const Data& data, int64_t batch_size = 64, int num_epochs = 1) {
  auto train_loader = DataLoader(data, batch_size);
  nn::CrossEntropyLoss criterion;
  optim::SGD optimizer(model.parameters(), lr = 0.01, momentum = 0.9);

  std::vector<int> iters;
  std::vector<double> losses, train_acc, val_acc;

  // training
  int n = 0;  // the number of iterations
  for ([[maybe_unused]] auto epoch : tqdm(range(num_epochs), "training")) {
    for (auto& [imgs, labels] : train_loader) {
      auto out = model(imgs);              // forward pass
      auto loss = criterion(out, labels);  // compute the total loss
      loss.backward();                     // backward pass (compute parameter updates)
      optimizer.step();                    // make the updates for each parameter
      optimizer.zero_grad();               // a clean up step for PyTorch

      // save the current training information
      iters.push_back(n);
      losses.push_back(float(loss) / batch_size);                // compute *average* loss
      train_acc.push_back(get_accuracy(model, /*train=*/true));  // compute training accuracy
      val_acc.push_back(get_accuracy(model, /*train=*/false));   // compute validation accuracy
      n += 1;
    }
  }

  // plotting
  plt::title("Training Curve");
  plt::plot(iters, losses, label = "Train");
  plt::xlabel("Iterations");
  plt::ylabel("Loss");
  plt::show();

  plt::title("Training Curve");
  plt::plot(iters, train_acc, label = "Train");
  plt::plot(iters, val_acc, label = "Validation");
  plt::xlabel("Iterations");
  plt::ylabel("Training Accuracy");
  plt::legend(loc = "best");
  plt::show();

  print("Final Training Accuracy: {}", train_acc.back());
  print("Final Validation Accuracy: {}", val_acc.back());
}

double get_accuracy(MNISTClassifier& model, bool train) {
  auto& data = train ? mnist_train : mnist_val;

  int64_t correct = 0;
  int64_t total = 0;
  for (auto& [imgs, labels] : DataLoader(data, batch_size = 64)) {
    auto output = model(imgs);                     // We don't need to run F::softmax
    auto pred = output.max(1, keepdim = true)[1];  // get the index of the max log-probability
    correct += pred.eq(labels.view_as(pred)).sum().item<int64_t>();
    total += imgs.size(0);
  }
  return double(correct) / double(total);
}

int main() {
  manual_seed(0);

  binary::Model first_model(30);

  // Here is the MNIST data again.
  auto mnist_images = datasets::MNIST("data", kw::train = true, download = true);
  for (auto&& [k, example] : enumerate(mnist_images)) {
    auto& [image, label] = example;
    if (k >= 18) break;
    plt::subplot(3, 6, k + 1);
    plt::imshow(image);
  }
  plt::show();

  // We will use 4096 training images, and 1024 validation images.
  auto mnist_data = list(datasets::MNIST("data", kw::train = true, transform = transforms::ToTensor()));

  mnist_train = mnist_data[Slice(None, 4096)];
  mnist_val = mnist_data[Slice(4096, 5120)];

  MNISTClassifier model;
  print(model);

  // If we run the forward pass, we get something like this:
  auto [first_img, first_label] = mnist_train[0];
  auto output = model(first_img);
  print(output);
  print(output.shape());

  auto prob = F::softmax(output, dim = 1);
  print(prob);
  print(sum(prob[0]));

  // As an aside, compare the difference in setting dim=0 vs dim=1:
  print(F::softmax(tensor({{1, 1.}, {3, 4.}}), dim = 0));
  print(F::softmax(tensor({{1, 1.}, {3, 4.}}), dim = 1));

  auto train_acc_loader = DataLoader(mnist_train, batch_size = 4096);
  auto val_acc_loader = DataLoader(mnist_val, batch_size = 1024);

  // Debugging the Neural Network: can it overfit to a small dataset?
  auto debug_data = mnist_train[Slice(None, 64)];
  model = MNISTClassifier();
  train(model, debug_data, 64, /*num_epochs=*/100);

  // Only when we have ensured that our model can overfit to a small dataset do we begin training on the full set.
  model = MNISTClassifier();
  train(model, mnist_train, 64, /*num_epochs=*/5);

  // save the model for next time
  save(model.state_dict(), "saved_model");
}
