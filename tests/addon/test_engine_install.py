"""The installer, with real virtual environments and pip, and wheels of a few bytes made here."""

import base64
import hashlib
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from understudy.addon.engine import environment, install
from understudy.addon.engine.environment import Environment, read_environment, remove_engine
from understudy.addon.engine.install import (
    InstallCancelledError,
    InstallError,
    InstallOptions,
    install_engine,
    use_python,
)

# Answers as the engine does, with what the made wheels hold.
LAUNCHER = """
import importlib.metadata, json, sys
problems = PROBLEMS
for line in sys.stdin:
    call = json.loads(line)
    result = {"protocol": 1} if call["method"] == "hello" else {
        "versions": {name: importlib.metadata.version(name) for name in ("tinya", "tinyb")}, "problems": problems}
    print(json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": result}), flush=True)
"""


def make_wheel(folder, name, version="1.0"):
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = '{version}'\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n"
        for path, text in files.items()
    )
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(path, text)


@pytest.fixture
def options(tmp_path):
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    make_wheel(wheels, "tinya")
    make_wheel(wheels, "tinyb")
    requirements = tmp_path / "engine.txt"
    requirements.write_text("# locked\ntinya==1.0\ntinyb==1.0\n")
    launcher = tmp_path / "launch.py"
    launcher.write_text(LAUNCHER.replace("PROBLEMS", "[]"))
    return InstallOptions(
        folder=tmp_path / "Engine folder ä",
        requirements=requirements,
        python=Path(sys.base_prefix) / "bin" / "python3",
        wheels=wheels,
        online=False,
        launcher=launcher,
        needed_bytes=1,
    )


def never():
    return False


def ignore(_share, _text):
    pass


def test_install_from_wheels_repair_fail_and_remove(options):
    told = []
    made = install_engine(options, lambda share, text: told.append((share, text)), never)
    shares = [share for share, _text in told]
    assert shares == sorted(shares) and shares[0] == 0.0 and shares[-1] == 1.0
    assert made.made_here and made.versions == {"tinya": "1.0", "tinyb": "1.0"}
    assert read_environment(options.folder) == made and made.present
    assert made.requirements == environment.requirements_hash(options.requirements)

    repaired = install_engine(options, ignore, never)
    assert repaired.present and repaired.python != made.python and not made.python.exists()

    (options.wheels / "tinyb-1.0-py3-none-any.whl").unlink()
    with pytest.raises(InstallError, match="tinyb"):
        install_engine(options, ignore, never)
    assert read_environment(options.folder) == repaired and repaired.present  # a failed repair changes nothing
    assert len(list(options.folder.glob("env-*"))) == 1

    (options.folder / "env-77").mkdir()  # not ours: no marker
    (options.folder / "env-77" / "diary.txt").write_text("mine")
    remove_engine(options.folder)
    assert read_environment(options.folder) is None
    assert [path.name for path in options.folder.glob("env-*")] == ["env-77"]


def test_a_self_test_that_fails_tells_what_to_install(options):
    problem = '[{"part": "opencv", "error": "ImportError: libGL.so.1: cannot open shared object file"}]'
    options.launcher.write_text(LAUNCHER.replace("PROBLEMS", problem))
    with pytest.raises(InstallError, match="opencv does not work"):
        install_engine(options, ignore, never)
    assert read_environment(options.folder) is None and not list(options.folder.glob("env-*"))


def test_cancel_stops_within_a_second_and_leaves_nothing(options):
    cancelled, outcome = threading.Event(), []

    def run():
        try:
            install_engine(options, ignore, cancelled.is_set)
        except InstallCancelledError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(0.7)  # while the environment is being made
    started = time.monotonic()
    cancelled.set()
    thread.join(5)
    assert time.monotonic() - started < 1.0 and outcome
    assert not list(options.folder.glob("env-*")) and read_environment(options.folder) is None


def test_without_online_access_one_sentence_says_how_to_go_on(options):
    with pytest.raises(InstallError, match="Allow Online Access"):
        install_engine(replace(options, wheels=None), ignore, never)


def test_an_empty_wheel_folder_a_full_disk_and_a_bad_python_are_named(options, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InstallError, match="holds no wheels"):
        install_engine(replace(options, wheels=empty), ignore, never)
    with pytest.raises(InstallError, match="make room"):
        install_engine(replace(options, needed_bytes=10**18), ignore, never)
    with pytest.raises(InstallError, match="does not start as a Python"):
        install_engine(replace(options, python=tmp_path / "engine.txt"), ignore, never)


def test_use_this_python_checks_it_and_never_removes_it(tmp_path):
    folder = tmp_path / "engine"
    used = use_python(Path(sys.executable), folder, ignore, never)
    assert not used.made_here and "mediapipe" in used.versions
    assert read_environment(folder) == used
    remove_engine(folder)
    assert read_environment(folder) is None and Path(sys.executable).exists()


def test_use_this_python_without_the_libraries_is_refused(tmp_path):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    with pytest.raises(InstallError, match=r"numpy|does not work"):
        use_python(tmp_path / "bare/bin/python", tmp_path / "engine", ignore, never)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"python": 3}', '{"python": "x", "made_here": true, "versions": 4}'])
def test_a_damaged_state_file_counts_as_no_engine(tmp_path, text):
    (tmp_path / "engine.json").write_text(text)
    assert read_environment(tmp_path) is None


def test_the_state_is_replaced_in_one_step(tmp_path):
    for name in ("a", "b"):
        environment.write_environment(tmp_path, Environment(tmp_path / name, True))
    state = read_environment(tmp_path)
    assert state is not None and state.python == tmp_path / "b"
    assert [path.name for path in tmp_path.iterdir()] == ["engine.json"]


def test_progress_counts_fetched_and_unpacked_packages(tmp_path):
    told = []
    watch = install._PackageWatch(4, tmp_path / "bin/python", lambda share, text: told.append((share, text)))
    watch.line("Collecting torch==2.13.0 (from -r engine.txt (line 3))")
    watch.tick()
    for name in ("pip", "torch", "numpy"):
        (tmp_path / f"lib/python3.11/site-packages/{name}-1.dist-info").mkdir(parents=True)
    watch.line("Installing collected packages: torch, numpy")
    watch.tick()
    assert told == [(1 / 8, "Fetching torch 2.13.0"), (3 / 8, "Unpacking packages")]
