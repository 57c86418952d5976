#include <xgrad/data/idx.hpp>
#include <xgrad/data/mnist_files.hpp>

#include "loopback_server.hpp"
#include "temp_folder.hpp"

#include <numeric>

namespace xgrad::data {
namespace {

using xgrad::test::LoopbackServer;
using xgrad::test::message_of;
using xgrad::test::read_bytes;
using xgrad::test::TempFolder;
using xgrad::test::write_bytes;

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

const std::string kImages = "train-images-idx3-ubyte", kLabels = "train-labels-idx1-ubyte";

/// n images; every pixel of image i is `first + i`.
Array plain_images(std::int64_t n, std::uint8_t first = 0) {
  Array images = Array::empty({n, 28, 28}, kUInt8);
  for (std::int64_t i = 0; i < images.numel(); ++i)
    images.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(first + i / (28 * 28));
  return images;
}

Array plain_labels(std::int64_t n) {
  Array labels = Array::empty({n}, kUInt8);
  for (std::int64_t i = 0; i < n; ++i) labels.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i % 10);
  return labels;
}

std::int64_t sum_of(const Array& bytes) {
  return std::accumulate(bytes.data<std::uint8_t>(), bytes.data<std::uint8_t>() + bytes.numel(), std::int64_t{0});
}

std::vector<std::int64_t> counts_of(const Array& labels) {
  std::vector<std::int64_t> counts(10, 0);
  for (std::int64_t i = 0; i < labels.numel(); ++i)
    ++counts.at(static_cast<std::size_t>(labels.data<std::int64_t>()[i]));
  return counts;
}

std::vector<std::int64_t> first_labels(const Array& labels, std::int64_t n) {
  return {labels.data<std::int64_t>(), labels.data<std::int64_t>() + n};
}

class MnistFilesTest : public ::testing::Test {
 protected:
  fs::path root() const { return folder.path(); }
  /// Three images and their labels in that folder below the root, names ending as told.
  void put(const fs::path& where, const char* image_end, const char* label_end, std::uint8_t first_pixel = 0) {
    fs::create_directories(root() / where);
    write_idx(root() / where / (kImages + image_end), plain_images(3, first_pixel));
    write_idx(root() / where / (kLabels + label_end), plain_labels(3));
  }
  MnistData load(bool train = true) { return load_mnist(mnist_variant(), root(), train, false); }
  int first_pixel() { return load().images.data<std::uint8_t>()[0]; }

