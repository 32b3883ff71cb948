"""Everything that differs between Linux, macOS and Windows, as functions of the system's name.

Standard library only, no bpy, no imports from the package, so that developer scripts and tests can use it for any
system from any other. Other modules never ask which system they run on.
"""

from __future__ import annotations

import contextlib
import os
import platform as _platform
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

System = Literal["linux", "macos", "windows"]

SUPPORTED_PYTHONS = ((3, 11), (3, 12), (3, 10))
"""Versions MediaPipe 0.10.21 has wheels for, the best tried first."""

_CREATE_NO_WINDOW = 0x08000000

_LIBRARY_PACKAGES = {
    "libGL.so": "libgl1",
    "libEGL.so": "libegl1",
    "libGLESv2.so": "libgles2",
    "libglib-2.0.so": "libglib2.0-0",
    "libgthread-2.0.so": "libglib2.0-0",
    "libSM.so": "libsm6",
    "libICE.so": "libice6",
    "libX11.so": "libx11-6",
    "libXext.so": "libxext6",
    "libXrender.so": "libxrender1",
    "libXi.so": "libxi6",
    "libXxf86vm.so": "libxxf86vm1",
    "libXfixes.so": "libxfixes3",
    "libxkbcommon.so": "libxkbcommon0",
    "libportaudio.so": "libportaudio2",
    "PortAudio": "libportaudio2",
    "libgomp.so": "libgomp1",
    "libstdc++.so": "libstdc++6",
}


def current_system() -> System:
    """The system this process runs on; anything that is neither Windows nor macOS is treated as Linux."""
    if sys.platform == "win32":
        return "windows"
    return "macos" if sys.platform == "darwin" else "linux"


THIS: System = current_system()
"""The system this process runs on."""


def venv_python(folder: Path, system: System = THIS) -> Path:
    """The interpreter inside a virtual environment."""
    return folder / "Scripts" / "python.exe" if system == "windows" else folder / "bin" / "python"


def popen_options(system: System = THIS) -> dict[str, Any]:
    """Arguments for subprocess.Popen: no console window on Windows, no Ctrl-C from Blender's terminal elsewhere."""
    return {"creationflags": _CREATE_NO_WINDOW} if system == "windows" else {"start_new_session": True}


def engine_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Environment variables for the engine: Blender's own Python settings would break another Python.

    PYTHONDONTWRITEBYTECODE goes too: with compiled files the engine starts seconds sooner the second time.
    """
    own = {"PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONDONTWRITEBYTECODE", "PYTHONEXECUTABLE"}
    own.add("__PYVENV_LAUNCHER__")
    kept = {name: value for name, value in environ.items() if name.upper() not in own}
    return {**kept, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTHONNOUSERSITE": "1"}


def python_commands(home: Path, environ: Mapping[str, str], system: System = THIS) -> list[list[str]]:
    """Commands that may start a suitable Python, best first; each still has to be tried."""
    commands: list[list[str]] = []
    for major, minor in SUPPORTED_PYTHONS:
        version = f"{major}.{minor}"
        if system == "windows":
            commands.append(["py", f"-{version}"])
        commands.extend([path] for path in _python_paths(version, home, environ, system))
    return commands


def _python_paths(version: str, home: Path, environ: Mapping[str, str], system: System) -> list[str]:
    if system == "windows":
        compact = version.replace(".", "")
        roots = [
            Path(environ.get("LOCALAPPDATA", home / "AppData/Local")) / "Programs" / "Python",
            Path(environ.get("ProgramFiles", "C:/Program Files")),
        ]
        fixed = [str(root / f"Python{compact}" / "python.exe") for root in roots]
        return fixed + _newest(home / ".pyenv/pyenv-win/versions", f"{version}.*", "python.exe")
    name = f"python{version}"
    folders = ["/usr/local/bin", "/usr/bin"]
    if system == "macos":
        framework = f"/Library/Frameworks/Python.framework/Versions/{version}/bin"
        folders = [framework, "/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"]
    return [
        name,
        *(f"{folder}/{name}" for folder in folders),
        *_newest(home / ".pyenv/versions", f"{version}.*", "bin/python"),
        *_newest(home / ".local/share/uv/python", f"cpython-{version}*", f"bin/{name}"),
    ]


def _newest(folder: Path, pattern: str, inner: str) -> list[str]:
    if not folder.is_dir():
        return []
    found = [path / inner for path in folder.glob(pattern) if (path / inner).exists()]
    return [str(path) for path in sorted(found, key=lambda path: _numbers(path.parts), reverse=True)]


def _numbers(parts: tuple[str, ...]) -> list[int]:
    text = "".join(part if part.replace(".", "").isdigit() else " " for part in parts)
    return [int(number) for number in text.replace(".", " ").split()]


def unsupported_machine(machine: str, system: System = THIS) -> str | None:
    """One sentence when no wheels exist for this kind of computer, else None."""
    arm = machine.lower() in {"arm64", "aarch64"}
    if system == "macos" and not arm:
        return "PyTorch has no current build for Intel Macs, so the engine needs a Mac with an Apple chip."
    if system == "windows" and arm:
        return (
            "MediaPipe has no build for Windows on ARM: install the 64-bit (x86-64) Python 3.11 from python.org and "
            "choose its python.exe here."
        )
    if system == "linux" and arm:
        return "MediaPipe 0.10.21 has no build for Linux on ARM, so the engine needs an x86-64 computer."
    return None


def machine() -> str:
    """The processor's name as Python reports it, e.g. x86_64, AMD64, arm64."""
    return _platform.machine()


