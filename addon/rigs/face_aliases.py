"""Names which other systems give to face shapes: data only.

Each entry: a shape key's name -> the ARKit shapes that drive it and how much of each it takes. Sources: the VRM 0.x and
1.0 presets and VRoid Studio's keys; Oculus' fifteen visemes; Reallusion Character Creator's face profiles; the morphs
that MikuMikuDance models share.
"""

from __future__ import annotations

from typing import Final

from ...ml.take import FACE_NAMES

Shares = tuple[tuple[str, float], ...]

PREFIXES: Final = ("arkit", "blend_?shapes?", "bs", "shape", "morph", "face", "head", "exp", "facial")
"""What programs put before a shape's own name (regular expressions)."""


def _sides(pattern: str, arkit: str, factor: float = 1.0) -> dict[str, Shares]:
    """pattern with {} for the side -> the ARKit name with the side put behind."""
    return {pattern.format(side): ((arkit + side, factor),) for side in ("Left", "Right")}


def _both(arkit: str, factor: float = 0.5) -> Shares:
    return ((arkit + "Left", factor), (arkit + "Right", factor))


CHARACTER_CREATOR: Final[dict[str, Shares]] = {
    **_sides("Brow_Drop_{}", "browDown"),
    **_sides("Brow_Raise_Outer_{}", "browOuterUp"),
    "Brow_Raise_Inner_Left": (("browInnerUp", 1.0),),
    "Brow_Raise_Inner_Right": (("browInnerUp", 1.0),),
    **_sides("Cheek_Raise_{}", "cheekSquint"),
    "Cheek_Puff_Left": (("cheekPuff", 1.0),),
    "Cheek_Puff_Right": (("cheekPuff", 1.0),),
    **_sides("Eye_{}_Look_Down", "eyeLookDown"),
    **_sides("Eye_{}_Look_Up", "eyeLookUp"),
    "Eye_L_Look_L": (("eyeLookOutLeft", 1.0),),
    "Eye_L_Look_R": (("eyeLookInLeft", 1.0),),
    "Eye_R_Look_L": (("eyeLookInRight", 1.0),),
    "Eye_R_Look_R": (("eyeLookOutRight", 1.0),),
    "Mouth_Funnel": (("mouthFunnel", 1.0),),
    **_sides("Mouth_Down_Lower_{}", "mouthLowerDown"),
    **_sides("Mouth_Up_Upper_{}", "mouthUpperUp"),
    "Mouth_Roll_In_Lower": (("mouthRollLower", 1.0),),
    "Mouth_Roll_In_Upper": (("mouthRollUpper", 1.0),),
    "Mouth_Roll_In_Lower_Left": (("mouthRollLower", 1.0),),
    "Mouth_Roll_In_Lower_Right": (("mouthRollLower", 1.0),),
    "Mouth_Roll_In_Upper_Left": (("mouthRollUpper", 1.0),),
    "Mouth_Roll_In_Upper_Right": (("mouthRollUpper", 1.0),),
    "Mouth_Pucker_Up_Left": (("mouthPucker", 1.0),),
    "Mouth_Pucker_Up_Right": (("mouthPucker", 1.0),),
    "Mouth_Pucker_Down_Left": (("mouthPucker", 1.0),),
    "Mouth_Pucker_Down_Right": (("mouthPucker", 1.0),),
    "Mouth_Funnel_Up_Left": (("mouthFunnel", 1.0),),
    "Mouth_Funnel_Up_Right": (("mouthFunnel", 1.0),),
    "Mouth_Funnel_Down_Left": (("mouthFunnel", 1.0),),
    "Mouth_Funnel_Down_Right": (("mouthFunnel", 1.0),),
    "Jaw_L": (("jawLeft", 1.0),),
    "Jaw_R": (("jawRight", 1.0),),
}

VRM: Final[dict[str, Shares]] = {
    **_sides("Fcl_EYE_Close_{}", "eyeBlink"),
    **_sides("Blink_{}", "eyeBlink"),
    **_sides("Wink_{}", "eyeBlink"),
    "Fcl_EYE_Spread": _both("eyeWide"),
    "Fcl_MTH_A": (("jawOpen", 1.0),),
    "Fcl_MTH_U": (("mouthPucker", 0.8),),
    "Fcl_MTH_O": (("mouthFunnel", 0.8),),
    "Fcl_MTH_I": _both("mouthStretch", 0.4),
    "Fcl_MTH_Fun": _both("mouthSmile"),
    "Fcl_MTH_Up": (("mouthShrugLower", 0.5),),
    "Fcl_MTH_Down": _both("mouthFrown"),
    "Fcl_MTH_Large": _both("mouthStretch", 0.3),
    "Fcl_MTH_Small": (("mouthPucker", 0.2),),
    "Fcl_BRW_Angry": _both("browDown"),
    "Fcl_BRW_Surprised": _both("browOuterUp"),
    "Fcl_BRW_Sorrow": (("browInnerUp", 1.0),),
    "aa": (("jawOpen", 1.0),),
    "ou": (("mouthPucker", 0.8),),
    "oh": (("mouthFunnel", 0.8),),
    "ih": _both("mouthStretch", 0.4),
    "lookUp": _both("eyeLookUp"),
    "lookDown": _both("eyeLookDown"),
    "lookLeft": (("eyeLookOutLeft", 0.5), ("eyeLookInRight", 0.5)),
    "lookRight": (("eyeLookInLeft", 0.5), ("eyeLookOutRight", 0.5)),
}

