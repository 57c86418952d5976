#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/dict_keys.hpp>
#include <xgrad/serialize/pickle.hpp>
#include <xgrad/serialize/utf8.hpp>

#include <algorithm>
#include <bit>
#include <limits>

namespace xgrad::serialize::pickle {
namespace {

static_assert(std::endian::native == std::endian::little, "files are written in little-endian order");

constexpr std::size_t kBatch = 1000;  // Python writes so many elements an opcode

/// Keys may be tuples of what is hashable itself.
void check_key(const Value& key) {
  using Kind = Value::Kind;
  if (key.is(Kind::Tuple)) {
    std::ranges::for_each(key.items(), check_key);
    return;
  }
  check<TypeError>(key.kind() <= Kind::Bytes, "cannot save a dict with a key of type {}: unhashable or not supported",
                   kind_name(key.kind()));
}

}  // namespace

template <class T>
void Writer::little_endian(T number) {
  out_.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::uint32_t Writer::memoize() {
  const std::uint32_t place = memoized_++;
  if (place < 256) {
    op('q');
    little_endian(static_cast<std::uint8_t>(place));
  } else {
    op('r');
    little_endian(place);
  }
  return place;
}

void Writer::get(std::uint32_t place) {
  if (place < 256) {
    op('h');
    little_endian(static_cast<std::uint8_t>(place));
  } else {
    op('j');
    little_endian(place);
  }
}

void Writer::integer(std::int64_t i) {
  if (i >= 0 && i <= std::numeric_limits<std::uint8_t>::max()) {
    op('K');
    little_endian(static_cast<std::uint8_t>(i));
  } else if (i >= 0 && i <= std::numeric_limits<std::uint16_t>::max()) {
    op('M');
    little_endian(static_cast<std::uint16_t>(i));
  } else if (std::in_range<std::int32_t>(i)) {
    op('J');
    little_endian(static_cast<std::int32_t>(i));
  } else {
    // A long: as few bytes of two's complement as keep the sign.
    std::size_t n = 8;
    while (n > 1 && i >> (8 * n - 9) == (i < 0 ? -1 : 0)) --n;
    op('\x8a');
    little_endian(static_cast<std::uint8_t>(n));
    out_.append(reinterpret_cast<const char*>(&i), n);
  }
}

void Writer::text(std::string_view utf8) {
  check<ValueError>(is_utf8(utf8), "cannot save a str that is not UTF-8; use Value::Bytes for raw bytes");
  check<ValueError>(utf8.size() <= std::numeric_limits<std::uint32_t>::max(), "cannot save a str of {} bytes",
                    utf8.size());
  op('X');
  little_endian(static_cast<std::uint32_t>(utf8.size()));
  out_ += utf8;
  memoize();
}

void Writer::constant(const std::string& utf8) {
  const auto [known, fresh] = constants_.emplace(utf8, memoized_);
  if (fresh)
    text(utf8);
  else
    get(known->second);
}

void Writer::global(const std::string& module, const std::string& name) {
  const std::string code = fmt::format("c{}\n{}\n", module, name);
  const auto [known, fresh] = constants_.emplace(code, memoized_);
  if (!fresh) return get(known->second);
  out_ += code;
  memoize();
}

void Writer::integers(IntArrayRef tuple) {
  if (tuple.empty()) return op(')');
  if (tuple.size() > 3) mark();
  for (std::int64_t i : tuple) integer(i);
  op("\x85\x86\x87t"[std::min<std::size_t>(tuple.size(), 4) - 1]);
  memoize();
}

void Writer::empty_ordered_dict() {
  global("collections", "OrderedDict");
  op(')');
  reduce();
}

void Writer::bytes(const std::string& data) {
  // Protocol 2 has no bytes: Python writes a call that makes them.
  if (data.empty()) {
    global("__builtin__", "bytes");
    op(')');
    return reduce();
  }
  global("_codecs", "encode");
  text(latin1_to_utf8(data));
  constant("latin1");
  op('\x86');
  memoize();
  reduce();
}

std::string Writer::dump(const Value& root) {
  return dump([&](Writer& out) { out.value(root); });
}

std::string Writer::dump(const std::function<void(Writer&)>& write) {
  out_ = "\x80\x02";
  write(*this);
  op('.');
  return std::move(out_);
}

void Writer::value(const Value& v) {
  using Kind = Value::Kind;
  switch (v.kind()) {
    case Kind::None:
      return op('N');
    case Kind::Bool:
      return boolean(v.as_bool());
    case Kind::Int:
      return integer(v.as_int());
    case Kind::Float:
      op('G');  // the one big-endian number of the format
      return little_endian(__builtin_bswap64(std::bit_cast<std::uint64_t>(v.as_float())));
    case Kind::Dtype:
      return global("torch", std::string(info(v.as_dtype()).name));
    case Kind::Global:
    case Kind::Storage:
      fail<TypeError>("cannot save a bare {}", kind_name(v.kind()));
    default:
      break;
  }
  const void* object = v.identity();
  if (const auto known = objects_.find(object); known != objects_.end()) {
    check<ValueError>(!open_.contains(object), "cannot save a {} that contains itself", kind_name(v.kind()));
    return get(known->second);
  }
  check<ValueError>(++depth_ <= kMaxDepth, "cannot save values nested deeper than {} levels", kMaxDepth);
  switch (v.kind()) {
    case Kind::Str:
      text(v.as_str());
      break;
    case Kind::Bytes:
      bytes(v.as_bytes());
      break;
    case Kind::Tensor:
      write_tensor_(*this, v.as_tensor());
      break;
    case Kind::Dict:
      dict(v);
      break;
    default:
      sequence(v);
      break;
  }
  --depth_;
  // Lists and dicts took their place before their elements did; the others end with the opcode that gives them one.
  if (!v.is(Kind::List) && !v.is(Kind::Dict) && !(v.is(Kind::Tuple) && v.items().empty())) {
    objects_.emplace(object, memoized_ - 1);
  }
}

void Writer::sequence(const Value& v) {
  const Value::Items& items = v.items();
  const void* object = v.identity();
  if (v.is(Value::Kind::List)) {
    op(']');
    objects_.emplace(object, memoized_);
    memoize();
  } else if (items.empty()) {
    return op(')');
  } else if (items.size() > 3) {
    mark();
  }
  open_.insert(object);
  if (v.is(Value::Kind::Tuple)) {
    for (const Value& item : items) value(item);
    op("\x85\x86\x87t"[std::min<std::size_t>(items.size(), 4) - 1]);
    memoize();
  } else if (items.size() == 1) {
    value(items[0]);
    op('a');
  } else {
    for (std::size_t from = 0; from < items.size(); from += kBatch) {
      mark();
      for (std::size_t i = from; i < std::min(from + kBatch, items.size()); ++i) value(items[i]);
      op('e');
    }
  }
  open_.erase(object);
}

void Writer::dict(const Value& v) {
  const Value::Dict& d = v.as_dict();
  check<TypeError>(d.class_name.empty(),
                   "cannot save an object of the class {} as torch.save would; only archives can hold it",
                   shortened(d.class_name));
  const void* object = v.identity();
  objects_.emplace(object, 0);
  open_.insert(object);
  if (d.ordered) {
    empty_ordered_dict();
  } else {
    op('}');
    memoize();
  }
  objects_[object] = memoized_ - 1;
  dict_entries(d);
  if (!d.attributes.is_none()) {
    check<TypeError>(d.ordered && d.attributes.is(Value::Kind::Dict),
                     "only an OrderedDict can have attributes, and they must be a dict");
    value(d.attributes);
    op('b');
  }
  open_.erase(object);
}

void Writer::dict_entries(const Value::Dict& d) {
  check_keys<ValueError>(d);
  const std::size_t n = d.entries.size();
  const auto entry = [&](const auto& e) {
    check_key(e.first);
    value(e.first);
    value(e.second);
  };
  for (std::size_t from = 0; from < n; from += kBatch) {
    const std::size_t to = std::min(from + kBatch, n);
    // Python's two loops differ in how they write a single entry after full batches.
    if (!without_setitem_ && (n == 1 || (d.ordered && to - from == 1))) {
      entry(d.entries[from]);
      op('s');
    } else {
      mark();
      for (std::size_t i = from; i < to; ++i) entry(d.entries[i]);
      op('u');
    }
  }
}

}  // namespace xgrad::serialize::pickle
