"""Character makers: MakeHuman, Daz, Character Creator, Auto-Rig Pro, AccuRig, Cascadeur, 3ds Max, MMD."""

from ..spec import Spec
from .engines import TRUNK, centre

_LIMBS = (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))

DAZ8 = Spec(
    "Daz Genesis 8", "daz",
    centre("hip abdomenLower chestLower chestUpper neckLower head lowerJaw", (*TRUNK, "jaw")),
    "{S}Collar {S}ShldrBend {S}ForearmBend {S}Hand", "{S}ThighBend {S}Shin {S}Foot {S}Toe", ("l", "r"),
    fingers="{S}{F}{J}", finger_words=("Thumb", "Index", "Mid", "Ring", "Pinky"), eyes="{S}Eye",
    extra=("pelvis < hip @ hips+0,0,0.02", "abdomenUpper < abdomenLower @ spine~chest:0.5",
           "neckUpper < neckLower @ neck~head:0.5",
           "{S}ThighTwist < {S}ThighBend @ {s}UpperLeg~{s}LowerLeg:0.5",
           "{S}ShldrTwist < {S}ShldrBend @ {s}UpperArm~{s}LowerArm:0.5",
           "{S}ForearmTwist < {S}ForearmBend @ {s}LowerArm~{s}Hand:0.5",
           "{S}Metatarsals < {S}Foot @ {s}Foot~{s}Toes:0.4", "{S}Heel < {S}Foot @ {s}Foot+0,0.05,-0.05",
           "{S}BigToe < {S}Toe @ {s}Toes+-0.02,-0.03,0", "{S}BigToe_2 < {S}BigToe @ {s}Toes+-0.02,-0.05,0",
           "{S}SmallToe1 < {S}Toe @ {s}Toes+0,-0.03,0", "{S}SmallToe4 < {S}Toe @ {s}Toes+0.04,-0.02,0",
           "{S}Carpal1 < {S}Hand @ {s}Hand~{s}IndexProximal:0.2", "{S}Carpal2 < {S}Hand @ {s}Hand~{s}MiddleProximal:0.2",
           "{S}Carpal3 < {S}Hand @ {s}Hand~{s}RingProximal:0.2", "{S}Carpal4 < {S}Hand @ {s}Hand~{s}LittleProximal:0.2",
           "{S}Pectoral < chestUpper @ upperChest+0.08,-0.08,0", "upperTeeth < head @ head+0,-0.05,0.03",
           "lowerTeeth < lowerJaw @ jaw+0,-0.05,0", "tongue01 < lowerTeeth @ jaw+0,-0.03,0",
           "{S}Ear < head @ head+0.08,0,0.08", "upperFaceRig < head @ head+0,-0.08,0.1",
           "{S}BrowInner < upperFaceRig @ {s}Eye+0,-0.02,0.03"),
    under={"{S}ThighBend": "pelvis", "{S}Shin": "{S}ThighTwist", "{S}ForearmBend": "{S}ShldrTwist",
           "{S}Hand": "{S}ForearmTwist", "chestLower": "abdomenUpper", "head": "neckUpper", "{S}Toe": "{S}Metatarsals",
           "{S}Index1": "{S}Carpal1", "{S}Mid1": "{S}Carpal2", "{S}Ring1": "{S}Carpal3", "{S}Pinky1": "{S}Carpal4"},
    also={"chest": ("abdomenUpper",), "upperChest": ("chestLower",), "neck": ("neckUpper",)},
)  # fmt: skip

