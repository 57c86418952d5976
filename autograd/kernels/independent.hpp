/// XGRAD_INDEPENDENT, before a loop: its iterations do not depend on each other, although in-place operations read and
/// write the same memory.
#pragma once

#if defined(__clang__)
#define XGRAD_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define XGRAD_INDEPENDENT _Pragma("GCC ivdep")
#endif
