/// save() and load() as a program calls them: in a namespace of its own, unqualified, with everything included.
#include <xgrad/xgrad.hpp>

#include <sstream>

#include "support.hpp"

namespace program {
namespace {

using namespace xgrad;  // NOLINT(google-build-using-namespace): what is tested
using SaveNames = xgrad::serialize::testing::FolderTest;

TEST_F(SaveNames, Values) {
  save(serialize::Value::dict({{"epoch", 3}}), path("checkpoint.pt"));
  serialize::Value loaded;
  load(loaded, path("checkpoint.pt"));
  EXPECT_EQ(loaded.as_dict().at("epoch").as_int(), 3);

  std::stringstream stream;
  const serialize::Value number = 7;
  save(number, stream);
  load(loaded, stream);
  EXPECT_EQ(loaded.as_int(), 7);
  xgrad::save(number, path("number.pt"));
  serialize::save(number, path("number.pt"));
  EXPECT_EQ(serialize::load(path("number.pt")).as_int(), 7);
}

TEST_F(SaveNames, TensorsModulesAndStateDicts) {
  std::stringstream stream;
  save(ones({2}), stream);
  Tensor tensor;
  load(tensor, stream);
  EXPECT_TRUE(equal(tensor, ones({2})));

  nn::Linear model(2, 1), other(2, 1);
  save(model, path("model.pt"));
  load(other, path("model.pt"));
  EXPECT_TRUE(equal(other->weight, model->weight));
  save(model->state_dict(), path("state.pt"));
  EXPECT_TRUE(equal(load(path("state.pt"))["weight"], model->weight));
  optim::SGD optimizer(model->parameters(), 0.1);
  save(optimizer, path("sgd.pt"));
  load(optimizer, path("sgd.pt"));
  save(std::vector<Tensor>{tensor}, path("list.pt"));
  std::vector<Tensor> tensors;
  load(tensors, path("list.pt"));
  EXPECT_EQ(tensors.size(), 1u);
}

}  // namespace
}  // namespace program
