// Systems of linear equations: solutions, inverses, determinants, their factorisations.
#include "matrix_samples.hpp"

namespace xgrad::op_table {

namespace {

/// The factor is argument `at`; PyTorch's derivative fills the triangle that is not read.
Samples other_triangle(Samples samples, std::size_t at) {
  const auto holds = [at](const Sample& s) {
    const Tensor &x = s.in[0].get<Tensor>(), &factor = s.in[at].get<Tensor>();
    return factor.is_floating_point() && factor.dtype() == x.dtype() && factor.dim() >= 2 && x.dim() >= 2 &&
           x.numel() > 0 && factor.size(-1) == factor.size(-2) && factor.size(-1) > 1 &&
           (at == 0 || x.size(-2) == factor.size(-1));
  };
  return differ_where(holds, std::move(samples), "Triangles that are not read", Compared::Values);
}

}  // namespace

OP_FAMILY(solving) {
  const Samples square = square_samples();
  const Samples well_samples{{well({3, 3})},
                             {well({2, 2, 2})},
                             {well({1, 1})},
                             {well({0, 2, 2})},
                             {t({0, 0})},
                             {t({})},
                             {well({3, 3}, kFloat32)},
                             {t({2, 3})},
                             {t({2, 2}, kInt64)},
                             {t({2, 2}, kBool)},
                             rough({well({35, 35})})};
  // Every A with a B that fits, and some that do not.
  const Samples systems{{well({3, 3}), t({3, 2}, kFloat64, 2)},
                        {well({3, 3}), t({3}, kFloat64, 2)},
                        {well({2, 3, 3}), t({2, 3, 2}, kFloat64, 2)},
                        {well({2, 3, 3}), t({2, 3}, kFloat64, 2)},
                        {well({2, 1, 3, 3}), t({2, 3, 2}, kFloat64, 2)},
                        {well({1, 1}), t({1, 1})},
                        {well({0, 3, 3}), t({0, 3, 2})},
                        {t({0, 0}), t({0, 2})},
                        {well({3, 3}), t({3, 0})},
                        {well({3, 3}, kFloat32), t({3, 2}, kFloat32)},
                        {well({3, 3}), t({3, 2}, kFloat32)},
                        {well({3, 3}), t({2, 3})},
                        {t({2, 3}), t({3, 2})},
                        {t({3}), t({3})},
                        {t({}), t({})},
                        {t({2, 2}, kInt64), t({2, 2}, kInt64)},
                        {t({2, 2}, kBool), t({2, 2}, kBool)},
                        {singular(), t({3, 2})},
                        rough({nan_matrix(), t({3, 2})}),
                        rough({well({35, 35}), t({35, 33})})};
  const Samples triangles{{well({3, 3}), t({3, 2}, kFloat64, 2)},
                          {well({2, 3, 3}), t({2, 3, 2}, kFloat64, 2)},
                          {well({2, 1, 3, 3}), t({2, 3, 2}, kFloat64, 2)},
                          {well({0, 3, 3}), t({0, 3, 2})},
                          {well({3, 3}), t({3, 0})},
                          {well({3, 3}, kFloat32), t({3, 2}, kFloat32)},
                          {well({3, 3}), t({3, 2}, kFloat32)},
                          {t({2, 3}), t({3, 2})},
                          {t({}), t({})},
                          {t({3, 3}), t({3})},
                          {t({2, 2}, kInt64), t({2, 2}, kInt64)},
                          {t({2, 2}, kBool), t({2, 2}, kBool)},
                          rough({nan_matrix(), t({3, 2})}),
                          rough({well({35, 35}), t({35, 33})})};
  const auto swapped = [](const Samples& samples) {
    Samples out = samples;
    for (Sample& s : out) std::swap(s.in[0], s.in[1]);
    return out;
  };
  Samples factored, factored_systems, right_sides;
  for (const Sample& s : {Sample{well({3, 3})}, Sample{well({2, 2, 2})}, Sample{well({0, 2, 2})},
                          Sample{well({2, 2}, kFloat32)}, rough({well({35, 35})})}) {
    const auto [lu, pivots] = linalg_lu_factor(s.in[0].get<Tensor>());
    const Tensor b = t(D(lu.sizes().begin(), lu.sizes().end()), lu.dtype(), 2);
    const auto add = [rough = s.rough](Samples& to, Sample sample) {
      sample.rough = rough;
      to.push_back(std::move(sample));
    };
    add(factored, {lu, pivots});
    add(factored_systems, {lu, pivots, b});
    add(right_sides, {b, lu, pivots});
  }
  factored_systems.push_back({t({2, 2}), tensor({1, 2}, kInt64), t({2, 2})});
  right_sides.push_back({t({2, 2}), t({2, 2}), tensor({1, 2}, kInt64)});
  const auto with_left = [&](bool left) {
    Samples out;
    for (Sample s : systems) {
      if (!left && s.in[1].get<Tensor>().dim() >= 2) s.in[1] = s.in[1].get<Tensor>().transpose(-2, -1).contiguous();
      s.in.push_back(left);
      out.push_back(s);
    }
    return out;
  };
  Samples solve_triangles;
  for (const bool upper : {false, true}) {
    for (const bool unit : {false, true}) {
      for (Sample s : triangles) {
        if (s.in[0].get<Tensor>().dtype() != s.in[1].get<Tensor>().dtype()) s.differs = "Mixed dtypes in products";
        solve_triangles.push_back(s.with({upper, true, unit}));
      }
    }
    solve_triangles.push_back({well({3, 3}), t({2, 3}), upper, false, false});
    solve_triangles.push_back({well({2, 3, 3}), t({2, 2, 3}), upper, false, true});
  }
  return {
      row(
          "linalg_inv", [](T a) { return linalg_inv(a); },
          square + Samples{{singular()}, {stack({well({3, 3}), singular()})}})
          .words(kPivot, {"linalg.inv: The diagonal element", "linalg.inv: (Batch element"}),
      row(
          "inverse", [](T a) { return a.inverse(); }, square),
      row(
          "linalg_inv_ex", [](T a, bool check_errors) { return linalg_inv_ex(a, check_errors); },
          with(square, {{false}, {true}}) + Samples{{singular(), true}})
          .words(kPivot, {"linalg.inv_ex: The diagonal element"}),
      row(
          "linalg_det", [](T a) { return linalg_det(a); }, square + Samples{{singular()}, {nearly_singular()}}),
      row(
          "det", [](T a) { return a.det(); }, square),
      row(
          "linalg_slogdet", [](T a) { return linalg_slogdet(a); }, square + Samples{{singular()}}),
      row(
          "slogdet", [](T a) { return a.slogdet(); }, square),
      row(
          "logdet", [](T a) { return a.logdet(); }, square + Samples{{-well({3, 3})}}),
      row(
          "linalg_solve", [](T a, T b, bool left) { return linalg_solve(a, b, left); },
          with_left(true) + with_left(false))
          .words(kSooner, {"linalg.solve: Incompatible shapes of A and B for the equation XA = B (3x3 and 3x1)"})
          .in_any_layout(),
      row("linalg_tensorinv", [](T a, std::int64_t ind) { return linalg_tensorinv(a, ind); },
          {{well({4, 4}).view({2, 2, 4}), 2},
           {well({4, 4}).view({4, 2, 2}), 1},
           {well({6, 6}).view({2, 3, 3, 2}), 2},
           {well({3, 3}), 1},
           {well({3, 3}, kFloat32), 1},
           {t({2, 0, 0}), 2},
           {t({1}), 1},
           {t({2, 2}, kInt64), 1},
           {t({2, 2}, kBool), 1},
           {singular(), 1},
           {t({2, 3}), 1},
           {t({2, 2}), 0},
           rough({well({36, 36}).view({6, 6, 36}), 2})})
          .words(kPivot, {"inv: The diagonal element"})
          .without(kSpecial | kZeroDim,
                   "what LAPACK makes of a NaN is not defined, and PyTorch goes beyond the list of sizes"),
      row("linalg_tensorsolve",
          [](T a, T b, std::optional<IntArrayRef> dims) { return linalg_tensorsolve(a, b, dims); },
          {{well({4, 4}).view({2, 2, 4}), t({2, 2}), none},
           {well({4, 4}).view({4, 2, 2}), t({4}), none},
           {well({6, 6}).view({2, 3, 3, 2}), t({2, 3}), none},
           {well({6, 6}).view({3, 6, 2}), t({3, 2}), D{1}},
           {well({3, 3}), t({3}), none},
           {well({3, 3}, kFloat32), t({3}, kFloat32), none},
           {t({0, 0}), t({0}), none},
           {t({2, 2}, kInt64), t({2}, kInt64), none},
           {t({2, 2}, kBool), t({2}, kBool), none},
           {well({3, 3}), t({3}, kFloat32), none},
           {singular(), t({3}), none},
           {t({2, 3}), t({2}), none},
           rough({well({36, 36}).view({6, 6, 36}), t({6, 6}), none})})
          .without(kSpecial | kZeroDim, "what LAPACK makes of a NaN is not defined; PyTorch cannot derive by a number"),
      row(
          "linalg_solve_triangular",
          [](T a, T b, bool upper, bool left, bool unit) { return linalg_solve_triangular(a, b, upper, left, unit); },
          solve_triangles)
          .in_any_layout(),
      row(
          "triangular_solve",
          [](T b, T a, bool upper, bool transpose, bool unit) { return b.triangular_solve(a, upper, transpose, unit); },
          with(swapped(triangles), {{true, false, false}, {false, true, false}, {true, true, true}}))
          .in_any_layout(),
      row(
          "linalg_cholesky", [](T a, bool upper) { return linalg_cholesky(a, upper); },
          with(positive_samples(), {{false}, {true}}))
          .without(kSpecial, "what LAPACK makes of a NaN is not defined"),
      row(
          "cholesky", [](T a, bool upper) { return a.cholesky(upper); }, with(positive_samples(), {{false}, {true}}))
          .without(kSpecial, "what LAPACK makes of a NaN is not defined"),
      row(
          "linalg_cholesky_ex",
          [](T a, bool upper, bool check_errors) { return linalg_cholesky_ex(a, upper, check_errors); },
          with(positive_samples(), {{false, true}, {true, true}}))
          .without(kSpecial, "what LAPACK makes of a NaN is not defined"),
      row(
          "cholesky_solve", [](T b, T f, bool upper) { return b.cholesky_solve(f, upper); },
          other_triangle(with(swapped(triangles), {{false}, {true}}), 1)),
      row(
          "cholesky_inverse", [](T f, bool upper) { return f.cholesky_inverse(upper); },
          other_triangle(with(well_samples, {{false}, {true}}), 0) +
              with({{m({{1, 2}, {3, 0}})}, {t({2, 2}) * 0}, {stack({eye(2, kFloat64), m({{1, 0}, {2, 0}})})}},
                   {{false}, {true}}))
          .without(kSpecial, "what LAPACK makes of a NaN is not defined"),
      row(
          "linalg_lu_factor", [](T a) { return linalg_lu_factor(a); }, matrix_samples() + Samples{{singular()}})
          .without(kSpecial, "what LAPACK makes of a NaN is not defined"),
      row(
          "linalg_lu_factor_ex", [](T a, bool pivot, bool errors) { return linalg_lu_factor_ex(a, pivot, errors); },
          with(matrix_samples(), {{true, false}}))
          .without(kSpecial, "what LAPACK makes of a NaN is not defined"),
      row(
          "linalg_lu", [](T a) { return linalg_lu(a); }, matrix_samples())
          .without(kSpecial, "what LAPACK makes of a NaN is not defined"),
      row(
          "lu_unpack", [](T lu, T pivots, bool data, bool order) { return lu_unpack(lu, pivots, data, order); },
          with(factored, {{true, true}, {true, false}}) + Samples{{t({}), t({}, kInt32), true, true}})
          .without(kSpecial | kBools, "factors come from linalg_lu_factor"),
      row(
          "linalg_lu_solve",
          [](T lu, T pivots, T b, bool left, bool adjoint) { return linalg_lu_solve(lu, pivots, b, left, adjoint); },
          with(factored_systems, {{true, false}, {true, true}, {false, false}}))
          .in_any_layout()
          .without(kSpecial | kBools | kZeroDim, "factors come from linalg_lu_factor"),
      row(
          "lu_solve", [](T b, T lu, T pivots) { return b.lu_solve(lu, pivots); }, right_sides)
          .in_any_layout()
          .without(kSpecial | kBools | kZeroDim, "factors come from linalg_lu_factor"),
  };
}

}  // namespace xgrad::op_table
