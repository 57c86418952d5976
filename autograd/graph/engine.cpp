#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/graph/anomaly.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/leaf_gradient.hpp>
#include <xgrad/autograd/graph/node.hpp>
#include <xgrad/autograd/graph/observer.hpp>
#include <xgrad/autograd/graph/profiling.hpp>

#include <limits>
#include <unordered_map>
#include <unordered_set>

namespace xgrad {

/// One backward pass. Gradients travel along edges; a node runs when all of its gradients have come. Nodes that are
/// ready run latest-recorded first, leaves at once, so the order is always the same.
class BackwardRun {
 public:
  BackwardRun(bool keep_graph, bool create_graph)
      : keep_graph_(keep_graph),
        create_graph_(create_graph),
        watched_(autograd::AnomalyMode::is_enabled() || autograd::anyone_observes() ||
                 detail::profiling.load(std::memory_order_relaxed)) {}
  ~BackwardRun() {
    for (Node* n : claimed_) give_back(*n);
  }

  /// Runs only what leads to `edge`. The gradient that arrives there goes to `*result`; without one, its node's hooks
  /// see it, and a leaf accumulates it.
  void capture(Edge edge, Tensor* result) { captures_.push_back({std::move(edge), result}); }

  void run(std::span<const Edge> roots, std::vector<Tensor> grads);

 private:
  struct Capture {
    Edge edge;
    Tensor* result;
  };
  /// What a run keeps about a node: in the node itself, or aside when another run (a second thread over a shared
  /// graph, or a backward inside a backward) has claimed the node.
  struct State {
    std::int32_t dependencies = 0;
    std::vector<Tensor> grads;
  };

  bool claim(Node& n) {
    BackwardRun* none = nullptr;
    if (!n.run_.compare_exchange_strong(none, this, std::memory_order_acq_rel)) return false;
    n.dependencies_ = 0;
    claimed_.push_back(&n);
    return true;
  }
  static void give_back(Node& n) {
    n.grad_.reset();
    if (n.more_) {
      for (Tensor& g : n.more_->grads) g.reset();
    }
    n.run_.store(nullptr, std::memory_order_release);
  }
  bool mine(const Node& n) const { return n.run_.load(std::memory_order_relaxed) == this; }
  /// Whether the edge that led here is the only way to `n`: then one gradient comes, by that edge, and the run keeps
  /// nothing in the node. Holds for most of a chain whose intermediate results have no other owner.
  static bool has_one_way_in(const Node& n) { return n.unique() && n.num_inputs() == 1; }
  /// Whether discover() found several ways to `n` (or n is a root): it has a count and a place for its gradients.
  bool is_counted(Node& n) const { return mine(n) || (!aside_.empty() && aside_.contains(&n)); }
  std::int32_t& dependencies(Node& n) { return mine(n) ? n.dependencies_ : aside_[&n].dependencies; }
  Tensor& pending(Node& n, std::uint32_t i) {
    if (!mine(n)) {
      auto& grads = aside_[&n].grads;
      grads.resize(n.num_inputs());
      return grads[i];
    }
    return i == 0 ? n.grad_ : n.more_->grads[i - 1];
  }

  /// A node that can run, with its gradient if that is not kept in the node.
  struct Ready {
    Node* node = nullptr;
    Tensor grad;
  };

  bool meet(Node& n);
  void discover(std::span<const Edge> roots);
  void find_needed(std::span<const Edge> roots);
  bool runs(Node& n) const { return captures_.empty() || needed_.contains(&n); }
  bool takes(const Edge& edge) const;
  static void fit(const Edge& edge, Tensor& grad, const Node* from, std::size_t output);
  static void refit(const ShapeRecord& shape, Tensor& grad, const Node* from, std::size_t output);
  void send(const Edge& edge, Tensor&& grad, const Node* from, std::size_t output);
  void add(Tensor& sum, Tensor&& grad);
  Grads collect(Ready&& ready);
  void run_pre_hooks(const Node& n, const NodeHooks& hooks, Grads& grads);
  Grads apply_watched(Node& n, NodeHooks* hooks, Grads grads);
  void execute(Ready&& ready);
  const Edge* only_way_on(const Node& n) const;
  void follow_chain();
  Edge follow_from(const Edge& root, Tensor& grad);
  static bool later(const Ready& a, const Ready& b) { return priority(*a.node) < priority(*b.node); }
  static std::uint64_t priority(const Node& n) {
    return n.num_outputs() == 0 ? std::numeric_limits<std::uint64_t>::max() : n.sequence_nr();
  }
  void push_ready(Node* n, Tensor&& grad = {}) {
    if (!next_.node) {
      next_.node = n;
      next_.grad = std::move(grad);
      return;
    }
    Ready ready{n, std::move(grad)};
    if (later(next_, ready)) std::swap(ready, next_);
    ready_.push_back(std::move(ready));
    std::push_heap(ready_.begin(), ready_.end(), later);
  }

