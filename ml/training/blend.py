"""The mean of a network before and after training, surer than each on what neither learned from.

Wortsman et al., "Robust fine-tuning of zero-shot models" (CVPR 2022).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def blended(before: Mapping[str, Tensor], after: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """The mean of two networks' states of one shape, `share` of it the second's."""
    return {
        name: torch.lerp(before[name].to(value), value, share) if value.is_floating_point() else value
        for name, value in after.items()
    }
