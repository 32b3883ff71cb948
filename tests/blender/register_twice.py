"""Runs inside a real Blender: enables and disables the extension, and tells what is left and the processor time."""

import importlib
import json
import sys
import time

import addon_utils
import bpy

PACKAGE = "bl_ext.user_default.understudy"


def left():
    return [name for name in dir(bpy.types) if name.startswith("UNDERSTUDY_")] + (
        ["Scene.understudy"] if hasattr(bpy.types.Scene, "understudy") else []
    )


if addon_utils.check(PACKAGE)[1]:
    addon_utils.disable(PACKAGE)
assert not left(), left()
seconds = []
for _ in range(4):
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]
    started = time.thread_time()
    module = importlib.import_module(PACKAGE)
    module.register()
    seconds.append(time.thread_time() - started)
    assert hasattr(bpy.types, "UNDERSTUDY_OT_capture")
    module.unregister()
addon_utils.enable(PACKAGE)
assert bpy.context.preferences.addons[PACKAGE].preferences is not None
assert bpy.ops.understudy.open_video.poll()
addon_utils.disable(PACKAGE)
print("REPORT", json.dumps({"version": bpy.app.version_string, "left": left(), "register_seconds": min(seconds)}))
