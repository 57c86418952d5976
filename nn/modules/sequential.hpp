/// Sequential: modules one after the other.
#pragma once

#include <xgrad/nn/any.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::nn {

/// Feeds what a module returns to the next one. Takes holders, shared pointers, modules by value, functions, and other
/// Sequentials; children are named "0", "1", ... unless names are given.
///
///     nn::Sequential net{nn::Linear(784, 50), nn::ReLU(), [](Tensor x) { return x * 2; }};
///     nn::Sequential net({{"fc", nn::Linear(784, 50)}, {"act", nn::ReLU()}});
///
/// Braces make the modules from left to right, so that they draw their weights in Python's order. Between parentheses
/// C++ leaves the order to the compiler, and g++ begins with the last one.
class SequentialImpl : public Cloneable<SequentialImpl, Module> {
 public:
  using Iterator = std::vector<AnyModule>::iterator;
  using ConstIterator = std::vector<AnyModule>::const_iterator;

  SequentialImpl() = default;
  template <class First, class... Rest>
  requires(!std::same_as<std::remove_cvref_t<First>, SequentialImpl> ||
           sizeof...(Rest) > 0) explicit SequentialImpl(First&& first, Rest&&... rest) {
    modules_.reserve(1 + sizeof...(Rest));
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }
  explicit SequentialImpl(std::initializer_list<NamedAnyModule> modules) {
    for (const auto& m : modules) push_back(m.name(), m.module());
  }
  explicit SequentialImpl(OrderedDict<std::string, AnyModule> modules) {
    for (auto& [name, module] : modules) push_back(name, std::move(module));
  }

  /// Without modules, the input itself.
  Tensor forward(Tensor input) override;
  /// For modules that take or return other things than one tensor.
  template <class Result = Tensor, class... Args>
  Result forward(Args&&... args) {
    check(!is_empty(), "Cannot call forward() on an empty Sequential");
    AnyValue value = modules_.front().any_forward(std::forward<Args>(args)...);
    for (std::size_t i = 1; i < size(); ++i) value = modules_[i].any_forward(std::move(value));
    if (auto* result = value.template try_get<Result>()) return std::move(*result);
    fail<TypeError>("The type of the return value is {}, but you asked for type {}",
                    detail::type_name(value.type_info()), detail::type_name(typeid(Result)));
  }

  /// Appends what AnyModule can hold, under the next number or under a name.
  template <class M>
  void push_back(M&& module) {
    if constexpr (std::same_as<std::remove_cvref_t<M>, NamedAnyModule>)
      push_back(module.name(), module.module());
    else
      push_back(std::to_string(size()), std::forward<M>(module));
  }
  template <class M>
  void push_back(std::string name, M&& module) {
    add(std::move(name), AnyModule(std::forward<M>(module)));
  }
  template <class M>
  SequentialImpl& append(M&& module) {
    push_back(std::forward<M>(module));
    return *this;
  }
  /// Appends every module of another container: of a Sequential, or of a ModuleList whose modules are Modules (throws
  /// TypeError for others, with what stands before them appended).
  template <class Container>
  SequentialImpl& extend(const Container& container) {
    for (const auto& module : container) push_back(module);
    return *this;
  }
  /// Puts a module before position `index`, which counts from the end if it is negative; the others are numbered anew.
  /// Throws IndexError past the ends, and Error if the modules have names.
  template <class M>
  SequentialImpl& insert(std::int64_t index, M&& module) {
    insert_any(index, AnyModule(std::forward<M>(module)));
    return *this;
  }
  /// Takes module `index` out, from the end if it is negative, and numbers the others anew.
  std::shared_ptr<ModuleBase> pop(std::int64_t index);

  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }
  std::size_t size() const noexcept { return modules_.size(); }
  bool is_empty() const noexcept { return modules_.empty(); }
  /// Module `index` as an M; throws IndexError past the end, TypeError for another type.
  template <detail::ModuleType M>
  M& at(std::size_t index) const {
    return checked(index).get<M>();
  }
  ModulePointer ptr(std::size_t index) const { return checked(index).ptr(); }
  template <detail::ModuleType M>
  std::shared_ptr<M> ptr(std::size_t index) const {
    return checked(index).ptr<M>();
  }
  ModulePointer operator[](std::size_t index) const { return ptr(index); }

  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override;

 private:
  void add(std::string name, AnyModule module);
  void insert_any(std::int64_t index, AnyModule module);
  void number_anew();
  const AnyModule& checked(std::size_t index) const {
    check<IndexError>(index < size(), "Index out of range");
    return modules_[index];
  }

  std::vector<AnyModule> modules_;
  std::vector<std::string> names_;
};

XGRAD_COPIED(Sequential);
/// The holder, which takes names in braces too.
class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using Impl = SequentialImpl;
  Sequential() = default;
  Sequential(std::initializer_list<NamedAnyModule> modules) : ModuleHolder(std::make_shared<SequentialImpl>(modules)) {}
};

}  // namespace xgrad::nn
