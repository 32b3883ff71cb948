"""What the body is measured on: motions and people never trained on, filmed, and seen by the detectors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..features.arrays import ARRAY_NAMES, Features
from ..features.detect import detect_features
from . import film
from .analytic import MOTIONS, Motion
from .contacts import find_contacts, foot_heights, joint_speeds
from .poor_pictures import WEBCAM
from .recorded import load_clip

Floats = NDArray[np.float64]

CLIP_FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "motion"
"""Recorded motions (see the folder's README); without them the built-in motions are used."""
CLIPS: Final = (
    ("cmu_005_02", 60), ("cmu_005_04", 0), ("cmu_005_09", 40), ("cmu_016_16", 0), ("cmu_016_22", 0),
    ("cmu_basketball_signal_01", 100), ("cmu_basketball_signal_02", 0), ("cmu_035_01", 0),
)  # fmt: skip
"""Clip and first frame; all of subjects and activities that bank.HELD_OUT keeps from training."""
FRAMES: Final = 90
_SEED: Final = 100
_STANDS: Final = 0.05
"""Metres per second below which a foot on the floor stands."""


@dataclass(frozen=True)
class EvaluationClip:
    """One filmed motion: what is true and what the detectors saw."""

    motion: Motion
    """On the performer's own proportions, the stage's axes."""
    planted: NDArray[np.bool_]
    """[T, 4] true contacts: on the floor, though a foot may roll or turn there."""
    standing: NDArray[np.bool_]
    """[T, 4] true contacts that do not move: the truth itself slides 9 cm/s on average in all of its contacts."""
    camera: Camera
    camera_position: Floats
    features: Features

    @property
    def name(self) -> str:
        return self.motion.name


def evaluation_motions(folder: Path = CLIP_FOLDER) -> list[Motion]:
    """The built-in motions, and recorded ones where the folder holds them."""
    recorded = [
        load_clip(folder / f"{name}.npz", start, FRAMES) for name, start in CLIPS if (folder / f"{name}.npz").is_file()
    ]
    return [*(make() for make in MOTIONS.values()), *recorded]


def evaluation_clips(webcam: bool = False, cache: Path | None = None) -> Iterator[EvaluationClip]:
    """Every motion on a person of its own; `webcam` films with a poor one. `cache` keeps what the detectors saw."""
    for number, motion in enumerate(evaluation_motions()):
        scene = film.make_scene(motion, _SEED + number)
        kept = cache / f"{motion.name}-{'webcam' if webcam else 'clean'}.npz" if cache else None
        features = _load(kept) if kept is not None and kept.exists() else None
        if features is None:
            pictures = film.frames(scene, WEBCAM if webcam else None)
            features = detect_features(pictures, (scene.view.width, scene.view.height), ("body", "hands"))
            if kept is not None:
                _save(features, kept)
        own = scene.motion
        heights, speeds = foot_heights(own.joints, own.rest_positions), joint_speeds(own.joints, own.fps)
        planted = find_contacts(heights, speeds, own.fps)
        yield EvaluationClip(
            own, planted, planted & (speeds < _STANDS), scene.camera, np.array(scene.view.position), features
        )


def _save(features: Features, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    arrays = {name: getattr(features, name) for name in ARRAY_NAMES}
    np.savez_compressed(partial, times=features.times, size=np.array(features.size), **arrays)
    os.replace(partial, path)


def _load(path: Path) -> Features:
    with np.load(path, allow_pickle=False) as data:
        width, height = (int(v) for v in data["size"])
        return Features(times=data["times"], size=(width, height), **{name: data[name] for name in ARRAY_NAMES})
