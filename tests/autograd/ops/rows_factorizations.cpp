// Orthogonal factorisations, and what is made of them.
#include "matrix_samples.hpp"

namespace xgrad::op_table {
namespace {

/// Symmetric matrices: only one triangle is read, so slopes mean nothing.
Samples symmetric_samples() {
  return Samples{{positive({1, 1})}, {positive({2, 1, 1})}} + rough(Samples{{positive({3, 3})},
                                                                            {positive({2, 3, 3})},
                                                                            {t({0, 0})},
                                                                            {positive({0, 2, 2})},
                                                                            {positive({3, 3}, kFloat32)},
                                                                            {t({2, 3})},
                                                                            {t({})},
                                                                            {t({3})},
                                                                            {t({2, 2}, kInt64)},
                                                                            {t({2, 2}, kBool)}});
}

/// A symmetric matrix whose eigenvalues are a unit apart.
Tensor apart(std::int64_t n) {
  const Tensor a = t({n, n}) * 0.1;
  return a + a.t() + diag(arange(1., static_cast<double>(n) + 1));
}

// Q, R, U, V and eigenvectors are defined up to the signs of their columns, which are whatever LAPACK makes of them.
// These products are the same whatever the signs.
Tensor weighted(T columns) {
  return columns / arange(1., static_cast<double>(columns.size(-1)) + 1).to(columns.dtype());
}
Tensor symmetric(T a) { return (a + a.transpose(-2, -1)) / 2; }
std::vector<Tensor> qr_products(T a) {
  const auto [q, r] = linalg_qr(a, "reduced");
  return {matmul(weighted(q), r), matmul(weighted(q), q.transpose(-2, -1)), r * r};
}
std::vector<Tensor> svd_products(T a) {
  const auto [u, s, vh] = linalg_svd(a, false);
  return {matmul(weighted(u), vh), matmul(weighted(u), u.transpose(-2, -1)), s};
}
std::vector<Tensor> eigh_products(T a) {
  const auto [values, q] = linalg_eigh(symmetric(a), "L");
  return {values, matmul(weighted(q), q.transpose(-2, -1))};
}

/// The norms in which PyTorch's cond() inverts: its backward finds the inverse changed.
Samples inverting(Samples samples) {
  const auto holds = [](const Sample& s) {
    const Tensor& x = s.in[0].get<Tensor>();
    const Value& p = s.in[1];
    const bool inverts = p.is<std::string>() ? p.get<std::string>() == "fro"
                                             : !p.is<std::monostate>() && std::abs(p.number().toDouble()) != 2;
    return inverts && x.is_floating_point() && x.dim() >= 2 && x.size(-1) == x.size(-2);
  };
  return differ_where(holds, std::move(samples), "Triangles that are not read", Compared::Values);
}

}  // namespace

OP_FAMILY(factorizations) {
  const Samples matrices = matrix_samples();
  // Slopes of columns that may be any basis of what is left say nothing.
  const auto extra_columns = [](Sample s) {
    return differs(rough(std::move(s)), "Columns that may be any", Compared::Values);
  };
  const char* no_nan = "what LAPACK makes of a NaN is not defined";
  // But what is made of singular values says that there is one.
  const Samples or_nan = matrices + Samples{rough({nan_matrix()}), rough({stack({well({3, 3}), nan_matrix()})})};
  Samples norms{rough({nan_matrix(), 2.0, D{-2, -1}, false})};
  for (const double p : {1.0, -1.0, 2.0, -2.0, kInf, -kInf}) {
    for (Sample s : matrices) {
      const Tensor& x = s.in[0].get<Tensor>();
      s.rough |= std::abs(p) != 2 && x.dim() >= 2 && x.size(-1) != x.size(-2);  // two sums are equal
      norms.push_back(s.with({p, D{-2, -1}, false}));
    }
    norms.push_back({t({2, 3, 2}), p, D{0, 2}, true});
    norms.back().rough = std::abs(p) == 1;
  }
  const unsigned elsewhere = kSpecial | kEmpty | kZeroDim | kBig | kIntegers | kBools | kError;
  const char* in_other_rows = "the row of the factorisation itself shows it";
  const Samples few{{well({3, 3})}, {t({3, 2})}, {t({2, 3, 2})}, {well({3, 3}, kFloat32)}};
  const Samples few_positive{{positive({3, 3})}, {positive({2, 3, 3})}, {positive({3, 3}, kFloat32)}};
  return {
      row(
          "qr_products", [](T a) { return qr_products(a); }, few)
          .without(elsewhere, in_other_rows),
      row(
          "svd_products", [](T a) { return svd_products(a); }, few + Samples{{t({2, 3})}})
          .without(elsewhere, in_other_rows),
      row(
          "eigh_products", [](T a) { return eigh_products(a); }, few_positive)
          .without(elsewhere, in_other_rows),
      row(
          "cholesky_of_symmetric", [](T a) { return linalg_cholesky(symmetric(a)); }, few_positive)
          .without(elsewhere, in_other_rows),
      row(
          "linalg_qr", [](T a, const std::string& mode) { return linalg_qr(a, mode); },
          with(matrices, {{"reduced"}}) + rough(with(matrices, {{"complete"}, {"r"}})) + Samples{{t({3, 2}), "full"}})
          .without(kSpecial, no_nan),
      row(
          "qr", [](T a, bool some) { return a.qr(some); }, with(matrices, {{true}}))
          .without(kSpecial, no_nan),
      row(
          "linalg_eigh", [](T a, const std::string& uplo) { return linalg_eigh(a, uplo); },
          with(symmetric_samples(), {{"L"}, {"U"}}) + Samples{{positive({3, 3}), "X"}})
          .without(kSpecial | kBig, no_nan),
      row(
          "linalg_eigvalsh", [](T a, const std::string& uplo) { return linalg_eigvalsh(a, uplo); },
          with(symmetric_samples(), {{"L"}, {"U"}}) + Samples{rough({apart(35), "L"}), {positive({3, 3}), "X"}})
          .without(kSpecial, no_nan),
      row(
          "linalg_svd", [](T a, bool full) { return linalg_svd(a, full); },
          with(or_nan, {{false}}) +
              Samples{{well({3, 3}), true}, extra_columns({t({2, 3}), true}), extra_columns({t({3, 2}), true})}),
      row(
          "linalg_svdvals", [](T a) { return linalg_svdvals(a); }, or_nan),
      row(
          "svd", [](T a, bool some, bool uv) { return a.svd(some, uv); }, with(or_nan, {{true, true}, {true, false}})),
      row(
          "linalg_pinv",
          [](T a, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
            return linalg_pinv(a, atol, rtol, hermitian);
          },
          with(or_nan, {{none, none, false}, {0.1, none, false}, {none, 0.01, false}}) +
              Samples{rough({positive({3, 3}), none, none, true}), rough({singular(), none, none, false})})
          .words(kSooner, {"Dimension specified as -", "Dimension out of range (expected to be in range of"})
          .words(kInner, {"This function doesn't handle types other than float and double"}),
      row(
          "linalg_pinv.rcond", [](T a, double rcond, bool hermitian) { return linalg_pinv(a, rcond, hermitian); },
          with(or_nan, {{0.01, false}}) + Samples{rough({positive({3, 3}), 0.01, true})}),
      row("linalg_pinv.tensors",
          [](T a, T atol, T rtol, bool hermitian) { return linalg_pinv(a, atol, rtol, hermitian); },
          {{well({3, 3}), tensor(0.1, kFloat64), tensor(0.01, kFloat64), false},
           {well({3, 3}), none, tensor(0.01, kFloat64), false},
           {well({3, 3}), tensor(0.1, kFloat64), none, false},
           {well({2, 3, 3}), tensor({0.1, 0.0}, kFloat64), none, false},
           {t({2, 3, 2}, kFloat32), tensor({0.1, 0.0}, kFloat32), none, false},
           {t({0, 3}), tensor(0.1, kFloat64), none, false},
           {t({2, 2}, kInt64), tensor(0.1, kFloat64), none, false},
           {t({2, 2}, kBool), tensor(0.1, kFloat64), none, false},
           rough({well({33, 33}), tensor(0.1, kFloat64), none, false})})
          .constants({1, 2})
          .without(kSpecial, no_nan),
      row("linalg_pinv.rcond_tensor", [](T a, T rcond, bool hermitian) { return linalg_pinv(a, rcond, hermitian); },
          {{well({3, 3}), tensor(0.01, kFloat64), false},
           {well({2, 3, 3}), tensor({0.1, 0.0}, kFloat64), false},
           {t({2, 3, 2}, kFloat32), tensor({0.1, 0.0}, kFloat32), false},
           {well({3, 3}, kFloat32), tensor(0.01, kFloat64), false},
           {t({0, 3}), tensor(0.1, kFloat64), false},
           {t({2, 2}, kInt64), tensor(0.1, kFloat64), false},
           {t({2, 2}, kBool), tensor(0.1, kFloat64), false},
           rough({well({33, 33}), tensor(0.01, kFloat64), false})})
          .constants({1})
          .without(kSpecial, no_nan),
      row(
          "pinverse", [](T a, double rcond) { return a.pinverse(rcond); }, with(or_nan, {{1e-6}})),
      row(
          "linalg_lstsq",
          [](T a, T b, std::optional<double> rcond, std::optional<std::string> driver) {
            return linalg_lstsq(a, b, rcond, driver ? std::optional<std::string_view>(*driver) : std::nullopt);
          },
          with(Samples{{t({3, 2}), t({3, 2}, kFloat64, 2)},
                       {well({3, 3}), t({3, 1}, kFloat64, 2)},
                       {t({2, 3, 2}), t({2, 3, 2}, kFloat64, 2)},
                       {t({3, 2}, kFloat32), t({3, 2}, kFloat32, 2)},
                       {t({3, 2}), t({2, 2})},
                       {t({3, 2}), t({3, 2}, kFloat32)},
                       {t({}), t({})},
                       {t({2, 2}, kInt64), t({2, 2}, kInt64)},
                       {t({2, 2}, kBool), t({2, 2}, kBool)},
                       rough({t({40, 30}) + eye(40, 30, kFloat64) * 30, t({40, 2})})},
               {{none, none}, {1e-3, "gelsy"}}) +
              // What else these drivers give has no derivative, as in PyTorch.
              rough(with(Samples{{t({3, 2}), t({3, 2}, kFloat64, 2)}, {well({3, 3}), t({3, 1}, kFloat64, 2)}},
                         {{none, "gels"}, {none, "gelsd"}, {none, "gelss"}})) +
              Samples{{t({3, 2}), t({3, 2}), none, "qr"}})
          .words(kInner,
                 {"This function doesn't handle types other than float and double",
                  "\"linalg_lstsq_cpu\" not implemented for 'Long'", "\"linalg_lstsq_cpu\" not implemented for 'Bool'"})
          .in_any_layout()
          .without(kSpecial | kEmpty, no_nan),
      row(
          "linalg_matrix_power", [](T a, std::int64_t n) { return linalg_matrix_power(a, n); },
          with(square_samples(), {{2}, {3}, {0}, {1}, {-2}}) + Samples{{singular(), -1}})
          .words(kPivot, {"linalg.inv: The diagonal element"}),
      row(
          "matrix_power", [](T a, std::int64_t n) { return a.matrix_power(n); }, with(square_samples(), {{5}})),
      row(
          "linalg_matrix_exp", [](T a) { return linalg_matrix_exp(a); },
          Samples{{t({3, 3})},
                  {t({2, 2, 2})},
                  {t({1, 1})},
                  {t({0, 2, 2})},
                  {t({0, 0})},
                  {t({3, 3}, kFloat32)},
                  {well({3, 3})},
                  {t({2, 3})},
                  {t({3})},
                  {t({})},
                  {t({2, 2}, kInt64)},
                  {t({2, 2}, kBool)},
                  rough({t({33, 33}) * 0.1})})
          .without(kSpecial, no_nan),
      row(
          "matrix_exp", [](T a) { return a.matrix_exp(); },
          Samples{{t({3, 3})},
                  {t({2, 3})},
                  {t({})},
                  {t({0, 0})},
                  {t({3, 3}, kFloat32)},
                  {t({2, 2}, kInt64)},
                  {t({2, 2}, kBool)},
                  rough({t({33, 33}) * 0.1})})
          .without(kSpecial, no_nan),
      row(
          "linalg_matrix_rank",
          [](T a, std::optional<double> atol, std::optional<double> rtol, bool hermitian) {
            return linalg_matrix_rank(a, atol, rtol, hermitian);
          },
          with(or_nan, {{none, none, false}, {0.1, none, false}, {none, 0.5, false}}) +
              Samples{{singular(), none, none, false}, {positive({3, 3}), none, none, true}})
          .words(kInner, {"This function doesn't handle types other than float and double"}),
      row(
          "linalg_matrix_rank.tol",
          [](T a, double tol, bool hermitian) { return linalg_matrix_rank(a, tol, hermitian); },
          with(or_nan, {{0.5, false}}) + Samples{{positive({3, 3}), 0.5, true}}),
      row("linalg_matrix_rank.tensors",
          [](T a, T atol, T rtol, bool hermitian) { return linalg_matrix_rank(a, atol, rtol, hermitian); },
          {{well({3, 3}), tensor(0.5, kFloat64), tensor(0.1, kFloat64), false},
           {well({3, 3}), none, tensor(0.1, kFloat64), false},
           {well({2, 3, 3}), tensor({0.5, 0.0}, kFloat64), none, false},
           {t({2, 3, 2}, kFloat32), tensor({0.5, 0.0}, kFloat32), none, false},
           {t({0, 3}), tensor(0.5, kFloat64), none, false},
           {t({2, 2}, kInt64), tensor(0.5, kFloat64), none, false},
           {t({2, 2}, kBool), tensor(0.5, kFloat64), none, false},
           rough({well({33, 33}), tensor(0.5, kFloat64), none, false})})
          .constants({1, 2})
          .words(kInner, {"This function doesn't handle types other than float and double"})
          .without(kSpecial, no_nan),
      row("linalg_matrix_rank.tol_tensor",
          [](T a, T tol, bool hermitian) { return linalg_matrix_rank(a, tol, hermitian); },
          {{well({3, 3}), tensor(0.5, kFloat64), false},
           {well({2, 3, 3}), tensor({0.5, 0.0}, kFloat64), false},
           {t({2, 3, 2}, kFloat32), tensor({0.5, 0.0}, kFloat32), false},
           {well({3, 3}, kFloat32), tensor(0.5, kFloat64), false},
           {t({0, 3}), tensor(0.5, kFloat64), false},
           {t({2, 2}, kInt64), tensor(0.5, kFloat64), false},
           {t({2, 2}, kBool), tensor(0.5, kFloat64), false},
           rough({well({33, 33}), tensor(0.5, kFloat64), false})})
          .constants({1})
          .without(kSpecial, no_nan),
      row(
          "linalg_cond", [](T a, std::optional<Scalar> p) { return linalg_cond(a, p); },
          inverting(with(Samples{{well({3, 3})},
                                 {well({2, 2, 2})},
                                 {well({3, 3}, kFloat32)},
                                 {t({2, 3})},
                                 {t({})},
                                 {t({2, 2}, kInt64)},
                                 {t({2, 2}, kBool)},
                                 rough({well({35, 35})}),
                                 rough({nan_matrix()})},
                         {{none}, {2}, {-2}, {1}, {kInf}})))
          .without(kEmpty, no_nan),
      row(
          "linalg_cond.p_str", [](T a, const std::string& p) { return linalg_cond(a, p); },
          inverting(with(Samples{{well({3, 3})},
                                 {well({2, 2, 2})},
                                 {well({3, 3}, kFloat32)},
                                 {t({})},
                                 {t({2, 2}, kInt64)},
                                 {t({2, 2}, kBool)},
                                 rough({well({35, 35})})},
                         {{"fro"}, {"nuc"}})))
          .without(kSpecial | kEmpty, no_nan),
      row(
          "linalg_matrix_norm",
          [](T a, Scalar p, IntArrayRef dim, bool keep) { return linalg_matrix_norm(a, p, dim, keep); }, norms)
          .in_any_layout()
          .words(kSooner, {"amax(): Expected reduction dim 0", "amin(): Expected reduction dim 0"}),
      row(
          "linalg_matrix_norm.str_ord",
          [](T a, const std::string& p, IntArrayRef dim, bool keep) { return linalg_matrix_norm(a, p, dim, keep); },
          with(or_nan, {{"fro", D{-2, -1}, false}, {"nuc", D{-2, -1}, true}}) +
              Samples{{t({2, 3, 2}), "nuc", D{0, 2}, true}})
          .in_any_layout(),
      row(
          "linalg_norm", [](T a, std::optional<Scalar> p) { return linalg_norm(a, p); },
          with(matrices + Samples{rough({nan_matrix()})}, {{none}}) +
              Samples{{t({4}), 3}, {t({4}), kInf}, rough({t({2, 3}), 1}), {t({2, 3, 2}), 1}}),
      row(
          "linalg_norm.ord_str",
          [](T a, const std::string& p, std::optional<IntArrayRef> dim, bool keep, std::optional<ScalarType> d) {
            return linalg_norm(a, p, dim, keep, d);
          },
          with(or_nan, {{"fro", none, false}, {"nuc", D{-2, -1}, true}}) +
              Samples{{t({2, 3, 2}), "fro", D{0, 2}, true},
                      {t({2, 3}, kFloat32), "fro", none, false, kFloat64},
                      {t({2, 3}), "fro", none, false, kFloat32},
                      {t({2, 3}), "frob", none, false}})
          .in_any_layout(),
      row(
          "linalg_vector_norm",
          [](T a, Scalar p, std::optional<IntArrayRef> dim, bool keep, std::optional<ScalarType> d) {
            return linalg_vector_norm(a, p, dim, keep, d);
          },
          with(matrices + Samples{rough({nan_matrix()})},
               {{2, none, false}, {1, none, true}, {kInf, none, false}, {0, none, false}}) +
              with(matrices, {{3, none, false}}) +
              Samples{{t({2, 3, 2}), 2, D{1}, true},
                      {t({2, 3, 2}), 1.5, D{0, 2}, false},
                      {t({2, 3}), -kInf, D{1}, false},
                      {t({2, 3}, kFloat32), 3, none, false, kFloat64},
                      {t({2, 3}), 2, none, false, kFloat32},
                      {t({2, 3}), 2, none, false, kInt64}}),
  };
}

}  // namespace xgrad::op_table
