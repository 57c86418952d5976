/// ParameterDict: parameters by name.
#pragma once

#include <xgrad/nn/cloneable.hpp>
#include <xgrad/nn/holder.hpp>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace xgrad::nn {

/// Parameters under names, in the order of insertion; registers them under these names.
///
///     nn::ParameterDict scales({{"left", ones({3})}, {"right", ones({4})}});
///     Tensor y = x * scales["left"];
class ParameterDictImpl : public Cloneable<ParameterDictImpl> {
 public:
  using Entry = std::pair<std::string, Tensor>;

  ParameterDictImpl() = default;
  explicit ParameterDictImpl(const std::vector<Entry>& parameters) { update(parameters); }
  explicit ParameterDictImpl(const OrderedDict<std::string, Tensor>& parameters) { update(parameters); }

  /// Takes over entries; one whose name is there takes its place.
  template <class Entries>
  void update(const Entries& entries) {
    for (const auto& [name, parameter] : entries) insert(name, parameter);
  }
  /// Puts a parameter under a name and returns it. (One that does not require gradients will.)
  Tensor& insert(const std::string& name, const Tensor& parameter);
  /// Takes a parameter out and returns it; throws for a name that is not there.
  Tensor pop(const std::string& name);
  void clear();
  bool contains(const std::string& name) const { return parameters_.contains(name); }
  std::size_t size() const noexcept { return parameters_.size(); }
  bool empty() const noexcept { return size() == 0; }
  std::vector<std::string> keys() const { return parameters_.keys(); }
  std::vector<Tensor> values() const { return parameters_.values(); }
  auto items() const { return parameters_.pairs(); }
  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }
  /// The parameter of this name; throws for one that is not there.
  Tensor operator[](const std::string& name) const { return parameters_[name]; }
  Tensor get(const std::string& name) const { return parameters_[name]; }

  std::shared_ptr<ModuleBase> clone(const std::optional<Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& out) const override;

 private:
  OrderedDict<std::string, Tensor> parameters_;
};

XGRAD_COPIED(ParameterDict);
/// The holder, which takes names in braces too.
class ParameterDict : public ModuleHolder<ParameterDictImpl> {
 public:
  using ModuleHolder::ModuleHolder;
  using Impl = ParameterDictImpl;
  ParameterDict() = default;
  ParameterDict(std::initializer_list<ParameterDictImpl::Entry> parameters)
      : ModuleHolder(std::make_shared<ParameterDictImpl>(std::vector<ParameterDictImpl::Entry>(parameters))) {}
};

}  // namespace xgrad::nn
