#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/gather.hpp>
#include <xgrad/autograd/kernels/independent.hpp>
#include <xgrad/autograd/kernels/loops.hpp>
#include <xgrad/autograd/kernels/places.hpp>

#include <atomic>
#include <cstring>

namespace xgrad::kernels {
namespace {

using Int = std::int64_t;

/// `places`, row-major in `sizes`, as sums of coordinate times stride.
Array relocate(const Array& places, const Dims& sizes, const Dims& strides) {
  const Array out = Array::empty(places.sizes(), kInt64);
  map_unary<Int, Int>(out, places, [&](Int place) {
    Int sum = 0;
    for (std::size_t d = sizes.size(); d-- > 0;) {
      sum += place % sizes[d] * strides[d];
      place /= sizes[d];
    }
    return sum;
  });
  return out;
}

/// How far apart neighbouring places lie, if that is the same everywhere.
std::optional<Int> common_step(const Dims& sizes, const Dims& strides) {
  Int step = 0, next = 0;
  for (std::size_t d = sizes.size(); d-- > 0;) {
    if (sizes[d] == 1) continue;
    if (step && strides[d] != next) return std::nullopt;
    if (!step) step = strides[d];
    if (!step) return std::nullopt;
    next = strides[d] * sizes[d];
  }
  return step;
}

/// x and places over the shape of what is read.
struct Grid {
  Array origin;  ///< x, standing still where the places are
  Steps by;      ///< the places, standing still elsewhere
  Steps also;    ///< more of them, if they are in two parts
};

/// Places are in x's dimensions `where.dims`, the last `behind` of which `also` counts if it is given.
Grid lay_out(const Array& x, const Placing& where, const Array& places, const Array& also = {},
             std::size_t behind = 0) {
  Dims sizes[2], strides[2], rest, rest_strides;
  std::size_t next = 0;
  for (std::size_t d = 0; d < x.sizes().size(); ++d) {
    const bool placed = next < where.dims.size() && where.dims[next] == static_cast<Int>(d);
    const std::size_t part = placed && next + behind >= where.dims.size() ? 1 : 0;
    next += placed;
    (placed ? sizes[part] : rest).push_back(x.sizes()[d]);
    (placed ? strides[part] : rest_strides).push_back(x.strides()[d]);
  }
  Dims list(places.sizes());
  if (behind) list = broadcast_shapes(list, also.sizes());
  const auto at = static_cast<std::size_t>(where.at);
  Dims shape, origin;
  for (std::size_t d = 0; d < at; ++d) shape.push_back(rest[d]), origin.push_back(rest_strides[d]);
  for (const Int n : list) shape.push_back(n), origin.push_back(0);
  for (std::size_t d = at; d < rest.size(); ++d) shape.push_back(rest[d]), origin.push_back(rest_strides[d]);
  const auto steps = [&](const Array& part, std::size_t k) {
    const auto step = common_step(sizes[k], strides[k]);
    const Array moved = (step ? part : relocate(part, sizes[k], strides[k])).expand(list);
    Dims along(shape.size(), 0);
    std::copy(moved.strides().begin(), moved.strides().end(), along.begin() + static_cast<std::ptrdiff_t>(at));
    return Steps{Array(moved.storage(), kInt64, shape, along, moved.offset()), step.value_or(1)};
  };
  return {Array(x.storage(), x.dtype(), shape, origin, x.offset()), steps(places, 0),
          behind ? steps(also, 1) : Steps()};
}

Array take_grid(const Grid& grid, ScalarType dtype) {
  const Array out = Array::empty(grid.by.index.sizes(), dtype);
  if (grid.also.index.defined())
    take_steps(out, grid.origin, grid.by, grid.also);
  else
    take_steps(out, grid.origin, grid.by);
  return out;
}

/// Signs that tell of a coordinate in `size`, as its highest bit: whether it counts from the end, and whether it is out
/// of range. Those of many are or-ed.
struct Signs {
  std::uint64_t negative = 0, outside = 0;
  bool any_negative() const { return negative >> 63 != 0; }
  bool any_outside() const { return outside >> 63 != 0; }
};
inline Signs signs_of(std::uint64_t c, std::uint64_t size) { return {c, (c + size) | (size - 1 - c)}; }
inline Signs operator|(Signs a, Signs b) { return {a.negative | b.negative, a.outside | b.outside}; }
inline std::uint64_t from_front(std::uint64_t c, std::uint64_t size) {
  return c + (static_cast<std::uint64_t>(static_cast<Int>(c) >> 63) & size);
}

Signs signs_of(const Array& x, Int size) {
  Signs all;
  if (x.numel() == 0) return all;
  const auto plan = plan_rows<1>({&x});
  const Int stride = plan.row_stride[0];
  for_each_row(plan, [&](const auto& p) {
    const auto row = [&](Int step) {
      Signs signs;
      for (Int i = 0; i < plan.row; ++i)
        signs = signs |
                signs_of(*reinterpret_cast<const std::uint64_t*>(p[0] + i * step), static_cast<std::uint64_t>(size));
      return signs;
    };
    all = all | (stride == 8 ? row(8) : row(stride));
  });
  return all;
}

/// to = a · size + b, where a counts in `size_of_a`, or is a place already if that is kKnown, and b in `size`. False if
/// a coordinate is out of range.
bool fold(const Array& to, const Array& a, Int size_of_a, const Array& b, Int size) {
  const auto plan = plan_rows<3>({&to, &a, &b});
  const auto s = plan.row_stride;
  const auto n = static_cast<std::uint64_t>(size), m = static_cast<std::uint64_t>(size_of_a);
  std::atomic<bool> inside = true;
  split_rows(plan, 2, [&](const auto& p, Int count) {
    const auto row = [&](bool known, Int step_a, Int step_b) {
      auto* const out = reinterpret_cast<std::uint64_t*>(p[0]);
      const char *const x = p[1], *const y = p[2];
      Signs signs;
      XGRAD_INDEPENDENT
      for (Int i = 0; i < count; ++i) {
        const auto c = *reinterpret_cast<const std::uint64_t*>(x + i * step_a);
        const auto d = *reinterpret_cast<const std::uint64_t*>(y + i * step_b);
        if (!known) signs = signs | signs_of(c, m);
        signs = signs | signs_of(d, n);
        out[i] = (known ? c : from_front(c, m)) * n + from_front(d, n);
      }
      return signs.any_outside();
    };
    const bool known = size_of_a == kKnown, packed = s[1] == 8 && s[2] == 8;
    const bool outside = packed ? (known ? row(true, 8, 8) : row(false, 8, 8)) : row(known, s[1], s[2]);
    if (outside) inside.store(false, std::memory_order_relaxed);
  });
  return inside;
}

Dims common_shape(std::span<const Array> coordinates) {
  Dims shape(coordinates[0].sizes());
  for (const Array& c : coordinates) shape = broadcast_shapes(shape, c.sizes());
  return shape;
}

[[noreturn]] void out_of_range(const Array& coordinate, Int size, Int which) {
  const Array packed = contiguous_copy(coordinate);
  const auto outside = [size](Int c) { return c < -size || c >= size; };
  const Int* const first = packed.data<Int>();
  fail<IndexError>("index {} is out of bounds for dimension {} with size {}",
                   *std::find_if(first, first + packed.numel(), outside), which, size);
}

template <class T>
Int count_nonzeros(const T* x, Int n) {
  Int count = 0;
  for (Int i = 0; i < n; ++i) count += x[i] != T(0);
  return count;
}

/// Writes where x is not zero, and maybe one more number, so that no branch is needed. Returns how many there are.
template <class T>
Int write_places(Int* to, const T* x, Int n) {
  Int at = 0;
  Int i = 0;
  if constexpr (sizeof(T) == 1) {  // eight at a time where there is nothing
    for (; i + 8 <= n; i += 8) {
      std::uint64_t word;
      std::memcpy(&word, x + i, 8);
      if (!word) continue;
      for (Int k = i; k < i + 8; ++k) {
        to[at] = k;
        at += x[k] != T(0);
      }
    }
  }
  for (; i < n; ++i) {
    to[at] = i;
    at += x[i] != T(0);
  }
  return at;
}

template <class T>
Array places_of(const T* x, Int n) {
  const Int count = count_nonzeros(x, n);
  const Array out = Array::empty({count + 1}, kInt64);
  write_places(out.data<Int>(), x, n);
  return out.slice(0, 0, count, 1);
}

/// The coordinates of what is not zero in packed x of at least one dimension: a row of `to` for each dimension, of
/// `count` numbers, and room for one more in the end.
template <class T>
void write_coordinates(Int* to, Int count, const T* x, IntArrayRef sizes) {
  const std::size_t last = sizes.size() - 1;
  const Int n = sizes[last];
  Dims at(last, 0);
  for (Int done = 0; done < count; x += n) {
    const Int found = write_places(to + static_cast<Int>(last) * count + done, x, n);
    for (std::size_t d = 0; d < last; ++d) std::fill_n(to + static_cast<Int>(d) * count + done, found, at[d]);
    done += found;
    for (std::size_t d = last; d-- > 0;) {
      if (++at[d] < sizes[d]) break;
      at[d] = 0;
    }
  }
}

}  // namespace

Dims placed_sizes(IntArrayRef sizes, const Placing& where, IntArrayRef list) {
  Dims out;
  std::size_t next = 0;
  Int rest = 0;
  const auto insert = [&] {
    for (const Int s : list) out.push_back(s);
  };
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (next < where.dims.size() && where.dims[next] == static_cast<Int>(d)) {
      ++next;
      continue;
    }
    if (rest++ == where.at) insert();
    out.push_back(sizes[d]);
  }
  if (rest <= where.at) insert();
  return out;
}

