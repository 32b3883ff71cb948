"""`understudy train body`: photograph people, make clips, train both networks, export them with their cards.

First the network that reads single pictures learns, on a graphics card if there is one, from people who are
photographed meanwhile; it reads the clips, from which, and from simulated ones that err as the rendered ones do, the
network over time learns. Training can be stopped at any time and goes on with `--resume`: clips lie in a folder and
grow by seed, checkpoints hold network, optimiser and step. Under `torchrun` the processes share the batch; the first
alone learns to read pictures.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from ..training import TrainingError, processes, read_settings
from ..weights.registry import WEIGHTS_FOLDER, available, store_weights
from .bank import held_out_bank, motion_bank
from .cards import body_card, picture_card
from .examples import TIMED, Batch, Example, make_batch, mirrored, varied
from .lift import MODEL_NAME as BODY_MODEL
from .lift import load_network
from .looks import MODEL_NAME as PICTURE_MODEL
from .looks import load_picture_network
from .losses import body_losses, figures, true_lengths
from .model import BodyNet, BodyNetConfig
from .picture_model import BodyPictureNet, PictureNetConfig, load_mediapipe
from .picture_train import PictureTraining, train_picture, with_some_of_before
from .shelf import Shelf

Say = Callable[[str], None]
_ROOT: Final = Path(__file__).resolve().parents[2]
_CACHE: Final = _ROOT / ".cache"


@dataclass(frozen=True)
class BodyTraining:
    """All that can be set in the TOML file."""

    picture_minutes: float = 60.0
    """Of training the network that reads single pictures, while people are photographed for it."""
    picture_steps: int = 0
    """The most of its steps (0 = as many as the minutes allow)."""
    picture_batch: int = 512
    people: int = 12_000
    """Who are kept in memory, later ones in the place of earlier ones: 0.8 MB each on a card, which takes no more of
    them than half of what is free there holds, 1.5 MB each without one."""
    first_views: int = 4000
    """Pictures of people with which it begins."""
    processes: int = 2
    """That photograph people."""
    device: str = "auto"
    """Where it learns: "cuda", "cpu", or a graphics card if there is one."""
    begin: str = ""
    """What both networks begin with: "bundled", or a folder of weights and cards; empty = the picture's begins with
    MediaPipe's layers, the other with none."""
    clips: int = 800
    """Rendered clips of 60 frames; each is another person doing something else."""
    simulated: int = 2500
    """Further clips seen by the model of the detector's errors (detector_model.py) instead of the detector."""
    detector_steps: int = 2500
    """Of training that model."""
    simulated_share: float = 0.6
    """Of each batch."""
    motion: str = str(_ROOT.parent / "shared" / "data" / "motion")
    """Folder of recorded motions: BVH files, takes, or clips as the shared motion set has them."""
    data: str = str(_CACHE / "body")
    grow: bool = False
    """Render nothing, but take in what another process adds to the folder meanwhile, up to `clips`."""
    run: str = str(_CACHE / "body-run")
    """Where checkpoints, curves and the log go."""
    steps: int = 6000
    minutes: float = 0.0
    """Stop after so many minutes of training (0 = after the steps)."""
    batch: int = 16
    window: int = 96
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.05
    width: int = 256
    blocks: int = 8
    average: float = 0.998
    """Share that the running mean of the weights keeps at each step."""
    patience: int = 0
    """Stop after so many reports without a better one (0 = never)."""
    seed: int = 0
    checkpoint_every: int = 250
    export: bool = True


SMOKE: Final = BodyTraining(
    picture_steps=2, picture_batch=8, people=2, first_views=20, processes=1, clips=3, simulated=2, detector_steps=20,
    steps=4, batch=2, window=32, width=16, blocks=2, checkpoint_every=2, export=False, data=str(_CACHE / "body-smoke"),
    run=str(_CACHE / "body-smoke-run"),
)  # fmt: skip
"""Runs the whole way in seconds; it trains nothing worth keeping."""


def read_config(path: Path | None, smoke: bool = False) -> BodyTraining:
    """The configuration of a TOML file over the defaults; `smoke` over all that sizes the work."""
    return read_settings(path, SMOKE if smoke else BodyTraining())


