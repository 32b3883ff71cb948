"""What differs between systems, tried for all three from whichever runs the tests."""

import subprocess
import sys
from pathlib import Path

import pytest

from understudy.addon.engine import platform
from understudy.addon.engine.pythons import FoundPython, NoPythonError, find_python, why_not

SYSTEMS = ("linux", "macos", "windows")


def found(version=(3, 11), bits=64, machine="x86_64", venv=True):
    return FoundPython(Path("/somewhere/python"), version, bits, machine, venv)


def test_python_of_an_environment_lies_where_each_system_puts_it():
    assert platform.venv_python(Path("e"), "windows") == Path("e/Scripts/python.exe")
    assert platform.venv_python(Path("e"), "linux") == platform.venv_python(Path("e"), "macos") == Path("e/bin/python")


def test_no_console_window_on_windows_and_no_terminal_interrupts_elsewhere():
    assert platform.popen_options("windows") == {"creationflags": 0x08000000}
    assert platform.popen_options("linux") == {"start_new_session": True}


def test_blenders_python_settings_do_not_reach_the_engine():
    environ = {"PYTHONHOME": "/blender", "PythonPath": "x", "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/me"}
    kept = platform.engine_environment(environ)
    assert kept["HOME"] == "/me"
    assert not {"PYTHONHOME", "PythonPath", "PYTHONDONTWRITEBYTECODE"} & set(kept)


@pytest.mark.parametrize("system", SYSTEMS)
def test_python_3_11_is_tried_first_and_only_supported_versions(system, tmp_path):
    commands = platform.python_commands(tmp_path, {}, system)
    assert "3.11" in commands[0][-1]
    text = " ".join(" ".join(command) for command in commands)
    assert "3.13" not in text and "3.9" not in text
    assert (["py", "-3.11"] in commands) == (system == "windows")


def test_the_newest_of_pyenvs_pythons_comes_first(tmp_path):
    for version in ("3.11.7", "3.11.10", "3.12.1"):
        program = tmp_path / ".pyenv/versions" / version / "bin/python"
        program.parent.mkdir(parents=True)
        program.touch()
    paths = [command[0] for command in platform.python_commands(tmp_path, {}, "linux")]
    ours = [Path(path).parts[-3] for path in paths if str(tmp_path) in path]
    assert ours == ["3.11.10", "3.11.7", "3.12.1"]


@pytest.mark.parametrize(
    ("error", "system", "expected"),
    [
        ("ImportError: libGL.so.1: cannot open shared object file", "linux", "apt install libgl1"),
        ("OSError: PortAudio library not found", "linux", "apt install libportaudio2"),
        ("ImportError: DLL load failed while importing cv2", "windows", "vc_redist"),
        ("ImportError: libGL.so.1", "macos", ""),
        ("ZeroDivisionError", "linux", ""),
    ],
)
def test_a_missing_library_names_the_command_that_installs_it(error, system, expected):
    hint = platform.library_hint(error, system)
    assert expected in hint and bool(hint) == bool(expected)


@pytest.mark.parametrize("system", SYSTEMS)
def test_without_a_python_one_sentence_says_where_to_get_it(system, tmp_path):
    with pytest.raises(NoPythonError, match=r"python\.org|apt install"):
        find_python(tmp_path, {}, ask=lambda _command: None, system=system)


def test_a_python_without_venv_is_passed_over_for_one_with_it(tmp_path):
    def ask(command):
        return found((3, 12)) if "3.12" in command[-1] else found(venv=False)

    assert find_python(tmp_path, {}, ask, "linux").version == (3, 12)
    with pytest.raises(NoPythonError, match=r"apt install python3\.11-venv"):
        find_python(tmp_path, {}, lambda _command: found(venv=False), "linux")


@pytest.mark.parametrize(
    ("python", "system", "reason"),
    [
        (found((3, 13)), "linux", "is Python 3.13"),
        (found(bits=32), "windows", "32-bit"),
        (found(machine="x86_64"), "macos", "Apple chip"),
        (found(machine="arm64"), "macos", ""),
        (found(machine="ARM64"), "windows", "x86-64"),
    ],
)
def test_an_unsuitable_python_is_refused_in_words(python, system, reason):
    assert reason in why_not(python, system) and bool(reason) == bool(why_not(python, system))


def test_the_file_stands_alone(tmp_path):
    """dev.py loads it by its path, before anything is installed."""
    code = "import sys, runpy; runpy.run_path(sys.argv[1])"
    subprocess.run([sys.executable, "-I", "-S", "-c", code, platform.__file__], check=True, cwd=tmp_path)
