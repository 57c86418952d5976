#include <xgrad/autograd/kernels/elementwise.hpp>
#include <xgrad/autograd/kernels/floating.hpp>
#include <xgrad/autograd/kernels/levels.hpp>
#include <xgrad/autograd/kernels/recurrent.hpp>

#include <algorithm>
#include <vector>

namespace xgrad::kernels {
namespace {

template <class T>
void sigmoid(T* y, const T* x, std::int64_t n) {
  row_functions<T>().of[static_cast<int>(Function::Sigmoid)](y, x, n);
}
template <class T>
void tanh(T* y, const T* x, std::int64_t n) {
  row_functions<T>().of[static_cast<int>(Function::Tanh)](y, x, n);
}

/// The activated gates of one row: σ of the first two parts, tanh of the third, σ of the last.
template <class T>
void activate(T* to, const T* gates, std::int64_t n) {
  sigmoid(to, gates, 2 * n);
  tanh(to + 2 * n, gates + 2 * n, n);
  sigmoid(to + 3 * n, gates + 3 * n, n);
}

/// r, z and n of one row into to [3H].
template <class T>
void gru_gates(T* to, const T* x, const T* y, std::int64_t n) {
  for (std::int64_t j = 0; j < 2 * n; ++j) to[j] = x[j] + y[j];
  sigmoid(to, to, 2 * n);
  for (std::int64_t j = 0; j < n; ++j) to[2 * n + j] = x[2 * n + j] + to[j] * y[2 * n + j];
  tanh(to + 2 * n, to + 2 * n, n);
}

}  // namespace

LstmStep lstm_step(const Array& gates, const Array& c) {
  const std::int64_t rows = c.size(0), n = c.size(1);
  const Array g = packed(gates), old = packed(c);
  LstmStep out{Array::empty(c.sizes(), c.dtype()), Array::empty(c.sizes(), c.dtype())};
  if (out.h.numel() == 0) return out;
  dispatch_floating(c.dtype(), "lstm_cell", [&]<class T>() {
    std::vector<T> a(static_cast<std::size_t>(4 * n));
    for (std::int64_t b = 0; b < rows; ++b) {
      activate(a.data(), g.data<T>() + b * 4 * n, n);
      const T *i = a.data(), *f = i + n, *u = f + n, *o = u + n, *before = old.data<T>() + b * n;
      T *after = out.c.data<T>() + b * n, *h = out.h.data<T>() + b * n;
      for (std::int64_t j = 0; j < n; ++j) after[j] = f[j] * before[j] + i[j] * u[j];
      tanh(h, after, n);
      for (std::int64_t j = 0; j < n; ++j) h[j] *= o[j];
    }
  });
  return out;
}

LstmGrads lstm_step_backward(const Array& gates, const Array& c, const Array& grad_h, const Array& grad_c) {
  const std::int64_t rows = c.size(0), n = c.size(1);
  const Array g = packed(gates), old = packed(c);
  const Array gh = grad_h.defined() ? packed(grad_h) : Array(), gc = grad_c.defined() ? packed(grad_c) : Array();
  LstmGrads out{Array::empty(gates.sizes(), c.dtype()), Array::empty(c.sizes(), c.dtype())};
  if (out.c.numel() == 0) return out;
  dispatch_floating(c.dtype(), "lstm_cell", [&]<class T>() {
    std::vector<T> a(static_cast<std::size_t>(5 * n)), zeros(static_cast<std::size_t>(n), T(0));
    for (std::int64_t b = 0; b < rows; ++b) {
      activate(a.data(), g.data<T>() + b * 4 * n, n);
      const T *i = a.data(), *f = i + n, *u = f + n, *o = u + n, *before = old.data<T>() + b * n;
      T* t = a.data() + 4 * n;  // tanh(c')
      for (std::int64_t j = 0; j < n; ++j) t[j] = f[j] * before[j] + i[j] * u[j];
      tanh(t, t, n);
      const T* dh = gh.defined() ? gh.data<T>() + b * n : zeros.data();
      const T* dc = gc.defined() ? gc.data<T>() + b * n : zeros.data();
      T* const di = out.gates.data<T>() + b * 4 * n;
      T *df = di + n, *du = df + n, *dout = du + n, *dbefore = out.c.data<T>() + b * n;
      for (std::int64_t j = 0; j < n; ++j) {
        const T all = dc[j] + dh[j] * o[j] * (1 - t[j] * t[j]);
        di[j] = all * u[j] * i[j] * (1 - i[j]);
        df[j] = all * before[j] * f[j] * (1 - f[j]);
        du[j] = all * i[j] * (1 - u[j] * u[j]);
        dout[j] = dh[j] * t[j] * o[j] * (1 - o[j]);
        dbefore[j] = all * f[j];
      }
    }
  });
  return out;
}

Array gru_step(const Array& from_input, const Array& from_state, const Array& h) {
  const std::int64_t rows = h.size(0), n = h.size(1);
  const Array x = packed(from_input), y = packed(from_state), old = packed(h);
  const Array out = Array::empty(h.sizes(), h.dtype());
  if (out.numel() == 0) return out;
  dispatch_floating(h.dtype(), "gru_cell", [&]<class T>() {
    std::vector<T> a(static_cast<std::size_t>(3 * n));
    for (std::int64_t b = 0; b < rows; ++b) {
      gru_gates(a.data(), x.data<T>() + b * 3 * n, y.data<T>() + b * 3 * n, n);
      const T *z = a.data() + n, *u = z + n, *before = old.data<T>() + b * n;
      T* after = out.data<T>() + b * n;
      for (std::int64_t j = 0; j < n; ++j) after[j] = u[j] + z[j] * (before[j] - u[j]);
    }
  });
  return out;
}

GruGrads gru_step_backward(const Array& from_input, const Array& from_state, const Array& h, const Array& grad) {
  const std::int64_t rows = h.size(0), n = h.size(1);
  const Array x = packed(from_input), y = packed(from_state), old = packed(h), g = packed(grad);
  GruGrads out{Array::empty(from_input.sizes(), h.dtype()), Array::empty(from_state.sizes(), h.dtype()),
               Array::empty(h.sizes(), h.dtype())};
  if (out.h.numel() == 0) return out;
  dispatch_floating(h.dtype(), "gru_cell", [&]<class T>() {
    std::vector<T> a(static_cast<std::size_t>(3 * n));
    for (std::int64_t b = 0; b < rows; ++b) {
      const T* yn = y.data<T>() + b * 3 * n + 2 * n;
      gru_gates(a.data(), x.data<T>() + b * 3 * n, y.data<T>() + b * 3 * n, n);
      const T *r = a.data(), *z = r + n, *u = z + n, *before = old.data<T>() + b * n, *d = g.data<T>() + b * n;
      T *dx = out.from_input.data<T>() + b * 3 * n, *dy = out.from_state.data<T>() + b * 3 * n,
        *dh = out.h.data<T>() + b * n;
      for (std::int64_t j = 0; j < n; ++j) {
        const T dn = d[j] * (1 - z[j]) * (1 - u[j] * u[j]), dz = d[j] * (before[j] - u[j]) * z[j] * (1 - z[j]),
                dr = dn * yn[j] * r[j] * (1 - r[j]);
        dx[j] = dy[j] = dr;
        dx[n + j] = dy[n + j] = dz;
        dx[2 * n + j] = dn;
        dy[2 * n + j] = dn * r[j];
        dh[j] = d[j] * z[j];
      }
    }
  });
  return out;
}

}  // namespace xgrad::kernels
