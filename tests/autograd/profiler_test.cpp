#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <xgrad/autograd/graph/function.hpp>
#include <xgrad/autograd/print.hpp>
#include <xgrad/autograd/profiler.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

namespace xgrad::autograd::profiler {
namespace {

using namespace kwargs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> names(const std::vector<Event>& events) {
  std::vector<std::string> all;
  for (const Event& e : events) all.push_back(e.name);
  return all;
}

const Event& find(const std::vector<Event>& events, const std::string& name) {
  const auto at = std::find_if(events.begin(), events.end(), [&](const Event& e) { return e.name == name; });
  if (at == events.end()) throw Error(fmt::format("no event {} among {}", name, xgrad::detail::to_text(names(events))));
  return *at;
}

struct Cube : Function<Cube> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x * x * x;
  }
  static variable_list backward(AutogradContext* ctx, variable_list g) {
    const Tensor x = ctx->get_saved_variables()[0];
    return {g[0] * 3 * x * x};
  }
};

TEST(Profiler, RecordsForwardInPytorchsNames) {
  const Tensor x = ones({2, 3}), w = ones({4, 3}), b = ones({4});
  Tensor y = ones({2});
  profile prof;
  x.matmul(w.t()) + b;
  y.add_(1);
  x.max(1);
  x.log1p();
  EXPECT_THAT(names(prof.events()),
              ElementsAre("aten::t", "aten::mm", "aten::add", "aten::add_", "aten::max", "aten::log1p"));
}

TEST(Profiler, RecordsOperationsThatHaveNoGradient) {
  const Tensor x = ones({2, 3});
  profile prof;
  (void)(x == 1.);
  x.argmax(1);
  full({2}, 3);
  x.to(kInt64);
  isnan(x);
  any(x);
  EXPECT_THAT(names(prof.events()),
              ElementsAre("aten::eq", "aten::argmax", "aten::full", "aten::_to_copy", "aten::isnan", "aten::any"));
}

TEST(Profiler, RecordsNothingBeforeAndAfter) {
  const Tensor x = ones({2});
  x.exp();
  profile prof;
  x.sin();
  prof.stop();
  x.cos();
  EXPECT_THAT(names(prof.events()), ElementsAre("aten::sin"));
  EXPECT_FALSE(xgrad::detail::profiling);
}

TEST(Profiler, LinksDerivativesToTheirOperations) {
  const Tensor x = ones({2, 3}).requires_grad_();
  profile prof(record_shapes = true);
  x.exp().sum().backward();
  const auto& events = prof.events();
  const Event& derivative = find(events, "ExpBackward0");
  ASSERT_GE(derivative.forward, 0);
  EXPECT_EQ(events[static_cast<std::size_t>(derivative.forward)].name, "aten::exp");
  EXPECT_THAT(derivative.input_shapes, ElementsAre(ElementsAre(2, 3)));
  EXPECT_THAT(find(events, "aten::exp").input_shapes, ElementsAre(ElementsAre(2, 3)));
  EXPECT_THAT(names(events), Contains("torch::autograd::AccumulateGrad"));
  EXPECT_EQ(find(events, "aten::exp").forward, -1);
}

TEST(Profiler, RecordsFunctionsOfUsers) {
  const Tensor x = ones({2}).requires_grad_();
  profile prof;
  Cube::apply(x).sum().backward();
  const auto& events = prof.events();
  EXPECT_EQ(events.front().name, "Cube");
  EXPECT_EQ(events[1].name, "aten::mul");
  const Event& derivative = find(events, "CubeBackward");
  ASSERT_GE(derivative.forward, 0);
  EXPECT_EQ(events[static_cast<std::size_t>(derivative.forward)].name, "Cube");
}

TEST(Profiler, SelfTimeIsWithoutWhatAnEventCalls) {
  const Tensor x = ones({64});
  profile prof;
  {
    record_function outer("outer");
    x.exp();
    {
      record_function inner("inner");
      x.sin();
    }
  }
  const auto& events = prof.events();
  ASSERT_THAT(names(events), ElementsAre("outer", "aten::exp", "inner", "aten::sin"));
  EXPECT_EQ(events[0].self, events[0].duration - events[1].duration - events[2].duration);
  EXPECT_EQ(events[2].self, events[2].duration - events[3].duration);
  EXPECT_EQ(events[1].self, events[1].duration);
  EXPECT_LE(events[0].start, events[1].start);
  EXPECT_GE(events[0].start + events[0].duration, events[3].start + events[3].duration);
  EXPECT_DOUBLE_EQ(prof.self_cpu_time_total(), static_cast<double>(events[0].duration) / 1e3);
}

