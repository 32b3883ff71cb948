"""Feet that stand for the performer stand for the character, on the floor and without sliding.

Scaled by leg length, a character of other proportions lets its feet drift, and a capture's own feet are never quite
still. Where the take says that the heel or the ball of a foot is on the floor, that point is held in place; the ankle
follows from both, the knee from the ankle in closed form. Where straight legs would not reach, the hips go down a
little. Away from contacts the corrections fade, and no toe goes through the floor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...ml.take import rotation
from .chains import carried_head
from .pins import bridged, closed, eased, faded, lasting_speed, lowest_around, pinned, runs, smoothed_where
from .pose import Character, Performer, Turns
from .rig import Floats
from .soles import ankle_height, sole_of
from .two_bones import reach

_FADE = 0.2
"""Seconds in which a correction comes and goes."""
_STRAY = 0.06
"""Of the leg: a contact that strays further from its mean is more than one place to stand."""
_FURTHEST = 0.2
"""Of the leg: a heel is moved no further on its own."""
_NEAR_FLOOR = 0.05
"""Of the leg: standing this near to the floor is standing on it; further up it is a step or a box."""
_STRAIGHT = 0.9995
"""Of the leg's length: further than this no correction stretches it, since the knee would snap."""
_LIFTED = 0.03
"""Of the leg: a heel or ball this far above where it stood stands no more, whatever the take says."""
_GOING = 0.75
"""Leg lengths per second: what goes faster is landing or leaving already."""
_WOBBLE = 0.3
"""Seconds: what stands again so soon has not stepped."""
_SLIDING = 0.14
"""Leg lengths per second: a contact that goes faster than this for half a second is no standing."""
_SINK = 0.03
"""Of the leg: how far the hips go down at most so that standing feet are reached."""
_OWN_WAY = 0.08
"""Of the leg: feet are brought this far by the legs alone; beyond, the hips go along."""
_LEAST_WAY = 0.02
_PATH_KEPT, _PATH_LOST = 0.06, 0.09
"""Of the leg, in the mean: where feet need less, the hips' path stays true; where they need more it never does, and
legs take but the least way, so that at least their directions are the performer's."""
_FREE, _MOST = 0.3, 0.7
"""Of the length that a bent knee leaves: taken up freely by a standing leg, and at most."""
_SHIFT_TIME = 0.1
_SINK_TIME = 0.15
_LIFT_TIME = 0.4
_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Root:
    """The bone that carries the whole body, where its head goes [T, 3], stage axes, and the rig's units per metre of
    the performer."""

    bone: int
    heads: Floats
    scale: float


@dataclass(frozen=True)
class _Leg:
    """One leg before it is corrected: bone indices (hip, knee, foot); hip, knee, ankle, ball [T, 3] as posed without
    planting; foot [3] from ankle to ball at rest; floor heights of ankle and ball; which of both stand [T]."""

    bones: tuple[int, int, int]
    hip: Floats
    knee: Floats
    ankle: Floats
    ball: Floats
    own_ankle: Floats
    own_ball: Floats
    ankle_height: float
    ball_height: float
    heel_stands: NDArray[np.bool_]
    ball_stands: NDArray[np.bool_]
    front: Floats

    def moved(self, up: Floats) -> _Leg:
        """The leg with the whole body moved up [T]."""
        way = up[:, None] * _UP
        return replace(self, hip=self.hip + way, knee=self.knee + way, ankle=self.ankle + way, ball=self.ball + way)

    def shifted(self, way: Floats) -> _Leg:
        """The leg with the character moved [T, 3], the performer's points where they were."""
        return replace(self, hip=self.hip + way, knee=self.knee + way, ankle=self.ankle + way, ball=self.ball + way)

    @property
    def length(self) -> Floats:
        return np.linalg.norm(self.knee - self.hip, axis=1) + np.linalg.norm(self.ankle - self.knee, axis=1)


def plant_feet(
    actor: Performer,
    who: Character,
    turns: Turns,
    at_rest: Turns,
    root: Root,
    contacts: NDArray[np.bool_],
    fps: float,
) -> tuple[Turns, Root]:
    """Turns with corrected legs and feet, and the root with lowered hips; contacts [T, 4] as in the take.

    at_rest: turns [1, 4] that put the character into the T-pose, in which its soles are flat.
    """
    legs = [
        leg
        for column, side in ((0, "left"), (2, "right"))
        if (leg := _leg(actor, who, turns, at_rest, root, side, contacts[:, column : column + 2])) is not None
    ]
    if not legs:
        return turns, root
    lift = _lift(legs, fps)
    legs = [_without_lifted(leg.moved(lift), fps) for leg in legs]
    shift = _hips_shift(legs, [_foot_targets(leg, fps)[0] for leg in legs], fps)
    legs = [leg.shifted(shift) for leg in legs]
    targets = [_foot_targets(leg, fps) for leg in legs]
    sink = _hips_sink(legs, [ankle for ankle, _ in targets], fps)
    planted = dict(turns)
    for leg, (ankle, ball) in zip(legs, targets, strict=True):
        planted |= _bent_leg(leg.moved(sink), turns, ankle, ball, round(_FADE * fps))
    return planted, replace(root, heads=root.heads + shift + (lift + sink)[:, None] * _UP)


