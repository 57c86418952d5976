/// The parsers of files that strangers may have written, each as a function of bytes: for libFuzzer (fuzzer.cpp) and
/// for the ordinary suite (corpus_test.cpp).
#pragma once

#include <span>
#include <string_view>

namespace xgrad::fuzz {

struct Target {
  std::string_view name;
  /// Parses the bytes, and reads all that comes out. True if they are a file of the format, false for an xgrad::Error;
  /// anything else that is thrown, and values that change when they are saved and loaded again, are mistakes of ours.
  bool (*parse)(std::string_view bytes);
};

std::span<const Target> targets();
/// Ends the program when there is no such target.
const Target& target(std::string_view name);

}  // namespace xgrad::fuzz