  Ready take_ready() {
    Ready taken = std::exchange(next_, Ready());
    if (!ready_.empty()) {
      std::pop_heap(ready_.begin(), ready_.end(), later);
      next_ = std::move(ready_.back());
      ready_.pop_back();
    }
    return taken;
  }

  bool keep_graph_, create_graph_;
  bool watched_;        // anomaly mode, an observer or a profiler
  bool plain_ = false;  // neither watched nor for captures
  std::vector<Node*> claimed_;
  std::unordered_map<Node*, State> aside_;
  Ready next_;                   // the latest-recorded node that is ready: in a chain, the only one
  std::vector<Ready> ready_;     // a heap of the others
  std::vector<Node*> to_visit_;  // by discover()
  std::vector<Capture> captures_;
  std::unordered_set<Node*> needed_;  // nodes on a path to a captured input; only kept when there are captures
};

/// True when the run had not met `n` before.
bool BackwardRun::meet(Node& n) {
  if (mine(n)) return false;
  return aside_.contains(&n) ? false : claim(n) || aside_.try_emplace(&n).second;
}

void BackwardRun::discover(std::span<const Edge> roots) {
  // Counts, for every node reachable, the edges that will bring it a gradient; where only one can, there is nothing to
  // count, nor a way to come by twice.
  for (const Edge& root : roots) {
    if (meet(*root.node)) to_visit_.push_back(root.node.get());
  }
  while (!to_visit_.empty()) {
    Node* n = to_visit_.back();
    to_visit_.pop_back();
    while (n) {
      Node* next = nullptr;
      for (const Edge& e : n->next_edges()) {
        Node* target = e.node.get();
        if (!target) continue;
        if (!has_one_way_in(*target)) {
          const bool first = meet(*target);
          ++dependencies(*target);
          if (!first) continue;
        }
        if (next) to_visit_.push_back(next);
        next = target;
      }
      n = next;
    }
  }
}

void BackwardRun::find_needed(std::span<const Edge> roots) {
  // Depth first with an explicit stack; a node is needed when it leads to a capture.
  std::unordered_set<Node*> captured, visited;
  for (const Capture& c : captures_) captured.insert(c.edge.node.get());
  struct Frame {
    Node* node;
    std::size_t next;
    bool leads;
  };
  std::vector<Frame> stack;
  for (const Edge& root : roots) {
    if (!visited.insert(root.node.get()).second) continue;
    stack.push_back({root.node.get(), 0, false});
    while (!stack.empty()) {
      Frame& f = stack.back();
      const auto edges = f.node->next_edges();
      if (f.next < edges.size()) {
        Node* child = edges[f.next++].node.get();
        if (!child) continue;
        if (captured.contains(child)) f.leads = true;
        if (visited.insert(child).second)
          stack.push_back({child, 0, false});
        else if (needed_.contains(child))
          f.leads = true;
        continue;
      }
      const Frame done = f;
      stack.pop_back();
      if (!done.leads) continue;
      needed_.insert(done.node);
      if (!stack.empty()) stack.back().leads = true;
    }
  }
  for (const Capture& c : captures_) {
    if (!c.result && c.edge.node->num_outputs() == 0) needed_.insert(c.edge.node.get());
  }
}

void BackwardRun::add(Tensor& sum, Tensor&& grad) {
  if (!sum.defined()) {
    sum = std::move(grad);
    return;
  }
  const TensorImpl& s = *sum.impl();
  const bool ours_alone = !create_graph_ && s.unique() && s.array.storage()->unique() &&
                          !s.array.storage()->is_borrowed() && !s.array.overlaps_itself();
  if (ours_alone)
    sum.add_(grad);
  else
    sum = sum + grad;
}

/// Whether anybody wants the gradient that goes along `edge`.
bool BackwardRun::takes(const Edge& edge) const {
  return captures_.empty() || needed_.contains(edge.node.get()) ||
         std::any_of(captures_.begin(), captures_.end(), [&](const Capture& c) { return c.edge.node == edge.node; });
}

/// Gives `grad` the shape and dtype of the forward result that `edge` leads to.
inline void BackwardRun::fit(const Edge& edge, Tensor& grad, const Node* from, std::size_t output) {
  const ShapeRecord& shape = edge.node->input_shape(edge.input_nr);
  const Array& a = grad.impl()->array;
  if (!shape.matches(a.sizes()) || a.dtype() != shape.dtype()) [[unlikely]]
    refit(shape, grad, from, output);
}

/// Sums over what broadcasting added, and converts.
void BackwardRun::refit(const ShapeRecord& shape, Tensor& grad, const Node* from, std::size_t output) {
  if (!shape.matches(grad.array().sizes())) {
    const Dims want = shape.sizes();
    const Dims& have = grad.array().sizes();
    bool expands = want.size() <= have.size();
    for (std::size_t i = 0; expands && i < want.size(); ++i) {
      const std::int64_t w = want[want.size() - 1 - i], h = have[have.size() - 1 - i];
      expands = w == h || w == 1;
    }
    check(expands,
          "Function {} returned an invalid gradient at index {} - got {} but expected shape compatible with {}",
          from ? from->name() : "backward", output, have, want);
    grad = sum_to_size(grad, want);
  }
  if (grad.dtype() != shape.dtype()) grad = grad.to(shape.dtype());
}

/// Brings `grad`, which may be undefined, to the end of `edge`, which may be ready then.
void BackwardRun::send(const Edge& edge, Tensor&& grad, const Node* from, std::size_t output) {
  Node& target = *edge.node;
  if (!grad.defined() || !takes(edge))
    grad.reset();
  else
    fit(edge, grad, from, output);
  if (!is_counted(target)) return push_ready(&target, std::move(grad));
  if (grad.defined()) add(pending(target, edge.input_nr), std::move(grad));
  if (from && --dependencies(target) == 0) push_ready(&target);
}

Grads BackwardRun::collect(Ready&& ready) {
  Node& n = *ready.node;
  if (!is_counted(n)) return Grads(std::move(ready.grad));
  Grads grads(n.num_inputs());
  for (std::uint32_t i = 0; i < n.num_inputs(); ++i) grads[i] = std::move(pending(n, i));
  return grads;
}

void BackwardRun::run_pre_hooks(const Node& n, const NodeHooks& hooks, Grads& grads) {
  const auto on_grad = hooks.on_grad;  // copies: a hook may remove itself
  for (const auto& h : on_grad) {
    Tensor& g = grads[h.input_nr];
    if (!g.defined()) continue;
    Tensor replacement = h.hook(g);
    if (!replacement.defined()) continue;
    check(replacement.dtype() == g.dtype(), "hook has changed the type of value (was {} got {})", g.toString(),
          replacement.toString());
    check(replacement.sizes() == g.sizes(), "hook has changed the size of value (was {} got {})", g.sizes(),
          replacement.sizes());
    g = std::move(replacement);
  }
  for (const auto& h : hooks.retain) {
    const Tensor& g = grads[h.input_nr];
    if (g.defined()) h.slot->grad = h.slot->grad.defined() ? h.slot->grad + g : g.clone();
  }
  const auto pre = hooks.pre;
  for (const auto& h : pre) {
    h.call(grads);
    check(grads.size() == n.num_inputs(), "pre hook of {} has changed the number of gradients (was {} got {})",
          n.name(), n.num_inputs(), grads.size());
  }
  for (std::size_t i = 0; i < grads.size() && !pre.empty(); ++i) {
    check(!grads[i].defined() || n.input_shape(i).matches(grads[i].array().sizes()),
          "pre hook of {} has changed the size of value (was {} got {})", n.name(), n.input_shape(i).sizes(),
          grads[i].defined() ? Dims(grads[i].sizes()) : Dims());
  }
}

/// apply() for a node that somebody watches: post-hooks, observers, anomaly mode, profilers.
Grads BackwardRun::apply_watched(Node& n, NodeHooks* hooks, Grads grads) {
  const bool anomaly = autograd::AnomalyMode::is_enabled();
  const auto* outer = std::exchange(detail::running_origin, anomaly ? &n.origin() : nullptr);
  struct Restore {
    const std::shared_ptr<const Origin>* outer;
    ~Restore() { detail::running_origin = outer; }
  } restore{outer};
  // Kept only for those who are shown it: a gradient in two hands can be neither written over nor taken for a leaf's.
  const bool shown = (hooks && !hooks->post.empty()) || autograd::anyone_observes();
  const Grads incoming = shown ? grads : Grads();
  Grads out;
  try {
    const detail::Profiled profiled(n, grads);
    out = n.apply(std::move(grads));
  } catch (Error& e) {
    if (anomaly) detail::add_origin(e, n);
    throw;
  }
  if (hooks) {
    const auto post = hooks->post;
    for (const auto& h : post) h.call(out, incoming);
  }
  if (anomaly && autograd::AnomalyMode::should_check_nan()) detail::check_for_nan(n, out);
  autograd::notify_observers(n, incoming, out);
  return out;
}

void BackwardRun::execute(Ready&& ready) {
  Node& n = *ready.node;
  Grads grads = collect(std::move(ready));
  NodeHooks* hooks = n.more_ ? n.more_->hooks.get() : nullptr;
  if (hooks) [[unlikely]]
    run_pre_hooks(n, *hooks, grads);
  for (const Capture& c : captures_) {
    if (c.result && c.edge.node.get() == &n) *c.result = grads[c.edge.input_nr];
  }
  const auto edges = n.next_edges();
  if (!runs(n)) {
    for (const Edge& e : edges) {
      if (e.node) send(e, {}, &n, 0);
    }
    return;
  }
  const bool watched = watched_ || (hooks && !hooks->post.empty());
  Grads out = watched ? apply_watched(n, hooks, std::move(grads)) : n.apply(std::move(grads));
  n.check_count(out);
  if (!keep_graph_) n.release_saved();
  Tensor* g = out.data();
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (edges[i].node) send(edges[i], std::move(g[i]), &n, i);
  }
}

