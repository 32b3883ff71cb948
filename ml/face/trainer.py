"""The training loop of the face network: its phases, checkpoints, curves, example strips.

First single frames: all that is seen of a picture learns together, on pictures spoilt anew each time. Then, that side
fixed, the network learns to follow faces in time. Then, where there are portraits, what tells the gaze and corrects the
head's turn learns from real people too. At last, if asked for, all but the network that looks at whole faces learns
from frames, stretches and portraits together: what pays on a processor, with people of a new kind. On a processor as on
an accelerator; on the latter the people are thousands and the steps tens of thousands.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.optim.swa_utils import get_ema_multi_avg_fn

from ..training.processes import rank, training_device, world
from .batches import Learned, frame_batch, known_looks, looks_of, seen_of, time_batch
from .covered import fit_covered
from .curves import draw_curves, draw_strips
from .examples import Example
from .liveliness import fit_gains
from .loss import action_products, face_loss, frame_errors, glance_loss, mean_correlation, rarity
from .model import EYE_BLINKS, GAZE_SCALE, PITCHES, FaceNet, unmirrored
from .pool import Pool
from .portraits import UNTAUGHT, portrait_loss
from .spoil import layout

if TYPE_CHECKING:
    from .train import FaceTraining

PHASES: Final = ("frames", "time", "portraits", "together")
_FRAMES, _TIME, _PORTRAITS, _TOGETHER = range(4)
_AVERAGE: Final = 0.998
_TAKEN_IN: Final = 20
"""Steps after which clips that have come are taken in: readers have no more than some hundred ready at once."""
_SEEING: Final = ("picture.", "eye.")
"""What learns from pictures, and so not in later phases."""
_LOOKING: Final = ("glance.", "head.")
"""What learns in the last phase; of the head's rows those of gaze, facing and jaw alone."""
_OPEN: Final = 0.3
"""eyeBlink up to which an eye shows where it looks."""
_OBSTRUCTED: Final = 1200
"""Pictures of rendered people, and of real ones, that things are drawn over."""
_GLIMPSES_COUNT: Final = 0.3
"""Of single frames in the second phase: they are louder than people are."""
_FRAMES_COUNT: Final = 0.6
"""The same in the last phase, where they alone teach the eyes' network."""


