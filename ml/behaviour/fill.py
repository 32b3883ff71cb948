"""What was not filmed of a take, filled by behaviour: moments out of the frame, legs below it, parts not captured.

Everything filled in has confidence 0, as the Take's contract wants: it is keyed only if asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..body.contacts import runs
from ..body.legs_on_floor import reach_ankle
from ..take import CAPTURED_BONES, FACE_NAMES, Take, joint_positions, parent_indices, rotation, validate
from .body_take import FINGERS
from .generate import BehaviourError, GenerateOptions, check, generate
from .pose import Floats

Flags = NDArray[np.bool_]

_SHORTEST: Final = 1.0
"""Seconds: shorter gaps are bridged well enough by what captured the take."""
_FADE: Final = 0.6
"""Seconds over which what was seen becomes what is made up, inside the gap."""
_ROOM: Final = 0.2
"""Metres that hips may move over feet that stay where they are."""
_STANDS: Final = np.radians(5.0)
"""By how much somebody may turn during a gap on feet that stand."""
_LEGS: Final = tuple(
    CAPTURED_BONES.index(f"{side}{part}")
    for side in ("left", "right")
    for part in ("UpperLeg", "LowerLeg", "Foot", "Toes")
)
_PARENTS: Final = parent_indices(CAPTURED_BONES)
_Z: Final = np.array([0.0, 0.0, 1.0])
_LIDS: Final = [FACE_NAMES.index("eyeBlinkLeft"), FACE_NAMES.index("eyeBlinkRight")]


@dataclass(frozen=True)
class _Made:
    """A generated take at the times of another one, T frames."""

    rotations: Floats
    hips: Floats
    contacts: Flags
    weights: Floats
    gaze: Floats
    rest: Floats


def with_gaps_filled(take: Take, seed: int = 0) -> Take:
    """The take with every gap of a second or more filled; the very same take where there is none."""
    body, legs, face = body_gaps(take), legs_gaps(take), face_gaps(take)
    if not (body or legs or face):
        return take
    made = _made(take, GenerateOptions("idle", seed=seed))
    if legs:
        take = _legs_filled(take, made, legs)
    if body:
        take = _body_filled(take, made, body)
    if face:
        take = _face_filled(take, made, face)
    return validate(take)


def completed(take: Take, options: GenerateOptions) -> Take:
    """The take with gaps filled, and a body or a face where it has none, as `options.behaviour` has them.

    That it was asked for stands in the metadata, so that what was filled in is keyed too.
    """
    check(replace(options, seconds=1.0))
    details: dict[str, Any] = {"completed": {"behaviour": options.behaviour, "seed": options.seed}}
    take = with_gaps_filled(take, options.seed)
    take = replace(take, metadata={**take.metadata, **details})
    if take.has_body and take.has_face:
        return take
    if take.voice is not None and options.behaviour == "talk":
        made = _made(take, options, np.asarray(take.voice, dtype=np.float64))
    else:
        made = _made(take, options)
    nothing = np.zeros(take.frame_count)
    if not take.has_body:
        turns = made.rotations
        if take.head_rotation is not None:
            turns = _head_turned(turns, np.asarray(take.head_rotation, dtype=np.float64))
        take = replace(
            take, bone_names=CAPTURED_BONES, rotations=turns, hips_position=made.hips, rest_positions=made.rest,
            contacts=made.contacts, confidence_body=nothing, bone_confidence=np.zeros(turns.shape[:2]),
        )  # fmt: skip
    if not take.has_face:
        head = np.asarray(take.rotations)[:, list(take.bone_names or ()).index("head")]
        take = replace(
            take, face_weights=made.weights, gaze=made.gaze, head_rotation=head, confidence_face=nothing
        )  # fmt: skip
    return validate(take)


def layered(take: Take, options: GenerateOptions, amount: float) -> Take:
    """The take with a behaviour's movement, `amount` 0..1 of it, added to its upper body; hips and legs stay."""
    if not 0 <= amount <= 1:
        raise BehaviourError(f"The amount of the behaviour is {amount:g}; it has to lie between 0 and 1.")
    if amount == 0 or take.bone_names != CAPTURED_BONES:
        return take
    voice = None if take.voice is None or options.behaviour != "talk" else np.asarray(take.voice, dtype=np.float64)
    made = _made(take, options, voice)
    turns = np.asarray(take.rotations, dtype=np.float64)
    result = turns.copy()
    for index, parent in enumerate(_PARENTS):
        if parent < 0 or index in _LEGS:
            continue
        own = rotation.multiply(rotation.conjugate(turns[:, parent]), turns[:, index])
        if index not in FINGERS:
            new = rotation.multiply(rotation.conjugate(made.rotations[:, parent]), made.rotations[:, index])
            mean = rotation.normalize(rotation.continuous(new).mean(axis=0))
            apart = rotation.to_rotvec(rotation.multiply(new, rotation.conjugate(mean)))
            own = rotation.multiply(rotation.from_rotvec(amount * apart), own)
        result[:, index] = rotation.multiply(result[:, parent], own)
    head = None if take.head_rotation is None else result[:, CAPTURED_BONES.index("head")]
    details: dict[str, Any] = {
        "layer": {"behaviour": options.behaviour, "seed": options.seed, "amount": round(amount, 4)}
    }
    return validate(replace(take, rotations=result, head_rotation=head, metadata={**take.metadata, **details}))


