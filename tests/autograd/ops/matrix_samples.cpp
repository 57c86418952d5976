#include "matrix_samples.hpp"

namespace xgrad::op_table {

Tensor well(const D& shape, ScalarType dtype, std::int64_t seed) {
  const std::int64_t n = shape.back();
  return (t(shape, kFloat64, seed) + eye(n, kFloat64) * (3.0 + static_cast<double>(n))).to(dtype);
}

Tensor positive(const D& shape, ScalarType dtype) {
  const Tensor a = t(shape);
  const std::int64_t n = shape.back();
  return (matmul(a, a.transpose(-2, -1)) * 0.5 + eye(n, kFloat64)).to(dtype);
}

Tensor nearly_singular() { return m({{1, 2}, {2, 4 + 1e-9}}); }
Tensor singular() { return m({{1, 2, 3}, {2, 4, 6}, {0, 1, 5}}); }

Tensor nan_matrix() { return m({{4, 1, kNaN}, {1, 5, 2}, {0.5, 2, 6}}); }

namespace {

Samples not_matrices() { return {{t({})}, {t({3})}, {t({2, 2}, kInt64)}, {t({2, 2}, kInt32)}, {t({2, 2}, kBool)}}; }

}  // namespace

Samples square_samples() {
  return Samples{{well({3, 3})},        {well({2, 2, 2})},        {well({1, 1})},           {well({0, 2, 2})},
                 {t({0, 0})},           {t({3, 3}, kFloat64, 3)}, {well({3, 3}, kFloat32)}, {t({2, 3})},
                 rough({nan_matrix()}), rough({well({35, 35})})} +
         not_matrices();
}

Samples matrix_samples() {
  return Samples{{well({3, 3})},         {t({2, 3})},    {t({3, 2})}, {t({2, 3, 2})},
                 {t({2, 2, 3})},         {t({0, 3, 2})}, {t({0, 3})}, {well({3, 3}, kFloat32)},
                 rough({well({35, 35})})} +
         not_matrices();
}

Samples positive_samples() {
  return Samples{{positive({1, 1})}, {positive({2, 1, 1})}} +
         rough(Samples{{positive({3, 3})},
                       {positive({2, 3, 3})},
                       {t({0, 0})},
                       {positive({0, 2, 2})},
                       {positive({3, 3}, kFloat32)},
                       {-positive({3, 3})},
                       {stack({positive({3, 3}), -positive({3, 3})})},
                       {t({2, 3})},
                       {positive({35, 35})}} +
               not_matrices());
}

}  // namespace xgrad::op_table
