"""Every convention of the corpus on several bodies: bones point where the take's do; feet stand still."""

import numpy as np
import pytest

from understudy.addon.retarget import Controls, Wishes, retarget
from understudy.addon.retarget.facing import facing_axes
from understudy.addon.rigs.extras import find_extras
from understudy.addon.rigs.match import match_rig
from understudy.benchmarks.following_angles import direction_errors
from understudy.benchmarks.following_takes import take_of
from understudy.ml.body import analytic
from understudy.ml.take import BONE_NAMES
from understudy.tests.corpus import CONVENTIONS, build
from understudy.tests.corpus.bodies import BODIES
from understudy.tests.corpus.posing import posed_heads

TAKES = {
    "walk": take_of(analytic.walk(40)),
    "squat": take_of(analytic.squat(30)),
    "turn": take_of(analytic.turn_around(40)),
}
BODY_NAMES = sorted(BODIES)


def followed(skeleton, take):
    rest = skeleton.rest()
    bones = match_rig(rest).bones
    extras = find_extras(rest, bones)
    controls = Controls(bones, twists=extras.twists, root=extras.root)
    channels = retarget(take, rest, controls, Wishes(BONE_NAMES)).channels
    posed = posed_heads(rest, channels)
    axes = facing_axes(rest, bones)
    heads = {name: np.broadcast_to(posed[bone] @ axes, (take.frame_count, 3)) for name, bone in bones.items()}
    return heads, direction_errors(take, heads)


@pytest.mark.parametrize("number", range(len(CONVENTIONS)), ids=[spec.label for spec in CONVENTIONS])
def test_directions_within_the_floor(number):
    """Two degrees in the mean, five for the worst bone; each convention on a body of its own, each body by several."""
    body = BODY_NAMES[number % len(BODY_NAMES)]
    skeleton = build(CONVENTIONS[number], BODIES[body])
    for name, take in TAKES.items():
        _, errors = followed(skeleton, take)
        means = {part: float(values.mean()) for part, values in errors.items()}
        assert len(means) >= 8, f"{body}: only {sorted(means)}"
        assert np.mean(list(means.values())) < 2.0, (body, name)
        assert max(means.values()) < 5.0, (body, name, max(means, key=lambda part: means[part]))


def test_standing_feet_do_not_slide():
    """Less than 0.5 cm/s for a leg of 90 cm, on every body, walking."""
    take = TAKES["walk"]
    for body, joints in BODIES.items():
        skeleton = build(CONVENTIONS[0], joints)
        heads, _ = followed(skeleton, take)
        leg = np.linalg.norm(joints["leftLowerLeg"] - joints["leftUpperLeg"]) + np.linalg.norm(
            joints["leftFoot"] - joints["leftLowerLeg"]
        )
        for column, name in enumerate(("leftFoot", "leftToes", "rightFoot", "rightToes")):
            stands = take.contacts[1:, column] & take.contacts[:-1, column]
            speed = np.linalg.norm(np.diff(heads[name], axis=0), axis=1)[stands] * take.fps * 0.9 / leg
            assert speed.mean() < 0.005, (body, name)
