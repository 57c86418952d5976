// Every sample of the op table as a model of one operation.
#include "sweep.hpp"
#include "../autograd/ops/evaluate.hpp"
#include "../autograd/ops/op_table.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace xgrad::onnx_cases {
namespace {

using namespace op_table;

/// f of every tensor among the arguments, indices too.
template <class F>
void visit(Values& values, F f) {
  each_tensor(values, f);
  for (Value& v : values) {
    if (!v.is<Value::Index>()) continue;
    for (TensorIndex& i : v.get<Value::Index>()) {
      Tensor t = i.tensor();
      if (!t.defined()) continue;
      f(t);
      i = TensorIndex(t);
    }
  }
}

Tensors tensors_of(const Values& in) {
  Tensors all;
  Values copy = in;
  visit(copy, [&](const Tensor& t) { all.push_back(t); });
  return all;
}

/// The row's function of these tensors; those whose `varies` is false stay what they are.
onnx::detail::Run run_of(const Row& row, const Values& in, const std::vector<bool>& varies, bool in_place) {
  return [&row, in, varies, in_place](const Tensors& given) {
    Values values = in;
    std::size_t i = 0, next = 0;
    visit(values, [&](Tensor& t) {
      if (varies[i++])
        t = given.at(next++);
      else
        t = t.detach();
    });
    manual_seed(0);
    if (!in_place) return row.call(values);
    values.at(0) = values[0].get<Tensor>().clone();
    row.in_place(values);
    return Tensors{values[0].get<Tensor>()};
  };
}

Values in_single_precision(const Values& in) {
  Values out = in;
  visit(out, [](Tensor& t) {
    if (t.dtype() == kFloat64) t = t.detach().to(kFloat32);
  });
  return out;
}

bool has_doubles(const Values& in) {
  for (const Tensor& t : tensors_of(in)) {
    if (t.dtype() == kFloat64) return true;
  }
  return false;
}

/// Operations whose nodes do what they like with NaN and infinities: ONNX does not say what they give, and runtimes
/// differ.
constexpr std::array<std::string_view, 19> kFinite{"log_softmax",
                                                   "interpolate",
                                                   "cross_entropy_loss",
                                                   "silu",
                                                   "max_pool1d",
                                                   "max_pool2d",
                                                   "max_pool3d",
                                                   "upsample_linear1d",
                                                   "upsample_bilinear2d",
                                                   "upsample_trilinear3d",
                                                   "upsample_bicubic2d",
                                                   "sort",
                                                   "msort",
                                                   "argsort",
                                                   "topk",
                                                   "signbit",
                                                   "quantile",
                                                   "nanquantile",
                                                   "kthvalue"};

/// Whether a sample is nothing to compare runtimes by: without elements, or with numbers that its node leaves open.
bool says_nothing(const Row& row, const Values& in) {
  const bool finite = std::find(kFinite.begin(), kFinite.end(), row.aten) != kFinite.end();
  for (const Tensor& t : tensors_of(in)) {
    if (t.numel() == 0) return true;
    if (finite && t.is_floating_point() && !isfinite(t.detach()).all().item<bool>()) return true;
  }
  return false;
}

class Sweep {
 public:
  explicit Sweep(CaseFile& file) : file_(file) {}

  void row(const Row& row) {
    if (row.random) return;
    for (const Sample& s : row.samples) {
      const std::string name = describe(row, s);
      sample(row, s.in, name, false);
      if (row.in_place) sample(row, s.in, name, true);
      alone(row, s.in);
    }
  }
  const SweepResult& result() const { return result_; }

 private:
  void sample(const Row& row, const Values& in, const std::string& name, bool in_place) {
    if (says_nothing(row, in)) return;
    if (!has_doubles(in)) return exported(row, in, name, in_place, false);
    exported(row, in, name, in_place, false);
    exported(row, in_single_precision(in), name, in_place, true);
  }

  void exported(const Row& row, const Values& in, const std::string& name, bool in_place, bool single) {
    const Tensors inputs = tensors_of(in);
    if (inputs.empty()) return;
    const onnx::detail::Run run = run_of(row, in, std::vector<bool>(inputs.size(), true), in_place);
    // Long sums of floats depend on their order.
    const bool long_sums = std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.numel() > 250; });
    Case c{
        name + (in_place ? " in place" : "") + (single ? " as float32" : ""), {}, {}, long_sums ? 1e-4 : 1e-5, single};
    Tensors outputs;
    try {
      const NoGradGuard no_grad;
      Tensors copies;
      for (const Tensor& t : inputs) copies.push_back(t.detach().clone());
      outputs = run(copies);
    } catch (const Error&) {
      return;  // a sample that throws
    }
    for (const Tensor& t : outputs) {
      if (!t.defined() || t.numel() == 0) return;
    }
    try {
      c.graph = onnx::detail::export_graph(run, nullptr, inputs, {});
    } catch (const NotImplementedError& e) {
      ++result_.refused[row.aten + ": " + first_line(e.what())];
      return;
    }
    Tensors copies;
    for (const Tensor& t : inputs) copies.push_back(t.detach().clone());
    c.runs.push_back({std::move(copies), std::move(outputs)});
    file_.add(c);
    ++result_.exported;
  }

  /// Each tensor as the only input: what an operation does not tell of it would be a constant, without a word.
  void alone(const Row& row, const Values& in) {
    const Tensors all = tensors_of(in);
    if (all.size() < 2) return;
    for (std::size_t i = 0; i < all.size(); ++i) {
      std::vector<bool> varies(all.size(), false);
      varies[i] = true;
      const onnx::detail::Run run = run_of(row, in, varies, false);
      try {
        onnx::detail::export_graph(run, nullptr, {all[i]}, {});
      } catch (const NotImplementedError& e) {
        const std::string words = e.what();
        const bool constant = words.find("does not depend") != std::string::npos;
        // Numbers that left a tensor are warned of.
        if (constant && words.find("numbers were read") == std::string::npos && depends(run, all[i], words))
          result_.not_told.insert(fmt::format("{}: argument {}", row.name, i));
      } catch (const Error&) {
      }
    }
  }

  /// Whether the result that is said not to depend on x does.
  static bool depends(const onnx::detail::Run& run, const Tensor& x, const std::string& words) {
    const NoGradGuard no_grad;
    try {
      const auto k = static_cast<std::size_t>(std::stoi(words.substr(words.find("result ") + 7)));
      const Tensor other = x.dtype() == kBool ? logical_not(x.detach()) : x.detach() + 1;
      const Tensor before = run({x.detach().clone()}).at(k), after = run({other}).at(k);
      return before.sizes() != after.sizes() || !allclose(before, after, 0, 0, true);
    } catch (const Error&) {
      return false;  // not of any value
    }
  }

  CaseFile& file_;
  SweepResult result_;
};

}  // namespace

SweepResult sweep(CaseFile& file) {
  Sweep s(file);
  for (const Row& row : rows()) s.row(row);
  return s.result();
}

}  // namespace xgrad::onnx_cases
