"""What skeletons without a convention file are called in words: by bones that only they have. Data only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_MAKERS: Final[dict[str, str]] = {
    "Xsens skeleton": "Pelvis L5 L3 T12 T8",
    "Rokoko skeleton": "LeftThigh LeftShin LeftFinger1Proximal",
    "SMPL skeleton": "L_Collar L_Shoulder L_Elbow L_Wrist L_Hip",
    "SMPL-X skeleton": "left_collar left_elbow left_wrist left_hip left_knee",
    "Perception Neuron skeleton": "LeftInHandIndex LeftHandIndex1 Spine3",
    "Second Life skeleton": "mPelvis mTorso mChest mCollarLeft",
    "Roblox R15 skeleton": "LowerTorso UpperTorso LeftUpperArm",
    "Source engine skeleton": "ValveBiped.Bip01_Pelvis",
    "Cascadeur skeleton": "pelvis stomach clavicle_l arm_l forearm_l",
    "Azure Kinect skeleton": "SPINE_NAVAL SPINE_CHEST CLAVICLE_LEFT",
    "Biovision skeleton": "Hips LeftCollar LeftElbow LeftWrist LeftKnee LeftAnkle",
    "Poser or Daz skeleton": "hip abdomen lCollar lShldr lForeArm",
    "KayKit skeleton": "upperarm.l lowerarm.l wrist.l handslot.l",
    "LAFAN1 skeleton": "LeftUpLeg LeftLeg LeftFoot LeftToe LeftForeArm Spine2",
}


def maker_of(names: Iterable[str]) -> str:
    """The label of the first kind of skeleton all of whose telling bones are there; "" for none."""
    there = {name.rsplit(":", 1)[-1].casefold() for name in names}
    return next((label for label, bones in _MAKERS.items() if set(bones.casefold().split()) <= there), "")
