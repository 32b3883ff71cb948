"""How well an animated armature follows a take, on its posed bones: directions, feet, floor, path, knees, curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import bpy
import numpy as np
from numpy.typing import NDArray

from benchmarks.following_angles import angles, segments, take_joints
from understudy.ml.take import Take, rotation

Floats = NDArray[np.float64]
FEET = ("leftFoot", "leftToes", "rightFoot", "rightToes")
_LEG = 0.9
"""Metres: slides are given for legs of this length."""


@dataclass(frozen=True)
class Following:
    """mean, worst, peak: degrees between bone directions (over all; the worst bone's mean; the worst single frame).

    slide, slide_worst: cm/s of standing feet (mean; 99th percentile), scaled to a leg of 90 cm. sunk: centimetres that
    feet go below where they rest, so scaled. path: percent by which the hips' path misses the legs' scale.
    knee_back: degrees by which a knee bends backwards; knee_pop: worst degrees per frame and frame more than the
    take's.
    """

    mean: float
    worst: float
    peak: float
    slide: float
    slide_worst: float
    sunk: float
    path: float
    knee_back: float
    knee_pop: float
    worst_bone: str

    def line(self) -> str:
        return (
            f"{self.mean:5.2f} {self.worst:5.2f} {self.peak:6.2f} | {self.slide:5.2f} {self.slide_worst:6.2f} | "
            f"{self.sunk:5.2f} | {self.path:5.2f} | {self.knee_back:5.1f} {self.knee_pop:5.1f}  {self.worst_bone}"
        )


HEADER = "mean worst   peak | slide    p99 |  sunk | path% | kback  kpop  worst bone"


def posed_heads(armature: bpy.types.Object, bones: Mapping[str, str], frames: Floats) -> dict[str, Floats]:
    """Where the bones' heads are in the scene [F, 3], evaluated at scene frames [F]."""
    scene = bpy.context.scene
    heads: dict[str, list[Floats]] = {name: [] for name in bones}
    for frame in frames:
        whole = int(np.floor(frame + 1e-6))
        scene.frame_set(whole, subframe=max(0.0, float(frame) - whole))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        for name, bone in bones.items():
            heads[name].append(np.array(posed.matrix_world @ posed.pose.bones[bone].head))
    return {name: np.array(points) for name, points in heads.items()}


def rest_heads(armature: bpy.types.Object, bones: Mapping[str, str]) -> dict[str, Floats]:
    return {
        name: np.array(armature.matrix_world @ armature.data.bones[bone].head_local) for name, bone in bones.items()
    }


def measure(
    take: Take, armature: bpy.types.Object, bones: Mapping[str, str], facing: Floats, step: int = 1, start: float = 1
) -> Following:
    """bones: humanoid -> deforming bone; facing [3, 3]: columns are the stage's axes in the scene."""
    assert take.rotations is not None and take.bone_names is not None
    scene = bpy.context.scene
    picked = np.arange(0, take.frame_count, step)
    frames = start + take.times[picked] * scene.render.fps / scene.render.fps_base
    heads = {name: points @ facing for name, points in posed_heads(armature, bones, frames).items()}
    rest = {name: point @ facing for name, point in rest_heads(armature, bones).items()}
    joints, performers_rest = take_joints(take)
    joints = {name: points[picked] for name, points in joints.items()}
    turns = {name: take.rotations[picked, j] for j, name in enumerate(take.bone_names)}
    errors = {
        f"{a}>{b}": angles(heads[b] - heads[a], joints[b] - joints[a])
        for a, b in segments(heads, joints, performers_rest)
    }
    means = {name: float(values.mean()) for name, values in errors.items()}
    worst_bone = max(means, key=lambda name: means[name]) if means else ""
    leg, performers_leg = _leg(rest), _leg(performers_rest)
    slide = _slides(take, heads, picked, take.fps / step) * 100 * _LEG / leg
    knees = [
        _knees(heads, joints, rotation.rotate(turns[f"{side}UpperLeg"], [1.0, 0.0, 0.0]), side)
        for side in ("left", "right")
        if f"{side}UpperLeg" in turns
    ]
    return Following(
        mean=float(np.mean(list(means.values()))) if means else 0.0,
        worst=means.get(worst_bone, 0.0),
        peak=max((float(values.max()) for values in errors.values()), default=0.0),
        slide=float(slide.mean()) if slide.size else 0.0,
        slide_worst=float(np.percentile(slide, 99)) if slide.size else 0.0,
        sunk=_sunk(heads, rest) * 100 * _LEG / leg,
        path=_path_error(heads["hips"], joints["hips"], leg / performers_leg) if "hips" in heads else 0.0,
        knee_back=max((knee[0] for knee in knees), default=0.0),
        knee_pop=max((knee[1] for knee in knees), default=0.0),
        worst_bone=worst_bone,
    )


def _leg(rest: Mapping[str, Floats]) -> float:
    names = [f"left{part}" for part in ("UpperLeg", "LowerLeg", "Foot")]
    if not all(name in rest for name in names):
        return _LEG
    return float(sum(np.linalg.norm(rest[b] - rest[a]) for a, b in pairwise(names)))


def _slides(take: Take, heads: Mapping[str, Floats], picked: NDArray[np.int64], fps: float) -> Floats:
    """Speeds of standing feet, in scene units per second."""
    if take.contacts is None:
        return np.zeros(0)
    found = []
    for column, name in enumerate(FEET):
        if name in heads:
            stands = take.contacts[picked, column]
            both = stands[1:] & stands[:-1]
            found.append(np.linalg.norm(np.diff(heads[name], axis=0), axis=1)[both] * fps)
    return np.concatenate(found) if found else np.zeros(0)


def _sunk(heads: Mapping[str, Floats], rest: Mapping[str, Floats]) -> float:
    """How far toes go below their height at rest."""
    return max(
        (float((rest[name][2] - heads[name][:, 2]).max()) for name in ("leftToes", "rightToes") if name in heads),
        default=0.0,
    )


def _path_error(hips: Floats, performers: Floats, scale: float) -> float:
    wanted = scale * (performers - performers.mean(axis=0))
    mine = hips - hips.mean(axis=0)
    length = float(np.sum(wanted * wanted))
    return abs(float(np.sum(mine * wanted)) / length - 1) * 100 if length > 1e-4 * len(hips) else 0.0


def _knees(heads: Mapping[str, Floats], joints: Mapping[str, Floats], hinge: Floats, side: str) -> tuple[float, float]:
    """Degrees of a backward bend beyond the take's, and of a jump in the knee's speed beyond the take's.

    hinge [F, 3]: the performer's knee axis, to the left.
    """
    names = [f"{side}{part}" for part in ("UpperLeg", "LowerLeg", "Foot")]
    if not all(name in heads for name in names):
        return 0.0, 0.0
    mine, wanted = (_knee_bend(*(points[name] for name in names), hinge) for points in (heads, joints))
    back = float((np.maximum(-mine, 0) - np.maximum(-wanted, 0)).max())
    if len(mine) < 3:
        return back, 0.0
    return back, float((np.abs(np.diff(mine, 2)) - np.abs(np.diff(wanted, 2))).max())


def _knee_bend(hip: Floats, knee: Floats, ankle: Floats, hinge: Floats) -> Floats:
    """Degrees [T], more than 0 when the shin swings back."""
    thigh, shin = knee - hip, ankle - knee
    side = np.sum(np.cross(thigh, shin) * hinge, axis=1)
    return np.where(side < 0, -1.0, 1.0) * angles(thigh, shin)
