"""Batches of the face network's two phases: single frames with their pictures, then stretches of time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .examples import Disturbance, Example, as_input, decode, to_tensor
from .eyes import HEIGHT, MARGIN, WIDTH, eye_pictures, spoilt
from .loss import glance_loss
from .model import FaceNet, Seen, mirrored_turn, unmirrored

if TYPE_CHECKING:
    from .train import FaceTraining

Three = tuple[Tensor, Tensor, Tensor]
Maps = tuple[Tensor, Tensor]
Eyes = Tensor
"""Features of a clip's eyes [2 (as filmed, spoilt), T, 2 (right, left), eye]."""

_LEFT_OUT = 0.15
"""Share of performances whose neutral is not known."""
_IMPURE = 0.4
"""Share whose neutral frames are only the quieter ones of the clip, as `ml.face.neutral` finds them."""
_EXCHANGED = 0.6
"""Share of performances that are given another's features."""
_NEUTRALS = 6
_EYE = (HEIGHT, WIDTH, 3)
_UNSEEN = 0.08
"""Share of performances without pictures."""


def frame_batch(
    net: FaceNet,
    train: list[Example],
    config: FaceTraining,
    rng: np.random.Generator,
    by: str = "pictures",
    maps: dict[int, Maps] | None = None,
    eyes: dict[int, Eyes] | None = None,
    known_looks: dict[int, Tensor] | None = None,
) -> tuple[Three, Three]:
    """What the network says of some frames of some performances, each seen straight or mirrored, and the truth.

    by: "pictures" spoilt anew; the backbone's `maps` of them, kept from before; the `known_looks`, which learn no more;
    or "points" alone. Without pictures the batch is three times as large and still takes a fraction of the time.
    """
    with_pictures = by == "pictures"
    count = config.performances * (1 if with_pictures else 3)
    chosen = [train[i] for i in rng.integers(0, len(train), count)]
    neutrals = int(rng.integers(1, 3)) if with_pictures else int(rng.integers(2, 7))
    pictures, rows, flips = [], [], []
    for example in chosen:
        neutral = _neutral_frames(example, rng)
        index = np.concatenate((rng.choice(neutral, neutrals), _some_frames(example, config.frames, rng)))
        flip = bool(rng.random() < 0.5)
        rows.append(index)
        flips.append(flip)
        if with_pictures:
            spoil = Disturbance.random(rng)
            for i in index:
                picture = spoil.apply(decode(example.pictures[i]), net.config.crop, rng)
                pictures.append(picture[:, ::-1] if flip else picture)
    looks = torch.zeros(count, neutrals + config.frames, net.config.looks)
    pictured = torch.zeros(count)
    faces: Tensor | None = None
    if with_pictures:
        faces = net.picture(to_tensor(np.stack(pictures)), config.frozen).unflatten(0, looks.shape[:2])
    elif by == "maps" and maps is not None:
        kept = [
            [part[torch.as_tensor(index), int(flip)].float() for part in maps[id(example)]]
            for example, index, flip in zip(chosen, rows, flips, strict=True)
        ]
        middle, last = (torch.cat(parts) for parts in zip(*kept, strict=True))
        faces = net.picture.from_maps(middle, last).unflatten(0, looks.shape[:2])
    if by == "looks" and known_looks is not None:
        kept_looks = [
            known_looks[id(e)][torch.as_tensor(i), int(f)] for e, i, f in zip(chosen, rows, flips, strict=True)
        ]
        looks = torch.stack(kept_looks).float()
    if faces is not None and eyes is not None:
        looks = torch.stack([
            with_eyes(face, eyes[id(example)][int(rng.integers(0, 2)), torch.as_tensor(index)], flip)
            for face, example, index, flip in zip(faces, chosen, rows, flips, strict=True)
        ])  # fmt: skip
    if by != "points":
        pictured = torch.as_tensor((rng.random(count) >= _UNSEEN).astype(np.float32))
    seen, truth = _stack(net, chosen, rows, flips, looks, pictured, config.noise)
    reading = net.reading(seen)
    neutral = reading[:, :neutrals].mean(dim=1)
    known = torch.as_tensor((rng.random((len(chosen), 1)) >= _LEFT_OUT).astype(np.float32))
    exchange = torch.as_tensor((rng.random((count, 1)) * (rng.random((count, 1)) < _EXCHANGED)).astype(np.float32))
    weights, gaze, facing = net.one_side(seen, neutral, known, in_time=False, exchange=exchange)
    # Frames of different moments: their differences mean nothing, so each counts as a performance of its own.
    return tuple(_apart(x) for x in (weights, gaze, facing)), tuple(_apart(x) for x in truth)  # type: ignore[return-value]


