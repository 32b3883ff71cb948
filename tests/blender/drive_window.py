"""Runs inside a real Blender with a window: goes the user's way through the panels and keeps a picture of each step.

    blender --python drive_window.py -- REPORT_FOLDER CLIP PYTHON [WHEELS]

Writes REPORT_FOLDER/report.json and a numbered .png for each step, then quits. With WHEELS the engine is installed from
that folder; otherwise PYTHON's environment is used.
"""

import contextlib
import functools
import importlib
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))
import driver
from driver import PACKAGE, drive, override, report, settings, until, view, wait, watched

FOLDER, CLIP, PYTHON = (Path(text) for text in sys.argv[sys.argv.index("--") + 1 :][:3])
WHEELS = sys.argv[sys.argv.index("--") + 4 :][:1]
session = importlib.import_module(f"{PACKAGE}.addon.session")
pump = importlib.import_module(f"{PACKAGE}.addon.engine.pump")
picture = functools.partial(driver.picture, FOLDER)
draws: list[float] = []
held: dict[str, float] = {}
"""What Understudy did on the main thread -> the most processor time it took, in seconds."""


@contextlib.contextmanager
def holding(name):
    started = time.thread_time()
    yield
    held[name] = max(held.get(name, 0.0), time.thread_time() - started)


def watch_pump():
    drain = pump.drain

    def drained(budget=None):
        with holding("timer"):
            return drain(budget)

    pump.drain = drained


def show_sidebar():
    bpy.ops.wm.read_homefile(use_empty=False, use_factory_startup=True, use_splash=False)
    yield from wait(2.0)
    for thing in list(bpy.data.objects):
        if thing.type == "MESH":
            bpy.data.objects.remove(thing)
    _window, area = view()
    area.spaces.active.shading.type = "SOLID"
    area.spaces.active.shading.color_type = "TEXTURE"
    yield from driver.show_sidebar()
    region = next(found for found in area.regions if found.type == "UI")
    bpy.types.SpaceView3D.draw_handler_add(lambda: draws.append(time.monotonic()), (), "UI", "POST_PIXEL")
    yield from wait(1.0)
    yield from picture("panel", category=region.active_panel_category)


def install():
    with override(), holding("install"):
        if WHEELS:
            bpy.ops.understudy.install_engine("INVOKE_DEFAULT", python=_base_python(), wheels=WHEELS[0])
        else:
            bpy.ops.understudy.use_python("INVOKE_DEFAULT", python=str(PYTHON))
    job = session.state.install
    shares = []
    gap = yield from watched(
        lambda: shares.append(job.fraction) or (job.fraction > 0.3 or job.finished), 900, "half of it"
    )
    if not job.finished:
        yield from picture("installing", share=job.fraction, message=job.message)
    gap2 = yield from watched(lambda: job.finished, 900, "the installation")
    if job.error:
        raise RuntimeError(job.error)
    yield from picture("installed", state=session.engine_state(), longest_gap=max(gap, gap2))


def _base_python():
    import subprocess

    asked = [str(PYTHON), "-c", "import sys; print(sys.base_prefix)"]
    prefix = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    return f"{prefix}/bin/python3"


def preferences():
    _window, area = view()
    bpy.context.preferences.active_section = "ADDONS"
    bpy.context.window_manager.addon_search = "Understudy"
    area.type = "PREFERENCES"
    with bpy.context.temp_override(window=_window, area=area):
        bpy.ops.preferences.addon_expand(module=PACKAGE)
    yield from wait(0.5)
    yield from picture("preferences", area, engine=session.engine_state())
    area.type = "VIEW_3D"
    yield from wait(0.5)
    next(region for region in area.regions if region.type == "UI").active_panel_category = "Understudy"


