#include <xgrad/autograd/kernels/random.hpp>
#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/modules/linear.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

namespace xgrad::kernels {
namespace {

// Goldens ------------------------------------------------------------------------------------------------------------
// Each line of tests/data/random_golden.txt is a call; scripts/goldens/random_draws.py, which writes them, says how.

constexpr std::uint64_t kFnvBasis = 0xcbf29ce484222325u;

std::uint64_t fnv(const Array& a, std::uint64_t hash = kFnvBasis) {
  const auto* bytes = static_cast<const std::uint8_t*>(a.raw());
  for (std::size_t i = 0; i < a.nbytes(); ++i) hash = (hash ^ bytes[i]) * 0x100000001b3u;
  return hash;
}

/// The bit patterns of the first four elements, as the golden lines give them.
std::string first_values(const Array& a) {
  std::string out;
  const auto* bytes = static_cast<const unsigned char*>(a.raw());
  for (std::int64_t i = 0; i < std::min<std::int64_t>(a.numel(), 4); ++i, bytes += a.itemsize()) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes, a.itemsize());
    out += fmt::format(" {:0{}x}", bits, 2 * a.itemsize());
  }
  return out;
}

Array zeros(IntArrayRef sizes, ScalarType dtype) {
  Array a = Array::empty(sizes, dtype);
  std::memset(a.raw(), 0, a.nbytes());
  return a;
}

/// Reads one golden call and makes it.
class Call {
 public:
  explicit Call(const std::string& line) : in_(line) {}

  /// What the line should say after the colon.
  std::string run(Generator& g) {
    const std::string name = word();
    if (name == "randperm") {
      const ScalarType type = dtype();
      return report(randperm(integer(), type, g), g);
    }
    if (name == "linear") return linear(g);
    if (const std::optional<std::string> drawn = function(name, g)) return *drawn;

    std::optional<Array> p;
    if (name == "bernoulli_each") {
      const ScalarType type = dtype();
      p = probabilities(list(), type);
    }
    const ScalarType type = dtype();
    const Dims sizes = list(), strides = list();
    std::int64_t extent = 1;
    for (std::size_t d = 0; d < sizes.size(); ++d) extent += (sizes[d] - 1) * strides[d];
    if (std::find(sizes.begin(), sizes.end(), 0) != sizes.end()) extent = 0;
    const Array memory = zeros({extent}, type);
    Array out = memory.as_strided(sizes, strides, 0);

    if (p)
      bernoulli_(out, *p, g);
    else if (name == "bernoulli")
      bernoulli_(out, real(), g);
    else if (name == "exponential")
      exponential_(out, real(), g);
    else if (name == "random")
      random_(out, g);
    else if (name == "uniform" || name == "normal") {
      const double a = real(), b = real();
      name == "uniform" ? uniform_(out, a, b, g) : normal_(out, a, b, g);
    } else if (name == "randint") {
      const std::int64_t from = integer();
      const std::string to = word();
      random_from_to(out, from, to == "None" ? std::nullopt : std::optional<std::int64_t>(std::stoll(to)), g);
    } else
      ADD_FAILURE() << "unknown call " << name;
    return report(memory, g);
  }

 private:
  std::string word() {
    std::string w;
    in_ >> w;
    return w;
  }
  std::int64_t integer() { return std::stoll(word()); }
  double real() { return std::strtod(word().c_str(), nullptr); }
  Dims list() {
    Dims out;
    std::istringstream items(word());
    for (std::string item; std::getline(items, item, ',');)
      if (item != "-") out.push_back(std::stoll(item));
    return out;
  }
  ScalarType dtype() {
    static const std::map<std::string, ScalarType> kNames{{"u8", kUInt8},    {"i8", kInt8},   {"i16", kInt16},
                                                          {"i32", kInt32},   {"i64", kInt64}, {"f32", kFloat32},
                                                          {"f64", kFloat64}, {"bool", kBool}};
    return kNames.at(word());
  }

  static Array probabilities(IntArrayRef sizes, ScalarType type) {
    Array p = Array::empty(sizes, type);
    dispatch(type, [&]<class T>() {
      for (std::int64_t k = 0; k < p.numel(); ++k)
        p.data<T>()[k] = static_cast<T>(static_cast<double>(7 * k % 11) / 10);
    });
    return p;
  }

