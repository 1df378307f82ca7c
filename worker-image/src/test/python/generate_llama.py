"""Golden files of the full-precision decoder: PyTorch and transformers' LlamaForCausalLM, float32, CPU, one thread.

Regenerate from the repository root:

    python3 -m venv venv && venv/bin/pip install torch==2.10.0 transformers==5.23.0 safetensors numpy
    venv/bin/python worker-image/src/test/python/generate_llama.py

Writes src/test/resources/golden/llama/NAME.safetensors and NAME.json; the README.md there says what is in them.
"""

import torch
import transformers
from golden_common import (
    GOLDEN, STEPS, batches, build, deterministic, finite, linear_rate, logits_of, loss_of, relative_gap, save_json,
    save_tensors, seed_weights, shape,
)

RATE = 1e-3
DECAY = 0.1
CLIP = 1.0
CASES = {
    "mha-tied": (shape(2, 32, 4, 4, 64, 64, True), 16, 11),
    "gqa-untied": (shape(2, 32, 4, 2, 88, 61, False, theta=500_000.0), 16, 12),
    # Original context 64 puts wavelengths 6.3 | 19.9, 62.8 | 199 … on all three branches of the scaling.
    "gqa-rope-scaled": (
        shape(1, 32, 2, 1, 64, 61, True, scaling={
            "factor": 8.0, "lowFrequencyFactor": 1.0, "highFrequencyFactor": 4.0, "originalContext": 64}),
        96, 13),
}


def train(model, tokens, dtype):
    model = model.to(dtype)
    matrices = [p for p in model.parameters() if p.dim() == 2]
    gains = [p for p in model.parameters() if p.dim() == 1]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": DECAY}, {"params": gains, "weight_decay": 0.0}],
        lr=RATE, betas=(0.9, 0.95), eps=1e-8, foreach=False)
    losses, norms = [], []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = linear_rate(RATE, step)
        loss = loss_of(logits_of(model, tokens[step]), tokens[step])
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP).item())
        losses.append(loss.item())
        optimizer.step()
    return finite(losses), finite(norms)


def generate(name, s, length, seed):
    model = build(s, length)
    seed_weights(model, seed)
    initial = {k: v.detach().clone() for k, v in model.named_parameters()}
    tokens = batches(s["vocab"], length, seed + 100)
    logits = logits_of(model, tokens[0])
    loss = loss_of(logits, tokens[0])
    loss.backward()
    tensors = {"tokens": tokens.to(torch.int32), "logits": logits}
    for k, p in model.named_parameters():
        tensors["weight." + k] = p
        tensors["gradient." + k] = p.grad
    save_tensors(GOLDEN / "llama" / f"{name}.safetensors", tensors)
    model.zero_grad()
    losses, norms = train(model, tokens, torch.float32)
    assert losses[0] == loss.item()

    exact = build(s, length)
    exact.load_state_dict(initial, strict=False)
    losses64, norms64 = train(exact, tokens, torch.float64)
    save_json(GOLDEN / "llama" / f"{name}.json", {
        "generator": "worker-image/src/test/python/generate_llama.py",
        "torch": torch.__version__, "transformers": transformers.__version__,
        "model": s, "batch": tokens.shape[1], "sequenceLength": length, "steps": STEPS,
        "optimizer": {"learningRate": RATE, "schedule": "linear", "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8,
                      "weightDecay": DECAY, "gradientClip": CLIP},
        "loss": loss.item(), "losses": losses, "gradientNorms": norms,
        "lossesFloat64": losses64, "gradientNormsFloat64": norms64,
    })
    print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}, float32 against float64 {relative_gap(losses, losses64):.1e}")


if __name__ == "__main__":
    deterministic()
    (GOLDEN / "llama").mkdir(parents=True, exist_ok=True)
    for case, (model_shape, context, case_seed) in CASES.items():
        generate(case, model_shape, context, case_seed)
