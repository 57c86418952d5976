#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/places.hpp>
#include <xgrad/autograd/ops/places.hpp>
#include <xgrad/autograd/ops/promotion.hpp>

namespace xgrad {
namespace {

using kernels::Placing;

template <FixedString Name = "IndexPutBackward0">
Tensor put_there(const Tensor& x, const Placing& where, const Tensor& places, const Tensor& value, bool accumulate,
                 Into into);

/// y = x at the places        dx = zeros with g added there
/// `take` reads them, and `keep` says what they are once the derivative is to be recorded.
template <FixedString Name, class Take, class Keep>
Tensor take_there(const Tensor& x, const Placing& where, Take take, Keep keep) {
  return differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return take(); }, [&](Save& s) { s.tensor(keep()); },
      [where, sizes = Dims(x.sizes())](const Saved& s, const Tensor& g) -> Grads {
        return {put_there(zeros({}, g.options()).expand(sizes), where, s.tensor(), g, true, {})};
      });
}
template <FixedString Name = "IndexBackward0">
Tensor take_there(const Tensor& x, const Placing& where, const Tensor& places) {
  return take_there<Name>(
      x, where, [&] { return kernels::take_places(x.array(), where, places.array()); },
      [&]() -> const Tensor& { return places; });
}

/// y = x but for the places, where it is `value`, or x + value if accumulated.
/// dx = g, 0 there unless accumulated; dvalue = g there
template <FixedString Name>
Tensor put_there(const Tensor& x, const Placing& where, const Tensor& places, const Tensor& value, bool accumulate,
                 Into into) {
  return differentiable<Name>(
      inputs(x, value), into,
      [&](const Array* out) {
        const Array y = out ? *out : kernels::contiguous_copy(x.array());
        kernels::check_no_partial_overlap(y, value.array());
        kernels::put_places(y, where, places.array(), value.array(), accumulate);
        return y;
      },
      [&](Save& s) {
        if (s.needed(1) || !accumulate) s.tensor(places);
      },
      [where, accumulate](const Saved& s, const Tensor& g) -> Grads {
        Tensor dx = g;
        if (s.needs(0) && !accumulate) {
          const Dims shape = kernels::placed_sizes(g.sizes(), where, s.tensor().sizes());
          dx = put_there(g, where, s.tensor(), zeros({}, g.options()).expand(shape), false, {});
        }
        return {s.needs(0) ? dx : Tensor(), s.needs(1) ? take_there(g, where, s.tensor()) : Tensor()};
      });
}

/// One tensor of an index: coordinates in `count` dimensions together.
struct Entry {
  std::int64_t first, count;
  Tensor coordinates;
  std::int64_t size;
};

void check_mask(const Tensor& x, const Tensor& mask, std::int64_t first) {
  for (std::int64_t j = 0; j < mask.dim(); ++j) {
    check<IndexError>(first + j < x.dim() && mask.size(j) == x.size(first + j),
                      "The shape of the mask {} at index {} does not match the shape of the indexed tensor {} at index "
                      "{}",
                      mask.sizes(), j, x.sizes(), first + j);
  }
}

/// A mask counts as the places where it holds. `used` counts the dimensions that the tensors name.
std::vector<Entry> entries(const Tensor& x, const std::vector<Tensor>& indices, std::int64_t& used) {
  for (const Tensor& t : indices) {
    check<IndexError>(!t.defined() || t.dtype() == kInt64 || t.dtype() == kBool || t.dtype() == kUInt8,
                      "tensors used as indices must be long, byte or bool tensors");
  }
  std::vector<Entry> out;
  used = 0;
  for (const Tensor& t : indices) {
    if (!t.defined()) {
      ++used;
    } else if (t.dtype() == kInt64) {
      out.push_back({used, 1, t, used < x.dim() ? x.size(used) : 0});
      ++used;
    } else {
      check_mask(x, t, used);
      out.push_back({used, t.dim(), Tensor(kernels::nonzero_places(t.array())), t.numel()});
      used += t.dim();
    }
  }
  check<IndexError>(used <= x.dim(), "too many indices for tensor of dimension {} (got {})", x.dim(), used);
  return out;
}

std::string shapes(const std::vector<Entry>& entries) {
  std::string out;
  for (const Entry& e : entries) {
    for (std::int64_t i = 0; i < e.count; ++i) out += (out.empty() ? "" : ", ") + to_string(e.coordinates.sizes());
  }
  return out;
}

bool broadcasts_to(IntArrayRef from, IntArrayRef to) {
  if (from.size() > to.size()) return false;
  const std::size_t missing = to.size() - from.size();
  for (std::size_t d = 0; d < from.size(); ++d) {
    if (from[d] != 1 && from[d] != to[d + missing]) return false;
  }
  return true;
}

/// The common shape of the entries' coordinates.
Dims common_shape(const std::vector<Entry>& list) {
  Dims shape(list[0].coordinates.sizes());
  try {
    for (const Entry& e : list) shape = broadcast_shapes(shape, e.coordinates.sizes());
  } catch (const Error&) {
    fail<IndexError>("shape mismatch: indexing tensors could not be broadcast together with shapes {}", shapes(list));
  }
  return shape;
}

