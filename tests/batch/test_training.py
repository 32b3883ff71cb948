"""Training as a job: what all machines read, shards, the farm's template, bad input."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from understudy.batch.job import Train
from understudy.batch.job_file import JobError, load_job
from understudy.batch.training import make_shard, prepare_training, run_training
from understudy.batch.training_farm import export_training, run_training_task
from understudy.ml.commands.exits import InputError
from understudy.ml.shards import make_shard as make_clips_of_shard


def train(**values) -> Train:
    return Train.model_validate({"model": "face", "folder": "shared"} | values)


def test_settings_lie_in_the_shared_folder(tmp_path):
    (tmp_path / "face.toml").write_text('clips = 4\nlearning_rate = 1e-3\ndata = "elsewhere"\nexport = false\n')
    training = prepare_training(train(config="face.toml"), tmp_path)
    from understudy.ml.face.train import read_config

    config = read_config(training.config)
    assert (config.clips, config.learning_rate, config.export) == (4, 0.001, False)
    assert config.data == str(tmp_path / "shared" / "data")
    assert config.run == str(tmp_path / "shared" / "run")


def test_a_shard_that_is_whole_is_not_made_again(tmp_path):
    (tmp_path / "face.toml").write_text("clips = 2\n")
    training = prepare_training(train(config="face.toml", shards=3), tmp_path)
    (tmp_path / "shared/shards" / f"{training.shard_name}-1.done").touch()
    assert make_shard(training, 1) == 0
    assert not (tmp_path / "shared/data").exists()
    other = prepare_training(train(config="face.toml", shards=4), tmp_path)
    assert other.shard_name != training.shard_name


def test_shards_part_the_clips(tmp_path, monkeypatch):
    """Together the shards make every clip once; the clips are there already, so nothing is rendered."""
    from understudy.ml.face import data
    from understudy.ml.face.data import FIRST_TRAINING_SEED, clip_path

    folder = tmp_path / "data"
    folder.mkdir()
    for seed in range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + 7):
        clip_path(folder, seed).touch()
    monkeypatch.setattr(data, "make_clip", lambda *_: pytest.fail("a clip was made that is there"))
    (tmp_path / "face.toml").write_text(f"clips = 7\ndata = {json.dumps(str(folder))}\n")
    counts = [make_clips_of_shard("face", tmp_path / "face.toml", index, 3, lambda _: None) for index in range(3)]
    assert counts == [3, 2, 2]
    with pytest.raises(InputError, match="no shard 3"):
        make_clips_of_shard("face", None, 3, 3)


@pytest.mark.parametrize(
    ("values", "text", "says"),
    [
        ({"config": "gone.toml"}, "", "cannot be read"),
        ({"config": "face.toml"}, "clips = ", "not valid TOML"),
        ({"config": "face.toml"}, "[table]\na = 1\n", "plain settings only"),
        ({"folder": "face.toml"}, "", "cannot be written to"),
        ({"machines": 3}, "", "needs a farm"),
    ],
)
def test_what_cannot_be_trained(tmp_path, values, text, says):
    (tmp_path / "face.toml").write_text(text)
    with pytest.raises(JobError, match=says):
        run_training(train(**values), tmp_path, 1, lambda: False)


def test_the_farms_template_has_a_task_for_each_shard_and_machine(tmp_path):
    path = tmp_path / "night.toml"
    path.write_text('[train]\nmodel = "face"\nfolder = "shared"\nshards = 5\nmachines = 2\nprocesses = 4\n')
    job = load_job(path)
    assert job.train is not None
    export_training(job, job.train, tmp_path, tmp_path / "bundle")
    template = json.loads((tmp_path / "bundle/template.json").read_text())
    ranges = [step["parameterSpace"]["taskParameterDefinitions"][0]["range"] for step in template["steps"]]
    assert ranges == ["0-4", "0-1"]
    with pytest.raises(JobError, match="there is no 5"):
        run_training_task(tmp_path / "bundle/plan.json", [], "generate", "5")
    openjd = shutil.which("openjd", path=str(Path(sys.executable).parent))
    if openjd is not None:
        checked = subprocess.run([openjd, "check", str(tmp_path / "bundle/template.json")], capture_output=True)
        assert checked.returncode == 0, checked.stdout
