#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/array/offered_memory.hpp>

#include <numeric>

namespace xgrad {
namespace {

bool packed(IntArrayRef sizes, IntArrayRef strides) {
  std::int64_t expected = 1;
  for (std::size_t i = sizes.size(); i-- > 0;) {
    if (sizes[i] == 1) continue;
    if (strides[i] != expected) return false;
    expected *= sizes[i];
  }
  return true;
}

/// Memory for a packed array, which somebody may have offered.
template <class Sizes>
inline Intrusive<Storage> memory_for(const Sizes& sizes, std::int64_t numel, ScalarType dtype) {
  if (detail::offered_memory) [[unlikely]] {
    if (auto offered = detail::offered_memory->take(sizes, dtype)) return offered;
  }
  return Storage::create(static_cast<std::size_t>(numel) * element_size(dtype));
}

}  // namespace

Array::Array(Intrusive<Storage> storage, ScalarType dtype, Dims sizes, Dims strides, std::int64_t offset)
    : storage_(std::move(storage)),
      offset_(offset),
      numel_(1),
      sizes_(std::move(sizes)),
      strides_(std::move(strides)),
      dtype_(dtype) {
  for (std::int64_t s : sizes_) numel_ *= s;
  contiguous_ = numel_ == 0 || packed(sizes_, strides_);
}

Array::Array(IntArrayRef sizes, ScalarType dtype) : sizes_(sizes), dtype_(dtype) {
  strides_.resize(sizes.size());
  const std::int64_t* n = sizes.data();
  std::int64_t* strides = strides_.data();
  std::int64_t stride = 1, bad = 0;  // bad turns negative when a size is, or when the product does not fit
  for (std::size_t i = sizes.size(); i-- > 0;) {
    strides[i] = stride;
    bad |= n[i] | -std::int64_t{__builtin_mul_overflow(stride, std::max<std::int64_t>(n[i], 1), &stride)};
  }
  bool empty = false;
  for (std::size_t i = 0; i < sizes.size(); ++i) empty |= n[i] == 0;
  numel_ = empty ? 0 : stride;
  // Byte counts must fit too, with eight bytes an element.
  if (bad < 0 || numel_ > INT64_MAX / 8) [[unlikely]]
    numel_ = count_elements(sizes);
}

Array::Array(const Array& like, ScalarType dtype)
    : storage_(memory_for(like.sizes_, like.numel_, dtype)),
      numel_(like.numel_),
      sizes_(like.sizes_),
      strides_(Dims::Unset(), like.strides_.size()),
      dtype_(dtype) {
  // Not like's: those of a packed array may differ from the usual ones where a size is one.
  std::int64_t stride = 1, *strides = strides_.data();
  const std::int64_t* n = sizes_.data();
  for (std::size_t i = sizes_.size(); i-- > 0; stride *= std::max<std::int64_t>(n[i], 1)) strides[i] = stride;
}

Array Array::empty(IntArrayRef sizes, ScalarType dtype) {
  Array a(sizes, dtype);
  a.storage_ = memory_for(sizes, a.numel_, dtype);
  return a;
}

Array Array::empty_strided(IntArrayRef sizes, IntArrayRef strides, ScalarType dtype) {
  check(sizes.size() == strides.size(), "mismatch in length of strides and shape");
  std::int64_t extent = count_elements(sizes) == 0 ? 0 : 1;
  for (std::size_t i = 0; extent && i < sizes.size(); ++i) {
    check(strides[i] >= 0, "strides must not be negative, got {}", strides);
    extent += strides[i] * (sizes[i] - 1);
  }
  return Array(Storage::create(static_cast<std::size_t>(extent) * element_size(dtype)), dtype, sizes, strides, 0);
}

Array Array::empty(IntArrayRef sizes, ScalarType dtype, MemoryFormat format) {
  if (format == MemoryFormat::Contiguous) return empty(sizes, dtype);
  return empty_strided(sizes, strides_in(format, sizes), dtype);
}

Array Array::empty_like(const Array& like, ScalarType dtype) {
  if (like.contiguous_ || !like.is_dense()) return empty(like.sizes_, dtype);
  Array a = empty(like.sizes_, dtype);
  a.strides_ = like.strides_;
  a.contiguous_ = false;
  return a;
}

std::int64_t Array::wrap_dim_checked(std::int64_t d) const {
  check<IndexError>(!sizes_.empty(), "Dimension specified as {} but tensor has no dimensions", d);
  return wrap_dim(d, dim());
}

bool Array::is_dense() const {
  if (contiguous_) return true;
  Dims order(sizes_.size(), 0);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto i, auto j) { return strides_[i] < strides_[j]; });
  std::int64_t expected = 1;
  for (std::int64_t i : order) {
    if (sizes_[i] == 1) continue;
    if (strides_[i] != expected) return false;
    expected *= sizes_[i];
  }
  return true;
}

