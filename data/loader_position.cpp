#include <xgrad/data/loader_position.hpp>

#include <algorithm>

namespace xgrad::data::detail {
namespace {

using serialize::Value;

Array state_of(const Generator& generator) {
  const std::lock_guard lock(generator.mutex());
  return generator.get_state<Array>();
}
Array state_of(const std::optional<Generator>& generator) { return generator ? state_of(*generator) : Array(); }

void set_state(Generator generator, const Array& state) {
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}
void set_state(const std::optional<Generator>& generator, const Array& state) {
  if (generator && state.defined()) set_state(*generator, state);
}

Value packed(const Array& state) { return state.defined() ? Value(state) : Value(); }
Array unpacked(const Value& state) { return state.is_none() ? Array() : state.as_tensor().array; }

/// What is passed over is drawn again, and a sampler may never end: a state that claims 2^62 batches would have it draw
/// for centuries. These are drawn in seconds. An epoch over all of a larger dataset may have more.
std::int64_t most_batches(const LoaderPosition::Shape& shape) {
  constexpr std::int64_t kBatches = 100'000'000, kExamples = 1'000'000'000;
  const std::int64_t drawn = std::min(kBatches, kExamples / shape.batch_size);
  return std::max(drawn, shape.examples / shape.batch_size + 1);
}

}  // namespace

LoaderPosition& LoaderPosition::operator=(const LoaderPosition& other) {
  if (this == &other) return *this;
  const std::lock_guard lock(mutex_);
  progress_.reset();
  beginning_ = {};
  passed_over_ = 0;
  return *this;
}

LoaderPosition::Started LoaderPosition::start(const Generators& generators, const std::function<Requests()>& draw) {
  const std::lock_guard lock(mutex_);
  progress_ = std::make_shared<PassProgress>();
  const std::size_t had = std::exchange(passed_over_, 0);
  if (had == 0) {
    beginning_ = {state_of(default_generator()), state_of(generators.loader), state_of(generators.sampler)};
    return {draw(), progress_};
  }
  const Array standard = state_of(default_generator());
  set_state(default_generator(), beginning_.standard);
  set_state(generators.loader, beginning_.loader);
  set_state(generators.sampler, beginning_.sampler);
  Requests requests = draw();
  // No further than there are batches, however many a state claims.
  for (std::size_t i = 0; i < had && requests(); ++i) {
  }
  // The default generator is the program's again. The others are the loader's, whose order may be drawn from them until
  // the end, and ahead of the loop where there are workers: they are where the batches that were had left them.
  set_state(default_generator(), standard);
  progress_->taken = had;
  return {std::move(requests), progress_};
}

Value LoaderPosition::state_dict(const Shape& shape, const std::optional<Generator>& loader) const {
  const std::lock_guard lock(mutex_);
  const bool running = progress_ && progress_->running;
  const std::size_t taken = running ? progress_->taken : passed_over_;
  const Beginning beginning = taken > 0 ? beginning_ : Beginning();
  return Value::dict({{"batches", taken},
                      {"examples", shape.examples},
                      {"batch_size", shape.batch_size},
                      {"generator", packed(state_of(loader))},
                      {"beginning", Value::dict({{"rng_state", packed(beginning.standard)},
                                                 {"generator", packed(beginning.loader)},
                                                 {"sampler", packed(beginning.sampler)}})}});
}

void LoaderPosition::load_state_dict(const Value& state, const Shape& shape, const std::optional<Generator>& loader) {
  const Value::Dict& dict = state.as_dict();
  const std::int64_t taken = dict.at("batches").as_int(), examples = dict.at("examples").as_int(),
                     batch_size = dict.at("batch_size").as_int();
  check<ValueError>(taken >= 0, "a loader's state with {} batches", taken);
  const std::int64_t most = most_batches(shape);
  check<ValueError>(taken <= most,
                    "a loader's state with {} batches, but no more than {} can be passed over to go on behind them",
                    taken, most);
  check<ValueError>(taken == 0 || (examples == shape.examples && batch_size == shape.batch_size),
                    "the state is of a loader of {} examples in batches of {}, but this one has {} in batches of {}",
                    examples, batch_size, shape.examples, shape.batch_size);
  const Value::Dict& beginning = dict.at("beginning").as_dict();
  Beginning loaded{unpacked(beginning.at("rng_state")), unpacked(beginning.at("generator")),
                   unpacked(beginning.at("sampler"))};
  check<ValueError>(taken == 0 || loaded.standard.defined(), "a loader's state without its beginning");
  const std::lock_guard lock(mutex_);
  set_state(loader, unpacked(dict.at("generator")));
  beginning_ = std::move(loaded);
  passed_over_ = static_cast<std::size_t>(taken);
  progress_.reset();
}

}  // namespace xgrad::data::detail
