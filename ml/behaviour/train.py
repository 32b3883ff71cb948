"""`understudy train behaviour`: the adversarial game between generator and discriminators.

The generator gets base motions, the discriminators tell what it makes of them from recorded and acted ones. Each step
moves both players once. Figures every few hundred steps: the Frechet distances to the motion learned from and to
motion kept from training, and the diversity between seeds against the truth's; where that falls below a third, the
generator has collapsed and the run says so. What is exported is the moving average of the generator that was nearest
to what it learned from; what is kept from training chooses nothing.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..training import Schedule, TrainingError, fit, read_settings
from ..weights.registry import WEIGHTS_FOLDER, ModelCard, store_weights
from .base import BEHAVIOURS
from .data import MOTION_FOLDER, Clip, made_up, recorded_gait, training_set
from .frechet import embed, frechet_distance, spread
from .gait import GAIT_NAME, Gait, gait_tensors
from .model import MODEL_NAME, BehaviourNetConfig, Discriminator, Generator, Whitening, config_dict
from .pose import feature_weights

_CACHE: Final = Path(__file__).resolve().parents[2] / ".cache"
_AVERAGE: Final = 0.998
_RULES: Final = 3
_POSTURES: Final = 0.6
_SIZES: Final = 0.12
_BLUR: Final = 0.15
"""Standard deviations, see `_seen`."""
_COLLAPSED: Final = 0.33
_HELD_OUT_FRAMES: Final = 240
_BASES: Final = 5 * 10**6
"""First seed of the generator's base motions; other motions than those by rule that it is compared with."""


@dataclass(frozen=True)
class BehaviourTraining:
    """All that can be set in the TOML file."""

    made: int = 60
    """Sequences by rule of each kind that rules make."""
    motion: str = str(MOTION_FOLDER)
    """Folder of motion capture for walking and gestures; without it the walk is not learned."""
    run: str = str(_CACHE / "behaviour-run")
    steps: int = 12000
    minutes: float = 0.0
    batch: int = 16
    window: int = 64
    learning_rate: float = 2e-4
    """The discriminators'; the generator's is half of it."""
    matching: float = 1.0
    """Weight of feature matching (Salimans et al. 2016), which keeps the game from running away."""
    keeping: float = 0.3
    """Weight of the squared change, so that what the base fixes (strokes on stresses) stays near."""
    adversarial: bool = True
    """False: the ordinary model to compare with, learned without an opponent (Li and Malik, "Implicit Maximum
    Likelihood Estimation", 2018: each recording pulls the nearest of what the generator makes)."""
    components: int = 40
    width: int = 56
    report_every: int = 500
    seed: int = 0
    export: bool = True


SMOKE: Final = BehaviourTraining(
    made=2, motion="", steps=4, batch=2, window=64, components=8, width=16, report_every=2, export=False
)
"""The whole way in seconds; it trains nothing worth keeping."""


def read_config(path: Path | None, smoke: bool = False) -> BehaviourTraining:
    """The settings of a TOML file over the defaults; `smoke` over all that sizes the work."""
    return read_settings(path, SMOKE if smoke else BehaviourTraining())


