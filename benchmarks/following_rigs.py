"""Rigs to try takes on: MakeHuman's five, Rigify's generated ones, the sample characters, and odd skeletons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import addon_utils
import bpy
import numpy as np
from mathutils import Matrix

from sample_rigs.armatures import make_armature
from sample_rigs.people import Look, make_person
from sample_rigs.skeleton import Skeleton, _parents_first, _read_bones, read_places
from understudy.addon.rigs import characters
from understudy.addon.scene_files import open_rig

Builder = Callable[[], bpy.types.Object]
SAMPLES = Path(__file__).resolve().parent.parent / "sample_rigs"
MAKEHUMAN = {
    "mh default": "standard/rig.default.json", "mh cmu": "standard/rig.cmu_mb.json",
    "mh game engine": "standard/rig.game_engine.json", "mh mixamo": "standard/rig.mixamo.json",
    "mh rigify": "rigify/rig.human_toes.json",
}  # fmt: skip


def _makehuman(name: str) -> Builder:
    def build() -> bpy.types.Object:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        person = make_person(Look({"gender": 0.5, "age": 0.5}))
        places = read_places(person, MAKEHUMAN[name])
        bones = _read_bones(MAKEHUMAN[name])
        names = _parents_first(bones)
        parents = [names.index(bones[bone]["parent"]) if bones[bone]["parent"] else -1 for bone in names]
        heads, tails = (np.array([places[bone][end] for bone in names]) for end in (0, 1))
        return make_armature(name, Skeleton(tuple(names), tuple(parents), heads, tails, np.zeros((1, len(names)))))

    return build


def _sample(name: str) -> Builder:
    def build() -> bpy.types.Object:
        bpy.ops.wm.open_mainfile(filepath=str(SAMPLES / f"{name}.blend"), load_ui=False)
        return next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")

    return build


def rig_file(path: Path) -> Builder:
    """The character of a .blend, .glb, .fbx or .vrm file: the armature with the most known bones."""

    def build() -> bpy.types.Object:
        if path.suffix.lower() == ".bvh":
            bpy.ops.wm.read_factory_settings(use_empty=True)
            addon_utils.enable("io_anim_bvh", default_set=True)
            bpy.ops.import_anim.bvh(filepath=str(path))
        else:
            open_rig(path)
        found = characters(bpy.context.scene)
        if not found:
            raise SystemExit(f"{path} holds no armature.")
        return found[0][0]

    return build


def _rigify(kind: str) -> Builder:
    def build() -> bpy.types.Object:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        if "rigify" not in bpy.context.preferences.addons:
            addon_utils.enable("rigify", default_set=True)
        if kind == "human":
            bpy.ops.object.armature_human_metarig_add()
        else:
            bpy.ops.object.armature_basic_human_metarig_add()
        metarig = bpy.context.object
        bpy.ops.object.mode_set(mode="POSE")
        bpy.ops.pose.rigify_generate()
        rig = bpy.context.object
        bpy.ops.object.mode_set(mode="OBJECT")
        bpy.data.objects.remove(metarig)
        bpy.context.view_layer.update()
        return rig

    return build


def _changed(base: Callable[[], bpy.types.Object], change: Callable[[bpy.types.Object], None]) -> Builder:
    def build() -> bpy.types.Object:
        armature = base()
        change(armature)
        bpy.context.view_layer.update()
        return armature

    return build


def _edit(armature: bpy.types.Object) -> Iterator[bpy.types.ArmatureEditBones]:
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    yield armature.data.edit_bones
    bpy.ops.object.mode_set(mode="OBJECT")


def _random_rolls_euler(armature: bpy.types.Object) -> None:
    chance = np.random.default_rng(1)
    for bones in _edit(armature):
        for bone in bones:
            bone.roll = chance.uniform(-np.pi, np.pi)
    orders = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX", "AXIS_ANGLE", "QUATERNION")
    for number, bone in enumerate(armature.pose.bones):
        bone.rotation_mode = orders[number % len(orders)]


def _centimetres_y_up(armature: bpy.types.Object) -> None:
    turn = Matrix.Rotation(np.pi / 2, 4, "X")
    armature.data.transform(Matrix.Scale(100, 4) @ turn.inverted())
    armature.matrix_world = turn @ Matrix.Scale(0.01, 4)


def _faces_x_under_parent(armature: bpy.types.Object) -> None:
    holder = bpy.data.objects.new("Holder", None)
    bpy.context.collection.objects.link(holder)
    holder.matrix_world = Matrix.Translation((3, 2, 0)) @ Matrix.Rotation(np.pi / 2, 4, "Z") @ Matrix.Scale(2.5, 4)
    armature.parent = holder


def _limbs_under_root(armature: bpy.types.Object) -> None:
    """Feet and hands hang under the root, as in rigs whose inverse kinematics were baked."""
    for bones in _edit(armature):
        for bone in bones:
            if bone.name in ("foot_l", "foot_r", "hand_l", "hand_r"):
                bone.use_connect = False
                bone.parent = bones["Root"]


def _no_inherit(armature: bpy.types.Object) -> None:
    for number, bone in enumerate(armature.data.bones):
        bone.use_inherit_rotation = number % 3 != 0
        bone.use_local_location = number % 2 == 0
        bone.inherit_scale = ("NONE", "FULL", "ALIGNED", "AVERAGE")[number % 4]


def _short_shins(armature: bpy.types.Object) -> None:
    """Another body: long thighs, wide hips, short arms."""
    for bones in _edit(armature):
        for bone in bones:
            bone.use_connect = False
        for side, sign in (("l", 1), ("r", -1)):
            for name in (f"thigh_{side}", f"calf_{side}", f"foot_{side}", f"ball_{side}"):
                for end in ("head", "tail"):
                    point = getattr(bones[name], end)
                    point.x += sign * 0.05
                    if (name == f"calf_{side}" and end == "head") or (name == f"thigh_{side}" and end == "tail"):
                        point.z -= 0.07


def rigs() -> dict[str, Builder]:
    """Name -> builds the rig in a new scene and returns its armature."""
    game = _makehuman("mh game engine")
    return {
        **{name: _makehuman(name) for name in MAKEHUMAN},
        "mira": _sample("mira"), "kit": _sample("kit"), "rigo": _sample("rigo"),
        "rigify human": _rigify("human"), "rigify basic": _rigify("basic"),
        "rolls, Euler": _changed(game, _random_rolls_euler),
        "cm, Y up": _changed(game, _centimetres_y_up),
        "faces X, x2.5, parented": _changed(game, _faces_x_under_parent),
        "limbs under root": _changed(game, _limbs_under_root),
        "no inherit": _changed(game, _no_inherit),
        "short shins": _changed(game, _short_shins),
    }  # fmt: skip
