/// Files that were cut, changed or made up: an Error or a value whose memory can be read, nothing else.
#include <zlib.h>
#include <xgrad/serialize/pickle.hpp>
#include <xgrad/serialize/zip.hpp>
#include <xgrad/tests/support/zip_archive.hpp>

#include <cstring>
#include <random>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using Kind = Value::Kind;

/// Reads what a program could read: the corners of every tensor.
void touch(const Value& v, double& sum) {
  if (v.is(Kind::Tensor)) {
    const Array& a = v.as_tensor().array;
    if (a.numel() == 0) return;
    std::int64_t last = a.offset();
    for (std::size_t d = 0; d < a.sizes().size(); ++d) last += (a.sizes()[d] - 1) * a.strides()[d];
    dispatch(a.dtype(), [&]<class T>() {
      const T* data = static_cast<const T*>(a.storage()->data());
      sum += static_cast<double>(data[a.offset()]) + static_cast<double>(data[last]);
    });
  } else if (v.is(Kind::List) || v.is(Kind::Tuple)) {
    for (const Value& item : v.items()) touch(item, sum);
  } else if (v.is(Kind::Dict)) {
    for (const auto& [key, value] : v.as_dict().entries) touch(value, sum);
  }
}

/// True if it loads; anything thrown but Error fails the test.
bool survives(const std::string& bytes) {
  try {
    double sum = 0;
    touch(load_bytes(bytes), sum);
    return true;
  } catch (const Error& e) {
    EXPECT_STRNE(e.what(), "");
    return false;
  }
}

/// Every byte of what is small, and enough of what is not.
std::size_t stride(std::size_t size) { return size / 3000 + 1; }

class HostileFile : public ::testing::TestWithParam<const char*> {
 protected:
  explicit HostileFile(const std::string& name) : whole_(read_file(name)) {}
  void expect_survival();

  std::string whole_;
};
class Hostile : public HostileFile {
 protected:
  Hostile() : HostileFile(golden(GetParam())) {}
};
class HostileArchive : public HostileFile {
 protected:
  HostileArchive() : HostileFile(std::string(XGRAD_SOURCE_DIR "/tests/data/") + GetParam() + ".pt") {}
};

void HostileFile::expect_survival() {
  for (std::size_t n = 0; n < whole_.size(); n += stride(whole_.size()))
    EXPECT_FALSE(survives(whole_.substr(0, n))) << n << " bytes";
  for (std::size_t i = 0; i < whole_.size(); i += stride(whole_.size())) {
    for (const int flip : {0x01, 0x80, 0xff, 0x40}) {
      std::string bytes = whole_;
      bytes[i] = static_cast<char>(bytes[i] ^ flip);
      survives(bytes);
    }
  }
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::size_t from = random() % whole_.size(), n = random() % 64;
    survives(whole_.substr(0, from) +
             (i % 2 ? whole_.substr(std::min(from + n, whole_.size())) : whole_.substr(from / 2)));
  }
}

TEST_P(Hostile, CutChangedAndMixedUp) { expect_survival(); }
TEST_P(HostileArchive, CutChangedAndMixedUp) { expect_survival(); }

INSTANTIATE_TEST_SUITE_P(Archives, HostileArchive, ::testing::Values("libtorch_adam", "libtorch_values"),
                         [](const auto& golden_file) { return std::string(golden_file.param); });

/// The first entry, which is the pickle, as PyTorch lays it out.
struct PickleEntry {
  std::size_t start, size;
  std::size_t checksums[2];  // where they are: behind the data and in the directory
};

PickleEntry find_pickle(const std::string& file) {
  PickleEntry p{};
  const std::size_t directory = file.find("PK\x01\x02");
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::uint32_t n = 0;
    std::memcpy(&n, file.data() + at, bytes);
    return n;
  };
  p.start = 30 + number(26, 2) + number(28, 2);
  p.size = number(directory + 20, 4);
  p.checksums[0] = p.start + p.size + 4;
  p.checksums[1] = directory + 16;
  return p;
}

// The checksum is right, so that what is wrong reaches the pickle machine.
TEST_P(Hostile, PickleChangedAndSigned) {
  const PickleEntry p = find_pickle(whole_);
  ASSERT_EQ(whole_.substr(p.start, 2), "\x80\x02");
  const auto sign = [&](std::string bytes) {
    const auto crc = static_cast<std::uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data() + p.start), static_cast<uInt>(p.size)));
    for (const std::size_t at : p.checksums) std::memcpy(&bytes[at], &crc, 4);
    return bytes;
  };
  ASSERT_EQ(sign(whole_), whole_);
  int loaded = 0;
  std::mt19937 random(2);
  for (std::size_t i = 0; i < p.size; i += stride(p.size)) {
    for (int kind = 0; kind < 4; ++kind) {
      std::string bytes = whole_;
      bytes[p.start + i] =
          kind < 2 ? static_cast<char>(random()) : static_cast<char>(bytes[p.start + i] + 2 * kind - 5);
      loaded += survives(sign(bytes));
    }
  }
  EXPECT_GT(loaded, 0) << "no change got past the checks, so this tests nothing";
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = whole_;
    for (int k = 0; k < 4; ++k) bytes[p.start + random() % p.size] = bytes[p.start + random() % p.size];
    survives(sign(bytes));
  }
}

INSTANTIATE_TEST_SUITE_P(Goldens, Hostile, ::testing::Values("dtypes", "views", "parameters", "optimizer"),
                         [](const auto& golden_file) { return std::string(golden_file.param); });

