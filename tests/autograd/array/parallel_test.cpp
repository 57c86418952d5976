#include <gtest/gtest.h>

#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/array/thread_count.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif
#ifdef __unix__
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace xgrad {
namespace {

/// The number of threads as it was, at the end of a test.
class ParallelTest : public testing::Test {
 protected:
  ~ParallelTest() override { set_num_threads(before_); }

 private:
  int before_ = get_num_threads();
};

TEST_F(ParallelTest, EveryElementOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    set_num_threads(threads);
    EXPECT_EQ(get_num_threads(), threads);
    for (const std::int64_t n : {0, 1, 2, 7, 100, 1000}) {
      for (const std::int64_t grain : {0, 1, 3, 64, 5000}) {
        std::vector<int> times(static_cast<std::size_t>(n), 0);
        std::atomic<int> calls = 0;
        parallel_for(5, 5 + n, grain, [&](std::int64_t first, std::int64_t last) {
          ASSERT_LT(first, last);
          ASSERT_TRUE(last - first >= grain || last == 5 + n);
          ++calls;
          for (std::int64_t i = first; i < last; ++i) ++times[static_cast<std::size_t>(i - 5)];
        });
        EXPECT_EQ(times, std::vector<int>(times.size(), 1)) << threads << " threads, " << n << ", " << grain;
        EXPECT_LE(calls, threads);
      }
    }
  }
}

TEST_F(ParallelTest, ManyChunks) {
  set_num_threads(4);
  for (const std::int64_t count : {std::int64_t{1}, std::int64_t{2}, std::int64_t{100}, detail::kMaxChunks}) {
    std::vector<std::atomic<int>> times(static_cast<std::size_t>(count));
    detail::run_pieces(0, count, 1, [&](std::int64_t i, std::int64_t) { ++times[static_cast<std::size_t>(i)]; });
    for (const auto& t : times) ASSERT_EQ(t, 1);
  }
}

/// Two chunks that each wait for the other show that two threads are at work.
TEST_F(ParallelTest, RunsOnSeveralThreads) {
  set_num_threads(2);
  std::mutex mutex;
  std::set<std::thread::id> ids;
  std::atomic<int> here = 0;
  parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
    ++here;
    while (here < 2) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(ids.size(), 2u);
  EXPECT_TRUE(ids.contains(std::this_thread::get_id()));
}

/// Helpers that went to sleep come back: between the loops the time in which they look for work passes.
TEST_F(ParallelTest, WakesSleepers) {
  set_num_threads(3);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> here = 0;
    parallel_for(0, 3, 1, [&](std::int64_t, std::int64_t) {
      ++here;
      while (here < 3) std::this_thread::yield();
    });
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(round % 2 ? 1000 : 100);
    while (std::chrono::steady_clock::now() < until) {
    }
  }
}

#ifdef __linux__

int processors_of_this_thread() {
  cpu_set_t allowed;
  return ::pthread_getaffinity_np(::pthread_self(), sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 0;
}

/// The processor that a sleeping helper must not wake on is open to it again as soon as it is awake, also if it woke by
/// itself just then: loops follow each other after about the time in which it looks for work.
TEST_F(ParallelTest, HelpersMayRunWhereTheyMightBefore) {
  const int all = processors_of_this_thread();
  set_num_threads(2);
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> here = 0, fewest = all;
    parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
      ++here;
      while (here < 2) std::this_thread::yield();
      const int allowed = processors_of_this_thread();
      for (int f = fewest; allowed < f && !fewest.compare_exchange_weak(f, allowed);) {
      }
    });
    ASSERT_EQ(fewest, all) << "round " << round;
    std::this_thread::sleep_for(std::chrono::microseconds(100 + round));
  }
}

/// A helper that slept does not start on the processor of the thread that woke it. (The scheduler may still move
/// either, so that not every loop has to show it.)
TEST_F(ParallelTest, SleepersWakeOnAnotherProcessor) {
  if (processors_of_this_thread() < 2) GTEST_SKIP() << "one processor";
  cpu_set_t allowed;
  ASSERT_EQ(::pthread_getaffinity_np(::pthread_self(), sizeof allowed, &allowed), 0);
  if (::pthread_setaffinity_np(::pthread_self(), sizeof allowed, &allowed) != 0)
    GTEST_SKIP() << "threads may not choose their processors here";
  set_num_threads(2);
  int apart = 0;
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::atomic<int> here = 0, sum = 0;
    parallel_for(0, 2, 1, [&](std::int64_t, std::int64_t) {
      const int processor = ::sched_getcpu();
      if (here++ == 0)
        sum += processor;
      else
        sum -= processor;
      while (here < 2) {  // and does not give up its processor
      }
    });
    apart += sum != 0;
  }
  EXPECT_GE(apart, 12);
}

#endif

TEST_F(ParallelTest, FewerThreadsAfterMore) {
  set_num_threads(4);
  std::atomic<int> here = 0;
  parallel_for(0, 4, 1, [&](std::int64_t, std::int64_t) {
    ++here;
    while (here < 4) std::this_thread::yield();
  });
  set_num_threads(2);
  std::mutex mutex;
  for (int round = 0; round < 100; ++round) {
    std::set<std::thread::id> ids;
    detail::run_pieces(0, 64, 1, [&](std::int64_t, std::int64_t) {
      const std::lock_guard lock(mutex);
      ids.insert(std::this_thread::get_id());
    });
    ASSERT_LE(ids.size(), 2u);
  }
}

