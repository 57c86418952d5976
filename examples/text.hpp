// What the two examples that write text share: a text as numbers, and batches of it.
#pragma once

#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace text {

using namespace xgrad;

inline std::ifstream open(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path + "; run this in the project's folder, or name a file");
  return file;
}

// The prose of a page in Markdown: no code, no tables.
inline std::string prose(const std::string& path) {
  std::string text, line;
  bool code = false;
  for (auto file = open(path); std::getline(file, line);) {
    bool fence = line.starts_with("```");
    code ^= fence;
    if (!code && !fence && !line.starts_with('|') && !line.starts_with("    ")) text += line + '\n';
  }
  return text;
}

// A file, or the pages of this project in a folder.
inline std::string read(const std::string& path) {
  std::string text;
  if (!std::filesystem::is_directory(path)) {
    auto file = open(path);
    return text.assign(std::istreambuf_iterator<char>(file), {});
  }
  for (auto page : {"adding_an_op", "architecture", "autograd", "gradcheck", "kernels", "performance", "profiler"})
    text += prose(path + "/" + page + ".md");
  return text;
}

// Every character that occurs has a number. Of ten blocks of a thousand characters, one is for validation.
struct Text {
  std::string characters;  // by number
  Tensor train, validation;

  explicit Text(const std::string& path) {
    std::string all = read(path);
    characters = all;
    std::sort(characters.begin(), characters.end());
    characters.erase(std::unique(characters.begin(), characters.end()), characters.end());

    int64_t n = int64_t(all.size()) / 1000;
    Tensor blocks = encode(all).slice(0, 0, n * 1000).view({n, 1000}), held_out = arange(n) % 10 == 9;
    train = blocks.index({~held_out}).flatten();
    validation = blocks.index({held_out}).flatten();
  }

  int64_t size() const { return int64_t(characters.size()); }

  Tensor encode(const std::string& s) const {
    std::vector<int64_t> numbers;
    for (char c : s) numbers.push_back(int64_t(characters.find(c)));
    return tensor(numbers);
  }
};

// `n` pieces of `length` characters from anywhere in the text, and the character after each of theirs: both [n,
// length].
inline std::pair<Tensor, Tensor> pieces(const Tensor& text, int64_t n, int64_t length) {
  Tensor at = randint(text.numel() - length, {n, 1}) + arange(length);
  return {text.index({at}), text.index({at + 1})};
}

// Cross-entropy in bits: how many a character costs. `scores` are [N, L, classes].
inline Tensor bits(const Tensor& scores, const Tensor& targets) {
  return nn::functional::cross_entropy(scores.flatten(0, 1), targets.flatten()) / std::log(2.0);
}

// One character drawn by its score: [classes] to a number.
inline int64_t draw(const Tensor& scores, double temperature = 0.7) {
  return multinomial(nn::functional::softmax(scores / temperature, 0), 1).item<int64_t>();
}

inline void plot_bits(const std::vector<double>& train, const std::vector<int>& steps,
                      const std::vector<double>& validation, const std::string& name) {
  using namespace kwargs;
  plt::plot(train, label = "train");
  plt::plot(steps, validation, label = "validation");
  plt::title(name);
  plt::xlabel("step");
  plt::ylabel("bits a character");
  plt::legend(loc = "best");
  plt::show();
}

}  // namespace text
