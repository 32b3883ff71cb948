"""`understudy train behaviour`: the adversarial game between generator and discriminators.

Each step moves both players once. Held-out figures every few hundred steps: the Frechet distance to motion kept from
training, and the diversity between seeds against the truth's; where that falls below a third, the generator has
collapsed and the run says so. What is exported is the moving average of the generator that had the lowest distance.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from ..training import Schedule, TrainingError, fit, read_settings
from ..weights.registry import WEIGHTS_FOLDER, ModelCard, store_weights
from .data import MOTION_FOLDER, Clip, training_set
from .frechet import embed, frechet_distance, spread
from .model import MODEL_NAME, BehaviourNetConfig, Discriminator, Generator, config_dict
from .pose import BODY_BONES, FEATURES

_CACHE: Final = Path(__file__).resolve().parents[2] / ".cache"
_AVERAGE: Final = 0.998
_COLLAPSED: Final = 0.33
_HELD_OUT_FRAMES: Final = 240


@dataclass(frozen=True)
class BehaviourTraining:
    """All that can be set in the TOML file."""

    made: int = 150
    """Sequences by rule of each kind that rules make."""
    motion: str = str(MOTION_FOLDER)
    """Folder of motion capture for walking and gestures; without it the walk is not learned."""
    run: str = str(_CACHE / "behaviour-run")
    steps: int = 12000
    minutes: float = 0.0
    batch: int = 24
    window: int = 96
    learning_rate: float = 2e-4
    """The discriminators'; the generator's is half of it."""
    matching: float = 1.0
    """Weight of feature matching (Salimans et al. 2016), which keeps the game from running away."""
    components: int = 48
    width: int = 96
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
    train = training_set(config.made, Path(config.motion))
    held_out = training_set(max(2, config.made // 10), Path(config.motion), held_out=True)
    if "walk" not in train:
        say(f"There is no motion capture in {config.motion or 'the folder'}; walking is not learned.")
    if not train:
        raise TrainingError("There is nothing to learn from; raise `made` or give a folder of motion capture.")
    game = Game(config, train, held_out, say)
    schedule = Schedule(
        config.steps, config.learning_rate, config.minutes, config.report_every, watch="frechet", warm_up=200
    )
    networks = {"generator": game.generator, "average": game.average, "discriminator": game.discriminator}
    optimisers = {"generator": game.generator_optimiser, "discriminator": game.discriminator_optimiser}
    history = fit(networks, optimisers, game.step, game.measure, schedule, Path(config.run), resume, say)
    if config.export:
        _export(config, game, train, history, say)
    return Path(config.run)


def _export(
    config: BehaviourTraining,
    game: Game,
    train: dict[str, list[Clip]],
    history: list[dict[str, float]],
    say: Callable[[str], None],
) -> None:
    minutes = {name: sum(len(clip.features) for clip in clips) / 1800 for name, clips in train.items()}
    best = min(history, key=lambda row: row["frechet"])
    card = ModelCard(
        name=MODEL_NAME, sha256="", config=config_dict(game.average.config),
        data="; ".join(f"{name} {value:.0f} minutes" for name, value in minutes.items())
        + " with made-up variations. Walking and a part of the gestures: CMU Graphics Lab Motion Capture Database "
        "(mocap.cs.cmu.edu, created with funding from NSF EIA-0196217); idling, listening, the other gestures and all "
        "emotions: rules (ml/behaviour/procedural.py, styles.py), not recordings",
        figures={key: round(value, 4) for key, value in best.items()},
    )  # fmt: skip
    card = store_weights(card, game.average.state_dict(), WEIGHTS_FOLDER)
    say(f"Wrote {WEIGHTS_FOLDER / 'behaviour.safetensors'} ({card.sha256[:12]}).")


class Game:
    """Both players, their batches and the held-out figures."""

    def __init__(
        self,
        config: BehaviourTraining,
        train: dict[str, list[Clip]],
        held_out: dict[str, list[Clip]],
        say: Callable[[str], None] = print,
    ) -> None:
        torch.manual_seed(config.seed)
        self.config, self.train, self.held_out, self.say = config, train, held_out, say
        net_config = BehaviourNetConfig(components=config.components, width=config.width)
        self.generator = Generator(net_config)
        _fit_whitening(self.generator, train)
        self.average = deepcopy(self.generator).requires_grad_(False)
        self.discriminator = Discriminator(net_config)
        betas = (0.5, 0.9)
        self.generator_optimiser = torch.optim.Adam(self.generator.parameters(), config.learning_rate / 2, betas)
        self.discriminator_optimiser = torch.optim.Adam(self.discriminator.parameters(), config.learning_rate, betas)
        self.real = {
            name: [
                (self.generator.whitening.whiten(torch.as_tensor(c.features)), torch.as_tensor(c.conditions))
                for c in clips
                if len(c.features) >= config.window
            ]
            for name, clips in train.items()
        }

    def step(self, number: int) -> dict[str, float]:
        """One update of each player."""
        random = np.random.default_rng([self.config.seed, number])
        draw = torch.Generator().manual_seed(int(random.integers(2**31)))
        real, conditions = self._batch(random)
        fake = self.generator(conditions, *self.generator.noise(len(real), real.shape[1], draw))
        lost = self._discriminate(real, fake.detach(), conditions)
        won = self._deceive(real, fake, conditions)
        with torch.no_grad():
            for mean, own in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                mean.lerp_(own, 1 - _AVERAGE)
        return {"discriminator": lost, **won}

    def _discriminate(self, real: Tensor, fake: Tensor, conditions: Tensor) -> float:
        loss = torch.zeros(())
        for (truth, _), (lie, _) in zip(
            self.discriminator(real, conditions), self.discriminator(fake, conditions), strict=True
        ):
            loss = loss + torch.relu(1 - truth).mean() + torch.relu(1 + lie).mean()
        self.discriminator_optimiser.zero_grad()
        loss.backward()
        self.discriminator_optimiser.step()
        return float(loss.detach()) / 2

    def _deceive(self, real: Tensor, fake: Tensor, conditions: Tensor) -> dict[str, float]:
        self.discriminator.requires_grad_(False)
        score, match = torch.zeros(()), torch.zeros(())
        with torch.no_grad():
            truths = self.discriminator(real, conditions)
        for (_, inner), (lie, shown) in zip(truths, self.discriminator(fake, conditions), strict=True):
            score = score - lie.mean()
            match = match + (inner.mean(dim=(0, 2)) - shown.mean(dim=(0, 2))).abs().mean()
        loss = score + self.config.matching * match
        self.generator_optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), 5.0)
        self.generator_optimiser.step()
        self.discriminator.requires_grad_(True)
        return {"generator": float(score.detach()) / 2, "matching": float(match.detach())}

    def _batch(self, random: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Windows of all behaviours in equal shares."""
        names = [name for name, clips in self.real.items() if clips]
        motions, conditions = [], []
        for row in range(self.config.batch):
            clips = self.real[names[row % len(names)]]
            components, given = clips[int(random.integers(len(clips)))]
            start = int(random.integers(0, len(components) - self.config.window + 1))
            part = slice(start, start + self.config.window)
            motions.append(components[part])
            conditions.append(given[part])
        return torch.stack(motions), torch.stack(conditions)

    def measure(self) -> dict[str, float]:
        """Mean Frechet distance over the behaviours, and the diversity between seeds relative to the truth's."""
        distances, ratios = [], []
        draw = torch.Generator().manual_seed(0)
        for name, clips in self.held_out.items():
            truth = [self.average.whitening.whiten(torch.as_tensor(c.features)).numpy() for c in clips]
            real = np.concatenate([embed(row) for row in truth])
            shown = []
            for clip in clips:
                given = torch.as_tensor(clip.conditions)[None]
                made = self.average(given, *self.average.noise(1, given.shape[1], draw))[0].numpy()
                shown.append(made)
            fake = np.concatenate([embed(row) for row in shown])
            if len(real) > 8 and len(fake) > 8:
                distances.append(frechet_distance(real, fake))
            length = min(_HELD_OUT_FRAMES, *(len(row) for row in (*truth, *shown)))
            there = spread(np.stack([row[:length] for row in truth[:12]]))
            here = spread(np.stack([row[:length] for row in shown[:12]]))
            ratios.append(here / max(there, 1e-9))
            if ratios[-1] < _COLLAPSED:
                self.say(f"  {name}: the generator has collapsed (diversity {ratios[-1]:.2f} of the truth's).")
        return {"frechet": float(np.mean(distances)) if distances else 0.0, "diversity": float(np.mean(ratios))}


def feature_weights() -> Tensor:
    """[F] how much each feature counts in the components: thighs, upper arms and the trunk carry what hangs on them."""
    weights = torch.ones(FEATURES)
    for index, name in enumerate(BODY_BONES):
        heavy = any(part in name for part in ("hips", "spine", "chest", "UpperLeg", "UpperArm", "LowerArm", "LowerLeg"))
        weights[6 * index : 6 * index + 6] = 1.5 if heavy else 0.8
    weights[-5:-2] = 6.0
    weights[-2:] = 1.0
    return weights


def _fit_whitening(generator: Generator, train: dict[str, list[Clip]]) -> None:
    """On equal shares of all behaviours."""
    share = min(20000, max(sum(len(c.features) for c in clips) for clips in train.values()))
    random = np.random.default_rng(0)
    rows = []
    for clips in train.values():
        features = np.concatenate([clip.features for clip in clips])
        rows.append(features[random.integers(0, len(features), share)])
    generator.whitening.fit(torch.as_tensor(np.concatenate(rows)), feature_weights())