  /// nn.Linear's initial parameters: kaiming_uniform_(weight, a = sqrt 5), then a uniform bias.
  std::string linear(Generator& g) {
    const ScalarType type = dtype();
    const std::int64_t in = integer(), out = integer();
    const double fan_in = static_cast<double>(in), a = std::sqrt(5.0);
    const double weight_bound = std::sqrt(3.0) * (std::sqrt(2.0 / (1 + a * a)) / std::sqrt(fan_in));
    const double bias_bound = 1 / std::sqrt(fan_in);
    Array weight = Array::empty({out, in}, type), bias = Array::empty({out}, type);
    uniform_(weight, -weight_bound, weight_bound, g);
    uniform_(bias, -bias_bound, bias_bound, g);
    return report(weight, bias, g);
  }

  /// What people call, which draws from the default generator; nothing for a kernel's name.
  std::optional<std::string> function(const std::string& name, const Generator& g) {
    using xgrad::randperm;  // not the kernel
    if (name == "torch_randperm") return report(randperm(integer()).array(), g);
    if (name == "torch_randint") {
      const std::int64_t low = integer(), high = integer();
      return report((low == 0 ? randint(high, list()) : randint(low, high, list())).array(), g);
    }
    if (name == "nn.Linear") {
      const ScalarType type = dtype();
      const std::int64_t in = integer(), out = integer();
      const nn::Linear layer(nn::LinearOptions(in, out).dtype(type));
      return report(layer->weight.array(), layer->bias.array(), g);
    }
    using Make = Tensor (*)(const Dims&, ScalarType);
    static const std::map<std::string, Make> kMakers{
        {"rand", [](const Dims& sizes, ScalarType type) { return rand(sizes, type); }},
        {"randn", [](const Dims& sizes, ScalarType type) { return randn(sizes, type); }},
        {"x.normal_", [](const Dims& sizes, ScalarType type) { return xgrad::zeros(sizes, type).normal_(); }},
        {"x.uniform_", [](const Dims& sizes, ScalarType type) { return xgrad::zeros(sizes, type).uniform_(); }}};
    const auto maker = kMakers.find(name);
    if (maker == kMakers.end()) return std::nullopt;
    const ScalarType type = dtype();
    return report(maker->second(list(), type).array(), g);
  }

  static std::string report(const Array& a, const Generator& g) {
    return fmt::format("{:016x} {:016x}{}", fnv(a), fnv(g.get_state<Array>()), first_values(a));
  }
  static std::string report(const Array& weight, const Array& bias, const Generator& g) {
    std::string first = first_values(weight);
    if (weight.numel() == 1) first += first_values(bias);
    return fmt::format("{:016x} {:016x}{}", fnv(bias, fnv(weight)), fnv(g.get_state<Array>()), first);
  }

  std::istringstream in_;
};

TEST(RandomGolden, EqualsPyTorchInEveryBit) {
  std::ifstream file(XGRAD_SOURCE_DIR "/tests/data/random_golden.txt");
  ASSERT_TRUE(file) << "tests/data/random_golden.txt is missing";
  Generator g = default_generator();  // a handle on it
  int calls = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    if (line.starts_with("seed ")) {
      manual_seed(std::stoull(line.substr(5)));
      continue;
    }
    const std::size_t colon = line.find(" : ");
    ASSERT_NE(colon, std::string::npos) << line;
    ++calls;
    // Later calls draw from the same stream: the first difference is the one to look at.
    ASSERT_EQ(Call(line.substr(0, colon)).run(g), line.substr(colon + 3)) << line;
  }
  EXPECT_GT(calls, 1000);
}

// Without goldens ----------------------------------------------------------------------------------------------------

TEST(Random, SixteenBlocksRedrawTheTail) {
  // The first 16 of 17 come from one block, but elements 1 to 16 are then drawn again.
  Generator a(3), b(3);
  Array whole = Array::empty({16}, kFloat32), more = Array::empty({17}, kFloat32);
  normal_(whole, 0, 1, a);
  normal_(more, 0, 1, b);
  EXPECT_EQ(whole.data<float>()[0], more.data<float>()[0]);
  EXPECT_NE(whole.data<float>()[1], more.data<float>()[1]);
}

