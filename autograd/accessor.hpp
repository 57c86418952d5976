/// Elements by their indices, quickly: `auto a = x.accessor<float, 2>(); a[i][j] = 1;`
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace xgrad {

/// A view of N dimensions of T. It does not keep the tensor alive, and it checks nothing.
template <class T, std::size_t N>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const std::int64_t* sizes, const std::int64_t* strides)
      : data_(data), sizes_(sizes), strides_(strides) {}
  TensorAccessor<T, N - 1> operator[](std::int64_t i) const {
    return {data_ + i * strides_[0], sizes_ + 1, strides_ + 1};
  }
  std::int64_t size(std::int64_t d) const { return sizes_[d]; }
  std::int64_t stride(std::int64_t d) const { return strides_[d]; }
  T* data() const { return data_; }

 private:
  T* data_;
  const std::int64_t *sizes_, *strides_;
};

template <class T>
class TensorAccessor<T, 1> {
 public:
  TensorAccessor(T* data, const std::int64_t* sizes, const std::int64_t* strides)
      : data_(data), size_(sizes[0]), stride_(strides[0]) {}
  T& operator[](std::int64_t i) const { return data_[i * stride_]; }
  std::int64_t size(std::int64_t = 0) const { return size_; }
  std::int64_t stride(std::int64_t = 0) const { return stride_; }
  T* data() const { return data_; }

 private:
  T* data_;
  std::int64_t size_, stride_;
};

}  // namespace xgrad
