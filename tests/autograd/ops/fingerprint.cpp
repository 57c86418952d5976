#include "fingerprint.hpp"

#include <xgrad/autograd/graph/grad_mode.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace xgrad::op_table {
namespace {

std::uint64_t scramble(std::uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// In [-1, 1), and never small enough to hide an element.
double weight(std::uint64_t e) {
  const double u = static_cast<double>(scramble(e) >> 11) / 9007199254740992.0;
  return u < 0.5 ? u - 1 : u;
}

/// Keeps sums finite, and small numbers as they are.
double tame(double x) {
  if (std::isnan(x)) return 11.3;
  if (std::isinf(x)) return x > 0 ? 1017.9 : -1013.7;
  return std::asinh(x);
}

struct Sum {
  double value = 0, size = 0;
  bool single = false;  // float32 took part
  std::uint64_t bits = 0;
};

void add(Sum& sum, const Tensor& given, std::uint64_t start) {
  const NoGradGuard no_grad;
  const Tensor x = given.detach().contiguous();
  sum.single |= x.dtype() == kFloat32;
  dispatch(x.dtype(), [&]<class E>() {
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      const E element = x.data_ptr<E>()[i];
      const std::uint64_t e = start + static_cast<std::uint64_t>(i);
      if constexpr (std::is_floating_point_v<E>) {
        const double y = weight(e) * tame(static_cast<double>(element));
        sum.value += y;
        sum.size += std::abs(y);
      } else {
        sum.bits += (scramble(e) | 1) * (static_cast<std::uint64_t>(static_cast<std::int64_t>(element)) + 3);
      }
    }
  });
}

/// One number for a list of gradients. Undefined ones and zeros count the same.
Sum total(const std::vector<Tensor>& gradients) {
  Sum sum;
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    if (gradients[k].defined()) add(sum, gradients[k], 1000003 * (k + 1));
  }
  return sum;
}

std::string layout(const Tensor& x) {
  std::string shape = fmt::format("{}{}", info(x.dtype()).name, x.sizes());
  shape.erase(std::remove(shape.begin(), shape.end(), ' '), shape.end());
  return shape;
}

/// The numbers and words of a fingerprint, in order.
struct Parts {
  std::vector<std::string> words;
  std::vector<Sum> sums;  // as many as words that begin with '='
};

Parts parts_of(const Sample& sample, const Outcomes& both) {
  const Outcome& o = both.plain;
  Parts p;
  const auto sum = [&](const Sum& s) {
    p.words.push_back(fmt::format("={:.12g}", s.value == 0 ? 0.0 : s.value));
    p.sums.push_back(s);
  };
  if (both.in_place && both.in_place->error) {
    p.words = {"i!", both.own_words_in_place ? "* " + *both.own_words_in_place : *both.in_place->error, "|"};
  } else if (both.in_place) {
    p.words = {"i"};
  }
  if (o.error) {
    p.words.insert(p.words.end(), {"!", both.own_words ? "* " + *both.own_words : *o.error});
    return p;
  }
  for (const Tensor& r : o.results) {
    p.words.push_back(layout(r));
    Sum s;
    add(s, r, 0);
    if (r.is_floating_point())
      sum(s);
    else
      p.words.push_back(fmt::format("#{:x}", s.bits));
  }
  if (sample.compared() < Compared::FirstDerivatives) return p;
  if (o.first_error) {
    p.words.insert(p.words.end(), {"g!", *o.first_error});
  } else if (!o.first.empty()) {
    p.words.push_back("g");
    sum(total(o.first));
    if (sample.compared() < Compared::Everything) return p;
    if (o.second_error) {
      p.words.insert(p.words.end(), {"h!", *o.second_error});
    } else {
      p.words.push_back("h");
      sum(total(o.second));
    }
  }
  return p;
}

