/// Sorting items (sort_keys.hpp): by comparison when they are few, else by digits of their keys.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/kernels/sort_keys.hpp>

#include <algorithm>
#include <array>
#include <memory>

namespace xgrad::kernels {

/// Memory for a line's items and their copies while digits are sorted.
template <class Item>
class ItemBuffer {
 public:
  explicit ItemBuffer(std::int64_t n) : items_(new Item[static_cast<std::size_t>(n)]), size_(n) {}
  Item* items() { return items_.get(); }
  Item* spare() {
    if (!spare_) spare_.reset(new Item[static_cast<std::size_t>(size_)]);
    return spare_.get();
  }

 private:
  std::unique_ptr<Item[]> items_, spare_;
  std::int64_t size_;
};

/// Sorts by `digits` digits of `bits` bits, the lowest first; each pass keeps the order of what is equal in its digit.
/// A digit that is the same everywhere is passed over. Returns where the result is.
template <int bits, int digits, class Item>
Item* sort_by_digits(Item* from, Item* to, std::int64_t n) {
  constexpr std::size_t kBuckets = std::size_t{1} << bits;
  constexpr std::uint64_t kMask = kBuckets - 1;
  const auto counts = std::make_unique<std::array<std::uint32_t, kBuckets>[]>(digits);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::uint64_t key = key_of(from[i]);
    for (int d = 0; d < digits; ++d) ++counts[static_cast<std::size_t>(d)][key >> (d * bits) & kMask];
  }
  for (int d = 0; d < digits; ++d) {
    auto& place = counts[static_cast<std::size_t>(d)];
    if (place[key_of(from[0]) >> (d * bits) & kMask] == static_cast<std::uint32_t>(n)) continue;
    std::uint32_t before = 0;
    for (std::uint32_t& p : place) {
      const std::uint32_t count = p;
      p = before;
      before += count;
    }
    for (std::int64_t i = 0; i < n; ++i) to[place[key_of(from[i]) >> (d * bits) & kMask]++] = from[i];
    std::swap(from, to);
  }
  return from;
}

/// Sorts the first n items of the buffer, of elements of T. Returns where they are then.
template <class T>
ItemOf<T>* sort_items(ItemBuffer<ItemOf<T>>& buffer, std::int64_t n) {
  constexpr std::int64_t kFew = sizeof(T) == 8 ? 2048 : 512, kMany = std::int64_t{1} << 32;
  ItemOf<T>* const items = buffer.items();
  if (n < kFew || n >= kMany) {
    std::sort(items, items + n);
    return items;
  }
  if constexpr (sizeof(T) <= 2) return sort_by_digits<8, static_cast<int>(sizeof(T))>(items, buffer.spare(), n);
  if constexpr (sizeof(T) == 4) return sort_by_digits<11, 3>(items, buffer.spare(), n);
  return sort_by_digits<11, 6>(items, buffer.spare(), n);
}

/// The array with `dim` last and packed, as lines of n elements.
struct Lines {
  Array x;
  std::int64_t n, count;
  Lines(const Array& given, std::int64_t dim);
  /// A result of these lines, each `size` long, to be given to placed_back.
  Array empty(std::int64_t size, ScalarType dtype) const;
  /// The result with the dimension where it was.
  Array placed_back(const Array& result) const;

 private:
  std::int64_t dim_, ndim_;
};

}  // namespace xgrad::kernels
