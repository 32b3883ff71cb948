"""The character's map in a real Blender's window: found, edited, saved, tested."""

import pytest

from understudy.tests.blender.real_blender import ROOT, needs_blender, needs_screen

pytestmark = [pytest.mark.blender, needs_blender, needs_screen]


def test_the_map_in_the_window(blender):
    # A file is opened, so that no splash lies over the picture.
    _report, steps, _log = blender.drive(
        "drive_map.py", "-map", opened=[ROOT / "sample_rigs" / "mira.blend"], seconds=500
    )
    print(steps["found"])
    assert steps["edited"]["edited"] and steps["mirrored"]["left_hand"] == "hand_l"
    assert steps["ended"]["actions"] == 0 and steps["undone"]["actions"] == 0 and steps["undone"]["tested"] == 0
    saved = list((blender.folder / "user").glob("**/profiles/*.profile.json"))
    assert [path.name for path in saved] == ["Kit of the window.profile.json"]