DAZ9 = Spec(
    "Daz Genesis 9", "daz",
    centre("hip spine1 spine3 spine4 neck1 head lowerjaw", (*TRUNK, "jaw")),
    "{S}_shoulder {S}_upperarm {S}_forearm {S}_hand", "{S}_thigh {S}_shin {S}_foot {S}_toes", ("l", "r"),
    fingers="{S}_{F}{J}", finger_words=("thumb", "index", "mid", "ring", "pinky"), eyes="{S}_eye",
    extra=("pelvis < hip @ hips+0,0,0.02", "spine2 < spine1 @ spine~chest:0.5", "neck2 < neck1 @ neck~head:0.5",
           *(f"{{S}}_{bone}twist{n} < {{S}}_{bone} @ {{s}}{a}~{{s}}{b}:{n / 3:.2f}"
             for bone, (a, b) in zip(("upperarm", "forearm", "thigh"), _LIMBS, strict=False) for n in (1, 2)),
           "{S}_metatarsal < {S}_foot @ {s}Foot~{s}Toes:0.4", "{S}_bigtoe1 < {S}_toes @ {s}Toes+-0.02,-0.03,0",
           *(f"{{S}}_{finger}metacarpal < {{S}}_hand @ {{s}}Hand~{{s}}{joint}Proximal:0.2"
             for finger, joint in (("index", "Index"), ("mid", "Middle"), ("ring", "Ring"), ("pinky", "Little"))),
           "{S}_pectoral < spine4 @ upperChest+0.08,-0.08,0", "{S}_ear < head @ head+0.08,0,0.08",
           "{S}_eyelidupper < head @ {s}Eye+0,-0.01,0.01", "tongue01 < lowerjaw @ jaw+0,-0.03,0"),
    under={"{S}_thigh": "pelvis", "spine3": "spine2", "head": "neck2", "{S}_toes": "{S}_metatarsal",
           **{f"{{S}}_{finger}1": f"{{S}}_{finger}metacarpal" for finger in ("index", "mid", "ring", "pinky")}},
    also={"chest": ("spine2",), "upperChest": ("spine3",), "neck": ("neck2",)},
)  # fmt: skip

CHARACTER_CREATOR = Spec(
    "Character Creator / iClone", "character_creator",
    centre("CC_Base_Hip CC_Base_Waist CC_Base_Spine01 CC_Base_Spine02 CC_Base_NeckTwist01 CC_Base_Head CC_Base_JawRoot",
           (*TRUNK, "jaw")),
    "CC_Base_{S}_Clavicle CC_Base_{S}_Upperarm CC_Base_{S}_Forearm CC_Base_{S}_Hand",
    "CC_Base_{S}_Thigh CC_Base_{S}_Calf CC_Base_{S}_Foot CC_Base_{S}_ToeBase", ("L", "R"),
    fingers="CC_Base_{S}_{F}{J}", finger_words=("Thumb", "Index", "Mid", "Ring", "Pinky"), eyes="CC_Base_{S}_Eye",
    extra=("RL_BoneRoot <  @ 0", "CC_Base_Pelvis < CC_Base_Hip @ hips+0,0,0.01",
           "CC_Base_NeckTwist02 < CC_Base_NeckTwist01 @ neck~head:0.5",
           "CC_Base_{S}_ThighTwist01 < CC_Base_{S}_Thigh @ {s}UpperLeg~{s}LowerLeg:0.3",
           "CC_Base_{S}_ThighTwist02 < CC_Base_{S}_Thigh @ {s}UpperLeg~{s}LowerLeg:0.7",
           "CC_Base_{S}_CalfTwist01 < CC_Base_{S}_Calf @ {s}LowerLeg~{s}Foot:0.3",
           "CC_Base_{S}_CalfTwist02 < CC_Base_{S}_Calf @ {s}LowerLeg~{s}Foot:0.7",
           "CC_Base_{S}_UpperarmTwist01 < CC_Base_{S}_Upperarm @ {s}UpperArm~{s}LowerArm:0.3",
           "CC_Base_{S}_UpperarmTwist02 < CC_Base_{S}_Upperarm @ {s}UpperArm~{s}LowerArm:0.7",
           "CC_Base_{S}_ForearmTwist01 < CC_Base_{S}_Forearm @ {s}LowerArm~{s}Hand:0.3",
           "CC_Base_{S}_ForearmTwist02 < CC_Base_{S}_Forearm @ {s}LowerArm~{s}Hand:0.7",
           "CC_Base_{S}_ElbowShareBone < CC_Base_{S}_Forearm @ {s}LowerArm",
           "CC_Base_{S}_KneeShareBone < CC_Base_{S}_Calf @ {s}LowerLeg",
           "CC_Base_{S}_ToeBaseShareBone < CC_Base_{S}_Foot @ {s}Toes",
           "CC_Base_{S}_BigToe1 < CC_Base_{S}_ToeBase @ {s}Toes+-0.02,-0.03,0",
           "CC_Base_{S}_IndexToe1 < CC_Base_{S}_ToeBase @ {s}Toes+0,-0.03,0",
           "CC_Base_{S}_Breast < CC_Base_Spine02 @ upperChest+0.08,-0.1,0",
           "CC_Base_{S}_RibsTwist < CC_Base_Spine02 @ upperChest+0.08,-0.03,0",
           "CC_Base_FacialBone < CC_Base_Head @ head+0,0,0.02", "CC_Base_Teeth01 < CC_Base_FacialBone @ jaw",
           "CC_Base_Tongue01 < CC_Base_JawRoot @ jaw+0,-0.03,0", "CC_Base_UpperJaw < CC_Base_FacialBone @ jaw+0,0,0.02"),
    under={"CC_Base_Hip": "RL_BoneRoot", "CC_Base_{S}_Thigh": "CC_Base_Pelvis", "CC_Base_Head": "CC_Base_NeckTwist02",
           "CC_Base_JawRoot": "CC_Base_FacialBone", "CC_Base_{S}_Eye": "CC_Base_FacialBone"},
    also={"neck": ("CC_Base_NeckTwist02",)},
)  # fmt: skip

