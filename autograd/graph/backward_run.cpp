#include <xgrad/autograd/graph/backward_run.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/leaf_gradient.hpp>

namespace xgrad {

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

}  // namespace xgrad
