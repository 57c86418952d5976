#include <xgrad/data/workers.hpp>

#include "numbers.hpp"
#include "temp_folder.hpp"

#include <atomic>
#include <condition_variable>
#include <set>
#include <thread>

namespace xgrad {
namespace {

using namespace xgrad::kwargs;
using xgrad::test::counting;
using xgrad::test::ints;
using xgrad::test::message_of;
using xgrad::test::Numbers;

TEST(DataLoaderTest, BatchesAndEpochs) {
  const auto all = list(Numbers(10));
  const DataLoader loader(all, batch_size = 4);
  EXPECT_EQ(len(loader), 3);
  for (int epoch = 0; epoch < 2; ++epoch) {
    std::vector<std::int64_t> sizes, labels;
    for (auto& [x, y] : loader) {
      EXPECT_EQ(x.shape(), Size({y.size(0), 2}));
      EXPECT_EQ(x.dtype(), kFloat32);
      EXPECT_EQ(y.dtype(), kInt64);
      sizes.push_back(y.size(0));
      for (std::int64_t label : ints(y)) labels.push_back(label / 10);
    }
    EXPECT_EQ(sizes, (std::vector<std::int64_t>{4, 4, 2}));
    EXPECT_EQ(labels, counting(0, 10));
  }
}

TEST(DataLoaderTest, InOrderBatchesAreViewsAndShuffledOnesAreNot) {
  const auto all = list(Numbers(8));
  const Tensor images = all.tensors()[0];
  std::int64_t at = 0;
  for (auto& [x, y] : DataLoader(all, batch_size = 4)) {
    EXPECT_EQ(x.data_ptr(), images[at].data_ptr());
    EXPECT_EQ(y.data_ptr(), all.tensors()[1][at].data_ptr());
    at += 4;
  }
  manual_seed(0);
  for (auto& [x, y] : DataLoader(all, batch_size = 4, shuffle = true)) {
    EXPECT_FALSE(x.array().same_storage(images.array()));
    EXPECT_EQ(ints(x.select(1, 0) * 10), ints(y));
  }
}

TEST(DataLoaderTest, DropLast) {
  EXPECT_EQ(len(DataLoader(Numbers(10), batch_size = 4, drop_last = true)), 2);
  int batches = 0;
  for (auto& [x, y] : DataLoader(Numbers(10), batch_size = 4, drop_last = true)) {
    EXPECT_EQ(x.size(0), 4);
    EXPECT_EQ(y.size(0), 4);
    ++batches;
  }
  EXPECT_EQ(batches, 2);
}

TEST(DataLoaderTest, ALocalVariableMayHaveAKeywordsName) {
  int batch_size = 5;  // NOLINT: hides the keyword, as in the notebook's train()
  EXPECT_EQ(len(DataLoader(Numbers(10), batch_size = 2)), 5);
  EXPECT_EQ(batch_size, 2);
}

TEST(DataLoaderTest, TakesAVectorOfExamples) {
  std::vector<std::pair<Tensor, int>> pairs{{ones({2}), 3}, {zeros({2}), 4}};
  for (auto& [x, y] : DataLoader(pairs, batch_size = 2)) {
    EXPECT_EQ(x.shape(), Size({2, 2}));
    EXPECT_EQ(ints(y), (std::vector<std::int64_t>{3, 4}));
  }
}

TEST(DataLoaderTest, EmptyDataset) {
  for ([[maybe_unused]] auto& batch : DataLoader(list(Numbers(0)), batch_size = 4)) ADD_FAILURE();
  for ([[maybe_unused]] auto& batch : DataLoader(Numbers(0), num_workers = 2)) ADD_FAILURE();
}

TEST(DataLoaderTest, CustomCollateDecidesTheBatch) {
  const auto ragged = list([] {
    std::vector<data::Example<Tensor, std::int64_t>> examples;
    for (std::int64_t i = 0; i < 5; ++i) examples.emplace_back(ones({i + 1}), i);
    return examples;
  }());
  std::vector<std::size_t> widths;
  auto keep = [](std::vector<data::Example<Tensor, std::int64_t>> examples) {
    std::pair<std::vector<Tensor>, std::int64_t> batch;
    for (auto& [x, label] : examples) {
      batch.first.push_back(x);
      batch.second += label;
    }
    return batch;
  };
  for (std::int64_t n : {0, 2}) {
    for (auto& [xs, sum] : DataLoader(ragged, batch_size = 3, collate_fn = keep, num_workers = n)) {
      widths.push_back(static_cast<std::size_t>(xs.back().size(0)));
      EXPECT_EQ(sum, xs.size() == 3 ? 3 : 7);
    }
  }
  EXPECT_EQ(widths, (std::vector<std::size_t>{3, 5, 3, 5}));
}

TEST(DataLoaderTest, UnequalShapesAreNamed) {
  const auto ragged = list(std::vector<Tensor>{ones({2}), ones({2}), ones({3})});
  const DataLoader loader(ragged, batch_size = 3);
  const std::string message = message_of<Error>([&] { loader.begin(); });
  EXPECT_TRUE(
      message.starts_with("stack expects each tensor to be equal size, but got [2] at entry 0 and [3] at entry 2"))
      << message;
  EXPECT_NE(message.find("in making a batch of the examples 0, 1, 2 of the dataset"), std::string::npos) << message;
  EXPECT_NE(message.find("hint: give DataLoader a collate_fn"), std::string::npos) << message;
}

TEST(DataLoaderTest, RefusesImpossibleOptions) {
  const Numbers d(3);
  EXPECT_EQ(message_of<ValueError>([&] { DataLoader(d, batch_size = 0); }),
            "batch_size should be a positive integer value, but got batch_size=0");
  EXPECT_EQ(message_of<ValueError>([&] { DataLoader(d, batch_size = -4); }),
            "batch_size should be a positive integer value, but got batch_size=-4");
  EXPECT_EQ(message_of<ValueError>([&] { DataLoader(d, num_workers = -1); }),
            "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.");
  EXPECT_EQ(message_of<ValueError>([&] { DataLoader(d, shuffle = true, sampler = SequentialSampler(d)); }),
            "sampler option is mutually exclusive with shuffle");
  EXPECT_THROW(DataLoader(Numbers(0), shuffle = true), ValueError);
  EXPECT_THROW(RandomSampler(d, num_samples = 0), ValueError);
}

TEST(DataLoaderTest, TwoLoopsOverOneLoaderDoNotDisturbEachOther) {
  const DataLoader loader(list(Numbers(6)), batch_size = 2);
  int pairs = 0;
  for (auto& a : loader) {
    std::int64_t next = 0;
    for (auto& b : loader) {
      EXPECT_EQ(b.target[0].item<std::int64_t>(), 20 * next++);
      ++pairs;
    }
    EXPECT_EQ(a.target.size(0), 2);
  }
  EXPECT_EQ(pairs, 9);
}

TEST(DataLoaderTest, IteratorsKnowTheirEnd) {
  const DataLoader loader(Numbers(1));
  auto it = loader.begin();
  EXPECT_EQ(it->target.item<std::int64_t>(), 0);
  ++it;
  EXPECT_EQ(it, loader.end());
  EXPECT_THROW(++it, Error);
  EXPECT_THROW(*it, Error);
}

TEST(WorkersTest, DeliverInOrder) {
  for (std::int64_t workers : {1, 2, 5}) {
    std::vector<std::int64_t> labels;
    for (auto& [x, y] : DataLoader(Numbers(103), batch_size = 4, num_workers = workers))
      for (std::int64_t label : ints(y)) labels.push_back(label / 10);
    EXPECT_EQ(labels, counting(0, 103)) << workers << " workers";
  }
}

/// Counts its live copies and its calls, and throws at one index.
struct Counting : data::datasets::Dataset<Counting, int> {
  struct Shared {
    std::atomic<int> calls{0};
    std::mutex mutex;
    std::set<std::thread::id> threads;
  };
  explicit Counting(std::size_t n, std::size_t bad = ~std::size_t{0}) : count(n), bad_index(bad) {}
  int get(std::size_t i) override {
    ++shared->calls;
    {
      const std::lock_guard lock(shared->mutex);
      shared->threads.insert(std::this_thread::get_id());
    }
    check<ValueError>(i != bad_index, "example {} is bad", i);
    return static_cast<int>(i);
  }
  std::optional<std::size_t> size() const override { return count; }

