#include <xgrad/autograd/array/error.hpp>
#include <xgrad/autograd/graph/ivalue.hpp>
#include <xgrad/serialize/archive.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/file_budget.hpp>
#include <xgrad/serialize/input.hpp>
#include <xgrad/serialize/output.hpp>
#include <xgrad/serialize/pytorch.hpp>
#include <xgrad/serialize/script_writer.hpp>
#include <xgrad/serialize/source.hpp>

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

Value new_object() {
  Value::Dict object;
  object.class_name = "Module";  // until it is written, when each shape of object gets a class of its own
  return object;
}

bool is_object(const Value& v) { return v.is(Kind::Dict) && !v.as_dict().class_name.empty(); }

Produce saving(const Value& root, std::string folder) {
  return [script = ScriptWriter(root), folder = std::move(folder)](const Write& write) {
    ZipWriter zip(write);
    script.storages().write(zip, folder);
    zip.add(folder + "data.pkl", script.pickled());
    zip.add(folder + "code/__torch__.py", script.code());
    zip.add(folder + "constants.pkl", "\x80\x02).");  // no constants: an empty tuple
    write_version(zip, folder);
    zip.finish();
  };
}

/// The names of a state_dict as objects in objects.
class DottedNames {
 public:
  explicit DottedNames(std::uint64_t file_size) : budget_(file_size) {}

  /// "layer1.weight" goes under "weight" of the object "layer1". Dots are kept where that is not possible.
  void insert(const std::string& name, const Value& value) {
    check(std::count(name.begin(), name.end(), '.') <= pickle::kMaxDepth,
          "the dots of the name {} would nest objects deeper than {} levels", in_quotes(name), pickle::kMaxDepth);
    Value::Dict* object = &root_.as_dict();
    std::string_view rest = name;
    for (std::size_t dot = rest.find('.'); dot != std::string_view::npos && object; dot = rest.find('.')) {
      object = inner(*object, rest.substr(0, dot));
      rest.remove_prefix(dot + 1);
    }
    if (object && !rest.empty())
      set(*object, rest, value);
    else
      set(root_.as_dict(), name, value);
  }
  Value take() { return std::move(root_); }

 private:
  void set(Value::Dict& object, std::string_view key, const Value& value) { indexes_[&object].set(object, key, value); }

  /// The object of that name in another, made if there is none; null if something else has the name.
  Value::Dict* inner(Value::Dict& outer, std::string_view key) {
    constexpr std::size_t kObjectCost = 512;  // with its index, on the high side
    const Value* found = indexes_[&outer].find(outer, key);
    if (!found) {
      budget_.charge(kObjectCost + key.size(), "the dots of its names stand for");
      outer.entries.emplace_back(key, new_object());
      found = &outer.entries.back().second;
    }
    return is_object(*found) ? &found->as_dict() : nullptr;
  }

  Value root_ = new_object();
  std::unordered_map<const Value::Dict*, KeyIndex> indexes_;
  FileBudget budget_;
};

/// What Python's torch.save wrote, as an archive.
Value archive_of(const Value& file, std::uint64_t file_size) {
  if (file.is(Kind::Dict)) {
    DottedNames names(file_size);
    for (const auto& [key, value] : file.as_dict().entries) {
      if (key.is(Kind::Str)) names.insert(key.as_str(), value);
    }
    return names.take();
  }
  Value root = new_object();
  Value::Dict& entries = root.as_dict();
  if (file.is(Kind::List) || file.is(Kind::Tuple)) {
    std::size_t i = 0;
    for (const Value& item : file.items()) entries.entries.emplace_back(std::to_string(i++), item);
  } else {
    entries.set("0", file);
  }
  return root;
}

}  // namespace

OutputArchive::OutputArchive() : root_(new_object()) {}

void OutputArchive::write(const std::string& key, const Value& value) { index_.set(root_.as_dict(), key, value); }

void OutputArchive::write(const std::string& key, const Tensor& tensor, bool is_buffer) {
  check<ValueError>(tensor.defined(), "cannot save an undefined tensor: {}", in_quotes(key));
  write(key, Value(Value::Tensor{tensor.array(), tensor.requires_grad(), !is_buffer}));
}

void OutputArchive::write(const std::string& key, const OutputArchive& nested) { write(key, nested.root_); }

