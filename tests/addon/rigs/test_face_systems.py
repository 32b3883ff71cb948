"""The names of whole systems, as their programs write them: every shape that the names say, and nothing else."""

import pytest

from understudy.addon.rigs.faces import match_face

CHARACTER_CREATOR = """Brow_Raise_Inner_{s} Brow_Raise_Outer_{s} Brow_Drop_{s} Eye_Blink_{s} Eye_Squint_{s} Eye_Wide_{s}
Eye_{s}_Look_L Eye_{s}_Look_R Eye_{s}_Look_Up Eye_{s}_Look_Down Nose_Sneer_{s} Cheek_Raise_{s} Cheek_Puff_{s}
Mouth_Blow_{s} Mouth_Smile_{s} Mouth_Frown_{s} Mouth_Stretch_{s} Mouth_Dimple_{s} Mouth_Press_{s} Mouth_Pucker_Up_{s}
Mouth_Pucker_Down_{s} Mouth_Funnel_Up_{s} Mouth_Funnel_Down_{s} Mouth_Roll_In_Upper_{s} Mouth_Roll_In_Lower_{s}
Mouth_{s} Mouth_Up_Upper_{s} Mouth_Down_Lower_{s} Jaw_{s}"""
CC_WHOLE = ["Mouth_Shrug_Upper", "Mouth_Shrug_Lower", "Mouth_Close", "Tongue_Out", "Jaw_Open", "Jaw_Forward", "V_Open"]


NOT_SAID = """jawOpen_mouthSmile facs_cbs_BrowDownLeft_BrowSqueeze eJCMMouthOpen Hand_open nose_wide body_fat
Tongue_Left
ear_up smile_evil jawOpen_fix Key_17 brow_thickness 瞳小 Eye_Left Brow_Compress_L"""
METAHUMAN = """browDownL browRaiseInL browRaiseInR browRaiseOuterL eyeBlinkL eyeWidenL eyeSquintInnerL eyeCheekRaiseL
eyeLookLeftR eyeLookRightR noseWrinkleL mouthCornerPullL mouthCornerDepressL jawOpenExtreme
mouthLowerLipDepressL mouthUpperLipRaiseR mouthLipsPurseUL mouthLipsPurseUR mouthLipsPurseDL mouthLipsPurseDR
mouthLipsTogetherUL mouthPressUL mouthPressDL mouthUpperLipRollInL mouthLeft jawOpen jawFwd jawChinRaiseDL
mouthCheekBlowL"""


def both(text):
    return [name.format(s=side) for name in text.split() for side in "LR"]


def keys(found, name):
    return [key for key, _ in found[name]]


def test_character_creator():
    found = match_face([*both(CHARACTER_CREATOR), *CC_WHOLE])
    assert len(found) == 52
    assert keys(found, "cheekPuff") == ["Cheek_Puff_L", "Cheek_Puff_R"]
    assert keys(found, "mouthPucker") == [f"Mouth_Pucker_{v}_{s}" for v in ("Up", "Down") for s in "LR"]
    assert keys(found, "eyeLookInLeft") == ["Eye_L_Look_R"] and keys(found, "mouthLeft") == ["Mouth_L"]
    assert keys(found, "jawOpen") == ["Jaw_Open"]


def test_metahuman_controls():
    found = match_face(f"CTRL_expressions_{name}" for name in METAHUMAN.split())
    names = {name: [key.removeprefix("CTRL_expressions_") for key in keys(found, name)] for name in found}
    assert names["browInnerUp"] == ["browRaiseInL", "browRaiseInR"]
    assert names["eyeLookInRight"] == ["eyeLookLeftR"] and names["eyeLookOutRight"] == ["eyeLookRightR"]
    assert names["mouthPressLeft"] == ["mouthPressUL", "mouthPressDL"] and len(names["mouthPucker"]) == 4
    assert names["jawOpen"] == ["jawOpen"] and names["mouthShrugLower"] == ["jawChinRaiseDL"]
    assert names["mouthSmileLeft"] == ["mouthCornerPullL"] and names["mouthUpperUpRight"] == ["mouthUpperLipRaiseR"]


