// The other examples at their reduced size: they run, and end as their first lines say.
#include <gmock/gmock.h>

#include <xgrad/tests/data_module/temp_folder.hpp>
#include <xgrad/xgrad.hpp>

#include <cstdlib>
#include <filesystem>

namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using xgrad::test::read_bytes;
using xgrad::test::TempFolder;

/// What the program prints when it is run in `folder` with these arguments.
[[maybe_unused]] std::string output_of(const TempFolder& folder, const std::string& program,
                                       const std::string& arguments) {
  const std::string run =
      "cd '" + folder.path().string() + "' && '" + program + "' " + arguments + " > out.txt 2> err.txt";
  EXPECT_EQ(std::system(run.c_str()), 0) << read_bytes(folder / "err.txt");
  return read_bytes(folder / "out.txt");
}

/// The number behind `label`.
[[maybe_unused]] double number_after(const std::string& text, const std::string& label) {
  const auto at = text.find(label);
  EXPECT_NE(at, std::string::npos) << text;
  return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + label.size(), nullptr);
}

[[maybe_unused]] bool has_gnuplot() { return std::system("gnuplot --version > /dev/null 2>&1") == 0; }

#ifdef XGRAD_CONVNET
TEST(SmallExamples, Convnet) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz")) {
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  }
  const TempFolder folder;
  const std::string out = output_of(folder, XGRAD_CONVNET, "--small");
  EXPECT_THAT(out, HasSubstr("(conv2): Conv2d(16, 32, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))"));
  const double best = number_after(out, "test accuracy of the best epoch: ");
  EXPECT_GT(best, 0.7);
  EXPECT_LT(best, 0.95);
  const auto state = xgrad::load((folder / "convnet.pt").string());
  EXPECT_TRUE(state.contains("norm2.running_var"));
  if (has_gnuplot()) {
    EXPECT_THAT(folder.files(), Contains("predictions.png"));
  }
  // From the checkpoint of the last epoch there is nothing left to learn.
  const std::string resumed = output_of(folder, XGRAD_CONVNET, "--small --resume");
  EXPECT_EQ(number_after(resumed, "test accuracy of the best epoch: "), best);
  EXPECT_EQ(resumed.find("epoch 1:"), std::string::npos);
}
#endif

#ifdef XGRAD_CHARACTER_LSTM
TEST(SmallExamples, CharacterLSTM) {
  const TempFolder folder;
  const std::string out = output_of(folder, XGRAD_CHARACTER_LSTM, "--small '" XGRAD_SOURCE_DIR "/docs'");
  EXPECT_THAT(out, HasSubstr("The derivative "));
  const double bits = number_after(out, "validation: ");
  EXPECT_LT(bits, 4.2);
  EXPECT_GT(bits, 1);
  if (has_gnuplot()) {
    EXPECT_THAT(folder.files(), Contains("character_lstm_bits_a_character.png"));
  }
}
#endif

#ifdef XGRAD_TRANSFORMER
TEST(SmallExamples, Transformer) {
  const TempFolder folder;
  const std::string out = output_of(folder, XGRAD_TRANSFORMER, "--small '" XGRAD_SOURCE_DIR "/docs'");
  EXPECT_THAT(out, HasSubstr("The derivative "));
  const double bits = number_after(out, "validation: ");
  EXPECT_LT(bits, 4.2);
  EXPECT_GT(bits, 1);
  if (has_gnuplot()) {
    EXPECT_THAT(folder.files(), Contains("transformer_bits_a_character.png"));
  }
}
#endif

}  // namespace
