"""A corpus of rigs made by script: skeletons of every naming convention on real bodies, with the truth about each."""

from .conventions import CONVENTIONS
from .skeleton import Skeleton
from .spec import build
from .variations import VARIATIONS

__all__ = ["CONVENTIONS", "VARIATIONS", "Skeleton", "build"]
