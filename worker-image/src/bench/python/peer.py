"""The PyTorch side of `bitfrontier bench`: an equal LLaMA, trained step by step on request.

Reads one JSON line with the model and the batch, answers {"ready": ...}, then obeys lines
  {"mode": "full" | "1" | "1.58" | "2" | "3" | "4", "steps": n}
each with {"seconds": [...]}, one per step. A mode's model is made when it is first asked for.

"full" is plain PyTorch: fused scaled_dot_product_attention, fused AdamW. The others are the same model whose projections pass
through a fake quantizer written as an autograd function inside every forward, as the reference implementation of
arXiv 2502.02631 wires it: once per micro-batch. Weights are fp32 here too, so that only the wiring differs.
"""

import json
import math
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


class Signs(torch.autograd.Function):
    """Elastic binary: alpha * sign(w)."""

    @staticmethod
    def forward(ctx, w, alpha, bits):
        alpha = alpha.clamp_min(1e-5)
        ctx.save_for_backward(w, alpha)
        return alpha * w.sign()

    @staticmethod
    def backward(ctx, g):
        w, alpha = ctx.saved_tensors
        inside = ((w / alpha).abs() <= 1).float()
        scale = 1.0 / math.sqrt(w.numel())
        return g * inside, (g * w.sign()).sum(1, keepdim=True) * scale, None


class Stretched(torch.autograd.Function):
    """SEQ at 1.58 and 2 bits: levels balanced around zero."""

    @staticmethod
    def forward(ctx, w, alpha, bits):
        alpha = alpha.clamp_min(1e-5)
        levels, shift = (1.5, 0.0) if bits == 1.58 else (2.0, 0.5)
        x = w / alpha
        q = (torch.round(x.clamp(-0.99, 0.99) * levels - shift) + shift) / levels
        ctx.save_for_backward(x, q)
        ctx.edge = 1.0 if bits == 1.58 else 0.75
        return alpha * q

    @staticmethod
    def backward(ctx, g):
        x, q = ctx.saved_tensors
        inside = (x.abs() <= 0.99).float()
        scale = 1.0 / math.sqrt(x.numel())
        slope = torch.where(inside > 0, q - x, x.sign() * ctx.edge)
        return g * inside, (g * slope).sum(1, keepdim=True) * scale, None


class StepSize(torch.autograd.Function):
    """LSQ at 3 and 4 bits."""

    @staticmethod
    def forward(ctx, w, alpha, bits):
        alpha = alpha.clamp_min(1e-5)
        low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
        x = w / alpha
        ctx.save_for_backward(x)
        ctx.range = (low, high)
        return alpha * x.round().clamp(low, high)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        low, high = ctx.range
        below, above = x < low, x > high
        inside = ~(below | above)
        scale = 1.0 / math.sqrt(x.numel() * high)
        slope = torch.where(inside, x.round() - x, torch.where(below, float(low), float(high)))
        return g * inside, (g * slope).sum(1, keepdim=True) * scale, None


class Projection(nn.Linear):
    def __init__(self, inputs, outputs, mode):
        super().__init__(inputs, outputs, bias=False)
        nn.init.normal_(self.weight, std=0.02)
        self.function = None
        if mode != "full":
            self.bits = float(mode) if mode == "1.58" else int(mode)
            self.function = Signs if self.bits == 1 else Stretched if self.bits <= 2 else StepSize
            w = self.weight.detach()
            start = w.abs().mean(1, True) if self.bits == 1 else w.abs().amax(1, True)
            self.alpha = nn.Parameter(start / (2 ** (self.bits - 1) - 1) if self.bits > 2 else start)

    def forward(self, x):
        if self.function is None:
            return F.linear(x, self.weight)
        return F.linear(x, self.function.apply(self.weight, self.alpha, self.bits))


def rotate(x, cos, sin):
    left, right = x.chunk(2, -1)
    return x * cos + torch.cat((-right, left), -1) * sin


class Block(nn.Module):
    def __init__(self, c, mode):
        super().__init__()
        self.heads, self.kv, self.head = c["heads"], c["kvHeads"], c["dim"] // c["heads"]
        self.norm1, self.norm2 = nn.RMSNorm(c["dim"], eps=1e-5), nn.RMSNorm(c["dim"], eps=1e-5)
        kv = self.kv * self.head
        self.q, self.k = Projection(c["dim"], c["dim"], mode), Projection(c["dim"], kv, mode)
        self.v, self.o = Projection(c["dim"], kv, mode), Projection(c["dim"], c["dim"], mode)
        self.gate, self.up = Projection(c["dim"], c["ffn"], mode), Projection(c["dim"], c["ffn"], mode)
        self.down = Projection(c["ffn"], c["dim"], mode)

    def forward(self, x, cos, sin):
        b, t, d = x.shape
        h = self.norm1(x)
        q = rotate(self.q(h).view(b, t, self.heads, self.head).transpose(1, 2), cos, sin)
        k = rotate(self.k(h).view(b, t, self.kv, self.head).transpose(1, 2), cos, sin)
        v = self.v(h).view(b, t, self.kv, self.head).transpose(1, 2)
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=self.kv != self.heads)
        x = x + self.o(a.transpose(1, 2).reshape(b, t, d))
        h = self.norm2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Llama(nn.Module):
    def __init__(self, c, mode):
        super().__init__()
        self.embedding = nn.Embedding(c["vocab"], c["dim"])
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.blocks = nn.ModuleList(Block(c, mode) for _ in range(c["layers"]))
        self.norm = nn.RMSNorm(c["dim"], eps=1e-5)
        head = c["dim"] // c["heads"]
        rates = 1.0 / (10000.0 ** (torch.arange(0, head, 2).float() / head))
        angles = torch.outer(torch.arange(c["sequence"]).float(), rates).repeat(1, 2)
        self.register_buffer("cos", angles.cos())
        self.register_buffer("sin", angles.sin())

    def forward(self, tokens):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.cos, self.sin)
        return F.linear(self.norm(x), self.embedding.weight)


class Training:
    def __init__(self, c, mode):
        torch.manual_seed(1)
        self.c, self.model = c, Llama(c, mode)
        matrices = [p for p in self.model.parameters() if p.dim() == 2 and p.shape[1] > 1]
        others = [p for p in self.model.parameters() if p.dim() != 2 or p.shape[1] == 1]
        groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=1e-4, betas=(0.9, 0.95), eps=1e-8, fused=True)

    def step(self):
        c, parts = self.c, self.c["microBatches"]
        tokens = torch.randint(0, c["vocab"], (c["sequences"], c["sequence"] + 1))
        start = time.perf_counter()
        self.optimizer.zero_grad(set_to_none=True)
        for part in tokens.chunk(parts):
            logits = self.model(part[:, :-1])
            loss = F.cross_entropy(logits.reshape(-1, c["vocab"]), part[:, 1:].reshape(-1)) / parts
            loss.backward()
            loss.item()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        return time.perf_counter() - start


def main():
    config = json.loads(sys.stdin.readline())
    torch.set_num_threads(config["threads"])
    trainings = {}
    print(json.dumps({"ready": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        mode = request["mode"]
        if mode not in trainings:
            trainings[mode] = Training(config, mode)
        print(json.dumps({"seconds": [trainings[mode].step() for _ in range(request["steps"])]}), flush=True)


main()
