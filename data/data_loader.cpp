#include <xgrad/data/data_loader.hpp>

namespace xgrad {

void LoaderOptions::validate(std::size_t examples) const {
  check<ValueError>(num_workers_ >= 0,
                    "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.");
  check<ValueError>(prefetch_factor_ > 0, "prefetch_factor option should be positive, but got prefetch_factor={}",
                    prefetch_factor_);
  check<ValueError>(!(sampler_ && shuffle_), "sampler option is mutually exclusive with shuffle");
  check<ValueError>(!shuffle_ || examples > 0,
                    "num_samples should be a positive integer value, but got num_samples=0\n"
                    "  the dataset to shuffle has no examples");
  check<ValueError>(batch_size_ > 0, "batch_size should be a positive integer value, but got batch_size={}",
                    batch_size_);
}

std::size_t LoaderOptions::batches(std::size_t examples) const {
  const auto n = static_cast<std::size_t>(samples_.value_or(static_cast<std::int64_t>(examples)));
  const auto each = static_cast<std::size_t>(batch_size_);
  return n / each + (!drop_last_ && n % each != 0);
}

data::detail::LoaderPosition::Started LoaderOptions::start(std::size_t examples,
                                                           data::detail::LoaderPosition& position) const {
  using namespace data::samplers;
  std::shared_ptr<Sampler<>> sampler;
  if (sampler_) {
    sampler = sampler_();
  } else if (shuffle_) {
    sampler = std::make_shared<ShuffleSampler>(examples, ShuffleOptions{.generator = generator_});
  } else {
    sampler = std::make_shared<data::samplers::SequentialSampler>(examples);
  }
  return position.start({generator_, sampler_ ? sampler->generator() : std::nullopt}, [&]() -> data::detail::Requests {
    // PyTorch seeds its workers with this number. It is drawn without workers and without a
    // shuffle too, so programs that loop over loaders depend on it for the rest of the stream.
    draw_seed(generator_);
    if (sampler_) sampler->reset(std::nullopt);
    return [sampler, n = static_cast<std::size_t>(batch_size_), drop = drop_last_] {
      auto indices = sampler->next(n);
      if (drop && indices && indices->size() < n) indices.reset();
      return indices;
    };
  });
}

namespace detail {

void add_batch_context(Error& error, ArrayRef<std::size_t> indices) {
  constexpr std::size_t kShown = 8;
  std::string shown;
  for (std::size_t i = 0; i < std::min(kShown, indices.size()); ++i)
    shown += fmt::format("{}{}", i > 0 ? ", " : "", indices[i]);
  if (indices.size() > kShown) shown += ", ...";
  error.add_context(fmt::format("in making a batch of the examples {} of the dataset", shown));
  if (std::string_view(error.what()).find("equal size") != std::string_view::npos)
    error.set_hint("give DataLoader a collate_fn that pads them, or one that keeps them in a vector");
}

}  // namespace detail
}  // namespace xgrad
