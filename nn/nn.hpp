/// Everything in nn.
#pragma once

#include <xgrad/nn/any.hpp>
#include <xgrad/nn/cloneable.hpp>
#include <xgrad/nn/functional.hpp>
#include <xgrad/nn/holder.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/module.hpp>
#include <xgrad/nn/modules/activation.hpp>
#include <xgrad/nn/modules/callable.hpp>
#include <xgrad/nn/modules/class_loss.hpp>
#include <xgrad/nn/modules/convolution.hpp>
#include <xgrad/nn/modules/distance.hpp>
#include <xgrad/nn/modules/embedding.hpp>
#include <xgrad/nn/modules/linear.hpp>
#include <xgrad/nn/modules/loss.hpp>
#include <xgrad/nn/modules/module_dict.hpp>
#include <xgrad/nn/modules/module_list.hpp>
#include <xgrad/nn/modules/normalization.hpp>
#include <xgrad/nn/modules/padding.hpp>
#include <xgrad/nn/modules/pooling.hpp>
#include <xgrad/nn/modules/rnn.hpp>
#include <xgrad/nn/modules/sequential.hpp>
#include <xgrad/nn/options.hpp>
#include <xgrad/nn/ordered_dict.hpp>
#include <xgrad/nn/utils.hpp>
