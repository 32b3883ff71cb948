"""From a take to keys for a rig's bones: numpy alone, no Blender."""

from .channels import BoneChannel
from .rig import RigRest, simple_rest
from .solve import Controls, Retargeted, RootMotion, Wishes, retarget

__all__ = ["BoneChannel", "Controls", "Retargeted", "RigRest", "RootMotion", "Wishes", "retarget", "simple_rest"]
