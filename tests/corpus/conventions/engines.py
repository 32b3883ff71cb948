"""Game engines and avatar formats: Mixamo, Ready Player Me, Unreal, Unity, VRM, Source, Second Life, Roblox."""

from ..spec import Spec

TRUNK = ("hips", "spine", "chest", "upperChest", "neck", "head")


def centre(words: str, names: tuple[str, ...] = TRUNK) -> dict[str, str]:
    return {name: word for name, word in zip(names, words.split(), strict=True) if word != "-"}


_MIXAMO_ENDS = (
    "{P}HeadTop_End < {P}Head @ head+0,0,0.2",
    "{P}{S}Toe_End < {P}{S}ToeBase @ {s}Toes+0,-0.08,0",
    *(
        f"{{P}}{{S}}Hand{finger}4 < {{P}}{{S}}Hand{finger}3 @ {{s}}{joint}Distal+0.02,0,0"
        for finger, joint in (("Thumb", "Thumb"), ("Index", "Index"), ("Middle", "Middle"), ("Ring", "Ring"),
                              ("Pinky", "Little"))
    ),
)  # fmt: skip


def mixamo(prefix: str, label: str, more: tuple[str, ...] = ()) -> Spec:
    return Spec(
        label, "mixamo",
        {name: prefix + word for name, word in centre("Hips Spine Spine1 Spine2 Neck Head").items()},
        " ".join(prefix + part for part in ["{S}Shoulder", "{S}Arm", "{S}ForeArm", "{S}Hand"]),
        " ".join(prefix + part for part in ["{S}UpLeg", "{S}Leg", "{S}Foot", "{S}ToeBase"]),
        fingers=prefix + "{S}Hand{F}{J}", eyes=prefix + "{S}Eye" if "Player" in label else "",
        extra=tuple(line.replace("{P}", prefix) for line in (*_MIXAMO_ENDS, *more)),
    )  # fmt: skip


MIXAMO = mixamo("mixamorig:", "Mixamo")

UE4 = Spec(
    "Unreal mannequin (UE4)", "game_engine",
    centre("pelvis spine_01 spine_02 spine_03 neck_01 head"),
    "clavicle_{S} upperarm_{S} lowerarm_{S} hand_{S}", "thigh_{S} calf_{S} foot_{S} ball_{S}", ("l", "r"),
    fingers="{F}_0{J}_{S}", finger_words=("thumb", "index", "middle", "ring", "pinky"),
    extra=(
        "root <  @ 0",
        "upperarm_twist_01_{S} < upperarm_{S} @ {s}UpperArm~{s}LowerArm:0.02",
        "lowerarm_twist_01_{S} < lowerarm_{S} @ {s}LowerArm~{s}Hand:0.6",
        "thigh_twist_01_{S} < thigh_{S} @ {s}UpperLeg~{s}LowerLeg:0.02",
        "calf_twist_01_{S} < calf_{S} @ {s}LowerLeg~{s}Foot:0.6",
        "ik_foot_root < root @ 0", "ik_foot_{S} < ik_foot_root @ {s}Foot",
        "ik_hand_root < root @ 0", "ik_hand_gun < ik_hand_root @ rightHand", "ik_hand_{S} < ik_hand_gun @ {s}Hand",
    ),
    under={"pelvis": "root"},
)  # fmt: skip

_UE5_EXTRA = (
    "root <  @ 0",
    "spine_02 < spine_01 @ spine~chest:0.5", "spine_04 < spine_03 @ chest~upperChest:0.5",
    "neck_02 < neck_01 @ neck~head:0.5",
    *(f"{finger}_metacarpal_{{S}} < hand_{{S}} @ {{s}}Hand~{{s}}{joint}Proximal:0.25"
      for finger, joint in (("index", "Index"), ("middle", "Middle"), ("ring", "Ring"), ("pinky", "Little"))),
    *(f"{bone}_twist_0{n}_{{S}} < {bone}_{{S}} @ {{s}}{a}~{{s}}{b}:{n / 3:.2f}"
      for bone, a, b in (("upperarm", "UpperArm", "LowerArm"), ("lowerarm", "LowerArm", "Hand"),
                         ("thigh", "UpperLeg", "LowerLeg"), ("calf", "LowerLeg", "Foot"))
      for n in (1, 2)),
    "ik_foot_root < root @ 0", "ik_foot_{S} < ik_foot_root @ {s}Foot",
    "ik_hand_root < root @ 0", "ik_hand_gun < ik_hand_root @ rightHand", "ik_hand_{S} < ik_hand_gun @ {s}Hand",
    "interaction < root @ 0", "center_of_mass < root @ 0",
)  # fmt: skip
_UE5_UNDER = {
    "pelvis": "root", "spine_03": "spine_02", "spine_05": "spine_04", "head": "neck_02",
    **{f"{finger}_01_{{S}}": f"{finger}_metacarpal_{{S}}" for finger in ("index", "middle", "ring", "pinky")},
}  # fmt: skip