def record():
    """A camera made up by the engine stands in for a real one."""
    camera = importlib.import_module(f"{PACKAGE}.addon.record.camera").camera
    values = settings()
    values.source_kind, values.camera, values.microphone, values.countdown = "CAMERA", "test:640x480@30", "none", 2
    values.takes_folder = str(FOLDER)
    yield from picture("camera")
    with override(), holding("record"):
        bpy.ops.understudy.record("INVOKE_DEFAULT")
    yield from until(lambda: camera.state == "countdown", 20, "the countdown")
    yield from until(lambda: camera.state == "recording" and camera.seconds > 1.0, 20, "the recording")
    yield from picture("recording", seconds=camera.seconds)
    with override():
        bpy.ops.understudy.stop_camera("INVOKE_DEFAULT")
    yield from until(lambda: camera.state == "closed" and values.source_kind == "FILE", 20, "the recording's end")
    size = Path(values.source_path).stat().st_size
    yield from picture("recorded", size=size, problem=session.state.problems.get("source"))
    Path(values.source_path).unlink()


def open_clip():
    with override(), holding("open_video"):
        bpy.ops.understudy.open_video(filepath=str(CLIP))
    video = settings().source_path
    yield from until(lambda: video in session.state.source_facts or "source" in session.state.problems, 60, "the probe")
    yield from picture(
        "source", facts=session.state.source_facts.get(video), problem=session.state.problems.get("source")
    )


def capture(cancel):
    settings().takes_folder = str(FOLDER)
    with override(), holding("capture"):
        bpy.ops.understudy.capture("INVOKE_DEFAULT")
    job = session.state.capture
    drawn, seen = len(draws), set()

    def enough():
        seen.add(round(job.fraction, 3))
        return job.finished or (job.fraction > 0.25 and len(seen) > 5)

    gap = yield from watched(enough, 120, "a quarter of the capture")
    yield from picture("capturing" if cancel else "capturing-again", share=job.fraction, message=job.message)
    if cancel:
        started = time.monotonic()
        with override(), holding("cancel"):
            bpy.ops.understudy.cancel_capture()
        yield from until(lambda: job.finished, 5, "the cancelling")
        took = time.monotonic() - started
        left = sorted(path.name for path in FOLDER.iterdir() if "take" in path.name or "partial" in path.name)
        yield from picture("cancelled", seconds=took, left=left, takes=len(settings().takes))
        return
    gap = max(gap, (yield from watched(lambda: job.finished, 300, "the capture")))
    if job.error:
        raise RuntimeError(job.error)
    with override():
        bpy.ops.object.empty_add("EXEC_DEFAULT", True)
        bpy.ops.ed.undo()  # what came from the engine is a step of its own and stays
    facts = {"values": len(seen), "redraws": len(draws) - drawn, "longest_gap": gap, "takes": len(settings().takes)}
    yield from picture("captured", **facts)


def character():
    with override():
        bpy.ops.understudy.add_sample_character(character="mira")
        bpy.ops.view3d.view_selected()
    _window, area = view()
    area.spaces.active.region_3d.view_perspective = "CAMERA" if bpy.context.scene.camera else "PERSP"
    yield from picture("character", character=settings().character.name)


def pose(frame):
    bpy.context.scene.frame_set(frame)
    armature = settings().character
    return [[round(value, 4) for value in bone.matrix.to_quaternion()] for bone in armature.pose.bones]


def apply():
    actions = len(bpy.data.actions)
    before = pose(20)
    with override():
        bpy.ops.ed.undo_push(message="Before")
    with override(), holding("apply"):
        bpy.ops.understudy.apply("INVOKE_DEFAULT", True)
    applied = pose(20)
    moved = sum(one != other for one, other in zip(before, applied, strict=True))
    along = sum(one != other for one, other in zip(applied, pose(8), strict=True))
    yield from picture("applied", moved=moved, along=along, note=session.state.notes.get("apply"))
    bpy.context.scene.frame_set(30)
    yield from picture("another-frame", frame=30)
    with override():
        bpy.ops.ed.undo()
    yield from wait(0.5)
    yield from picture("undone", actions=len(bpy.data.actions) - actions, takes=len(settings().takes))


def way():
    watch_pump()
    yield from wait(3.0)
    yield from show_sidebar()
    yield from install()
    yield from preferences()
    yield from record()
    yield from open_clip()
    yield from capture(cancel=True)
    yield from capture(cancel=False)
    yield from character()
    yield from apply()


drive(FOLDER, way, finish=lambda: report.update(held=held))
