#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/elements.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/pickle_machine.hpp>
#include <xgrad/serialize/pickle_text.hpp>

#include <algorithm>
#include <utility>

namespace xgrad::serialize::pickle {

using Kind = Value::Kind;

namespace {

std::size_t text_size(const Value& v) {
  if (v.is(Kind::Str)) return v.as_str().size();
  return v.is(Kind::Bytes) ? v.as_bytes().size() : 0;
}

}  // namespace

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
    check_key(items[i], 0);
    entries.emplace_back(std::move(items[i]), std::move(items[i + 1]));
  }
}

/// Python compares the elements of tuples, and so does the check for keys that are there twice: a key costs all its
/// elements and text each time that it is one, however often it is the same.
void Machine::check_key(const Value& key, int depth) {
  constexpr int kMaxKeyDepth = 16;
  check<TypeError>(key.kind() <= Kind::Bytes || (key.is(Kind::Tuple) && depth < kMaxKeyDepth),
                   "a dict has a key of type {}: unhashable or not supported", kind_name(key.kind()));
  charge(text_size(key));
  if (!key.is(Kind::Tuple)) return;
  charge(key.items().size() * kValueCost);
  for (const Value& item : key.items()) check_key(item, depth + 1);
}

void Machine::memoize(std::uint32_t place) {
  charge(kMemoCost);
  memo_[place] = top();
}

void Machine::push_global(std::string_view module, std::string_view name) {
  charge(kContainerCost + module.size() + name.size());
  push(resolver_.global(std::string(module), std::string(name)));
}

/// Those of a dict that is a copy of another or made of a list.
void Machine::charge_entries(const Value::Dict& dict) {
  charge(dict.entries.size() * 2 * kValueCost);
  for (const auto& [key, value] : dict.entries) check_key(key, 0);
}

void Machine::reduce() {
  const Value arguments = pop();
  const Value function = pop();
  check<TypeError>(function.is(Kind::Global) && arguments.is(Kind::Tuple),
                   "Trying to call a value of type {} with arguments of type {}", kind_name(function.kind()),
                   kind_name(arguments.kind()));
  Value result = resolver_.call(function.as_global(), arguments.as_tuple());
  charge(text_size(result));
  if (result.is(Kind::Tensor)) charge(2 * sizeof(std::int64_t) * result.as_tensor().array.sizes().size());
  if (result.is(Kind::Dict)) charge_entries(result.as_dict());
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
    charge_entries(state.as_dict());
    object.as_dict().entries = state.as_dict().entries;
    return;
  }
  check<NotImplementedError>(object.is(Kind::Dict) && object.as_dict().ordered && state.is(Kind::Dict),
                             "Can only build OrderedDict objects from dicts, but got {} and {}", kind_name(object),
                             kind_name(state));
  object.as_dict().attributes = state;
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
    case 'l':
    case 'd': {
      Value::Items items = pop_from(pop_mark());
      push_container(opcode == 'l' ? Value::list() : Value::dict(), 0);
      opcode == 'l' ? append(std::move(items)) : set_items(std::move(items));
      return true;
    }
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
  const auto line_number = [&] {
    const std::int64_t place = parse_int(line());
    check(std::in_range<std::uint32_t>(place), "a memo index of {}", place);
    return static_cast<std::uint32_t>(place);
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
    case 'p':
      memoize(line_number());
      return true;
    case 'g':
      get(line_number());
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
    case 'P':
      fail<NotImplementedError>("tensors in pickles of protocol 0, which PyTorch cannot load either");
    case 'Q': {
      const Value id = pop();
      // Its texts are looked up each time.
      if (id.is(Kind::Tuple)) {
        for (const Value& part : id.as_tuple()) charge(text_size(part));
      }
      push(resolver_.persistent(id));
      return true;
    }
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

/// Where an error is, in the file's own words: as a rule, the key of the value that is being read.
std::string Machine::last_text() const {
  const auto found = std::find_if(stack_.rbegin(), stack_.rend(), [](const Value& v) { return v.is(Kind::Str); });
  return found == stack_.rend() ? "" : fmt::format(", behind the text {}", in_quotes(found->as_str()));
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
    e.add_context(fmt::format("at byte {} of {} bytes of pickle{}", started, bytes_.size(), last_text()));
    throw;
  }
}

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
