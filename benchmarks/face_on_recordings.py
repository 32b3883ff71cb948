"""The face on recordings of real people, beside Google's FaceLandmarker, which learned from such.

    python benchmarks/face_on_recordings.py FACE_LANDMARKER.task VIDEO... [--seconds 12] [--weights FILE]

Recordings have no truth. What both should agree about tells whether training on rendered people alone leads away from
real ones: when jaws open, corners rise, lips purse, brows rise and eyes shut (correlation, where FaceLandmarker moves
by more than .02), and how far eyes are shut where it sees a blink. And where most people look: degrees by which the
eyes look above the camera, ours and FaceLandmarker's, medians of a clip; who looks at the camera should have none.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.ml.face.evaluate import Pinhole, Watch
from understudy.ml.face.infer import estimate_face, load_face_net
from understudy.ml.face.metrics import gaze_direction
from understudy.ml.face.model import FaceNet
from understudy.ml.face.peer import PeerFace
from understudy.ml.footage import open_footage
from understudy.ml.take import FACE_NAMES, rotation

Floats = NDArray[np.floating]

COMPARED = (
    "jawOpen", "mouthSmileLeft", "mouthPucker", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "browDownLeft",
    "eyeBlinkLeft", "eyeBlinkRight",
)  # fmt: skip
MOVES = 0.02
BLINKS = 0.45
"""From which FaceLandmarker's larger eyeBlink counts as a blink; ours is looked at within so many frames of its top."""
NEAR = 3


def column(weights: Floats, name: str) -> Floats:
    return weights[:, FACE_NAMES.index(name)]


def above_camera(head: Floats, gaze: Floats, up: float) -> float:
    """Median degrees by which eyes look above the camera; head [T, 4], gaze [T, 2, 2], up: the face's own place."""
    looked = rotation.rotate(head, gaze_direction(gaze.mean(axis=1)))
    return float(np.median(np.degrees(np.arcsin(looked[:, 2])))) + up


def watch(video: Path, peer_model: Path, seconds: float, net: FaceNet) -> tuple[Floats, Floats, tuple[float, float]]:
    """Our weights and FaceLandmarker's [T, 52], and how far above the camera eyes look to both."""
    seeing, peer, times = Watch(net), PeerFace(peer_model), list[float]()
    width = height = 0
    with open_footage(video) as footage:
        for frame in footage.frames(None, seconds, None):
            picture = np.ascontiguousarray(frame.image)
            height, width = picture.shape[:2]
            seeing.see(picture)
            peer.watch(picture)
            times.append(frame.time)
    camera = Pinhole(float(max(width, height)), width / 2, height / 2)
    seen = seeing.seen(np.array(times))
    motion = estimate_face(seen, camera, net)
    if motion is None:
        raise SystemExit(f"No face was seen in {video}.")
    theirs, between_eyes = peer.estimate(), np.nanmedian(seen.face[:, 168, 1])
    up = float(np.degrees(np.arctan2(camera.cy - between_eyes, camera.focal_px)))
    looks = (
        above_camera(motion.head_rotation, motion.gaze, up),
        above_camera(theirs.head, theirs.gaze, up) if theirs.head is not None else np.nan,
    )
    return motion.weights, theirs.weights, looks


def blinks(ours: Floats, theirs: Floats) -> list[float]:
    """How far our eyes are shut at each blink that FaceLandmarker sees."""
    shut = np.maximum(column(theirs, "eyeBlinkLeft"), column(theirs, "eyeBlinkRight"))
    own = (column(ours, "eyeBlinkLeft") + column(ours, "eyeBlinkRight")) / 2
    tops = [t for t in range(len(shut)) if shut[t] > BLINKS and shut[t] == shut[max(0, t - 5) : t + 6].max()]
    return [float(own[max(0, t - NEAR) : t + NEAR + 1].max()) for t in tops]


def main() -> None:
    """Each recording's figures, then their means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", type=Path)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--seconds", type=float, default=12.0)
    parser.add_argument("--weights", type=Path, help="a .safetensors file with its card, instead of the bundled face")
    given = parser.parse_args()
    net = load_face_net(given.weights)
    found: dict[str, list[float]] = {}
    tops: list[float] = []
    above: list[tuple[float, float]] = []
    for video in given.videos:
        ours, theirs, looks = watch(video, given.peer, given.seconds, net)
        row = {}
        for name in COMPARED:
            one, other = column(ours, name), column(theirs, name)
            if other.std() > MOVES:
                row[name] = float(np.corrcoef(one, other)[0, 1]) if one.std() > 0 else 0.0
                found.setdefault(name, []).append(row[name])
        tops += (own := blinks(ours, theirs))
        above.append(looks)
        print(
            video.name,
            f"looks {looks[0]:.1f} ({looks[1]:.1f}) degrees above the camera",
            {name: round(r, 2) for name, r in row.items()},
            "blinks",
            [round(top, 2) for top in own],
        )
    print("mean r (of so many)", {name: (round(float(np.mean(r)), 2), len(r)) for name, r in found.items()})
    print(
        "above the camera in the mean, and by how much off it: {:.1f} ({:.1f}), {:.1f} ({:.1f}) degrees".format(
            *np.mean(above, axis=0), *np.mean(np.abs(above), axis=0)
        )
    )
    if tops:
        print(f"{len(tops)} blinks: shut by {np.mean(tops):.2f} in the mean, {min(tops):.2f} at least")


if __name__ == "__main__":
    main()
