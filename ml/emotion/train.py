"""`understudy train emotion`: performances with known emotions, made on the fly, and the network that reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from ..take import EMOTION_NAMES
from ..training import Schedule, fit, read_settings
from ..weights.registry import WEIGHTS_FOLDER, ModelCard, store_weights
from .data import EmotionalClip, random_clip
from .model import MODEL_NAME, EmotionNet, EmotionNetConfig, config_dict, strengths

_CACHE: Final = Path(__file__).resolve().parents[2] / ".cache"
_HELD_OUT: Final = 120


@dataclass(frozen=True)
class EmotionTraining:
    """All that can be set in the TOML file."""

    clips: int = 4000
    run: str = str(_CACHE / "emotion-run")
    steps: int = 3000
    minutes: float = 0.0
    batch: int = 32
    learning_rate: float = 2e-3
    width: int = 64
    report_every: int = 250
    seed: int = 0
    export: bool = True


SMOKE: Final = EmotionTraining(clips=8, steps=4, batch=4, width=8, report_every=2, export=False)
"""The whole way in seconds; it trains nothing worth keeping."""


def read_config(path: Path | None, smoke: bool = False) -> EmotionTraining:
    """The settings of a TOML file over the defaults; `smoke` over all that sizes the work."""
    return read_settings(path, SMOKE if smoke else EmotionTraining())


def train_emotion(config: EmotionTraining, resume: bool = False, say: Callable[[str], None] = print) -> Path:
    """Train as configured; returns the folder of the run."""
    say(f"Making {config.clips} performances ...")
    clips = [random_clip(np.random.default_rng([config.seed, i])) for i in range(config.clips)]
    held_out = [random_clip(np.random.default_rng([config.seed, 10**6 + i])) for i in range(_HELD_OUT)]
    learner = _Learner(config, clips, held_out)
    schedule = Schedule(config.steps, config.learning_rate, config.minutes, config.report_every)
    history = fit(
        {"net": learner.net}, {"net": learner.optimiser}, learner.step, learner.measure, schedule,
        Path(config.run), resume, say,
    )  # fmt: skip
    if config.export:
        best = min(history, key=lambda row: row["loss"])
        card = ModelCard(
            name=MODEL_NAME, sha256="", config=config_dict(learner.net.config),
            data=f"{config.clips} made-up performances of six seconds: EMFACS prototypes as different people show "
            "them, over speech, blinks and a tracker's errors; no recording of a person",
            figures={key: round(value, 4) for key, value in best.items() if not key.startswith("train_")},
        )  # fmt: skip
        card = store_weights(card, learner.net.state_dict(), WEIGHTS_FOLDER)
        say(f"Wrote {WEIGHTS_FOLDER / 'emotion.safetensors'} ({card.sha256[:12]}).")
    return Path(config.run)


class _Learner:
    """Batches, the loss and the held-out figures."""

    def __init__(self, config: EmotionTraining, train: list[EmotionalClip], held_out: list[EmotionalClip]) -> None:
        torch.manual_seed(config.seed)
        self.config = config
        self.weights, self.emotion = _stack(train)
        self.held_weights, self.held_emotion = _stack(held_out)
        self.net = EmotionNet(EmotionNetConfig(width=config.width))
        self.optimiser = torch.optim.AdamW(self.net.parameters(), config.learning_rate, weight_decay=0.01)

    def step(self, number: int) -> dict[str, float]:
        """One update on a random batch."""
        rows = np.random.default_rng([self.config.seed, number]).integers(0, len(self.weights), self.config.batch)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(self.net(self.weights[rows]), self.emotion[rows])
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return {"loss": float(loss.detach())}

    def measure(self) -> dict[str, float]:
        """Cross entropy, mean error of the strengths, and share of clearly emotional frames named right."""
        logits = self.net(self.held_weights)
        said = strengths(logits)
        clear = self.held_emotion[..., 1:].max(dim=-1).values > 0.4
        right = (said.argmax(dim=-1) == self.held_emotion.argmax(dim=-1))[clear].float().mean()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, self.held_emotion)
        return {
            "loss": float(loss),
            "strength_mae": float((said - self.held_emotion).abs().mean()),
            "accuracy": float(right) if bool(clear.any()) else 0.0,
        }


def _stack(clips: list[EmotionalClip]) -> tuple[torch.Tensor, torch.Tensor]:
    weights = torch.as_tensor(np.stack([clip.weights for clip in clips]), dtype=torch.float32)
    emotion = torch.as_tensor(np.stack([clip.emotion for clip in clips]), dtype=torch.float32)
    assert emotion.shape[-1] == len(EMOTION_NAMES)
    return weights, emotion
