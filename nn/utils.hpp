/// Everything in nn::utils.
#pragma once

#include <xgrad/nn/utils/clip_grad.hpp>
#include <xgrad/nn/utils/convert_parameters.hpp>
#include <xgrad/nn/utils/fusion.hpp>
#include <xgrad/nn/utils/rnn.hpp>
#include <xgrad/nn/utils/spectral_norm.hpp>
#include <xgrad/nn/utils/weight_norm.hpp>
