"""Rigify's generated control rig: its forward kinematics controls.

The pelvis hangs upside down on the spine (spine_fk under spine_fk.001 under torso), so `torso` takes the hips' place
and turn, and spine_fk repeats the turn. `hips` and `chest` would bend the spine on top of that and are held at rest.
"""

from ....ml.take import BONE_NAMES
from ...retarget.limb_controls import IkLimb
from .convention import Convention, both_sides, fingers
from .rigify_metarig import CONVENTION as METARIG

_FINGER_WORDS = ("thumb", "f_index", "f_middle", "f_ring", "f_pinky")
_SIDES = (("left", "L"), ("right", "R"))
_LIMBS = (("upper_arm_parent", "UpperArm"), ("thigh_parent", "UpperLeg"))


def _arm(side: str, letter: str) -> IkLimb:
    parent = f"upper_arm_parent.{letter}"
    return IkLimb(
        f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand",
        control=f"hand_ik.{letter}", pole=f"upper_arm_ik_target.{letter}", neutral=(f"upper_arm_ik.{letter}",),
        switches=_switches(parent), settings={(parent, "pole_vector"): 1.0},
    )  # fmt: skip


def _leg(side: str, letter: str) -> IkLimb:
    parent = f"thigh_parent.{letter}"
    return IkLimb(
        f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot",
        control=f"foot_ik.{letter}", pole=f"thigh_ik_target.{letter}", follow={f"toe_ik.{letter}": f"{side}Toes"},
        neutral=(f"thigh_ik.{letter}", f"foot_heel_ik.{letter}", f"foot_spin_ik.{letter}"),
        switches=_switches(parent), settings={(parent, "pole_vector"): 1.0},
    )  # fmt: skip


def _switches(parent: str) -> tuple[tuple[str, str, float, float], ...]:
    """Before Blender 2.8 the property had a slash."""
    return (parent, "IK_FK", 1.0, 0.0), (parent, "IK/FK", 1.0, 0.0)


CONVENTION = Convention(
    kind="rigify",
    label="Rigify control rig",
    bones={
        "hips": "torso", "spine": "spine_fk.001", "chest": "spine_fk.002", "upperChest": "spine_fk.003",
        "neck": "neck", "head": "head", "jaw": "jaw_master",
        **both_sides(
            {
                "UpperLeg": "thigh_fk.{side}", "LowerLeg": "shin_fk.{side}", "Foot": "foot_fk.{side}",
                "Toes": "toe_fk.{side}", "Shoulder": "shoulder.{side}", "UpperArm": "upper_arm_fk.{side}",
                "LowerArm": "forearm_fk.{side}", "Hand": "hand_fk.{side}",
                **fingers("{finger}.0{joint}.{side}", _FINGER_WORDS),
            },
            "L", "R",
        ),
    },
    beside=frozenset({"spine"}),
    control_rig=True,
    shared={"spine_fk": "hips"},
    joints={name: f"DEF-{METARIG.bones[name]}" for name in BONE_NAMES if name in METARIG.bones},
    neutral=(
        "hips", "chest",
        *(f"{finger}.01_master.{side}" for finger in _FINGER_WORDS for _, side in _SIDES),
    ),
    properties={
        ("torso", "neck_follow"): (1.0, "neck"),
        ("torso", "head_follow"): (1.0, "head"),
        **{
            (f"{control}.{letter}", "FK_limb_follow"): (0.0, side + part)
            for control, part in _LIMBS
            for side, letter in _SIDES
        },
    },
    limbs=tuple(limb(side, letter) for side, letter in _SIDES for limb in (_arm, _leg)),
    aims={f"{side}Eye": (f"eye.{letter}", f"MCH-eye.{letter}") for side, letter in _SIDES},
)  # fmt: skip
"""With *_follow of neck and head at 1 they turn with the chest; with FK_limb_follow at 0 limbs turn with the body."""
