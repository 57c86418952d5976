/// The program's call stack, for error messages: taken cheaply as addresses, turned into lines when it is shown.
#pragma once

#include <string>
#include <vector>

namespace xgrad {

/// Return addresses, innermost first, at most 64.
std::vector<void*> call_stack();

struct Frame {
  std::string function;  ///< without argument types where the debug information names it; empty when unknown
  std::string file;      ///< as the compiler was given it; empty without debug information (-g)
  int line = 0;
  bool of_library = false;  ///< this library's own code, or the standard library's
};

/// What stands at these addresses; functions that were inlined are frames of their own. Files and lines need elfutils'
/// libdw, which is optional (XGRAD_WITH_LIBDW), and a program compiled with -g; else functions are named where the
/// dynamic symbol table does.
std::vector<Frame> resolve(const std::vector<void*>& addresses);

}  // namespace xgrad
