/// A hash of what comes from files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xgrad {

/// Hashes under a key that each process draws anew. The standard library's hash has none, so that whoever writes a file
/// can choose a hundred thousand names or numbers with the same one, and a table of them takes hours to fill.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const;
  std::size_t operator()(std::uint64_t number) const;
};

}  // namespace xgrad
