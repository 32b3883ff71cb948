"""Runs inside a real Blender with a window: starts a capture and then quits, or is killed, in the middle of it.

blender --python close_while_capturing.py -- FOLDER CLIP PYTHON quit|kill
"""

import importlib
import os
import signal
import sys
import tempfile
from pathlib import Path

import bpy

folder, clip, python, how = sys.argv[sys.argv.index("--") + 1 :]
os.environ["UNDERSTUDY_ENGINE_FOLDER"] = tempfile.mkdtemp()
session = importlib.import_module("bl_ext.user_default.understudy.addon.session")


def begin():
    bpy.ops.understudy.use_python(python=python)
    bpy.context.scene.understudy.takes_folder = folder
    bpy.ops.understudy.capture("INVOKE_DEFAULT", filepath=clip)
    bpy.app.timers.register(end_when_under_way, first_interval=0.2)


def end_when_under_way():
    job = session.state.capture
    if job is None:
        os._exit(3)
    if job.fraction < 0.1:
        return 0.1
    Path(folder, "engine.pid").write_text(str(session.engine().pid))
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    bpy.ops.wm.quit_blender()
    return None


bpy.app.timers.register(begin, first_interval=1.0)
