/// One step of the gated recurrent cells, everything but the matrix products, in one pass.
#pragma once

#include <xgrad/autograd/array/array.hpp>

namespace xgrad::kernels {

/// Of gates [B, 4H] (input, forget, cell, output, before their functions) and the old cell state [B, H]:
/// c' = σ(f)·c + σ(i)·tanh(g), h' = σ(o)·tanh(c').
struct LstmStep {
  Array h, c;
};
LstmStep lstm_step(const Array& gates, const Array& c);

/// Its gradients from those of h' and c' (either may be undefined): of the gates and of c.
struct LstmGrads {
  Array gates, c;
};
LstmGrads lstm_step_backward(const Array& gates, const Array& c, const Array& grad_h, const Array& grad_c);

/// Of the products with the input and with the old state, each [B, 3H] (reset, update, new), and that state [B, H]:
/// r = σ(x_r + y_r), z = σ(x_z + y_z), n = tanh(x_n + r·y_n), h' = n + z·(h − n).
Array gru_step(const Array& from_input, const Array& from_state, const Array& h);

struct GruGrads {
  Array from_input, from_state, h;
};
GruGrads gru_step_backward(const Array& from_input, const Array& from_state, const Array& h, const Array& grad);

}  // namespace xgrad::kernels
