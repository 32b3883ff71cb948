"""Characters built bone by bone, takes made by formula, and how far an animated armature is from its take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import bpy
import numpy as np
import pytest
from mathutils import Matrix

from understudy.ml.take import (
    BONE_NAMES,
    BONE_PARENTS,
    CAPTURED_BONES,
    STANDARD_REST,
    Take,
    joint_positions,
    parent_indices,
    rotation,
    validate,
)

Rest = Mapping[str, np.ndarray]
FPS = 30.0


def chain(name: str, names: tuple[str, ...]) -> str | None:
    parent = BONE_PARENTS[name]
    while parent is not None and parent not in names:
        parent = BONE_PARENTS[parent]
    return parent


def posed_rest(degrees: Mapping[str, tuple[float, float, float]]) -> Rest:
    """The standard adult's joints after turning some bones (rotation vectors in degrees, local)."""
    parents = parent_indices(BONE_NAMES)
    turns = np.tile(rotation.IDENTITY, (1, len(BONE_NAMES), 1))
    for j, name in enumerate(BONE_NAMES):
        own = rotation.from_rotvec(np.radians(degrees.get(name, (0.0, 0.0, 0.0))))
        turns[0, j] = own if parents[j] < 0 else rotation.multiply(turns[0, parents[j]], own)
    rest = np.array([STANDARD_REST[name] for name in BONE_NAMES])
    joints = joint_positions(turns, rest[:1], rest, parents)[0]
    return dict(zip(BONE_NAMES, joints, strict=True))


