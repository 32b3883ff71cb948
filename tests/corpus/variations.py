"""What can be different about a rig without changing which bone is which: each a function of a skeleton."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from .skeleton import Skeleton

FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
Change = Callable[[Skeleton], Skeleton]
Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""From Blender's axes to a Y-up armature that faces +Z."""


def _with(skeleton: Skeleton, bones: Mapping, truth: Mapping | None = None) -> Skeleton:
    return Skeleton(
        skeleton.label, bones, skeleton.truth if truth is None else truth, skeleton.kind, skeleton.humanoid,
        skeleton.optional,
    )  # fmt: skip


def renamed(rename: Callable[[str], str]) -> Change:
    def change(skeleton: Skeleton) -> Skeleton:
        names = {name: rename(name) for name in skeleton.bones}
        if len(set(names.values())) < len(names):
            return skeleton
        bones = {names[n]: (names[p] if p else None, h, t) for n, (p, h, t) in skeleton.bones.items()}
        truth = {k: tuple(names[n] for n in v if n in names) for k, v in skeleton.truth.items()}
        return _with(skeleton, bones, truth)

    return change


def moved(matrix: np.ndarray, scale: float = 1.0, offset: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Change:
    def change(skeleton: Skeleton) -> Skeleton:
        def place(point: np.ndarray) -> np.ndarray:
            return scale * (matrix @ point) + np.array(offset)

        return _with(skeleton, {n: (p, place(h), place(t)) for n, (p, h, t) in skeleton.bones.items()})

    return change


def without(words: tuple[str, ...]) -> Change:
    """Bones of these humanoid parts removed; their children hang on what is above."""

    def change(skeleton: Skeleton) -> Skeleton:
        gone = {
            bones[0] for name, bones in skeleton.truth.items() if any(word in name for word in words)
        } & skeleton.bones.keys()
        if words == FINGERS:
            gone |= {name for name in skeleton.bones if _under(skeleton, name, gone)}
        bones = {}
        for name, (parent, head, tail) in skeleton.bones.items():
            while parent in gone:
                parent = skeleton.bones[parent][0]
            if name not in gone:
                bones[name] = (parent, head, tail)
        truth = {name: tuple(b for b in found if b not in gone) for name, found in skeleton.truth.items()}
        truth = {name: found for name, found in truth.items() if found}
        return _with(skeleton, bones, truth)

    return change


def _under(skeleton: Skeleton, name: str, above: set[str]) -> bool:
    parent = skeleton.bones[name][0]
    return parent is not None and (parent in above or _under(skeleton, parent, above))


def imported_tails(skeleton: Skeleton) -> Skeleton:
    """As glTF without care comes in: every bone points up and is short."""
    return _with(skeleton, {n: (p, h, h + np.array([0, 0, 0.03])) for n, (p, h, _) in skeleton.bones.items()})


def leaf_bones(skeleton: Skeleton) -> Skeleton:
    """As Blender's FBX export writes it: an _end on every tip."""
    bones = dict(skeleton.bones)
    parents = {parent for parent, _, _ in skeleton.bones.values()}
    for name, (_, head, tail) in skeleton.bones.items():
        if name not in parents:
            bones[f"{name}_end"] = (name, tail, tail + (tail - head))
    return _with(skeleton, bones)


def crowded(skeleton: Skeleton, count: int = 400) -> Skeleton:
    """Hair, skirts and trinkets: hundreds of further bones."""
    chance = np.random.default_rng(1)
    bones = dict(skeleton.bones)
    carriers = [name for name, found in ((k, v[0]) for k, v in skeleton.truth.items())]
    places = [skeleton.truth[name][0] for name in carriers if skeleton.truth[name][0] in skeleton.bones]
    for n in range(count // 4):
        parent = places[int(chance.integers(len(places)))]
        start = skeleton.bones[parent][1]
        for m in range(4):
            name = f"hair_{n:03}_{m}"
            start = start + chance.normal(size=3) * 0.03
            bones[name] = (parent, start, start + np.array([0, 0, 0.02]))
            parent = name
    return _with(skeleton, bones)


def mirrored_names(skeleton: Skeleton) -> Skeleton:
    """The names' left is the character's right: a model flipped in X without its names. Its toes show it."""
    if "leftToes" not in skeleton.truth:
        return skeleton
    flip = np.array([-1.0, 1, 1])
    bones = {n: (p, h * flip, t * flip) for n, (p, h, t) in skeleton.bones.items()}
    other = {"left": "right", "right": "left"}
    truth = {}
    for name, found in skeleton.truth.items():
        side = next((s for s in other if name.startswith(s)), None)
        truth[other[side] + name.removeprefix(side) if side else name] = found
    optional = {next((other[s] + n.removeprefix(s) for s in other if n.startswith(s)), n) for n in skeleton.optional}
    return Skeleton(skeleton.label, bones, truth, skeleton.kind, skeleton.humanoid, frozenset(optional))


def _turn(degrees: float) -> np.ndarray:
    a = np.radians(degrees)
    return np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1.0]])


def nameless(skeleton: Skeleton) -> Skeleton:
    """Bone, Bone.001 ...: only the structure is left."""
    order = {name: f"Bone.{n:03}" if n else "Bone" for n, name in enumerate(skeleton.bones)}
    return renamed(lambda name: order[name])(skeleton)


def counted(skeleton: Skeleton) -> Skeleton:
    """As Sketchfab exports: a running number behind every name."""
    order = {name: n for n, name in enumerate(skeleton.bones)}
    return renamed(lambda name: f"{name}_{order[name] + 1:03}")(skeleton)


def shuffled(skeleton: Skeleton, seed: int = 0) -> Skeleton:
    """Every bone under the name of another: names that are words and say nothing. The order is another too."""
    names = list(skeleton.bones)
    chance = np.random.default_rng(seed)
    other = dict(zip(names, chance.permutation(names).tolist(), strict=True))
    mixed = renamed(lambda name: other[name])(skeleton)
    return _with(mixed, {name: mixed.bones[name] for name in chance.permutation(list(mixed.bones)).tolist()})


VARIATIONS: Mapping[str, Change] = {
    "as it is": lambda skeleton: skeleton,
    "lower case": renamed(str.lower),
    "upper case": renamed(str.upper),
    "prefix": renamed(lambda name: f"Hero_{name}"),
    "namespace": renamed(lambda name: f"Hero:{name}"),
    "centimetres, Y up": moved(Y_UP, 100.0),
    "tiny, faces +X": moved(_turn(90), 0.01),
    "counted": counted,
    "faces +Y": moved(_turn(180)),
    "faces -X, aside": moved(_turn(-90), 1.0, (3.0, -2.0, 0.5)),
    "no clavicles": without(("Shoulder",)),
    "no neck": without(("neck",)),
    "no toes": without(("Toes",)),
    "no fingers": without(FINGERS),
    "imported tails": imported_tails,
    "leaf bones": leaf_bones,
    "400 more bones": crowded,
    "mirrored names": mirrored_names,
}  # fmt: skip
