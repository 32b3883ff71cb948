"""Studios' and shops' skeletons: Maya style, Blender Studio, Synty, Quaternius, Kenney, Advanced Skeleton, HumanIK."""

from ..spec import Spec
from .engines import TRUNK, centre

ADVANCED_SKELETON = Spec(
    "Advanced Skeleton (Maya)", "generic", centre("Root_M Spine1_M Spine2_M Chest_M Neck_M Head_M Jaw_M", (*TRUNK, "jaw")),
    "Scapula_{S} Shoulder_{S} Elbow_{S} Wrist_{S}", "Hip_{S} Knee_{S} Ankle_{S} Toes_{S}", ("L", "R"),
    fingers="{F}Finger{J}_{S}", eyes="Eye_{S}",
    extra=("ToesEnd_{S} < Toes_{S} @ {s}Toes+0,-0.07,0", "HeadEnd_M < Head_M @ head+0,0,0.2", "JawEnd_M < Jaw_M @ jaw+0,-0.08,-0.04",
           "ShoulderPart1_{S} < Shoulder_{S} @ {s}UpperArm~{s}LowerArm:0.3", "ElbowPart1_{S} < Elbow_{S} @ {s}LowerArm~{s}Hand:0.5",
           "HipPart1_{S} < Hip_{S} @ {s}UpperLeg~{s}LowerLeg:0.4", "Cup_{S} < Wrist_{S} @ {s}Hand~{s}LittleProximal:0.3"),
    under={"Elbow_{S}": "ShoulderPart1_{S}", "Wrist_{S}": "ElbowPart1_{S}", "Knee_{S}": "HipPart1_{S}",
           "PinkyFinger1_{S}": "Cup_{S}"},
)  # fmt: skip

MAYA = Spec(
    "Maya style (L_arm_jnt)", "generic", centre("pelvis_jnt spine_01_jnt spine_02_jnt spine_03_jnt neck_jnt head_jnt jaw_jnt", (*TRUNK, "jaw")),
    "{S}_clavicle_jnt {S}_shoulder_jnt {S}_elbow_jnt {S}_wrist_jnt", "{S}_hip_jnt {S}_knee_jnt {S}_ankle_jnt {S}_ball_jnt", ("L", "R"),
    fingers="{S}_{F}_0{J}_jnt", finger_words=("thumb", "index", "middle", "ring", "pinky"), eyes="{S}_eye_jnt",
    extra=("root_jnt <  @ 0", "{S}_toe_end_jnt < {S}_ball_jnt @ {s}Toes+0,-0.07,0", "head_end_jnt < head_jnt @ head+0,0,0.2"),
    under={"pelvis_jnt": "root_jnt"},
)  # fmt: skip

BLENDER_SIMPLE = Spec(
    "Blender, hand made", "generic", centre("pelvis spine chest - neck head"),
    "shoulder.{S} upper_arm.{S} forearm.{S} hand.{S}", "thigh.{S} shin.{S} foot.{S} toe.{S}", ("L", "R"),
    extra=("root <  @ 0", "foot_ik.{S} < root @ {s}Foot", "hand_ik.{S} < root @ {s}Hand", "knee_pole.{S} < root @ {s}LowerLeg+0,-0.5,0",
           "elbow_target.{S} < root @ {s}LowerArm+0,0.5,0", "heel.{S} < root @ {s}Foot+0,0.08,-0.07"),
    under={"pelvis": "root"},
)  # fmt: skip

NUMBERED = Spec(
    "Blender, numbered chains", "generic", centre("hips spine spine.001 spine.002 neck head"),
    "shoulder.{S} arm.{S} arm.{S}.001 hand.{S}", "leg.{S} leg.{S}.001 foot.{S} toe.{S}", ("L", "R"),
)  # fmt: skip

SYNTY = Spec(
    "Synty", "generic", centre("Hips Spine_01 Spine_02 Spine_03 Neck Head"),
    "Clavicle_{S} Shoulder_{S} Elbow_{S} Hand_{S}", "UpperLeg_{S} LowerLeg_{S} Ankle_{S} Ball_{S}", ("L", "R"),
    extra=("Root <  @ 0", "Toes_{S} < Ball_{S} @ {s}Toes+0,-0.07,0", "Eyes < Head @ head+0,-0.08,0.08", "Eyebrows < Head @ head+0,-0.1,0.11",
           "Prop_{S} < Hand_{S} @ {s}Hand+0.08,0,0"),
    under={"Hips": "Root"}, also={"leftToes": ("Toes_L", "Ball_L"), "rightToes": ("Toes_R", "Ball_R")},
    fingers="{F}_0{J}_{S}", finger_words=("Thumb", "IndexFinger", "Finger", "-", "-"),
    optional=("leftMiddleProximal", "leftMiddleIntermediate", "leftMiddleDistal", "rightMiddleProximal",
              "rightMiddleIntermediate", "rightMiddleDistal"),
)  # fmt: skip

