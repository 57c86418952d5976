/// How an operation is written: `differentiable<"Name">(inputs(...), into, forward, save, derivative)`.
///
/// `forward` fills (or makes) the result's array, `save` says what the derivative will read, and `derivative` maps the
/// result's gradient to the inputs' gradients. The helper decides whether anything is recorded at all, does the
/// bookkeeping of in-place operations, and keeps each operation's graph node in one allocation. `docs/adding_an_op.md`
/// walks through an example; users' own autograd functions are recorded by the same nodes.
#pragma once

#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/node.hpp>
#include <xgrad/autograd/graph/profiling.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <optional>

namespace xgrad {

/// A string as a template argument, so that a node's name takes no room in the node.
template <std::size_t N>
struct FixedString {
  constexpr FixedString(const char (&text)[N]) { std::copy_n(text, N, value); }
  char value[N];
};

/// What a saved tensor is to the node that saved it.
enum class SavedKind : std::uint8_t { Input, Output, Other };

/// A tensor kept for the derivative, with the version it had. An output is kept without its graph place, because the
/// node would otherwise own itself.
struct SavedTensor {
  Tensor tensor;
  std::uint32_t version = 0;
  SavedKind kind = SavedKind::Input;
  std::uint16_t index = 0;  ///< of a Function's argument or result: of those there may be 65,535
};

/// The requests of an operation: which tensors its derivative will read.
class Save {
 public:
  /// `wanted`: bit i is set when input i takes a gradient.
  explicit Save(std::uint64_t wanted) : wanted_(wanted) {}
  /// Whether the gradient of input i will be asked for: save nothing that only a gradient nobody wants would read.
  bool needed(std::size_t i) const { return wanted_ >> i & 1; }
  void input(std::size_t i) { add({SavedKind::Input, static_cast<std::uint8_t>(i), nullptr}); }
  void output(std::size_t i = 0) { add({SavedKind::Output, static_cast<std::uint8_t>(i), nullptr}); }
  /// Some other tensor; it is read after the forward computation, so `forward` may fill it.
  void tensor(const Tensor& t) { add({SavedKind::Other, static_cast<std::uint8_t>(others_++), &t}); }
  std::size_t count() const {
    if (count_ > kMax) __builtin_unreachable();  // add() has seen to it: so few saved tensors fit into every node
    return count_;
  }

 private:
  friend class RecordingBase;
  struct Request {
    SavedKind kind;
    std::uint8_t index;
    const Tensor* other;
  };
  void add(Request r) {
    check(count_ < kMax, "internal error: an operation saves more than {} tensors", kMax);
    requests_[count_++] = r;
  }
  static constexpr std::size_t kMax = 8;
  std::uint64_t wanted_;
  std::size_t count_ = 0, others_ = 0;
  Request requests_[kMax];
};

class OpNodeBase;

/// What a derivative sees: the saved tensors, checked against in-place changes as they are read.
class Saved {
 public:
  explicit Saved(OpNodeBase& node) : node_(node) {}
  const Tensor& input(std::size_t i) const { return find(SavedKind::Input, i); }
  const Tensor& output(std::size_t i = 0) const { return find(SavedKind::Output, i); }
  const Tensor& tensor(std::size_t i = 0) const { return find(SavedKind::Other, i); }
  bool has_input(std::size_t i) const;
  /// The tensor in this slot, in the order of saving; undefined when none was put there.
  const Tensor& slot(std::size_t i) const;
  inline bool needs(std::size_t i) const;
  const OpNodeBase& node() const { return node_; }

 private:
  const Tensor& find(SavedKind kind, std::size_t index) const;
  OpNodeBase& node_;
  Tensor& unpacked(std::size_t slot) const;
  mutable std::unique_ptr<Tensor[]> unpacked_;  // what needed its place in the graph back
};

/// A node of an operation: edges and saved tensors in trailing storage, sized to what this call needs.
class OpNodeBase : public Node {
 public:
  std::span<SavedTensor> saved() const { return {saved_begin(), num_saved()}; }
  void release_saved() override;
  bool released() const { return saved_is_released(); }
  /// Throws PyTorch's error on a second run through a freed graph.
  void check_not_released() const;

