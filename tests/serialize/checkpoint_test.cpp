/// Training that stops and goes on has the bits of training that did not; and there is always a checkpoint.
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/xgrad.hpp>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <random>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

/// A network with all that has a state: batch norm's statistics, and dropout, which draws.
struct CheckpointedNet : nn::Module {
  nn::Linear first = register_module("first", nn::Linear(4, 8));
  nn::BatchNorm1d norm = register_module("norm", nn::BatchNorm1d(8));
  nn::Dropout dropout = register_module("dropout", nn::Dropout(0.25));
  nn::Linear second = register_module("second", nn::Linear(8, 1));
  Tensor forward(Tensor x) override { return second(dropout(relu(norm(first(x))))); }
};

using MakeOptimizer = std::function<std::unique_ptr<optim::Optimizer>(std::vector<Tensor>)>;
using Examples = std::vector<data::Example<>>;

Examples checkpointed_examples() {
  Examples examples;
  for (int i = 0; i < 23; ++i) {
    const Tensor x = (xgrad::arange(4) + i).to(kFloat32) / 10;
    examples.emplace_back(x, x.sum().sin().reshape({1}));
  }
  return examples;
}

enum class Order { Sequential, Shuffled, OwnGenerator, Replacing };

/// Everything that training is made of, new in each process.
class Training {
 public:
  struct Setup {
    MakeOptimizer make_optimizer;
    Order order = Order::Shuffled;
    std::int64_t workers = 0;
  };

  Training(const Setup& setup, std::uint64_t seed)
      : seed_(manual_seed(seed).initial_seed()),
        generator_(seed_ + 1),
        optimizer_(setup.make_optimizer(net_.parameters())) {
    const auto load = [&](auto... more) {
      loader_ = std::make_unique<Loader>(checkpointed_examples(), kw::batch_size = 4, kw::num_workers = setup.workers,
                                         more...);
    };
    switch (setup.order) {
      case Order::Sequential:
        load();
        break;
      case Order::Shuffled:
        load(kw::shuffle = true);
        break;
      case Order::OwnGenerator:
        load(kw::shuffle = true, kw::generator = generator_);
        break;
      case Order::Replacing:
        load(kw::sampler =
                 data::samplers::ShuffleSampler(23, {.replacement = true, .num_samples = 70, .generator = generator_}));
        break;
    }
  }

  /// Three epochs, or what is left of them; calls `after_step` after each step and stops when it returns true.
  void train(const std::function<bool()>& after_step) {
    for (; epoch_ < 3; ++epoch_) {
      for (auto& [x, y] : *loader_) {
        optimizer_->zero_grad();
        mse_loss(net_(x), y).backward();
        optimizer_->step();
        ++step_;
        if (after_step()) return;
      }
      scheduler_.step();
    }
  }

  Checkpoint checkpoint() {
    return {.model = net_,
            .optimizer = *optimizer_,
            .scheduler = scheduler_,
            .loader = *loader_,
            .epoch = epoch_,
            .step = step_,
            .more = {{"generator", generator_}}};
  }
  std::vector<Tensor> state() const { return net_.state_dict().values(); }
  std::int64_t steps() const { return step_; }
  CheckpointedNet& net() { return net_; }

 private:
  using Loader = DataLoader<ExampleList<data::Example<>>, data::Example<>>;

  std::uint64_t seed_;  // first, so that the network begins with it
  CheckpointedNet net_;
  Generator generator_;
  std::unique_ptr<optim::Optimizer> optimizer_;
  optim::lr_scheduler::StepLR scheduler_{*optimizer_, 1, 0.5};
  std::unique_ptr<Loader> loader_;
  int epoch_ = 0;
  std::int64_t step_ = 0;
};

MakeOptimizer adam() {
  return [](std::vector<Tensor> p) { return std::make_unique<optim::Adam>(std::move(p), optim::AdamOptions(0.01)); };
}

void expect_same_bits(const std::vector<Tensor>& a, const std::vector<Tensor>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].equal(b[i])) << what << ": tensor " << i;
}

std::vector<Tensor> uninterrupted(const Training::Setup& setup, std::int64_t* steps = nullptr) {
  Training run(setup, 1);
  run.train([] { return false; });
  if (steps) *steps = run.steps();
  return run.state();
}

