"""A rig put together as Auto-Rig Pro's are, by script: controls c_..., mechanism between them, bones that deform."""

from __future__ import annotations

import bpy
import numpy as np

from understudy.ml.take import STANDARD_REST

_SIDES = (("left", "l"), ("right", "r"))
_JOINTS = ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "Toes", "MiddleProximal")


def auto_rig_pro_mock() -> bpy.types.Object:
    """c_pos > c_traj > c_root_master.x > c_root.x; forward and inverse kinematics mixed by ik_fk_switch (1 forward)."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = 30
    data = bpy.data.armatures.new("rig")
    armature = bpy.data.objects.new("rig", data)
    bpy.context.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    rest = {name: np.array(point) for name, point in STANDARD_REST.items()}
    for side, _ in _SIDES:
        # Slightly bent at rest, as solvers need it.
        rest[f"{side}LowerLeg"] = rest[f"{side}LowerLeg"] + [0.0, -0.02, 0.0]
        rest[f"{side}LowerArm"] = rest[f"{side}LowerArm"] + [0.0, 0.02, 0.0]

    def bone(name: str, head, tail, parent: str | None = None, deform: bool = False) -> None:
        new = data.edit_bones.new(name)
        new.head, new.tail, new.use_deform = head, tail, deform
        new.align_roll((0.0, -1.0, 0.0) if abs((new.tail - new.head).normalized().y) < 0.7 else (0.0, 0.0, 1.0))
        if parent:
            new.parent = data.edit_bones[parent]

    up, ahead = np.array([0.0, 0.0, 0.1]), np.array([0.0, -0.1, 0.0])
    bone("c_pos", (0, 0, 0), (0, 0.3, 0))
    bone("c_traj", (0, 0, 0), (0, 0.2, 0), "c_pos")
    bone("c_root_master.x", rest["hips"], rest["hips"] + up, "c_traj")
    bone("c_root.x", rest["hips"], rest["hips"] + up, "c_root_master.x")
    bone("root.x", rest["hips"], rest["hips"] + up, "c_root_master.x", True)
    trunk = (
        ("spine", "spine_01"),
        ("chest", "spine_02"),
        ("upperChest", "spine_03"),
        ("neck", "neck"),
        ("head", "head"),
    )
    carrier = "c_root_master.x"
    for (name, word), following in zip(trunk, ("chest", "upperChest", "neck", "head", None), strict=True):
        end = rest[following] if following else rest[name] + 2 * up
        bone(f"c_{word}.x", rest[name], end, carrier)
        bone(f"{word}.x", rest[name], end, carrier, True)
        carrier = f"c_{word}.x"
    for side, s in _SIDES:
        joint = {part: rest[side + part] for part in _JOINTS}
        bone(f"c_shoulder.{s}", joint["Shoulder"], joint["UpperArm"], "c_spine_03.x")
        bone(f"shoulder.{s}", joint["Shoulder"], joint["UpperArm"], "c_spine_03.x", True)
        bone(f"c_thigh_b.{s}", joint["UpperLeg"], joint["UpperLeg"] + ahead, "root.x")
        chains = (
            (("arm", "UpperArm"), ("forearm", "LowerArm"), ("hand", "Hand"),
             "MiddleProximal", f"shoulder.{s}", "hand", "arms", np.array([0.0, 0.5, 0.0])),
            (("thigh", "UpperLeg"), ("leg", "LowerLeg"), ("foot", "Foot"),
             "Toes", f"c_thigh_b.{s}", "foot", "leg", np.array([0.0, -0.5, 0.0])),
        )  # fmt: skip
        for *links, tip, start, goal, pole_word, pole_way in chains:
            points = [joint[part] for _, part in links] + [joint[tip]]
            for kind in ("c_{}_fk", "{}_ik", "{}_stretch"):
                above = start
                for (word, _), head, tail in zip(links, points, points[1:], strict=False):
                    name = kind.format(word)
                    if word == goal:
                        if kind == "{}_ik":
                            continue
                        name = word if kind == "{}_stretch" else name
                    bone(f"{name}.{s}", head, tail, above, kind == "{}_stretch")
                    above = f"{name}.{s}"
            bone(f"c_{goal}_ik.{s}", points[2], points[3], "c_traj")
            bone(f"c_{pole_word}_pole.{s}", points[1] + pole_way, points[1] + pole_way + 0.2 * up, "c_traj")
        bone(f"c_toes_fk.{s}", joint["Toes"], joint["Toes"] + 0.5 * ahead, f"c_foot_fk.{s}")
        bone(f"c_toes_ik.{s}", joint["Toes"], joint["Toes"] + 0.5 * ahead, f"c_foot_ik.{s}")
        bone(f"toes_01.{s}", joint["Toes"], joint["Toes"] + 0.5 * ahead, f"foot.{s}", True)
    bpy.ops.object.mode_set(mode="OBJECT")
    _mechanism(armature)
    return armature


def _mechanism(armature: bpy.types.Object) -> None:
    bones = armature.pose.bones

    def copy(name: str, source: str):
        constraint = bones[name].constraints.new("COPY_TRANSFORMS")
        constraint.target, constraint.subtarget = armature, source
        return constraint

    copy("root.x", "c_root.x")
    for word in ("spine_01", "spine_02", "spine_03", "neck", "head"):
        copy(f"{word}.x", f"c_{word}.x")
    for _, s in _SIDES:
        copy(f"shoulder.{s}", f"c_shoulder.{s}")
        for upper, lower, goal, pole in (("arm", "forearm", "hand", "arms"), ("thigh", "leg", "foot", "leg")):
            control = bones[f"c_{goal}_ik.{s}"]
            control["ik_fk_switch"] = 0.0
            solver = bones[f"{lower}_ik.{s}"].constraints.new("IK")
            solver.target, solver.subtarget, solver.chain_count = armature, control.name, 2
            solver.pole_target, solver.pole_subtarget = armature, f"c_{pole}_pole.{s}"
            solver.pole_angle = _pole_angle(armature, f"{upper}_ik.{s}", f"c_{pole}_pole.{s}", control.name)
            for word, ik in (
                (f"{upper}_stretch", f"{upper}_ik"),
                (f"{lower}_stretch", f"{lower}_ik"),
                (goal, control.name),
            ):
                fk = f"c_{word.removesuffix('_stretch')}_fk.{s}"
                copy(f"{word}.{s}", fk)
                _mix(armature, copy(f"{word}.{s}", ik if ik.startswith("c_") else f"{ik}.{s}"), control.name)
        copy(f"toes_01.{s}", f"c_toes_fk.{s}")
        _mix(armature, copy(f"toes_01.{s}", f"c_toes_ik.{s}"), f"c_foot_ik.{s}")


def _mix(armature: bpy.types.Object, constraint, control: str) -> None:
    """Inverse kinematics count as far as the switch is off."""
    driver = constraint.driver_add("influence").driver
    driver.type = "SCRIPTED"
    driver.expression = "1 - var"
    variable = driver.variables.new()
    variable.name = "var"
    variable.targets[0].id = armature
    variable.targets[0].data_path = f'pose.bones["{control}"]["ik_fk_switch"]'


def _pole_angle(armature: bpy.types.Object, upper: str, pole: str, goal: str) -> float:
    """The angle under which the rest pose stays as it is."""
    base, way = armature.data.bones[upper], armature.data.bones[pole].head_local
    chain = armature.data.bones[goal].head_local - base.head_local
    normal = chain.cross(way - base.head_local)
    projected = normal.cross(base.tail_local - base.head_local)
    across = base.matrix_local.to_3x3().col[0]
    angle = across.angle(projected)
    return -angle if across.cross(projected).angle(base.tail_local - base.head_local) < np.pi / 2 else angle
