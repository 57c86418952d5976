// Products of matrices, convolutions, pooling, normalisation, resizing, attention.
#include <xgrad/serialize/onnx_graph.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace xgrad::onnx::detail {
namespace layer {  // files are compiled together
namespace {

constexpr std::int64_t kOne = 1;

// --- products

/// The product of arguments a and b. A vector beside a matrix goes as a matrix: onnxruntime (1.17, at least) drops a
/// Transpose of the matrix before a vector.
std::string product(Call& c, std::size_t a, std::size_t b, ScalarType t) {
  const bool row = c.rank(a) == 1 && c.rank(b) > 1, column = c.rank(b) == 1 && c.rank(a) > 1;
  const std::string x = row ? c.node("Unsqueeze", {c.in(a, t), c.ints({0})}) : c.in(a, t),
                    y = column ? c.node("Unsqueeze", {c.in(b, t), c.ints({1})}) : c.in(b, t),
                    z = c.node("MatMul", {x, y});
  return row || column ? c.node("Squeeze", {z, c.ints({row ? -2 : -1})}) : z;
}

void matmul(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  c.result_from(t, product(c, 0, 1, t));
}

void linear(Call& c) {
  if (c.rank(0) == 2 && c.has(2) && is_floating_point(c.dtype(0)) && c.rank(2) == 1)
    return c.result(c.node("Gemm", {c.in(0), c.in(1), c.in(2)}, {{"transB", kOne}}));
  const ScalarType t = working_type(c.result_dtype());
  // A weight that is known is turned round here.
  const Tensor weight = c.constant(1);
  const std::string turned = weight.defined() ? c.tensor(weight.detach().to(t).t())
                                              : c.node("Transpose", {c.in(1, t)}, {{"perm", Ints{1, 0}}});
  std::string y = c.node("MatMul", {c.in(0, t), turned});
  if (c.has(2)) y = c.node("Add", {y, c.in(2, t)});
  c.result_from(t, y);
}

/// beta·c + alpha·product
void add_product(Call& c, const std::string& product, ScalarType t) {
  const auto scaled = [&](const std::string& x, std::size_t factor) {
    return c.real(factor) == 1 ? x : c.node("Mul", {x, c.factor(factor, t)});
  };
  const std::string more = scaled(product, 1);
  if (c.real(0) == 0) return c.result_from(t, more);
  c.result_from(t, c.node("Add", {scaled(c.in(0, t), 0), more}));
}

/// beta·c alone: a product times 0 plays no part there, even if it is infinite.
bool without_product(Call& c, ScalarType t) {
  if (c.real(1) != 0 || c.real(0) == 0) return false;
  const std::string scaled = c.node("Mul", {c.in(0, t), c.number(c.real(0), t)});
  c.result_from(t, c.node("Expand", {scaled, c.shape_of_result()}));
  return true;
}

void scaled_product(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  c.require(c.result_dtype() != kBool, "a product of bools");
  add_product(c, product(c, 1, 2, t), t);
}

void outer_product(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  c.require(c.result_dtype() != kBool, "a product of bools");
  add_product(c, c.node("Mul", {c.node("Unsqueeze", {c.in(1, t), c.ints({1})}), c.in(2, t)}), t);
}

void sum_of_products(Call& c) {
  const ScalarType t = working_type(c.result_dtype());
  c.require(c.result_dtype() != kBool, "a product of bools");
  const std::string products = c.node("MatMul", {c.in(1, t), c.in(2, t)});
  add_product(c, c.node("ReduceSum", {products, c.ints({0})}, {{"keepdims", std::int64_t{0}}}), t);
}

// --- convolutions

/// Without a batch, as one of a single sample.
std::string batched(Call& c, std::int64_t dims, ScalarType t) {
  const std::string x = c.in(0, t);
  return c.rank(0) == dims + 2 ? x : c.node("Unsqueeze", {x, c.ints({0})});
}
void unbatched(Call& c, std::int64_t dims, const std::string& y, std::size_t k = 0) {
  c.result(k, c.rank(0) == dims + 2 ? y : c.node("Squeeze", {y, c.ints({0})}));
}

Ints both_ends(const Ints& padding) {
  Ints out = padding;
  out.insert(out.end(), padding.begin(), padding.end());
  return out;
}

void convolution(Call& c) {
  const std::int64_t dims = c.rank(1) - 2;
  const auto n = static_cast<std::size_t>(dims);
  c.require(is_floating_point(c.dtype(0)), "a convolution of integers");
  const Ints weight = c.fixed_sizes(1);
  Attributes how{{"kernel_shape", Ints(weight.begin() + 2, weight.end())},
                 {"strides", c.list(0, n)},
                 {"pads", both_ends(c.list(1, n))},
                 {"dilations", c.list(2, n)},
                 {"group", c.integer(5)}};
  const bool transposed = c.flag(3);
  if (transposed) {
    how.emplace_back("output_padding", c.list(4, n));
  }
  const std::string x = batched(c, dims, c.dtype(0));
  unbatched(c, dims, c.node(transposed ? "ConvTranspose" : "Conv", {x, c.in(1), c.in(2)}, how));
}

// --- pooling

/// What a rounded-up window may add at the end so that the number of windows is ours.
Ints window_pads(Call& c, const Ints& kernel, const Ints& stride, const Ints& padding, const Ints& dilation) {
  const std::size_t n = kernel.size();
  const Ints in = c.fixed_sizes(0), out = c.result_sizes();
  Ints pads = both_ends(padding);
  for (std::size_t k = 0; k < n; ++k) {
    const std::int64_t size = in[in.size() - n + k], count = out[out.size() - n + k];
    const std::int64_t reach = (count - 1) * stride[k] + dilation[k] * (kernel[k] - 1) + 1;
    pads[n + k] = std::max(padding[k], reach - size - padding[k]);
  }
  return pads;
}

/// Whether the number of windows is what ONNX's ceil_mode makes: PyTorch leaves out a last one that begins behind the
/// input and its border.
bool rounds_up(Call& c, const Ints& kernel, const Ints& stride, const Ints& padding, const Ints& dilation) {
  const std::size_t n = kernel.size();
  const Ints in = c.fixed_sizes(0), out = c.result_sizes();
  for (std::size_t k = 0; k < n; ++k) {
    const std::int64_t room = in[in.size() - n + k] + 2 * padding[k] - dilation[k] * (kernel[k] - 1) - 1;
    if ((room + stride[k] - 1) / stride[k] + 1 != out[out.size() - n + k]) return false;
  }
  return true;
}

void max_pool(Call& c) {
  const std::int64_t spatial = c.integer(5);
  const auto n = static_cast<std::size_t>(spatial);
  const Ints kernel = c.list(0, n), stride = c.list(1, n), padding = c.list(2, n), dilation = c.list(3, n);
  Attributes how{{"kernel_shape", kernel}, {"strides", stride}, {"dilations", dilation}};
  if (!c.flag(4)) {
    how.emplace_back("pads", both_ends(padding));
  } else if (rounds_up(c, kernel, stride, padding, dilation)) {
    how.emplace_back("pads", both_ends(padding));
    how.emplace_back("ceil_mode", kOne);
  } else {
    how.emplace_back("pads", window_pads(c, kernel, stride, padding, dilation));
  }
  const std::string x = batched(c, spatial, c.dtype(0));
  unbatched(c, spatial, c.node("MaxPool", {x}, how));
}

/// Means over windows are sums over them, of the elements and of the ones that count.
void avg_pool(Call& c) {
  const std::int64_t spatial = c.integer(6);
  const auto n = static_cast<std::size_t>(spatial);
  const Ints kernel = c.list(0, n), stride = c.list(1, n), padding = c.list(2, n);
  const bool ceil_mode = c.flag(3), with_padding = c.flag(4);
  const ScalarType t = c.dtype(0);
  const std::string x = batched(c, spatial, t);
  Attributes how{{"kernel_shape", kernel}, {"strides", stride}};
  if (!ceil_mode && !c.given(5)) {
    how.emplace_back("pads", both_ends(padding));
    how.emplace_back("count_include_pad", static_cast<std::int64_t>(with_padding));
    return unbatched(c, spatial, c.node("AveragePool", {x}, how));
  }
  const Ints pads = window_pads(c, kernel, stride, padding, Ints(n, 1));
  double count = 1;
  for (const std::int64_t k : kernel) count *= static_cast<double>(k);
  how.emplace_back("pads", pads);
  how.emplace_back("count_include_pad", kOne);
  const std::string sums = c.node("AveragePool", {x}, how);  // 1/count of them
  if (c.given(5)) return unbatched(c, spatial, c.node("Mul", {sums, c.number(count / c.real(5), t)}));
  // How many elements count in each window: of the image, or of it and its border.
  const Ints in = c.fixed_sizes(0), out = c.result_sizes();
  Tensor share = ones({}, kFloat64);
  for (std::size_t k = 0; k < n; ++k) {
    const std::int64_t size = in[in.size() - n + k], windows = out[out.size() - n + k];
    std::vector<double> counts;
    for (std::int64_t i = 0; i < windows; ++i) {
      const std::int64_t first = i * stride[k] - padding[k], last = std::min(first + kernel[k], size + padding[k]);
      const std::int64_t from = with_padding ? first : std::max<std::int64_t>(first, 0);
      const std::int64_t to = with_padding ? last : std::min(last, size);
      counts.push_back(static_cast<double>(kernel[k]) / static_cast<double>(to - from));
    }
    share = share.unsqueeze(-1) * xgrad::tensor(counts, kFloat64);
  }
  unbatched(c, spatial, c.node("Mul", {sums, c.tensor(share.to(t))}));
}

/// Windows of one size where the sizes divide.
void adaptive_pool(Call& c, bool max) {
  const Ints output = c.list(0), in = c.sizes(0);
  const std::size_t n = output.size();
  const auto spatial = static_cast<std::int64_t>(n);
  const std::string x = batched(c, spatial, c.dtype(0));
  if (std::all_of(output.begin(), output.end(), [](std::int64_t s) { return s == 1; }))
    return unbatched(c, spatial, c.node(max ? "GlobalMaxPool" : "GlobalAveragePool", {x}));
  Ints kernel;
  for (std::size_t k = 0; k < n; ++k) {
    const std::int64_t size = in[in.size() - n + k];
    c.require(size != kAny && output[k] > 0 && size % output[k] == 0,
              "its output does not divide the input, so that windows have several sizes");
    kernel.push_back(size / output[k]);
  }
  unbatched(c, spatial, c.node(max ? "MaxPool" : "AveragePool", {x}, {{"kernel_shape", kernel}, {"strides", kernel}}));
}

// --- normalisation

std::string or_number(Call& c, std::size_t i, double v, std::int64_t channels) {
  return c.has(i) ? c.in(i) : c.tensor(full({channels}, v, c.dtype(0)));
}

void batch_norm(Call& c) {
  c.require(!c.flag(0) && c.has(3) && c.has(4), "batch_norm uses the statistics of the batch (training mode)");
  const std::int64_t channels = c.sizes(0)[1];
  c.result(c.node("BatchNormalization",
                  {c.in(0), or_number(c, 1, 1, channels), or_number(c, 2, 0, channels), c.in(3), c.in(4)},
                  {{"epsilon", static_cast<float>(c.real(2))}}));
}

void instance_norm(Call& c) {
  const std::int64_t channels = c.sizes(0)[1];
  const Names parameters{or_number(c, 1, 1, channels), or_number(c, 2, 0, channels)};
  const auto eps = static_cast<float>(c.real(2));
  if (!c.flag(0)) {
    return c.result(
        c.node("BatchNormalization", {c.in(0), parameters[0], parameters[1], c.in(3), c.in(4)}, {{"epsilon", eps}}));
  }
  c.require(c.rank(0) > 2, "instances of one element");
  c.result(c.node("InstanceNormalization", {c.in(0), parameters[0], parameters[1]}, {{"epsilon", eps}}));
}

void layer_norm(Call& c) {
  const Ints shape = c.list(0);
  const std::string weight = c.has(1) ? c.in(1) : c.tensor(ones(shape, c.dtype(0)));
  c.result(c.node("LayerNormalization", {c.in(0), weight, c.in(2)},
                  {{"axis", -static_cast<std::int64_t>(shape.size())}, {"epsilon", static_cast<float>(c.real(1))}}));
}

/// As instances of one channel a group, whose scale is that of the channels.
void group_norm(Call& c) {
  const std::int64_t groups = c.integer(0), channels = c.sizes(0)[1];
  const ScalarType t = c.dtype(0);
  const std::string parts = c.node("Reshape", {c.in(0), c.ints({0, groups, -1})});
  std::string y = c.node("InstanceNormalization", {parts, c.tensor(ones({groups}, t)), c.tensor(zeros({groups}, t))},
                         {{"epsilon", static_cast<float>(c.real(1))}});
  const Ints sizes = c.result_sizes();
  y = std::count(sizes.begin(), sizes.end(), kAny) > 1 ? c.node("Reshape", {y, c.node("Shape", {c.in(0)})})
                                                       : c.reshaped(y);
  Ints along(static_cast<std::size_t>(c.rank(0)), 1);
  along[1] = channels;
  if (c.has(1)) y = c.node("Mul", {y, c.node("Reshape", {c.in(1), c.ints(along)})});
  if (c.has(2)) y = c.node("Add", {y, c.node("Reshape", {c.in(2), c.ints(along)})});
  c.result(y);
}

void rms_norm(Call& c) {
  const ScalarType t = c.dtype(0);
  Ints dims;
  for (std::size_t d = 0; d < c.list(0).size(); ++d)
    dims.push_back(static_cast<std::int64_t>(d) - static_cast<std::int64_t>(c.list(0).size()));
  const std::string x = c.in(0);
  const std::string mean = c.node("ReduceMean", {c.node("Mul", {x, x})}, {{"axes", dims}, {"keepdims", kOne}});
  const std::string length = c.node("Sqrt", {c.node("Add", {mean, c.number(c.real(1), t)})});
  std::string y = c.node("Div", {x, length});
  if (c.has(1)) y = c.node("Mul", {y, c.in(1)});
  c.result(y);
}

// --- resizing

/// The nearest element of each place: rows that are taken, so that no runtime rounds positions otherwise than we do.
/// `offset`: where in a place it is asked for.
void nearest(Call& c, float offset = 0) {
  const Ints output = c.list(0), in = c.fixed_sizes(0);
  std::string x = c.in(0);
  for (std::size_t k = 0; k < output.size(); ++k) {
    const std::int64_t n = in[k + 2];
    const double ratio = c.given(2 + k) && c.real(2 + k) > 0 ? 1 / c.real(2 + k)
                                                             : static_cast<double>(n) / static_cast<double>(output[k]);
    Ints from;
    for (std::int64_t i = 0; i < output[k]; ++i) {
      const float place = (static_cast<float>(i) + offset) * static_cast<float>(ratio);
      from.push_back(output[k] == n ? i : std::min(static_cast<std::int64_t>(std::floor(place)), n - 1));
    }
    x = c.node("Gather", {x, c.ints(from)}, {{"axis", static_cast<std::int64_t>(k) + 2}});
  }
  c.result(x);
}

void resize(Call& c, const char* mode) {
  const Ints output = c.list(0), in = c.fixed_sizes(0);
  const bool by_rows = std::string_view(mode) == "nearest", align = c.flag(1);
  if (by_rows) {
    for (std::size_t k = 0; k < output.size(); ++k) {
      const double size = static_cast<double>(output[k]), n = static_cast<double>(in[k + 2]);
      if (output[k] % in[k + 2] != 0 || (c.given(2 + k) && c.real(2 + k) * n != size)) return nearest(c);
    }
  }
  bool by_scale = false;
  std::vector<float> scales{1, 1};
  for (std::size_t k = 0; k < output.size(); ++k) {
    by_scale = by_scale || (c.given(2 + k) && c.real(2 + k) > 0);
    scales.push_back(c.given(2 + k) && c.real(2 + k) > 0
                         ? static_cast<float>(c.real(2 + k))
                         : static_cast<float>(output[k]) / static_cast<float>(in[k + 2]));
  }
  // Runtimes compute the size from scales; where that is not ours, by sizes alone.
  for (std::size_t k = 0; k < output.size(); ++k)
    by_scale = by_scale && static_cast<std::int64_t>(static_cast<float>(in[k + 2]) * scales[k + 2]) == output[k];
  const bool exact = [&] {
    for (std::size_t k = 0; k < output.size(); ++k) {
      if (c.given(2 + k) && c.real(2 + k) > 0 &&
          scales[k + 2] != static_cast<float>(output[k]) / static_cast<float>(in[k + 2]) && !by_scale && !align)
        return false;
    }
    return true;
  }();
  c.require(exact, "its scale and its size say different things");
  Attributes how{{"mode", std::string(mode)},
                 {"coordinate_transformation_mode", std::string(by_rows ? "asymmetric"
                                                                : align ? "align_corners"
                                                                        : "half_pixel")}};
  if (by_rows) how.emplace_back("nearest_mode", std::string("floor"));
  if (std::string_view(mode) == "cubic") how.emplace_back("cubic_coeff_a", -0.75F);
  if (by_scale) {
    std::vector<double> wide(scales.begin(), scales.end());
    return c.result(c.node("Resize", {c.in(0), "", c.tensor(xgrad::tensor(wide, kFloat32))}, how));
  }
  Ints sizes = c.result_sizes();
  c.result(c.node("Resize", {c.in(0), "", "", c.ints(sizes)}, how));
}

void grid_sample(Call& c) {
  static constexpr const char* kModes[] = {"bilinear", "nearest", "bicubic"};
  static constexpr const char* kBorders[] = {"zeros", "border", "reflection"};
  // A single row reflected about its own centre: runtimes divide by its length, which is 0 from centre to centre.
  const Ints image = c.sizes(0);
  c.require(c.integer(1) != 2 || !c.flag(2) || (image[2] != 1 && image[3] != 1),
            "reflection about the centres of a single row or column");
  c.result(c.node("GridSample", {c.in(0), c.in(1)},
                  {{"mode", std::string(kModes[c.integer(0)])},
                   {"padding_mode", std::string(kBorders[c.integer(1)])},
                   {"align_corners", static_cast<std::int64_t>(c.flag(2))}}));
}

// --- attention

void attention(Call& c) {
  c.require(c.real(0) == 0, "attention drops weights (training mode)");
  const ScalarType t = c.dtype(0);
  Ints order(static_cast<std::size_t>(c.rank(1)));
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  const std::string keys = c.node("Transpose", {c.in(1)}, {{"perm", order}});
  const std::string queries = c.node("Mul", {c.in(0), c.number(c.real(2), t)});
  std::string scores = c.node("MatMul", {queries, keys});
  const std::string never = c.number(-std::numeric_limits<double>::infinity(), t);
  if (c.flag(1)) {
    const Ints q = c.fixed_sizes(0), k = c.fixed_sizes(1);
    const Tensor seen = xgrad::ones({q[q.size() - 2], k[k.size() - 2]}, kBool).tril();
    scores = c.node("Where", {c.tensor(seen), scores, never});
  }
  if (c.has(3)) {
    scores = c.dtype(3) == kBool ? c.node("Where", {c.in(3), scores, never}) : c.node("Add", {scores, c.in(3, t)});
  }
  c.result(c.node("MatMul", {c.node("Softmax", {scores}, {{"axis", std::int64_t{-1}}}), c.in(2)}));
}

void distances(Call& c) {
  // Of [B, R, C] and [B, S, C]: the differences of all pairs.
  const ScalarType t = c.dtype(0);
  const double p = c.attributes() ? c.real(0) : 2;
  const std::string a = c.node("Unsqueeze", {c.in(0), c.ints({2})}), b = c.node("Unsqueeze", {c.in(1), c.ints({1})});
  const std::string size = c.node("Abs", {c.node("Sub", {a, b})});
  const auto summed = [&](const std::string& x) {
    return c.node("ReduceSum", {x, c.ints({3})}, {{"keepdims", std::int64_t{0}}});
  };
  if (p == 1) return c.result(summed(size));
  if (p == 2) return c.result(c.node("Sqrt", {summed(c.node("Mul", {size, size}))}));
  if (std::isinf(p)) return c.result(c.node("ReduceMax", {size}, {{"axes", Ints{3}}, {"keepdims", std::int64_t{0}}}));
  if (p == 0) return c.result(summed(c.cast(c.node("Greater", {size, c.number(0, t)}), t)));
  c.result(c.node("Pow", {summed(c.node("Pow", {size, c.number(p, t)})), c.number(1 / p, t)}));
}

constexpr Row kRows[] = {
    {"mm", matmul},
    {"mv", matmul},
    {"bmm", matmul},
    {"dot", matmul},
    {"matmul", matmul},
    {"addmm", scaled_product},
    {"addmv",
     [](Call& c) {
       if (!without_product(c, working_type(c.result_dtype()))) scaled_product(c);
     }},
    {"baddbmm", scaled_product},
    {"addr", outer_product},
    {"addbmm",
     [](Call& c) {
       if (!without_product(c, working_type(c.result_dtype()))) sum_of_products(c);
     }},
    {"linear", linear},
    {"convolution", convolution},
    {"max_pool", max_pool},
    {"avg_pool", avg_pool},
    {"adaptive_avg_pool", [](Call& c) { adaptive_pool(c, false); }},
    {"adaptive_max_pool", [](Call& c) { adaptive_pool(c, true); }},
    {"batch_norm", batch_norm},
    {"instance_norm", instance_norm},
    {"layer_norm", layer_norm},
    {"group_norm", group_norm},
    {"rms_norm", rms_norm},
    {"upsample_nearest1d", [](Call& c) { resize(c, "nearest"); }},
    {"upsample_nearest2d", [](Call& c) { resize(c, "nearest"); }},
    {"upsample_nearest3d", [](Call& c) { resize(c, "nearest"); }},
    {"_upsample_nearest_exact1d", [](Call& c) { nearest(c, 0.5F); }},
    {"_upsample_nearest_exact2d", [](Call& c) { nearest(c, 0.5F); }},
    {"_upsample_nearest_exact3d", [](Call& c) { nearest(c, 0.5F); }},
    {"upsample_linear1d", [](Call& c) { resize(c, "linear"); }},
    {"upsample_bilinear2d", [](Call& c) { resize(c, "linear"); }},
    {"upsample_trilinear3d", [](Call& c) { resize(c, "linear"); }},
    {"upsample_bicubic2d", [](Call& c) { resize(c, "cubic"); }},
    {"grid_sampler2d", grid_sample},
    {"scaled_dot_product_attention", attention},
    {"cdist", distances},
    {"euclidean_dist", distances},
};

}  // namespace
}  // namespace layer

std::span<const Row> layer_rows() { return layer::kRows; }

}  // namespace xgrad::onnx::detail
