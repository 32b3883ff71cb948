"""The training loop: learning rate, checkpoints, resuming, held-out figures, early stop, curves as a picture.

It knows no model: `step` learns once and gives its losses, `measure` gives held-out figures. A run's folder:

    checkpoint.pt     to resume: networks, optimisers, step, history, best state
    history.json      a row for each report
    curves.png        all figures over the steps
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

Figures = dict[str, float]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast."""

    steps: int
    learning_rate: float
    minutes: float = 0.0
    """Stop after so many minutes (0 = after the steps)."""
    report_every: int = 250
    patience: int = 0
    """Stop after so many reports without a better held-out figure (0 = never)."""
    warm_up: int = 100
    watch: str = "loss"
    """The held-out figure whose lowest value marks the best state."""


def fit(
    networks: Mapping[str, nn.Module],
    optimisers: Mapping[str, torch.optim.Optimizer],
    step: Callable[[int], Figures],
    measure: Callable[[], Figures],
    schedule: Schedule,
    run: Path,
    resume: bool = False,
    say: Callable[[str], None] = print,
) -> list[Figures]:
    """Train and leave the networks in their best state; returns the history, a row for each report.

    step(number) makes one update of whatever it updates; its losses are averaged between reports. Optimisers keep the
    ratio of their own learning rate to each other: all are scaled by the same warm-up and cosine.
    """
    run.mkdir(parents=True, exist_ok=True)
    state = _Progress(networks, optimisers, run / "checkpoint.pt")
    if resume:
        state.load()
    base = {name: [group.get("initial_lr", group["lr"]) for group in o.param_groups] for name, o in optimisers.items()}
    begun, losses, since_best = time.monotonic(), [], 0
    while state.step < schedule.steps:
        share = _share_done(state.step, time.monotonic() - begun, schedule)
        if share >= 1:
            break
        _set_rates(optimisers, base, state.step, share, schedule)
        for network in networks.values():
            network.train()
        losses.append(step(state.step))
        state.step += 1
        if state.step % schedule.report_every == 0 or state.step == schedule.steps:
            better = _report(state, networks, losses, measure, schedule, run, say)
            losses, since_best = [], 0 if better else since_best + 1
            if schedule.patience and since_best >= schedule.patience:
                say(f"No better held-out {schedule.watch} for {since_best} reports; stopping.")
                break
    if losses:
        _report(state, networks, losses, measure, schedule, run, say)
    state.restore_best()
    if state.history:
        draw_curves(state.history, run / "curves.png")
    return state.history


class _Progress:
    """All that a stopped run needs to go on."""

    def __init__(
        self, networks: Mapping[str, nn.Module], optimisers: Mapping[str, torch.optim.Optimizer], path: Path
    ) -> None:
        self.networks, self.optimisers, self.path = networks, optimisers, path
        self.step, self.best = 0, math.inf
        self.history: list[Figures] = []
        self.best_state: dict[str, Any] | None = None

    def load(self) -> None:
        if not self.path.exists():
            return
        saved: dict[str, Any] = torch.load(self.path, weights_only=True)
        for name, network in self.networks.items():
            network.load_state_dict(saved["networks"][name])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(saved["optimisers"][name])
        self.step, self.history, self.best = saved["step"], saved["history"], saved["best"]
        self.best_state = saved["best_state"]

    def save(self) -> None:
        partial = self.path.with_suffix(".partial")
        torch.save(
            {
                "networks": _states(self.networks), "optimisers": _states(self.optimisers), "step": self.step,
                "history": self.history, "best": self.best, "best_state": self.best_state,
            },
            partial,
        )  # fmt: skip
        partial.replace(self.path)

    def keep_if_best(self, figure: float) -> bool:
        if not figure < self.best:
            return False
        self.best = figure
        self.best_state = {
            name: {key: value.clone() for key, value in state.items()} for name, state in _states(self.networks).items()
        }
        return True

    def restore_best(self) -> None:
        if self.best_state is not None:
            for name, network in self.networks.items():
                network.load_state_dict(self.best_state[name])


def _states(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part.state_dict() for name, part in parts.items()}


def _share_done(step: int, seconds: float, schedule: Schedule) -> float:
    share = step / schedule.steps
    return max(share, seconds / 60 / schedule.minutes) if schedule.minutes else share


def _set_rates(
    optimisers: Mapping[str, torch.optim.Optimizer],
    base: Mapping[str, list[float]],
    step: int,
    share: float,
    schedule: Schedule,
) -> None:
    """Warm up, then a cosine down to a fiftieth."""
    factor = min(1.0, (step + 1) / max(schedule.warm_up, 1)) * (0.51 + 0.49 * math.cos(math.pi * share))
    for name, optimiser in optimisers.items():
        for group, rate in zip(optimiser.param_groups, base[name], strict=True):
            group["initial_lr"], group["lr"] = rate, rate * factor


def _report(
    state: _Progress,
    networks: Mapping[str, nn.Module],
    losses: list[Figures],
    measure: Callable[[], Figures],
    schedule: Schedule,
    run: Path,
    say: Callable[[str], None],
) -> bool:
    for network in networks.values():
        network.eval()
    with torch.no_grad():
        held_out = measure()
    means = {f"train_{name}": float(np.mean([row[name] for row in losses])) for name in losses[0]}
    row = {"step": float(state.step)} | means | held_out
    state.history.append(row)
    better = state.keep_if_best(row.get(schedule.watch, row.get(f"train_{schedule.watch}", math.inf)))
    state.save()
    (run / "history.json").write_text(json.dumps(state.history, indent=1), encoding="utf-8")
    figures = ", ".join(f"{name} {value:.4g}" for name, value in row.items() if name != "step")
    say(f"step {state.step}: {figures}{' *' if better else ''}")
    return better


def draw_curves(history: list[Figures], path: Path) -> None:
    """All figures over the steps, one small plot each; train and held-out figures of one name share a plot."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = list(dict.fromkeys(name.removeprefix("train_") for name in history[-1] if name != "step"))
    figure, axes = pyplot.subplots(1, len(names), figsize=(3.0 * len(names), 2.6), squeeze=False)
    steps = [row["step"] for row in history]
    for axis, name in zip(axes[0], names, strict=True):
        for key, label in ((f"train_{name}", "training"), (name, "held out")):
            if key in history[-1]:
                axis.plot(steps, [row.get(key, math.nan) for row in history], label=label)
        axis.set_title(name)
        axis.legend(fontsize=6)
    figure.tight_layout()
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
