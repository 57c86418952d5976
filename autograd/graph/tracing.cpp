#include <xgrad/autograd/graph/profiling.hpp>

#include <exception>

namespace xgrad::detail {

constinit std::atomic<int> tracing{0};

namespace {

/// What a thread's tracer has been told and not yet given.
struct State {
  Tracer* tracer = nullptr;
  int depth = 0;  // of operations that call others
  int exceptions = 0;
  Operation current;
  std::vector<Attribute> told;
};

thread_local State state;
thread_local std::vector<std::string> modules;

/// Of operations that others call, only the depth is kept.
template <class AddInputs>
bool open_outermost(std::string_view name, AddInputs add_inputs) {
  if (!state.tracer) return false;
  if (state.depth++ > 0) return true;
  state.exceptions = std::uncaught_exceptions();
  state.current = {"aten::" + std::string(name), {}, std::exchange(state.told, {}), {}, module_path()};
  add_inputs(state.current.inputs);
  try {
    state.tracer->begins(state.current);
  } catch (...) {
    --state.depth;
    throw;
  }
  return true;
}

}  // namespace

Tracer::Tracer() {
  check(!state.tracer, "a tracer is already at work in this thread");
  state = {this, 0, 0, {}, {}};
  tracing.fetch_add(1, std::memory_order_relaxed);
  profiling.fetch_add(1, std::memory_order_relaxed);
}

Tracer::~Tracer() {
  tracing.fetch_sub(1, std::memory_order_relaxed);
  profiling.fetch_sub(1, std::memory_order_relaxed);
  state = {};
}

bool Traced::open(std::string_view name, std::span<const Tensor* const> inputs) {
  return open_outermost(name, [&](std::vector<Tensor>& list) {
    for (const Tensor* t : inputs) list.push_back(*t);
  });
}

bool Traced::open(std::string_view name, std::span<const Tensor> inputs) {
  return open_outermost(name, [&](std::vector<Tensor>& list) { list.assign(inputs.begin(), inputs.end()); });
}

void Traced::close() noexcept {
  // An operation that throws has no results; nor has one whose tracer is gone.
  if (!state.tracer || --state.depth > 0) return;
  if (std::uncaught_exceptions() == state.exceptions) state.tracer->ends(std::move(state.current));
  state.current = {};
}

void Traced::tell_result(const Tensor& t) {
  if (state.depth == 1) state.current.results.push_back(t);
}

void keep_told(std::initializer_list<ToldAttribute> attributes) {
  if (!state.tracer || state.depth > 0) return;
  state.told.clear();
  for (const ToldAttribute& a : attributes) state.told.push_back(a.value());
}

Attribute ToldAttribute::value() const {
  switch (kind) {
    case Kind::Bool:
      return integer != 0;
    case Kind::Integer:
      return integer;
    case Kind::Number:
      return number;
    case Kind::Text:
      return std::string(text, static_cast<std::size_t>(integer));
    case Kind::Dtype:
      return static_cast<ScalarType>(integer);
    case Kind::List:
      return std::vector<std::int64_t>(list, list + integer);
    case Kind::None:
      break;
  }
  return {};
}

void enter_module(std::string name) { modules.push_back(std::move(name)); }
void leave_module() noexcept { modules.pop_back(); }

std::string module_path() {
  std::string path;
  for (const std::string& name : modules) path += (path.empty() ? "" : ".") + name;
  return path;
}

}  // namespace xgrad::detail
