/// What an optimiser keeps between steps, and the map of it.
#pragma once

#include <xgrad/autograd/tensor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad::optim {

/// The names of a ParamState's entries in PyTorch's state dicts: numbers first, then tensors.
struct StateNames {
  struct Number {
    const char* name;
    bool is_int = false;  ///< an int in Python, else a float32 tensor without dimensions
  };
  std::vector<Number> numbers;
  std::vector<const char*> tensors;
  bool none_if_absent = false;  ///< a tensor that is not kept is None, else it has no entry
};

// An entry under its name, as libtorch has it: `state.exp_avg()`, `state.exp_avg(value)`.
#define XGRAD_STATE_TENSOR(NAME)                       \
  const Tensor& NAME() const { return tensor(#NAME); } \
  ParamState& NAME(const Tensor& value) { return tensor(#NAME) = value, *this; }

/// What an optimiser keeps for one parameter between steps; StateNames says what the entries are.
struct ParamState {
  bool started = false;
  std::array<double, 3> numbers{};
  std::array<Tensor, 3> tensors;
  std::shared_ptr<void> more;         ///< of an optimiser that packs and unpacks its state itself
  const StateNames* names = nullptr;  ///< its optimiser's
  const TensorImpl* param = nullptr;  ///< whose state this is

  /// An entry by its name. Throws IndexError if the optimiser has no tensor (number) of that name.
  Tensor& tensor(std::string_view name);
  double& number(std::string_view name);
  const Tensor& tensor(std::string_view name) const { return const_cast<ParamState*>(this)->tensor(name); }
  double number(std::string_view name) const { return const_cast<ParamState*>(this)->number(name); }

  std::int64_t step() const { return static_cast<std::int64_t>(number("step")); }
  ParamState& step(std::int64_t value) { return number("step") = static_cast<double>(value), *this; }
  XGRAD_STATE_TENSOR(exp_avg)
  XGRAD_STATE_TENSOR(exp_avg_sq)
  XGRAD_STATE_TENSOR(grad_avg)
  XGRAD_STATE_TENSOR(max_exp_avg_sq)
  XGRAD_STATE_TENSOR(momentum_buffer)
  XGRAD_STATE_TENSOR(square_avg)
  XGRAD_STATE_TENSOR(sum)
};
#undef XGRAD_STATE_TENSOR

// libtorch's names. There each is a type of its own; here the entries are looked up by name.
using OptimizerParamState = ParamState;
using AdagradParamState = ParamState;
using AdamParamState = ParamState;
using AdamWParamState = ParamState;
using RMSpropParamState = ParamState;
using SGDParamState = ParamState;

/// The states of the parameters that have been changed so far, under the parameters: what Python's `optimizer.state`
/// and libtorch's `optimizer.state()` are.
///
///     auto& kept = static_cast<optim::AdamParamState&>(*optimizer.state()[parameter]);
///     print(kept.exp_avg());
///
/// Iterators and pointers are valid until the next step, as in libtorch's map until something is put in.
class StateMap {
  using Rows = std::vector<std::vector<ParamState>>;

 public:
  /// A parameter, or its address as `unsafeGetTensorImpl()` gives it.
  class Key {
   public:
    Key(const Tensor& param) : address_(param.impl()) {}
    Key(const void* address) : address_(address) {}
    operator const void*() const { return address_; }

   private:
    const void* address_;
  };

  class iterator {
   public:
    using value_type = std::pair<const void*, ParamState*>;
    using difference_type = std::ptrdiff_t;
    iterator() = default;
    iterator(Rows* rows, std::size_t group) : rows_(rows), group_(group) { settle(); }
    value_type& operator*() { return now_; }
    value_type* operator->() { return &now_; }
    iterator& operator++() { return ++place_, settle(), *this; }
    bool operator==(const iterator& other) const { return group_ == other.group_ && place_ == other.place_; }

   private:
    void settle();

    Rows* rows_ = nullptr;
    std::size_t group_ = 0, place_ = 0;
    value_type now_{};
  };

  iterator begin() const { return {&rows_, 0}; }
  iterator end() const { return {&rows_, rows_.size()}; }
  iterator find(Key key) const;
  /// Null if there is none.
  ParamState* operator[](Key key) const { return find(key)->second; }
  /// Throws IndexError if there is none.
  ParamState* at(Key key) const;
  std::size_t count(Key key) const { return (*this)[key] ? 1 : 0; }
  bool contains(Key key) const { return count(key) == 1; }
  std::size_t size() const;
  bool empty() const { return begin() == end(); }
  /// As before the first step.
  void clear();
  std::size_t erase(Key key);

 private:
  friend class Optimizer;
  // By group and place; those that have not started are not there. The states can be changed through a const map, as
  // libtorch's can, which is one of pointers.
  mutable Rows rows_;
};

}  // namespace xgrad::optim
