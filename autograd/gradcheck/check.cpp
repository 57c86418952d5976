#include <xgrad/autograd/gradcheck/check.hpp>

#include <xgrad/autograd/graph/differentiable.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>

#include <bit>
#include <cmath>
#include <deque>

namespace xgrad::autograd::detail {
namespace {

Tensor reshaped(const Values& values, const Tensor& like) {
  const NoGradGuard no_grad;
  Tensor flat = empty({like.numel()}, TensorOptions(kFloat64));
  std::copy(values.begin(), values.end(), flat.data_ptr<double>());
  return flat.view(like.sizes()).to(like.dtype());
}

/// x itself, with a derivative that is undefined: what an output that plays no part in a loss hands back.
Tensor without_gradient(const Tensor& x) {
  return differentiable<"UndefinedGradBackward0">(
      inputs(x), {}, [&](const Array*) { return x.detach().clone().array(); }, no_save,
      [](const Saved&, const Tensor&) -> Grads { return {Tensor()}; });
}

}  // namespace

Restore::Restore(const std::vector<Tensor>& tensors) : tensors_(tensors) {
  for (const Tensor& t : tensors) copies_.push_back(t.defined() ? t.detach().clone() : Tensor());
}
Restore::~Restore() {
  const NoGradGuard no_grad;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (copies_[i].defined()) tensors_[i].data().copy_(copies_[i]);
  }
}

Values values_of(const Tensor& t) {
  const NoGradGuard no_grad;
  const Tensor packed = t.detach().to(kFloat64).contiguous();
  const double* p = packed.data_ptr<double>();
  return {p, p + packed.numel()};
}

const char* TensorCheck::advice_on_chance() const {
  return target_.is_module ? "If the module drops at random, call its eval() first"
                           : "If it draws random numbers, seed the generator inside it";
}

std::vector<Tensor> TensorCheck::call() const {
  const EnableGradGuard grad_mode;
  return target_.f(target_.inputs);
}

std::vector<Tensor> TensorCheck::outputs() const {
  std::vector<Tensor> all = call(), out;
  for (std::size_t i : floating_) out.push_back(all.at(i));
  return out;
}

std::vector<Tensor> TensorCheck::wanted() const {
  std::vector<Tensor> list;
  for (std::size_t i : checked_) list.push_back(target_.inputs[i]);
  return list;
}

std::vector<Values> TensorCheck::gradients(const Tensor& out, const Tensor& weights, std::vector<bool>* reached) const {
  const std::vector<Tensor> x = wanted();
  std::vector<Values> result;
  std::vector<Tensor> grads(x.size());
  if (out.requires_grad()) grads = grad({out}, x, {weights}, true, false, true);
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (reached) (*reached)[k] = (*reached)[k] || grads[k].defined();
    result.push_back(grads[k].defined() ? values_of(grads[k]) : Values(static_cast<std::size_t>(x[k].numel()), 0.));
  }
  return result;
}

void TensorCheck::compute(std::vector<Block>& blocks) const {
  const std::vector<Tensor> outs = outputs();
  const std::size_t count = checked_.size();
  for (std::size_t o = 0; o < outs.size(); ++o) {
    std::vector<bool> reached(count, false);
    const auto run = [&](const Values& weights, auto&& keep) {
      const auto grads = gradients(outs[o], reshaped(weights, outs[o]), &reached);
      for (std::size_t k = 0; k < count; ++k) keep(blocks[o * count + k], grads[k]);
    };
    const std::size_t rows = measured_.outputs[o].numel;
    bool any_full = rows == 0, any_diagonal = false;
    for (std::size_t k = 0; k < count; ++k) (blocks[o * count + k].diagonal ? any_diagonal : any_full) = true;
    if (rows == 0) run({}, [](Block&, const Values&) {});  // backward of nothing must work too
    if (any_diagonal) {
      run(Values(rows, 1.), [](Block& b, const Values& g) {
        if (b.diagonal) b.analytic = g;
      });
    }
    for (std::size_t row = 0; any_full && row < rows; ++row) {
      Values one_hot(rows, 0.);
      one_hot[row] = 1;
      run(one_hot, [row](Block& b, const Values& g) {
        if (!b.diagonal)
          std::copy(g.begin(), g.end(), b.analytic.begin() + static_cast<std::ptrdiff_t>(row * b.columns));
      });
    }
    for (std::size_t k = 0; k < count; ++k) blocks[o * count + k].connected = reached[k] || rows == 0;
  }
}

std::string TensorCheck::computed_twice(std::vector<Block>& blocks) const {
  std::vector<Block> again = blocks;
  compute(blocks);
  compute(again);
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (same_numbers(blocks[b].analytic, again[b].analytic, options_.nondet_tol())) continue;
    return fmt::format(
        "backward is nondeterministic: the gradient of {} through {} differs between two runs with the same inputs (by "
        "more than nondet_tol = {:g}). {}",
        blocks[b].input->name, blocks[b].output->name, options_.nondet_tol(), advice_on_chance());
  }
  return {};
}

