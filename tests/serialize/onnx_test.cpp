#include "../support/message_of.hpp"
#include "onnx_models.hpp"
#include "support.hpp"

#include <xgrad/xgrad.hpp>

#include <gtest/gtest.h>

namespace xgrad {
namespace {

using namespace onnx::detail;
using OnnxFiles = serialize::testing::FolderTest;
using serialize::testing::read_file;

/// A function of one tensor as a module within a model.
struct Inner : nn::Module {
  explicit Inner(std::function<Tensor(Tensor)> f) : f_(std::move(f)) {}
  Tensor forward(Tensor x) override { return f_(x); }
  std::function<Tensor(Tensor)> f_;
};
struct Outer : nn::Module {
  explicit Outer(std::function<Tensor(Tensor)> f)
      : inner(register_module("inner", std::make_shared<Inner>(std::move(f)))) {}
  std::shared_ptr<Inner> inner;
  Tensor forward(Tensor x) override { return (*inner)(x); }
};

template <class... Keywords>
Graph graph_of(std::function<Tensor(Tensor)> f, const Tensor& x, Keywords... keywords) {
  Outer model(std::move(f));
  const std::tuple<Tensor> args{x};
  return export_graph(run_of(model, args), &model, tensors_in(args),
                      kwargs::apply(onnx::ExportOptions(), std::move(keywords)...));
}

std::vector<std::string> ops_of(const Graph& graph) {
  std::vector<std::string> ops;
  for (const onnx::detail::Node& n : graph.nodes) ops.push_back(n.op);
  return ops;
}

using Ops = std::vector<std::string>;

TEST(Onnx, GraphsAreAsBefore) {
  // build/release/tests/onnx/onnx_files --golden tests/data/onnx_graphs.txt writes them anew, to be looked at.
  EXPECT_EQ(onnx_cases::all_graphs(), read_file(XGRAD_SOURCE_DIR "/tests/data/onnx_graphs.txt"));
}

TEST_F(OnnxFiles, BeginAsAModel) {
  const std::string file = path("model.onnx");
  nn::Linear model(3, 2);
  onnx::export_model(model, ones({1, 3}), file, kw::opset_version = 17);
  const std::string bytes = read_file(file);
  EXPECT_EQ(bytes.substr(0, 9), std::string("\x08\x08\x12\x05xgrad"));  // ir_version 8, producer_name
  EXPECT_NE(bytes.find("weight"), std::string::npos);
  const std::string weight(static_cast<const char*>(model->weight.data_ptr()), model->weight.nbytes());
  EXPECT_NE(bytes.find(weight), std::string::npos);
}

TEST(Onnx, VarintsAndNegativeNumbersAsProtobufHasThem) {
  Graph graph;
  graph.name = "g";
  graph.nodes.push_back({"Softmax", "s", {"x"}, {"y"}, {{"axis", std::int64_t{-1}}, {"beta", 0.5F}}});
  const std::string bytes = serialize::write_bytes([&](const serialize::Write& write) { write_model(write, graph); });
  // AttributeProto{name: "axis", i: -1, type: INT}: −1 takes ten bytes.
  const std::string axis = std::string("\x0a\x04") + "axis\x18" + std::string(9, '\xff') + "\x01\xa0\x01\x02";
  EXPECT_NE(bytes.find(axis), std::string::npos);
  const std::string beta = std::string("\x0a\x04") + "beta\x15" + std::string("\x00\x00\x00\x3f", 4) + "\xa0\x01\x01";
  EXPECT_NE(bytes.find(beta), std::string::npos);
}

TEST(Onnx, ParametersKeepTheirNames) {
  const Graph g = graph_of([](Tensor x) { return x * 2; }, ones({2}));
  EXPECT_EQ(ops_of(g), Ops{"Mul"});
  EXPECT_EQ(g.nodes[0].name, "/inner/Mul");
  nn::Sequential model(nn::Linear(2, 3), nn::BatchNorm1d(3));
  const std::tuple<Tensor> args{ones({1, 2})};
  const Graph two = export_graph(run_of(model, args), model.get(), tensors_in(args), {});
  std::vector<std::string> names;
  for (const Initializer& i : two.initializers) names.push_back(i.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var"}));
}

TEST_F(OnnxFiles, AnUnknownOperatorIsNamedAndNoFileIsWritten) {
  const std::string file = path("model.onnx");
  Outer model([](Tensor x) { return erfinv(x); });
  const std::string words = test::message_of<NotImplementedError>([&] { onnx::export_model(model, zeros({2}), file); });
  EXPECT_NE(words.find("ONNX export does not know the operator aten::erfinv"), std::string::npos) << words;
  EXPECT_NE(words.find("in module \"inner\""), std::string::npos) << words;
  EXPECT_EQ(files(), 0U);
}

TEST(Onnx, WhatIsNotUsedIsNotWritten) {
  EXPECT_EQ(ops_of(graph_of([](Tensor x) { return erfinv(x), x.exp(); }, zeros({2}))), Ops{"Exp"});
}

TEST(Onnx, InPlaceOperationsMakeNewValues) {
  const Graph g = graph_of(
      [](Tensor x) {
        Tensor y = x.exp();
        const Tensor before = y * 1;
        y.add_(1);
        return before + y;
      },
      zeros({2}));
  EXPECT_EQ(ops_of(g), (Ops{"Exp", "Mul", "Add", "Add"}));
  EXPECT_EQ(g.nodes[2].inputs[0], g.nodes[0].outputs[0]);
  EXPECT_EQ(g.nodes[3].inputs, (std::vector<std::string>{g.nodes[1].outputs[0], g.nodes[2].outputs[0]}));
}

TEST(Onnx, AWriteThroughAViewIsRefusedWhereItIsRead) {
  const auto through_view = [](Tensor x) {
    Tensor y = x.exp();
    y.select(0, 0).zero_();
    return y * 2;
  };
  const std::string words = test::message_of<NotImplementedError>([&] { graph_of(through_view, ones({2, 2})); });
  EXPECT_NE(words.find("aten::mul reads a tensor whose memory aten::fill_ wrote to through another tensor"),
            std::string::npos)
      << words;
  // A constant that is filled with what depends on the input.
  const auto into_constant = [](Tensor x) {
    const Tensor y = zeros({2, 2});
    y.select(0, 0).copy_(x);
    return y * 2;
  };
  EXPECT_THROW(graph_of(into_constant, ones({2})), NotImplementedError);
  // Parts that do not meet.
  const auto beside = [](Tensor x) {
    Tensor y = x.exp();
    const Tensor second = y.select(0, 1);
    y.select(0, 0).zero_();
    return second * 2;
  };
  EXPECT_EQ(ops_of(graph_of(beside, ones({2, 2}))).back(), "Mul");
}

TEST(Onnx, ConstantsHaveTheValueTheyHadWhenTheyWereRead) {
  const Graph g = graph_of(
      [](Tensor x) {
        Tensor c = ones({1});
        const Tensor y = x + c;
        c.fill_(5);
        return y * c;
      },
      ones({1}));
  ASSERT_EQ(g.initializers.size(), 2U);
  EXPECT_EQ(Tensor(g.initializers[0].value).item<float>(), 1);
  EXPECT_EQ(Tensor(g.initializers[1].value).item<float>(), 5);
}

TEST(Onnx, DynamicAxes) {
  const auto axes = kw::dynamic_axes = onnx::DynamicAxes{{"input", {{0, "batch"}, {1, "length"}}}};
  const Graph g = graph_of(
      [](Tensor x) {
        return x.reshape({x.size(0) * x.size(1), x.size(2)});
      },
      ones({2, 3, 4}), axes);
  ASSERT_EQ(g.outputs.size(), 1U);
  EXPECT_EQ(g.inputs[0].sizes[0].name, "batch");
  EXPECT_EQ(g.inputs[0].sizes[1].name, "length");
  EXPECT_EQ(g.outputs[0].sizes[0].name, "output_dim_0");
  EXPECT_EQ(g.outputs[0].sizes[1].size, 4);
  // Two of them in one shape are taken from the input.
  const Graph two = graph_of([](Tensor x) { return x.reshape({x.size(1), x.size(0), 2, 2}); }, ones({2, 3, 4}), axes);
  EXPECT_EQ(ops_of(two), (Ops{"Shape", "Gather", "Shape", "Gather", "Concat", "Reshape"}));
  EXPECT_EQ(two.outputs[0].sizes[0].name, "length");
  const std::string constant = test::message_of<NotImplementedError>([&] {
    graph_of([](Tensor x) { return x + arange(x.size(1), kFloat32).unsqueeze(1); }, ones({2, 3, 4}), axes);
  });
  EXPECT_NE(constant.find("depends on the size of a dynamic axis"), std::string::npos) << constant;
  const std::string branch = test::message_of<NotImplementedError>([&] {
    graph_of([](Tensor x) { return x.size(0) == 2 ? x.exp() : x.sin(); }, ones({2, 3, 4}), axes);
  });
  EXPECT_NE(branch.find("the model does other things when a dynamic axis has another size"), std::string::npos)
      << branch;
}

TEST(Onnx, ModelsAreTracedInEvaluationMode) {
  nn::Dropout drop(0.5);
  nn::Sequential model(nn::Linear(2, 2), drop);
  drop->eval();
  const std::tuple<Tensor> args{ones({1, 2})};
  EXPECT_EQ(ops_of(export_graph(run_of(model, args), model.get(), tensors_in(args), {})), Ops{"Gemm"});
  EXPECT_TRUE(model->is_training());
  EXPECT_FALSE(drop->is_training());
}

TEST(Onnx, RandomNumbersAreRefused) {
  EXPECT_THROW(graph_of([](Tensor x) { return x + rand({2}); }, ones({2})), NotImplementedError);
  EXPECT_THROW(graph_of([](Tensor x) { return x + rand({2}) * 2; }, ones({2})), NotImplementedError);
  EXPECT_THROW(graph_of([](Tensor x) { return dropout(x, 0.5, true); }, ones({2})), NotImplementedError);
}

TEST(Onnx, FoldingCanBeLeftOut) {
  nn::Linear model(2, 2);
  const auto run = [&](const Tensors& x) { return Tensors{x[0].matmul(model->weight.exp())}; };
  EXPECT_EQ(ops_of(export_graph(run, model.get(), {ones({1, 2})}, {})), Ops{"MatMul"});
  const auto unfolded = onnx::ExportOptions().do_constant_folding(false);
  EXPECT_EQ(ops_of(export_graph(run, model.get(), {ones({1, 2})}, unfolded)), (Ops{"Exp", "MatMul"}));
}

TEST(Onnx, OtherOpsetsAreRefused) { EXPECT_THROW(onnx::ExportOptions().opset_version(11), ValueError); }

TEST(Onnx, SeveralInputsAndOutputs) {
  struct Two : nn::ModuleBase {
    std::tuple<Tensor, std::vector<Tensor>> forward(const Tensor& a, const std::tuple<Tensor, Tensor>& b) {
      return {a + std::get<0>(b), {std::get<1>(b), a}};
    }
  };
  Two model;
  const std::tuple args(ones({2}), std::tuple(ones({2}), zeros({1})));
  const Graph g = export_graph(run_of(model, args), &model, tensors_in(args), {});
  ASSERT_EQ(g.inputs.size(), 3U);
  EXPECT_EQ(g.inputs[2].name, "input.2");
  ASSERT_EQ(g.outputs.size(), 3U);
  EXPECT_EQ(g.outputs[2].name, "output.2");
  EXPECT_EQ(ops_of(g), (Ops{"Add", "Identity", "Identity"}));
}

}  // namespace
}  // namespace xgrad