def body_gaps(take: Take) -> list[tuple[int, int]]:
    """Begin and end of every long stretch in which no body was seen; none where it never was."""
    if take.confidence_body is None or take.bone_names != CAPTURED_BONES:
        return []
    return _long(np.asarray(take.confidence_body) <= 0, take.fps)


def legs_gaps(take: Take) -> list[tuple[int, int]]:
    """Begin and end of every long stretch in which a body was seen without its legs."""
    if take.confidence_body is None or take.bone_confidence is None or take.bone_names != CAPTURED_BONES:
        return []
    legs = np.asarray(take.bone_confidence)[:, list(_LEGS)].max(axis=1) <= 0
    return _long(legs & (np.asarray(take.confidence_body) > 0), take.fps, whole=True)


def face_gaps(take: Take) -> list[tuple[int, int]]:
    """Begin and end of every long stretch in which no face was seen; none where it never was."""
    if take.confidence_face is None or not take.has_face:
        return []
    return _long(np.asarray(take.confidence_face) <= 0, take.fps)


def _long(missing: Flags, fps: float, whole: bool = False) -> list[tuple[int, int]]:
    if missing.all() and not whole:
        return []
    return [(b, e) for b, e in runs(missing) if (e - b) / fps >= _SHORTEST]


def _made(take: Take, options: GenerateOptions, voice: Floats | None = None) -> _Made:
    """Generated for the take's performer and times."""
    seconds = max(0.2, take.frame_count / take.fps + 0.1)
    new = generate(replace(options, seconds=seconds, audio=None), voice=voice, voice_fps=take.fps)
    rotations, hips, rest = (
        np.asarray(array, dtype=np.float64) for array in (new.rotations, new.hips_position, new.rest_positions)
    )
    if take.rest_positions is not None and take.bone_names == CAPTURED_BONES:
        own = np.asarray(take.rest_positions, dtype=np.float64)
        hips = hips * (own[0, 2] / rest[0, 2])
        rest = own
    place = np.minimum(np.arange(take.frame_count) / take.fps * new.fps, new.frame_count - 1)
    low = place.astype(int)
    high = np.minimum(low + 1, new.frame_count - 1)
    share = place - low
    mix = share[:, None]
    nearest = np.rint(place).astype(int)
    return _Made(
        rotation.slerp(rotations[low], rotations[high], share[:, None]),
        hips[low] * (1 - mix) + hips[high] * mix,
        np.asarray(new.contacts)[nearest],
        np.asarray(new.face_weights, dtype=np.float64)[nearest],
        np.asarray(new.gaze, dtype=np.float64)[nearest],
        rest,
    )


