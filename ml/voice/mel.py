"""Log-mel features of speech, streamed: 40 bands, 100 frames a second, 16 kHz mono in.

The mel scale is O'Shaughnessy's (1987), as in HTK: mel = 2595 log10(1 + f / 700).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE: Final = 16000
HOP: Final = 160
WINDOW: Final = 400
BANDS: Final = 40
_FFT: Final = 512
_LOW_HZ: Final = 80.0
_HIGH_HZ: Final = 7600.0
_FLOOR: Final = 1e-6


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float32]:
    """[257, 40] triangles evenly spaced in mel."""
    mel = np.linspace(_to_mel(_LOW_HZ), _to_mel(_HIGH_HZ), BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.arange(_FFT // 2 + 1) * SAMPLE_RATE / _FFT
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return np.clip(np.minimum(rising, falling), 0, None).astype(np.float32)


def _to_mel(hertz: float) -> float:
    return 2595 * float(np.log10(1 + hertz / 700))


def log_mel(samples: NDArray[np.floating]) -> NDArray[np.float32]:
    """[N, 40] natural-log energies of mono samples at 16 kHz; frame i is centred on i / 100 s."""
    frames = len(samples) // HOP
    if frames == 0:
        return np.zeros((0, BANDS), dtype=np.float32)
    padded = np.pad(samples, (WINDOW // 2, WINDOW)).astype(np.float32)
    return _windows(padded, frames)


def streamed_log_mel(blocks: Iterable[NDArray[np.floating]]) -> NDArray[np.float32]:
    """`log_mel` of sound that comes in blocks, holding only one window more than a block; [N, 40]."""
    parts: list[NDArray[np.float32]] = []
    rest = np.zeros(WINDOW // 2, dtype=np.float32)  # what lies before the next frame's window
    for block in blocks:
        rest = np.concatenate((rest, np.asarray(block, dtype=np.float32)))
        whole = (len(rest) - WINDOW) // HOP + 1 if len(rest) >= WINDOW else 0
        if whole > 0:
            parts.append(_windows(rest, whole))
            rest = rest[whole * HOP :]
    missing = max(0, (len(rest) - WINDOW // 2) // HOP)
    if missing:
        parts.append(_windows(np.pad(rest, (0, WINDOW)), missing))
    return np.concatenate(parts) if parts else np.zeros((0, BANDS), dtype=np.float32)


def _windows(samples: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP][:count]
    spectrum = np.fft.rfft(windows * np.hanning(WINDOW).astype(np.float32), _FFT, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return np.log(power @ _filters() + _FLOOR).astype(np.float32)