ACCURIG = Spec(
    "AccuRig", "character_creator",
    {**CHARACTER_CREATOR.centre},
    CHARACTER_CREATOR.arms, CHARACTER_CREATOR.legs, ("L", "R"),
    fingers=CHARACTER_CREATOR.fingers, finger_words=CHARACTER_CREATOR.finger_words,
    extra=tuple(line for line in CHARACTER_CREATOR.extra if "Breast" not in line),
    under={k: v for k, v in CHARACTER_CREATOR.under.items() if "Eye" not in k}, also=CHARACTER_CREATOR.also,
)  # fmt: skip


def biped(prefix: str, label: str, clavicles: str = "Neck", thighs: str = "Spine", sep: str = " ") -> Spec:
    p = prefix + sep
    limbs = lambda words: "|".join(f"{p}{{S}}{sep}{word}" for word in words.split())  # noqa: E731
    return Spec(
        label, "biped",
        {name: f"{p}{word}" for name, word in centre("Pelvis Spine Spine1 Spine2 Neck Head").items()},
        limbs("Clavicle UpperArm Forearm Hand"), limbs("Thigh Calf Foot Toe0"), ("L", "R"),
        fingers=f"{p}{{S}}{sep}Finger{{F}}{{J}}", finger_words=("0", "1", "2", "3", "4"), joint_words=("", "1", "2"),
        extra=(f"{prefix} <  @ hips", f"{p}Footsteps < {prefix} @ 0", f"{p}HeadNub < {p}Head @ head+0,0,0.2",
               f"{p}{{S}}{sep}Toe0Nub < {p}{{S}}{sep}Toe0 @ {{s}}Toes+0,-0.07,0",
               f"{p}{{S}}{sep}Finger0Nub < {p}{{S}}{sep}Finger02 @ {{s}}ThumbDistal+0.02,0,0",
               f"{p}{{S}}{sep}Finger1Nub < {p}{{S}}{sep}Finger12 @ {{s}}IndexDistal+0.02,0,0",
               f"{p}Ponytail1 < {p}Head @ head+0,0.1,0.1", f"{p}Ponytail11 < {p}Ponytail1 @ head+0,0.15,0",
               f"{p}{{S}}{sep}ForeTwist < {p}{{S}}{sep}Forearm @ {{s}}LowerArm~{{s}}Hand:0.5",
               f"Bone_skirt_{{S}} < {p}Pelvis @ {{s}}UpperLeg+0.05,0.1,-0.05"),
        under={f"{p}Pelvis": prefix, f"{p}{{S}}{sep}Clavicle": f"{p}{clavicles}", f"{p}{{S}}{sep}Thigh": f"{p}{thighs}"},
        separator="|",
    )  # fmt: skip


