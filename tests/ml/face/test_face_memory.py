"""How much memory a long clip's face takes beside its features."""

import tracemalloc
from dataclasses import replace

import numpy as np

from understudy.ml.camera import default_camera
from understudy.ml.face.infer import estimate_face, load_face_net
from understudy.ml.features.arrays import empty_features


def test_a_long_clip_takes_little_more_than_its_points():
    frames = 3000
    face = load_face_net().canonical.numpy() * (120, 120, 120)
    pixels = np.stack((face[:, 0], -face[:, 2], face[:, 1]), axis=-1) + np.array([320, 240, 0])
    sway = np.sin(np.arange(frames) / 30)[:, None, None] * 20
    features = empty_features(np.arange(frames) / 30, (640, 480))
    features = replace(
        features,
        face=(pixels + sway).astype(np.float32),
        face_confidence=np.ones(frames, np.float32),
    )
    camera = default_camera(640, 480)
    tracemalloc.start()
    motion = estimate_face(features, camera)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert motion is not None and np.isfinite(motion.weights).all()
    assert peak / frames < 35_000, peak / frames  # bytes a frame; the points themselves are 5,736
