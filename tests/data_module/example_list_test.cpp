#include "numbers.hpp"
#include "temp_folder.hpp"

namespace xgrad {
namespace {

using namespace xgrad::kwargs;
using xgrad::test::counting;
using xgrad::test::ints;
using xgrad::test::message_of;
using xgrad::test::Numbers;

TEST(ExampleListTest, HoldsOneTensorAField) {
  const auto all = list(Numbers(5));
  EXPECT_EQ(len(all), 5);
  EXPECT_EQ(all.tensors()[0].shape(), Size({5, 2}));
  EXPECT_EQ(all.tensors()[0].dtype(), kFloat32);
  EXPECT_EQ(all.tensors()[1].dtype(), kInt64);
  EXPECT_EQ(ints(all.tensors()[1]), (std::vector<std::int64_t>{0, 10, 20, 30, 40}));
}

TEST(ExampleListTest, ElementsAreViews) {
  const auto all = list(Numbers(5));
  auto [x, label] = all[3];
  static_assert(std::is_same_v<decltype(label), std::int64_t>);
  EXPECT_EQ(label, 30);
  EXPECT_EQ(ints(x), (std::vector<std::int64_t>{3, 3}));
  EXPECT_EQ(x.data_ptr(), all.tensors()[0][3].data_ptr());
  EXPECT_EQ(all[-1].target, 40);
  EXPECT_EQ(message_of<IndexError>([&] { all[5]; }), "index 5 is out of bounds for dataset with size 5");
  EXPECT_EQ(message_of<IndexError>([&] { all[-6]; }), "index -6 is out of bounds for dataset with size 5");
}

TEST(ExampleListTest, SlicesAreViewsAndClipAsPythons) {
  const auto all = list(Numbers(10));
  const auto labels = [](const auto& some) {
    std::vector<std::int64_t> out;
    for (auto& [x, label] : some) {
      EXPECT_EQ(x[0].template item<float>(), static_cast<float>(label) / 10);
      out.push_back(label / 10);
    }
    return out;
  };
  EXPECT_EQ(labels(all[Slice(None, 4)]), counting(0, 4));
  EXPECT_EQ(labels(all[Slice(4, None)]), counting(4, 10));
  EXPECT_EQ(labels(all[Slice(-3, 100)]), counting(7, 10));
  EXPECT_EQ(labels(all[Slice(-100, -8)]), counting(0, 2));
  EXPECT_EQ(labels(all[Slice(6, 2)]), counting(0, 0));
  EXPECT_EQ(labels(all[Slice(20, 30)]), counting(0, 0));
  EXPECT_EQ(labels(all[Slice(1, 9, 3)]), (std::vector<std::int64_t>{1, 4, 7}));
  EXPECT_EQ(labels(all[Slice(1, 9, 3)][Slice(1, None)]), (std::vector<std::int64_t>{4, 7}));
  EXPECT_EQ(all[Slice(4, 8)].tensors()[0].data_ptr(), all.tensors()[0][4].data_ptr());
  EXPECT_THROW(all[Slice(None, None, -1)], ValueError);
  EXPECT_EQ(len(all), 10) << "slicing leaves the list alone";
}

TEST(ExampleListTest, KeepsExamplesOfUnequalShapesOneByOne) {
  std::vector<data::Example<Tensor, std::int64_t>> ragged;
  for (std::int64_t i = 0; i < 6; ++i) ragged.emplace_back(full({i < 3 ? 2 : i}, double(i), dtype(kFloat32)), i);
  const auto all = list(ragged);
  EXPECT_EQ(len(all), 6);
  EXPECT_THROW(all.tensors(), Error);
  EXPECT_EQ(all[1].data.shape(), Size({2}));
  EXPECT_EQ(all[5].data.shape(), Size({5}));
  EXPECT_EQ(ints(all[1].data), (std::vector<std::int64_t>{1, 1}));
  const auto tail = all[Slice(4, None)];
  EXPECT_EQ(len(tail), 2);
  EXPECT_EQ(tail[0].target, 4);
}

TEST(ExampleListTest, KeepsTheGraphOfItsTensors) {
  const Tensor w = ones({2}, requires_grad = true);
  const auto all = list(std::vector<data::Example<Tensor, double>>{{w * 2, 0.5}, {w * 3, 1.5}});
  for (auto& [x, y] : DataLoader(all, batch_size = 2)) {
    EXPECT_EQ(y.dtype(), kFloat64);
    x.sum().backward();
  }
  EXPECT_EQ(ints(w.grad()), (std::vector<std::int64_t>{5, 5}));
}

TEST(ExampleListTest, EmptyAndOtherFields) {
  EXPECT_EQ(len(list(Numbers(0))), 0);
  EXPECT_EQ(len(list(Numbers(3))[Slice(3, None)]), 0);
  const auto words = list(std::vector<std::pair<std::string, int>>{{"a", 1}, {"b", 2}});
  EXPECT_EQ(words[1].first, "b");
  for (auto& [names, values] : DataLoader(words, batch_size = 2)) {
    EXPECT_EQ(names, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(ints(values), (std::vector<std::int64_t>{1, 2}));
  }
  const auto flags =
      list(std::vector<std::tuple<bool, float, Tensor>>{{true, 0.5f, ones({1})}, {false, 2.f, ones({1})}});
  EXPECT_EQ(std::get<1>(flags[1]), 2.f);
  EXPECT_EQ(flags.tensors()[0].dtype(), kBool);
}

TEST(TensorDatasetTest, PairsRowsWithoutCopying) {
  const Tensor x = arange(12).view({6, 2}), y = arange(6);
  const TensorDataset pairs(x, y);
  auto [x2, y2] = pairs[2];
  EXPECT_EQ(x2.data_ptr(), x[2].data_ptr());
  EXPECT_EQ(y2.item<std::int64_t>(), 2);
  EXPECT_EQ(len(TensorDataset(x)), 6);
  auto [a, b, c] = TensorDataset(x, y, y)[1];
  EXPECT_EQ(c.item<std::int64_t>(), 1);
}

TEST(TensorDatasetTest, TransposedAndDifferentiableColumns) {
  const Tensor x = arange(6, dtype(kFloat32)).view({2, 3});
  for (auto& [rows] : DataLoader(TensorDataset(x.t()), batch_size = 3, shuffle = true)) {
    EXPECT_EQ(rows.shape(), Size({3, 2}));
    EXPECT_EQ(rows.sum().item<float>(), 15.f);
  }
  const Tensor w = ones({4, 2}, requires_grad = true);
  for (bool shuffled : {false, true})
    for (auto& [rows] : DataLoader(TensorDataset(w), batch_size = 4, shuffle = shuffled)) rows.sum().backward();
  EXPECT_EQ(ints(w.grad()), std::vector<std::int64_t>(8, 2));
}

TEST(TensorDatasetTest, RefusesTensorsOfUnequalLength) {
  EXPECT_EQ(message_of<ValueError>([] {
              TensorDataset(zeros({3, 2}), zeros({4}));
            }),
            "Size mismatch between tensors: [3, 2] and [4]");
  EXPECT_THROW(TensorDataset(tensor(1.0)), ValueError);
}

TEST(EnumerateTest, CountsWithoutCopying) {
  std::vector<std::string> words{"a", "b", "c"};
  for (auto&& [k, word] : enumerate(words, 1)) word += std::to_string(k);
  EXPECT_EQ(words, (std::vector<std::string>{"a1", "b2", "c3"}));
  std::int64_t seen = 0;
  for (auto&& [k, example] : enumerate(Numbers(7))) {
    auto& [x, label] = example;
    EXPECT_EQ(label, 10 * k);
    EXPECT_EQ(x[0].item<float>(), static_cast<float>(k));
    if (++seen == 4) break;
  }
  EXPECT_EQ(seen, 4);
  for (auto&& [k, batch] : enumerate(DataLoader(list(Numbers(7)), 3)))
    EXPECT_EQ(batch.target[0].item<std::int64_t>(), 30 * k);
}

TEST(RangeTest, CountsAsPythons) {
  const auto of = [](Range r) { return std::vector<std::int64_t>(r.begin(), r.end()); };
  EXPECT_EQ(of(range(3)), counting(0, 3));
  EXPECT_EQ(of(range(-2, 1)), counting(-2, 1));
  EXPECT_EQ(of(range(5, 2)), counting(0, 0));
  EXPECT_EQ(range(2, 7).size(), 5u);
}

TEST(SubsetTest, PicksExamplesOfAnyDataset) {
  Numbers all(10);
  Subset some(all, {7, 3, 3});
  EXPECT_EQ(len(some), 3);
  EXPECT_EQ(some[0].target, 70);
  EXPECT_EQ(some[-1].target, 30);
  EXPECT_EQ(all[Slice(2, 8, 2)][1].target, 40);
  for (auto& [x, y] : DataLoader(Subset(list(all), {7, 3, 4}), batch_size = 3))
    EXPECT_EQ(ints(y), (std::vector<std::int64_t>{70, 30, 40}));
  EXPECT_THROW(Subset(all, {10}), IndexError);
}

}  // namespace
}  // namespace xgrad
