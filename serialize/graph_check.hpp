/// Keeps values that point at each other from harming whoever walks or frees them.
#pragma once

#include <xgrad/serialize/value.hpp>

#include <memory>
#include <vector>

namespace xgrad::serialize {

/// All lists, tuples and dicts made while a pickle is read. A hostile pickle can make them contain themselves, which
/// reference counts would never free, or nest them so deep that freeing them would overflow the stack. Whatever is not
/// handed out by keep_reachable() is emptied, one container at a time, when this object goes.
class ContainerSet {
 public:
  ContainerSet() = default;
  ~ContainerSet();
  ContainerSet(const ContainerSet&) = delete;
  ContainerSet& operator=(const ContainerSet&) = delete;

  /// Anything but a list, tuple or dict is ignored.
  void add(const Value& v);

  /// Lets go of what `root` holds. Throws Error, and lets go of nothing, if that contains itself, is deeper than
  /// `max_depth`, holds classes or storages, or a dict with the same key twice.
  void keep_reachable(const Value& root, int max_depth);

 private:
  struct Slot {
    std::shared_ptr<Value::Items> items;
    std::shared_ptr<Value::Dict> dict;
    const void* identity() const { return items ? static_cast<const void*>(items.get()) : dict.get(); }
  };
  std::vector<Slot> slots_;
};

}  // namespace xgrad::serialize