  std::shared_ptr<Shared> shared = std::make_shared<Shared>();
  std::size_t count, bad_index;
};

TEST(WorkersTest, WorkOnOtherThreads) {
  const Counting d(40);
  for ([[maybe_unused]] auto& batch : DataLoader(d, batch_size = 4, num_workers = 2)) {
  }
  EXPECT_EQ(d.shared->calls, 40);
  EXPECT_FALSE(d.shared->threads.contains(std::this_thread::get_id()));
  EXPECT_LE(d.shared->threads.size(), 2u);
}

TEST(WorkersTest, LoadNoFurtherAheadThanAsked) {
  const Counting d(1000);
  for ([[maybe_unused]] auto& batch : DataLoader(d, batch_size = 1, num_workers = 2, prefetch_factor = 3)) break;
  // Six ahead, and one more ordered when the first was taken.
  EXPECT_LE(d.shared->calls, 7);
  EXPECT_EQ(d.shared.use_count(), 1) << "the workers' copies are gone when the loop is left";
}

TEST(WorkersTest, ExceptionsReachTheLoop) {
  const Counting d(40, 13);
  int batches = 0;
  const std::string message = message_of<ValueError>([&] {
    for ([[maybe_unused]] auto& batch : DataLoader(d, batch_size = 4, num_workers = 2)) ++batches;
  });
  EXPECT_EQ(batches, 3) << "what comes before the bad batch is delivered";
  EXPECT_TRUE(
      message.starts_with("example 13 is bad\n  in making a batch of the examples 12, 13, 14, 15 of the dataset\n"
                          "  in DataLoader worker thread "))
      << message;
  EXPECT_EQ(message_of<ValueError>([&] {
              for ([[maybe_unused]] auto& batch : DataLoader(d, batch_size = 4)) {
              }
            }),
            "example 13 is bad\n  in making a batch of the examples 12, 13, 14, 15 of the dataset");
}

TEST(WorkersTest, LibtorchLoaderWrapsExceptions) {
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
      Counting(40, 13), data::DataLoaderOptions().batch_size(4).workers(2));
  try {
    for ([[maybe_unused]] auto& batch : *loader) {
    }
    FAIL();
  } catch (const data::WorkerException& e) {
    EXPECT_TRUE(std::string(e.what()).starts_with(
        "Caught exception in DataLoader worker thread. Original message: example 13 is bad"));
    EXPECT_THROW(std::rethrow_exception(e.original_exception), ValueError);
  }
}

/// Its first example waits until somebody opens the gate.
struct Gated : data::datasets::Dataset<Gated, int> {
  struct Gate {
    void open() {
      const std::lock_guard lock(mutex);
      is_open = true;
      opened.notify_all();
    }
    void pass() {
      std::unique_lock lock(mutex);
      opened.wait(lock, [this] { return is_open; });
    }
    std::mutex mutex;
    std::condition_variable opened;
    bool is_open = false;
  };
  explicit Gated(int opener = -1) : opens_at(opener) {}
  int get(std::size_t i) override {
    if (i == 0) gate->pass();
    if (static_cast<int>(i) == opens_at) gate->open();
    return static_cast<int>(i);
  }
  std::optional<std::size_t> size() const override { return 4; }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  int opens_at;
};

TEST(WorkersTest, OrderIsKeptWhenTheFirstIsTheSlowest) {
  const Gated d(3);
  auto loader =
      data::make_data_loader<data::samplers::SequentialSampler>(d, data::DataLoaderOptions().workers(2).max_jobs(4));
  std::vector<int> seen;
  for (auto& batch : *loader) seen.push_back(batch.at(0));
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3}));
}

