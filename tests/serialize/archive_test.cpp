/// OutputArchive and InputArchive, and save() and load() of what libtorch's torch::save takes.
#include <gmock/gmock.h>
#include <xgrad/autograd/graph/ivalue.hpp>
#include <xgrad/serialize/zip.hpp>
#include <xgrad/xgrad.hpp>

#include <sstream>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;

struct ArchivedNet : nn::Module {
  nn::Linear fc = register_module("fc", nn::Linear(3, 2));
  nn::BatchNorm1d bn = register_module("bn", nn::BatchNorm1d(2));
  nn::Sequential layers = register_module(
      "layers", nn::Sequential(nn::Linear(nn::LinearOptions(2, 1).bias(false)),
                               nn::Functional([](Tensor x) { return x * 2; }), nn::ReLU(), nn::Linear(1, 1)));
  Tensor scratch = register_buffer("scratch", ones({5}), false);
  Tensor forward(Tensor x) override { return layers(bn(fc(x))); }
};

void expect_same_state(const nn::ModuleBase& a, const nn::ModuleBase& b) {
  const auto left = a.state_dict(), right = b.state_dict();
  ASSERT_EQ(left.keys(), right.keys());
  for (const auto& [name, tensor] : left) EXPECT_TRUE(tensor.equal(right[name])) << name;
}

Value archive_value(const OutputArchive& out) {
  std::stringstream stream;
  out.save_to(stream);
  return load(stream);
}

std::string bytes_of(const auto& value) {
  std::ostringstream out;
  xgrad::save(value, out);
  return out.str();
}

class Archive : public FolderTest {};

TEST_F(Archive, ModulesThroughFilesAndStreams) {
  const auto net = std::make_shared<ArchivedNet>();
  net->bn->running_mean.fill_(0.25);
  xgrad::save(net, path("net.pt"));
  const auto again = std::make_shared<ArchivedNet>();
  xgrad::load(again, path("net.pt"));
  expect_same_state(*net, *again);
  EXPECT_TRUE(again->fc->weight.requires_grad() && again->fc->weight.is_leaf());

  ArchivedNet by_value;  // a module that no pointer owns
  std::istringstream in(bytes_of(by_value));
  xgrad::load(*again, in);
  expect_same_state(by_value, *again);

  nn::Linear fc(3, 2);  // a holder
  xgrad::save(net->fc, path("fc.pt"));
  xgrad::load(fc, path("fc.pt"));
  expect_same_state(*net->fc, *fc);
  EXPECT_THAT(xgrad::load(path("net.pt")).keys(), ::testing::ContainerEq(net->state_dict().keys()));
}

TEST_F(Archive, TensorsAndVectorsShareMemoryAgain) {
  const Tensor base = xgrad::arange(6).to(kFloat32), row = base.view({2, 3})[1];
  xgrad::save(row, path("t.pt"));
  Tensor t;
  xgrad::load(t, path("t.pt"));
  EXPECT_TRUE(t.equal(row));
  xgrad::save(std::vector<Tensor>{base, row, base.view({2, 3}).t()}, path("v.pt"));
  std::vector<Tensor> v;
  xgrad::load(v, path("v.pt"));
  ASSERT_EQ(v.size(), 3u);
  EXPECT_TRUE(v[1].equal(row) && v[1].array().same_storage(v[0].array()));
  EXPECT_EQ(v[2].stride(0), 1);
  xgrad::load(v, path("v.pt"));  // which appends
  EXPECT_EQ(v.size(), 6u);
  Tensor other = ones({7});
  xgrad::load(other, path("t.pt"));  // a defined tensor gets the data
  EXPECT_TRUE(other.equal(row));
}

TEST_F(Archive, EveryDtype) {
  std::vector<Tensor> all;
  for (int i = 0; i < kDtypeCount; ++i) all.push_back(xgrad::arange(2).to(static_cast<ScalarType>(i)));
  std::istringstream in(bytes_of(all));
  std::vector<Tensor> again;
  xgrad::load(again, in);
  ASSERT_EQ(again.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(again[i].dtype(), all[i].dtype());
    EXPECT_TRUE(again[i].equal(all[i]));
  }
}

