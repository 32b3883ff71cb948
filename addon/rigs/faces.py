"""Which shape key is which ARKit shape: by names (face/names.py) and by what keys do to the mesh (face/geometry.py)."""

from .face.maps import FaceQuestion, FoundFace, answer, ask, driven_keys, find_face
from .face.names import match_face

__all__ = ["FaceQuestion", "FoundFace", "answer", "ask", "driven_keys", "find_face", "match_face"]
