"""Training the reader: a few steps on a tiny set made up here."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from embeddings import Embedder
from embeddings.bundled import bundled_tokenizer
from rag.errors import DatasetError, ModelError
from rag.reader.spans.shipped import read_weights
from rag.reader.spans.windows import WindowBuilder
from training.reader.attention import LEAN
from training.reader.data import Example, SetUse, TrainingData, load_set
from training.reader.mining import mine
from training.reader.model import bundled_model, load_weights
from training.reader.perturb import Perturber
from training.reader.train import Recipe, Trainer, batches, schedule

PEOPLE = ["Ada Brook", "Tom Reyes", "Mina Okafor", "Lars Holm", "Ines Vidal", "Omar Haddad"]
PLACES = ["Leeds", "Porto", "Graz", "Turku", "Lille", "Sfax"]


def _examples() -> list[Example]:
    found = []
    for number, (person, place) in enumerate(zip(PEOPLE, PLACES, strict=True)):
        context = f"The depot in {place} opened in {1990 + number}. It is run by {person} and a staff of nine."
        for part, (question, answer) in enumerate(
            ((f"Who runs the depot in {place}?", person), ("Where did the depot open?", place))
        ):
            start = context.index(answer)
            spans = ((start, start + len(answer)),)
            found.append(Example(f"{number}-{part}", "tiny", f"Depot {place}", context, question, spans))
    return found


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Tiny batches gain nothing from threads, and lose much on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def builder() -> WindowBuilder:
    return WindowBuilder(bundled_tokenizer())


@pytest.fixture(scope="module")
def data(builder: WindowBuilder) -> TrainingData:
    examples = _examples()
    negatives = {one.id: [other.context for other in examples if other.context != one.context] for one in examples}
    return TrainingData({"tiny": examples}, negatives, builder, {"tiny": SetUse(1.0, 1.0, 0.5)})


def _recipe(steps: int) -> Recipe:
    return Recipe(steps=steps, batch_tokens=512, learning_rate=5e-4, ema_steps=3)


def _trainer(data: TrainingData, steps: int) -> Trainer:
    torch.manual_seed(1)  # the fresh head
    return Trainer(data, _recipe(steps), bundled_model(LEAN), torch.device("cpu"))


def test_a_few_steps_lower_the_loss(data: TrainingData, tmp_path: Path) -> None:
    losses = _trainer(data, 12).run(tmp_path)
    assert len(losses) == 12
    assert np.mean(losses[-3:]) < 0.85 * np.mean(losses[:3])


def test_a_resumed_run_ends_like_an_uninterrupted_one(data: TrainingData, tmp_path: Path) -> None:
    whole = _trainer(data, 4)
    whole.run(tmp_path / "whole")
    first = _trainer(data, 4)
    assert not first.resume(tmp_path / "parts")
    first.run(tmp_path / "parts", steps=2)
    second = _trainer(data, 4)
    assert second.resume(tmp_path / "parts")
    second.run(tmp_path / "parts")
    assert second.step == whole.step == 4
    for name, value in whole.averaged.items():
        assert torch.allclose(value, second.averaged[name], atol=1e-6), name


def test_saved_weights_leave_out_the_word_embeddings_and_load_again(data: TrainingData, tmp_path: Path) -> None:
    trainer = _trainer(data, 1)
    trainer.run(tmp_path)
    path = tmp_path / "model.safetensors"
    assert path.stat().st_size < 25_000_000
    read = read_weights(path, None)
    assert set(read) == set(trainer.averaged)
    for name, value in trainer.averaged.items():
        np.testing.assert_allclose(read[name], value.numpy(), atol=2e-3, err_msg=name)


def test_a_run_starts_from_the_weights_of_another(data: TrainingData, tmp_path: Path) -> None:
    trainer = _trainer(data, 1)
    trainer.run(tmp_path)
    torch.manual_seed(2)
    model = bundled_model(LEAN)
    load_weights(model, tmp_path / "model.safetensors")
    for name, value in model.named_parameters():
        if name in trainer.averaged:
            assert torch.allclose(value, trainer.averaged[name], atol=2e-3), name


def test_tampered_weights_are_refused(data: TrainingData, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"not these")
    with pytest.raises(ModelError, match="SHA-256"):
        read_weights(path, "0" * 64)
    with pytest.raises(ModelError, match="missing"):
        read_weights(tmp_path / "absent.safetensors", None)


def test_a_pass_is_the_same_for_the_same_seed_and_number(data: TrainingData) -> None:
    def ids(seed: int, number: int) -> list[list[int]]:
        return [one.window.ids.tolist() for group in data.groups(seed, number) for one in group]

    assert ids(1, 0) == ids(1, 0)
    assert ids(1, 0) != ids(1, 1)


def test_gold_spans_are_the_answers_words(data: TrainingData, builder: WindowBuilder) -> None:
    answers = {text for one in _examples() for text in one.texts}
    seen = set()
    for group in data.groups(seed=3, number=0):
        for one in group:
            for first, last in one.spans:
                words = builder.tokenizer.decode(one.window.ids[first : last + 1].tolist())
                seen.add(words)
    assert seen <= {answer.lower() for answer in answers}
    assert len(seen) == len(answers)


def test_batches_hold_each_group_once_and_keep_the_budget(data: TrainingData) -> None:
    groups = data.groups(seed=1, number=0)
    made = batches(groups, 256, random.Random(0))
    assert sorted(id(group) for batch in made for group in batch) == sorted(id(group) for group in groups)
    for batch in made:
        rows = [one for group in batch for one in group]
        assert len(batch) == 1 or len(rows) * max(len(one.window) for one in rows) <= 256


def test_mined_passages_lack_the_answer(embedder: Embedder, tmp_path: Path) -> None:
    examples = _examples()
    cache = tmp_path / "negatives.json"
    found = mine({"tiny": examples}, ["tiny"], embedder, cache)
    for one in examples:
        assert found[one.id]
        assert all(text not in context for text in one.texts for context in found[one.id])
    assert mine({"tiny": examples}, ["tiny"], embedder, cache) == found


def test_contradicted_questions_differ() -> None:
    examples = _examples()
    perturber = Perturber(examples)
    rng = np.random.default_rng(0)
    for one in examples:
        changed = perturber.contradict(one, rng)
        assert changed is None or changed.lower() != one.question.lower()
    assert any(perturber.contradict(one, rng) for one in examples)


def test_schedule_warms_up_and_ends_at_zero() -> None:
    assert schedule(0.05, 0.1) == pytest.approx(0.5)
    assert schedule(0.1, 0.1) == pytest.approx(1.0)
    assert schedule(1.0, 0.1) == 0.0


def test_a_misplaced_answer_is_named_with_its_line(tmp_path: Path) -> None:
    row = {"id": "1", "title": "", "context": "Ten pages.", "question": "How many?"}
    path = tmp_path / "broken.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(row | {"answers": [{"text": "Ten", "start": 4}]}) + "\n")
    with pytest.raises(DatasetError, match="line 1"):
        load_set(path)
