// Taking and putting elements by tensors of places.
#include <xgrad/serialize/onnx_graph.hpp>

#include <algorithm>

namespace xgrad::onnx::detail {
namespace indexing {  // files are compiled together
namespace {

void index_select(Call& c) {
  if (c.rank(0) == 0) return c.result(c.node("Identity", {c.in(0)}));
  std::string y = c.node("Gather", {c.in(0), c.in(1)}, {{"axis", c.integer(0)}});
  if (c.rank(1) == 0) y = c.node("Unsqueeze", {y, c.ints({c.integer(0)})});
  c.result(y);
}

void gather(Call& c) {
  if (c.rank(0) == 0 || c.rank(1) == 0) {
    c.require(c.sizes(0).size() <= 1, "an index without dimensions");
    return c.result(c.reshaped(
        c.node("Gather", {c.node("Reshape", {c.in(0), c.ints({-1})}), c.in(1)}, {{"axis", std::int64_t{0}}})));
  }
  c.result(c.node("GatherElements", {c.in(0), c.in(1)}, {{"axis", c.integer(0)}}));
}

void scatter(Call& c, const char* reduction) {
  c.require(c.rank(0) > 0 && c.rank(1) > 0, "of a number without dimensions");
  const ScalarType t = c.dtype(0);
  const std::string how = reduction;
  c.require(how == "none" || is_floating_point(t) || working_type(t) == t, "runtimes have no kernel for its dtype");
  c.result(c.node("ScatterElements", {c.in(0), c.in(1), c.in(2)}, {{"axis", c.integer(0)}, {"reduction", how}}));
}

/// Rows of x: the index is the same for every element of a row.
void scatter_rows(Call& c, const char* reduction) {
  c.require(c.rank(0) > 0, "of a number without dimensions");
  const auto d = static_cast<std::size_t>(c.integer(0));
  Ints sizes = c.fixed_sizes(0), along(sizes.size(), 1);
  const Ints index = c.fixed_sizes(1);
  sizes[d] = along[d] = index.empty() ? 1 : index[0];
  std::string at = c.node("Reshape", {c.in(1, kInt64), c.ints(along)});
  at = c.node("Expand", {at, c.ints(sizes)});
  std::string rows = c.in(2);
  if (c.sizes(2) != sizes) rows = c.node("Expand", {rows, c.ints(sizes)});
  c.result(
      c.node("ScatterElements", {c.in(0), at, rows}, {{"axis", c.integer(0)}, {"reduction", std::string(reduction)}}));
}

void embedding(Call& c) { c.result(c.node("Gather", {c.in(0), c.in(1)}, {{"axis", std::int64_t{0}}})); }

/// x[indices]: the indexed dimensions in front, GatherND, and its results where the first of them was.
void index(Call& c) {
  const std::size_t n = c.count() - 1;
  std::vector<std::size_t> dims;
  bool adjacent = true;
  for (std::size_t k = 0; k < n; ++k) {
    if (!c.has(k + 1)) continue;
    c.require(c.dtype(k + 1) == kInt64, "a mask as an index has a result of unknown size");
    adjacent = adjacent && (dims.empty() || dims.back() + 1 == k);
    dims.push_back(k);
  }
  c.require(!dims.empty(), "no index at all");
  if (dims.size() == 1)
    return c.result(c.node("Gather", {c.in(0), c.in(dims[0] + 1)}, {{"axis", static_cast<std::int64_t>(dims[0])}}));
  Ints shape;
  for (const std::size_t k : dims) shape = IntArrayRef(broadcast_shapes(shape, c.fixed_sizes(k + 1))).vec();
  const Ints sizes = c.fixed_sizes(0);
  Names coordinates;
  for (const std::size_t k : dims) {
    std::string at = c.in(k + 1);
    // From the front.
    const std::string size = c.number(static_cast<double>(sizes[k]), kInt64);
    at = c.node("Where", {c.node("Less", {at, c.number(0, kInt64)}), c.node("Add", {at, size}), at});
    at = c.node("Expand", {at, c.ints(shape)});
    coordinates.push_back(c.node("Unsqueeze", {at, c.ints({-1})}));
  }
  const std::string places = c.node("Concat", coordinates, {{"axis", std::int64_t{-1}}});
  Ints order;
  for (const std::size_t k : dims) order.push_back(static_cast<std::int64_t>(k));
  for (std::int64_t d = 0; d < c.rank(0); ++d) {
    if (std::find(dims.begin(), dims.end(), static_cast<std::size_t>(d)) == dims.end()) order.push_back(d);
  }
  std::string y = c.node("GatherND", {c.node("Transpose", {c.in(0)}, {{"perm", order}}), places});
  const auto before = adjacent ? static_cast<std::int64_t>(dims[0]) : 0;
  if (before > 0) {
    const auto width = static_cast<std::int64_t>(shape.size());
    Ints back;
    for (std::int64_t d = 0; d < before; ++d) back.push_back(width + d);
    for (std::int64_t d = 0; d < width; ++d) back.push_back(d);
    for (std::int64_t d = width + before; d < c.result_rank(); ++d) back.push_back(d);
    y = c.node("Transpose", {y}, {{"perm", back}});
  }
  c.result(y);
}

/// x with values at the places, of an index for each of the leading dimensions.
void index_put(Call& c) {
  const std::size_t n = c.count() - 2;
  Ints shape;
  const Ints sizes = c.fixed_sizes(0);
  if (n == 1 && c.has(1) && c.dtype(1) == kBool && !c.flag(0) && c.rank(c.count() - 1) == 0) {
    // A mask, and a number.
    Ints along = c.fixed_sizes(1);
    along.resize(sizes.size(), 1);
    const ScalarType t = working_type(c.dtype(0));
    const std::string mask = c.node("Reshape", {c.in(1), c.ints(along)});
    return c.result_from(t, c.node("Where", {mask, c.in(c.count() - 1, t), c.in(0, t)}));
  }
  for (std::size_t k = 0; k < n; ++k) {
    c.require(c.has(k + 1) && c.dtype(k + 1) == kInt64, "an index that is not one of places in the leading dimensions");
    shape = IntArrayRef(broadcast_shapes(shape, c.fixed_sizes(k + 1))).vec();
  }
  Names coordinates;
  for (std::size_t k = 0; k < n; ++k) {
    std::string at = c.in(k + 1);
    const std::string size = c.number(static_cast<double>(sizes[k]), kInt64);
    at = c.node("Where", {c.node("Less", {at, c.number(0, kInt64)}), c.node("Add", {at, size}), at});
    coordinates.push_back(c.node("Unsqueeze", {c.node("Expand", {at, c.ints(shape)}), c.ints({-1})}));
  }
  const std::string places = c.node("Concat", coordinates, {{"axis", std::int64_t{-1}}});
  Ints full = shape;
  full.insert(full.end(), sizes.begin() + static_cast<std::ptrdiff_t>(n), sizes.end());
  const std::string values = c.node("Expand", {c.in(c.count() - 1), c.ints(full)});
  c.result(c.node("ScatterND", {c.in(0), places, values}, {{"reduction", std::string(c.flag(0) ? "add" : "none")}}));
}

/// Σ or Π of what comes to each place.
void scatter_reduce(Call& c) {
  const std::string how = c.text(1);
  c.require((how == "sum" || how == "prod") && c.flag(2), "opset 17 scatters sums and products with what was there");
  scatter(c, how == "sum" ? "add" : "mul");
}

/// Places of the elements of patches in a padded image whose pixels are one dimension: [kernel, patches].
Tensor patch_places(const Ints& image, const Ints& kernel, const Ints& dilation, const Ints& padding,
                    const Ints& stride) {
  Tensor at[2];
  for (std::size_t k = 0; k < 2; ++k) {
    const std::int64_t room = image[k] + 2 * padding[k] - dilation[k] * (kernel[k] - 1) - 1;
    at[k] = arange(kernel[k], kInt64).unsqueeze(1) * dilation[k] + arange(room / stride[k] + 1, kInt64) * stride[k];
  }
  const std::int64_t width = image[1] + 2 * padding[1];
  const Tensor rows = at[0].unsqueeze(1).unsqueeze(3) * width, all = rows + at[1].unsqueeze(0).unsqueeze(2);
  return all.reshape({kernel[0] * kernel[1], -1});
}

Ints image_pads(const Ints& padding) { return {0, 0, padding[0], padding[1], 0, 0, padding[0], padding[1]}; }

void im2col(Call& c) {
  const Ints sizes = c.fixed_sizes_but_first(0), image{sizes[2], sizes[3]}, padding = c.list(2);
  std::string x = c.in(0);
  if (padding[0] || padding[1]) x = c.node("Pad", {x, c.ints(image_pads(padding)), c.number(0, c.dtype(0))});
  const std::string pixels = c.node("Reshape", {x, c.ints({0, sizes[1], -1})});
  const Tensor places = patch_places(image, c.list(0), c.list(1), padding, c.list(3));
  c.result(c.reshaped(c.node("Gather", {pixels, c.tensor(places)}, {{"axis", std::int64_t{2}}})));
}

void col2im(Call& c) {
  const Ints image = c.list(0), kernel = c.list(1), padding = c.list(3), out = c.result_sizes();
  const Ints sizes = c.fixed_sizes(0);
  const std::int64_t channels = out[1], height = image[0] + 2 * padding[0], width = image[1] + 2 * padding[1];
  const Tensor places = patch_places(image, kernel, c.list(2), padding, c.list(4));
  const std::int64_t n = places.numel();
  const std::string columns = c.node("Reshape", {c.in(0), c.ints({sizes[0], channels, n})});
  const std::string at = c.node("Expand", {c.tensor(places.reshape({1, 1, n})), c.ints({sizes[0], channels, n})});
  const std::string empty = c.tensor(zeros({sizes[0], channels, height * width}, c.dtype(0)));
  std::string y =
      c.node("ScatterElements", {empty, at, columns}, {{"axis", std::int64_t{2}}, {"reduction", std::string("add")}});
  y = c.node("Reshape", {y, c.ints({sizes[0], channels, height, width})});
  c.result(c.node("Slice", {y, c.ints({padding[0], padding[1]}), c.ints({padding[0] + image[0], padding[1] + image[1]}),
                            c.ints({2, 3})}));
}

void isin(Call& c) {
  const ScalarType t = working_type(c.common(0, 1));
  const std::string set = c.node("Reshape", {c.in(1, t), c.ints({-1})});
  const std::string same = c.node("Equal", {c.node("Unsqueeze", {c.in(0, t), c.ints({-1})}), set});
  const std::string any =
      c.node("ReduceMax", {c.cast(same, kInt32)}, {{"axes", Ints{-1}}, {"keepdims", std::int64_t{0}}});
  const std::string found = c.cast(any, kBool);
  c.result(c.flag(0) ? c.node("Not", {found}) : found);
}

void take(Call& c) {
  const std::string flat = c.node("Reshape", {c.in(0), c.ints({-1})});
  c.result(c.node("Gather", {flat, c.in(1)}, {{"axis", std::int64_t{0}}}));
}

constexpr Row kRows[] = {
    {"index_select", index_select},
    {"gather", gather},
    {"scatter", [](Call& c) { scatter(c, "none"); }},
    {"scatter_add", [](Call& c) { scatter(c, "add"); }},
    {"index_add", [](Call& c) { scatter_rows(c, "add"); }},
    {"index_copy", [](Call& c) { scatter_rows(c, "none"); }},
    {"index_fill", [](Call& c) { scatter_rows(c, "none"); }},
    {"embedding", embedding},
    {"index", index},
    {"index_put", index_put},
    {"take", take},
    {"scatter_reduce", scatter_reduce},
    {"im2_col", im2col},
    {"col2_im", col2im},
    {"isin", isin},
};

}  // namespace
}  // namespace indexing

std::span<const Row> indexing_rows() { return indexing::kRows; }

}  // namespace xgrad::onnx::detail
