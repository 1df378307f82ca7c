"""The quantizers of ParetoQ (arXiv 2502.02631) as PyTorch autograd functions, written from their formulas.

One scale per row, (rows, 1), floored at 1e-5; torch.round rounds half to even; the scale's gradient carries
1/sqrt(numel * Qp) with numel of the whole matrix.
"""

import math

import torch
from torch.autograd import Function

FLOOR = 1e-5
STRETCHED_CLIP = 0.99


def floored(scale):
    return torch.clamp(scale, min=torch.tensor(FLOOR, dtype=torch.float32).item())


class ElasticBinary(Function):
    @staticmethod
    def forward(ctx, w, scale):
        a = floored(scale)
        ctx.save_for_backward(w, a)
        return torch.sign(w) * a

    @staticmethod
    def backward(ctx, g):
        w, a = ctx.saved_tensors
        x = w / a
        inside = ((x >= -1) & (x <= 1)).to(g.dtype)
        gs = 1.0 / math.sqrt(w.numel())
        return g * inside, (g * torch.sign(w) * gs).sum(1, keepdim=True)


class Stretched(Function):
    """levels 1.5 and shift 0 for ternary, levels 2 and shift 0.5 for two bits."""

    @staticmethod
    def forward(ctx, w, scale, levels, shift):
        a = floored(scale)
        ctx.save_for_backward(w, a)
        ctx.grid = levels, shift
        return a * Stretched.grid(w / a, levels, shift)

    @staticmethod
    def grid(x, levels, shift):
        clipped = torch.clamp(x, -STRETCHED_CLIP, STRETCHED_CLIP)
        return (torch.round(clipped * levels - shift) + shift) / levels

    @staticmethod
    def backward(ctx, g):
        w, a = ctx.saved_tensors
        levels, shift = ctx.grid
        x = w / a
        low, high = x < -STRETCHED_CLIP, x > STRETCHED_CLIP
        inside = ~(low | high)
        edge = 1.0 if shift == 0 else 0.75
        slope = torch.where(inside, Stretched.grid(x, levels, shift) - x, torch.where(high, edge, -edge).to(g.dtype))
        gs = 1.0 / math.sqrt(w.numel())
        return g * inside.to(g.dtype), (g * slope * gs).sum(1, keepdim=True), None, None


class LearnedStep(Function):
    @staticmethod
    def forward(ctx, w, scale, bits):
        a = floored(scale)
        ctx.save_for_backward(w, a)
        ctx.range = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        return torch.clamp(torch.round(w / a), *ctx.range) * a

    @staticmethod
    def backward(ctx, g):
        w, a = ctx.saved_tensors
        qn, qp = ctx.range
        x = w / a
        low, high = x < qn, x > qp
        inside = ~(low | high)
        slope = torch.where(inside, torch.round(x) - x, torch.where(high, float(qp), float(qn)).to(g.dtype))
        gs = 1.0 / math.sqrt(w.numel() * qp)
        return g * inside.to(g.dtype), (g * slope * gs).sum(1, keepdim=True), None


def initial_scale(precision, w):
    """(rows, 1)"""
    size = w.abs()
    if precision == "1":
        return size.mean(1, keepdim=True)
    largest = size.amax(1, keepdim=True)
    return largest if precision in ("1.58", "2") else largest / (2 ** (int(precision) - 1) - 1)


def quantize(precision, w, scale):
    if precision == "1":
        return ElasticBinary.apply(w, scale)
    if precision == "1.58":
        return Stretched.apply(w, scale, 1.5, 0.0)
    if precision == "2":
        return Stretched.apply(w, scale, 2.0, 0.5)
    return LearnedStep.apply(w, scale, int(precision))