bool Array::overlaps_itself() const {
  if (contiguous_ || numel_ < 2) return false;
  Dims order(sizes_.size(), 0);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto i, auto j) { return std::abs(strides_[i]) < std::abs(strides_[j]); });
  std::int64_t reach = 0;  // the farthest element that the dimensions so far can reach
  for (std::int64_t i : order) {
    if (sizes_[i] == 1) continue;
    if (std::abs(strides_[i]) <= reach) return true;
    reach += std::abs(strides_[i]) * (sizes_[i] - 1);
  }
  return false;
}

Array Array::as_strided(IntArrayRef sizes, IntArrayRef strides, std::int64_t offset) const {
  check(sizes.size() == strides.size(), "mismatch in length of strides and shape");
  const std::int64_t n = count_elements(sizes);
  std::int64_t low = offset, high = offset;
  for (std::size_t i = 0; n && i < sizes.size(); ++i) {
    check(strides[i] >= 0, "as_strided: Negative strides are not supported at the moment, got strides: {}", strides);
    std::int64_t reach = 0;
    check(!__builtin_mul_overflow(strides[i], sizes[i] - 1, &reach) && !__builtin_add_overflow(high, reach, &high),
          "Storage size calculation overflowed with sizes={} and strides={}", sizes, strides);
  }
  const auto available = static_cast<std::int64_t>(storage_->nbytes() / itemsize());
  check(
      n == 0 || (low >= 0 && high < available),
      "setStorage: sizes {}, strides {}, storage offset {}, and itemsize {} requiring a storage size of {} are out of "
      "bounds for storage of size {}",
      sizes, strides, offset, itemsize(), (high + 1) * static_cast<std::int64_t>(itemsize()), storage_->nbytes());
  return Array(storage_, dtype_, sizes, strides, offset);
}

Dims infer_size(IntArrayRef sizes, std::int64_t numel) {
  Dims out(sizes);
  std::int64_t known = 1;
  std::optional<std::size_t> inferred;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == -1) {
      check(!inferred, "only one dimension can be inferred");
      inferred = i;
    } else {
      check(sizes[i] >= 0, "invalid shape dimension {}", sizes[i]);
      check(!__builtin_mul_overflow(known, sizes[i], &known), "shape '{}' is invalid for input of size {}", sizes,
            numel);
    }
  }
  if (inferred && known != 0 && numel % known == 0) {
    out[*inferred] = numel / known;
    return out;
  }
  check(!(inferred && known == 0 && numel == 0),
        "cannot reshape tensor of 0 elements into shape {} because the unspecified dimension size -1 can be any value "
        "and is ambiguous",
        sizes);
  check(!inferred && known == numel, "shape '{}' is invalid for input of size {}", sizes, numel);
  return out;
}

/// Whether strides are those of packed memory, of dimensions of one element too (where they could be any).
static bool packed_throughout(const Dims& sizes, const Dims& strides) {
  std::int64_t n = 1;
  for (std::size_t i = sizes.size(); i-- > 0; n *= sizes[i]) {
    if (strides[i] != n) return false;
  }
  return true;
}

