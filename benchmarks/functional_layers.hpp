// Norms, embeddings, attention, linear maps and recurrent cells.
#pragma once

#include "functional_table.hpp"

namespace bench {
namespace {

void add_batch_norms(FunctionTable& t) {
  const auto batch_norm = [&](const std::string& name, const Sizes& sizes, bool training) {
    const std::int64_t c = sizes[1];
    t.add_made(
        "batch_norm " + name + (training ? "" : ", eval"), {{sizes}, {{c}}, {{c}}},
        [=] {
          return [mean = lib::zeros({c}), var = lib::ones({c}), training](In x) {
            return lib::batch_norm(x[0], x[1], x[2], mean, var, training, 0.1, 1e-5, false);
          };
        },
        1e-4);
  };
  for (const bool training : {true, false}) {
    batch_norm("256 x 1024", {256, 1024}, training);
    batch_norm("64 x 64", {64, 64}, training);
    batch_norm("64 x 64 x 64", {64, 64, 64}, training);
    batch_norm("16 x 64 x 16 x 16", {16, 64, 16, 16}, training);
    batch_norm("16 x 128 x 4 x 4", {16, 128, 4, 4}, training);
    batch_norm("4 x 16 x 16 x 16 x 16", {4, 16, 16, 16, 16}, training);
  }
}

void add_norms(FunctionTable& t) {
  add_batch_norms(t);
  t.add(
      "layer_norm of 256 x 1024", {{{256, 1024}}, {{1024}}, {{1024}}},
      [](In x) { return lib::layer_norm(x[0], {1024}, x[1], x[2]); }, 1e-4);
  t.add(
      "layer_norm of 4096 x 64", {{{4096, 64}}, {{64}}, {{64}}},
      [](In x) { return lib::layer_norm(x[0], {64}, x[1], x[2]); }, 1e-4);
  t.add(
      "group_norm 16 x 64 x 16 x 16, 8 groups", {{{16, 64, 16, 16}}, {{64}}, {{64}}},
      [](In x) { return lib::group_norm(x[0], 8, x[1], x[2]); }, 1e-4);
  t.add(
      "instance_norm 16 x 64 x 16 x 16", {{{16, 64, 16, 16}}, {{64}}, {{64}}},
      [](In x) { return lib::instance_norm(x[0], x[1], x[2], Tensor(), Tensor(), true, 0.1, 1e-5, false); }, 1e-4);
  t.add("local_response_norm", {{{16, 64, 16, 16}}},
        [](In x) { return F::local_response_norm(x[0], F::LocalResponseNormFuncOptions(5)); });
}

void add_embeddings(FunctionTable& t) {
  const Sizes table{10000, 128};
  t.add_made("embedding 32 x 64 of 10,000 x 128", {{table}}, [] {
    return [i = labels(32 * 64, 10000).view({32, 64})](In x) { return lib::embedding(x[0], i); };
  });
  const auto bag = [&](const std::string& name, const Sizes& of, const char* mode) {
    t.add_made("embedding_bag " + name, {{of}}, [=] {
      return [i = labels(64 * 32, of[0]), starts = lib::arange(64) * 32, mode](In x) {
        return bag_of_rows(i, x[0], starts, mode, Tensor());
      };
    });
  };
  bag("sum, 64 of 32 of 10,000 x 128", table, "sum");
  bag("mean, 64 of 32 of 10,000 x 128", table, "mean");
  bag("max, 64 of 32 of 10,000 x 128", table, "max");
  bag("sum, 64 of 32 of 1,000 x 32", {1000, 32}, "sum");
  bag("mean, 64 of 32 of 1,000 x 32", {1000, 32}, "mean");
  t.add_made(
      "embedding_bag with weights, 64 of 32 of 10,000 x 128", {{table}, {{64 * 32}}},
      [] {
        return [i = labels(64 * 32, 10000), starts = lib::arange(64) * 32](In x) {
          return bag_of_rows(i, x[0], starts, "sum", x[1]);
        };
      },
      1e-4);
  t.forward_row("one_hot of 4096, 100 classes", {},
                [] { return [i = labels(4096, 100)](In) { return lib::one_hot(i, 100); }; });
}

void add_linear_maps(FunctionTable& t) {
  t.add(
      "linear 64 x 256 to 256", {{{64, 256}}, {{256, 256}}, {{256}}}, [](In x) { return F::linear(x[0], x[1], x[2]); },
      1e-4);
  t.add(
      "linear 16 x 32 x 128 to 512", {{{16, 32, 128}}, {{512, 128}}, {{512}}},
      [](In x) { return F::linear(x[0], x[1], x[2]); }, 1e-4);
  t.add(
      "attention 16 x 128 x 64", {{{16, 128, 64}}, {{16, 128, 64}}, {{16, 128, 64}}},
      [](In x) { return std::get<0>(lib::_scaled_dot_product_attention(x[0], x[1], x[2], {}, 0.0, false, false)); },
      1e-4);
  t.add(
      "multi-head attention, 64 x 8 x 128, 4 heads",
      {{{64, 8, 128}}, {{384, 128}, -0.1f, 0.1f}, {{384}}, {{128, 128}, -0.1f, 0.1f}, {{128}}},
      [](In x) {
        return std::get<0>(F::multi_head_attention_forward(
            x[0], x[0], x[0],
            F::MultiheadAttentionForwardFuncOptions(128, 4, x[1], x[2], {}, {}, false, 0.0, x[3], x[4])));
      },
      1e-4);
}

/// A step of 64 x 128 to 128 and a layer of 16 steps, for `gates` gates.
template <class Step, class Layer>
void add_recurrent(FunctionTable& t, const std::string& name, std::int64_t gates, Step step, Layer layer) {
  const Input w{{gates * 128, 128}, -0.1f, 0.1f}, b{{gates * 128}};
  t.add(name + " cell, 64 x 128 to 128", {{{64, 128}}, {{64, 128}}, w, w, b, b}, step, 1e-4);
  t.add(name + ", 16 steps of 64 x 128 to 128", {{{16, 64, 128}}, {{1, 64, 128}}, w, w, b, b}, layer, 1e-4);
}

void add_recurrences(FunctionTable& t) {
  const auto weights = [](In x) { return std::vector<Tensor>(x.begin() + 2, x.end()); };
  add_recurrent(
      t, "RNN", 1, [](In x) { return lib::rnn_tanh_cell(x[0], x[1], x[2], x[3], x[4], x[5]); },
      [=](In x) { return std::get<0>(lib::rnn_tanh(x[0], x[1], weights(x), true, 1, 0.0, false, false, false)); });
  add_recurrent(
      t, "GRU", 3, [](In x) { return lib::gru_cell(x[0], x[1], x[2], x[3], x[4], x[5]); },
      [=](In x) { return std::get<0>(lib::gru(x[0], x[1], weights(x), true, 1, 0.0, false, false, false)); });
  add_recurrent(
      t, "LSTM", 4,
      [](In x) {
        const auto next = lib::lstm_cell(x[0], {x[1], x[1]}, x[2], x[3], x[4], x[5]);
        return std::get<0>(next) + std::get<1>(next);
      },
      [=](In x) {
        const std::vector<Tensor> states{x[1], x[1]};
        return std::get<0>(lib::lstm(x[0], states, weights(x), true, 1, 0.0, false, false, false));
      });
}

}  // namespace
}  // namespace bench