QUATERNIUS = Spec(
    "Quaternius", "generic", centre("Hips Abdomen Torso - Neck Head"),
    "Shoulder.{S} UpperArm.{S} LowerArm.{S} Fist.{S}", "UpperLeg.{S} LowerLeg.{S} Foot.{S} -", ("L", "R"),
    extra=("Root <  @ 0", "Body < Root @ hips+0,0,-0.05", "PoleTarget.{S} < Root @ {s}LowerLeg+0,-0.4,0"), under={"Hips": "Body", "Foot.{S}": "Root"},
    also={"leftHand": ("Fist.L",), "rightHand": ("Fist.R",)},
)  # fmt: skip

QUATERNIUS_NEW = Spec(
    "Quaternius, universal", "game_engine", centre("pelvis spine_01 spine_02 spine_03 neck_01 Head"),
    "clavicle_{S} upperarm_{S} lowerarm_{S} hand_{S}", "thigh_{S} calf_{S} foot_{S} ball_{S}", ("l", "r"),
    fingers="{F}_0{J}_{S}", finger_words=("thumb", "index", "middle", "ring", "pinky"),
    extra=("root <  @ 0", "ball_leaf_{S} < ball_{S} @ {s}Toes+0,-0.07,0", "head_leaf < Head @ head+0,0,0.2"), under={"pelvis": "root"},
)  # fmt: skip

KENNEY = Spec(
    "Kenney", "generic", centre("Hips Spine Chest UpperChest Neck Head"),
    "{S}Shoulder {S}Arm {S}ForeArm {S}Hand", "{S}UpLeg {S}Leg {S}Foot {S}Toes",
    extra=("Root <  @ 0", "{S}FootCtrl < Root @ {s}Foot", "{S}HeelRoll < {S}FootCtrl @ {s}Foot+0,0.06,-0.08",
           "{S}HandIndex1 < {S}Hand @ {s}IndexProximal", "{S}HandIndex2 < {S}HandIndex1 @ {s}IndexIntermediate",
           "{S}HandThumb1 < {S}Hand @ {s}ThumbMetacarpal", "{S}HandThumb2 < {S}HandThumb1 @ {s}ThumbProximal"),
    under={"Hips": "Root"},
    also={f"{side}{joint}": (f"{side.capitalize()}Hand{bone}",) for side in ("left", "right")
          for joint, bone in (("IndexProximal", "Index1"), ("IndexIntermediate", "Index2"), ("ThumbMetacarpal", "Thumb1"),
                              ("ThumbProximal", "Thumb2"))},
)  # fmt: skip

KAYKIT = Spec(
    "KayKit", "generic", centre("hips spine chest - - head"),
    "- upperarm.{S} lowerarm.{S} wrist.{S}", "upperleg.{S} lowerleg.{S} foot.{S} toes.{S}", ("l", "r"),
    extra=("root <  @ 0", "hand.{S} < wrist.{S} @ {s}Hand+0.05,0,0", "handslot.{S} < hand.{S} @ {s}Hand+0.09,0,0", "kneeIK.{S} < root @ {s}LowerLeg+0,-0.4,0",
           "control-toe-roll.{S} < root @ {s}Toes", "control-heel-roll.{S} < control-toe-roll.{S} @ {s}Foot+0,0.05,-0.06", "IK-foot.{S} < control-heel-roll.{S} @ {s}Foot",
           "IK-toe.{S} < control-toe-roll.{S} @ {s}Toes", "elbowIK.{S} < root @ {s}LowerArm+0,0.4,0", "handIK.{S} < root @ {s}Hand"),
    under={"hips": "root"}, also={"leftHand": ("hand.l",), "rightHand": ("hand.r",)},
)  # fmt: skip

