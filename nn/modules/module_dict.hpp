/// ModuleDict: submodules by name, without a forward.
#pragma once

#include <xgrad/nn/any.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::nn {

/// Modules under names, in the order of insertion; registers them under these names.
///
///     nn::ModuleDict heads({{"classes", nn::Linear(50, 10)}, {"box", nn::Linear(50, 4)}});
///     Tensor y = heads["classes"]->as<nn::Linear>()->forward(x);
class ModuleDictImpl : public Cloneable<ModuleDictImpl> {
 public:
  using Entry = std::pair<std::string, std::shared_ptr<ModuleBase>>;

  ModuleDictImpl() = default;
  explicit ModuleDictImpl(const std::vector<Entry>& modules) { update(modules); }
  template <std::derived_from<ModuleBase> M>
  explicit ModuleDictImpl(const OrderedDict<std::string, std::shared_ptr<M>>& modules) {
    update(modules);
  }

  /// Takes over entries; one whose name is there takes its place.
  template <class Entries>
  void update(const Entries& entries) {
    for (const auto& [name, module] : entries) set(name, module);
  }
  void update(std::initializer_list<Entry> entries) { update<std::initializer_list<Entry>>(entries); }
  /// Puts a module under a name.
  void set(const std::string& name, std::shared_ptr<ModuleBase> module);
  /// Takes a module out and returns it; throws for a name that is not there.
  std::shared_ptr<ModuleBase> pop(const std::string& name);
  void clear();
  bool contains(const std::string& name) const { return modules_.contains(name); }
  std::size_t size() const noexcept { return modules_.size(); }
  bool empty() const noexcept { return modules_.size() == 0; }
  std::vector<std::string> keys() const { return modules_.keys(); }
  std::vector<std::shared_ptr<ModuleBase>> values() const { return modules_.values(); }
  auto items() const { return modules_.pairs(); }
  auto begin() const { return modules_.begin(); }
  auto end() const { return modules_.end(); }
  /// The module of this name; throws for one that is not there.
  ModulePointer operator[](const std::string& name) const { return modules_[name]; }
  ModulePointer ptr(const std::string& name) const { return modules_[name]; }
  /// The same as an M; throws TypeError for another type.
  template <detail::ModuleType M>
  M& at(const std::string& name) const {
    return *ptr<M>(name);
  }
  template <detail::ModuleType M>
  std::shared_ptr<M> ptr(const std::string& name) const {
    auto module = std::dynamic_pointer_cast<M>(modules_[name]);
    check<TypeError>(module != nullptr, "Attempted to cast module of type {} to type {}", modules_[name]->name(),
                     detail::type_name(typeid(M)));
    return module;
  }

  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override;

 private:
  OrderedDict<std::string, std::shared_ptr<ModuleBase>> modules_;
};

XGRAD_COPIED(ModuleDict);
/// The holder, which takes names in braces too.
class ModuleDict : public ModuleHolder<ModuleDictImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using Impl = ModuleDictImpl;
  ModuleDict() = default;
  ModuleDict(std::initializer_list<ModuleDictImpl::Entry> modules)
      : ModuleHolder(std::make_shared<ModuleDictImpl>(std::vector<ModuleDictImpl::Entry>(modules))) {}
};

/// Parameters by number: registered as "0", "1", ...
class ParameterListImpl : public Cloneable<ParameterListImpl> {
 public:
  ParameterListImpl() = default;
  explicit ParameterListImpl(const std::vector<Tensor>& list) { extend(list); }
  template <class... T>
  requires(sizeof...(T) > 0 && (std::convertible_to<T, Tensor> && ...)) explicit ParameterListImpl(const T&... list) {
    (append(list), ...);
  }
  /// Adds a parameter; one that does not require gradients stays so.
  void append(const Tensor& parameter);
  template <class Container>
  void extend(const Container& container) {
    for (const Tensor& p : container) append(p);
  }
  std::size_t size() const noexcept { return parameters(false).size(); }
  bool is_empty() const noexcept { return size() == 0; }
  Tensor operator[](std::size_t index) const;
  Tensor at(std::size_t index) const { return (*this)[index]; }
  /// The parameters in turn: `for (const Tensor& p : list)`.
  class Iterator {
   public:
    using value_type = Tensor;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const ParameterListImpl* list, std::size_t index) : list_(list), index_(index) {}
    Tensor operator*() const { return (*list_)[index_]; }
    Iterator& operator++() { return ++index_, *this; }
    Iterator operator++(int) { return Iterator(list_, index_++); }
    bool operator==(const Iterator& other) const = default;

   private:
    const ParameterListImpl* list_ = nullptr;
    std::size_t index_ = 0;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size()}; }
  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& out) const override;
};

XGRAD_COPIED(ParameterList);
/// The holder, which takes parameters in braces too: `nn::ParameterList({weight, bias})`.
class ParameterList : public ModuleHolder<ParameterListImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using Impl = ParameterListImpl;
  ParameterList() = default;
  ParameterList(std::initializer_list<Tensor> parameters)
      : ModuleHolder(std::make_shared<ParameterListImpl>(std::vector<Tensor>(parameters))) {}
};

}  // namespace xgrad::nn
