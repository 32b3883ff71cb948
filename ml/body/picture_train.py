"""Training of the picture side of the body network, on pictures of ever new people as they are made.

Processes photograph people (`studio.py`); here MediaPipe's network looks at them once, and what its inner layer and its
points say is kept in the card's memory, from which every step draws. Bound to the clock: the rates fall with the time
that is left, so that any number of minutes ends well. Can be stopped at any time; goes on from its checkpoint with new
people, and with what is left of the minutes and steps: none, once it is done.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from ..training import TrainingError
from ..training.blend import blended
from ..training.processes import training_device
from .bank import BODY_BONES, Stretch
from .darkroom import Darkroom, Store, room_for
from .picture_losses import Doubt, directions, loss_of
from .picture_model import INNER, BodyPictureNet
from .pose_graph import HEAT, POINTS, PRESENCE, WORLD, PoseGraph
from .studio import PEOPLE_PICTURES, VIEWS, Studio

Say = Callable[[str], None]

_HELD_OUT_SEED: Final = 9_000_000
_TREMBLING: Final = 0.04
"""Shares of the square's side, metres of the world's points, parts of visibility: at most, as a standard deviation."""
_UNTOLD: Final = 0.15
_MISTAKEN: Final = 0.08
_WARM_UP: Final = 400
_KEPT_OF_BEFORE: Final = 0.2
_BONES: Final = len(BODY_BONES)
_MEASURED: Final = 200
"""Views of each kind at most that a report is made of on a processor, which takes 3 ms for each; all at the end."""
_LEARNT_MEASURED: Final = 4000


@dataclass(frozen=True)
class PictureTraining:
    """How the network learns."""

    seconds: float = 3600.0
    """Of training, with the time until there is enough to learn from."""
    steps: int = 10_000_000
    """At most."""
    processes: int = 2
    """That photograph people."""
    people: int = 20_000
    """For which there is room; later ones take the place of earlier ones."""
    first: int = 2000
    """Views to begin with."""
    held_out: int = 100
    """People of motions and shadings never trained on."""
    batch: int = 512
    deep_rate: float = 2.5e-4
    """Learning rate of MediaPipe's layers;"""
    rate: float = 8e-4
    """and of those behind them."""
    average: float = 0.999
    device: str = "auto"
    seed: int = 0
    report_seconds: float = 20.0
    sheets_a_step: int = 4
    looked_again: int = 512
    """Views looked at again in each step, spoilt anew, where a card has room for their squares."""


