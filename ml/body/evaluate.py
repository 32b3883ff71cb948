"""`understudy evaluate body`: the solver on rendered performers, beside MediaPipe's world landmarks as they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ..features.arrays import Features
from ..features.detect import detect_features
from ..take import CAPTURED_BONES
from . import film, metrics
from .analytic import MOTIONS, Motion
from .contacts import FOOT_INDICES, find_contacts, foot_heights, joint_speeds
from .infer import BodyMotion, estimate_body
from .landmarks import ANKLE, ELBOW, HEEL, HIP, KNEE, SHOULDER, SIDES, TOE, WRIST, Floats, to_stage
from .path import raw_path
from .recorded import load_clip
from .smoothing import fill_gaps

CLIP_FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "motion"
"""Recorded motions (see the folder's README); without them the built-in motions are used."""
CLIPS: Final = (("cmu_005_02", 60), ("cmu_001_05", 60), ("cmu_016_16", 20), ("cmu_basketball_signal_01", 100))
"""Clip and first frame."""
FRAMES: Final = 75
_SEED: Final = 100
_PARTS: Final = {
    "UpperArm": SHOULDER, "LowerArm": ELBOW, "Hand": WRIST, "UpperLeg": HIP, "LowerLeg": KNEE, "Foot": ANKLE,
}  # fmt: skip
_MARKS: Final = [mark[side] for side in SIDES for mark in _PARTS.values()]
_BONES: Final = [CAPTURED_BONES.index(f"{side}{part}") for side in SIDES for part in _PARTS]
_LIMBS: Final = [(6 * side + head, 6 * side + head + 1) for side in (0, 1) for head in (0, 1, 3, 4)]
"""Pairs of columns of the twelve compared joints: upper arm, forearm, thigh and shin of both sides."""
_FEET: Final = [mark[side] for side in SIDES for mark in (HEEL, TOE)]


@dataclass(frozen=True)
class _Guess:
    joints: Floats
    """[T, 12, 3] on the stage, metres."""
    feet: Floats
    """[T, 4, 3]"""
    path: Floats
    """[T, 3] the middle of the hips."""
    contacts: Floats | None


def evaluate_body(say: Callable[[str], None] = lambda _: None) -> dict[str, dict[str, float]]:
    """Rows by method, "MediaPipe" and "ours"; each figure is the mean over the clips.

    direction_degrees (arms and legs), mpjpe_mm (hips put together), pa_mpjpe_mm, jitter_ratio, foot_skate_cm_s,
    contact_f1 (where the method has contacts), path_cm, seen (share of the frames).
    """
    rows: dict[str, list[dict[str, float]]] = {}
    for number, motion in enumerate(evaluation_motions()):
        for method, figures in _one_clip(motion, _SEED + number).items():
            rows.setdefault(method, []).append(figures)
            say(f"{motion.name}, {method}: " + ", ".join(f"{name} {value:.3g}" for name, value in figures.items()))
    return {
        method: {name: float(np.mean([row[name] for row in clips])) for name in clips[0]}
        for method, clips in rows.items()
    }


def evaluation_motions(folder: Path = CLIP_FOLDER) -> Sequence[Motion]:
    """Two built-in motions and recorded ones where the folder holds them, else all built-in ones."""
    recorded = [
        load_clip(folder / f"{name}.npz", start, FRAMES) for name, start in CLIPS if (folder / f"{name}.npz").is_file()
    ]
    names = ("arm raise", "squat") if recorded else tuple(MOTIONS)
    return [*(MOTIONS[name]() for name in names), *recorded]


def _one_clip(motion: Motion, seed: int) -> dict[str, dict[str, float]]:
    scene = film.make_scene(motion, seed)
    features = detect_features(film.frames(scene), (scene.view.width, scene.view.height), ("body", "hands"))
    own = scene.motion
    truth = _of_motion(own.joints)
    planted = find_contacts(foot_heights(own.joints, own.rest_positions), joint_speeds(own.joints, own.fps), own.fps)
    guesses: dict[str, _Guess | None] = {"MediaPipe": _direct(features, scene)}
    solved = estimate_body(features, scene.camera, own.fps)
    if solved is not None:
        guesses["ours"] = _solved(solved)
    seen = float((features.pose_confidence > 0).mean())
    return {
        name: {
            "direction_degrees": _directions(guess, truth),
            "mpjpe_mm": 1000 * metrics.mpjpe(_over_hips(guess), _over_hips(truth)),
            "pa_mpjpe_mm": 1000 * metrics.pa_mpjpe(guess.joints, truth.joints),
            "jitter_ratio": metrics.jitter_ratio(_over_hips(guess), _over_hips(truth), own.fps),
            "foot_skate_cm_s": 100 * metrics.foot_skate(guess.feet, planted, own.fps),
            **({} if guess.contacts is None else {"contact_f1": metrics.f1(guess.contacts, planted)}),
            "path_cm": 100 * metrics.path_error(guess.path, truth.path),
            "seen": seen,
        }
        for name, guess in guesses.items()
        if guess is not None
    }


def _of_motion(joints: Floats) -> _Guess:
    compared = joints[:, _BONES]
    return _Guess(compared, joints[:, list(FOOT_INDICES)], compared[:, [3, 9]].mean(axis=1), None)


def _solved(motion: BodyMotion) -> _Guess:
    guess = _of_motion(motion.joints)
    return _Guess(guess.joints, guess.feet, guess.path, motion.contacts.astype(np.float64))


def _direct(features: Features, scene: film.Scene) -> _Guess | None:
    """MediaPipe's world landmarks put where their projection meets the picture, frame by frame."""
    seen = np.isfinite(features.pose_world).all(axis=(1, 2))
    if not seen.any():
        return None
    world = fill_gaps(to_stage(features.pose_world), seen)
    image = fill_gaps(features.pose_image[..., :2].astype(np.float64), seen)
    path = raw_path(world[:, _MARKS], image[:, _MARKS], scene.camera)
    placed = world + path[:, None]
    return _Guess(placed[:, _MARKS], placed[:, _FEET], path, None)


def _over_hips(guess: _Guess) -> Floats:
    return guess.joints - guess.joints[:, [3, 9]].mean(axis=1, keepdims=True)


def _directions(guess: _Guess, truth: _Guess) -> float:
    heads, tails = [head for head, _ in _LIMBS], [tail for _, tail in _LIMBS]
    ways = [joints[:, tails] - joints[:, heads] for joints in (guess.joints, truth.joints)]
    return float(metrics.direction_degrees(*ways).mean())
