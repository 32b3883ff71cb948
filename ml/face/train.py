"""`understudy train face`: make the clips, train the network, export it with its card.

Training can be stopped at any time and goes on with `--resume`: clips lie in a folder and grow by seed, checkpoints
hold network, optimiser and step.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import tomllib
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..take import FACE_NAMES, rotation
from ..weights.registry import WEIGHTS_FOLDER, ModelCard, store_weights
from .align import head_rotations, mean_face, mirror_order, ray_turns
from .data import FIRST_TRAINING_SEED, NEUTRAL_FRAMES, FaceClip, clip_path, load_clip, make_clips
from .model import GAZE_SCALE, PREDICTED, FaceNet, FaceNetConfig, config_dict, face_input

Say = Callable[[str], None]
_CACHE: Final = Path(__file__).resolve().parents[2] / ".cache"


class TrainingError(ValueError):
    """A configuration that cannot be used; the message is one sentence for the user."""


@dataclass(frozen=True)
class FaceTraining:
    """All that can be set in the TOML file."""

    clips: int = 400
    """Rendered clips of 84 frames to train on; each is another person."""
    data: str = str(_CACHE / "face")
    run: str = str(_CACHE / "face-run")
    """Where checkpoints, curves and the log go."""
    steps: int = 6000
    minutes: float = 0.0
    """Stop after so many minutes of training (0 = after the steps)."""
    batch: int = 16
    window: int = 48
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    noise: float = 0.003
    """Landmark noise in eye distances."""
    width: int = 192
    layers: int = 3
    seed: int = 0
    checkpoint_every: int = 500
    export: bool = True


SMOKE: Final = FaceTraining(clips=2, steps=6, batch=2, window=16, width=16, layers=1, checkpoint_every=3, export=False)
"""Runs the whole way in seconds; it trains nothing worth keeping."""


def read_config(path: Path | None, smoke: bool = False) -> FaceTraining:
    """The configuration of a TOML file over the defaults; `smoke` over all that sizes the work."""
    base = SMOKE if smoke else FaceTraining()
    if path is None:
        return base
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise TrainingError(f"There is no configuration file {path}.") from error
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"The configuration {path} is not valid TOML: {error}.") from error
    known = {f.name for f in fields(FaceTraining)}
    for name in given:
        if name not in known:
            raise TrainingError(f"The configuration {path} sets {name!r}; known are {', '.join(sorted(known))}.")
    return replace(base, **given)


@dataclass(frozen=True)
class Example:
    """One clip as the network takes it, T frames."""

    aligned: Tensor
    eyes: Tensor
    turn: Tensor
    weights: Tensor
    """[T, 44]"""
    gaze: Tensor
    """[T, 2, 2] in units of GAZE_SCALE."""
    facing: Tensor
    """[T, 3] rotation vector from the aligned turn to the true one."""
    neutral: Tensor
    """[N, 478, 3] neutral frames"""
    median: Tensor
    """[478, 3] of the whole clip"""


def train_face(config: FaceTraining, resume: bool = False, say: Say = print) -> Path:
    """Train as configured; returns the folder of the run."""
    run = Path(config.run)
    run.mkdir(parents=True, exist_ok=True)
    clips = _clips(config, say)
    held_out = max(1, len(clips) // 12)
    canonical = canonical_face(clips[held_out:])
    examples = [make_example(clip, canonical) for clip in clips]
    torch.manual_seed(config.seed)
    net_config = FaceNetConfig(width=config.width, layers=config.layers)
    net = FaceNet(net_config, canonical, mirror_order(canonical))
    trainer = _Trainer(config, net, run)
    if resume:
        trainer.resume()
    trainer.fit(examples[held_out:], examples[:held_out], say)
    trainer.draw_curves()
    if config.export:
        frames = sum(len(clip.weights) for clip in clips[held_out:])
        card = ModelCard(
            name="face",
            sha256="",
            config=config_dict(net_config),
            data=f"{len(clips) - held_out} rendered clips of as many people ({frames} frames) seen by MediaPipe "
            "FaceMesh; people from anny / MakeHuman (CC0); nothing recorded of real persons",
            figures={key: round(value, 4) for key, value in trainer.history[-1].items()},
        )
        card = store_weights(card, net.state_dict(), WEIGHTS_FOLDER)
        say(f"Wrote {WEIGHTS_FOLDER / 'face.safetensors'} ({card.sha256[:12]}).")
    return run


def _clips(config: FaceTraining, say: Say) -> list[FaceClip]:
    """The wanted clips; missing ones are made now. Clips in which the face was lost are left out."""
    folder = Path(config.data)
    seeds = range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + config.clips)
    missing = sum(not clip_path(folder, seed).exists() for seed in seeds)
    if missing:
        say(f"Rendering {missing} of {len(seeds)} clips into {folder} ...")
    clips = []
    for i, path in enumerate(make_clips(folder, seeds)):
        clip = load_clip(path)
        if np.isfinite(clip.landmarks).all():
            clips.append(clip)
        if missing and i % 25 == 24:
            say(f"  {i + 1} of {len(seeds)} clips")
    if len(clips) < 2:
        raise TrainingError(f"Fewer than two clips in {folder} show a face throughout; raise `clips`.")
    return clips


def canonical_face(clips: list[FaceClip]) -> NDArray[np.float64]:
    """The mean neutral face of many clips [478, 3]."""
    landmarks, seen = [], []
    for clip in clips:
        some = clip.landmarks[2:NEUTRAL_FRAMES:3]
        rays = ray_turns(some, clip.focal_px, (clip.size / 2, clip.size / 2))
        landmarks.append(some)
        seen.append(rotation.multiply(rotation.conjugate(rays), clip.head[2:NEUTRAL_FRAMES:3]))
    return mean_face(np.concatenate(landmarks), np.concatenate(seen))


def make_example(clip: FaceClip, canonical: NDArray[np.floating]) -> Example:
    """A clip's inputs and targets."""
    seen = face_input(clip.landmarks, canonical)
    columns = [FACE_NAMES.index(name) for name in PREDICTED]
    aligned = torch.as_tensor(seen.aligned)
    turns = head_rotations(clip.landmarks, canonical, clip.focal_px, (clip.size / 2, clip.size / 2))
    facing = rotation.to_rotvec(rotation.multiply(rotation.conjugate(turns), clip.head))
    return Example(
        aligned=aligned,
        eyes=torch.as_tensor(seen.eyes),
        turn=torch.as_tensor(seen.turn),
        weights=torch.as_tensor(clip.weights[:, columns]),
        gaze=torch.as_tensor(clip.gaze / GAZE_SCALE),
        facing=torch.as_tensor(facing.astype(np.float32)),
        neutral=aligned[:NEUTRAL_FRAMES],
        median=aligned.median(dim=0).values,
    )


