"""The add-on: everything Understudy adds to Blender. Parts of it that need no bpy can be imported without it."""

from __future__ import annotations


def register() -> None:
    from . import registration

    registration.register()


def unregister() -> None:
    from . import registration

    registration.unregister()
