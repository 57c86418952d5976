#include <gmock/gmock.h>
#include <xgrad/plot/progress.hpp>

#include <list>
#include <vector>

namespace xgrad {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A terminal or a log file, with a clock that the test turns.
class Screen {
 public:
  explicit Screen(bool terminal, int columns = 60, bool unicode = false)
      : terminal_(terminal), columns_(columns), unicode_(unicode) {}

  ProgressOutput output() {
    return {[this](std::string_view text) { writes.emplace_back(text); }, [this] { return now; },
            [this] { return columns_; }, terminal_, unicode_};
  }
  ProgressOptions options(std::string desc = "") { return ProgressOptions(std::move(desc)).output(output()); }

  double now = 100;
  std::vector<std::string> writes;

 private:
  bool terminal_;
  int columns_;
  bool unicode_;
};

TEST(Progress, RedrawsInPlaceOnATerminal) {
  Screen screen(true);
  {
    ProgressBar bar(4, screen.options("epoch 1"));
    EXPECT_THAT(screen.writes, ElementsAre("\repoch 1:   0%|                       | 0/4 [00:00<?, ?it/s]\x1b[K"));
    screen.now += 2;
    bar.update();
    EXPECT_EQ(screen.writes.back(), "\repoch 1:  25%|####            | 1/4 [00:02<00:06, 2.00s/it]\x1b[K");
    screen.now += 1;
    bar.set_postfix("loss=0.30");
    EXPECT_EQ(screen.writes.back(), "\repoch 1:  25%|#    | 1/4 [00:03<00:09, 3.00s/it, loss=0.30]\x1b[K");
    screen.now += 1;
    bar.set_postfix("loss=0.301");
    EXPECT_EQ(screen.writes.back(), "\repoch 1:  25% 1/4 [00:04<00:12, 4.00s/it, loss=0.301]\x1b[K") << "too narrow";
    bar.update(3);
  }
  EXPECT_EQ(screen.writes.back(), "\n");
  EXPECT_THAT(screen.writes[screen.writes.size() - 2], HasSubstr("100% 4/4 [00:04<00:00, 1.00it/s, loss=0.301]"));
}

TEST(Progress, DrawsTenTimesASecondAtMost) {
  Screen screen(true);
  ProgressBar bar(10000, screen.options());
  for (int i = 0; i < 1000; ++i) {
    screen.now += 0.001;
    bar.update();
  }
  EXPECT_LE(screen.writes.size(), 11u);
  EXPECT_GE(screen.writes.size(), 10u);
}

TEST(Progress, FitsAnyWidth) {
  for (int columns = 1; columns < 120; ++columns) {
    Screen screen(true, columns, true);
    ProgressBar bar(3, screen.options("größe"));
    std::string shown = screen.writes.back();
    shown = shown.substr(1, shown.size() - 4);  // without \r and the erasing of the rest
    std::size_t characters = 0;
    for (const char c : shown) characters += (c & 0xC0) != 0x80;
    EXPECT_LE(characters, static_cast<std::size_t>(columns - 1));
    EXPECT_TRUE(columns > 30 || characters == static_cast<std::size_t>(columns - 1)) << shown;
  }
}

TEST(Progress, BlocksShowEighths) {
  Screen screen(true, 48, true);
  ProgressBar bar(64, screen.options());
  screen.now += 1;
  bar.update(21);
  EXPECT_THAT(screen.writes.back(), HasSubstr(" 32%|███▎      | 21/64 ["));
}

TEST(Progress, PlainLinesAreRare) {
  Screen screen(false);
  {
    ProgressBar bar(1000, screen.options("train"));
    for (int i = 0; i < 1000; ++i) {  // 100 seconds: a tenth takes 10 s
      screen.now += 0.1;
      bar.update();
    }
  }
  EXPECT_GE(screen.writes.size(), 9u);
  EXPECT_LE(screen.writes.size(), 11u);
  EXPECT_THAT(screen.writes[0], ::testing::StartsWith("train:  10% 10"));
  EXPECT_THAT(screen.writes.back(), HasSubstr("100% 1000/1000 [01:"));
  for (const std::string& w : screen.writes) {
    EXPECT_THAT(w, EndsWith("\n"));
    EXPECT_THAT(w, ::testing::Not(::testing::ContainsRegex("[\r\x1b]")));
  }
}

TEST(Progress, PlainLinesWaitForTenSecondsAndForATenth) {
  Screen quick(false);
  {
    ProgressBar bar(100, quick.options());
    for (int i = 0; i < 100; ++i) bar.update();
    EXPECT_THAT(quick.writes, IsEmpty());
  }
  EXPECT_THAT(quick.writes, ElementsAre("100% 100/100 [00:00<00:00, ?it/s]\n"));
  Screen slow(false);
  ProgressBar bar(1000, slow.options());
  for (int i = 0; i < 99; ++i) {
    slow.now += 60;
    bar.update();
  }
  EXPECT_THAT(slow.writes, IsEmpty());
  bar.update();
  EXPECT_THAT(slow.writes, ElementsAre(" 10% 100/1000 [1:39:00<14:51:00, 59.40s/it]\n")) << "hours have their place";
}

TEST(Progress, WithoutATotalItCounts) {
  Screen screen(true);
  ProgressBar bar(screen.options("reading").unit("B"));
  screen.now += 2;
  bar.update(5000);
  EXPECT_EQ(screen.writes.back(), "\rreading: 5000B [00:02, 2500.00B/s]\x1b[K");
  Screen log(false);
  ProgressBar lines(log.options());
  log.now += 11;
  lines.update(3);
  EXPECT_THAT(log.writes, ElementsAre("3it [00:11, 3.67s/it]\n"));
}

TEST(Progress, OddTotals) {
  Screen screen(false);
  { ProgressBar none(0, screen.options()); }
  EXPECT_EQ(screen.writes.back(), "100% 0/0 [00:00<?, ?it/s]\n");
  {
    ProgressBar more(2, screen.options());
    more.update(5);
  }
  EXPECT_EQ(screen.writes.back(), "100% 5/2 [00:00<00:00, ?it/s]\n");
}

TEST(Progress, AnInnerBarStandsBelowAndVanishes) {
  Screen screen(true);
  ProgressBar outer(2, screen.options("outer"));
  {
    ProgressBar inner(2, screen.options("inner"));
    EXPECT_THAT(screen.writes.back(), ::testing::StartsWith("\n\rinner:"));
    EXPECT_THAT(screen.writes.back(), EndsWith("\x1b[K\x1b[1A\r"));
  }
  EXPECT_EQ(screen.writes.back(), "\n\r\x1b[K\x1b[1A\r");
  Screen log(false);
  ProgressBar a(2, log.options("outer"));
  { ProgressBar b(2, log.options("inner")); }
  EXPECT_THAT(log.writes, IsEmpty()) << "a log is not filled with inner bars";
}

TEST(Progress, CloseAndDisable) {
  Screen screen(false);
  ProgressBar bar(2, screen.options());
  bar.close();
  bar.close();
  bar.update();
  EXPECT_EQ(screen.writes.size(), 1u);
  EXPECT_EQ(bar.n(), 1);
  {
    ProgressBar silent(2, screen.options().disable(true));
    silent.update(2);
    silent.set_description("x");
  }
  EXPECT_EQ(screen.writes.size(), 1u);
  Screen terminal(true);
  { ProgressBar brief(1, terminal.options().leave(false)); }
  EXPECT_EQ(terminal.writes.back(), "\r\x1b[K");
}

/// As a DataLoader: a sentinel of another type, a size that may be unknown.
struct Loader {
  struct Iterator {
    int* at;
    int& operator*() const { return *at; }
    Iterator& operator++() { return ++at, *this; }
    friend bool operator==(const Iterator& a, const int* end) { return a.at == end; }
  };
  std::optional<std::size_t> size() const { return known ? std::optional(numbers.size()) : std::nullopt; }
  Iterator begin() { return {numbers.data()}; }
  const int* end() { return numbers.data() + numbers.size(); }