def train_behaviour(config: BehaviourTraining, resume: bool = False, say: Callable[[str], None] = print) -> Path:
    """Train as configured; returns the folder of the run."""
    say("Gathering motion ...")
    folder = Path(config.motion)
    gait = recorded_gait(folder)
    train = training_set(config.made, folder)
    held_out = training_set(max(2, config.made // 10), folder, held_out=True)
    if gait is None:
        say(f"There is no motion capture in {config.motion or 'the folder'}; walking is not learned.")
    if not train:
        raise TrainingError("There is nothing to learn from; raise `made` or give a folder of motion capture.")
    game = Game(config, train, held_out, gait, say)
    schedule = Schedule(
        config.steps, config.learning_rate, config.minutes, config.report_every, watch="frechet", warm_up=200
    )
    networks = {"generator": game.generator, "average": game.average, "discriminator": game.discriminator}
    optimisers = {"generator": game.generator_optimiser, "discriminator": game.discriminator_optimiser}
    history = fit(networks, optimisers, game.step, game.measure, schedule, Path(config.run), resume, say)
    if config.export and config.adversarial and gait is not None:
        export(config, game, gait, history, WEIGHTS_FOLDER, say)
    return Path(config.run)


def export(
    config: BehaviourTraining,
    game: Game,
    gait: Gait,
    history: list[dict[str, float]],
    folder: Path,
    say: Callable[[str], None] = print,
) -> None:
    """Write the generator's average and the gait with their cards."""
    minutes = {name: sum(len(clip.features) for clip in clips) / 1800 for name, clips in game.train.items()}
    best = min(history, key=lambda row: row["frechet"])
    source = "CMU Graphics Lab Motion Capture Database (mocap.cs.cmu.edu, created with funding from NSF EIA-0196217)"
    card = ModelCard(
        name=MODEL_NAME, sha256="", config=config_dict(game.average.config),
        data="; ".join(f"{name} {value:.0f} minutes" for name, value in minutes.items())
        + f" with made-up variations. Walking and a part of the gestures: {source}; idling, listening, the other "
        "gestures and all emotions: rules (ml/behaviour/procedural.py, styles.py), not recordings",
        figures={key: round(value, 4) for key, value in best.items()},
    )  # fmt: skip
    card = store_weights(card, game.average.state_dict(), folder)
    say(f"Wrote {folder / 'behaviour.safetensors'} ({card.sha256[:12]}).")
    walked = ModelCard(name=GAIT_NAME, sha256="", config={}, data=f"Mean and components of recorded strides: {source}")
    store_weights(walked, gait_tensors(gait), folder)


def generator_of_run(checkpoint: Path) -> Generator:
    """The best generator of a run, to compare with; TrainingError where the file is not a run's checkpoint."""
    try:
        if not zipfile.is_zipfile(checkpoint):
            raise TypeError("torch writes zip files")
        saved = torch.load(checkpoint, weights_only=True)
        tensors = (saved["best_state"] or saved["networks"])["average"]
        width, components = tensors["enter.weight"].shape[0], tensors["leave.weight"].shape[0]
        network = Generator(BehaviourNetConfig(components=components, width=width))
        network.load_state_dict(tensors)
    except (OSError, KeyError, TypeError, RuntimeError) as error:
        raise TrainingError(f"{checkpoint} is not the checkpoint.pt of a behaviour run.") from error
    return network.eval()


class Game:
    """Both players, their batches and the held-out figures."""

    def __init__(
        self,
        config: BehaviourTraining,
        train: dict[str, list[Clip]],
        held_out: dict[str, list[Clip]],
        gait: Gait | None = None,
        say: Callable[[str], None] = print,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.train, self.held_out, self.say = config, train, held_out, say
        net_config = BehaviourNetConfig(components=config.components, width=config.width)
        self.generator = Generator(net_config)
        fit_whitening(self.generator.whitening, train)
        self.average = deepcopy(self.generator).requires_grad_(False)
        self.discriminator = Discriminator(net_config)
        self.discriminator.emphasis.copy_(self.generator.whitening.emphasis())
        betas = (0.5, 0.9)
        self.generator_optimiser = torch.optim.Adam(self.generator.parameters(), config.learning_rate / 2, betas)
        self.discriminator_optimiser = torch.optim.Adam(self.discriminator.parameters(), config.learning_rate, betas)
        count = max(2, config.made)
        names = [name for name in BEHAVIOURS if name in train and (name != "walk" or gait is not None)]
        self.real = {name: [self._whitened(clip) for clip in train[name]] for name in names}
        self.shares = {name: clip_shares(train[name], config.window) for name in names}
        self.bases = {
            name: [self._whitened(made_up(name, _BASES + seed, gait)) for seed in range(count)] for name in names
        }
        self.trial = {
            name: [self._whitened(made_up(name, 2 * _BASES + seed, gait)) for seed in range(max(12, count // 2))]
            for name in names
            if name in held_out
        }
        drawn = np.random.default_rng(0)
        self.learned, self.kept = {}, {}
        for name in self.trial:
            rows = drawn.choice(len(train[name]), 4 * count, p=self.shares[name])
            self.learned[name] = np.concatenate([embed(self.real[name][row][0].numpy()) for row in rows])
            self.kept[name] = np.concatenate([embed(self._whitened(clip)[0].numpy()) for clip in held_out[name]])

    def _whitened(self, clip: Clip) -> tuple[Tensor, Tensor]:
        whitening = self.generator.whitening
        return whitening.whiten(torch.as_tensor(clip.features)), torch.as_tensor(clip.conditions)

    def step(self, number: int) -> dict[str, float]:
        """One update of each player."""
        random = np.random.default_rng([self.config.seed, number])
        draw = torch.Generator().manual_seed(int(random.integers(2**31)))
        real, real_conditions = self._batch(self.real, random, self.shares)
        base, conditions = self._batch(self.bases, random)
        fake = self.generator(base, conditions, *self.generator.noise(len(base), base.shape[1], draw))
        if self.config.adversarial:
            real, shown = self._seen(real, draw), self._seen(fake, draw)
            lost = self._discriminate(real, real_conditions, shown.detach(), conditions)
            change = (fake - base).square().mean()
            figures = {"discriminator": lost, **self._deceive(real, real_conditions, shown, conditions, change)}
        else:
            figures = {"generator": self._pull(real, fake)}
        with torch.no_grad():
            for mean, own in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                mean.lerp_(own, 1 - _AVERAGE)
        return figures

    def _seen(self, components: Tensor, draw: torch.Generator) -> Tensor:
        """As a critic sees it: every window in another posture, a little larger or smaller, a little blurred.

        Ten recorded people are ten postures; critics that may learn those by heart teach nothing about moving. What
        recordings and lies go through alike cannot tell them apart (Zhao et al., "Differentiable Augmentation for
        Data-Efficient GAN Training", NeurIPS 2020).
        """
        batch, frames, count = components.shape
        middle = components.mean(dim=1, keepdim=True)
        size = 1 + _SIZES * torch.randn((batch, 1, 1), generator=draw)
        posture = _POSTURES * torch.randn((batch, 1, count), generator=draw)
        blur = _BLUR * torch.randn((batch, frames, count), generator=draw)
        return middle + (components - middle) * size + posture + blur

    def _discriminate(self, real: Tensor, real_conditions: Tensor, fake: Tensor, conditions: Tensor) -> float:
        loss = torch.zeros(())
        for (truth, _), (lie, _) in zip(
            self.discriminator(real, real_conditions), self.discriminator(fake, conditions), strict=True
        ):
            loss = loss + torch.relu(1 - truth).mean() + torch.relu(1 + lie).mean()
        self.discriminator_optimiser.zero_grad()
        loss.backward()
        self.discriminator_optimiser.step()
        return float(loss.detach()) / 2

    def _deceive(
        self, real: Tensor, real_conditions: Tensor, fake: Tensor, conditions: Tensor, change: Tensor
    ) -> dict[str, float]:
        self.discriminator.requires_grad_(False)
        score, match = torch.zeros(()), torch.zeros(())
        with torch.no_grad():
            truths = self.discriminator(real, real_conditions)
        for (_, inner), (lie, shown) in zip(truths, self.discriminator(fake, conditions), strict=True):
            score = score - lie.mean()
            match = match + (inner.mean(dim=(0, 2)) - shown.mean(dim=(0, 2))).abs().mean()
        self._improve(score + self.config.matching * match + self.config.keeping * change)
        self.discriminator.requires_grad_(True)
        return {
            "generator": float(score.detach()) / 2, "matching": float(match.detach()), "change": float(change.detach()),
        }  # fmt: skip

    def _pull(self, real: Tensor, fake: Tensor) -> float:
        """Without an opponent: each real window pulls the nearest made one of its behaviour."""
        step = min(len(self.real), len(real))  # rows of one behaviour lie so far apart (see _batch)
        loss = torch.zeros(())
        for first in range(step):
            truth, made = real[first::step], fake[first::step]
            apart = (truth[:, None] - made[None]).square().mean(dim=(2, 3))
            loss = loss + apart.min(dim=1).values.mean() / step
        self._improve(loss)
        return float(loss.detach())

    def _improve(self, loss: Tensor) -> None:
        self.generator_optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), 5.0)
        self.generator_optimiser.step()

    def _batch(
        self,
        source: dict[str, list[tuple[Tensor, Tensor]]],
        random: np.random.Generator,
        shares: dict[str, NDArray[np.float64]] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Windows of all behaviours in equal shares; `shares` of each behaviour's clips, else alike."""
        names = list(source)
        motions, conditions = [], []
        for row in range(self.config.batch):
            name = names[row % len(names)]
            drawn = random.choice(len(source[name]), p=None if shares is None else shares[name])
            components, given = source[name][int(drawn)]
            start = int(random.integers(0, len(components) - self.config.window + 1))
            part = slice(start, start + self.config.window)
            motions.append(components[part])
            conditions.append(given[part])
        return torch.stack(motions), torch.stack(conditions)

    def measure(self) -> dict[str, float]:
        """Mean Frechet distances over the behaviours to what is learned from, and to what is held out; the diversity
        between seeds relative to the truth's."""
        near: list[float] = []
        far: dict[str, float] = {}
        ratios = []
        draw = torch.Generator().manual_seed(0)
        for name, bases in self.trial.items():
            shown = [
                self.average(base[None], given[None], *self.average.noise(1, len(base), draw))[0].numpy()
                for base, given in bases
            ]
            fake = np.concatenate([embed(row) for row in shown])
            if len(fake) > 8:
                near.append(frechet_distance(self.learned[name], fake))
                far[name] = frechet_distance(self.kept[name], fake)
            truth = [clip[0].numpy() for clip in self.real[name] if len(clip[0]) >= self.config.window][:12]
            length = min(_HELD_OUT_FRAMES, *(len(row) for row in (*truth, *shown)))
            there = spread(np.stack([row[:length] for row in truth]))
            ratios.append(spread(np.stack([row[:length] for row in shown[:12]])) / max(there, 1e-9))
            if ratios[-1] < _COLLAPSED:
                self.say(f"  {name}: the generator has collapsed (diversity {ratios[-1]:.2f} of the truth's).")
        figures = {"frechet": float(np.mean(near)) if near else 0.0, "diversity": float(np.mean(ratios))}
        return figures | {f"held_out_{name}": value for name, value in far.items()}


def clip_shares(clips: list[Clip], window: int) -> NDArray[np.float64]:
    """How often each clip is drawn: people alike, rules three times as often; too short ones never.

    The recorded gestures are signals of a referee: their dynamics are wanted more than their shapes.
    """
    long = np.array([len(clip.features) >= window for clip in clips], dtype=np.float64)
    people = [clip.person for clip in clips]
    for person in set(people):
        own = np.array([name == person for name in people])
        weight = _RULES * max(1, len(set(people)) - 1) if person == "rules" else 1
        long[own] *= weight / max(float(long[own].sum()), 1e-9)
    return long / long.sum()


def fit_whitening(whitening: Whitening, train: dict[str, list[Clip]]) -> None:
    """On equal shares of all behaviours."""
    share = min(20000, max(sum(len(c.features) for c in clips) for clips in train.values()))
    random = np.random.default_rng(0)
    rows = []
    for clips in train.values():
        features = np.concatenate([clip.features for clip in clips])
        each = np.concatenate([np.full(len(c.features), p) for c, p in zip(clips, clip_shares(clips, 1), strict=True)])
        rows.append(features[random.choice(len(features), share, p=each / each.sum())])
    weights = torch.as_tensor(feature_weights(), dtype=torch.float32)
    whitening.fit(torch.as_tensor(np.concatenate(rows)), weights)
