"""A VRM file says itself which node is which humanoid bone, and which morph targets make which expression.

Read from its JSON, whatever bones and shape keys are called.

Formats: glTF 2.0 binary container (Khronos), extensions `VRMC_vrm` (VRM 1.0) and `VRM` (0.x).
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from ...ml.take import BONE_NAMES

_MAGIC, _JSON = 0x46546C67, 0x4E4F534A
_OLD_THUMBS = {"ThumbProximal": "ThumbMetacarpal", "ThumbIntermediate": "ThumbProximal"}
"""VRM 0.x counts the thumb from its proximal bone; 1.0 calls the same bone its metacarpal."""

_OLD_PRESETS = {
    "a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh", "blink": "blink", "blink_l": "blinkLeft",
    "blink_r": "blinkRight", "lookup": "lookUp", "lookdown": "lookDown", "lookleft": "lookLeft",
    "lookright": "lookRight", "joy": "happy", "angry": "angry", "sorrow": "sad", "fun": "relaxed",
}  # fmt: skip
_LEAST = 0.05


def declared_bones(path: Path) -> dict[str, str]:
    """{humanoid: node name} as a .vrm or .glb declares it; empty for files that say nothing."""
    try:
        return _declared(_read_json(path))
    except (AttributeError, TypeError):
        return {}  # a file that says it in a form of its own says nothing


def declared_expressions(path: Path) -> dict[str, tuple[tuple[str, float], ...]]:
    """{expression: ((shape key, share), ...)} as a .vrm or .glb declares it, under VRM 1.0's names of its presets."""
    try:
        return _expressions(_read_json(path))
    except (AttributeError, TypeError, KeyError, IndexError):
        return {}


def _expressions(data: dict[str, Any]) -> dict[str, tuple[tuple[str, float], ...]]:
    extensions = data.get("extensions", {})
    new = extensions.get("VRMC_vrm", {}).get("expressions", {})
    meshes, nodes = data.get("meshes", []), data.get("nodes", [])
    found: dict[str, tuple[tuple[str, float], ...]] = {}
    for name, expression in {**new.get("custom", {}), **new.get("preset", {})}.items():
        binds = expression.get("morphTargetBinds") or []
        found[name] = _shares(meshes, [(nodes[b["node"]].get("mesh"), b["index"], b.get("weight", 1.0)) for b in binds])
    for group in extensions.get("VRM", {}).get("blendShapeMaster", {}).get("blendShapeGroups", []):
        preset = str(group.get("presetName", "")).lower()
        name = _OLD_PRESETS.get(preset, "") if preset not in ("", "unknown") else str(group.get("name", ""))
        binds = group.get("binds") or []
        if name:
            found[name] = _shares(meshes, [(b["mesh"], b["index"], b.get("weight", 100.0) / 100) for b in binds])
    return {name: shares for name, shares in found.items() if shares}


def _shares(meshes: list[dict[str, Any]], binds: list[tuple[Any, Any, float]]) -> tuple[tuple[str, float], ...]:
    """Morph targets by name; several meshes' keys of one name count once, as they move together."""
    shares: dict[str, float] = {}
    for mesh, index, weight in binds:
        names = _target_names(meshes[mesh]) if isinstance(mesh, int) and 0 <= mesh < len(meshes) else []
        if isinstance(index, int) and 0 <= index < len(names) and abs(weight) > _LEAST:
            shares[names[index]] = max(shares.get(names[index], 0.0), float(weight))
    return tuple(shares.items())


def _target_names(mesh: dict[str, Any]) -> list[str]:
    """The names under which Blender imports a mesh's morph targets."""
    primitives = mesh.get("primitives") or [{}]
    first = primitives[0]
    names = (mesh.get("extras") or {}).get("targetNames") or (first.get("extras") or {}).get("targetNames") or []
    count = len(first.get("targets") or [])
    return [str(names[i]) if i < len(names) else f"target_{i}" for i in range(count)]


def _declared(data: dict[str, Any]) -> dict[str, str]:
    extensions = data.get("extensions", {})
    new = extensions.get("VRMC_vrm", {}).get("humanoid", {}).get("humanBones", {})
    old = extensions.get("VRM", {}).get("humanoid", {}).get("humanBones", [])
    nodes = {name: bone.get("node") for name, bone in new.items()} if new else _old_bones(old)
    names = [node.get("name", "") for node in data.get("nodes", [])]
    return {
        name: names[node]
        for name, node in nodes.items()
        if name in BONE_NAMES and isinstance(node, int) and 0 <= node < len(names) and names[node]
    }


def _old_bones(bones: list[dict[str, Any]]) -> dict[str, Any]:
    found = {}
    for bone in bones:
        name = str(bone.get("bone", ""))
        for old, new in _OLD_THUMBS.items():
            if name.endswith(old):
                name = name.removesuffix(old) + new
                break
        found[name] = bone.get("node")
    return found


def _read_json(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        head = file.read(20)
        if len(head) < 20:
            return {}
        magic, _, _, length, kind = struct.unpack("<5I", head)
        if magic != _MAGIC or kind != _JSON:
            return {}
        try:
            data = json.loads(file.read(length))
        except (UnicodeDecodeError, json.JSONDecodeError):
            return {}
    return data if isinstance(data, dict) else {}