void BackwardRun::run(std::span<const Edge> roots, std::vector<Tensor> grads) {
  const AutoGradMode mode(create_graph_);
  struct Restore {
    bool outer = detail::adds_to_leaves;
    ~Restore() { detail::adds_to_leaves = outer; }
  } const restore;
  plain_ = !watched_ && captures_.empty();
  detail::adds_to_leaves = plain_ && !create_graph_;
  Edge rest;
  if (plain_ && roots.size() == 1) {
    rest = follow_from(roots[0], grads[0]);
    roots = {&rest, 1};
  }
  discover(roots);
  if (!captures_.empty()) find_needed(roots);
  for (std::size_t i = 0; i < roots.size(); ++i) send(roots[i], std::move(grads[i]), nullptr, i);
  for (const Edge& e : roots) {
    Node* n = e.node.get();
    // A root that another root leads to waits its turn; a root given twice starts once.
    const bool waits = n == next_.node ||
                       std::any_of(ready_.begin(), ready_.end(), [n](const Ready& other) { return other.node == n; });
    if (dependencies(*n) == 0 && !waits) push_ready(n);
  }
  while (next_.node) {
    if (plain_) follow_chain();
    if (next_.node) execute(take_ready());
  }
}

/// The one edge that leads on from `n`, if the node there has no other way in: then nothing else can come between.
inline const Edge* BackwardRun::only_way_on(const Node& n) const {
  const Edge* only = nullptr;
  for (const Edge& e : n.next_edges()) {
    if (!e.node) continue;
    if (only) return nullptr;
    only = &e;
  }
  return only && has_one_way_in(*only->node) && !mine(*only->node) ? only : nullptr;
}