def time_batch(
    net: FaceNet, train: list[Example], looks: dict[int, Tensor], config: FaceTraining, rng: np.random.Generator
) -> tuple[Three, Three]:
    """What the network says of stretches of performances, and the truth."""
    chosen, rows, neutrals = [], [], []
    while len(chosen) < config.stretches:
        example = train[int(rng.integers(0, len(train)))]
        if example.frames < config.window or id(example) not in looks:
            continue
        start = int(rng.integers(0, example.frames - config.window + 1))
        rows.append(np.arange(start, start + config.window))
        neutrals.append(rng.choice(_neutral_frames(example, rng), _NEUTRALS))
        chosen.append(example)
    pictured = torch.as_tensor((rng.random(len(chosen)) >= _UNSEEN).astype(np.float32))
    straight_sides, mirrored_sides = [], []
    for flip, sides in ((False, straight_sides), (True, mirrored_sides)):
        flips = [flip] * len(chosen)
        for index, noise in ((rows, config.noise), (neutrals, 0.0)):
            own = torch.stack([looks[id(e)][i, int(flip)].float() for e, i in zip(chosen, index, strict=True)])
            own = own + 0.05 * torch.randn_like(own)
            seen, truth = _stack(net, chosen, index, flips, own, pictured, noise)
            sides.append((seen, truth))
    known = torch.as_tensor((rng.random((len(chosen), 1)) >= _LEFT_OUT).astype(np.float32))
    neutral = tuple(net.reading(sides[1][0]).mean(dim=1) for sides in (straight_sides, mirrored_sides))
    guess = net(straight_sides[0][0], mirrored_sides[0][0], neutral, known)
    return guess, straight_sides[0][1]


def with_eyes(faces: Tensor, eyes: Tensor, flip: bool) -> Tensor:
    """Looks [..., looks] of faces [..., look] with right and left eyes [..., 2, eye]; of the mirror image if `flip`."""
    return torch.cat((faces, (eyes.flip(-2) if flip else eyes).flatten(-2).to(faces.dtype)), dim=-1)


def looks_from(net: FaceNet, maps: Maps, eyes: Eyes) -> Tensor:
    """[T, 2, looks] from the backbone's maps and the eyes as they were filmed."""
    with torch.inference_mode():
        faces = net.picture.from_maps(*(part.flatten(0, 1).float() for part in maps)).unflatten(0, (-1, 2))
        return torch.stack([with_eyes(faces[:, side], eyes[0], bool(side)) for side in (0, 1)], dim=1).clone()


def looks_of(net: FaceNet, example: Example, batch: int = 48) -> Tensor:
    """[T, 2, looks] of a clip's pictures, straight and mirrored."""
    crops = np.stack([decode(packed) for packed in example.pictures])
    pictures = np.stack([as_input(crop, net.config.crop) for crop in crops])
    both = np.stack((pictures, pictures[:, :, ::-1]), axis=1).reshape(-1, *pictures.shape[1:])
    with torch.inference_mode():
        parts = [net.picture(to_tensor(both[i : i + batch])) for i in range(0, len(both), batch)]
        faces = torch.cat(parts).unflatten(0, (-1, 2))
        eyes = net.eye(to_tensor(eye_pictures(crops).reshape(-1, *_EYE))).unflatten(0, (-1, 2))
        return torch.stack([with_eyes(faces[:, side], eyes, bool(side)) for side in (0, 1)], dim=1).clone()


def wide_eyes(example: Example) -> np.ndarray:
    """[T, 2, H, W, 3] a clip's eyes with a margin to move about in."""
    return eye_pictures(np.stack([decode(packed) for packed in example.pictures]), MARGIN)