  std::vector<int> numbers{1, 2, 3};
  bool known = true;
};

TEST(Tqdm, IsTransparentToTheLoop) {
  Screen screen(false);
  std::vector<int> numbers{1, 2, 3};
  for (int& n : tqdm(numbers, screen.options("v"))) n *= 2;
  EXPECT_THAT(numbers, ElementsAre(2, 4, 6));
  EXPECT_EQ(screen.writes.back(), "v: 100% 3/3 [00:00<00:00, ?it/s]\n");
  std::vector<bool> bits{true, false};
  int count = 0;
  for (auto&& b : tqdm(bits, screen.options())) count += b;
  EXPECT_EQ(count, 1);
  int array[] = {5, 6};
  for (int& n : tqdm(array, screen.options("array"))) n = 0;
  EXPECT_THAT(array, ElementsAre(0, 0));
  EXPECT_EQ(screen.writes.back(), "array: 100% 2/2 [00:00<00:00, ?it/s]\n");
}

TEST(Tqdm, HoldsTemporariesAndRefersToNames) {
  Screen screen(false);
  std::list<int> seen;
  for (auto n : tqdm(std::vector<int>{1, 2}, screen.options())) seen.push_back(n);
  EXPECT_THAT(seen, ElementsAre(1, 2));
  const std::list<int> fixed{7};
  for (const int& n : tqdm(fixed, screen.options())) EXPECT_EQ(&n, &fixed.front());
}

TEST(Tqdm, WorksWithLoaders) {
  Screen screen(false);
  Loader loader;
  for (int& n : tqdm(loader, screen.options())) n = 0;
  EXPECT_THAT(loader.numbers, ElementsAre(0, 0, 0));
  EXPECT_THAT(screen.writes.back(), HasSubstr("3/3"));
  loader.known = false;
  for ([[maybe_unused]] int& n : tqdm(loader, screen.options())) {
  }
  EXPECT_EQ(screen.writes.back(), "3it [00:00, ?it/s]\n");
  for ([[maybe_unused]] int& n : tqdm(loader, screen.options().total(3))) {
  }
  EXPECT_THAT(screen.writes.back(), HasSubstr("3/3"));
}

TEST(Tqdm, TellsHowFarAnEndedLoopCame) {
  Screen screen(false);
  const std::vector<int> numbers(10);
  int i = 0;
  for ([[maybe_unused]] int n : tqdm(numbers, screen.options())) {
    if (++i == 4) break;
  }
  EXPECT_EQ(screen.writes.back(), " 30% 3/10 [00:00<00:00, ?it/s]\n");
  const auto failing = [&] {
    for ([[maybe_unused]] int n : tqdm(numbers, screen.options())) throw 1;
  };
  EXPECT_THROW(failing(), int);
  EXPECT_THAT(screen.writes.back(), HasSubstr("0/10"));
}

TEST(Tqdm, TheLoopMayWriteBehindTheRate) {
  Screen screen(false);
  auto progress = tqdm(std::vector<int>{1, 2}, screen.options());
  progress.set_postfix("no bar yet");
  for (const int n : progress) progress.set_postfix("n=" + std::to_string(n)), progress.set_description("d");
  EXPECT_EQ(screen.writes.back(), "d: 100% 2/2 [00:00<00:00, ?it/s, n=2]\n");
}

}  // namespace
}  // namespace xgrad
