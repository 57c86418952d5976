#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/dict_keys.hpp>
#include <xgrad/serialize/script_writer.hpp>

#include <array>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

constexpr const char* kModule = "__torch__";  // in which the classes are declared
constexpr const char* kHelpers = "torch.jit._pickle";

bool is_object(const Value& v) { return v.is(Kind::Dict) && !v.as_dict().class_name.empty(); }

/// A string literal of TorchScript.
std::string python_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\{:03o}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string quoted_list(const Value::Dict& object, bool parameters) {
  std::string out = "[";
  for (const auto& [key, value] : object.entries) {
    if (value.is(Kind::Tensor) && value.as_tensor().parameter == parameters) out += python_text(key.as_str()) + ", ";
  }
  return out + "]";
}

/// The types of lists for which libtorch has a function each; the others are marked with their type.
struct ListOf {
  std::string_view type;
  const char* function;
};
constexpr std::array<ListOf, 4> kLists{{{"int", "build_intlist"},
                                        {"float", "build_doublelist"},
                                        {"bool", "build_boollist"},
                                        {"Tensor", "build_tensorlist"}}};

}  // namespace

ScriptWriter::ScriptWriter(const Value& root) {
  declare(root, true);
  pickled_ = pickle::Writer().dump([&](pickle::Writer& out) { write(out, root); });
}

const std::string& ScriptWriter::declare(const Value& object, bool root) {
  const void* identity = object.identity();
  if (const auto known = classes_.find(identity); known != classes_.end()) return known->second;
  check<ValueError>(open_.insert(identity).second, "cannot save an archive that contains itself");
  check<ValueError>(open_.size() <= pickle::kMaxDepth, "cannot save values nested deeper than {} levels",
                    pickle::kMaxDepth);
  const Value::Dict& dict = object.as_dict();
  check_keys<ValueError>(dict);
  std::string body = fmt::format("  __parameters__ = {}\n  __buffers__ = {}\n  __annotations__ = []\n",
                                 quoted_list(dict, true), quoted_list(dict, false));
  for (const auto& [key, value] : dict.entries) {
    try {
      body += fmt::format("  __annotations__[{}] = {}\n", python_text(key.as_str()), type_of(value));
    } catch (Error& e) {
      e.add_context(fmt::format("in {} of an archive", in_quotes(key.as_str())));
      throw;
    }
  }
  open_.erase(identity);
  const auto [known, fresh] = declarations_.emplace(body, "");
  if (fresh || root) {
    known->second = root ? "Module" : fmt::format("Module{}", declarations_.size());
    code_ += fmt::format("class {}(Module):\n{}", known->second, body);
  }
  return classes_.emplace(identity, known->second).first->second;
}

std::string ScriptWriter::common_type(const Value::Items& items) {
  std::string common;
  for (const Value& item : items) {
    std::string type = type_of(item);
    check<TypeError>(common.empty() || type == common,
                     "an archive cannot hold a list or dict of several types: here {} and {}", shortened(common),
                     shortened(type));
    common = std::move(type);
  }
  return common.empty() ? "Tensor" : common;
}

std::string ScriptWriter::type_of(const Value& v) {
  if (is_object(v)) return fmt::format("{}.{}", kModule, declare(v, false));
  const bool container = v.is(Kind::List) || v.is(Kind::Tuple) || v.is(Kind::Dict);
  if (container) {
    check<ValueError>(open_.insert(v.identity()).second, "cannot save a {} that contains itself", kind_name(v));
    check<ValueError>(open_.size() <= pickle::kMaxDepth, "cannot save values nested deeper than {} levels",
                      pickle::kMaxDepth);
  }
  std::string type;
  switch (v.kind()) {
    case Kind::None:
      type = "NoneType";
      break;
    case Kind::Bool:
    case Kind::Int:
    case Kind::Float:
    case Kind::Str:
    case Kind::Tensor:
      type = kind_name(v.kind());
      break;
    case Kind::List:
      type = fmt::format("List[{}]", common_type(v.items()));
      break;
    case Kind::Tuple:
      for (const Value& item : v.items()) type += (type.empty() ? "" : ", ") + type_of(item);
      type = fmt::format("Tuple[{}]", type.empty() ? "()" : type);
      break;
    case Kind::Dict: {
      check_keys<ValueError>(v.as_dict());
      Value::Items keys, values;
      for (const auto& [key, value] : v.as_dict().entries) keys.push_back(key), values.push_back(value);
      type = fmt::format("Dict[{}, {}]", keys.empty() ? "str" : common_type(keys), common_type(values));
      break;
    }
    default:
      fail<TypeError>("an archive cannot hold a value of type {}", kind_name(v));
  }
  if (container) open_.erase(v.identity());
  return type;
}

void ScriptWriter::write(pickle::Writer& out, const Value& v) {
  switch (v.kind()) {
    case Kind::Tensor:
      return write_tensor(out, v.as_tensor().array, v.as_tensor().requires_grad, storages_);
    case Kind::List:
      return write_list(out, v);
    case Kind::Dict:
      return is_object(v) ? write_object(out, v) : write_dict(out, v);
    case Kind::Tuple:
      if (v.items().empty()) return out.empty_tuple();
      out.mark();
      for (const Value& item : v.items()) write(out, item);
      return out.tuple_since_mark();
    default:
      return out.value(v);
  }
}

void ScriptWriter::write_object(pickle::Writer& out, const Value& object) {
  out.global(kModule, classes_.at(object.identity()));
  out.empty_tuple();
  out.new_object();
  out.empty_dict();
  out.mark();
  for (const auto& [key, value] : object.as_dict().entries) {
    out.constant(key.as_str());
    write(out, value);
  }
  out.set_items_since_mark();
  out.build();
}

void ScriptWriter::write_list(pickle::Writer& out, const Value& list) {
  const std::string type = common_type(list.items());
  const char* function = nullptr;
  for (const ListOf& known : kLists) {
    if (known.type == type) function = known.function;
  }
  out.global(kHelpers, function ? function : "restore_type_tag");
  out.mark();
  out.empty_list();
  out.mark();
  for (const Value& item : list.items()) write(out, item);
  out.append_since_mark();
  if (!function) out.constant(fmt::format("List[{}]", type));
  out.tuple_since_mark();
  out.reduce();
}

void ScriptWriter::write_dict(pickle::Writer& out, const Value& dict) {
  out.global(kHelpers, "restore_type_tag");
  out.mark();
  out.empty_dict();
  out.mark();
  for (const auto& [key, value] : dict.as_dict().entries) {
    write(out, key);
    write(out, value);
  }
  out.set_items_since_mark();
  out.constant(type_of(dict));
  out.tuple_since_mark();
  out.reduce();
}

}  // namespace xgrad::serialize
