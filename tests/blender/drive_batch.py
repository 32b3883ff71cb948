"""Runs inside a real Blender with a window: all takes of the list in one batch, from the panel, with pictures.

    blender shot.blend --python drive_batch.py -- REPORT_FOLDER ENGINE_PYTHON TAKE TAKE ...

Writes REPORT_FOLDER/report.json and a numbered .png for each step, then quits.
"""

import functools
import importlib
import sys
import time
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))
import driver
from driver import PACKAGE, drive, other_panels, override, report, show_sidebar, until, wait, watched

FOLDER, PYTHON, *TAKES = sys.argv[sys.argv.index("--") + 1 :]
FOLDER = Path(FOLDER)
session = importlib.import_module(f"{PACKAGE}.addon.session")
picture = functools.partial(driver.picture, FOLDER)


def way():
    yield from wait(3.0)
    bpy.ops.understudy.use_python(python=PYTHON)
    for take in TAKES:
        bpy.ops.understudy.add_take(filepath=take)
    values = bpy.context.scene.understudy
    values.character = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
    values.batch_engine = "WORKBENCH"
    yield from show_sidebar(
        unfold=["UNDERSTUDY_PT_batch"], hide=other_panels("UNDERSTUDY_PT_batch", "UNDERSTUDY_PT_takes")
    )
    bpy.ops.wm.save_mainfile()
    yield from until(lambda: session.engine_state() == "ready", 120, "the engine")
    yield from picture("before", dirty=bpy.data.is_dirty)
    started = time.monotonic()
    with override():
        bpy.ops.understudy.batch("INVOKE_DEFAULT", render=True)
    report["started"] = time.monotonic() - started
    job = session.state.batch
    if job is None:
        raise RuntimeError(session.state.problems.get("batch", "the batch did not start"))
    yield from until(lambda: job.fraction > 0.2 or job.finished, 300, "the first results")
    yield from picture("running", fraction=job.fraction, message=job.message)
    longest = yield from watched(lambda: job.finished, 400, "the end")
    yield from picture("ended", error=job.error, note=session.state.notes.get("batch", ""), longest_gap=longest)


drive(FOLDER, way)
