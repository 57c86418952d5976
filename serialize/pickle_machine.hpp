/// The machine that reads pickles: load()'s inside.
#pragma once

#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/array/keyed_hash.hpp>
#include <xgrad/serialize/graph_check.hpp>
#include <xgrad/serialize/pickle.hpp>

#include <cstring>
#include <vector>

namespace xgrad::serialize::pickle {

/// A stack machine for the opcodes that Python's pickler writes for plain data. Its use is in pickle_reader.cpp, but
/// for the opcodes of numbers and texts, which are in pickle_scalars.cpp.
class Machine {
 public:
  Machine(std::string_view bytes, Resolver& resolver)
      : bytes_(bytes), resolver_(resolver), budget_((std::size_t{64} << 20) + 32 * bytes.size()) {}
  Value run();
  std::size_t used() const { return at_; }

 private:
  bool step(unsigned char opcode);  // false at the end
  bool step_number(unsigned char opcode);
  bool step_text(unsigned char opcode);
  bool step_container(unsigned char opcode);
  bool step_memo(unsigned char opcode);

  std::string_view take(std::uint64_t n);
  template <class T>
  T number();
  std::string_view line();

  void push(Value v);
  Value pop();
  Value& top();
  std::size_t pop_mark();
  Value::Items pop_from(std::size_t first);
  void push_text(std::string_view utf8);
  void push_long(std::uint64_t length);
  void push_container(Value v, std::size_t elements);
  void append(Value::Items items);
  void set_items(Value::Items items);
  void check_key(const Value& key, int depth);
  void memoize(std::uint32_t place);
  void push_global(std::string_view module, std::string_view name);
  void charge_entries(const Value::Dict& dict);
  void reduce();
  void new_object();
  void build();
  void charge(std::size_t memory);
  std::string last_text() const;

  std::string_view bytes_;
  std::size_t at_ = 0;
  Resolver& resolver_;
  std::size_t budget_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Value, KeyedHash> memo_;
  ContainerSet made_;
};

template <class T>
T Machine::number() {
  T value;
  std::memcpy(&value, take(sizeof value).data(), sizeof value);
  return value;
}

/// Costs in bytes, on the high side.
inline constexpr std::size_t kValueCost = 48, kContainerCost = 160, kMemoCost = 80, kTextCost = 80;

}  // namespace xgrad::serialize::pickle
