"""What docquote says itself, where no document is asked: who it is, how many documents there are, and which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.answer.phrases import count, day
from rag.question.period import Period
from rag.question.understanding import Said
from rag.schema import Answer, Scope, Source

TITLES_LISTED = 50
"""Of more documents only so many titles are listed."""

GREETING = "Hello. Ask a question, and it is answered in the words of your documents."
THANKS = "You are welcome."
SELF = (
    "This is docquote. Ask it a question about your documents: it answers with quotes from them and says where each "
    "stands, or that they do not hold the answer. It writes no text of its own, and works without the internet."
)


def reply(question: str, said: Said, scope: Scope, sources: Sequence[Source], *, library: int) -> Answer:
    """What docquote says itself, as an answer that cites nothing; the other arguments as for ``reply_to``.

    Args:
        scope: that chose the documents.
    """
    return Answer(
        question=question,
        interpreted_as=question,
        outcome="not found",
        confidence=0.0,
        citations=(),
        searched=() if scope.is_everything else tuple(source.title for source in sources),
        library=library,
        reply=reply_to(said, sources, library),
    )


def reply_to(said: Said, sources: Sequence[Source], library: int) -> str:
    """The reply, in lines.

    Args:
        said: what is said to docquote, or which fact of a document is asked for.
        sources: the documents that may answer.
        library: how many documents the index has.
    """
    if said.source is not None:
        return _fact(said, said.source)
    if said.what == "greeting":
        return GREETING
    if said.what == "thanks":
        return THANKS
    if said.what == "self":
        return SELF
    if said.period is not None:
        return _of_a_time(said.period, sources)
    there_are = f"The library has {count(library, 'document')}{'' if library else ' yet'}."
    if len(sources) < library:
        there_are += f" You chose {len(sources):,} of them."
    if said.what == "count" or not sources:
        return there_are
    return "\n".join([there_are, *_listed(sources)])


def which_document(sources: Sequence[Source]) -> str:
    """What docquote asks back where a question about a whole document does not say which of several."""
    return f"Which of the {len(sources):,} documents do you mean? Ask again with its title, or choose it."


def _listed(sources: Sequence[Source], *, dated: bool = False) -> list[str]:
    more = len(sources) - TITLES_LISTED
    listed = [
        f"- {source.title} ({source.name}{f', {day(source.date)}' if dated and source.date else ''})"
        for source in sources[:TITLES_LISTED]
    ]
    return [*listed, *([f"and {more:,} more"] if more > 0 else [])]


def _of_a_time(period: Period, sources: Sequence[Source]) -> str:
    dated = sorted(
        (source for source in sources if source.date is not None and source.date in period),
        key=lambda source: (source.date or date.min, source.name),
    )
    undated = sum(source.date is None for source in sources)
    parts = [f"{count(len(dated), 'document')} {period}{':' if dated else '.'}", *_listed(dated, dated=True)]
    return "\n".join([*parts, *([f"Of {count(undated, 'document')} the date is not known."] if undated else [])])


def _fact(said: Said, source: Source) -> str:
    if said.what == "pages" and source.pages:
        return f"“{source.title}” has {count(source.pages, 'page')}."
    if said.what == "author" and source.author:
        return f"“{source.title}” is by {source.author}."
    if said.what == "date" and source.date:
        return f"“{source.title}” is dated {day(source.date)}."
    return f"The title of {source.name} is “{source.title}”."
