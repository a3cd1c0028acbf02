"""The reader's network as it is trained, in torch: the bundled MiniLM encoder with a linear head over its tokens.

The head gives each token four logits: "an answer starts here", "an answer ends here", "this belongs to what answers",
and, at ``[CLS]`` alone, "this passage answers". The first three at ``[CLS]`` say "no answer in this passage" (SQuAD 2.0
as in Devlin et al. 2019, section 4.3). Word embeddings are never trained: they are half of the encoder's parameters, so
the weights file leaves them out and takes them from the encoder that is bundled anyway.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import BertConfig, BertModel, PreTrainedModel

import training.reader.attention  # noqa: F401  (registers the attention that training names)
from embeddings.bundled import verify_bundled
from embeddings.checksum import file_sha256
from embeddings.torch_dtype import best_dtype
from rag.reader.spans.shipped import BLOCKS, WORD_EMBEDDINGS, read_weights
from training.reader.pack import unpacked

OUTPUTS = 4
"""Start, end, relevance, answerability."""
HEAD_STD = 0.02
"""Standard deviation of the fresh head, BERT's own initialiser range."""


class ReaderNetwork(nn.Module):
    """Encoder and head: token ids in, four logits for each token out."""

    def __init__(self, encoder: PreTrainedModel) -> None:
        """The encoder's word embeddings are not trained."""
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.config.hidden_size, OUTPUTS)
        nn.init.normal_(self.head.weight, std=HEAD_STD)
        nn.init.zeros_(self.head.bias)
        encoder.get_input_embeddings().requires_grad_(False)

    def forward(self, ids: torch.Tensor, type_ids: torch.Tensor, attention: torch.Tensor) -> torch.Tensor:
        """``(b, n) int64`` ids, segment numbers and attention mask to ``(b, n, 4)`` logits."""
        hidden = self.encoder(input_ids=ids, token_type_ids=type_ids, attention_mask=attention).last_hidden_state
        logits: torch.Tensor = self.head(hidden.to(self.head.weight.dtype))
        return logits


def bundled_model(attention: str = "eager", dropout: float = 0.0) -> ReaderNetwork:
    """A reader with the bundled encoder's weights and a fresh head, on the CPU in float32.

    ``attention`` is transformers' name of an attention: ``LEAN`` for training, the plain one for embedding (each
    the fastest there on a CPU in bfloat16; ``docs/reader.md`` has the measurements). ``dropout`` is the rate on hidden
    states while training; attention weights have none.
    """
    folder = verify_bundled()
    config = BertConfig.from_pretrained(
        folder, hidden_dropout_prob=dropout, attention_probs_dropout_prob=0.0, attn_implementation=attention
    )
    encoder = BertModel(config, add_pooling_layer=False)
    load_published(encoder, folder)
    return ReaderNetwork(encoder)


def load_published(encoder: PreTrainedModel, folder: Path) -> None:
    """The weights of a sentence-transformers folder, of which the pooler is not needed."""
    state = load_file(folder / "model.safetensors")
    left_out = ("pooler.", "embeddings.position_ids")
    encoder.load_state_dict({name: value for name, value in state.items() if not name.startswith(left_out)})


def load_weights(model: ReaderNetwork, path: Path) -> None:
    """Go on from what a run or ``training.reader.pack`` wrote; a head of fewer outputs fills the first ones."""
    state = load_file(path)
    if any(name.endswith(BLOCKS) for name in state):
        state = {name: torch.from_numpy(value) for name, value in unpacked(read_weights(path, None)).items()}
    for name in ("head.weight", "head.bias"):
        full = getattr(model.head, name.removeprefix("head.")).detach().clone()
        full[: len(state[name])] = state[name].float()
        state[name] = full
    model.load_state_dict({name: value.float() for name, value in state.items()}, strict=False)


def save_weights(state: Mapping[str, torch.Tensor], path: Path) -> str:
    """Write everything of a network but the word embeddings, in float16; returns the file's SHA-256."""
    kept = {
        name: value.detach().to("cpu", torch.float16).contiguous()
        for name, value in state.items()
        if not name.endswith(WORD_EMBEDDINGS) and value.is_floating_point()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(kept, path)
    return file_sha256(path)


def autocast(device: torch.device) -> torch.autocast:
    """A context in which matrices are multiplied in bfloat16, where the device is fast at that."""
    fast = device.type == "cuda" or best_dtype() is torch.bfloat16
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)
