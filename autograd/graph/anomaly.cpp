#include <xgrad/autograd/array/backtrace.hpp>
#include <xgrad/autograd/graph/anomaly.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

namespace xgrad {
namespace {

std::atomic<bool> check_nan{true};

std::string shapes_of(const Grads& grads) {
  std::string text;
  for (const Tensor& g : grads) {
    if (!text.empty()) text += ", ";
    text += g.defined() ? to_string(g.sizes()) : "none";
  }
  return text;
}

}  // namespace

namespace detail {

thread_local constinit const std::shared_ptr<const Origin>* running_origin = nullptr;

void add_origin(Error& e, const Node& node) {
  std::string arguments, results;
  for (const Edge& edge : node.next_edges()) {
    if (!edge.node) continue;
    arguments += (arguments.empty() ? "" : ", ") + to_string(edge.node->input_shape(edge.input_nr).sizes());
  }
  for (std::size_t i = 0; i < node.num_inputs(); ++i) {
    results += (i == 0 ? "" : ", ") + to_string(node.input_shape(i).sizes());
  }
  e.add_context(fmt::format("its arguments that take a gradient have shapes {}, its results {}", arguments, results));
  const Origin* origin = node.origin().get();
  if (!origin) {
    e.add_context("where it was called is not known: turn anomaly mode on before the forward pass");
    return;
  }
  std::string_view lead = "the operation was called at ";
  for (; origin; origin = origin->parent.get()) {
    for (const std::string& line : origin->lines()) {
      e.add_context(fmt::format("{}{}", lead, line));
      lead = "  from ";
    }
    lead = "that was within the derivative of an operation called at ";
  }
}

void check_for_nan(const Node& node, const Grads& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& g = outputs[i];
    if (!g.defined() || !g.is_floating_point() || !node.needs(i)) continue;
    const NoGradGuard no_grad;
    if (!isnan(g).any().item<bool>()) continue;
    Error e(fmt::format("Function '{}' returned nan values in its {}th output.", node.name(), i));
    e.add_context(fmt::format("the gradients it returned have shapes {}", shapes_of(outputs)));
    add_origin(e, node);
    throw e;
  }
}

}  // namespace detail

std::vector<std::string> Origin::lines() const {
  std::vector<std::string> out;
  for (const Frame& f : resolve(frames)) {
    if (f.of_library) continue;
    std::string line = f.file.empty() ? std::string() : fmt::format("{}:{}", f.file, f.line);
    if (!f.function.empty()) line += (line.empty() ? "" : " in ") + f.function;
    if (!line.empty()) out.push_back(std::move(line));
    if (f.function == "main") break;
  }
  return out;
}

void Node::keep_origin() {
  auto origin = std::make_shared<Origin>();
  origin->frames = call_stack();
  if (detail::running_origin) origin->parent = *detail::running_origin;
  more().origin = std::move(origin);
}

namespace autograd {

bool AnomalyMode::is_enabled() { return detail::keep_origins.load(std::memory_order_relaxed); }
bool AnomalyMode::should_check_nan() { return check_nan.load(std::memory_order_relaxed); }
void AnomalyMode::set_enabled(bool enabled, bool nan) {
  detail::keep_origins = enabled;
  check_nan = nan;
}

}  // namespace autograd
}  // namespace xgrad