  TempFolder folder;
};

// Facts from reading the same files with torchvision.
TEST(ShippedDigits, AreWhatTheScriptMade) {
  const fs::path root = fs::path(XGRAD_SOURCE_DIR) / "data";
  const MnistData digits = load_mnist(mnist_variant(), root, true, true);
  EXPECT_EQ(digits.images.sizes(), Dims({5120, 28, 28}));
  EXPECT_EQ(digits.images.dtype(), kUInt8);
  EXPECT_EQ(digits.labels.sizes(), Dims({5120}));
  EXPECT_EQ(digits.labels.dtype(), kInt64);
  EXPECT_EQ(sum_of(digits.images), 133654614);
  EXPECT_EQ(sum_of(digits.images.select(0, 0)), 28242);
  EXPECT_EQ(sum_of(digits.images.select(0, 5119)), 30852);
  EXPECT_EQ(first_labels(digits.labels, 10), (std::vector<std::int64_t>{4, 7, 4, 9, 5, 2, 0, 7, 3, 4}));
  EXPECT_EQ(counts_of(digits.labels), (std::vector<std::int64_t>{506, 593, 507, 525, 499, 462, 537, 520, 496, 475}));
  EXPECT_EQ(digits.summary, "MNIST: 5120 of the 60000 training images, from " +
                                (root / "MNIST/raw/train-images-idx3-ubyte.gz").string());
}

TEST(MnistVariants, TablesAreWhole) {
  for (const MnistVariant& variant : {mnist_variant(), fashion_mnist_variant(), kmnist_variant()}) {
    EXPECT_FALSE(variant.mirrors.empty());
    for (std::string_view mirror : variant.mirrors) {
      EXPECT_TRUE(mirror.starts_with("http://") || mirror.starts_with("https://")) << mirror;
      EXPECT_TRUE(mirror.ends_with("/")) << mirror;
    }
    for (const PublishedSplit& split : {variant.train, variant.test})
      for (const PublishedFile& file : {split.images, split.labels}) {
        EXPECT_EQ(file.md5.size(), 32U);
        EXPECT_EQ(file.md5.find_first_not_of("0123456789abcdef"), std::string_view::npos) << file.md5;
      }
    for (std::string_view name : variant.classes) EXPECT_FALSE(name.empty());
  }
  EXPECT_EQ(fashion_mnist_variant().split(false).images.name, "t10k-images-idx3-ubyte");
}

TEST_F(MnistFilesTest, FindsEveryLayoutPackedOrNot) {
  for (const char* where : {"MNIST/raw", "raw", "."})
    for (const char* image_end : {"", ".gz"})
      for (const char* label_end : {"", ".gz"}) {
        const TempFolder own;
        const fs::path at = own / where;
        fs::create_directories(at);
        write_idx(at / (kImages + image_end), plain_images(3, 7));
        write_idx(at / (kLabels + label_end), plain_labels(3));
        const MnistData data = load_mnist(mnist_variant(), own.path(), true, false);
        EXPECT_EQ(data.images.sizes(), Dims({3, 28, 28}));
        EXPECT_EQ(data.images.data<std::uint8_t>()[3 * 28 * 28 - 1], 9);
        EXPECT_EQ(first_labels(data.labels, 3), (std::vector<std::int64_t>{0, 1, 2}));
        EXPECT_TRUE(fs::equivalent(data.files.images, at / (kImages + image_end)));
        EXPECT_TRUE(fs::equivalent(data.files.labels, at / (kLabels + label_end)));
      }
}

TEST_F(MnistFilesTest, PrefersTorchvisionsLayoutAndUnpackedFiles) {
  put(".", "", "", 1);
  EXPECT_EQ(first_pixel(), 1);
  put("raw", "", "", 2);
  EXPECT_EQ(first_pixel(), 2);
  put("MNIST/raw", ".gz", ".gz", 3);
  EXPECT_EQ(first_pixel(), 3);
  put("MNIST/raw", "", "", 4);
  EXPECT_EQ(first_pixel(), 4);
}

TEST_F(MnistFilesTest, VariantsHaveFoldersOfTheirOwn) {
  put("FashionMNIST/raw", "", "", 5);
  EXPECT_EQ(load_mnist(fashion_mnist_variant(), root(), true, false).images.data<std::uint8_t>()[0], 5);
  EXPECT_TRUE(message_of<Error>([&] { load(); }).starts_with("Dataset not found."));
}

TEST_F(MnistFilesTest, NotFound) {
  put("MNIST/raw", "", "");
  fs::create_directories(root() / "raw");
  write_idx(root() / "t10k-images-idx3-ubyte.gz", plain_images(1));
  EXPECT_EQ(message_of<Error>([&] { load(false); }),
            fmt::format("Dataset not found. You can use download=True to download it\n"
                        "  looked for t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, with or without .gz, in\n"
                        "    {0}/MNIST/raw\n    {0}/raw\n    {0} (has no labels)",
                        root().string()));
  EXPECT_NE(message_of<Error>([&] {
              load_mnist(mnist_variant(), folder / "gone", false, false);
            }).find("/gone/MNIST/raw (no such folder)\n"),
            std::string::npos);
}

TEST_F(MnistFilesTest, CountsThatDiffer) {
  put(".", ".gz", "");
  write_idx(root() / kLabels, plain_labels(4));
  EXPECT_EQ(message_of<Error>([&] { load(); }),
            fmt::format("{0}/{1}.gz holds 3 images, but {0}/{2} holds 4 labels", root().string(), kImages, kLabels));
}

TEST_F(MnistFilesTest, FilesOfAnotherKind) {
  put(".", "", "");
  const std::string start = root().string() + "/";
  write_idx(root() / kImages, Array::empty({3, 28, 27}, kUInt8));
  EXPECT_EQ(message_of<Error>([&] { load(); }),
            start + kImages + ": expected uint8 images of sizes [N, 28, 28], found uint8 of sizes [3, 28, 27]");
  write_idx(root() / kImages, Array::empty({3, 28, 28}, kFloat32));
  EXPECT_EQ(message_of<Error>([&] { load(); }),
            start + kImages + ": expected uint8 images of sizes [N, 28, 28], found float32 of sizes [3, 28, 28]");
  write_idx(root() / kImages, plain_images(3));
  write_idx(root() / kLabels, plain_images(3));
  EXPECT_EQ(message_of<Error>([&] { load(); }),
            start + kLabels + ": expected uint8 labels of sizes [N], found uint8 of sizes [3, 28, 28]");
}

TEST_F(MnistFilesTest, DamagedFilesAreNamedAndNotFetchedAgain) {
  put("MNIST/raw", "", "");
  const fs::path images = root() / "MNIST/raw" / kImages;
  fs::resize_file(images, 16 + 1000);
  const std::string expected =
      images.string() + ": truncated: the header promises 2352 bytes of elements, the file holds 1000";
  EXPECT_EQ(message_of<Error>([&] { load(); }), expected);
  EXPECT_EQ(message_of<Error>([&] { load_mnist(mnist_variant(), root(), true, true); }),
            expected + "\n  hint: files that are there are not downloaded again; delete them first");
}

/// Runs in builds that can download.
class MnistDownload : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    ::setenv("no_proxy", "127.0.0.1", 1);
    write_idx(published / "images", plain_images(3));
    write_idx(published / "labels", plain_labels(3));
    server.add("/" + kImages + ".gz", read_bytes(published / "images"));
    server.add("/" + kLabels + ".gz", read_bytes(published / "labels"));
  }

  /// A data set whose first mirror has nothing. What the second has is not compressed, for all its name, so that the
  /// checksums (md5sum's) do not depend on the version of zlib.
  MnistVariant variant() const {
    return {"Loopback",
            mirrors,
            {{kImages, "f4934e4c7b23c194e560a25af1bf57ab"}, {kLabels, "2dab5672e75db8be26c5d98d167b573d"}, 3},
            {{"t10k-images-idx3-ubyte", ""}, {"t10k-labels-idx1-ubyte", ""}, 1},
            {}};
  }
  MnistData load(bool download = true) { return load_mnist(variant(), root.path(), true, download); }

  TempFolder root, published;
  LoopbackServer server;
  std::string empty_mirror = server.url("/empty/"), full_mirror = server.url("/");
  std::array<std::string_view, 2> mirrors{empty_mirror, full_mirror};
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MnistDownload);
INSTANTIATE_TEST_SUITE_P(ThisBuild, MnistDownload,
                         ::testing::ValuesIn(download_available() ? std::vector<bool>{true} : std::vector<bool>{}));