/// Where tensors point to in x: what can be told before their values are read.
struct Target {
  Placing where;
  std::vector<Tensor> coordinates;
  Dims sizes, shape;
  std::size_t behind = 1;  ///< in how many dimensions the last of them counts

  std::vector<Array> arrays() const {
    std::vector<Array> out;
    for (const Tensor& t : coordinates) out.push_back(t.array());
    return out;
  }
  /// Checks that all of them are in range.
  Tensor places() const {
    const Array folded = kernels::fold_places(arrays(), sizes);
    return folded.same_storage(coordinates[0].array()) ? coordinates[0].detach() : Tensor(folded);
  }
};

Target resolve(const Tensor& x, const std::vector<Tensor>& indices) {
  std::int64_t used = 0;
  const std::vector<Entry> list = entries(x, indices, used);
  Target out;
  out.shape = common_shape(list);
  bool adjacent = true;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Entry& e = list[i];
    adjacent = adjacent && (i == 0 || list[i - 1].first + list[i - 1].count == e.first);
    check<IndexError>(e.size > 0 || count_elements(out.shape) == 0, "index is out of bounds for dimension with size 0");
    for (std::int64_t d = 0; d < e.count; ++d) out.where.dims.push_back(e.first + d);
    out.coordinates.push_back(e.coordinates);
    out.sizes.push_back(e.size);
    out.behind = static_cast<std::size_t>(e.count);
  }
  out.where.at = adjacent ? list[0].first : 0;
  return out;
}

/// Whether a single mask is the whole index.
bool is_one_mask(const std::vector<Tensor>& indices) {
  std::size_t tensors = 0, masks = 0;
  for (const Tensor& t : indices) {
    tensors += t.defined();
    masks += t.defined() && t.dtype() != kInt64;
  }
  return tensors == 1 && masks == 1;
}

/// x as a vector of all its elements would be.
Placing all_of(const Tensor& x) {
  Placing where;
  for (std::int64_t d = 0; d < x.dim(); ++d) where.dims.push_back(d);
  return where;
}

}  // namespace

namespace ops {

namespace {

/// An index's tensors behind x, as they are told.
std::vector<Tensor> behind(const Tensor& x, const std::vector<Tensor>& indices) {
  std::vector<Tensor> all{x};
  if (detail::tracing.load(std::memory_order_relaxed)) all.insert(all.end(), indices.begin(), indices.end());
  return all;
}

Tensor taken(const Tensor& x, const std::vector<Tensor>& indices) {
  const Target t = resolve(x, indices);
  if (t.coordinates.size() == 1) return take_there(x, t.where, t.places());
  // The places of all elements are found only for a derivative: coordinates are fewer where they broadcast.
  Tensor places;
  return take_there<"IndexBackward0">(
      x, t.where, [&] { return kernels::take_coordinates(x.array(), t.where, t.arrays(), t.sizes, t.behind); },
      [&]() -> const Tensor& { return places = t.places(); });
}

Tensor with_put(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& given, bool accumulate, Into into) {
  const Target t = resolve(x, indices);
  const Dims shape = kernels::placed_sizes(x.sizes(), t.where, t.shape);
  // With a mask and one number PyTorch calls masked_fill, which converts.
  const bool converts = !accumulate && given.numel() == 1 && is_one_mask(indices);
  const Tensor value = converts ? as_held(given, x.dtype()) : given;
  check(broadcasts_to(value.sizes(), shape),
        "shape mismatch: value tensor of shape {} cannot be broadcast to indexing result of shape {}", value.sizes(),
        shape);
  check(x.dtype() == value.dtype(),
        "Index put requires the source and destination dtypes match, got {} for the destination and {} for the source.",
        info(x.dtype()).cname, info(value.dtype()).cname);
  return put_there(x, t.where, t.places(), value.expand(shape), accumulate, into);
}

}  // namespace

Tensor index_tensors(const Tensor& x, const std::vector<Tensor>& indices) {
  return as_one("index", behind(x, indices), [&] { return taken(x, indices); });
}

Tensor index_put_tensors(const Tensor& x, const std::vector<Tensor>& indices, const Tensor& given, bool accumulate,
                         Into into) {
  std::vector<Tensor> all = behind(x, indices);
  all.push_back(given);
  told(accumulate);
  return as_one("index_put", all, [&] { return with_put(x, indices, given, accumulate, into); });
}

Tensor mask_of(const char* name, const Tensor& mask) {
  if (mask.dtype() == kBool) return mask;
  check(!mask.is_floating_point(), "{}: only masks of bools or integers are supported, but got mask with dtype {}",
        name, mask.dtype());
  if (mask.dtype() == kUInt8) {
    warn_once<struct ByteMaskWarning>(
        fmt::format("{} received a mask with dtype torch.uint8, this behavior is now deprecated,please use a mask with "
                    "dtype torch.bool instead.",
                    name));
  }
  const Tensor held = mask.detach().to(kBool);
  check(held.to(mask.dtype()).equal(mask), "Mask tensor can take 0 and 1 values only");
  return held;
}

}  // namespace ops

