"""Following people: a world of coloured figures, and a reader that is as easily confused as the real one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from understudy.ml.features.appearance import look_of, similarity
from understudy.ml.features.cuts import CutDetector
from understudy.ml.features.everybody import watch_everybody
from understudy.ml.features.interface import PoseSeen
from understudy.ml.features.people import PeopleTracker
from understudy.ml.features.regions import Region, body_region
from understudy.ml.features.searching import tiles
from understudy.ml.footage import open_footage

VIDEOS = Path(__file__).resolve().parents[4] / "shared" / "data" / "video"
WIDTH, HEIGHT = 640, 360
RED, GREEN, BLUE, GREY = (200, 40, 40), (40, 180, 60), (50, 70, 210), (128, 128, 128)


@dataclass(frozen=True)
class Figure:
    """Somebody 160 pixels tall, standing at x; `front` hides those behind."""

    x: float
    shirt: tuple[int, int, int]
    front: int = 0
    tall: float = 160.0

    @property
    def region(self) -> Region:
        return body_region((self.x, 190.0), (self.x, 190.0 - self.tall / 2))


@dataclass(frozen=True)
class Read:
    pose: PoseSeen
    region: Region


class World:
    """Finder and reader in one: finds every figure that is not hidden, reads the one nearest to a region."""

    def __init__(self) -> None:
        self.figures: list[Figure] = []

    def show(self, *figures: Figure) -> np.ndarray:
        self.figures = sorted(figures, key=lambda figure: figure.front)
        image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
        for figure in self.figures:
            half = round(figure.tall / 8)
            left, right = max(0, round(figure.x) - half), max(0, round(figure.x) + half)
            image[190 - round(figure.tall / 2.5) : 190, left:right] = figure.shirt
            image[190 : 190 + round(figure.tall / 2), left:right] = GREY
        return image

    def _visible(self) -> list[Figure]:
        return [
            figure
            for figure in self.figures
            if not any(o.front > figure.front and abs(o.x - figure.x) < 25 for o in self.figures)
        ]

    def find(self, image):
        if image.shape[:2] != (HEIGHT, WIDTH):
            return []
        return [_Found(figure.region, 0.9) for figure in self._visible()]

    def read(self, image, region):
        near = [figure for figure in self._visible() if abs(figure.x - region.x) < 0.5 * region.side]
        if not near:
            return None
        figure = min(near, key=lambda one: abs(one.x - region.x))
        return Read(pose_of(figure), figure.region)

    def close(self):
        pass


@dataclass(frozen=True)
class _Found:
    region: Region
    score: float


def pose_of(figure: Figure) -> PoseSeen:
    points = np.zeros((33, 3), np.float32)
    points[:, :2] = (figure.x, 190)
    half, up = figure.tall / 10, figure.tall / 3
    for (left, right), y in (((11, 12), -up), ((23, 24), 0.0), ((25, 26), up / 2), ((27, 28), up)):
        points[left, :2], points[right, :2] = (figure.x + half, 190 + y), (figure.x - half, 190 + y)
    return PoseSeen(points, np.zeros((33, 3), np.float32), np.ones(33, np.float32), 1.0)


def follow(scenes) -> list[dict[int, float]]:
    """Identity -> x of the hips, for each scene."""
    world = World()
    tracker = PeopleTracker(world, world)
    return [
        {identity: float(pose.image[23, 0] + pose.image[24, 0]) / 2 for identity, pose in tracker.look(image).items()}
        for image in (world.show(*figures) for figures in scenes)
    ]


def test_two_people_who_cross_keep_their_identities():
    places = [(100 + 4 * step, 540 - 4 * step) for step in range(110)]
    seen = follow([(Figure(a, RED, front=0), Figure(b, BLUE, front=1)) for a, b in places])
    for frame in (5, 109):
        assert seen[frame] == {0: pytest.approx(places[frame][0]), 1: pytest.approx(places[frame][1])}
    # The one in front is never lost, and nobody is ever taken for the other for longer than a few pictures.
    wrong = sum(abs(one.get(1, b) - b) > 30 for one, (_, b) in zip(seen, places, strict=True))
    assert wrong <= 4 and all(1 in one for one in seen)


def test_somebody_who_leaves_and_returns_is_the_same_person():
    away = [(Figure(300, BLUE),)] * 80
    scenes = [(Figure(300, BLUE), Figure(500 + 4 * step, RED)) for step in range(30)]
    scenes += away + [(Figure(300, BLUE), Figure(60, RED))] * 40
    seen = follow(scenes)
    assert seen[5] == {0: 300, 1: pytest.approx(520)}
    assert seen[70].keys() == {0}
    assert seen[-1] == {0: 300, 1: 60}


def test_a_stranger_is_not_taken_for_somebody_who_left():
    scenes = [(Figure(300, RED),)] * 20 + [()] * 40 + [(Figure(320, GREEN),)] * 20
    seen = follow(scenes)
    assert seen[10].keys() == {0} and seen[30] == {} and seen[-1].keys() == {1}


def test_nobody_jumps_to_a_neighbour_when_a_person_vanishes():
    scenes = [(Figure(200, RED), Figure(290, BLUE, tall=100))] * 20 + [(Figure(290, BLUE, tall=100),)] * 20
    assert follow(scenes)[-1].keys() == {1}


def test_everybody_is_listed_by_prominence_and_apparitions_are_not(monkeypatch):
    from understudy.ml.features import everybody

    world = World()
    monkeypatch.setattr(everybody, "BodyFinder", lambda: world)
    monkeypatch.setattr(everybody, "BodyReader", lambda look=None: world)

    def frames():
        from understudy.ml.footage import Frame

        for index in range(60):
            small, large = Figure(90, GREEN, tall=90), Figure(330 + index, RED)
            brief = (Figure(600, BLUE),) if 30 <= index < 34 else ()
            yield Frame(index, index / 30, world.show(small, large, *brief), index / 30)

    tracks = watch_everybody(frames())
    assert len(tracks) == 2
    assert tracks[0].poses[50].image[23, 0] > 300 > tracks[1].poses[50].image[23, 0]


def test_clothes_are_told_apart_and_known_again_in_other_light():
    world = World()
    looks = {}
    for name, shirt in (("red", RED), ("dark red", (150, 30, 30)), ("blue", BLUE), ("green", GREEN)):
        figure = Figure(300, shirt)
        looks[name] = look_of(world.show(figure), pose_of(figure))
    alike = similarity(looks["red"], looks["dark red"])
    assert alike is not None and alike > 0.7
    for other in ("blue", "green"):
        apart = similarity(looks["red"], looks[other])
        assert apart is not None and apart < 0.45


def test_cuts_are_seen_and_movement_is_not():
    rng = np.random.default_rng(4)
    wide = rng.integers(0, 255, (90, 400, 3), dtype=np.uint8).repeat(4, axis=0).repeat(4, axis=1)
    other = np.full((360, 640, 3), (30, 60, 160), np.uint8)
    other[100:, 200:400] = (220, 210, 190)
    detector = CutDetector()
    panned = [detector.is_cut(wide[:, 8 * step : 8 * step + 640]) for step in range(20)]
    assert not any(panned)
    assert detector.is_cut(other)
    assert not detector.is_cut(other)
    assert detector.is_cut(wide[:, :640])


def test_pieces_cover_the_picture():
    covered = np.zeros((1080, 1920), bool)
    pieces = tiles(1920, 1080)
    for piece in pieces[3:]:
        covered[piece.top : piece.top + piece.side, piece.left : piece.left + piece.side] = True
    assert covered.all() and len(pieces) < 100


def test_two_real_people_are_followed_apart():
    if not VIDEOS.is_dir():
        pytest.skip("needs the sample videos")
    with open_footage(VIDEOS / "walk_outdoor_side.mp4") as footage:
        tracks = watch_everybody(footage.frames(start=4.0, end=5.2, max_side=1280))
    assert len(tracks) == 2
    # One stands on the wall, the other walks past below and to the left.
    above, below = sorted(tracks, key=lambda track: next(iter(track.poses.values())).image[24, 1])
    first, last = max(min(track.poses) for track in tracks), min(max(track.poses) for track in tracks)
    assert last - first > 10
    assert above.poses[last].image[24, 1] < below.poses[last].image[11, 1]
    walked = below.poses[last].image[24, 0] - below.poses[first].image[24, 0]
    stood = above.poses[last].image[24, 0] - above.poses[first].image[24, 0]
    assert walked < -25 and abs(stood) < 0.5 * abs(walked)
