#include <xgrad/serialize/dict_keys.hpp>

#include <cmath>

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

}  // namespace

bool DictKeys::insert(const Value& key) {
  const auto with_kind = [](char kind, std::string_view text) {
    std::string code(1, kind);
    return code += text;
  };
  if (std::int64_t i = 0; as_integer(key, i)) return seen_.insert(with_kind('i', std::to_string(i))).second;
  switch (key.kind()) {
    case Kind::Str:
      return seen_.insert(with_kind('s', key.as_str())).second;
    case Kind::Bytes:
      return seen_.insert(with_kind('b', key.as_bytes())).second;
    case Kind::Float:
      return std::isnan(key.as_float()) || seen_.insert(fmt::format("f{}", key.as_float())).second;
    case Kind::None:
      return seen_.insert("").second;
    default:
      return true;  // no key at all, which is for others to say
  }
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