TEST(Profiler, CountsBytesLeftAllocated) {
  Tensor kept;
  profile prof(profile_memory = true);
  {
    record_function region("region");
    kept = empty({1000}, kFloat32);
    empty({500}, kFloat32);  // freed at once, outside of its own event
  }
  const auto& events = prof.events();
  EXPECT_EQ(events[0].bytes, 4000);
  EXPECT_EQ(events[1].bytes, 4000);
  EXPECT_EQ(events[2].bytes, 2000);
  EXPECT_EQ(events[0].self_bytes, -2000);
}

TEST(Profiler, RecordsAllThreads) {
  const Tensor x = ones({2});
  profile prof;
  x.exp();
  std::thread([&] { x.sin(); }).join();
  EXPECT_EQ(find(prof.events(), "aten::exp").thread, 0);
  EXPECT_EQ(find(prof.events(), "aten::sin").thread, 1);
}

TEST(Profiler, NodesOfTwoThreadsWithOneNumberAreLinkedToNeither) {
  profile prof;
  std::vector<Tensor> results(2);
  for (Tensor& y : results) {
    std::thread([&] { y = ones({2}).requires_grad_().exp().sum(); }).join();
  }
  results[0].backward();
  EXPECT_EQ(find(prof.events(), "ExpBackward0").forward, -1);
}

TEST(Profiler, OneAtATime) {
  profile first;
  EXPECT_THROW(profile(), Error);
  first.stop();
  EXPECT_NO_THROW(profile());
}

TEST(Profiler, CanBeSwitchedOff) {
  profile prof(enabled = false);
  ones({2}).exp();
  EXPECT_THAT(prof.events(), IsEmpty());
  EXPECT_NO_THROW(profile());  // and is in nobody's way
}

TEST(Profiler, OperationsThatThrowAreClosed) {
  const Tensor x = ones({2, 3});
  profile prof;
  EXPECT_THROW(x.matmul(x), Error);
  x.exp();
  const Event& exp = find(prof.events(), "aten::exp");
  EXPECT_EQ(exp.self, exp.duration);
  for (const Event& e : prof.events()) EXPECT_GE(e.self, 0) << e.name;
}

TEST(Profiler, WhatIsOpenAtTheEndIsLeftOut) {
  const Tensor x = ones({2});
  auto prof = std::make_unique<profile>();
  {
    record_function region("region");
    x.exp();
    prof->stop();
  }
  EXPECT_THAT(names(prof->events()), ElementsAre("aten::exp"));
}

TEST(Profiler, SumsUpByNameShapeAndModule) {
  const Tensor x = ones({2, 3}), y = ones({4});
  profile prof(record_shapes = true);
  for (int i = 0; i < 3; ++i) x.exp();
  y.exp();
  const EventList by_name = prof.key_averages();
  ASSERT_EQ(by_name.size(), 1u);
  EXPECT_EQ(by_name[0].key, "aten::exp");
  EXPECT_EQ(by_name[0].count, 4);
  EXPECT_THAT(by_name[0].input_shapes, IsEmpty());
  const EventList by_shape = prof.key_averages(group_by_input_shape = true);
  ASSERT_EQ(by_shape.size(), 2u);
  EXPECT_EQ(by_shape[0].count, 3);
  EXPECT_THAT(by_shape[1].input_shapes, ElementsAre(ElementsAre(4)));
  EXPECT_EQ(prof.total_average().count, 4);
  EXPECT_NEAR(by_shape.self_cpu_time_total(), prof.self_cpu_time_total(), 1e-9);
}

EventList list(const ProfileOptions& options, const GroupOptions& groups) {
  EventList events(options, groups);
  EventAverage mm, relu;
  mm.key = "aten::mm";
  mm.count = 2;
  mm.cpu_time_total = 3000;
  mm.self_cpu_time_total = 2500;
  mm.cpu_memory_usage = 2048;
  mm.self_cpu_memory_usage = -100;
  mm.input_shapes = {{64, 784}, {}};
  relu.key = "aten::relu";
  relu.count = 10;
  relu.cpu_time_total = relu.self_cpu_time_total = 7500;
  events.push_back(mm);
  events.push_back(relu);
  return events;
}

TEST(ProfilerTable, LooksLikePytorchs) {
  EXPECT_EQ(list({}, {}).table(sort_by = "self_cpu_time_total"),
            "--------------  ------------  ------------  ------------  ------------  ------------  ------------  \n"
            "          Name    Self CPU %      Self CPU   CPU total %     CPU total  CPU time avg    # of Calls  \n"
            "--------------  ------------  ------------  ------------  ------------  ------------  ------------  \n"
            "    aten::relu        75.00%       7.500ms        75.00%       7.500ms     750.000us            10  \n"
            "      aten::mm        25.00%       2.500ms        30.00%       3.000ms       1.500ms             2  \n"
            "--------------  ------------  ------------  ------------  ------------  ------------  ------------  \n"
            "Self CPU time total: 10.000ms\n");
}

