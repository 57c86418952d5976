/// ModuleList: submodules by number, without a forward.
#pragma once

#include <xgrad/nn/any.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::nn {

/// A list of modules that registers them as "0", "1", ...
///
///     nn::ModuleList layers{nn::Linear(3, 4), nn::Linear(4, 5)};
///     for (auto& layer : layers) x = layer->as<nn::Linear>()->forward(x);
///
/// Braces make the modules from left to right, as Python does; between parentheses the compiler chooses the order.
class ModuleListImpl : public Cloneable<ModuleListImpl> {
 public:
  using Iterator = std::vector<std::shared_ptr<ModuleBase>>::iterator;
  using ConstIterator = std::vector<std::shared_ptr<ModuleBase>>::const_iterator;

  ModuleListImpl() = default;
  template <class First, class... Rest>
  requires(!std::same_as<std::remove_cvref_t<First>, ModuleListImpl> ||
           sizeof...(Rest) > 0) explicit ModuleListImpl(First&& first, Rest&&... rest) {
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }

  /// Appends a holder, a shared pointer or a module by value.
  template <class M>
  void push_back(M&& module) {
    insert(size(), std::forward<M>(module));
  }
  template <class M>
  ModuleListImpl& append(M&& module) {
    push_back(std::forward<M>(module));
    return *this;
  }
  /// Puts a module before position `index`; those behind it move up. Throws IndexError past the end.
  template <class M>
  void insert(std::size_t index, M&& module) {
    insert_pointer(index, detail::module_pointer(std::forward<M>(module)));
  }
  template <class Container>
  ModuleListImpl& extend(const Container& container) {
    for (const auto& module : container) push_back(module);
    return *this;
  }
  /// Takes module `index` out, from the end if it is negative; those behind it move down. Throws IndexError past the
  /// ends.
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
    return *ptr<M>(index);
  }
  ModulePointer ptr(std::size_t index) const {
    check<IndexError>(index < size(), "Index out of range");
    return modules_[index];
  }
  template <detail::ModuleType M>
  std::shared_ptr<M> ptr(std::size_t index) const {
    auto module = std::dynamic_pointer_cast<M>(ptr(index));
    check<TypeError>(module != nullptr, "Attempted to cast module of type {} to type {}", modules_[index]->name(),
                     detail::type_name(typeid(M)));
    return module;
  }
  ModulePointer operator[](std::size_t index) const { return ptr(index); }

  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override;

 private:
  void insert_pointer(std::size_t index, std::shared_ptr<ModuleBase> module);

  std::vector<std::shared_ptr<ModuleBase>> modules_;
};
XGRAD_LAYER(ModuleList);

}  // namespace xgrad::nn
