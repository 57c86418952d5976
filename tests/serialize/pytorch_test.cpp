/// Round trips and errors of save() and load().
#include <gmock/gmock.h>
#include <xgrad/serialize/zip.hpp>
#include <xgrad/tests/support/zip_archive.hpp>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

using namespace std::string_literals;

using ::testing::ElementsAre;

using PytorchTest = FolderTest;

TEST_F(PytorchTest, EveryDtype) {
  StateDict state;
  for (int i = 0; i < kDtypeCount; ++i) {
    const auto dtype = static_cast<ScalarType>(i);
    state.emplace_back(std::string(info(dtype).name), dispatch(dtype, [&]<class T>() {
                         return make<T>({2, 2}, {T(0), T(1), T(0), T(1)});
                       }));
  }
  save_state_dict(state, path("all"));
  const StateDict back = load_state_dict(path("all"));
  ASSERT_EQ(back.size(), state.size());
  for (std::size_t i = 0; i < state.size(); ++i) {
    EXPECT_EQ(back[i].first, state[i].first);
    EXPECT_EQ(back[i].second.dtype(), state[i].second.dtype());
    EXPECT_EQ(back[i].second.sizes(), Dims({2, 2}));
    EXPECT_EQ(std::memcmp(back[i].second.raw(), state[i].second.raw(), state[i].second.nbytes()), 0);
  }
}

TEST_F(PytorchTest, ViewsComeBackAsViews) {
  const Array base = arange(24);
  const Array table = base.view({4, 6});
  save_state_dict({{"base", base},
                   {"transposed", table.transpose(0, 1)},
                   {"slice", table.slice(0, 1, 4, 2)},
                   {"column", table.select(1, 5)},
                   {"expanded", base.slice(0, 3, 4, 1).expand({2, 2})},
                   {"empty", table.slice(0, 4, 4, 1)},
                   {"scalar", base.select(0, 7)}},
                  path("views"));
  const StateDict back = load_state_dict(path("views"));
  EXPECT_EQ(elements<float>(back[1].second), elements<float>(table.transpose(0, 1)));
  EXPECT_THAT(elements<float>(back[2].second), ElementsAre(6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23));
  EXPECT_THAT(elements<float>(back[3].second), ElementsAre(5, 11, 17, 23));
  EXPECT_EQ(back[4].second.strides(), Dims({0, 0}));
  EXPECT_EQ(back[5].second.sizes(), Dims({0, 6}));
  EXPECT_THAT(elements<float>(back[6].second), ElementsAre(7));
  for (const auto& [name, array] : back) EXPECT_TRUE(array.same_storage(back[0].second)) << name;
  back[0].second.data<float>()[23] = -1;
  EXPECT_EQ(elements<float>(back[3].second)[3], -1);
  EXPECT_EQ(ZipReader(path("views")).entries().size(), 3u);  // the pickle, one storage, the version
}

TEST_F(PytorchTest, EmptyThings) {
  save_state_dict({}, path("none"));
  EXPECT_TRUE(load_state_dict(path("none")).empty());
  save_state_dict({{"x", Array::empty({0}, kFloat32)}, {"y", Array::empty({3, 0}, kBool)}}, path("empty"));
  const auto back = load_state_dict(path("empty"));
  EXPECT_EQ(back[1].second.sizes(), Dims({3, 0}));
  EXPECT_EQ(back[1].second.dtype(), kBool);
}

TEST_F(PytorchTest, NestedValues) {
  const Value shared = Value::list({1, 2.5, "x"});
  save(Value::dict({{"epoch", 3},
                    {"list", shared},
                    {"same", shared},
                    {7, Value::tuple({Value(), true, Value::Bytes{std::string("\0\xfe", 2)}})},
                    {"weight", Value::Tensor{arange(2), true, true}},
                    {"dtype", kInt64},
                    {"state", Value::ordered_dict({{"a", arange(1)}})}}),
       path("nested.pt"));
  const Value back = load(path("nested.pt"));
  const Value::Dict& d = back.as_dict();
  EXPECT_EQ(d.at("epoch").as_int(), 3);
  EXPECT_EQ(d.at("list").as_list()[1].as_float(), 2.5);
  EXPECT_EQ(d.at("list").identity(), d.at("same").identity());
  EXPECT_EQ(d.entries[3].first.as_int(), 7);
  EXPECT_EQ(d.entries[3].second.as_tuple()[2].as_bytes(), std::string("\0\xfe", 2));
  EXPECT_TRUE(d.at("weight").as_tensor().parameter);
  EXPECT_TRUE(d.at("weight").as_tensor().requires_grad);
  EXPECT_EQ(d.at("dtype").as_dtype(), kInt64);
  EXPECT_TRUE(d.at("state").as_dict().ordered);
}

TEST_F(PytorchTest, SameValueSameBytes) {
  save_state_dict({{"x", arange(10)}}, path("a.pt"));
  std::filesystem::create_directory(path("b"));
  save_state_dict({{"x", arange(10)}}, path("b/a.pt"));
  EXPECT_EQ(read_file(path("a.pt")), read_file(path("b/a.pt")));
}

