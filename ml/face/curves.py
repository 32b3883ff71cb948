"""A training run as pictures: its curves, and strips of held-out faces beside what was guessed of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from torch import Tensor

from .examples import Example
from .model import PREDICTED

matplotlib.use("Agg")
from matplotlib import pyplot

_SHOWN = ("jawOpen", "mouthSmileLeft", "mouthPucker", "browInnerUp", "browDownLeft", "eyeBlinkLeft")


def draw_curves(path: Path, history: Sequence[dict[str, float]]) -> None:
    """Each figure against the reports; a line marks where the second phase begins."""
    names = [name for name in history[-1] if name not in ("step", "phase")]
    figure, axes = pyplot.subplots(1, len(names), figsize=(3.2 * len(names), 2.8), squeeze=False)
    second = next((i for i, row in enumerate(history) if row.get("phase")), None)
    for axis, name in zip(axes[0], names, strict=True):
        axis.plot([row[name] for row in history])
        axis.set_title(name)
        axis.set_xlabel("report")
        if second is not None:
            axis.axvline(second, color="grey", linewidth=0.8)
    _save(figure, path)


def draw_strips(path: Path, examples: Sequence[Example], guesses: Sequence[Tensor]) -> None:
    """Eight pictures of each clip above its most telling curves, guessed weights [T, 44] and the truth dashed."""
    figure, axes = pyplot.subplots(2 * len(examples), 1, figsize=(14, 4.6 * len(examples)), squeeze=False)
    for row, (example, weights) in enumerate(zip(examples, guesses, strict=True)):
        chosen = np.linspace(0, example.frames - 1, min(8, example.frames)).astype(int)
        axes[2 * row, 0].imshow(np.hstack(list(example.pictures[chosen])))
        axes[2 * row, 0].axis("off")
        for number, name in enumerate(_SHOWN):
            column = PREDICTED.index(name)
            axes[2 * row + 1, 0].plot(weights[:, column].clamp(0, 1), color=f"C{number}", label=name)
            axes[2 * row + 1, 0].plot(example.weights[:, column], "--", color=f"C{number}")
        axes[2 * row + 1, 0].legend(loc="upper right", fontsize=7, ncols=3)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    pyplot.close(figure)
