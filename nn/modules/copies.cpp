// How the library's modules are copied, for nn/cloneable.hpp.
#define XGRAD_COMPILES_COPIES
#include <xgrad/nn/nn.hpp>
