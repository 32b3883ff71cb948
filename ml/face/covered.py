"""Mouths and eyes with something before them: told from the face's picture, and at rest while they are hidden.

A hand or a microphone before the mouth has been read as a smile. What the face's picture looks like to the network says
surely whether the mouth is seen: the half of `FaceNet` that looks at pictures stays as it is, a small layer behind it
learns it at last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ..body.contacts import runs
from ..take import rotation
from .obstacles import PLACES, with_obstacle

Floats = NDArray[np.floating]
Image = NDArray[np.uint8]

HIDDEN: Final = 0.8
"""Probability from which on a place counts as hidden."""
_WIDTH: Final = 32
_MOSTLY: Final = 0.7
_HARDLY: Final = {"mouth": 0.08, "eyes": 0.3}
"""Shares of a place that is hidden, and that is not; in between nobody says. One eye that is seen tells of both."""
_ROUNDS, _BATCH, _RATE = 60, 256, 2e-3
_NOISE: Final = 0.1
_STRETCH: Final = 2000
"""Frames at once, so that long footage takes no more memory."""
_EDGE: Final = 0.1
"""Seconds before and after, in which it is half hidden."""
_LIPS: Final = (13, 14)
"""Landmarks of the inner lips."""
_OPENING: Final = 0.06
"""Eye distances by which lips open that are seen: talkers' by .08 and more, under a drawn mask .003 to .03."""
_BRIEF: Final = 0.1
"""Seconds: what is said for less is not so."""


class Covered(nn.Module):
    """What a face's picture looks like [..., look] to log odds that mouth and eyes are hidden [..., 2]."""

    def __init__(self, look: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(look, _WIDTH), nn.GELU(), nn.Dropout(0.3), nn.Linear(_WIDTH, len(PLACES))
        )  # fmt: skip

    def forward(self, look: Tensor) -> Tensor:
        return self.layers(look)


def fit_covered(
    look_at: Callable[[NDArray[np.uint8]], Tensor], pictures: NDArray[np.uint8], look: int, seed: int = 0
) -> Covered:
    """Learn from faces' pictures [N, S, S, 3], as they are and with things drawn over them.

    look_at: pictures to what they look like [N, look].
    """
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    shown, truth = zip(*_examples(pictures, rng), strict=True)
    looks = look_at(np.stack(shown)).clone()
    hidden = torch.tensor(np.array(truth), dtype=torch.float32)
    known = torch.isfinite(hidden)
    part = Covered(look)
    optimiser = torch.optim.AdamW(part.parameters(), lr=_RATE, weight_decay=0.02)
    for _ in range(_ROUNDS):
        for rows in torch.randperm(len(looks)).split(_BATCH):
            said = part(looks[rows] + _NOISE * torch.randn_like(looks[rows]))
            errors = functional.binary_cross_entropy_with_logits(said, hidden[rows].nan_to_num(), reduction="none")
            loss = (errors * known[rows]).sum() / known[rows].sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return part.eval()


def _examples(pictures: NDArray[np.uint8], rng: np.random.Generator) -> Iterator[tuple[Image, list[float]]]:
    """Pictures and, of mouth and eyes, 1 where they are hidden, 0 where not, NaN where one could say either."""
    for picture in pictures:
        yield picture, [0.0] * len(PLACES)
        for place in (*PLACES, "mouth"):
            seen, hidden = with_obstacle(picture, rng, place)
            yield seen, [_truth(name, hidden[name]) for name in PLACES]


def _truth(place: str, share: float) -> float:
    return 1.0 if share > _MOSTLY else 0.0 if share < _HARDLY[place] else np.nan


def hidden_parts(part: Covered, looks: Floats, fps: float) -> NDArray[np.bool_]:
    """[T, 2] whether mouth and eyes are hidden, in frames that look like `looks` [T, 2 (straight, mirrored), look]."""
    from scipy.ndimage import binary_dilation, binary_opening

    stretches = [looks[begin : begin + _STRETCH] for begin in range(0, len(looks), _STRETCH)]
    with torch.inference_mode():
        odds = [part(torch.as_tensor(np.asarray(some, dtype=np.float32))).mean(dim=1) for some in stretches]
    hidden = torch.sigmoid(torch.cat(odds)).numpy() > HIDDEN
    least, edge = max(1, round(_BRIEF * fps)), max(1, round(_EDGE * fps))
    steady = [binary_opening(column, np.ones(least, dtype=bool)) for column in hidden.T]
    around = [np.asarray(binary_dilation(column, np.ones(2 * edge + 1, dtype=bool)), dtype=bool) for column in steady]
    return np.stack(around, axis=1)


def lips_move(aligned: Floats) -> bool:
    """Whether lips open in T frames of aligned landmarks [T, 478, 3].

    A full grey beard looks a little like a mask (one of 2,451 portraits); under a mask the landmarks' lips lie still.
    """
    gap = np.linalg.norm(aligned[:, _LIPS[0]] - aligned[:, _LIPS[1]], axis=1)
    low, high = np.percentile(gap, (5, 95))
    return bool(high - low > _OPENING)


def without_steps(head: Floats, hidden: NDArray[np.bool_], fps: float) -> NDArray[np.float64]:
    """Head rotations [T, 4] that go on as before where a part of the face is hidden [T].

    What comes before a mouth shifts the landmarks: heads nod by ten degrees as it comes and back as it goes. How they
    move in between is seen all the same; the step at both ends is taken out.
    """
    kept = rotation.continuous(np.array(head, dtype=np.float64))
    edge = 2 * max(1, round(_EDGE * fps))
    for begin, end in runs(hidden):
        first, last = begin + edge, end - 1 - edge
        before, after = kept[max(begin - 1, 0)], kept[min(end, len(kept) - 1)]
        if first >= last:
            share = np.linspace(0, 1, end - begin + 2)[1:-1]
            kept[begin:end] = rotation.slerp(before, after, share)
            continue
        steps = [rotation.multiply(before, rotation.conjugate(kept[first])) if begin > 0 else None,
                 rotation.multiply(after, rotation.conjugate(kept[last])) if end < len(kept) else None]  # fmt: skip
        known = [step for step in steps if step is not None]
        if not known:
            continue
        one, other = known[0], known[-1]
        kept[first : last + 1] = rotation.multiply(
            rotation.slerp(one, other, np.linspace(0, 1, last - first + 1)), kept[first : last + 1]
        )
        eased = np.linspace(0, 1, edge + 2)[1:-1]
        kept[begin:first] = rotation.slerp(before if begin > 0 else kept[first], kept[first], eased)
        kept[last + 1 : end] = rotation.slerp(kept[last], after if end < len(kept) else kept[last], eased)
    return rotation.continuous(kept)
