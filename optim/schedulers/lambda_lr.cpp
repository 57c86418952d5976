#include <xgrad/optim/schedulers/lambda_lr.hpp>

namespace xgrad::optim::lr_scheduler {
namespace {

Value with_lambdas(Value packed, std::size_t count) {
  packed.as_dict().set("lr_lambdas", Value::list(Value::Items(count)));
  return packed;
}

}  // namespace

void FactorOptions::begin(Optimizer& optimizer) const {
  check<TypeError>(!lambdas_.empty(), "__init__() missing 1 required positional argument: 'lr_lambda'");
  check<ValueError>(one_ || lambdas_.size() == optimizer.param_groups().size(), "Expected {} lr_lambdas, but got {}",
                    optimizer.param_groups().size(), lambdas_.size());
}

Value LambdaLR::state_dict() const { return with_lambdas(Schedule::state_dict(), base_lr_count()); }
Value MultiplicativeLR::state_dict() const { return with_lambdas(Schedule::state_dict(), base_lr_count()); }

}  // namespace xgrad::optim::lr_scheduler