def _body_filled(take: Take, made: _Made, gaps: list[tuple[int, int]]) -> Take:
    turns, hips = (np.array(a, dtype=np.float64) for a in (take.rotations, take.hips_position))
    contacts = None if take.contacts is None else np.array(take.contacts)
    bones = None if take.bone_confidence is None else np.array(take.bone_confidence, dtype=np.float64)
    count = len(hips)
    for begin, end in gaps:
        before, after = begin - 1 if begin else end, end if end < count else begin - 1
        share = np.linspace(0, 1, end - begin + 2)[1:-1]
        share = share * share * (3 - 2 * share)
        heading = _heading(turns[before, 0], turns[after, 0], share)
        own = rotation.multiply(heading[:, None], made.rotations[begin:end])
        sway = rotation.rotate(heading, made.hips[begin:end] * (1, 1, 0))
        place = hips[before] * (1 - share[:, None]) + hips[after] * share[:, None]
        path = place * (1, 1, 0) + sway + made.hips[begin:end] * (0, 0, 1)
        near, far = _fades(end - begin, take.fps, bool(begin), end < count)
        for weight, frame in ((near, begin - 1), (far, end)):
            if weight.any():
                held = np.broadcast_to(turns[frame], own.shape)
                own = rotation.slerp(own, held, weight[:, None])
                path = path * (1 - weight[:, None]) + hips[frame] * weight[:, None]
        turns[begin:end], hips[begin:end] = own, path
        if contacts is not None:
            turned = rotation.angle(rotation.twist(turns[before, 0], _Z), rotation.twist(turns[after, 0], _Z))
            still = np.linalg.norm(hips[after, :2] - hips[before, :2]) < 0.05 and turned < _STANDS
            contacts[begin:end] = made.contacts[begin:end] & still & ((near + far) == 0)[:, None]
        if bones is not None:
            bones[begin:end] = 0.0
    return replace(
        take, rotations=rotation.normalize(turns), hips_position=hips, contacts=contacts, bone_confidence=bones
    )  # fmt: skip


def _legs_filled(take: Take, made: _Made, gaps: list[tuple[int, int]]) -> Take:
    """Somebody of whom only the upper half was seen stands: on feet that stay where the hips leave them in reach."""
    turns, hips = (np.array(a, dtype=np.float64) for a in (take.rotations, take.hips_position))
    contacts = None if take.contacts is None else np.array(take.contacts)
    rest = np.asarray(take.rest_positions, dtype=np.float64)
    for begin, end in gaps:
        part = slice(begin, end)
        heading = rotation.twist(turns[part, 0], _Z)
        middle = rotation.twist(rotation.normalize(rotation.continuous(heading).mean(axis=0))[None], _Z)
        own = turns[part].copy()
        own[:, list(_LEGS)] = rotation.multiply(middle[:, None], made.rotations[part][:, list(_LEGS)])
        # The floor is under standing legs; how high unseen hips were was a guess.
        path = hips[part].copy()
        path[:, 2] = made.hips[part, 2] - made.hips[part, 2].mean() + made.hips[:, 2].mean()
        centre = np.median(path[:, :2], axis=0)
        stays = np.linalg.norm(path[:, :2] - centre, axis=1).max() < _ROOM
        if stays:
            # Bent knees give room to sway over feet that stand.
            lean = np.linalg.norm(path[:, :2] - centre, axis=1)
            path[:, 2] -= gaussian_filter1d(0.5 * lean**2 / max(rest[0, 2], 0.3), 0.2 * take.fps)
            _plant(own, path, made, part, middle, centre, rest)
        near, far = _fades(end - begin, take.fps, bool(begin), end < len(hips))
        seen = near + far
        turns[part] = rotation.slerp(own, turns[part], np.broadcast_to(seen[:, None], own.shape[:2]))
        hips[part] = path + seen[:, None] * (hips[part] - path)
        if contacts is not None:
            contacts[part] = stays & (seen == 0)[:, None]
    return replace(take, rotations=rotation.normalize(turns), hips_position=hips, contacts=contacts)


