"""From the features of a clip to the motion of its face."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ..body.contacts import runs
from ..take import FACE_NAMES, rotation
from ..weights.registry import load_weights
from .align import head_rotations
from .brows import raised
from .covered import hidden_parts, lips_move, without_steps
from .gazing import steady_gaze
from .lids import closed, opened, together
from .liveliness import told
from .model import MOUTH, PREDICTED, UPPER, FaceInput, FaceNet, FaceNetConfig, face_input, to_face_weights
from .neutral import Neutral, Reading, find_neutral, predict, stride_for
from .smoothing import smooth

Floats = NDArray[np.floating]

MODEL_NAME: Final = "face"
_SHORT_GAP = 0.4  # seconds: longer absences relax the face
_RELAX = 0.3  # seconds it takes to relax and to come back
_LONG_SHUT = 0.8  # seconds: no blink is as long
_BARELY_SHUT = 0.3  # eyeBlink
_SEEN_OPEN, _SEEN_SHUT = 0.7, 0.55  # shares of the eye's wide opening
_FLASH = 0.1  # seconds: what is taken for a face for less between two gaps mostly is none
_HALF_HIDDEN = 0.8  # share of a stretch's usual confidence below which its edges are left out
_LONGEST_EDGE = 0.2  # seconds of an edge
_PASSING = 0.5  # share of a shot: what is before the eyes for longer stays there
_HALF_SEEN = 0.5  # of its confidence is left to a face whose mouth or eyes are hidden
_SHORTEST_SHOT = 1.0  # seconds: shorter shots have too little to find a neutral face in


class FaceFeatures(Protocol):
    """What is read of a clip's features (see `ml.features`)."""

    @property
    def times(self) -> Floats: ...
    @property
    def face(self) -> Floats: ...
    @property
    def face_confidence(self) -> Floats: ...


class CameraLike(Protocol):
    """What is read of the camera (see `ml.camera`)."""

    @property
    def focal_px(self) -> float: ...
    @property
    def cx(self) -> float: ...
    @property
    def cy(self) -> float: ...


@dataclass(frozen=True)
class FaceMotion:
    """The face of T frames, as a take holds it."""

    weights: NDArray[np.float64]
    """[T, 52] ARKit weights 0..1."""
    head_rotation: NDArray[np.float64]
    """[T, 4] wxyz, identity = facing the camera."""
    gaze: NDArray[np.float64]
    """[T, 2, 2] left and right eye: yaw (+ towards +X) and pitch (+ up), degrees relative to the head."""
    confidence: NDArray[np.float64]
    """[T] 0..1; 0 where no face was seen and the values are filled in."""


@lru_cache(maxsize=1)
def load_face_net(file: Path | None = None) -> FaceNet:
    """The bundled network, or that of a .safetensors file with its card (.json) beside it; its hash checked."""
    card, tensors = load_weights(file.stem, file.parent) if file else load_weights(MODEL_NAME)
    return build_net(card.config, tensors)


def build_net(config: dict[str, Any], tensors: dict[str, Any]) -> FaceNet:
    """A network from its configuration and tensors (which hold the canonical face and the mirror order too)."""
    net = FaceNet(FaceNetConfig(**config), tensors["canonical"].numpy(), tensors["mirror"].numpy())
    net.load_state_dict(tensors)
    net.eval()
    return net


def estimate_face(
    features: FaceFeatures, camera: CameraLike, net: FaceNet | None = None, neutral: Neutral | None = None
) -> FaceMotion | None:
    """The face's motion, or None if no frame shows a face.

    Gaps shorter than 0.4 s are bridged; in longer ones the face relaxes; in both the confidence is 0. So do a mouth and
    eyes with something before them, at half of their confidence. Nothing is joined across a cut. neutral: the
    performer's own (see `ml.face.performer_file`); else it is found in each shot.
    """
    seen = np.isfinite(features.face).all(axis=(1, 2)) & (np.asarray(features.face_confidence) > 0)
    if not seen.any():
        return None
    net = net or load_face_net()
    times = np.asarray(features.times, dtype=np.float64)
    fps = 1.0 / float(np.median(np.diff(times))) if len(times) > 1 else 30.0
    seen = surely_seen(seen, np.asarray(features.face_confidence), fps)
    pieces = [_Shot(features, shot, seen[shot], fps, net) for shot in shots(features, len(times)) if seen[shot].any()]
    whole = _together([piece for piece in pieces if piece.usable.sum() >= _SHORTEST_SHOT * fps])
    weights, gaze = np.zeros((len(times), len(FACE_NAMES))), np.zeros((len(times), 2, 2))
    head = np.tile(np.array(rotation.IDENTITY, dtype=np.float64), (len(times), 1))
    hidden = np.zeros(len(times), dtype=bool)
    for piece in pieces:
        own = neutral
        if own is None:
            long = piece.usable.sum() >= _SHORTEST_SHOT * fps
            own = piece.neutral() if long or whole is None else whole
        weights[piece.frames], gaze[piece.frames], head[piece.frames] = piece.motion(own, camera)
        hidden[piece.frames] = piece.hidden.any(axis=1)
    head = _carried(head, [piece.frames for piece in pieces])
    confidence = np.where(seen, np.asarray(features.face_confidence, dtype=np.float64), 0.0)
    confidence *= np.where(hidden, _HALF_SEEN, 1.0)
    return FaceMotion(weights=weights, head_rotation=rotation.continuous(head), gaze=gaze, confidence=confidence)


