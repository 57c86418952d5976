/// MNIST and the data sets in its form, as libtorch and as torchvision have them.
///
/// The two differ, so there are two classes over one reader: `xgrad::data::datasets::MNIST` is libtorch's (floating
/// images [1, 28, 28] in [0, 1], targets tensors), `xgrad::datasets::MNIST` is torchvision's (byte images [28, 28]
/// until a transform says otherwise, labels integers).
#pragma once

#include <xgrad/autograd/kwargs.hpp>
#include <xgrad/data/collate.hpp>
#include <xgrad/data/datasets/base.hpp>
#include <xgrad/data/mnist_variants.hpp>

#include <functional>
#include <memory>
#include <string>

namespace xgrad::data::datasets {

/// libtorch's MNIST. `root` is the folder of the files, or one that has them in torchvision's layout.
class MNIST : public Dataset<MNIST> {
 public:
  enum class Mode { kTrain, kTest };

  explicit MNIST(const std::string& root, Mode mode = Mode::kTrain);

  Example<> get(std::size_t index) override { return std::as_const(*this).get(index); }
  Example<> get(std::size_t index) const {
    return {images_[static_cast<std::int64_t>(index)], targets_[static_cast<std::int64_t>(index)]};
  }
  Example<> collated(ArrayRef<std::size_t> indices) const {
    return {data::detail::take_rows(images_, indices), data::detail::take_rows(targets_, indices)};
  }
  std::optional<std::size_t> size() const override { return static_cast<std::size_t>(images_.size(0)); }
  bool is_train() const { return is_train_; }
  /// [N, 1, 28, 28] float32 in [0, 1]
  const Tensor& images() const { return images_; }
  /// [N] int64
  const Tensor& targets() const { return targets_; }

 private:
  Tensor images_, targets_;
  bool is_train_;
};

}  // namespace xgrad::data::datasets

namespace xgrad::datasets {

/// The arguments after the root, in torchvision's order.
struct VisionOptions {
  using Positional =
      kwargs::Order<kwargs::key::train, kwargs::key::transform, kwargs::key::target_transform, kwargs::key::download>;
  void train(bool on) { is_train = on; }
  void transform(std::function<Tensor(Tensor)> f) { of_image = std::move(f); }
  void target_transform(std::function<std::int64_t(std::int64_t)> f) { of_target = std::move(f); }
  void download(bool on) { may_download = on; }

  bool is_train = true, may_download = false;
  std::function<Tensor(Tensor)> of_image = {};
  std::function<std::int64_t(std::int64_t)> of_target = {};
};

/// What MNIST, FashionMNIST and KMNIST have in common. Copies share the images.
class VisionDataset : public data::datasets::Dataset<VisionDataset, data::Example<Tensor, std::int64_t>> {
 public:
  ExampleType get(std::size_t index) override { return std::as_const(*this).get(index); }
  ExampleType get(std::size_t index) const;
  std::optional<std::size_t> size() const override { return static_cast<std::size_t>(images_.size(0)); }

  /// All images as they are stored: [N, 28, 28] uint8.
  const Tensor& data() const { return images_; }
  /// All labels: [N] int64.
  const Tensor& targets() const { return labels_; }
  /// What each label stands for.
  const std::vector<std::string>& classes() const { return *classes_; }
  /// Which files were used and how many images they hold.
  const std::string& summary() const { return summary_; }

 protected:
  VisionDataset(const xgrad::data::MnistVariant& variant, const std::string& root, VisionOptions options);

 private:
  Tensor images_, labels_;
  std::shared_ptr<const std::vector<std::string>> classes_;
  std::string summary_;
  VisionOptions options_;
};

/// torchvision's MNIST: images [28, 28] uint8, or what `transform` makes of them, and labels.
///
///     auto mnist = datasets::MNIST("data", kw::train = true, download = true, transform = transforms::ToTensor());
///     auto [image, label] = mnist[0];
///
/// Files below `root` are used first, in torchvision's layout `root/MNIST/raw` or plainly in `root`, compressed or not;
/// only if there are none does `download` fetch them. Which were used, and how many images they hold, goes to standard
/// error and into summary(). Throws "Dataset not found. You can use download=True to download it".
class MNIST : public VisionDataset {
 public:
  template <class... Args>
  explicit MNIST(const std::string& root, Args... args)
      : VisionDataset(xgrad::data::mnist_variant(), root, kwargs::apply(VisionOptions(), std::move(args)...)) {}
};

/// Pictures of clothes, in MNIST's form.
class FashionMNIST : public VisionDataset {
 public:
  template <class... Args>
  explicit FashionMNIST(const std::string& root, Args... args)
      : VisionDataset(xgrad::data::fashion_mnist_variant(), root, kwargs::apply(VisionOptions(), std::move(args)...)) {}
};

/// Characters of old Japanese, in MNIST's form.
class KMNIST : public VisionDataset {
 public:
  template <class... Args>
  explicit KMNIST(const std::string& root, Args... args)
      : VisionDataset(xgrad::data::kmnist_variant(), root, kwargs::apply(VisionOptions(), std::move(args)...)) {}
};

}  // namespace xgrad::datasets
