"""Recordings with Live Link Face's CSV as truth."""

from __future__ import annotations

import numpy as np
import pytest

from understudy.ml.face.recordings import RecordingError, read_live_link, recorded_clips
from understudy.ml.take import FACE_NAMES


def write_table(path, rows=90, names=FACE_NAMES):
    columns = ["Timecode", "BlendShapeCount", *(name[0].upper() + name[1:] for name in names), "HeadYaw"]
    lines = [",".join(columns)]
    for i in range(rows):
        values = [f"{(0.5 if name == 'jawOpen' else 0.0) * i / rows:.4f}" for name in names]
        lines.append(",".join([f"01:02:{3 + i // 60:02d}:{i % 60:02d}.250", "52", *values, "0.1"]))
    path.write_text("\n".join(lines), encoding="utf-8")


def test_times_and_weights_are_read(tmp_path):
    write_table(tmp_path / "a.csv")
    times, weights = read_live_link(tmp_path / "a.csv")
    np.testing.assert_allclose(times, np.arange(90) / 60, atol=1e-6)
    assert weights.shape == (90, 52)
    assert weights[45, FACE_NAMES.index("jawOpen")] == pytest.approx(0.25) and weights.sum(axis=1)[0] == 0


def test_what_is_wrong_is_said(tmp_path):
    write_table(tmp_path / "a.csv", names=FACE_NAMES[:-1])
    with pytest.raises(RecordingError, match="tongueOut"):
        read_live_link(tmp_path / "a.csv")
    write_table(tmp_path / "a.csv")
    with pytest.raises(RecordingError, match="no video of the same name"):
        recorded_clips(tmp_path)