def surely_seen(seen: NDArray[np.bool_], confidence: Floats, fps: float) -> NDArray[np.bool_]:
    """The frames [T] of `seen` whose face is told well: without flashes between two gaps, and without a stretch's edges
    beside a gap while the face is half hidden there (confidence [T]), as what they show would be held through the gap.
    """
    stretches, sure = runs(seen), np.zeros_like(seen)
    for begin, end in stretches:
        between_gaps = begin > 0 and end < len(seen)
        if between_gaps and end - begin < _FLASH * fps and len(stretches) > 1:
            continue
        least = _HALF_HIDDEN * float(np.median(confidence[begin:end]))
        most = min(round(_LONGEST_EDGE * fps), (end - begin) // 3)
        first, last = begin, end
        while begin > 0 and first < begin + most and confidence[first] < least:
            first += 1
        while end < len(seen) and last > end - most and confidence[last - 1] < least:
            last -= 1
        sure[first:last] = True
    return sure if sure.any() else seen


def shots(features: FaceFeatures, frames: int) -> list[slice]:
    """The stretches between the cuts."""
    edges = [0, *(cut for cut in getattr(features, "cuts", ()) if 0 < cut < frames), frames]
    return [slice(a, b) for a, b in pairwise(edges) if b > a]


class _Shot:
    """One uncut stretch in which a face was seen."""

    def __init__(
        self, features: FaceFeatures, frames: slice, usable: NDArray[np.bool_], fps: float, net: FaceNet
    ) -> None:
        self.frames, self.usable, self.fps, self.net = frames, usable, fps, net
        self.landmarks = bridge(features.face[frames], usable)
        self.canonical = net.canonical.numpy().astype(np.float64)
        self.input: FaceInput = face_input(self.landmarks, self.canonical, _looks(features, frames, usable, net))
        self.hidden = self._hidden()
        """[T, 2] whether something is before the mouth and the eyes."""
        self._trusted = usable & (np.asarray(features.face_confidence[frames]) >= 0.5)
        clear = self._trusted & ~self.hidden.any(axis=1)
        if clear.sum() >= _SHORTEST_SHOT * fps:
            self._trusted = clear

    def _hidden(self) -> NDArray[np.bool_]:
        if self.net.covered is None or self.input.looks is None:
            return np.zeros((len(self.usable), 2), dtype=bool)
        hidden = hidden_parts(self.net.covered, self.input.looks[..., : self.net.config.look], self.fps)
        mouth = hidden[:, 0] & self.usable
        if mouth.sum() > _PASSING * self.usable.sum() and lips_move(self.input.aligned[mouth]):
            hidden[:, 0] = False
        return hidden

    def neutral(self) -> Neutral:
        """Found in the frames that are seen well, if there are some."""
        enough = self._trusted.sum() >= min(5, self.usable.sum())
        return find_neutral(self.net, self.input, self._trusted if enough else self.usable)

    def motion(self, neutral: Neutral, camera: CameraLike) -> tuple[Floats, Floats, Floats]:
        """Weights, gaze and head of the shot's frames."""
        read: Reading = predict(self.net, self.input, neutral, stride_for(self.fps))
        raw = believed(smooth(read.weights, self.fps), self.input.eyes[:, 4:], self.usable, self.fps)
        raw = closed(opened(raw, self.usable, self.fps), self.fps)
        gaze = steady_gaze(read.gaze, raw, self.fps)
        head = head_rotations(self.landmarks, self.canonical, camera.focal_px, (camera.cx, camera.cy))
        head = rotation.multiply(head, rotation.from_rotvec(read.facing))
        head = rotation.normalize(smooth(rotation.continuous(head), self.fps))
        presence = _presence(self.usable, self.fps)
        bold = raised(together(told(raw, self.net.config.gains)), self.input, self.usable, self.fps)
        mouth, eyes = self.hidden.T
        if mouth.mean() < _PASSING:
            head = without_steps(head, mouth, self.fps)
        if eyes.any() and eyes.mean() < _PASSING:
            # What passes before the eyes leads the landmarks astray, with mouth and head; dark glasses do not.
            mouth = mouth | eyes
            head = rotation.normalize(bridge(rotation.continuous(head), ~eyes))
        for columns, hidden in ((MOUTH, mouth), (UPPER, eyes)):
            bold[:, columns] = at_rest(bold[:, columns], hidden, self.fps)
        gaze = at_rest(gaze, eyes, self.fps)
        weights = to_face_weights(bold, gaze) * presence[:, None]
        return weights, gaze * presence[:, None, None], head


def _looks(features: FaceFeatures, frames: slice, usable: NDArray[np.bool_], net: FaceNet) -> Floats | None:
    """The pictures' looks [T, 2, look] where there are such, bridged like the landmarks."""
    looks = getattr(features, "face_look", None)
    if looks is None or looks.shape[2] != net.config.looks:
        return None
    looks = np.asarray(looks[frames])
    there = usable & np.isfinite(looks).all(axis=(1, 2))
    return bridge(looks, there) if there.any() else None


def _together(pieces: list[_Shot]) -> Neutral | None:
    """The longest shot's neutral, for shots that are too short to have one."""
    return max(pieces, key=lambda piece: int(piece.usable.sum())).neutral() if pieces else None


def _carried(head: Floats, seen: list[slice]) -> NDArray[np.float64]:
    """Heads [T, 4] of shots without a face as in the nearest shot with one."""
    known = np.zeros(len(head), dtype=bool)
    for part in seen:
        known[part] = True
    where = np.flatnonzero(known)
    after = np.clip(np.searchsorted(where, np.arange(len(head))), 0, len(where) - 1)
    before = np.clip(np.searchsorted(where, np.arange(len(head)), side="right") - 1, 0, len(where) - 1)
    return np.asarray(np.where(known[:, None], head, head[np.where(before >= 0, where[before], where[after])]))


def bridge(values: Floats, seen: NDArray[np.bool_]) -> Floats:
    """A copy of values [T, ...] with the unseen frames filled in linearly from their neighbours, held at the ends."""
    filled = np.array(values)
    known, gaps = np.flatnonzero(seen), np.flatnonzero(~seen)
    after = np.clip(np.searchsorted(known, gaps), 0, len(known) - 1)
    before = np.clip(np.searchsorted(known, gaps, side="right") - 1, 0, len(known) - 1)
    start, end = known[before], known[after]
    share = np.clip((gaps - start) / np.maximum(end - start, 1), 0, 1).astype(filled.dtype)
    share = share.reshape(-1, *([1] * (filled.ndim - 1)))
    filled[gaps] = filled[start] * (1 - share) + filled[end] * share
    return filled


def at_rest(values: Floats, hidden: NDArray[np.bool_], fps: float) -> NDArray[np.float64]:
    """Values [T, ...] that go on through short stretches in which they are hidden [T], and rest in long ones."""
    if hidden.all():
        return np.zeros(np.shape(values))
    presence = _presence(~hidden, fps).reshape(-1, *([1] * (np.ndim(values) - 1)))
    return bridge(values, ~hidden) * presence


def believed(raw: Floats, openings: Floats, usable: NDArray[np.bool_], fps: float) -> NDArray[np.float64]:
    """Weights [T, 44] without eyes that are said to be shut for long while the landmarks see them open.

    openings [T, 2] of the right and the left eye. Eyes narrowed by a broad smile have been taken for shut; a blink is
    short, and too quick for the landmarks to judge it. What they see shut in between stays a blink.
    """
    raw = np.array(raw, dtype=np.float64)
    for eye, name in enumerate(("eyeBlinkRight", "eyeBlinkLeft")):
        column, opening = PREDICTED.index(name), openings[:, eye]
        wide = float(np.percentile(opening[usable], 80))
        for start, end in runs(raw[:, column] > _BARELY_SHUT):
            if end - start > _LONG_SHUT * fps and np.median(opening[start:end]) > _SEEN_OPEN * wide > 0:
                most = np.interp(opening[start:end] / wide, (_SEEN_SHUT, _SEEN_OPEN), (1.0, _BARELY_SHUT))
                raw[start:end, column] = np.minimum(raw[start:end, column], most)
    return raw


def _presence(seen: NDArray[np.bool_], fps: float) -> NDArray[np.float64]:
    """1 where the face counts, sinking smoothly to 0 in long gaps. [T]"""
    presence = np.ones(len(seen))
    for start, end in runs(~seen):
        if end - start <= _SHORT_GAP * fps:
            continue
        frames = np.arange(start, end)
        # Relaxed at the clip's own ends, where there is nothing to come from or to go to.
        since = (frames - start + 1) / fps if start > 0 else np.full(len(frames), np.inf)
        until = (end - frames) / fps if end < len(seen) else np.full(len(frames), np.inf)
        nearest = np.clip(np.minimum(since, until) / _RELAX, 0, 1)
        presence[start:end] = 0.5 + 0.5 * np.cos(np.pi * nearest)
    return presence


def weight(motion: FaceMotion, name: str) -> NDArray[np.float64]:
    """One weight's curve [T] by its ARKit name."""
    return motion.weights[:, FACE_NAMES.index(name)]