Array take_places(const Array& x, const Placing& where, const Array& places) {
  return take_grid(lay_out(x, where, places), x.dtype());
}

Array take_coordinates(const Array& x, const Placing& where, std::span<const Array> coordinates, IntArrayRef sizes,
                       std::size_t behind) {
  const std::size_t last = coordinates.size() - 1;
  const Dims shape = common_shape(coordinates);
  // A list of all places is short beside reading as many elements; where coordinates broadcast it is not needed.
  const bool all_given =
      std::all_of(coordinates.begin(), coordinates.end(), [&](const Array& c) { return Dims(c.sizes()) == shape; });
  if (last == 0 || all_given || count_elements(shape) == 0)
    return take_places(x, where, fold_places(coordinates, sizes));
  const Array before = fold_places(coordinates.first(last), {sizes.data(), last});
  const Array also = fold_places(coordinates.subspan(last), {sizes.data() + last, 1}, static_cast<Int>(last));
  return take_grid(lay_out(x, where, before, also, behind), x.dtype());
}

void put_places(const Array& out, const Placing& where, const Array& places, const Array& src, bool accumulate) {
  const Grid grid = lay_out(out, where, places);
  if (accumulate) return combine_steps(grid.origin, grid.by.index, grid.by.elements, src, Combine::Add);
  put_steps(grid.origin, grid.by.index, grid.by.elements, src);
}

