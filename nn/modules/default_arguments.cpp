// The default arguments of the library's modules, for AnyModule and Sequential.
#include <xgrad/nn/any.hpp>
#include <xgrad/nn/modules/attention.hpp>
#include <xgrad/nn/modules/embedding_bag.hpp>
#include <xgrad/nn/modules/rnn.hpp>
#include <xgrad/nn/modules/sampling.hpp>
#include <xgrad/nn/modules/transformer.hpp>

namespace xgrad::nn {

using detail::DefaultArguments;

namespace {

/// Undefined tensors from position `first` to `last`.
template <std::size_t... I>
DefaultArguments undefined(std::size_t first, std::index_sequence<I...>) {
  return {{first + I, AnyValue(Tensor())}...};
}
template <std::size_t first, std::size_t last>
DefaultArguments undefined() {
  return undefined(first, std::make_index_sequence<last - first + 1>());
}
DefaultArguments no_states() { return {{1, AnyValue(std::optional<std::tuple<Tensor, Tensor>>())}}; }
DefaultArguments no_size() { return {{2, AnyValue(std::optional<std::vector<std::int64_t>>())}}; }

}  // namespace

DefaultArguments RNNImpl::_forward_default_args() { return undefined<1, 1>(); }
DefaultArguments GRUImpl::_forward_default_args() { return undefined<1, 1>(); }
DefaultArguments LSTMImpl::_forward_default_args() { return no_states(); }
DefaultArguments RNNCellImpl::_forward_default_args() { return undefined<1, 1>(); }
DefaultArguments GRUCellImpl::_forward_default_args() { return undefined<1, 1>(); }
DefaultArguments LSTMCellImpl::_forward_default_args() { return no_states(); }
DefaultArguments EmbeddingBagImpl::_forward_default_args() { return undefined<1, 2>(); }
DefaultArguments MaxUnpool1dImpl::_forward_default_args() { return no_size(); }
DefaultArguments MaxUnpool2dImpl::_forward_default_args() { return no_size(); }
DefaultArguments MaxUnpool3dImpl::_forward_default_args() { return no_size(); }
DefaultArguments MultiheadAttentionImpl::_forward_default_args() {
  return {{3, AnyValue(Tensor())}, {4, AnyValue(true)}, {5, AnyValue(Tensor())}, {6, AnyValue(true)}};
}
DefaultArguments TransformerEncoderLayerImpl::_forward_default_args() { return undefined<1, 2>(); }
DefaultArguments TransformerDecoderLayerImpl::_forward_default_args() { return undefined<2, 5>(); }
DefaultArguments TransformerEncoderImpl::_forward_default_args() { return undefined<1, 2>(); }
DefaultArguments TransformerDecoderImpl::_forward_default_args() { return undefined<2, 5>(); }
DefaultArguments TransformerImpl::_forward_default_args() { return undefined<2, 7>(); }

}  // namespace xgrad::nn
