// Views, and what moves elements about.
#include <xgrad/serialize/onnx_graph.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace xgrad::onnx::detail {
namespace shape {  // files are compiled together
namespace {

void reshape(Call& c) { c.result(c.reshaped(c.in(0))); }

void permute(Call& c, Ints order) {
  if (order.empty()) return c.same_as_input(0);
  c.result(c.node("Transpose", {c.in(0)}, {{"perm", std::move(order)}}));
}

void transpose(Call& c, std::int64_t a, std::int64_t b) {
  Ints order(static_cast<std::size_t>(c.rank(0)));
  std::iota(order.begin(), order.end(), 0);
  if (!order.empty()) std::swap(order[static_cast<std::size_t>(a)], order[static_cast<std::size_t>(b)]);
  permute(c, std::move(order));
}

std::string sliced(Call& c, const std::string& x, std::int64_t dim, std::int64_t from, std::int64_t to,
                   std::int64_t step = 1) {
  return c.node("Slice", {x, c.ints({from}), c.ints({to}), c.ints({dim}), c.ints({step})});
}

/// Where an axis is dynamic, its end counts from the end: -1 for all but one.
void slice(Call& c) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  const std::int64_t dim = c.dim(0), step = c.integer(3);
  const auto size_of = [&](std::size_t k) {
    auto [first, second] = c.integers(k);
    if (first == second) return first;
    // It grew with the axis: as far from its end in both traces.
    const auto [n1, n2] = c.both_sizes(0, static_cast<std::size_t>(dim));
    c.require(first - n1 == second - n2, "its bounds depend on a dynamic axis in a way that is not known");
    return first == n1 ? kEnd : first - n1;
  };
  c.result(sliced(c, c.in(0), dim, size_of(1), size_of(2), step));
}

void select(Call& c) {
  const auto [first, second] = c.integers(1);
  std::int64_t at = first;
  if (first != second) {
    const auto [n1, n2] = c.both_sizes(0, static_cast<std::size_t>(c.dim(0)));
    c.require(first - n1 == second - n2, "its index depends on a dynamic axis in a way that is not known");
    at = first - n1;
  }
  c.result(c.node("Gather", {c.in(0), c.tensor(tensor(at, kInt64))}, {{"axis", c.dim(0)}}));
}

void expand(Call& c) { c.result(c.node("Expand", {c.in(0), c.shape_of_result()})); }

void cat(Call& c) {
  const ScalarType t = c.result_dtype();
  Names parts;
  for (std::size_t i = 0; i < c.count(); ++i) {
    const Ints sizes = c.sizes(i);
    if (sizes.size() == 1 && sizes[0] == 0 && c.result_rank() != 1) continue;  // PyTorch's legacy exception
    parts.push_back(c.in(i, t));
  }
  c.require(!parts.empty(), "nothing to concatenate");
  c.result(c.node("Concat", parts, {{"axis", c.integer(0)}}));
}

/// Pieces along an axis; their sizes are those of the results.
void split(Call& c) {
  const std::int64_t dim = c.dim(1);
  Ints sizes;
  for (std::size_t k = 0; k < c.results(); ++k) {
    const std::int64_t n = c.result_sizes(k)[static_cast<std::size_t>(dim)];
    c.require(n != kAny, "it splits a dynamic axis");
    sizes.push_back(n);
  }
  const Names parts = c.nodes("Split", {c.in(0), c.ints(sizes)}, sizes.size(), {{"axis", dim}});
  for (std::size_t k = 0; k < parts.size(); ++k) c.result(k, parts[k]);
}

void unbind(Call& c) {
  for (std::size_t k = 0; k < c.results(); ++k) {
    const std::string at = c.tensor(tensor(static_cast<std::int64_t>(k), kInt64));
    c.require(c.sizes(0)[static_cast<std::size_t>(c.integer(0))] != kAny, "it takes a dynamic axis apart");
    c.result(k, c.node("Gather", {c.in(0), at}, {{"axis", c.integer(0)}}));
  }
}

void triangle(Call& c, bool upper) {
  const ScalarType t = working_type(c.dtype(0));
  // Of numbers through a mask: runtimes have the operator for few dtypes.
  const std::string ones = c.node("Expand", {c.number(1, kInt64), c.shape_of_result()});
  const std::string kept =
      c.node("Trilu", {ones, c.tensor(tensor(c.integer(0), kInt64))}, {{"upper", static_cast<std::int64_t>(upper)}});
  c.result_from(t, c.node("Where", {c.cast(kept, kBool), c.in(0, t), c.number(0, t)}));
}

void flip(Call& c) {
  std::string x = c.in(0);
  if (c.rank(0) == 0) return c.same_as_input(0);
  for (const std::int64_t d : c.list(0)) {
    constexpr std::int64_t kBefore = std::numeric_limits<std::int64_t>::min();
    x = sliced(c, x, d < 0 ? d + c.rank(0) : d, -1, kBefore, -1);
  }
  c.result(x == c.in(0) ? c.node("Identity", {x}) : x);
}

void roll(Call& c) {
  std::string x = c.in(0);
  const Ints shifts = c.list(0), dims = c.list(1), sizes = c.fixed_sizes(0);
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    const std::int64_t n = sizes[static_cast<std::size_t>(dims[i])], by = ((shifts[i] % n) + n) % n;
    if (by == 0) continue;
    const std::string tail = sliced(c, x, dims[i], n - by, n), head = sliced(c, x, dims[i], 0, n - by);
    x = c.node("Concat", {tail, head}, {{"axis", dims[i]}});
  }
  c.result(x == c.in(0) ? c.node("Identity", {x}) : x);
}

