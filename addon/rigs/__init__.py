"""What a character is made of: which bone is which, which shape key is which."""

from .detect import characters, detect_rig
from .meshes import meshes_of
from .profile import FaceMap, ProfileError, RigProfile, load_profile, profile_from_json, save_profile

__all__ = [
    "FaceMap", "ProfileError", "RigProfile", "characters", "detect_rig", "load_profile", "meshes_of",
    "profile_from_json", "save_profile",
]  # fmt: skip
