/// Examples held in memory: `list(dataset)` and `TensorDataset(images, labels)`.
#pragma once

#include <xgrad/data/collate.hpp>
#include <xgrad/data/datasets/base.hpp>

#include <array>
#include <memory>

namespace xgrad {

namespace detail {

/// Gathers the values of one field into one tensor, as long as they have one dtype and shape.
class ColumnBuilder {
 public:
  /// Makes room for so many rows when the first comes.
  void expect(std::size_t rows) { rows_ = rows; }
  /// False for a tensor unlike the first or one that takes part in a graph.
  bool fits(const Tensor& t) const;
  template <data::detail::Number T>
  bool fits(T) const {
    return true;
  }
  void push(const Tensor& t);
  template <data::detail::Number T>
  void push(T value) {
    using C = data::detail::ColumnElement<T>;
    if (!column_.defined()) start({}, data::detail::column_dtype<T>());
    column_.data<C>()[filled_++] = static_cast<C>(value);
  }
  Tensor finish() const { return Tensor(column_); }

 private:
  void start(IntArrayRef row_sizes, ScalarType dtype);

  std::size_t rows_ = 0, filled_ = 0;
  Array column_;
};

/// A ColumnBuilder for each field of E.
template <class E>
class Packer {
  using Fields = std::make_index_sequence<data::detail::kFields<E>>;

 public:
  explicit Packer(std::size_t n) {
    for (ColumnBuilder& b : builders_) b.expect(n);
  }
  /// Appends the example; false, without effect, if one of its fields does not fit.
  bool take(E& example) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      const auto fields = data::detail::Parts<E>::tie(example);
      const bool fit = (builders_[I].fits(std::get<I>(fields)) && ...);
      if (fit) (builders_[I].push(std::get<I>(fields)), ...);
      return fit;
    }
    (Fields{});
  }
  std::array<Tensor, Fields::size()> finish() const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<Tensor, Fields::size()>{builders_[I].finish()...};
    }
    (Fields{});
  }

 private:
  std::array<ColumnBuilder, Fields::size()> builders_;
};

/// Throws PyTorch's "Size mismatch between tensors" unless all have the same number of rows.
void check_rows(ArrayRef<Tensor> columns);

}  // namespace detail

/// A list of examples. Where all their tensors have one shape, each field is one tensor, and examples, slices and
/// in-order batches are views of it: nothing is copied, and writing into them writes into the list. Otherwise the
/// examples are kept one by one. Copying a list shares its contents.
///
///     auto mnist_data = list(datasets::MNIST("data", kw::train = true, transform = transforms::ToTensor()));
///     auto mnist_train = mnist_data[Slice(None, 4096)];
///     auto [image, label] = mnist_train[0];  // Tensor [1, 28, 28], int64_t
template <class E>
class ExampleList : public data::datasets::Dataset<ExampleList<E>, E> {
  static constexpr std::size_t kFields = data::detail::kFields<E>;

 public:
  using ExampleType = E;
  using Batch = data::DefaultBatch<E>;
  using Columns = std::array<Tensor, kFields>;

  ExampleList() : examples_(std::make_shared<const std::vector<E>>()) {}
  /// Keeps the examples one by one.
  explicit ExampleList(std::vector<E> examples)
      : examples_(std::make_shared<const std::vector<E>>(std::move(examples))) {}
  /// One tensor a field, a row an example.
  explicit ExampleList(Columns columns) requires data::detail::kStackable<E> : columns_(std::move(columns)) {
    detail::check_rows(columns_);
  }
  /// The examples of any range of them of known length, in one tensor a field if they allow it.
  template <class Range>
  static ExampleList from(Range&& range, std::size_t n);

  E get(std::size_t index) override { return std::as_const(*this).get(index); }
  E get(std::size_t index) const {
    if (examples_) return (*examples_)[index];
    if constexpr (data::detail::kStackable<E>)
      return packed_row(columns_, index);
    else
      fail("an unpacked list without examples");
  }
  std::optional<std::size_t> size() const override {
    return examples_ ? examples_->size() : static_cast<std::size_t>(columns_[0].size(0));
  }

  E operator[](std::int64_t index) const { return get(data::datasets::detail::wrap_index(index, size())); }
  /// Python's `list[start:stop:step]`, sharing memory.
  ExampleList operator[](const Slice& slice) const;

  /// The batch of these examples; a view when they follow one another.
  Batch collated(ArrayRef<std::size_t> indices) const;

