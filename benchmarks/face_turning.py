"""Faces that bow, look up and turn: what is told of people who keep their expression meanwhile.

    python benchmarks/face_turning.py FACE_LANDMARKER.task [--people 16] [--weights FILE]

Rendered people never trained on, half of them neutral, half smiling, filmed plainly. A head that turns must not look
like an expression: the mean error of all weights but eyeLook (of FaceLandmarker beside what it says of the very same
face at first), which weights err most, and how far the head's own turn is off, at rest and turned.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from understudy.ml.face.data import FPS, film_face
from understudy.ml.face.evaluate import Pinhole, Watch
from understudy.ml.face.infer import estimate_face, load_face_net
from understudy.ml.face.model import FaceNet
from understudy.ml.face.peer import PeerFace
from understudy.ml.performers import Performer, Renderer
from understudy.ml.performers.performance import FacePerformance
from understudy.ml.take import FACE_NAMES, rotation

Floats = NDArray[np.float64]

FIRST_SEED = 700
SIZE = 384
FRAMES = 100
BOWED = ((0, 0), (0.4, 0), (0.8, 30), (1.0, 30), (1.5, -30), (1.7, -30), (2.0, 0), (3.4, 0))
TURNED = ((0, 0), (2.0, 0), (2.4, 40), (2.6, 40), (3.1, -40), (3.3, -40))
SMILES = ((0, 0), (0.2, 0), (0.35, 0.6), (3.4, 0.6))
"""Seconds, and degrees or the smile's weight."""
TOLD = [i for i, name in enumerate(FACE_NAMES) if not name.startswith("eyeLook")]
AT_FIRST = 8


def curve(keys: tuple[tuple[float, float], ...]) -> Floats:
    """[FRAMES] straight from key to key."""
    return np.interp(np.arange(FRAMES) / FPS, *zip(*keys, strict=True))


def performance(smiling: bool) -> FacePerformance:
    """Bows, looks up, turns to both sides."""
    weights, zero = np.zeros((FRAMES, len(FACE_NAMES))), np.zeros(FRAMES)
    if smiling:
        weights[:, [FACE_NAMES.index(f"mouthSmile{side}") for side in ("Left", "Right")]] = curve(SMILES)[:, None]
    bow = rotation.from_rotvec(np.stack((np.radians(curve(BOWED)), zero, zero), axis=-1))
    turn = rotation.from_rotvec(np.stack((zero, zero, np.radians(curve(TURNED))), axis=-1))
    return FacePerformance(FPS, weights, np.zeros((FRAMES, 2, 2)), rotation.multiply(turn, bow))


def moments() -> dict[str, NDArray[np.bool_]]:
    """Frames [FRAMES] by what the head does."""
    bow, turn = curve(BOWED), np.abs(curve(TURNED))
    return {"at rest": (np.abs(bow) < 4) & (turn < 4), "bowed": bow > 18, "raised": bow < -18, "turned": turn > 25}


def film(seed: int, peer_model: Path, net: FaceNet, renderer: Renderer) -> dict[str, tuple[Floats, Floats]]:
    """Errors of the weights [FRAMES, 52] and of the head [FRAMES] by method, NaN where no face was found."""
    rng = np.random.default_rng([seed, 0x5EE9])
    identity, look = Performer.drawn(seed, strength=float(rng.uniform(0.5, 1.2)))
    act = performance(smiling=bool(seed % 2))
    seeing, peer, views = Watch(net), PeerFace(peer_model), []
    for picture, filmed_from in film_face(Performer.of(identity, look), act, rng, renderer):
        seeing.see(picture)
        peer.watch(picture)
        views.append(filmed_from)
    view = views[0]
    seen = seeing.seen(np.arange(FRAMES) / FPS)
    motion = estimate_face(seen, Pinhole(view.focal_px, SIZE / 2, SIZE / 2), net)
    if motion is None:
        raise SystemExit(f"No face was seen of person {seed}.")
    theirs, found = peer.estimate(), seen.face_confidence > 0
    own = np.where(found[:, None], motion.weights - act.weights, np.nan)
    other = theirs.weights - act.weights
    true = rotation.multiply(rotation.conjugate(view.orientation), act.head)
    heads = [np.degrees(rotation.angle(np.asarray(head), true)) for head in (motion.head_rotation, theirs.head)]
    return {
        "ours": (own, np.where(found, heads[0], np.nan)),
        "FaceLandmarker": (other - np.median(other[:AT_FIRST], axis=0), heads[1]),
    }


def main() -> None:
    """Means over all people."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer", type=Path)
    parser.add_argument("--people", type=int, default=16)
    parser.add_argument("--weights", type=Path, help="a .safetensors file with its card, instead of the bundled face")
    given = parser.parse_args()
    net, parts = load_face_net(given.weights), moments()
    with Renderer(SIZE, SIZE) as renderer:
        people = [film(FIRST_SEED + i, given.peer, net, renderer) for i in range(given.people)]
    for method in ("ours", "FaceLandmarker"):
        print(method)
        for name, part in parts.items():
            errors = np.concatenate([person[method][0][part] for person in people])
            heads = np.concatenate([person[method][1][part] for person in people])
            mean = np.nanmean(errors, axis=0)
            worst = sorted(TOLD, key=lambda i, mean=mean: -abs(mean[i]))[:6]
            most = ", ".join(f"{FACE_NAMES[i]} {mean[i]:+.2f}" for i in worst)
            size = np.nanmean(np.abs(errors[:, TOLD]))
            print(f"  {name:8} weights {size:.4f}, head {np.nanmean(heads):.1f} degrees; most: {most}")


if __name__ == "__main__":
    main()