std::optional<Array> Array::try_view(IntArrayRef requested) const {
  const Dims sizes = infer_size(requested, numel_);
  if (contiguous_ && (numel_ == 0 || packed_throughout(sizes_, strides_)))
    return Array(storage_, dtype_, sizes, contiguous_strides(sizes), offset_);
  if (numel_ == 0) return sizes == sizes_ ? std::optional(*this) : std::nullopt;
  // Walk both shapes from the back. A run of old dimensions that is packed within itself is a chunk; the new
  // dimensions must divide each chunk exactly.
  Dims strides(sizes.size(), 0);
  std::int64_t d = static_cast<std::int64_t>(sizes.size()) - 1;
  std::int64_t chunk = 1, base = strides_.empty() ? 1 : strides_.back();
  for (std::int64_t i = dim() - 1; i >= 0; --i) {
    chunk *= sizes_[i];
    const bool ends = i == 0 || (sizes_[i - 1] != 1 && strides_[i - 1] != chunk * base);
    if (!ends) continue;
    std::int64_t filled = 1;
    while (d >= 0 && (filled < chunk || sizes[d] == 1)) {
      strides[d] = filled * base;
      filled *= sizes[d];
      --d;
    }
    if (filled != chunk) return std::nullopt;
    if (i > 0) {
      chunk = 1;
      base = strides_[i - 1];
    }
  }
  if (d != -1) return std::nullopt;
  return Array(storage_, dtype_, sizes, strides, offset_);
}

Array Array::view(IntArrayRef sizes) const {
  auto v = try_view(sizes);
  check(v.has_value(),
        "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
        "contiguous subspaces). Use .reshape(...) instead.\n  size: {}, stride: {}, asked for: {}",
        sizes_, strides_, sizes);
  return *std::move(v);
}

Array Array::permute(IntArrayRef order) const {
  check(order.size() == sizes_.size(),
        "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
        "ordering of dimensions i.e. input.dim() = {} is not equal to len(dims) = {}",
        dim(), order.size());
  Dims sizes(order.size(), 0), strides(order.size(), 0);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::int64_t d = wrap_dim(order[i], dim());
    check(!(seen >> d & 1), "permute(): duplicate dims are not allowed.");
    seen |= std::uint64_t{1} << d;
    sizes[i] = sizes_[d];
    strides[i] = strides_[d];
  }
  return Array(storage_, dtype_, std::move(sizes), std::move(strides), offset_);
}

Array Array::transpose(std::int64_t a, std::int64_t b) const {
  a = wrap_dim(a, dim());
  b = wrap_dim(b, dim());
  Array out = *this;
  if (a == b) return out;
  std::swap(out.sizes_[a], out.sizes_[b]);
  std::swap(out.strides_[a], out.strides_[b]);
  out.contiguous_ = numel_ == 0 || packed(out.sizes_, out.strides_);
  return out;
}

Array Array::expand(IntArrayRef sizes) const {
  check(sizes.size() >= sizes_.size(),
        "expand(torch.{}Tensor{{{}}}, size={}): the number of sizes provided ({}) must be greater or equal to the "
        "number of dimensions in the tensor ({})",
        info(dtype_).cname, sizes_, sizes, sizes.size(), sizes_.size());
  Dims out_sizes(sizes), out_strides(sizes.size(), 0);
  const std::size_t lead = sizes.size() - sizes_.size();
  for (std::size_t i = sizes.size(); i-- > 0;) {
    if (i < lead) {
      if (sizes[i] == 1 && dim() > 0) out_strides[i] = out_sizes[i + 1] * out_strides[i + 1];
      check(sizes[i] >= 0, "The expanded size of the tensor ({}) isn't allowed in a leading, non-existing dimension {}",
            sizes[i], i);
      continue;
    }
    const std::int64_t have = sizes_[i - lead];
    const std::int64_t want = sizes[i] == -1 ? have : sizes[i];
    check(want == have || have == 1,
          "The expanded size of the tensor ({}) must match the existing size ({}) at non-singleton dimension {}.  "
          "Target sizes: {}.  Tensor sizes: {}",
          want, have, i, sizes, sizes_);
    out_sizes[i] = want;
    out_strides[i] = want == have ? strides_[i - lead] : 0;
  }
  return Array(storage_, dtype_, std::move(out_sizes), std::move(out_strides), offset_);
}

