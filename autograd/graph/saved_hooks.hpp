/// Hooks around saved tensors: what an operation keeps for its derivative may be kept elsewhere, or in another form.
#pragma once

#include <xgrad/autograd/graph/node.hpp>

#include <any>

namespace xgrad {

/// What a pair of saved-tensor hooks made of one node's saved tensors, by slot.
class PackedTensors {
 public:
  struct Hooks {
    std::function<std::any(const Tensor&)> pack;
    std::function<Tensor(const std::any&)> unpack;
  };
  struct Packed {
    std::any value;
    Edge edge;  ///< the saved tensor's place in the graph
    bool is_leaf = true;
  };

  explicit PackedTensors(std::shared_ptr<const Hooks> hooks) : hooks_(std::move(hooks)) {}
  void add(const Tensor& saved, Edge edge, bool is_leaf) {
    slots_.push_back({hooks_->pack(saved), std::move(edge), is_leaf});
  }
  void add_nothing() { slots_.emplace_back(); }
  bool empty(std::size_t i) const { return !slots_[i].value.has_value(); }
  /// The tensor of slot i as the unpack hook gives it, back in its place in the graph.
  Tensor unpack(std::size_t i) const;
  const Packed& slot(std::size_t i) const { return slots_[i]; }
  void release() {
    slots_.clear();
    hooks_.reset();
  }

 private:
  std::shared_ptr<const Hooks> hooks_;
  std::vector<Packed> slots_;
};

namespace detail {
// The innermost hooks of this thread; null when there are none.
extern thread_local constinit const std::shared_ptr<const PackedTensors::Hooks>* saved_tensor_hooks;
}  // namespace detail

namespace autograd::graph {

/// Within its scope every tensor that an operation saves for its derivative goes through `pack`, and what that returns
/// is kept instead; `unpack` turns it back when the derivative needs it. The innermost pair counts.
///
///     // Halve the memory of what is saved, at the price of precision.
///     autograd::graph::saved_tensors_hooks hooks([](const Tensor& t) { return t.to(kFloat32); },
///                                                [](const Tensor& packed) { return packed.to(kFloat64); });
///
/// `pack` may return any copyable type: `unpack` takes it by const reference. Neither may change a tensor in place.
/// See https://pytorch.org/docs/stable/autograd.html#torch.autograd.graph.saved_tensors_hooks
class saved_tensors_hooks {
 public:
  template <class Pack, class Unpack>
  saved_tensors_hooks(Pack pack, Unpack unpack) {
    using Value = std::decay_t<std::invoke_result_t<Pack&, const Tensor&>>;
    static_assert(std::is_invocable_r_v<Tensor, Unpack&, const Value&>, "unpack must take what pack returns");
    auto shared_pack = std::make_shared<Pack>(std::move(pack));
    auto shared_unpack = std::make_shared<Unpack>(std::move(unpack));
    hooks_ = std::make_shared<const PackedTensors::Hooks>(PackedTensors::Hooks{
        [shared_pack](const Tensor& t) { return std::any(Value((*shared_pack)(t))); },
        [shared_unpack](const std::any& v) { return Tensor((*shared_unpack)(std::any_cast<const Value&>(v))); }});
    outer_ = std::exchange(xgrad::detail::saved_tensor_hooks, &hooks_);
  }
  ~saved_tensors_hooks() { xgrad::detail::saved_tensor_hooks = outer_; }
  saved_tensors_hooks(const saved_tensors_hooks&) = delete;
  saved_tensors_hooks& operator=(const saved_tensors_hooks&) = delete;

 private:
  std::shared_ptr<const PackedTensors::Hooks> hooks_;
  const std::shared_ptr<const PackedTensors::Hooks>* outer_;
};

}  // namespace autograd::graph
}  // namespace xgrad