TEST_F(PytorchTest, FolderInsideIsNamedAfterTheFile) {
  save_state_dict({}, path("saved_model"));
  EXPECT_TRUE(ZipReader(path("saved_model")).find("saved_model/data.pkl"));
  save_state_dict({}, path("a.b.pt"));
  EXPECT_TRUE(ZipReader(path("a.b.pt")).find("a.b/data.pkl"));
  save_state_dict({}, path("Grüße.pt"));
  EXPECT_TRUE(ZipReader(path("Grüße.pt")).find("Grüße/data.pkl"));
  save_state_dict({}, path("\xff\xfe.pt"));
  EXPECT_TRUE(ZipReader(path("\xff\xfe.pt")).find("archive/data.pkl"));
}

TEST_F(PytorchTest, FromMemory) {
  save_state_dict({{"x", arange(3)}}, path("m"));
  const Value v = load_bytes(read_file(path("m")));
  EXPECT_THAT(elements<float>(v.as_dict().at("x").as_tensor().array), ElementsAre(0, 1, 2));
}

TEST_F(PytorchTest, WhatCannotBeSaved) {
  const auto error = [&](const Value& v) { return error_of([&] { save(v, path("x")); }); };
  expect_contains(error(Array()), "undefined tensor");
  expect_contains(error(Value::dict({{Value::list(), 1}})), "key of type list");
  expect_contains(error("\xff"), "not UTF-8");
  const Value knot = Value::list();
  knot.as_list().push_back(Value::tuple({knot}));
  expect_contains(error(knot), "contains itself");
  knot.as_list().clear();
  Value deep;
  for (int i = 0; i < 1001; ++i) deep = Value::list({deep});
  expect_contains(error(deep), "nested deeper than 1000");
  const Array a = arange(2);
  const Array bits(a.storage(), kInt32, {2}, {1}, 0);
  expect_contains(error(Value::list({a, bits})),
                  "Cannot save multiple tensors or storages that view the same data as different types");
  const Array outside(a.storage(), kFloat32, {3}, {1}, 0);
  expect_contains(error(outside), "out of bounds for storage of 2 elements");
  EXPECT_EQ(files(), 0u);
}

TEST_F(PytorchTest, DeepestValueComesBack) {
  Value deep;
  for (int i = 0; i < 1000; ++i) deep = Value::list({deep});
  save(deep, path("deep"));
  EXPECT_EQ(load(path("deep")).as_list().size(), 1u);
}

TEST_F(PytorchTest, MissingFileAndFolder) {
  EXPECT_EQ(error_of([&] { load(path("none.pt")); }),
            "[Errno 2] No such file or directory: '"s + path("none.pt") + "'");
  expect_contains(error_of([&] { load(folder_.string()); }), "Is a directory");
  expect_contains(error_of([&] { load("/dev/null"); }), "not a regular file");
  expect_contains(error_of([&] { save(1, path("none/x.pt")); }),
                  "Parent directory "s + path("none") + " does not exist");
}

TEST_F(PytorchTest, NotAnArchive) {
  const auto error = [&](const std::string& bytes) {
    write_file(path("x"), bytes);
    return error_of([&] { load(path("x")); });
  };
  expect_contains(error(""), "the file is empty");
  expect_contains(error("hello"), "was not written by torch.save");
  expect_contains(error("hello"), "'"s + path("x") + "' (5 bytes)");
  save_state_dict({{"x", arange(100)}}, path("y"));
  const std::string whole = read_file(path("y"));
  expect_contains(error(whole.substr(0, whole.size() / 2)), "its end is missing");
}

TEST_F(PytorchTest, EntriesOfPyTorch2) {
  const ZipReader old(golden("views"));
  const auto write = [&](const std::string& order, const std::string& version) {
    AtomicFile file(path("new.pt"));
    ZipWriter zip(file);
    for (const auto& entry : old.entries()) {
      const std::string name = entry.name.substr(entry.name.find('/'));
      if (name != "/version") zip.add("new" + name, old.read(entry));
      if (name != "/data.pkl") continue;
      zip.add("new/.format_version", "1");
      zip.add("new/.storage_alignment", "64");
      zip.add("new/byteorder", order);
    }
    zip.add("new/version", version);
    zip.add("new/.data/serialization_id", std::string(40, '7'));
    zip.finish();
    file.commit();
    return path("new.pt");
  };
  const Value v = load(write("little", "3\n"));
  EXPECT_EQ(elements<float>(v.as_dict().at("base").as_tensor().array), elements<float>(arange(12)));
  const Value swapped = load(write("big", "3\n"));
  std::vector<float> expected = elements<float>(arange(12));
  for (float& x : expected) std::reverse(reinterpret_cast<char*>(&x), reinterpret_cast<char*>(&x + 1));
  EXPECT_EQ(elements<float>(swapped.as_dict().at("base").as_tensor().array), expected);
  EXPECT_TRUE(
      swapped.as_dict().at("row").as_tensor().array.same_storage(swapped.as_dict().at("base").as_tensor().array));
  expect_contains(error_of([&] { load(write("middle", "3\n")); }), "Unknown endianness type: 'middle'");
  expect_contains(error_of([&] { load(write(std::string(1000, 'b'), "3\n")); }), "Unknown endianness type: ''");
  expect_contains(error_of([&] { load(write("little", "11\n")); }), "the maximum supported version for reading is 10");
  expect_contains(error_of([&] { load(write("little", "x")); }), "is not a version: 'x'");
}