def action_products() -> NDArray[np.float64]:
    """[44, 44] how much each pair of actions moves the same skin: e' G e is the mean squared vertex error in mm2."""
    from ..performers import load_anatomy

    displacement = face_actions(load_anatomy().actions)[[FACE_NAMES.index(name) for name in PREDICTED]]
    flat = displacement.reshape(len(PREDICTED), -1)
    return flat @ flat.T / displacement.shape[1]


def face_actions(actions: NDArray[np.floating]) -> NDArray[np.float64]:
    """The actions [52, n, 3] in millimetres on the n skin vertices that any of them moves by half a millimetre."""
    skin = actions[:, :13380].astype(np.float64) * 1000  # the base mesh's body comes first
    return skin[:, np.linalg.norm(skin, axis=2).max(axis=0) > 0.5]


class _Trainer:
    """The loop, its checkpoints and its curves."""

    def __init__(self, config: FaceTraining, net: FaceNet, run: Path) -> None:
        self.config, self.net, self.run = config, net, run
        self.step = 0
        self.history: list[dict[str, float]] = []
        self.optimiser = torch.optim.AdamW(net.parameters(), config.learning_rate, weight_decay=config.weight_decay)
        self.random = np.random.default_rng(config.seed)
        self.products = torch.as_tensor(action_products(), dtype=torch.float32)

    @property
    def checkpoint(self) -> Path:
        return self.run / "checkpoint.pt"

    def resume(self) -> None:
        """Go on from the last checkpoint, if there is one."""
        if not self.checkpoint.exists():
            return
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.history = state["step"], state["history"]
        self.random = np.random.default_rng([self.config.seed, self.step])

    def save(self) -> None:
        state = {
            "net": self.net.state_dict(), "optimiser": self.optimiser.state_dict(),
            "step": self.step, "history": self.history,
        }  # fmt: skip
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def fit(self, train: list[Example], held_out: list[Example], say: Say) -> None:
        begun = time.monotonic()
        first_step, losses = self.step, []
        while self.step < self.config.steps:
            share = self.step / self.config.steps
            if self.config.minutes:
                share = max(share, (time.monotonic() - begun) / 60 / self.config.minutes)
            if share >= 1:
                break
            warm = min(1.0, (self.step + 1) / 100)
            for group in self.optimiser.param_groups:  # warm up, then a cosine down to nearly nothing
                group["lr"] = float(self.config.learning_rate * warm * (0.51 + 0.49 * np.cos(np.pi * share)))
            losses.append(self._learn(train))
            self.step += 1
            if self.step % self.config.checkpoint_every == 0:
                self._report(held_out, losses, say, (time.monotonic() - begun) / (self.step - first_step))
                losses = []
                self.save()
        if losses or not self.history:
            self._report(held_out, losses or [0.0], say, 0.0)
            self.save()

    def _learn(self, train: list[Example]) -> float:
        self.net.train()
        displacement, eyes, turn, weights, gaze, shape, facing = self._batch(train)
        predicted, looked = self.net(displacement, eyes, turn)
        astray = (self.net.correct_facing(shape, turn) - facing).square().mean()
        error = predicted - weights
        vertex = ((error @ self.products) * error).sum(-1).mean()
        speed = (error[:, 1:] - error[:, :-1]).square().mean()
        loss = 20 * error.square().mean() + vertex + 20 * speed + 4 * (looked - gaze).square().mean() + 40 * astray
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        return float(loss.detach())

    def _batch(self, train: list[Example]) -> tuple[Tensor, ...]:
        rows = []
        for index in self.random.integers(0, len(train), self.config.batch):
            example = train[index]
            start = int(self.random.integers(0, max(1, len(example.weights) - self.config.window + 1)))
            part = slice(start, start + self.config.window)
            rows.append(
                (
                    example.aligned[part] - self._neutral(example), example.eyes[part], example.turn[part],
                    example.weights[part], example.gaze[part], example.aligned[part] - self.net.canonical,
                    example.facing[part],
                )
            )  # fmt: skip
        displacement, eyes, turn, *rest = (torch.stack(column) for column in zip(*rows, strict=True))
        displacement = displacement + torch.randn_like(displacement) * self.config.noise
        return displacement, eyes + torch.randn_like(eyes) * 0.01, turn, *rest

    def _neutral(self, example: Example) -> Tensor:
        """What `find_neutral` may come up with: a few neutral frames, sometimes drawn towards the clip's median."""
        count = int(self.random.integers(2, len(example.neutral) + 1))
        chosen = self.random.permutation(len(example.neutral))[:count]
        neutral = example.neutral[torch.as_tensor(chosen)].mean(dim=0)
        share = self.random.uniform(0, 0.4) if self.random.random() < 0.4 else 0.0
        return neutral * (1 - share) + example.median * share

    def _report(self, held_out: list[Example], losses: list[float], say: Say, seconds: float) -> None:
        figures = {"step": float(self.step), "loss": float(np.mean(losses))} | self.measure(held_out)
        self.history.append(figures)
        (self.run / "history.json").write_text(json.dumps(self.history, indent=1), encoding="utf-8")
        say(
            f"step {self.step}: loss {figures['loss']:.3f}, held out: weights {figures['weight_mae']:.4f}, "
            f"r {figures['correlation']:.3f}, vertices {figures['vertex_mm']:.3f} mm, "
            f"gaze {figures['gaze_degrees']:.2f}, head {figures['head_degrees']:.2f} deg ({seconds:.2f} s a step)"
        )

    def measure(self, held_out: list[Example]) -> dict[str, float]:
        """Errors on clips kept from training, with their true neutral."""
        self.net.eval()
        errors, truth, guess, gaze, astray = [], [], [], [], []
        with torch.inference_mode():
            for example in held_out:
                moved = (example.aligned - example.neutral.mean(dim=0))[None]
                weights, looked = self.net(moved, example.eyes[None], example.turn[None])
                guess.append(weights[0].clamp(0, 1))
                truth.append(example.weights)
                errors.append(guess[-1] - truth[-1])
                gaze.append((looked[0] - example.gaze).abs() * GAZE_SCALE)
                turned = self.net.correct_facing(example.aligned - self.net.canonical, example.turn)
                astray.append((turned - example.facing).norm(dim=-1).rad2deg())
        error = torch.cat(errors)
        vertex = ((error @ self.products) * error).sum(-1).clamp(min=0).sqrt().mean()
        return {
            "weight_mae": float(error.abs().mean()),
            "vertex_mm": float(vertex),
            "correlation": mean_correlation(torch.cat(guess).numpy(), torch.cat(truth).numpy()),
            "gaze_degrees": float(torch.cat(gaze).mean()),
            "head_degrees": float(torch.cat(astray).mean()),
        }

    def draw_curves(self) -> None:
        """The run's curves as curves.png."""
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        names = [name for name in self.history[-1] if name != "step"]
        figure, axes = pyplot.subplots(1, len(names), figsize=(3.2 * len(names), 2.8), squeeze=False)
        for axis, name in zip(axes[0], names, strict=True):
            axis.plot([row["step"] for row in self.history], [row[name] for row in self.history])
            axis.set_title(name)
            axis.set_xlabel("step")
        figure.tight_layout()
        figure.savefig(self.run / "curves.png", dpi=90)
        pyplot.close(figure)


def mean_correlation(guess: NDArray[np.floating], truth: NDArray[np.floating]) -> float:
    """Pearson's r of each weight over all frames [N, C], averaged over the weights that move in the truth."""
    moving = truth.std(axis=0) > 0.01
    a, b = guess[:, moving] - guess[:, moving].mean(axis=0), truth[:, moving] - truth[:, moving].mean(axis=0)
    r = (a * b).sum(axis=0) / np.maximum(np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0)), 1e-9)
    return float(r.mean()) if moving.any() else 0.0


def describe(config: FaceTraining) -> str:
    """The configuration as TOML, to begin a file from."""
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in asdict(config).items())