std::uint64_t hash_of(const Value& value) {
  std::uint64_t h = 17 + value.variant().index();
  const auto mix = [&](std::uint64_t x) { h = scramble(h ^ x); };
  for (const char c : value.str()) mix(static_cast<unsigned char>(c));
  Values one{value};
  each_tensor(one, [&](const Tensor& x) {
    const Tensor packed = x.detach().contiguous();
    const auto* bytes = static_cast<const unsigned char*>(packed.data_ptr());
    for (std::size_t i = 0; i < packed.nbytes(); ++i) mix(bytes[i]);
    for (const std::int64_t s : x.strides()) mix(static_cast<std::uint64_t>(s));
  });
  return h;
}

}  // namespace

std::string fingerprint_key(const Row& row, const Sample& sample) {
  const NoGradGuard no_grad;
  std::uint64_t h = 1;
  for (const Value& v : sample.in) h = scramble(h ^ hash_of(v));
  return fmt::format("{} {:08x}", row.name, h >> 32);
}

Outcomes outcomes(const Row& row, const Sample& sample) {
  Outcomes both{evaluate(row, sample.in), {}, {}, {}};
  if (row.in_place && !row.only_in_place()) both.in_place = evaluate(row, sample.in, Twin::InPlace, Order::Values);
  return both;
}

std::string fingerprint(const Sample& sample, const Outcomes& outcomes) {
  if (sample.compared() == Compared::Nothing) return "~";
  return fmt::format("{}", fmt::join(parts_of(sample, outcomes).words, " "));
}

std::string compare_fingerprint(const Row& row, const Sample& sample, const Outcomes& given, const std::string& line) {
  if (sample.compared() == Compared::Nothing) return "";
  Outcomes ours = given;
  if (row.own_words.empty() && line.find("! * ") != std::string::npos)
    return "an error of its own in a row that has PyTorch's: " + line;
  if (line.find("| ! * ") != std::string::npos || line.starts_with("! * ") || line.starts_with("i ! * "))
    ours.own_words = ours.plain.error;
  if (line.starts_with("i! * ") && ours.in_place) ours.own_words_in_place = ours.in_place->error;
  const Parts p = parts_of(sample, ours);
  const std::string mine = fmt::format("{}", fmt::join(p.words, " "));
  if (mine == line) return "";
  const std::string whole = fmt::format("\n  ours     {}\n  PyTorch  {}", mine, line);
  if (ours.plain.error) return "an error" + whole;
  const bool single = single_precision(sample.in, ours.plain);
  // Word by word; a number may differ by what its terms may.
  std::istringstream a(mine), b(line);
  std::string x, y;
  std::size_t next = 0;
  while (true) {
    const bool more_a = static_cast<bool>(a >> x), more_b = static_cast<bool>(b >> y);
    if (more_a != more_b) return "more or fewer results" + whole;
    if (!more_a) return "";
    if (x.front() != '=' || y.front() != '=') {
      if (x != y) return x + " instead of " + y + whole;
      continue;
    }
    const Sum& s = p.sums.at(next++);
    const double tolerance = std::max(s.single || single ? 2 * row.rtol32 : 10 * row.rtol, 1e-11) * (s.size + 0.1);
    if (!(std::abs(std::strtod(x.c_str() + 1, nullptr) - std::strtod(y.c_str() + 1, nullptr)) <= tolerance)) {
      return "the sum " + x.substr(1) + " instead of " + y.substr(1) + whole;
    }
  }
}

std::string fingerprint_path() { return XGRAD_SOURCE_DIR "/tests/data/ops_fingerprints.txt"; }

const std::map<std::string, std::string>& committed_fingerprints() {
  static const std::map<std::string, std::string> all = [] {
    std::ifstream file(fingerprint_path());
    if (!file) throw std::runtime_error(fingerprint_path() + " is missing; docs/adding_an_op.md says how to write it");
    std::map<std::string, std::string> out;
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("#")) continue;
      const std::size_t at = line.find(' ', line.find(' ') + 1);
      out[line.substr(0, at)] = line.substr(at + 1);
    }
    return out;
  }();
  return all;
}

}  // namespace xgrad::op_table
