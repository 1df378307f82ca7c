"""What both golden generators share: tiny Llamas with seeded weights, the loss, and the files."""

import json
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "resources" / "golden"
STEPS = 10
BATCH = 4


def deterministic():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)


def shape(layers, dim, heads, kv_heads, ffn, vocab, tied, theta=10_000.0, scaling=None):
    """The fields of the vocabulary's ModelShape."""
    return {
        "layers": layers, "dim": dim, "heads": heads, "kvHeads": kv_heads, "ffn": ffn, "vocab": vocab,
        "tied": tied, "ropeTheta": theta, "ropeScaling": scaling, "normEpsilon": 1e-5, "embeddingNorm": False,
    }


def build(s, context):
    rope = {"rope_type": "default", "rope_theta": s["ropeTheta"]}
    if s["ropeScaling"]:
        rope = {
            "rope_type": "llama3",
            "rope_theta": s["ropeTheta"],
            "factor": s["ropeScaling"]["factor"],
            "low_freq_factor": s["ropeScaling"]["lowFrequencyFactor"],
            "high_freq_factor": s["ropeScaling"]["highFrequencyFactor"],
            "original_max_position_embeddings": s["ropeScaling"]["originalContext"],
        }
    config = LlamaConfig(
        num_hidden_layers=s["layers"], hidden_size=s["dim"], num_attention_heads=s["heads"],
        num_key_value_heads=s["kvHeads"], intermediate_size=s["ffn"], vocab_size=s["vocab"],
        tie_word_embeddings=s["tied"], rope_parameters=rope, rms_norm_eps=s["normEpsilon"],
        max_position_embeddings=max(context, 2048), attention_bias=False, mlp_bias=False,
        attn_implementation="eager", use_cache=False,
        bos_token_id=None, eos_token_id=None, pad_token_id=None,
    )
    model = LlamaForCausalLM(config).float()
    assert model.config.rope_parameters["rope_theta"] == s["ropeTheta"]
    assert (model.lm_head.weight is model.model.embed_tokens.weight) == s["tied"]
    return model


def seed_weights(model, seed):
    """Wide enough that attention is not flat and logits differ; gains off 1 so that a forgotten one shows."""
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=g, dtype=torch.float32)
            p.copy_(0.15 * noise if p.dim() == 2 else 1.0 + 0.1 * noise)


def batches(vocab, length, seed):
    """(STEPS, BATCH, length + 1): inputs are the first `length` tokens, targets the last `length`."""
    g = torch.Generator().manual_seed(seed)
    return torch.randint(0, vocab, (STEPS, BATCH, length + 1), generator=g)


def logits_of(model, tokens):
    return model(input_ids=tokens[:, :-1]).logits


def loss_of(logits, tokens):
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), tokens[:, 1:].reshape(-1))


def linear_rate(peak, step):
    """The vocabulary's ScheduleSpec.linear(STEPS): peak at step 0, zero behind the last step."""
    return peak * (STEPS - step) / STEPS


def save_tensors(path, tensors):
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, str(path))
    path.chmod(0o644)


def save_json(path, document):
    path.write_text(json.dumps(document, indent=1) + "\n")


def relative_gap(a, b):
    return max(abs(x - y) / abs(y) for x, y in zip(a, b))


def finite(values):
    assert all(math.isfinite(v) for v in values)
    return values