 protected:
  /// The saved tensors are not there before construct_saved() or record().
  [[gnu::always_inline]] OpNodeBase(std::size_t own_bytes, std::size_t num_edges, std::size_t num_saved)
      : Node(num_edges, own_bytes, num_saved) {
    std::uninitialized_default_construct_n(edges(), num_edges);
  }
  void construct_saved() { std::uninitialized_default_construct_n(saved_begin(), num_saved()); }
  ~OpNodeBase() override {
    if (!released()) std::destroy_n(saved_begin(), num_saved());  // else they are empty
    std::destroy_n(edges(), num_outputs());
  }
  [[gnu::always_inline]] static void* allocate(std::size_t own_bytes, std::size_t num_edges, std::size_t num_saved) {
    return memory::allocate(own_bytes + num_edges * sizeof(Edge) + num_saved * sizeof(SavedTensor), counted());
  }

 private:
  friend class Saved;
  friend class RecordingBase;
  void release_saved_from(SavedTensor* slot, std::size_t count, TensorImpl* last);
  SavedTensor* saved_begin() const { return reinterpret_cast<SavedTensor*>(edges() + num_outputs()); }
};

inline bool Saved::needs(std::size_t i) const { return node_.needs(i); }

template <FixedString Name, class Derivative>
class OpNode final : public OpNodeBase {
 public:
  [[gnu::always_inline]] static OpNodeBase* create(std::size_t num_edges, std::size_t num_saved,
                                                   Derivative&& derivative) {
    return new (OpNodeBase::allocate(sizeof(OpNode), num_edges, num_saved))
        OpNode(num_edges, num_saved, std::move(derivative));
  }
  const char* name() const override { return Name.value; }

  Grads apply(Grads&& grads) override {
    const Saved saved(*this);
    if constexpr (kTakesAll) {
      return derivative_(saved, grads);
    } else {
      if (!grads[0].defined()) return Grads(num_outputs());
      return Grads(derivative_(saved, std::move(grads[0])));
    }
  }
  Tensor apply_for(std::size_t i, Tensor&& grad) override {
    if constexpr (kTakesAll) {
      return Node::apply_for(i, std::move(grad));
    } else {
      if (!grad.defined()) return {};
      Grads all(derivative_(Saved(*this), std::move(grad)));  // inlined where it is short, without a list then
      check_count(all);
      return std::move(all[i]);
    }
  }

 private:
  static constexpr bool kTakesAll = std::is_invocable_v<Derivative&, const Saved&, Grads&>;
  [[gnu::always_inline]] OpNode(std::size_t num_edges, std::size_t num_saved, Derivative&& derivative)
      : OpNodeBase(sizeof(OpNode), num_edges, num_saved), derivative_(std::move(derivative)) {
    static_assert(sizeof(OpNode) < 65536, "a derivative captures what is small; tensors are saved");
  }
  [[no_unique_address]] Derivative derivative_;
};

/// Where an operation's result goes: a new tensor, the first argument (an in-place operation), or a new tensor in the
/// memory of the first argument.
class Into {
 public:
  constexpr Into() = default;
  static Into in_place(const Tensor& self) { return Into(&self, &self.array()); }
  /// `dying` must have the result's shape and dtype, and nobody else may see its memory: no handle, view or graph
  /// (ops::is_dying). Nor may the operation save it. Where nothing is recorded, the result is that tensor itself.
  static Into over(Tensor& dying) { return Into(nullptr, &dying.array(), &dying); }
  const Tensor* self() const { return self_; }
  /// The array a kernel must write to, or null when it should make one.
  const Array* array() const { return array_; }
  /// The tensor that may become the result, or null.
  Tensor* dying() const { return dying_; }

