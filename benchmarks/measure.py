"""One measurement of one system, in a process of its own: ``python -m benchmarks.measure`` in the system's environment.

Only this module and ``benchmarks.systems`` are imported there.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.systems import open_system
from benchmarks.systems.base import Answering, Encoding, Found, System, Updating

ANSWERED = 40
"""Of the questions, how many are answered whole."""
WARM_UP = 3
"""Questions asked before the clock is started."""
MODEL_TOKENS = 256
"""What all-MiniLM-L6-v2 reads of a text; sentence-transformers cuts the rest off."""

Values = dict[str, float]


def main() -> None:
    """Runs one task and writes what it measured as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure")
    parser.add_argument("system")
    parser.add_argument("task", choices=("index", "search", "update"))
    for folder in ("model", "documents", "index", "questions", "out"):
        parser.add_argument(f"--{folder}", type=Path, required=True)
    arguments = parser.parse_args()
    started = time.perf_counter()
    system = open_system(arguments.system, arguments.model)
    values = {"load_seconds": time.perf_counter() - started}
    if arguments.task == "index":
        values |= _index(system, arguments.documents, arguments.index, arguments.model)
    elif arguments.task == "search":
        values |= _search(system, arguments.index, json.loads(arguments.questions.read_text(encoding="utf-8")))
    else:
        assert isinstance(system, Updating)
        values["seconds"] = _seconds(lambda: system.update(arguments.documents, arguments.index))
    arguments.out.write_text(json.dumps(values), encoding="utf-8")


def _index(system: System, documents: Path, index: Path, model: Path) -> Values:
    before = time.process_time()
    values = {"seconds": _seconds(lambda: system.build(documents, index)), "peak_bytes": float(_peak_memory())}
    values["processor_seconds"] = time.process_time() - before
    texts = system.embedded_texts()
    given, read = _tokens(texts, model)
    values |= {
        "chunks": len(texts),
        "tokens_given": given,
        "tokens_read": read,
        "bytes": sum(path.stat().st_size for path in index.rglob("*") if path.is_file()),
    }
    if isinstance(system, Encoding):
        before = time.process_time()
        values["encoder_seconds"] = _seconds(lambda: system.encode(texts))
        values["encoder_processor_seconds"] = time.process_time() - before
    return values


def _search(system: System, index: Path, questions: Sequence[dict[str, list[str]]]) -> Values:
    values = {"open_seconds": _seconds(lambda: system.open(index))}
    texts = [question["question"][0] for question in questions]
    found: list[list[Found]] = []
    values |= _latencies("search", lambda text: found.append(system.search(text)), texts)
    ranks = [
        rank_of_answer(passages, question["answers"], question["documents"])
        for passages, question in zip(found[-len(questions) :], questions, strict=True)
    ]
    values |= {f"success@{k}": sum(0 < rank <= k for rank in ranks) / len(ranks) for k in (1, 3, 10)}
    values["passage_characters"] = sum(len(p.text) for passages in found for p in passages) / len(found)
    values["peak_bytes"] = float(_peak_memory())
    if isinstance(system, Answering):
        system.open_answers(index)
        values |= _latencies("answer", system.answer, texts[:ANSWERED])
    return values


def rank_of_answer(passages: Sequence[Found], answers: Sequence[str], documents: Sequence[str]) -> int:
    """The rank, from 1, of the first passage of a gold document that holds a gold answer word for word; 0 if none does.

    Case and white space do not count. No gold documents: any document counts.
    """
    stems = {Path(name).stem for name in documents}
    wanted = [_plain(answer) for answer in answers]
    for rank, passage in enumerate(passages, start=1):
        if stems and Path(passage.document).stem not in stems:
            continue
        text = _plain(passage.text)
        if any(answer in text for answer in wanted):
            return rank
    return 0


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _latencies(name: str, ask: Callable[[str], None], texts: Sequence[str]) -> Values:
    """The median and the 95th percentile of the seconds that one question takes, one at a time."""
    for text in texts[:WARM_UP]:
        ask(text)
    seconds = sorted(_seconds(lambda text=text: ask(text)) for text in texts)  # type: ignore[misc]
    return {f"{name}_p{share}": seconds[min(len(seconds) * share // 100, len(seconds) - 1)] for share in (50, 95)}


def _tokens(texts: Sequence[str], model: Path) -> tuple[int, int]:
    """Tokens of the embedding model in the texts, and those of them that it reads, special tokens included."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    counts = [len(encoding.ids) for encoding in tokenizer.encode_batch_fast(list(texts))]
    return sum(counts), sum(min(count, MODEL_TOKENS) for count in counts)


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak_memory() -> int:
    """The most bytes of memory that this process has held.

    Linux counts in ``ru_maxrss`` what the parent held when it started this process, so it is asked elsewhere there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
