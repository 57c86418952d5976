#include <torch/torch.h>

namespace lib = torch;
#include "rows.hpp"

namespace bench {

Side libtorch_side() {
  Side side{"libtorch", common_rows(), use_threads};
  // libtorch has one kind of loader, which also stands against Python's kind.
  using namespace lib::data::samplers;
  side.rows.push_back({"DataLoader, 60,000 images, batch 64, in order", 0, 0, loader_epoch<SequentialSampler>});
  side.rows.push_back({"DataLoader, 60,000 images, batch 64, shuffled", 0, 0, loader_epoch<RandomSampler>});
  return side;
}

double libtorch_node_bytes(int nodes) { return node_bytes(nodes); }
double libtorch_attention_bytes(int length) { return attention_bytes(length); }

}  // namespace bench