 private:
  constexpr Into(const Tensor* self, const Array* array, Tensor* dying = nullptr)
      : self_(self), array_(array), dying_(dying) {}
  const Tensor* self_ = nullptr;
  const Array* array_ = nullptr;
  Tensor* dying_ = nullptr;
};

template <std::size_t N>
using Inputs = std::array<const Tensor*, N>;

template <class... T>
Inputs<sizeof...(T)> inputs(const T&... tensors) {
  return {&tensors...};
}

/// Which arguments of an operation take a gradient: bit i for argument i, as far as 64 bits go.
class Wanted {
 public:
  /// None at all while nothing is recorded.
  template <std::size_t N>
  [[gnu::always_inline]] explicit Wanted(std::span<const Tensor* const, N> inputs) {
    if (!detail::grad_mode) return;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!takes_gradient(*inputs[i])) continue;
      any_ = true;
      if (i < 64) mask_ |= std::uint64_t{1} << i;
    }
  }
  bool any() const { return any_; }
  std::uint64_t mask() const { return mask_; }

 private:
  bool any_ = false;
  std::uint64_t mask_ = 0;
};

/// The part of recording that does not depend on the operation's types.
class RecordingBase {
 public:
  explicit RecordingBase(std::span<const Tensor* const> inputs) : inputs_(inputs) {}
  /// Throws PyTorch's errors for a tensor that must not be written to; `record`: the operation will be recorded.
  static void check_writable(const Tensor& self, bool record);
  /// Before an in-place kernel: keeps copies of the inputs that it is going to overwrite.
  void keep_overwritten(const Save& save, const Tensor& self);
  /// Sets the edges of a new node: before an in-place kernel, since the places of its arguments are those before the
  /// change.
  void connect(OpNodeBase& node, Wanted wanted);
  /// Sets the saved tensors once the results exist.
  void finish(OpNodeBase& node, const Save& save, std::span<Tensor> results);
  /// All of this for one new result of a new node, which the result owns from then on.
  static void record(std::span<const Tensor* const> inputs, OpNodeBase* node, Wanted wanted, const Save& save,
                     Tensor& result);
  /// Counts an in-place change of `self`.
  static void changed(const Tensor& self);
  /// Makes `self` the in-place result of `node`.
  static void rebase(const Tensor& self, Intrusive<Node> node);

 private:
  using Args = std::span<const Tensor* const>;
  using Copies = std::array<Tensor, 8>;  // by request
  static void set_edges(OpNodeBase& node, Args inputs, Wanted wanted);
  static void set_saved(OpNodeBase& node, Args inputs, const Copies* copies, const Save& save,
                        std::span<Tensor> results);
  static void save_from(std::size_t first, OpNodeBase& node, Args inputs, const Copies* copies, const Save& save,
                        std::span<Tensor> results);
  Args inputs_;
  std::unique_ptr<Copies> copies_;
};

/// Runs the current saved-tensor hooks over what the node saved.
void pack_saved_tensors(OpNodeBase& node);

/// A new leaf around the Array that `make()` returns, which is made in its place.
template <class Make>
Tensor new_tensor(Make&& make) {
  struct Memory {
    void* at = memory::allocate(sizeof(TensorImpl), TensorImpl::counted());
    ~Memory() {
      if (at) memory::deallocate(at, sizeof(TensorImpl), TensorImpl::counted());
    }
  } memory;
  auto* impl = new (memory.at) TensorImpl(TensorImpl::InPlace{}, make);
  memory.at = nullptr;
  return Tensor::adopt(Intrusive<TensorImpl>::adopt(impl));
}

/// Makes `result` (a fresh tensor) output of `node`.
inline void set_history(Tensor& result, Intrusive<Node> node) {
  TensorImpl& impl = *result.impl();
  impl.output_nr = add_result(*node, impl.array);
  impl.node = std::move(node);
  impl.requires_grad = true;
  impl.is_leaf = false;
}