/// While the next node is the only one that is ready and so is the one after it: execute() without what then is idle.
void BackwardRun::follow_chain() {
  if (!ready_.empty() || !aside_.empty() || mine(*next_.node)) return;
  Ready at = std::move(next_);
  while (!at.node->more_) {
    Node& n = *at.node;
    const Edge* way = only_way_on(n);
    if (!way) break;
    __builtin_prefetch(way->node.get());  // a long chain is not in the first cache
    __builtin_prefetch(reinterpret_cast<const char*>(way->node.get()) + 64);
    const auto argument = static_cast<std::size_t>(way - n.next_edges().data());
    at.grad = n.apply_for(argument, std::move(at.grad));
    if (!keep_graph_) n.release_saved();
    at.node = way->node.get();
    if (at.grad.defined()) fit(*way, at.grad, &n, argument);
  }
  next_ = std::move(at);
}

/// The beginning of a graph that begins with a chain, before anything is discovered: what has one way in comes up
/// nowhere else. Returns where the run goes on, and leaves the gradient for that in `grad`.
Edge BackwardRun::follow_from(const Edge& root, Tensor& grad) {
  if (!grad.defined() || root.node->num_inputs() != 1) return root;
  fit(root, grad, nullptr, 0);
  next_ = {root.node.get(), std::move(grad)};
  follow_chain();
  Ready at = std::exchange(next_, Ready());
  grad = std::move(at.grad);
  return {Intrusive<Node>::share(at.node), 0};
}