def _ue5(label: str, extra: tuple[str, ...] = ()) -> Spec:
    return Spec(
        label, "game_engine",
        centre("pelvis spine_01 spine_03 spine_05 neck_01 head"),
        "clavicle_{S} upperarm_{S} lowerarm_{S} hand_{S}", "thigh_{S} calf_{S} foot_{S} ball_{S}", ("l", "r"),
        fingers="{F}_0{J}_{S}", finger_words=("thumb", "index", "middle", "ring", "pinky"),
        extra=(*_UE5_EXTRA, *extra), under=_UE5_UNDER,
        also={"chest": ("spine_02", "spine_04"), "upperChest": ("spine_04",), "neck": ("neck_02",)},
    )  # fmt: skip


UE5 = _ue5("Unreal mannequin (UE5)")
METAHUMAN = _ue5("MetaHuman body", (
    "upperarm_twistCor_0{S} < upperarm_twist_01_{S} @ {s}UpperArm~{s}LowerArm:0.33",
    "upperarm_correctiveRoot_{S} < upperarm_{S} @ {s}UpperArm",
    "upperarm_out_{S} < upperarm_correctiveRoot_{S} @ {s}UpperArm+0,0,0.05",
    "upperarm_bicep_{S} < upperarm_twist_02_{S} @ {s}UpperArm~{s}LowerArm:0.6",
    "thigh_correctiveRoot_{S} < thigh_{S} @ {s}UpperLeg", "thigh_fwd_{S} < thigh_correctiveRoot_{S} @ {s}UpperLeg+0,-0.1,0",
    "calf_correctiveRoot_{S} < calf_{S} @ {s}LowerLeg", "calf_knee_{S} < calf_correctiveRoot_{S} @ {s}LowerLeg+0,-0.05,0",
    "calf_kneeBack_{S} < calf_correctiveRoot_{S} @ {s}LowerLeg+0,0.05,0",
    "lowerarm_correctiveRoot_{S} < lowerarm_{S} @ {s}LowerArm",
    "lowerarm_in_{S} < lowerarm_correctiveRoot_{S} @ {s}LowerArm+0,-0.04,0",
    "wrist_inner_{S} < hand_{S} @ {s}Hand+0,0,-0.02", "wrist_outer_{S} < hand_{S} @ {s}Hand+0,0,0.02",
    "ankle_bck_{S} < foot_{S} @ {s}Foot+0,0.03,0", "ankle_fwd_{S} < foot_{S} @ {s}Foot+0,-0.03,0",
    "bigtoe_01_{S} < ball_{S} @ {s}Toes+-0.02,-0.04,0", "bigtoe_02_{S} < bigtoe_01_{S} @ {s}Toes+-0.02,-0.07,0",
    "littletoe_01_{S} < ball_{S} @ {s}Toes+0.03,-0.03,0", "littletoe_02_{S} < littletoe_01_{S} @ {s}Toes+0.03,-0.05,0",
    "clavicle_pec_{S} < spine_05 @ upperChest+0.1,-0.1,0.05", "spine_04_latissimus_{S} < spine_04 @ chest+0.15,0.05,0",
    "clavicle_out_{S} < clavicle_{S} @ {s}UpperArm+0,0,0.04", "clavicle_scap_{S} < clavicle_{S} @ {s}UpperArm+-0.05,0.08,0",
    "FACIAL_C_Neck1Root < neck_01 @ neck", "FACIAL_C_FacialRoot < head @ head",
    "FACIAL_{S}_Eye < FACIAL_C_FacialRoot @ {s}Eye", "FACIAL_{S}_EyelidUpperA < FACIAL_C_FacialRoot @ {s}Eye+0,-0.01,0.01",
    "FACIAL_C_Jaw < FACIAL_C_FacialRoot @ jaw", "FACIAL_C_Chin < FACIAL_C_Jaw @ jaw+0,-0.08,-0.05",
))  # fmt: skip

