// ModuleBase's members that archives call. They are here because nn knows nothing of files.
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/nn/module_state.hpp>
#include <xgrad/serialize/archive.hpp>

namespace xgrad::serialize {

/// Pairs of a tensor of the module and what the archive has for it. They are copied when the whole tree has been found,
/// so that a module is loaded as a whole or not at all.
struct InputArchive::Copies {
  std::vector<std::pair<Tensor, Tensor>> to_from;
};

}  // namespace xgrad::serialize

namespace xgrad::nn {
namespace {

bool has_tensors(const ModuleBase& module) { return !module.parameters().empty() || !module.buffers().empty(); }

/// The tensor of that name, in the shape of the one it is for.
Tensor found_for(const Tensor& here, const std::string& key, const std::string& name,
                 serialize::InputArchive& archive) {
  Tensor found;
  archive.read(key, found);
  // Files from before PyTorch 0.4 keep numbers as vectors of one element.
  if (here.dim() == 0 && found.dim() == 1 && found.numel() == 1) found = found.detach().reshape({});
  check(
      found.sizes() == here.sizes(),
      "size mismatch for {}: copying a param with shape torch.Size({}) from checkpoint, the shape in current model is "
      "torch.Size({}).",
      name, to_string(found.sizes()), to_string(here.sizes()));
  return found.detach();
}

}  // namespace

void ModuleBase::save(serialize::OutputArchive& archive) const {
  for (const auto& [name, tensor] : state_->parameters) {
    if (tensor.defined()) archive.write(name, tensor);
  }
  for (const auto& [name, buffer] : state_->buffers) {
    if (buffer.persistent && buffer.tensor.defined()) archive.write(name, buffer.tensor, true);
  }
  for (const auto& [name, child] : state_->children) {
    if (!child || !child->is_serializable()) continue;
    serialize::OutputArchive nested;
    child->save(nested);
    archive.write(name, nested);
  }
}

void ModuleBase::load(serialize::InputArchive& archive) {
  using Copies = serialize::InputArchive::Copies;
  const bool outermost = !archive.copies_;
  const auto copies = outermost ? std::make_shared<Copies>() : archive.copies_;
  archive.copies_ = copies;
  struct Release {  // whatever happens, the archive can be used again
    std::shared_ptr<Copies>* held;
    ~Release() {
      if (held) held->reset();
    }
  } release{outermost ? &archive.copies_ : nullptr};

  const auto plan = [&](const std::string& name, const Tensor& here) {
    copies->to_from.emplace_back(here, found_for(here, name, archive.prefix_ + name, archive));
  };
  for (const auto& [name, tensor] : state_->parameters) {
    if (tensor.defined()) plan(name, tensor);
  }
  for (const auto& [name, buffer] : state_->buffers) {
    if (buffer.persistent && buffer.tensor.defined()) plan(name, buffer.tensor);
  }
  for (const auto& [name, child] : state_->children) {
    if (!child || !child->is_serializable()) continue;
    serialize::InputArchive nested;
    // A file of Python's has nothing of a module without tensors.
    if (!archive.try_read(name, nested) && has_tensors(*child)) archive.read(name, nested);
    nested.copies_ = copies;
    child->load(nested);
  }
  if (!outermost) return;
  const NoGradGuard no_grad;
  for (const auto& [to, from] : copies->to_from) to.copy_(from);
}

}  // namespace xgrad::nn