/// Steps of an optimiser on two groups; the same for the same state.
std::vector<Tensor> two_parameters() {
  return {xgrad::arange(3).to(kFloat32).requires_grad_(), ones({2, 2}).requires_grad_()};
}
void take_steps(optim::Optimizer& optimizer, const std::vector<Tensor>& params, int from, int to) {
  for (int step = from; step < to; ++step) {
    const NoGradGuard no_grad;
    for (const Tensor& p : params) p.mutable_grad() = full(p.sizes(), 0.5 * step + 1, kFloat32);
    optimizer.step([] { return ones({}); });
  }
}

template <class Optimizer, class Options>
void expect_goes_on(Options options, const Options& others) {
  const auto groups = [](const std::vector<Tensor>& p) {
    return std::vector{optim::OptimizerParamGroup({p[0], p[1]})};
  };
  const auto params = two_parameters(), copies = two_parameters();
  Optimizer optimizer(groups(params), options);
  take_steps(optimizer, params, 0, 3);
  std::istringstream in(bytes_of(optimizer));

  Optimizer again(groups(copies), others);
  xgrad::load(again, in);
  for (std::size_t i = 0; i < params.size(); ++i) copies[i].data().copy_(params[i].detach());
  take_steps(optimizer, params, 3, 6);
  take_steps(again, copies, 3, 6);
  for (std::size_t i = 0; i < params.size(); ++i) EXPECT_TRUE(copies[i].equal(params[i])) << optimizer.name();
}

TEST_F(Archive, OptimizersGoOnWithTheSameBits) {
  expect_goes_on<optim::SGD>(optim::SGDOptions(0.1).momentum(0.9), optim::SGDOptions(1));
  expect_goes_on<optim::Adam>(optim::AdamOptions(0.1).amsgrad(true), optim::AdamOptions(1));
  expect_goes_on<optim::AdamW>(optim::AdamWOptions(0.1).betas({0.5, 0.75}), optim::AdamWOptions(1));
  expect_goes_on<optim::RMSprop>(optim::RMSpropOptions(0.1).momentum(0.5).centered(true), optim::RMSpropOptions(1));
  expect_goes_on<optim::Adagrad>(optim::AdagradOptions(0.1), optim::AdagradOptions(1));
  expect_goes_on<optim::Adamax>(optim::AdamaxOptions(0.1), optim::AdamaxOptions(1));
  expect_goes_on<optim::NAdam>(optim::NAdamOptions(0.1), optim::NAdamOptions(1));
  expect_goes_on<optim::RAdam>(optim::RAdamOptions(0.1), optim::RAdamOptions(1));
  expect_goes_on<optim::LBFGS>(optim::LBFGSOptions(0.1).max_iter(2), optim::LBFGSOptions(1));
}

TEST_F(Archive, ValuesAndArchivesInArchives) {
  OutputArchive out, inner(out.compilation_unit());
  out.write("int", 3);
  out.write("float", 1.5);
  out("str", "a \"quoted\"\\ text, \n ü");
  out.write("none", IValue());
  out.write("ints", Value::list({1, 2}));
  out.write("nested", Value::tuple({1, Value::list({"a"}), Value::dict({{"k", true}})}));
  out.write("odd name/1.x \"y\"", ones({2}), true);
  out.write("inner", inner);
  inner.write("late", 7);
  out.write("int", 4);  // again
  std::stringstream stream;
  out.save_to(stream);
  InputArchive in;
  in.load_from(stream);
  EXPECT_THAT(in.keys(), ElementsAre("int", "float", "str", "none", "ints", "nested", "odd name/1.x \"y\"", "inner"));
  IValue i;
  in.read("int", i);
  EXPECT_EQ(i.toInt(), 4);
  in.read("ints", i);
  EXPECT_THAT(i.toIntVector(), ElementsAre(1, 2));
  Value v;
  in("str", v);
  EXPECT_EQ(v.toStringRef(), "a \"quoted\"\\ text, \n ü");
  in.read("nested", v);
  EXPECT_TRUE(v.items()[2].as_dict().at("k").toBool());
  InputArchive nested;
  in.read("inner", nested);
  nested.read("late", v);
  EXPECT_EQ(v.toInt(), 7);

  Tensor t;
  EXPECT_FALSE(in.try_read("int", t) || in.try_read("inner", v) || in.try_read("int", nested) || in.try_read("x", v));
  const auto error = [&](auto& what, const char* key) { return error_of([&] { nested.read(key, what); }); };
  EXPECT_EQ(error(t, "late"), "No such serialized tensor 'inner.late'");
  EXPECT_EQ(error(v, "x"), "No such serialized IValue 'inner.x'");
  InputArchive none;
  EXPECT_EQ(error(none, "late"), "No such serialized submodule: 'inner.late'");
}

