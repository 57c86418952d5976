#include <xgrad/autograd/graph/tracing.hpp>
#include <xgrad/autograd/ops/bags.hpp>
#include <xgrad/nn/modules/embedding_bag.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace xgrad::nn {

namespace functional {

namespace {

/// The numbers in a row, and where each bag begins, with the end of the last one.
ops::Bags bags_of(const Tensor& input, const EmbeddingBagFuncOptions& o, std::int64_t padding) {
  check<ValueError>(input.dim() == 1 || input.dim() == 2,
                    "input has to be 1D or 2D Tensor, but got Tensor of dimension {}", input.dim());
  const std::int64_t n = input.numel();
  ops::Bags bags{input.to(kInt64).contiguous().view({n}), {}, padding, o.mode() == "mean"};
  if (input.dim() == 2) {
    check<ValueError>(
        !o.offsets().defined(),
        "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length "
        "sequences. However, found offsets of type torch.Tensor");
    bags.starts = arange(input.size(0) + 1, kInt64) * input.size(1);
    return bags;
  }
  check<ValueError>(o.offsets().defined(), "offsets has to be a 1D Tensor but got None");
  check<ValueError>(o.offsets().dim() == 1, "offsets has to be a 1D Tensor");
  const Tensor begins = o.offsets().to(kInt64).contiguous();
  const std::int64_t* const first = begins.data_ptr<std::int64_t>();
  const std::int64_t* const last = first + begins.numel();
  check(!o.include_last_offset() || first != last, "include_last_offset: number of offset should be at least 1");
  check(first == last || *first == 0,
        "offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
        "got {}",
        first == last ? 0 : *first);
  check(std::is_sorted(first, last) && (first == last || last[-1] <= n),
        "offsets have to be increasing and no larger than input's length {}", n);
  const std::int64_t count = begins.numel() + (o.include_last_offset() ? 0 : 1);
  bags.starts = empty({count}, kInt64);
  std::int64_t* const starts = bags.starts.data_ptr<std::int64_t>();
  if (!o.include_last_offset()) starts[count - 1] = n;
  std::copy(first, last, starts);
  return bags;
}

/// Which rows are taken, and into which bag each goes; padding is left out.
struct Rows {
  std::vector<std::int64_t> rows, bag, place;  // `place`: which of the input's numbers it was
  std::int64_t count = 0;
};

Rows rows_of(const ops::Bags& bags) {
  Rows out;
  out.count = bags.starts.numel() - 1;
  const std::int64_t* const index = bags.index.data_ptr<std::int64_t>();
  const std::int64_t* const starts = bags.starts.data_ptr<std::int64_t>();
  for (std::int64_t b = 0; b < out.count; ++b) {
    for (std::int64_t i = starts[b]; i < starts[b + 1]; ++i) {
      if (index[i] == bags.skip) continue;
      out.rows.push_back(index[i]);
      out.bag.push_back(b);
      out.place.push_back(i);
    }
  }
  return out;
}

Tensor integers(const std::vector<std::int64_t>& list) { return tensor(list, kInt64); }

/// The largest of each bag in each column, the first of equal ones; 0 for an empty bag.
Tensor largest(const Tensor& rows, const Rows& bags) {
  const std::int64_t width = rows.size(1);
  std::vector<std::int64_t> best(static_cast<std::size_t>(bags.count * width), -1);
  const std::vector<double> values = rows.detach().to_vector<double>();
  for (std::size_t i = 0; i < bags.bag.size(); ++i) {
    for (std::int64_t c = 0; c < width; ++c) {
      std::int64_t& at = best[static_cast<std::size_t>(bags.bag[i] * width + c)];
      const double x = values[i * static_cast<std::size_t>(width) + static_cast<std::size_t>(c)];
      const auto before = static_cast<std::size_t>(at * width + c);
      if (at < 0 || x > values[before] || (std::isnan(x) && !std::isnan(values[before]))) {
        at = static_cast<std::int64_t>(i);
      }
    }
  }
  const Tensor index = integers(best).view({bags.count, width});
  // Empty bags are zeros that the table's gradient passes through, too.
  if (bags.rows.empty()) return zeros({bags.count, width}, rows.dtype()) + rows.sum();
  return where(index < 0, 0., rows.gather(0, index.clamp_min(0)));
}

}  // namespace

namespace {

Tensor reduced_bags(const Tensor& input, const Tensor& weight, const EmbeddingBagFuncOptions& o) {
  const std::string& mode = o.mode();
  check(weight.is_floating_point(),
        "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, Float, Double; but "
        "got CPU{}Type instead (while checking arguments for embedding_bag)",
        weight.dtype());
  check<ValueError>(mode == "sum" || mode == "mean" || mode == "max", "mode has to be one of sum, mean or max");
  const Tensor& by = o.per_sample_weights();
  check<NotImplementedError>(!by.defined() || mode == "sum",
                             "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for "
                             "mode='sum' (got mode='{}').",
                             mode);
  check<ValueError>(
      !by.defined() || by.sizes() == input.sizes(),
      "embedding_bag: If per_sample_weights (torch.Size({})) is not None, then it must have the same shape "
      "as the input (torch.Size({}))",
      by.defined() ? by.sizes() : input.sizes(), input.sizes());
  check<ValueError>(mode != "max" || !o.scale_grad_by_freq(),
                    "max mode does not support scaling the gradient by the frequency");
  std::int64_t padding = -1;  // no row
  if (o.padding_idx()) {
    padding = *o.padding_idx() < 0 ? *o.padding_idx() + weight.size(0) : *o.padding_idx();
    check(padding >= 0 && padding < weight.size(0), "padding_idx must be within the number of embeddings");
  }
  const ops::Bags by_bag = bags_of(input, o, padding);
  // What changes the table first, or its gradient, goes by its rows one by one.
  if (mode != "max" && !o.max_norm() && !o.scale_grad_by_freq() && weight.dim() == 2 && weight.is_floating_point() &&
      (!by.defined() || by.dtype() == weight.dtype())) {
    return ops::sum_bags(weight, by.defined() ? by.reshape({-1}) : Tensor(), by_bag);
  }
  const Rows bags = rows_of(by_bag);
  Tensor rows = embedding(integers(bags.rows), weight,
                          EmbeddingFuncOptions()
                              .max_norm(o.max_norm())
                              .norm_type(o.norm_type())
                              .scale_grad_by_freq(o.scale_grad_by_freq()));
  if (mode == "max") return largest(rows, bags);
  if (by.defined()) rows = rows * by.reshape({-1}).index_select(0, integers(bags.place)).unsqueeze(1);
  const Tensor sums = zeros({bags.count, weight.size(1)}, weight.dtype()).index_add(0, integers(bags.bag), rows);
  if (mode == "sum") return sums;
  std::vector<double> counts(static_cast<std::size_t>(bags.count), 0);
  for (const std::int64_t b : bags.bag) ++counts[static_cast<std::size_t>(b)];
  for (double& c : counts) c = std::max(c, 1.);
  return sums / tensor(counts, TensorOptions(weight.dtype())).unsqueeze(1);
}

}  // namespace

Tensor embedding_bag(const Tensor& input, const Tensor& weight, const EmbeddingBagFuncOptions& o) {
  return as_one("embedding_bag", {&weight, &input, &o.offsets(), &o.per_sample_weights()},
                [&] { return reduced_bags(input, weight, o); });
}

}  // namespace functional

Tensor EmbeddingBagImpl::forward(const Tensor& input, const Tensor& offsets, const Tensor& per_sample_weights) {
  return functional::embedding_bag(input, weight,
                                   detail::with_lookup(functional::EmbeddingBagFuncOptions(), options)
                                       .offsets(offsets)
                                       .per_sample_weights(per_sample_weights));
}

std::string EmbeddingBagImpl::extra_repr() const {
  std::string text = fmt::format("{}, {}", options.num_embeddings(), options.embedding_dim());
  if (options.max_norm()) text += ", max_norm=" + detail::python(*options.max_norm());
  if (options.norm_type() != 2) text += ", norm_type=" + detail::python(options.norm_type());
  if (options.scale_grad_by_freq()) text += ", scale_grad_by_freq=True";
  text += ", mode=" + options.mode();
  if (options.padding_idx()) text += fmt::format(", padding_idx={}", *options.padding_idx());
  return text;
}

}  // namespace xgrad::nn
