"""Motion capture skeletons, as BVH files and research bodies have them."""

from ..spec import Spec
from .engines import TRUNK, centre

_ENDS = ("{S}ToeEnd < {S}Toe @ {s}Toes+0,-0.07,0",)

CMU = Spec(
    "CMU (BVH)", "cmu", centre("Hips LowerBack Spine Spine1 Neck Head"),
    "{S}Shoulder {S}Arm {S}ForeArm {S}Hand", "{S}UpLeg {S}Leg {S}Foot {S}ToeBase",
    extra=("LHipJoint < Hips @ hips", "RHipJoint < Hips @ hips", "Neck1 < Neck @ neck~head:0.5",
           "{S}FingerBase < {S}Hand @ {s}Hand", "{S}HandIndex1 < {S}FingerBase @ {s}IndexProximal",
           "LThumb < LeftHand @ leftHand", "RThumb < RightHand @ rightHand"),
    under={"Head": "Neck1", "LeftUpLeg": "LHipJoint", "RightUpLeg": "RHipJoint"},
    also={"leftIndexProximal": ("LeftHandIndex1",), "rightIndexProximal": ("RightHandIndex1",),
          "leftThumbProximal": ("LThumb",), "rightThumbProximal": ("RThumb",),
          "leftThumbMetacarpal": ("LThumb",), "rightThumbMetacarpal": ("RThumb",), "neck": ("Neck1",)},
    optional=tuple(f"{side}{joint}" for side in ("left", "right")
                   for joint in ("IndexProximal", "ThumbProximal", "ThumbMetacarpal")),
)  # fmt: skip

LAFAN = Spec(
    "LAFAN1", "mixamo", centre("Hips Spine Spine1 Spine2 Neck Head"),
    "{S}Shoulder {S}Arm {S}ForeArm {S}Hand", "{S}UpLeg {S}Leg {S}Foot {S}Toe",
)  # fmt: skip

XSENS = Spec(
    "Xsens", "xsens", centre("Pelvis L5 T12 T8 Neck Head"),
    "{S}Shoulder {S}UpperArm {S}Forearm {S}Hand", "{S}UpperLeg {S}LowerLeg {S}Foot {S}Toe",
    extra=("L3 < L5 @ spine~chest:0.5",), under={"T12": "L3"}, also={"chest": ("L3",)},
)  # fmt: skip

XSENS_OLD = Spec(
    "Xsens, joints", "xsens", centre("Hips Chest Chest2 Chest4 Neck Head"),
    "{S}Collar {S}Shoulder {S}Elbow {S}Wrist", "{S}Hip {S}Knee {S}Ankle {S}Toe",
    extra=("Chest3 < Chest2 @ chest~upperChest:0.5",), under={"Chest4": "Chest3"}, also={"chest": ("Chest3",)},
)  # fmt: skip

ROKOKO = Spec(
    "Rokoko", "rokoko", centre("Hips Spine1 Spine2 Spine3 Neck Head"),
    "{S}Shoulder {S}Arm {S}ForeArm {S}Hand", "{S}Thigh {S}Shin {S}Foot {S}Toe",
    fingers="{S}Finger{F}{J}", finger_words=("1", "2", "3", "4", "5"), joint_words=("Proximal", "Medial", "Distal"),
    extra=(*(f"{{S}}Finger{n}Metacarpal < {{S}}Hand @ {{s}}Hand~{{s}}{joint}Proximal:0.3"
             for n, joint in ((2, "Index"), (3, "Middle"), (4, "Ring"), (5, "Little"))),
           *(f"{{S}}Finger{n}Tip < {{S}}Finger{n}Distal @ {{s}}{joint}Distal+0.02,0,0"
             for n, joint in ((2, "Index"), (3, "Middle"), (4, "Ring"), (5, "Little")))),
    under={f"{{S}}Finger{n}Proximal": f"{{S}}Finger{n}Metacarpal" for n in (2, 3, 4, 5)},
)  # fmt: skip

NEURON = Spec(
    "Perception Neuron", "mixamo", centre("Hips Spine Spine1 Spine3 Neck Head"),
    "{S}Shoulder {S}Arm {S}ForeArm {S}Hand", "{S}UpLeg {S}Leg {S}Foot -",
    fingers="{S}Hand{F}{J}",
    extra=("Spine2 < Spine1 @ chest~upperChest:0.5", *(
        f"{{S}}InHand{finger} < {{S}}Hand @ {{s}}Hand~{{s}}{joint}Proximal:0.3"
        for finger, joint in (("Index", "Index"), ("Middle", "Middle"), ("Ring", "Ring"), ("Pinky", "Little")))),
    under={"Spine3": "Spine2", **{f"{{S}}Hand{f}1": f"{{S}}InHand{f}" for f in ("Index", "Middle", "Ring", "Pinky")}},
    also={"chest": ("Spine2",)},
)  # fmt: skip

VICON = Spec(
    "Vicon / MotionBuilder (prefixed)", "mixamo",
    {name: f"Actor:{word}" for name, word in centre("Hips Spine Spine1 Spine2 Neck Head").items()},
    "Actor:{S}Shoulder Actor:{S}Arm Actor:{S}ForeArm Actor:{S}Hand",
    "Actor:{S}UpLeg Actor:{S}Leg Actor:{S}Foot Actor:{S}ToeBase",
    extra=("Actor:root <  @ 0",), under={"Actor:Hips": "Actor:root"},
)  # fmt: skip

