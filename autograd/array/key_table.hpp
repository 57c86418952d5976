/// Where the keys of a list are, by their hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace xgrad {

/// A hash table of places in a list that somebody else keeps: 16 bytes a key at most, and no copy of it.
///
///     table.find(hash, [&](std::size_t place) { return list[place].key == key; })
class KeyTable {
 public:
  static constexpr std::size_t kNowhere = -1;

  /// The place with this hash that `is_it` says is meant.
  template <class IsIt>
  std::size_t find(std::size_t hash, IsIt is_it) const {
    if (slots_.empty()) return kNowhere;
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t at = hash & mask; slots_[at].next_place != 0; at = (at + 1) & mask) {
      const Slot slot = slots_[at];
      if (slot.hash == static_cast<std::uint32_t>(hash) && is_it(std::size_t{slot.next_place} - 1))
        return slot.next_place - 1;
    }
    return kNowhere;
  }

  /// Takes a place that is not here yet. Does not throw if it was reserved.
  void insert(std::size_t hash, std::size_t place);
  /// Makes room for so many in all; throws Error for more than 2^31.
  void reserve(std::size_t count);
  void clear() {
    slots_.clear();
    count_ = 0;
  }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t next_place = 0;  // 0: none
  };

  std::vector<Slot> slots_;  // a power of two of them, of which at most three quarters are taken
  std::size_t count_ = 0;
};

}  // namespace xgrad