def python_hint(system: System = THIS) -> str:
    """One sentence: where to get a Python the engine can use."""
    if system == "windows":
        return "Install Python 3.11 (64-bit) from python.org/downloads, then try again."
    if system == "macos":
        return "Install Python 3.11 from python.org/downloads or with 'brew install python@3.11', then try again."
    return (
        "Install Python 3.11 with your package manager, for example 'sudo apt install python3.11 python3.11-venv' "
        "or 'sudo dnf install python3.11', then try again."
    )


def venv_hint(system: System = THIS, version: str = "3.11") -> str:
    """One sentence: what to do when a Python cannot make virtual environments."""
    if system == "linux":
        return f"Python {version} lacks its venv module; install it with 'sudo apt install python{version}-venv'."
    return f"Python {version} lacks its venv module; install Python again from python.org with all its parts."


def library_hint(error: str, system: System = THIS) -> str:
    """One sentence: how to install the system library an import error names; empty when none is known."""
    if system == "windows" and "DLL load failed" in error:
        return (
            "Install the Microsoft Visual C++ Redistributable (aka.ms/vs/17/release/vc_redist.x64.exe), then try again."
        )
    if system != "linux":
        return ""
    for library, package in _LIBRARY_PACKAGES.items():
        if library in error:
            return f"A system library is missing: run 'sudo apt install {package}' (Debian, Ubuntu), then try again."
    return ""


def torch_needs_own_index(system: System = THIS) -> bool:
    """Whether PyPI's torch is the CUDA build of gigabytes, so that the CPU build comes from PyTorch's own index."""
    return system == "linux"


def open_folder_command(path: Path, system: System = THIS) -> list[str]:
    """The command that shows a folder in the system's file manager."""
    return [{"windows": "explorer", "macos": "open", "linux": "xdg-open"}[system], str(path)]


def stop_process(process: subprocess.Popen[Any], patience: float) -> None:
    """Wait for a process that was asked to end; kill it when its time is up."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        _kill(process, patience)


def _kill(process: subprocess.Popen[Any], patience: float) -> None:
    """Kill a process; on a busy computer one that holds much memory may take longer to go than we wait for it."""
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)


def kill_tree(process: subprocess.Popen[Any], system: System = THIS) -> None:
    """End a process started with popen_options and everything it started."""
    if process.poll() is not None:
        return
    if system == "windows":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False, **popen_options(system))
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    _kill(process, 5)


def replace_patiently(source: Path, target: Path, attempts: int = 20) -> None:
    """os.replace that outwaits a virus scanner: on Windows a file just written may be held for a moment."""
    for attempt in range(attempts):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if attempt == attempts - 1:
                raise
            time.sleep(0.05)
