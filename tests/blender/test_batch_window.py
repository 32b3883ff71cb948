"""The Batch panel in a real Blender's window: started, watched, ended. Pictures as in test_real_blender.py."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from understudy.ml.take import FACE_NAMES, Take, save_take

HERE = Path(__file__).parent


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


real = load("test_real_blender")
pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(not real.BLENDERS, reason="UNDERSTUDY_BLENDER names no Blender"),
]


def face_take(path, key):
    weights = np.zeros((6, 52), np.float32)
    weights[:, FACE_NAMES.index(key)] = np.linspace(0, 1, 6)
    take = Take(fps=30.0, times=np.arange(6) / 30, face_weights=weights, confidence_face=np.ones(6))
    return save_take(path, take)


@pytest.mark.parametrize("program", real.BLENDERS, ids=lambda path: Path(path).name)
def test_a_batch_from_the_panel(program, tmp_path):
    screen_kind = load("virtual_screen").VirtualScreen
    if not screen_kind.available():
        pytest.skip("there is no Xvfb for a window without a monitor")
    builder = next(Path(sys.prefix).glob("**/bl_pkg/cli/blender_ext.py"))
    command = [sys.executable, str(builder), "build", "--source-dir", str(real.ROOT), "--output-dir", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    blender = real.Blender(program, tmp_path)
    installed = blender.run(
        "--command", "extension", "install-file", "-r", "user_default", "-e", next(tmp_path.glob("*.zip"))
    )
    assert installed.returncode == 0, installed.stdout + installed.stderr
    pictures = Path(os.environ.get("UNDERSTUDY_PICTURES", real.ROOT / "out")) / f"{Path(program).name}-batch"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.iterdir():
        old.unlink()
    shot = tmp_path / "shot.blend"
    shutil.copy(real.ROOT / "sample_rigs" / "mira.blend", shot)
    takes = [face_take(tmp_path / f"{key}.take.npz", key) for key in ("jawOpen", "browInnerUp")]
    with screen_kind(tmp_path / "screen") as screen:
        arguments = ("--python", HERE / "drive_batch.py", "--", pictures, sys.executable, *takes)
        process = blender.start(screen.display, shot, *arguments)
        real.photograph_on_request(process, screen, pictures, 900)
    log = (tmp_path / "window.log").read_text(errors="replace")
    report = json.loads((pictures / "report.json").read_text())
    assert report["error"] == "", report["error"] + log[-3000:]
    assert "Traceback" not in log, log[-5000:]
    steps = {step["name"]: step for step in report["steps"]}
    assert steps["ended"]["error"] == "", steps["ended"]
    folder = tmp_path / "shot_batch"
    assert len(list(folder.glob("scenes/*.blend"))) == len(list(folder.glob("renders/*.mp4"))) == 2
    assert (folder / "report.html").is_file()