TEST_P(MnistDownload, FetchesOnceAndReadsLocallyAfterwards) {
  EXPECT_TRUE(message_of<Error>([&] { load(false); }).starts_with("Dataset not found."));
  EXPECT_TRUE(server.requests().empty());

  const MnistData data = load();
  const Names files{"Loopback/raw/" + kImages + ".gz", "Loopback/raw/" + kLabels + ".gz"};
  EXPECT_EQ(root.files(), files);
  EXPECT_EQ(data.images.sizes(), Dims({3, 28, 28}));
  EXPECT_EQ(first_labels(data.labels, 3), (std::vector<std::int64_t>{0, 1, 2}));
  EXPECT_EQ(data.summary, "Loopback: 3 training images, from " + (root / files[0]).string());
  const Names requests{"/empty/" + kImages + ".gz", "/" + kImages + ".gz", "/empty/" + kLabels + ".gz",
                       "/" + kLabels + ".gz"};
  EXPECT_EQ(server.requests(), requests);

  load();
  load(false);
  EXPECT_EQ(server.requests(), requests);
}

TEST_P(MnistDownload, FetchesOnlyWhatIsMissing) {
  write_bytes(root / ("Loopback/raw/" + kImages + ".gz"), read_bytes(published / "images"));
  EXPECT_EQ(load().labels.numel(), 3);
  EXPECT_EQ(server.requests(), (Names{"/empty/" + kLabels + ".gz", "/" + kLabels + ".gz"}));
}

TEST_P(MnistDownload, LocalFilesComeFirstWhateverTheirMd5) {
  write_idx(root / kImages, plain_images(2));
  write_idx(root / kLabels, plain_labels(2));
  EXPECT_EQ(load().summary, "Loopback: 2 of the 3 training images, from " + (root / kImages).string());
  EXPECT_TRUE(server.requests().empty());
}

TEST_P(MnistDownload, WrongMd5LeavesNothing) {
  server.add("/" + kImages + ".gz", "<html>Please log in to the network</html>");
  const std::string message = message_of<Error>([&] { load(); });
  EXPECT_NE(message.find("Error downloading " + kImages + ".gz:"), std::string::npos) << message;
  EXPECT_NE(message.find(full_mirror + kImages + ".gz: expected MD5 "), std::string::npos) << message;
  EXPECT_TRUE(root.files().empty());
}

/// Folders of this machine with all of Fashion-MNIST in them: Debian's dataset-fashion-mnist, if it is installed.
class FullScale : public ::testing::TestWithParam<std::string> {};

std::vector<std::string> folders_here() {
  std::vector<std::string> folders;
  for (const char* folder : {"/usr/share/datasets/fashion-mnist"})
    if (fs::exists(fs::path(folder) / (kImages + ".gz"))) folders.push_back(folder);
  return folders;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FullScale);
INSTANTIATE_TEST_SUITE_P(Debian, FullScale, ::testing::ValuesIn(folders_here()));

// Facts from NumPy.
TEST_P(FullScale, FashionMnist) {
  const MnistData train = load_mnist(fashion_mnist_variant(), GetParam(), true, true);
  EXPECT_EQ(train.images.sizes(), Dims({60000, 28, 28}));
  EXPECT_EQ(sum_of(train.images), 3431114169);
  EXPECT_EQ(first_labels(train.labels, 10), (std::vector<std::int64_t>{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}));
  EXPECT_EQ(counts_of(train.labels), std::vector<std::int64_t>(10, 6000));
  EXPECT_EQ(train.summary, "FashionMNIST: 60000 training images, from " + GetParam() + "/" + kImages + ".gz");

  const MnistData test = load_mnist(fashion_mnist_variant(), GetParam(), false, false);
  EXPECT_EQ(test.images.sizes(), Dims({10000, 28, 28}));
  EXPECT_EQ(sum_of(test.images), 573469082);
  EXPECT_EQ(first_labels(test.labels, 10), (std::vector<std::int64_t>{9, 2, 1, 1, 6, 1, 4, 6, 5, 7}));
  EXPECT_EQ(counts_of(test.labels), std::vector<std::int64_t>(10, 1000));
}

}  // namespace
}  // namespace xgrad::data
