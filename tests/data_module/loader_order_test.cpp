// The order of examples, and what is drawn from the generators, against PyTorch's: scripts/goldens/loader.py.
#include "numbers.hpp"

#include <bit>
#include <fstream>
#include <map>
#include <sstream>

namespace xgrad {
namespace {

using namespace xgrad::kwargs;
using xgrad::test::ints;

struct Golden {
  std::string sizes, order, after;
};

std::map<std::string, Golden> read_goldens() {
  std::ifstream file(std::filesystem::path(XGRAD_SOURCE_DIR) / "tests" / "data" / "loader_golden.txt");
  std::map<std::string, Golden> out;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) continue;
    const auto colon = line.find(" : "), bar = line.find(" | "), second = line.find(" | ", bar + 1);
    out[line.substr(0, colon)] = {line.substr(colon + 3, bar - colon - 3), line.substr(bar + 3, second - bar - 3),
                                  line.substr(second + 3)};
  }
  return out;
}

class LoaderOrderTest : public ::testing::Test {
 protected:
  static auto numbers(std::int64_t n) { return TensorDataset(arange(n)); }

  static std::string bits(std::optional<Generator> g = std::nullopt) {
    return fmt::format("{:08x}", std::bit_cast<std::uint32_t>(rand({1}, {}, std::move(g)).item<float>()));
  }

  void note(const Tensor& batch) {
    sizes_ += (sizes_.empty() ? "" : " ") + std::to_string(batch.size(0));
    for (std::int64_t i : ints(batch)) order_ += (order_.empty() ? "" : " ") + std::to_string(i);
  }
  template <class Loader>
  void loop(const Loader& loader, int epochs) {
    for (int e = 0; e < epochs; ++e)
      for (auto& [batch] : loader) note(batch);
  }
  void expect(const std::string& name, const std::string& after) {
    static const auto goldens = read_goldens();
    ASSERT_TRUE(goldens.contains(name)) << name;
    const Golden& golden = goldens.at(name);
    EXPECT_EQ(sizes_, golden.sizes) << name;
    EXPECT_EQ(order_, golden.order) << name;
    EXPECT_EQ(after, golden.after) << name;
    sizes_ = order_ = "";
  }

  template <class... Args>
  void check_loader(const std::string& name, std::int64_t n, int epochs, Args... args) {
    manual_seed(0);
    loop(DataLoader(numbers(n), args...), epochs);
    expect(name, bits());
  }
  template <class... Args>
  void check_generator(const std::string& name, std::int64_t n, Args... args) {
    manual_seed(0);
    Generator g = make_generator<CPUGeneratorImpl>(std::uint64_t{7});
    loop(DataLoader(numbers(n), generator = g, args...), 2);
    const std::string from_default = bits();
    expect(name, from_default + " " + bits(g));
  }
  template <class Sampler>
  void check_sampler(const std::string& name, std::int64_t n, Sampler s) {
    manual_seed(0);
    loop(DataLoader(numbers(n), batch_size = 16, sampler = s), 2);
    expect(name, bits());
  }

 private:
  std::string sizes_, order_;
};

TEST_F(LoaderOrderTest, InOrderLoadersDrawToo) { check_loader("in_order", 100, 3, batch_size = 32); }

TEST_F(LoaderOrderTest, ShufflesAsPyTorch) {
  check_loader("shuffled", 100, 3, batch_size = 32, shuffle = true);
  check_loader("shuffled", 100, 3, 32, true);  // by position
  check_loader("shuffled_even", 96, 2, batch_size = 32, shuffle = true);
  check_loader("shuffled_drop_last", 100, 2, batch_size = 32, shuffle = true, drop_last = true);
  check_loader("shuffled_long", 5000, 1, batch_size = 640, shuffle = true);
  check_loader("batch_of_one", 5, 2, shuffle = true);
}

TEST_F(LoaderOrderTest, WorkersDoNotChangeTheOrder) {
  check_loader("shuffled_workers", 100, 2, batch_size = 8, shuffle = true, num_workers = 2);
  check_loader("shuffled", 100, 3, batch_size = 32, shuffle = true, num_workers = 3);
}

TEST_F(LoaderOrderTest, AGeneratorOfItsOwn) {
  check_generator("generator", 100, batch_size = 32, shuffle = true);
  check_generator("generator_even", 96, batch_size = 32, shuffle = true);
  check_generator("generator_drop_last", 100, batch_size = 32, shuffle = true, drop_last = true);
  check_generator("generator_in_order", 100, batch_size = 32);
}

TEST_F(LoaderOrderTest, Samplers) {
  const auto ten = numbers(10);
  check_sampler("replacement", 10, RandomSampler(ten, replacement = true, num_samples = 70));
  check_sampler("replacement_64", 10, RandomSampler(ten, true, 64));
  check_sampler("more_samples", 10, RandomSampler(ten, num_samples = 25));
  std::vector<std::size_t> some(25);
  std::iota(some.begin(), some.end(), std::size_t{5});
  check_sampler("subset_random", 30, SubsetRandomSampler(some));
}

TEST_F(LoaderOrderTest, RandomSplit) {
  manual_seed(0);
  for (const auto& part : random_split(numbers(50), {30, 20})) {
    std::vector<std::int64_t> values;
    for (std::size_t i = 0; i < *part.size(); ++i) values.push_back(part.get(i).data.item<std::int64_t>());
    note(tensor(values));
  }
  expect("random_split", bits());
  EXPECT_THROW(random_split(numbers(50), {30, 21}), ValueError);
}

// libtorch's own sampler draws a permutation when it is made and another at each epoch.
TEST_F(LoaderOrderTest, LibtorchSamplerDrawsFromTheDefaultGenerator) {
  manual_seed(0);
  randperm(20);
  const Tensor first = randperm(20), second = randperm(20);
  manual_seed(0);
  auto loader = data::make_data_loader(data::datasets::TensorDataset(arange(20)), data::DataLoaderOptions(20));
  for (const Tensor& epoch : {first, second})
    for (auto& batch : *loader) EXPECT_EQ(ints(stack(std::vector<Tensor>(batch.begin(), batch.end()))), ints(epoch));
}

}  // namespace
}  // namespace xgrad