ARP_EXPORT = Spec(
    "Auto-Rig Pro, exported", "auto_rig_pro",
    centre("root.x spine_01.x spine_02.x - neck.x head.x jawbone.x", (*TRUNK, "jaw")),
    "shoulder.{S} arm_stretch.{S} forearm_stretch.{S} hand.{S}", "thigh_stretch.{S} leg_stretch.{S} foot.{S} toes_01.{S}",
    ("l", "r"), fingers="c_{F}{J}.{S}", finger_words=("thumb", "index", "middle", "ring", "pinky"), eyes="c_eye.{S}",
    extra=("root <  @ 0", "arm_twist.{S} < arm_stretch.{S} @ {s}UpperArm~{s}LowerArm:0.1",
           "forearm_twist.{S} < forearm_stretch.{S} @ {s}LowerArm~{s}Hand:0.6",
           "thigh_twist.{S} < thigh_stretch.{S} @ {s}UpperLeg~{s}LowerLeg:0.1",
           "leg_twist.{S} < leg_stretch.{S} @ {s}LowerLeg~{s}Foot:0.6",
           *(f"{finger}1_base.{{S}} < hand.{{S}} @ {{s}}Hand~{{s}}{joint}Proximal:0.2"
             for finger, joint in (("c_index", "Index"), ("c_middle", "Middle"), ("c_ring", "Ring"), ("c_pinky", "Little"))),
           "c_eyelid_top.{S} < head.x @ {s}Eye+0,-0.01,0.01", "breast.{S} < spine_02.x @ upperChest+0.08,-0.1,0"),
    under={"root.x": "root", **{f"c_{f}1.{{S}}": f"c_{f}1_base.{{S}}" for f in ("index", "middle", "ring", "pinky")}},
)  # fmt: skip

CASCADEUR = Spec(
    "Cascadeur", "cascadeur",
    centre("pelvis stomach chest - neck head"),
    "clavicle_{S} arm_{S} forearm_{S} hand_{S}", "thigh_{S} calf_{S} foot_{S} toe_{S}", ("l", "r"),
    fingers="{F}_{J}_{S}", finger_words=("thumb", "index_finger", "middle_finger", "ring_finger", "pinky"),
    joint_words=("1", "2", "3"),
    extra=("weapon_{S} < hand_{S} @ {s}Hand+0.08,0,0",),
)  # fmt: skip

_FINGERS_JP = ("親指", "人指", "中指", "薬指", "小指")