class CheckpointTest : public FolderTest {
 protected:
  /// Stops after each of the steps and goes on in a Training that started from other numbers.
  void expect_resumes(const Training::Setup& setup, std::int64_t every = 1) {
    std::int64_t steps = 0;
    const auto expected = uninterrupted(setup, &steps);
    ASSERT_GT(steps, 15);
    for (std::int64_t stop = 1; stop <= steps; stop += every) {
      Training run(setup, 1);
      run.train([&] {  // in the loop: outside of it, an epoch would be to begin
        if (run.steps() == stop) save_checkpoint(path("run.pt"), run.checkpoint());
        return run.steps() == stop;
      });
      Training again(setup, 99);
      load_checkpoint(path("run.pt"), again.checkpoint());
      EXPECT_EQ(again.steps(), stop);
      again.train([] { return false; });
      EXPECT_EQ(again.steps(), steps);
      expect_same_bits(
          again.state(), expected,
          fmt::format("order {}, {} workers, stopped at step {}", static_cast<int>(setup.order), setup.workers, stop));
    }
  }
};

TEST_F(CheckpointTest, GoesOnWithTheSameBitsFromAnyStep) {
  expect_resumes({adam(), Order::Shuffled, 0});
  expect_resumes({adam(), Order::Shuffled, 2});
}

TEST_F(CheckpointTest, WhateverDrawsTheOrder) {
  for (const Order order : {Order::Sequential, Order::OwnGenerator, Order::Replacing}) {
    for (const std::int64_t workers : {0, 2}) expect_resumes({adam(), order, workers}, 5);
  }
}

TEST_F(CheckpointTest, WithAnyOptimizer) {
  const auto of = []<class O>(std::type_identity<O>, auto options) -> MakeOptimizer {
    return [options](std::vector<Tensor> p) { return std::make_unique<O>(std::move(p), options); };
  };
#define XGRAD_OPTIMIZER(NAME, LR) of(std::type_identity<optim::NAME>(), optim::NAME##Options(LR))
  for (const MakeOptimizer& make :
       {XGRAD_OPTIMIZER(AdamW, 0.01), XGRAD_OPTIMIZER(NAdam, 0.01), XGRAD_OPTIMIZER(RAdam, 0.01),
        XGRAD_OPTIMIZER(Adamax, 0.01), XGRAD_OPTIMIZER(Adagrad, 0.01), XGRAD_OPTIMIZER(Adadelta, 0.1),
        XGRAD_OPTIMIZER(ASGD, 0.01), XGRAD_OPTIMIZER(Rprop, 0.01), XGRAD_OPTIMIZER(RMSprop, 0.01),
        of(std::type_identity<optim::SGD>(), optim::SGDOptions(0.01).momentum(0.9).nesterov(true))}) {
    expect_resumes({make, Order::Shuffled, 0}, 7);
  }
#undef XGRAD_OPTIMIZER
}

TEST_F(CheckpointTest, BetweenEpochsAndAfterALoopThatWasLeft) {
  DataLoader loader(checkpointed_examples(), kw::batch_size = 4, kw::shuffle = true);
  const auto batches = [&](const Value& state) { return state.as_dict().at("batches").as_int(); };
  EXPECT_EQ(batches(loader.state_dict()), 0);
  int had = 0;
  for (auto& batch : loader) {
    EXPECT_EQ(batches(loader.state_dict()), ++had);
    static_cast<void>(batch);
    if (had == 2) break;
  }
  EXPECT_EQ(batches(loader.state_dict()), 0);
  for (auto& batch : loader) static_cast<void>(batch);
  EXPECT_EQ(batches(loader.state_dict()), 0);
  const auto copy = [&] {
    auto pass = loader.begin();
    const auto other = loader;  // which is not in the middle of anything
    return other.state_dict();
  }();
  EXPECT_EQ(batches(copy), 0);

  auto pass = loader.begin();
  ++pass;
  const Value state = loader.state_dict();
  DataLoader fewer(Examples(5, checkpointed_examples()[0]), kw::batch_size = 4);
  expect_contains(error_of([&] { fewer.load_state_dict(state); }),
                  "the state is of a loader of 23 examples in batches of 4, but this one has 5 in batches of 4");
  loader.load_state_dict(state);
  EXPECT_EQ(batches(loader.state_dict()), 2);  // also before the loop that goes on
}

/// 0, 1, 2, 0, 1, 2, ... without end.
class Endless final : public data::samplers::Sampler<> {
 public:
  void reset(std::optional<std::size_t>) override { at_ = 0; }
  std::optional<std::vector<std::size_t>> next(std::size_t n) override {
    std::vector<std::size_t> batch(n);
    for (std::size_t& i : batch) i = at_++ % 3;
    return batch;
  }

 private:
  std::size_t at_ = 0;
};

