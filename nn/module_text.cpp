// Modules as text: names, prints and lines of context in errors.
#include <xgrad/nn/any.hpp>
#include <xgrad/nn/module_state.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <ostream>
#include <sstream>
#include <string_view>
#include <typeinfo>

namespace xgrad::nn {

namespace {

std::string demangle(const char* mangled) {
  int status = 0;
  char* text = abi::__cxa_demangle(mangled, nullptr, nullptr, &status);
  std::string name = status == 0 ? text : mangled;
  std::free(text);
  return name;
}

// "Net<int>" of "(anonymous namespace)::outer(int)::Net<int>": what follows the last "::" outside of brackets.
std::string_view unqualified(std::string_view name) {
  int depth = 0;
  for (std::size_t i = name.size(); i-- > 0;) {
    const char c = name[i];
    if (c == '>' || c == ')' || c == '}' || c == ']')
      ++depth;
    else if (c == '<' || c == '(' || c == '{' || c == '[')
      --depth;
    else if (c == ':' && depth == 0)
      return name.substr(i + 1);
  }
  return name;
}

std::string indented(const std::string& text, const std::string& by = "  ") {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += by;
  }
  return result;
}

}  // namespace

const std::string& ModuleBase::name() const {
  if (!state_->given_name.empty()) return state_->given_name;
  if (state_->type_name.empty()) state_->type_name = demangle(typeid(*this).name());
  return state_->type_name;
}

std::string ModuleBase::short_name() const {
  if (!state_->given_name.empty()) return state_->given_name;
  std::string_view name = unqualified(ModuleBase::name());
  constexpr std::string_view kImpl = "Impl";
  if (name.size() > kImpl.size() && name.ends_with(kImpl)) name.remove_suffix(kImpl.size());
  return std::string(name);
}

std::string ModuleBase::header() const {
  const std::string extra = extra_repr();
  return extra.empty() ? short_name() : short_name() + "(" + extra + ")";
}

void ModuleBase::pretty_print(std::ostream& out) const { out << header(); }

std::string ModuleBase::str() const {
  std::ostringstream own_text;
  pretty_print(own_text);
  const bool overridden = own_text.str() != header();

  std::vector<std::string> lines;
  for (const auto& [name, child] : state_->children) lines.push_back("(" + name + "): " + indented(child->str()));
  if (overridden && lines.empty()) return own_text.str();

  const std::string extra = overridden ? std::string() : extra_repr();
  if (lines.empty() && extra.find('\n') == std::string::npos) return short_name() + "(" + extra + ")";
  std::string text = (overridden ? own_text.str() : short_name()) + "(\n  ";
  if (!extra.empty()) text += indented(extra) + (lines.empty() ? "" : "\n  ");
  for (std::size_t i = 0; i < lines.size(); ++i) text += (i ? "\n  " : "") + lines[i];
  return text + "\n)";
}

std::ostream& operator<<(std::ostream& out, const ModuleBase& module) { return out << module.str(); }

std::string detail::type_name(const std::type_info& type) { return demangle(type.name()); }

bool detail::AtWork::enter(const ModuleBase& module) {
  const std::string& name = module.registered_name();
  xgrad::detail::enter_module(name.empty() ? module.short_name() : name);
  return true;
}

void detail::add_context(Error& error, const ModuleBase& module, CallSite site) {
  std::string line = "in ";
  if (module.name().starts_with("xgrad::nn::")) line += "nn::";
  line += module.short_name();
  if (!module.registered_name().empty()) line += " \"" + module.registered_name() + "\"";
  if (const std::string extra = module.extra_repr(); !extra.empty()) line += " (" + extra + ")";
  if (site.file) {
    const std::string_view path = site.file;
    line += fmt::format(", called at {}:{}", path.substr(path.rfind('/') + 1), site.line);
  }
  error.add_context(line);
}

}  // namespace xgrad::nn
