"""Shot cuts: nothing crosses them."""

from dataclasses import replace

import numpy as np

from understudy.ml.body.analytic import MOTIONS
from understudy.ml.body.ideal import ideal_features
from understudy.ml.body.infer import estimate_body
from understudy.ml.body.shots import estimate_shots
from understudy.ml.camera import default_camera
from understudy.ml.capture import cut_warnings
from understudy.ml.features.arrays import ARRAY_NAMES, empty_features, select
from understudy.ml.take import rotation

CAMERA = default_camera(640, 640)


def seen(name: str, frames: int, sideways: float):
    motion = MOTIONS[name](frames)
    place = np.array((sideways, -3.5, 1.0))
    return ideal_features(motion.rotations, motion.hips_position, CAMERA, place, motion.fps)


def spliced(*features, cuts):
    arrays = {name: np.concatenate([getattr(part, name) for part in features]) for name in ARRAY_NAMES}
    count = sum(part.frame_count for part in features)
    return replace(features[0], times=np.arange(count) / 30, cuts=cuts, **arrays)


def test_each_shot_is_solved_as_if_it_were_alone():
    first, second = seen("arm raise", 45, 0.4), seen("squat", 40, -0.5)
    both = estimate_shots(spliced(first, second, cuts=(45,)), CAMERA, 30.0)
    alone = [estimate_body(part, CAMERA, 30.0) for part in (first, second)]
    assert both is not None and alone[0] is not None and alone[1] is not None
    for part, frames in ((alone[0], slice(0, 45)), (alone[1], slice(45, 85))):
        off = np.degrees(rotation.angle(both.rotations[frames], part.rotations))
        assert off.max() < 0.01
        np.testing.assert_allclose(both.hips_position[frames], part.hips_position)


def test_a_shot_without_anybody_is_held_without_confidence():
    first = seen("arm raise", 45, 0.0)
    nobody = empty_features(np.arange(20) / 30, first.size)
    motion = estimate_shots(spliced(first, nobody, cuts=(45,)), CAMERA, 30.0)
    assert motion is not None and len(motion.rotations) == 65
    assert (motion.confidence[45:] == 0).all() and (motion.bone_confidence[45:] == 0).all()
    assert motion.confidence[:45].all()


def test_cuts_survive_selection():
    features = spliced(seen("squat", 30, 0.0), seen("squat", 30, 0.1), cuts=(30,))
    assert select(features, np.arange(20, 50)).cuts == (10,)
    assert select(features, np.arange(0, 20)).cuts == ()


def test_cuts_are_told():
    features = spliced(seen("squat", 30, 0.0), seen("squat", 30, 0.1), cuts=(15, 30))
    assert cut_warnings(features) == [
        "The video is cut (at 0.5 s, 1.0 s); each shot was captured on its own, whoever it shows."
    ]
    assert "1.0 s ...)" in cut_warnings(replace(features, cuts=(10, 20, 30, 40)))[0]
    assert cut_warnings(replace(features, cuts=())) == []
