/// A safetensors library that is not ours, npm's, where it is installed, reads what we write
/// (scripts/check_safetensors.mjs).
#include <fmt/format.h>
#include <sys/wait.h>
#include <xgrad/serialize/safetensors.hpp>

#include <cstdlib>
#include <fstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using SafetensorsOfNpm = FolderTest;

constexpr int kNotInstalled = 77, kNoNode = 127;

struct Expected {
  std::string name, dtype;
  Tensor tensor;
};

/// What the reader must find, of elements in order.
std::string as_json(const std::vector<Expected>& tensors) {
  std::string json;
  for (const auto& [name, dtype, tensor] : tensors) {
    const Tensor packed = tensor.contiguous();
    const auto* bytes = static_cast<const unsigned char*>(packed.array().raw());
    json += fmt::format(R"({}"{}":{{"dtype":"{}","shape":[{}],"bytes":"{:02x}"}})", json.empty() ? "{" : ",", name,
                        dtype, fmt::join(packed.sizes(), ","), fmt::join(bytes, bytes + packed.array().nbytes(), ""));
  }
  return json + "}";
}

TEST_F(SafetensorsOfNpm, ReadsOurs) {
  const Tensor table(make<float>({2, 3}, {0, 0.25f, 0.5f, 0.75f, 1, 1.25f}));
  const std::vector<Expected> tensors{
      {"uint8", "U8", Tensor(make<std::uint8_t>({3}, {0, 1, 255}))},
      {"int8", "I8", Tensor(make<std::int8_t>({3}, {-128, 0, 127}))},
      {"int16", "I16", Tensor(make<std::int16_t>({3}, {-32768, 0, 32767}))},
      {"int32", "I32", Tensor(make<std::int32_t>({3}, {INT32_MIN, 0, INT32_MAX}))},
      {"int64", "I64", Tensor(make<std::int64_t>({3}, {INT64_MIN, 0, INT64_MAX}))},
      {"float32", "F32", table},
      {"float64", "F64", Tensor(make<double>({2, 3}, {0, 1 / 3., 2 / 3., 1, 4 / 3., 5 / 3.}))},
      {"bool", "BOOL", Tensor(make<bool>({3}, {true, false, true}))},
      {"transposed", "F32", table.transpose(0, 1)},
      {"columns", "F32", table.slice(1, 0, 3, 2)},
      {"scalar", "F64", Tensor(make<double>({}, {1.5}))},
      {"empty", "I64", Tensor(Array::empty({0, 3}, kInt64))},
      {"größe", "I8", Tensor(make<std::int8_t>({1}, {7}))}};
  TensorDict saved;
  for (const Expected& e : tensors) saved.insert(e.name, e.tensor);
  save_safetensors(saved, path("all.safetensors"));
  std::ofstream(path("expected.json")) << as_json(tensors);
  const std::string command = "node '" XGRAD_SOURCE_DIR "/scripts/check_safetensors.mjs' '" + folder_.string() + "'";
  const int status = std::system(command.c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == kNotInstalled || code == kNoNode) GTEST_SKIP() << "scripts/install-npm-packages.sh installs the reader";
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace xgrad::serialize::testing
