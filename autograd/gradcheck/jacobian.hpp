/// What is compared: the derivatives of each output by each input, computed and measured. Internal.
#pragma once

#include <xgrad/autograd/gradcheck/options.hpp>
#include <xgrad/autograd/gradcheck/slopes.hpp>

#include <map>

namespace xgrad::autograd::detail {

/// An input that is checked: what it is called, and where its elements are.
struct Variable {
  std::string name;
  Dims sizes;
  ScalarType dtype = kFloat64;
  std::vector<void*> places;  // of its elements, in row-major order
  double scale = 0;           // the largest element

  std::size_t numel() const { return places.size(); }
  Element element(std::size_t i) const { return Element(places[i], dtype); }
};

/// A floating-point output: what it is called, and where its elements are among the Values.
struct Output {
  std::string name;
  Dims sizes;
  std::size_t first = 0, numel = 0;
};

/// The function as numbers, without graphs: all that measuring slopes needs.
struct Measured {
  Evaluate f;
  Values here;
  std::vector<Variable> variables;
  std::vector<Output> outputs;
};

/// d(output)/d(input) for one pair, twice: as computed and as measured. Row-major, a row an element of the output; or
/// only the diagonal of that.
struct Block {
  Block(const Variable& variable, const Output& out, bool only_diagonal)
      : input(&variable),
        output(&out),
        diagonal(only_diagonal),
        rows(out.numel),
        columns(variable.numel()),
        analytic(only_diagonal ? rows : rows * columns, 0.),
        numeric(analytic.size(), 0.) {}

  const Variable* input;
  const Output* output;
  bool diagonal, connected = true;  // connected: backward reached this input
  std::size_t rows, columns;
  std::vector<double> analytic, numeric;
  std::vector<double> error;               // of `numeric`, where the first look knows it: with Ridders' method
  std::map<std::size_t, Slope> looked_at;  // entries that got a close look
  double largest = 0;                      // the largest slope

  std::size_t entry(std::size_t row, std::size_t column) const { return diagonal ? row : row * columns + column; }
  std::size_t row(std::size_t e) const { return diagonal ? e : e / columns; }
  std::size_t column(std::size_t e) const { return diagonal ? e : e % columns; }
};

/// The blocks of all outputs and inputs, an output after another, zero-filled. With `elementwise`, pairs of one shape
/// get their diagonal only.
std::vector<Block> make_blocks(const Measured& m, bool elementwise);

/// Fills in `numeric`: a first look at every entry, and close looks where that disagrees with `analytic`.
void measure(std::vector<Block>& blocks, const Measured& m, const GradcheckOptions& options);

/// How far an entry may be off without a word about rounding.
double tolerance(const Block& b, std::size_t e, const GradcheckOptions& options);
/// Whether an entry is wrong, given all that is known about its slope.
bool wrong(const Block& b, std::size_t e, const GradcheckOptions& options);

/// The verdict on all pairs. `kind` begins the report: "gradcheck".
GradcheckResult judge(const std::vector<Block>& blocks, const GradcheckOptions& options);

/// Nothing was compared, for this reason.
GradcheckResult refusal(std::string reason);

/// A look along random directions. True when all of them agree; then nothing more need be known.
/// `product(o, weights)` gives, for each variable, the computed gradient of the sum of weights · output o.
bool agrees_along_directions(const Measured& m, const GradcheckOptions& options,
                             const std::function<std::vector<Values>(std::size_t o, const Values& weights)>& product);

}  // namespace xgrad::autograd::detail
