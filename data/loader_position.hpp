/// Where a DataLoader is in its epoch, and how another process goes on from there.
#pragma once

#include <xgrad/autograd/array/generator.hpp>
#include <xgrad/data/batches.hpp>
#include <xgrad/serialize/value.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace xgrad::data::detail {

using Requests = std::function<std::optional<std::vector<std::size_t>>()>;

/// An epoch's order comes from generators, so its beginning is kept as their states. To go on in the middle, they are
/// set back, the order is drawn again, and what was had is passed over.
class LoaderPosition {
 public:
  /// A loader's size, which must be the same for its position to mean the same.
  struct Shape {
    std::int64_t examples = 0, batch_size = 0;
  };
  /// The generators of an epoch: the default one, the loader's and the sampler's, if they have their own.
  struct Generators {
    std::optional<Generator> loader, sampler;
  };

  struct Started {
    Requests requests;
    std::shared_ptr<PassProgress> progress;  ///< for the pass to keep
  };

  LoaderPosition() = default;
  // A copy of a loader is not in its epoch.
  LoaderPosition(const LoaderPosition&) {}
  LoaderPosition& operator=(const LoaderPosition&);

  /// Starts an epoch, or goes on in the one that load_state_dict() told. `draw` draws its order.
  Started start(const Generators& generators, const std::function<Requests()>& draw);

  serialize::Value state_dict(const Shape& shape, const std::optional<Generator>& loader) const;
  /// Throws ValueError for a position in an epoch of another shape.
  void load_state_dict(const serialize::Value& state, const Shape& shape, const std::optional<Generator>& loader);

 private:
  /// States at the beginning of the epoch; undefined without such a generator.
  struct Beginning {
    Array standard, loader, sampler;
  };

  mutable std::mutex mutex_;                // several threads may loop over one loader
  std::shared_ptr<PassProgress> progress_;  // of the epoch that was started last; null before
  Beginning beginning_;
  std::size_t passed_over_ = 0;  // of the next epoch
};

}  // namespace xgrad::data::detail
