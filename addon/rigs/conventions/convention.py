"""How one family of rigs names its bones. A convention is data; match.py holds the logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...retarget.limb_controls import IkLimb


@dataclass(frozen=True)
class Convention:
    """bones: VRM 1.0 humanoid name -> bone name, compared without case, after `prefix` (a regular expression) is cut;
    several names that occur are separated by "|", the commonest first.

    What only control rigs need: `shared` further bones that turn with a humanoid bone; `joints` bones at whose heads
    the anatomical joints lie where the control's own head lies elsewhere; `neutral` controls held at rest; `properties`
    settings (bone, property) -> value under which the controls act as plain forward kinematics, each with the humanoid
    bone that must be keyed for the setting to be needed; `limbs` the controls of their inverse kinematics.
    """

    kind: str
    label: str
    bones: Mapping[str, str]
    prefix: str = ""
    spine_by_structure: bool = False
    """Any number of spine bones between hips and neck: spread over them by structure instead of by name."""
    beside: frozenset[str] = frozenset()
    """Humanoid bones whose control carries none of the bones above: the trunk is not one chain in a control rig."""
    shared: Mapping[str, str] = field(default_factory=dict)
    joints: Mapping[str, str] = field(default_factory=dict)
    neutral: tuple[str, ...] = ()
    properties: Mapping[tuple[str, str], tuple[float, str]] = field(default_factory=dict)
    control_rig: bool = False
    """Whether the bones are controls, which mechanism carries and copies onto other bones."""
    limbs: tuple[IkLimb, ...] = ()
    aims: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Humanoid eye -> (the control it looks at, the bone at whose head it turns)."""


def both_sides(parts: Mapping[str, str], left: str, right: str) -> dict[str, str]:
    """{"UpperLeg": "thigh_{side}"} -> leftUpperLeg: thigh_l, rightUpperLeg: thigh_r."""
    return {
        side + part: name.format(side=word)
        for side, word in (("left", left), ("right", right))
        for part, name in parts.items()
    }


FINGER_JOINTS = {
    "Thumb": ("Metacarpal", "Proximal", "Distal"),
    "Index": ("Proximal", "Intermediate", "Distal"),
    "Middle": ("Proximal", "Intermediate", "Distal"),
    "Ring": ("Proximal", "Intermediate", "Distal"),
    "Little": ("Proximal", "Intermediate", "Distal"),
}


def fingers(pattern: str, words: tuple[str, str, str, str, str], first: int = 1) -> dict[str, str]:
    """{"ThumbMetacarpal": ...} from a pattern with {finger} and {joint}; words from thumb to little finger."""
    return {
        finger + joint: pattern.replace("{finger}", word).replace("{joint}", str(first + number))
        for (finger, joints), word in zip(FINGER_JOINTS.items(), words, strict=True)
        for number, joint in enumerate(joints)
    }
