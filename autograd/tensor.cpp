#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/array/format.hpp>
#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/in_place.hpp>
#include <xgrad/autograd/graph/tracing.hpp>
#include <xgrad/autograd/tensor.hpp>

#include <algorithm>
#include <ostream>

namespace xgrad {

TensorImpl::TensorImpl(Array&& a) : TensorImpl(InPlace{}, [&] { return std::move(a); }) {}

inline TensorImpl::~TensorImpl() = default;

namespace {

/// Leaves what few tensors have empty.
[[gnu::noinline]] void drop_rare(TensorImpl& impl) noexcept {
  impl.view = nullptr;
  impl.own_version.reset();
  if (impl.slot) impl.slot->owner = nullptr;
  impl.slot.reset();
}

}  // namespace

void TensorImpl::destroy(TensorImpl* impl) noexcept {
  if (impl->slot || impl->own_version || impl->view) [[unlikely]]
    drop_rare(*impl);
  if (impl->slot || impl->own_version || impl->view) __builtin_unreachable();  // the destructor need not ask again
  impl->~TensorImpl();
  memory::deallocate(impl, sizeof(TensorImpl), counted());
}

void TensorImpl::bump_version() {
  if (own_version)
    own_version->value.fetch_add(1, std::memory_order_relaxed);
  else
    array.storage()->bump_version();
}

GradSlot& TensorImpl::grad_slot() {
  if (!slot) {
    slot = Intrusive<GradSlot>::adopt(new GradSlot);
    slot->owner = this;
  }
  return *slot;
}

void set_view_of(Tensor& view, const Tensor& base, ViewOrigin origin) {
  auto info = std::make_unique<ViewInfo>();
  const ViewInfo* outer = base.impl()->view.get();
  info->base = outer ? outer->base : base;
  info->origin = outer && outer->origin != ViewOrigin::Normal ? outer->origin : origin;
  info->graph_version = view.array().storage()->version();
  view.impl()->own_version = base.impl()->own_version;
  view.impl()->inference = base.impl()->inference;  // a view in inference mode of a normal tensor is normal
  view.impl()->view = std::move(info);
}

Tensor::Tensor(Array&& array)
    : impl_(Intrusive<TensorImpl>::adopt(new (memory::allocate(sizeof(TensorImpl), TensorImpl::counted()))
                                             TensorImpl(std::move(array)))) {}

const Tensor& absent_tensor() {
  static const Tensor none;
  return none;
}

/// Writing to a tensor that nobody else can see would be a mistake without a word.
static void check_seen(const Tensor& part) {
  check(part.use_count() != 1 || part.array().storage()->use_count() != 1,
        "assigning to this temporary tensor would change nothing, since it is a copy. Write x.index_put_({{...}}, y) "
        "or x[{{...}}] = y instead of x.index({{...}}) = y");
}

Tensor& Tensor::operator=(const Tensor& value) && {
  check_seen(*this);
  // As PyTorch: sizes of 1 in front, more than the part has dimensions, do not count.
  const std::int64_t extra = std::max<std::int64_t>(value.dim() - dim(), 0);
  const IntArrayRef sizes = value.sizes();
  const bool ones = std::all_of(sizes.begin(), sizes.begin() + extra, [](std::int64_t n) { return n == 1; });
  copy_(extra > 0 && ones ? value.view(IntArrayRef(sizes.begin() + extra, sizes.end())) : value);
  return *this;
}

Tensor& Tensor::operator=(Scalar value) && {
  check_seen(*this);
  fill_(value);
  return *this;
}

std::uint32_t Tensor::use_count() const { return impl_ ? impl_->use_count() : 0; }

void Tensor::require_dtype(ScalarType t) const {
  check(dtype() == t, "expected scalar type {} but found {}", info(t).cname, info(dtype()).cname);
}

void Tensor::tell_read() const { const detail::Traced traced("item", {this}); }

Scalar Tensor::item() const {
  const Array& a = array();
  if (a.numel() != 1) {
    Error e(fmt::format("a Tensor with {} elements cannot be converted to Scalar", a.numel()));
    e.add_context(fmt::format("its shape is {}", a.sizes()));
    e.set_hint("item() needs exactly one element: index it, or reduce it with sum(), mean() or max()");
    throw ValueError(e.what());
  }
  tell_read();
  return dispatch(a.dtype(), [&]<class T>() { return Scalar(*a.data<T>()); });
}

bool Tensor::is_nonzero() const {
  check(numel() != 0, "Boolean value of Tensor with no values is ambiguous");
  check(numel() < 2, "Boolean value of Tensor with more than one value is ambiguous");
  const Scalar value = item();
  return value.isFloatingPoint() ? value.toDouble() != 0 : value.toLong() != 0;
}

bool Tensor::requires_grad() const { return takes_gradient(*this); }

Tensor& Tensor::requires_grad_(bool requires_grad) const {
  auto& self = const_cast<Tensor&>(*this);
  const Array& a = array();
  if (requires_grad == impl_->requires_grad) return self;
  check(requires_grad || impl_->is_leaf,
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
        "subgraph that doesn't require differentiation use var_no_grad = var.detach().");
  check(!requires_grad || !impl_->inference || detail::inference_mode,
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.");
  check(!requires_grad || xgrad::is_floating_point(a.dtype()),
        "Only Tensors of floating point and complex dtype can require gradients");
  if (requires_grad && !impl_->node) {
    impl_->grad_slot();
    impl_->node = AccumulateGrad::create(a, impl_->slot);
  }
  impl_->requires_grad = requires_grad;
  return self;
}

Intrusive<Node> Tensor::grad_fn() const {
  Edge place = gradient_edge(*this);
  return is_leaf() ? nullptr : std::move(place.node);
}

std::uint32_t Tensor::output_nr() const { return impl_ ? impl_->output_nr : 0; }

const Tensor& Tensor::grad() const {
  static const Tensor undefined;
  const Tensor& grad = impl_ && impl_->slot ? impl_->slot->grad : undefined;
  if (impl_ && !impl_->is_leaf && !impl_->retains_grad && !grad.defined()) [[unlikely]] {
    warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf "
        "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure "
        "you access the leaf Tensor instead.");
  }
  return grad;
}

Tensor& Tensor::mutable_grad() const {
  check(defined(), "an undefined Tensor has no gradient");
  return impl_->grad_slot().grad;
}

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      std::span<const Tensor> inputs) const {
  autograd::backward({this, 1}, gradient.defined() ? TensorList(&gradient, 1) : TensorList(), retain_graph,
                     create_graph, TensorList(inputs.data(), inputs.size()));
}

