"""Train the reader: ``python -m training.reader.train --data DIR --out DIR --minutes 90``.

Questions over a library (``training.reader.open_data``) are mixed with the sets of ``training.reader.data``.

Seeded and resumable: run the same command again and it goes on from ``DIR/checkpoint.pt``. Runs on a CPU, or on a
GPU where PyTorch sees one. The learning rate follows the share of the budget that is used up (minutes or steps), so
that a run always ends annealed. The weights that are kept are an exponential moving average (Polyak and Juditsky
1992) of the trained ones.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch

from embeddings import open_embedder
from embeddings.bundled import bundled_tokenizer
from rag.reader.spans.windows import MPNET, WindowBuilder
from training.reader.attention import LEAN
from training.reader.data import SETS, TrainingData, load_training
from training.reader.four_bits import round_layers
from training.reader.mining import mine
from training.reader.model import ReaderNetwork, autocast, bundled_model, load_weights, save_weights
from training.reader.mpnet import mpnet_model
from training.reader.objective import reader_loss
from training.reader.open_data import OpenData
from training.reader.open_questions import load_open
from training.reader.windows import Group, tensors


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides a training run besides its data; the defaults are those of the second of three runs,
    and all of our own questions.

    ``learning_rate`` is that of the head and the top layer; each layer below has ``layer_decay`` times the rate of the
    one above (Howard and Ruder 2018, section 3.2). ``batch_tokens``: padded tokens in a batch, about 25 windows.
    Exactly one of ``minutes`` (of running) and ``steps`` is the budget; ``warmup`` is a share of it. ``practical``,
    ``own``, ``doc2dial`` and ``replay`` say how often a pass draws each question of these sets and of all others; of
    the first three with ``passages`` passages each. ``four_bits``: the last share of the budget in which layers compute
    with weights rounded as ``training.reader.pack`` rounds them.
    """

    minutes: float = 0.0
    steps: int = 0
    seed: int = 1
    learning_rate: float = 1.5e-4
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warmup: float = 0.05
    dropout: float = 0.0
    batch_tokens: int = 4096
    clip: float = 1.0
    ema_steps: int = 300
    practical: float = 1.0
    own: float = 1.0
    doc2dial: float = 0.3
    replay: float = 0.1
    passages: int = 3
    four_bits: float = 0.0


SHUFFLE_GROUPS = 1600
"""Groups among which batches of like length are formed: enough to waste under 5% on padding."""
CHECKPOINT_SECONDS = 120.0
REPORT_STEPS = 20
PAUSE_SECONDS = 30.0
"""A step longer than this was a pause of the machine and counts as this long, so that a paused run goes on."""


def batches(groups: Sequence[Group], batch_tokens: int, rng: random.Random) -> list[list[Group]]:
    """Batches of similar window length and at most ``batch_tokens`` padded tokens, in random order."""
    shuffled = list(groups)
    rng.shuffle(shuffled)
    made: list[list[Group]] = []
    for first in range(0, len(shuffled), SHUFFLE_GROUPS):
        pool = sorted(shuffled[first : first + SHUFFLE_GROUPS], key=_longest)
        batch: list[Group] = []
        rows = 0
        for group in pool:
            if batch and (rows + len(group)) * _longest(group) > batch_tokens:
                made.append(batch)
                batch, rows = [], 0
            batch.append(group)
            rows += len(group)
        made.append(batch)
    rng.shuffle(made)
    return made


def _longest(group: Group) -> int:
    return max(len(one.window) for one in group)


def batch_loss(model: ReaderNetwork, batch: Sequence[Group], device: torch.device) -> torch.Tensor:
    """The objective on whole groups."""
    inputs, gold = tensors(batch)
    inputs = inputs.to(device)
    with autocast(device):
        logits = model(inputs.ids, inputs.type_ids, inputs.attention)
    return reader_loss(logits, inputs.candidates, gold.to(device))


class Passes(Protocol):
    """What training draws from."""

    def groups(self, seed: int, number: int) -> list[Group]:
        """Pass ``number``: the same seed and number always give the same groups."""
        ...