def build_armature(
    rest: Rest | None = None,
    names: tuple[str, ...] = BONE_NAMES,
    rename: Callable[[str], str] = str,
    axes: np.ndarray | None = None,
    unit: float = 1.0,
    world: Matrix | None = None,
    mode: str = "QUATERNION",
    seed: int = 0,
) -> bpy.types.Object:
    """An armature at the rest joints, in an empty scene at 30 fps. axes [3, 3]: stage -> armature; rolls are random."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = int(FPS)
    rest = rest or {name: np.array(point) for name, point in STANDARD_REST.items()}
    axes = np.eye(3) if axes is None else axes
    data = bpy.data.armatures.new("Rig")
    armature = bpy.data.objects.new("Rig", data)
    bpy.context.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    chance = np.random.default_rng(seed)
    for name in names:
        bone = data.edit_bones.new(rename(name))
        bone.head = unit * axes @ rest[name]
        bone.tail = unit * axes @ _end(name, rest, names)
        bone.roll = chance.uniform(-np.pi, np.pi)
        parent = chain(name, names)
        if parent is not None:
            bone.parent = data.edit_bones[rename(parent)]
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = mode
    if world is not None:
        armature.matrix_world = world
    bpy.context.view_layer.update()
    return armature


def _end(name: str, rest: Rest, names: tuple[str, ...]) -> np.ndarray:
    following = {"hips": "spine", "upperChest": "neck", "head": "head"}.get(name)
    side = name[: len("left")] if name.startswith("left") else name[: len("right")]
    if name.endswith("Hand"):
        following = f"{side}MiddleProximal"
    children = [child for child in names if chain(child, names) == name]
    following = following or (children[0] if children else None)
    if following in names and following != name:
        return rest[following]
    if name.endswith("Toes"):
        return rest[name] + 0.4 * (rest[name] - rest[f"{side}Foot"]) * [1, 1, 0]
    parent = chain(name, names)
    if name == "head" or parent is None:
        return rest[name] + [0.0, 0.0, 0.15]
    along = rest[name] - rest[parent]
    return rest[name] + 0.03 * along / np.linalg.norm(along)


def build_take(
    local: Mapping[str, np.ndarray], frames: int = 31, hips: np.ndarray | None = None, **more: object
) -> Take:
    """A take from local rotation vectors in radians {bone: [T, 3]}; hips [T, 3] metres added to where they stand."""
    names = CAPTURED_BONES
    parents = parent_indices(names)
    turns = np.tile(rotation.IDENTITY, (frames, len(names), 1))
    for j, name in enumerate(names):
        own = rotation.from_rotvec(local.get(name, np.zeros((frames, 3))))
        turns[:, j] = own if parents[j] < 0 else rotation.multiply(turns[:, parents[j]], own)
    rest = np.array([STANDARD_REST[name] for name in names])
    path = rest[0] + (np.zeros((frames, 3)) if hips is None else hips)
    times = np.arange(frames) / FPS
    return validate(
        Take(FPS, times, bone_names=names, rotations=turns, hips_position=path, rest_positions=rest, **more)
    )


def restless_take(frames: int = 46, seed: int = 0, **more: object) -> Take:
    """Every bone swings about an axis of its own, limbs far; the hips travel."""
    chance = np.random.default_rng(seed)
    t = np.arange(frames) / FPS
    local = {}
    for name in CAPTURED_BONES:
        axis = chance.normal(size=3)
        far = 0.9 if "Lower" in name or "Upper" in name else 0.25
        swing = np.sin(2 * np.pi * chance.uniform(0.3, 1.0) * t + chance.uniform(0, 6))
        local[name] = far * swing[:, None] * axis / np.linalg.norm(axis)
    return build_take(local, frames, np.stack([0.5 * np.sin(t), 0.3 * t, -0.1 * np.sin(t) ** 2], axis=-1), **more)


LIMBS = [
    (f"{side}{a}", f"{side}{b}")
    for side in ("left", "right")
    for a, b in (
        ("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("Hand", "MiddleProximal"), ("UpperLeg", "LowerLeg"),
        ("LowerLeg", "Foot"), ("IndexProximal", "IndexIntermediate"), ("IndexIntermediate", "IndexDistal"),
        ("ThumbMetacarpal", "ThumbProximal"), ("LittleProximal", "LittleIntermediate"),
    )
]  # fmt: skip
SPINE = [("spine", "chest"), ("chest", "upperChest"), ("upperChest", "neck"), ("neck", "head")]


@dataclass(frozen=True)
class Followed:
    """degrees: the mean angle between the rig's and the take's direction, by segment; hips [F, 3] in the scene."""

    degrees: Mapping[tuple[str, str], float]
    hips: np.ndarray
    heads: Mapping[str, np.ndarray]

    @property
    def worst(self) -> float:
        return max(self.degrees.values())


def follow(
    take: Take,
    armature: bpy.types.Object,
    bones: Mapping[str, str],
    facing: np.ndarray | None = None,
    step: int = 5,
    start: float = 1,
) -> Followed:
    """Evaluate the animated armature every `step` take frames and compare. facing [3, 3]: stage -> scene."""
    assert take.rotations is not None and take.bone_names is not None
    facing = np.eye(3) if facing is None else facing
    parents = parent_indices(take.bone_names)
    joints = joint_positions(take.rotations, take.hips_position, take.rest_positions, parents)
    index = {name: j for j, name in enumerate(take.bone_names)}
    scene = bpy.context.scene
    rate = scene.render.fps / scene.render.fps_base
    heads: dict[str, list[np.ndarray]] = {name: [] for name in bones}
    frames = range(0, take.frame_count, step)
    for f in frames:
        frame = start + take.times[f] * rate
        scene.frame_set(int(np.floor(frame + 1e-6)), subframe=max(0.0, frame - np.floor(frame + 1e-6)))
        posed = armature.evaluated_get(bpy.context.evaluated_depsgraph_get())
        for name, bone in bones.items():
            heads[name].append(np.array(posed.matrix_world @ posed.pose.bones[bone].head))
    places = {name: np.array(points) for name, points in heads.items()}
    degrees = {}
    for a, b in (*LIMBS, *SPINE):
        if a in places and b in places and a in index and b in index:
            mine = places[b] - places[a]
            wanted = (joints[list(frames), index[b]] - joints[list(frames), index[a]]) @ facing.T
            sine = np.linalg.norm(np.cross(mine, wanted), axis=1)
            degrees[a, b] = float(np.degrees(np.arctan2(sine, np.sum(mine * wanted, axis=1))).mean())
    return Followed(degrees, places["hips"], places)


@dataclass(frozen=True)
class Workshop:
    """What the tests of a folder share: pytest's import mode lets them not import each other."""

    armature = staticmethod(build_armature)
    take = staticmethod(build_take)
    restless = staticmethod(restless_take)
    rest = staticmethod(posed_rest)
    follow = staticmethod(follow)


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()
