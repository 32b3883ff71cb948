"""Footage: frames and sound of a video file, a camera and microphone, or a made-up source, all by one interface."""

from .interface import Footage, FootageError, FootageInfo, Frame
from .sources import open_footage

__all__ = ["Footage", "FootageError", "FootageInfo", "Frame", "open_footage"]
