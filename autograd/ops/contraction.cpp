#include <xgrad/autograd/ops/contraction.hpp>
#include <xgrad/autograd/ops/matrix_checks.hpp>

namespace xgrad::ops::contraction {
namespace {

/// A matrix smaller than this is copied sooner than multiplied in a call of its own.
constexpr std::int64_t kWorthACall = 256;

std::int64_t elements(const Factor& f, const Labels& labels) {
  std::int64_t n = 1;
  for (const Label l : labels) n *= f.size(l);
  return n;
}

/// Whether these dimensions of f, in this order, are one dimension to a view.
bool merges(const Factor& f, const Labels& labels) {
  std::int64_t expected = -1;
  for (std::size_t i = labels.size(); i-- > 0;) {
    const std::int64_t n = f.size(labels[i]);
    if (n == 1) continue;
    if (expected >= 0 && f.stride(labels[i]) != expected) return false;
    expected = n * f.stride(labels[i]);
  }
  return true;
}

Labels joined(std::initializer_list<const Labels*> groups) {
  Labels out;
  for (const Labels* group : groups) out.insert(out.end(), group->begin(), group->end());
  return out;
}

Labels in_order_of_memory(const Factor& f, Labels labels) {
  std::stable_sort(labels.begin(), labels.end(), [&](Label i, Label j) { return f.stride(i) > f.stride(j); });
  return labels;
}

/// Those in `order` first, as they stand there.
Labels in_order_of(const Labels& order, const Labels& labels) {
  Labels out, rest;
  for (const Label l : order) {
    if (std::find(labels.begin(), labels.end(), l) != labels.end()) out.push_back(l);
  }
  for (const Label l : labels) {
    if (std::find(order.begin(), order.end(), l) == order.end()) rest.push_back(l);
  }
  return joined({&out, &rest});
}

/// The order of the output, unless f would have to be copied for it and need not be for another.
Labels best_order(const Factor& f, const Labels& labels, const Labels& output) {
  Labels wanted = in_order_of(output, labels);
  return merges(f, wanted) ? wanted : in_order_of_memory(f, labels);
}

/// What each label of a product of two operands is to it.
struct Roles {
  Labels batch;    ///< of both, and needed
  Labels rows;     ///< of a alone
  Labels columns;  ///< of b alone
  Labels summed;   ///< of both, and not needed
  Roles(const Factor& a, const Factor& b, const LabelSet& needed) {
    for (const Label l : a.labels)
      (!b.has(l) ? rows : needed[static_cast<std::size_t>(l)] ? batch : summed).push_back(l);
    for (const Label l : b.labels) {
      if (!a.has(l)) columns.push_back(l);
    }
  }
};

/// f with each of these groups of labels as one dimension; along labels that it lacks it repeats, `sizes` times.
Tensor grouped(const Factor& f, std::initializer_list<const Labels*> groups, const Factor& sizes) {
  Dims shape, full;
  Labels order;
  bool repeats = false;
  for (const Labels* group : groups) {
    std::int64_t n = 1;
    for (const Label l : *group) {
      order.push_back(l);
      repeats |= !f.has(l);
      full.push_back(f.has(l) ? f.size(l) : sizes.size(l));
      n *= full.back();
    }
    shape.push_back(n);
  }
  const Tensor x = arranged(f, order).x;
  if (repeats) return x.expand(full).reshape(shape);
  return x.sizes() == shape ? x : x.reshape(shape);
}

/// The dimensions of a product of a and b again, each by itself.
Factor ungrouped(const Tensor& x, const Labels& labels, const Factor& a, const Factor& b) {
  Dims sizes;
  for (const Label l : labels) sizes.push_back(a.has(l) ? a.size(l) : b.size(l));
  return {x.sizes() == sizes ? x : x.reshape(sizes), labels};
}

/// Nothing is summed: element by element.
Factor product_of_elements(const Factor& a, const Factor& b, const Roles& of, const Labels& output) {
  const Labels order = in_order_of(output, joined({&of.batch, &of.rows, &of.columns}));
  return {arranged(a, order).x * arranged(b, order).x, order};
}

/// Sums over these; integers stay in their dtype, as products of matrices do.
void sum_over(Factor& f, const Labels& labels) {
  if (labels.empty()) return;
  Dims dims;
  for (const Label l : labels) dims.push_back(f.place(l));
  f.x = f.x.sum(dims, false, f.x.dtype());
  std::erase_if(f.labels, [&](Label l) { return std::find(labels.begin(), labels.end(), l) != labels.end(); });
}

/// Neither has a label of its own: one scalar product, or a product of elements and its sums.
Factor sum_of_elements(const Factor& a, const Factor& b, const Roles& of, const Labels& output) {
  const Labels summed = in_order_of_memory(a, of.summed);
  if (of.batch.empty()) return {dot(grouped(a, {&summed}, a), grouped(b, {&summed}, b)), {}};
  check<NotImplementedError>(a.x.dtype() != kBool, "\"bmm\" not implemented for 'Bool'");  // what bmm would say
  const Labels batch = in_order_of(output, of.batch), order = joined({&batch, &summed});
  Factor y{arranged(a, order).x * arranged(b, order).x, order};
  sum_over(y, summed);
  return y;
}

/// Takes the outermost labels of `group` away until the rest is one dimension, as long as what is left is worth a call.
Labels lifted(const Factor& f, Labels& group, std::int64_t others) {
  std::size_t n = 0;
  while (!merges(f, Labels(group.begin() + static_cast<std::ptrdiff_t>(n), group.end()))) ++n;
  Labels out(group.begin(), group.begin() + static_cast<std::ptrdiff_t>(n));
  Labels rest(group.begin() + static_cast<std::ptrdiff_t>(n), group.end());
  if (elements(f, rest) * others < kWorthACall) return {};
  group = std::move(rest);
  return out;
}

/// One of them, v, has no label of its own: matrices times vectors. Where the dimensions of m lie so that a single
/// matrix would be a copy, the outer ones become a batch of matrices, which are read where they are.
Factor product_with_vector(const Factor& m, const Factor& v, Labels batch, Labels own, Labels summed,
                           const Labels& output) {
  own = best_order(m, own, output);
  summed = in_order_of_memory(m, summed);
  batch = best_order(m, batch, output);
  Labels rest_own = own, rest_summed = summed;
  const Labels more = lifted(m, rest_own, elements(m, summed)),
               more_summed = lifted(m, rest_summed, elements(m, rest_own)),
               all = in_order_of_memory(m, joined({&batch, &more, &more_summed}));
  const bool lifts = all.size() > batch.size() && merges(m, all);
  if (lifts) batch = all, own = rest_own, summed = rest_summed;
  if (batch.empty()) return ungrouped(mv(grouped(m, {&own, &summed}, v), grouped(v, {&summed}, m)), own, m, v);
  const Labels none;
  const Tensor x = bmm(grouped(m, {&batch, &own, &summed}, v), grouped(v, {&batch, &summed, &none}, m));
  Factor y = ungrouped(x, joined({&batch, &own}), m, v);
  if (lifts) sum_over(y, more_summed);
  return y;
}

Factor product_of_matrices(const Factor& a, const Factor& b, const Roles& of, const Labels& output) {
  const Factor& larger = a.x.numel() >= b.x.numel() ? a : b;
  const Labels batch = best_order(larger, of.batch, output), rows = best_order(a, of.rows, output),
               columns = best_order(b, of.columns, output), summed = in_order_of_memory(larger, of.summed);
  const Tensor x = batch.empty()
                       ? mm(grouped(a, {&rows, &summed}, b), grouped(b, {&summed, &columns}, a))
                       : bmm(grouped(a, {&batch, &rows, &summed}, b), grouped(b, {&batch, &summed, &columns}, a));
  return ungrouped(x, joined({&batch, &rows, &columns}), a, b);
}

}  // namespace

Factor arranged(const Factor& f, const Labels& order) {
  if (f.labels == order) return f;
  Labels there;
  Dims places;
  for (const Label l : order) {
    if (f.has(l)) there.push_back(l), places.push_back(f.place(l));
  }
  Tensor x = f.labels == there ? f.x : f.x.permute(places);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (!f.has(order[i])) x = x.unsqueeze(static_cast<std::int64_t>(i));
  }
  return {std::move(x), order};
}