/// Records an operation with several results, all of them differentiable. `forward()` returns a std::vector<Array>.
template <FixedString Name, class Forward, class SaveFn, class Derivative>
std::vector<Tensor> differentiable_many(std::span<const Tensor* const> in, Forward&& forward, SaveFn&& save_fn,
                                        Derivative derivative) {
  const detail::Profiled profiled(Name.value, in, false);
  const Wanted wanted(in);
  std::vector<Tensor> results;
  for (Array& a : forward()) profiled.result(results.emplace_back(std::move(a)));
  if (!wanted.any()) return results;
  RecordingBase recording(in);
  Save save(wanted.mask());
  save_fn(save);
  auto node =
      Intrusive<OpNodeBase>::adopt(OpNode<Name, Derivative>::create(in.size(), save.count(), std::move(derivative)));
  recording.connect(*node, wanted);
  for (Tensor& r : results) set_history(r, node);
  recording.finish(*node, save, results);
  return results;
}

/// Records an operation with one result. `forward(const Array* out)` returns the result's array, having written to
/// `*out` (and returned that) when given one; `save(Save&)` may be `no_save`; `derivative(const Saved&, const Tensor&
/// g)` returns Grads.
template <FixedString Name, std::size_t N = std::dynamic_extent, class Forward, class SaveFn, class Derivative>
Tensor differentiable(std::span<const Tensor* const, N> in, const Into& into, Forward&& forward, SaveFn&& save_fn,
                      Derivative derivative) {
  const detail::Profiled profiled(Name.value, in, into.self() != nullptr);
  const Wanted wanted(in);
  if (into.self()) RecordingBase::check_writable(*into.self(), wanted.any());
  if (!wanted.any()) {
    if (into.dying() && into.dying()->impl()->is_bare()) {
      forward(into.array());
      return std::move(*into.dying());
    }
    if (!into.self()) {
      Tensor result = new_tensor([&] { return forward(into.array()); });
      profiled.result(result);
      return result;
    }
    forward(into.array());
    RecordingBase::changed(*into.self());
    profiled.result(*into.self());
    return *into.self();
  }
  Save save(wanted.mask());
  save_fn(save);
  const auto new_node = [&]() __attribute__((always_inline)) {
    return OpNode<Name, Derivative>::create(in.size(), save.count(), std::move(derivative));
  };
  if (!into.self()) {
    Tensor result = new_tensor([&] { return forward(into.array()); });
    RecordingBase::record(in, new_node(), wanted, save, result);
    profiled.result(result);
    return result;
  }
  const auto new_node_apart = [&]() __attribute__((noinline)) { return new_node(); };  // half of the code, seldom run
  auto owner = Intrusive<OpNodeBase>::adopt(new_node_apart());
  OpNodeBase& node = *owner;
  RecordingBase recording(in);
  recording.connect(node, wanted);
  recording.keep_overwritten(save, *into.self());
  forward(into.array());
  Tensor result = *into.self();
  RecordingBase::changed(result);
  add_result(node, result.array());
  recording.finish(node, save, {&result, 1});
  RecordingBase::rebase(result, std::move(owner));
  profiled.result(result);
  return result;
}

template <FixedString Name, std::size_t N, class Forward, class SaveFn, class Derivative>
Tensor differentiable(const Inputs<N>& in, const Into& into, Forward&& forward, SaveFn&& save_fn,
                      Derivative derivative) {
  return differentiable<Name, N>(std::span<const Tensor* const, N>(in), into, std::forward<Forward>(forward),
                                 std::forward<SaveFn>(save_fn), std::move(derivative));
}

inline constexpr auto no_save = [](Save&) {};

/// How a view made now is made.
inline ViewOrigin view_origin(ViewOrigin recorded = ViewOrigin::Normal) {
  return detail::grad_mode ? recorded : detail::inference_mode ? ViewOrigin::Inference : ViewOrigin::NoGrad;
}

/// Records a view: shares the memory of `x`, and follows in-place changes to it.
template <FixedString Name, class Derivative>
Tensor differentiable_view(const Tensor& x, Array view, Derivative derivative) {
  Tensor result = differentiable<Name>(
      inputs(x), {}, [&](const Array*) { return std::move(view); }, no_save, std::move(derivative));
  set_view_of(result, x, view_origin());
  return result;
}

/// Throws for a derivative that does not exist, instead of cutting the graph silently.
[[noreturn]] void no_derivative(const char* op);

}  // namespace xgrad
