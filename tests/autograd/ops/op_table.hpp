/// The table of operations: a row for everything declared in autograd/ops/, under the names of
/// tests/data/ops_golden.json.
///
/// Rows stand in files by family (rows_*.cpp). From each row op_table_test.cpp runs: values, dtypes, shapes, errors and
/// gradients against real PyTorch's; first and second derivatives against numeric slopes; other memory layouts; the
/// in-place twin. To add an operation: a row here, and one with its samples in scripts/goldens/ops.py.
#pragma once

#include <xgrad/autograd/gradcheck.hpp>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace xgrad::op_table {

using Arguments = std::vector<Tensor>;

/// What of a row's checks does not apply.
enum Flags : unsigned {
  kNone = 0,
  kLayoutMatters = 1,   ///< the result depends on strides, as a view's must
  kConstantWeights = 2  ///< arguments from the third on may not require grad
};

struct Row {
  std::string name;
  std::function<std::vector<Tensor>(const Arguments&)> call;
  std::function<void(Arguments&)> in_place;  ///< changes the first argument; null when there is no such operation
  unsigned flags = kNone;
};

inline std::vector<Tensor> results(Tensor t) { return {std::move(t)}; }
inline std::vector<Tensor> results(std::vector<Tensor> list) { return list; }
inline std::vector<Tensor> results(const ValuesIndices& pair) { return {pair.values(), pair.indices()}; }
inline std::vector<Tensor> results(bool b) { return {tensor(b)}; }

/// A row whose function takes N tensors, or all of them as one list.
template <class F>
Row row(std::string name, F f, unsigned flags = kNone) {
  Row r;
  r.name = std::move(name);
  r.flags = flags;
  r.call = [f](const Arguments& in) {
    if constexpr (std::is_invocable_v<const F&>)
      return results(f());
    else if constexpr (std::is_invocable_v<const F&, const Tensor&>)
      return results(f(in.at(0)));
    else if constexpr (std::is_invocable_v<const F&, const Tensor&, const Tensor&>)
      return results(f(in.at(0), in.at(1)));
    else if constexpr (std::is_invocable_v<const F&, const Tensor&, const Tensor&, const Tensor&>)
      return results(f(in.at(0), in.at(1), in.at(2)));
    else if constexpr (std::is_invocable_v<const F&, const Tensor&, const Tensor&, const Tensor&, const Tensor&>)
      return results(f(in.at(0), in.at(1), in.at(2), in.at(3)));
    else
      return results(f(in));
  };
  return r;
}

/// The same with the in-place twin, g(x) or g(x, y).
template <class F, class G>
requires(!std::is_convertible_v<G, unsigned>) Row row(std::string name, F f, G g, unsigned flags = kNone) {
  Row r = row(std::move(name), std::move(f), flags);
  r.in_place = [g](Arguments& in) {
    if constexpr (std::is_invocable_v<const G&, Tensor&>)
      g(in.at(0));
    else
      g(in.at(0), in.at(1));
  };
  return r;
}

std::vector<Row> pointwise_rows();
std::vector<Row> comparison_rows();
std::vector<Row> reduction_rows();
std::vector<Row> linalg_rows();
std::vector<Row> shape_rows();
std::vector<Row> indexing_rows();
std::vector<Row> nonlinear_rows();
std::vector<Row> loss_rows();
std::vector<Row> creation_rows();
/// All of them.
const std::vector<Row>& rows();

/// What PyTorch computed; see scripts/goldens/ops.py for the form.
const nlohmann::json& golden();
Tensor tensor_from(const nlohmann::json& stored);
Arguments arguments_of(const nlohmann::json& test_case);
/// The gradient that result `k` receives in the goldens.
Tensor gradient_for(const Tensor& result, std::size_t k);
/// Shape, dtype and elements agree within rounding; else says where not.
std::string difference(const Tensor& ours, const Tensor& theirs);

}  // namespace xgrad::op_table
