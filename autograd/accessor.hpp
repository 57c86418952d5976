/// Elements by their indices, quickly: `auto a = x.accessor<float, 2>(); a[i][j] = 1;`
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace xgrad {

/// How an accessor points to its elements: `typename PtrTraits<T>::PtrType`.
template <class T>
struct DefaultPtrTraits {
  using PtrType = T*;
};

/// A view of N dimensions of T. It does not keep the tensor alive, and it checks nothing.
template <class T, std::size_t N, template <class> class PtrTraits = DefaultPtrTraits, class Index = std::int64_t>
class TensorAccessor {
 public:
  using PtrType = typename PtrTraits<T>::PtrType;

  TensorAccessor(PtrType data, const Index* sizes, const Index* strides)
      : data_(data), sizes_(sizes), strides_(strides) {}
  TensorAccessor<T, N - 1, PtrTraits, Index> operator[](Index i) const {
    return {data_ + i * strides_[0], sizes_ + 1, strides_ + 1};
  }
  Index size(Index d) const { return sizes_[d]; }
  Index stride(Index d) const { return strides_[d]; }
  PtrType data() const { return data_; }

 private:
  PtrType data_;
  const Index *sizes_, *strides_;
};

template <class T, template <class> class PtrTraits, class Index>
class TensorAccessor<T, 1, PtrTraits, Index> {
 public:
  using PtrType = typename PtrTraits<T>::PtrType;

  TensorAccessor(PtrType data, const Index* sizes, const Index* strides)
      : data_(data), size_(sizes[0]), stride_(strides[0]) {}
  T& operator[](Index i) const { return data_[i * stride_]; }
  Index size(Index = 0) const { return size_; }
  Index stride(Index = 0) const { return stride_; }
  PtrType data() const { return data_; }

 private:
  PtrType data_;
  Index size_, stride_;
};

/// The same with sizes and strides of its own, so that it may be copied to where the tensor's are not; `data` still has
/// to stay. libtorch's, for kernels.
template <class T, std::size_t N, template <class> class PtrTraits = DefaultPtrTraits, class Index = std::int64_t>
class GenericPackedTensorAccessor {
 public:
  using PtrType = typename PtrTraits<T>::PtrType;

  template <class Given>
  GenericPackedTensorAccessor(PtrType data, const Given* sizes, const Given* strides) : data_(data) {
    for (std::size_t d = 0; d < N; ++d) {
      sizes_[d] = static_cast<Index>(sizes[d]);
      strides_[d] = static_cast<Index>(strides[d]);
    }
  }
  decltype(auto) operator[](Index i) const {
    return TensorAccessor<T, N, PtrTraits, Index>(data_, sizes_, strides_)[i];
  }
  Index size(Index d) const { return sizes_[d]; }
  Index stride(Index d) const { return strides_[d]; }
  PtrType data() const { return data_; }
  /// The same elements with two dimensions exchanged.
  GenericPackedTensorAccessor transpose(Index a, Index b) const {
    GenericPackedTensorAccessor out = *this;
    std::swap(out.sizes_[a], out.sizes_[b]);
    std::swap(out.strides_[a], out.strides_[b]);
    return out;
  }

 private:
  PtrType data_;
  Index sizes_[N], strides_[N];
};
template <class T, std::size_t N, template <class> class PtrTraits = DefaultPtrTraits>
using PackedTensorAccessor32 = GenericPackedTensorAccessor<T, N, PtrTraits, std::int32_t>;
template <class T, std::size_t N, template <class> class PtrTraits = DefaultPtrTraits>
using PackedTensorAccessor64 = GenericPackedTensorAccessor<T, N, PtrTraits, std::int64_t>;

namespace detail {

/// A vector of vectors of ... of T, N deep; with N = 0 a T.
template <class T, std::size_t N>
struct NestedVector {
  using type = std::vector<typename NestedVector<T, N - 1>::type>;
};
template <class T>
struct NestedVector<T, 0> {
  using type = T;
};

/// It, of packed elements; goes past those that it takes.
template <class T, std::size_t N>
typename NestedVector<T, N>::type nested(const T*& next, const std::int64_t* sizes) {
  if constexpr (N == 0) {
    return *next++;
  } else {
    typename NestedVector<T, N>::type out;
    out.reserve(static_cast<std::size_t>(*sizes));
    for (std::int64_t i = 0; i < *sizes; ++i) out.push_back(nested<T, N - 1>(next, sizes + 1));
    return out;
  }
}

}  // namespace detail

}  // namespace xgrad