OPTITRACK = Spec(
    "OptiTrack", "optitrack", centre("Hip Ab Chest - Neck Head"),
    "{S}Shoulder {S}UArm {S}FArm {S}Hand", "{S}Thigh {S}Shin {S}Foot {S}Toe", ("L", "R"),
    fingers="{S}{F}{J}",
)  # fmt: skip

POSER = Spec(
    "Poser / old BVH", "poser", centre("hip abdomen chest - neck head"),
    "{S}Collar {S}Shldr {S}ForeArm {S}Hand", "{S}Thigh {S}Shin {S}Foot {S}Toe", ("l", "r"),
)  # fmt: skip

BIOVISION = Spec(
    "Biovision (LeftHip, LeftKnee)", "generic", centre("Hips Chest - - Neck Head"),
    "{S}Collar {S}Shoulder {S}Elbow {S}Wrist", "{S}Hip {S}Knee {S}Ankle -",
)  # fmt: skip

SMPL = Spec(
    "SMPL", "smpl", centre("Pelvis Spine1 Spine2 Spine3 Neck Head"),
    "{S}_Collar {S}_Shoulder {S}_Elbow {S}_Wrist", "{S}_Hip {S}_Knee {S}_Ankle {S}_Foot", ("L", "R"),
    extra=("{S}_Hand < {S}_Wrist @ {s}Hand~{s}MiddleProximal:0.9",),
)  # fmt: skip

SMPLX = Spec(
    "SMPL-X", "smpl", centre("pelvis spine1 spine2 spine3 neck head jaw", (*TRUNK, "jaw")),
    "{S}_collar {S}_shoulder {S}_elbow {S}_wrist", "{S}_hip {S}_knee {S}_ankle {S}_foot", ("left", "right"),
    fingers="{S}_{F}{J}", finger_words=("thumb", "index", "middle", "ring", "pinky"), eyes="{S}_eye_smplhf",
    extra=("root <  @ 0",), under={"pelvis": "root"},
)  # fmt: skip

BANDAI = Spec(
    "Bandai Namco (joints)", "generic", centre("Hips Spine Chest - Neck Head"),
    "Shoulder_{S} UpperArm_{S} LowerArm_{S} Hand_{S}", "UpperLeg_{S} LowerLeg_{S} Foot_{S} Toes_{S}", ("L", "R"),
    extra=("joint_Root <  @ 0",), under={"Hips": "joint_Root"},
)  # fmt: skip

MOCAPNET = Spec(
    "BVH, lower case", "generic", centre("hip abdomen chest - neck head"),
    "{S}collar {S}shoulder {S}elbow {S}hand", "{S}hip {S}knee {S}foot -", ("l", "r"),
)  # fmt: skip

MOCAPNET_WHOLE = Spec(
    "BVH, lower case, with face, fingers and toes", "generic",
    centre("hip abdomen chest - neck head jaw", (*TRUNK, "jaw")),
    "{S}Collar {S}Shldr {S}ForeArm {S}Hand", "{S}Thigh {S}Shin {S}Foot -", ("l", "r"),
    fingers="finger{F}-{J}.{S}", finger_words=("1", "2", "3", "4", "5"), eyes="eye.{S}",
    extra=("__jaw < head @ jaw", "neck1 < neck @ neck~head:0.5", "tongue00 < jaw @ jaw+0,-0.02,0",
           "metacarpal1.{S} < {S}Hand @ {s}Hand~{s}IndexProximal:0.25",
           "metacarpal2.{S} < {S}Hand @ {s}Hand~{s}MiddleProximal:0.25",
           "__metacarpal3.{S} < {S}Hand @ {s}Hand~{s}RingProximal:0.25",
           "metacarpal3.{S} < __metacarpal3.{S} @ {s}Hand~{s}RingProximal:0.3",
           "__metacarpal4.{S} < {S}Hand @ {s}Hand~{s}LittleProximal:0.25",
           "metacarpal4.{S} < __metacarpal4.{S} @ {s}Hand~{s}LittleProximal:0.3",
           *(f"toe{n}-{joint}.{{S}} < {above} @ {{s}}Toes+{0.05 - 0.02 * n},{-0.02 * joint},0" for n in (1, 2, 3, 4, 5)
             for joint, above in ((1, "{S}Foot"), (2, f"toe{n}-1.{{S}}")))),
    also={"neck": ("neck1",)}, under={"head": "neck1", "jaw": "__jaw",
           **{f"finger{n + 1}-1.{{S}}": f"metacarpal{n}.{{S}}" for n in (1, 2, 3, 4)}},
)  # fmt: skip

SPECS = (
    CMU, LAFAN, XSENS, XSENS_OLD, ROKOKO, NEURON, VICON, OPTITRACK, POSER, BIOVISION, SMPL, SMPLX, BANDAI, MOCAPNET,
    MOCAPNET_WHOLE,
)  # fmt: skip
