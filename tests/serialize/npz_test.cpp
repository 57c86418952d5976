/// .npz: archives of NumPy's, ours, and hostile ones.
#include <gmock/gmock.h>
#include <xgrad/serialize/numpy.hpp>
#include <xgrad/serialize/zip.hpp>
#include <xgrad/tests/support/zip_archive.hpp>

#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using test::zip_archive;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string numpy_archive(const std::string& name) { return XGRAD_SOURCE_DIR "/tests/data/numpy_" + name + ".npz"; }

std::string npz_error(const std::string& bytes) {
  return error_of([&] { load_npz_bytes(bytes, "x.npz"); });
}

TEST(Npz, StoredAndDeflatedArchivesOfNumPy) {
  const TensorDict stored = load_npz(numpy_archive("arrays")), deflated = load_npz(numpy_archive("deflated"));
  EXPECT_EQ(stored.size(), 15u);
  ASSERT_EQ(deflated.size(), 16u);
  for (const auto& [name, x] : stored) EXPECT_EQ(save_npy_bytes(x), save_npy_bytes(deflated[name])) << name;
  EXPECT_EQ(deflated["zeros"].sizes(), Dims({100'000}));
  EXPECT_EQ(deflated["zeros"].sum().item<double>(), 0);
  std::ifstream in(numpy_archive("deflated"), std::ios::binary);
  EXPECT_EQ(save_npz_bytes(load_npz(in)), save_npz_bytes(deflated));
}

TEST(Npz, RoundTrip) {
  const Tensor table(arange(6).view({2, 3}));
  const TensorDict tensors{{"layer1.weight", table}, {"t", table.transpose(0, 1)}, {"a/b", Tensor(arange(1))}};
  const std::string bytes = save_npz_bytes(tensors);
  const TensorDict back = load_npz_bytes(bytes);
  EXPECT_THAT(back.keys(), ElementsAre("layer1.weight", "t", "a/b"));
  EXPECT_EQ(back["t"].strides(), Dims({1, 3}));
  EXPECT_EQ(elements<float>(back["layer1.weight"].array()), elements<float>(arange(6)));
  EXPECT_EQ(save_npz_bytes(back), bytes);
  EXPECT_THAT(load_npz_bytes(save_npz_bytes(TensorDict())), SizeIs(0));
  const ZipReader zip(bytes, "x");
  EXPECT_EQ(zip.read(*zip.find("t.npy")), save_npy_bytes(tensors["t"]));
}

using NpzFile = FolderTest;

TEST_F(NpzFile, PathsStreamsAndTheirErrors) {
  save_npz({{"x", Tensor(arange(3))}}, path("x.npz"));
  EXPECT_EQ(elements<float>(load_npz(path("x.npz"))["x"].array()), elements<float>(arange(3)));
  std::ostringstream out;
  save_npz({{"x", Tensor(arange(3))}}, out);
  EXPECT_EQ(out.str(), read_file(path("x.npz")));
  expect_contains(error_of([&] { load_npz(path("y.npz")); }), "[Errno 2] No such file or directory");
  expect_contains(error_of([&] {
                    save_npz({{"../x", Tensor(arange(3))}}, path("y.npz"));
                  }),
                  "'../x' cannot be a name in an archive");
  expect_contains(error_of([&] {
                    save_npz({{"x", Tensor()}}, path("y.npz"));
                  }),
                  "cannot save the undefined tensor 'x'");
  EXPECT_EQ(files(), 1u);
}

TEST(NpzHostile, NamesThatLeadOutOfTheArchive) {
  const std::string x = save_npy_bytes(Tensor(arange(1)));
  EXPECT_EQ(npz_error(zip_archive({{"a/..b/c...npy", x}})), "");
  for (const char* name : {"../x.npy", "/x.npy", "a/../../x.npy", "a\\..\\x.npy", "\\x.npy", "../.npy"}) {
    expect_contains(npz_error(zip_archive({{name, x}})), "leads out of the archive");
  }
  expect_contains(npz_error(zip_archive({{std::string("a\0b.npy", 7), x}})), "entry 'a\\x00b.npy' leads out");
  expect_contains(npz_error(zip_archive({{"x.txt", x}})), "entry 'x.txt' is no .npy file");
  expect_contains(npz_error(save_bytes(Value(arange(1)))), "a file of PyTorch's: load() reads it");
  expect_contains(npz_error(zip_archive({{"x.npy", x}, {"x.npy", x}})), "two entries are named 'x.npy'");
}

// Its entry unpacks to a thousand times its size, and is refused before anything is.
TEST(NpzHostile, CompressionBomb) {
  std::string zeros = save_npy_bytes(Tensor(Array::empty({300 << 20}, kUInt8)));
  zeros.replace(128, std::string::npos, 300 << 20, '\0');
  const auto size = static_cast<std::uint32_t>(zeros.size());
  const std::uint32_t crc = test::crc_of(zeros);
  const std::string packed = test::deflated(zeros);
  ASSERT_LT(packed.size(), std::size_t{600'000});
  const std::string error = npz_error(zip_archive({{"x.npy", packed, 8, size, crc}}));
  expect_contains(error, "entry 'x.npy' claims 314572928 bytes; with those before it that is more than the ");
  expect_contains(error, "give load_npz a larger LoadNpzOptions::unpacked_bytes");
  // One that says less is believed, and nothing is unpacked for an array that does not fit.
  expect_contains(npz_error(zip_archive({{"x.npy", packed, 8, 2000, crc}})),
                  "truncated: the array needs 314572800 bytes, and there are 1872");
}

// np.savez_compressed(path, np.zeros(10**7)), which is honest.
TEST(NpzHostile, ZerosPackWell) {
  const Tensor x = zeros({10'000'000}, kFloat64);
  const std::string bytes = save_npy_bytes(x);
  const std::string archive =
      zip_archive({{"x.npy", test::deflated(bytes), 8, static_cast<std::uint32_t>(bytes.size()), test::crc_of(bytes)}});
  EXPECT_TRUE(equal(load_npz_bytes(archive)["x"], x));
  expect_contains(error_of([&] { load_npz_bytes(archive, "x.npz", {.unpacked_bytes = 1000}); }),
                  "claims 80000128 bytes");
  EXPECT_EQ(load_npz_bytes(archive, "x.npz", {.unpacked_bytes = ~std::uint64_t{0}}).size(), 1u);
}

TEST(NpzHostile, LyingSizesAndDamagedData) {
  const std::string x = save_npy_bytes(Tensor(arange(100))), packed = test::deflated(x);
  const auto size = static_cast<std::uint32_t>(x.size());
  const std::uint32_t crc = test::crc_of(x);
  EXPECT_EQ(npz_error(zip_archive({{"x.npy", packed, 8, size, crc}})), "");
  expect_contains(npz_error(zip_archive({{"x.npy", packed, 8, size + 1, crc}})), "it ends after 528 of 529 bytes");
  expect_contains(npz_error(zip_archive({{"x.npy", packed, 8, size - 1, crc}})),
                  "the array needs 400 bytes, and there are 399");
  expect_contains(npz_error(zip_archive({{"x.npy", test::deflated(x + "more"), 8, size, crc}})),
                  "more than the 528 bytes that it claims");
  expect_contains(npz_error(zip_archive({{"x.npy", packed, 8, 1'000'000, crc}})),
                  fmt::format("entry 'x.npy' claims 1000000 bytes, and {} compressed ones hold no more than {}",
                              packed.size(), 1032 * packed.size()));
  expect_contains(npz_error(zip_archive({{"x.npy", packed, 8, size, crc + 1}})), "CRC error");
  expect_contains(npz_error(zip_archive({{"x.npy", x, 0, size, crc + 1}})), "CRC error");
  expect_contains(npz_error(zip_archive({{"x.npy", packed.substr(0, 40), 8, size, crc}})), "reading entry 'x.npy'");
  expect_contains(npz_error(zip_archive({{"x.npy", std::string(40, '\xff'), 8, size, crc}})), "reading entry 'x.npy'");
  expect_contains(npz_error(zip_archive({{"x.npy", x, 12, size, crc}})), "compressed by zip method 12");
  expect_contains(npz_error(zip_archive({{"x.npy", x + "more"}})), "more bytes follow the array");
  expect_contains(npz_error(zip_archive({{"x.npy", "no array"}})), "in its entry 'x.npy'");
  expect_contains(npz_error("no archive"), "File is not a zip file, or a damaged one");
  expect_contains(npz_error(""), "x.npz");
}

TEST(NpzHostile, EntriesThatShareBytes) {
  const std::string x = save_npy_bytes(Tensor(arange(100)));
  std::string bytes = zip_archive({{"a.npy", x}, {"b.npy", x}});
  // The second's header says that it begins where the first does.
  const std::size_t second = bytes.find("PK\x01\x02", bytes.find("PK\x01\x02") + 1);
  bytes.replace(second + 42, 4, 4, '\0');
  EXPECT_NE(npz_error(bytes), "");
}

}  // namespace
}  // namespace xgrad::serialize::testing
