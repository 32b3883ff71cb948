"""A take that moves every bone and every face shape of a map once, so that a look shows whether the map is right."""

from __future__ import annotations

import numpy as np

from ..ml.take import CAPTURED_BONES, FACE_NAMES, STANDARD_REST, Take, parent_indices, rotation, validate

FPS = 24.0
FACE_FRAMES = 8
"""Each face shape rises and falls in so many frames."""
_LIMBS: tuple[tuple[str, tuple[float, float, float]], ...] = (
    ("UpperArm", (0.0, 70.0, 0.0)),  # down to the side
    ("LowerArm", (0.0, 0.0, -100.0)),  # elbow forwards
    ("Hand", (0.0, 50.0, 0.0)),
    ("Shoulder", (0.0, -15.0, 0.0)),
    ("UpperLeg", (-60.0, 0.0, 0.0)),
    ("LowerLeg", (80.0, 0.0, 0.0)),
    ("Foot", (30.0, 0.0, 0.0)),
    ("Toes", (-25.0, 0.0, 0.0)),
)
"""What the left limb does, rotation vectors in degrees; the right one mirrors it."""
_TRUNK = (
    ("spine", (20.0, 0.0, 0.0)),
    ("chest", (0.0, 0.0, 25.0)),
    ("neck", (0.0, 15.0, 0.0)),
    ("head", (0.0, 0.0, 40.0)),
)
_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
_CURL = (0.0, 60.0, 0.0)


def face_shape_at(frame: float, start: float = 1.0, fps: float = FPS) -> str:
    """The face shape that the test shows at a scene frame; "" outside of it."""
    place = int((frame - start) * FPS / fps // FACE_FRAMES)
    return FACE_NAMES[place] if 0 <= place < len(FACE_NAMES) else ""


def range_of_motion_take() -> Take:
    """Face shapes one after the other; meanwhile limbs, trunk and fingers, each swinging out and back."""
    count = FACE_FRAMES * len(FACE_NAMES) + 1
    weights = np.zeros((count, len(FACE_NAMES)))
    pulse = np.sin(np.pi * np.arange(FACE_FRAMES + 1) / FACE_FRAMES)
    for place in range(len(FACE_NAMES)):
        weights[place * FACE_FRAMES : (place + 1) * FACE_FRAMES + 1, place] = pulse
    gaze = np.zeros((count, 2, 2))
    for place, name in enumerate(FACE_NAMES):
        if name.startswith("eyeLook"):
            eye = int(name.endswith("Right"))
            outward = 1.0 if name.endswith("Left") else -1.0
            way = {"Up": (0, 20), "Down": (0, -20), "In": (-25 * outward, 0), "Out": (25 * outward, 0)}
            gaze[:, eye] += (
                weights[:, place, None] * way[name[len("eyeLook") :].removesuffix("Left").removesuffix("Right")]
            )
    moves = _moves()
    turns = np.tile(rotation.IDENTITY, (count, len(CAPTURED_BONES), 1))
    window = (count - 1) // len(moves)
    swing = np.sin(np.pi * np.arange(window) / window)
    local = {name: np.zeros((count, 3)) for name in CAPTURED_BONES}
    for place, move in enumerate(moves):
        for name, degrees in move.items():
            local[name][place * window : (place + 1) * window] += np.radians(degrees) * swing[:, None]
    parents = parent_indices(CAPTURED_BONES)
    for j, name in enumerate(CAPTURED_BONES):
        own = rotation.from_rotvec(local[name])
        turns[:, j] = own if parents[j] < 0 else rotation.multiply(turns[:, parents[j]], own)
    rest = np.array([STANDARD_REST[name] for name in CAPTURED_BONES])
    return validate(
        Take(
            FPS,
            np.arange(count) / FPS,
            bone_names=CAPTURED_BONES,
            rotations=turns,
            hips_position=np.tile(rest[0], (count, 1)),
            rest_positions=rest,
            face_weights=weights,
            head_rotation=turns[:, CAPTURED_BONES.index("head")],
            gaze=gaze,
            metadata={"source": {"name": "Range of motion"}},
        )
    )


def _moves() -> list[dict[str, tuple[float, float, float]]]:
    """What swings together, in order: pairs of limbs, the trunk, each pair of fingers."""
    moves: list[dict[str, tuple[float, float, float]]] = []
    for part, (x, y, z) in _LIMBS:
        moves.append({f"left{part}": (x, y, z), f"right{part}": (x, -y, -z)})
    moves += [{name: degrees} for name, degrees in _TRUNK]
    for finger in _FINGERS:
        joints = [name for name in CAPTURED_BONES if finger in name and not name.endswith(f"{finger}Metacarpal")]
        x, y, z = _CURL
        moves.append({name: (x, y if name.startswith("left") else -y, z) for name in joints})
    return moves
