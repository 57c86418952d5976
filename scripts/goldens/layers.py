#!/usr/bin/env python3
"""Writes tests/data/layers_golden.json: what Python's PyTorch prints, draws, computes and derives for one module of
each kind. tests/nn/layers_test.cpp makes the same modules under the same names.

Needs PyTorch 1.13 (Debian's python3-torch). Run from anywhere: python3 scripts/goldens/layers.py

For each name: `repr`, the text of print(module); `state`, name -> numbers after manual_seed(0); `output` in training
mode for the inputs made by `numbers`, drawn after manual_seed(1); `gradients`, of (output * numbers).sum() for every
floating input and every parameter; `eval`, the output in evaluation mode afterwards; `after`, the buffers by then.
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn.utils import remove_spectral_norm, remove_weight_norm, spectral_norm, weight_norm

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "data" / "layers_golden.json"


def numbers(shape, seed=0):
    """Small numbers that are exact in float32, made by the same formula in the test."""
    n = torch.Size(shape).numel()
    return ((torch.arange(n, dtype=torch.int64) * 7919 + 13 * seed) % 64 - 32.5).to(torch.float32).div(16).reshape(shape)


def integers(shape, high):
    n = torch.Size(shape).numel()
    return (torch.arange(n) * 7 % 11 % high).reshape(shape)


SIGNS = torch.tensor([1.0, -1.0, 1.0, -1.0])


class CTC(nn.Module):
    """CTCLoss of scores: its gradient means something after a log_softmax only."""

    def __init__(self, **options):
        super().__init__()
        self.criterion = nn.CTCLoss(**options)

    def forward(self, scores, *others):
        return self.criterion(scores.log_softmax(-1), *others)


class Masked(nn.Module):
    """Attention under masks of both kinds: of 2 batches of 3 rows, the second of which is one shorter."""

    def __init__(self, need_weights, average=True):
        super().__init__()
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True)
        self.options = dict(need_weights=need_weights, average_attn_weights=average)

    def forward(self, x):
        out = self.attention(x, x, x, key_padding_mask=torch.tensor([[False, False, False], [False, False, True]]),
                             attn_mask=torch.ones(3, 3, dtype=torch.bool).triu(1), **self.options)
        return out if self.options["need_weights"] else out[0]


class MaskedTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.transformer = nn.Transformer(4, 2, 1, 1, 8, dropout=0.0, activation="gelu", norm_first=True)

    def forward(self, src, tgt):
        return self.transformer(src, tgt, tgt_mask=nn.Transformer.generate_square_subsequent_mask(2),
                                src_key_padding_mask=torch.tensor([[False, False, True], [False, False, False]]))


CTC_TARGETS = [torch.tensor([[1, 2], [2, 2]]), torch.tensor([5, 4]), torch.tensor([2, 2])]

# name: (module, inputs)
LAYERS = {
    "ReLU6": (nn.ReLU6, [(2, 3)]),
    "ReLU6_inplace": (lambda: nn.ReLU6(inplace=True), [(2, 3)]),
    "LeakyReLU": (nn.LeakyReLU, [(2, 3)]),
    "LeakyReLU_inplace": (lambda: nn.LeakyReLU(0.2, inplace=True), [(2, 3)]),
    "ELU": (nn.ELU, [(2, 3)]),
    "ELU_inplace": (lambda: nn.ELU(0.5, inplace=True), [(2, 3)]),
    "CELU": (lambda: nn.CELU(alpha=2.0), [(2, 3)]),
    "SELU": (nn.SELU, [(2, 3)]),
    "SELU_inplace": (lambda: nn.SELU(inplace=True), [(2, 3)]),
    "GELU": (nn.GELU, [(2, 3)]),
    "GELU_tanh": (lambda: nn.GELU(approximate="tanh"), [(2, 3)]),
    "SiLU": (nn.SiLU, [(2, 3)]),
    "SiLU_inplace": (lambda: nn.SiLU(inplace=True), [(2, 3)]),
    "Mish": (nn.Mish, [(2, 3)]),
    "Softplus": (nn.Softplus, [(2, 3)]),
    "Softshrink": (nn.Softshrink, [(2, 3)]),
    "Hardshrink": (lambda: nn.Hardshrink(1.25), [(2, 3)]),
    "Hardtanh": (nn.Hardtanh, [(2, 3)]),
    "Hardtanh_inplace": (lambda: nn.Hardtanh(-0.5, 1.5, inplace=True), [(2, 3)]),
    "Hardsigmoid": (nn.Hardsigmoid, [(2, 3)]),
    "Hardswish": (nn.Hardswish, [(2, 3)]),
    "Threshold": (lambda: nn.Threshold(0.5, 20), [(2, 3)]),
    "GLU": (nn.GLU, [(2, 4)]),
    "Softsign": (nn.Softsign, [(2, 3)]),
    "Tanhshrink": (nn.Tanhshrink, [(2, 3)]),
    "LogSigmoid": (nn.LogSigmoid, [(2, 3)]),
    "RReLU": (nn.RReLU, [(2, 3)]),
    "PReLU": (nn.PReLU, [(2, 3)]),
    "PReLU_channels": (lambda: nn.PReLU(3, init=0.1), [(2, 3, 2)]),
    "Softmin": (lambda: nn.Softmin(dim=1), [(2, 3)]),
    "Softmax2d": (nn.Softmax2d, [(2, 3, 2, 2)]),
    "Conv1d": (lambda: nn.Conv1d(3, 4, 3), [(2, 3, 6)]),
    "Conv1d_same": (lambda: nn.Conv1d(2, 2, 4, padding="same", dilation=2, bias=False), [(1, 2, 7)]),
    "Conv2d": (lambda: nn.Conv2d(1, 6, 5), [(2, 1, 8, 8)]),
    "Conv2d_all": (lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2),
                   [(2, 4, 6, 5)]),
    "Conv2d_reflect": (lambda: nn.Conv2d(2, 3, 3, padding=1, padding_mode="reflect"), [(2, 2, 4, 4)]),
    "Conv2d_circular": (lambda: nn.Conv2d(2, 3, 3, padding=(2, 1), padding_mode="circular"), [(2, 2, 4, 4)]),
    "Conv2d_same": (lambda: nn.Conv2d(2, 3, 3, padding="same"), [(2, 4, 4)]),
    "Conv2d_depthwise": (lambda: nn.Conv2d(4, 4, 3, padding=1, groups=4), [(2, 4, 5, 5)]),
    "Conv3d": (lambda: nn.Conv3d(2, 3, 2, stride=2, padding=1), [(1, 2, 4, 3, 5)]),
    "ConvTranspose1d": (lambda: nn.ConvTranspose1d(3, 2, 3, stride=2), [(2, 3, 4)]),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
                        [(2, 4, 3, 4)]),
    "ConvTranspose3d": (lambda: nn.ConvTranspose3d(2, 3, 2, dilation=2, bias=False), [(1, 2, 3, 3, 2)]),
    "MaxPool1d": (lambda: nn.MaxPool1d(2), [(2, 3, 6)]),
    "MaxPool2d": (lambda: nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), [(2, 3, 6, 5)]),
    "MaxPool2d_pair": (lambda: nn.MaxPool2d((3, 2), dilation=(1, 2)), [(2, 3, 6, 5)]),
    "MaxPool3d": (lambda: nn.MaxPool3d(2), [(2, 3, 4, 4, 4)]),
    "AvgPool1d": (lambda: nn.AvgPool1d(3, stride=2), [(2, 3, 7)]),
    "AvgPool2d": (lambda: nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), [(2, 3, 6, 5)]),
    "AvgPool3d": (lambda: nn.AvgPool3d(2, divisor_override=5), [(2, 3, 4, 4, 4)]),
    "AdaptiveAvgPool1d": (lambda: nn.AdaptiveAvgPool1d(4), [(2, 3, 7)]),
    "AdaptiveAvgPool2d": (lambda: nn.AdaptiveAvgPool2d((1, 1)), [(2, 3, 7, 6)]),
    "AdaptiveAvgPool2d_none": (lambda: nn.AdaptiveAvgPool2d((None, 4)), [(2, 3, 7, 6)]),
    "AdaptiveAvgPool3d": (lambda: nn.AdaptiveAvgPool3d(2), [(2, 3, 4, 3, 5)]),
    "AdaptiveMaxPool1d": (lambda: nn.AdaptiveMaxPool1d(4), [(2, 3, 7)]),
    "AdaptiveMaxPool2d": (lambda: nn.AdaptiveMaxPool2d((3, 2)), [(2, 3, 7, 6)]),
    "AdaptiveMaxPool3d": (lambda: nn.AdaptiveMaxPool3d(2), [(2, 3, 4, 3, 5)]),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(3), [(4, 3)]),
    "BatchNorm1d_3": (lambda: nn.BatchNorm1d(3, momentum=None), [(4, 3, 5)]),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(3, eps=1e-3, momentum=0.3), [(2, 3, 4, 5)]),
    "BatchNorm2d_plain": (lambda: nn.BatchNorm2d(3, affine=False, track_running_stats=False), [(2, 3, 4, 5)]),
    "BatchNorm3d": (lambda: nn.BatchNorm3d(2), [(2, 2, 3, 2, 3)]),
    "InstanceNorm1d": (lambda: nn.InstanceNorm1d(3), [(2, 3, 5)]),
    "InstanceNorm2d": (lambda: nn.InstanceNorm2d(3, affine=True, track_running_stats=True), [(2, 3, 4, 5)]),
    "InstanceNorm2d_unbatched": (lambda: nn.InstanceNorm2d(3), [(3, 4, 5)]),
    "InstanceNorm3d": (lambda: nn.InstanceNorm3d(2, affine=True), [(2, 2, 3, 2, 3)]),
    "LayerNorm": (lambda: nn.LayerNorm(4), [(2, 3, 4)]),
    "LayerNorm_two": (lambda: nn.LayerNorm([3, 4], eps=1e-3), [(2, 3, 4)]),
    "LayerNorm_plain": (lambda: nn.LayerNorm(4, elementwise_affine=False), [(2, 4)]),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), [(2, 4, 3, 3)]),
    "GroupNorm_plain": (lambda: nn.GroupNorm(4, 4, affine=False), [(2, 4, 6)]),
    "LocalResponseNorm": (lambda: nn.LocalResponseNorm(2), [(2, 5, 3, 4)]),
    "Embedding": (lambda: nn.Embedding(5, 4), [integers((2, 3), 5)]),
    "Embedding_padding": (lambda: nn.Embedding(5, 4, padding_idx=-3), [integers((2, 3), 5)]),
    "Embedding_max_norm": (lambda: nn.Embedding(5, 4, max_norm=0.5), [integers((2, 3), 5)]),
    "Embedding_scaled": (lambda: nn.Embedding(3, 4, scale_grad_by_freq=True), [integers((6,), 3)]),
    "CosineSimilarity": (nn.CosineSimilarity, [(2, 3), (2, 3)]),
    "CosineSimilarity_0": (lambda: nn.CosineSimilarity(dim=0), [(2, 3), (2, 3)]),
    "PairwiseDistance": (nn.PairwiseDistance, [(2, 3), (2, 3)]),
    "PairwiseDistance_1": (lambda: nn.PairwiseDistance(p=1.0, keepdim=True), [(2, 3), (2, 3)]),
    "SmoothL1Loss": (nn.SmoothL1Loss, [(2, 3), (2, 3)]),
    "SmoothL1Loss_beta": (lambda: nn.SmoothL1Loss(beta=0.5, reduction="sum"), [(2, 3), (2, 3)]),
    "HuberLoss": (lambda: nn.HuberLoss(delta=0.5), [(2, 3), (2, 3)]),
    "KLDivLoss": (lambda: nn.KLDivLoss(reduction="batchmean", log_target=True), [(2, 3), (2, 3)]),
    "PoissonNLLLoss": (lambda: nn.PoissonNLLLoss(full=True), [(4,), torch.tensor([0.0, 1.0, 2.0, 5.0])]),
    "HingeEmbeddingLoss": (nn.HingeEmbeddingLoss, [(4,), SIGNS]),
    "SoftMarginLoss": (nn.SoftMarginLoss, [(4,), SIGNS]),
    "MarginRankingLoss": (lambda: nn.MarginRankingLoss(margin=0.5), [(4,), (4,), SIGNS]),
    "CosineEmbeddingLoss": (lambda: nn.CosineEmbeddingLoss(margin=0.1), [(4, 3), (4, 3), SIGNS]),
    "TripletMarginLoss": (lambda: nn.TripletMarginLoss(swap=True), [(4, 3), (4, 3), (4, 3)]),
    "GaussianNLLLoss": (lambda: nn.GaussianNLLLoss(full=True), [(4,), (4,), torch.tensor([0.5, 1.0, 2.0, 0.0])]),
    "MultiMarginLoss": (nn.MultiMarginLoss, [(3, 4), torch.tensor([2, 0, 3])]),
    "MultiMarginLoss_weight": (lambda: nn.MultiMarginLoss(2, 0.5, torch.tensor([0.5, 1.0, 2.0, 1.5]), reduction="sum"),
                               [(3, 4), torch.tensor([2, 0, 3])]),
    "MultiLabelMarginLoss": (nn.MultiLabelMarginLoss, [(2, 4), torch.tensor([[3, 0, -1, 1], [1, -1, 0, 0]])]),
    "MultiLabelSoftMarginLoss": (nn.MultiLabelSoftMarginLoss, [(2, 3), torch.tensor([[1.0, 0, 1], [0, 0, 1]])]),
    "MultiLabelSoftMarginLoss_weight": (lambda: nn.MultiLabelSoftMarginLoss(torch.tensor([0.5, 1.0, 2.0]),
                                                                            reduction="none"),
                                        [(2, 3), torch.tensor([[1.0, 0, 1], [0, 0, 1]])]),
    "TripletMarginWithDistanceLoss": (lambda: nn.TripletMarginWithDistanceLoss(margin=0.5, swap=True),
                                      [(4, 3), (4, 3), (4, 3)]),
    "TripletMarginWithDistanceLoss_own": (
        lambda: nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().sum(1)),
        [(4, 3), (4, 3), (4, 3)]),
    "CTCLoss": (CTC, [(5, 2, 3), *CTC_TARGETS]),
    "CTCLoss_sum": (lambda: CTC(blank=1, reduction="sum", zero_infinity=True),
                    [(5, 2, 3), torch.tensor([0, 2, 2]), torch.tensor([5, 2]), torch.tensor([1, 2])]),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(4, 2), [(3, 2, 4), (5, 2, 4), (5, 2, 4)]),
    "MultiheadAttention_unbatched": (lambda: nn.MultiheadAttention(4, 1, bias=False), [(3, 4), (5, 4), (5, 4)]),
    "MultiheadAttention_widths": (lambda: nn.MultiheadAttention(4, 2, kdim=3, vdim=5, batch_first=True),
                                  [(2, 3, 4), (2, 5, 3), (2, 5, 5)]),
    "MultiheadAttention_more": (lambda: nn.MultiheadAttention(4, 2, add_bias_kv=True, add_zero_attn=True),
                                [(3, 2, 4), (5, 2, 4), (5, 2, 4)]),
    "MultiheadAttention_dropout": (lambda: nn.MultiheadAttention(4, 2, 0.4), [(3, 2, 4), (5, 2, 4), (5, 2, 4)]),
    "MultiheadAttention_masked": (lambda: Masked(False), [(2, 3, 4)]),
    "MultiheadAttention_masked_weights": (lambda: Masked(True, False), [(2, 3, 4)]),
    "TransformerEncoderLayer": (lambda: nn.TransformerEncoderLayer(4, 2, 8), [(3, 2, 4)]),
    "TransformerEncoderLayer_first": (
        lambda: nn.TransformerEncoderLayer(4, 2, 8, 0.0, "gelu", 1e-3, batch_first=True, norm_first=True), [(2, 3, 4)]),
    "TransformerDecoderLayer": (lambda: nn.TransformerDecoderLayer(4, 2, 8, 0.2), [(3, 2, 4), (5, 2, 4)]),
    "TransformerEncoder": (
        lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0.0), 2, nn.LayerNorm(4)), [(3, 2, 4)]),
    "TransformerDecoder": (lambda: nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8, 0.0), 2),
                           [(3, 2, 4), (5, 2, 4)]),
    "Transformer": (lambda: nn.Transformer(4, 2, 1, 2, 8, 0.1, batch_first=True), [(2, 3, 4), (2, 2, 4)]),
    "Transformer_masked": (MaskedTransformer, [(3, 2, 4), (2, 2, 4)]),
    "EmbeddingBag": (lambda: nn.EmbeddingBag(5, 4), [integers((2, 3), 5)]),
    "EmbeddingBag_sum": (lambda: nn.EmbeddingBag(5, 4, mode="sum", padding_idx=-4),
                         [integers((7,), 5), torch.tensor([0, 2, 2, 5]), (7,)]),
    "EmbeddingBag_max": (lambda: nn.EmbeddingBag(5, 4, mode="max", max_norm=1.0, include_last_offset=True),
                         [integers((7,), 5), torch.tensor([0, 2, 2, 7])]),
    "Bilinear": (lambda: nn.Bilinear(3, 2, 4), [(2, 3), (2, 2)]),
    "Bilinear_plain": (lambda: nn.Bilinear(3, 2, 4, bias=False), [(2, 2, 3), (2, 2, 2)]),
    "Unfold": (lambda: nn.Unfold((2, 3), dilation=2, padding=1, stride=(2, 1)), [(2, 2, 5, 6)]),
    "Fold": (lambda: nn.Fold((4, 5), 2, stride=(1, 3)), [(2, 8, 6)]),
    "LPPool1d": (lambda: nn.LPPool1d(2, 3, stride=2), [(2, 3, 7)]),
    "LPPool2d": (lambda: nn.LPPool2d(2, (3, 2), ceil_mode=True), [(2, 3, 6, 5)]),
    "MaxUnpool1d": (lambda: nn.MaxUnpool1d(2), [(1, 2, 3), torch.tensor([[[0, 3, 4], [1, 2, 5]]])]),
    "MaxUnpool2d": (lambda: nn.MaxUnpool2d((3, 2), stride=2, padding=(1, 0)),
                    [(1, 1, 2, 2), torch.tensor([[[[0, 3], [9, 10]]]])]),
    "MaxUnpool3d": (lambda: nn.MaxUnpool3d(2), [(1, 1, 1, 2, 1), torch.tensor([[[[[5], [2]]]]])]),
    "FractionalMaxPool2d": (lambda: nn.FractionalMaxPool2d((2, 3), output_size=(3, 4)), [(2, 3, 8, 9)]),
    "FractionalMaxPool2d_ratio": (lambda: nn.FractionalMaxPool2d(2, output_ratio=(0.5, 0.6)), [(3, 8, 9)]),
    "FractionalMaxPool3d": (lambda: nn.FractionalMaxPool3d(2, output_size=(2, 3, 2)), [(1, 2, 4, 5, 4)]),
    "Dropout1d": (lambda: nn.Dropout1d(0.4), [(3, 4, 5)]),
    "Dropout2d": (lambda: nn.Dropout2d(0.3, inplace=True), [(3, 4, 2, 2)]),
    "Dropout3d": (nn.Dropout3d, [(3, 4, 2, 1, 2)]),
    "AlphaDropout": (lambda: nn.AlphaDropout(0.3), [(4, 5)]),
    "FeatureAlphaDropout": (nn.FeatureAlphaDropout, [(3, 4, 2, 2)]),
    "Upsample_bicubic": (lambda: nn.Upsample(scale_factor=(2, 1.5), mode="bicubic"), [(1, 2, 3, 4)]),
    "ReflectionPad1d": (lambda: nn.ReflectionPad1d((1, 2)), [(2, 3, 4)]),
    "ReflectionPad2d": (lambda: nn.ReflectionPad2d(1), [(2, 3, 4, 3)]),
    "ReplicationPad2d": (lambda: nn.ReplicationPad2d((1, 0, 2, 1)), [(2, 3, 4, 3)]),
    "ReplicationPad3d": (lambda: nn.ReplicationPad3d(1), [(1, 2, 3, 2, 2)]),
    "ZeroPad2d": (lambda: nn.ZeroPad2d((1, 2, 0, 1)), [(2, 3, 3)]),
    "ConstantPad1d": (lambda: nn.ConstantPad1d(2, 3.5), [(2, 3)]),
    "ConstantPad2d": (lambda: nn.ConstantPad2d((1, 0, -1, 1), 1.5), [(2, 3, 3)]),
    "Upsample": (lambda: nn.Upsample(scale_factor=2), [(1, 2, 3, 2)]),
    "Upsample_linear": (lambda: nn.Upsample(size=5, mode="linear", align_corners=True), [(1, 2, 3)]),
    "Upsample_bilinear": (lambda: nn.Upsample(scale_factor=(2, 1.5), mode="bilinear"), [(1, 2, 3, 4)]),
    "Upsample_trilinear": (lambda: nn.Upsample(size=(3, 4, 3), mode="trilinear"), [(1, 1, 2, 3, 2)]),
    "PixelShuffle": (lambda: nn.PixelShuffle(2), [(2, 8, 2, 3)]),
    "PixelUnshuffle": (lambda: nn.PixelUnshuffle(2), [(2, 2, 4, 6)]),
    "Unflatten": (lambda: nn.Unflatten(1, (2, 3)), [(2, 6)]),
    "Linear_weight_norm": (lambda: weight_norm(nn.Linear(3, 4)), [(2, 3)]),
    "Linear_weight_norm_1": (lambda: weight_norm(nn.Linear(3, 4, bias=False), dim=1), [(2, 3)]),
    "Conv2d_weight_norm_whole": (lambda: weight_norm(nn.Conv2d(2, 3, 2), dim=None), [(2, 2, 4, 4)]),
    "ConvTranspose1d_weight_norm": (lambda: weight_norm(nn.ConvTranspose1d(3, 2, 3), dim=1), [(2, 3, 4)]),
    "GRU_weight_norm": (lambda: weight_norm(weight_norm(nn.GRU(3, 4), "weight_hh_l0"), "weight_ih_l0"), [(3, 2, 3)]),
    "Linear_weight_norm_removed": (lambda: remove_weight_norm(weight_norm(nn.Linear(3, 4))), [(2, 3)]),
    "Linear_spectral_norm": (lambda: spectral_norm(nn.Linear(3, 4)), [(2, 3)]),
    "Conv2d_spectral_norm": (lambda: spectral_norm(nn.Conv2d(2, 3, 2), n_power_iterations=3), [(2, 2, 4, 4)]),
    "Conv2d_spectral_norm_1": (lambda: spectral_norm(nn.Conv2d(2, 3, 2), dim=1, eps=1e-3), [(2, 2, 4, 4)]),
    "ConvTranspose2d_spectral_norm": (lambda: spectral_norm(nn.ConvTranspose2d(2, 3, 2)), [(2, 2, 3, 4)]),
    "Linear_spectral_norm_removed": (lambda: remove_spectral_norm(spectral_norm(nn.Linear(3, 4))), [(2, 3)]),
    "AdaptiveLogSoftmaxWithLoss": (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 12, [3, 6], div_value=2.0),
                                   [(6, 8), torch.tensor([0, 5, 11, 2, 6, 3])]),
    "AdaptiveLogSoftmaxWithLoss_bias": (lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 5, [3], head_bias=True),
                                        [(8,), torch.tensor(4)]),
    "LocalResponseNorm_three": (lambda: nn.LocalResponseNorm(3, alpha=0.5, beta=1.0, k=2.0), [(2, 5, 3)]),
}


def make_input(spec, k):
    if isinstance(spec, torch.Tensor):
        return spec
    return numbers(spec, k).requires_grad_()


def tensors(out):
    return list(out) if isinstance(out, (tuple, list)) else [out]


def listed(t):
    return {"shape": list(t.shape), "values": t.detach().flatten().tolist()}


def golden(make, specs):
    torch.manual_seed(0)
    module = make()
    result = {"repr": repr(module), "state": {k: listed(v) for k, v in module.state_dict().items()}}
    inputs = [make_input(s, k) for k, s in enumerate(specs)]
    torch.manual_seed(1)
    # Through a product, so that modules may write over their input.
    outputs = tensors(module(*[x * 1 if x.requires_grad else x for x in inputs]))
    result["output"] = [listed(y) for y in outputs]
    loss = sum((y * numbers(y.shape, 5)).sum() for y in outputs if y.requires_grad)
    loss.backward()
    leaves = [x for x in inputs if x.requires_grad] + list(module.parameters())
    result["gradients"] = [listed(x.grad) for x in leaves if x.grad is not None]
    module.eval()
    result["eval"] = [listed(y) for y in tensors(module(*[x.detach().clone() for x in inputs]))]
    result["after"] = {k: listed(v) for k, v in module.named_buffers()}
    return result


def main():
    goldens = {name: golden(*spec) for name, spec in LAYERS.items()}
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in goldens.items())
    OUTPUT.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    main()
