"""Understudy: your performance, on any character.

This folder is both the Blender extension and the Python package `understudy`. The add-on is imported only when Blender
calls register(), so that `understudy.ml` needs no Blender.
"""

from __future__ import annotations


def register() -> None:
    from . import addon

    addon.register()


def unregister() -> None:
    from . import addon

    addon.unregister()