void sum_out(Factor& f, const LabelSet& needed) {
  Dims dims;
  Labels left;
  for (std::size_t i = 0; i < f.labels.size(); ++i) {
    if (needed[static_cast<std::size_t>(f.labels[i])]) {
      left.push_back(f.labels[i]);
    } else {
      dims.push_back(static_cast<std::int64_t>(i));
    }
  }
  if (!dims.empty()) f.x = f.x.sum(dims);
  f.labels = std::move(left);
}

Factor contract(Factor a, Factor b, const LabelSet& needed, const Labels& output) {
  LabelSet for_a = needed, for_b = needed;
  for (const Label l : b.labels) for_a[static_cast<std::size_t>(l)] = true;
  for (const Label l : a.labels) for_b[static_cast<std::size_t>(l)] = true;
  sum_out(a, for_a);
  sum_out(b, for_b);
  const Roles of(a, b, needed);
  if (of.summed.empty()) return product_of_elements(a, b, of, output);
  check_one_dtype(a.x, b.x);
  check<NotImplementedError>(a.x.dtype() != kBool, "\"bmm\" not implemented for 'Bool'");
  if (of.rows.empty() && of.columns.empty()) return sum_of_elements(a, b, of, output);
  if (of.columns.empty()) return product_with_vector(a, b, of.batch, of.rows, of.summed, output);
  if (of.rows.empty()) return product_with_vector(b, a, of.batch, of.columns, of.summed, output);
  return product_of_matrices(a, b, of, output);
}

}  // namespace xgrad::ops::contraction