class Mixture:
    """Several sources in one pass."""

    def __init__(self, sources: Sequence[Passes]) -> None:
        self._sources = sources

    def groups(self, seed: int, number: int) -> list[Group]:
        """The groups of all of them."""
        return [group for source in self._sources for group in source.groups(seed, number)]


class Trainer:
    """One run: model, moving average, optimiser and where in the data it is."""

    def __init__(self, data: Passes, recipe: Recipe, model: ReaderNetwork, device: torch.device) -> None:
        """Trains ``model`` in place; its encoder's word embeddings stay as they are."""
        if (recipe.minutes > 0) == (recipe.steps > 0):
            raise ValueError("Give either minutes or steps as the budget.")
        self.data, self.recipe, self.device = data, recipe, device
        torch.manual_seed(recipe.seed)
        self.model = model.to(device).train()
        self.averaged = {name: value.detach().clone() for name, value in self._trained()}
        self.optimiser = torch.optim.AdamW(_parameter_groups(self.model, recipe), fused=True)
        self.base_rates = [group["lr"] for group in self.optimiser.param_groups]
        self.step, self.seconds, self.number, self.place = 0, 0.0, 0, 0
        self.rounding = False

    def _trained(self) -> Iterator[tuple[str, torch.Tensor]]:
        return ((name, value) for name, value in self.model.named_parameters() if value.requires_grad)

    @property
    def progress(self) -> float:
        """The share of the budget that is used up, 0 to 1."""
        if self.recipe.steps:
            return min(1.0, self.step / self.recipe.steps)
        return min(1.0, self.seconds / (60.0 * self.recipe.minutes))

    def run(self, out: Path, steps: int | None = None) -> list[float]:
        """Train until the budget is used up, or ``steps`` more; keeps checkpoints in ``out``. Returns the losses."""
        losses: list[float] = []
        saved = time.monotonic()
        while self.progress < 1.0 and (steps is None or len(losses) < steps):
            planned = self._plan()
            while self.place < len(planned) and self.progress < 1.0 and (steps is None or len(losses) < steps):
                started = time.monotonic()
                losses.append(self._update(planned[self.place]))
                self.place += 1
                self.seconds += min(PAUSE_SECONDS, time.monotonic() - started)
                if self.step % REPORT_STEPS == 0:
                    self._report(losses[-REPORT_STEPS:], len(planned))
                if time.monotonic() - saved > CHECKPOINT_SECONDS:
                    self.save(out)
                    saved = time.monotonic()
            if self.place == len(planned):
                self.number, self.place = self.number + 1, 0
        self.save(out)
        return losses

    def _plan(self) -> list[list[Group]]:
        groups = self.data.groups(self.recipe.seed, self.number)
        rng = random.Random(f"{self.recipe.seed}/{self.number}")
        return batches(groups, self.recipe.batch_tokens, rng)

    def _update(self, batch: Sequence[Group]) -> float:
        if not self.rounding and self.progress >= 1.0 - self.recipe.four_bits:
            round_layers(self.model)
            self.rounding = True
        rate = schedule(self.progress, self.recipe.warmup)
        for group, base in zip(self.optimiser.param_groups, self.base_rates, strict=True):
            group["lr"] = base * rate
        loss = batch_loss(self.model, batch, self.device)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(1 - 1 / self.recipe.ema_steps, self.step / (self.step + 10))
        for name, value in self._trained():
            self.averaged[name].lerp_(value.detach(), 1 - keep)
        return float(loss.detach())

    def _report(self, losses: Sequence[float], planned: int) -> None:
        print(
            f"step {self.step} pass {self.number} {self.place}/{planned} {self.seconds / 60:.1f} min "
            f"({100 * self.progress:.0f}%) loss {sum(losses) / len(losses):.4f}",
            flush=True,
        )

    def save(self, out: Path) -> None:
        """Write ``checkpoint.pt`` (to go on from) and ``model.safetensors`` (the averaged weights)."""
        out.mkdir(parents=True, exist_ok=True)
        state = {
            "recipe": asdict(self.recipe),
            "model": dict(self._trained()),
            "averaged": self.averaged,
            "optimiser": self.optimiser.state_dict(),
            "position": (self.step, self.seconds, self.number, self.place),
            "random": torch.get_rng_state(),
        }
        partial = out / "checkpoint.part"
        torch.save(state, partial)
        partial.replace(out / "checkpoint.pt")
        save_weights(self.model.state_dict() | self.averaged, out / "model.safetensors")

    def resume(self, out: Path) -> bool:
        """Go on from ``out/checkpoint.pt``; False where there is none."""
        path = out / "checkpoint.pt"
        if not path.is_file():
            return False
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"], strict=False)
        self.averaged = {name: value.detach().to(self.device) for name, value in state["averaged"].items()}
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.seconds, self.number, self.place = state["position"]
        torch.set_rng_state(state["random"])
        return True


