"""The character's map in a real Blender's window: found, edited, saved, tested. Pictures as in test_real_blender.py."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("program", real.BLENDERS, ids=lambda path: Path(path).name)
def test_the_map_in_the_window(program, tmp_path):
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
    pictures = Path(os.environ.get("UNDERSTUDY_PICTURES", real.ROOT / "out")) / f"{Path(program).name}-map"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.iterdir():
        old.unlink()
    with screen_kind(tmp_path / "screen") as screen:
        empty = real.ROOT / "sample_rigs" / "mira.blend"  # a file, so that no splash lies over the picture
        process = blender.start(screen.display, empty, "--python", HERE / "drive_map.py", "--", pictures)
        brightness = real.photograph_on_request(process, screen, pictures, 500)
    log = (tmp_path / "window.log").read_text(errors="replace")
    report = json.loads((pictures / "report.json").read_text())
    assert report["error"] == "", report["error"] + log[-3000:]
    assert "Traceback" not in log, log[-5000:]
    assert all(value > 10 for value in brightness.values()), brightness
    steps = {step["name"]: step for step in report["steps"]}
    print(steps["found"])
    assert steps["edited"]["edited"] and steps["mirrored"]["left_hand"] == "hand_l"
    assert steps["ended"]["actions"] == 0 and steps["undone"]["actions"] == 0 and steps["undone"]["tested"] == 0
    saved = list((tmp_path / "user").glob("**/profiles/*.profile.json"))
    assert [path.name for path in saved] == ["Kit of the window.profile.json"]
