#include "layers.hpp"

namespace xgrad::test {

std::map<std::string, MakeLayer>& layers() {
  static std::map<std::string, MakeLayer> all;
  return all;
}

}  // namespace xgrad::test
