/// Elements as unsigned integers that sort as they do, so that sorting is arithmetic on bits.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace xgrad::kernels {

template <std::size_t bytes>
using KeyOf = std::conditional_t<
    bytes == 1, std::uint8_t,
    std::conditional_t<bytes == 2, std::uint16_t, std::conditional_t<bytes == 4, std::uint32_t, std::uint64_t>>>;

/// a < b as numbers if sort_key(a) < sort_key(b); −0 and 0 are equal, NaN is one value above infinity.
template <class T>
inline KeyOf<sizeof(T)> sort_key(T x) {
  using Key = KeyOf<sizeof(T)>;
  constexpr Key kSign = static_cast<Key>(Key{1} << (8 * sizeof(T) - 1));
  if constexpr (std::is_floating_point_v<T>) {
    const Key bits = std::bit_cast<Key>(x + T(0));  // −0 becomes 0
    const Key key = bits ^ (bits & kSign ? ~Key{0} : kSign);
    return x == x ? key : ~Key{0};
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<Key>(static_cast<Key>(x) ^ kSign);
  } else {
    return static_cast<Key>(x);
  }
}

/// A key and where its element stands. No two are equal, so that every way to sort them is stable.
struct WideItem {
  std::uint64_t key;
  std::uint64_t index;
  friend bool operator<(const WideItem& a, const WideItem& b) {
    return a.key != b.key ? a.key < b.key : a.index < b.index;
  }
};

/// Keys of up to 32 bits share one word with the index, which must fit the other half.
template <class T>
using ItemOf = std::conditional_t<sizeof(T) <= 4, std::uint64_t, WideItem>;

inline std::uint64_t make_item(std::uint32_t key, std::uint64_t index) { return std::uint64_t{key} << 32 | index; }
inline WideItem make_item(std::uint64_t key, std::uint64_t index) { return {key, index}; }

inline std::uint64_t key_of(std::uint64_t item) { return item >> 32; }
inline std::uint64_t key_of(const WideItem& item) { return item.key; }
inline std::int64_t index_of(std::uint64_t item) { return static_cast<std::int64_t>(item & 0xffffffffu); }
inline std::int64_t index_of(const WideItem& item) { return static_cast<std::int64_t>(item.index); }

/// The item of x at `index` for an ascending or a descending order.
template <class T>
inline ItemOf<T> item_for(T x, std::int64_t index, bool descending) {
  using Wide = std::conditional_t<sizeof(T) <= 4, std::uint32_t, std::uint64_t>;
  const KeyOf<sizeof(T)> key = sort_key(x);
  const auto flipped = static_cast<KeyOf<sizeof(T)>>(~key);
  return make_item(static_cast<Wide>(descending ? flipped : key), static_cast<std::uint64_t>(index));
}

}  // namespace xgrad::kernels
