"""Real Blenders, named by UNDERSTUDY_BLENDER (several separated by the path separator), with the built zip in them."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import understudy
from understudy.tests.blender.virtual_screen import VirtualScreen

ROOT = Path(understudy.__file__).parent
HERE = Path(__file__).parent
BLENDERS = [path for path in os.environ.get("UNDERSTUDY_BLENDER", "").split(os.pathsep) if path]
needs_blender = pytest.mark.skipif(not BLENDERS, reason="UNDERSTUDY_BLENDER names no Blender")
needs_screen = pytest.mark.skipif(
    not VirtualScreen.available(), reason="there is no Xvfb for a window without a monitor"
)


def build_package(folder):
    """The extension as it is shipped."""
    builder = next(Path(sys.prefix).glob("**/bl_pkg/cli/blender_ext.py"))
    command = [sys.executable, str(builder), "build", "--source-dir", str(ROOT), "--output-dir", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.zip"))


class Blender:
    """A Blender with factory settings in a folder of its own."""

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

    def install(self, package):
        """The way users do."""
        done = self.run("--command", "extension", "install-file", "-r", "user_default", "-e", package)
        assert done.returncode == 0, done.stdout + done.stderr

    def drive(self, script, name, *arguments, seconds=900, opened=()):
        """Run a drive_*.py in a window; returns its report, its steps by name, the pictures' brightness and the log.

        The pictures of each step stay in `out/BLENDER-name` (or $UNDERSTUDY_PICTURES/...) to be looked at.
        """
        pictures = Path(os.environ.get("UNDERSTUDY_PICTURES", ROOT / "out")) / f"{Path(self.program).name}{name}"
        pictures.mkdir(parents=True, exist_ok=True)
        for old in pictures.iterdir():
            old.unlink()
        with VirtualScreen(self.folder / "screen") as screen:
            process = self.start(screen.display, *opened, "--python", HERE / script, "--", pictures, *arguments)
            brightness = photograph_on_request(process, screen, pictures, seconds)
        log = (self.folder / "window.log").read_text(errors="replace")
        report = json.loads((pictures / "report.json").read_text())
        assert report["error"] == "", report["error"] + log[-3000:]
        assert "Traceback" not in log, log[-5000:]
        assert all(value > 10 for value in brightness.values()), brightness
        return report, {step["name"]: step for step in report["steps"]}, log


def photograph_on_request(process, screen, folder, seconds):
    """Serve the driver's wish for pictures until Blender ends; returns name -> mean brightness."""
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
