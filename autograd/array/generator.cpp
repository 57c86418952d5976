#include <xgrad/autograd/array/generator.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <random>

namespace xgrad {
namespace {

constexpr std::uint32_t kShift = 397;  // mt19937's m

constexpr std::uint32_t twisted(std::uint32_t high, std::uint32_t low) {
  const std::uint32_t mixed = (high & 0x80000000u) | (low & 0x7fffffffu);
  return (mixed >> 1) ^ (-(low & 1u) & 0x9908b0dfu);
}

constexpr std::uint32_t tempered(std::uint32_t y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

/// The bytes of torch.get_rng_state(): a layout from Lua Torch, which kept 32-bit words in 64 bits each, and a tail
/// for the float sample. Unused fields are zero.
struct StateBytes {
  std::uint64_t seed;
  std::int32_t left;  // draws until the next block is made, counting the one that makes it
  std::int32_t seeded;
  std::uint64_t next;
  std::uint64_t words[624];
  double normal_x, normal_y, normal_rho;  // today's states keep the waiting double sample in normal_y
  std::int32_t normal_valid;
  std::int32_t padding;
  float next_float;
  std::uint8_t next_float_valid;
  std::uint8_t tail_padding[3];
};
constexpr std::size_t kLegacyBytes = offsetof(StateBytes, next_float);
static_assert(kLegacyBytes == 5048 && sizeof(StateBytes) == 5056 && std::endian::native == std::endian::little);

}  // namespace

void CPUGeneratorImpl::set_current_seed(std::uint64_t seed) {
  seed_ = seed;
  next_float_.reset();
  next_double_.reset();
  words_[0] = static_cast<std::uint32_t>(seed);
  for (std::uint32_t i = 1; i < kWords; ++i) words_[i] = 1812433253u * (words_[i - 1] ^ (words_[i - 1] >> 30)) + i;
  next_ = 0;
}

std::uint64_t CPUGeneratorImpl::seed() {
  std::random_device entropy;
  const std::uint64_t high = entropy();
  set_current_seed(high << 32 | entropy());
  return seed_;
}

void CPUGeneratorImpl::twist() {
  // Two loops, so that each reads at a fixed distance and vectorises.
  for (std::uint32_t i = 0; i < kWords - kShift; ++i)
    words_[i] = words_[i + kShift] ^ twisted(words_[i], words_[i + 1]);
  for (std::uint32_t i = kWords - kShift; i < kWords - 1; ++i)
    words_[i] = words_[i + kShift - kWords] ^ twisted(words_[i], words_[i + 1]);
  words_[kWords - 1] = words_[kShift - 1] ^ twisted(words_[kWords - 1], words_[0]);
}

std::uint32_t CPUGeneratorImpl::random() {
  if (next_ == 0 || next_ == kWords) {
    twist();
    next_ = 0;
  }
  return tempered(words_[next_++]);
}

std::uint64_t CPUGeneratorImpl::random64() {
  const std::uint64_t high = random();
  return high << 32 | random();
}

void CPUGeneratorImpl::random(std::uint32_t* out, std::size_t n) {
  while (n > 0) {
    if (next_ == 0 || next_ == kWords) {
      twist();
      next_ = 0;
    }
    const std::size_t take = std::min<std::size_t>(n, kWords - next_);
    const std::uint32_t* from = words_.data() + next_;
    for (std::size_t i = 0; i < take; ++i) out[i] = tempered(from[i]);
    out += take;
    n -= take;
    next_ += static_cast<std::uint32_t>(take);
  }
}

void CPUGeneratorImpl::random64(std::uint64_t* out, std::size_t n) {
  constexpr std::size_t kChunk = 256;
  std::uint32_t halves[2 * kChunk];
  for (std::size_t done = 0; done < n; done += kChunk) {
    const std::size_t take = std::min(n - done, kChunk);
    random(halves, 2 * take);
    for (std::size_t i = 0; i < take; ++i)
      out[done + i] = static_cast<std::uint64_t>(halves[2 * i]) << 32 | halves[2 * i + 1];
  }
}

Array CPUGeneratorImpl::get_state() const {
  Array state = Array::empty({static_cast<std::int64_t>(sizeof(StateBytes))}, kUInt8);
  StateBytes s{};
  s.seed = seed_;
  s.left = next_ == 0 ? 1 : static_cast<std::int32_t>(kWords + 1 - next_);
  s.seeded = 1;
  s.next = next_;
  std::copy(words_.begin(), words_.end(), s.words);
  s.normal_y = next_double_.value_or(0.0);
  s.normal_valid = next_double_.has_value();
  s.next_float = next_float_.value_or(0.0f);
  s.next_float_valid = next_float_.has_value();
  std::memcpy(state.raw(), &s, sizeof s);
  return state;
}

void CPUGeneratorImpl::set_state(const Array& state) {
  check<TypeError>(state.dtype() == kUInt8, "RNG state must be a torch.ByteTensor");
  check(state.is_contiguous(), "RNG state must be contiguous");
  const auto bytes = static_cast<std::size_t>(state.numel());
  check(bytes == kLegacyBytes || bytes == sizeof(StateBytes),
        "Expected either a CPUGeneratorImplStateLegacy of size {} or a CPUGeneratorImplState of size {} but found the "
        "input RNG state size to be {}",
        kLegacyBytes, sizeof(StateBytes), bytes);
  StateBytes s{};
  std::memcpy(&s, state.raw(), bytes);
  // The next draw makes a block (left is 1), or `left` and `next` tell the same place in the current one.
  const bool consistent =
      s.left == 1 ? s.next <= kWords : s.next > 0 && s.next < kWords && s.left + s.next == kWords + 1;
  check(s.seeded == 1 && consistent, "Invalid mt19937 state");

  seed_ = s.seed;
  std::transform(s.words, s.words + kWords, words_.begin(),
                 [](std::uint64_t w) { return static_cast<std::uint32_t>(w); });
  next_ = s.left != 1 ? static_cast<std::uint32_t>(s.next) : s.next == 0 ? 0 : kWords;
  next_double_.reset();
  next_float_.reset();
  if (bytes == kLegacyBytes) {  // kept what the sample is made from, not the sample
    if (s.normal_valid) next_double_ = s.normal_rho * std::sin(2.0 * std::numbers::pi * s.normal_x);
    return;
  }
  if (s.normal_valid) next_double_ = s.normal_y;
  if (s.next_float_valid) next_float_ = s.next_float;
}

Intrusive<CPUGeneratorImpl> CPUGeneratorImpl::clone() const {
  auto copy = Intrusive<CPUGeneratorImpl>::adopt(new CPUGeneratorImpl(seed_));
  copy->words_ = words_;
  copy->next_ = next_;
  copy->next_float_ = next_float_;
  copy->next_double_ = next_double_;
  return copy;
}

Generator& default_generator() {
  static Generator generator = [] {
    Generator g;
    g.seed();
    return g;
  }();
  return generator;
}

Generator& manual_seed(std::uint64_t seed) {
  Generator& g = default_generator();
  const std::lock_guard lock(g.mutex());
  return g.manual_seed(seed);
}

}  // namespace xgrad
