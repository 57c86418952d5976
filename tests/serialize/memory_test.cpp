/// How much memory reading and writing takes beside the tensors.
#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/xgrad.hpp>

#include <fstream>
#include <ostream>
#include <streambuf>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using FileMemory = FolderTest;

constexpr std::int64_t kSide = 2048;  // floats: 16 MiB

/// Takes bytes, and remembers the largest piece and whether memory came by without a copy.
class Pieces final : public std::streambuf {
 public:
  explicit Pieces(const void* watched) : watched_(watched) {}
  std::streamsize largest() const { return largest_; }
  bool saw_watched() const { return saw_watched_; }
  std::string bytes;

 private:
  int_type overflow(int_type c) override {
    bytes += static_cast<char>(c);
    return c;
  }
  std::streamsize xsputn(const char* from, std::streamsize n) override {
    largest_ = std::max(largest_, n);
    saw_watched_ |= from == watched_;
    bytes.append(from, static_cast<std::size_t>(n));
    return n;
  }

  const void* watched_;
  std::streamsize largest_ = 0;
  bool saw_watched_ = false;
};

Tensor square() { return xgrad::arange(kSide * kSide).to(kFloat32).view({kSide, kSide}); }

TEST_F(FileMemory, ArchivesOfNumPyAreWrittenFromTheTensors) {
  const Tensor x = square();
  Pieces pieces(x.array().raw());
  std::ostream out(&pieces);
  save_npz({{"x", x}}, out);
  EXPECT_TRUE(pieces.saw_watched());
  EXPECT_TRUE(equal(load_npz_bytes(pieces.bytes)["x"], x));
}

TEST_F(FileMemory, StridedTensorsAreWrittenInBlocks) {
  const Tensor x = square();
  constexpr std::streamsize kBlock = 4 << 20;
  const std::vector<Tensor> views{x.t(), x.view({1, 2, kSide / 2, kSide}).transpose(2, 3), x.expand({2, kSide, kSide}),
                                  x.view({kSide * kSide, 1}).t().expand({2, kSide * kSide}),
                                  x.view({-1}).slice(0, 0, kSide * kSide, 2)};
  for (const Tensor& view : views) {
    SCOPED_TRACE(fmt::format("{}", view.sizes()));
    Pieces tensors(x.array().raw()), arrays(nullptr);
    std::ostream out(&tensors), npy(&arrays);
    save_safetensors({{"x", view}}, out);
    EXPECT_TRUE(tensors.largest() <= kBlock || tensors.saw_watched());  // what is packed in part needs no buffer
    EXPECT_TRUE(equal(load_safetensors_bytes(tensors.bytes)["x"], view));
    save_npy(view, npy);
    EXPECT_TRUE(equal(load_npy_bytes(arrays.bytes), view));
  }
}

/// A file that looks at the memory of tensors whenever it is read.
class Watching final : public std::filebuf {
 public:
  explicit Watching(const std::string& path) { open(path, std::ios::in | std::ios::binary); }
  std::int64_t most() const { return most_; }

 private:
  std::streamsize xsgetn(char* to, std::streamsize n) override {
    const std::streamsize got = std::filebuf::xsgetn(to, n);
    most_ = std::max(most_, memory::statistics().bytes);
    return got;
  }

  std::int64_t most_ = 0;
};

TEST_F(FileMemory, StreamsThatCanSeekAreReadIntoOneTensor) {
  const Tensor x = square();
  save_npy(x, path("x.npy"));
  save_safetensors({{"x", x}}, path("x.safetensors"));
  const auto taken_by = [&](const std::string& name, auto load) {
    Watching file(path(name));
    std::istream in(&file);
    const std::int64_t before = memory::statistics().bytes;
    EXPECT_TRUE(equal(load(in), x));
    return file.most() - before;
  };
  const auto size = static_cast<std::int64_t>(x.nbytes());
  EXPECT_LE(taken_by("x.npy", [](std::istream& in) { return load_npy(in); }), size);
  EXPECT_LE(taken_by("x.safetensors", [](std::istream& in) { return load_safetensors(in)["x"]; }), size);
}

TEST_F(FileMemory, AStreamIsLeftBehindWhatWasRead) {
  std::stringstream stream;
  save_npy(ones({2}), stream);
  save_safetensors({{"x", ones({3})}}, stream);
  stream << "rest";
  EXPECT_EQ(load_npy(stream).numel(), 2);
  EXPECT_EQ(load_safetensors(stream)["x"].numel(), 3);
  std::string rest;
  stream >> rest;
  EXPECT_EQ(rest, "rest");
}

}  // namespace
}  // namespace xgrad::serialize::testing
