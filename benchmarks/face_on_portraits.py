"""Where people look to us who look into the camera: pictures of real faces, each seen alone.

    python benchmarks/face_on_portraits.py FOLDER [--weights FILE]

Degrees, means and standard deviations over all pictures with a face: how far above and beside the camera the eyes look
(who looks into it: 0, 0), how far the head is raised towards it, and how far the eyes are within the head. Pictures may
show some who look elsewhere; the spread tells more of them than the mean.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from understudy.ml.face.batches import looks_of
from understudy.ml.face.examples import Example
from understudy.ml.face.infer import load_face_net
from understudy.ml.face.metrics import gaze_direction
from understudy.ml.face.model import FaceInput, FaceNet
from understudy.ml.face.neutral import encode, predict
from understudy.ml.face.portraits import examples_of, read_portraits
from understudy.ml.take import rotation


def told(net: FaceNet, one: Example) -> tuple[float, float, float, float]:
    """Degrees above and beside the camera, the head's and the eyes' pitch."""
    looks = looks_of(net, torch.as_tensor(one.pictures)).numpy()
    aligned = (one.shape + net.canonical.cpu()).numpy()
    seen = FaceInput(aligned, one.eyes.numpy(), one.turn.numpy(), looks)
    read = predict(net, seen, encode(net, seen, np.array([0])))
    turn = rotation.from_rotvec(one.turn.numpy().astype(np.float64))
    head = rotation.multiply(turn, rotation.from_rotvec(read.facing))
    looked = rotation.rotate(head, gaze_direction(read.gaze.mean(axis=1)))[0]
    raised = -float(np.degrees(rotation.to_rotvec(head))[0, 0])
    above, beside = np.degrees(np.arcsin(looked[2])), np.degrees(np.arctan2(looked[0], -looked[1]))
    return float(above), float(beside), raised, float(read.gaze[..., 1].mean())


def main() -> None:
    """The figures, a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, help="a .safetensors file with its card, instead of the bundled face")
    given = parser.parse_args()
    net = load_face_net(given.weights)
    seen = read_portraits(given.folder, print)
    rows = np.array([told(net, one) for one in examples_of(*seen, net.canonical.numpy().astype(np.float64))])
    print(f"{len(rows)} faces; mean and standard deviation, degrees")
    for name, column in zip(
        ("above the camera", "beside the camera", "head raised", "eyes raised"), rows.T, strict=True
    ):
        off = f", off by {np.abs(column).mean():.1f}" if name.endswith("camera") else ""
        print(f"  {name:18} {column.mean():5.1f} {column.std():5.1f}{off}")


if __name__ == "__main__":
    main()
