#include <xgrad/data/datasets/mnist.hpp>
#include <xgrad/data/mnist_files.hpp>

#include <unistd.h>

#include <cstdio>

namespace xgrad {
namespace {

/// A line that rewrites itself while a file comes in; nothing where nobody looks.
data::ProgressCallback progress_bar() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  return [last = std::string()](const data::DownloadProgress& p) mutable {
    const bool complete = p.total > 0 && p.received == p.total;
    const std::string line = data::progress_line(p);
    if (line == last && !complete) return;
    std::fprintf(stderr, "\r%s%s", line.c_str(), complete ? "\n" : "");
    std::fflush(stderr);
    last = line;
  };
}

data::MnistData load(const data::MnistVariant& variant, const std::string& root, bool train, bool download) {
  data::DownloadOptions options;
  options.progress = progress_bar();
  data::MnistData loaded = data::load_mnist(variant, root, train, download, options);
  std::fprintf(stderr, "%s\n", loaded.summary.c_str());
  return loaded;
}

}  // namespace

namespace data::datasets {

MNIST::MNIST(const std::string& root, Mode mode) : is_train_(mode == Mode::kTrain) {
  const MnistData loaded = load(mnist_variant(), root, is_train_, false);
  images_ = Tensor(loaded.images).unsqueeze(1).to(kFloat32).div_(255).detach();
  targets_ = Tensor(loaded.labels);
}

}  // namespace data::datasets

namespace datasets {

VisionDataset::VisionDataset(const xgrad::data::MnistVariant& variant, const std::string& root, VisionOptions options)
    : classes_(std::make_shared<const std::vector<std::string>>(variant.classes.begin(), variant.classes.end())),
      options_(std::move(options)) {
  xgrad::data::MnistData loaded = load(variant, root, options_.is_train, options_.may_download);
  images_ = Tensor(std::move(loaded.images));
  labels_ = Tensor(std::move(loaded.labels));
  summary_ = std::move(loaded.summary);
}

VisionDataset::ExampleType VisionDataset::get(std::size_t index) const {
  Tensor image = xgrad::data::detail::row(images_, index);
  const std::int64_t label = labels_.data_ptr<std::int64_t>()[index];
  return {options_.of_image ? options_.of_image(std::move(image)) : std::move(image),
          options_.of_target ? options_.of_target(label) : label};
}

}  // namespace datasets
}  // namespace xgrad
