"""`understudy train voice`: make speech whose sounds are known, train the network that hears visemes, export it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from ..training import Schedule, TrainingError, fit, read_settings
from ..weights.registry import WEIGHTS_FOLDER, ModelCard, store_weights
from .data import load_shards, make_shard
from .mel import BANDS
from .model import MODEL_NAME, VisemeNet, VisemeNetConfig, config_dict
from .visemes import CLOSURE, VISEMES

Pair = tuple[NDArray[np.float16], NDArray[np.int8]]
_CACHE: Final = Path(__file__).resolve().parents[2] / ".cache"
_SHARD: Final = 500


@dataclass(frozen=True)
class VoiceTraining:
    """All that can be set in the TOML file."""

    utterances: int = 6000
    data: str = str(_CACHE / "voice")
    run: str = str(_CACHE / "voice-run")
    steps: int = 4000
    minutes: float = 0.0
    batch: int = 24
    window: int = 300
    """Frames of 10 ms."""
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    width: int = 128
    report_every: int = 250
    seed: int = 0
    export: bool = True


SMOKE: Final = VoiceTraining(utterances=12, steps=4, batch=2, window=60, width=16, report_every=2, export=False)
"""The whole way in seconds; it trains nothing worth keeping."""


def read_config(path: Path | None, smoke: bool = False) -> VoiceTraining:
    """The settings of a TOML file over the defaults; `smoke` over all that sizes the work."""
    return read_settings(path, SMOKE if smoke else VoiceTraining())


def train_voice(config: VoiceTraining, resume: bool = False, say: Callable[[str], None] = print) -> Path:
    """Train as configured; returns the folder of the run."""
    pairs = _speech(config, say)
    held_out = max(1, len(pairs) // 40)
    learner = _Learner(config, pairs[held_out:], pairs[:held_out])
    schedule = Schedule(config.steps, config.learning_rate, config.minutes, config.report_every)
    history = fit(
        {"net": learner.net}, {"net": learner.optimiser}, learner.step, learner.measure, schedule,
        Path(config.run), resume, say,
    )  # fmt: skip
    if config.export:
        hours = sum(len(track) for _, track in pairs[held_out:]) / 360000
        best = min(history, key=lambda row: row["loss"])
        card = ModelCard(
            name=MODEL_NAME, sha256="", config=config_dict(learner.net.config),
            data=f"{hours:.1f} hours of synthetic speech (espeak-ng in 37 languages, flite rms, slt and kal16) in "
            "rooms, noise and codecs; no recording of a person",
            figures={key: round(value, 4) for key, value in best.items() if not key.startswith("train_")},
        )  # fmt: skip
        card = store_weights(card, learner.net.state_dict(), WEIGHTS_FOLDER)
        say(f"Wrote {WEIGHTS_FOLDER / 'voice.safetensors'} ({card.sha256[:12]}).")
    return Path(config.run)


def _speech(config: VoiceTraining, say: Callable[[str], None]) -> list[Pair]:
    folder = Path(config.data)
    shards = []
    for first in range(0, config.utterances, _SHARD):
        seeds = range(first, min(first + _SHARD, config.utterances))
        path = folder / f"speech-{first // _SHARD:04d}{'' if len(seeds) == _SHARD else f'-{len(seeds)}'}.npz"
        if not path.exists():
            say(f"Speaking utterances {seeds.start} to {seeds.stop} ...")
        make_shard(path, seeds)
        shards.append(path)
    pairs = load_shards(shards)
    if len(pairs) < 2:
        raise TrainingError("Fewer than two utterances could be made; raise `utterances`.")
    return pairs


class _Learner:
    """Batches, the loss and the held-out figures."""

    def __init__(self, config: VoiceTraining, train: Sequence[Pair], held_out: Sequence[Pair]) -> None:
        torch.manual_seed(config.seed)
        self.config, self.train, self.held_out = config, train, held_out
        self.net = VisemeNet(VisemeNetConfig(width=config.width))
        self.optimiser = torch.optim.AdamW(
            self.net.parameters(), config.learning_rate, weight_decay=config.weight_decay
        )
        tracks = np.concatenate([track for _, track in train])
        share = np.bincount(tracks, minlength=len(VISEMES)) / len(tracks)
        weight = 1 / np.sqrt(share + 0.01)
        weight[CLOSURE] *= 1.5  # a missed closure is what people see first
        self.loss = torch.nn.CrossEntropyLoss(torch.as_tensor(weight / weight.mean(), dtype=torch.float32))

    def step(self, number: int) -> dict[str, float]:
        """One update on a random batch."""
        rng = np.random.default_rng([self.config.seed, number])
        mel, track = self._batch(rng)
        loss = self.loss(self.net(mel).flatten(0, 1), track.flatten())
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        return {"loss": float(loss.detach())}

    def _batch(self, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Windows with random level, some bands and moments wiped out (SpecAugment, Park et al. 2019), some of
        nothing but noise."""
        count, window = self.config.batch, self.config.window
        mels = np.full((count, window, BANDS), -9.0, dtype=np.float32)
        tracks = np.zeros((count, window), dtype=np.int64)
        for row in range(count):
            mel, track = self.train[int(rng.integers(len(self.train)))]
            start = int(rng.integers(0, max(1, len(mel) - window + 1)))
            part = mel[start : start + window]
            mels[row, : len(part)] = part
            tracks[row, : len(part)] = track[start : start + window]
            if rng.random() < 0.04:
                mels[row] = rng.normal(0, rng.uniform(0.2, 1.2), (window, BANDS)) + rng.uniform(-9, 0)
                tracks[row] = 0
            band, width = int(rng.integers(0, BANDS)), int(rng.integers(0, 9))
            mels[row, :, band : band + width] = mels[row].mean()
        mels += rng.uniform(-3, 2, (count, 1, 1)) + rng.normal(0, 0.15, (count, 1, BANDS))
        return torch.as_tensor(mels, dtype=torch.float32), torch.as_tensor(tracks)

    def measure(self) -> dict[str, float]:
        """Cross entropy, share of frames right, and of closures found, on utterances kept from training."""
        losses, right, closed, found = [], 0, 0, 0
        frames = 0
        for mel, track in self.held_out:
            logits = self.net(torch.as_tensor(mel.astype(np.float32))[None])[0]
            truth = torch.as_tensor(track.astype(np.int64))
            losses.append(float(self.loss(logits, truth)) * len(track))
            said = logits.argmax(dim=1)
            right += int((said == truth).sum())
            closed += int((truth == CLOSURE).sum())
            found += int(((truth == CLOSURE) & (said == CLOSURE)).sum())
            frames += len(track)
        return {
            "loss": sum(losses) / frames,
            "accuracy": right / frames,
            "closure_recall": found / max(closed, 1),
        }