void Tensor::retain_grad() const {
  check(requires_grad(), "can't retain_grad on Tensor that has requires_grad=False");
  const Edge place = gradient_edge(*this);
  if (impl_->is_leaf || impl_->retains_grad) return;
  impl_->grad_slot();
  place.node->hooks().retain.push_back({place.input_nr, impl_->slot});
  impl_->retains_grad = true;
}

bool Tensor::retains_grad() const { return impl_ && impl_->retains_grad; }

unsigned Tensor::add_hook(TensorHook hook) const {
  check(requires_grad(), "cannot register a hook on a tensor that doesn't require gradient");
  const Edge place = gradient_edge(*this);
  const unsigned handle = NodeHooks::next_handle();
  place.node->hooks().on_grad.push_back({handle, place.input_nr, std::move(hook)});
  return handle;
}

void Tensor::remove_hook(unsigned handle) const {
  check(requires_grad(), "cannot remove a hook from a tensor that doesn't require gradient");
  const auto is_it = [handle](const auto& h) { return h.handle == handle; };
  std::erase_if(impl_->node->hooks().on_grad, is_it);
  std::erase_if(impl_->node->hooks().post_accumulate, is_it);
}

unsigned Tensor::register_post_accumulate_grad_hook(std::function<void(Tensor)> hook) const {
  check(requires_grad(), "cannot register a hook on a tensor that doesn't require gradient");
  check(is_leaf(), "post accumulate grad hooks cannot be registered on non-leaf tensors");
  const unsigned handle = NodeHooks::next_handle();
  impl_->node->hooks().post_accumulate.push_back({handle, std::move(hook)});
  return handle;
}

Tensor Tensor::detach() const {
  const detail::Traced traced("detach", {this});
  Tensor out(array());
  out.impl_->own_version = impl_->own_version;
  out.impl_->inference = impl_->inference;
  traced.result(out);
  return out;
}

Tensor& Tensor::detach_() const {
  check(
      !is_view(),
      "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, "
      "and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be "
      "called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in "
      "torch/optim/optimizer.py as the solution.");
  impl_->node.reset();
  impl_->output_nr = 0;
  impl_->requires_grad = false;
  impl_->is_leaf = true;
  return const_cast<Tensor&>(*this);
}

Tensor Tensor::data() const {
  const detail::Traced traced("detach", {this});
  Tensor out(array());
  out.impl_->own_version = Intrusive<VersionCounter>::adopt(new VersionCounter);
  traced.result(out);
  return out;
}

void Tensor::set_data(const Tensor& other) const {
  check(!impl_->requires_grad || other.is_floating_point(),
        "data set to a tensor that requires gradients must be floating point or complex dtype");
  const detail::Traced traced("set_", {this, &other});
  traced.result(*this);
  impl_->array = other.array();
  impl_->own_version.reset();
  impl_->view.reset();
  if (impl_->is_leaf && impl_->node) {  // the accumulator checks gradients against the new shape and dtype
    impl_->node = AccumulateGrad::create(impl_->array, Intrusive<GradSlot>(impl_->slot));
  }
}

void become(const Tensor& handle, const Tensor& value) {
  check(!value.is_view(), "internal error: a tensor cannot stand in for a view");
  const detail::Traced traced("set_", {&handle, &value});
  traced.result(handle);
  TensorImpl &to = *handle.impl(), &from = *value.impl();
  to.array = from.array;
  to.node = from.node;
  to.output_nr = from.output_nr;
  to.requires_grad = from.requires_grad;
  to.is_leaf = from.is_leaf;
  to.retains_grad = false;
  to.inference = from.inference;
  if (to.slot) to.slot->owner = nullptr;
  to.slot.reset();
  to.own_version = from.own_version;
  to.view.reset();
  to.follows = true;
}

void become_for_good(const Tensor& handle, const Tensor& value) {
  become(handle, value);
  handle.impl()->follows = false;
}

std::uint32_t Tensor::version() const {
  array();
  check(!impl_->inference, "Inference tensors do not track version counter.");
  return impl_->version();
}

bool Tensor::is_view() const { return impl_ && impl_->view != nullptr; }

std::string Tensor::str() const {
  if (!defined()) return "[ Tensor (undefined) ]";
  TensorSuffix suffix;
  const auto node = grad_fn();
  suffix.requires_grad = requires_grad() && !node;
  if (node) suffix.grad_fn = node->name();
  return format_tensor(array(), suffix);
}

std::string Tensor::toString() const {
  return defined() ? fmt::format("torch.{}Tensor", info(dtype()).cname) : "UndefinedType";
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << tensor.str(); }

}  // namespace xgrad