Array Array::select(std::int64_t dim, std::int64_t index) const {
  check<IndexError>(!sizes_.empty(), "select() cannot be applied to a 0-dim tensor.");
  const std::int64_t d = wrap_dim(dim, this->dim());
  const std::int64_t n = sizes_[d];
  check<IndexError>(index >= -n && index < n, "index {} is out of bounds for dimension {} with size {}", index, d, n);
  Array out = *this;
  out.offset_ += (index < 0 ? index + n : index) * strides_[d];
  out.sizes_.erase(static_cast<std::size_t>(d));
  out.strides_.erase(static_cast<std::size_t>(d));
  out.numel_ = numel_ / n;
  out.contiguous_ = out.numel_ == 0 || packed(out.sizes_, out.strides_);
  return out;
}

Array Array::slice(std::int64_t dim, std::int64_t start, std::int64_t end, std::int64_t step) const {
  check<IndexError>(!sizes_.empty(), "slice() cannot be applied to a 0-dim tensor.");
  const std::int64_t d = wrap_dim(dim, this->dim());
  check<ValueError>(step > 0, "slice step must be positive");
  const std::int64_t n = sizes_[d];
  const auto clip = [n](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + n : i, 0, n); };
  const std::int64_t from = clip(start), to = std::max(clip(end), from);
  Array out = *this;
  out.offset_ += from * strides_[d];
  out.sizes_[d] = to == from ? 0 : (to - from - 1) / step + 1;
  // A step too long for 64 bits reaches one element all the same.
  if (__builtin_mul_overflow(strides_[d], step, &out.strides_[d])) out.strides_[d] = strides_[d];
  out.numel_ = n ? numel_ / n * out.sizes_[d] : 0;
  out.contiguous_ = out.numel_ == 0 || packed(out.sizes_, out.strides_);
  return out;
}

Array Array::unsqueeze(std::int64_t dim) const {
  const std::int64_t d = wrap_dim(dim, this->dim() + 1);
  Array out = *this;
  const std::int64_t stride = d < this->dim() ? sizes_[d] * strides_[d] : 1;
  out.sizes_.insert(static_cast<std::size_t>(d), 1);
  out.strides_.insert(static_cast<std::size_t>(d), stride);
  return out;
}

Array Array::squeeze() const {
  Dims sizes, strides;
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    if (sizes_[i] == 1) continue;
    sizes.push_back(sizes_[i]);
    strides.push_back(strides_[i]);
  }
  return Array(storage_, dtype_, std::move(sizes), std::move(strides), offset_);
}

Array Array::squeeze(std::int64_t dim) const {
  const std::int64_t d = wrap_dim(dim, this->dim());
  if (sizes_.empty() || sizes_[d] != 1) return *this;
  return select(d, 0);
}

namespace detail {
thread_local constinit OfferedMemory* offered_memory = nullptr;
}

OfferedMemory::OfferedMemory() : outer_(std::exchange(detail::offered_memory, this)) {}
OfferedMemory::~OfferedMemory() { detail::offered_memory = outer_; }

void OfferedMemory::add(const Array& array) {
  if (array.numel() == 0 || array.offset() != 0 || !array.is_contiguous() || array.storage()->is_borrowed()) return;
  const auto free = std::find(offered_.begin(), offered_.end(), nullptr);
  if (free != offered_.end()) *free = &array;
}

Intrusive<Storage> OfferedMemory::take(IntArrayRef sizes, ScalarType dtype) {
  for (const Array*& a : offered_) {
    if (a && a->dtype() == dtype && a->sizes() == sizes) return std::exchange(a, nullptr)->storage();
  }
  return {};
}

}  // namespace xgrad
