// nn.functional, compiled once against each library: the file that includes this one makes `lib` a name for xgrad or
// for torch. To add a function, add a line to the family it belongs to.
#include "functional_layers.hpp"
#include "functional_pointwise.hpp"
#include "functional_windows.hpp"

namespace bench {
namespace {

std::vector<Row> functional_rows() {
  FunctionTable t;
  add_activations(t);
  add_dropouts(t);
  add_elementwise_losses(t);
  add_other_losses(t);
  add_distances(t);
  add_pools(t);
  add_pads(t);
  add_resampling(t);
  add_norms(t);
  add_embeddings(t);
  add_linear_maps(t);
  add_recurrences(t);
  add_convolutions(t);
  add_transposed_convolutions(t);
  return std::move(t.rows);
}

}  // namespace
}  // namespace bench
