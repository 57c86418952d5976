#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/in_place.hpp>

namespace xgrad {
namespace {

/// Runs another node's derivative on the slice of a gradient that an in-place operation on a view changed.
/// g -> g outside the view; inside it, what the wrapped derivative makes of g's slice.
class CopySlices final : public Node {
 public:
  static Intrusive<Node> create(const Tensor& base, const Array& view, Intrusive<Node> node) {
    const std::size_t n = node->num_outputs();
    void* at = memory::allocate(sizeof(CopySlices) + n * sizeof(Edge), counted());
    return Intrusive<Node>::adopt(new (at) CopySlices(base, view, std::move(node)));
  }
  const char* name() const override { return "CopySlices"; }
  void release_saved() override { node_->release_saved(); }

  Grads apply(Grads&& grads) override {
    if (!grads[0].defined()) return Grads(num_outputs());
    Tensor whole(Array::empty_strided(base_sizes_, base_strides_, grads[0].dtype()));
    whole.copy_(grads[0]);
    const Tensor slice = as_strided(whole, sizes_, strides_, offset_);
    Grads inner(1);
    inner[0] = slice.clone();
    Grads out = node_->apply(std::move(inner));
    Grads result(num_outputs());
    if (out.size() > 0 && out[0].defined())
      slice.copy_(out[0].expand(slice.sizes()));
    else
      slice.zero_();
    for (std::size_t i = 1; i < out.size(); ++i) result[i] = std::move(out[i]);
    result[0] = std::move(whole);
    return result;
  }

 private:
  CopySlices(const Tensor& base, const Array& view, Intrusive<Node> node)
      : Node(node->num_outputs(), sizeof(CopySlices)),
        base_sizes_(base.sizes()),
        base_strides_(base.strides()),
        sizes_(view.sizes()),
        strides_(view.strides()),
        offset_(view.offset() - base.array().offset()),
        node_(std::move(node)) {
    new (edges()) Edge(gradient_edge(base));
    for (std::size_t i = 1; i < num_outputs(); ++i) new (edges() + i) Edge(node_->next_edges()[i]);
    add_result(*this, base.array());
  }
  ~CopySlices() override {
    for (std::size_t i = 0; i < num_outputs(); ++i) edges()[i].~Edge();
  }

  Dims base_sizes_, base_strides_, sizes_, strides_;
  std::int64_t offset_;
  Intrusive<Node> node_;
};

/// Throws PyTorch's error for a view that may not be changed in place with grad, nor follow a change of its base.
void check_origin(const TensorImpl& view, bool indirect) {
  const ViewOrigin origin = view.view->origin;
  if (origin == ViewOrigin::Normal) return;
  const std::string output = view.node ? fmt::format("Output {} of {}", view.output_nr, view.node->name()) : "";
  const char* changed = indirect ? "its base or another view of its base has been" : "is being";
  const bool without_grad = origin == ViewOrigin::NoGrad || origin == ViewOrigin::Inference || output.empty();
  std::string what = without_grad ? output + (output.empty() ? "A view was" : " is a view of a view which was")
                                  : fmt::format("{} is a view and {} modified inplace.", output, changed);
  if (origin == ViewOrigin::Inference)
    what += fmt::format(" created in inference mode and {} modified inplace in normal mode.", changed);
  else if (without_grad)
    what += fmt::format(" created in no_grad mode and {} modified inplace with grad mode enabled.", changed);
  check(origin != ViewOrigin::MultiOutput,
        "{} This view is the output of a function that returns multiple views. Such functions do not allow the output "
        "views to be modified inplace. You should replace the inplace operation by an out-of-place one.",
        what);
  check(origin != ViewOrigin::CustomFunction,
        "{} This view was created inside a custom Function (or because an input was returned as-is) and the autograd "
        "logic to handle view+inplace would override the custom backward associated with the custom Function, leading "
        "to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom "
        "Function.",
        what);
  fail(
      "{0} Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving "
      "both the view and the inplace either both inside the {1} block (if you don't want the inplace to be tracked) or "
      "both outside (if you want the inplace to be tracked).",
      what, origin == ViewOrigin::Inference ? "inference_mode" : "no_grad");
}

void set_place(TensorImpl& t, Intrusive<Node> node, std::uint32_t output_nr) {
  t.node = std::move(node);
  t.output_nr = output_nr;
  t.requires_grad = true;
  t.is_leaf = false;
}

/// Gives `t` another place in the graph, and what it retains of gradients with it.
void move_to(TensorImpl& t, const Intrusive<Node>& node, std::uint32_t output_nr) {
  if (t.retains_grad) {
    std::erase_if(t.node->hooks().retain, [&](const NodeHooks::Retain& r) { return r.slot == t.slot; });
    node->hooks().retain.push_back({output_nr, t.slot});
  }
  set_place(t, node, output_nr);
}

}  // namespace

namespace {

void check_graph_in_place(const Tensor& self, bool record) {
  const TensorImpl& impl = *self.impl();
  check(!impl.inference || detail::inference_mode,
        "Inplace update to inference tensor outside InferenceMode is not allowed. You can make a clone to get a normal "
        "tensor before doing inplace update.");
  const bool view_of_recorded = impl.view && impl.view->base.requires_grad();
  if (detail::grad_mode && (record || self.requires_grad() || view_of_recorded)) {
    if (impl.view) {
      check_origin(impl, false);
      check(!impl.view->base.is_leaf() || !(self.requires_grad() || view_of_recorded),
            "a view of a leaf Variable that requires grad is being used in an in-place operation.");
    }
    if (impl.is_leaf && impl.requires_grad) {
      Error e("a leaf Variable that requires grad is being used in an in-place operation.");
      e.add_context(
          fmt::format("the leaf has shape {} and dtype {}", impl.array.sizes(), info(impl.array.dtype()).name));
      e.set_hint("change it under NoGradGuard (as optimizers do), or use the operation that makes a new tensor");
      throw e;
    }
  }
}

}  // namespace

void check_in_place(const Tensor& self, bool record) {
  check_graph_in_place(self, record);
  check(!self.array().overlaps_itself(),
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
        "Please clone() the tensor before performing the operation.");
}

void rebase_history(const Tensor& self, Intrusive<Node> node, std::uint32_t output_nr) {
  TensorImpl& impl = *self.impl();
  if (!impl.view) return move_to(impl, node, output_nr);
  const Tensor& base = impl.view->base;
  check(!base.array().overlaps_itself(), "in-place operations on a view of overlapping memory are not supported");
  set_place(*base.impl(), CopySlices::create(base, impl.array, std::move(node)), 0);
  refresh_view(impl);
}

void take_view_in_place(const Tensor& self, Tensor view) {
  check_graph_in_place(self, false);
  const detail::Traced traced("set_", {&self, &view});
  traced.result(self);
  TensorImpl& impl = *self.impl();
  const TensorImpl& from = *view.impl();
  if (from.node) move_to(impl, from.node, from.output_nr);
  impl.array = from.array;
  impl.bump_version();
  if (impl.view) impl.view->graph_version = impl.array.storage()->version();
}

void refresh_view(TensorImpl& view) {
  ViewInfo& info = *view.view;
  if (info.base.requires_grad()) {
    check_origin(view, true);
    const EnableGradGuard grad;
    const Tensor fresh = as_strided(info.base, view.array.sizes(), view.array.strides(), view.array.offset());
    move_to(view, fresh.impl()->node, fresh.impl()->output_nr);
  }
  info.graph_version = view.array.storage()->version();
}

}  // namespace xgrad
