"""Runs inside a real Blender with a window: a character's map looked at, edited, saved and tested, with pictures.

    blender --python drive_map.py -- REPORT_FOLDER

Writes REPORT_FOLDER/report.json and a numbered .png for each step, then quits.
"""

import importlib
import json
import sys
import time
import traceback
from pathlib import Path

import bpy

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
PACKAGE = "bl_ext.user_default.understudy"
rig_map = importlib.import_module(f"{PACKAGE}.addon.rig_map")
report = {"version": bpy.app.version_string, "steps": [], "error": ""}


def view():
    window = bpy.context.window_manager.windows[0]
    return window, next(area for area in window.screen.areas if area.type == "VIEW_3D")


def override(region="WINDOW"):
    window, area = view()
    return bpy.context.temp_override(
        window=window, area=area, region=next(found for found in area.regions if found.type == region)
    )


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


def character():
    return bpy.context.scene.understudy.character


def described():
    profile = rig_map.read_map(character())
    return profile.describe() if profile else ""


def show_sidebar():
    bpy.context.preferences.view.show_splash = False
    _window, area = view()
    area.spaces.active.show_region_ui = True
    yield from wait(1.0)
    region = next(found for found in area.regions if found.type == "UI")
    region.active_panel_category = "Understudy"
    for name in ("UNDERSTUDY_PT_bones", "UNDERSTUDY_PT_face_shapes", "UNDERSTUDY_PT_profile"):
        kind = getattr(bpy.types, name)
        kind.bl_options = set()
        bpy.utils.unregister_class(kind)
        bpy.utils.register_class(kind)  # open, as after a click on its header
    for name in ("UNDERSTUDY_PT_source", "UNDERSTUDY_PT_capture", "UNDERSTUDY_PT_takes"):
        kind = getattr(bpy.types, name, None)
        if kind is not None:
            bpy.utils.unregister_class(kind)  # so that the map has the picture for itself


def way():
    yield from wait(3.0)
    yield from show_sidebar()
    with override():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        bpy.ops.understudy.add_sample_character(character="kit")
    started = time.monotonic()
    longest, last = 0.0, time.monotonic()
    for _ in until(lambda: "4" in described().split(",")[-1], 60, "the names"):
        yield
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    by_names = described()
    for _ in until(lambda: described() != by_names, 90, "the comparison of the face"):
        yield
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    with override():
        bpy.ops.view3d.view_selected()
    yield from picture(
        "found", by_names=by_names, whole=described(), seconds=time.monotonic() - started, longest_gap=longest
    )
    rows = rig_map.rig_map(character())
    rows.active_bone = 20
    next(row for row in rows.bones if row.name == "leftHand").bone = ""
    next(row for row in rows.keys if row.name == "jawOpen").key = "funnel"
    yield from picture("edited", edited=rows.edited)
    with override():
        bpy.ops.understudy.mirror_map(part="BONES")
        bpy.ops.understudy.save_profile("EXEC_DEFAULT", name="Kit of the window")
    next(row for row in rows.keys if row.name == "jawOpen").key = "jaw_open"
    yield from picture("mirrored", left_hand=next(row.bone for row in rows.bones if row.name == "leftHand"))
    actions = len(bpy.data.actions)
    with override():
        bpy.ops.ed.undo_push(message="Before")
        bpy.ops.understudy.test_map("EXEC_DEFAULT", True)
    area = view()[1]
    area.spaces.active.shading.type = "SOLID"
    for frame in (30, 120, 210, 330):
        bpy.context.scene.frame_set(frame)
        with override():
            bpy.ops.view3d.view_axis(type="FRONT")
        yield from picture(f"testing-{frame}")
    with override():
        bpy.ops.understudy.end_test("EXEC_DEFAULT", True)
    yield from picture("ended", actions=len(bpy.data.actions) - actions)
    with override():
        bpy.ops.understudy.test_map("EXEC_DEFAULT", True)
        bpy.ops.ed.undo()
    yield from wait(1.0)
    tested = len(rig_map.rig_map(character()).tested)
    yield from picture("undone", actions=len(bpy.data.actions) - actions, tested=tested)
    with override():
        bpy.ops.understudy.add_sample_character(character="rigo")
    yield from until(lambda: "52" in described(), 60, "the map of the next character")
    yield from picture("another", whole=described())


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
