/// What stands before the elements in a .npy file: a magic number, a version, and a Python dict as text.
#pragma once

#include <xgrad/autograd/array/array.hpp>
#include <xgrad/serialize/input.hpp>

#include <bit>
#include <string>

namespace xgrad::serialize {

struct NpyHeader {
  ScalarType dtype = kFloat32;
  std::endian order = std::endian::little;
  bool fortran_order = false;
  Dims sizes;
};

/// Reads a header and checks it. Throws Error in NumPy's words.
NpyHeader read_npy_header(Input& in);

/// The bytes of a header as NumPy writes it: version 1.0, padded to a multiple of 64 bytes.
std::string npy_header_bytes(const NpyHeader& header);

}  // namespace xgrad::serialize
