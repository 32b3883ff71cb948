"""The operators and the keying in other Blenders as modules, each in an environment named by UNDERSTUDY_BPY.

Such an environment holds bpy and pytest, no engine: this environment's Python serves as one, as beside any Blender.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import understudy

ROOT = Path(understudy.__file__).parent
PYTHONS = [path for path in os.environ.get("UNDERSTUDY_BPY", "").split(os.pathsep) if path]
# bpy 4.2 crashes when Python ends after any property with a callback was registered, so Python is not let end.
RUN = """
import os, sys, pytest
sys.executable = sys.argv[1]  # what the tests take for the engine
code = int(pytest.main(sys.argv[2:]))
sys.stdout.flush()
os._exit(code)
"""
ASKED = ("tests/addon/test_headless_operators.py", "tests/addon/apply", "tests/sample_rigs/test_sample_blends.py")

pytestmark = [
    pytest.mark.blender,
    pytest.mark.skipif(not PYTHONS, reason="UNDERSTUDY_BPY names no Python with another bpy"),
]


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: Path(path).parents[1].name)
def test_operators_and_keying_in(python, tmp_path):
    (tmp_path / "understudy").symlink_to(ROOT, target_is_directory=True)
    environ = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-c", RUN, sys.executable, "-q", "-x", "-p", "no:cacheprovider", *ASKED]
    ran = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=800, check=False)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    print(ran.stdout.splitlines()[-1])