  /// One tensor a field. Throws when examples differ in shape and so are kept one by one.
  const Columns& tensors() const {
    check(!examples_, "the examples of this list differ in shape, dtype or kind, so that they are not one tensor");
    return columns_;
  }

 private:
  static E packed_row(const Columns& columns, std::size_t index);

  Columns columns_;
  std::shared_ptr<const std::vector<E>> examples_;  // null when packed
};

/// A list from tensors whose first dimension counts the examples: `TensorDataset(images, labels)`. One tensor gives
/// examples without target, two give Example<Tensor, Tensor>, more give tuples.
template <std::size_t N>
class TensorDataset;

namespace detail {
template <std::size_t N, class... T>
struct TensorRow : TensorRow<N - 1, Tensor, T...> {};
template <class... T>
struct TensorRow<0, T...> {
  using type = std::tuple<T...>;
};
template <>
struct TensorRow<1> {
  using type = data::TensorExample;
};
template <>
struct TensorRow<2> {
  using type = data::Example<>;
};
}  // namespace detail

template <std::size_t N>
class TensorDataset : public ExampleList<typename detail::TensorRow<N>::type> {
 public:
  template <class... T>
  requires(sizeof...(T) == N && (std::same_as<T, Tensor> && ...)) explicit TensorDataset(T... tensors)
      : ExampleList<typename detail::TensorRow<N>::type>(std::array<Tensor, N>{std::move(tensors)...}) {}
};
template <class... T>
TensorDataset(T...) -> TensorDataset<sizeof...(T)>;

/// Python's `list(dataset)`: all examples, in memory.
template <data::datasets::AnyDataset D>
auto list(D dataset) {
  using E = typename D::ExampleType;
  if constexpr (std::derived_from<D, ExampleList<E>>) {
    return static_cast<const ExampleList<E>&>(dataset);
  } else {
    return ExampleList<E>::from(dataset, data::datasets::detail::known_size(dataset.size()));
  }
}
template <class E>
ExampleList<E> list(std::vector<E> examples) {
  return ExampleList<E>::from(examples, examples.size());
}

template <class E>
E ExampleList<E>::packed_row(const Columns& columns, std::size_t index) {
  const auto field = [&]<std::size_t I>() {
    using T = data::detail::Field<E, I>;
    if constexpr (data::detail::Number<T>) {
      const Array& a = columns[I].array();
      return static_cast<T>(
          a.template data<data::detail::ColumnElement<T>>()[static_cast<std::int64_t>(index) * a.stride(0)]);
    } else {
      return data::detail::row(columns[I], index);
    }
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) { return E{field.template operator()<I>()...}; }
  (std::make_index_sequence<kFields>{});
}

template <class E>
template <class Range>
ExampleList<E> ExampleList<E>::from(Range&& range, std::size_t n) {
  std::vector<E> loose;
  if constexpr (data::detail::kStackable<E>) {
    detail::Packer<E> packer(n);
    std::size_t packed = 0;
    for (E& e : range) {
      if (loose.empty() && packer.take(e)) {
        ++packed;
        continue;
      }
      // The first that differs from those before it: go on one by one.
      if (loose.empty() && packed > 0) {
        const Columns columns = packer.finish();
        for (std::size_t i = 0; i < packed; ++i) loose.push_back(packed_row(columns, i));
      }
      loose.push_back(std::move(e));
    }
    if (loose.empty() && n > 0) return ExampleList(packer.finish());
  } else {
    for (E& e : range) loose.push_back(std::move(e));
  }
  return ExampleList(std::move(loose));
}

template <class E>
ExampleList<E> ExampleList<E>::operator[](const Slice& slice) const {
  const auto [start, count, step] = data::datasets::detail::resolve(slice, *size());
  if (examples_) {
    std::vector<E> some;
    some.reserve(count);
    for (std::size_t i = 0; i < count; ++i) some.push_back((*examples_)[start + i * step]);
    return ExampleList(std::move(some));
  }
  ExampleList out = *this;
  for (Tensor& column : out.columns_) column = data::detail::slice_rows(column, start, count, step);
  return out;
}

template <class E>
typename ExampleList<E>::Batch ExampleList<E>::collated(ArrayRef<std::size_t> indices) const {
  if constexpr (data::detail::kStackable<E>) {
    if (!examples_) {
      return data::detail::make_batch<E>(
          [&]<std::size_t I>() { return data::detail::take_rows(columns_[I], indices); });
    }
  }
  std::vector<E> examples;
  examples.reserve(indices.size());
  for (std::size_t i : indices) examples.push_back(get(i));
  return default_collate(std::move(examples));
}

}  // namespace xgrad
