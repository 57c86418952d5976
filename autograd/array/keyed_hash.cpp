#include <xgrad/autograd/array/keyed_hash.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>

namespace xgrad {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kHashPrime = (std::uint64_t{1} << 61) - 1;

std::uint64_t times_modulo(std::uint64_t a, std::uint64_t b) {
  const auto product = static_cast<Wide>(a) * b;
  const std::uint64_t sum =
      static_cast<std::uint64_t>(product & kHashPrime) + static_cast<std::uint64_t>(product >> 61);
  return sum >= kHashPrime ? sum - kHashPrime : sum;
}

std::uint64_t hash_key() {
  static const std::uint64_t drawn = [] {
    std::random_device random;
    return std::uniform_int_distribution<std::uint64_t>(1, kHashPrime - 1)(random);
  }();
  return drawn;
}

}  // namespace

// The text as the coefficients of a polynomial, at a secret place: two texts of n blocks have the same value at no more
// than n of the 2^61 places there are.
std::size_t KeyedHash::operator()(std::string_view text) const {
  const std::uint64_t at_key = hash_key();
  constexpr std::size_t kBlock = 7;  // bytes, which fit below the prime
  std::uint64_t hash = text.size() + 1;
  for (std::size_t at = 0; at < text.size(); at += kBlock) {
    std::uint64_t block = 0;
    std::memcpy(&block, text.data() + at, std::min(kBlock, text.size() - at));
    hash = (times_modulo(hash, at_key) + block) % kHashPrime;
  }
  return static_cast<std::size_t>(times_modulo(hash, at_key));
}

std::size_t KeyedHash::operator()(std::uint64_t number) const {
  return static_cast<std::size_t>(times_modulo(number % kHashPrime + 1, hash_key()));
}

}  // namespace xgrad