void OutputArchive::save_to(const std::string& path) const { write_file(path, saving(root_, archive_folder(path))); }
void OutputArchive::save_to(std::ostream& stream) const { write_stream(stream, saving(root_, kArchiveFolder)); }
void OutputArchive::save_to(const std::function<std::size_t(const void*, std::size_t)>& write) const {
  saving(root_, kArchiveFolder)([&](const void* data, std::size_t size) {
    const std::size_t taken = write(data, size);
    check(taken == size, "an archive could not be written: {} of {} bytes were taken", taken, size);
  });
}

InputArchive::InputArchive() : root_(new_object()) {}

bool InputArchive::try_read(const std::string& key, Value& value) {
  const Value* found = find(key);
  if (!found || is_object(*found)) return false;
  value = *found;
  return true;
}

bool InputArchive::try_read(const std::string& key, IValue& value) {
  Value found;
  if (!try_read(key, found)) return false;
  value = found;
  return true;
}

bool InputArchive::try_read(const std::string& key, Tensor& tensor, bool /*is_buffer*/) {
  const Value* found = find(key);
  if (!found || !found->is(Kind::Tensor)) return false;
  if (tensor.defined()) {
    tensor.set_data(Tensor(found->as_tensor().array));
  } else {
    tensor = found->toTensor();
  }
  return true;
}

bool InputArchive::try_read(const std::string& key, InputArchive& nested) {
  const Value* found = find(key);
  if (!found || !is_object(*found)) return false;
  nested.root_ = *found;
  nested.index_ = {};
  nested.prefix_ = prefix_ + key + ".";
  nested.copies_ = copies_;
  return true;
}

void InputArchive::read(const std::string& key, Value& value) {
  check(try_read(key, value), "No such serialized IValue '{}{}'", prefix_, key);
}
void InputArchive::read(const std::string& key, IValue& value) {
  check(try_read(key, value), "No such serialized IValue '{}{}'", prefix_, key);
}
void InputArchive::read(const std::string& key, Tensor& tensor, bool is_buffer) {
  check(try_read(key, tensor, is_buffer), "No such serialized tensor '{}{}'", prefix_, key);
}
void InputArchive::read(const std::string& key, InputArchive& nested) {
  check(try_read(key, nested), "No such serialized submodule: '{}{}'", prefix_, key);
}

void InputArchive::take(Source source) {
  const std::string name = source.name();
  const std::uint64_t size = source.size();
  Value file = load_source(std::move(source));
  root_ = is_object(file) ? std::move(file) : while_loading(name, [&] { return archive_of(file, size); });
  index_ = {};
  prefix_.clear();
  source_ = name;
}

void InputArchive::add_source(Error& error) const { error.add_context(fmt::format("loading '{}'", source_)); }

void InputArchive::load_from(const std::string& path, std::optional<Device> /*device*/) { take(Source::file(path)); }
void InputArchive::load_from(std::istream& stream, std::optional<Device> /*device*/) { take(Source::stream(stream)); }
void InputArchive::load_from(const char* data, std::size_t size, std::optional<Device> /*device*/) {
  take(Source::memory({data, size}, "<memory>"));
}
void InputArchive::load_from(const std::function<std::size_t(std::uint64_t, void*, std::size_t)>& read,
                             const std::function<std::size_t()>& size, std::optional<Device> /*device*/) {
  take(Source("<function>", size(), read));
}

std::vector<std::string> InputArchive::keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : root_.as_dict().entries) keys.push_back(key.as_str());
  return keys;
}

OutputArchive& operator<<(OutputArchive& archive, const Tensor& tensor) {
  archive.write("0", tensor);
  return archive;
}
InputArchive& operator>>(InputArchive& archive, Tensor& tensor) {
  archive.read("0", tensor);
  return archive;
}

OutputArchive& operator<<(OutputArchive& archive, const nn::ModuleBase& module) {
  module.save(archive);
  return archive;
}
InputArchive& operator>>(InputArchive& archive, nn::ModuleBase& module) {
  module.load(archive);
  return archive;
}

OutputArchive& operator<<(OutputArchive& archive, const optim::Optimizer& optimizer) {
  optimizer.save(archive);
  return archive;
}
InputArchive& operator>>(InputArchive& archive, optim::Optimizer& optimizer) {
  optimizer.load(archive);
  return archive;
}

}  // namespace xgrad::serialize