EXPECTED = {
    # Unified Expressions and SRanipal (VRCFaceTracking)
    "EyeClosedRight": "eyeBlinkRight", "BrowLowererLeft": "browDownLeft", "MouthClosed": "mouthClose",
    "LipFunnelUpperRight": "mouthFunnel", "LipSuckLowerLeft": "mouthRollLower", "MouthCornerPullLeft": "mouthSmileLeft",
    "MouthRaiserUpper": "mouthShrugUpper", "Eye_Left_Right": "eyeLookInLeft", "Eye_Right_squeeze": "eyeSquintRight",
    "Mouth_Ape_Shape": "mouthClose", "Mouth_Pout": "mouthPucker", "Mouth_Sad_Right": "mouthFrownRight",
    "Mouth_Upper_UpLeft": "mouthUpperUpLeft", "Mouth_Lower_Inside": "mouthRollLower", "Tongue_LongStep1": "tongueOut",
    # Daz Genesis
    "eCTRLEyesClosedL": "eyeBlinkLeft", "PHMBrowDownR": "browDownRight", "PHMCheeksBalloon": "cheekPuff",
    "facs_bs_BrowDownLeft_div2": "browDownLeft", "facs_jnt_JawOpen": "jawOpen", "eCTRLMouthOpen": "jawOpen",
    # MakeHuman's units, action units, other writings
    "eye-left-closure": "eyeBlinkLeft", "eyebrows-right-extern-up": "browOuterUpRight", "mouth-open": "jawOpen",
    "AU12_R": "mouthSmileRight", "AU_04_L": "browDownLeft", "Wolf3D_Head_jawOpen": "jawOpen",
    "Head_eyeBlinkLeft": "eyeBlinkLeft", "tongue_jawOpen": "jawOpen", "EYEBLINKLEFT": "eyeBlinkLeft",
    "LeftEyeBlink": "eyeBlinkLeft", "upperLipUpLeft": "mouthUpperUpLeft", "browInnerUp.001": "browInnerUp",
    "vrc.blink_right": "eyeBlinkRight", "Face.M_F00_000_00_Fcl_EYE_Close_L": "eyeBlinkLeft", "viseme_aa": "jawOpen",
    # MikuMikuDance
    "ウィンク": "eyeBlinkLeft", "ｳｨﾝｸ２右": "eyeBlinkRight", "困る": "browInnerUp", "う": "mouthPucker",
}  # fmt: skip


@pytest.mark.parametrize("key", EXPECTED)
def test_one_name_of_each_system(key):
    found = match_face([key])
    assert keys(found, EXPECTED[key]) == [key]
    assert len(found) == 1 and found[EXPECTED[key]][0][1] in (1.0, 0.8)


@pytest.mark.parametrize(
    "key",
    NOT_SAID.split(),
)
def test_what_names_do_not_say(key):
    assert match_face([key]) == {}


def test_one_sided_keys_go_before_those_for_both_and_vowels_come_last():
    found = match_face(["まばたき", "ウィンク２", "ｳｨﾝｸ２右", "あ", "い", "う", "え", "お"])
    assert keys(found, "eyeBlinkLeft") == ["ウィンク２"] and keys(found, "eyeBlinkRight") == ["ｳｨﾝｸ２右"]
    assert keys(found, "jawOpen") == ["あ"]
    assert keys(match_face(["viseme_aa", "mouthOpen"]), "jawOpen") == ["mouthOpen"]
    assert keys(match_face(["A", "I", "U", "E", "O"]), "jawOpen") == ["A"] and match_face(["A"]) == {}


def test_keys_that_go_both_ways():
    found = match_face(["PHMBrowUp-DownL"])
    assert found["browDownLeft"] == (("PHMBrowUp-DownL", -1.0),)