TEST(WorkersTest, WithoutOrderNobodyWaitsForTheSlowest) {
  const Gated d;
  auto loader = data::make_data_loader<data::samplers::SequentialSampler>(
      d, data::DataLoaderOptions().workers(2).enforce_ordering(false));
  std::vector<int> seen;
  for (auto& batch : *loader) {
    seen.push_back(batch.at(0));
    if (seen.size() == 3) d.gate->open();
  }
  EXPECT_EQ(seen, (std::vector<int>{1, 2, 3, 0}));
}

TEST(WorkersTest, GivesUpAfterTheTimeout) {
  struct Job : data::WorkerJob {
    explicit Job(Gated g) : gated(std::move(g)) {}
    void run(std::size_t) override { gated.get(0); }
    Gated gated;
  };
  const Gated d;
  data::WorkerPool pool(1);
  pool.submit(std::make_shared<Job>(d));
  EXPECT_EQ(message_of<Error>([&] { pool.take(false, std::chrono::milliseconds(1)); }),
            "Timeout in DataLoader queue while waiting for next batch (timeout was 1 ms)");
  d.gate->open();
  EXPECT_NE(pool.take(false, std::nullopt), nullptr);
  EXPECT_EQ(pool.take(false, std::nullopt), nullptr) << "nothing is pending any more";
}

}  // namespace
}  // namespace xgrad
