// The opcodes of numbers, texts and bytes.
#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/pickle_machine.hpp>
#include <xgrad/serialize/pickle_text.hpp>
#include <xgrad/serialize/utf8.hpp>

#include <bit>
#include <cstring>

namespace xgrad::serialize::pickle {

void Machine::push_text(std::string_view utf8) {
  check(is_utf8(utf8), "a str is not UTF-8");
  charge(kTextCost + utf8.size());
  push(utf8);
}

void Machine::push_long(std::uint64_t length) {
  const std::string_view digits = take(length);
  check<NotImplementedError>(length <= 8, "an int of {} bytes does not fit into 64 bits", length);
  std::uint64_t i = length > 0 && digits.back() < 0 ? ~std::uint64_t{0} : 0;
  std::memcpy(&i, digits.data(), length);
  push(static_cast<std::int64_t>(i));
}

bool Machine::step_number(unsigned char opcode) {
  switch (opcode) {
    case 'N':
      push({});
      return true;
    case 0x88:
      push(true);
      return true;
    case 0x89:
      push(false);
      return true;
    case 'K':
      push(number<std::uint8_t>());
      return true;
    case 'M':
      push(number<std::uint16_t>());
      return true;
    case 'J':
      push(number<std::int32_t>());
      return true;
    case 0x8a:
      push_long(number<std::uint8_t>());
      return true;
    case 0x8b:
      push_long(number<std::uint32_t>());
      return true;
    case 'I': {
      const std::string_view text = line();
      push(text == "00" || text == "01" ? Value(text == "01") : Value(parse_int(text)));
      return true;
    }
    case 'L':
      push(parse_int(line()));
      return true;
    case 'F':
      push(parse_float(line()));
      return true;
    case 'G':
      push(std::bit_cast<double>(__builtin_bswap64(number<std::uint64_t>())));
      return true;
    default:
      return false;
  }
}

bool Machine::step_text(unsigned char opcode) {
  const auto push_bytes = [&](std::uint64_t length) {
    const std::string_view data = take(length);
    charge(kTextCost + data.size());
    push(Value::Bytes{std::string(data)});
  };
  switch (opcode) {
    case 0x8c:
      push_text(take(number<std::uint8_t>()));
      return true;
    case 'X':
      push_text(take(number<std::uint32_t>()));
      return true;
    case 0x8d:
      push_text(take(number<std::uint64_t>()));
      return true;
    case 'U':
      push_text(take(number<std::uint8_t>()));
      return true;
    case 'T':
      push_text(take(number<std::uint32_t>()));
      return true;
    case 'S':
      push_text(parse_string(line()));
      return true;
    case 'V':
      push_text(parse_unicode(line()));
      return true;
    case 'C':
      push_bytes(number<std::uint8_t>());
      return true;
    case 'B':
      push_bytes(number<std::uint32_t>());
      return true;
    case 0x8e:
      push_bytes(number<std::uint64_t>());
      return true;
    default:
      return false;
  }
}

}  // namespace xgrad::serialize::pickle