Array fold_places(std::span<const Array> coordinates, IntArrayRef sizes, Int first) {
  const Dims shape = common_shape(coordinates);
  if (count_elements(shape) == 0) return coordinates.size() == 1 ? coordinates[0] : Array::empty(shape, kInt64);
  const auto signs = [&](std::size_t i) {
    const Signs all = signs_of(coordinates[i], sizes[i]);
    if (all.any_outside()) out_of_range(coordinates[i], sizes[i], first + static_cast<Int>(i));
    return all;
  };
  if (coordinates.size() == 1) {
    if (!signs(0).any_negative()) return coordinates[0];
    const Array out = Array::empty(shape, kInt64);
    map_unary<Int, Int>(out, coordinates[0], [size = sizes[0]](Int c) { return c + (c < 0 ? size : 0); });
    return out;
  }
  const Array out = Array::empty(shape, kInt64);
  bool inside = true;
  for (std::size_t i = 1; i < coordinates.size(); ++i) {
    const Array before = i == 1 ? coordinates[0].expand(shape) : out;
    inside &= fold(out, before, i == 1 ? sizes[0] : kKnown, coordinates[i].expand(shape), sizes[i]);
  }
  for (std::size_t i = 0; !inside && i < coordinates.size(); ++i) signs(i);
  return out;
}

Array nonzero_places(const Array& x) {
  const Array packed = x.is_contiguous() ? x : contiguous_copy(x);
  return dispatch(x.dtype(), [&]<class T>() { return places_of(packed.data<T>(), packed.numel()); });
}

Array nonzero(const Array& x) {
  const auto dims = static_cast<Int>(x.sizes().size());
  if (dims == 0) return Array::empty({0, nonzero_places(x).numel()}, kInt64).transpose(0, 1);
  const Array packed = x.is_contiguous() ? x : contiguous_copy(x);
  return dispatch(x.dtype(), [&]<class T>() {
    const Int count = count_nonzeros(packed.data<T>(), packed.numel());
    const Array out = Array::empty({dims * count + 1}, kInt64);
    write_coordinates(out.data<Int>(), count, packed.data<T>(), x.sizes());
    return out.as_strided({dims, count}, {count, 1}, 0).transpose(0, 1);
  });
}

}  // namespace xgrad::kernels