UNITY = Spec(
    "Unity humanoid", "unity",
    centre("Hips Spine Chest UpperChest Neck Head Jaw", (*TRUNK, "jaw")),
    "{S}Shoulder {S}UpperArm {S}LowerArm {S}Hand", "{S}UpperLeg {S}LowerLeg {S}Foot {S}Toes",
    fingers="{S}{F}{J}", finger_words=("Thumb", "Index", "Middle", "Ring", "Little"),
    joint_words=("Proximal", "Intermediate", "Distal"), eyes="{S}Eye",
)  # fmt: skip

VROID = Spec(
    "VRoid Studio", "vrm",
    centre("J_Bip_C_Hips J_Bip_C_Spine J_Bip_C_Chest J_Bip_C_UpperChest J_Bip_C_Neck J_Bip_C_Head"),
    "J_Bip_{S}_Shoulder J_Bip_{S}_UpperArm J_Bip_{S}_LowerArm J_Bip_{S}_Hand",
    "J_Bip_{S}_UpperLeg J_Bip_{S}_LowerLeg J_Bip_{S}_Foot J_Bip_{S}_ToeBase", ("L", "R"),
    fingers="J_Bip_{S}_{F}{J}", finger_words=("Thumb", "Index", "Middle", "Ring", "Little"),
    eyes="J_Adj_{S}_FaceEye",
    extra=(
        "Root <  @ 0", "J_Sec_{S}_Bust1 < J_Bip_C_UpperChest @ upperChest+0.06,-0.08,0",
        "J_Sec_{S}_Bust2 < J_Sec_{S}_Bust1 @ upperChest+0.06,-0.13,0",
        *(f"J_Sec_Hair1_{n:02} < J_Bip_C_Head @ head+{0.02 * n - 0.1:.2f},0.08,0.15" for n in range(10)),
        *(f"J_Sec_Hair2_{n:02} < J_Sec_Hair1_{n:02} @ head+{0.02 * n - 0.1:.2f},0.1,0.05" for n in range(10)),
        *(f"J_Sec_{{S}}_SkirtBack{n}_01 < J_Bip_C_Hips @ {{s}}UpperLeg+0,0.1,-0.{n}" for n in range(3)),
        "J_Sec_{S}_TipSleeve < J_Bip_{S}_LowerArm @ {s}Hand+0,0,-0.1",
    ),
    under={"J_Bip_C_Hips": "Root"},
)  # fmt: skip

VRM = Spec(
    "VRM 1.0 names", "vrm",
    centre("hips spine chest upperChest neck head jaw", (*TRUNK, "jaw")),
    "{S}Shoulder {S}UpperArm {S}LowerArm {S}Hand", "{S}UpperLeg {S}LowerLeg {S}Foot {S}Toes", ("left", "right"),
    fingers="", eyes="{S}Eye",
)  # fmt: skip

