"""What the drive_*.py scripts share; it runs inside a real Blender that has a window.

A script is a generator of steps: it yields while Blender goes on drawing, asks for a photograph of the screen after
each step, and at the end writes FOLDER/report.json and quits.
"""

import json
import time
import traceback

import bpy

PACKAGE = "bl_ext.user_default.understudy"
TICK = 0.1
report = {"version": bpy.app.version_string, "steps": [], "error": ""}


def settings():
    return bpy.context.scene.understudy


def view():
    """The window and its 3D viewport."""
    window = bpy.context.window_manager.windows[0]
    return window, next(area for area in window.screen.areas if area.type == "VIEW_3D")


def override(region="WINDOW"):
    """Operators run as if pressed in the viewport."""
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


def watched(done, seconds, what):
    """Wait, and return the longest time the main loop was held up, in seconds."""
    longest, last = 0.0, time.monotonic()
    for _ in until(done, seconds, what):
        yield
        now = time.monotonic()
        longest, last = max(longest, now - last - TICK), now
    return longest


def picture(folder, name, area=None, **facts):
    """Have whoever started us photograph the screen: Blender's own screenshot is black where OpenGL is software."""
    (area or view()[1]).tag_redraw()
    yield from wait(1.2)  # the window draws after the timer
    path = folder / f"{len(report['steps']) + 1:02d}-{name}.png"
    (folder / "picture-wanted.txt").write_text(path.name, encoding="utf-8")
    yield from until(path.exists, 30, "the photograph")
    report["steps"].append({"name": name, "picture": path.name, **facts})


def show_sidebar(unfold=(), hide=()):
    """The sidebar at Understudy's tab; panels of `unfold` open, those of `hide` gone to make room."""
    bpy.context.preferences.view.show_splash = False
    _window, area = view()
    area.spaces.active.show_region_ui = True
    yield from wait(1.0)
    region = next(found for found in area.regions if found.type == "UI")
    region.active_panel_category = "Understudy"
    for name in hide:
        bpy.utils.unregister_class(getattr(bpy.types, name))
    for name in unfold:
        kind = getattr(bpy.types, name)
        kind.bl_options = set()
        bpy.utils.unregister_class(kind)
        bpy.utils.register_class(kind)  # open, as after a click on its header
    yield from wait(0.5)


def other_panels(*kept):
    """Understudy's panels in the sidebar besides those named."""
    names = [name for name in dir(bpy.types) if name.startswith("UNDERSTUDY_PT_") and name not in kept]
    children = [name for name in names if getattr(getattr(bpy.types, name), "bl_parent_id", "")]
    return [*children, *(name for name in names if name not in children)]


def drive(folder, way, finish=lambda: None):
    """Go `way()` step by step from Blender's timer, report, and quit."""
    steps = way()

    def tick():
        try:
            next(steps)
            return TICK
        except StopIteration:
            pass
        except Exception:  # noqa: BLE001 - whatever went wrong belongs into the report
            report["error"] = traceback.format_exc()
        finish()
        (folder / "report.json").write_text(json.dumps(report, indent=1, default=str), encoding="utf-8")
        bpy.ops.wm.quit_blender()
        return None

    bpy.app.timers.register(tick, first_interval=1.0, persistent=True)
