/// Real PyTorch, where there is one, opens what we write (scripts/check_torch_load.py).
#include <sys/wait.h>
#include <xgrad/xgrad.hpp>

#include <cstdlib>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using TorchLoad = FolderTest;

constexpr int kNoPyTorch = 77;

/// The script's exit code with the first Python that has PyTorch: XGRAD_PYTHON, the user's, or the system's.
int run_script(const std::string& arguments) {
  const char* chosen = std::getenv("XGRAD_PYTHON");
  int code = kNoPyTorch;
  for (const std::string python : {chosen ? chosen : "python3", "python3", "/usr/bin/python3"}) {
    const std::string command = python + " '" XGRAD_SOURCE_DIR "/scripts/check_torch_load.py' " + arguments;
    const int status = std::system(command.c_str());
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    const bool no_python = code == 127;
    if (no_python) code = kNoPyTorch;
    if (code != kNoPyTorch) break;
  }
  return code;
}

/// A checkpoint, taken in the loop, of a model whose weights are the next numbers of the generator.
void write_checkpoint(const std::string& checkpoint_file, const std::string& archive_file) {
  nn::Linear model(4, 1);
  optim::Adam optimizer(model->parameters(), optim::AdamOptions(0.25));
  optim::lr_scheduler::StepLR scheduler(optimizer, 1);
  model->weight.mutable_grad() = ones({1, 4});
  optimizer.step();
  int epoch = 3;
  DataLoader loader(std::vector<data::Example<>>(8, {ones({4}), ones({1})}), kw::batch_size = 4, kw::shuffle = true);
  const auto pass = loader.begin();
  manual_seed(7);
  const Generator before = default_generator().clone();
  model->weight.data().copy_(rand({1, 4}));
  default_generator().set_state(before.get_state());
  save_checkpoint(checkpoint_file,
                  {.model = model, .optimizer = optimizer, .scheduler = scheduler, .loader = loader, .epoch = epoch});
  xgrad::save(model, archive_file);
}

/// What Python wrote goes through our load() and save().
void resave_all(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("python_")) files.push_back(entry.path());
  }
  EXPECT_GE(files.size(), 30u);
  for (const auto& file : files) {
    const std::string name = file.filename().string();
    save(load(file.string()), (folder / ("resaved_" + name.substr(name.find('_') + 1))).string());
  }
}

/// Training that Python began goes on here, and comes to where Python's comes.
template <class O>
void expect_continues(const std::string& run_file, auto options) {
  SCOPED_TRACE(run_file);
  const Value run = load(run_file);
  nn::Linear model(2, 2);
  const auto& before = run.as_dict().at("model").as_dict();
  {
    const NoGradGuard no_grad;
    model->weight.copy_(before.at("weight").toTensor());
    model->bias.copy_(before.at("bias").toTensor());
  }
  O optimizer(model->parameters(), options);
  optimizer.load_state_dict(run.as_dict().at("optimizer"));
  for (int i = 0; i < 2; ++i) {
    optimizer.step([&] {
      optimizer.zero_grad();
      const Tensor loss = model(ones({1, 2})).sum();
      loss.backward();
      return loss;
    });
  }
  const auto& after = run.as_dict().at("after").as_dict();
  EXPECT_TRUE(allclose(model->weight, after.at("weight").toTensor(), 1e-5, 1e-6));
  EXPECT_TRUE(allclose(model->bias, after.at("bias").toTensor(), 1e-5, 1e-6));
}

void expect_runs_continue(const std::string& folder) {
#define XGRAD_CONTINUES(NAME) \
  expect_continues<optim::NAME>(folder + "/python_run_" #NAME ".pt", optim::NAME##Options(0.5))
  XGRAD_CONTINUES(SGD);
  XGRAD_CONTINUES(Adam);
  XGRAD_CONTINUES(AdamW);
  XGRAD_CONTINUES(Adamax);
  XGRAD_CONTINUES(Adagrad);
  XGRAD_CONTINUES(Adadelta);
  XGRAD_CONTINUES(ASGD);
  XGRAD_CONTINUES(NAdam);
  XGRAD_CONTINUES(RAdam);
  XGRAD_CONTINUES(RMSprop);
  XGRAD_CONTINUES(Rprop);
  XGRAD_CONTINUES(LBFGS);
#undef XGRAD_CONTINUES
}

TEST_F(TorchLoad, PythonReadsWhatWeWrite) {
  const std::string quoted = "'" + folder_.string() + "'";
  if (run_script("--write " + quoted) == kNoPyTorch) GTEST_SKIP() << "no PyTorch here (python3-torch)";
  resave_all(folder_);
  expect_runs_continue(folder_.string());
  write_checkpoint(path("checkpoint.pt"), path("archive.pt"));
  const Array weight = arange(6).view({2, 3});
  save_state_dict({{"weight", weight}, {"bias", arange(2)}}, path("plain"));
  save(Value::dict({{"weight", Value::Tensor{weight, true, true}},
                    {"transposed", weight.transpose(0, 1)},
                    {"scalar", make<std::int64_t>({}, {7})},
                    {"mask", make<bool>({2}, std::vector<bool>{true, false})},
                    {"epoch", 3},
                    {"losses", Value::list({0.5, 0.25})},
                    {"pair", Value::tuple({Value(), "Grüße"})},
                    {"raw", Value::Bytes{std::string("\0\xff", 2)}},
                    {"big", std::int64_t{1} << 40},
                    {"dtype", kFloat64}}),
       path("made.pt"));
  for (const char* name : {"dtypes", "shapes", "views", "module", "parameters", "nested", "optimizer", "protocol4"}) {
    save(load(golden(name)), path(std::string("torch_") + name + ".pt"));
  }
  EXPECT_EQ(run_script(quoted), 0);
}

}  // namespace
}  // namespace xgrad::serialize::testing
