"""Eyelid bones, by the words of their names: for faces whose eyes are shut by bones and not by shape keys."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..retarget.rig import RigRest
from .names import read_name

_LID = re.compile(r"eye ?lids?|(?<![a-z])lids?(?![a-z])")
_UPPER = re.compile(r"(?<![a-z])(?:up(?:per|r)?|top|t)(?![a-z])")
_LOWER = re.compile(r"(?<![a-z])(?:lo(?:w(?:er)?|wr)|lwr|bot(?:tom)?|btm|down|b)(?![a-z])")
_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z]+")
_GLUED = re.compile(r"(?<![a-z])(upper|lower|up|top|low|bottom)(?=eye|lid)|(?<=lid)(?=upper|lower|up|low|top|bottom)")
_MECHANISM = re.compile(r"(?<![a-z])(?:def|org|mch|ik|target|ctrl ?end|end|nub|helper)(?![a-z])")


def find_lids(rest: RigRest, bones: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """{"leftUpper": bones, "leftLower": ...}: eyelid bones that hang on the head, without those that hang on others.

    A lid that does not say whether it is the upper one is taken for it: rigs with one lid have that.
    """
    head = rest.index.get(bones.get("head", ""), -1)
    taken = set(bones.values())
    named = {}
    for bone, name in enumerate(rest.names):
        lid = _lid(name)
        if lid and name not in taken and not rest.constrained[bone] and (head in rest.ancestors(bone) or head < 0):
            named[bone] = lid
    found: dict[str, list[str]] = {}
    for bone, lid in named.items():
        if not any(above in named for above in rest.ancestors(bone)):
            found.setdefault(lid, []).append(rest.names[bone])
    return {lid: tuple(names) for lid, names in found.items()}


def _lid(name: str) -> str:
    """ "leftUpper" ... of one name; "" for what is no lid of one eye."""
    spaced = _GLUED.sub(lambda match: f"{match.group()} ", _CASE.sub(" ", name).lower())
    side = read_name(name).side
    if not side or not _LID.search(spaced) or _MECHANISM.search(spaced):
        return ""
    lower = _LOWER.search(spaced) and not _UPPER.search(spaced)
    return side + ("Lower" if lower else "Upper")
