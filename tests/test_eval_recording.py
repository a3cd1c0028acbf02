"""The reader's sentences beside the answer that was made of them."""

from __future__ import annotations

from collections.abc import Sequence

from answers import make_answer

from eval.recording import recorded
from rag.assistant import Assistant
from rag.reader.calibration import Calibration
from rag.schema import AnswerSpan, Passage, Reading


class FirstSentence:
    """Reads the first characters of every passage, as many as the question has."""

    name = "first"
    calibration = Calibration(1.0, 0.0, 0.5)

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        spans = [AnswerSpan(one, one.chunk.start, one.chunk.start + len(question), None, 1.0) for one in passages]
        return Reading(tuple(spans), 0.5)


def test_the_first_reading_of_the_passages_is_the_answers_and_is_taken_once() -> None:
    assistant = object.__new__(Assistant)
    reader = FirstSentence()
    assistant.reader = reader
    answer = make_answer("Who?", "Ann met Bob.")
    with recorded(assistant) as recording:
        assert (recording.name, recording.calibration) == ("first", reader.calibration)
        assistant.reader.read("Elsewhere?", ())
        assistant.reader.read("Who?", answer.passages)
        assistant.reader.read("And which person?", answer.passages)
        taken = recording.take(answer)
        assert taken is not None and [span.end - span.start for span in taken] == [4]
        assert recording.take(answer) is None
    assert assistant.reader is reader


def test_an_answer_that_is_not_of_one_reading_has_no_ranking(sample_assistant: Assistant) -> None:
    with recorded(sample_assistant) as recording:
        answer = sample_assistant.ask("Who presided over the meeting of leading cadres in Chongqing?")
        ranked = recording.take(answer)
        assert ranked is not None and ranked[0].score >= ranked[1].score
        likeliest = answer.likeliest or answer.nearest[0]
        assert (ranked[0].start, ranked[0].end) == (likeliest.start, likeliest.end)
        overview = sample_assistant.ask(f"Summarise {sample_assistant.sources()[0].name}")
        assert overview.overview and recording.take(overview) is None
