/// All learning-rate schedules.
#pragma once

#include <xgrad/optim/schedulers/composed.hpp>
#include <xgrad/optim/schedulers/cosine_lr.hpp>
#include <xgrad/optim/schedulers/cyclic_lr.hpp>
#include <xgrad/optim/schedulers/factor_lr.hpp>
#include <xgrad/optim/schedulers/lambda_lr.hpp>
#include <xgrad/optim/schedulers/reduce_lr_on_plateau.hpp>
#include <xgrad/optim/schedulers/step_lr.hpp>
