#include <xgrad/autograd/array/backtrace.hpp>

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>

#ifdef XGRAD_HAS_LIBDW
#include <elfutils/libdwfl.h>
#include <unistd.h>

#include <dwarf.h>
#include <mutex>
#endif

namespace xgrad {
namespace {

/// "ns::f<T>(int)" of "Result ns::f<T>(int)", as functions made of templates are written.
std::string_view without_result_type(std::string_view function) {
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const char c = function[i];
    if (c == '(' && depth == 0 && !function.substr(i).starts_with("(anonymous") &&
        !function.substr(i).starts_with("(auto)")) {
      break;
    }
    depth += (c == '<' || c == '(') - (c == '>' || c == ')');
    if (c == ' ' && depth == 0) start = i + 1;
  }
  return function.substr(start);
}

/// Where the library's sources are as the compiler was told: ccache, for one, makes the paths it is given relative.
std::string_view root_as_compiled() {
  constexpr std::string_view self = __FILE__;
  return self.substr(0, self.rfind("autograd/array/backtrace.cpp"));
}

bool of_library(const Frame& f) {
  if (!f.file.empty()) {
    const std::string file = std::filesystem::path(f.file).lexically_normal().string();
    for (const std::string folder : {"autograd/", "nn/", "optim/", "data/", "serialize/", "plot/"}) {
      if (file.starts_with(XGRAD_SOURCE_ROOT "/" + folder)) return true;
      if (file.starts_with(std::string(root_as_compiled()) + folder)) return true;
      if (file.starts_with("xgrad/" + folder)) return true;  // as the presets with debug information call the root
      if (file.find("include/xgrad/" + folder) != std::string::npos) return true;
    }
    return file.find("/include/c++/") != std::string::npos;
  }
  return without_result_type(f.function).starts_with("xgrad::") || f.function.starts_with("std::") ||
         f.function.starts_with("__libc_start") || f.function == "_start";
}

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  return status == 0 ? text.get() : name;
}

#ifdef XGRAD_HAS_LIBDW

/// elfutils' view of the running program, made once; not safe for use by several threads at a time.
class Symbols {
 public:
  Symbols() : dwfl_(dwfl_begin(&callbacks_)) {
    if (!dwfl_) return;
    dwfl_linux_proc_report(dwfl_, getpid());
    dwfl_report_end(dwfl_, nullptr, nullptr);
  }
  ~Symbols() {
    if (dwfl_) dwfl_end(dwfl_);
  }
  Symbols(const Symbols&) = delete;
  Symbols& operator=(const Symbols&) = delete;

  /// Frames at one address, innermost first: what was inlined there, then the function itself.
  void append(std::vector<Frame>& frames, void* address) const {
    const auto at = reinterpret_cast<Dwarf_Addr>(address) - 1;  // inside the call, not after it
    Dwfl_Module* module = dwfl_ ? dwfl_addrmodule(dwfl_, at) : nullptr;
    Dwarf_Addr bias = 0;
    Dwarf_Die* unit = module ? unit_at(module, at, bias) : nullptr;
    Dwarf_Line* line = unit ? dwarf_getsrc_die(unit, at - bias) : nullptr;
    if (!line) {
      Frame f;
      const char* symbol = module ? dwfl_module_addrname(module, at) : nullptr;
      if (symbol) f.function = demangled(symbol);
      f.of_library = of_library(f);
      return frames.push_back(f);
    }
    Frame f;
    const char* file = dwarf_linesrc(line, nullptr, nullptr);
    f.file = file ? file : "";
    dwarf_lineno(line, &f.line);
    std::vector<Dwarf_Die> functions;  // the function at this address and what was inlined into it, outermost first
    find_functions(unit, at - bias, functions);
    for (auto function = functions.rbegin(); function != functions.rend(); ++function) {
      f.function = name_of(&*function);
      const bool whole = dwarf_tag(&*function) == DW_TAG_subprogram;  // what was inlined has no symbol
      if (const char* symbol = whole ? dwfl_module_addrname(module, at) : nullptr) f.function = demangled(symbol);
      f.of_library = of_library(f);
      frames.push_back(f);
      if (whole) return;
      f = call_of(&*function, unit);
    }
    if (f.function.empty()) {
      const char* symbol = dwfl_module_addrname(module, at);
      f.function = symbol ? demangled(symbol) : "";
    }
    f.of_library = of_library(f);
    frames.push_back(f);
  }

