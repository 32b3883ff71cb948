"""`understudy evaluate body`: every way to a body, on motions and people never trained on, against the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..features.arrays import Features
from ..take import CAPTURED_BONES, rotation
from . import metrics
from .bank import BODY_COLUMNS
from .contacts import FOOT_INDICES
from .evaluation_clips import EvaluationClip, evaluation_clips
from .first_solver import solve_first
from .hand_bones import HAND_BONES
from .infer import estimate_body
from .landmarks import ANKLE, ELBOW, HEEL, HIP, KNEE, SHOULDER, SIDES, TOE, WRIST, Floats, to_stage
from .live import solve_live
from .path import raw_path
from .smoothing import fill_gaps, smooth
from .solved import BodyMotion

_PARTS: Final = {
    "UpperArm": SHOULDER, "LowerArm": ELBOW, "Hand": WRIST, "UpperLeg": HIP, "LowerLeg": KNEE, "Foot": ANKLE,
}  # fmt: skip
_MARKS: Final = [mark[side] for side in SIDES for mark in _PARTS.values()]
_BONES: Final = [CAPTURED_BONES.index(f"{side}{part}") for side in SIDES for part in _PARTS]
_ARMS: Final = [(6 * side + head, 6 * side + head + 1) for side in (0, 1) for head in (0, 1)]
_LEGS: Final = [(6 * side + head, 6 * side + head + 1) for side in (0, 1) for head in (3, 4)]
"""Pairs of columns of the twelve compared joints: upper arm, forearm, thigh and shin of both sides."""
_FEET: Final = [mark[side] for side in SIDES for mark in (HEEL, TOE)]
_HANDS: Final = [CAPTURED_BONES.index(f"{side}Hand") for side in SIDES]
_FINGERS: Final = [[CAPTURED_BONES.index(side + bone) for bone in HAND_BONES] for side in SIDES]
_WALKED: Final = 0.8
"""Metres along the floor from which a clip's path is also told as a share of its length."""
_SMOOTHED_HZ: Final = 4.0


@dataclass(frozen=True)
class Guess:
    """One method's answer; None = the method does not give it."""

    joints: Floats
    """[T, 12, 3] on the stage, metres."""
    feet: Floats
    """[T, 4, 3]"""
    path: Floats
    """[T, 3] the middle of the hips."""
    contacts: NDArray[np.bool_] | None = None
    rotations: Floats | None = None
    """[T, 22, 4]"""
    sunken: Floats | None = None
    """[T, 4] metres that the feet's joints lie below where they stand."""
    knees: Floats | None = None
    """[T, 2] degrees that the knees bend, + as knees do."""
    hands: Floats | None = None
    """[T, 2, 4] the left and the right hand's rotation."""
    fingers: Floats | None = None
    """[T, 2, 15, 4] rotations of HAND_BONES beside their hand's."""


def evaluate_body(
    say: Callable[[str], None] = lambda _: None, webcam: bool = False, cache: Path | None = None
) -> dict[str, dict[str, float]]:
    """Rows by method; each figure is the mean over the clips that have it. `webcam`: filmed by a poor one.

    arms_, legs_, trunk_degrees: directions of bones; direction_degrees: arms and legs together; rotation_degrees: the
    22 bones without fingers; mpjpe_mm (hips put together), pa_mpjpe_mm; path_cm, path_percent (of the way walked);
    skate_cm_s in true contacts; sunken_cm (deepest foot); jitter_ratio; contact_f1; lag_ms; backward_knees_percent;
    hands_degrees and fingers_degrees (beside their hand) where the hand was detected, hands_all_degrees everywhere.
    """
    rows: dict[str, list[dict[str, float]]] = {}
    for clip in evaluation_clips(webcam, cache):
        for method, figures in measure_clip(clip).items():
            rows.setdefault(method, []).append(figures)
            say(f"{clip.name}, {method}: " + ", ".join(f"{name} {value:.3g}" for name, value in figures.items()))
    return {method: _mean(figures) for method, figures in rows.items()}


def evaluate_body_webcam(say: Callable[[str], None] = lambda _: None) -> dict[str, dict[str, float]]:
    """The same, filmed by a poor webcam in a dim room."""
    return evaluate_body(say, webcam=True)


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: float(np.mean([row[name] for row in rows if name in row])) for name in names}


def measure_clip(clip: EvaluationClip) -> dict[str, dict[str, float]]:
    """Figures by method."""
    features, camera, fps = clip.features, clip.camera, clip.motion.fps
    guesses: dict[str, Guess | None] = {
        "MediaPipe": direct(features, clip),
        "MediaPipe smoothed": direct(features, clip, _SMOOTHED_HZ),
        "first solver": of_solved(solve_first(features, camera, fps)),
        "ours": of_solved(estimate_body(features, camera, fps, refine=False)),
        "ours refined": of_solved(estimate_body(features, camera, fps)),
        "ours live": of_solved(solve_live(features, camera, fps)),
    }
    truth = of_motion(clip.motion.joints, clip.motion.rotations, clip.motion.rest_positions)
    return {name: compare(guess, truth, clip) for name, guess in guesses.items() if guess is not None}


