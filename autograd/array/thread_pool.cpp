#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/array/thread_pool.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>
#include <utility>
#ifdef __unix__
#include <pthread.h>
#endif

namespace xgrad::detail {
namespace {

constexpr auto kLookFor = std::chrono::microseconds(200);  // before an idle thread sleeps
constexpr int kSpins = 2000;                               // before a waiting one lets others run

/// [first, last): 12 bits each; helpers: 8; the loop's number: 32.
struct Ticket {
  std::uint64_t bits;

  static Ticket of(std::uint64_t loop, int helpers, std::int64_t count) {
    return {loop << 32 | static_cast<std::uint64_t>(helpers) << 24 | static_cast<std::uint64_t>(count) << 12};
  }
  std::int64_t first() const { return static_cast<std::int64_t>(bits & 0xFFF); }
  std::int64_t last() const { return static_cast<std::int64_t>(bits >> 12 & 0xFFF); }
  int helpers() const { return static_cast<int>(bits >> 24 & 0xFF); }
  std::uint64_t loop() const { return bits >> 32; }
  bool empty() const { return first() >= last(); }
  bool is_for(int helper) const { return helper < helpers() && !empty(); }
  Ticket without_first() const { return {bits + 1}; }
  Ticket without_last() const { return {bits - (std::uint64_t{1} << 12)}; }
};
static_assert(kMaxChunks == 0xFFF && kMaxThreads - 1 == 0xFF);

/// Tells the processor that this thread waits for another.
inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

std::atomic<ThreadPool*> g_shared{nullptr};

ThreadPool* make_shared_pool() {
#ifdef __unix__
  pthread_atfork(nullptr, nullptr, [] { g_shared.store(new ThreadPool); });
#endif
  g_shared.store(new ThreadPool);
  return g_shared.load();
}

/// Signals are for the program's own threads.
class BlockedSignals {
#ifdef __unix__
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
#endif
};

}  // namespace

ThreadPool& ThreadPool::shared() {
  [[maybe_unused]] static ThreadPool* const first = make_shared_pool();
  return *g_shared.load(std::memory_order_relaxed);
}

bool ThreadPool::run(Chunk chunk, const void* context, std::int64_t count, int helpers) {
  if (taken_.load(std::memory_order_relaxed) || taken_.exchange(true, std::memory_order_acquire)) return false;
  const SerialGuard inside;
  const int useful = static_cast<int>(std::min<std::int64_t>(helpers, count - 1));
  if (helpers_.size() < static_cast<std::size_t>(useful)) start_helpers(useful);

  chunk_.store(chunk, std::memory_order_relaxed);
  context_.store(context, std::memory_order_relaxed);
  done_by_helpers_.store(0, std::memory_order_relaxed);
  // Who goes to sleep sets `asleep` and looks at the ticket once more; here it is the other way round, and with one
  // order for all (seq_cst) one of the two sees the other.
  const Ticket old{ticket_.load(std::memory_order_relaxed)};
  ticket_.store(Ticket::of(old.loop() + 1, useful, count).bits);
  const auto there = std::min(helpers_.size(), static_cast<std::size_t>(useful));
  for (std::size_t i = 0; i < there; ++i) {
    Helper& h = helpers_[i];
    if (!h.asleep.load()) continue;
    {
      const std::lock_guard lock(h.mutex);
      if (!h.asleep.exchange(false)) continue;  // awake by itself: it saw the ticket
      h.placement.exclude_this_processor();
    }
    h.wake.notify_one();
  }

  std::int64_t mine = 0;
  while (take_front(chunk, context)) ++mine;
  for (int spins = 0; done_by_helpers_.load(std::memory_order_acquire) != count - mine; ++spins) {
    if (spins < kSpins)
      relax();
    else
      std::this_thread::yield();  // its helper may wait for this very processor
  }

  const std::exception_ptr error = std::exchange(error_, nullptr);
  taken_.store(false, std::memory_order_release);
  if (error) std::rethrow_exception(error);
  return true;
}

bool ThreadPool::take_front(Chunk chunk, const void* context) {
  Ticket t{ticket_.load(std::memory_order_relaxed)};
  do {
    if (t.empty()) return false;
  } while (!ticket_.compare_exchange_weak(t.bits, t.without_first().bits, std::memory_order_relaxed));
  execute(chunk, context, t.first());
  return true;
}

bool ThreadPool::take_back(int index) {
  Ticket t{ticket_.load(std::memory_order_acquire)};
  while (t.is_for(index)) {
    // If the ticket has not changed when the chunk is taken, its loop is not over, and these are the loop's.
    const Chunk chunk = chunk_.load(std::memory_order_relaxed);
    const void* const context = context_.load(std::memory_order_relaxed);
    if (!ticket_.compare_exchange_weak(t.bits, t.without_last().bits, std::memory_order_acq_rel,
                                       std::memory_order_acquire))
      continue;
    execute(chunk, context, t.last() - 1);
    done_by_helpers_.fetch_add(1, std::memory_order_release);
    return true;
  }
  return false;
}

void ThreadPool::execute(Chunk chunk, const void* context, std::int64_t i) noexcept {
  try {
    chunk(context, i);
  } catch (...) {
    const std::lock_guard lock(error_mutex_);
    if (error_ && error_at_ < i) return;
    error_ = std::current_exception();
    error_at_ = i;
  }
}

void ThreadPool::start_helpers(int wanted) {
  const BlockedSignals during;
  while (helpers_.size() < static_cast<std::size_t>(wanted)) {
    Helper& helper = helpers_.emplace_back();
    const int index = static_cast<int>(helpers_.size()) - 1;
    try {
      std::thread([this, &helper, index] { help(helper, index); }).detach();
    } catch (const std::system_error&) {  // no more threads to be had: those that are there do the work
      helpers_.pop_back();
      return;
    }
  }
}

void ThreadPool::help(Helper& self, int index) {
  const SerialGuard inside;
  {
    const std::lock_guard lock(self.mutex);
    self.placement.is_of_this_thread();
  }
  while (true) {
    while (take_back(index)) {
    }
    wait_for_work(self, index);
  }
}

void ThreadPool::wait_for_work(Helper& self, int index) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + kLookFor;
  do {
    for (int i = 0; i < 64; ++i) {
      if (Ticket{ticket_.load(std::memory_order_relaxed)}.is_for(index)) return;
      relax();
    }
  } while (Clock::now() < until);
  std::unique_lock lock(self.mutex);
  self.asleep.store(true);
  while (self.asleep.load() && !Ticket{ticket_.load()}.is_for(index)) self.wake.wait(lock);
  self.asleep.store(false);
  self.placement.restore();
}

}  // namespace xgrad::detail
