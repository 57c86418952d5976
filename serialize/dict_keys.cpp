#include <xgrad/serialize/dict_keys.hpp>

#include <cmath>
#include <optional>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

/// The int that a key is equal to, if there is one of 64 bits.
bool as_integer(const Value& key, std::int64_t& integer) {
  switch (key.kind()) {
    case Kind::Bool:
      integer = key.as_bool();
      return true;
    case Kind::Int:
      integer = key.as_int();
      return true;
    case Kind::Float: {
      constexpr double kEnd = 0x1p63;
      const double x = key.as_float();
      if (!(x >= -kEnd && x < kEnd) || x != std::trunc(x)) return false;
      integer = static_cast<std::int64_t>(x);
      return true;
    }
    default:
      return false;
  }
}

std::string with_kind(char kind, std::string_view text) {
  std::string code(1, kind);
  return code += text;
}

/// A text that keys have in common if they are equal; nothing for what equals nothing.
std::optional<std::string> code_of(const Value& key) {
  if (std::int64_t i = 0; as_integer(key, i)) return with_kind('i', std::to_string(i));
  switch (key.kind()) {
    case Kind::Str:
      return with_kind('s', key.as_str());
    case Kind::Bytes:
      return with_kind('b', key.as_bytes());
    case Kind::Float:
      if (std::isnan(key.as_float())) return {};
      return fmt::format("f{}", key.as_float());
    case Kind::None:
      return "";
    case Kind::Tuple: {
      std::string code = "(";
      for (const Value& item : key.as_tuple()) {
        const auto part = code_of(item);
        if (!part) return {};
        code += fmt::format("{}:{}", part->size(), *part);
      }
      return code;
    }
    default:
      return {};  // no key at all, which is for others to say
  }
}

}  // namespace

bool DictKeys::insert(const Value& key) {
  auto code = code_of(key);
  return !code || seen_.insert(std::move(*code)).second;
}

std::string key_text(const Value& key) {
  switch (key.kind()) {
    case Kind::Str:
      return in_quotes(key.as_str());
    case Kind::Bytes:
      return "b" + std::string(in_quotes(key.as_bytes()));
    case Kind::Int:
      return fmt::format("'{}'", key.as_int());
    case Kind::Float:
      return fmt::format("'{}'", key.as_float());
    case Kind::Bool:
      return key.as_bool() ? "'True'" : "'False'";
    default:
      return fmt::format("'{}'", key.is_none() ? "None" : kind_name(key.kind()));
  }
}

}  // namespace xgrad::serialize