OCULUS: Final[dict[str, Shares]] = {
    "viseme_aa": (("jawOpen", 1.0),),
    "viseme_O": (("mouthFunnel", 0.8),),
    "viseme_U": (("mouthPucker", 0.8),),
    "viseme_I": _both("mouthStretch", 0.4),
    "viseme_PP": (("mouthClose", 0.6), *_both("mouthPress", 0.3)),
    "viseme_FF": (("mouthRollLower", 0.7),),
    "v_aa": (("jawOpen", 1.0),),
    "v_oh": (("mouthFunnel", 0.8),),
    "v_ou": (("mouthPucker", 0.8),),
    "v_ih": _both("mouthStretch", 0.4),
}

PLAIN: Final[dict[str, Shares]] = {
    **_sides("eyes_closed_{}", "eyeBlink"),
    **_sides("eye_close_{}", "eyeBlink"),
    **_sides("eye_closed_{}", "eyeBlink"),
    **_sides("smile_{}", "mouthSmile"),
    **_sides("frown_{}", "mouthFrown"),
    **_sides("sneer_{}", "noseSneer"),
    **_sides("squint_{}", "eyeSquint"),
    **_sides("brow_up_{}", "browOuterUp"),
    **_sides("brows_up_{}", "browOuterUp"),
    **_sides("brow_raise_{}", "browOuterUp"),
    **_sides("brow_lower_{}", "browDown"),
    "blink": _both("eyeBlink"),
    "eyes_closed": _both("eyeBlink"),
    "eyes_wide": _both("eyeWide"),
    "smile": _both("mouthSmile"),
    "frown": _both("mouthFrown"),
    "mouth_open": (("jawOpen", 1.0),),
    "open_mouth": (("jawOpen", 1.0),),
    "brows_down": _both("browDown"),
    "brow_up_inner": (("browInnerUp", 1.0),),
    "brow_raise_inner": (("browInnerUp", 1.0),),
    "lips_together": (("mouthClose", 1.0),),
    "lip_upper_up": _both("mouthUpperUp"),
    "upper_lip_up": _both("mouthUpperUp"),
    "lip_lower_down": _both("mouthLowerDown"),
    "lower_lip_down": _both("mouthLowerDown"),
    "nose_wrinkle": _both("noseSneer"),
    "brow_up": (("browInnerUp", 0.4), *_both("browOuterUp", 0.3)),
    "brows_up": (("browInnerUp", 0.4), *_both("browOuterUp", 0.3)),
    "brow_inner_up_left": (("browInnerUp", 1.0),),
    "brow_inner_up_right": (("browInnerUp", 1.0),),
    "cheek_puff_left": (("cheekPuff", 1.0),),
    "cheek_puff_right": (("cheekPuff", 1.0),),
    "puff": (("cheekPuff", 1.0),),
    "pucker": (("mouthPucker", 1.0),),
    "kiss": (("mouthPucker", 1.0),),
    "funnel": (("mouthFunnel", 1.0),),
    "tongue": (("tongueOut", 1.0),),
}

MIKU_MIKU_DANCE: Final[dict[str, Shares]] = {
    "まばたき": _both("eyeBlink"),
    "ウィンク": (("eyeBlinkLeft", 1.0),),
    "ウィンク右": (("eyeBlinkRight", 1.0),),
    "びっくり": _both("eyeWide"),
    "あ": (("jawOpen", 1.0),),
    "い": _both("mouthStretch", 0.4),
    "う": (("mouthPucker", 0.8),),
    "お": (("mouthFunnel", 0.8),),
    "にやり": _both("mouthSmile"),
    "上": _both("browOuterUp"),
    "下": _both("browDown"),
    "困る": (("browInnerUp", 1.0),),
    "べー": (("tongueOut", 1.0),),
}

BOTH_SIDES: Final[dict[str, Shares]] = {
    name.removesuffix("Left"): _both(name.removesuffix("Left"))
    for name in FACE_NAMES
    if name.endswith("Left") and name not in ("mouthLeft", "jawLeft") and "LookIn" not in name and "LookOut" not in name
}
"""One key for both sides under ARKit's name without a side: eyeBlink, mouthSmile."""

ALIASES: Final[dict[str, Shares]] = {**BOTH_SIDES, **PLAIN, **CHARACTER_CREATOR, **VRM, **OCULUS, **MIKU_MIKU_DANCE}