def mmd(label: str, side_first: bool = True, waist: bool = True) -> Spec:
    """MikuMikuDance: Japanese, as the files have it (左腕) or as mmd_tools renames it (腕.L)."""
    s = (lambda word: "{S}" + word) if side_first else (lambda word: word + ".{S}")
    digits = ("１", "２", "３")
    thumb = {f"{side}Thumb{joint}": s(f"親指{n}").replace("{S}", word)
             for side, word in zip(("left", "right"), ("左", "右") if side_first else ("L", "R"), strict=True)
             for joint, n in (("Metacarpal", "０"), ("Proximal", "１"), ("Distal", "２"))}  # fmt: skip
    hips = "腰" if waist else "グルーブ"
    return Spec(
        label, "mmd",
        {**centre("- 上半身 上半身2 - 首 頭", TRUNK), "hips": hips, **thumb},
        " ".join(s(w) for w in ("肩", "腕", "ひじ", "手首")), " ".join(s(w) for w in ("足", "ひざ", "足首", "つま先")),
        ("左", "右") if side_first else ("L", "R"), fingers=s("{F}{J}"), finger_words=("-", *_FINGERS_JP[1:]),
        joint_words=digits, eyes=s("目"),
        extra=("全ての親 <  @ 0", "センター < 全ての親 @ hips+0,0,-0.3", "グルーブ < センター @ hips+0,0,-0.28" if waist
               else "操作中心 <  @ 0",
               "下半身 < " + hips + " @ hips+0,0,0.05",
               s("足ＩＫ") + " < 全ての親 @ {s}Foot", s("つま先ＩＫ") + " < " + s("足ＩＫ") + " @ {s}Toes",
               s("足IK親") + " < 全ての親 @ {s}Foot+0,0,-0.08",
               s("足D") + " < 下半身 @ {s}UpperLeg", s("ひざD") + " < " + s("足D") + " @ {s}LowerLeg",
               s("足首D") + " < " + s("ひざD") + " @ {s}Foot", s("足先EX") + " < " + s("足首D") + " @ {s}Foot~{s}Toes:0.7",
               s("腕捩") + " < " + s("腕") + " @ {s}UpperArm~{s}LowerArm:0.6",
               s("手捩") + " < " + s("ひじ") + " @ {s}LowerArm~{s}Hand:0.6",
               s("肩P") + " < 上半身2 @ {s}Shoulder", s("肩C") + " < " + s("肩") + " @ {s}UpperArm",
               s("ダミー") + " < " + s("手首") + " @ {s}Hand+0.08,0,0",
               "両目 < 頭 @ head+0,-0.05,0.2", "腰キャンセル" + ("左" if side_first else ".L") + " < 下半身 @ leftUpperLeg",
               *(f"前髪{n} < 頭 @ head+0.0{n},-0.1,0.15" for n in range(1, 4)),
               "ネクタイ１ < 上半身2 @ upperChest+0,-0.1,0", s("胸") + " < 上半身2 @ {s}Shoulder+0.05,-0.1,-0.1",
               *(f"スカート_0_{n} < 下半身 @ hips+0,-0.1,-0.{n}" for n in range(1, 4))),
        under={**({"グルーブ": "センター"} if waist else {}), hips: "グルーブ" if waist else "センター", s("足"): "下半身",
               s("肩"): s("肩P"), s("腕"): s("肩C"), s("ひじ"): s("腕捩"), s("手首"): s("手捩")},
        also={"hips": ("センター", "グルーブ", "下半身", "腰")},
    )  # fmt: skip


MMD_ROMAN = Spec(
    "MMD, English names", "mmd",
    centre("waist upper_body upper_body2 - neck head"),
    "shoulder_{S} arm_{S} elbow_{S} wrist_{S}", "leg_{S} knee_{S} ankle_{S} toe_{S}", ("L", "R"),
    fingers="{F}{J}_{S}", finger_words=("-", "fore", "middle", "third", "little"), eyes="eye_{S}",
    extra=("master <  @ 0", "center < master @ hips+0,0,-0.3", "groove < center @ hips+0,0,-0.28", "lower_body < waist @ hips+0,0,0.05",
           "leg IK_{S} < master @ {s}Foot", "toe IK_{S} < leg IK_{S} @ {s}Toes", "arm twist_{S} < arm_{S} @ {s}UpperArm~{s}LowerArm:0.6",
           "legD_{S} < lower_body @ {s}UpperLeg", "kneeD_{S} < legD_{S} @ {s}LowerLeg", "ankleD_{S} < kneeD_{S} @ {s}Foot",
           "eyes < head @ head+0,-0.05,0.2"),
    under={"waist": "groove", "leg_{S}": "lower_body"},
    also={"hips": ("center", "groove", "lower_body", "waist")},
)  # fmt: skip

SPECS = (
    DAZ8, DAZ9, CHARACTER_CREATOR, ACCURIG,
    biped("Bip001", "3ds Max Biped"), biped("Bip01", "3ds Max Biped, old", "Spine2", "Pelvis"),
    biped("Bip01", "3ds Max Biped, underscores", "Spine2", "Pelvis", "_"), biped("Soldier_Bip", "Biped, renamed root"),
    ARP_EXPORT, CASCADEUR, mmd("MMD, Japanese"), mmd("MMD, mmd_tools", side_first=False), mmd("MMD, old", waist=False),
    MMD_ROMAN,
)  # fmt: skip