// What was had is drawn again, so a state could have a loader draw for centuries.
TEST_F(CheckpointTest, FarAlongInASamplerThatNeverEnds) {
  DataLoader loader(checkpointed_examples(), kw::batch_size = 4, kw::sampler = Endless());
  auto pass = loader.begin();
  ++pass;
  const auto state_of = [&](std::int64_t batches) {
    const Value state = loader.state_dict();
    Value::Dict dict = state.as_dict();
    for (auto& [key, value] : dict.entries) {
      if (key.as_str() == "batches") value = batches;
    }
    return Value(dict);
  };
  const Value far = state_of(std::int64_t{1} << 62), further = state_of(100'000'001), near = state_of(1000);
  EXPECT_EQ(error_of([&] { loader.load_state_dict(far); }),
            "a loader's state with 4611686018427387904 batches, but no more than 100000000 can be passed over to go on "
            "behind them");
  expect_contains(error_of([&] { loader.load_state_dict(further); }), "a loader's state with 100000001 batches");
  DataLoader large(checkpointed_examples(), kw::batch_size = 1 << 20, kw::sampler = Endless());
  expect_contains(error_of([&] { large.load_state_dict(further); }), "no more than 953 can be passed over");
  loader.load_state_dict(near);
  auto again = loader.begin();
  EXPECT_EQ(loader.state_dict().as_dict().at("batches").as_int(), 1001);
}

TEST_F(CheckpointTest, PartsThatAreMissingOrNotTheirOwn) {
  Training run({adam()}, 1);
  Value note = "first";
  save_checkpoint(path("c.pt"), {.model = run.net(), .more = {{"note", note}}});
  note = "second";
  load_checkpoint(path("c.pt"), {.more = {{"note", note}}});
  EXPECT_EQ(note.as_str(), "first");
  int epoch = 7;
  const auto error = [&](const Checkpoint& c) { return error_of([&] { load_checkpoint(path("c.pt"), c); }); };
  expect_contains(error({.model = run.net(), .epoch = epoch}),
                  "the checkpoint has no 'epoch'\n  loading the checkpoint");
  EXPECT_EQ(epoch, 7);
  nn::Linear other(1, 1);
  expect_contains(error({.model = other}), "Missing key(s) in state_dict");
  expect_contains(error({.model = other}), "in its 'model'");
  save(Value::list(), path("c.pt"));
  expect_contains(error({}), "the file holds no checkpoint but a list");
  expect_contains(error_of([&] {
                    save_checkpoint(path("c.pt"), {.more = {{"a", epoch}, {"a", epoch}}});
                  }),
                  "two parts with the name 'a'");
}

TEST_F(CheckpointTest, ThePreviousOneIsKeptOnRequest) {
  int epoch = 1;
  const Checkpoint checkpoint{.epoch = epoch};
  for (; epoch < 4; ++epoch) save_checkpoint(path("c.pt"), checkpoint, {.keep_previous = true});
  load_checkpoint(path("c.pt"), checkpoint);
  EXPECT_EQ(epoch, 3);
  load_checkpoint(path("c.pt.previous"), checkpoint);
  EXPECT_EQ(epoch, 2);
  EXPECT_EQ(files(), 2u);
  write_file(path("c.pt"), "damaged");
  expect_contains(error_of([&] { load_checkpoint(path("c.pt"), checkpoint); }),
                  "the checkpoint before it is '" + path("c.pt.previous") + "'");
}

TEST_F(CheckpointTest, AFullDiskLeavesTheOldOne) {
  Training run({adam()}, 1);
  save_checkpoint(path("c.pt"), run.checkpoint(), {.keep_previous = true});
  const std::string old = read_file(path("c.pt"));
  for (const rlim_t limit : {0, 1, 1000, 5000}) {
    std::string error;
    {
      const SizeLimit full(limit);
      error = error_of([&] { save_checkpoint(path("c.pt"), run.checkpoint(), {.keep_previous = true}); });
    }
    expect_contains(error, "[Errno 27] File too large: '" + path("c.pt") + "'");
    EXPECT_EQ(files(), 1u);
    EXPECT_EQ(read_file(path("c.pt")), old);
  }
}

/// The rights of nobody in particular while it lives, where the tests run with all of them.
class WithoutRights {
 public:
  WithoutRights() : user_(::geteuid()) {
    if (user_ == 0 && ::seteuid(65534) != 0) ADD_FAILURE() << "root cannot be nobody";
  }
  ~WithoutRights() {
    if (::seteuid(user_) != 0) std::abort();
  }

