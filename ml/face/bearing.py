"""How a person's head sits behind their face: the turn from the aligned landmarks to the head's true one.

Foreheads lean, noses turn up and mouths stand forward, and an alignment to the mean face takes that for a turned head:
mostly one offset in pitch for each person. So this part sees who somebody is, which the rest of the network is kept
from learning (see `FaceNet.one_side`: performers' features are exchanged in training).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_LANDMARK_SCALE = 30.0  # brings landmark displacements, in eye distances, near unit size
_SHAPE = 64


class Bearing(nn.Module):
    """From one frame's landmarks, picture and turn; says nothing before it has learned."""

    def __init__(self, points: int, look: int, hidden: int) -> None:
        super().__init__()
        self.shape = nn.Linear(3 * points, _SHAPE)
        self.layers = nn.Sequential(
            nn.Linear(_SHAPE + look + 3 + 1, hidden), nn.GELU(), nn.Dropout(0.2),
            nn.Linear(hidden, hidden // 2), nn.GELU(), nn.Linear(hidden // 2, 3),
        )  # fmt: skip
        last = self.layers[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    def forward(self, shape: Tensor, look: Tensor, turn: Tensor, pictured: Tensor) -> Tensor:
        """Rotation vectors [..., 3]; shape [..., points, 3], look [..., look], turn [..., 3], pictured [..., 1]."""
        features = self.shape(shape.flatten(-2) * _LANDMARK_SCALE) / 4
        return self.layers(torch.cat((features, look * pictured, turn, pictured), dim=-1)) / 4
