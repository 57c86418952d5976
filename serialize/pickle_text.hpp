/// The parts of pickles that are lines of text: all of protocol 0, which Python 2 wrote by default, and the long
/// integers and bools of protocol 1.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xgrad::serialize::pickle {

/// "-12", and "-12L" as Python 2 wrote its long integers. Throws NotImplementedError beyond 64 bits.
std::int64_t parse_int(std::string_view line);
/// Python's repr of a float.
double parse_float(std::string_view line);
/// UTF-8 of a text whose characters beyond Latin-1 are written as \uXXXX or \UXXXXXXXX.
std::string parse_unicode(std::string_view line);
/// Python 2's repr of a string: in quotes, with escapes.
std::string parse_string(std::string_view line);

}  // namespace xgrad::serialize::pickle
