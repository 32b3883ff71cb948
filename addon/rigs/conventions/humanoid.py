"""The VRM 1.0 humanoid names themselves (hips, leftUpperLeg ...), in any case."""

from ....ml.take import BONE_NAMES
from .convention import Convention

CONVENTION = Convention(kind="vrm", label="VRM skeleton", bones={name: name for name in BONE_NAMES})