def train_body(config: BodyTraining, resume: bool = False, say: Say = print) -> Path:
    """Train as configured; returns the folder of the run."""
    run = Path(config.run)
    run.mkdir(parents=True, exist_ok=True)
    processes.join()
    given_pictures = _weights_to_begin_with(config, PICTURE_MODEL)
    reader, picture_figures = processes.from_first(lambda: _picture_network(config, given_pictures, run, resume, say))
    shelf = Shelf(config, reader, say)
    processes.first_before_others(shelf.fill)
    train, held_out = shelf.train, shelf.held_out
    if not train or not held_out:
        raise TrainingError(f"Fewer than two clips in {config.data} show a person; raise `clips`.")
    torch.manual_seed(config.seed)
    given = _weights_to_begin_with(config, BODY_MODEL)
    dilations = (1, 1, 2, 2, 4, 4, 1, 1)[: config.blocks]
    made_with = BodyNetConfig(width=config.width, dilations=dilations)
    net = load_network(given) if given else BodyNet(made_with)
    trainer = _Trainer(config, net, run)
    if not (resume and trainer.resume(say)):
        if not given:
            set_statistics(net, train)
        trainer.averaged.load_state_dict(net.state_dict())
    trainer.fit(shelf, say)
    trainer.draw_curves()
    if config.export and trainer.is_first:
        store_weights(picture_card(reader, picture_figures, given_pictures), reader.state_dict(), WEIGHTS_FOLDER)
        card = body_card(net, len(train), sum(len(e) for e in train), trainer.history[-1])
        card = store_weights(card, trainer.averaged.state_dict(), WEIGHTS_FOLDER)
        say(f"Wrote {WEIGHTS_FOLDER / 'body.safetensors'} ({card.sha256[:12]}).")
    return run


