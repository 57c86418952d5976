// A small transformer that reads a text character by character and learns which one comes next. Then it writes some.
//
//     transformer [--small] [file or folder]
//
// Expected: 1,500 steps end at some 2.7 bits a character of text that it has not seen, after a minute on one core,
// and what it writes has words like the text's. (Guessing evenly costs 6.8 bits, guessing by
// frequency 4.7.) With --small, 250 steps of a smaller network take a few seconds and end below 4.2 bits.
//
// The text is the prose of this project's pages in docs/, some 70 KB under the project's licence; so run it in the
// repository's folder, or name a file of your own. It leaves a picture of both losses in the current folder.
#include <xgrad/examples/text.hpp>

using namespace xgrad;
using namespace xgrad::kwargs;

constexpr int64_t kContext = 64;  // as far as it can look back

struct LanguageModel : nn::Module {
  nn::Embedding characters, positions;
  nn::TransformerEncoder layers;
  nn::Linear head;

  LanguageModel(int64_t count, int64_t width, int64_t depth)
      : characters(register_module("characters", nn::Embedding(count, width))),
        positions(register_module("positions", nn::Embedding(kContext, width))),
        layers(register_module(
            "layers", nn::TransformerEncoder(
                          nn::TransformerEncoderLayer(width, 4, 4 * width, kw::dropout = 0.1, activation = "gelu",
                                                      batch_first = true, norm_first = true),
                          depth, nn::AnyModule(nn::LayerNorm(width))))),
        head(register_module("head", nn::Linear(width, count))) {}

  // Scores of the next character behind each one of x [N, L], which sees no later ones.
  Tensor forward(Tensor x) override {
    int64_t length = x.size(1);
    auto embedded = characters(x) + positions(arange(length));
    return head(layers(embedded, mask = nn::TransformerImpl::generate_square_subsequent_mask(length)));
  }
};

double validate(LanguageModel& model, const text::Text& text) {
  NoGradGuard no_grad;
  model.eval();
  int64_t n = (text.validation.numel() - 1) / kContext;
  Tensor x = text.validation.slice(0, 0, n * kContext).view(n, kContext);
  Tensor y = text.validation.slice(0, 1, n * kContext + 1).view(n, kContext);
  double loss = float(text::bits(model(x), y));
  model.train();
  return loss;
}

std::string write(LanguageModel& model, const text::Text& text, std::string start, int length) {
  NoGradGuard no_grad;
  model.eval();
  for (int i = 0; i < length; ++i) {
    auto seen = text.encode(start.substr(start.size() - std::min(start.size(), size_t(kContext))));
    start += text.characters[text::draw(model(seen.unsqueeze(0))[0][-1])];
  }
  return start;
}

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  bool small = std::erase(arguments, "--small") > 0;
  text::Text text(arguments.empty() ? "docs" : arguments[0]);
  int num_steps = small ? 250 : 1500, warm_up = num_steps / 20;

  manual_seed(0);
  LanguageModel model(text.size(), small ? 32 : 64, small ? 1 : 2);
  optim::AdamW optimizer(model.parameters(), lr = small ? 1e-2 : 2e-3, weight_decay = 0.1);
  // Up from zero, and down again along half a cosine.
  optim::lr_scheduler::LambdaLR scheduler(
      optimizer, lr_lambda = [=](int step) {
        if (step < warm_up) return (step + 1.0) / warm_up;
        return 0.5 * (1 + std::cos(M_PI * (step - warm_up) / (num_steps - warm_up)));
      });

  std::vector<double> losses, validation;
  std::vector<int> steps;
  for (int step : tqdm(range(num_steps), "training")) {
    auto [x, y] = text::pieces(text.train, 32, kContext);
    auto loss = text::bits(model(x), y);
    loss.backward();
    nn::utils::clip_grad_norm_(model.parameters(), 1.0);
    optimizer.step();
    optimizer.zero_grad();
    scheduler.step();
    losses.push_back(float(loss));
    if ((step + 1) % (num_steps / 10) != 0) continue;
    steps.push_back(step);
    validation.push_back(validate(model, text));
  }

  text::plot_bits(losses, steps, validation, "Transformer");
  print("{}", write(model, text, "The derivative ", small ? 100 : 400));
  print("validation: {:.3f} bits a character", validation.back());
}
