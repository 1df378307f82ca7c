"""Golden files of quantization-aware training: a tiny Llama with ParetoQ's quantizers in every forward pass.

Regenerate from the repository root:

    python3 -m venv venv && venv/bin/pip install torch==2.10.0 transformers==5.23.0 safetensors numpy
    venv/bin/python worker-image/src/test/python/generate_qat_curves.py

Writes src/test/resources/golden/qat/; the README.md there says what is in it. With --check FILE the quantizers are first
compared with reference cases (the format of golden/quantizers.json); nothing is written when they disagree.
"""

import argparse
import json

import torch
import torch.nn.functional as F
import transformers
from golden_common import (
    GOLDEN, STEPS, batches, build, deterministic, finite, linear_rate, logits_of, loss_of, relative_gap, save_json,
    save_tensors, seed_weights, shape,
)
from paretoq_reference import initial_scale, quantize

RATE = 1e-3
SCALE_FACTOR = 1.0
DECAY = 0.1
CLIP = 1.0
LENGTH = 16
SHAPE = shape(2, 32, 4, 2, 64, 64, True)
PRECISIONS = ["1", "1.58", "2", "3", "4"]


class QuantizedLinear(torch.nn.Module):
    """Fake-quantizes its weight in every forward pass; its scale is a parameter (rows, 1)."""

    def __init__(self, linear, precision):
        super().__init__()
        self.weight = linear.weight
        self.precision = precision
        self.scale = torch.nn.Parameter(initial_scale(precision, linear.weight.detach()))
        self.rate = (SCALE_FACTOR * self.scale.mean() / self.weight.abs().mean()).item()

    def forward(self, x):
        return F.linear(x, quantize(self.precision, self.weight, self.scale))


def quantize_projections(model, precision):
    for layer in model.model.layers:
        for block, names in ((layer.self_attn, ("q_proj", "k_proj", "v_proj", "o_proj")),
                             (layer.mlp, ("gate_proj", "up_proj", "down_proj"))):
            for name in names:
                setattr(block, name, QuantizedLinear(getattr(block, name), precision))


def train(model, tokens):
    scales = {n: m for n, m in model.named_modules() if isinstance(m, QuantizedLinear)}
    scale_ids = {id(m.scale) for m in scales.values()}
    weights = [p for p in model.parameters() if id(p) not in scale_ids]
    groups = [
        {"params": [p for p in weights if p.dim() == 2], "weight_decay": DECAY, "factor": 1.0},
        {"params": [p for p in weights if p.dim() == 1], "weight_decay": 0.0, "factor": 1.0},
    ] + [{"params": [m.scale], "weight_decay": 0.0, "factor": m.rate} for m in scales.values()]
    optimizer = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.95), eps=1e-8, foreach=False)
    losses, norms, first = [], [], {}
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = linear_rate(RATE, step) * group["factor"]
        loss = loss_of(logits_of(model, tokens[step]), tokens[step])
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            first = {n: p.grad.clone() for n, p in model.named_parameters()}
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item())
        losses.append(loss.item())
        optimizer.step()
    return finite(losses), finite(norms), first


def fresh(initial, precision, dtype):
    model = build(SHAPE, LENGTH)
    model.load_state_dict(initial, strict=False)
    quantize_projections(model, precision)
    return model.to(dtype)


def check(path):
    """Bit-equal forward and weight gradient; the scale's gradient to 1e-5 of the row's sum of magnitudes."""
    cases = json.load(open(path))["cases"]
    for case in cases:
        label = f"{case['name']} at {case['bits']} bits"
        size = case["rows"], case["cols"]
        w = torch.tensor(case["weight"]).reshape(size).requires_grad_()
        a = torch.tensor(case["scale"]).reshape(-1, 1).requires_grad_()
        out = quantize(str(case["bits"]), w, a)
        assert torch.equal(out, torch.tensor(case["quantized"]).reshape(size)), label
        g = torch.tensor(case["gradOutput"]).reshape(size)
        out.backward(g)
        assert torch.equal(w.grad, torch.tensor(case["gradWeight"]).reshape(size)), label
        assert torch.allclose(a.grad.flatten(), torch.tensor(case["gradScale"]), rtol=1e-5, atol=1e-6), label
        assert torch.equal(initial_scale(str(case["bits"]), w.detach()).flatten(),
                           torch.tensor(case["initialScale"])), label
    print(f"{len(cases)} reference cases agree")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="append", default=[])
    for path in parser.parse_args().check:
        check(path)
    deterministic()
    folder = GOLDEN / "qat"
    folder.mkdir(parents=True, exist_ok=True)
    model = build(SHAPE, LENGTH)
    seed_weights(model, 21)
    initial = {k: v.detach().clone() for k, v in model.named_parameters()}
    tokens = batches(SHAPE["vocab"], LENGTH, 121)
    save_tensors(folder / "initial.safetensors",
                 {"tokens": tokens.to(torch.int32)} | {"weight." + k: v for k, v in initial.items()})
    curves = {}
    for precision in PRECISIONS:
        quantized = fresh(initial, precision, torch.float32)
        starts = {n.removesuffix(".scale"): p.detach().flatten().clone()
                  for n, p in quantized.named_parameters() if n.endswith(".scale")}
        factors = {n + ".weight": m.rate for n, m in quantized.named_modules() if isinstance(m, QuantizedLinear)}
        losses, norms, first = train(quantized, tokens)
        # The same sums in another order: what float32 alone may change. (In float64 a weight on the edge of its grid
        # rounds to another level, so that curve would say nothing.)
        reordered, _, _ = train(fresh(initial, precision, torch.float32), tokens.roll(1, 1))
        tensors = {f"scale.{n}.weight": a for n, a in starts.items()}
        tensors |= {f"finalScale.{n.removesuffix('.scale')}.weight": p.flatten()
                    for n, p in quantized.named_parameters() if n.endswith(".scale")}
        tensors |= {f"scaleGradient.{n.removesuffix('.scale')}.weight": g.flatten()
                    for n, g in first.items() if n.endswith(".scale")}
        # Every gradient of the second layer is enough to find a fault, and keeps the file small.
        tensors |= {f"gradient.{n}": g for n, g in first.items() if "layers.1" in n and not n.endswith(".scale")}
        save_tensors(folder / f"first-step-{precision}.safetensors", tensors)
        curves[precision] = {
            "losses": losses, "gradientNorms": norms, "lossesReordered": reordered, "scaleRateFactors": factors,
        }
        print(f"{precision:>4} bits: loss {losses[0]:.4f} -> {losses[-1]:.4f}, "
              f"reordered {relative_gap(losses, reordered):.1e}")
    save_json(folder / "curves.json", {
        "generator": "worker-image/src/test/python/generate_qat_curves.py",
        "torch": torch.__version__, "transformers": transformers.__version__,
        "model": SHAPE, "batch": tokens.shape[1], "sequenceLength": LENGTH, "steps": STEPS,
        "optimizer": {"learningRate": RATE, "scaleLearningRate": SCALE_FACTOR, "schedule": "linear", "beta1": 0.9,
                      "beta2": 0.95, "epsilon": 1e-8, "weightDecay": DECAY, "gradientClip": CLIP},
        "precisions": curves,
    })


if __name__ == "__main__":
    main()
