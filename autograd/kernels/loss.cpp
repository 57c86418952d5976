#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/softmax.hpp>
#include <xgrad/autograd/kernels/softmax_rows.hpp>

#include <cstring>

namespace xgrad::kernels {
namespace {

/// [N, C, d...] as [N, C, positions]; [C] is a batch of one.
struct LossShape {
  std::int64_t batch = 1, classes = 1, positions = 1;
  explicit LossShape(IntArrayRef sizes) {
    check(sizes.size() >= 1, "input tensor should be 1D or 2D");
    const std::size_t c = sizes.size() == 1 ? 0 : 1;
    if (c == 1) batch = sizes[0];
    classes = sizes[c];
    for (std::size_t d = c + 1; d < sizes.size(); ++d) positions *= sizes[d];
  }
  std::int64_t labels() const { return batch * positions; }
};

void check_target(IntArrayRef sizes, const Array& target) {
  if (sizes.size() == 1) {
    check(target.numel() == 1 && target.dim() <= 1, "0D or 1D target tensor expected, multi-target not supported");
    return;
  }
  if (sizes.size() == 2 && target.dim() == 1) {
    check<ValueError>(sizes[0] == target.numel(), "Expected input batch_size ({}) to match target batch_size ({}).",
                      sizes[0], target.numel());
    return;
  }
  Dims expected(sizes);
  expected.erase(1);
  if (target.sizes() != expected) fail("Expected target size {}, got {}", expected, target.sizes());
}

[[gnu::cold, gnu::noinline]] void bad_label(std::int64_t label, std::int64_t at, const Array& target,
                                            std::int64_t classes) {
  Dims index(target.sizes().size(), 0);
  for (std::size_t d = index.size(); d-- > 0; at /= target.sizes()[d]) index[d] = at % target.sizes()[d];
  fail<IndexError>("Target {} is out of bounds.\n  at position {} of the target; there are {} classes, 0 to {}", label,
                   index, classes, classes - 1);
}

/// Labels as packed int64, every one checked, and the weights of the classes as packed T.
template <class T>
class Labels {
 public:
  Labels(const Array& target, const LossShape& shape, ScalarType dtype, const NllOptions& options)
      : ignored_(options.ignore_index) {
    check(is_integral(target.dtype()), "expected scalar type Long but found {}", info(target.dtype()).cname);
    labels_ = target.dtype() == kInt64 && target.is_contiguous() ? target : contiguous_copy(to_dtype(target, kInt64));
    data_ = labels_.data<std::int64_t>();
    const std::int64_t n = labels_.numel();
    const auto classes = static_cast<std::uint64_t>(shape.classes);
    bool outside = false;
    for (std::int64_t i = 0; i < n; ++i) outside |= static_cast<std::uint64_t>(data_[i]) >= classes;
    if (outside) [[unlikely]] {  // an ignored label may be
      for (std::int64_t i = 0; i < n; ++i) {
        if (static_cast<std::uint64_t>(data_[i]) >= classes && data_[i] != ignored_)
          bad_label(data_[i], i, target, shape.classes);
      }
    }
    if (!options.weight) return;
    const Array& w = *options.weight;
    if (w.dim() != 1 || w.numel() != shape.classes)
      fail("weight tensor should be defined either for all {} classes or no classes but got weight tensor of shape: {}",
           shape.classes, w.sizes());
    check(w.dtype() == dtype, "expected scalar type {} but found {}", info(dtype).cname, info(w.dtype()).cname);
    weight_array_ = packed(w);
    weights_ = weight_array_.data<T>();
  }

  std::int64_t operator[](std::int64_t i) const { return data_[i]; }
  bool ignored(std::int64_t i) const { return data_[i] == ignored_; }
  /// Of a label that is not ignored.
  bool weighted() const { return weights_ != nullptr; }
  T weight(std::int64_t i) const { return weights_ ? weights_[data_[i]] : T(1); }

