/// The random number generator: PyTorch's CPU generator, bit for bit.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/intrusive.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

namespace xgrad {

class Tensor;

/// The seed of a generator that was given none.
inline constexpr std::uint64_t default_rng_seed_val = 67280421310721;

/// The state behind a Generator: the 32-bit Mersenne Twister (mt19937) and the second halves of Box-Muller pairs that
/// wait for their turn. Not thread-safe in itself: whoever draws holds `mutex()`, as every random kernel does.
class CPUGeneratorImpl final : public RefCounted {
 public:
  explicit CPUGeneratorImpl(std::uint64_t seed = default_rng_seed_val) { set_current_seed(seed); }
  static void destroy(CPUGeneratorImpl* g) noexcept { delete g; }

  /// Starts the stream of `seed` anew and drops cached samples. The stream depends on the low 32 bits only (PyTorch's
  /// does); `current_seed` returns all 64.
  void set_current_seed(std::uint64_t seed);
  std::uint64_t current_seed() const { return seed_; }
  /// Seeds from the system's entropy and returns the seed.
  std::uint64_t seed();

  /// The next 32 bits of the stream.
  std::uint32_t random();
  /// The next 64 bits: two draws, the high half first.
  std::uint64_t random64();
  /// The next n draws of `random()` / `random64()`, several times faster than one by one.
  void random(std::uint32_t* out, std::size_t n);
  void random64(std::uint64_t* out, std::size_t n);

  std::optional<float> next_float_normal_sample() const { return next_float_; }
  std::optional<double> next_double_normal_sample() const { return next_double_; }
  void set_next_float_normal_sample(std::optional<float> sample) { next_float_ = sample; }
  void set_next_double_normal_sample(std::optional<double> sample) { next_double_ = sample; }

  /// The 5056 bytes of `torch.get_rng_state()`, as a uint8 array; an array from PyTorch is accepted by `set_state`.
  Array get_state() const;
  /// Throws TypeError unless `state` is uint8, Error unless it is contiguous and holds a state.
  void set_state(const Array& state);

  Intrusive<CPUGeneratorImpl> clone() const;
  std::mutex& mutex() { return mutex_; }

 private:
  static constexpr std::uint32_t kWords = 624;

  void twist();

  std::array<std::uint32_t, kWords> words_;  // the current block, untempered
  std::uint32_t next_ = 0;                   // draws taken from it; 0 only before the first block is made
  std::uint64_t seed_ = 0;
  std::optional<float> next_float_;
  std::optional<double> next_double_;
  std::mutex mutex_;
};

/// A handle on a generator; copies share one stream, `clone` starts a second one at the same place.
///
///     Generator g = make_generator<CPUGeneratorImpl>(42);   // or Generator(42)
///     g.manual_seed(0);
class Generator {
 public:
  explicit Generator(std::uint64_t seed = default_rng_seed_val)
      : impl_(Intrusive<CPUGeneratorImpl>::adopt(new CPUGeneratorImpl(seed))) {}
  explicit Generator(Intrusive<CPUGeneratorImpl> impl) : impl_(std::move(impl)) {
    check(static_cast<bool>(impl_), "GeneratorImpl with nullptr is not supported");
  }

  bool defined() const { return static_cast<bool>(impl_); }
  void set_current_seed(std::uint64_t seed) { impl_->set_current_seed(seed); }
  /// The same under Python's name, returning the generator.
  Generator& manual_seed(std::uint64_t seed) {
    set_current_seed(seed);
    return *this;
  }
  std::uint64_t current_seed() const { return impl_->current_seed(); }
  std::uint64_t initial_seed() const { return impl_->current_seed(); }
  std::uint64_t seed() { return impl_->seed(); }
  std::uint32_t random() { return impl_->random(); }
  std::uint64_t random64() { return impl_->random64(); }
  /// What torch.Generator's get_state gives, as a Tensor (or as the Array in it, get_state<Array>()).
  template <class T = Tensor>
  T get_state() const {
    return T(impl_->get_state());
  }
  /// Draws go on as they did after `state`, a Tensor or an Array of bytes, was taken; PyTorch's is taken, too.
  template <class T>
  void set_state(const T& state) {
    if constexpr (std::is_same_v<T, Array>)
      impl_->set_state(state);
    else
      impl_->set_state(state.array());
  }
  Generator clone() const { return Generator(impl_->clone()); }
  std::mutex& mutex() const { return impl_->mutex(); }

  CPUGeneratorImpl* operator->() const { return impl_.get(); }
  template <class T = CPUGeneratorImpl>
  T* get() const {
    return impl_.get();
  }
  friend bool operator==(const Generator&, const Generator&) = default;

 private:
  Intrusive<CPUGeneratorImpl> impl_;
};

template <class Impl, class... Args>
Generator make_generator(Args&&... args) {
  return Generator(Intrusive<Impl>::adopt(new Impl(std::forward<Args>(args)...)));
}

/// The generator that is used where none is given. Like PyTorch's it starts from entropy, not from a fixed seed, until
/// `manual_seed` is called.
Generator& default_generator();
/// Seeds the default generator: what is drawn after `manual_seed(0)` equals, to the last bit, what PyTorch draws after
/// `torch.manual_seed(0)`.
Generator& manual_seed(std::uint64_t seed);

}  // namespace xgrad
