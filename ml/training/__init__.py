"""What every model's training shares: TOML settings, the loop with checkpoints and early stop, curves."""

from .config import TrainingError, read_settings
from .loop import Schedule, fit

__all__ = ["Schedule", "TrainingError", "fit", "read_settings"]
