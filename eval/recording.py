"""What the reader made of the passages, kept beside the answer: the sentences that it ranked, quoted or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rag.assistant import Assistant
from rag.reader import Reader
from rag.reader.calibration import Calibration
from rag.schema import Answer, AnswerSpan, Passage, Reading


class RecordingReader:
    """A reader that keeps its readings until they are taken."""

    def __init__(self, reader: Reader) -> None:
        """Reads with another reader."""
        self.name = reader.name
        self._reader = reader
        self._readings: list[tuple[list[int], Reading]] = []

    @property
    def calibration(self) -> Calibration:
        """The other reader's."""
        return self._reader.calibration

    def prepare(self) -> None:
        """See ``Reader``."""
        self._reader.prepare()

    def read(self, question: str, passages: Sequence[Passage]) -> Reading:
        """What the other reader makes of them."""
        reading = self._reader.read(question, passages)
        self._readings.append(([passage.chunk.id for passage in passages], reading))
        return reading

    def take(self, answer: Answer) -> tuple[AnswerSpan, ...] | None:
        """The sentences that were ranked for an answer, the best first, and forgets all readings.

        None where the answer is not of one reading: an overview is of none, a comparison of two.
        """
        readings, self._readings = self._readings, []
        chunks = [passage.chunk.id for passage in answer.passages]
        # passages may be read once more, to find which person the question may mean: the first reading answered it
        return next((reading.spans for read, reading in readings if read == chunks), None)


@contextmanager
def recorded(assistant: Assistant) -> Iterator[RecordingReader]:
    """Lets a recording reader read for an assistant."""
    reader = assistant.reader
    assistant.reader = recording = RecordingReader(reader)
    try:
        yield recording
    finally:
        assistant.reader = reader
