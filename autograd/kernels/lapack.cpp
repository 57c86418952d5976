#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/kernels/blas.hpp>
#include <xgrad/autograd/kernels/lapack.hpp>

#include <cblas.h>
#include <algorithm>
#include <limits>
#include <vector>

// LAPACK's own interface, which is Fortran's: everything by address, and the lengths of texts at the end.
extern "C" {
#define XGRAD_LAPACK(T, P)                                                                                             \
  void P##getrf_(const blasint*, const blasint*, T*, const blasint*, blasint*, blasint*);                              \
  void P##getrs_(const char*, const blasint*, const blasint*, const T*, const blasint*, const blasint*, T*,            \
                 const blasint*, blasint*, std::size_t);                                                               \
  void P##potrf_(const char*, const blasint*, T*, const blasint*, blasint*, std::size_t);                              \
  void P##geqrf_(const blasint*, const blasint*, T*, const blasint*, T*, T*, const blasint*, blasint*);                \
  void P##orgqr_(const blasint*, const blasint*, const blasint*, T*, const blasint*, const T*, T*, const blasint*,     \
                 blasint*);                                                                                            \
  void P##syevd_(const char*, const char*, const blasint*, T*, const blasint*, T*, T*, const blasint*, blasint*,       \
                 const blasint*, blasint*, std::size_t, std::size_t);                                                  \
  void P##gesdd_(const char*, const blasint*, const blasint*, T*, const blasint*, T*, T*, const blasint*, T*,          \
                 const blasint*, T*, const blasint*, blasint*, blasint*, std::size_t);                                 \
  void P##gels_(const char*, const blasint*, const blasint*, const blasint*, T*, const blasint*, T*, const blasint*,   \
                T*, const blasint*, blasint*, std::size_t);                                                            \
  void P##gelsy_(const blasint*, const blasint*, const blasint*, T*, const blasint*, T*, const blasint*, blasint*,     \
                 const T*, blasint*, T*, const blasint*, blasint*);                                                    \
  void P##gelsd_(const blasint*, const blasint*, const blasint*, T*, const blasint*, T*, const blasint*, T*, const T*, \
                 blasint*, T*, const blasint*, blasint*, blasint*);                                                    \
  void P##gelss_(const blasint*, const blasint*, const blasint*, T*, const blasint*, T*, const blasint*, T*, const T*, \
                 blasint*, T*, const blasint*, blasint*);
XGRAD_LAPACK(float, s)
XGRAD_LAPACK(double, d)
#undef XGRAD_LAPACK
}

