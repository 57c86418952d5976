#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/dict_keys.hpp>
#include <xgrad/serialize/graph_check.hpp>

#include <algorithm>
#include <unordered_map>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

bool is_container(const Value& v) { return v.is(Kind::List) || v.is(Kind::Tuple) || v.is(Kind::Dict); }

/// A container on the way from the root, and which of its children comes next.
struct Frame {
  Value container;
  std::size_t next = 0;
  int deepest = 0;  // levels below, as far as known
};

/// The next child of a frame, or null after the last: the elements, or each key and value, then the attributes.
const Value* next_child(Frame& f) {
  if (!f.container.is(Kind::Dict)) {
    const auto& items = f.container.items();
    return f.next < items.size() ? &items[f.next++] : nullptr;
  }
  const auto& dict = f.container.as_dict();
  const std::size_t i = f.next++;
  if (i < 2 * dict.entries.size()) return i % 2 ? &dict.entries[i / 2].second : &dict.entries[i / 2].first;
  return i == 2 * dict.entries.size() ? &dict.attributes : nullptr;
}

constexpr int kOnPath = -1;

}  // namespace

ContainerSet::~ContainerSet() {
  // While all are still held here, emptying one frees at most itself.
  for (Slot& slot : slots_) {
    if (slot.items) slot.items->clear();
    if (slot.dict) {
      slot.dict->entries.clear();
      slot.dict->attributes = {};
    }
  }
}

void ContainerSet::add(const Value& v) {
  if (v.is(Kind::List) || v.is(Kind::Tuple)) slots_.push_back({v.shared_items(), nullptr});
  if (v.is(Kind::Dict)) slots_.push_back({nullptr, v.shared_dict()});
}

void ContainerSet::keep_reachable(const Value& root, int max_depth) {
  std::unordered_map<const void*, int> levels;  // of finished containers: how many levels they have
  std::vector<Frame> path;
  const auto visit = [&](const Value& v) {
    if (v.is(Kind::Global)) {
      fail<TypeError>("found the class or function {}.{} where a value was expected", shortened(v.as_global().module),
                      shortened(v.as_global().name));
    }
    check<TypeError>(!v.is(Kind::Storage), "found a bare Storage; only tensors can be loaded");
    if (!is_container(v)) return 0;
    const auto [known, fresh] = levels.emplace(v.identity(), kOnPath);
    if (!fresh) {
      check(known->second != kOnPath, "a {} contains itself", kind_name(v.kind()));
      return known->second;
    }
    check(path.size() < static_cast<std::size_t>(max_depth), "values are nested deeper than {} levels", max_depth);
    if (v.is(Kind::Dict)) check_keys(v.as_dict());
    path.push_back({v, 0, 0});
    return 0;
  };
  visit(root);
  while (!path.empty()) {
    if (const Value* child = next_child(path.back())) {
      const std::size_t before = path.size();
      const int below = visit(*child);
      if (path.size() == before) path.back().deepest = std::max(path.back().deepest, below);
      continue;
    }
    const int level = path.back().deepest + 1;
    levels[path.back().container.identity()] = level;
    path.pop_back();
    // Shared parts are walked once, so the path alone does not show how deep they reach.
    check(static_cast<std::size_t>(level) + path.size() <= static_cast<std::size_t>(max_depth),
          "values are nested deeper than {} levels", max_depth);
    if (!path.empty()) path.back().deepest = std::max(path.back().deepest, level);
  }
  std::erase_if(slots_, [&](const Slot& slot) { return levels.contains(slot.identity()); });
}

}  // namespace xgrad::serialize