def _lift(legs: list[_Leg], fps: float) -> Floats:
    """How far the whole body goes up or down [T] so that standing feet are on the floor: slowly, for a floor that the
    take has a little wrong."""
    size = max(float(np.median(leg.length)) for leg in legs)
    needs, stands = [], []
    for leg in legs:
        on_ball = leg.ball_stands
        need = np.where(on_ball, leg.ball_height - leg.own_ball[:, 2], leg.ankle_height - leg.own_ankle[:, 2])
        stand = (on_ball | leg.heel_stands) & (np.abs(need) < 2 * _NEAR_FLOOR * size)
        needs.append(np.where(stand, need, 0.0))
        stands.append(stand)
    count = np.sum(stands, axis=0)
    need = np.sum(needs, axis=0) / np.maximum(count, 1)
    return smoothed_where(need, count > 0, _LIFT_TIME * fps)


def _leg(
    actor: Performer,
    who: Character,
    turns: Turns,
    at_rest: Turns,
    root: Root,
    side: str,
    stands: NDArray[np.bool_],
) -> _Leg | None:
    names = [f"{side}{part}" for part in ("UpperLeg", "LowerLeg", "Foot")]
    if not all(name in who.bones and name in actor.turns and who.bones[name] in turns for name in names):
        return None
    upper, lower, foot = (who.bones[name] for name in names)
    places = [who.joints[name] for name in names]
    heads = {root.bone: root.heads}
    hip = np.broadcast_to(carried_head(who, turns, heads, upper), (actor.frames, 3))
    knee = hip + rotation.rotate(turns[upper], places[1] - places[0])
    ankle = knee + rotation.rotate(turns[lower], places[2] - places[1])
    flat = at_rest.get(foot, rotation.IDENTITY[None])[0]
    sole = sole_of(who, side, places, flat)
    ball = ankle + rotation.rotate(turns[foot], sole)
    height = ankle_height(who, at_rest, side)
    ball_height = height + float(rotation.rotate(flat, sole)[2])
    own_ankle = root.scale * (actor.joints[names[2]] - _UP * actor.rest[names[2]]) + _UP * height
    toes = f"{side}Toes"
    if toes in actor.joints:
        own_ball = root.scale * (actor.joints[toes] - _UP * actor.rest[toes]) + _UP * ball_height
    else:
        own_ball = own_ankle + (ball - ankle)
    return _Leg(
        (upper, lower, foot), hip, knee, ankle, ball, own_ankle, own_ball,
        height, ball_height, stands[:, 0], stands[:, 1],
        rotation.rotate(actor.turns[names[0]], [0.0, -1.0, 0.0]),
    )  # fmt: skip


def _without_lifted(leg: _Leg, fps: float) -> _Leg:
    """Without contacts in which heel or ball has clearly left the floor (held there, they would straighten the knee) or
    slides on and on over it, as when somebody spins."""
    size = float(np.median(leg.length))

    def still(stands: NDArray[np.bool_], path: Floats) -> NDArray[np.bool_]:
        kept = np.zeros_like(stands)
        speed = np.linalg.norm(np.gradient(path, axis=0), axis=1) * fps if len(path) > 1 else np.zeros(len(path))
        for first, last in runs(stands & (speed < _GOING * size)):
            part = path[first:last]
            low = part[:, 2] - np.percentile(part[:, 2], 30) < _LIFTED * size
            kept[first:last] = closed(low & (lasting_speed(part, fps) < _SLIDING * size), round(_WOBBLE * fps))
        return kept

    return replace(
        leg, heel_stands=still(leg.heel_stands, leg.own_ankle), ball_stands=still(leg.ball_stands, leg.own_ball)
    )


