// The limit for a training step: see hand_network.hpp.
#include "hand_network.hpp"
#include "workload.hpp"

#include <memory>

namespace bench {
namespace {

Job training_step(std::int64_t batch) {
  struct State {
    HandNetwork network;
    std::vector<float> images;
    std::vector<std::int64_t> labels;
    float loss = 0;
  };
  const auto n = static_cast<std::size_t>(batch);
  auto s = std::make_shared<State>(State{HandNetwork({784, 50, 20, 10}, batch, 0.01f, 0.9f), {}, {}});
  s->images.resize(n * 784);
  s->labels.resize(n);
  fill(s->images.data(), s->images.size(), 1, 0, 1);
  fill(s->labels.data(), n, 7, 10);
  unsigned seed = 10;
  for (std::size_t l = 0; l < 3; ++l) {
    for (auto* p : {&s->network.weight(l), &s->network.bias(l)}) fill(p->data(), p->size(), seed++, -0.05f, 0.05f);
  }
  return {[=] { s->loss = s->network.step(s->images.data(), s->labels.data()); },
          [=] {
            Results r{{s->loss}};
            for (std::size_t l = 0; l < 3; ++l) {
              for (const auto* p : {&s->network.weight(l), &s->network.bias(l)}) r.push_back(*p);
            }
            return r;
          }};
}

}  // namespace

Side by_hand_side() {
  Side side{"by hand", {}, [](int) {}};
  for (const std::int64_t batch : {1, 64, 512, 4096}) {
    side.rows.push_back({"training step, 784-50-20-10, batch " + std::to_string(batch), 0, 0,
                         [batch] { return training_step(batch); }});
  }
  return side;
}

}  // namespace bench
