/// Tensor operations of about a million elements, a table of its own: forward only, as what is compared is how fast
/// memory is read and written. Compiled once against each library: the file that includes this one makes `lib` a name
/// for xgrad or for torch. To add an operation, add a line to the family it belongs to.
#pragma once

#include "jobs.hpp"

#include <utility>

namespace bench {
namespace {

using Sizes = std::vector<std::int64_t>;
using d = const Tensor&;
constexpr std::int64_t kSide = 1024;

class OperationTable {
 public:
  std::vector<Row> rows;

  /// make()(), of inputs that make() makes.
  template <class Make>
  void add_made(const std::string& name, Make make, double goal = 1) {
    rows.push_back({name, goal, 0, [=] { return forward(make()); }});
  }
  /// f(x) of random numbers.
  template <class F>
  void add(const std::string& name, const Sizes& sizes, F f, double goal = 1) {
    add_made(
        name, [=] { return [x = numbers(sizes), f] { return f(x); }; }, goal);
  }
  /// f(x, y) of random numbers.
  template <class F>
  void add_two(const std::string& name, const Sizes& x_sizes, const Sizes& y_sizes, F f, double goal = 1) {
    add_made(
        name, [=] { return [x = numbers(x_sizes, 1), y = numbers(y_sizes, 2), f] { return f(x, y); }; }, goal);
  }
  /// f(x, i) with random places below `below`.
  template <class F>
  void add_at(const std::string& name, const Sizes& x_sizes, const Sizes& places, std::int64_t below, F f,
              double goal = 1) {
    add_made(
        name,
        [=] {
          std::int64_t count = 1;
          for (const std::int64_t n : places) count *= n;
          return [x = numbers(x_sizes), i = labels(count, below).view(places), f] { return f(x, i); };
        },
        goal);
  }
};

void add_copies(OperationTable& t) {
  t.add("tile(2, 1) of 512 x 1024", {512, kSide}, [](d x) { return x.tile({2, 1}); });
  t.add("tile(2, 2) of 512 x 512", {512, 512}, [](d x) { return x.tile({2, 2}); });
  t.add("repeat(1, 4) of 1024 x 256", {kSide, 256}, [](d x) { return x.repeat({1, 4}); });
  t.add("repeat(16, 64) of 64 x 16", {64, 16}, [](d x) { return x.repeat({16, 64}); });
  t.add("repeat(2, 8, 1) of 64 x 1024", {64, kSide}, [](d x) { return x.repeat({2, 8, 1}); });
  t.add("repeat_interleave(4) of rows, 256 x 1024", {256, kSide}, [](d x) { return x.repeat_interleave(4, 0); });
  t.add("expand of a row, contiguous", {1, kSide}, [](d x) { return x.expand({kSide, kSide}).contiguous(); });
  t.add("expand of a column, contiguous", {kSide, 1}, [](d x) { return x.expand({kSide, kSide}).contiguous(); });
  t.add("expand 8 x 1 x 128 x 128 to 8 x 8, contiguous", {8, 1, 128, 128}, [](d x) {
    return x.expand({8, 8, 128, 128}).contiguous();
  });
  t.add("clone", {kSide, kSide}, [](d x) { return x.clone(); });
  t.add("narrow of columns, contiguous", {kSide, 2 * kSide}, [](d x) { return x.narrow(1, 3, kSide).contiguous(); });
  t.add("cat of columns, 1024 x 512 and 1024 x 512", {kSide, 512}, [](d x) { return lib::cat({x, x}, 1); });
  t.add("stack of 1024 x 512 along dim 2", {kSide, 512}, [](d x) { return lib::stack({x, x}, 2); });
  t.add("flip of rows", {kSide, kSide}, [](d x) { return x.flip({0}); });
  t.add("rot90", {kSide, kSide}, [](d x) { return lib::rot90(x); });
  t.add("to(int32)", {kSide, kSide}, [](d x) { return x.to(lib::kInt32); });
  t.add("to(int64)", {kSide, kSide}, [](d x) { return x.to(lib::kInt64); });
  t.add("to(float64)", {kSide, kSide}, [](d x) { return x.to(lib::kFloat64); });
  t.add("to(uint8) of [0, 1)", {kSide, kSide}, [](d x) { return x.abs().to(lib::kUInt8); });
  t.add("to(bool)", {kSide, kSide}, [](d x) { return x.to(lib::kBool); });
}

void add_creation(OperationTable& t) {
  t.add("linspace", {1}, [](d) { return lib::linspace(-1, 1, kSide * kSide); });
  t.add("arange", {1}, [](d) { return lib::arange(kSide * kSide, lib::kFloat32); });
  t.add("full", {1}, [](d) { return lib::full({kSide, kSide}, 2.5); });
  t.add_at("one_hot of 8,192 among 128", {1}, {8192}, 128, [](d, d i) { return lib::one_hot(i, 128); });
  t.add_at("one_hot of 65,536 among 10", {1}, {65536}, 10, [](d, d i) { return lib::one_hot(i, 10); });
  t.add_two("kron of 32 x 32 and 32 x 32", {32, 32}, {32, 32}, [](d a, d b) { return lib::kron(a, b); });
  t.add_two("kron of 128 x 128 and 8 x 8", {128, 128}, {8, 8}, [](d a, d b) { return lib::kron(a, b); });
  t.add_two("kron of 8 x 8 and 128 x 128", {8, 8}, {128, 128}, [](d a, d b) { return lib::kron(a, b); });
  t.add_two("outer", {kSide}, {kSide}, [](d a, d b) { return lib::outer(a, b); });
  t.add_two("cross of 1,024, dim 0", {3, kSide}, {3, kSide}, [](d a, d b) { return lib::cross(a, b, 0); });
  t.add_two("cross of 350,000, dim 0", {3, 350000}, {3, 350000}, [](d a, d b) { return lib::cross(a, b, 0); });
  t.add_two("cross of 350,000, dim 1", {350000, 3}, {350000, 3}, [](d a, d b) { return lib::cross(a, b, 1); });
  t.add_two("cross of every 1,024th column, dim 0", {3, kSide, kSide}, {3, kSide, kSide},
            [](d a, d b) { return lib::cross(a.select(2, 0), b.select(2, 0), 0); });
}

void add_indexing(OperationTable& t) {
  t.add_at(
      "index_select of rows", {kSide, kSide}, {kSide}, kSide, [](d x, d i) { return x.index_select(0, i); }, 1.5);
  t.add_at(
      "index_select of columns", {kSide, kSide}, {kSide}, kSide, [](d x, d i) { return x.index_select(1, i); }, 1.5);
  t.add_at(
      "index_select of 32-element rows", {32 * kSide, 32}, {32 * kSide}, 32 * kSide,
      [](d x, d i) { return x.index_select(0, i); }, 1.5);
  t.add_at(
      "index_select of 4-element rows", {256 * kSide, 4}, {256 * kSide}, 256 * kSide,
      [](d x, d i) { return x.index_select(0, i); }, 1.5);
  t.add_at(
      "index_select of rows, 16M", {16 * kSide, kSide}, {16 * kSide}, 16 * kSide,
      [](d x, d i) { return x.index_select(0, i); }, 1.5);
  t.add_at(
      "x[rows]", {kSide, kSide}, {kSide}, kSide, [](d x, d i) { return x.index({i}); }, 1.5);
  t.add_at(
      "x[rows] of 32-element rows", {32 * kSide, 32}, {32 * kSide}, 32 * kSide, [](d x, d i) { return x.index({i}); },
      1.5);
  t.add_at(
      "x[rows] of 4-element rows", {256 * kSide, 4}, {256 * kSide}, 256 * kSide, [](d x, d i) { return x.index({i}); },
      1.5);
  t.add_at(
      "x[rows] of 4-element rows, 512 x 512 rows", {256 * kSide, 4}, {512, 512}, 256 * kSide,
      [](d x, d i) { return x.index({i}); }, 1.5);
  t.add_at(
      "x[:, columns]", {kSide, kSide}, {kSide}, kSide,
      [](d x, d i) {
        return x.index({lib::indexing::Slice(), i});
      },
      1.5);
  t.add_at(
      "x[pairs]", {kSide, kSide}, {2, kSide * kSide}, kSide,
      [](d x, d i) {
        return x.index({i.select(0, 0), i.select(0, 1)});
      },
      1.5);
  t.add_at("index_put of rows", {kSide, kSide}, {kSide}, kSide, [](d x, d i) { return x.index_put({i}, x[0]); });
  t.add_at("index_put of pairs", {kSide, kSide}, {2, kSide * kSide}, kSide, [](d x, d i) {
    return x.index_put({i.select(0, 0), i.select(0, 1)}, lib::ones({}));
  });
  t.add_at("index_put of pairs, accumulate", {kSide, kSide}, {2, kSide * kSide}, kSide, [](d x, d i) {
    return x.index_put({i.select(0, 0), i.select(0, 1)}, lib::ones({}), true);
  });
  t.add_at("index_put of 4-element rows", {256 * kSide, 4}, {256 * kSide}, 256 * kSide,
           [](d x, d i) { return x.index_put({i}, x[0]); });
  t.add_at("index_copy of rows", {kSide, kSide}, {kSide}, kSide, [](d x, d i) {
    return x.index_copy(0, i, x[0].expand({kSide, kSide}));
  });
  t.add_at("take", {kSide, kSide}, {kSide * kSide}, kSide * kSide, [](d x, d i) { return x.take(i); });
  const auto search = [&](const std::string& name, std::int64_t n, std::int64_t values, bool sorted_values) {
    t.add_made(name, [=] {
      const Tensor among = std::get<0>(numbers({n}, 1).sort()), any = numbers({values}, 2);
      return [among, v = sorted_values ? std::get<0>(any.sort()) : any] { return lib::searchsorted(among, v); };
    });
  };
  search("searchsorted of 1,024 among 1M", kSide * kSide, kSide, false);
  search("searchsorted of 1M among 1,024", kSide, kSide * kSide, false);
  search("searchsorted of 1,024 sorted among 1M", kSide * kSide, kSide, true);
  search("searchsorted of 1M sorted among 1,024", kSide, kSide * kSide, true);
}

void add_reductions(OperationTable& t) {
  t.add("max(1) with places, rows of 8", {128 * kSide, 8}, [](d x) { return std::get<1>(x.max(1)); });
  t.add("max(1) with places, rows of 32", {32 * kSide, 32}, [](d x) { return std::get<1>(x.max(1)); });
  t.add("max(1) with places, rows of 1,024", {kSide, kSide}, [](d x) { return std::get<1>(x.max(1)); });
  t.add("max(0) with places", {kSide, kSide}, [](d x) { return std::get<1>(x.max(0)); });
  t.add("argmax(1), rows of 10", {100 * kSide, 10}, [](d x) { return x.argmax(1); });
  t.add("cummax(1)", {kSide, kSide}, [](d x) { return std::get<1>(x.cummax(1)); });
  t.add("cummax(0)", {kSide, kSide}, [](d x) { return std::get<1>(x.cummax(0)); });
  t.add("mode(1), all different", {kSide, kSide}, [](d x) { return std::get<0>(x.mode(1)); });
  t.add_at("mode(1) of 16 integers", {1}, {kSide, kSide}, 16, [](d, d i) { return std::get<0>(i.mode(1)); });
  t.add_two("bmm of permuted batches", {32, 128, 64}, {32, 64, 128}, [](d a, d b) {
    return a.permute({1, 0, 2}).bmm(b.permute({2, 1, 0}));
  });
}

std::vector<Row> operation_rows() {
  OperationTable t;
  add_copies(t);
  add_creation(t);
  add_indexing(t);
  add_reductions(t);
  return std::move(t.rows);
}

}  // namespace
}  // namespace bench