def _foot_targets(leg: _Leg, fps: float) -> tuple[Floats, Floats]:
    """Where ankle and ball go [T, 3]: held while they stand, above the floor always."""
    fade, size = max(2, round(_FADE * fps)), float(np.median(leg.length))
    stray, near = _STRAY * size, _NEAR_FLOOR * size
    stance = leg.heel_stands | leg.ball_stands
    shift = _stance_shift(leg, stance, stray, near, fade)
    ball, ankle = leg.ball + shift, leg.ankle + shift
    foot_length = np.linalg.norm(leg.ball - leg.ankle, axis=1, keepdims=True)
    if leg.heel_stands.any():
        place = _on_floor(
            pinned(ankle, leg.own_ankle, leg.heel_stands, stray, fade), leg.own_ankle, leg.ankle_height, near
        )
        both = leg.heel_stands & leg.ball_stands
        # Heel and ball on the floor at once are as far apart as the foot is long; the heel stays there while it stands.
        nearer = np.nan_to_num(_level_at_length(ball, place, foot_length) - place)
        place += bridged(np.where(both[:, None], nearer, 0.0), both, leg.heel_stands)
        move = np.nan_to_num(place - ankle)
        ankle = ankle + faded(_capped(move, _FURTHEST * size), leg.heel_stands, fade)
    # Rolling over the ball the ankle stays a foot's length from it.
    hold = faded(leg.ball_stands[:, None].astype(np.float64), leg.ball_stands, fade)
    hold = np.where(leg.heel_stands[:, None], 0.0, hold)
    ankle = ankle + hold * (_at_length(ball, ankle, foot_length) - ankle)
    # An ankle lower than the ball of a standing foot is through the floor.
    ankle[:, 2] = np.maximum(ankle[:, 2], leg.ball_height)
    ball[:, 2] = np.where(leg.ball[:, 2] < leg.ball_height + near, np.maximum(ball[:, 2], leg.ball_height), ball[:, 2])
    return ankle, ball


def _stance_shift(leg: _Leg, stance: NDArray[np.bool_], stray: float, near: float, fade: int) -> Floats:
    """How the whole foot is moved [T, 3] so that its ball stands still, or its heel where the ball never stands."""
    shift = np.zeros_like(leg.ankle)
    known = np.zeros_like(stance)
    for first, last in runs(stance):
        part = slice(first, last)
        on_ball = leg.ball_stands[part].any()
        path, own, stands, height = (
            (leg.ball, leg.own_ball, leg.ball_stands, leg.ball_height)
            if on_ball
            else (leg.ankle, leg.own_ankle, leg.heel_stands, leg.ankle_height)
        )
        place = _on_floor(pinned(path[part], own[part], stands[part], stray, fade), own[part], height, near)
        known[part] = stands[part]
        shift[part] = np.nan_to_num(place - path[part])
    shift = bridged(shift, known, stance)
    return faded(shift, stance, fade)


def _on_floor(places: Floats, own: Floats, height: float, near: float) -> Floats:
    """Places [T, 3] put on the floor where the performer's own points are near it: the nearer the more, over each
    stretch alike, so that nothing jumps."""
    result = places.copy()
    for first, last in runs(~np.isnan(places[:, 2])):
        above = float(np.median(own[first:last, 2])) - height
        share = 1 - eased(np.array(abs(above) / near * 2 - 1))
        result[first:last, 2] += share * (height - places[first:last, 2])
    return result


def _at_length(centre: Floats, points: Floats, length: Floats) -> Floats:
    way = points - centre
    return centre + way * (length / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9))


def _level_at_length(centre: Floats, points: Floats, length: Floats) -> Floats:
    """As `_at_length`, but the points keep their heights where the length allows it."""
    way = points - centre
    level = np.sqrt(np.maximum(length[:, 0] ** 2 - way[:, 2] ** 2, 0.0))
    now = np.linalg.norm(way[:, :2], axis=1)
    able = (level > 0.2 * length[:, 0]) & (now > 0.2 * length[:, 0])
    moved = points.copy()
    moved[:, :2] = centre[:, :2] + way[:, :2] * (level / np.maximum(now, 1e-9))[:, None]
    return np.where(able[:, None], moved, _at_length(centre, points, length))


def _capped(move: Floats, most: float) -> Floats:
    size = np.linalg.norm(move, axis=1, keepdims=True)
    return move * np.minimum(1.0, most / np.maximum(size, 1e-9))


def _hips_shift(legs: list[_Leg], ankles: list[Floats], fps: float) -> Floats:
    """How the hips go along [T, 3] where legs of very other proportions would have to bend far from the performer's."""
    size = max(float(np.median(leg.length)) for leg in legs)
    stands = np.stack([leg.heel_stands | leg.ball_stands for leg in legs])
    needs = np.stack([ankle - leg.ankle for leg, ankle in zip(legs, ankles, strict=True)])
    need = np.sum(needs * stands[..., None], axis=0) / np.maximum(stands.sum(axis=0), 1)[:, None]
    length = np.linalg.norm(need, axis=1, keepdims=True)
    there = stands.any(axis=0)
    if not there.any():
        return need
    # Where the hips' path is lost anyway, directions are kept instead.
    lost = eased((length[there].mean() / size - _PATH_KEPT) / (_PATH_LOST - _PATH_KEPT))
    own_way = size * (_OWN_WAY + float(lost) * (_LEAST_WAY - _OWN_WAY))
    need = need * np.maximum(0.0, 1 - own_way / np.maximum(length, 1e-9))
    if not need.any():
        return need
    return np.stack([smoothed_where(need[:, axis], there, _SHIFT_TIME * fps) for axis in range(3)], axis=-1)