TEST_F(Archive, BytesAndFunctions) {
  const Tensor t = ones({4});
  std::string bytes;
  OutputArchive out;
  out << t;
  out.save_to([&](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
    return size;
  });
  expect_contains(error_of([&] { out.save_to([](const void*, std::size_t) { return std::size_t{0}; }); }), "0 of ");
  InputArchive in;
  in.load_from(bytes.data(), bytes.size());
  Tensor again;
  in >> again;
  EXPECT_TRUE(again.equal(t));
  InputArchive lazily;
  lazily.load_from([&](std::uint64_t place, void* to,
                       std::size_t count) { return bytes.copy(static_cast<char*>(to), count, place); },
                   [&] { return bytes.size(); });
  lazily.read("0", again);
  EXPECT_TRUE(again.equal(t));
}

TEST_F(Archive, PickleSaveAndLoad) {
  EXPECT_TRUE(pickle_load(pickle_save(ones({2}))).toTensor().equal(ones({2})));
  EXPECT_EQ(pickle_load(pickle_save(IValue("text"))).toStringRef(), "text");
  const IValue list = pickle_load(pickle_save(IValue(std::vector<double>{0.5})));
  EXPECT_THAT(list.toDoubleVector(), ElementsAre(0.5));
  const Value dict = pickle_load(pickle_save(Value::dict({{"one", 1}})));
  EXPECT_EQ(dict.as_dict().at("one").toInt(), 1);
  EXPECT_THROW(static_cast<void>(static_cast<IValue>(dict)), TypeError);
}

/// The last of several layers may have another size.
struct ArchivedPair : nn::Module {
  explicit ArchivedPair(std::int64_t n) {
    register_module("first", nn::Linear(2, 2));
    register_module("second", nn::Linear(2, n));
  }
};

TEST_F(Archive, AModuleIsLoadedAsAWholeOrNotAtAll) {
  const ArchivedPair wide(3);
  xgrad::save(wide, path("wide.pt"));
  ArchivedPair target(1);
  const auto before = target.state_dict();
  std::vector<Tensor> copies;
  for (const auto& [name, tensor] : before) copies.push_back(tensor.clone());
  expect_contains(error_of([&] { xgrad::load(target, path("wide.pt")); }),
                  "size mismatch for second.weight: copying a param with shape torch.Size([3, 2]) from checkpoint, the "
                  "shape in current model is torch.Size([1, 2]).");
  xgrad::save(nn::Linear(2, 2), path("linear.pt"));
  expect_contains(error_of([&] { xgrad::load(target, path("linear.pt")); }),
                  "No such serialized submodule: 'first'\n  loading '" + path("linear.pt") + "'");
  for (std::size_t i = 0; i < copies.size(); ++i) EXPECT_TRUE(before[i].value().equal(copies[i])) << i;

  InputArchive archive;  // is as good after an error as before
  archive.load_from(path("wide.pt"));
  EXPECT_THROW(target.load(archive), Error);
  ArchivedPair other(3);
  other.load(archive);
  expect_same_state(other, wide);
}