 private:
  /// The compilation unit at an address. gcc writes a table of them; clang does not, so that each is asked.
  static Dwarf_Die* unit_at(Dwfl_Module* module, Dwarf_Addr at, Dwarf_Addr& bias) {
    if (Dwarf_Die* unit = dwfl_module_addrdie(module, at, &bias)) return unit;
    for (Dwarf_Die* unit = nullptr; (unit = dwfl_module_nextcu(module, unit, &bias));) {
      if (dwarf_haspc(unit, at - bias) > 0) return unit;
    }
    return nullptr;
  }

  static void find_functions(Dwarf_Die* parent, Dwarf_Addr at, std::vector<Dwarf_Die>& found) {
    Dwarf_Die child;
    if (dwarf_child(parent, &child) != 0) return;
    do {
      const int tag = dwarf_tag(&child);
      if (tag == DW_TAG_namespace) {
        find_functions(&child, at, found);
        if (!found.empty()) return;
        continue;
      }
      const bool function = tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
      if (!(function || tag == DW_TAG_lexical_block) || dwarf_haspc(&child, at) <= 0) continue;
      if (function) found.push_back(child);
      return find_functions(&child, at, found);
    } while (dwarf_siblingof(&child, &child) == 0);
  }

  static std::string name_of(Dwarf_Die* function) {
    Dwarf_Attribute attribute;
    Dwarf_Attribute* linkage = dwarf_attr_integrate(function, DW_AT_linkage_name, &attribute);
    if (const char* name = linkage ? dwarf_formstring(linkage) : nullptr) return demangled(name);
    const char* plain = dwarf_diename(function);
    return plain ? plain : "";
  }

  /// Where an inlined function was called.
  static Frame call_of(Dwarf_Die* inlined, Dwarf_Die* unit) {
    Frame f;
    Dwarf_Attribute attribute;
    Dwarf_Word number = 0;
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &number) == 0 &&
        dwarf_getsrcfiles(unit, &files, &count) == 0 && number < count) {
      const char* file = dwarf_filesrc(files, number, nullptr, nullptr);
      f.file = file ? file : "";
    }
    if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &number) == 0)
      f.line = static_cast<int>(number);
    return f;
  }

  static int no_separate_debug_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word,
                                    char**) {
    return -1;  // what is in the program itself must do: no search on disks or servers
  }
  char* no_path_ = nullptr;
  Dwfl_Callbacks callbacks_{dwfl_linux_proc_find_elf, no_separate_debug_file, nullptr, &no_path_};
  Dwfl* dwfl_;
};

std::vector<Frame> resolve_all(const std::vector<void*>& addresses) {
  static std::mutex lock;
  const std::lock_guard guard(lock);
  const Symbols symbols;  // made anew: libraries may have been loaded since, and errors are rare
  std::vector<Frame> frames;
  for (void* a : addresses) symbols.append(frames, a);
  return frames;
}

#else

Frame from_symbol_table(void* address) {
  Frame f;
  Dl_info info;
  if (dladdr(address, &info) && info.dli_sname) f.function = demangled(info.dli_sname);
  f.of_library = of_library(f);
  return f;
}

std::vector<Frame> resolve_all(const std::vector<void*>& addresses) {
  std::vector<Frame> frames;
  for (void* a : addresses) frames.push_back(from_symbol_table(a));
  return frames;
}

#endif

}  // namespace

std::vector<void*> call_stack() {
  std::array<void*, 64> addresses;
  const int n = backtrace(addresses.data(), static_cast<int>(addresses.size()));
  return std::vector<void*>(addresses.begin() + std::min(n, 1), addresses.begin() + n);  // without this function
}

std::vector<Frame> resolve(const std::vector<void*>& addresses) { return resolve_all(addresses); }

}  // namespace xgrad
