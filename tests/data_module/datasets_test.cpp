// The data sets and transforms, in torchvision's spelling and in libtorch's.
#include "numbers.hpp"
#include "temp_folder.hpp"

namespace xgrad {
namespace {

using namespace xgrad::kwargs;
using xgrad::test::counting;
using xgrad::test::ints;
using xgrad::test::message_of;
using xgrad::test::Numbers;
using xgrad::test::shipped_digits;
using xgrad::test::TempFolder;

class MnistTest : public ::testing::Test {
 protected:
  const std::string root = shipped_digits().string();
};

TEST_F(MnistTest, GivesBytesWithoutTransform) {
  auto mnist_images = datasets::MNIST(root, kw::train = true, download = true);
  EXPECT_EQ(len(mnist_images), 5120);
  EXPECT_EQ(mnist_images.data().shape(), Size({5120, 28, 28}));
  EXPECT_NE(mnist_images.summary().find("5120 of the 60000 training images"), std::string::npos);
  EXPECT_EQ(mnist_images.classes().size(), 10u);
  int seen = 0;
  for (auto&& [k, example] : enumerate(mnist_images)) {
    if (k >= 18) break;
    auto& [image, label] = example;
    EXPECT_EQ(image.shape(), Size({28, 28}));
    EXPECT_EQ(image.dtype(), kUInt8);
    EXPECT_EQ(image.data_ptr(), mnist_images.data()[k].data_ptr());
    EXPECT_EQ(label, mnist_images.targets()[k].item<std::int64_t>());
    ++seen;
  }
  EXPECT_EQ(seen, 18);
}

TEST_F(MnistTest, TheNotebooksData) {
  auto mnist_data = list(datasets::MNIST(root, kw::train = true, transform = transforms::ToTensor()));
  auto mnist_train = mnist_data[Slice(None, 4096)];
  auto mnist_val = mnist_data[Slice(4096, 5120)];
  EXPECT_EQ(len(mnist_train), 4096);
  EXPECT_EQ(len(mnist_val), 1024);

  const datasets::MNIST bytes(root);
  auto [first_img, first_label] = mnist_train[0];
  EXPECT_EQ(first_img.shape(), Size({1, 28, 28}));
  EXPECT_EQ(first_img.dtype(), kFloat32);
  EXPECT_EQ(first_label, bytes[0].target);
  for (std::int64_t i = 0; i < 28 * 28; ++i)
    ASSERT_EQ(first_img.data_ptr<float>()[i], static_cast<float>(bytes[0].data.data_ptr<std::uint8_t>()[i]) / 255.f);

  std::int64_t total = 0;
  for (auto& [imgs, labels] : DataLoader(mnist_val, batch_size = 64)) {
    EXPECT_EQ(imgs.shape(), Size({64, 1, 28, 28}));
    EXPECT_EQ(ints(labels), ints(bytes.targets().slice(0, 4096 + total, 4096 + total + 64)));
    total += imgs.size(0);
  }
  EXPECT_EQ(total, 1024);
}

TEST_F(MnistTest, TargetTransformAndPositionalOrder) {
  const datasets::MNIST odd(root, true, transforms::ToTensor(), [](std::int64_t label) { return label % 2; });
  const datasets::MNIST plain(root);
  for (std::int64_t i = 0; i < 20; ++i) EXPECT_EQ(odd[i].target, plain[i].target % 2);
}

TEST_F(MnistTest, NotFound) {
  const TempFolder nothing;
  EXPECT_TRUE(message_of<Error>([&] {
                datasets::MNIST(nothing.path().string());
              }).starts_with("Dataset not found. You can use download=True to download it"));
}

TEST_F(MnistTest, LibtorchSpelling) {
  using namespace xgrad::data;
  auto dataset = data::datasets::MNIST(root, data::datasets::MNIST::Mode::kTrain);
  EXPECT_TRUE(dataset.is_train());
  EXPECT_EQ(dataset.images().shape(), Size({5120, 1, 28, 28}));
  const Example<> first = dataset.get(0);
  auto mapped = std::move(dataset).map(data::transforms::Normalize<>(0.13, 0.31)).map(data::transforms::Stack<>());
  auto loader =
      make_data_loader<samplers::SequentialSampler>(std::move(mapped), DataLoaderOptions().batch_size(64).workers(2));
  std::int64_t total = 0;
  for (auto& batch : *loader) {
    static_assert(std::is_same_v<decltype(batch), Example<>&>);
    if (total == 0) {
      EXPECT_EQ(batch.data.shape(), Size({64, 1, 28, 28}));
      EXPECT_EQ(batch.data[0].eq((first.data - 0.13f) / 0.31f).all().item<bool>(), true);
      EXPECT_EQ(batch.target[0].item<std::int64_t>(), first.target.item<std::int64_t>());
    }
    total += batch.data.size(0);
  }
  EXPECT_EQ(total, 5120);
}

TEST_F(MnistTest, MappedDatasetsInAPythonLoader) {
  auto stacked = data::datasets::MNIST(root).map(transforms::Stack<>());
  for (auto& [images, labels] : DataLoader(stacked, batch_size = 32)) {
    EXPECT_EQ(images.shape(), Size({32, 1, 28, 28}));
    EXPECT_EQ(labels.shape(), Size({32}));
    break;
  }
  auto doubled = Numbers(6).map(transforms::TensorLambda<std::int64_t>([](Tensor x) { return x * 2; }));
  for (auto& [x, y] : DataLoader(doubled, batch_size = 6)) EXPECT_EQ(ints(x.select(1, 0) * 5), ints(y));
}

TEST(FashionMnistTest, FullScale) {
  const std::string root = "/usr/share/datasets/fashion-mnist";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "needs Debian's dataset-fashion-mnist";
  const auto train_set = list(datasets::FashionMNIST(root, transform = transforms::ToTensor()));
  EXPECT_EQ(len(train_set), 60000);
  EXPECT_EQ(len(datasets::FashionMNIST(root, kw::train = false)), 10000);
  const std::vector<std::int64_t> per_class(10, 6000);
  for (bool shuffled : {false, true}) {
    std::vector<std::int64_t> counts(10, 0);
    double sum = 0;
    for (auto& [images, labels] : DataLoader(train_set, batch_size = 64, shuffle = shuffled)) {
      for (std::int64_t label : ints(labels)) ++counts[static_cast<std::size_t>(label)];
      sum += images.sum().item<double>();
    }
    EXPECT_EQ(counts, per_class);
    EXPECT_NEAR(sum / (60000 * 784), 0.2860, 1e-4);  // the published mean
  }
}

TEST(TransformsTest, ToTensorIsTorchvisions) {
  Tensor image = arange(256, dtype(kUInt8)).view({16, 16});
  const Tensor x = transforms::ToTensor()(image);
  EXPECT_EQ(x.shape(), Size({1, 16, 16}));
  EXPECT_EQ(x.dtype(), kFloat32);
  for (int i = 0; i < 256; ++i) EXPECT_EQ(x.data_ptr<float>()[i], static_cast<float>(i) / 255.f);
  EXPECT_EQ(image[0][1].item<int>(), 1) << "the image is left alone";

  const Tensor colour = arange(24, dtype(kUInt8)).view({2, 4, 3});
  const Tensor planes = transforms::ToTensor()(colour);
  EXPECT_EQ(planes.shape(), Size({3, 2, 4}));
  EXPECT_EQ(planes.index({2, 1, 3}).item<float>(), 23 / 255.f);

  EXPECT_EQ(transforms::ToTensor()(full({2, 2}, 7.0)).max().item<double>(), 7.0);
  EXPECT_EQ(message_of<ValueError>([] { transforms::ToTensor()(zeros({4})); }),
            "pic should be 2/3 dimensional. Got 1 dimensions.");
}

TEST(TransformsTest, NormalizeIsPerChannel) {
  const Tensor x = ones({2, 3, 3});
  const Tensor y = transforms::Normalize({0.5, 0.25}, {2.0, 0.5})(x);
  EXPECT_EQ(y[0][0][0].item<float>(), 0.25f);
  EXPECT_EQ(y[1][2][2].item<float>(), 1.5f);
  EXPECT_EQ(x.sum().item<float>(), 18.f) << "the input is left alone";
  EXPECT_EQ(message_of<TypeError>([] {
              transforms::Normalize(0.5, 0.5)(zeros({1, 2, 2}, kUInt8));
            }),
            "Input tensor should be a float tensor. Got torch.uint8.");
  EXPECT_EQ(message_of<ValueError>([] { transforms::Normalize({0.5}, {0.0}); }),
            "std evaluated to zero after conversion to torch.float32, leading to division by zero.");
}

TEST(TransformsTest, ComposeAndLambda) {
  const auto twice = transforms::Lambda([](Tensor x) { return x * 2; });
  const auto variadic = transforms::Compose(transforms::ToTensor(), transforms::Normalize(0.5, 0.5), twice);
  const auto braces = transforms::Compose({transforms::ToTensor(), transforms::Normalize(0.5, 0.5), twice});
  const Tensor white = full({2, 2}, 255, kUInt8);
  EXPECT_EQ(variadic(white).sum().item<float>(), 8.f);
  EXPECT_EQ(braces(white).sum().item<float>(), 8.f);
  EXPECT_EQ(transforms::Compose(braces)(white).sum().item<float>(), 8.f);
}

TEST(TransformsTest, LibtorchLambdasOfExamplesAndBatches) {
  using E = data::Example<Tensor, std::int64_t>;
  auto shifted = Numbers(4).map(data::transforms::Lambda<E>([](E e) {
    e.target += 1;
    return e;
  }));
  EXPECT_EQ(shifted.get_batch(std::vector<std::size_t>{2})[0].target, 21);
  auto counted =
      Numbers(4).map(data::transforms::BatchLambda<std::vector<E>, std::size_t>([](auto v) { return v.size(); }));
  std::vector<std::size_t> sizes;
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(counted, 3);
  for (auto& n : *loader) sizes.push_back(n);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{3, 1}));
}

TEST(TransformsTest, StackWithoutTargets) {
  auto stacked = data::datasets::TensorDataset(std::vector<Tensor>{ones({2}), zeros({2})})
                     .map(data::transforms::Stack<data::TensorExample>());
  const Tensor batch = stacked.get_batch(std::vector<std::size_t>{1, 0});
  EXPECT_EQ(ints(batch), (std::vector<std::int64_t>{0, 0, 1, 1}));
}

TEST(SamplersTest, LibtorchSamplersGoRoundAgain) {
  data::samplers::SequentialSampler sequential(5);
  EXPECT_EQ(*sequential.next(3), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(*sequential.next(3), (std::vector<std::size_t>{3, 4}));
  EXPECT_EQ(sequential.next(3), std::nullopt);
  sequential.reset(2);
  EXPECT_EQ(*sequential.next(3), (std::vector<std::size_t>{0, 1}));

  data::samplers::RandomSampler random(100, kUInt8);
  auto all = *random.next(1000);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all.size(), 100u);
  EXPECT_EQ(all.back(), 99u);
  EXPECT_EQ(random.next(1), std::nullopt);
  random.reset(7);
  EXPECT_EQ(random.next(1000)->size(), 7u);
}

}  // namespace
}  // namespace xgrad
