#include <xgrad/autograd/array/error.hpp>
#include <xgrad/serialize/excerpt.hpp>
#include <xgrad/serialize/torch_resolver.hpp>
#include <xgrad/serialize/torch_types.hpp>
#include <xgrad/serialize/utf8.hpp>

#include <algorithm>
#include <array>

namespace xgrad::serialize {
namespace {

using Kind = Value::Kind;

constexpr std::string_view kUntyped = "UntypedStorage";  // PyTorch 2's, of bytes

Dims dims_of(const Value& tuple) {
  Dims dims(tuple.as_tuple().size(), 0);
  for (std::size_t i = 0; i < dims.size(); ++i) dims[i] = tuple.as_tuple()[i].as_int();
  return dims;
}

void expect_arguments(const Value::Items& a, std::size_t least, std::size_t most, const char* function) {
  check<TypeError>(a.size() >= least && a.size() <= most, "{}() with {} arguments", function, a.size());
}

Value::Tensor view_of(const Value::Storage& storage, const Value::Items& a) {
  const std::int64_t offset = a[1].as_int();
  Dims sizes = dims_of(a[2]), strides = dims_of(a[3]);
  check_view_fits(sizes, strides, offset, storage.numel);
  // An empty view may start anywhere; it must not make a pointer outside its memory.
  const std::int64_t start = std::min(offset, storage.numel);
  return {Array(storage.memory, storage.dtype, std::move(sizes), std::move(strides), start), false, false};
}

/// (storage, offset, sizes, strides), as PyTorch wrote until 0.4.
Value rebuild_tensor(const Value::Items& a) {
  expect_arguments(a, 4, 4, "_rebuild_tensor");
  return view_of(a[0].as_storage(), a);
}

/// (storage, offset, sizes, strides, requires_grad, hooks[, metadata])
Value rebuild_tensor_v2(const Value::Items& a) {
  expect_arguments(a, 6, 7, "_rebuild_tensor_v2");
  check<NotImplementedError>(a.size() == 6 || a[6].is_none() || (a[6].is(Kind::Dict) && a[6].as_dict().entries.empty()),
                             "tensors with conjugate or negative bits are not supported");
  Value::Tensor tensor = view_of(a[0].as_storage(), a);
  tensor.requires_grad = a[4].as_bool();
  return tensor;
}

[[noreturn]] void fail_meta() {
  NotImplementedError e("the file has a tensor on the device 'meta', which has a shape and no elements");
  e.set_hint("make it real in Python before saving: module.to_empty(device='cpu'), then load its weights");
  throw e;
}

/// (dtype, size, stride, requires_grad)
Value rebuild_meta_tensor(const Value::Items&) { fail_meta(); }

/// (tensor, requires_grad, hooks)
Value rebuild_parameter(const Value::Items& a) {
  expect_arguments(a, 3, 3, "_rebuild_parameter");
  return Value::Tensor{a[0].as_tensor().array, a[1].as_bool(), true};
}

/// (tensor, requires_grad, hooks, state): PyTorch 2's for a parameter with attributes of its own, which are left out.
Value rebuild_parameter_with_state(const Value::Items& a) {
  expect_arguments(a, 4, 4, "_rebuild_parameter_with_state");
  return Value::Tensor{a[0].as_tensor().array, a[1].as_bool(), true};
}

/// PyTorch 2's for the dtypes that came late (uint16, float8_e4m3fn, ...), of which no Tensor is. Their names, which
/// come later in the pickle, are in the error.
Value rebuild_tensor_v3(const Value::Items&) {
  fail<NotImplementedError>("_rebuild_tensor_v3() of a dtype that PyTorch has another function for");
}

/// (tensor, dtype, device, requires_grad): how PyTorch moves the tensors of other machines through the CPU.
Value rebuild_device_tensor(const Value::Items& a) {
  expect_arguments(a, 4, 4, "_rebuild_device_tensor_from_cpu_tensor");
  return Value::Tensor{a[0].as_tensor().array, a[3].as_bool(), false};
}

Value rebuild_from_type(const Value::Items& a);

/// No arguments, or one list of pairs.
Value ordered_dict(const Value::Items& a) {
  expect_arguments(a, 0, 1, "OrderedDict");
  Value::Dict dict;
  dict.ordered = true;
  if (a.size() == 1) {
    for (const Value& pair : a[0].items()) {
      const Value::Items& entry = pair.items();
      check<TypeError>(entry.size() == 2 && entry[0].kind() <= Kind::Bytes,
                       "OrderedDict() of something else than pairs");
      dict.entries.emplace_back(entry[0], entry[1]);
    }
  }
  return dict;
}

/// A Counter, as MultiStepLR keeps its milestones in, is a dict of numbers.
Value counter(const Value::Items& a) {
  expect_arguments(a, 0, 1, "Counter");
  return a.empty() ? Value::dict() : Value(a[0].as_dict());
}

/// (text, "latin1"): how protocol 2 spells bytes.
Value encode(const Value::Items& a) {
  check<NotImplementedError>(a.size() == 2 && a[1].as_str() == "latin1", "_codecs.encode() of anything but latin1");
  auto data = utf8_to_latin1(a[0].as_str());
  check<ValueError>(data.has_value(), "_codecs.encode() of characters beyond latin1");
  return Value::Bytes{*std::move(data)};
}

Value empty_bytes(const Value::Items& a) {
  check<NotImplementedError>(a.empty(), "bytes() with {} arguments", a.size());
  return Value::Bytes{};
}

/// torch.Size is a tuple with another name.
Value size(const Value::Items& a) {
  check<TypeError>(a.size() == 1 && a[0].is(Kind::Tuple), "torch.Size() of something else than a tuple");
  return a[0];
}

/// A device arrives as its text: ("cuda", 1) is "cuda:1".
Value device(const Value::Items& a) {
  expect_arguments(a, 1, 2, "torch.device");
  return a.size() == 1 ? a[0].as_str() : fmt::format("{}:{}", a[0].as_str(), a[1].as_int());
}

/// libtorch marks lists with the type of their elements: (list).
Value typed_list(const Value::Items& a) {
  check<TypeError>(a.size() == 1 && a[0].is(Kind::List), "a typed list of something else than a list");
  return a[0];
}

/// And other containers with their type: (container, "Dict[str, Tensor]").
Value typed(const Value::Items& a) {
  check<TypeError>(a.size() == 2 && (a[0].is(Kind::List) || a[0].is(Kind::Dict)) && a[1].is(Kind::Str),
                   "restore_type_tag() of something else than a list or dict and a type");
  return a[0];
}

using Function = Value (*)(const Value::Items& arguments);

Function function(const Value::Global& g) {
  static const std::unordered_map<std::string_view, Function> kFunctions{
      {"torch._utils._rebuild_tensor", rebuild_tensor},
      {"torch._utils._rebuild_tensor_v2", rebuild_tensor_v2},
      {"torch._utils._rebuild_meta_tensor_no_storage", rebuild_meta_tensor},
      {"torch._utils._rebuild_tensor_v3", rebuild_tensor_v3},
      {"torch._utils._rebuild_device_tensor_from_cpu_tensor", rebuild_device_tensor},
      {"torch._tensor._rebuild_from_type_v2", rebuild_from_type},
      {"torch._utils._rebuild_parameter", rebuild_parameter},
      {"torch._utils._rebuild_parameter_with_state", rebuild_parameter_with_state},
      {"collections.OrderedDict", ordered_dict},
      {"collections.Counter", counter},
      {"torch.Size", size},
      {"torch.device", device},
      {"_codecs.encode", encode},
      {"__builtin__.bytes", empty_bytes},
      {"torch.jit._pickle.build_intlist", typed_list},
      {"torch.jit._pickle.build_doublelist", typed_list},
      {"torch.jit._pickle.build_boollist", typed_list},
      {"torch.jit._pickle.build_tensorlist", typed_list},
      {"torch.jit._pickle.restore_type_tag", typed},
  };
  const auto found = kFunctions.find(g.module + "." + g.name);
  return found == kFunctions.end() ? nullptr : found->second;
}

bool is_parameter_class(const Value::Global& g) { return g.module == "torch.nn.parameter" && g.name == "Parameter"; }
bool is_tensor_class(const Value::Global& g) {
  return is_parameter_class(g) || (g.module == "torch" && g.name == "Tensor") ||
         (g.module == "torch.nn.parameter" && g.name == "Buffer");
}

/// (function, class, its arguments, state): PyTorch 2's for a tensor with attributes of its own, which are left out.
Value rebuild_from_type(const Value::Items& a) {
  expect_arguments(a, 4, 4, "_rebuild_from_type_v2");
  const Value::Global& type = a[1].as_global();
  const Function f = function(a[0].as_global());
  // Not one in another: that would be work without end for a file of a few bytes.
  check<TypeError>(f && f != rebuild_from_type && is_tensor_class(type), "_rebuild_from_type_v2() of {}.{}",
                   shortened(type.module), shortened(type.name));
  const Value made = f(a[2].as_tuple());
  Value::Tensor tensor = made.as_tensor();
  tensor.parameter |= is_parameter_class(type);
  return tensor;
}

constexpr const char* kConvert =
    "no Tensor has this dtype: convert it in Python before it is saved, as in tensor.float()";

/// Whether PyTorch has a dtype of this name that we have not.
bool is_foreign_dtype(std::string_view name) {
  constexpr std::array<std::string_view, 14> kNames{"float16", "bfloat16", "complex32", "complex64", "complex128",
                                                    "uint16",  "uint32",   "uint64",    "quint8",    "qint8",
                                                    "qint32",  "quint4x2", "quint2x4",  "half"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || name.starts_with("float8_") ||
         name.starts_with("float4_") || name.starts_with("bits");
}

/// The classes of a TorchScript archive, whose methods nobody here calls.
bool is_script_class(const Value::Global& g) { return g.module == "__torch__" || g.module.starts_with("__torch__."); }

}  // namespace

void normalise_bools(Storage& memory) {
  auto* bytes = static_cast<unsigned char*>(memory.data());
  std::transform(bytes, bytes + memory.nbytes(), bytes, [](unsigned char b) -> unsigned char { return b != 0; });
}

Value TorchResolver::global(const std::string& module, const std::string& name) {
  const bool in_torch = module == "torch" || module == "torch.cuda" || module == "torch.storage";
  if (const auto dtype = dtype_named(name); dtype && module == "torch") return *dtype;
  if (in_torch && name.ends_with("Storage")) {
    if (!dtype_of_storage(name) && name != kUntyped) {
      NotImplementedError e(fmt::format("Unsupported storage type torch.{}", shortened(name)));
      e.set_hint(kConvert);
      throw e;
    }
    return Value::Global{"torch", name};
  }
  if (module == "torch" && is_foreign_dtype(name)) {
    NotImplementedError e(fmt::format("Unsupported dtype torch.{}", shortened(name)));
    e.set_hint(kConvert);
    throw e;
  }
  Value::Global g{module, name};
  if (!function(g) && !is_script_class(g) && !is_tensor_class(g)) {
    NotImplementedError e(
        fmt::format("Weights only load failed: Unsupported class {}.{}", shortened(module), shortened(name)));
    e.set_hint("only tensors, containers, numbers and strings can be loaded: save model.state_dict(), not the model");
    throw e;
  }
  return g;
}

Value TorchResolver::call(const Value::Global& g, const Value::Items& arguments) {
  const Function f = function(g);
  check<TypeError>(f != nullptr, "Trying to call {}.{}, which is no function", shortened(g.module), shortened(g.name));
  return f(arguments);
}

Value TorchResolver::object(const Value::Global& type) {
  if (!is_script_class(type)) return Resolver::object(type);
  Value::Dict object;
  object.class_name = type.module + "." + type.name;
  return object;
}

Value TorchResolver::persistent(const Value& id) {
  check<TypeError>(id.is(Kind::Tuple) && id.as_tuple().size() >= 5 && id.as_tuple()[0].is(Kind::Str) &&
                       id.as_tuple()[0].as_str() == "storage",
                   "Only persistent_load of storage is allowed");
  const Value::Items& parts = id.as_tuple();
  // Other devices ("cuda:0") are where the tensor was; the bytes are in the file and are read into the CPU's memory.
  if (parts[3].is(Kind::Str) && parts[3].as_str() == "meta") fail_meta();
  const std::string& name = parts[1].as_global().name;
  const auto dtype = name == kUntyped ? kUInt8 : dtype_of_storage(name);
  check<TypeError>(dtype.has_value(), "a storage of type {}.{}", shortened(parts[1].as_global().module),
                   shortened(name));
  return storage({*dtype, parts[2].as_str(), parts[4].as_int(), parts});
}

}  // namespace xgrad::serialize
