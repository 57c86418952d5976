#include <functional>
#include <sstream>

#include "golden.hpp"
#include "models.hpp"

namespace xgrad {
namespace {

using namespace test;
using namespace kwargs;

struct WithRepr : nn::Module {
  explicit WithRepr(bool with_child) {
    if (with_child) register_module("fc", nn::Linear(1, 1));
  }
  std::string extra_repr() const override { return "gain=2, mode=soft"; }
};

struct TwoLines : nn::Module {
  std::string extra_repr() const override { return "first=1\nsecond=2"; }
};

template <class M>
std::function<std::shared_ptr<nn::ModuleBase>()> make(auto... args) {
  return [=] { return std::make_shared<M>(args...); };
}

nn::Sequential shared_twice() {
  nn::ReLU act;
  return nn::Sequential(nn::Linear(2, 2), act, nn::Linear(2, 2), act);
}

const std::map<std::string, std::function<std::shared_ptr<nn::ModuleBase>()>>& modules() {
  using Make = std::function<std::shared_ptr<nn::ModuleBase>()>;
  static const std::map<std::string, Make> all = {
      {"MNISTClassifier", make<MNISTClassifier>()},
      {"Network", make<Network>()},
      {"Empty", make<Empty>()},
      {"WithRepr", make<WithRepr>(false)},
      {"WithReprAndChild", make<WithRepr>(true)},
      {"TwoLines", make<TwoLines>()},
      {"shared_twice", [] { return shared_twice(); }},
      {"Linear", [] { return nn::Linear(3, 4); }},
      {"Linear_no_bias", [] { return nn::Linear(3, 4, bias = false); }},
      {"Identity", [] { return nn::Identity(); }},
      {"Flatten", [] { return nn::Flatten(); }},
      {"Flatten_0", [] { return nn::Flatten(0, -2); }},
      {"ReLU", [] { return nn::ReLU(); }},
      {"ReLU_inplace", [] { return nn::ReLU(inplace = true); }},
      {"Sigmoid", [] { return nn::Sigmoid(); }},
      {"Tanh", [] { return nn::Tanh(); }},
      {"Softmax", [] { return nn::Softmax(dim = 1); }},
      {"Softmax_none", [] { return nn::Softmax(); }},
      {"LogSoftmax", [] { return nn::LogSoftmax(-1); }},
      {"Dropout", [] { return nn::Dropout(); }},
      {"Dropout_inplace", [] { return nn::Dropout(0.25, inplace = true); }},
      {"Dropout_small", [] { return nn::Dropout(p = 1e-7); }},
      {"Dropout_one", [] { return nn::Dropout(1.0); }},
      {"Sequential_empty", [] { return nn::Sequential(); }},
      {"Sequential_nested",
       [] {
         auto inner = nn::Sequential(nn::ReLU(), nn::Sequential());
         return nn::Sequential(inner, nn::Tanh());
       }},
      {"ModuleList_empty", [] { return nn::ModuleList(); }},
      {"ModuleList", [] { return nn::ModuleList(nn::Linear(1, 2), nn::ReLU()); }},
      {"CrossEntropyLoss", [] { return nn::CrossEntropyLoss(); }},
      {"CrossEntropyLoss_weight", [] { return nn::CrossEntropyLoss(weight = ones({3})); }},
      {"NLLLoss", [] { return nn::NLLLoss(); }},
      {"BCELoss", [] { return nn::BCELoss(); }},
      {"BCEWithLogitsLoss", [] { return nn::BCEWithLogitsLoss(); }},
      {"BCEWithLogitsLoss_weights", [] { return nn::BCEWithLogitsLoss(weight = ones({3}), pos_weight = ones({3})); }},
      {"MSELoss", [] { return nn::MSELoss(); }},
      {"L1Loss", [] { return nn::L1Loss(); }},
  };
  return all;
}

TEST(ModulePrinting, IsPythonsCharacterForCharacter) {
  const auto& prints = module_goldens()["prints"];
  EXPECT_EQ(prints.size(), modules().size());
  for (const auto& [name, text] : prints.items()) {
    ASSERT_TRUE(modules().count(name)) << name;
    EXPECT_EQ(modules().at(name)()->str(), text.get<std::string>()) << name;
  }
}

TEST(ModulePrinting, StateDictKeysArePythons) {
  for (const auto& [name, keys] : module_goldens()["keys"].items()) {
    EXPECT_EQ(modules().at(name)()->state_dict().keys(), keys.get<std::vector<std::string>>()) << name;
  }
}

TEST(ModulePrinting, StreamsModulesAndHolders) {
  std::ostringstream out;
  MNISTClassifier model;
  out << model << "\n" << nn::Linear(1, 2) << "\n" << nn::Functional([](Tensor x) { return x; });
  EXPECT_EQ(out.str(), model.str() + "\nLinear(in_features=1, out_features=2, bias=True)\nFunctional()");
}

TEST(ModulePrinting, LibtorchsPrettyPrintIsHonoured) {
  struct Net : nn::ModuleBase {
    void pretty_print(std::ostream& out) const override { out << "Net(1, 2)"; }
  } net;
  EXPECT_EQ(net.str(), "Net(1, 2)");
  net.register_module("fc", nn::ReLU());
  EXPECT_EQ(net.str(), "Net(1, 2)(\n  (fc): ReLU()\n)");
}

template <class T>
struct Templated : nn::Module {};

TEST(ModulePrinting, NamespacesGoTemplateArgumentsStay) {
  const Templated<std::pair<int, int>> module;
  EXPECT_EQ(module.str(), "Templated<std::pair<int, int> >()");
  struct LocalImpl : nn::Module {};
  EXPECT_EQ(LocalImpl().str(), "Local()");
}

}  // namespace
}  // namespace xgrad