TEST(Random, FewNormalsShareAPair) {
  Generator a(5), b(5);
  Array one = Array::empty({1}, kFloat64), two = Array::empty({2}, kFloat64);
  normal_(two, 0, 1, a);
  normal_(one, 0, 1, b);
  EXPECT_TRUE(b->next_double_normal_sample().has_value());
  EXPECT_EQ(one.data<double>()[0], two.data<double>()[0]);
  normal_(one, 0, 1, b);
  EXPECT_EQ(one.data<double>()[0], two.data<double>()[1]);
  EXPECT_FALSE(b->next_double_normal_sample().has_value());
}

TEST(Random, MomentsOfLongDraws) {
  Generator g(11);
  const auto moments = [](const Array& a) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < a.numel(); ++i) {
      const double x = a.data<float>()[i];
      sum += x;
      squares += x * x;
    }
    const double mean = sum / static_cast<double>(a.numel());
    return std::pair(mean, squares / static_cast<double>(a.numel()) - mean * mean);
  };
  Array a = Array::empty({200000}, kFloat32);
  normal_(a, 2, 3, g);
  EXPECT_NEAR(moments(a).first, 2, 0.05);
  EXPECT_NEAR(moments(a).second, 9, 0.2);
  uniform_(a, -1, 3, g);
  EXPECT_NEAR(moments(a).first, 1, 0.02);
  EXPECT_NEAR(moments(a).second, 16.0 / 12, 0.02);
  exponential_(a, 2, g);
  EXPECT_NEAR(moments(a).first, 0.5, 0.01);
  bernoulli_(a, 0.3, g);
  EXPECT_NEAR(moments(a).first, 0.3, 0.01);
}

TEST(Random, RandpermIsAPermutation) {
  Generator g(1);
  const Array p = randperm(5000, kInt64, g);
  std::vector<std::int64_t> sorted(p.data<std::int64_t>(), p.data<std::int64_t>() + 5000), expected(5000);
  EXPECT_FALSE(std::is_sorted(sorted.begin(), sorted.end()));
  std::sort(sorted.begin(), sorted.end());
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(sorted, expected);
}

TEST(Random, ProbabilitiesMayBeTheOutputItself) {
  Generator a(9), b(9);
  Array p = Array::empty({50}, kFloat32), out = Array::empty({50}, kFloat32);
  for (int i = 0; i < 50; ++i) p.data<float>()[i] = static_cast<float>(i) / 50;
  bernoulli_(out, p, a);
  bernoulli_(p, p, b);
  EXPECT_EQ(std::memcmp(p.raw(), out.raw(), p.nbytes()), 0);
}

// Errors -------------------------------------------------------------------------------------------------------------

template <class E = Error, class F>
void expect_error(F&& f, const std::string& message) {
  try {
    f();
    ADD_FAILURE() << "no error; expected: " << message;
  } catch (const E& e) {
    EXPECT_EQ(std::string(e.what()).substr(0, message.size()), message);
  }
}

class RandomErrors : public testing::Test {
 protected:
  Generator g{0};
  Array f = zeros({3}, kFloat32), d = zeros({3}, kFloat64), i = zeros({3}, kInt64), u = zeros({3}, kUInt8),
        b = zeros({3}, kBool);
};

TEST_F(RandomErrors, Dtypes) {
  using E = NotImplementedError;
  expect_error<E>([&] { uniform_(i, 0, 1, g); }, "\"check_uniform_bounds\" not implemented for 'Long'");
  expect_error<E>([&] { normal_(u, 0, 1, g); }, "\"normal_kernel_cpu\" not implemented for 'Byte'");
  expect_error<E>([&] { exponential_(b, 1, g); }, "\"exponential_cpu\" not implemented for 'Bool'");
  expect_error<E>([&] { bernoulli_(f, i, g); }, "\"bernoulli_tensor_cpu_p_\" not implemented for 'Long'");
  expect_error<E>([&] { randperm(3, kBool, g); }, "\"randperm\" not implemented for 'Bool'");
  expect_error<E>([&] { random_from_to(b, INT64_MIN, {}, g); },
                  "\"random_full_64_bits_range_kernel_cpu\" not implemented for 'Bool'");
  expect_error([&] { random_from_to(u, INT64_MIN, {}, g); },
               "random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16");
}

