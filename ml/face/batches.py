"""Batches of the face network's two phases: single frames with their pictures, then stretches of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .eyes import MARGIN, eye_pictures
from .model import FaceNet, Seen, mirrored_turn, unmirrored
from .pool import Pool
from .spoil import laid_out, shrunk, spoilt_eyes, spoilt_faces, to_tensor

if TYPE_CHECKING:
    from .train import FaceTraining

Three = tuple[Tensor, Tensor, Tensor]
"""Weights [B, T, 44], gaze [B, T, 2, 2] in units of GAZE_SCALE, facing [B, T, 3]."""

_LEFT_OUT = 0.15
"""Share of performances whose neutral is not known."""
_EXCHANGED = 0.6
"""Share of performances that are given another's features."""
_NEUTRALS = 6
_UNSEEN = 0.08
"""Share of performances without pictures."""
_IRISES_LEFT_OUT = 0.2
"""Share of frames whose eyes are judged without the irises' landmarks, which alone would do well."""
_AT_ONCE = 512


@dataclass(frozen=True)
class Learned:
    """What the network says and what is true."""

    guess: Three
    truth: Three
    glance: tuple[Tensor, Tensor] | None = None
    """What the eyes alone say: gaze [N, 2, 2] and lids [N, 2, 3], beside `glance_truth`."""
    glance_truth: tuple[Tensor, Tensor] | None = None
    """Gaze [N, 2, 2] and weights [N, 44]."""


def frame_batch(net: FaceNet, pool: Pool, config: FaceTraining, eyes_learn: bool = False) -> Learned:
    """Some frames of some performances, each seen straight or mirrored; pictures spoilt anew, or the looks kept of
    them where there are such (but for the eyes', if those still learn)."""
    count, neutrals = config.performances, int(torch.randint(1, 4, ()))
    index = pool.draw(count, neutrals, config.frames)
    flips = torch.rand(count, device=pool.device) < 0.5
    if pool.looks is not None:
        both = pool.looks_at(index)
        looks = of_side(both, flips)
        eyes = both[:, :, 0, net.config.look :].unflatten(-1, (2, net.config.eye))
        if eyes_learn:
            eyes = spoilt_eye_looks(net, pool.at("pictures", index))
            looks = with_turned_eyes(looks[..., : net.config.look], eyes, flips)
    else:
        looks, eyes = _spoilt_looks(net, pool.at("pictures", index), flips, config)
    glance = _glance(net, pool, index, eyes)
    glance_truth = tuple(pool.at(name, index).flatten(0, 1) for name in ("gaze", "weights"))
    pictured = (torch.rand(count, device=pool.device) >= _UNSEEN).float()
    seen, truth = gathered(net, pool, index, flips, looks, pictured, config.noise)
    neutral = net.reading(seen)[:, :neutrals].mean(dim=1)
    known = (torch.rand(count, 1, device=pool.device) >= _LEFT_OUT).float()
    exchange = torch.rand(count, 1, device=pool.device) * (torch.rand(count, 1, device=pool.device) < _EXCHANGED)
    guess = net.one_side(seen, neutral, known, in_time=False, exchange=exchange)
    # Frames of different moments: their differences mean nothing, so each counts as a performance of its own.
    return Learned(_apart(guess), _apart(truth), glance, glance_truth)  # type: ignore[arg-type]


def time_batch(net: FaceNet, pool: Pool, config: FaceTraining, eyes_learn: bool = False) -> Learned:
    """Stretches of performances whose looks are known; the eyes' are looked at again if those still learn."""
    count = config.stretches
    index, calm = pool.stretches(count, config.window, _NEUTRALS)
    both = torch.cat((index, calm), dim=1)
    known_looks = pool.looks_at(both)
    if eyes_learn:
        with torch.no_grad():  # single frames teach them; in stretches they would cost most of the time
            eyes = net.eye(_eyes(pool.at("pictures", both).flatten(0, 1))).unflatten(0, (*both.shape, 2))
        faces = known_looks[..., : net.config.look]
        known_looks = torch.stack([with_eyes(faces[:, :, side], eyes, bool(side)) for side in (0, 1)], dim=2)
    looks = known_looks.split((config.window, _NEUTRALS), dim=1)
    pictured = (torch.rand(count, device=pool.device) >= _UNSEEN).float()
    sides: list[Seen] = []
    readings: list[Tensor] = []
    truth: Three | None = None
    for side in (0, 1):
        flips = torch.full((count,), bool(side), device=pool.device)
        parts = []
        for rows, seen, noise in zip((index, calm), looks, (config.noise, 0.0), strict=True):
            own = seen[:, :, side] + 0.05 * torch.randn_like(seen[:, :, side])
            parts.append(gathered(net, pool, rows, flips, own, pictured, noise))
        sides.append(parts[0][0])
        readings.append(net.reading(parts[1][0]).mean(dim=1))
        truth = truth or parts[0][1]
    assert truth is not None
    known = (torch.rand(count, 1, device=pool.device) >= _LEFT_OUT).float()
    return Learned(net(sides[0], sides[1], (readings[0], readings[1]), known), truth)


