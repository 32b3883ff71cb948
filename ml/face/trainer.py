"""The training loop of the face network: five phases, checkpoints, curves, example strips."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from torch import Tensor

from .batches import (
    Eyes,
    Maps,
    eye_batch,
    eye_features,
    frame_batch,
    kept_maps,
    looks_from,
    looks_of,
    maps_of,
    seen_of,
    time_batch,
    wide_eyes,
)
from .curves import draw_curves, draw_strips
from .examples import Example
from .liveliness import fit_gains
from .loss import action_products, face_loss, frame_errors, mean_correlation, rarity
from .model import GAZE_SCALE, FaceNet, unmirrored

if TYPE_CHECKING:
    from .train import FaceTraining

PHASES: Final = ("points", "eyes", "maps", "pictures", "time")
_POINTS, _EYES, _MAPS, _PICTURES, _TIME = range(5)
_AVERAGE: Final = 0.99
_AGAIN: Final = 8
"""Steps of the second phase after which one clip's pictures are spoilt in another way."""
_MOST_HELD_OUT: Final = 24


def is_first_process() -> bool:
    """Of several under torchrun, the one that writes."""
    return int(os.environ.get("RANK", "0")) == 0


class Trainer:
    """Network, optimiser, where the run stands and what it has measured."""

    def __init__(self, config: FaceTraining, net: FaceNet, run: Path) -> None:
        self.config, self.net, self.run = config, net, run
        for part in (net.picture, net.eye):
            part.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.phase, self.step = 0, 0
        self.history: list[dict[str, float]] = []
        self.best: dict[str, float] = {}
        self.products = torch.as_tensor(action_products(), dtype=torch.float32)
        self.optimiser = self._new_optimiser()
        self.random = np.random.default_rng([config.seed, int(os.environ.get("RANK", "0"))])
        self.looks: dict[int, Tensor] = {}
        self.maps: dict[int, Maps] = {}
        self.eyes: dict[int, Eyes] = {}
        self.average: dict[str, Tensor] = {}
        self._processes = int(os.environ.get("WORLD_SIZE", "1"))
        if self._processes > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("gloo")

    @property
    def checkpoint(self) -> Path:
        return self.run / "checkpoint.pt"

    def _new_optimiser(self) -> torch.optim.Optimizer:
        config = self.config
        backbone = list(self.net.picture.backbone.parameters())
        own = {id(parameter) for parameter in backbone}
        others = [parameter for parameter in self.net.parameters() if id(parameter) not in own]
        return torch.optim.AdamW(
            [{"params": others, "share": 1.0}, {"params": backbone, "share": config.backbone_rate}],
            lr=config.learning_rate, weight_decay=config.weight_decay,
        )  # fmt: skip

    def resume(self) -> None:
        """Go on from the last checkpoint, if there is one."""
        if not self.checkpoint.exists():
            return
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.phase, self.step, self.history = state["phase"], state["step"], state["history"]
        self.best = state["best"]
        self.random = np.random.default_rng([self.config.seed, int(os.environ.get("RANK", "0")), self.phase, self.step])

    def save(self) -> None:
        """Write the checkpoint, then move it into place."""
        if not is_first_process():
            return
        state = {
            "net": self.average or self.net.state_dict(), "optimiser": self.optimiser.state_dict(), "phase": self.phase,
            "step": self.step, "history": self.history, "best": self.best,
        }  # fmt: skip
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def fit(
        self,
        train: list[Example],
        held_out: list[Example],
        more: Callable[[], list[Example]],
        say: Callable[[str], None],
    ) -> None:
        """All phases, from where the run stands; the best network found is left in place."""
        held_out = held_out[:_MOST_HELD_OUT]
        while self.phase < len(PHASES):
            if self.phase == _TIME and not any(example.frames >= self.config.window for example in train):
                say("No clip is long enough to learn movement from; that phase is left out.")
                break
            if self.step >= self._steps():
                self.phase, self.step = self.phase + 1, 0
                self.optimiser = self._new_optimiser()
                continue
            if self.phase > _EYES:
                self._see_eyes(train)
            if self.phase == _TIME:
                self._look_at_all(train, held_out, say)
            if self.phase == _MAPS:
                say(f"Looking at the pictures of {len(train)} clips ...")
                self.net.eval()
                self.maps = {id(example): self._maps_of(example) for example in train}
            self._fit_phase(train, held_out, more, say)
            self._take_average()
            self.save()
            self.phase, self.step = self.phase + 1, 0
            self.optimiser = self._new_optimiser()
        self.phase = len(PHASES) - 1
        self.step = self.config.time_steps
        self.save()
        if is_first_process():
            draw_strips(self.run / "strips.png", held_out[:3], self._guess)

    def _steps(self) -> int:
        config = self.config
        return (config.point_steps, config.eye_steps, config.map_steps, config.picture_steps, config.time_steps)[
            self.phase
        ]

    def _fit_phase(
        self,
        train: list[Example],
        held_out: list[Example],
        more: Callable[[], list[Example]],
        say: Callable[[str], None],
    ) -> None:
        config, begun, losses = self.config, time.monotonic(), []
        steps = self._steps()
        minutes = (0.0, config.eye_minutes, config.map_minutes, config.picture_minutes, config.time_minutes)[self.phase]
        counts = rarity(torch.cat([example.weights for example in train]))
        first, best, since_best = self.step, float("inf"), 0
        wide: dict[int, np.ndarray] = {}
        if self.phase == _EYES:
            wide = {id(e): wide_eyes(e) for e in train if bool(torch.isfinite(e.gaze).all())}
        while self.step < steps:
            share = self.step / steps
            if minutes:
                share = max(share, (time.monotonic() - begun) / 60 / minutes)
            if share >= 1:
                break
            self._set_rate(share)
            losses.append(self._learn(train, counts, wide))
            self.step += 1
            if self.step % config.checkpoint_every == 0 or self.step == steps:
                pace = (time.monotonic() - begun) / (self.step - first)
                figures = self._report(held_out, losses, pace, say)
                losses = []
                self.save()
                if self.phase in (_MAPS, _PICTURES):
                    fresh = more()
                    train += fresh
                    self._see_eyes(fresh)
                    if self.phase == _MAPS:
                        self.net.eval()
                        self.maps |= {id(example): self._maps_of(example) for example in fresh}
                score = figures["gaze_degrees" if self.phase == _EYES else "vertex_mm"]
                best, since_best = (score, 0) if score < best else (best, since_best + 1)
                if config.patience and since_best >= config.patience:
                    say("No better for a while; this phase ends.")
                    break
        if losses:
            self._report(held_out, losses, 0.0, say)

    def _set_rate(self, share: float) -> None:
        """Warm up, then a cosine down to nearly nothing."""
        warm = min(1.0, (self.step + 1) / 100)
        rate = self.config.learning_rate * warm * (0.51 + 0.49 * float(np.cos(np.pi * share)))
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["share"]

    def _learn(self, train: list[Example], counts: Tensor, wide: dict[int, np.ndarray]) -> float:
        self.net.train()
        if self.phase == _EYES:
            return self._descend(eye_batch(self.net, train, wide, self.random))
        if self.phase != _TIME:
            if self.phase == _MAPS and self.step % _AGAIN == 0:
                example = train[int(self.random.integers(0, len(train)))]
                self.net.eval()
                self.maps[id(example)] = maps_of(self.net, example, self.random)
            guess, truth = frame_batch(
                self.net, train, self.config, self.random, PHASES[self.phase], self.maps, self.eyes
            )
            return self._descend(face_loss(guess, truth, counts, self.products))
        # People who were seen in glimpses teach no movement, but what was learned of them must not be forgotten.
        parts = [time_batch(self.net, train, self.looks, self.config, self.random)]
        if any(example.frames < self.config.window for example in train):
            parts.append(frame_batch(self.net, train, self.config, self.random, "looks", known_looks=self.looks))
        losses = [face_loss(guess, truth, counts, self.products) for guess, truth in parts]
        return self._descend(sum(losses[1:], losses[0]))

    def _descend(self, loss: Tensor) -> float:
        self.optimiser.zero_grad()
        loss.backward()
        if self._processes > 1:
            self._average_gradients()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self._follow_average()
        return float(loss.detach())

    def _average_gradients(self) -> None:
        for parameter in self.net.parameters():
            if parameter.grad is not None:
                torch.distributed.all_reduce(parameter.grad)
                parameter.grad /= self._processes

    def _maps_of(self, example: Example) -> Maps:
        return kept_maps(self.net, example, self.random, self.run / "maps")

    def _see_eyes(self, clips: list[Example]) -> None:
        """The eyes' features, which stay as they are from here on."""
        self.net.eval()
        self.eyes |= {id(e): eye_features(self.net, e, self.random) for e in clips if id(e) not in self.eyes}

    def _look_at_all(self, train: list[Example], held_out: list[Example], say: Callable[[str], None]) -> None:
        """The looks of all clips; from the maps if MediaPipe's layers are as they were."""
        say(f"Looking at the pictures of {len(train)} clips once more ...")
        self.net.eval()
        same = self.config.picture_steps == 0
        self.looks = {
            id(e): looks_from(self.net, self._maps_of(e), self.eyes[id(e)]) if same else looks_of(self.net, e)
            for e in train
        }
        self.looks |= {id(example): looks_of(self.net, example) for example in held_out}

    def _follow_average(self) -> None:
        """A running mean of the weights: it is measured and kept, for it errs less than any one step."""
        with torch.no_grad():
            if not self.average:
                self.average = {name: value.clone() for name, value in self.net.state_dict().items()}
            keep = min(_AVERAGE, self.step / (self.step + 10))
            for name, value in self.net.state_dict().items():
                if value.is_floating_point():
                    self.average[name].lerp_(value, 1 - keep)

    def _take_average(self) -> None:
        """The running mean becomes the network."""
        if self.average:
            self.net.load_state_dict(self.average)
        self.average = {}

    def _report(
        self, held_out: list[Example], losses: list[float], pace: float, say: Callable[[str], None]
    ) -> dict[str, float]:
        figures = {"phase": float(self.phase), "step": float(self.step), "loss": float(np.mean(losses))}
        learning = {name: value.clone() for name, value in self.net.state_dict().items()}
        if self.average:
            self.net.load_state_dict(self.average)
        figures |= self.measure(held_out)
        self.net.load_state_dict(learning)
        self.history.append(figures)
        if not self.best or self.phase == _TIME:
            self.best = figures
        if is_first_process():
            (self.run / "history.json").write_text(json.dumps(self.history, indent=1), encoding="utf-8")
        say(
            f"{PHASES[self.phase]} {self.step}: loss {figures['loss']:.3f}, held out: "
            f"weights {figures['weight_mae']:.4f}, r {figures['correlation']:.3f}, "
            f"vertices {figures['vertex_mm']:.3f} mm, gaze {figures['gaze_degrees']:.2f}, "
            f"head {figures['head_degrees']:.2f} deg ({pace:.2f} s a step)"
        )
        return figures

    def _guess(self, example: Example) -> tuple[Tensor, Tensor, Tensor]:
        """What the network says of a clip whose neutral frames are known."""
        looks = None
        if self.phase != _POINTS:
            kept = self.looks.get(id(example)) if self.phase == _TIME else None
            looks = looks_of(self.net, example) if kept is None else kept
        straight, mirror = seen_of(self.net, example, looks)
        if self.phase == _EYES:
            own, other = straight.look[..., self.net.config.look :].chunk(2, dim=-1)
            gaze, _ = self.net.glance(own, other, straight.eyes, straight.turn, straight.pictured)
            return torch.zeros(*gaze.shape[:2], example.weights.shape[1]), gaze, torch.zeros(*gaze.shape[:2], 3)
        neutral = tuple(self.net.reading(side)[:, example.neutral].mean(dim=1) for side in (straight, mirror))
        if self.phase == _TIME:
            return self.net(straight, mirror, neutral)
        one = self.net.one_side(straight, neutral[0], in_time=False)
        other = unmirrored(*self.net.one_side(mirror, neutral[1], in_time=False))
        weights, gaze, facing = ((a + b) / 2 for a, b in zip(one, other, strict=True))
        return weights, gaze, facing

    def measure(self, held_out: list[Example]) -> dict[str, float]:
        """Errors on clips kept from training, with their true neutral."""
        self.net.eval()
        truth, guess, gaze, astray = [], [], [], []
        with torch.inference_mode():
            for example in held_out:
                weights, looked, facing = (part[0] for part in self._guess(example))
                guess.append(weights.clamp(0, 1))
                truth.append(example.weights)
                gaze.append((looked - example.gaze).norm(dim=-1).mean(dim=-1) * GAZE_SCALE)
                astray.append((facing - example.facing).norm(dim=-1).rad2deg())
        all_guess, all_truth = torch.cat(guess), torch.cat(truth)
        return {
            "weight_mae": float((all_guess - all_truth).abs().mean()),
            "vertex_mm": float(frame_errors(all_guess, all_truth, self.products).mean()),
            "correlation": mean_correlation(all_guess.numpy(), all_truth.numpy()),
            "gaze_degrees": float(torch.cat(gaze).mean()),
            "head_degrees": float(torch.cat(astray).mean()),
        }

    def gains(self, held_out: list[Example]) -> tuple[float, ...]:
        """How much bolder a take may be than the network, from clips kept from training."""
        self.net.eval()
        held_out = held_out[:_MOST_HELD_OUT]
        with torch.inference_mode():
            raw = torch.cat([self._guess(example)[0][0] for example in held_out])
        return fit_gains(raw.numpy(), torch.cat([example.weights for example in held_out]).numpy())

    def draw_curves(self) -> None:
        """The run's curves as curves.png."""
        draw_curves(self.run / "curves.png", self.history)
