/// Everything: `#include <xgrad/xgrad.hpp>`.
#pragma once

#include <xgrad/autograd/array/parallel.hpp>
#include <xgrad/autograd/array/warning.hpp>
#include <xgrad/autograd/functional.hpp>
#include <xgrad/autograd/graph/anomaly.hpp>
#include <xgrad/autograd/graph/checkpoint.hpp>
#include <xgrad/autograd/graph/engine.hpp>
#include <xgrad/autograd/graph/function.hpp>
#include <xgrad/autograd/graph/grad_mode.hpp>
#include <xgrad/autograd/graph/observer.hpp>
#include <xgrad/autograd/graph/saved_hooks.hpp>
#include <xgrad/autograd/ops/einsum.hpp>
#include <xgrad/autograd/ops/gather.hpp>
#include <xgrad/autograd/ops/out.hpp>
#include <xgrad/autograd/print.hpp>
#include <xgrad/autograd/profiler.hpp>
#include <xgrad/autograd/rng_state.hpp>
#include <xgrad/autograd/tensor.hpp>
#include <xgrad/data/data.hpp>
#include <xgrad/nn/nn.hpp>
#include <xgrad/optim/optim.hpp>
#include <xgrad/plot/keywords.hpp>
#include <xgrad/plot/plt.hpp>
#include <xgrad/plot/progress.hpp>
#include <xgrad/serialize/csv.hpp>
#include <xgrad/serialize/numpy.hpp>
#include <xgrad/serialize/onnx.hpp>
#include <xgrad/serialize/safetensors.hpp>
#include <xgrad/serialize/save.hpp>

// What programs written for <torch/torch.h> find included with it.
#include <cmath>
#include <iostream>
#include <map>