namespace autograd {
namespace {

Tensor initial_gradient(std::size_t i, const Tensor& output, const Tensor& given) {
  if (given.defined()) {
    check(given.sizes() == output.sizes(),
          "Mismatch in shape: grad_output[{0}] has a shape of torch.Size({1}) and output[{0}] has a shape of "
          "torch.Size({2}).",
          i, given.sizes(), output.sizes());
    return given;
  }
  if (output.numel() != 1) {
    Error e("grad can be implicitly created only for scalar outputs");
    e.add_context(fmt::format("the output has shape {}", output.sizes()));
    e.set_hint("reduce it to one number first (loss.mean(), loss.sum()), or pass a gradient of its shape");
    throw e;
  }
  check(output.is_floating_point(), "grad can be computed only for real scalar outputs but got {}", output.toString());
  return ones_like(output);
}

void run(TensorList outputs, TensorList grad_outputs, bool retain_graph, bool create_graph, TensorList inputs,
         std::vector<Tensor>* results) {
  check(!outputs.empty(), "grad requires non-empty outputs.");
  check(grad_outputs.empty() || grad_outputs.size() == outputs.size(), "got {} tensors and {} gradients",
        outputs.size(), grad_outputs.size());
  std::vector<Edge> roots;
  std::vector<Tensor> grads;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& out = outputs[i];
    if (!out.defined() || !out.requires_grad()) {
      Error e(fmt::format("element {} of tensors does not require grad and does not have a grad_fn", i));
      e.set_hint("no input of this computation requires grad, or it ran under NoGradGuard, or through detach()");
      throw e;
    }
    grads.push_back(initial_gradient(i, out, grad_outputs.empty() ? Tensor() : grad_outputs[i]));
    roots.push_back(gradient_edge(out));
  }
  BackwardRun pass(retain_graph, create_graph);
  std::vector<Tensor> captured(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check(inputs[i].defined() && inputs[i].requires_grad(), "One of the differentiated Tensors does not require grad");
    if (!results) inputs[i].retain_grad();  // a leaf accumulates anyway
    pass.capture(gradient_edge(inputs[i]), results ? &captured[i] : nullptr);
  }
  pass.run(roots, std::move(grads));
  if (results) *results = std::move(captured);
}

}  // namespace

void backward(TensorList outputs, TensorList grad_outputs, std::optional<bool> retain_graph, bool create_graph,
              TensorList inputs) {
  if (create_graph) {
    warn_once<struct CycleWarning>(
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
        "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
        "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break "
        "the cycle and avoid the leak.");
  }
  run(outputs, grad_outputs, retain_graph.value_or(create_graph), create_graph, inputs, nullptr);
}

std::vector<Tensor> grad(TensorList outputs, TensorList inputs, TensorList grad_outputs,
                         std::optional<bool> retain_graph, bool create_graph, bool allow_unused) {
  check(!inputs.empty(), "grad requires non-empty inputs.");
  std::vector<Tensor> results;
  run(outputs, grad_outputs, retain_graph.value_or(create_graph), create_graph, inputs, &results);
  for (std::size_t i = 0; i < results.size() && !allow_unused; ++i) {
    check(results[i].defined(),
          "One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this "
          "is the desired behavior.");
  }
  return results;
}

}  // namespace autograd
}  // namespace xgrad