/// An archive in memory whose pickle says what it likes about one entry of 24 bytes, data/0.
class LyingTensor : public FolderTest {
 protected:
  std::string error(const std::string& storage, std::int64_t offset, IntArrayRef sizes, IntArrayRef strides,
                    std::int64_t numel = 6) {
    pickle::Writer writer([&](pickle::Writer& out, const Value::Tensor&) {
      out.global("torch._utils", "_rebuild_tensor_v2");
      out.mark();
      out.mark();
      out.text("storage");
      out.global("torch", storage);
      out.text(key_);
      out.text(device_);
      out.integer(numel);
      out.tuple_since_mark();
      out.persistent_id();
      out.integer(offset);
      out.integers(sizes);
      out.integers(strides);
      out.boolean(false);
      out.empty_ordered_dict();
      out.tuple_since_mark();
      out.reduce();
    });
    const std::string pickled = writer.dump(arange(1));
    const Array data = arange(6);
    AtomicFile file(path("x"));
    ZipWriter zip(file);
    zip.add("x/data.pkl", pickled.data(), pickled.size());
    zip.add("x/data/0", data.raw(), 24);
    zip.finish();
    file.commit();
    return error_of([&] { loaded_ = load(path("x")); });
  }

  std::string key_ = "0", device_ = "cpu";
  Value loaded_;
};

// As with torch.load(map_location="cpu"), what was on a GPU is read; what was nowhere has nothing to be read.
TEST_F(LyingTensor, OnOtherDevices) {
  for (const char* device : {"cpu", "cuda:0", "cuda:3", "cuda", "mps", "xla:1"}) {
    device_ = device;
    EXPECT_EQ(error("FloatStorage", 0, {2, 3}, {3, 1}), "") << device;
    EXPECT_EQ(elements<float>(loaded_.as_tensor().array), elements<float>(arange(6))) << device;
  }
  device_ = "meta";
  expect_contains(error("FloatStorage", 0, {2, 3}, {3, 1}), "the file has a tensor on the device 'meta'");

  // How torch.save writes torch.empty(3, device="meta").
  const std::string meta =
      "\x80\x02"
      "ctorch._utils\n_rebuild_meta_tensor_no_storage\n(ctorch\nfloat32\nK\x03\x85K\x01\x85\x89tR.";
  const std::string refused = error_of([&] { load_bytes(test::zip_archive({{"x/data.pkl", meta}})); });
  expect_contains(refused, "the file has a tensor on the device 'meta', which has a shape and no elements");
  expect_contains(refused, "hint: make it real in Python");
}

TEST_F(LyingTensor, TheTruthAndWhatDiffers) {
  EXPECT_EQ(error("FloatStorage", 0, {2, 3}, {3, 1}), "");
  EXPECT_EQ(elements<float>(loaded_.as_tensor().array), elements<float>(arange(6)));
  const std::string bounds = "out of bounds for storage of 6 elements";
  expect_contains(error("FloatStorage", 1, {2, 3}, {3, 1}), bounds);
  expect_contains(error("FloatStorage", -1, {2}, {1}), bounds);
  expect_contains(error("FloatStorage", 0, {2, 3}, {4, 1}), bounds);
  expect_contains(error("FloatStorage", 0, {3}, {INT64_MAX}), bounds);
  expect_contains(error("FloatStorage", INT64_MAX, {2}, {1}), bounds);
  expect_contains(error("FloatStorage", 0, {7}, {1}), bounds);
  expect_contains(error("FloatStorage", 0, {2}, {-1}), "negative strides are not supported");
  expect_contains(error("FloatStorage", 0, {-2}, {1}), "negative dimension");
  expect_contains(error("FloatStorage", 0, {INT64_MAX, INT64_MAX}, {0, 0}), "overflowed");
  expect_contains(error("FloatStorage", 0, {2, 3}, {1}), "mismatch in length of strides and shape");
  expect_contains(error("FloatStorage", 0, Dims(65, 1), Dims(65, 1)), "65 dimensions");
  expect_contains(error("FloatStorage", 0, {2}, {1}, 5),
                  "entry 'x/data/0' holds 24 bytes, but 5 elements of float32 were expected");
  expect_contains(error("FloatStorage", 0, {2}, {1}, -6), "were expected");
  expect_contains(error("DoubleStorage", 0, {2}, {1}), "holds 24 bytes, but 6 elements of float64 were expected");
  expect_contains(error("DoubleStorage", 0, {2}, {1}, 3), "");
  expect_contains(error("BFloat16Storage", 0, {2}, {1}), "Unsupported storage type torch.BFloat16Storage");
  expect_contains(error("OrderedDict", 0, {2}, {1}), "Unsupported class torch.OrderedDict");
  expect_contains(error("FloatStorage", 0, {2}, {1}), "");
  key_ = "../data.pkl";
  expect_contains(error("FloatStorage", 0, {2}, {1}), "failed locating file data/../data.pkl");
}

TEST_F(LyingTensor, EmptyViewsPointNowhereElse) {
  EXPECT_EQ(error("FloatStorage", std::int64_t{1} << 60, {0, 3}, {3, 1}), "");
  EXPECT_LE(loaded_.as_tensor().array.offset(), 6);
}

TEST_F(LyingTensor, BoolsAreOnlyTrueAndFalse) {
  EXPECT_EQ(error("BoolStorage", 0, {24}, {1}, 24), "");
  const Array& a = loaded_.as_tensor().array;
  const auto* bytes = static_cast<const unsigned char*>(a.raw());
  EXPECT_TRUE(std::all_of(bytes, bytes + 24, [](unsigned char b) { return b <= 1; }));
  EXPECT_EQ(bytes[6], 1);  // the 0x80 of 1.0f
}

}  // namespace
}  // namespace xgrad::serialize::testing