/// A module that keeps more than tensors.
struct ArchivedCounter : nn::Module {
  nn::Linear fc = register_module("fc", nn::Linear(1, 1));
  std::int64_t seen = 0;
  void save(OutputArchive& archive) const override {
    nn::Module::save(archive);
    archive.write("seen", seen);
  }
  void load(InputArchive& archive) override {
    nn::Module::load(archive);
    Value value;
    archive.read("seen", value);
    seen = value.as_int();
  }
};
struct ArchivedOuter : nn::Module {
  std::shared_ptr<ArchivedCounter> counter = register_module("counter", std::make_shared<ArchivedCounter>());
};

TEST_F(Archive, ModulesMayKeepMore) {
  ArchivedOuter outer, again;
  outer.counter->seen = 42;
  xgrad::save(outer, path("x"));
  xgrad::load(again, path("x"));
  EXPECT_EQ(again.counter->seen, 42);
  expect_same_state(outer, again);
}

TEST_F(Archive, PythonsFilesFitToo) {
  ArchivedNet net, again;
  xgrad::save(net.state_dict(), path("state.pt"));
  xgrad::load(again, path("state.pt"));
  expect_same_state(net, again);
  const auto params = two_parameters();
  optim::Adam adam(params, optim::AdamOptions(0.5)), other(params, optim::AdamOptions(1));
  take_steps(adam, params, 0, 2);
  xgrad::save(adam.state_dict(), path("adam.pt"));
  xgrad::load(other, path("adam.pt"));
  EXPECT_TRUE(other.state(params[1], "exp_avg").equal(adam.state(params[1], "exp_avg")));
  EXPECT_EQ(other.param_groups()[0].options().get_lr(), 0.5);
  Tensor t;
  xgrad::save(Value(ones({3})), path("tensor.pt"));
  xgrad::load(t, path("tensor.pt"));
  EXPECT_TRUE(t.equal(ones({3})));
  std::vector<Tensor> v;
  xgrad::save(Value::list({ones({3}), zeros({1})}), path("list.pt"));
  xgrad::load(v, path("list.pt"));
  EXPECT_EQ(v.size(), 2u);
  Value value;
  std::stringstream stream;
  xgrad::save(Value::dict({{"epoch", 3}}), stream);
  xgrad::load(value, stream);
  EXPECT_EQ(value.as_dict().at("epoch").as_int(), 3);
  std::stringstream another;
  xgrad::save(net.state_dict(), another);
  EXPECT_EQ(xgrad::load(another).keys(), net.state_dict().keys());
}

TEST_F(Archive, WhatCannotBeSaved) {
  OutputArchive out;
  const auto error = [&](const Value& value) {
    out.write("key", value);
    return error_of([&] { out.save_to(path("x")); });
  };
  expect_contains(error(Value::list({1, 2.0})), "a list or dict of several types: here int and float");
  expect_contains(error(Value::list({1, 2.0})), "in 'key' of an archive");
  expect_contains(error(Value::Bytes{"x"}), "cannot hold a value of type bytes");
  expect_contains(error(Array()), "undefined tensor");
  expect_contains(error_of([&] { out.write("t", Tensor()); }), "cannot save an undefined tensor: 't'");
  const Value knot = Value::list();
  knot.as_list().push_back(Value::tuple({knot}));
  expect_contains(error(knot), "contains itself");
  knot.as_list().clear();
  out.write("key", out);
  expect_contains(error_of([&] { out.save_to(path("x")); }), "contains itself");
  out.write("key", 1);
  expect_contains(error_of([&] { xgrad::save(nn::Linear(nullptr), path("x")); }), "empty module");
  EXPECT_EQ(files(), 0u);
  std::ostringstream full;
  full.setstate(std::ios::badbit);
  expect_contains(error_of([&] { xgrad::save(ones({1}), full); }), "stream failed");
  expect_contains(error_of([&] { save(archive_value(out), path("x")); }), "only archives can hold it");
}

}  // namespace
}  // namespace xgrad::serialize::testing
