/// What is made of a loaded file for modules, optimisers, tensors and state dicts: files that would make it large, deep
/// or slow are refused, or are neither.
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/tests/support/zip_archive.hpp>
#include <xgrad/xgrad.hpp>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <functional>
#include <random>
#include <sstream>
#include <unordered_map>

#include "support.hpp"

namespace xgrad::serialize::testing {
namespace {

std::string str(const std::string& text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  return "X" + std::string(reinterpret_cast<const char*>(&size), sizeof size) + text;
}

std::string number(std::int64_t i) {
  return std::string("\x8a\x08") + std::string(reinterpret_cast<const char*>(&i), sizeof i);
}

/// A tensor that looks at one float, of these sizes.
std::string tensor(const std::vector<std::int64_t>& sizes) {
  std::string dims = "(", strides = "(";
  for (const std::int64_t size : sizes) dims += number(size), strides += number(0);
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + str("storage") + "ctorch\nFloatStorage\n" + str("0") + str("cpu") +
         "K\x01tQ" + number(0) + dims + "t" + strides + "t\x89" + "ccollections\nOrderedDict\n)RtR";
}

std::string file_of(const std::string& pickled) {
  return test::zip_archive({{"x/data.pkl", "\x80\x02" + pickled + "."}, {"x/data/0", std::string(4, '\0')}});
}

/// What load() into each kind of thing says of a file.
std::vector<std::string> errors_of(const std::string& file) {
  nn::Linear model(2, 2);
  optim::Adam adam(model->parameters(), optim::AdamOptions(0.1));
  Tensor one;
  std::vector<Tensor> many;
  const auto error = [&](auto& into) {
    return error_of([&] {
      std::istringstream in(file);
      xgrad::load(into, in);
    });
  };
  return {error(model), error(adam), error(one), error(many)};
}

/// Processor seconds; only for tests of what took a hundred times as long.
double seconds(const std::function<void()>& f) {
  const std::clock_t start = std::clock();
  f();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST(Limits, ANameOfDots) {
  std::string name;
  for (int i = 0; i < 200'000; ++i) name += "a.";
  for (const std::string& error : errors_of(file_of("}" + str(name + "w") + "Ns."))) {
    expect_contains(error, "would nest objects deeper than 1000 levels\n  loading '<stream>'");
    EXPECT_LT(error.size(), 500u);
  }
}

TEST(Limits, NamesOfManyObjects) {
  std::string pickled = "}(";
  for (int i = 0; i < 1000; ++i) {
    std::string name = std::to_string(i);
    for (int k = 0; k < 990; ++k) name += ".a";
    pickled += str(name) + "N";
  }
  const std::string file = file_of(pickled + "u");
  const std::string error = error_of([&] { InputArchive().load_from(file.data(), file.size()); });
  expect_contains(error, "the dots of its names stand for far more memory than the");
}

// Each object is in the next one twice, under a long name: half a million tensors of names of many kilobytes.
TEST(Limits, NamesThatDoubleWithEachLevel) {
  std::string pickled = "c__torch__\nM\nq" + std::string(1, '\0') + ")\x81}(" + str("z") + "(" +
                        str(std::string(2000, 'k')) + "q\xf0" + str(std::string(2000, 'j')) + "q\xf1h" +
                        std::string(1, '\0') + ")\x81}(" + str("t") + tensor({}) + "ubq\x01";
  for (char i = 1; i < 19; ++i) {
    const std::string below = std::string("h") + i;
    pickled += "h" + std::string(1, '\0') + ")\x81}(h\xf0" + below + "h\xf1" + below + "ubq" + static_cast<char>(i + 1);
  }
  std::istringstream in(file_of(pickled + "t" + str("r") + "h\x13ub"));
  const std::string error = error_of([&] { load_state_dict(in); });
  expect_contains(error, "the names of its tensors take far more memory than the");
  expect_contains(error, "loading '<stream>'");
}

TEST(Limits, TensorsOfOneName) {
  const std::string object = "c__torch__\nM\n)\x81}(";
  std::istringstream in(file_of(object + str("a.b") + tensor({}) + str("a") + object + str("b") + tensor({}) + "ubub"));
  expect_contains(error_of([&] { load_state_dict(in); }), "the archive has two tensors named 'a.b'");
}

/// An optimiser's file with one parameter, whose state has these entries.
std::string optimizer_file(const std::string& entries, const std::string& options) {
  return file_of("}(" + str("state") + "}K" + std::string(1, '\0') + "}(" + entries + "us" + str("param_groups") +
                 "]}(" + options + str("params") + "]K" + std::string(1, '\0') + "auau");
}

TEST(Limits, StateOfAnotherShape) {
  const std::string options = str("lr") + "K\x01";
  const auto adam_error = [&](const std::vector<std::int64_t>& sizes) {
    Tensor weight = zeros({2, 3}, requires_grad());
    optim::Adam adam(std::vector<Tensor>{weight}, optim::AdamOptions(0.1));
    std::istringstream in(optimizer_file(
        str("step") + "K\x01" + str("exp_avg") + tensor(sizes) + str("exp_avg_sq") + tensor({2, 3}), options));
    return error_of([&] { xgrad::load(adam, in); });
  };
  EXPECT_EQ(adam_error({2, 3}), "");
  expect_contains(
      adam_error({std::int64_t{1} << 50}),
      "has an 'exp_avg' of shape torch.Size([1125899906842624]) for a parameter of shape torch.Size([2, 3])");
  expect_contains(adam_error({3, 2}), "torch.Size([3, 2])");

  Tensor weight = zeros({2, 3}, requires_grad());
  optim::LBFGS lbfgs(std::vector<Tensor>{weight}, optim::LBFGSOptions(0.1));
  std::istringstream in(optimizer_file(
      str("func_evals") + "K\x01" + str("n_iter") + "K\x01" + str("d") + tensor({std::int64_t{1} << 50}), options));
  expect_contains(error_of([&] { xgrad::load(lbfgs, in); }),
                  "of shape torch.Size([1125899906842624]) for parameters of 6 elements");
}

/// A state of LBFGS for six elements with this list of directions, and of steps.
std::string lbfgs_file(const std::string& list, std::size_t count) {
  std::string ones = "](";
  for (std::size_t i = 0; i < count; ++i) ones += "K\x01";
  return optimizer_file(str("func_evals") + "K\x01" + str("n_iter") + "K\x02" + str("d") + tensor({6}) + "q\x02" +
                            str("t") + "K\x01" + str("old_dirs") + list + str("old_stps") + list + str("ro") + ones +
                            "e" + str("H_diag") + "K\x01" + str("prev_flat_grad") + "h\x02" + str("prev_loss") +
                            "K\x01",
                        str("lr") + "K\x01");
}

// Each direction that a file names is copied, so one that is named a thousand times may not stand for a thousand.
TEST(Limits, DirectionsThatAreOneTensor) {
  Tensor weight = zeros({2, 3}, requires_grad());
  optim::LBFGS lbfgs(std::vector<Tensor>{weight}, optim::LBFGSOptions(0.1));
  std::string list = "](";
  for (int i = 0; i < 1000; ++i) list += i == 0 ? tensor({6}) + "q\x01" : "h\x01";
  std::istringstream in(lbfgs_file(list + "e", 1000));
  expect_contains(error_of([&] { xgrad::load(lbfgs, in); }),
                  "LBFGS: the state's old_dirs and old_stps have 12000 elements, of which their storages hold 1");
  std::istringstream fewer(lbfgs_file(list + "e", 999));
  expect_contains(error_of([&] { xgrad::load(lbfgs, fewer); }),
                  "old_dirs, old_stps and ro must have one length, but have 1000, 1000 and 999");
  std::istringstream none(lbfgs_file("]", 0));
  EXPECT_EQ(error_of([&] { xgrad::load(lbfgs, none); }), "");
}

TEST(Limits, ManyNames) {
  constexpr int kNames = 200'000;
  std::string pickled = "}(" + str("_") + tensor({}) + "q\x01";
  for (int i = 0; i < kNames; ++i) pickled += str(std::to_string(i)) + "h\x01";
  const std::string file = file_of(pickled + "u");
  std::vector<Tensor> tensors;
  EXPECT_LT(seconds([&] { xgrad::load(tensors, file.data(), file.size()); }), 10);
  EXPECT_EQ(tensors.size(), std::size_t{kNames});
  OutputArchive archive;
  EXPECT_LT(seconds([&] {
              for (int i = 0; i < kNames; ++i) archive.write(std::to_string(i % (kNames / 2)), i);
            }),
            10);
  std::stringstream stream;
  archive.save_to(stream);
  InputArchive saved;
  saved.load_from(stream);
  EXPECT_EQ(saved.keys().size(), std::size_t{kNames / 2});
  Value last;
  saved.read("5", last);
  EXPECT_EQ(last.as_int(), kNames / 2 + 5) << "the later of two";
}

/// 2^15 names with one std::hash, where it is libstdc++'s: Murmur's with a seed that everybody knows. From any state of
/// it, whatever the next eight bytes are, there are eight more that lead to a state of one's choice.
std::vector<std::string> names_with_one_hash() {
  constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995, kSeed = 0xc70f6907, kNameBytes = 48, kNext = 1;
  std::uint64_t inverse = kFactor;
  for (int i = 0; i < 6; ++i) inverse *= 2 - kFactor * inverse;
  const auto shifted = [](std::uint64_t v) { return v ^ v >> 47; };
  std::mt19937_64 random(1);
  std::uint64_t state = kSeed ^ kNameBytes * kFactor;
  std::vector<std::string> names{""};
  for (int part = 0; part < 3; ++part, state = kNext * kFactor) {
    std::vector<std::string> choices;
    while (choices.size() < 32) {
      std::string choice(16, 0);
      for (int i = 0; i < 8; ++i) choice[i] = static_cast<char>('a' + random() % 26);
      std::uint64_t block = 0;
      std::memcpy(&block, choice.data(), 8);
      const std::uint64_t between = (state ^ shifted(block * kFactor) * kFactor) * kFactor;
      block = shifted((kNext ^ between) * inverse) * inverse;
      std::memcpy(&choice[8], &block, 8);
      const auto plain = [](char c) { return c > ' ' && c < 127 && c != '"' && c != '\\'; };
      if (std::all_of(choice.begin(), choice.end(), plain)) choices.push_back(choice);
    }
    std::vector<std::string> longer;
    for (const std::string& name : names) {
      for (const std::string& choice : choices) longer.push_back(name + choice);
    }
    names = std::move(longer);
  }
  return names;
}

// Tables of names are filled in a fraction of a second, however the names were chosen.
TEST(Limits, NamesWithOneHash) {
  const std::vector<std::string> names = names_with_one_hash();
#ifdef __GLIBCXX__
  ASSERT_EQ(std::hash<std::string>()(names.front()), std::hash<std::string>()(names.back()));
#endif
  std::string json = "{\"__metadata__\":{\"a\":\"b\"";
  for (const std::string& name : names) json += ",\"" + name + "\":\"\"";
  json += '}';
  for (const std::string& name : names)
    json += ",\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}";
  TensorDict loaded;
  EXPECT_LT(seconds([&] { loaded = load_safetensors_bytes(made_safetensors(json + "}", 0)); }), 10);
  EXPECT_EQ(loaded.size(), names.size());

  std::string dict = "}(", object = "c__torch__\nM\n)\x81}(" + str("_") + tensor({}) + "q\x01";
  for (const std::string& name : names) dict += str(name) + "N", object += str(name) + "h\x01";
  EXPECT_LT(seconds([&] { load_bytes(file_of(dict + "u")); }), 10);
  std::istringstream in(file_of(object + "ub"));
  EXPECT_LT(seconds([&] { load_state_dict(in); }), 10);

  std::vector<test::ZipEntry> entries{{"x/data.pkl", "\x80\x02}."}};
  for (const std::string& name : names) entries.push_back({name, ""});
  const std::string archive = test::zip_archive(entries);
  EXPECT_LT(seconds([&] { load_bytes(archive); }), 10);
}

using LimitsOfFiles = FolderTest;

// A dimension of one is two bytes of a header and sixteen of a tensor, whose elements need not be there.
TEST_F(LimitsOfFiles, ShapesOfMoreMemoryThanTheFile) {
  std::string json = "{", dims = "0";
  for (int d = 1; d < 64; ++d) dims += ",1";
  for (int i = 0; i < 100'000; ++i) {
    json +=
        fmt::format("{}\"{}\":{{\"dtype\":\"U8\",\"shape\":[{}],\"data_offsets\":[0,0]}}", i > 0 ? "," : "", i, dims);
  }
  write_file(path("x"), made_safetensors(json + "}", 0));
  const SafetensorsFile file(path("x"));
  EXPECT_EQ(error_of([&] { file.tensors(); }), error_of([&] { load_safetensors(path("x")); }));
  const std::string error = error_of([&] { load_safetensors(path("x")); });
  expect_contains(error,
                  fmt::format("its tensors would take far more memory than the {} bytes of the file can be worth",
                              std::filesystem::file_size(path("x"))));
  expect_contains(error, "hint: SafetensorsFile::get_tensor() makes one at a time");
  EXPECT_EQ(file.get_tensor("99999").dim(), 64);
}

// Sizes of every length come back as they were.
TEST(Limits, SizesOfAHeader) {
  for (unsigned bits = 0; bits < 63; ++bits) {
    for (const std::int64_t size : {(std::int64_t{1} << bits) - 1, std::int64_t{1} << bits}) {
      const std::string json = fmt::format(R"({{"x":{{"dtype":"U8","shape":[3,{},0,5],"data_offsets":[0,0]}}}})", size);
      // sizes() points into the tensor, which ends with the call: a copy goes out.
      const auto sizes = [&] { return Dims(load_safetensors_bytes(made_safetensors(json, 0))["x"].sizes()); };
      if (bits < 56) {
        EXPECT_EQ(sizes(), Dims({3, size, 0, 5}));
      } else {
        error_of(sizes);  // the strides of the largest do not fit
      }
    }
  }
}

// The memo of a pickle has the numbers that the file says, here those that meet in one bucket of a table.
TEST(Limits, PlacesOfTheMemoWithOneHash) {
  constexpr std::uint32_t kPlaces = 30'000;
  std::unordered_map<std::uint32_t, int> table;
  for (std::uint32_t i = 0; i < kPlaces; ++i) table[i] = 0;
  std::string pickled = "]K\x01";
  const auto with_place = [](char opcode, std::uint32_t place) {
    return opcode + std::string(reinterpret_cast<const char*>(&place), sizeof place);
  };
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    pickled += with_place('r', static_cast<std::uint32_t>(i * table.bucket_count()));
  }
  pickled += 'a';
  for (int round = 0; round < 10; ++round) {
    pickled += '(';
    for (std::uint32_t i = 0; i < kPlaces; ++i) pickled += with_place('j', 0);
    pickled += "ta";
  }
  const std::string file = file_of(pickled);
  EXPECT_LT(seconds([&] { load_bytes(file); }), 10);
}

// What a text is used for costs its length each time, where each time takes that long or that much memory: as a key, as
// the name of a storage, in a call that copies it. A few bytes name it again.
TEST(Limits, LongTextsThatAreUsedAgain) {
  const std::string text = str(std::string(1 << 20, 'a')) + "q\x01", mark(1, '(');
  const auto repeated = [](const std::string& part) {
    std::string all;
    for (int i = 0; i < 100'000; ++i) all += part;
    return all;
  };
  const std::string object = "c__torch__\nM\nq\x03", storage = "(" + str("storage") + "ctorch\nFloatStorage\n";
  for (const std::string& pickled :
       {mark + text + repeated("}h\x01Ns"), mark + text + repeated("}(h\x01Nu"),
        mark + text + "]]h\x01" + "aNa" + "aq\x02" + "ccollections\nOrderedDict\nq\x03" + "h\x02\x85q\x04" +
            repeated("h\x03h\x04R"),
        mark + text + object + "}h\x01Nsq\x02" + repeated("h\x03)\x81h\x02" + std::string("b")),
        mark + text + "ctorch\ndevice\nq\x02h\x01\x85q\x03" + repeated("h\x02h\x03R")}) {
    const std::string file = file_of(pickled + "t");
    std::string error;
    EXPECT_LT(seconds([&] { error = error_of([&] { load_bytes(file); }); }), 10);
    expect_contains(error, "the pickle needs far more memory than its");
  }
  // In the format before 1.6 the names of storages may be of any length.
  const std::string id = storage + "h\x01" + str("cpu") + "K\x01Ntq\x02";
  std::string legacy = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}" +
                       str("little_endian") + "\x88s.\x80\x02(" + text + id + repeated("h\x02Q") + "t.";
  std::string error;
  EXPECT_LT(seconds([&] { error = error_of([&] { load_bytes(legacy); }); }), 10);
  expect_contains(error, "the pickle needs far more memory than its");
}

TEST(Limits, ManyTensorsOfManyDimensions) {
  constexpr int kTensors = 50'000;
  const std::string one = tensor(std::vector<std::int64_t>(64, 1));
  // The arguments of the first, for all the others.
  const std::size_t call = one.rfind('R');
  std::string pickled =
      "(ctorch._utils\n_rebuild_tensor_v2\nq\x01" + one.substr(one.find('('), call - one.find('(')) + "q\x02R";
  for (int i = 1; i < kTensors; ++i) pickled += "h\x01h\x02R";
  const std::string file = file_of(pickled + "t");
  Value loaded;
  EXPECT_LT(seconds([&] { loaded = load_bytes(file); }), 10);
  EXPECT_EQ(loaded.items().size(), std::size_t{kTensors});
}

// The longest message is for a name of each kind that a file may have.
TEST(Limits, TextsInMessages) {
  const std::string name(50'000, 'a');
  const std::string storage = "(" + str("storage") + "ctorch\nFloatStorage\n" + str(name) + str("cpu") + "K\x01tQ";
  for (const std::string& pickled :
       {"c" + name + "\nb\n", "cb\n" + name + "\n", "ctorch\n" + name + "Storage\n", "c__torch__\n" + name + "\n",
        "c__torch__\n" + name + "\n)R", "}(" + str(name) + "N" + str(name) + "Nu", "}" + str(name) + "Ns", storage,
        "}" + str("pytorch_version") + str(name) + "s",
        "(" + str("storage") + "c__torch__\n" + name + "\n" + str("0") + str("cpu") + "K\x01tQ",
        "}" + str(std::string(20'000, '.')) + "Ns", "c__torch__\nM\n)\x81}" + str(name) + "Nsb",
        "c__torch__\nM\n)\x81}(" + str(name) + tensor({}) + str("a") + "c__torch__\nM\n)\x81}" + str(name) + "Nsbub"}) {
    const std::string file = file_of(pickled);
    std::vector<std::string> errors = errors_of(file);
    errors.push_back(error_of([&] {
      std::istringstream in(file);
      load_state_dict(in);
    }));
    errors.push_back(error_of([&] { load_bytes(file).as_dict().at("another"); }));
    for (const std::string& error : errors) EXPECT_LT(error.size(), 1000u) << error.substr(0, 200);
    EXPECT_NE(std::ranges::count_if(errors, [](const std::string& error) { return !error.empty(); }), 0);
  }
  expect_contains(error_of([&] { load_bytes(file_of("c" + name + "\nb\n")); }),
                  "Unsupported class " + name.substr(0, 80) + "....b\n");
  expect_contains(error_of([&] { load_bytes(file_of("cm\x1b\xff\nb\n")); }), R"(Unsupported class m\x1b\xff.b)");
}

TEST(Limits, ExcerptsEndBetweenCharacters) {
  const std::string text = std::string(79, 'x') + "\u00e9\u00e9";
  EXPECT_EQ(fmt::format("{}", in_quotes(text)), "'" + text.substr(0, 79) + "...'");
  EXPECT_EQ(fmt::format("{}", in_quotes(text.substr(1, 80))), "'" + text.substr(1, 80) + "'");
  EXPECT_EQ(fmt::format("{}", shortened("\u00e9\n")), "\u00e9\\x0a");
}

TEST(Limits, AProgramsOwnDepth) {
  constexpr int kLevels = 2'000'000;
  Value list, tuple, dict, attributes;
  for (int i = 0; i < kLevels; ++i) list = Value::list({std::move(list)});
  for (int i = 0; i < kLevels; ++i) tuple = Value::tuple({1, std::move(tuple), 2});
  for (int i = 0; i < kLevels; ++i) {
    Value::Dict next;
    next.entries.emplace_back("inner", std::move(dict));
    dict = std::move(next);
  }
  for (int i = 0; i < kLevels; ++i) {
    Value::Dict next;
    next.attributes = std::move(attributes);
    attributes = std::move(next);
  }
  const Value kept = list.items()[0];
  expect_contains(error_of([&] { save_bytes(list); }), "nested deeper than 1000 levels");
  list = tuple = dict = attributes = {};
  EXPECT_EQ(kept.items().size(), 1u) << "what somebody else holds stays";
}

}  // namespace
}  // namespace xgrad::serialize::testing
