#include <xgrad/autograd/array/generator.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace xgrad {
namespace {

std::vector<std::uint8_t> bytes(const Array& a) {
  const auto* p = static_cast<const std::uint8_t*>(a.raw());
  return {p, p + a.nbytes()};
}

TEST(Generator, IsTheStandardMersenneTwister) {
  // The standard fixes the 10,000th output of the engine's default seed.
  Generator g(std::mt19937::default_seed);
  std::uint32_t last = 0;
  for (int i = 0; i < 10000; ++i) last = g.random();
  EXPECT_EQ(last, 4123659995u);
}

TEST(Generator, SeedsByTheLowHalfAndRemembersAll) {
  Generator a(7), b((std::uint64_t{5} << 32) + 7);
  EXPECT_EQ(b.current_seed(), (std::uint64_t{5} << 32) + 7);
  EXPECT_EQ(b.initial_seed(), b.current_seed());
  for (int i = 0; i < 700; ++i) ASSERT_EQ(a.random(), b.random());
  EXPECT_EQ(Generator().current_seed(), default_rng_seed_val);
}

TEST(Generator, BlocksEqualSingleDraws) {
  Generator singly(1), blocks(1);
  for (const std::size_t n : {1, 5, 623, 624, 625, 0, 3000, 2}) {
    std::vector<std::uint32_t> words(n);
    blocks->random(words.data(), n);
    for (const std::uint32_t w : words) ASSERT_EQ(w, singly.random());
    std::vector<std::uint64_t> wide(n);
    blocks->random64(wide.data(), n);
    for (const std::uint64_t w : wide) ASSERT_EQ(w, singly.random64());
  }
}

TEST(Generator, StateGoesBackAnywhereInABlock) {
  Generator g(3), other(4);
  for (const int skip : {0, 1, 300, 322, 1, 1000}) {  // the fourth ends a block, the fifth begins one
    for (int i = 0; i < skip; ++i) g.random();
    const Array state = g.get_state<Array>();
    ASSERT_EQ(state.numel(), 5056);
    other.set_state(state);
    EXPECT_EQ(bytes(other.get_state<Array>()), bytes(state));
    EXPECT_EQ(other.current_seed(), 3u);
    Generator ahead = g.clone();
    for (int i = 0; i < 1300; ++i) ASSERT_EQ(other.random(), ahead.random()) << skip;
  }
}

TEST(Generator, StateKeepsWaitingSamples) {
  Generator g(3), other(4);
  g->set_next_double_normal_sample(0.25);
  g->set_next_float_normal_sample(-1.5f);
  other.set_state(g.get_state<Array>());
  EXPECT_EQ(other->next_double_normal_sample(), 0.25);
  EXPECT_EQ(other->next_float_normal_sample(), -1.5f);
  EXPECT_EQ(g.clone()->next_double_normal_sample(), 0.25);
  other.manual_seed(3);
  EXPECT_FALSE(other->next_double_normal_sample().has_value());
  EXPECT_FALSE(other->next_float_normal_sample().has_value());
}

TEST(Generator, ReadsLegacyStates) {
  Generator g(3);
  for (int i = 0; i < 10; ++i) g.random();
  Array state = Array::empty({5048}, kUInt8);
  std::memcpy(state.raw(), g.get_state<Array>().raw(), 5048);
  const double x = 0.25, rho = 1.5;  // the sample is rho · sin(2 pi x)
  const std::int32_t valid = 1;
  std::memcpy(state.data<std::uint8_t>() + 5016, &x, 8);
  std::memcpy(state.data<std::uint8_t>() + 5032, &rho, 8);
  std::memcpy(state.data<std::uint8_t>() + 5040, &valid, 4);
  Generator other(4);
  other.set_state(state);
  EXPECT_EQ(other->next_double_normal_sample(), 1.5);
  EXPECT_EQ(other.random(), g.random());
}

template <class E, class F>
void expect_error(F&& f, const std::string& message) {
  try {
    f();
    ADD_FAILURE() << "no error; expected: " << message;
  } catch (const E& e) {
    EXPECT_EQ(std::string(e.what()), message);
  }
}

TEST(Generator, RefusesBadStates) {
  Generator g(3);
  const Array before = g.get_state<Array>();
  expect_error<TypeError>([&] { g.set_state(Array::empty({5056}, kFloat32)); }, "RNG state must be a torch.ByteTensor");
  expect_error<Error>(
      [&] {
        g.set_state(Array::empty({5056, 2}, kUInt8).select(1, 0));
      },
      "RNG state must be contiguous");
  expect_error<Error>([&] { g.set_state(Array::empty({10}, kUInt8)); },
                      "Expected either a CPUGeneratorImplStateLegacy of size 5048 or a CPUGeneratorImplState of size "
                      "5056 but found the input RNG state size to be 10");
  Array broken = Array::empty({5056}, kUInt8);
  std::memset(broken.raw(), 0, 5056);
  expect_error<Error>([&] { g.set_state(broken); }, "Invalid mt19937 state");
  for (const auto& [left, next] : {std::pair{0, 0}, {-5, 630}, {5, 623}, {624, 0}, {625, 0}, {1, 625}, {600, -1}}) {
    Array state = g.get_state<Array>();
    const std::int32_t l = left;
    const std::int64_t n = next;
    std::memcpy(state.data<std::uint8_t>() + 8, &l, 4);
    std::memcpy(state.data<std::uint8_t>() + 16, &n, 8);
    expect_error<Error>([&] { g.set_state(state); }, "Invalid mt19937 state");
  }
  EXPECT_EQ(bytes(g.get_state<Array>()), bytes(before));
}

TEST(Generator, HandlesShareOneStream) {
  Generator a = make_generator<CPUGeneratorImpl>(8), b = a, c = a.clone();
  EXPECT_TRUE(a == b);
  EXPECT_FALSE(a == c);
  const std::uint32_t first = a.random();
  EXPECT_EQ(c.random(), first);
  EXPECT_EQ(b.random(), c.random());
}

TEST(Generator, DefaultIsSeededOnce) {
  EXPECT_EQ(&manual_seed(12), &default_generator());
  EXPECT_EQ(default_generator().current_seed(), 12u);
  EXPECT_EQ(default_generator().random(), Generator(12).random());
  std::thread([] { default_generator().random(); }).join();  // every thread draws from the same one
  Generator same(12);
  same.random();
  same.random();
  EXPECT_EQ(default_generator().random(), same.random());
}

TEST(Generator, SeedsFromEntropy) {
  Generator g(0);
  const std::uint64_t one = g.seed(), other = g.seed();
  EXPECT_NE(one, other);  // equal once in 2^64
  EXPECT_EQ(g.current_seed(), other);
}

}  // namespace
}  // namespace xgrad
