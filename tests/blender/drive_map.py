"""Runs inside a real Blender with a window: a character's map looked at, edited, saved and tested, with pictures.

    blender --python drive_map.py -- REPORT_FOLDER

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
from driver import PACKAGE, drive, override, show_sidebar, until, view, wait

FOLDER = Path(sys.argv[sys.argv.index("--") + 1])
rig_map = importlib.import_module(f"{PACKAGE}.addon.rig_map")
picture = functools.partial(driver.picture, FOLDER)


def character():
    return bpy.context.scene.understudy.character


def described():
    profile = rig_map.read_map(character())
    return profile.describe() if profile else ""


def way():
    yield from wait(3.0)
    yield from show_sidebar(
        unfold=("UNDERSTUDY_PT_bones", "UNDERSTUDY_PT_face_shapes", "UNDERSTUDY_PT_profile"),
        hide=("UNDERSTUDY_PT_source", "UNDERSTUDY_PT_capture", "UNDERSTUDY_PT_takes"),  # room for the map
    )
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


drive(FOLDER, way)
