// An LSTM that reads a text character by character and learns which one comes next. Then it writes some.
//
//     character_lstm [--small] [file or folder]
//
// Expected: 1,500 steps end at some 2.4 bits a character of text that it has not seen, after a minute on one core,
// and what it writes has words and lines like the text's. (Guessing evenly costs 6.8 bits, guessing by
// frequency 4.7.) With --small, 250 steps of a smaller network take a few seconds and end below 4.2 bits.
//
// The text is the prose of this project's pages in docs/, some 70 KB under the project's licence; so run it in the
// repository's folder, or name a file of your own. It leaves a picture of both losses in the current folder.
#include <xgrad/examples/text.hpp>

using namespace xgrad;
using namespace xgrad::kwargs;

struct CharacterLSTM : nn::ModuleBase {
  nn::Embedding embedding;
  nn::LSTM lstm;
  nn::Linear head;

  CharacterLSTM(int64_t characters, int64_t hidden)
      : embedding(register_module("embedding", nn::Embedding(characters, 32))),
        lstm(register_module("lstm", nn::LSTM(32, hidden, num_layers = 2, batch_first = true, kw::dropout = 0.2))),
        head(register_module("head", nn::Linear(hidden, characters))) {}

  using States = nn::LSTMImpl::States;

  // Scores of the next character behind each one of x [N, L], and the state behind the last.
  std::tuple<Tensor, States> forward(const Tensor& x, std::optional<States> states = std::nullopt) {
    auto [hidden, last] = lstm(embedding(x), states);
    return {head(hidden), last};
  }
};

double validate(CharacterLSTM& model, const text::Text& text) {
  NoGradGuard no_grad;
  model.eval();
  Tensor x = text.validation.slice(0, 0, -1).unsqueeze(0), y = text.validation.slice(0, 1).unsqueeze(0);
  auto [scores, states] = model.forward(x);
  model.train();
  return float(text::bits(scores, y));
}

std::string write(CharacterLSTM& model, const text::Text& text, std::string start, int length) {
  NoGradGuard no_grad;
  model.eval();
  auto [scores, states] = model.forward(text.encode(start).unsqueeze(0));
  for (int i = 0; i < length; ++i) {
    int64_t next = text::draw(scores[0][-1]);
    start += text.characters[next];
    std::tie(scores, states) = model.forward(tensor({next}).unsqueeze(0), states);
  }
  return start;
}

int main(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  bool small = std::erase(arguments, "--small") > 0;
  text::Text text(arguments.empty() ? "docs" : arguments[0]);
  int num_steps = small ? 250 : 1500;

  manual_seed(0);
  CharacterLSTM model(text.size(), small ? 64 : 128);
  optim::Adam optimizer(model.parameters(), lr = small ? 1e-2 : 3e-3);
  optim::lr_scheduler::CosineAnnealingLR scheduler(optimizer, num_steps);

  std::vector<double> losses, validation;
  std::vector<int> steps;
  for (int step : tqdm(range(num_steps), "training")) {
    auto [x, y] = text::pieces(text.train, 32, 64);
    auto [scores, states] = model.forward(x);
    auto loss = text::bits(scores, y);
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

  text::plot_bits(losses, steps, validation, "Character LSTM");
  print("{}", write(model, text, "The derivative ", small ? 100 : 400));
  print("validation: {:.3f} bits a character", validation.back());
}
