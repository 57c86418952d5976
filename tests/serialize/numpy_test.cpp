/// Real NumPy, where there is one, reads what we write, and we what it writes (scripts/check_numpy.py).
#include <sys/wait.h>
#include <xgrad/serialize/csv.hpp>
#include <xgrad/serialize/numpy.hpp>

#include <cstdlib>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using namespace xgrad::kwargs;

using NumPy = FolderTest;

constexpr int kNoNumPy = 77;

/// The script's exit code with the first Python that has NumPy: XGRAD_PYTHON, the user's, or the system's.
int check_with_numpy(const std::string& folder) {
  const char* chosen = std::getenv("XGRAD_PYTHON");
  for (const std::string python : {chosen ? chosen : "python3", "python3", "/usr/bin/python3"}) {
    const std::string command = python + " '" XGRAD_SOURCE_DIR "/scripts/check_numpy.py' '" + folder + "'";
    const int status = std::system(command.c_str());
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    const bool no_python = code == 127;
    if (code != kNoNumPy && !no_python) return code;
  }
  return kNoNumPy;
}

TEST_F(NumPy, ReadsOursAndWeReadIts) {
  const Tensor table(make<float>({2, 3}, {0, 0.25f, 0.5f, 0.75f, 1, 1.25f}));
  const TensorDict tensors{{"uint8", Tensor(make<std::uint8_t>({3}, {0, 1, 255}))},
                           {"int8", Tensor(make<std::int8_t>({3}, {-128, 0, 127}))},
                           {"int16", Tensor(make<std::int16_t>({3}, {-32768, 0, 32767}))},
                           {"int32", Tensor(make<std::int32_t>({3}, {INT32_MIN, 0, INT32_MAX}))},
                           {"int64", Tensor(make<std::int64_t>({3}, {INT64_MIN, 0, INT64_MAX}))},
                           {"float32", table},
                           {"float64", Tensor(make<double>({2, 3}, {0, 1 / 3., 2 / 3., 1, 4 / 3., 5 / 3.}))},
                           {"bool", Tensor(make<bool>({3}, {true, false, true}))},
                           {"fortran", table.transpose(0, 1)},
                           {"columns", table.slice(1, 0, 3, 2)},
                           {"scalar", Tensor(make<double>({}, {1.5}))},
                           {"empty", Tensor(Array::empty({0, 3}, kInt64))}};
  save_npz(tensors, path("all.npz"));
  for (const auto& [name, x] : tensors) save_npy(x, path(name + ".npy"));
  save_csv(table, path("table.csv"), header = {"a", "b", "c"});
  const int code = check_with_numpy(folder_.string());
  if (code == kNoNumPy) GTEST_SKIP() << "no NumPy here (python3-numpy)";
  ASSERT_EQ(code, 0);

  const TensorDict stored = load_npz(path("np.npz")), deflated = load_npz(path("np_deflated.npz"));
  EXPECT_EQ(stored.keys(), tensors.keys());
  for (const auto& [name, x] : tensors) {
    const std::string bytes = save_npy_bytes(x);
    for (const Tensor& theirs : {load_npy(path("np_" + name + ".npy")), stored[name], deflated[name]}) {
      EXPECT_EQ(theirs.dtype(), x.dtype()) << name;
      EXPECT_EQ(save_npy_bytes(theirs), bytes) << name;
    }
  }
  const Tensor text = load_csv(path("np.csv"), dtype = kFloat64);
  EXPECT_EQ(save_npy_bytes(text), save_npy_bytes(tensors["float64"]));
}

}  // namespace
}  // namespace xgrad::serialize::testing
