"""Rigify's metarig used as a plain skeleton (spine, thigh.L ...); MPFB's rigify rigs have the same names."""

from .convention import Convention, both_sides, fingers

PARTS = {
    "UpperLeg": "thigh.{side}", "LowerLeg": "shin.{side}", "Foot": "foot.{side}", "Toes": "toe.{side}",
    "Shoulder": "shoulder.{side}", "UpperArm": "upper_arm.{side}", "LowerArm": "forearm.{side}",
    "Hand": "hand.{side}",
    **fingers("{finger}.0{joint}.{side}", ("thumb", "f_index", "f_middle", "f_ring", "f_pinky")),
}  # fmt: skip
TRUNK = {
    "hips": "spine", "spine": "spine.001", "chest": "spine.002", "upperChest": "spine.003", "neck": "spine.004",
    "head": "spine.006",
}  # fmt: skip

CONVENTION = Convention(
    kind="rigify_metarig",
    label="Rigify metarig",
    bones={**TRUNK, **both_sides(PARTS, "L", "R")},
)
