#include "onnx_models.hpp"

#include <xgrad/xgrad.hpp>

namespace xgrad::onnx_cases {
namespace {

namespace F = nn::functional;

std::vector<Model>& table() {
  static std::vector<Model> all;
  return all;
}

/// Seeded, so that the models are the same in every run.
template <class Make>
void add(const std::string& name, Make make) {
  table().push_back({name, [name, make] {
                       manual_seed(7);
                       return make(name);
                     }});
}

/// A module made by `make`, on one tensor of these sizes.
template <class Make>
void layer(const std::string& name, Make make, IntArrayRef given) {
  add(name, [make, sizes = Dims(given)](const std::string& n) {
    auto module = make();
    return case_of(n, module, std::tuple(randn(sizes)), {});
  });
}

/// A function of one tensor as a model.
struct Function : nn::Module {
  explicit Function(std::function<Tensor(Tensor)> f) : f_(std::move(f)) {}
  Tensor forward(Tensor x) override { return f_(x); }
  std::function<Tensor(Tensor)> f_;
};
void function(const std::string& name, std::function<Tensor(Tensor)> f, IntArrayRef sizes) {
  layer(
      name, [f] { return std::make_shared<Function>(f); }, sizes);
}

struct Classifier : nn::Module {
  nn::Linear layer1 = register_module("layer1", nn::Linear(12, 8));
  nn::Linear layer2 = register_module("layer2", nn::Linear(8, 5));
  Tensor forward(Tensor x) override { return layer2(F::relu(layer1(x.view({-1, 12})))); }
};

struct Convnet : nn::Module {
  nn::Sequential features = register_module(
      "features", nn::Sequential(nn::Conv2d(nn::Conv2dOptions(1, 4, 3).padding(1)), nn::BatchNorm2d(4), nn::ReLU(),
                                 nn::MaxPool2d(2), nn::Conv2d(nn::Conv2dOptions(4, 6, 3)), nn::ReLU()));
  nn::Linear head = register_module("head", nn::Linear(6 * 2 * 2, 3));
  Tensor forward(Tensor x) override { return head(features->forward(x).flatten(1)); }
};

struct WithMask : nn::Module {
  Tensor forward(Tensor x) override {
    Tensor y = x * 2;
    y.masked_fill_(y > 1, 0.5);
    y.add_(1);
    return y;
  }
};

void add_models() {
  add("classifier", [](const std::string& n) { return case_of(n, Classifier(), std::tuple(randn({2, 3, 4})), {}); });
  add("classifier with a dynamic batch", [](const std::string& n) {
    return case_of(n, Classifier(), std::tuple(randn({2, 12})),
                   {std::tuple(randn({5, 12})), std::tuple(randn({1, 12}))}, kwargs::input_names = {"x"},
                   kwargs::output_names = {"scores"}, kwargs::dynamic_axes = onnx::DynamicAxes{{"x", {{0, "batch"}}}});
  });
  add("convnet", [](const std::string& n) {
    return case_of(n, Convnet(), std::tuple(randn({2, 1, 8, 8})), {std::tuple(randn({3, 1, 8, 8}))},
                   kwargs::input_names = {"image"},
                   kwargs::dynamic_axes = onnx::DynamicAxes{{"image", {{0, "batch"}}}});
  });
  function("views",
           [](Tensor x) {
             return x.transpose(0, 1).unsqueeze(0).expand({2, 4, 3}).select(0, 1).slice(1, 1);
           },
           {3, 4});
  function("split and joined",
           [](Tensor x) {
             const auto part = x.split(2, 1);
             return cat({part[1], part[0], stack(x.unbind(1), 1)}, 1);
           },
           {3, 4});
  function("reductions",
           [](Tensor x) {
             Tensor y = x.sum(1);  // one by one: compilers evaluate a sum of sums in orders of their own
             y = y + x.mean(1);
             y = y * x.prod(1);
             y = y - std::get<0>(x.max(1));
             y = y + x.argmax(1);
             y = y + x.var(1);
             return y + x.logsumexp(1);
           },
           {3, 4});
  function("top of a running sum", [](Tensor x) { return x.cumsum(1).topk(2, 1).values(); }, {3, 4});
  function("einsum", [](Tensor x) { return einsum("bij,bkj->bik", {x, x}); }, {2, 3, 4});
  function("broadcast product", [](Tensor x) { return x.unsqueeze(1).matmul(x.transpose(1, 2)); }, {2, 3, 4});
  function("constants", [](Tensor x) { return x + arange(4, kFloat32) * full({3, 1}, 0.5); }, {3, 4});
  add("in place", [](const std::string& n) { return case_of(n, WithMask(), std::tuple(randn({3, 4})), {}); });
}

}  // namespace

void add_layer_models(void (*layer)(const std::string&, std::function<Case(const std::string&)>));

const std::vector<Model>& models() {
  static const bool added = [] {
    add_models();
    add_layer_models([](const std::string& name, std::function<Case(const std::string&)> make) {
      add(name, [make](const std::string& n) { return make(n); });
    });
    return true;
  }();
  static_cast<void>(added);
  return table();
}

std::string all_graphs() {
  std::string text;
  for (const Model& m : models()) text += "# " + m.name + "\n" + onnx::detail::to_text(m.make().graph);
  return text;
}

}  // namespace xgrad::onnx_cases
