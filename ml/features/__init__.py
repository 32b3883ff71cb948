"""Features: what detectors see in each frame - points of the face, body and hands - as typed arrays."""

from .arrays import Features

__all__ = ["Features"]
