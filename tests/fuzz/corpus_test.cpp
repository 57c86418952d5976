/// The fuzzers' targets on their seeds, and on seeds that were cut and changed in every way that takes little time.
/// What the fuzzers themselves found is among the seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "targets.hpp"

namespace xgrad::fuzz {

void PrintTo(const Target& target, std::ostream* out) { *out << target.name; }

namespace {

struct Seed {
  std::string name, bytes;
};

std::vector<Seed> seeds(std::string_view target) {
  std::vector<Seed> all;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(XGRAD_SOURCE_DIR "/tests/fuzz/corpus/") + std::string(target))) {
    std::ifstream in(file.path(), std::ios::binary);
    all.push_back({file.path().filename(), {std::istreambuf_iterator<char>(in), {}}});
  }
  std::sort(all.begin(), all.end(), [](const Seed& a, const Seed& b) { return a.name < b.name; });
  return all;
}

/// Steps through what is large, so that each test makes some thousands of files of one seed.
std::size_t stride(const Seed& seed) { return seed.bytes.size() / 1000 + 1; }

class Fuzz : public ::testing::TestWithParam<Target> {
 protected:
  bool parse(const std::string& bytes) const {
    // A copy of its own size, so that reading past the end is seen.
    const std::vector<char> exact(bytes.begin(), bytes.end());
    return GetParam().parse({exact.data(), exact.size()});
  }
  std::vector<Seed> seeds_ = seeds(GetParam().name);
};

// Those whose name says so are no files of the format.
TEST_P(Fuzz, Seeds) {
  std::size_t good = 0;
  for (const Seed& seed : seeds_) {
    const bool bad = seed.name.starts_with("bad_");
    EXPECT_EQ(parse(seed.bytes), !bad) << seed.name;
    good += !bad;
    EXPECT_LT(seed.bytes.size(), 8192u) << seed.name << " is no small file";
  }
  EXPECT_GE(good, 3u);
}

TEST_P(Fuzz, TruncatedAnywhere) {
  for (const Seed& seed : seeds_) {
    for (std::size_t n = 0; n < seed.bytes.size(); n += stride(seed)) parse(seed.bytes.substr(0, n));
  }
}

TEST_P(Fuzz, AnyBitFlipped) {
  for (const Seed& seed : seeds_) {
    for (std::size_t i = 0; i < seed.bytes.size(); i += stride(seed)) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string bytes = seed.bytes;
        bytes[i] = static_cast<char>(bytes[i] ^ 1 << bit);
        parse(bytes);
      }
    }
  }
}

// Where a number is kept, in either order of bytes: the largest, the largest with a sign, and one more than it was.
TEST_P(Fuzz, LyingNumbers) {
  for (const Seed& seed : seeds_) {
    for (std::size_t i = 0; i < seed.bytes.size(); i += stride(seed)) {
      for (const std::size_t width : {1u, 2u, 4u, 8u}) {
        if (i + width > seed.bytes.size()) continue;
        std::string ones = seed.bytes, big = seed.bytes, more = seed.bytes;
        ones.replace(i, width, std::string(width, '\xff'));
        big.replace(i, width, std::string(width - 1, '\xff') + '\x7f');
        more[i] = static_cast<char>(more[i] + 1);
        for (const std::string& bytes : {ones, big, more}) parse(bytes);
      }
    }
  }
}

// Where a number is kept as text.
TEST_P(Fuzz, LyingDigits) {
  for (const Seed& seed : seeds_) {
    for (std::size_t i = 0; i < seed.bytes.size(); i += stride(seed)) {
      if (seed.bytes[i] < '0' || seed.bytes[i] > '9') continue;
      for (const char* digits : {"-1", "18446744073709551615", "9223372036854775807", "1e400", "0", ""}) {
        parse(seed.bytes.substr(0, i) + digits + seed.bytes.substr(i + 1));
      }
    }
  }
}

TEST_P(Fuzz, PartsCutOutDoubledOrJoined) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::string &a = seeds_[random() % seeds_.size()].bytes, &b = seeds_[random() % seeds_.size()].bytes;
    const std::size_t from = random() % (a.size() + 1), to = random() % (b.size() + 1);
    parse(a.substr(0, from) + b.substr(to));
  }
}

TEST_P(Fuzz, Noise) {
  std::mt19937 random(2);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    parse(bytes);
    // Behind the beginning of a good one.
    const std::string& seed = seeds_[random() % seeds_.size()].bytes;
    parse(seed.substr(0, random() % (seed.size() + 1)) + bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Parsers, Fuzz, ::testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace xgrad::fuzz
