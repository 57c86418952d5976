/// What the tests of this folder share: arrays from lists, files in a folder that goes away, errors as text.
#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <xgrad/serialize/pytorch.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace xgrad::serialize::testing {

template <class T>
Array make(IntArrayRef sizes, const std::vector<T>& values) {
  Array a = Array::empty(sizes, dtype_of<T>());
  EXPECT_EQ(a.numel(), static_cast<std::int64_t>(values.size()));
  std::copy(values.begin(), values.end(), a.data<T>());
  return a;
}

inline Array arange(std::int64_t n) {
  Array a = Array::empty({n}, kFloat32);
  for (std::int64_t i = 0; i < n; ++i) a.data<float>()[i] = static_cast<float>(i);
  return a;
}

/// The elements in order of their indices, whatever the strides.
template <class T>
std::vector<T> elements(const Array& a) {
  EXPECT_EQ(a.dtype(), dtype_of<T>());
  std::vector<T> out;
  for (std::int64_t i = 0; i < a.numel(); ++i) {
    std::int64_t rest = i, at = a.offset();
    for (std::size_t d = a.sizes().size(); d-- > 0;) {
      at += rest % a.sizes()[d] * a.strides()[d];
      rest /= a.sizes()[d];
    }
    out.push_back(static_cast<const T*>(a.storage()->data())[at]);
  }
  return out;
}

inline std::string golden(const std::string& name) { return XGRAD_SOURCE_DIR "/tests/data/torch_" + name + ".pt"; }

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A safetensors file with this header, its length in front, and so many bytes behind it.
inline std::string made_safetensors(const std::string& json, std::size_t data) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(json.size() >> (8 * i));
  return bytes + json + std::string(data, '\1');
}

/// What xgrad::Error says that `f` throws; empty if it throws none.
template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

inline void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

/// Files may grow to `bytes` only while it lives: what a full disk does, without filling one.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

/// Tests with a folder of their own.
class FolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "xgrad-serialize-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator()));
  }

  std::filesystem::path folder_;
};

}  // namespace xgrad::serialize::testing