SOURCE = Spec(
    "Source engine (ValveBiped)", "biped",
    centre("ValveBiped.Bip01_Pelvis ValveBiped.Bip01_Spine ValveBiped.Bip01_Spine2 ValveBiped.Bip01_Spine4 "
           "ValveBiped.Bip01_Neck1 ValveBiped.Bip01_Head1"),
    "ValveBiped.Bip01_{S}_Clavicle ValveBiped.Bip01_{S}_UpperArm ValveBiped.Bip01_{S}_Forearm ValveBiped.Bip01_{S}_Hand",
    "ValveBiped.Bip01_{S}_Thigh ValveBiped.Bip01_{S}_Calf ValveBiped.Bip01_{S}_Foot ValveBiped.Bip01_{S}_Toe0",
    ("L", "R"), fingers="ValveBiped.Bip01_{S}_Finger{F}{J}", finger_words=("0", "1", "2", "3", "4"),
    joint_words=("", "1", "2"),
    extra=("ValveBiped.Bip01_Spine1 < ValveBiped.Bip01_Spine @ spine~chest:0.5",
           "ValveBiped.Anim_Attachment_{S}H < ValveBiped.Bip01_{S}_Hand @ {s}Hand+0.05,0,0",
           "ValveBiped.Bip01_{S}_Ulna < ValveBiped.Bip01_{S}_Forearm @ {s}LowerArm~{s}Hand:0.6",
           "ValveBiped.Bip01_{S}_Wrist < ValveBiped.Bip01_{S}_Forearm @ {s}LowerArm~{s}Hand:0.95",
           "ValveBiped.Bip01_{S}_Shoulder < ValveBiped.Bip01_{S}_UpperArm @ {s}UpperArm+0,0,0.02",
           "ValveBiped.Bip01_{S}_Trapezius < ValveBiped.Bip01_{S}_Clavicle @ {s}Shoulder~{s}UpperArm:0.6"),
    under={"ValveBiped.Bip01_Spine2": "ValveBiped.Bip01_Spine1"},
    also={"chest": ("ValveBiped.Bip01_Spine1",), "upperChest": ("ValveBiped.Bip01_Spine2",)},
)  # fmt: skip

SECOND_LIFE = Spec(
    "Second Life (Bento)", "second_life",
    centre("mPelvis mTorso mChest - mNeck mHead"),
    "mCollar{S} mShoulder{S} mElbow{S} mWrist{S}", "mHip{S} mKnee{S} mAnkle{S} mFoot{S}",
    fingers="mHand{F}{J}{S}", eyes="mEye{S}",
    extra=("mSpine1 < mPelvis @ hips", "mSpine2 < mSpine1 @ spine", "mSpine3 < mTorso @ chest", "mSpine4 < mSpine3 @ spine",
           "mToe{S} < mFoot{S} @ {s}Toes+0,-0.07,0", "mSkull < mHead @ head+0,0,0.15",
           "mTail1 < mPelvis @ hips+0,0.1,0", "mTail2 < mTail1 @ hips+0,0.3,0", "mTail3 < mTail2 @ hips+0,0.5,0",
           "mWingsRoot < mChest @ chest+0,0.05,0", "mWing1{S} < mWingsRoot @ upperChest+0.1,0.2,0.1",
           "mWing2{S} < mWing1{S} @ upperChest+0.4,0.3,0.2", "mWing3{S} < mWing2{S} @ upperChest+0.8,0.3,0.2",
           "mGroin < mPelvis @ hips+0,-0.05,0", "mFaceRoot < mHead @ head", "mFaceJaw < mFaceRoot @ jaw"),
    under={"mTorso": "mSpine2", "mChest": "mSpine4"},
    also={"spine": ("mSpine1", "mSpine2"), "chest": ("mSpine3", "mSpine4", "mTorso"), "upperChest": ("mChest",),
          "jaw": ("mFaceJaw",), "leftToes": ("mToeLeft",), "rightToes": ("mToeRight",)},
    optional=("jaw",),
)  # fmt: skip

ROBLOX = Spec(
    "Roblox R15", "roblox",
    centre("LowerTorso UpperTorso - - - Head"),
    "- {S}UpperArm {S}LowerArm {S}Hand", "{S}UpperLeg {S}LowerLeg {S}Foot -",
    extra=("HumanoidRootNode <  @ 0", ), under={"LowerTorso": "HumanoidRootNode"},
)  # fmt: skip

SPECS = (
    MIXAMO,
    mixamo("mixamorig1:", "Mixamo, numbered prefix"),
    mixamo("mixamorig_", "Mixamo, underscore"),
    mixamo("mixamorig", "Mixamo, colon lost"),
    mixamo("", "Mixamo without prefix"),
    mixamo("Armature|mixamorig:", "Mixamo behind another name"),
    mixamo("", "Ready Player Me"),
    UE4, UE5, METAHUMAN, UNITY, VROID, VRM, SOURCE, SECOND_LIFE, ROBLOX,
)  # fmt: skip
