#include <xgrad/data/idx.hpp>
#include <xgrad/data/mnist_files.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace xgrad::data {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSide = 28;

// Mirrors, tried in this order. Checksums are torchvision's; they make a mirror without TLS as good as one with it.
constexpr std::string_view kMnistMirrors[] = {
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
};
constexpr std::string_view kFashionMnistMirrors[] = {
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
};
constexpr std::string_view kKmnistMirrors[] = {
    "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
};

constexpr MnistVariant make_variant(std::string_view name, std::span<const std::string_view> mirrors,
                                    const std::array<std::string_view, 4>& md5,
                                    const std::array<std::string_view, 10>& classes) {
  return {name,
          mirrors,
          {{"train-images-idx3-ubyte", md5[0]}, {"train-labels-idx1-ubyte", md5[1]}, 60000},
          {{"t10k-images-idx3-ubyte", md5[2]}, {"t10k-labels-idx1-ubyte", md5[3]}, 10000},
          classes};
}

constexpr MnistVariant kMnist = make_variant("MNIST", kMnistMirrors,
                                             {"f68b3c2dcbeaaa9fbdd348bbdeb94873", "d53e105ee54ea40749a09fcbcd1e9432",
                                              "9fb629c4189551a2d022fa330f9573f3", "ec29112dd5afa0611ce80d1b7f02629c"},
                                             {"0 - zero", "1 - one", "2 - two", "3 - three", "4 - four", "5 - five",
                                              "6 - six", "7 - seven", "8 - eight", "9 - nine"});

constexpr MnistVariant kFashionMnist = make_variant(
    "FashionMNIST", kFashionMnistMirrors,
    {"8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe", "bef4ecab320f06d8554ea6380940ec79",
     "bb300cfdad3c16e7a12a480ee83cd310"},
    {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"});

constexpr MnistVariant kKmnist = make_variant("KMNIST", kKmnistMirrors,
                                              {"bdb82020997e1d708af4cf47b453dcf7", "e144d726b3acfaa3e44228e80efcd344",
                                               "5c965bf0a639b31b8f53240b1b52f4d7", "7320c461ea6c1c855c0b718fb2a4b134"},
                                              {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"});

// The file of that name in the folder, unpacked (which torchvision leaves beside the packed one) or not.
std::optional<fs::path> find_in(const fs::path& folder, const PublishedFile& file) {
  const fs::path unpacked = folder / file.name;
  fs::path packed = unpacked;
  packed += ".gz";
  std::error_code ignored;
  if (fs::is_regular_file(unpacked, ignored)) return unpacked;
  if (fs::is_regular_file(packed, ignored)) return packed;
  return std::nullopt;
}

fs::path raw_folder(const MnistVariant& variant, const fs::path& root) { return root / variant.name / "raw"; }

fs::path fetch(const MnistVariant& variant, const PublishedFile& file, const fs::path& folder,
               DownloadOptions options) {
  if (auto found = find_in(folder, file)) return *found;
  const std::string name = fmt::format("{}.gz", file.name);
  std::vector<std::string> urls;
  for (std::string_view mirror : variant.mirrors) urls.push_back(fmt::format("{}{}", mirror, name));
  options.md5 = file.md5;
  download(urls, folder / name, options);
  return folder / name;
}

[[noreturn]] void fail_not_found(const PublishedSplit& split, std::span<const fs::path> folders) {
  Error error("Dataset not found. You can use download=True to download it");
  error.add_context(fmt::format("looked for {} and {}, with or without .gz, in", split.images.name, split.labels.name));
  for (const fs::path& folder : folders) {
    std::error_code ignored;
    const bool images = find_in(folder, split.images).has_value(), labels = find_in(folder, split.labels).has_value();
    error.add_context(fmt::format("  {}{}", folder.string(),
                                  images                               ? " (has no labels)"
                                  : labels                             ? " (has no images)"
                                  : !fs::is_directory(folder, ignored) ? " (no such folder)"
                                                                       : ""));
  }
  throw error;
}

Array read_images(const fs::path& path) {
  Array images = read_idx(path);
  const bool fits = images.dtype() == kUInt8 && images.dim() == 3 && images.size(1) == kSide && images.size(2) == kSide;
  check(fits, "{}: expected uint8 images of sizes [N, {}, {}], found {} of sizes {}", path.string(), kSide, kSide,
        info(images.dtype()).name, to_string(images.sizes()));
  return images;
}

// int64, as torchvision's targets are and as the losses want them.
Array read_labels(const fs::path& path) {
  const Array bytes = read_idx(path);
  check(bytes.dtype() == kUInt8 && bytes.dim() == 1, "{}: expected uint8 labels of sizes [N], found {} of sizes {}",
        path.string(), info(bytes.dtype()).name, to_string(bytes.sizes()));
  Array labels = Array::empty(bytes.sizes(), kInt64);
  std::copy_n(bytes.data<std::uint8_t>(), bytes.numel(), labels.data<std::int64_t>());
  return labels;
}

std::string describe(const MnistVariant& variant, bool train, std::int64_t count, const fs::path& images) {
  const std::int64_t published = variant.split(train).count;
  const std::string which = count < published ? fmt::format("{} of the {}", count, published) : std::to_string(count);
  return fmt::format("{}: {} {} images, from {}", variant.name, which, train ? "training" : "test", images.string());
}

}  // namespace

const MnistVariant& mnist_variant() { return kMnist; }
const MnistVariant& fashion_mnist_variant() { return kFashionMnist; }
const MnistVariant& kmnist_variant() { return kKmnist; }

MnistFiles find_mnist_files(const MnistVariant& variant, const fs::path& root, bool train, bool download,
                            const DownloadOptions& options) {
  const PublishedSplit& split = variant.split(train);
  const fs::path raw = raw_folder(variant, root);
  const std::array folders{raw, root / "raw", root};
  for (const fs::path& folder : folders) {
    const auto images = find_in(folder, split.images), labels = find_in(folder, split.labels);
    if (images && labels) return {*images, *labels};
  }
  if (!download) fail_not_found(split, folders);
  return {fetch(variant, split.images, raw, options), fetch(variant, split.labels, raw, options)};
}

MnistData load_mnist(const MnistVariant& variant, const fs::path& root, bool train, bool download,
                     const DownloadOptions& options) {
  const MnistFiles files = find_mnist_files(variant, root, train, download, options);
  try {
    const Array images = read_images(files.images), labels = read_labels(files.labels);
    check(images.size(0) == labels.size(0), "{} holds {} images, but {} holds {} labels", files.images.string(),
          images.size(0), files.labels.string(), labels.size(0));
    return {images, labels, files, describe(variant, train, images.size(0), files.images)};
  } catch (Error& error) {
    if (download) error.set_hint("files that are there are not downloaded again; delete them first");
    throw;
  }
}

}  // namespace xgrad::data
