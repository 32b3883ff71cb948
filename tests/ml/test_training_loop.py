"""The shared training loop: it learns, resumes where it stopped, keeps the best state, stops early; smoke runs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from understudy.ml.training import Schedule, TrainingError, fit, read_settings


def quiet(_: str) -> None:
    pass


def line_task(run: Path, steps: int, resume: bool = False, patience: int = 0) -> tuple[torch.nn.Linear, list]:
    """y = 3 x + 1 learned by a single neuron."""
    torch.manual_seed(0)
    net = torch.nn.Linear(1, 1)
    optimiser = torch.optim.Adam(net.parameters(), 0.05)
    x = torch.linspace(-1, 1, 32)[:, None]

    def step(_: int) -> dict[str, float]:
        loss = (net(x) - 3 * x - 1).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return {"loss": float(loss.detach())}

    schedule = Schedule(steps, 0.05, report_every=50, warm_up=10, patience=patience)
    history = fit(
        {"net": net}, {"net": optimiser}, step, lambda: {"loss": float((net(x) - 3 * x - 1).square().mean())},
        schedule, run, resume, quiet,
    )  # fmt: skip
    return net, history


def test_it_learns_and_draws_its_curves(tmp_path: Path) -> None:
    net, history = line_task(tmp_path, 400)
    assert history[-1]["loss"] < 1e-3 < history[0]["loss"]
    assert net.weight.item() == pytest.approx(3, abs=0.1)
    assert (tmp_path / "curves.png").stat().st_size > 1000 and (tmp_path / "history.json").is_file()


def test_it_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    _, first = line_task(tmp_path, 100)
    _, second = line_task(tmp_path, 200, resume=True)
    assert [row["step"] for row in second] == [50, 100, 150, 200]
    assert second[:2] == first


@dataclass(frozen=True)
class Settings:
    """For read_settings."""

    steps: int = 5
    rate: float = 0.1
    name: str = "a"


def test_settings_of_a_file_are_checked(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('steps = 7\nrate = 1\nname = "b"\n', encoding="utf-8")
    assert read_settings(path, Settings()) == Settings(7, 1, "b")
    for text in ("stepz = 7", 'steps = "7"', "steps = = 7", "steps = true"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(TrainingError):
            read_settings(path, Settings())


@pytest.mark.parametrize("model", ["emotion", "behaviour", "voice"])
def test_smoke_trainings_run_the_whole_way(model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace
    from importlib import import_module

    if model == "voice" and (shutil.which("flite") is None or shutil.which("espeak-ng") is None):
        pytest.skip("espeak-ng or flite is not installed")
    module = import_module(f"understudy.ml.{model}.train")
    settings = replace(module.SMOKE, run=str(tmp_path / "run"))
    if model == "voice":
        settings = replace(settings, data=str(tmp_path / "data"))
    getattr(module, f"train_{model}")(settings, say=quiet)
    assert (tmp_path / "run" / "curves.png").is_file() and (tmp_path / "run" / "checkpoint.pt").is_file()
