"""Fixtures of the tests that run the add-on in Blender as a module."""

import sys

import pytest


@pytest.fixture
def values(tmp_path, monkeypatch):
    """The panel's settings, in an empty file, with this environment as the engine and a folder of its own for takes."""
    bpy = pytest.importorskip("bpy", reason="needs Blender as a module (pip install bpy)")
    import understudy

    monkeypatch.setenv("UNDERSTUDY_ENGINE_FOLDER", str(tmp_path / "engine"))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    understudy.register()
    assert bpy.ops.understudy.use_python(python=sys.executable) == {"FINISHED"}
    bpy.context.scene.understudy.takes_folder = str(tmp_path / "takes ü")
    yield bpy.context.scene.understudy
    understudy.unregister()