namespace xgrad::kernels::lapack {
namespace {

static_assert(sizeof(blasint) == sizeof(std::int32_t), "pivots are int32");

/// The same function for both types: `pick<T>(sgetrf_, dgetrf_)`.
template <class T, class S, class D>
auto pick(S* single, D* twice) {
  if constexpr (std::is_same_v<T, float>) {
    return single;
  } else {
    return twice;
  }
}
#define XGRAD_PICK(name) pick<T>(s##name##_, d##name##_)

blasint narrow(std::int64_t n) {
  check(n <= std::numeric_limits<blasint>::max(), "linear algebra: a size of {} is more than LAPACK can take", n);
  return static_cast<blasint>(n);
}
/// A leading dimension, which LAPACK wants to be at least 1.
blasint leading(std::int64_t n) { return narrow(std::max<std::int64_t>(n, 1)); }

/// Asks for the size of the workspace, then works: call(work, size) with size −1 leaves the answer in work[0].
template <class T, class F>
int with_workspace(F call) {
  T answer = 0;
  call(&answer, blasint{-1});
  std::vector<T> work(static_cast<std::size_t>(std::max<T>(answer, 1)) + 1);
  return call(work.data(), static_cast<blasint>(work.size()));
}

template <class T>
int any_getrf(std::int64_t m, std::int64_t n, T* a, std::int32_t* pivots) {
  const blas::OneThread one_thread;
  const blasint rows = narrow(m), columns = narrow(n), lda = leading(m);
  blasint info = 0;
  XGRAD_PICK(getrf)(&rows, &columns, a, &lda, pivots, &info);
  return info;
}

template <class T>
int any_getrs(bool transposed, std::int64_t n, std::int64_t columns, const T* lu, const std::int32_t* pivots, T* b) {
  const blas::OneThread one_thread;
  const char how = transposed ? 'T' : 'N';
  const blasint order = narrow(n), rhs = narrow(columns), ld = leading(n);
  blasint info = 0;
  XGRAD_PICK(getrs)(&how, &order, &rhs, lu, &ld, pivots, b, &ld, &info, 1);
  return info;
}

template <class T>
int any_potrf(Part part, std::int64_t n, T* a) {
  const blas::OneThread one_thread;
  const char uplo = static_cast<char>(part);
  const blasint order = narrow(n), ld = leading(n);
  blasint info = 0;
  XGRAD_PICK(potrf)(&uplo, &order, a, &ld, &info, 1);
  return info;
}

template <class T>
int any_geqrf(std::int64_t m, std::int64_t n, T* a, T* tau) {
  const blas::OneThread one_thread;
  const blasint rows = narrow(m), columns = narrow(n), ld = leading(m);
  return with_workspace<T>([&](T* work, blasint size) {
    blasint info = 0;
    XGRAD_PICK(geqrf)(&rows, &columns, a, &ld, tau, work, &size, &info);
    return info;
  });
}

template <class T>
int any_orgqr(std::int64_t m, std::int64_t columns, std::int64_t k, T* a, const T* tau) {
  const blas::OneThread one_thread;
  const blasint rows = narrow(m), wanted = narrow(columns), reflections = narrow(k), ld = leading(m);
  return with_workspace<T>([&](T* work, blasint size) {
    blasint info = 0;
    XGRAD_PICK(orgqr)(&rows, &wanted, &reflections, a, &ld, tau, work, &size, &info);
    return info;
  });
}

template <class T>
int any_syevd(bool vectors, Part part, std::int64_t n, T* a, T* w) {
  const blas::OneThread one_thread;
  const char job = vectors ? 'V' : 'N', uplo = static_cast<char>(part);
  const blasint order = narrow(n), ld = leading(n);
  blasint integers = 1;
  blasint ask = -1, info = 0;
  T answer = 0;
  XGRAD_PICK(syevd)(&job, &uplo, &order, a, &ld, w, &answer, &ask, &integers, &ask, &info, 1, 1);
  std::vector<blasint> iwork(static_cast<std::size_t>(std::max<blasint>(integers, 1)));
  const auto isize = static_cast<blasint>(iwork.size());
  std::vector<T> work(static_cast<std::size_t>(std::max<T>(answer, 1)) + 1);
  const auto size = static_cast<blasint>(work.size());
  XGRAD_PICK(syevd)(&job, &uplo, &order, a, &ld, w, work.data(), &size, iwork.data(), &isize, &info, 1, 1);
  return info;
}

template <class T>
int any_gesdd(char job, std::int64_t m, std::int64_t n, T* a, T* s, T* u, std::int64_t ldu, T* vt, std::int64_t ldvt) {
  const blas::OneThread one_thread;
  const blasint rows = narrow(m), columns = narrow(n), lda = leading(m), ld_u = leading(ldu), ld_vt = leading(ldvt);
  std::vector<blasint> iwork(static_cast<std::size_t>(8 * std::max<std::int64_t>(std::min(m, n), 1)));
  return with_workspace<T>([&](T* work, blasint size) {
    blasint info = 0;
    XGRAD_PICK(gesdd)
    (&job, &rows, &columns, a, &lda, s, u, &ld_u, vt, &ld_vt, work, &size, iwork.data(), &info, 1);
    return info;
  });
}

template <class T>
int any_gels(std::int64_t m, std::int64_t n, std::int64_t columns, T* a, T* b) {
  const blas::OneThread one_thread;
  const char how = 'N';
  const blasint rows = narrow(m), cols = narrow(n), rhs = narrow(columns), lda = leading(m),
                ldb = leading(std::max(m, n));
  return with_workspace<T>([&](T* work, blasint size) {
    blasint info = 0;
    XGRAD_PICK(gels)(&how, &rows, &cols, &rhs, a, &lda, b, &ldb, work, &size, &info, 1);
    return info;
  });
}

template <class T>
int any_gelsy(std::int64_t m, std::int64_t n, std::int64_t columns, T* a, T* b, double rcond, std::int32_t* rank) {
  const blas::OneThread one_thread;
  const blasint rows = narrow(m), cols = narrow(n), rhs = narrow(columns), lda = leading(m),
                ldb = leading(std::max(m, n));
  const T least = static_cast<T>(rcond);
  std::vector<blasint> pivots(static_cast<std::size_t>(std::max<std::int64_t>(n, 1)), 0);
  return with_workspace<T>([&](T* work, blasint size) {
    blasint info = 0;
    XGRAD_PICK(gelsy)(&rows, &cols, &rhs, a, &lda, b, &ldb, pivots.data(), &least, rank, work, &size, &info);
    return info;
  });
}

template <class T>
int any_gelsd(std::int64_t m, std::int64_t n, std::int64_t columns, T* a, T* b, T* s, double rcond,
              std::int32_t* rank) {
  const blas::OneThread one_thread;
  const blasint rows = narrow(m), cols = narrow(n), rhs = narrow(columns), lda = leading(m),
                ldb = leading(std::max(m, n));
  const T least = static_cast<T>(rcond);
  const blasint ask = -1;
  blasint integers = 1, info = 0;
  T answer = 0;
  XGRAD_PICK(gelsd)(&rows, &cols, &rhs, a, &lda, b, &ldb, s, &least, rank, &answer, &ask, &integers, &info);
  std::vector<blasint> iwork(static_cast<std::size_t>(std::max<blasint>(integers, 1)));
  std::vector<T> work(static_cast<std::size_t>(std::max<T>(answer, 1)) + 1);
  const auto size = static_cast<blasint>(work.size());
  XGRAD_PICK(gelsd)(&rows, &cols, &rhs, a, &lda, b, &ldb, s, &least, rank, work.data(), &size, iwork.data(), &info);
  return info;
}

template <class T>
int any_gelss(std::int64_t m, std::int64_t n, std::int64_t columns, T* a, T* b, T* s, double rcond,
              std::int32_t* rank) {
  const blas::OneThread one_thread;
  const blasint rows = narrow(m), cols = narrow(n), rhs = narrow(columns), lda = leading(m),
                ldb = leading(std::max(m, n));
  const T least = static_cast<T>(rcond);
  return with_workspace<T>([&](T* work, blasint size) {
    blasint info = 0;
    XGRAD_PICK(gelss)(&rows, &cols, &rhs, a, &lda, b, &ldb, s, &least, rank, work, &size, &info);
    return info;
  });
}

template <class T>
void any_trsm(Part part, bool transposed, bool unit, std::int64_t n, std::int64_t columns, const T* a, T* b) {
  const blas::OneThread one_thread;
  pick<T>(cblas_strsm, cblas_dtrsm)(CblasColMajor, CblasLeft, part == Part::Upper ? CblasUpper : CblasLower,
                                    transposed ? CblasTrans : CblasNoTrans, unit ? CblasUnit : CblasNonUnit, narrow(n),
                                    narrow(columns), T(1), a, leading(n), b, leading(n));
}

}  // namespace

#define XGRAD_BOTH(T)                                                                                                  \
  int getrf(std::int64_t m, std::int64_t n, T* a, std::int32_t* pivots) { return any_getrf(m, n, a, pivots); }         \
  int getrs(bool transposed, std::int64_t n, std::int64_t columns, const T* lu, const std::int32_t* pivots, T* b) {    \
    return any_getrs(transposed, n, columns, lu, pivots, b);                                                           \
  }                                                                                                                    \
  int potrf(Part part, std::int64_t n, T* a) { return any_potrf(part, n, a); }                                         \
  int geqrf(std::int64_t m, std::int64_t n, T* a, T* tau) { return any_geqrf(m, n, a, tau); }                          \
  int orgqr(std::int64_t m, std::int64_t columns, std::int64_t k, T* a, const T* tau) {                                \
    return any_orgqr(m, columns, k, a, tau);                                                                           \
  }                                                                                                                    \
  int syevd(bool vectors, Part part, std::int64_t n, T* a, T* w) { return any_syevd(vectors, part, n, a, w); }         \
  int gesdd(char job, std::int64_t m, std::int64_t n, T* a, T* s, T* u, std::int64_t ldu, T* vt, std::int64_t ldvt) {  \
    return any_gesdd(job, m, n, a, s, u, ldu, vt, ldvt);                                                               \
  }                                                                                                                    \
  int gels(std::int64_t m, std::int64_t n, std::int64_t columns, T* a, T* b) { return any_gels(m, n, columns, a, b); } \
  int gelsy(std::int64_t m, std::int64_t n, std::int64_t columns, T* a, T* b, double rcond, std::int32_t* rank) {      \
    return any_gelsy(m, n, columns, a, b, rcond, rank);                                                                \
  }                                                                                                                    \
  int gelsd(std::int64_t m, std::int64_t n, std::int64_t columns, T* a, T* b, T* s, double rcond,                      \
            std::int32_t* rank) {                                                                                      \
    return any_gelsd(m, n, columns, a, b, s, rcond, rank);                                                             \
  }                                                                                                                    \
  int gelss(std::int64_t m, std::int64_t n, std::int64_t columns, T* a, T* b, T* s, double rcond,                      \
            std::int32_t* rank) {                                                                                      \
    return any_gelss(m, n, columns, a, b, s, rcond, rank);                                                             \
  }                                                                                                                    \
  void trsm(Part part, bool transposed, bool unit, std::int64_t n, std::int64_t columns, const T* a, T* b) {           \
    any_trsm(part, transposed, unit, n, columns, a, b);                                                                \
  }
XGRAD_BOTH(float)
XGRAD_BOTH(double)

}  // namespace xgrad::kernels::lapack
