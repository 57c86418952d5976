/// Everything: `#include <xgrad/xgrad.hpp>`.
#pragma once

#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/print.hpp>
#include <xgrad/autograd/tensor.hpp>
