"""What a face looks like, frame by frame, while the footage streams: the picture side of the face network."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from .crop import face_crop
from .examples import as_input, to_tensor
from .model import FaceNet


class FaceLooks:
    """One detector's thread makes and uses it."""

    def __init__(self, net: FaceNet | None = None) -> None:
        from .infer import load_face_net

        whole = net or load_face_net()
        self._net = whole.picture.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self._crop = whole.config.crop
        self.size = whole.config.look
        # A network this small is slower on several threads, and much slower on busy ones. Holds for this thread alone.
        torch.set_num_threads(1)

    def of(self, picture: NDArray[np.uint8], points: NDArray[np.floating]) -> NDArray[np.float32]:
        """[2, look] of the face at the landmarks [478, 3] px in a picture [H, W, 3] RGB: as it is, and mirrored."""
        return self.of_crop(face_crop(picture, points))

    def of_crop(self, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[2, look] of a face picture (see `ml.face.crop`)."""
        small = as_input(crop, self._crop)
        with torch.inference_mode():
            return self._net(to_tensor(np.stack((small, small[:, ::-1])))).numpy()