void TensorCheck::check_undefined(GradcheckResult& result) const {
  const std::vector<Tensor> x = wanted();
  const auto complain = [&](std::size_t o, const std::string& what) {
    result.ok = false;
    result.findings.push_back({measured_.outputs[o].name, {}, GradcheckCause::UndefinedGrad, what});
    result.report = fmt::format("gradcheck failed: backward and an undefined gradient (which means zero)\n  {}: {}",
                                measured_.outputs[o].name, what);
  };
  const std::vector<Tensor> outs = outputs();
  for (std::size_t o = 0; o < outs.size(); ++o) {
    if (!outs[o].requires_grad()) continue;
    std::vector<Tensor> grads;
    try {
      const Tensor root = without_gradient(outs[o]);
      grads = grad({root}, x, {ones_like(root)}, true, false, true);
    } catch (const Error& error) {
      return complain(o, fmt::format("backward throws when the gradient that comes in is undefined: {}", error.what()));
    }
    for (std::size_t k = 0; k < grads.size(); ++k) {
      if (!grads[k].defined()) continue;
      for (double g : values_of(grads[k])) {
        if (g == 0) continue;
        return complain(o,
                        fmt::format("the gradient that comes in is undefined, and yet {} gets a gradient of {:g}: it "
                                    "should be undefined or zero",
                                    measured_.variables[k].name, g));
      }
    }
  }
}

std::string TensorCheck::look_for_other_places() const {
  // Two different positions differ in some bit of their numbers. So if elements step together whose number has that
  // bit, and then those whose number has not, whatever crosses from one position to another shows.
  const std::vector<Tensor> outs = outputs();
  for (std::size_t o = 0; o < outs.size(); ++o) {
    for (std::size_t k = 0; k < measured_.variables.size(); ++k) {
      const Variable& v = measured_.variables[k];
      const Output& out = measured_.outputs[o];
      if (v.sizes != out.sizes) continue;
      const int bits = static_cast<int>(std::bit_width(v.numel() > 0 ? v.numel() - 1 : 0));
      for (int test = 0; test < 2 * bits; ++test) {
        const auto in = [&](std::size_t i) { return (i >> (test / 2) & 1) == static_cast<std::size_t>(test % 2); };
        Values moved, weights;
        for (std::size_t i = 0; i < v.numel(); ++i) weights.push_back(in(i) ? 1 : 0);
        std::exception_ptr failure;
        for (const double step : {1e-3, 1e-6, 1e-9, 1e-12}) {  // smaller ones where a step leaves the domain
          failure = nullptr;
          std::deque<Element> elements;
          for (std::size_t i = 0; i < v.numel(); ++i) {
            if (in(i)) elements.emplace_back(v.places[i], v.dtype);
          }
          for (Element& x : elements) x.shift(step * std::max(1., std::abs(x.value())));
          moved = attempt(measured_.f, measured_.here, &failure);
          if (!failure) break;
        }
        if (failure) std::rethrow_exception(failure);
        const auto grads = gradients(outs[o], reshaped(weights, outs[o]));
        for (std::size_t i = 0; i < v.numel(); ++i) {
          if (in(i)) continue;
          const double before = measured_.here[out.first + i], after = moved.at(out.first + i);
          if (before != after && !(std::isnan(before) && std::isnan(after))) {
            return fmt::format(
                "the function is not elementwise: an element of {} changes when elements of {} elsewhere do. Leave out "
                "elementwise, and every entry is checked",
                out.name, v.name);
          }
          if (grads[k][i] != 0) {
            return fmt::format(
                "the derivative is not elementwise, though the function is: an element of {} gets a gradient from "
                "elements of {} elsewhere. Leave out elementwise to see the entries",
                v.name, out.name);
          }
        }
      }
    }
  }
  return {};
}

GradcheckResult TensorCheck::run() {
  const EnableGradGuard grad_mode;
  if (auto reason = look_at_inputs(); !reason.empty()) return refusal(reason);
  if (auto reason = look_at_function(); !reason.empty()) return refusal(reason);
  measured_.f = [this] {
    Values all;
    for (const Tensor& t : outputs()) {
      const Values values = values_of(t);
      all.insert(all.end(), values.begin(), values.end());
    }
    check<ValueError>(all.size() == measured_.here.size(),
                      "gradcheck: the outputs have {} elements in all, and {} when an input changes a little",
                      measured_.here.size(), all.size());
    return all;
  };
  if (options_.elementwise()) {
    if (auto reason = look_for_other_places(); !reason.empty()) return refusal(reason);
  }
  GradcheckResult result;
  const auto along = [&](std::size_t o, const Values& weights) {
    const Tensor out = outputs()[o];
    return gradients(out, reshaped(weights, out));
  };
  if (options_.fast_mode() && agrees_along_directions(measured_, options_, along)) {
    result.ok = true;
    result.report = "gradcheck passed: slopes along random directions agree (fast_mode)";
  } else {
    std::vector<Block> blocks = make_blocks(measured_, options_.elementwise());
    if (auto reason = computed_twice(blocks); !reason.empty()) return refusal(reason);
    measure(blocks, measured_, options_);
    result = judge(blocks, options_);
  }
  if (result.ok && options_.check_undefined_grad()) check_undefined(result);
  return result;
}

}  // namespace xgrad::autograd::detail
