"""Auto-Rig Pro's deform bones as it exports them to games (root.x, arm_stretch.l ...)."""

from .convention import Convention, both_sides, fingers

CONVENTION = Convention(
    kind="auto_rig_pro_export",
    label="Auto-Rig Pro skeleton",
    spine_by_structure=True,
    bones={
        "hips": "root.x", "neck": "neck.x", "head": "head.x", "jaw": "jawbone.x|c_jawbone.x",
        **both_sides(
            {
                "UpperLeg": "thigh_stretch.{side}|thigh.{side}", "LowerLeg": "leg_stretch.{side}|leg.{side}",
                "Foot": "foot.{side}", "Toes": "toes_01.{side}", "Shoulder": "shoulder.{side}",
                "UpperArm": "arm_stretch.{side}|arm.{side}", "LowerArm": "forearm_stretch.{side}|forearm.{side}",
                "Hand": "hand.{side}", "Eye": "c_eye.{side}",
                **fingers("c_{finger}{joint}.{side}", ("thumb", "index", "middle", "ring", "pinky")),
            },
            "l", "r",
        ),
    },
)  # fmt: skip
