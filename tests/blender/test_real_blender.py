"""The built zip in real Blenders, named by UNDERSTUDY_BLENDER (several separated by the path separator).

The pictures of each step stay in `out/blender-VERSION` (or $UNDERSTUDY_PICTURES/blender-VERSION) to be looked at.
UNDERSTUDY_WHEELS names a folder of wheels to install the engine from; without it this environment serves as engine.
"""

import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import understudy

ROOT = Path(understudy.__file__).parent
HERE = Path(__file__).parent
CLIP = ROOT / "demo" / "clip.mp4"
BLENDERS = [path for path in os.environ.get("UNDERSTUDY_BLENDER", "").split(os.pathsep) if path]
WHEELS = os.environ.get("UNDERSTUDY_WHEELS", "")

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(not BLENDERS, reason="UNDERSTUDY_BLENDER names no Blender"),
    pytest.mark.skipif(not CLIP.exists(), reason="the bundled clip is not there"),
]


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The extension as it is shipped."""
    out = tmp_path_factory.mktemp("dist")
    builder = next(Path(sys.prefix).glob("**/bl_pkg/cli/blender_ext.py"))
    command = [sys.executable, str(builder), "build", "--source-dir", str(ROOT), "--output-dir", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.zip"))


class Blender:
    def __init__(self, program, folder):
        self.program = program
        # Mesa maps its cache of shaders into memory: another program that shortens it would end Blender (SIGBUS).
        own = {"BLENDER_USER_RESOURCES": folder / "user", "MESA_SHADER_CACHE_DIR": folder / "mesa"}
        self.environ = {**os.environ, **{name: str(path) for name, path in own.items()}, "UNDERSTUDY_ENGINE_FOLDER": ""}
        self.folder = folder

    def run(self, *arguments, **options):
        return subprocess.run(
            [self.program, *map(str, arguments)],
            env=self.environ, capture_output=True, text=True, timeout=300, check=False, cwd=self.folder, **options,
        )  # fmt: skip

    def start(self, display, *arguments):
        log = (self.folder / "window.log").open("w")
        environ = {**self.environ, "DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"}
        command = [self.program, "--window-geometry", "0", "0", "1600", "1000", *map(str, arguments)]
        return subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)


@pytest.fixture(scope="module", params=BLENDERS, ids=lambda path: Path(path).name)
def blender(request, package, tmp_path_factory):
    """A Blender with factory settings and the zip installed the way users do."""
    made = Blender(request.param, tmp_path_factory.mktemp("blender"))
    validated = made.run("--command", "extension", "validate", package)
    assert validated.returncode == 0, validated.stdout + validated.stderr
    installed = made.run("--command", "extension", "install-file", "-r", "user_default", "-e", package)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return made


def test_registering_takes_a_blink_and_leaves_nothing(blender):
    done = blender.run("--background", "--python-exit-code", "1", "--python", HERE / "register_twice.py")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.split("REPORT ")[1].splitlines()[0])
    assert told["left"] == [] and told["register_seconds"] < 0.2  # 0.05 on a computer with nothing else to do
    print(blender.program, told)


def test_the_users_way_through_the_window(blender):
    screen_kind = load("virtual_screen").VirtualScreen
    if not screen_kind.available():
        pytest.skip("there is no Xvfb for a window without a monitor")
    pictures = Path(os.environ.get("UNDERSTUDY_PICTURES", ROOT / "out")) / Path(blender.program).name
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.iterdir():
        old.unlink()
    wheels = [WHEELS] if WHEELS else []
    with screen_kind(blender.folder / "screen") as screen:
        process = blender.start(
            screen.display, "--python", HERE / "drive_window.py", "--", pictures, CLIP, sys.executable, *wheels
        )
        brightness = photograph_on_request(process, screen, pictures, 1500 if WHEELS else 900)
    log = (blender.folder / "window.log").read_text(errors="replace")
    report = json.loads((pictures / "report.json").read_text())
    assert report["error"] == "", log[-3000:]
    assert "Traceback" not in log and "Error:" not in log, log[-5000:]
    steps = {step["name"]: step for step in report["steps"]}
    assert all(value > 10 for value in brightness.values()), brightness
    assert steps["recorded"]["size"] > 1000 and not steps["recorded"]["problem"]
    assert steps["source"]["facts"]["width"] > 0
    assert steps["cancelled"]["seconds"] < 1.5 and steps["cancelled"]["left"] == []
    assert steps["captured"]["values"] > 4 and steps["captured"]["redraws"] > 10 and steps["captured"]["takes"] == 1
    assert steps["applied"]["moved"] > 20 and steps["applied"]["along"] > 20
    held = {name: seconds for name, seconds in report["held"].items() if name != "apply"}
    assert max(held.values()) < 0.1, held  # seconds of processor, so that a busy computer measures the same
    assert steps["undone"]["actions"] == 0 and steps["undone"]["takes"] == 1  # one step to undo


def photograph_on_request(process, screen, folder, seconds):
    """Serve drive_window.py's wish for pictures until Blender ends; returns name -> mean brightness."""
    wish, brightness = folder / "picture-wanted.txt", {}
    end = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > end:
            screen.photograph(folder / "stuck.png")
            process.kill()
            pytest.fail(f"Blender did not end in {seconds} s")
        if wish.exists() and (name := wish.read_text()) and name not in brightness:
            brightness[name] = float(screen.photograph(folder / name).mean())
        time.sleep(0.1)
    wish.unlink(missing_ok=True)
    return brightness


@pytest.mark.parametrize("how", ["quit", "kill"])
def test_no_engine_outlives_blender(blender, how, tmp_path):
    """Closed or killed in the middle of a capture."""
    screen_kind = load("virtual_screen").VirtualScreen
    if not screen_kind.available():
        pytest.skip("there is no Xvfb for a window without a monitor")
    with screen_kind(blender.folder / "screen") as screen:
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