def _plant(own: Floats, path: Floats, made: _Made, part: slice, middle: Floats, centre: Floats, rest: Floats) -> None:
    """Legs, in place, that stand where the made ones do, turned and moved to under the centre of the hips' path."""
    feet = joint_positions(made.rotations[part], made.hips[part], rest, _PARENTS)
    for side in ("left", "right"):
        thigh, shin, foot, toe = (CAPTURED_BONES.index(side + p) for p in ("UpperLeg", "LowerLeg", "Foot", "Toes"))
        apart = np.median(feet[:, foot] - made.hips[part].mean(axis=0) * (1, 1, 0), axis=0)
        target = rotation.rotate(middle[0], apart)
        target[:2] += centre
        target[2] = rest[foot, 2]
        level = rotation.twist(rotation.normalize(rotation.continuous(own[:, foot]).mean(axis=0))[None], _Z)
        joints = joint_positions(own, path, rest, _PARENTS)
        reach_ankle(own, joints, np.tile(target, (len(path), 1)), (thigh, shin, foot))
        own[:, foot] = own[:, toe] = level


def _face_filled(take: Take, made: _Made, gaps: list[tuple[int, int]]) -> Take:
    weights = np.array(take.face_weights, dtype=np.float64)
    gaze = None if take.gaze is None else np.array(take.gaze, dtype=np.float64)
    head = None if take.head_rotation is None else np.array(take.head_rotation, dtype=np.float64)
    count = len(weights)
    for begin, end in gaps:
        near, far = _fades(end - begin, take.fps, bool(begin), end < count)
        part = slice(begin, end)
        own = made.weights[part].copy()
        look = made.gaze[part].copy()
        for weight, frame in ((near, begin - 1), (far, end)):
            if weight.any():
                held = weights[frame].copy()
                held[_LIDS] = 0  # a blink that was cut off is not held
                own = np.maximum(own * (1 - weight[:, None]), 0) + held * weight[:, None]
                if gaze is not None:
                    look = look * (1 - weight[:, None, None]) + gaze[frame] * weight[:, None, None]
        weights[part] = np.clip(own, 0, 1)
        if gaze is not None:
            gaze[part] = look
        if head is not None and take.rotations is not None and take.bone_names == CAPTURED_BONES:
            head[part] = np.asarray(take.rotations)[part, CAPTURED_BONES.index("head")]
    return replace(take, face_weights=weights, gaze=gaze, head_rotation=head)


def _fades(count: int, fps: float, before: bool, after: bool) -> tuple[Floats, Floats]:
    """How much the last seen and the next seen frame count in a gap of `count` frames."""
    length = max(1.0, min(_FADE * fps, count / 2))
    at = np.arange(1, count + 1)
    near, far = (np.clip(1 - steps / length, 0, 1) for steps in (at, at[::-1]))
    near, far = (weight * weight * (3 - 2 * weight) for weight in (near, far))
    return near * before, far * after


def _heading(first: Floats, last: Floats, share: Floats) -> Floats:
    """Turns about the vertical [N, 4] from that of one pose's hips to that of another's."""
    ends = rotation.twist(np.stack((first, last)), _Z)
    return rotation.slerp(np.tile(ends[0], (len(share), 1)), np.tile(ends[1], (len(share), 1)), share)


def _head_turned(turns: Floats, head: Floats) -> Floats:
    """The body's head turned as the face's was seen to, half of it carried by the neck."""
    result = turns.copy()
    neck, top = CAPTURED_BONES.index("neck"), CAPTURED_BONES.index("head")
    result[:, top] = head
    result[:, neck] = rotation.slerp(turns[:, CAPTURED_BONES.index("upperChest")], head, np.full(len(head), 0.5))
    return result
