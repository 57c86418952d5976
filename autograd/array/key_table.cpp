#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/key_table.hpp>

#include <bit>

namespace xgrad {

void KeyTable::insert(std::size_t hash, std::size_t place) {
  reserve(count_ + 1);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].next_place != 0) at = (at + 1) & mask;
  slots_[at] = {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(place + 1)};
  ++count_;
}

void KeyTable::reserve(std::size_t count) {
  constexpr std::size_t kMost = std::size_t{1} << 31, kLeast = 16;
  check(count <= kMost, "a dictionary cannot have {} keys", count);
  const std::size_t size = std::bit_ceil(count + count / 3 + 1);
  if (size <= slots_.size()) return;
  std::vector<Slot> old(size < kLeast ? kLeast : size);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.next_place == 0) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].next_place != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace xgrad
