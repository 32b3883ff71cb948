"""The built zip in real Blenders, named by UNDERSTUDY_BLENDER (several separated by the path separator).

UNDERSTUDY_WHEELS names a folder of wheels to install the engine from; without it this environment serves as engine.
"""

import json
import os
import sys
import time
from pathlib import Path

import pytest

from understudy.tests.blender.real_blender import HERE, ROOT, needs_blender, needs_screen
from understudy.tests.blender.virtual_screen import VirtualScreen

CLIP = ROOT / "demo" / "clip.mp4"
TRUTH = ROOT / "demo" / "clip.truth.take.npz"
WHEELS = os.environ.get("UNDERSTUDY_WHEELS", "")

pytestmark = [
    pytest.mark.blender,
    needs_blender,
    pytest.mark.skipif(not CLIP.exists(), reason="the bundled clip is not there"),
]


def test_registering_takes_a_blink_and_leaves_nothing(blender):
    done = blender.run("--background", "--python-exit-code", "1", "--python", HERE / "register_twice.py")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.split("REPORT ")[1].splitlines()[0])
    assert told["left"] == [] and told["register_seconds"] < 0.2  # 0.05 on a computer with nothing else to do
    print(blender.program, told)


def test_the_commands_inside_blender(blender, tmp_path):
    """`blender --command understudy ...` inspects and applies as the command line does, with the same exit codes."""
    mira, out = ROOT / "sample_rigs" / "mira.blend", tmp_path / "moved.blend"
    inspected = blender.run("--command", "understudy", "inspect", mira, "--json")
    assert inspected.returncode == 0, inspected.stdout + inspected.stderr
    told, _end = json.JSONDecoder().raw_decode(inspected.stdout[inspected.stdout.index("{\n") :])  # Blender talks too
    assert told["bones"]["hips"] == "mixamorig:Hips" and told["kind"] == "mixamo"
    applied = blender.run("--command", "understudy", "apply", TRUTH, "--rig", mira, "--out", out)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert out.stat().st_size > 100_000
    refused = blender.run("--command", "understudy", "apply", TRUTH, "--rig", tmp_path / "none.blend")
    assert refused.returncode == 2 and "none.blend" in refused.stderr and "Traceback" not in refused.stderr


@needs_screen
def test_the_users_way_through_the_window(blender):
    wheels = [WHEELS] if WHEELS else []
    report, steps, log = blender.drive(
        "drive_window.py", "", CLIP, sys.executable, *wheels, seconds=1500 if WHEELS else 900
    )
    assert "Error:" not in log, log[-5000:]
    assert steps["recorded"]["size"] > 1000 and not steps["recorded"]["problem"]
    assert steps["source"]["facts"]["width"] > 0
    assert steps["cancelled"]["seconds"] < 1.5 and steps["cancelled"]["left"] == []
    assert steps["captured"]["values"] > 4 and steps["captured"]["redraws"] > 10 and steps["captured"]["takes"] == 1
    assert steps["applied"]["moved"] > 20 and steps["applied"]["along"] > 20
    held = {name: seconds for name, seconds in report["held"].items() if name != "apply"}
    assert max(held.values()) < 0.1, held  # seconds of processor, so that a busy computer measures the same
    assert steps["undone"]["actions"] == 0 and steps["undone"]["takes"] == 1  # one step to undo


@needs_screen
@pytest.mark.parametrize("how", ["quit", "kill"])
def test_no_engine_outlives_blender(blender, how, tmp_path):
    """Closed or killed in the middle of a capture."""
    with VirtualScreen(blender.folder / "screen") as screen:
        process = blender.start(
            screen.display, "--python", HERE / "close_while_capturing.py", "--", tmp_path, CLIP, sys.executable, how
        )
        process.wait(120)
    pid = int((tmp_path / "engine.pid").read_text())
    end = time.monotonic() + 3.0
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.1)
    assert not alive(pid)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["engine.pid"]


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"
