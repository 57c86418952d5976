#include <xgrad/autograd/ops/recurrent.hpp>
#include <xgrad/xgrad.hpp>

namespace lib = xgrad;
#include "rows.hpp"

namespace bench {
namespace {

using namespace xgrad::kwargs;

/// Python's loader, as the notebook uses it.
Job notebook_loader(bool shuffled) {
  const auto images =
      lib::list(lib::datasets::MNIST(image_folder(), lib::kw::train = true, transform = lib::transforms::ToTensor()));
  return epoch([=](auto&& visit) {
    for (auto& [x, t] : lib::DataLoader(images, batch_size = 64, shuffle = shuffled)) visit(x, t);
  });
}

}  // namespace

Side xgrad_side() {
  Side side{"xgrad", common_rows(), use_threads};
  side.rows.push_back({"DataLoader, 60,000 images, batch 64, in order", 10, 0, [] { return notebook_loader(false); }});
  side.rows.push_back({"DataLoader, 60,000 images, batch 64, shuffled", 3, 0, [] { return notebook_loader(true); }});
  return side;
}

double xgrad_node_bytes(int nodes) { return node_bytes(nodes); }
double xgrad_attention_bytes(int length) { return attention_bytes(length); }

}  // namespace bench