def schedule(progress: float, warmup: float) -> float:
    """Linear warm-up, then linear decay to zero: the factor on the learning rate at this share of the budget."""
    if progress < warmup:
        return max(0.02, progress / warmup)
    return (1.0 - progress) / (1.0 - warmup)


def _parameter_groups(model: ReaderNetwork, recipe: Recipe) -> list[dict[str, Any]]:
    """One group per layer and kind: lower layers learn more slowly, biases and norms do not decay."""
    layers = model.encoder.config.num_hidden_layers
    found: dict[tuple[float, float], list[torch.Tensor]] = {}
    for name, value in model.named_parameters():
        if not value.requires_grad:
            continue
        if name.startswith("encoder.encoder.layer."):
            below_top = layers - 1 - int(name.split(".")[3])
        else:
            below_top = layers if name.startswith("encoder.embeddings") else 0
        rate = recipe.learning_rate * recipe.layer_decay**below_top
        found.setdefault((rate, recipe.weight_decay if value.ndim > 1 else 0.0), []).append(value)
    return [{"params": params, "lr": rate, "weight_decay": decay} for (rate, decay), params in found.items()]


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line: train to the end of the budget and leave the weights in ``--out``."""
    parser = argparse.ArgumentParser(prog="python -m training.reader.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with reader, practical and open_qa")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and weights")
    parser.add_argument("--encoder", type=Path, help="folder of an MPNet to train instead of the bundled MiniLM")
    parser.add_argument("--start", type=Path, help="weights of an earlier run to start from")
    parser.add_argument("--work", type=Path, help="keeps what is retrieved and mined (default: --out)")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    for name, default in asdict(Recipe()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    given = vars(parser.parse_args(arguments))
    data, out, encoder, start, work, threads = map(given.pop, ("data", "out", "encoder", "start", "work", "threads"))
    recipe = Recipe(**given)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    out.mkdir(parents=True, exist_ok=True)
    model = mpnet_model(encoder, recipe.dropout) if encoder else bundled_model(LEAN, recipe.dropout)
    if start:
        load_weights(model, start)
    builder = WindowBuilder(bundled_tokenizer(), template=MPNET if encoder else None)
    trainer = Trainer(mixture(data, work or out, recipe, builder), recipe, model, device)
    torch.set_num_threads(threads)  # after retrieval: opening an index leaves one thread to all of OpenMP
    print("resumed" if trainer.resume(out) else "fresh", json.dumps(asdict(recipe)), flush=True)
    trainer.run(out)
    print(f"done: {trainer.step} steps, {trainer.seconds / 60:.1f} min", flush=True)


def mixture(data: Path, work: Path, recipe: Recipe, builder: WindowBuilder) -> Mixture:
    """What the recipe says of each source; those of share 0 are not even read."""
    sources: list[Passes] = []
    for name, share in (("practical", recipe.practical), ("own", recipe.own), ("doc2dial", recipe.doc2dial)):
        if share:
            sources.append(OpenData(load_open(data, name, work), builder, share, recipe.passages))
    if recipe.replay:
        sets = load_training(data / "reader")
        mined = [name for name, use in SETS.items() if use.negatives > 0]
        negatives = mine(sets, mined, open_embedder(), work / "negatives.json")
        sources.append(TrainingData(sets, negatives, builder, share=recipe.replay))
    return Mixture(sources)


if __name__ == "__main__":
    main()