TEST_F(ParallelTest, LoopsWithinRunWhereTheyAre) {
  set_num_threads(3);
  EXPECT_FALSE(in_parallel_region());
  std::atomic<int> inner = 0, moved = 0;
  parallel_for(0, 3, 1, [&](std::int64_t, std::int64_t) {
    if (!in_parallel_region()) ++moved;
    const auto id = std::this_thread::get_id();
    const auto here = [&](std::int64_t, std::int64_t) {
      ++inner;
      if (std::this_thread::get_id() != id) ++moved;
    };
    parallel_for(0, 100, 1, here);
    detail::run_pieces(0, 4, 1, here);
  });
  EXPECT_EQ(inner, 3 * (1 + 4));
  EXPECT_EQ(moved, 0);
  EXPECT_FALSE(in_parallel_region());
}

TEST_F(ParallelTest, SerialGuard) {
  set_num_threads(3);
  {
    const SerialGuard outer;
    { const SerialGuard inner; }
    EXPECT_TRUE(in_parallel_region());
    int calls = 0;  // by this thread alone
    parallel_for(0, 100, 1, [&](std::int64_t, std::int64_t) { ++calls; });
    EXPECT_EQ(calls, 1);
  }
  EXPECT_FALSE(in_parallel_region());
}

TEST_F(ParallelTest, TheFirstExceptionComesOut) {
  set_num_threads(3);
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> ran = 0;
    try {
      detail::run_pieces(0, 12, 1, [&](std::int64_t i, std::int64_t) {
        ++ran;
        if (i % 5 == 4) fail<IndexError>("at {}", i);
      });
      FAIL() << "nothing was thrown";
    } catch (const IndexError& e) {
      EXPECT_STREQ(e.what(), "at 4");
    }
    EXPECT_EQ(ran, 12);
    EXPECT_FALSE(in_parallel_region());
    int after = 0;
    parallel_for(0, 1, 1, [&](std::int64_t, std::int64_t) { ++after; });
    EXPECT_EQ(after, 1);
  }
}

TEST_F(ParallelTest, SeveralThreadsAtOnce) {
  set_num_threads(3);
  constexpr std::int64_t kN = 300;
  std::vector<std::thread> users;
  std::atomic<int> wrong = 0;
  for (int u = 0; u < 4; ++u) {
    users.emplace_back([&, u] {
      for (int round = 0; round < 300; ++round) {
        std::vector<std::int64_t> to(kN);
        parallel_for(0, kN, 1, [&](std::int64_t first, std::int64_t last) {
          for (std::int64_t i = first; i < last; ++i) to[static_cast<std::size_t>(i)] = i * u + round;
        });
        for (std::int64_t i = 0; i < kN; ++i) wrong += to[static_cast<std::size_t>(i)] != i * u + round;
        if (u == 0) set_num_threads(1 + round % 4);
      }
    });
  }
  for (std::thread& t : users) t.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(ParallelTest, AtLeastOneThread) {
  for (const int n : {0, -1}) {
    try {
      set_num_threads(n);
      ADD_FAILURE() << n << " was taken";
    } catch (const Error& e) {
      EXPECT_EQ(std::string(e.what()), "Expected positive number of threads, but got " + std::to_string(n));
    }
  }
  set_num_threads(100000);
  EXPECT_EQ(get_num_threads(), kMaxThreads);
}

TEST(ThreadCount, FromTheEnvironment) {
  std::string problem;
  EXPECT_EQ(detail::initial_thread_count("3", "5", problem), 3);
  EXPECT_EQ(detail::initial_thread_count(nullptr, "5", problem), 5);
  EXPECT_EQ(detail::initial_thread_count("", "5,2", problem), 5);
  EXPECT_EQ(detail::initial_thread_count(nullptr, nullptr, problem), detail::physical_cores());
  EXPECT_EQ(detail::initial_thread_count(nullptr, "many", problem), detail::physical_cores());
  EXPECT_EQ(problem, "");
  EXPECT_EQ(detail::initial_thread_count("many", "5", problem), 5);
  EXPECT_EQ(problem, "XGRAD_NUM_THREADS=\"many\" is not a number of threads and is not used");
}

TEST(ThreadCount, Numbers) {
  EXPECT_EQ(detail::parse_thread_count("1"), 1);
  EXPECT_EQ(detail::parse_thread_count(" 12 "), 12);
  EXPECT_EQ(detail::parse_thread_count("4,2"), 4);
  EXPECT_EQ(detail::parse_thread_count("100000"), kMaxThreads);
  for (const char* text : {"", " ", "0", "-2", "x", "3x", "2.5", "99999999999"})
    EXPECT_EQ(detail::parse_thread_count(text), std::nullopt) << text;
}

TEST(ThreadCount, Cores) {
  EXPECT_GE(detail::physical_cores(), 1);
  EXPECT_LE(detail::physical_cores(), std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
}

#if defined(__unix__) && !defined(__SANITIZE_THREAD__)  // which does not follow a process with threads into its child
TEST_F(ParallelTest, AForkedChildHasThreadsOfItsOwn) {
  set_num_threads(3);
  const auto meet = [] {  // returns only if three threads come
    std::atomic<int> here = 0;
    parallel_for(0, 3, 1, [&](std::int64_t, std::int64_t) {
      ++here;
      while (here < 3) std::this_thread::yield();
    });
  };
  meet();
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    meet();
    ::_exit(7);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7) << status;
  meet();
}
#endif

}  // namespace
}  // namespace xgrad