void repeat(Call& c) {
  std::string x = c.in(0);
  const Ints times = c.list(0);
  const auto missing = times.size() - static_cast<std::size_t>(c.rank(0));
  if (times.empty()) return c.same_as_input(0);
  if (missing > 0) {
    Ints front(missing);
    std::iota(front.begin(), front.end(), 0);
    x = c.node("Unsqueeze", {x, c.ints(front)});
  }
  c.result(c.node("Tile", {x, c.ints(times)}));
}

/// A view of the same memory with other strides: which element each is, of a tensor that is packed.
void strided(Call& c, const Ints& sizes, const Ints& strides, std::int64_t offset) {
  Tensor index = full({}, offset, kInt64);
  for (std::size_t d = 0; d < sizes.size(); ++d) index = index.unsqueeze(-1) + arange(sizes[d], kInt64) * strides[d];
  const std::string flat = c.node("Reshape", {c.in(0), c.ints({-1})});
  c.result(c.node("Gather", {flat, c.tensor(index)}, {{"axis", std::int64_t{0}}}));
}

Ints packed_strides(const Ints& sizes) {
  Ints out(sizes.size(), 1);
  for (std::size_t d = sizes.size(); d-- > 1;) out[d - 1] = out[d] * std::max<std::int64_t>(sizes[d], 1);
  return out;
}

void diagonal(Call& c) {
  const std::int64_t offset = c.integer(0);
  const auto a = static_cast<std::size_t>(c.integer(1)), b = static_cast<std::size_t>(c.integer(2));
  const Ints sizes = c.fixed_sizes(0), own = packed_strides(sizes);
  Ints to, strides;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (d == a || d == b) continue;
    to.push_back(sizes[d]);
    strides.push_back(own[d]);
  }
  to.push_back(c.result_sizes().back());
  strides.push_back(own[a] + own[b]);
  strided(c, to, strides, offset >= 0 ? offset * own[b] : -offset * own[a]);
}

void unfold(Call& c) {
  const auto d = static_cast<std::size_t>(c.integer(0));
  const Ints sizes = c.fixed_sizes(0);
  Ints to = c.result_sizes(), strides = packed_strides(sizes);
  if (sizes.empty()) return reshape(c);
  const std::int64_t own = strides[d];
  strides[d] *= c.integer(2);
  strides.push_back(own);
  strided(c, to, strides, 0);
}

void diag_embed(Call& c) {
  const std::int64_t offset = c.integer(0), a = c.integer(1), b = c.integer(2),
                     n = c.result_sizes()[static_cast<std::size_t>(a)];
  const ScalarType t = working_type(c.dtype(0));
  // Along the last two dimensions: the line beside itself, and 0 but on the diagonal.
  const std::int64_t before = std::max<std::int64_t>(offset, 0), length = c.fixed_sizes(0).back();
  Ints pads(static_cast<std::size_t>(2 * c.rank(0)), 0);
  pads[static_cast<std::size_t>(c.rank(0)) - 1] = before;
  pads.back() = n - before - length;
  std::string line = c.node("Pad", {c.in(0, t), c.ints(pads), c.number(0, t)});
  line = c.node("Unsqueeze", {line, c.ints({c.rank(0) - 1})});
  const Tensor mask = eq(arange(n, kInt64) - arange(n, kInt64).unsqueeze(1), offset);
  const std::string y = c.node("Where", {c.tensor(mask), line, c.number(0, t)});
  Ints order;
  std::int64_t next = 0;
  for (std::int64_t d = 0; d < c.result_rank(); ++d)
    order.push_back(d == a ? c.result_rank() - 2 : d == b ? c.result_rank() - 1 : next++);
  c.result_from(t, c.node("Transpose", {y}, {{"perm", order}}));
}

