"""Building whole-body motion from a few curves: eased keys, joint angles and feet that stay where they are put."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..take import joint_positions, parent_indices, rotation
from .pose import Skeleton

Floats = NDArray[np.float64]

_FORWARD = np.array([0.0, -1.0, 0.0])


def eased(times: Floats, keys: Sequence[tuple[float, float]]) -> Floats:
    """A curve [T] through (seconds, value) keys that rests at each of them and never overshoots (cosine ease)."""
    moments = np.array([moment for moment, _ in keys], dtype=float)
    values = np.array([value for _, value in keys], dtype=float)
    place = np.clip(np.searchsorted(moments, times, side="right") - 1, 0, len(keys) - 2)
    share = np.clip((times - moments[place]) / (moments[place + 1] - moments[place]), 0, 1)
    share = 0.5 - 0.5 * np.cos(np.pi * share)
    return values[place] + (values[place + 1] - values[place]) * share


def turn(axis: str, degrees: NDArray[np.number]) -> Floats:
    """Rotations [T, 4] about X, Y or Z."""
    vectors = np.zeros((len(degrees), 3))
    vectors[:, "XYZ".index(axis)] = np.radians(degrees)
    return rotation.from_rotvec(vectors)


def chain(*turns: Floats) -> Floats:
    """The product of rotations, the last one done first."""
    product = turns[0]
    for following in turns[1:]:
        product = rotation.multiply(product, following)
    return product


def global_rotations(skeleton: Skeleton, local: Mapping[str, Floats], frames: int) -> Floats:
    """Global rotations [T, J, 4] from bones' rotations relative to their parents [T, 4]; the others do not bend."""
    parents = parent_indices(skeleton.names)
    turns = np.empty((frames, len(skeleton.names), 4))
    for bone, (name, parent) in enumerate(zip(skeleton.names, parents, strict=True)):
        own = local.get(name, np.broadcast_to(np.array(rotation.IDENTITY, dtype=float), (frames, 4)))
        turns[:, bone] = own if parent < 0 else rotation.multiply(turns[:, parent], own)
    return turns


def plant_feet(
    skeleton: Skeleton, rotations: Floats, hips: Floats, ankles: Mapping[str, Floats], toe_turns: Mapping[str, Floats]
) -> Floats:
    """Rotations [T, J, 4] with the legs bent so that the ankles reach their places.

    ankles: side -> [T, 3] where the foot joint goes; toe_turns: side -> [T, 4] the foot's global rotation. Two-bone
    inverse kinematics by the law of cosines, the knee pointing the way the hips face.
    """
    index = {name: i for i, name in enumerate(skeleton.names)}
    rest, result = skeleton.rest_positions, rotations.copy()
    for side, ankle in ankles.items():
        thigh, shin, foot, toes = (index[f"{side}{part}"] for part in ("UpperLeg", "LowerLeg", "Foot", "Toes"))
        joints = joint_positions(result, hips, rest, parent_indices(skeleton.names))
        upper = np.linalg.norm(rest[shin] - rest[thigh])
        lower = np.linalg.norm(rest[foot] - rest[shin])
        reach = ankle - joints[:, thigh]
        length = np.linalg.norm(reach, axis=1)
        straight = np.minimum(length, 0.999 * (upper + lower))
        bend = np.arccos(np.clip((upper**2 + straight**2 - lower**2) / (2 * upper * straight), -1, 1))
        ahead = rotation.rotate(result[:, index["hips"]], _FORWARD)
        along = reach / length[:, None]
        ahead = ahead - (ahead * along).sum(axis=1, keepdims=True) * along
        ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
        thigh_way = np.cos(bend)[:, None] * along + np.sin(bend)[:, None] * ahead
        shin_way = straight[:, None] * along - upper * thigh_way
        result[:, thigh] = _leg_frame(thigh_way, ahead)
        result[:, shin] = _leg_frame(shin_way, ahead)
        result[:, foot] = result[:, toes] = toe_turns[side]
    return result


def _leg_frame(down: Floats, ahead: Floats) -> Floats:
    """The rotation [T, 4] that takes straight down to `down` and forward as near to `ahead` as that leaves."""
    up = -down / np.linalg.norm(down, axis=1, keepdims=True)
    back = -(ahead - (ahead * up).sum(axis=1, keepdims=True) * up)
    back /= np.linalg.norm(back, axis=1, keepdims=True)
    return rotation.from_matrix(np.stack((np.cross(back, up), back, up), axis=-1))


def fist(side: str, amount: Floats, spread: Floats | None = None) -> dict[str, Floats]:
    """Local rotations that close a hand: 0 flat, 1 a fist; `spread` fans the fingers out by degrees."""
    sign = 1.0 if side == "left" else -1.0
    local: dict[str, Floats] = {}
    fan = np.zeros_like(amount) if spread is None else spread
    for finger, place in (("Index", -1.0), ("Middle", -0.25), ("Ring", 0.45), ("Little", 1.1)):
        for part, share in (("Proximal", 75.0), ("Intermediate", 95.0), ("Distal", 60.0)):
            curl = turn("Y", sign * share * amount)
            fanned = chain(turn("Z", sign * place * fan), curl) if part == "Proximal" else curl
            local[f"{side}{finger}{part}"] = fanned
    for part, share in (("ThumbMetacarpal", 18.0), ("ThumbProximal", 25.0), ("ThumbDistal", 45.0)):
        local[f"{side}{part}"] = chain(turn("Z", sign * share * amount), turn("Y", sign * 0.6 * share * amount))
    return local
