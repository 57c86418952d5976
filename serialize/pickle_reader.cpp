#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/graph_check.hpp>
#include <xgrad/serialize/pickle.hpp>
#include <xgrad/serialize/utf8.hpp>

#include <bit>
#include <cstring>
#include <utility>

namespace xgrad::serialize::pickle {
namespace {

using Kind = Value::Kind;

/// A stack machine for the opcodes that Python's pickler writes for plain data.
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
  void memoize(std::uint32_t place);
  void push_global(std::string_view module, std::string_view name);
  void reduce();
  void new_object();
  void build();
  void charge(std::size_t memory);

  std::string_view bytes_;
  std::size_t at_ = 0;
  Resolver& resolver_;
  std::size_t budget_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Value> memo_;
  ContainerSet made_;
};

/// Costs in bytes, on the high side.
constexpr std::size_t kValueCost = 48, kContainerCost = 160, kMemoCost = 80, kTextCost = 80;

void Machine::charge(std::size_t memory) {
  check(memory <= budget_, "the pickle needs far more memory than its {} bytes can be worth", bytes_.size());
  budget_ -= memory;
}

std::string_view Machine::take(std::uint64_t n) {
  check(n <= bytes_.size() - at_, "pickle data was truncated: {} more bytes expected, {} left", n, bytes_.size() - at_);
  const std::string_view taken = bytes_.substr(at_, n);
  at_ += n;
  return taken;
}

template <class T>
T Machine::number() {
  T value;
  std::memcpy(&value, take(sizeof value).data(), sizeof value);
  return value;
}

std::string_view Machine::line() {
  const std::size_t end = bytes_.find('\n', at_);
  check(end != std::string_view::npos, "pickle data was truncated: a line has no end");
  const std::string_view text = take(end - at_);
  take(1);
  return text;
}

void Machine::push(Value v) {
  charge(kValueCost);
  stack_.push_back(std::move(v));
}

Value& Machine::top() {
  check(stack_.size() > (marks_.empty() ? 0 : marks_.back()), "unexpected MARK found: the stack is empty");
  return stack_.back();
}

Value Machine::pop() {
  Value v = std::move(top());
  stack_.pop_back();
  return v;
}

std::size_t Machine::pop_mark() {
  check(!marks_.empty(), "could not find MARK");
  const std::size_t first = marks_.back();
  marks_.pop_back();
  return first;
}

Value::Items Machine::pop_from(std::size_t first) {
  Value::Items items(std::make_move_iterator(stack_.begin() + static_cast<std::ptrdiff_t>(first)),
                     std::make_move_iterator(stack_.end()));
  stack_.resize(first);
  return items;
}

void Machine::push_text(std::string_view utf8) {
  check(is_utf8(utf8), "a str is not UTF-8");
  charge(kTextCost + utf8.size());
  push(utf8);
}

void Machine::push_long(std::uint64_t length) {
  const std::string_view digits = take(length);
  check<NotImplementedError>(length <= 8, "an int of {} bytes does not fit into 64 bits", length);
  std::uint64_t i = length > 0 && digits.back() < 0 ? ~std::uint64_t{0} : 0;
  std::memcpy(&i, digits.data(), length);
  push(static_cast<std::int64_t>(i));
}

void Machine::push_container(Value v, std::size_t elements) {
  charge(kContainerCost + elements * kValueCost);
  made_.add(v);
  push(std::move(v));
}

void Machine::append(Value::Items items) {
  Value& list = top();
  check<TypeError>(list.is(Kind::List), "Can only append to lists, but got {}", kind_name(list.kind()));
  charge(items.size() * kValueCost);
  auto& all = list.as_list();
  all.insert(all.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
}

void Machine::set_items(Value::Items items) {
  Value& dict = top();
  check<TypeError>(dict.is(Kind::Dict), "Can only set the items of dicts, but got {}", kind_name(dict.kind()));
  check(items.size() % 2 == 0, "odd number of items for SETITEMS");
  charge(items.size() * kValueCost);
  auto& entries = dict.as_dict().entries;
  for (std::size_t i = 0; i < items.size(); i += 2) {
    check<TypeError>(items[i].kind() <= Kind::Bytes, "a dict has a key of type {}: unhashable or not supported",
                     kind_name(items[i].kind()));
    entries.emplace_back(std::move(items[i]), std::move(items[i + 1]));
  }
}

void Machine::memoize(std::uint32_t place) {
  charge(kMemoCost);
  memo_[place] = top();
}

void Machine::push_global(std::string_view module, std::string_view name) {
  charge(kContainerCost + module.size() + name.size());
  push(resolver_.global(std::string(module), std::string(name)));
}

void Machine::reduce() {
  const Value arguments = pop();
  const Value function = pop();
  check<TypeError>(function.is(Kind::Global) && arguments.is(Kind::Tuple),
                   "Trying to call a value of type {} with arguments of type {}", kind_name(function.kind()),
                   kind_name(arguments.kind()));
  Value result = resolver_.call(function.as_global(), arguments.as_tuple());
  if (result.is(Kind::Dict)) charge(result.as_dict().entries.size() * 2 * kValueCost);
  if (result.is(Kind::Bytes)) charge(result.as_bytes().size());
  push_container(std::move(result), 0);
}

void Machine::new_object() {
  const Value arguments = pop();
  const Value type = pop();
  check<TypeError>(type.is(Kind::Global) && arguments.is(Kind::Tuple) && arguments.as_tuple().empty(),
                   "Trying to make an object of type {} with arguments of type {}", kind_name(type),
                   kind_name(arguments));
  charge(type.as_global().module.size() + type.as_global().name.size());
  push_container(resolver_.object(type.as_global()), 0);
}

void Machine::build() {
  const Value state = pop();
  Value& object = top();
  if (object.is(Kind::Dict) && state.is(Kind::Dict) && !object.as_dict().class_name.empty()) {
    const auto& attributes = state.as_dict().entries;
    charge(2 * attributes.size() * kValueCost);
    object.as_dict().entries = attributes;
    return;
  }
  check<NotImplementedError>(object.is(Kind::Dict) && object.as_dict().ordered && state.is(Kind::Dict),
                             "Can only build OrderedDict objects from dicts, but got {} and {}", kind_name(object),
                             kind_name(state));
  object.as_dict().attributes = state;
}

bool Machine::step_number(unsigned char opcode) {
  switch (opcode) {
    case 'N':
      push({});
      return true;
    case 0x88:
      push(true);
      return true;
    case 0x89:
      push(false);
      return true;
    case 'K':
      push(number<std::uint8_t>());
      return true;
    case 'M':
      push(number<std::uint16_t>());
      return true;
    case 'J':
      push(number<std::int32_t>());
      return true;
    case 0x8a:
      push_long(number<std::uint8_t>());
      return true;
    case 0x8b:
      push_long(number<std::uint32_t>());
      return true;
    case 'G':
      push(std::bit_cast<double>(__builtin_bswap64(number<std::uint64_t>())));
      return true;
    default:
      return false;
  }
}

bool Machine::step_text(unsigned char opcode) {
  const auto push_bytes = [&](std::uint64_t length) {
    const std::string_view data = take(length);
    charge(kTextCost + data.size());
    push(Value::Bytes{std::string(data)});
  };
  switch (opcode) {
    case 0x8c:
      push_text(take(number<std::uint8_t>()));
      return true;
    case 'X':
      push_text(take(number<std::uint32_t>()));
      return true;
    case 0x8d:
      push_text(take(number<std::uint64_t>()));
      return true;
    case 'C':
      push_bytes(number<std::uint8_t>());
      return true;
    case 'B':
      push_bytes(number<std::uint32_t>());
      return true;
    case 0x8e:
      push_bytes(number<std::uint64_t>());
      return true;
    default:
      return false;
  }
}

bool Machine::step_container(unsigned char opcode) {
  const auto tuple_from = [&](std::size_t first) {
    const std::size_t n = stack_.size() - first;
    push_container(Value::tuple(pop_from(first)), n);
  };
  switch (opcode) {
    case '(':
      charge(sizeof(std::size_t));
      marks_.push_back(stack_.size());
      return true;
    case ')':
      push_container(Value::tuple(), 0);
      return true;
    case ']':
      push_container(Value::list(), 0);
      return true;
    case '}':
      push_container(Value::dict(), 0);
      return true;
    case 't':
      tuple_from(pop_mark());
      return true;
    case 0x85:
    case 0x86:
    case 0x87: {
      const std::size_t n = opcode - 0x84u;
      const std::size_t floor = marks_.empty() ? 0 : marks_.back();
      check(stack_.size() - floor >= n, "unexpected MARK found: a tuple of {} has too few elements", n);
      tuple_from(stack_.size() - n);
      return true;
    }
    case 'a':
    case 's': {
      Value last = pop();
      Value::Items items;
      if (opcode == 's') items.push_back(pop());
      items.push_back(std::move(last));
      opcode == 'a' ? append(std::move(items)) : set_items(std::move(items));
      return true;
    }
    case 'e':
      append(pop_from(pop_mark()));
      return true;
    case 'u':
      set_items(pop_from(pop_mark()));
      return true;
    default:
      return false;
  }
}

bool Machine::step_memo(unsigned char opcode) {
  const auto get = [&](std::uint32_t place) {
    const auto found = memo_.find(place);
    check(found != memo_.end(), "Memo value not found at index {}", place);
    push(found->second);
  };
  switch (opcode) {
    case 'q':
      memoize(number<std::uint8_t>());
      return true;
    case 'r':
      memoize(number<std::uint32_t>());
      return true;
    case 0x94:
      memoize(static_cast<std::uint32_t>(memo_.size()));
      return true;
    case 'h':
      get(number<std::uint8_t>());
      return true;
    case 'j':
      get(number<std::uint32_t>());
      return true;
    default:
      return false;
  }
}

bool Machine::step(unsigned char opcode) {
  if (step_number(opcode) || step_text(opcode) || step_container(opcode) || step_memo(opcode)) return true;
  switch (opcode) {
    case 'c': {
      const std::string_view module = line();
      push_global(module, line());
      return true;
    }
    case 0x93: {
      const Value name = pop(), module = pop();
      push_global(module.as_str(), name.as_str());
      return true;
    }
    case 'R':
      reduce();
      return true;
    case 0x81:
      new_object();
      return true;
    case 'b':
      build();
      return true;
    case 'Q':
      push(resolver_.persistent(pop()));
      return true;
    case 0x80: {
      const int protocol = number<std::uint8_t>();
      check<NotImplementedError>(protocol >= 2 && protocol <= 5, "unsupported pickle protocol: {}", protocol);
      return true;
    }
    case 0x95:
      number<std::uint64_t>();
      return true;  // a frame's length: a hint for readers of streams
    case '.':
      return false;
    default:
      fail<NotImplementedError>("Unsupported operand {}", static_cast<int>(opcode));
  }
}

Value Machine::run() {
  std::size_t started = 0;
  try {
    do {
      started = at_;
    } while (step(number<std::uint8_t>()));
    Value result = pop();
    check(stack_.empty() && marks_.empty(), "the pickle ends with {} values left over", stack_.size());
    made_.keep_reachable(result, kMaxDepth);
    return result;
  } catch (Error& e) {
    e.add_context(fmt::format("at byte {} of {} bytes of pickle", started, bytes_.size()));
    throw;
  }
}

}  // namespace

Value Resolver::object(const Value::Global& type) {
  fail<NotImplementedError>("Unsupported class {}.{}", shortened(type.module), shortened(type.name));
}

Value load(std::string_view bytes, Resolver& resolver, std::size_t* used) {
  Machine machine(bytes, resolver);
  Value value = machine.run();
  if (used) *used = machine.used();
  return value;
}

}  // namespace xgrad::serialize::pickle
