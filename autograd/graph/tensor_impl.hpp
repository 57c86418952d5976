/// What a Tensor handle points to. Library code only; users see Tensor.
#pragma once

#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/array/array.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

#include <memory>

namespace xgrad {

class Node;
class GradSlot;
struct ViewInfo;

/// A version counter apart from the storage's, for tensors made by `.data()`.
class VersionCounter : public RefCounted {
 public:
  static void destroy(VersionCounter* v) noexcept { delete v; }
  std::atomic<std::uint32_t> value{0};
};

struct TensorImpl final : RefCounted {
  explicit TensorImpl(Array&& a);
  /// Around the Array that `make()` returns, which is made where it stays.
  struct InPlace {};
  template <class Make>
  TensorImpl(InPlace, Make&& make) : array(make()), inference(detail::inference_mode) {}
  ~TensorImpl();
  static void destroy(TensorImpl* impl) noexcept;
  static constexpr memory::detail::Count counted() { return {memory::detail::Counted::Tensors, 1}; }

  Array array;
  Intrusive<Node> node;  ///< a non-leaf's grad_fn, or a leaf's AccumulateGrad once it takes part in a graph
  std::uint32_t output_nr = 0;
  bool requires_grad = false;
  bool is_leaf = true;
  bool wrapped_number : 1 = false;  ///< made from a C++ number: promotes by category only
  bool retains_grad : 1 = false;
  bool follows : 1 = false;  ///< given other contents by become(), so that a handle does not keep its value
  bool inference : 1;        ///< made in inference mode
  Intrusive<GradSlot> slot;
  Intrusive<VersionCounter> own_version;  ///< null: the storage's counter
  std::unique_ptr<ViewInfo> view;

  std::uint32_t version() const {
    return own_version ? own_version->value.load(std::memory_order_relaxed) : array.storage()->version();
  }
  void bump_version();
  /// Whether this is an Array and nothing more, as a new tensor outside of any graph is.
  [[gnu::always_inline]] bool is_bare() const {
    const auto bits = [](const auto& pointer) { return reinterpret_cast<std::uintptr_t>(pointer.get()); };
    if (bits(node) | bits(slot) | bits(own_version) | bits(view)) return false;  // one branch: small operations ask
    return !requires_grad && !wrapped_number && !retains_grad && !follows && inference == detail::inference_mode;
  }
  GradSlot& grad_slot();  ///< made when first needed
};

}  // namespace xgrad
