"""The requirement files are closed and locked, and the pip calls made from them resolve nothing anew."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.addon.engine.requirement_steps import count_packages, install_steps, torch_cpu_step

ROOT = Path(__file__).resolve().parents[2]
FILES = [ROOT / "requirements" / name for name in ("engine.txt", "dev.txt")]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_every_line_is_locked_to_one_version(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines
    loose = [line for line in lines if not re.match(r"^[A-Za-z0-9._-]+==[^\s;]+( ; .+)?$", line)]
    assert not loose


def test_what_the_engine_is_asked_for_is_in_its_lock():
    locked = {line.split("==")[0].lower() for line in FILES[0].read_text(encoding="utf-8").splitlines() if "==" in line}
    for line in (ROOT / "requirements" / "engine.in").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            assert re.split(r"[=<>;\s]", line)[0].lower() in locked, line


def test_pip_is_told_to_resolve_nothing_and_offline_to_ask_nobody(tmp_path):
    online = install_steps(Path("python"), FILES)
    assert all("--no-deps" in step.command for step in online)
    assert [step.packages for step in online] == [count_packages(path) for path in FILES]
    offline = install_steps(Path("python"), FILES, wheels=tmp_path)
    assert all("--no-index" in step.command and str(tmp_path) in step.command for step in offline)


def test_torch_for_the_cpu_has_the_locked_version():
    step = torch_cpu_step(Path("python"), FILES)
    assert step is not None
    version = step.command[-1].removeprefix("torch==")
    assert f"torch=={version}\n" in FILES[0].read_text(encoding="utf-8")


def test_dev_refuses_an_unknown_command_in_words():
    asked = subprocess.run([sys.executable, str(ROOT / "dev.py"), "fly"], capture_output=True, text=True, check=False)
    assert asked.returncode == 2
    assert "Traceback" not in asked.stderr and "invalid choice" in asked.stderr
