"""The commands as a user meets them: exit codes, one-line errors, JSON."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from understudy.ml.cli import command_names, main
from understudy.ml.footage import open_footage
from understudy.ml.take import Take, load_take, save_take

VIDEOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "video"


def real(name: str) -> str:
    if not (VIDEOS / name).exists():
        pytest.skip(f"the clip {name} is not there")
    return str(VIDEOS / name)


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def face_take(frames=30) -> Take:
    weights = np.linspace(0, 1, frames)[:, None] * np.ones(52)
    return Take(
        fps=30.0, times=np.arange(frames) / 30, face_weights=weights, confidence_face=np.ones(frames),
        metadata={"source": {"name": "clip.mp4"}, "warnings": ["The body was not seen."]},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["capture", "none.mp4"], "no video"),
        (["capture", "."], "folder"),
        (["capture", "test:64x48@30/1", "--fps", "-1"], "frame rate"),
        (["capture", "test:64x48@30/1", "--start", "2"], "before its end"),
        (["capture", "test:64x48@30/1", "--no-face", "--no-body"], "switched off"),
        (["capture", "test:64x48@30/1", "--out", "nowhere/x.take.npz"], "folder"),
        (["capture", "test:64x48@30/1", "--performer", "none.json"], "none.json"),
        (["capture"], "Missing argument"),
        (["capture", "a.mp4", "--start", "soon"], "--start"),
        (["info", "none.take.npz"], "no take"),
        (["train", "feet"], "feet"),
        (["train", "face", "--config", "none.toml"], "none.toml"),
        (["evaluate", "feet"], "feet"),
        (["record", "x.mp4", "--source", "clip.mp4"], "record from"),
        (["dance"], "dance"),
        (["--fast"], "--fast"),
    ],
)
def test_wrong_input_ends_with_2_and_one_line(capsys, tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert says in err
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_command(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert {"capture", "info", "record", "devices", "train", "evaluate"} <= set(command_names())
    for name in set(command_names()) - {"serve"}:
        assert name in out
    assert run(capsys)[1] == out


def test_capture_writes_a_take_and_says_so_as_json(capsys, tmp_path):
    out_path, overlay = tmp_path / "t.take.npz", tmp_path / "o.mp4"
    code, out, err = run(
        capsys, "capture", real("face_closeup_male.mp4"), "--out", out_path, "--no-body", "--end", 0.5,
        "--overlay", overlay, "--json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    result = json.loads(out)
    assert result["take"] == str(out_path)
    assert result["frames"] == 6
    assert result["seen"]["face"] > 0.9
    take = load_take(out_path)
    assert take.frame_count == 6
    assert len(list(open_footage(overlay).frames())) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.mp4", "t.take.npz"]


def test_nobody_there_ends_with_2_and_writes_nothing(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, "capture", "test:64x48@30/0.5")
    assert code == 2
    assert err.startswith("No person was found")
    assert list(tmp_path.iterdir()) == []


def test_info_for_people_and_for_scripts(capsys, tmp_path):
    path = save_take(tmp_path / "a.take.npz", face_take())
    code, out, _ = run(capsys, "info", path)
    assert code == 0
    for words in ("clip.mp4", "30 frames at 30 fps", "The body was not seen."):
        assert words in out
    code, out, _ = run(capsys, "info", path, "--json")
    facts = json.loads(out)
    assert facts["parts"] == {"face": True, "body": False, "voice": False, "emotion": False}
    assert facts["seen_frames"] == {"face": 1.0}
    assert facts["jitter"]["face_percent"] == pytest.approx(0.0, abs=1e-4)
    assert facts["jitter"]["body_degrees"] is None


def test_info_on_a_broken_take(capsys, tmp_path):
    path = save_take(tmp_path / "a.take.npz", face_take())
    path.write_bytes(path.read_bytes()[:200])
    code, _, err = run(capsys, "info", path)
    assert code == 2
    assert "a.take.npz" in err


def test_record_a_test_picture(capsys, tmp_path):
    code, out, _ = run(
        capsys, "record", tmp_path / "r.mp4", "--source", "test:64x48@30", "--seconds", 0.4, "--json"
    )  # fmt: skip
    assert code == 0
    result = json.loads(out)
    assert result["seconds"] == pytest.approx(0.4, abs=0.1)
    assert Path(result["path"]).exists()


def test_devices_is_a_list(capsys):
    code, out, _ = run(capsys, "devices", "--json")
    assert code == 0
    assert all(device["kind"] in ("camera", "microphone") for device in json.loads(out))


def test_a_defect_ends_with_1_and_one_line(capsys, monkeypatch, tmp_path):
    def broken(*_):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("understudy.ml.commands.info.load_take", broken)
    code, _, err = run(capsys, "info", tmp_path / "a.take.npz")
    assert code == 1
    assert err.count("\n") == 1
    assert "ZeroDivisionError" in err


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_ctrl_c_ends_with_130_and_leaves_nothing(tmp_path):
    command = [sys.executable, "-m", "understudy.ml", "capture", real("walk_outdoor_side.mp4"), "--out", "w.take.npz"]

    def heed_interrupts():  # which a shell takes from what it runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)

    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heed_interrupts)
    time.sleep(4.0)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert time.monotonic() - begun < 3
    assert err.strip() == "Stopped; nothing was written."
    assert list(tmp_path.iterdir()) == []
