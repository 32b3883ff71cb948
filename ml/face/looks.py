"""What a face looks like, frame by frame, while the footage streams: the picture side of the face network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..frozen import frozen
from .examples import as_input
from .eyes import HEIGHT, WIDTH, eye_pictures
from .model import FaceNet
from .spoil import to_tensor


class FaceLooks:
    """One detector's thread makes and uses it."""

    def __init__(self, net: FaceNet | None = None) -> None:
        from .infer import load_face_net

        whole = net or load_face_net()
        self._crop = whole.config.crop
        self.size = whole.config.looks
        # A network this small is slower on several threads, and much slower on busy ones. Holds for this thread alone.
        torch.set_num_threads(1)
        faces, eyes = torch.rand(2, 3, self._crop, self._crop), torch.rand(2, 3, HEIGHT, WIDTH)
        self._looks = frozen(_Looks(whole), faces, eyes)

    def of_crop(self, crop: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[2, looks] of a face picture (see `ml.face.crop`)."""
        return self.of_crops([crop])[0]

    def of_crops(self, crops: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """[N, 2, looks] of several face pictures; eight together take little more than half the time of one by one."""
        small = [as_input(crop, self._crop) for crop in crops]
        faces = to_tensor(np.stack([side for picture in small for side in (picture, picture[:, ::-1])]))
        eyes = to_tensor(np.concatenate([eye_pictures(crop) for crop in crops]))
        with torch.inference_mode():
            return self._looks(faces, eyes).numpy()


class _Looks(nn.Module):
    """Pictures of faces [2 N, 3, S, S], each as it is and mirrored, and their eyes [2 N, 3, H, W] to [N, 2, looks]."""

    def __init__(self, net: FaceNet) -> None:
        super().__init__()
        self.face, self.eye = net.picture, net.eye

    def forward(self, faces: Tensor, eyes: Tensor) -> Tensor:
        right_left = self.eye(eyes).unflatten(0, (-1, 2))
        both = torch.stack((right_left, right_left.flip(1)), dim=1).flatten(2)
        return torch.cat((self.face(faces).unflatten(0, (-1, 2)), both), dim=2)
