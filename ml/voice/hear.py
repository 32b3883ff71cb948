"""Sound to visemes: the network over recordings of any length, in pieces that overlap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .coarticulation import RATE
from .mel import SAMPLE_RATE, streamed_log_mel
from .visemes import SILENCE, VISEMES

Floats = NDArray[np.floating]

_PIECE: Final = 30 * RATE
_CONTEXT: Final = RATE
"""Frames beside a piece that the network also sees and that are thrown away; it looks 0.3 s to each side."""
_QUIET: Final = -11.0
"""Mean log-mel under which nothing sounds: digital silence and the hiss of converters."""


@dataclass(frozen=True)
class Heard:
    """What was heard, N frames at 100 Hz."""

    visemes: NDArray[np.float32]
    """[N, 15] probabilities."""
    level: NDArray[np.float32]
    """[N] mean log-mel: loudness without a scale."""

    @property
    def speech_share(self) -> float:
        """Share of the time that is more speech than silence."""
        return float((self.visemes[:, SILENCE] < 0.5).mean()) if len(self.visemes) else 0.0


def hear(
    blocks: Iterable[Floats],
    progress: Callable[[float], None] = lambda share: None,
    stop_if: Callable[[], None] = lambda: None,
) -> Heard:
    """Visemes of mono sound at 16 kHz that comes in blocks. `stop_if` may raise to cancel."""
    mel = streamed_log_mel(_watched(blocks, stop_if))
    pieces = []
    for start in range(0, len(mel), _PIECE):
        stop_if()
        pieces.append(_piece(mel, start))
        progress(min(1.0, (start + _PIECE) / len(mel)))
    visemes = np.concatenate(pieces) if pieces else np.zeros((0, len(VISEMES)), dtype=np.float32)
    level = mel.mean(axis=1) if len(mel) else np.zeros(0, dtype=np.float32)
    silent = level < _QUIET
    visemes[silent] = 0.0
    visemes[silent, SILENCE] = 1.0
    return Heard(visemes, level)


def hear_samples(samples: Floats) -> Heard:
    """`hear` of samples that are all there."""
    return hear(np.array_split(samples, max(1, len(samples) // SAMPLE_RATE)))


def _watched(blocks: Iterable[Floats], stop_if: Callable[[], None]) -> Iterable[Floats]:
    for block in blocks:
        stop_if()
        yield block


def _piece(mel: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    import torch

    begin, end = max(0, start - _CONTEXT), min(len(mel), start + _PIECE + _CONTEXT)
    with torch.inference_mode():
        logits = _network()(torch.as_tensor(mel[begin:end])[None])[0]
    kept = slice(start - begin, start - begin + min(_PIECE, len(mel) - start))
    return torch.softmax(logits[kept], dim=1).numpy()


@lru_cache(maxsize=1)
def _network():  # noqa: ANN202 - VisemeNet, imported late so that commands start without torch
    from ..weights.registry import load_weights
    from .model import MODEL_NAME, VisemeNet, VisemeNetConfig

    card, tensors = load_weights(MODEL_NAME)
    network = VisemeNet(VisemeNetConfig(**card.config))
    network.load_state_dict(tensors)
    return network.eval()