/// What PyTorch 2 names in a pickle and 1.13, which writes the goldens, does not. `rest` follows the tensor's hooks.
Value torch2(const std::string& head, const std::string& storage, const std::string& rest, char numel = 3) {
  std::string id = "((X";
  id += std::string("\x07\0\0\0storage", 11) + "c" + storage +
        std::string(
            "\nX\x01\0\0\0"
            "0X\x03\0\0\0cpuK",
            16);
  const std::string shape("K\0K\x03\x85K\x01\x85\x89", 9), hooks = "ccollections\nOrderedDict\n)R";
  const std::string pickled = "\x80\x02" + head + id + numel + "tQ" + shape + hooks + rest;
  const float values[]{1, 2, 3};
  return load_bytes(
      test::zip_archive({{"x/data.pkl", pickled},
                         {"x/byteorder", "little"},
                         {"x/data/0", std::string(reinterpret_cast<const char*>(values), sizeof values)}}));
}

TEST(PyTorch2, TensorsWithAttributesAndOfOtherMachines) {
  const std::string v2 = "ctorch._utils\n_rebuild_tensor_v2\n", of_type = "ctorch._tensor\n_rebuild_from_type_v2\n(";
  for (const std::string type : {"torch\nTensor", "torch.nn.parameter\nParameter", "torch.nn.parameter\nBuffer"}) {
    const Value v = torch2(of_type + v2 + "c" + type + "\n", "torch\nFloatStorage", "t}tR.");
    EXPECT_EQ(elements<float>(v.as_tensor().array), (std::vector<float>{1, 2, 3}));
    EXPECT_EQ(v.as_tensor().parameter, type.ends_with("Parameter"));
  }
  expect_contains(
      error_of([&] { torch2(of_type + v2 + "ccollections\nOrderedDict\n", "torch\nFloatStorage", "t}tR."); }),
      "_rebuild_from_type_v2() of collections.OrderedDict");
  const Value v = torch2("ctorch._utils\n_rebuild_device_tensor_from_cpu_tensor\n(" + v2, "torch\nFloatStorage",
                         "tRctorch\nfloat32\nX" + std::string("\x05\0\0\0xla:0", 9) + "\x88tR.");
  EXPECT_EQ(elements<float>(v.as_tensor().array), (std::vector<float>{1, 2, 3}));
  EXPECT_TRUE(v.as_tensor().requires_grad);
}

TEST(PyTorch2, DtypesThatNoTensorHasAreNamed) {
  const std::string v3 = "ctorch._utils\n_rebuild_tensor_v3\n";
  for (const std::string dtype : {"uint16", "uint64", "float8_e4m3fn", "float16"}) {
    const std::string error =
        error_of([&] { torch2(v3, "torch.storage\nUntypedStorage", "ctorch\n" + dtype + "\ntR.", 12); });
    expect_contains(error, "Unsupported dtype torch." + dtype);
    expect_contains(error, "hint: no Tensor has this dtype: convert it in Python");
  }
  expect_contains(error_of([&] { torch2(v3, "torch.storage\nUntypedStorage", "ctorch\nfloat32\ntR.", 12); }),
                  "_rebuild_tensor_v3() of a dtype that PyTorch has another function for");
}

TEST_F(PytorchTest, ArchiveOfSomethingElse) {
  AtomicFile file(path("other.zip"));
  ZipWriter zip(file);
  zip.add("readme.txt", "hello", 5);
  zip.finish();
  file.commit();
  expect_contains(error_of([&] { load(path("other.zip")); }), "not one that torch.save wrote");
}

TEST_F(PytorchTest, StateDictOfOtherThings) {
  save(Value::list({1}), path("list"));
  expect_contains(error_of([&] { load_state_dict(path("list")); }), "Expected state_dict to be dict-like, got list");
  save(Value::dict({{"model", Value::dict()}}), path("checkpoint"));
  expect_contains(error_of([&] { load_state_dict(path("checkpoint")); }), "the entry 'model' is a dict, not a tensor");
  save(Value::dict({{1, arange(1)}}), path("keys"));
  expect_contains(error_of([&] { load_state_dict(path("keys")); }), "keys of type str, got int");
}

}  // namespace
}  // namespace xgrad::serialize::testing