 private:
  Array labels_, weight_array_;
  const std::int64_t* data_ = nullptr;
  const T* weights_ = nullptr;
  std::int64_t ignored_;
};

template <class T>
Array scalar(double value) {
  Array a = Array::empty({}, dtype_of<T>());
  *a.data<T>() = static_cast<T>(value);
  return a;
}

/// Σ loss, or its mean, or all of them; `loss(i)` of label i is asked for in order, and only if it counts.
template <class T, class F>
Array collect(const Array& target, std::int64_t n, const Labels<T>& labels, Reduction reduction, Array* total_weight,
              F&& loss) {
  Array each;
  if (reduction == Reduction::None) each = Array::empty(target.sizes(), dtype_of<T>());
  constexpr std::int64_t kBlock = 512;  // added up at once, so that no loss waits for the sum of those before it
  T block[kBlock];
  double sum = 0, weights = 0;
  std::int64_t ignored = 0;
  for (std::int64_t first = 0; first < n; first += kBlock) {
    const std::int64_t count = std::min(kBlock, n - first);
    T* const out = each.defined() ? each.data<T>() + first : block;
    for (std::int64_t k = 0; k < count; ++k) {
      const bool skip = labels.ignored(first + k);
      ignored += skip;
      out[k] = skip ? T(0) : loss(first + k) * labels.weight(first + k);
      if (labels.weighted() && !skip) weights += labels.weight(first + k);
    }
    sum += static_cast<double>(sum_row(static_cast<const T*>(out), count));
  }
  if (!labels.weighted()) weights = static_cast<double>(n - ignored);
  if (total_weight) *total_weight = scalar<T>(weights);
  if (each.defined()) return each;
  return scalar<T>(reduction == Reduction::Mean ? sum / weights : sum);
}

/// What the gradient of label i is multiplied with.
template <class T>
class Upstream {
 public:
  Upstream(const Array& g, const Array& target, Reduction reduction, const Array& total_weight) {
    const bool each = reduction == Reduction::None;
    if (g.dtype() != dtype_of<T>() || !(each ? g.sizes() == target.sizes() : g.numel() == 1))
      fail("nll_loss_backward: unexpected gradient ({} {}) for a target of shape {}", info(g.dtype()).cname, g.sizes(),
           target.sizes());
    if (each) {
      each_ = packed(g);
      data_ = each_.data<T>();
    } else {
      one_ = *g.data<T>();
      if (reduction == Reduction::Mean) one_ /= *total_weight.data<T>();
    }
  }
  T operator[](std::int64_t i) const { return data_ ? data_[i] : one_; }