Tensor nonzero(const Tensor& x) {
  return as_one("nonzero", {&x}, [&] { return Tensor(kernels::nonzero(x.array())); });
}
Tensor argwhere(const Tensor& x) { return nonzero(x); }

std::vector<Tensor> nonzero_numpy(const Tensor& x) {
  return nonzero(x.dim() == 0 ? x.detach().unsqueeze(0) : x.detach()).unbind(1);
}
std::vector<Tensor> where(const Tensor& condition) { return nonzero_numpy(condition); }

namespace {

Tensor masked_scatter(const Tensor& x, const Tensor& given, const Tensor& source, Into into) {
  check(x.dtype() == source.dtype(), "masked_scatter: expected self and source to have same dtypes but got{} and {}",
        info(x.dtype()).cname, info(source.dtype()).cname);
  const Tensor mask = ops::mask_of("masked_scatter_", given);
  const Tensor places(kernels::nonzero_places(mask.array()));
  check(places.numel() <= source.numel(), "Number of elements of source < number of ones in mask");
  const detail::Traced traced("masked_scatter", {&x, &mask, &source});
  Tensor y = put_there<"MaskedScatterBackward0">(x, all_of(x), places,
                                                 source.reshape({-1}).narrow(0, 0, places.numel()), false, into);
  traced.result(y);
  return y;
}

/// int64 places of x, from the front.
Tensor places_in(const char* name, const Tensor& x, const Tensor& index) {
  check(index.dtype() == kInt64, "{}(): Expected a long tensor for index, but got {}", name, info(index.dtype()).cname);
  check<IndexError>(x.numel() > 0 || index.numel() == 0, "{}(): {} an empty tensor", name,
                    std::string_view(name) == "take" ? "tried to take from" : "Tried to put elements into");
  const Array given = index.array();
  const Array places = [&] {
    try {
      return kernels::fold_places({&given, 1}, {x.numel()});
    } catch (const IndexError&) {
      const std::int64_t n = x.numel();
      const Tensor outside = index.masked_select(logical_or(index < -n, index >= n));
      fail<IndexError>("out of range: tried to access index {} on a tensor of {} elements.",
                       outside[0].item<std::int64_t>(), n);
    }
  }();
  return places.same_storage(given) ? index.detach() : Tensor(places);
}

Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate, Into into) {
  check(index.dtype() == kInt64, "put_(): Expected a long tensor for index, but got {}", info(index.dtype()).cname);
  check(x.dtype() == source.dtype(),
        "put_(): self and source expected to have the same dtype, but got self.dtype = {} and source.dtype = {}",
        info(x.dtype()).cname, info(source.dtype()).cname);
  check(source.numel() == index.numel(),
        "put_(): Expected source and index to have the same number of elements, but got source.numel() = {}, "
        "index.numel() = {}",
        source.numel(), index.numel());
  told(accumulate);
  return as_one("put", {&x, &index, &source}, [&] {
    return put_there<"PutBackward0">(x, all_of(x), places_in("put_", x, index), source.reshape(index.sizes()),
                                     accumulate, into);
  });
}

}  // namespace

Tensor masked_select(const Tensor& x, const Tensor& given) {
  check(given.dtype() == kBool || given.dtype() == kUInt8, "masked_select: expected BoolTensor or ByteTensor for mask");
  const Tensor mask = ops::mask_of("masked_select", given);
  const Dims shape = broadcast_shapes(mask.sizes(), x.sizes());
  const Tensor from = x.sizes() == IntArrayRef(shape) ? x : x.expand(shape);
  return as_one("masked_select", {&from, &mask}, [&] {
    return take_there<"MaskedSelectBackward0">(from, all_of(from),
                                               Tensor(kernels::nonzero_places(mask.array().expand(shape))));
  });
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source) {
  const Dims shape = broadcast_shapes(x.sizes(), mask.sizes());
  const Tensor to = x.sizes() == IntArrayRef(shape) ? x : x.expand(shape);
  return masked_scatter(to, mask.expand(shape), source, Into());
}
Tensor& masked_scatter_(Tensor& x, const Tensor& mask, const Tensor& source) {
  return masked_scatter(x, mask.expand(x.sizes()), source, Into::in_place(x)), x;
}

Tensor take(const Tensor& x, const Tensor& index) {
  return as_one("take", {&x, &index},
                [&] { return take_there<"TakeBackward0">(x, all_of(x), places_in("take", x, index)); });
}
Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate) {
  return put(x, index, source, accumulate, Into());
}
Tensor& put_(Tensor& x, const Tensor& index, const Tensor& source, bool accumulate) {
  return put(x, index, source, accumulate, Into::in_place(x)), x;
}

}  // namespace xgrad