def _picture_network(
    config: BodyTraining, given: Path | None, run: Path, resume: bool, say: Say
) -> tuple[BodyPictureNet, dict[str, float]]:
    """The network that reads single pictures, trained on people who are photographed now."""
    motion = Path(config.motion)
    if given:
        say(f"Going on from given weights of {PICTURE_MODEL}.")
        network = load_picture_network(given)
    else:
        network = BodyPictureNet(PictureNetConfig())
        load_mediapipe(network)
    learning = PictureTraining(
        seconds=60 * config.picture_minutes, processes=config.processes, people=config.people,
        first=config.first_views, held_out=max(2, config.people // 100), batch=config.picture_batch,
        device=config.device, seed=config.seed,
    )  # fmt: skip
    if config.picture_steps:
        learning = replace(learning, steps=config.picture_steps)
    banks = motion_bank(motion, say), held_out_bank(motion)
    learnt, figures = train_picture(learning, network, banks, run, resume, say)
    return (with_some_of_before(network, learnt) if given else learnt), figures


def _weights_to_begin_with(config: BodyTraining, name: str) -> Path | None:
    """The folder that holds them; None = training begins anew."""
    if not config.begin:
        return None
    folder = WEIGHTS_FOLDER if config.begin == "bundled" else Path(config.begin)
    if name not in available(folder):
        raise TrainingError(f"There are no weights of {name!r} in {folder}; leave `begin` out to train anew.")
    return folder


def set_statistics(net: BodyNet, examples: list[Example]) -> None:
    """The channels' mean and spread over the examples, and people's usual lengths, from which the network departs."""
    some = [e for pair in ((e, mirrored(e)) for e in examples[:400]) for e in pair]
    batch = make_batch([_first(e, 60) for e in some], 60)
    inside = batch.inside > 0
    channels = batch.channels[inside]
    net.get_buffer("mean").copy_(channels.mean(0))
    net.get_buffer("spread").copy_(channels.std(0).clamp(min=0.02))
    net.get_buffer("usual_lengths").copy_(true_lengths(batch.rest).mean(0))


def _first(example: Example, count: int) -> Example:
    return replace(example, **{name: getattr(example, name)[:count] for name in TIMED})


class _Trainer:
    """The loop, its checkpoints and its curves."""

    def __init__(self, config: BodyTraining, net: BodyNet, run: Path) -> None:
        self.config, self.net, self.run = config, net, run
        self.averaged = copy.deepcopy(net).eval()
        self.step = 0
        self.history: list[dict[str, float]] = []
        self.optimiser = torch.optim.AdamW(net.parameters(), config.learning_rate, weight_decay=config.weight_decay)
        self.rank = processes.rank()
        self.model: torch.nn.Module = net
        if processes.world() > 1:
            self.model = torch.nn.parallel.DistributedDataParallel(net)
        self.random = np.random.default_rng([config.seed, self.rank])

    @property
    def is_first(self) -> bool:
        """Whether this process writes: the only one, or the first of torchrun's."""
        return self.rank == 0

    @property
    def checkpoint(self) -> Path:
        return self.run / "checkpoint.pt"

    def resume(self, say: Say) -> bool:
        """Go on from the last checkpoint, if there is one."""
        if not self.checkpoint.exists():
            return False
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.history = state["step"], state["history"]
        self.random = np.random.default_rng([self.config.seed, self.rank, self.step])
        say(f"Going on from step {self.step}.")
        return True

    def save(self) -> None:
        if not self.is_first:
            return
        state = {
            "net": self.net.state_dict(), "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(), "step": self.step, "history": self.history,
        }  # fmt: skip
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def fit(self, shelf: Shelf, say: Say) -> None:
        begun, losses, first_step = time.monotonic(), [], self.step
        while self.step < self.config.steps:
            share = self.step / self.config.steps
            if self.config.minutes:
                share = max(share, (time.monotonic() - begun) / 60 / self.config.minutes)
            if share >= 1 or self._is_stuck():
                break
            warm = min(1.0, (self.step + 1) / 100)
            for group in self.optimiser.param_groups:  # warm up, then a cosine down to nearly nothing
                group["lr"] = float(self.config.learning_rate * warm * (0.505 + 0.495 * np.cos(np.pi * share)))
            losses.append(self._learn(shelf))
            self.step += 1
            if self.step % self.config.checkpoint_every == 0:
                self._report(shelf.held_out, losses, say, (time.monotonic() - begun) / (self.step - first_step))
                losses = []
                self.save()
                if self.config.grow:
                    shelf.fill()
        if losses or not self.history:
            self._report(shelf.held_out, losses or [{"loss": 0.0}], say, 0.0)
            self.save()

    def _is_stuck(self) -> bool:
        if not self.config.patience or len(self.history) <= self.config.patience:
            return False
        errors = [row["mpjpe_mm"] for row in self.history]
        return min(errors[-self.config.patience :]) > min(errors[: -self.config.patience])

    def _learn(self, shelf: Shelf) -> dict[str, float]:
        self.model.train()
        window, random = self.config.window, self.random
        chosen: list[Example] = []
        for _ in range(self.config.batch):
            simulated = shelf.simulated and random.random() < self.config.simulated_share
            examples = shelf.simulated if simulated else shelf.train
            chosen.append(examples[int(random.integers(0, len(examples)))])
        batch = make_batch([varied(example, random, window) for example in chosen], window)
        losses = body_losses(self.model(batch.channels, batch.inside, batch.read), batch)
        loss = torch.stack(list(losses.values())).sum()
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        keep = min(self.config.average, (self.step + 1) / (self.step + 20))
        with torch.no_grad():
            for mean, now in zip(self.averaged.parameters(), self.net.parameters(), strict=True):
                mean.lerp_(now, 1 - keep)
        return {"loss": float(loss.detach())} | {name: float(value.detach()) for name, value in losses.items()}

    def _report(self, held_out: list[Example], losses: list[dict[str, float]], say: Say, seconds: float) -> None:
        row = {"step": float(self.step), "loss": float(np.mean([loss["loss"] for loss in losses]))}
        row |= self.measure(held_out)
        self.history.append(row)
        if self.is_first:
            (self.run / "history.json").write_text(json.dumps(self.history, indent=1), encoding="utf-8")
            parts = {name: np.mean([loss[name] for loss in losses]) for name in losses[0]}
            say(
                f"step {self.step} ({seconds:.2f} s each): "
                + ", ".join(f"{name} {value:.3f}" for name, value in parts.items())
                + " | held out: " + ", ".join(f"{n} {v:.3g}" for n, v in row.items() if n not in ("step", "loss"))
            )  # fmt: skip

    def measure(self, held_out: list[Example]) -> dict[str, float]:
        """Figures of the averaged network on clips kept from training, as they were seen."""
        window = self.config.window
        rows: list[tuple[float, dict[str, float]]] = []
        with torch.inference_mode():
            for begin in range(0, len(held_out), 16):
                batch = make_batch([_first(e, window) for e in held_out[begin : begin + 16]], window)
                found = figures(self.averaged(batch.channels, batch.inside, batch.read), batch)
                rows.append((float(batch.inside.sum()), {name: float(value) for name, value in found.items()}))
        total = sum(weight for weight, _ in rows)
        return {name: sum(w * row[name] for w, row in rows) / total for name in rows[0][1]}

    def draw_curves(self) -> None:
        """The run's curves as curves.png."""
        if not self.is_first:
            return
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        names = [name for name in self.history[-1] if name != "step"]
        figure, axes = pyplot.subplots(1, len(names), figsize=(3.2 * len(names), 2.8), squeeze=False)
        for axis, name in zip(axes[0], names, strict=True):
            axis.plot([row["step"] for row in self.history], [row[name] for row in self.history])
            axis.set_title(name)
        figure.tight_layout()
        figure.savefig(self.run / "curves.png")
        pyplot.close(figure)


def export_checkpoint(run: Path) -> dict[str, torch.Tensor]:
    """The averaged network's tensors of a run's last checkpoint, also while it still trains."""
    state: dict[str, Any] = torch.load(run / "checkpoint.pt", weights_only=True)
    return state["averaged"]


__all__ = ["Batch", "BodyTraining", "TrainingError", "export_checkpoint", "read_config", "train_body"]