void pad(Call& c, const char* mode) {
  const Ints given = c.list(0);
  const auto rank = static_cast<std::size_t>(c.rank(0));
  Ints pads(2 * rank, 0);
  bool any = false;
  for (std::size_t k = 0; k < given.size() / 2; ++k) {
    pads[rank - 1 - k] = given[2 * k];
    pads[2 * rank - 1 - k] = given[2 * k + 1];
    any = any || given[2 * k] || given[2 * k + 1];
  }
  if (!any) return c.result(c.node("Identity", {c.in(0)}));
  const bool constant = std::string_view(mode) == "constant";
  const ScalarType t = constant ? working_type(c.dtype(0)) : c.dtype(0);
  Names in{c.in(0, t), c.ints(pads)};
  if (constant) in.push_back(c.number(c.real(1), t));
  c.require(constant || std::all_of(given.begin(), given.end(), [](std::int64_t n) { return n >= 0; }),
            "it cuts and pads at once");
  c.result_from(t, c.node("Pad", in, {{"mode", std::string(mode)}}));
}

/// Around: the end before the beginning, and the beginning behind the end.
void circular_pad(Call& c) {
  const Ints given = c.list(0), sizes = c.fixed_sizes(0);
  std::string x = c.in(0);
  for (std::size_t k = 0; k < given.size() / 2; ++k) {
    const auto d = static_cast<std::int64_t>(sizes.size() - 1 - k);
    const std::int64_t before = given[2 * k], after = given[2 * k + 1], n = sizes[static_cast<std::size_t>(d)];
    c.require(before >= 0 && after >= 0, "it cuts");
    Names parts;
    if (before > 0) parts.push_back(sliced(c, x, d, n - before, n));
    parts.push_back(x);
    if (after > 0) parts.push_back(sliced(c, x, d, 0, after));
    if (parts.size() > 1) x = c.node("Concat", parts, {{"axis", d}});
  }
  c.result(x == c.in(0) ? c.node("Identity", {x}) : x);
}

constexpr Row kRows[] = {
    {"view", reshape},
    {"reshape_alias", reshape},
    {"unsafe_view", reshape},
    {"squeeze", reshape},
    {"unsqueeze", reshape},
    {"permute", [](Call& c) { permute(c, c.list(0)); }},
    {"transpose", [](Call& c) { transpose(c, c.dim(0), c.dim(1)); }},
    {"t", [](Call& c) { transpose(c, 0, c.rank(0) < 2 ? 0 : 1); }},
    {"expand", expand},
    {"select", select},
    {"slice", slice},
    {"split", split},
    {"split_with_sizes", split},
    {"unbind", unbind},
    {"clone", [](Call& c) { c.same_as_input(0); }},
    {"to_copy", [](Call& c) { c.result(c.in(0, c.result_dtype())); }},
    {"_to_copy", [](Call& c) { c.result(c.in(0, c.result_dtype())); }},  // as it is called for integers
    {"cat", cat},
    {"tril", [](Call& c) { triangle(c, false); }},
    {"triu", [](Call& c) { triangle(c, true); }},
    {"flip", flip},
    {"roll", roll},
    {"repeat", repeat},
    {"diagonal", diagonal},
    {"unfold", unfold},
    {"diag_embed", diag_embed},
    {"constant_pad_nd", [](Call& c) { pad(c, "constant"); }},
    {"reflection_pad", [](Call& c) { pad(c, "reflect"); }},
    {"replication_pad", [](Call& c) { pad(c, "edge"); }},
    {"pad", circular_pad},
};

}  // namespace
}  // namespace shape

std::span<const Row> shape_rows() { return shape::kRows; }

}  // namespace xgrad::onnx::detail
