"""A VRM file says itself which node is which humanoid bone: read that from its JSON, whatever the bones are called.

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


def declared_bones(path: Path) -> dict[str, str]:
    """{humanoid: node name} as a .vrm or .glb declares it; empty for files that say nothing."""
    try:
        return _declared(_read_json(path))
    except (AttributeError, TypeError):
        return {}  # a file that says it in a form of its own says nothing


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
