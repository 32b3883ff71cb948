"""Eyelids that are bones: they are found by name, shut on a blink, and the head carries them."""

import numpy as np
import pytest

from understudy.addon.retarget import Controls, Wishes, retarget, simple_rest
from understudy.addon.rigs.extras import find_extras
from understudy.addon.rigs.lids import find_lids
from understudy.ml.take import FACE_NAMES, Take
from understudy.tests.corpus.posing import posed_heads

EYE = np.array([0.032, -0.07, 1.62])
RADIUS = 0.013


def face_rig(names, in_centre):
    """Head, eyes and lids on its left eye: upper lids 25 degrees up, lower ones 15 down, all pointing forward."""
    bones = {
        "head": (None, (0.0, 0.0, 1.55), (0.0, 0.0, 1.7)),
        "eye.L": ("head", tuple(EYE), tuple(np.add(EYE, (0, -0.02, 0)))),
    }
    for name, degrees in names.items():
        angle = np.radians(degrees)
        edge = EYE + RADIUS * np.array([0.0, -np.cos(angle), np.sin(angle)])
        if in_centre:
            bones[name] = ("head", tuple(EYE), tuple(edge))
            bones[f"{name} end"] = (name, tuple(edge), tuple(np.add(edge, (0, 0, 0.01))))
        else:
            bones[name] = ("head", tuple(edge), tuple(np.add(edge, (0, -0.005, 0))))
    return simple_rest(bones)


def blinks(**weights):
    values = np.zeros((3, 52))
    for name, weight in weights.items():
        values[1:, FACE_NAMES.index(name)] = weight
    return Take(30.0, np.arange(3) / 30, face_weights=values)


def edges(rest, take, in_centre, upper, lower):
    bones = {"head": "head", "leftEye": "eye.L"}
    lids = find_extras(rest, bones).lids
    channels = retarget(take, rest, Controls(bones, lids=lids), Wishes(("head", "leftEye"))).channels
    posed = posed_heads(rest, channels)
    ends = [posed[f"{name} end" if in_centre else name] for name in (upper, lower)]
    return [np.degrees(np.arctan2((p - EYE)[:, 2], -(p - EYE)[:, 1])) for p in ends]


@pytest.mark.parametrize("in_centre", [True, False], ids=["bones begin in the eye", "bones begin on the lids"])
@pytest.mark.parametrize(
    ("upper", "lower"),
    [("lEyelidUpper", "lEyelidLower"), ("FACIAL_L_EyelidUpperA", "FACIAL_L_EyelidLowerA"), ("lid.T.L", "lid.B.L")],
)
def test_a_blink_shuts_the_eye(upper, lower, in_centre):
    rest = face_rig({upper: 25, lower: -15}, in_centre)
    top, bottom = edges(rest, blinks(eyeBlinkLeft=1.0), in_centre, upper, lower)
    assert top[0] == pytest.approx(25, abs=0.1) and bottom[0] == pytest.approx(-15, abs=0.1)
    assert abs(top[1] - bottom[1]) < 1 and -15 < bottom[1] < 0
    half, _ = edges(rest, blinks(eyeBlinkLeft=0.5), in_centre, upper, lower)
    assert 3 < half[1] < 18


def test_the_other_eyes_blink_leaves_it_open_and_wide_eyes_open_it_further():
    rest = face_rig({"lid.T.L": 25, "lid.B.L": -15}, False)
    top, _ = edges(rest, blinks(eyeBlinkRight=1.0), False, "lid.T.L", "lid.B.L")
    assert np.ptp(top) < 1e-6
    top, _ = edges(rest, blinks(eyeWideLeft=1.0), False, "lid.T.L", "lid.B.L")
    assert top[1] > top[0] + 4


def test_names_of_lids():
    for name, lid in (
        ("l_eyelidupper", "leftUpper"), ("c_eyelid_bot_02.r", "rightLower"), ("Eyelid_Upper_L", "leftUpper"),
        ("L_UpperEyeLid", "leftUpper"), ("rEyelidLowerOuter", "rightLower"), ("LeftEyelid", "leftUpper"),
    ):  # fmt: skip
        rest = simple_rest({"head": (None, (0, 0, 1), (0, 0, 2)), name: ("head", (0, -1, 1), (0, -2, 1))})
        assert find_lids(rest, {"head": "head"}) == {lid: (name,)}
    for name in ("DEF-lid.T.L", "solid_L", "CC_Base_L_Eye", "EyelidsShared"):
        rest = simple_rest({"head": (None, (0, 0, 1), (0, 0, 2)), name: ("head", (0, -1, 1), (0, -2, 1))})
        assert find_lids(rest, {"head": "head"}) == {}
