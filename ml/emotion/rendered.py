"""Rendered performers showing emotions, as capture sees them: for evaluation."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..take import EMOTION_NAMES, FACE_NAMES, rotation
from .facs import columns, shown_by_somebody

Floats = NDArray[np.floating]

_FPS = 15.0
_SIZE = 320
_NEUTRAL = 15
"""Frames of neutral face before each emotion: what capture learns the person's rest from."""


def emotional_weights(rng: np.random.Generator, emotion: str, frames: int) -> NDArray[np.float64]:
    """[T, 52] a neutral start, then the emotion as one person shows it, with blinks."""
    envelope = np.zeros(frames)
    envelope[_NEUTRAL:] = float(rng.uniform(0.7, 1.0))
    envelope = gaussian_filter1d(envelope, 2.0)
    weights = envelope[:, None] * shown_by_somebody(emotion, rng)
    for at in rng.integers(0, frames, 2):
        weights[at : at + 2, columns("eyeBlink")] = 1.0
    return weights.reshape(frames, len(FACE_NAMES))


def perform_emotions(seed: int, frames: int) -> dict[str, Floats]:
    """ARKit weights [T', 52] that capture reads of one unseen person for each emotion, after the neutral start.

    The pictures go through a video file and the whole of capture, as a user's would.
    """
    from ..capture import CaptureError, CaptureOptions, capture
    from ..face.data import film_face
    from ..footage.writer import VideoWriter
    from ..performers import Performer, Renderer
    from ..performers.performance import FacePerformance

    renderer = Renderer(_SIZE, _SIZE)
    performer = Performer.random(seed, strength=1.0)
    found: dict[str, Floats] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, emotion in enumerate(EMOTION_NAMES):
            rng = np.random.default_rng([seed, number, 0xE40])
            weights = emotional_weights(rng, emotion, frames)
            still = np.tile(np.array(rotation.IDENTITY, dtype=np.float64), (frames, 1))
            performance = FacePerformance(_FPS, weights, np.zeros((frames, 2, 2)), still)
            video = Path(folder) / f"{emotion}.mp4"
            with VideoWriter(video, _FPS, (_SIZE, _SIZE)) as writer:
                for picture, _ in film_face(performer, performance, rng, renderer):
                    writer.write(picture)
            try:
                take = capture(video, CaptureOptions(body=False, hands=False))
            except CaptureError:
                continue  # a face the detector does not find says nothing of emotions
            if take.face_weights is not None:
                found[emotion] = np.asarray(take.face_weights)[_NEUTRAL + 5 :]
    return found