TEST(ProfilerTable, HasColumnsForMemoryAndShapes) {
  const std::string table =
      list(ProfileOptions().profile_memory(true), GroupOptions().group_by_input_shape(true)).table(row_limit = 1);
  EXPECT_THAT(table, HasSubstr("     CPU Mem  Self CPU Mem    # of Calls  Input Shapes"));
  EXPECT_THAT(table, HasSubstr("     2.00 Kb        -100 b             2  [[64, 784], []]"));
  EXPECT_THAT(table, Not(HasSubstr("relu"))) << "one row only";
  EXPECT_THAT(table, HasSubstr("Self CPU time total: 10.000ms")) << "of all rows";
}

TEST(ProfilerTable, SortsByEveryColumn) {
  const EventList events = list({}, {});
  const std::map<std::string, bool> relu_first{{"count", true},
                                               {"cpu_time", false},
                                               {"cpu_time_total", true},
                                               {"self_cpu_time_total", true},
                                               {"cpu_memory_usage", false},
                                               {"self_cpu_memory_usage", true}};
  for (const auto& [column, relu] : relu_first) {
    const std::string table = events.table(column);
    EXPECT_EQ(table.find("relu") < table.find("mm"), relu) << column;
  }
  try {
    events.table(sort_by = "cuda_time");
    FAIL() << "nothing was thrown";
  } catch (const ValueError& e) {
    EXPECT_THAT(e.what(), HasSubstr("cannot be sorted by 'cuda_time'"));
    EXPECT_THAT(e.what(), HasSubstr("self_cpu_time_total"));
  }
}

TEST(ProfilerTable, ShortensLongNames) {
  EventList events({}, {});
  events.emplace_back().key = std::string(80, 'x');
  EXPECT_THAT(events.table(max_name_column_width = 10), HasSubstr("    xxxxxxx...  "));
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("xgrad_profile_{}", ::getpid());
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

TEST(ProfilerTrace, IsJsonOfTheEvents) {
  const Folder folder;
  const std::string path = folder.path / "trace.json";
  const Tensor x = ones({2, 3}).requires_grad_();
  profile prof(record_shapes = true, profile_memory = true);
  {
    record_function region("a \"name\"\n\\");
    x.exp().sum().backward();
  }
  prof.export_chrome_trace(path);
  std::ifstream file(path);
  const nlohmann::json trace = nlohmann::json::parse(file);
  std::map<std::string, nlohmann::json> by_name, starts, ends;
  std::map<int, std::string> threads;
  for (const auto& e : trace.at("traceEvents")) {
    if (e.at("ph") == "X") by_name[e.at("name")] = e;
    if (e.at("ph") == "s") starts[e.at("id").dump()] = e;
    if (e.at("ph") == "f") ends[e.at("id").dump()] = e;
    if (e.at("ph") == "M" && e.at("name") == "thread_name") threads[e.at("tid")] = e.at("args").at("name");
  }
  ASSERT_EQ(by_name.count("a \"name\"\n\\"), 1u);
  EXPECT_EQ(by_name.at("a \"name\"\n\\").at("cat"), "user_annotation");
  for (const char* operation : {"aten::exp", "ExpBackward0", "torch::autograd::AccumulateGrad"})
    EXPECT_EQ(by_name.at(operation).at("cat"), "cpu_op") << operation;
  EXPECT_EQ(threads, (std::map<int, std::string>{{0, "thread 0, the profiler's"}}));
  const auto& exp = by_name.at("aten::exp");
  EXPECT_EQ(exp.at("args").at("Input Dims"), nlohmann::json::parse("[[2, 3]]"));
  EXPECT_EQ(exp.at("args").at("Bytes"), 24);
  EXPECT_EQ(exp.at("tid"), 0);
  EXPECT_NEAR(exp.at("dur").get<double>() * 1e3, static_cast<double>(find(prof.events(), "aten::exp").duration), 1);
  // An arrow leads from exp to its derivative.
  ASSERT_EQ(starts.size(), 2u);
  bool found = false;
  for (const auto& [id, start] : starts) {
    ASSERT_EQ(ends.count(id), 1u);
    found = found || (start.at("ts") == exp.at("ts") && ends[id].at("ts") == by_name.at("ExpBackward0").at("ts"));
  }
  EXPECT_TRUE(found);
}

TEST(ProfilerTrace, ThrowsWhereItCannotBeWritten) {
  profile prof;
  EXPECT_THROW(prof.export_chrome_trace("/nonexistent folder/trace.json"), Error);
}

}  // namespace
}  // namespace xgrad::autograd::profiler
