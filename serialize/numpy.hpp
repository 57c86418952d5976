/// NumPy's files: .npy holds one array, .npz several by name.
#pragma once

#include <xgrad/autograd/tensor.hpp>
#include <xgrad/nn/ordered_dict.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace xgrad::serialize {

using TensorDict = OrderedDict<std::string, Tensor>;

/// Writes what np.save(path, x.numpy()) writes, byte for byte; a transposed matrix goes in Fortran order, as it does
/// there.
///
///     serialize::save_npy(x, "x.npy");      // Python: x = np.load("x.npy")
///
/// The file appears whole or not at all. No ".npy" is added to a name without one.
void save_npy(const Tensor& x, const std::string& path);
/// Into a stream, where another array may follow.
void save_npy(const Tensor& x, std::ostream& out);
/// The same as bytes.
std::string save_npy_bytes(const Tensor& x);

/// Reads what np.save wrote: format versions 1.0, 2.0 and 3.0, either order of bytes, C and Fortran order (which comes
/// as a transposed tensor, without copying).
///
///     Tensor x = serialize::load_npy("x.npy");
///
/// Throws Error, in NumPy's words where it has any, for a file that is missing, cut short, too long or no .npy, and
/// NotImplementedError for a dtype that no Tensor has (float16, uint32, complex, strings, records, ...). Arrays of
/// Python objects are refused: nothing is ever unpickled.
Tensor load_npy(const std::string& path);
/// From a stream, which is left behind the array: several arrays in one file are read one after another.
Tensor load_npy(std::istream& in);
/// From bytes; `name` stands for the path in messages.
Tensor load_npy_bytes(std::string_view bytes, const std::string& name = "<memory>");

/// Writes an archive as np.savez(path, **tensors) does: a .npy file for each name, stored as it is.
///
///     serialize::save_npz({{"x", x}, {"y", y}}, "data.npz");      // Python: data = np.load("data.npz"); data["x"]
///
/// Throws ValueError for a name that is no path inside of a folder ("/x", "../x").
void save_npz(const TensorDict& tensors, const std::string& path);
void save_npz(const TensorDict& tensors, std::ostream& out);
std::string save_npz_bytes(const TensorDict& tensors);

/// What an archive may be unpacked to, whatever it claims: so many bytes, and 32 times its own size. Zeros pack to a
/// thousandth, numbers to no less than a few hundredths.
struct LoadNpzOptions {
  std::uint64_t unpacked_bytes = std::uint64_t{256} << 20;
};

/// Reads all arrays of an archive that np.savez or np.savez_compressed wrote, in the order of the archive.
///
///     auto data = serialize::load_npz("data.npz");
///     Tensor x = data["x"];
///
/// Throws what load_npy() does, and Error for archives that are damaged, whose entries share bytes, lead out of the
/// archive by their names or are no .npy files, and for those that would unpack to more than LoadNpzOptions allows, 256
/// MiB and 32 times their size.
TensorDict load_npz(const std::string& path, const LoadNpzOptions& options = {});
/// From a stream, to its end.
TensorDict load_npz(std::istream& in, const LoadNpzOptions& options = {});
TensorDict load_npz_bytes(std::string_view bytes, const std::string& name = "<memory>",
                          const LoadNpzOptions& options = {});

}  // namespace xgrad::serialize
