"""The large network as it is shipped: ``python -m training.reader.pack RUN/model.safetensors --encoder DIR``.

Matrices are packed in 4 bits, the word embeddings among them; all is named as in BERT. Prints the SHA-256 that
``rag.reader.spans.shipped`` has to name.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from embeddings.blocks import Packed
from embeddings.checksum import file_sha256
from embeddings.int8 import RELATIVE_BIAS
from rag.reader.spans.shipped import BLOCKS, LARGE_PATH, SCALES, WORD_EMBEDDINGS, Weights

RESERVED_POSITIONS = 2
"""MPNet counts positions from 2 on."""
EXACT = ("head.weight", "position_embeddings.weight", RELATIVE_BIAS)
"""Matrices that are not packed: they are small."""
_IN_BERT = {
    "attention.attn.q.": "attention.self.query.",
    "attention.attn.k.": "attention.self.key.",
    "attention.attn.v.": "attention.self.value.",
    "attention.attn.o.": "attention.output.dense.",
    "attention.LayerNorm.": "attention.output.LayerNorm.",
}


def packed(trained: Mapping[str, NDArray[np.generic]], words: NDArray[np.generic]) -> dict[str, NDArray[np.generic]]:
    """What is shipped of a trained MPNet reader; ``words`` are the encoder's word embeddings."""
    made: dict[str, NDArray[np.generic]] = {}
    for name, value in {**trained, f"encoder.{WORD_EMBEDDINGS}": words}.items():
        for own, in_bert in _IN_BERT.items():
            name = name.replace(own, in_bert)
        if "position_embeddings" in name:
            value = value[RESERVED_POSITIONS:]
        if value.ndim == 2 and not name.endswith(EXACT):
            matrix = Packed.of(value.astype(np.float32))
            made[name + BLOCKS], made[name + SCALES] = matrix.numbers, matrix.scales
        else:
            made[name] = value.astype(np.float16)
    return made


def unpacked(shipped: Weights) -> dict[str, NDArray[np.float32]]:
    """The tensors again as they are named in training, without the word embeddings."""
    made: dict[str, NDArray[np.float32]] = {}
    for name, value in shipped.items():
        for own, in_bert in _IN_BERT.items():
            name = name.replace(in_bert, own)
        made[name] = np.asarray(value, np.float32)
        if "position_embeddings" in name:
            made[name] = np.pad(made[name], ((RESERVED_POSITIONS, 0), (0, 0)))
    del made[f"encoder.{WORD_EMBEDDINGS}"]
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: write the file and print its SHA-256."""
    parser = argparse.ArgumentParser(prog="python -m training.reader.pack", description=__doc__)
    parser.add_argument("weights", type=Path, help="model.safetensors of a run")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the MPNet that was trained")
    parser.add_argument("--out", type=Path, default=LARGE_PATH, help="the weights to write")
    given = parser.parse_args(arguments)
    words = load_file(given.encoder / "model.safetensors")[WORD_EMBEDDINGS]
    save_file(packed(load_file(given.weights), words), given.out)
    print(file_sha256(given.out))


if __name__ == "__main__":
    main()
