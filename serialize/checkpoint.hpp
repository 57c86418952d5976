/// Checkpoints: all that training is made of in one file, from which it goes on with the same bits.
#pragma once

#include <xgrad/autograd/array/generator.hpp>
#include <xgrad/nn/holder.hpp>
#include <xgrad/optim/optimizer.hpp>
#include <xgrad/serialize/value.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace xgrad {

namespace detail {

/// Optimisers, schedules, data loaders, and whatever else can write down its state and take it back.
template <class T>
concept Stateful = requires(T& object, const serialize::Value& state) {
  { object.state_dict() } -> std::same_as<serialize::Value>;
  object.load_state_dict(state);
};

/// An int of a file as the type it is wanted in. Throws ValueError where it does not fit.
template <std::integral I>
I number_in(const serialize::Value& state) {
  if constexpr (std::same_as<I, bool>) {
    return state.as_bool();
  } else {
    const std::int64_t number = state.as_int();
    check<ValueError>(std::in_range<I>(number), "{} does not fit into an integer of {} {}signed bits", number,
                      8 * sizeof(I), std::is_signed_v<I> ? "" : "un");
    return static_cast<I>(number);
  }
}

serialize::Value state_of(const nn::ModuleBase& module);
void load_state(nn::ModuleBase& module, const serialize::Value& state);

}  // namespace detail

/// A part of a checkpoint, bound to the object whose state it is: a module (or a handle on one), anything with
/// state_dict() and load_state_dict() of a Value, a bool or number, a text, a tensor, a generator, or a Value. The
/// object must outlive it. A tensor is copied into, and so must have the sizes of the one in the file; an undefined one
/// becomes that.
class CheckpointPart {
 public:
  /// No part.
  CheckpointPart() = default;
  // Implicit, so that a Checkpoint is a list of objects. NOLINTBEGIN(google-explicit-constructor)
  template <nn::detail::ModuleType M>
  CheckpointPart(M& module)
      : save_([&module] { return detail::state_of(module); }),
        load_([&module](const serialize::Value& state) { detail::load_state(module, state); }),
        kind_(Kind::Module) {}
  template <class H>
  requires requires(const H& handle) { requires nn::detail::ModuleType<decltype(*handle)>; }
  CheckpointPart(const H& handle) : CheckpointPart(*handle) {}
  template <detail::Stateful T>
  CheckpointPart(T& object)
      : save_([&object] { return object.state_dict(); }),
        load_([&object](const serialize::Value& state) { object.load_state_dict(state); }),
        kind_(std::derived_from<T, optim::Optimizer> ? Kind::Optimizer : Kind::Other) {}
  template <std::integral I>
  CheckpointPart(I& number)
      : save_([&number] { return serialize::Value(number); }),
        load_([&number](const serialize::Value& state) { number = detail::number_in<I>(state); }),
        undo_([&number] { return [&number, old = number] { number = old; }; }) {}
  template <std::floating_point F>
  CheckpointPart(F& number)
      : save_([&number] { return serialize::Value(number); }),
        load_([&number](const serialize::Value& state) { number = static_cast<F>(state.as_float()); }) {}
  CheckpointPart(std::string& text);
  CheckpointPart(Tensor& tensor);
  CheckpointPart(Generator& generator);
  CheckpointPart(serialize::Value& value);
  // NOLINTEND(google-explicit-constructor)

  bool present() const { return save_ != nullptr; }
  serialize::Value state_dict() const { return save_(); }
  void load_state_dict(const serialize::Value& state) const { load_(state); }
  /// Modules have the most memory, are changed in place, and are loaded as a whole or not at all.
  bool is_module() const { return kind_ == Kind::Module; }
  /// What takes the object back to its state of now, whatever has been loaded since.
  std::function<void()> undo() const;

 private:
  enum class Kind : std::uint8_t { Module, Optimizer, Other };

  std::function<serialize::Value()> save_;
  std::function<void(const serialize::Value&)> load_;
  /// For objects with states that a file cannot hold.
  std::function<std::function<void()>()> undo_;
  Kind kind_ = Kind::Other;
};

/// What to keep: any of these, in this order, and `more` under names of one's own. The default generator's state is
/// always kept, as "rng_state".
///
///     int epoch = 0;
///     const Checkpoint checkpoint{.model = model, .optimizer = optimizer, .scheduler = scheduler, .loader = loader,
///                                 .epoch = epoch};
///     if (std::filesystem::exists("run.pt")) load_checkpoint("run.pt", checkpoint);
///     for (; epoch < 10; ++epoch) {
///       for (auto& [images, labels] : loader) {     // goes on behind the last batch that was had
///         train_step(model, optimizer, images, labels);
///         if (time_to_save()) save_checkpoint("run.pt", checkpoint);   // when the step is done
///       }
///       scheduler.step();
///     }
///
/// Gradients are not kept, so a step should be whole; nor are a module's mode (train or eval), functions given to
/// schedules, buffers that are not persistent, and random numbers that a loader's workers draw.
struct Checkpoint {
  CheckpointPart model = {};
  CheckpointPart optimizer = {};
  CheckpointPart scheduler = {};
  CheckpointPart loader = {};
  CheckpointPart epoch = {};
  CheckpointPart step = {};
  std::vector<std::pair<std::string, CheckpointPart>> more = {};
};

struct CheckpointOptions {
  /// Leave the checkpoint that is replaced at the path with ".previous" behind it; where the path is a link, at that of
  /// the file it leads to.
  bool keep_previous = false;
};

/// Writes a dict of the parts' states, which Python's torch.load opens: checkpoint["model"], checkpoint["optimizer"],
/// ..., checkpoint["rng_state"] for torch.set_rng_state.
///
/// The file is written beside `path`, flushed to the disk and then renamed, so that at any moment, whether the process
/// is killed or the power fails, there is a whole checkpoint: the old one or the new one. Throws Error with the path
/// and the system's words (a full disk, no permission) and then leaves the old one.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint, CheckpointOptions options = {});

/// Loads the states into the parts, and the default generator's. What the file has beyond them is left out.
///
/// All parts are loaded or none: throws Error for a file that is missing or damaged and for one that lacks a part, and
/// what a part throws for a state that is not its own, and then all are as they were (but for lazy modules that got
/// their shapes). Modules come last, so that going back takes a copy of one only where there are several.
void load_checkpoint(const std::string& path, const Checkpoint& checkpoint);

}  // namespace xgrad