def looks_of(net: FaceNet, pictures: Tensor) -> Tensor:
    """[N, 2, looks] of face pictures [N, S, S, 3] 0..255, straight and mirrored."""
    rows = []
    with torch.inference_mode():
        for part in pictures.split(_AT_ONCE):
            faces = shrunk(to_tensor(part), net.config.crop)
            both = torch.stack((faces, faces.flip(-1)), dim=1).flatten(0, 1)
            looks = net.picture(laid_out(both)).unflatten(0, (-1, 2))
            eyes = net.eye(_eyes(part)).unflatten(0, (-1, 2))
            rows.append(_both_sides(looks, eyes))
    return torch.cat(rows).clone()


def known_looks(net: FaceNet, pool: Pool, ways: int) -> Tensor:
    """The looks [V, N, 2, looks] of all frames in a pool, as filmed and spoilt in `ways` ways, in half precision."""
    rows = [looks_of(net, pool.of("pictures").narrow(0, *part)).half() for part in _parts(len(pool))]
    kept = [torch.cat(rows)]
    for _ in range(ways):
        spoilt = torch.empty_like(kept[0])
        for frames in pool.alike(_AT_ONCE):
            spoilt[frames] = _looks_spoilt(net, pool.at("pictures", frames)).half()
        kept.append(spoilt)
    return torch.stack(kept)


def _parts(count: int) -> list[tuple[int, int]]:
    return [(begin, min(_AT_ONCE, count - begin)) for begin in range(0, count, _AT_ONCE)]


def _looks_spoilt(net: FaceNet, pictures: Tensor) -> Tensor:
    """[P, K, 2, looks] of performances' pictures [P, K, S, S, 3], each spoilt in one way."""
    people, frames = pictures.shape[:2]
    with torch.inference_mode():
        faces = spoilt_faces(pictures, net.config.crop).flatten(0, 1)
        both = torch.stack((faces, faces.flip(-1)), dim=1).flatten(0, 1)
        wide = _eyes(pictures.flatten(0, 1), MARGIN).unflatten(0, (people, 2 * frames))
        eyes = net.eye(laid_out(spoilt_eyes(wide).flatten(0, 1))).unflatten(0, (-1, 2))
        looks = _both_sides(net.picture(laid_out(both)).unflatten(0, (-1, 2)), eyes)
        return looks.unflatten(0, (people, frames))


def seen_of(net: FaceNet, pool: Pool, rows: Tensor, looks: Tensor) -> tuple[Seen, Seen]:
    """Frames [T] in a row as the network takes them, straight and mirrored, with their looks [T, 2, looks]."""
    pictured = torch.ones(1, len(rows), 1, device=pool.device)
    shape, eyes, turn = (pool.at(name, rows)[None] for name in ("shape", "eyes", "turn"))
    straight = Seen(looks[None, :, 0].float(), pictured, shape, eyes, turn)
    return straight, net.mirrored(straight, looks[None, :, 1].float())


def _spoilt_looks(net: FaceNet, pictures: Tensor, flips: Tensor, config: FaceTraining) -> tuple[Tensor, Tensor]:
    """Looks [P, K, looks] of spoilt pictures [P, K, S, S, 3], those of `flips` mirrored; the eyes' part of them
    [P, K, 2 (right, left), eye], never mirrored."""
    people, frames = pictures.shape[:2]
    faces = spoilt_faces(pictures, net.config.crop)
    faces = torch.where(flips[:, None, None, None, None], faces.flip(-1), faces).flatten(0, 1)
    seen = net.picture(laid_out(faces), config.frozen)
    eyes = spoilt_eye_looks(net, pictures)
    return with_turned_eyes(seen.unflatten(0, (people, frames)), eyes, flips), eyes


