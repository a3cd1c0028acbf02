"""The average of two runs' weights: ``python -m training.reader.average ONE OTHER --share 0.4 --out FILE``.

Of runs that start from each other the average is often better than either (Wortsman et al. 2022, "Model soups").
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file

from training.reader.model import save_weights


def average(one: Path, other: Path, share: float, out: Path) -> str:
    """Writes ``share`` of the weights of ``one`` and the rest of those of ``other``; returns the file's SHA-256."""
    first, second = load_file(one), load_file(other)
    return save_weights({name: value.float().lerp(first[name].float(), share) for name, value in second.items()}, out)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: print the SHA-256 that ``rag.reader.spans.shipped`` has to name."""
    parser = argparse.ArgumentParser(prog="python -m training.reader.average", description=__doc__)
    parser.add_argument("one", type=Path, help="model.safetensors of a run")
    parser.add_argument("other", type=Path, help="of a run that started from it")
    parser.add_argument("--share", type=float, required=True, help="of the first, 0 to 1")
    parser.add_argument("--out", type=Path, required=True, help="the weights to write")
    given = parser.parse_args(arguments)
    print(average(given.one, given.other, given.share, given.out))


if __name__ == "__main__":
    main()