 private:
  Array each_;
  const T* data_ = nullptr;
  T one_ = 0;
};

/// [N, C, d...] as [N, d..., C], so that each label's classes are a row.
Array classes_last(const Array& x) {
  if (x.dim() < 3) return x;
  Dims order;
  for (std::int64_t d = 0; d < x.dim(); ++d) {
    if (d != 1) order.push_back(d);
  }
  order.push_back(1);
  return x.permute(order);
}
Array classes_second(const Array& x) {
  if (x.dim() < 3) return x;
  Dims order{0, x.dim() - 1};
  for (std::int64_t d = 1; d + 1 < x.dim(); ++d) order.push_back(d);
  return x.permute(order);
}

}  // namespace

Array nll_loss(const Array& logp, const Array& target, const NllOptions& options, Array* total_weight) {
  const LossShape shape(logp.sizes());
  check_target(logp.sizes(), target);
  Array result;
  dispatch_floating(logp.dtype(), "nll_loss_out_frame", [&]<class T>() {
    const Labels<T> labels(target, shape, logp.dtype(), options);
    const Array in = packed(logp);
    const T* const p = in.data<T>();
    const std::int64_t others = (shape.classes - 1) * shape.positions;
    std::int64_t before = 0, end = shape.positions;  // label i < end is number i + before of the first class
    result = collect<T>(target, shape.labels(), labels, options.reduction, total_weight, [&](std::int64_t i) {
      for (; i >= end; end += shape.positions) before += others;
      return -p[i + before + labels[i] * shape.positions];
    });
  });
  return result;
}

Array nll_loss_backward(const Array& g, const Array& target, IntArrayRef logp_sizes, const NllOptions& options,
                        const Array& total_weight) {
  const LossShape shape(logp_sizes);
  check_target(logp_sizes, target);
  Array out = Array::empty(logp_sizes, g.dtype());
  std::memset(out.raw(), 0, out.nbytes());
  dispatch_floating(g.dtype(), "nll_loss_backward_out_frame", [&]<class T>() {
    const Labels<T> labels(target, shape, g.dtype(), options);
    const Upstream<T> upstream(g, target, options.reduction, total_weight);
    T* o = out.data<T>();
    for (std::int64_t n = 0, i = 0; n < shape.batch; ++n, o += shape.classes * shape.positions) {
      for (std::int64_t position = 0; position < shape.positions; ++position, ++i) {
        if (!labels.ignored(i)) o[labels[i] * shape.positions + position] = -labels.weight(i) * upstream[i];
      }
    }
  });
  return out;
}

Array cross_entropy(const Array& x, const Array& target, const NllOptions& options, Array* probabilities,
                    Array* total_weight) {
  const LossShape shape(x.sizes());
  check_target(x.sizes(), target);
  Array result;
  dispatch_floating(x.dtype(), "log_softmax_lastdim_kernel_impl", [&]<class T>() {
    const Labels<T> labels(target, shape, x.dtype(), options);
    const Array in = packed(classes_last(x));
    const Array out = Array::empty(in.sizes(), in.dtype());
    const T* const p = in.data<T>();
    T* const y = out.data<T>();
    const std::int64_t n = shape.classes, rows = shape.labels(),
                       step = softmax_block_rows(std::max<std::int64_t>(n, 1));
    T few[kSoftmaxBlock];  // each row's loss, which are then added up in order
    const Array many = rows > kSoftmaxBlock ? Array::empty({rows}, in.dtype()) : Array();
    T* const losses = many.defined() ? many.data<T>() : few;
    const auto block = [&](std::int64_t first, std::int64_t count) {
      if (n >= kLongSoftmax) {
        for (std::int64_t i = first; i < first + count; ++i) {
          const T* const row = p + i * n;
          const auto [top, sum] = row_functions<T>().softmax(y + i * n, row, n);
          losses[i] = labels.ignored(i) ? T(0) : std::log(sum) - (row[labels[i]] - top);
        }
        return;
      }
      T* const e = y + first * n;
      shift_rows(e, p + first * n, count, n);
      for (std::int64_t r = 0; r < count; ++r)  // x[t] - max(x)
        losses[first + r] = labels.ignored(first + r) ? T(0) : e[r * n + labels[first + r]];
      exp_row(e, e, count * n);
      for (std::int64_t r = 0; r < count; ++r) {
        T* const row = e + r * n;
        const T sum = static_cast<T>(sum_row(row, n));
        for (std::int64_t j = 0; j < n; ++j) row[j] /= sum;
        losses[first + r] = std::log(sum) - losses[first + r];
      }
    };
    split(n > 0 ? rows : 0, n * kSoftmaxCost, step, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; i += step) block(i, std::min(step, last - i));
    });
    result =
        collect<T>(target, rows, labels, options.reduction, total_weight, [&](std::int64_t i) { return losses[i]; });
    if (probabilities) *probabilities = classes_second(out);
  });
  return result;
}

Array cross_entropy_backward(const Array& g, const Array& probabilities, const Array& target, const NllOptions& options,
                             const Array& total_weight) {
  const LossShape shape(probabilities.sizes());
  check_target(probabilities.sizes(), target);
  Array result;
  dispatch_floating(probabilities.dtype(), "cross_entropy_backward", [&]<class T>() {
    const Labels<T> labels(target, shape, probabilities.dtype(), options);
    const Upstream<T> upstream(g, target, options.reduction, total_weight);
    const Array in = packed(classes_last(probabilities));
    const Array out = Array::empty(in.sizes(), in.dtype());
    const std::int64_t n = shape.classes;
    split(shape.labels(), n, 1, [&](std::int64_t first, std::int64_t last) {
      const T* p = in.data<T>() + first * n;
      T* o = out.data<T>() + first * n;
      for (std::int64_t i = first; i < last; ++i, p += n, o += n) {
        if (labels.ignored(i)) {
          std::fill_n(o, n, T(0));
          continue;
        }
        const T factor = labels.weight(i) * upstream[i];
        XGRAD_INDEPENDENT
        for (std::int64_t j = 0; j < n; ++j) o[j] = p[j] * factor;
        const std::int64_t t = labels[i];
        o[t] = (p[t] - 1) * factor;
      }
    });
    const Array shaped = classes_second(out);
    result = shaped.is_contiguous() ? shaped : contiguous_copy(shaped);
  });
  return result;
}

}  // namespace xgrad::kernels
