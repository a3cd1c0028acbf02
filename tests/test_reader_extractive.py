"""The shipped reader on small passages made up here, and readers from other folders."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from transformers import BertConfig, BertForQuestionAnswering

from embeddings.bundled import bundled_folder
from eval.metrics import token_f1
from rag.errors import ModelError
from rag.reader.spans.decode import UNREAD
from rag.reader.spans.extractive import ExtractiveReader, QuestionPassage
from rag.reader.spans.shipped import SMALL_PATH
from rag.text.sentences import sentence_spans
from training.reader.assess import predict_squad

REPORT = (
    "The report on the harbour was written by Helen Marsh in March 2019. It runs to 84 pages and recommends that "
    "the northern pier be closed to lorries. The repairs would cost 2.4 million pounds and take eighteen months."
)
GARDEN = (
    "Tomatoes like full sun and a soil that drains well. Water them in the morning, at the root and not over the "
    "leaves, and tie the stems to a stake as they grow."
)


@pytest.fixture(scope="module")
def reader() -> ExtractiveReader:
    return ExtractiveReader.small()


def _best(reader: ExtractiveReader, question: str, passage: str) -> str:
    span = reader.read(question, [passage], top_n=1)[0][0]
    return passage[span.start : span.end]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who wrote the report?", "Helen Marsh"),
        ("who wrote the report", "Helen Marsh"),
        ("When was the report written?", "March 2019"),
        ("How many pages does the report have?", "84"),
        ("How much would the repairs cost?", "2.4 million pounds"),
        ("how long would the repairs take", "eighteen months"),
    ],
)
def test_finds_the_exact_words(reader: ExtractiveReader, question: str, answer: str) -> None:
    assert answer in _best(reader, question, REPORT)
    assert token_f1(_best(reader, question, REPORT), answer) >= 0.5


def test_the_passage_that_answers_scores_above_one_that_does_not(reader: ExtractiveReader) -> None:
    for question, right, wrong in (
        ("Who wrote the report on the harbour?", REPORT, GARDEN),
        ("When should tomatoes be watered?", GARDEN, REPORT),
    ):
        answering, other = reader.read(question, [right, wrong])
        assert answering[0].score > 0 > other[0].score


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Who wrote the report?", "The report on the harbour was written"),
        ("what would we have to pay for the repairs", "The repairs would cost"),
        ("Why can't I drive my truck onto the northern pier?", "It runs to 84 pages and recommends"),
    ],
)
def test_the_sentence_that_answers_scores_best_and_above_nothing(
    reader: ExtractiveReader, question: str, sentence: str
) -> None:
    units = sentence_spans(REPORT)
    right, wrong = reader.read_all([QuestionPassage(question, passage, "Harbour.") for passage in (REPORT, GARDEN)])
    assert len(right.units) == len(units)
    best = units[int(right.units.argmax())]
    assert REPORT[slice(*best)].startswith(sentence)
    assert right.units.max() > 0 > wrong.units.max()
    assert right.answerable > wrong.answerable


def test_units_that_no_window_holds_are_unread(reader: ExtractiveReader) -> None:
    (found,) = reader.read_all([QuestionPassage("Who?", "Ann did.\u00ad", units=[(0, 8), (8, 9)])])
    assert found.units[0] > UNREAD and found.units[1] == UNREAD


def test_spans_are_slices_in_order_without_overlap(reader: ExtractiveReader) -> None:
    for spans, passage in zip(reader.read("What is closed?", [REPORT, GARDEN, ""]), [REPORT, GARDEN, ""], strict=True):
        assert bool(spans) == bool(passage)
        assert [one.score for one in spans] == sorted((one.score for one in spans), reverse=True)
        for one in spans:
            assert passage[one.start : one.end].strip()


def test_an_answer_deep_in_a_long_passage_is_found(reader: ExtractiveReader) -> None:
    passage = f"{GARDEN} " * 20 + REPORT + f" {GARDEN}" * 20
    span = reader.read("Who wrote the report on the harbour?", [passage])[0][0]
    assert "Helen Marsh" in passage[span.start : span.end]


def test_reading_together_or_alone_gives_the_same_spans(reader: ExtractiveReader) -> None:
    passages = [REPORT, GARDEN, f"{GARDEN} {REPORT}"]
    together = reader.read("Who wrote the report?", passages, top_n=1)
    for passage, found in zip(passages, together, strict=True):
        (alone,) = reader.read("Who wrote the report?", [passage], top_n=1)
        assert found[0].score == pytest.approx(alone[0].score, abs=0.5)
    assert REPORT[together[0][0].start : together[0][0].end] == _best(reader, "Who wrote the report?", REPORT)


def test_tampered_weights_are_refused(tmp_path: Path) -> None:
    content = bytearray(SMALL_PATH.read_bytes())
    content[-1] ^= 1
    changed = tmp_path / "model.safetensors"
    changed.write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        ExtractiveReader.small(changed)


def test_shipped_weights_are_small_enough() -> None:
    assert SMALL_PATH.stat().st_size <= 25_000_000


def test_a_question_answering_checkpoint_can_be_set_by_folder(tmp_path: Path) -> None:
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    BertForQuestionAnswering(config).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(bundled_folder() / name, tmp_path / name)
    spans = ExtractiveReader.from_folder(tmp_path).read("Who wrote it?", [REPORT, "word " * 900])
    assert all(spans)
    assert all(0 <= one.start < one.end <= len(REPORT) for one in spans[0])
    (found,) = ExtractiveReader.from_folder(tmp_path).read_all([QuestionPassage("Who wrote it?", REPORT)])
    assert found.answerable == found.units.max() == found.spans[0].score


def test_a_folder_without_a_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=str(tmp_path)):
        ExtractiveReader.from_folder(tmp_path)


def test_predict_squad_gives_text_and_score(reader: ExtractiveReader) -> None:
    found, nothing = predict_squad(
        reader, [QuestionPassage("Who wrote the report?", REPORT), QuestionPassage("Who?", "")]
    )
    assert REPORT[found.start : found.end] == found.text
    assert nothing.text == "" and nothing.score == float("-inf")
