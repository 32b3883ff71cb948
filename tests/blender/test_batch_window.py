"""The Batch panel in a real Blender's window: started, watched, ended."""

import shutil
import sys

import numpy as np
import pytest

from understudy.ml.take import FACE_NAMES, Take, save_take
from understudy.tests.blender.real_blender import ROOT, needs_blender, needs_screen

pytestmark = [pytest.mark.blender, needs_blender, needs_screen]


def face_take(path, key):
    weights = np.zeros((6, 52), np.float32)
    weights[:, FACE_NAMES.index(key)] = np.linspace(0, 1, 6)
    take = Take(fps=30.0, times=np.arange(6) / 30, face_weights=weights, confidence_face=np.ones(6))
    return save_take(path, take)


def test_a_batch_from_the_panel(blender, tmp_path):
    shot = tmp_path / "shot.blend"
    shutil.copy(ROOT / "sample_rigs" / "mira.blend", shot)
    takes = [face_take(tmp_path / f"{key}.take.npz", key) for key in ("jawOpen", "browInnerUp")]
    _report, steps, _log = blender.drive("drive_batch.py", "-batch", sys.executable, *takes, opened=[shot])
    assert steps["ended"]["error"] == "", steps["ended"]
    folder = tmp_path / "shot_batch"
    assert len(list(folder.glob("scenes/*.blend"))) == len(list(folder.glob("renders/*.mp4"))) == 2
    assert (folder / "report.html").is_file()
