#include "op_table.hpp"

#include <xgrad/autograd/graph/grad_mode.hpp>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace xgrad::op_table {
namespace {

double number(const nlohmann::json& value) {
  if (value.is_string()) return std::strtod(value.get_ref<const std::string&>().c_str(), nullptr);
  return value.get<double>();
}

bool close(double a, double b, ScalarType dtype) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  if (!is_floating_point(dtype) || !std::isfinite(a) || !std::isfinite(b)) return false;
  const double relative = dtype == kFloat64 ? 1e-12 : 1e-5, absolute = dtype == kFloat64 ? 1e-13 : 1e-6;
  return std::abs(a - b) <= absolute + relative * std::abs(b);
}

}  // namespace

const std::vector<Row>& rows() {
  static const std::vector<Row> all = [] {
    std::vector<Row> out;
    for (auto family : {pointwise_rows, comparison_rows, reduction_rows, linalg_rows, shape_rows, indexing_rows,
                        nonlinear_rows, loss_rows, creation_rows}) {
      for (Row& r : family()) out.push_back(std::move(r));
    }
    return out;
  }();
  return all;
}

const nlohmann::json& golden() {
  static const nlohmann::json all = [] {
    std::ifstream file(XGRAD_SOURCE_DIR "/tests/data/ops_golden.json");
    if (!file) throw std::runtime_error("tests/data/ops_golden.json is missing");
    return nlohmann::json::parse(file);
  }();
  return all;
}

Tensor tensor_from(const nlohmann::json& stored) {
  ScalarType dtype = kFloat32;
  for (int i = 0; i < kDtypeCount; ++i) {
    if (kDtypeInfo[static_cast<std::size_t>(i)].name == stored.at("t")) dtype = static_cast<ScalarType>(i);
  }
  Array a = Array::empty(stored.at("s").get<std::vector<std::int64_t>>(), dtype);
  const auto& values = stored.at("v");
  if (static_cast<std::int64_t>(values.size()) != a.numel()) throw std::runtime_error("a golden's size is wrong");
  dispatch(dtype, [&]<class T>() {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if constexpr (std::is_floating_point_v<T>)
        a.data<T>()[i] = static_cast<T>(number(values[i]));
      else
        a.data<T>()[i] = static_cast<T>(values[i].get<std::int64_t>());
    }
  });
  return Tensor(std::move(a));
}

Arguments arguments_of(const nlohmann::json& test_case) {
  Arguments out;
  for (const auto& stored : test_case.at("in")) out.push_back(tensor_from(stored));
  return out;
}

Tensor gradient_for(const Tensor& result, std::size_t k) {
  static constexpr double kGradients[] = {1.0, -0.5, 2.0, 0.75, -1.25};  // also in scripts/goldens/ops.py
  std::vector<double> values(static_cast<std::size_t>(result.numel()));
  for (std::size_t e = 0; e < values.size(); ++e) values[e] = kGradients[(e + k) % 5];
  return tensor(values, TensorOptions(result.dtype())).view(result.sizes());
}

std::string difference(const Tensor& ours, const Tensor& theirs) {
  if (ours.dtype() != theirs.dtype()) return fmt::format("dtype {} instead of {}", ours.dtype(), theirs.dtype());
  if (!(ours.sizes() == theirs.sizes())) {
    return fmt::format("shape {} instead of {}", to_string(ours.sizes()), to_string(theirs.sizes()));
  }
  const NoGradGuard no_grad;
  const Tensor a = ours.detach().contiguous(), b = theirs.detach().contiguous();
  return dispatch(a.dtype(), [&]<class T>() -> std::string {
    for (std::int64_t i = 0; i < a.numel(); ++i) {
      const T x = a.data_ptr<T>()[i], y = b.data_ptr<T>()[i];
      // int64 beyond 2^53 does not fit a double, so integers are compared as they are.
      const bool same =
          std::is_floating_point_v<T> ? close(static_cast<double>(x), static_cast<double>(y), a.dtype()) : x == y;
      if (!same) return fmt::format("element {}: {} instead of {}\n{}\ninstead of\n{}", i, x, y, a.str(), b.str());
    }
    return "";
  });
}

}  // namespace xgrad::op_table
