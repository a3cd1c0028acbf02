"""One answer against what is right: where the gold stands, and which of the five errors it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from eval.dataset import Question
from eval.gold import absent_answers, find_all, locate
from eval.grading import grade
from eval.metrics import Place, normalise
from rag.schema import Answer, AnswerSpan, Chunk, Citation, Passage, Scores, Source

TEXT = "The mill was built by Ann. It burned down in 1802. Bob sold the land."
TEXTS = {"mill.txt": TEXT, "other.txt": "Nothing burned down in 1802 here."}
BURNED = (27, 50)


def source(name: str) -> Source:
    return Source(id=name, name=name, path=f"/{name}", title=name, date=None, media_type="text/plain", sha256="0")


def passage(name: str, start: int, end: int, rank: int) -> Passage:
    return Passage(Chunk(rank, name, start, end), source(name), TEXTS[name][start:end], rank, Scores(fused=1 / rank))


def citation(name: str, start: int, end: int, highlight: tuple[int, int] | None = None) -> Citation:
    return Citation(1, name, f"/{name}", name, None, None, None, start, end, TEXTS[name][start:end], highlight, name)


def answer(found: bool, *quotes: Citation, passages: tuple[Passage, ...] = ()) -> Answer:
    return Answer(
        question="When did it burn down?",
        interpreted_as="When did it burn down?",
        outcome="found" if found else "not found",
        confidence=0.7 if found else 0.2,
        citations=quotes if found else (),
        nearest=() if found else quotes,
        passages=passages,
    )


def perhaps(*nearest: Citation, passages: tuple[Passage, ...]) -> Answer:
    return replace(answer(False, *nearest, passages=passages), outcome="perhaps")


def judged(question: Question, given: Answer, ranked: Sequence[AnswerSpan] | None = None) -> dict[str, Any]:
    verbatim = [TEXTS[quote.document][quote.start : quote.end] == quote.quote for quote in given.citations]
    gold = locate(question, TEXTS)
    return grade(question, gold, given, ranked=ranked, texts=TEXTS, verbatim=verbatim, seconds=0.1)


WHEN = Question("q", "When did it burn down?", ("1802",), ("mill.txt",), spans=((45, 49),))
WHOLE = (passage("mill.txt", 0, len(TEXT), 1),)


def test_a_right_answer() -> None:
    record = judged(WHEN, answer(True, citation("mill.txt", *BURNED, highlight=(45, 49)), passages=WHOLE))
    assert record["error"] is None
    grades = record["grades"]
    for name in ("right", "candidate_right", "exact_match", "f1", "answer_in_quotes", "answer_in_first_quote"):
        assert grades[name] == 1.0, name
    assert (grades["citation_precision"], grades["citation_recall"], grades["verbatim"]) == (1.0, 1.0, 1.0)
    assert grades["passage_reciprocal_rank"] == 1.0
    assert "text" not in record["passages"][0]


def test_without_a_highlight_the_sentence_is_the_answer() -> None:
    grades = judged(WHEN, answer(True, citation("mill.txt", *BURNED), passages=WHOLE))["grades"]
    assert grades["right"] == 1.0 and grades["exact_match"] == 0.0
    assert grades["f1"] == pytest.approx(2 / 6)  # one of five tokens, all of the gold


def test_each_kind_of_error() -> None:
    ann, other = citation("mill.txt", 0, 26), citation("other.txt", 0, 33)
    elsewhere = (passage("other.txt", 0, 33, 1),)
    both = (*elsewhere, passage("mill.txt", 0, len(TEXT), 2))
    never = Question("q", "When did it reopen?", unanswerable=True)
    assert judged(WHEN, answer(True, other, passages=elsewhere))["error"] == "not retrieved"
    assert judged(WHEN, answer(True, other, passages=both))["error"] == "retrieved but not read"
    assert judged(WHEN, answer(True, ann, passages=both))["error"] == "read but the wrong span"
    assert judged(WHEN, answer(False, ann, passages=both))["error"] == "refused wrongly"
    assert judged(WHEN, perhaps(ann, passages=both))["error"] == "only perhaps"
    assert judged(WHEN, perhaps(other, passages=elsewhere))["error"] == "not retrieved"
    assert judged(never, perhaps(ann, passages=both))["error"] is None
    assert judged(WHEN, answer(False, other, passages=elsewhere))["error"] == "not retrieved"
    assert judged(never, answer(True, ann, passages=both))["error"] == "answered what it should have refused"
    assert judged(never, answer(False, ann, passages=both))["error"] is None


def test_errors_keep_the_text_of_what_was_read() -> None:
    record = judged(WHEN, answer(True, citation("mill.txt", 0, 26), passages=WHOLE))
    assert record["passages"] == [
        {"document": "mill.txt", "start": 0, "end": len(TEXT), "holds_answer": True, "text": TEXT}
    ]


def test_the_right_words_in_the_wrong_document_do_not_count() -> None:
    record = judged(WHEN, answer(True, citation("other.txt", 0, 33), passages=WHOLE))
    assert record["grades"]["answer_in_first_quote"] == 1.0
    assert record["grades"]["right"] == 0.0
    anywhere = Question("q", "When?", ("1802",))
    assert judged(anywhere, answer(True, citation("other.txt", 0, 33), passages=WHOLE))["grades"]["right"] == 1.0


def test_a_refused_question_still_says_what_would_have_been_quoted() -> None:
    record = judged(WHEN, answer(False, citation("mill.txt", *BURNED), passages=WHOLE))
    assert (record["grades"]["right"], record["grades"]["candidate_right"]) == (0.0, 1.0)
    assert record["grades"]["verbatim"] is None
    assert record["grades"]["citation_recall"] == 0.0 and record["grades"]["citation_precision"] is None


def test_what_does_not_apply_is_null() -> None:
    record = judged(Question("q", "Why?", unanswerable=True), answer(True, citation("mill.txt", 0, 26), passages=WHOLE))
    for name in ("exact_match", "f1", "answer_in_quotes", "citation_precision", "passage_reciprocal_rank"):
        assert record["grades"][name] is None, name


def test_precision_and_recall_of_citations_by_hand() -> None:
    both = Question("q", "What happened?", evidence=("It burned down in 1802.", "Bob sold the land."))
    quotes = (citation("mill.txt", *BURNED), citation("mill.txt", 0, 26), citation("other.txt", 0, 33))
    grades = judged(both, answer(True, *quotes, passages=WHOLE))["grades"]
    assert grades["citation_precision"] == pytest.approx(1 / 3)
    assert grades["citation_recall"] == pytest.approx(1 / 2)
    assert grades["right"] == 1.0


LONG = "Tea is at four. The mill was built by Ann in stone and oak. Bob sold it. The keys hang by the door."
KINDS_OF_EVIDENCE = Question("q", "Who built it of what?", evidence=("The mill was built by", "Ann in stone and oak."))
"""One sentence, as two pieces."""
TWO_PLACES = Question("q", "Who built and who sold it?", evidence=("Ann in stone and oak.", "Bob sold it."))


@pytest.fixture
def long_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TEXTS, "long.txt", LONG)


def sentence(words: str) -> tuple[str, int, int]:
    return "long.txt", LONG.index(words), LONG.index(words) + len(words)


@pytest.mark.usefixtures("long_text")
def test_a_sentence_that_was_given_in_pieces_is_quoted_whole_or_not() -> None:
    built = citation(*sentence("The mill was built by Ann in stone and oak."))
    grades = judged(KINDS_OF_EVIDENCE, answer(True, built))["grades"]
    assert (grades["citation_recall"], grades["citation_precision"]) == (1.0, 1.0)
    assert (grades["evidence_coverage"], grades["evidence_precision"]) == (1.0, 1.0)
    sold = judged(KINDS_OF_EVIDENCE, answer(True, citation(*sentence("Bob sold it."))))["grades"]
    assert (sold["citation_recall"], sold["evidence_coverage"], sold["evidence_precision"]) == (0.0, 0.0, 0.0)


@pytest.mark.usefixtures("long_text")
def test_how_much_of_the_evidence_is_where_by_hand() -> None:
    """Gold: 17 and 10 characters without white space; the sentence that holds the first has 34."""
    built, sold = sentence("The mill was built by Ann in stone and oak."), sentence("Bob sold it.")
    passages = (passage("long.txt", sold[1], len(LONG), 1), passage("long.txt", 0, sold[1], 2))
    one = judged(TWO_PLACES, answer(True, citation(*built), passages=passages))["grades"]
    assert one["evidence_in_first_quote"] == one["citation_recall"] == one["evidence_shown"] == 0.5
    assert one["evidence_coverage"] == pytest.approx(17 / 27)
    assert one["evidence_precision"] == pytest.approx(17 / 34)
    assert (one["evidence_in_best_passage"], one["evidence_in_passages"]) == (0.5, 1.0)
    assert one["evidence_in_first_passage_shown"] is None
    both = judged(TWO_PLACES, answer(True, citation(*built), citation(*sold), passages=passages))["grades"]
    assert (both["evidence_in_first_quote"], both["citation_recall"], both["evidence_shown"]) == (0.5, 1.0, 1.0)


@pytest.mark.usefixtures("long_text")
def test_at_perhaps_the_passages_around_the_nearest_sentences_are_shown() -> None:
    sold = sentence("Bob sold it.")
    passages = (passage("long.txt", sold[1], len(LONG), 1), passage("long.txt", 0, sold[1], 2))
    keys, tea = citation(*sentence("The keys hang by the door.")), citation(*sentence("Tea is at four."))
    first = judged(TWO_PLACES, perhaps(keys, passages=passages))
    assert first["outcome"] == "perhaps" and first["grades"]["perhaps"]
    assert first["grades"]["evidence_in_first_passage_shown"] == first["grades"]["evidence_shown"] == 0.5
    assert first["grades"]["evidence_coverage"] == first["grades"]["citation_recall"] == 0.0
    assert first["grades"]["right"] == first["grades"]["evidence_in_first_quote"] == 0.0
    two = judged(TWO_PLACES, perhaps(keys, tea, passages=passages))["grades"]
    assert (two["evidence_in_first_passage_shown"], two["evidence_shown"]) == (0.5, 1.0)


@pytest.mark.usefixtures("long_text")
def test_where_nothing_is_found_nothing_is_shown() -> None:
    nearest = citation(*sentence("Bob sold it."))
    grades = judged(TWO_PLACES, answer(False, nearest, passages=(passage("long.txt", 0, len(LONG), 1),)))["grades"]
    assert grades["evidence_shown"] == grades["citation_recall"] == 0.0
    assert grades["evidence_coverage"] is None and grades["evidence_precision"] is None
    assert grades["evidence_in_passages"] == 1.0
    assert grades["sentence_success_1"] == 1.0


def test_sentences_count_as_the_reader_ranked_them_quoted_or_not() -> None:
    whole = WHOLE[0]
    ranked = [AnswerSpan(whole, *span, None, score) for score, span in ((3.0, (0, 26)), (2.0, BURNED), (1.0, (51, 69)))]
    ann = answer(True, citation("mill.txt", 0, 26), passages=WHOLE)
    grades = judged(WHEN, ann, ranked)["grades"]
    assert (grades["sentence_success_1"], grades["sentence_success_3"]) == (0.0, 1.0)
    assert judged(WHEN, ann, ranked[::2])["grades"]["sentence_success_3"] == 0.0
    assert judged(WHEN, ann, ranked[1:])["grades"]["sentence_success_1"] == 1.0
    never = judged(Question("q", "Why?", unanswerable=True), ann, ranked)["grades"]
    assert never["sentence_success_1"] is None and never["evidence_shown"] is None


def test_a_quote_that_is_not_in_the_document_is_seen() -> None:
    false = Citation(1, "mill.txt", "/m", "m", None, None, None, 0, 26, "The mill was built by Bob.", None, "mill.txt")
    assert judged(WHEN, answer(True, false, citation("mill.txt", *BURNED), passages=WHOLE))["grades"]["verbatim"] == 0.5


def test_evidence_is_found_whatever_its_white_space() -> None:
    assert find_all("It burned\n  down. It  burned down.", "It burned down.") == [(0, 17), (18, 34)]
    assert find_all("a.b (c) a+b", "a+b") == [(8, 11)]
    assert find_all("axb", "a.b") == []
    assert find_all("anything", "  ") == []


def test_evidence_is_looked_for_in_the_named_documents() -> None:
    named = Question("q", "?", evidence=("burned down in 1802",), documents=("other.txt",))
    assert locate(named, TEXTS).needed == ((Place("other.txt", 8, 27),),)
    anywhere = Question("q", "?", evidence=("burned down in 1802",))
    assert [place.document for place in locate(anywhere, TEXTS).places] == ["mill.txt", "other.txt"]


def test_what_is_missing_is_told() -> None:
    question = Question("q", "?", ("1802",), ("mill.txt",), ("It drowned.",), spans=((0, 4), (60, 900)))
    gold = locate(question, TEXTS)
    assert gold.missing == ("It drowned.", "mill.txt[60:900]")
    assert gold.needed == ((Place("mill.txt", 0, 4),),)
    assert locate(Question("q", "?", ("x",), ("absent.txt",), spans=((0, 4),)), TEXTS).missing == ("absent.txt[0:4]",)


def test_answers_that_stand_in_no_text() -> None:
    question = Question("q", "?", ("the Mill", "1803", "!"))
    assert absent_answers(question, [f" {normalise(TEXT)} "]) == ("1803",)