TEST_F(RandomErrors, Bounds) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  expect_error([&] { uniform_(f, 0.1234567, 1e-9, g); },
               "uniform_ expects to return a [from, to) range, but found from=0.123457 > to=1e-09");
  expect_error(
      [&] { uniform_(f, -3e38, 3e38, g); },
      "uniform_ expects to-from <= std::numeric_limits<Float>::max(), but found to=3e+38 and from=-3e+38 which "
      "result in to-from to exceed the limit");
  expect_error([&] { uniform_(f, -1e39, 0, g); }, "from is out of bounds for float");
  expect_error([&] { uniform_(d, 0, inf, g); }, "to is out of bounds for double");
  expect_error([&] { uniform_(d, nan, 0, g); }, "from is out of bounds for double");
  expect_error([&] { normal_(f, 0, -1.5, g); }, "normal expects std >= 0.0, but found std -1.5");
  expect_error([&] { normal_(f, 0, nan, g); }, "normal expects std >= 0.0, but found std nan");
  expect_error([&] { exponential_(f, -1, g); }, "exponential_ expects lambda >= 0.0, but found lambda=-1");
  expect_error([&] { bernoulli_(f, 1.5, g); }, "bernoulli_ expects p to be in [0, 1], but got p=1.5");
  d.data<double>()[2] = 1.5;
  expect_error([&] { bernoulli_(f, d, g); }, "Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
}

TEST_F(RandomErrors, IntegerRanges) {
  expect_error([&] { random_from_to(i, 5, -3, g); },
               "random_ expects 'from' to be less than 'to', but got from=5 >= to=-3");
  expect_error([&] { random_from_to(u, 0, 300, g); }, "to - 1 is out of bounds for unsigned char");
  expect_error([&] { random_from_to(u, -1, 3, g); }, "from is out of bounds for unsigned char");
  expect_error([&] { random_from_to(b, 0, 3, g); }, "to - 1 is out of bounds for bool");
  expect_error([&] { random_from_to(f, std::int64_t{1} << 62, {}, g); },
               "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got "
               "from=4611686018427387904 > to_inc=16777216");
  expect_error([&] { randperm(-1, kInt64, g); }, "Trying to create tensor with negative dimension -1: [-1]");
  expect_error([&] { randperm(257, kUInt8, g); }, "value cannot be converted to type uint8_t without overflow");
  expect_error([&] { randperm(std::int64_t{1} << 33, kInt32, g); },
               "value cannot be converted to type int without overflow");
  expect_error([&] { randperm((1 << 24) + 2, kFloat32, g); }, "n cannot be greater than 2^24+1 for Float type.");
}

TEST_F(RandomErrors, SharedMemory) {
  const std::string words =
      "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
      "Please "
      "clone() the tensor before performing the operation.";
  for (const auto dtype : {kFloat32, kFloat64}) {
    Array repeated = zeros({1}, dtype).expand({20});
    expect_error([&] { uniform_(repeated, 0, 1, g); }, words);
    expect_error([&] { normal_(repeated, 0, 1, g); }, words);
    expect_error([&] { random_(repeated, g); }, words);
    expect_error([&] { random_from_to(repeated, 0, 3, g); }, words);
    expect_error([&] { bernoulli_(repeated, 0.5, g); }, words);
    expect_error([&] { bernoulli_(repeated, repeated, g); }, words);
    expect_error([&] { exponential_(repeated, 1, g); }, words);
  }
  Array shifted = f.slice(0, 1, 3, 1);
  expect_error([&] { bernoulli_(shifted, f.slice(0, 0, 2, 1), g); },
               "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single "
               "memory location.");
  expect_error([&] { bernoulli_(f, zeros({2}, kFloat32), g); },
               "The expanded size of the tensor (3) must match the existing size (2) at non-singleton dimension 0.");
}

}  // namespace
}  // namespace xgrad::kernels
