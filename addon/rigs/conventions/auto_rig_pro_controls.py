"""Auto-Rig Pro's control rig, by the names its controls have (c_arm_fk.l, c_hand_ik.l ...).

c_root_master.x carries hips and spine, so it takes the hips' place and turn; c_root.x turns the hips alone and is held
at rest. The switch of a limb lies on the control of its inverse kinematics: 1 is forward, 0 inverse.
"""

from ....ml.take import BONE_NAMES
from ...retarget.limb_controls import IkLimb
from .convention import Convention, both_sides, fingers

_SIDES = (("left", "l"), ("right", "r"))
_FINGER_WORDS = ("thumb", "index", "middle", "ring", "pinky")
_PARTS = {
    "UpperLeg": "c_thigh_fk.{side}", "LowerLeg": "c_leg_fk.{side}", "Foot": "c_foot_fk.{side}",
    "Toes": "c_toes_fk.{side}", "Shoulder": "c_shoulder.{side}", "UpperArm": "c_arm_fk.{side}",
    "LowerArm": "c_forearm_fk.{side}", "Hand": "c_hand_fk.{side}",
    **fingers("c_{finger}{joint}.{side}", _FINGER_WORDS),
}  # fmt: skip


def _arm(side: str, letter: str) -> IkLimb:
    hand = f"c_hand_ik.{letter}"
    return IkLimb(
        f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand", control=hand, pole=f"c_arms_pole.{letter}",
        switches=((hand, "ik_fk_switch", 1.0, 0.0),),
    )  # fmt: skip


def _leg(side: str, letter: str) -> IkLimb:
    foot = f"c_foot_ik.{letter}"
    return IkLimb(
        f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot", control=foot, pole=f"c_leg_pole.{letter}",
        follow={f"c_toes_ik.{letter}": f"{side}Toes"}, switches=((foot, "ik_fk_switch", 1.0, 0.0),),
        neutral=(f"c_foot_01.{letter}", f"c_foot_roll_cursor.{letter}", f"c_foot_bank_01.{letter}",
                 f"c_foot_bank_02.{letter}", f"c_foot_heel.{letter}", f"c_toes_end.{letter}"),
    )  # fmt: skip


CONVENTION = Convention(
    kind="auto_rig_pro_controls",
    label="Auto-Rig Pro control rig",
    bones={
        "hips": "c_root_master.x", "spine": "c_spine_01.x", "chest": "c_spine_02.x", "upperChest": "c_spine_03.x",
        "neck": "c_neck.x", "head": "c_head.x", "jaw": "c_jawbone.x",
        **both_sides(_PARTS, "l", "r"),
    },
    # The thighs hang on mechanism of the hips, hands and feet of both kinds on mechanism of the limbs.
    beside=frozenset(name for name in BONE_NAMES if name not in ("hips", "head")),
    neutral=("c_root.x", *(f"c_{finger}1_base.{letter}" for finger in _FINGER_WORDS for _, letter in _SIDES)),
    limbs=tuple(limb(side, letter) for side, letter in _SIDES for limb in (_arm, _leg)),
    control_rig=True,
)  # fmt: skip