def spoilt_eye_looks(net: FaceNet, pictures: Tensor) -> Tensor:
    """[P, K, 2 (right, left), eye] of the eyes in face pictures [P, K, S, S, 3], spoilt anew."""
    people, frames = pictures.shape[:2]
    wide = _eyes(pictures.flatten(0, 1), MARGIN).unflatten(0, (people, 2 * frames))
    return net.eye(laid_out(spoilt_eyes(wide).flatten(0, 1))).unflatten(0, (people, frames, 2))


def with_turned_eyes(faces: Tensor, eyes: Tensor, flips: Tensor) -> Tensor:
    """Looks [P, K, looks] of faces [P, K, look] and eyes [P, K, 2, eye]; the eyes of `flips` [P] as in a mirror."""
    turned = torch.where(flips[:, None, None, None], eyes.flip(-2), eyes)
    return with_eyes(faces, turned, False)


def _eyes(pictures: Tensor, margin: int = 0) -> Tensor:
    """Right and left eye pictures [2 N, 3, H, W] of face pictures [N, S, S, 3]."""
    return to_tensor(eye_pictures(pictures, margin).flatten(0, 1))


def _glance(net: FaceNet, pool: Pool, index: Tensor, eyes: Tensor) -> tuple[Tensor, Tensor]:
    right, left = eyes.flatten(0, 1).unbind(1)
    irises, turn = (pool.at(name, index).flatten(0, 1) for name in ("eyes", "turn"))
    irises = irises + 0.01 * torch.randn_like(irises)
    irises = irises * (torch.rand(len(irises), 1, device=irises.device) > _IRISES_LEFT_OUT)
    return net.glance(right, left, irises, turn, torch.ones_like(turn[:, :1]))


def _both_sides(faces: Tensor, eyes: Tensor) -> Tensor:
    """Looks [N, 2, looks] of faces [N, 2 (straight, mirrored), look] and eyes [N, 2 (right, left), eye]."""
    return torch.stack([with_eyes(faces[:, side], eyes, bool(side)) for side in (0, 1)], dim=1)


def of_side(both: Tensor, flips: Tensor) -> Tensor:
    """Looks [P, K, looks] of [P, K, 2 (straight, mirrored), looks]: the mirrored ones of those that are flipped [P]."""
    return torch.where(flips[:, None, None], both[:, :, 1], both[:, :, 0])


def with_eyes(faces: Tensor, eyes: Tensor, flip: bool) -> Tensor:
    """Looks [..., looks] of faces [..., look] with right and left eyes [..., 2, eye]; of the mirror image if `flip`."""
    return torch.cat((faces, (eyes.flip(-2) if flip else eyes).flatten(-2).to(faces.dtype)), dim=-1)


def gathered(
    net: FaceNet, pool: Pool, index: Tensor, flips: Tensor, looks: Tensor, pictured: Tensor, noise: float
) -> tuple[Seen, Three]:
    """Frames [P, K] of a pool with their looks, those of `flips` mirrored, and their truth."""
    shape, eyes, turn, weights, gaze, facing = (
        pool.at(name, index) for name in ("shape", "eyes", "turn", "weights", "gaze", "facing")
    )
    seen = Seen(looks, pictured[:, None, None].expand(-1, index.shape[1], 1), shape, eyes, turn)
    truth = (weights, gaze, facing)
    other, other_truth = net.mirrored(seen, looks), unmirrored(*truth)

    def pick(a: Tensor, b: Tensor) -> Tensor:
        return torch.where(flips.view(-1, *[1] * (a.dim() - 1)), b, a)

    shape, eyes, turn = pick(shape, other.shape), pick(eyes, other.eyes), pick(turn, mirrored_turn(turn))
    if noise:
        shape = shape + torch.randn_like(shape) * noise
        eyes = eyes + torch.randn_like(eyes) * 0.01
    weights, gaze, facing = (pick(a, b) for a, b in zip(truth, other_truth, strict=True))
    return Seen(looks, seen.pictured, shape, eyes, turn), (weights, gaze, facing)


def _apart(values: Three) -> Three:
    return tuple(value.flatten(0, 1)[:, None] for value in values)  # type: ignore[return-value]
