// Reads what scripts/goldens/optim.py wrote, and computes the same gradients as it does.
#pragma once

#include <xgrad/tests/support/message_of.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <xgrad/xgrad.hpp>

namespace xgrad::test {

using nlohmann::json;
using nlohmann::ordered_json;
using optim::Value;

inline const ordered_json& goldens() {
  static const ordered_json golden =
      ordered_json::parse(std::ifstream(XGRAD_SOURCE_DIR "/tests/data/optim_golden.json"));
  return golden;
}

/// Nested values from the script's JSON, and back.
inline Value value_of(const ordered_json& j) {
  if (j.is_null()) return {};
  if (j.is_boolean()) return j.get<bool>();
  if (j.is_number_integer()) return j.get<std::int64_t>();
  if (j.is_number()) return j.get<double>();
  if (j == "inf") return std::numeric_limits<double>::infinity();
  if (j == "-inf") return -std::numeric_limits<double>::infinity();
  if (j.is_string()) return j.get<std::string>();
  if (j.is_array() || j.contains("tuple")) {
    Value::Items items;
    for (const auto& item : j.is_array() ? j : j["tuple"]) items.push_back(value_of(item));
    return j.is_array() ? Value::list(std::move(items)) : Value::tuple(std::move(items));
  }
  if (j.contains("tensor")) {
    const auto numbers = j["data"].get<std::vector<double>>();
    const auto shape = j["shape"].get<std::vector<std::int64_t>>();
    const ScalarType dtype = j["tensor"] == "float32" ? kFloat32 : kFloat64;
    Tensor t = empty({static_cast<std::int64_t>(numbers.size())}, kFloat64);
    std::copy(numbers.begin(), numbers.end(), t.data_ptr<double>());
    return t.to(dtype).reshape(shape).array();
  }
  Value::Dict dict;
  for (const auto& [key, item] : j.items()) {
    const bool number = !key.empty() && key.find_first_not_of("0123456789") == std::string::npos;
    dict.entries.emplace_back(number ? Value(std::stoll(key)) : Value(key), value_of(item));
  }
  return dict;
}

inline ordered_json json_of(const Value& v) {
  switch (v.kind()) {
    case Value::Kind::None:
      return nullptr;
    case Value::Kind::Bool:
      return v.as_bool();
    case Value::Kind::Int:
      return v.as_int();
    case Value::Kind::Float:
      if (std::isinf(v.as_float())) return v.as_float() > 0 ? "inf" : "-inf";
      return v.as_float();
    case Value::Kind::Str:
      return v.as_str();
    case Value::Kind::Tensor: {
      const Tensor t(v.as_tensor().array);
      const Tensor flat = t.to(kFloat64).contiguous().reshape({-1});
      const double* data = flat.data_ptr<double>();
      return {{"tensor", t.dtype() == kFloat32 ? "float32" : "float64"},
              {"shape", std::vector<std::int64_t>(t.sizes().begin(), t.sizes().end())},
              {"data", std::vector<double>(data, data + flat.numel())}};
    }
    case Value::Kind::Dict: {
      ordered_json dict = ordered_json::object();
      for (const auto& [key, item] : v.as_dict().entries)
        dict[key.is(Value::Kind::Int) ? std::to_string(key.as_int()) : key.as_str()] = json_of(item);
      return dict;
    }
    default: {
      ordered_json items = ordered_json::array();
      for (const Value& item : v.items()) items.push_back(json_of(item));
      return v.is(Value::Kind::Tuple) ? ordered_json{{"tuple", items}} : items;
    }
  }
}

/// Both are alike: the same keys in the same order, the same kinds, numbers to `tolerance`.
inline void expect_like(const ordered_json& ours, const ordered_json& theirs, double tolerance,
                        const std::string& where = "") {
  if (ours.is_number() && theirs.is_number()) {
    // Within a tuple or list PyTorch's numbers are as the program wrote them.
    if (where.empty() || where.back() != ']') {
      EXPECT_EQ(ours.is_number_float(), theirs.is_number_float()) << where << ": " << ours << " and " << theirs;
    }
    const double a = ours.get<double>(), b = theirs.get<double>();
    EXPECT_LE(std::abs(a - b), tolerance * std::max(1.0, std::abs(b))) << where << ": " << a << " and " << b;
    return;
  }
  ASSERT_EQ(ours.type_name(), std::string(theirs.type_name())) << where << ": " << ours << " and " << theirs;
  if (!ours.is_structured()) {
    EXPECT_EQ(ours, theirs) << where;
    return;
  }
  if (ours.is_object()) {
    std::vector<std::string> keys, their_keys;
    for (const auto& [key, item] : ours.items()) keys.push_back(key);
    for (const auto& [key, item] : theirs.items()) their_keys.push_back(key);
    ASSERT_EQ(keys, their_keys) << where;
    for (const auto& key : keys) expect_like(ours[key], theirs[key], tolerance, where + "." + key);
    return;
  }
  ASSERT_EQ(ours.size(), theirs.size()) << where;
  for (std::size_t i = 0; i < ours.size(); ++i)
    expect_like(ours[i], theirs[i], tolerance, where + "[" + std::to_string(i) + "]");
}

/// The script's `start`.
template <class T>
Tensor start(std::int64_t n, ScalarType dtype) {
  Tensor p = empty({n}, dtype);
  for (std::int64_t i = 0; i < n; ++i) p.data_ptr<T>()[i] = static_cast<T>(i * 5 % 7 - 3) / 2;
  return p;
}

inline std::vector<Tensor> parameters(ScalarType dtype = kFloat32) {
  const auto make = [&](std::int64_t n) {
    return dtype == kFloat32 ? start<float>(n, dtype) : start<double>(n, dtype);
  };
  return {make(6).reshape({2, 3}).requires_grad_(), make(4).requires_grad_()};
}

/// The script's `gradient`, as p's gradient.
template <class T>
void set_gradient_of(const Tensor& p, int step) {
  Tensor g = empty(p.sizes().vec(), p.dtype());
  const Tensor packed = p.detach().contiguous();
  for (std::int64_t i = 0; i < p.numel(); ++i) {
    const T slope = static_cast<T>(1 + i % 3) / 4, goal = static_cast<T>(i % 5 - 2) / 2;
    const T noise = static_cast<T>((step * 7 + i * 13) % 11 - 5) / 8;
    const T pull = slope * (packed.data_ptr<T>()[i] - goal);
    g.data_ptr<T>()[i] = pull + noise;
  }
  p.mutable_grad() = g;
}

inline void set_gradients(const std::vector<Tensor>& params, int step) {
  for (const Tensor& p : params) {
    if (p.dtype() == kFloat32)
      set_gradient_of<float>(p, step);
    else
      set_gradient_of<double>(p, step);
  }
}

inline std::vector<double> numbers_of(const std::vector<Tensor>& params) {
  std::vector<double> all;
  for (const Tensor& p : params) {
    const Tensor flat = p.detach().to(kFloat64).contiguous();
    all.insert(all.end(), flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel());
  }
  return all;
}

inline void expect_close(const std::vector<double>& ours, const std::vector<double>& theirs, double tolerance,
                         const std::string& where) {
  ASSERT_EQ(ours.size(), theirs.size()) << where;
  for (std::size_t i = 0; i < ours.size(); ++i)
    EXPECT_LE(std::abs(ours[i] - theirs[i]), tolerance * std::max(1.0, std::abs(theirs[i])))
        << where << ", element " << i << ": " << ours[i] << " and " << theirs[i];
}

}  // namespace xgrad::test
