"""Arrays into new actions, in bulk."""

from .action import animated_groups, write_action
from .curves import Curve, frames_of

__all__ = ["Curve", "animated_groups", "frames_of", "write_action"]
