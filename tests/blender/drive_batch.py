"""Runs inside a real Blender with a window: all takes of the list in one batch, from the panel, with pictures.

    blender shot.blend --python drive_batch.py -- REPORT_FOLDER ENGINE_PYTHON TAKE TAKE ...

Writes REPORT_FOLDER/report.json and a numbered .png for each step, then quits.
"""

import importlib
import json
import sys
import time
import traceback
from pathlib import Path

import bpy

FOLDER, PYTHON, *TAKES = sys.argv[sys.argv.index("--") + 1 :]
FOLDER = Path(FOLDER)
session = importlib.import_module("bl_ext.user_default.understudy.addon.session")
report = {"version": bpy.app.version_string, "steps": [], "error": ""}


def view():
    window = bpy.context.window_manager.windows[0]
    return window, next(area for area in window.screen.areas if area.type == "VIEW_3D")


def override():
    window, area = view()
    region = next(found for found in area.regions if found.type == "WINDOW")
    return bpy.context.temp_override(window=window, area=area, region=region)


def wait(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield


def until(done, seconds, what):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen in {seconds} s")
        yield


def picture(name, **facts):
    view()[1].tag_redraw()
    yield from wait(1.5)
    path = FOLDER / f"{len(report['steps']) + 1:02d}-{name}.png"
    (FOLDER / "picture-wanted.txt").write_text(path.name, encoding="utf-8")
    yield from until(path.exists, 30, "the photograph")
    report["steps"].append({"name": name, "picture": path.name, **facts})


def show_batch():
    bpy.context.preferences.view.show_splash = False
    _window, area = view()
    area.spaces.active.show_region_ui = True
    yield from wait(1.0)
    next(found for found in area.regions if found.type == "UI").active_panel_category = "Understudy"
    for name in dir(bpy.types):
        if name.startswith("UNDERSTUDY_PT_") and name not in ("UNDERSTUDY_PT_batch", "UNDERSTUDY_PT_takes"):
            kind = getattr(bpy.types, name)
            if getattr(kind, "bl_parent_id", "") or name == "UNDERSTUDY_PT_character":
                bpy.utils.unregister_class(kind)  # so that the batch has the picture for itself
    kind = bpy.types.UNDERSTUDY_PT_batch
    kind.bl_options = set()
    bpy.utils.unregister_class(kind)
    bpy.utils.register_class(kind)  # open, as after a click on its header


def way():
    yield from wait(3.0)
    bpy.ops.understudy.use_python(python=PYTHON)
    for take in TAKES:
        bpy.ops.understudy.add_take(filepath=take)
    values = bpy.context.scene.understudy
    values.character = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
    values.batch_engine = "WORKBENCH"
    yield from show_batch()
    bpy.ops.wm.save_mainfile()
    yield from until(lambda: session.engine_state() == "ready", 120, "the engine")
    yield from picture("before", dirty=bpy.data.is_dirty)
    last, longest = time.monotonic(), 0.0
    with override():
        bpy.ops.understudy.batch("INVOKE_DEFAULT", render=True)
    report["started"] = time.monotonic() - last
    job = session.state.batch
    if job is None:
        raise RuntimeError(session.state.problems.get("batch", "the batch did not start"))
    yield from until(lambda: job.fraction > 0.2 or job.finished, 300, "the first results")
    yield from picture("running", fraction=job.fraction, message=job.message)
    last = time.monotonic()
    for _ in until(lambda: job.finished, 400, "the end"):
        yield
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    yield from picture("ended", error=job.error, note=session.state.notes.get("batch", ""), longest_gap=longest)


steps = way()


def tick():
    try:
        next(steps)
        return 0.05
    except StopIteration:
        pass
    except Exception:  # noqa: BLE001 - whatever went wrong belongs into the report
        report["error"] = traceback.format_exc()
    (FOLDER / "report.json").write_text(json.dumps(report, indent=1, default=str), encoding="utf-8")
    bpy.ops.wm.quit_blender()
    return None


bpy.app.timers.register(tick, first_interval=1.0, persistent=True)
