"""The engine process, spoken to over its pipes as Blender does; a stand-in capture keeps it fast."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from understudy.addon.engine import protocol
from understudy.ml.serve import methods, rpc
from understudy.ml.take import FACE_NAMES, Take, load_take

# The stand-in captures as long as its video's name says, in steps of 20 ms; "deaf" ones never look whether to stop.
ENGINE = """
import os, sys, time
import numpy as np
from understudy.ml.serve import main
from understudy.ml.take import Take, TakeError

def capture(video, options, progress, cancelled):
    print("printed by a library")
    os.write(1, b"printed by native code\\n")
    if video == "bad.mp4":
        raise TakeError("bad.mp4 shows nobody; film yourself.")
    if video == "defect.mp4":
        return 1 / 0
    if video == "killed.mp4":
        os.kill(os.getpid(), 9)
    for step in range(50 if "long" in video or "deaf" in video else 2):
        if cancelled() and "deaf" not in video:
            raise RuntimeError("cancelled")
        progress(step / 50, f"Frame {step}")
        time.sleep(0.06)
    return Take(fps=30.0, times=np.arange(3) / 30.0, face_weights=np.zeros((3, 52), np.float32),
                head_rotation=np.tile([1.0, 0, 0, 0], (3, 1)), gaze=np.zeros((3, 2, 2)),
                confidence_face=np.ones(3), metadata={"source": options.get("name", "clip")})

