"""The body by MediaPipe's Pose (BlazePose full): 33 points in the image and in metres."""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from .appearance import similarity
from .interface import PoseSeen, Seen
from .mediapipe_graphs import model_hashes
from .mediapipe_regions import BodyFinder, BodyReader, Look
from .people import PeopleTracker, Person
from .together import Answers, Together

_WATCHED: Final = 2
"""People followed at once: whoever comes near the performer must be known, lest one be taken for the other."""
_STRANGER: Final = 0.35
"""Similarity of clothes below which somebody who appears where nobody is left cannot be the performer."""


class MediaPipePose:
    """Follows one body: the largest and most central at first, and nobody else from then on."""

    follows_body: ClassVar[bool] = False

    def __init__(self, look: Look | None = None) -> None:
        """look: what to keep of the model's inner layer; None = what the body network wants to know."""
        self._look = None if look else body_look()
        self._tracker = PeopleTracker(BodyFinder(), BodyReader(look or self._look), _WATCHED)
        self._performer: Person | None = None
        self._others: set[int] = set()
        """Identities seen beside the performer."""
        self._new_shot = False

    @property
    def people(self) -> list[Person]:
        """Everybody seen so far."""
        return self._tracker.people

    @property
    def performer(self) -> Person | None:
        """Who is followed."""
        return self._performer

    def prominences(self) -> tuple[float, float]:
        """How prominent the performer was through the footage, and the most prominent of the others."""
        others = [person.prominence for person in self.people if person.identity in self._others]
        return sum(person.prominence for person in self.people) - sum(others), max(others, default=0.0)

    def detect(self, image: NDArray[np.uint8], pose: PoseSeen | None = None) -> Seen:
        bodies = self._tracker.look(image, self._new_shot)
        self._new_shot = False
        return Seen(pose=self._choose(bodies))

    def new_shot(self) -> None:
        self._new_shot = True

    def models(self) -> dict[str, str]:
        return body_models()

    def close(self) -> None:
        self._tracker.close()
        if self._look is not None:
            self._look.close()

    def _choose(self, bodies: dict[int, PoseSeen]) -> PoseSeen | None:
        if self._performer is None or self._performer.identity not in bodies:
            candidates = [self.people[identity] for identity in bodies if self._may_be_performer(identity)]
            if not candidates:
                return None
            self._performer = max(candidates, key=lambda person: person.prominence)
        self._others |= bodies.keys() - {self._performer.identity}
        return bodies[self._performer.identity]

    def _may_be_performer(self, identity: int) -> bool:
        """Anybody at first; later somebody never seen beside the performer, in clothes that are not quite others."""
        if self._performer is None:
            return True
        alike = similarity(self.people[identity].appearance, self._performer.appearance)
        return identity not in self._others and (alike is None or alike >= _STRANGER)


def body_look() -> Together | None:
    """The picture side of the body network, several pictures at once; None where its weights are missing."""
    from ..weights.registry import WeightsError

    try:
        return Together(_make_looks, "body-looks")
    except WeightsError:
        return None


def _make_looks() -> Answers:
    from ..body.looks import BodyLooks  # torch takes a second to load; only detecting needs it

    return BodyLooks().of


def body_models() -> dict[str, str]:
    """Model file name -> sha256, and that of the network which looks at the body's picture."""
    from ..body.looks import MODEL_NAME
    from ..weights.registry import available, read_card

    own = {f"{MODEL_NAME}.safetensors": read_card(MODEL_NAME).sha256} if MODEL_NAME in available() else {}
    return model_hashes("pose_detection/pose_detection.tflite", "pose_landmark/pose_landmark_full.tflite") | own