def compare(guess: Guess, truth: Guess, clip: EvaluationClip) -> dict[str, float]:
    """All figures that a guess allows."""
    fps = clip.motion.fps
    arms, legs = (_directions(guess, truth, pairs) for pairs in (_ARMS, _LEGS))
    walked = float(np.linalg.norm(np.diff(truth.path[:, :2], axis=0), axis=1).sum())
    path = metrics.path_error(guess.path, truth.path)
    figures = {
        "direction_degrees": float(np.mean([arms, legs])),
        "arms_degrees": arms,
        "legs_degrees": legs,
        "trunk_degrees": float(metrics.direction_degrees(_trunk(guess), _trunk(truth)).mean()),
        "mpjpe_mm": 1000 * metrics.mpjpe(_over_hips(guess), _over_hips(truth)),
        "pa_mpjpe_mm": 1000 * metrics.pa_mpjpe(guess.joints, truth.joints),
        "jitter_ratio": metrics.jitter_ratio(_over_hips(guess), _over_hips(truth), fps),
        "lag_ms": 1000 * metrics.lag_frames(_over_hips(guess), _over_hips(truth)) / fps,
        "skate_cm_s": 100 * metrics.foot_skate(guess.feet, clip.standing, fps),
        "path_cm": 100 * path,
    }
    if walked > _WALKED:
        figures["path_percent"] = 100 * path / walked
    if guess.rotations is not None and truth.rotations is not None:
        figures["rotation_degrees"] = float(np.degrees(rotation.angle(guess.rotations, truth.rotations)).mean())
    if guess.contacts is not None:
        figures["contact_f1"] = metrics.f1(guess.contacts, clip.planted)
    if guess.sunken is not None:
        figures["sunken_cm"] = 100 * float(guess.sunken.max())
    if guess.knees is not None:
        figures["backward_knees_percent"] = 100 * float((guess.knees < -5.0).mean())
    figures |= _hand_figures(guess, truth, clip.features)
    figures["seen_percent"] = 100 * float((clip.features.pose_confidence > 0).mean())
    return figures


def _hand_figures(guess: Guess, truth: Guess, features: Features) -> dict[str, float]:
    if guess.hands is None or guess.fingers is None or truth.hands is None or truth.fingers is None:
        return {}
    hands = np.degrees(rotation.angle(guess.hands, truth.hands))
    figures = {"hands_all_degrees": float(hands.mean())}
    seen = np.stack((features.left_hand_confidence, features.right_hand_confidence), axis=1) > 0
    if seen.any():
        fingers = np.degrees(rotation.angle(guess.fingers, truth.fingers))
        figures |= {"hands_degrees": float(hands[seen].mean()), "fingers_degrees": float(fingers[seen].mean())}
    return figures


def of_motion(joints: Floats, rotations: Floats, rest: Floats, contacts: NDArray[np.bool_] | None = None) -> Guess:
    """A humanoid in motion (CAPTURED_BONES) as what is compared."""
    compared, feet, hands = joints[:, _BONES], list(FOOT_INDICES), rotations[:, _HANDS]
    fingers = rotation.multiply(rotation.conjugate(hands)[:, :, None], rotations[:, _FINGERS])
    return Guess(
        compared, joints[:, feet], compared[:, [3, 9]].mean(axis=1), contacts, rotations[:, BODY_COLUMNS],
        (rest[feet, 2] - joints[:, feet, 2]).clip(0.0), _knee_bends(rotations), hands, fingers,
    )  # fmt: skip


def of_solved(motion: BodyMotion | None) -> Guess | None:
    return motion and of_motion(motion.joints, motion.rotations, motion.rest_positions, motion.contacts)


def _knee_bends(rotations: Floats) -> Floats:
    bends = []
    for side in SIDES:
        thigh, shin = (rotations[:, CAPTURED_BONES.index(f"{side}{part}")] for part in ("UpperLeg", "LowerLeg"))
        bent = rotation.rotate(rotation.multiply(rotation.conjugate(thigh), shin), np.array((0.0, 0.0, -1.0)))
        bends.append(np.degrees(np.arctan2(bent[:, 1], -bent[:, 2])))
    return np.stack(bends, axis=-1)


def direct(features: Features, clip: EvaluationClip, cutoff_hz: float | None = None) -> Guess | None:
    """MediaPipe's world landmarks put where their projection meets the picture, frame by frame; smoothed if told."""
    seen = np.isfinite(features.pose_world).all(axis=(1, 2))
    if not seen.any():
        return None
    world = fill_gaps(to_stage(features.pose_world), seen)
    image = fill_gaps(features.pose_image[..., :2].astype(np.float64), seen)
    path = raw_path(world[:, _MARKS], image[:, _MARKS], clip.camera)
    placed = world + path[:, None]
    if cutoff_hz is not None:
        placed, path = smooth(placed, clip.motion.fps, cutoff_hz), smooth(path, clip.motion.fps, cutoff_hz)
    return Guess(placed[:, _MARKS], placed[:, _FEET], path)


def _over_hips(guess: Guess) -> Floats:
    return guess.joints - guess.joints[:, [3, 9]].mean(axis=1, keepdims=True)


def _trunk(guess: Guess) -> Floats:
    return guess.joints[:, [0, 6]].mean(axis=1) - guess.joints[:, [3, 9]].mean(axis=1)


def _directions(guess: Guess, truth: Guess, pairs: list[tuple[int, int]]) -> float:
    heads, tails = [head for head, _ in pairs], [tail for _, tail in pairs]
    ways = [joints[:, tails] - joints[:, heads] for joints in (guess.joints, truth.joints)]
    return float(metrics.direction_degrees(*ways).mean())
