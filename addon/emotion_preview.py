"""An emotion seen on the character while its sliders move: shape keys are set for the eye, and put back afterwards.

Nothing is keyed. The engine knows which face an emotion has; it is asked once for each.
"""

# pyright: reportOptionalMemberAccess=false, reportArgumentType=false, reportAttributeAccessIssue=false

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bpy

if TYPE_CHECKING:
    from bpy.types import Scene

from . import session

_faces: dict[str, dict[str, float]] = {}
"""Emotion -> ARKit weights in full, as the engine told."""
_kept: list[tuple[str, str, float]] = []
"""Object, shape key and value before the preview."""


def refresh(scene: Scene) -> None:
    """Put the character's keys back, and set them to the emotion where the preview is on."""
    restore()
    values = scene.understudy
    if not values.emotion_preview or values.emotion == "neutral":
        return
    if values.emotion not in _faces:
        _ask(scene.name, values.emotion)
        return
    _show(scene, _faces[values.emotion], values.emotion_strength)


def restore() -> None:
    """Every key as it was before the preview."""
    while _kept:
        name, key, value = _kept.pop()
        block = _block(name, key)
        if block is not None:
            block.value = value


def forget() -> None:
    """Another file is open; the keys that were set are gone with the last one."""
    _kept.clear()


def _show(scene: Scene, weights: dict[str, float], strength: float) -> None:
    from .operators.mapping import map_of

    armature = scene.understudy.character
    if armature is None or armature.name not in scene.objects:
        session.state.problems["emotion"] = "Choose a character to preview the emotion on."
        return
    session.state.problems.pop("emotion", None)
    added: dict[tuple[str, str], float] = {}
    for face in map_of(armature).faces:
        for name, shares in face.shape_keys.items():
            for key, factor in shares:
                place = (face.object, key)
                added[place] = added.get(place, 0.0) + factor * strength * weights.get(name, 0.0)
    for (name, key), amount in added.items():
        block = _block(name, key)
        if block is None or amount == 0.0:
            continue
        _kept.append((name, key, block.value))
        # As in a take played with the emotion: towards it, never past the key's own range.
        block.value = min(max(block.value + (1 - abs(block.value)) * amount, block.slider_min), block.slider_max)


def _block(name: str, key: str) -> bpy.types.ShapeKey | None:
    mesh = bpy.data.objects.get(name)
    keys = mesh.data.shape_keys if mesh is not None and mesh.type == "MESH" else None
    return keys.key_blocks.get(key) if keys is not None else None


def _ask(scene_name: str, emotion: str) -> None:
    def on_result(facts: dict[str, Any]) -> None:
        _faces[emotion] = {name: float(value) for name, value in facts["weights"].items()}
        scene = bpy.data.scenes.get(scene_name)
        if scene is not None:
            refresh(scene)

    def on_error(error: Any) -> None:
        session.state.problems["emotion"] = error.message

    session.ask("expression", {"emotion": emotion}, on_result, on_error)


@bpy.app.handlers.persistent
def before_saving(_path: str) -> None:
    """A preview is not part of the scene."""
    restore()
