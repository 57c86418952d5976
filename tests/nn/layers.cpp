#include "layers.hpp"

namespace xgrad::testing {

std::map<std::string, MakeLayer>& layers() {
  static std::map<std::string, MakeLayer> all;
  return all;
}

}  // namespace xgrad::testing
