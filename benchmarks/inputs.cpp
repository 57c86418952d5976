// What all sides work on.
#include "workload.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

namespace bench {
namespace {

void write_idx(const std::string& path, std::vector<std::uint32_t> sizes, unsigned values, unsigned seed) {
  std::ofstream file(path, std::ios::binary);
  std::size_t n = 1;
  const auto word = [&](std::uint32_t v) {
    for (int shift : {24, 16, 8, 0}) file.put(static_cast<char>(v >> shift));
  };
  word(0x0800u + static_cast<std::uint32_t>(sizes.size()));
  for (const std::uint32_t s : sizes) {
    word(s);
    n *= s;
  }
  std::mt19937 random(seed);
  std::string bytes(n, '\0');
  for (char& b : bytes) b = static_cast<char>(random() % values);
  file << bytes;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

struct TemporaryFolder {
  std::string path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "xgrad-bench-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
    path = name;
    write_idx(path + "/train-images-idx3-ubyte", {60000, 28, 28}, 256, 1);
    write_idx(path + "/train-labels-idx1-ubyte", {60000}, 10, 2);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace

void fill(float* to, std::size_t n, unsigned seed, float low, float high) {
  std::mt19937 random(seed);
  const float unit = (high - low) / 16777216.f;
  for (std::size_t i = 0; i < n; ++i) to[i] = low + static_cast<float>(random() >> 8) * unit;
}

void fill(std::int64_t* to, std::size_t n, unsigned seed, std::int64_t high) {
  std::mt19937 random(seed);
  for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<std::int64_t>(random()) % high;
}

std::string image_folder() {
  static const TemporaryFolder folder;
  return folder.path;
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace bench
