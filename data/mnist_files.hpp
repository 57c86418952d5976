/// The files of MNIST and of the data sets published in its form: where they are looked for and fetched from.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/data/download.hpp>
#include <xgrad/data/mnist_variants.hpp>

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace xgrad::data {

/// One published file; locally it may also lie unpacked.
struct PublishedFile {
  std::string_view name;  ///< without ".gz"
  std::string_view md5;   ///< of the file with ".gz"
};

/// Images and labels of the training or of the test set.
struct PublishedSplit {
  PublishedFile images, labels;
  std::int64_t count;  ///< images in it
};

/// A data set of 28 x 28 grey images in ten classes.
struct MnistVariant {
  std::string_view name;  ///< torchvision's class name, which is also the folder's
  std::span<const std::string_view> mirrors;
  PublishedSplit train, test;
  std::array<std::string_view, 10> classes;

  const PublishedSplit& split(bool is_train) const { return is_train ? train : test; }
};

struct MnistFiles {
  std::filesystem::path images, labels;
};

/// What was read, and where it came from.
struct MnistData {
  Array images;  ///< (N, 28, 28) uint8
  Array labels;  ///< (N) int64
  MnistFiles files;

  /// "MNIST: 5120 of the 60000 training images, from data/MNIST/raw/train-images-idx3-ubyte.gz"
  std::string summary;
};

/// Where images and labels of `variant` are found under `root`, or fetched to.
///
/// Looked at in this order: `root/<name>/raw` (torchvision's layout), `root/raw`, `root`; in each for the unpacked
/// files and for those with ".gz". A folder counts when it has both. What is there is used, whatever its MD5: it may be
/// a part of the published set. Only when nothing is there and `download` is true, what `root/<name>/raw` lacks is
/// fetched, checked and put there (`options.md5` is not used).
///
/// Throws PyTorch's "Dataset not found. You can use download=True to download it" with the folders looked at.
MnistFiles find_mnist_files(const MnistVariant& variant, const std::filesystem::path& root, bool train, bool download,
                            const DownloadOptions& options = {});

/// Finds and reads them. Throws Error, naming the file, for what `read_idx` refuses, for another shape or dtype than
/// the data set has, and when there are not as many labels as images.
///
///     MnistData digits = data::load_mnist(data::mnist_variant(), "data", true, false);
MnistData load_mnist(const MnistVariant& variant, const std::filesystem::path& root, bool train, bool download,
                     const DownloadOptions& options = {});

}  // namespace xgrad::data