def train_picture(
    config: PictureTraining, net: BodyPictureNet, banks: tuple[Sequence[Stretch], Sequence[Stretch]], run: Path,
    resume: bool = False, say: Say = print, keep: Callable[[BodyPictureNet], None] | None = None,
    graph: PoseGraph | None = None,
) -> tuple[BodyPictureNet, dict[str, float]]:  # fmt: skip
    """The network trained further, averaged, and its figures on people kept from training.

    banks: of motions to learn from, and those kept; keep: called with the averaged network at each report; graph:
    MediaPipe's network, where it is not installed.
    """
    begun, begin, state = time.monotonic(), config.seed * 10_000_000 + 1, _read(run) if resume else {}
    if (
        state.get("history")
        and _share(config, state["step"], state.get("seconds", 0.0), state.get("filling", 0.0)) >= 1
    ):
        say(f"Reading single pictures is learnt already, in {state['step']} steps.")
        learnt = copy.deepcopy(net).eval()
        learnt.load_state_dict(state["averaged"])
        return learnt, state["history"][-1]
    seeds = range(max(begin, state.get("next_seed", begin)), begin + _HELD_OUT_SEED - 1)
    held_out = range(_HELD_OUT_SEED, _HELD_OUT_SEED + config.held_out)
    studios = [
        Studio(config.processes, banks[0], seeds, say=say),
        Studio(max(1, config.processes // 2), banks[1], held_out, True, say),
    ]
    try:  # nothing touches the card before the studios' processes are there
        device = training_device(config.device)
        if device.type == "cuda":
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        darkroom = Darkroom(graph or PoseGraph((POINTS, PRESENCE, HEAT, WORLD, INNER)), device)
        views = VIEWS * PEOPLE_PICTURES
        kept = Store(config.held_out * views, device)
        people, squares = room_for(config.people, device, say)
        store = Store(people * views, device, squares)
        fill(darkroom, studios, store, kept, min(config.first, len(store.maps)), say)
        trainer = _Trainer(config, net, run, device, say, keep)
        trainer.resume(state)
        return trainer.fit(studios[0], darkroom, store, kept, time.monotonic() - begun)
    finally:
        for studio in studios:
            studio.close()


def _read(run: Path) -> dict[str, Any]:
    """The run's checkpoint, on the processor; empty if there is none."""
    path = run / "picture.pt"
    return torch.load(path, weights_only=True, map_location="cpu") if path.exists() else {}


def _share(config: PictureTraining, step: int, seconds: float, filling: float) -> float:
    """How much of the training is done, after so many steps and seconds of learning in all.

    filling: seconds in all until there was enough to learn from, which count as training too.
    """
    return max(seconds / max(config.seconds - filling, 1.0), step / config.steps)


def fill(
    darkroom: Darkroom, studios: list[Studio], store: Store, kept: Store, enough: int, say: Say, patience: float = 120
) -> None:
    """Take in all people that are held out, and `enough` views of others."""
    begun = time.monotonic()
    others, held_out = studios[0].sheets(0.01), studios[1].sheets(0.01)
    over = False
    while not over or store.count < enough:
        sheet = next(held_out, None) if not over else None
        if sheet is not None:
            darkroom.take(sheet, kept, vary=False)
        elif not over:
            over = not studios[1].working
        sheet = next(others, None)
        if sheet is not None:
            darkroom.take(sheet, store, vary=True)
        waited = time.monotonic() - begun
        if (over and not studios[0].working) or waited > 4 * patience:
            break
        if waited > patience and kept.count and store.count:
            break
    if not store.count:
        next(others)  # finds out what they ended with
        reason = studios[0].complaint or "no pictures came within minutes"
        raise TrainingError(f"There is nobody to learn from: {reason}.")
    say(f"{store.count} views to begin with and {kept.count} kept after {time.monotonic() - begun:.1f} s.")


class _Trainer:
    """The loop, its average and its reports."""

    def __init__(
        self, config: PictureTraining, net: BodyPictureNet, run: Path, device: torch.device, say: Say,
        keep: Callable[[BodyPictureNet], None] | None,
    ) -> None:  # fmt: skip
        torch.manual_seed(config.seed)
        self.config, self.run, self.device, self.say, self.keep = config, run, device, say, keep
        self.net = copy.deepcopy(net).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.averaged = copy.deepcopy(self.net).eval()
        self.doubt = Doubt(self.net.straight.in_features).to(device)
        deep = [*self.net.layers.parameters(), *self.net.blocks.parameters()]
        known = {id(parameter) for parameter in deep}
        behind = [parameter for parameter in self.net.parameters() if id(parameter) not in known]
        groups = [{"params": deep}, {"params": [*behind, *self.doubt.parameters()]}]
        self.optimiser = torch.optim.AdamW(groups, weight_decay=0.03, fused=device.type == "cuda")
        self.step, self.history = 0, list[dict[str, float]]()
        self.seconds = self.filling = 0.0
        self.people = self.next_seed = 0
        """Who were learnt from, and the seed of the next."""

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint, if there was one."""
        if not state:
            return
        self.net.load_state_dict(state["net"])
        self.averaged.load_state_dict(state["averaged"])
        self.doubt.load_state_dict(state["doubt"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.history = state["step"], state.get("history", [])
        self.seconds, self.filling = state.get("seconds", 0.0), state.get("filling", 0.0)
        self.people = state.get("people", 0)
        self.say(f"Going on from step {self.step} with new people.")

    def fit(
        self, studio: Studio, darkroom: Darkroom, store: Store, kept: Store, filling: float
    ) -> tuple[BodyPictureNet, dict[str, float]]:
        """filling: seconds until there was enough to learn from."""
        config = self.config
        if not self.net.usual.any():
            for net in (self.net, self.averaged):
                net.usual.copy_(store.readings[: store.count].median(0).values)
        self.filling += filling
        sheets, before, people = studio.sheets(0.001), self.seconds, self.people
        loss, begun = torch.zeros(()), time.monotonic()

        def report(last: bool = False) -> float:
            self.people, self.next_seed = people + studio.given, studio.reached + 1
            self._report(store, kept, float(loss) if self.step else float("nan"), last)
            return time.monotonic()

        reported = report()
        while (share := _share(config, self.step, self.seconds, self.filling)) < 1:
            for _ in range(config.sheets_a_step if self.device.type == "cuda" else 1):
                sheet = next(sheets, None)
                if sheet is None:
                    break
                darkroom.take(sheet, store, vary=True)
            darkroom.look_again(store, config.looked_again)
            loss = self._learn(store, share)
            self.step += 1
            self.seconds = before + time.monotonic() - begun
            if time.monotonic() - reported > config.report_seconds:
                reported = report()
        report(last=True)
        return self.averaged.cpu(), self.history[-1]

    def _learn(self, store: Store, share: float) -> Tensor:
        """One step; the loss."""
        config = self.config
        fall = 0.51 + 0.49 * torch.cos(torch.tensor(torch.pi * share)).item()
        warm = min(1.0, (self.step + 1) / _WARM_UP)
        for group, rate in zip(self.optimiser.param_groups, (config.deep_rate, config.rate), strict=True):
            group["lr"] = rate * warm * fall
        rows = torch.randint(store.count, (config.batch,), device=self.device)
        self.net.train()
        points, places = disturbed(store.points[rows]), store.places[rows]
        with self._quick():
            looks = self.net.look(store.maps[rows].contiguous(memory_format=torch.channels_last), points)
        looks = looks.float()
        given = torch.cat((looks, places, points), dim=1).detach()
        loss = loss_of(self.net.read(looks, places, points), self.doubt(given), store.readings[rows])
        self.optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        keep = min(config.average, (self.step + 1) / (self.step + 20))
        get_ema_multi_avg_fn(keep)(list(self.averaged.parameters()), list(self.net.parameters()), 0)
        return loss.detach()

    def _quick(self) -> AbstractContextManager[Any]:
        """Half precision where the card has it."""
        return torch.autocast("cuda", torch.bfloat16) if self.device.type == "cuda" else nullcontext()

    def _report(self, store: Store, kept: Store, loss: float, last: bool) -> None:
        most = None if last or self.device.type == "cuda" else _MEASURED
        row = {"step": float(self.step), "seconds": round(self.seconds, 1), "people": float(self.people)}
        row |= {"views": float(store.taken), "loss": loss} | measure(self.averaged, kept, ~kept.flawed, most)
        webcam = measure(self.averaged, kept, kept.flawed, most)
        row |= {f"webcam_{name}": value for name, value in webcam.items()}
        learnt = measure(self.averaged, store, torch.ones_like(store.flawed), most or _LEARNT_MEASURED)
        row |= {f"learnt_{name}": value for name, value in learnt.items()}
        self.history.append(row)
        self.say(", ".join(f"{name} {value:.4g}" for name, value in row.items()))
        self.run.mkdir(parents=True, exist_ok=True)
        (self.run / "picture-history.json").write_text(json.dumps(self.history, indent=1), encoding="utf-8")
        state = {
            "net": self.net.state_dict(), "averaged": self.averaged.state_dict(), "doubt": self.doubt.state_dict(),
            "optimiser": self.optimiser.state_dict(), "step": self.step, "seconds": self.seconds,
            "filling": self.filling, "people": self.people, "next_seed": self.next_seed, "history": self.history,
        }  # fmt: skip
        partial = self.run / "picture.partial"
        torch.save(state, partial)
        partial.replace(self.run / "picture.pt")
        if self.keep is not None:
            self.keep(self.averaged)


def with_some_of_before(before: BodyPictureNet, after: BodyPictureNet) -> BodyPictureNet:
    """The trained network with a share of what it began with: surer on pictures unlike those it learned from."""
    result = copy.deepcopy(after).cpu()
    result.load_state_dict(blended(before.state_dict(), result.state_dict(), 1 - _KEPT_OF_BEFORE))
    return result


def disturbed(points: Tensor) -> Tensor:
    """Points [N, 198] that tremble in half of the pictures and are not told in some, where the map has to do.

    In some left is taken for right, half of those with all depths turned round: so do fronts look that were taken for
    backs.
    """

    def one() -> Tensor:
        return torch.rand(len(points), 1, device=points.device)

    swapped = points[:, _SWAPPED.to(points.device)]
    turned = torch.where(one() < 0.5, swapped * _DEPTHS_TURNED.to(points.device), swapped)
    points = torch.where(one() < _MISTAKEN, turned, points)
    size = one() * (one() < 0.5) * _TREMBLING
    return (points + size * torch.randn_like(points)) * (one() > _UNTOLD)


def _swapped_points() -> Tensor:
    """Where each of the 198 numbers stands when left and right are exchanged."""
    pairs = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 if i % 2 else i - 1 for i in range(11, 33))]
    flat, world = ([size * mark + i for mark in pairs for i in range(size)] for size in (2, 3))
    return torch.tensor([*flat, *(66 + i for i in world), *(165 + mark for mark in pairs)])


_SWAPPED: Final = _swapped_points()
_DEPTHS_TURNED: Final = torch.tensor([-1.0 if 66 <= i < 165 and i % 3 == 1 else 1.0 for i in range(198)])


def measure(net: BodyPictureNet, store: Store, chosen: Tensor, most: int | None = None) -> dict[str, float]:
    """Degrees between read and true limbs, the joints' mean distance in millimetres, and how often a front was taken
    for a back, of the chosen rows [N], `most` of them all over the store."""
    net.eval()
    rows = chosen[: store.count].nonzero()[:, 0]
    if most and len(rows) > most:
        rows = rows[torch.arange(most, device=rows.device) * len(rows) // most]
    told = []
    with torch.inference_mode():
        for part in rows.split(1024):
            maps = store.maps[part].float().contiguous(memory_format=torch.channels_last)
            told.append(net(maps, store.places[part], store.points[part]))
    if not told:
        return {}
    read, true = torch.cat(told), store.readings[rows]
    apart = (directions(read) * directions(true)).sum(-1).clamp(-1, 1).acos().rad2deg().mean(0)
    away = (read - true)[:, : 3 * _BONES].reshape(-1, _BONES, 3).norm(dim=-1)
    across, truly = (reading[:, 3 * _BONES : 3 * _BONES + 6].reshape(-1, 3, 2)[..., 0] for reading in (read, true))
    return {
        "arms_degrees": float(apart[:4].mean()), "legs_degrees": float(apart[4:8].mean()),
        "trunk_degrees": float(apart[8:].mean()), "mpjpe_mm": 1000 * float(away.mean()),
        "turned_round_percent": 100 * float(((across * truly).sum(-1) < 0).float().mean()),
    }  # fmt: skip