class Trainer:
    """Network, optimiser, where the run stands and what it has measured."""

    def __init__(self, config: FaceTraining, net: FaceNet, run: Path) -> None:
        self.config, self.run = config, run
        self.device = training_device(config.device)
        self.net = net.to(self.device)
        for part in (net.picture, net.eye):
            part.to(memory_format=layout(self.device))  # pyright: ignore[reportCallIssue]
        self.phase, self.step = _FRAMES, 0
        self.history: list[dict[str, float]] = []
        self.latest: dict[str, float] = {}
        """The held-out figures of the last report."""
        self.elapsed = 0.0
        """Seconds spent in the phase."""
        self.products = torch.as_tensor(action_products(), dtype=torch.float32, device=self.device)
        self.pool, self.held_out, self.portraits = Pool(self.device), Pool(self.device), Pool(self.device)
        self.optimiser = self._new_optimiser()
        self.average: dict[str, Tensor] = {}
        self._processes = world()
        torch.manual_seed(config.seed + 1000 * rank())
        torch.set_float32_matmul_precision("high")
        torch.backends.cudnn.allow_tf32 = True
        if self._processes > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("nccl" if self.device.type == "cuda" else "gloo")

    @property
    def checkpoint(self) -> Path:
        return self.run / "checkpoint.pt"

    def _new_optimiser(self) -> torch.optim.Optimizer:
        backbone = {id(parameter) for parameter in self.net.picture.backbone.parameters()}
        others, own = [], []
        for name, parameter in self.net.named_parameters():
            if self._learns(name):
                (own if id(parameter) in backbone else others).append(parameter)
        self.net.zero_grad(set_to_none=True)  # what no longer learns would keep its last gradient
        groups = [{"params": others, "share": 1.0}]
        if own:
            groups.append({"params": own, "share": self.config.backbone_rate})
        fused = self.device.type == "cuda"
        decay = 0.0 if self.phase == _PORTRAITS else self.config.weight_decay  # or rows that do not learn would fade
        return torch.optim.AdamW(groups, lr=self.config.learning_rate, weight_decay=decay, fused=fused)

    def _learns(self, name: str) -> bool:
        """Whether a parameter learns in this phase."""
        if self.phase == _PORTRAITS:
            return name.startswith(_LOOKING)
        if self.phase == _TOGETHER:
            return not name.startswith(("picture.", "covered."))
        return self.phase == _FRAMES or not name.startswith(_SEEING)

    def resume(self) -> None:
        """Go on from the last checkpoint, if there is one."""
        if not self.checkpoint.exists():
            return
        state: dict[str, Any] = torch.load(self.checkpoint, weights_only=True, map_location=self.device)
        self.net.load_state_dict(state["net"])
        self.phase, self.step, self.history = state["phase"], state["step"], state["history"]
        self.latest, self.elapsed = state["latest"], state["elapsed"]
        self.optimiser = self._new_optimiser()
        self.optimiser.load_state_dict(state["optimiser"])
        torch.manual_seed(self.config.seed + 7919 * (self.step + 1) + 1000 * rank())

    def save(self) -> None:
        """Write the checkpoint, then move it into place."""
        if rank() > 0:
            return
        state = {
            "net": self.average or self.net.state_dict(), "optimiser": self.optimiser.state_dict(), "phase": self.phase,
            "step": self.step, "history": self.history, "latest": self.latest, "elapsed": self.elapsed,
        }  # fmt: skip
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(self.checkpoint)

    def fit(
        self,
        train: Sequence[Example],
        held_out: Sequence[Example],
        more: Callable[[], list[Example]],
        say: Callable[[str], None],
        portraits: Sequence[Example] = (),
    ) -> None:
        """All phases, from where the run stands; the average of the weights is left in place."""
        self.pool.add(train)
        self.held_out.add(held_out)
        self.portraits.add(portraits)
        last = _TOGETHER if self.config.together_steps else _PORTRAITS if portraits else _TIME
        while self.phase <= last:
            if self.phase in (_TIME, _TOGETHER) and not self.pool.has(self.config.window):
                say("No clip is long enough to learn movement from; that phase is left out.")
            elif self.step < self._steps(self.phase):
                if self.phase != _FRAMES:
                    self._look_at_pictures(say)
                self._fit_phase(more if self.phase == _FRAMES else list, say)
                if self.average:
                    self.net.load_state_dict(self.average)
                self.average = {}
            self.phase, self.step, self.elapsed = self.phase + 1, 0, 0.0
            self.optimiser = self._new_optimiser()
            self.save()
        self.phase, self.step = last, self._steps(last)
        self.optimiser = self._new_optimiser()
        self.save()
        if rank() == 0:
            shown = list(held_out[:3])
            guesses = [self._guess(number)[0][0].cpu() for number in range(len(shown))]
            draw_strips(self.run / "strips.png", shown, guesses)

    def _steps(self, phase: int) -> int:
        config = self.config
        portrait_steps = config.portrait_steps if len(self.portraits) else 0
        return (config.frame_steps, config.time_steps, portrait_steps, config.together_steps)[phase]

    def _look_at_pictures(self, say: Callable[[str], None]) -> None:
        """What is seen of pictures learns no more: look at all of them once."""
        self.net.eval()
        for pool in (self.pool, self.portraits) if self.phase >= _PORTRAITS else (self.pool,):
            if pool.looks is None and len(pool):
                say(f"Looking at the pictures of {pool.performances} people ...")
                pool.looks = known_looks(self.net, pool, self.config.ways)

    def _fit_phase(self, more: Callable[[], list[Example]], say: Callable[[str], None]) -> None:
        config, begun, before = self.config, time.monotonic(), self.elapsed
        losses: list[Tensor] = []
        steps, minutes = self._steps(self.phase), (config.frame_minutes, config.time_minutes, 0.0, 0.0)[self.phase]
        counts = rarity(self.pool.of("weights"))
        first, best, since_best = self.step, float("inf"), 0
        while self.step < steps:
            share = self.step / steps
            if minutes:
                share = max(share, self._agreed((before + time.monotonic() - begun) / 60 / minutes))
            if share >= 1:
                break
            self._set_rate(share)
            losses.append(self._learn(counts))
            self.step += 1
            self.elapsed = before + time.monotonic() - begun
            if self.step % _TAKEN_IN == 0:
                self.pool.add(more())
            if self.step % config.checkpoint_every == 0 or self.step == steps:
                pace = (time.monotonic() - begun) / (self.step - first)
                figures = self._report(losses, pace, say)
                losses = []
                self.save()
                best, since_best = (figures["vertex_mm"], 0) if figures["vertex_mm"] < best else (best, since_best + 1)
                if config.patience and since_best >= config.patience:
                    say("No better for a while; this phase ends.")
                    break
        if losses:
            self._report(losses, 0.0, say)

    def _set_rate(self, share: float) -> None:
        """Warm up, then a cosine down to nearly nothing."""
        warm = min(1.0, (self.step + 1) / 100)
        rate = self.config.learning_rate * warm * (0.51 + 0.49 * float(np.cos(np.pi * share)))
        for group in self.optimiser.param_groups:
            group["lr"] = rate * group["share"]

    def _learn(self, counts: Tensor) -> Tensor:
        """One step; the loss stays on the device, as asking for it would wait for it."""
        self.net.train()
        if self.phase == _FRAMES:
            return self._descend(self._loss(frame_batch(self.net, self.pool, self.config), counts))
        loss = torch.zeros((), device=self.device)
        eyes = self.phase == _TOGETHER
        if self.pool.has(self.config.window):
            loss = loss + self._loss(time_batch(self.net, self.pool, self.config, eyes), counts)
        # People who were seen in glimpses teach no movement, but what was learned of them must not be forgotten.
        if self.phase >= _PORTRAITS or self.pool.has(self.config.window, shorter=True):
            share = {_PORTRAITS: 1.0, _TOGETHER: _FRAMES_COUNT}.get(self.phase, _GLIMPSES_COUNT)
            loss = loss + share * self._loss(frame_batch(self.net, self.pool, self.config, eyes), counts)
        if self.phase >= _PORTRAITS and len(self.portraits):
            loss = loss + portrait_loss(self.net, self.portraits, eyes)
        return self._descend(loss)

    def _loss(self, learned: Learned, counts: Tensor) -> Tensor:
        loss = face_loss(learned.guess, learned.truth, counts, self.products)
        if learned.glance is not None and learned.glance_truth is not None:
            loss = loss + glance_loss(*learned.glance, *learned.glance_truth)
        return loss

    def _descend(self, loss: Tensor) -> Tensor:
        self.optimiser.zero_grad()
        loss.backward()
        if self.phase == _PORTRAITS:  # portraits say nothing of other expressions
            for parameter in (self.net.head.weight, self.net.head.bias):
                assert parameter.grad is not None
                parameter.grad[UNTAUGHT] = 0
        if self._processes > 1:
            self._average_gradients()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self._follow_average()
        return loss.detach()

    def _agreed(self, value: float) -> float:
        """The first process's number: clocks differ, and all have to end with the same step."""
        if self._processes == 1:
            return value
        shared = torch.tensor(value, dtype=torch.float64, device=self.device)
        torch.distributed.broadcast(shared, 0)
        return float(shared)

    def _average_gradients(self) -> None:
        for parameter in self.net.parameters():
            if parameter.grad is not None:
                torch.distributed.all_reduce(parameter.grad)
                parameter.grad /= self._processes

    def _follow_average(self) -> None:
        """A running mean of the weights: it is measured and kept, for it errs less than any one step."""
        with torch.no_grad():
            state = self.net.state_dict()
            if not self.average:
                self.average = {name: value.clone() for name, value in state.items()}
            keep = min(_AVERAGE, self.step / (self.step + 10))
            names = [name for name, value in state.items() if value.is_floating_point()]
            get_ema_multi_avg_fn(keep)([self.average[name] for name in names], [state[name] for name in names], None)

    def _report(self, losses: list[Tensor], pace: float, say: Callable[[str], None]) -> dict[str, float]:
        loss = float(torch.stack(losses).mean())
        figures = {"phase": float(self.phase), "step": float(self.step), "loss": loss}
        learning = {name: value.clone() for name, value in self.net.state_dict().items()}
        if self.average:
            self.net.load_state_dict(self.average)
        figures |= self.measure()
        self.net.load_state_dict(learning)
        self.history.append(figures)
        self.latest = figures
        if rank() == 0:
            (self.run / "history.json").write_text(json.dumps(self.history, indent=1), encoding="utf-8")
        say(
            f"{PHASES[self.phase]} {self.step} of {self.pool.performances} people: loss {figures['loss']:.3f}, "
            f"held out: weights {figures['weight_mae']:.4f}, r {figures['correlation']:.3f}, "
            f"vertices {figures['vertex_mm']:.3f} mm, gaze {figures['gaze_degrees']:.2f}, "
            f"head {figures['head_degrees']:.2f} deg ({pace:.3f} s a step)"
        )
        return figures

    def _guess(self, number: int) -> tuple[Tensor, Tensor, Tensor]:
        """What the network says of a held-out clip whose neutral frames are known."""
        rows, neutral = self.held_out.clip(number)
        with torch.inference_mode():
            looks = looks_of(self.net, self.held_out.at("pictures", rows))
            straight, mirror = seen_of(self.net, self.held_out, rows, looks)
            calm = [self.net.reading(side)[:, neutral].mean(dim=1) for side in (straight, mirror)]
            if self.phase != _FRAMES:
                return self.net(straight, mirror, (calm[0], calm[1]))
            one = self.net.one_side(straight, calm[0], in_time=False)
            other = unmirrored(*self.net.one_side(mirror, calm[1], in_time=False))
            weights, gaze, facing = ((a + b) / 2 for a, b in zip(one, other, strict=True))
        return weights, gaze, facing

    def measure(self) -> dict[str, float]:
        """Errors on clips kept from training, with their true neutral."""
        self.net.eval()
        truth, guess, gaze, astray = [], [], [], []
        for number in range(self.held_out.performances):
            rows, _ = self.held_out.clip(number)
            weights, looked, facing = (part[0] for part in self._guess(number))
            guess.append(weights.clamp(0, 1))
            truth.append(self.held_out.at("weights", rows))
            gaze.append((looked - self.held_out.at("gaze", rows)).norm(dim=-1).mean(dim=-1) * GAZE_SCALE)
            astray.append((facing - self.held_out.at("facing", rows)).norm(dim=-1).rad2deg())
        all_guess, all_truth = torch.cat(guess), torch.cat(truth)
        return {
            "weight_mae": float((all_guess - all_truth).abs().mean()),
            "vertex_mm": float(frame_errors(all_guess, all_truth, self.products).mean()),
            "correlation": mean_correlation(all_guess.cpu().numpy(), all_truth.cpu().numpy()),
            "gaze_degrees": float(torch.cat(gaze).mean()),
            "head_degrees": float(torch.cat(astray).mean()),
        }

    def _told(self, part: int) -> Tensor:
        """[N, ...] the network's weights (0), gaze (1) or facing (2) of all frames kept from training."""
        self.net.eval()
        return torch.cat([self._guess(number)[part][0] for number in range(self.held_out.performances)])

    def gains(self) -> tuple[float, ...]:
        """How much bolder a take may be than the network, from clips kept from training."""
        return fit_gains(self._told(0).cpu().numpy(), self.held_out.of("weights").cpu().numpy())

    def level_gaze(self) -> None:
        """Take out how much too high or low eyes are said to look in the mean of the clips kept from training.

        Lids that are lowered hide where eyes look that look down, and count little in the loss; what is told of all
        others rises with that.
        """
        shown = self.held_out.of("weights")[:, EYE_BLINKS] < _OPEN
        with torch.no_grad():
            off = (self._told(1) - self.held_out.of("gaze"))[..., 1][shown]
            self.net.head.bias[PITCHES] -= off.nanmean()

    def learn_obstacles(self) -> None:
        """What is before mouths and eyes, from some of all pictures (see `ml.face.covered`)."""
        self.net.eval()
        pools = [pool for pool in (self.pool, self.portraits) if len(pool)]
        some = [torch.randperm(len(pool), generator=torch.Generator().manual_seed(0))[:_OBSTRUCTED] for pool in pools]
        pictures = torch.cat([pool.of("pictures")[rows].cpu() for pool, rows in zip(pools, some, strict=True)])

        def look_at(shown: NDArray[np.uint8]) -> Tensor:
            return looks_of(self.net, torch.as_tensor(shown).to(self.device))[..., : self.net.config.look].mean(1).cpu()

        self.net.covered = fit_covered(look_at, pictures.numpy(), self.net.config.look).to(self.device)
        self.net.config = replace(self.net.config, covers=True)

    def draw_curves(self) -> None:
        """The run's curves as curves.png."""
        if self.history:
            draw_curves(self.run / "curves.png", self.history)
