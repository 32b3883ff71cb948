"""Arrays into new actions, in bulk."""

from .action import write_action
from .curves import Curve, frames_of

__all__ = ["Curve", "frames_of", "write_action"]
