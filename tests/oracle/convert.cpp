#include "convert.hpp"

#include <cstring>

namespace xgrad::op_table {
namespace {

// PyTorch's numbers for dtypes; its 5 and 8 to 10 are ones we do not have.
constexpr std::pair<ScalarType, int> kCodes[] = {{kUInt8, 0}, {kInt8, 1},    {kInt16, 2},   {kInt32, 3},
                                                 {kInt64, 4}, {kFloat32, 6}, {kFloat64, 7}, {kBool, 11}};

oracle::Dtype code_of(ScalarType t) {
  for (const auto& [ours, code] : kCodes) {
    if (ours == t) return {code};
  }
  fail("internal error: no code for {}", t);
}

ScalarType dtype_of_code(int c) {
  for (const auto& [ours, code] : kCodes) {
    if (code == c) return ours;
  }
  fail("PyTorch returned a tensor of dtype number {}, which is not there", c);
}

}  // namespace

oracle::Plain plain(const Tensor& t) {
  oracle::Plain p;
  if (!t.defined()) return p;
  p.defined = true;
  p.dtype = code_of(t.dtype());
  p.sizes = t.sizes().vec();
  p.strides = t.strides().vec();
  p.offset = t.storage_offset();
  p.requires_grad = t.requires_grad();
  const Storage& memory = *t.array().storage();
  const auto* bytes = static_cast<const unsigned char*>(memory.data());
  p.storage.assign(bytes, bytes + memory.nbytes());
  return p;
}

Tensor tensor_of(const oracle::Plain& p) {
  if (!p.defined) return {};
  auto storage = Storage::create(p.storage.size());
  if (!p.storage.empty()) std::memcpy(storage->data(), p.storage.data(), p.storage.size());
  return Tensor(Array(std::move(storage), dtype_of_code(p.dtype.code), Dims(IntArrayRef(p.sizes)),
                      Dims(IntArrayRef(p.strides)), p.offset));
}

std::vector<Tensor> tensors_of(const std::vector<oracle::Plain>& list) {
  std::vector<Tensor> out;
  for (const auto& p : list) out.push_back(tensor_of(p));
  return out;
}

namespace {

oracle::Index index_of(const TensorIndex& i) {
  oracle::Index out;
  if (const auto* n = i.get_if<std::int64_t>()) {
    out.kind = oracle::Index::kInteger;
    out.integer = *n;
  } else if (const auto* b = i.get_if<bool>()) {
    out.kind = oracle::Index::kBool;
    out.integer = *b;
  } else if (const auto* s = i.get_if<Slice>()) {
    out.kind = oracle::Index::kSlice;
    out.integer = s->step();
    out.start = s->start();
    out.stop = s->stop();
  } else if (i.get_if<indexing::EllipsisType>()) {
    out.kind = oracle::Index::kEllipsis;
  } else if (i.is_tensor()) {
    out.kind = oracle::Index::kTensor;
    out.tensor = plain(i.tensor());
  }
  return out;
}

struct Convert {
  oracle::Value operator()(ScalarType t) const { return code_of(t); }
  oracle::Value operator()(const Tensor& t) const { return plain(t); }
  oracle::Value operator()(const std::vector<Tensor>& list) const {
    std::vector<oracle::Plain> out;
    for (const Tensor& t : list) out.push_back(plain(t));
    return out;
  }
  oracle::Value operator()(const Value::Index& list) const {
    std::vector<oracle::Index> out;
    for (const TensorIndex& i : list) out.push_back(index_of(i));
    return out;
  }
  oracle::Value operator()(const auto& same) const { return same; }
};

}  // namespace

oracle::Value value_of(const Value& v) { return std::visit(Convert{}, v.variant()); }

}  // namespace xgrad::op_table
