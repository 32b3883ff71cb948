"""`understudy info`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..quality import body_jitter, face_jitter
from ..take import Take, load_take
from ..take.summary import summarize

_CONFIDENCE = {
    "face": "confidence_face",
    "body": "confidence_body",
    "left hand": "confidence_left_hand",
    "right hand": "confidence_right_hand",
}


def run_info(path: Path, as_json: bool) -> None:
    """Print what a take holds."""
    take = load_take(path)
    facts = take_facts(take)
    if as_json:
        print(json.dumps({"take": str(path), **facts}, ensure_ascii=False))
    else:
        print_facts(path, facts)


def take_facts(take: Take) -> dict[str, Any]:
    """Length, parts, how much of each was seen, steadiness, and where it came from."""
    summary = summarize(take)
    facts = {**asdict(summary), "quality": round(summary.quality, 4)}
    facts["parts"] = {
        "face": take.has_face,
        "body": take.has_body,
        "voice": take.voice is not None,
        "emotion": take.emotion is not None,
    }
    facts["bones"] = len(take.bone_names or ())
    facts["seen_frames"] = {
        part: round(float((np.asarray(array) > 0).mean()), 4)
        for part, name in _CONFIDENCE.items()
        if (array := getattr(take, name)) is not None
    }
    facts["jitter"] = {"face_percent": _rounded(face_jitter(take)), "body_degrees": _rounded(body_jitter(take))}
    facts["version"] = take.version
    facts["metadata"] = {key: value for key, value in take.metadata.items() if key != "warnings"}
    return facts


def print_facts(path: Path, facts: dict[str, Any]) -> None:
    """The facts as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("Take", str(path))
    table.add_row("Source", facts["source"] or "unknown")
    table.add_row("Length", f"{facts['frames']} frames at {facts['fps']:g} fps, {facts['duration']:.2f} s")
    table.add_row("Holds", ", ".join(_parts(facts)) or "nothing but times")
    for part, share in facts["seen_frames"].items():
        confidence = facts["seen"].get(part.replace(" ", "_"), 0.0)
        table.add_row(f"{part.capitalize()} seen", f"{share:.0%} of the frames, mean confidence {confidence:.2f}")
    if facts["jitter"]["face_percent"] is not None:
        table.add_row("Face jitter", f"{facts['jitter']['face_percent']:.3f} % per frame²")
    if facts["jitter"]["body_degrees"] is not None:
        table.add_row("Body jitter", f"{facts['jitter']['body_degrees']:.3f}° per frame²")
    table.add_row("Made by", f"Understudy {facts['metadata'].get('version', 'of unknown version')}")
    for warning in facts["warnings"] or ["none"]:
        table.add_row("Warning", warning)
    Console(highlight=False, markup=False).print(table)


def _parts(facts: dict[str, Any]) -> list[str]:
    names = []
    if facts["parts"]["face"]:
        names.append("face (52 shapes, head, gaze)")
    if facts["parts"]["body"]:
        names.append(f"body ({facts['bones']} bones)")
    names += [part for part in ("voice", "emotion") if facts["parts"][part]]
    return names


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