ROCKETBOX = Spec(
    "Rocketbox", "biped",
    {n: f"Bip01 {w}" for n, w in centre("Pelvis Spine Spine1 Spine2 Neck Head").items()},
    "Bip01 {S} Clavicle|Bip01 {S} UpperArm|Bip01 {S} Forearm|Bip01 {S} Hand", "Bip01 {S} Thigh|Bip01 {S} Calf|Bip01 {S} Foot|Bip01 {S} Toe0", ("L", "R"),
    fingers="Bip01 {S} Finger{F}{J}", finger_words=("0", "1", "2", "3", "4"), joint_words=("", "1", "2"),
    extra=("Bip01 <  @ hips", "Bip01 MJaw < Bip01 Head @ jaw", "Bip01 {S}Eye < Bip01 Head @ {s}Eye", "Bip01 {S}EyeBlinkTop < Bip01 Head @ {s}Eye+0,-0.01,0.01",
           "Bip01 {S}InnerEyebrow < Bip01 Head @ {s}Eye+0,-0.02,0.03", "Bip01 MNose < Bip01 Head @ head+0,-0.1,0.05"),
    under={"Bip01 Pelvis": "Bip01"}, separator="|",
    also={"leftEye": ("Bip01 LEye",), "rightEye": ("Bip01 REye",), "jaw": ("Bip01 MJaw",)}, optional=("leftEye", "rightEye", "jaw"),
)  # fmt: skip

CLOUDRIG = Spec(
    "Blender Studio style (DEF only)", "generic", centre("DEF-Hips DEF-Spine DEF-RibCage DEF-Chest DEF-Neck DEF-Head DEF-Jaw", (*TRUNK, "jaw")),
    "DEF-Shoulder.{S} DEF-UpperArm1.{S} DEF-Forearm1.{S} DEF-Wrist.{S}", "DEF-Thigh1.{S} DEF-Knee1.{S} DEF-Foot.{S} DEF-Toes.{S}", ("L", "R"),
    fingers="DEF-{F}{J}.{S}", eyes="DEF-Eye.{S}",
    extra=("DEF-UpperArm2.{S} < DEF-UpperArm1.{S} @ {s}UpperArm~{s}LowerArm:0.5", "DEF-Forearm2.{S} < DEF-Forearm1.{S} @ {s}LowerArm~{s}Hand:0.5",
           "DEF-Thigh2.{S} < DEF-Thigh1.{S} @ {s}UpperLeg~{s}LowerLeg:0.5", "DEF-Knee2.{S} < DEF-Knee1.{S} @ {s}LowerLeg~{s}Foot:0.5"),
    under={"DEF-Forearm1.{S}": "DEF-UpperArm2.{S}", "DEF-Wrist.{S}": "DEF-Forearm2.{S}", "DEF-Knee1.{S}": "DEF-Thigh2.{S}", "DEF-Foot.{S}": "DEF-Knee2.{S}"},
)  # fmt: skip

VRCHAT = Spec(
    "VRChat style", "generic", centre("Hips Spine Chest - Neck Head"),
    "Shoulder.{S} Upper_Arm.{S} Lower_Arm.{S} Hand.{S}", "Upper_Leg.{S} Lower_Leg.{S} Foot.{S} Toe.{S}", ("L", "R"),
    fingers="{F}_{J}.{S}", finger_words=("Thumb", "Index", "Middle", "Ring", "Little"), joint_words=("Proximal", "Intermediate", "Distal"),
    eyes="Eye.{S}",
    extra=("Breast_Root.{S} < Chest @ upperChest+0.07,-0.08,0", "Tail < Hips @ hips+0,0.1,0", "Tail.001 < Tail @ hips+0,0.3,0.05", "Tail.002 < Tail.001 @ hips+0,0.5,0.1",
           "Ear.{S} < Head @ head+0.08,0,0.25", "Skirt_Front < Hips @ hips+0,-0.1,-0.05", "Hair_Root < Head @ head+0,0.05,0.2", "Hair_Back.001 < Hair_Root @ head+0,0.15,0.1",
           "Butt.{S} < Hips @ hips+0.08,0.1,-0.03", "UpperLegTwist.{S} < Upper_Leg.{S} @ {s}UpperLeg~{s}LowerLeg:0.4"),
)  # fmt: skip

SPECS = (
    ADVANCED_SKELETON, MAYA, BLENDER_SIMPLE, NUMBERED, SYNTY, QUATERNIUS, QUATERNIUS_NEW, KENNEY, KAYKIT, ROCKETBOX, CLOUDRIG, VRCHAT,
)  # fmt: skip