 private:
  uid_t user_;
};

TEST_F(CheckpointTest, NoPermission) {
  Training run({adam()}, 1);
  save_checkpoint(path("c.pt"), run.checkpoint());
  const std::string old = read_file(path("c.pt"));
  ASSERT_EQ(::chmod(folder_.c_str(), 0555), 0);
  std::string error;
  {
    const WithoutRights nobody;
    error = error_of([&] { save_checkpoint(path("c.pt"), run.checkpoint()); });
  }
  ASSERT_EQ(::chmod(folder_.c_str(), 0700), 0);
  expect_contains(error, "[Errno 13] Permission denied: '" + path("c.pt") + "'");
  EXPECT_EQ(read_file(path("c.pt")), old);
  EXPECT_EQ(files(), 1u);
}

constexpr const char* kChildVariable = "XGRAD_TEST_CHECKPOINT";

const Training::Setup& killed_setup() {
  static const Training::Setup setup{adam(), Order::Shuffled, 1};
  return setup;
}

// The process that CheckpointKill kills: goes on from the checkpoint there is, and saves one after each step. A byte to
// its output says that it is about to begin.
TEST(CheckpointChild, Trains) {
  const char* file = std::getenv(kChildVariable);
  if (!file) GTEST_SKIP() << "only as a process of its own";
  set_num_threads(1);
  Training run(killed_setup(), std::filesystem::exists(file) ? 99 : 1);
  const Checkpoint checkpoint = run.checkpoint();
  if (std::filesystem::exists(file)) load_checkpoint(file, checkpoint);
  ASSERT_EQ(::write(STDOUT_FILENO, "!", 1), 1);
  run.train([&] {
    save_checkpoint(file, checkpoint, {.keep_previous = true});
    return false;
  });
}

/// This program once more, as that process. `die_after` microseconds from its byte on it is killed; without, it ends.
int run_child(const std::string& file, std::optional<int> die_after) {
  int out[2];
  EXPECT_EQ(::pipe2(out, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setenv(kChildVariable, file.c_str(), 1);
    ::dup2(out[1], STDOUT_FILENO);
    ::execl("/proc/self/exe", "serialize_tests", "--gtest_filter=CheckpointChild.Trains", "--gtest_brief=1", nullptr);
    ::_exit(127);
  }
  ::close(out[1]);
  char byte = 0;
  while (::read(out[0], &byte, 1) == 1 && byte != '!') {
  }
  if (die_after) {
    // The moment is a random one; nothing waits for anything to have happened by then.
    ::poll(nullptr, 0, *die_after / 1000);
    ::usleep(static_cast<useconds_t>(*die_after % 1000));
    ::kill(child, SIGKILL);
  }
  while (::read(out[0], &byte, 1) == 1) {
  }
  ::close(out[0]);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return status;
}

/// Training that goes on from that file ends where it would have without it.
void expect_finished(const std::string& file, const std::vector<Tensor>& expected) {
  Training run(killed_setup(), 5);
  load_checkpoint(file, run.checkpoint());
  run.train([] { return false; });
  expect_same_bits(run.state(), expected, "after kills");
}

TEST_F(CheckpointTest, KilledAtRandomMoments) {
#ifdef XGRAD_SANITIZED
  constexpr int kKills = 25;  // a sanitizer's processes take long to begin
#else
  constexpr int kKills = 200;
#endif
  const auto expected = uninterrupted(killed_setup());
  const std::string file = path("run.pt");
  std::mt19937 random(7);
  int killed = 0, finished = 0;
  std::int64_t last_step = 0;
  for (int i = 0; i < kKills; ++i) {
    const int status = run_child(file, static_cast<int>(random() % 12000));
    killed += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!std::filesystem::exists(file)) continue;  // killed before the first was whole
    Training found(killed_setup(), 5);
    load_checkpoint(file, found.checkpoint());
    EXPECT_GE(found.steps(), last_step);
    last_step = found.steps();
    if (std::filesystem::exists(file + ".previous")) load_checkpoint(file + ".previous", found.checkpoint());
    if (last_step < 18) continue;
    expect_finished(file, expected);  // and begins anew
    ++finished;
    last_step = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) std::filesystem::remove(entry);
  }
  EXPECT_GT(killed, kKills / 2);
  const int status = run_child(file, std::nullopt);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  expect_finished(file, expected);
  // Whatever the killed ones left was in the way of nobody, and is gone.
  EXPECT_EQ(files(), 2u);
}

}  // namespace
}  // namespace xgrad::serialize::testing
