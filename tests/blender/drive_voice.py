"""Runs inside a real Blender with a window: a voice spoken, played with an emotion and given a body.

blender mira.blend --python drive_voice.py -- REPORT_FOLDER ENGINE_PYTHON RECORDING
"""

import functools
import importlib
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))
import driver
from driver import PACKAGE, drive, other_panels, override, settings, show_sidebar, until, view, wait, watched

FOLDER, PYTHON, RECORDING = sys.argv[sys.argv.index("--") + 1 :]
FOLDER = Path(FOLDER)
session = importlib.import_module(f"{PACKAGE}.addon.session")
picture = functools.partial(driver.picture, FOLDER)
PANELS = ("UNDERSTUDY_PT_voice", "UNDERSTUDY_PT_emotion", "UNDERSTUDY_PT_behaviour", "UNDERSTUDY_PT_takes")


def made(title):
    """Wait for the engine's take; what the panel says meanwhile and afterwards."""
    job = session.state.capture
    gap = yield from watched(lambda: job.finished, 120, title)
    if job.error:
        raise RuntimeError(job.error)
    yield from picture(title, takes=[take.name for take in settings().takes], longest_gap=gap)


def way():
    yield from wait(3.0)
    bpy.ops.understudy.use_python(python=PYTHON)
    values = settings()
    values.takes_folder = str(FOLDER)
    values.character = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
    yield from show_sidebar(unfold=PANELS[:3], hide=other_panels(*PANELS))
    yield from until(lambda: session.engine_state() == "ready", 120, "the engine")
    yield from picture("before")
    bpy.ops.understudy.open_voice(filepath=RECORDING)
    with override():
        bpy.ops.understudy.speak("INVOKE_DEFAULT")
    yield from made("spoken")
    values.emotion, values.emotion_strength = "happiness", 0.9
    with override():
        bpy.ops.understudy.feel("INVOKE_DEFAULT")
    yield from made("felt")
    values.behaviour = "listen"
    with override():
        bpy.ops.understudy.complete("INVOKE_DEFAULT")
    yield from made("completed")
    with override():
        bpy.ops.understudy.apply("INVOKE_DEFAULT", True)
    view()[1].spaces.active.region_3d.view_perspective = "CAMERA"
    bpy.context.scene.frame_set(20)
    yield from picture("applied", note=session.state.notes.get("apply"))
    values.behaviour, values.behaviour_seconds = "walk", 2.0
    with override():
        bpy.ops.understudy.generate("INVOKE_DEFAULT")
    yield from made("walking")
    with override():
        bpy.ops.understudy.apply("INVOKE_DEFAULT", True)
    bpy.context.scene.frame_set(30)
    yield from picture("walk-applied", note=session.state.notes.get("apply"))


drive(FOLDER, way)
