"""BVH files in the ways programs write them, and takes, read as motions whose truth is known."""

from pathlib import Path

import numpy as np
import pytest

from understudy.ml.body.analytic import MOTIONS
from understudy.ml.body.bank import BODY_BONES, BODY_PARENTS, load_bank
from understudy.ml.body.bvh import MotionFileError, read_bvh
from understudy.ml.body.motion_files import read_motion
from understudy.ml.take import Take, joint_positions, rotation, save_take

Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])  # stage -> file: Y up, forward +Z
Z_UP = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])  # forward +X
LIMBS = {
    "maya": dict(zip(
        ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "Toes"),
        ("Shoulder", "Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot", "ToeBase"), strict=True)),
    "biovision": dict(zip(
        ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot", "Toes"),
        ("Collar", "Shoulder", "Elbow", "Wrist", "Hip", "Knee", "Ankle", "Toe"), strict=True)),
}  # fmt: skip


def named(bone, style):
    for side in ("left", "right"):
        if bone.startswith(side):
            return f"mixamorig:{side.title()}{LIMBS[style][bone.removeprefix(side)]}"
    return {"upperChest": "Chest2"}.get(bone, bone.title())


def the_motion(name="squat"):
    motion = next(make() for key, make in MOTIONS.items() if name in key)
    order = [motion.bone_names.index(bone) for bone in BODY_BONES]
    return motion.rotations[:, order], motion.hips_position, motion.rest_positions[order], motion.fps


def bvh_text(turns, hips, rest, fps, style, axes, unit, lowered):
    """A BVH file of the motion whose rest pose has the arms `lowered` by so many degrees."""
    down = {
        side: rotation.from_rotvec([0, np.radians(lowered) * sign, 0]) for side, sign in (("left", 1), ("right", -1))
    }
    pose = np.tile(rotation.IDENTITY, (len(BODY_BONES), 1)).astype(float)
    for index, bone in enumerate(BODY_BONES):
        if "Arm" in bone or "Hand" in bone:
            pose[index] = down["left" if bone.startswith("left") else "right"]
    places = joint_positions(pose[None], rest[:1], rest, BODY_PARENTS)[0] @ axes.T / unit
    turn = rotation.from_matrix(axes)
    seen = rotation.multiply(turns, rotation.conjugate(pose))
    seen = rotation.multiply(rotation.multiply(turn, seen), rotation.conjugate(turn))
    lines, order = ["HIERARCHY"], []

    def write(index, depth):
        order.append(index)
        parent = BODY_PARENTS[index]
        offset = places[index] - (places[parent] if parent >= 0 else places[index])
        head = "ROOT" if parent < 0 else "JOINT"
        lines.append(f"{head} {named(BODY_BONES[index], style)}\n{{\nOFFSET {' '.join(f'{v:.6f}' for v in offset)}")
        moves = "Xposition Yposition Zposition " if parent < 0 else ""
        lines.append(f"CHANNELS {6 if moves else 3} {moves}Zrotation Xrotation Yrotation")
        below = [child for child, above in enumerate(BODY_PARENTS) if above == index]
        for child in below:
            write(child, depth + 1)
        lines.append("}" if below else "End Site\n{\nOFFSET 0 0 1\n}\n}")

    write(0, 0)
    lines += ["MOTION", f"Frames: {len(turns)}", f"Frame Time: {1 / fps:.8f}"]
    for frame in range(len(turns)):
        values = list(hips[frame] @ axes.T / unit)
        for index in order:
            parent = BODY_PARENTS[index]
            own = seen[frame, index]
            if parent >= 0:
                own = rotation.multiply(rotation.conjugate(seen[frame, parent]), own)
            m = rotation.to_matrix(own)
            # R = Rz Rx Ry
            x = np.arcsin(np.clip(m[2, 1], -1, 1))
            values += [*np.degrees([np.arctan2(-m[0, 1], m[1, 1]), x, np.arctan2(-m[2, 0], m[2, 2])])]
        lines.append(" ".join(f"{value:.5f}" for value in values))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("style", ["maya", "biovision"])
@pytest.mark.parametrize(("axes", "unit"), [(Y_UP, 0.01), (Z_UP, 1.0), (Y_UP, 0.0254)], ids=["y-cm", "z-m", "y-inch"])
@pytest.mark.parametrize("lowered", [0, 45])
def test_a_bvh_is_the_motion_it_was_written_from(tmp_path, style, axes, unit, lowered):
    turns, hips, rest, fps = the_motion()
    path = tmp_path / "é squat.bvh"
    path.write_text(bvh_text(turns, hips, rest, fps, style, axes, unit, lowered), encoding="utf-8")
    read = read_motion(path, BODY_BONES)
    assert read.fps == pytest.approx(fps, rel=1e-4)
    truth = joint_positions(turns, hips, rest, BODY_PARENTS)
    found = joint_positions(read.rotations, read.hips, read.rest, BODY_PARENTS)
    assert np.linalg.norm(found - truth, axis=-1).max() < 0.012
    assert np.degrees(rotation.angle(read.rotations, turns)).max() < 1.0


def test_a_folder_of_everything_is_a_bank(tmp_path):
    turns, hips, rest, fps = the_motion("walk")
    (tmp_path / "a.bvh").write_text(bvh_text(turns, hips, rest, fps, "maya", Y_UP, 0.01, 30), encoding="utf-8")
    times = np.arange(len(turns)) / fps
    take = Take(
        fps, times, bone_names=BODY_BONES, rotations=turns, hips_position=hips, rest_positions=rest,
    )  # fmt: skip
    save_take(tmp_path / "b.take.npz", take)
    bank = load_bank(tmp_path)
    assert [stretch.name for stretch in bank] == ["a", "b.take"]
    assert np.degrees(rotation.angle(bank[0].local, bank[1].local)).max() < 1.0
    assert np.abs(bank[0].hips - bank[1].hips).max() < 0.02


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "not a BVH"),
        ("HIERARCHY ROOT a { OFFSET 0 0 0 CHANNELS 3 Zrotation Xrotation Yrotation } MOTION Frames: 2", "damaged"),
        (
            "HIERARCHY ROOT a { OFFSET 0 0 0 CHANNELS 1 Zrotation } MOTION Frames: 2 Frame Time: 0.03 1",
            "not all there",
        ),
        ("HIERARCHY ROOT a { OFFSET 0 0 0 CHANNELS 1 Zrotation } MOTION Frames: 1 Frame Time: 0.03 1", "leftUpperArm"),
    ],
    ids=["empty", "no numbers", "too few numbers", "no person"],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path, content, words):
    path = tmp_path / "x.bvh"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MotionFileError, match=words) as error:
        read_motion(path, BODY_BONES)
    assert "x.bvh" in str(error.value)
    with pytest.raises(MotionFileError, match="cannot be read"):
        read_bvh(Path(tmp_path / "none.bvh"))
