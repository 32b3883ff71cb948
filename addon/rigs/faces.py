"""Which shape key is which ARKit shape: by names (face/names.py) and by what keys do to the mesh (face/geometry.py)."""

from .face.maps import face_maps
from .face.names import match_face

__all__ = ["face_maps", "match_face"]
