// A convolutional network that tells ten kinds of clothes apart: Fashion-MNIST, 60,000 pictures of 28 x 28.
//
//     convnet [--small] [--resume] [folder of the four files]
//
// Expected: 4 epochs end with 91 to 92 % of the 10,000 test pictures named rightly, after one or two minutes on one
// core. With --small it sees 3,000 pictures twice, which takes a few seconds and ends above 70 % of the first 1,000.
//
// The files are Debian's package dataset-fashion-mnist. In the current folder the program leaves the best epoch's model
// (`convnet.pt`, which Python's torch.load opens), a checkpoint of the whole training after each epoch (`training.pt`,
// from which --resume goes on, with the same bits as if nothing had stopped it), and three pictures: loss and learning
// rate of every step, accuracy after every epoch, and what it thinks of some test pictures.
#include <xgrad/xgrad.hpp>

using namespace xgrad;
using namespace xgrad::kwargs;
namespace F = nn::functional;

struct ConvNet : nn::Module {
  nn::Conv2d conv1 = register_module("conv1", nn::Conv2d(1, 16, 3, padding = 1));
  nn::BatchNorm2d norm1 = register_module("norm1", nn::BatchNorm2d(16));
  nn::Conv2d conv2 = register_module("conv2", nn::Conv2d(16, 32, 3, padding = 1));
  nn::BatchNorm2d norm2 = register_module("norm2", nn::BatchNorm2d(32));
  nn::Dropout dropout = register_module("dropout", nn::Dropout(0.25));
  nn::Linear fc1 = register_module("fc1", nn::Linear(32 * 7 * 7, 128));
  nn::Linear fc2 = register_module("fc2", nn::Linear(128, 10));

  Tensor forward(Tensor x) override {
    x = F::max_pool2d(F::relu(norm1(conv1(x))), 2);  // [N, 16, 14, 14]
    x = F::max_pool2d(F::relu(norm2(conv2(x))), 2);  // [N, 32, 7, 7]
    x = F::relu(fc1(dropout(x.flatten(1))));
    return fc2(x);
  }
};

using Data = decltype(list(datasets::FashionMNIST("")));

int64_t count_right(ConvNet& model, const Data& data) {
  NoGradGuard no_grad;
  model.eval();
  int64_t correct = 0;
  for (auto& [images, labels] : DataLoader(data, batch_size = 500))
    correct += model(images).argmax(1).eq(labels).sum().item<int64_t>();
  model.train();
  return correct;
}

void show_predictions(ConvNet& model, const Data& data, const std::vector<std::string>& classes) {
  NoGradGuard no_grad;
  model.eval();
  plt::figure(figsize = {9, 7});
  for (int i = 0; i < 12; ++i) {
    auto [image, label] = data[i];
    auto guess = model(image.unsqueeze(0)).argmax(1).item<int64_t>();
    plt::subplot(3, 4, i + 1);
    plt::imshow(image.squeeze(0), cmap = "gray");
    plt::title(classes[guess] + (guess == label ? "" : ", not " + classes[label]), fontsize = 9);
    plt::axis("off");
  }
  plt::suptitle("Predictions");
  plt::show();
}

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  bool small = std::erase(arguments, "--small") > 0, resume = std::erase(arguments, "--resume") > 0;
  std::string folder = arguments.empty() ? "/usr/share/datasets/fashion-mnist" : arguments[0];
  int num_epochs = small ? 2 : 4;

  manual_seed(0);
  auto to_tensor = transforms::Compose(transforms::ToTensor(), transforms::Normalize({0.286}, {0.353}));
  datasets::FashionMNIST train_images(folder, kw::train = true, transform = to_tensor);
  datasets::FashionMNIST test_images(folder, kw::train = false, transform = to_tensor);
  auto train_data = list(train_images)[Slice(None, small ? 3000 : 60000)];
  auto test_data = list(test_images)[Slice(None, small ? 1000 : 10000)];

  ConvNet model;
  print(model);
  DataLoader loader(train_data, batch_size = 100, shuffle = true);
  nn::CrossEntropyLoss criterion;
  optim::AdamW optimizer(model.parameters(), lr = 1e-3, weight_decay = 1e-2);
  optim::lr_scheduler::OneCycleLR scheduler(optimizer, max_lr = 4e-3, total_steps = num_epochs * len(loader));

  int epoch = 0;
  int64_t most_right = 0;
  const Checkpoint training{.model = model,
                            .optimizer = optimizer,
                            .scheduler = scheduler,
                            .loader = loader,
                            .epoch = epoch,
                            .more = {{"most_right", most_right}}};
  if (resume) load_checkpoint("training.pt", training);

  std::vector<double> losses, rates, accuracies;
  while (epoch < num_epochs) {
    for (auto& [images, labels] : tqdm(loader, desc = "epoch " + std::to_string(epoch + 1))) {
      auto loss = criterion(model(images), labels);
      loss.backward();
      optimizer.step();
      optimizer.zero_grad();
      rates.push_back(scheduler.get_last_lr()[0]);
      scheduler.step();
      losses.push_back(float(loss));
    }
    auto right = count_right(model, test_data);
    accuracies.push_back(double(right) / double(len(test_data)));
    print("epoch {}: test accuracy {:.4f}", ++epoch, accuracies.back());
    if (right > most_right) {
      most_right = right;
      save(model.state_dict(), "convnet.pt");
    }
    save_checkpoint("training.pt", training);
  }

  plt::subplot(2, 1, 1);
  plt::plot(losses);
  plt::title("Loss and learning rate");
  plt::ylabel("loss");
  plt::subplot(2, 1, 2);
  plt::plot(rates);
  plt::xlabel("step");
  plt::ylabel("learning rate");
  plt::show();

  plt::plot(range(num_epochs - int(accuracies.size()) + 1, num_epochs + 1), accuracies, "o-");
  plt::title("Test accuracy");
  plt::xlabel("epoch");
  plt::ylabel("rightly named");
  plt::show();

  ConvNet loaded;
  loaded.load_state_dict(load("convnet.pt"));
  show_predictions(loaded, test_data, test_images.classes());
  print("test accuracy of the best epoch: {:.4f}", double(count_right(loaded, test_data)) / double(len(test_data)));
}
