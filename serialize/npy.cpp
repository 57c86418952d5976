#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/npy.hpp>
#include <xgrad/serialize/npy_header.hpp>
#include <xgrad/serialize/numpy.hpp>

#include <algorithm>

namespace xgrad::serialize {
namespace {

Array reversed(const Array& a) {
  Dims order(a.sizes().size(), 0);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(order.size() - 1 - i);
  return a.permute(order);
}

/// A whole file or all bytes: nothing may follow.
Tensor read_only_npy(Input in) {
  return while_loading(in.name(), [&] {
    Tensor x = read_npy(in);
    if (in.left().value_or(0) > 0) {
      Error e(fmt::format("{} bytes follow the array", *in.left()));
      e.set_hint("several arrays in one file are read one after another from a stream");
      throw e;
    }
    return x;
  });
}

}  // namespace

Tensor read_npy(Input& in) {
  const NpyHeader header = read_npy_header(in);
  Dims sizes = header.sizes;
  if (header.fortran_order) std::reverse(sizes.begin(), sizes.end());
  const Array array = in.elements(sizes, header.dtype, "the array");
  make_native(array, header.order);
  return Tensor(header.fortran_order ? reversed(array) : array);
}

void write_npy(const Write& write, const Tensor& x) {
  check<ValueError>(x.defined(), "cannot save an undefined tensor");
  NpyHeader header{x.dtype(), std::endian::little, false, x.sizes()};
  Array array = x.array();
  if (!array.is_contiguous()) {
    const Array turned = reversed(array);
    header.fortran_order = turned.is_contiguous();
    if (header.fortran_order) array = turned;
  }
  const std::string head = npy_header_bytes(header);
  write(head.data(), head.size());
  write_elements(write, array);
}

void save_npy(const Tensor& x, const std::string& path) {
  write_file(path, [&](const Write& write) { write_npy(write, x); });
}
void save_npy(const Tensor& x, std::ostream& out) {
  write_stream(out, [&](const Write& write) { write_npy(write, x); });
}
std::string save_npy_bytes(const Tensor& x) {
  return write_bytes([&](const Write& write) { write_npy(write, x); });
}

Tensor load_npy(const std::string& path) { return read_only_npy(Input::file(path)); }
Tensor load_npy(std::istream& in) {
  Input input = Input::stream(in);
  return while_loading(input.name(), [&] { return read_npy(input); });
}
Tensor load_npy_bytes(std::string_view bytes, const std::string& name) {
  return read_only_npy(Input::memory(bytes, name));
}

}  // namespace xgrad::serialize
