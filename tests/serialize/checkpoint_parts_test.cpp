/// Parts of checkpoints: of which types they are, and that all are loaded or none.
#include <xgrad/xgrad.hpp>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using CheckpointParts = FolderTest;

TEST_F(CheckpointParts, PartsOfAnyType) {
  bool done = true;
  double best = 0.25;
  float rate = 0.5f;
  std::string name = "first run";
  std::uint8_t small = 200;
  Tensor mean = xgrad::arange(3), later;
  const Checkpoint all{.more = {{"done", done},
                                {"best", best},
                                {"rate", rate},
                                {"name", name},
                                {"small", small},
                                {"mean", mean},
                                {"later", later}}};
  save_checkpoint(path("c.pt"), all);
  done = false;
  best = rate = 0;
  name.clear();
  small = 0;
  mean.zero_();
  const Tensor same = mean;
  later = ones({1});
  load_checkpoint(path("c.pt"), all);
  EXPECT_TRUE(done);
  EXPECT_EQ(best, 0.25);
  EXPECT_EQ(rate, 0.5f);
  EXPECT_EQ(name, "first run");
  EXPECT_EQ(small, 200);
  EXPECT_TRUE(equal(same, xgrad::arange(3)));  // in place
  EXPECT_FALSE(later.defined());
  load_checkpoint(path("c.pt"), {.more = {{"mean", later}}});
  EXPECT_TRUE(equal(later, mean));
}

TEST_F(CheckpointParts, NumbersThatDoNotFit) {
  int large = 300;
  save_checkpoint(path("c.pt"), {.epoch = large});
  std::int8_t narrow = 7;
  expect_contains(error_of([&] { load_checkpoint(path("c.pt"), {.epoch = narrow}); }),
                  "300 does not fit into an integer of 8 signed bits");
  EXPECT_EQ(narrow, 7);
  bool flag = false;
  expect_contains(error_of([&] { load_checkpoint(path("c.pt"), {.epoch = flag}); }), "expected a value of type bool");
  std::uint64_t beyond = ~std::uint64_t{0};  // which no file can hold, but a variable that is loaded into
  expect_contains(error_of([&] { save_checkpoint(path("c.pt"), {.epoch = beyond}); }), "does not fit into 64 bits");
  large = -1;
  save_checkpoint(path("c.pt"), {.epoch = large});
  expect_contains(error_of([&] { load_checkpoint(path("c.pt"), {.epoch = beyond}); }),
                  "-1 does not fit into an integer of 64 unsigned bits");
  large = 1;
  save_checkpoint(path("c.pt"), {.epoch = large});
  load_checkpoint(path("c.pt"), {.epoch = beyond});
  EXPECT_EQ(beyond, 1u);
}

TEST_F(CheckpointParts, AllPartsOrNone) {
  nn::Linear model(2, 2), ema(2, 2);
  optim::Adam optimizer(model->parameters(), optim::AdamOptions(0.25));
  optim::lr_scheduler::StepLR scheduler(optimizer, 1);
  model->weight.mutable_grad() = ones({2, 2});
  optimizer.step();
  scheduler.step();
  int epoch = 3;
  Tensor mean = ones({2});
  const auto saved = [&](const Checkpoint& c) { save_checkpoint(path("c.pt"), c); };

  // Others of the same kinds, and each part in turn one that does not fit.
  nn::Linear other(2, 2), average(2, 2), wide(3, 2);
  optim::Adam fitting(other->parameters(), optim::AdamOptions(0.5)),
      foreign(wide->parameters(), optim::AdamOptions(0.5));
  std::vector<Tensor> more = other->parameters();
  more.push_back(ones({1}));
  optim::Adam larger(more, optim::AdamOptions(0.5));
  other->weight.mutable_grad() = ones({2, 2});
  fitting.step();
  optim::lr_scheduler::StepLR schedule(fitting, 4);
  int reached = 9;
  Tensor sum = zeros({2}), longer = zeros({3});
  const auto state = [&] {
    const Value values = Value::list({fitting.state_dict(), schedule.state_dict(), Value(reached), Value(sum),
                                      Value(default_generator().get_state<Array>()), Value(other->weight.detach()),
                                      Value(average->weight.detach())});
    return save_bytes(values);
  };
  manual_seed(5);
  const std::string before = state();
  const auto fails = [&](const Checkpoint& c, const std::string& why) {
    expect_contains(error_of([&] { load_checkpoint(path("c.pt"), c); }), why);
    EXPECT_EQ(state(), before) << why;
  };
  saved({.model = model,
         .optimizer = optimizer,
         .scheduler = scheduler,
         .epoch = epoch,
         .more = {{"ema", ema}, {"mean", mean}}});
  fails({.model = other, .optimizer = larger}, "in its 'optimizer'");
  fails({.model = wide, .optimizer = fitting, .scheduler = schedule, .epoch = reached, .more = {{"mean", sum}}},
        "in its 'model'");
  fails({.model = other,
         .optimizer = fitting,
         .scheduler = schedule,
         .epoch = reached,
         .more = {{"mean", sum}, {"ema", wide}}},
        "in its 'ema'");
  fails({.model = other, .optimizer = fitting, .epoch = reached, .more = {{"mean", longer}}}, "in its 'mean'");
  fails({.model = other, .optimizer = fitting, .scheduler = schedule, .epoch = sum}, "in its 'epoch'");

  // A generator's state that is none is known before anything is changed.
  Value broken = load(path("c.pt"));
  broken.as_dict().set("rng_state", Value(zeros({3})));
  save(broken, path("c.pt"));
  fails({.model = other, .optimizer = fitting, .epoch = reached}, "in its 'rng_state'");
}

}  // namespace
}  // namespace xgrad::serialize::testing