def _hips_sink(legs: list[_Leg], ankles: list[Floats], fps: float) -> Floats:
    """How far the hips go down [T] (0 or less) so that standing feet are within reach of legs not quite straight."""
    needed = np.zeros(len(ankles[0]))
    for leg, ankle in zip(legs, ankles, strict=True):
        longest = _longest(leg)
        aside = np.linalg.norm((leg.hip - ankle)[:, :2], axis=1)
        allowed = ankle[:, 2] + np.sqrt(np.maximum(longest**2 - aside**2, 0.0))
        stands = leg.heel_stands | leg.ball_stands
        needed = np.where(stands, np.minimum(needed, allowed - leg.hip[:, 2]), needed)
    size = max(float(np.median(leg.length)) for leg in legs)
    return lowest_around(np.maximum(needed, -_SINK * size), max(1, round(_SINK_TIME * fps)))


def _longest(leg: _Leg) -> Floats:
    """How far each leg may reach [T]: nearly straight, or as straight as the performer's is."""
    return np.maximum(_STRAIGHT * leg.length, np.linalg.norm(leg.ankle - leg.hip, axis=1))


def _bent_leg(leg: _Leg, turns: Turns, ankle: Floats, ball: Floats, fade: int) -> Turns:
    upper, lower, foot = leg.bones
    longest = _longest(leg)
    ankle = _softly(leg, ankle, longest, fade)
    ankle = _within_reach(leg, ankle, ball, _unstretched(leg, ankle, longest))
    bones = leg.knee - leg.hip, leg.ankle - leg.knee
    thigh, shin = reach(turns[upper], turns[lower], bones, ankle - leg.hip, leg.front, longest)
    aim = rotation.between(leg.ball - leg.ankle, ball - ankle)
    return {upper: thigh, lower: shin, foot: rotation.multiply(aim, turns[foot])}


def _unstretched(leg: _Leg, ankle: Floats, longest: Floats) -> Floats:
    """How far each leg is stretched [T] to reach its ankle: as needed up to a share of what the performer's bend
    leaves, beyond that less and less, since a knee snaps when it gets straight. Then the heel comes off the floor."""
    before = np.linalg.norm(leg.ankle - leg.hip, axis=1)
    room = np.maximum(longest - before, 1e-9)
    wanted = np.linalg.norm(ankle - leg.hip, axis=1) - before
    free = _FREE * room
    beyond = np.maximum(wanted - free, 0.0)
    rest = (_MOST - _FREE) * room
    return before + np.minimum(wanted, free) + rest * (1 - np.exp(-beyond / np.maximum(rest, 1e-9)))


def _within_reach(leg: _Leg, ankle: Floats, ball: Floats, longest: Floats) -> Floats:
    """Ankles [T, 3] that straight legs reach; where the ball stands it stays, and the heel comes off the floor."""
    far = (np.linalg.norm(ankle - leg.hip, axis=1) > longest) & leg.ball_stands
    if not far.any():
        return ankle
    # About the ball, in the plane of ball, ankle and hip, until the leg reaches.
    foot = np.linalg.norm(leg.ball - leg.ankle, axis=1)[far]
    way, arm = leg.hip[far] - ball[far], ankle[far] - ball[far]
    distance = np.maximum(np.linalg.norm(way, axis=1), 1e-9)
    along = way / distance[:, None]
    across = arm - np.sum(arm * along, axis=1, keepdims=True) * along
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    cosine = np.clip((foot**2 + distance**2 - longest[far] ** 2) / (2 * foot * distance), -1, 1)
    ankle = ankle.copy()
    ankle[far] = ball[far] + foot[:, None] * (cosine[:, None] * along + np.sqrt(1 - cosine**2)[:, None] * across)
    return ankle


def _softly(leg: _Leg, ankle: Floats, longest: Floats, fade: int) -> Floats:
    """Swinging legs that a correction would stretch come to their length gradually: a knee snaps when it gets there."""
    stands = leg.heel_stands | leg.ball_stands
    swings = 1 - faded(stands[:, None].astype(np.float64), stands, fade)
    way = ankle - leg.hip
    size = np.linalg.norm(way, axis=1)
    before = np.linalg.norm(leg.ankle - leg.hip, axis=1)
    room = np.maximum(longest - before, 1e-9)
    stretch = np.maximum(size - before, 0.0)
    soft = np.where(size > before, before + room * (1 - np.exp(-stretch / room)), size)
    share = 1 + swings * (soft / np.maximum(size, 1e-9) - 1)[:, None]
    return leg.hip + way * share