def eye_features(net: FaceNet, example: Example, rng: np.random.Generator) -> Eyes:
    """A clip's eyes as the eye network sees them, as filmed and spoilt."""
    wide = to_tensor(wide_eyes(example).reshape(-1, HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN, 3))
    plain = wide[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
    with torch.inference_mode():
        return torch.stack([net.eye(seen).unflatten(0, (-1, 2)).half() for seen in (plain, spoilt(wide, rng))]).clone()


def eye_batch(
    net: FaceNet, train: list[Example], wide: dict[int, np.ndarray], rng: np.random.Generator, count: int = 96
) -> Tensor:
    """The loss of the eyes alone on `count` frames of the clips in `wide`."""
    known = [example for example in train if id(example) in wide]
    chosen = [known[i] for i in rng.integers(0, len(known), count)]
    rows = [int(rng.integers(0, example.frames)) for example in chosen]
    pictures = np.stack([wide[id(e)][i] for e, i in zip(chosen, rows, strict=True)])
    right, left = (
        net.eye(spoilt(to_tensor(pictures.reshape(-1, *pictures.shape[2:])), rng)).unflatten(0, (-1, 2)).unbind(1)
    )
    irises, turn, weights, gaze = (
        torch.stack([getattr(e, name)[i] for e, i in zip(chosen, rows, strict=True)])
        for name in ("eyes", "turn", "weights", "gaze")
    )
    irises = (irises + 0.01 * torch.randn_like(irises)) * (torch.rand(count, 1) > 0.2)  # irises alone would do well
    pictured = torch.ones(count, 1)
    said, lids = net.glance(right, left, irises, turn, pictured)
    return glance_loss(said, lids, gaze, weights)


def kept_maps(net: FaceNet, example: Example, rng: np.random.Generator, folder: Path) -> Maps:
    """As `maps_of`, from a file where they lie already: MediaPipe's layers do not change."""
    path = folder / f"{example.name}.npz"
    if example.name and path.exists():
        with np.load(path, allow_pickle=False) as kept:
            middle, last = (torch.as_tensor(kept[name]) for name in ("middle", "last"))
        if len(middle) == example.frames:
            return middle, last
    middle, last = maps_of(net, example, rng)
    if example.name:
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(path, middle=middle.numpy(), last=last.numpy())
    return middle, last


def maps_of(net: FaceNet, example: Example, rng: np.random.Generator) -> Maps:
    """The backbone's maps [T, 2, 128, ...] of a clip's pictures, spoilt in one way, straight and mirrored."""
    spoil = Disturbance.random(rng)
    pictures = np.stack([spoil.apply(decode(packed), net.config.crop, rng) for packed in example.pictures])
    both = np.stack((pictures, pictures[:, :, ::-1]), axis=1).reshape(-1, *pictures.shape[1:])
    with torch.inference_mode():
        middle, last = net.picture.backbone(to_tensor(both))
    # Normal tensors, laid out plainly: they are trained on.
    return tuple(part.contiguous().half().unflatten(0, (-1, 2)).clone() for part in (middle, last))  # type: ignore[return-value]


def seen_of(net: FaceNet, example: Example, looks: Tensor | None) -> tuple[Seen, Seen]:
    """A whole clip as the network takes it, straight and mirrored; without its pictures if there are no looks."""
    pictured = torch.full((1, example.frames, 1), 0.0 if looks is None else 1.0)
    if looks is None:
        looks = torch.zeros(example.frames, 2, net.config.looks)
    straight = Seen(looks[None, :, 0].float(), pictured, example.shape[None], example.eyes[None], example.turn[None])
    return straight, net.mirrored(straight, looks[None, :, 1].float())


def _neutral_frames(example: Example, rng: np.random.Generator) -> np.ndarray:
    """The frames to take for neutral: true ones, or as they are found in a clip without any: its quieter ones."""
    if rng.random() >= _IMPURE:
        return example.neutral
    later = np.setdiff1d(np.arange(example.frames), example.neutral)
    if len(later) < 4:
        return example.neutral
    loudness = example.weights[later].sum(dim=1).numpy()
    return later[np.argsort(loudness, kind="stable")[: max(4, round(len(later) * rng.uniform(0.2, 0.9)))]]


def _some_frames(example: Example, count: int, rng: np.random.Generator) -> np.ndarray:
    """Frames of a clip, mostly those with an expression."""
    loud = example.weights.sum(dim=1).numpy() + 0.3
    return rng.choice(example.frames, count, p=loud / loud.sum())


def _stack(
    net: FaceNet, chosen: list[Example], rows: list[np.ndarray], flips: list[bool], looks: Tensor, pictured: Tensor,
    noise: float,
) -> tuple[Seen, Three]:  # fmt: skip
    """Rows of each clip, those of `flips` mirrored, and their truth."""

    def gather(name: str) -> Tensor:
        return torch.stack([getattr(e, name)[torch.as_tensor(i)] for e, i in zip(chosen, rows, strict=True)])

    seen = Seen(
        looks, pictured[:, None, None].expand(-1, looks.shape[1], 1), gather("shape"), gather("eyes"), gather("turn")
    )
    truth = (gather("weights"), gather("gaze"), gather("facing"))
    turned = torch.as_tensor(flips)
    if turned.any():
        other, other_truth = net.mirrored(seen, looks), unmirrored(*truth)

        def pick(a: Tensor, b: Tensor) -> Tensor:
            return torch.where(turned.view(-1, *[1] * (a.dim() - 1)), b, a)

        seen = Seen(
            looks, seen.pictured, pick(seen.shape, other.shape), pick(seen.eyes, other.eyes),
            pick(seen.turn, mirrored_turn(seen.turn)),
        )  # fmt: skip
        weights, gaze, facing = (pick(a, b) for a, b in zip(truth, other_truth, strict=True))
        truth = (weights, gaze, facing)
    if noise:
        seen = Seen(
            seen.look, seen.pictured, seen.shape + torch.randn_like(seen.shape) * noise,
            seen.eyes + torch.randn_like(seen.eyes) * 0.01, seen.turn,
        )  # fmt: skip
    return seen, truth


def _apart(values: Tensor) -> Tensor:
    return values.flatten(0, 1)[:, None]
