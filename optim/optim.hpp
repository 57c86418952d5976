/// Everything in optim.
#pragma once

#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adam_variants.hpp>
#include <xgrad/optim/adaptive.hpp>
#include <xgrad/optim/asgd.hpp>
#include <xgrad/optim/lbfgs.hpp>
#include <xgrad/optim/rprop.hpp>
#include <xgrad/optim/schedulers/schedulers.hpp>
#include <xgrad/optim/sgd.hpp>
#include <xgrad/optim/swa_utils.hpp>