main(sys.argv[1:], capture=capture)
"""


class Engine:
    def __init__(self, folder):
        script = folder / "engine.py"
        script.write_text(ENGINE)
        self.log = folder / "engine.log"
        command = [sys.executable, str(script), "--log", str(self.log)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.next_id = 0

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def ask(self, method, **params):
        self.next_id += 1
        self.write(protocol.encode_request(self.next_id, method, params))
        return self.next_id

    def read(self):
        line = self.process.stdout.readline()
        assert line, "the engine ended"
        return json.loads(line)

    def answer(self, identifier):
        while (message := self.read()).get("id") != identifier:
            pass
        return message

    def first_progress(self):
        while "method" not in (message := self.read()):
            pass
        return message["params"]

    def __call__(self, method, **params):
        return self.answer(self.ask(method, **params))


@pytest.fixture
def engine(tmp_path):
    made = Engine(tmp_path)
    yield made
    made.process.kill()
    made.process.wait()
    made.process.stdin.close()
    made.process.stdout.close()


def names(folder):
    return [path.name for path in folder.iterdir()]


def takes_folder(tmp_path):
    folder = tmp_path / "Übungen 演技"
    folder.mkdir()
    return folder


def test_both_ends_speak_the_same_version_and_codes():
    assert methods.PROTOCOL == protocol.PROTOCOL
    for name in ("PARSE_ERROR", "INVALID_REQUEST", "METHOD_NOT_FOUND", "INVALID_PARAMS", "DEFECT", "INPUT_ERROR",
                 "CANCELLED", "BUSY"):  # fmt: skip
        assert getattr(rpc, name) == getattr(protocol, name)


def test_a_take_is_written_whole_and_prints_go_to_the_log(engine, tmp_path):
    out = takes_folder(tmp_path) / "clip.take.npz"
    answer = engine("capture", video="clip.mp4", out=str(out), options={"name": "my clip"})
    assert answer["result"]["take"] == str(out)
    assert answer["result"]["frames"] == 3 and answer["result"]["seen"] == {"face": 1.0}
    assert load_take(out).metadata["source"] == "my clip"
    assert names(out.parent) == [out.name]
    log = engine.log.read_text()
    assert "printed by a library" in log and "printed by native code" in log
    assert engine("take_info", take=str(out))["result"]["quality"] == 1.0


@pytest.mark.parametrize("video", ["long.mp4", "deaf.mp4"])
def test_cancel_answers_within_a_second_and_leaves_nothing(engine, tmp_path, video):
    out = takes_folder(tmp_path) / "clip.take.npz"
    capture = engine.ask("capture", video=video, out=str(out))
    assert engine.first_progress()["id"] == capture
    started = time.monotonic()
    engine.ask("cancel", id=capture)
    answer = engine.answer(capture)
    assert time.monotonic() - started < 1.0
    assert answer["error"]["code"] == rpc.CANCELLED
    # the next one waits for a deaf one to end, and works
    again = engine("capture", video="clip.mp4", out=str(out))
    assert again["result"]["frames"] == 3
    assert names(out.parent) == [out.name]


def test_a_second_capture_is_refused_while_one_runs(engine, tmp_path):
    first = engine.ask("capture", video="long.mp4", out=str(tmp_path / "a.take.npz"))
    engine.first_progress()
    assert engine("capture", video="clip.mp4", out=str(tmp_path / "b.take.npz"))["error"]["code"] == rpc.BUSY
    engine.ask("cancel", id=first)
    assert engine.answer(first)["error"]["code"] == rpc.CANCELLED


def test_closing_stdin_ends_the_engine_in_the_middle_of_a_capture(engine, tmp_path):
    folder = takes_folder(tmp_path)
    engine.ask("capture", video="deaf.mp4", out=str(folder / "clip.take.npz"))
    engine.first_progress()
    started = time.monotonic()
    engine.process.stdin.close()
    engine.process.wait(5)
    assert time.monotonic() - started < 1.0
    assert names(folder) == []


def test_killed_in_the_middle_no_take_appears(engine, tmp_path):
    folder = takes_folder(tmp_path)
    engine.ask("capture", video="killed.mp4", out=str(folder / "clip.take.npz"))
    assert engine.process.wait(20) == -9
    assert names(folder) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"no json", rpc.PARSE_ERROR),
        (b"\xff\xfe\x00", rpc.PARSE_ERROR),
        (b"[" * 100_000, rpc.PARSE_ERROR),
        (b"[1, 2]", rpc.INVALID_REQUEST),
        (b'{"id": 1, "method": "hello"}', rpc.INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "method": "hello"}', rpc.INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "hello"}', rpc.INVALID_REQUEST),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "hello", "params": [1]}', rpc.INVALID_PARAMS),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "fly"}', rpc.METHOD_NOT_FOUND),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "capture", "params": {"video": 3}}', rpc.INVALID_PARAMS),
        (b'"' + b"x" * (9 * 1024 * 1024) + b'"', rpc.PARSE_ERROR),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_malformed_line_is_answered_and_the_engine_goes_on(engine, line, code):
    engine.write(line + b"\n")
    assert engine.read()["error"]["code"] == code
    assert engine("hello")["result"]["protocol"] == protocol.PROTOCOL


def test_a_number_is_free_as_soon_as_it_is_answered(engine):
    for _ in range(200):
        engine.next_id = 0
        assert engine("hello")["result"]["protocol"] == protocol.PROTOCOL


def test_errors_of_the_user_are_one_sentence_and_defects_carry_a_trace(engine, tmp_path):
    out = str(tmp_path / "clip.take.npz")
    wrong = engine("capture", video="bad.mp4", out=out)["error"]
    assert (wrong["code"], wrong["message"]) == (rpc.INPUT_ERROR, "bad.mp4 shows nobody; film yourself.")
    defect = engine("capture", video="defect.mp4", out=out)["error"]
    assert defect["code"] == rpc.DEFECT and "ZeroDivisionError" in defect["message"] and "Traceback" in defect["data"]
    missing = engine("capture", video="clip.mp4", out=str(tmp_path / "nowhere/clip.take.npz"))["error"]
    assert missing["code"] == rpc.INPUT_ERROR and "nowhere" in missing["message"]
    no_take = engine("take_info", take=str(tmp_path / "none.take.npz"))["error"]
    assert no_take["code"] == rpc.INPUT_ERROR and "There is no take" in no_take["message"]


def test_shutdown_answers_and_ends(engine):
    assert engine("shutdown")["result"] is None
    assert engine.process.wait(5) == 0


def test_a_recording_is_shown_counted_down_kept_and_not_left_by_half(engine, tmp_path):
    folder = takes_folder(tmp_path)
    out = folder / "me.mp4"
    call = engine.ask("record_start", source="test:64x48@25", out=str(out), countdown=0.3)
    states = [engine.first_progress()["state"]]
    while states[-1] != "recording":
        states.append(engine.first_progress()["state"])
    assert states[0] == "countdown"
    time.sleep(0.5)
    shown = engine("record_preview")["result"]
    assert shown["state"] == "recording" and shown["picture"]["width"] == 64
    busy = engine("record_start", source="test:64x48@25", out=str(out))
    assert busy["error"]["code"] == rpc.BUSY
    engine.ask("record_stop")
    result = engine.answer(call)["result"]
    assert result["video"] == str(out) and result["frames"] > 5 and names(folder) == ["me.mp4"]
    assert engine("record_preview")["result"] is None


def test_a_discarded_recording_leaves_nothing(engine, tmp_path):
    folder = takes_folder(tmp_path)
    call = engine.ask("record_start", source="test:64x48@25", out=str(folder / "me.mp4"))
    while engine.first_progress()["state"] != "recording":
        pass
    engine.ask("cancel", id=call)
    assert engine.answer(call)["error"]["code"] == rpc.CANCELLED
    assert names(folder) == []


def test_a_recording_survives_blenders_end(engine, tmp_path):
    folder = takes_folder(tmp_path)
    engine.ask("record_start", source="test:64x48@25", out=str(folder / "me.mp4"))
    while engine.first_progress()["seconds"] < 0.4:
        pass
    engine.process.stdin.close()
    assert engine.process.wait(5) == 0
    assert names(folder) == ["me.mp4"] and (folder / "me.mp4").stat().st_size > 500


def test_devices_can_be_listed(engine):
    devices = engine("list_devices")["result"]
    assert all(set(device) == {"kind", "name", "source"} for device in devices)


def test_self_test_finds_everything_in_this_environment(engine):
    result = engine("self_test")["result"]
    assert result["problems"] == [] and "mediapipe" in result["versions"]


def test_probe_tells_what_a_video_holds(engine):
    facts = engine("probe", video="test:64x48@25/2")["result"]
    assert (facts["width"], facts["height"], facts["fps"]) == (64, 48, 25.0)
    assert facts["thumbnail"]["width"] == 64
    assert "error" in engine("probe", video="nowhere.mp4")


def test_options_that_capture_does_not_have_are_refused(tmp_path):
    pytest.importorskip("understudy.ml.capture")
    with pytest.raises(rpc.RpcError, match="no option colour"):
        methods._capture_options({"colour": "red"})
    assert methods._capture_options({"face": False}).face is False


def test_a_summary_counts_the_better_of_face_and_body():
    from understudy.ml.take.summary import summarize

    take = Take(
        fps=30.0,
        times=np.arange(2) / 30,
        face_weights=np.zeros((2, len(FACE_NAMES))),
        confidence_face=np.array([1.0, 0.5]),
        confidence_body=np.zeros(2),
        metadata={"source": {"name": "a.mp4"}},
    )
    summary = summarize(take)
    assert (summary.quality, summary.source, summary.seen["body"]) == (0.75, "a.mp4", 0.0)
