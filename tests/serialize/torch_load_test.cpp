/// Real PyTorch, where there is one, opens what we write (scripts/check_torch_load.py).
#include <sys/wait.h>

#include <cstdlib>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using TorchLoad = FolderTest;

constexpr int kNoPyTorch = 77;

/// The script's exit code with the first Python that has PyTorch: XGRAD_PYTHON, the user's, or the system's.
int run_script(const std::string& folder) {
  const char* chosen = std::getenv("XGRAD_PYTHON");
  int code = kNoPyTorch;
  for (const std::string python : {chosen ? chosen : "python3", "python3", "/usr/bin/python3"}) {
    const std::string command = python + " '" XGRAD_SOURCE_DIR "/scripts/check_torch_load.py' '" + folder + "'";
    const int status = std::system(command.c_str());
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    const bool no_python = code == 127;
    if (no_python) code = kNoPyTorch;
    if (code != kNoPyTorch) break;
  }
  return code;
}

TEST_F(TorchLoad, PythonReadsWhatWeWrite) {
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
  const int code = run_script(folder_.string());
  if (code == kNoPyTorch) GTEST_SKIP() << "no PyTorch here (python3-torch)";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace xgrad::serialize::testing
