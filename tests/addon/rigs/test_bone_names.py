"""Which bone is which: every convention, names of no convention, and rigs that must not be mistaken."""

import json
import struct

import pytest

from understudy.addon.retarget import simple_rest
from understudy.addon.rigs.conventions import CONVENTIONS
from understudy.addon.rigs.face.declared import declared_meanings
from understudy.addon.rigs.face.names import choose
from understudy.addon.rigs.match import match_rig
from understudy.addon.rigs.vrm_file import declared_bones, declared_expressions
from understudy.ml.take import BONE_NAMES, BONE_PARENTS, STANDARD_REST
from understudy.ml.take.names import mirrored

PLAIN = [c for c in CONVENTIONS if c.kind != "rigify"]


def skeleton(rename, names=BONE_NAMES, mirror=False):
    """The standard adult under other names; `mirror` puts the left bones on the right."""
    bones = {}
    for name in names:
        parent = BONE_PARENTS[name]
        while parent is not None and parent not in names:
            parent = BONE_PARENTS[parent]
        x, y, z = STANDARD_REST[name]
        head = (-x, y, z) if mirror else (x, y, z)
        tail = (head[0], y - 0.05, z + 0.02)
        bones[rename(name)] = (rename(parent) if parent else None, head, tail)
    return simple_rest(bones)


def found_in(rest):
    match = match_rig(rest)
    return match.convention, match.bones, match.doubts


@pytest.mark.parametrize("convention", PLAIN, ids=lambda c: c.label)
def test_each_convention_is_known_by_its_names(convention):
    spine = {"spine": "spine_01", "chest": "spine_02", "upperChest": "spine_03"}
    written = {**(spine if convention.spine_by_structure else {}), **convention.bones}
    written = {name: bone.split("|")[0] for name, bone in written.items()}
    before = {"mixamo": "mixamorig:", "character_creator": "CC_Base_", "biped": "Bip01 ", "rigify_deform": "DEF-"}
    prefix = before.get(convention.kind, "")
    names = tuple(name for name in BONE_NAMES if name in written)
    rest = skeleton(lambda name: prefix + written[name], names)
    known, bones, doubts = found_in(rest)
    assert known.label == convention.label
    assert bones == {name: prefix + written[name] for name in names}
    assert doubts == ()


def styled(parts, centre, write):
    """A rename function: humanoid name -> this style's name."""
    words = {"Thumb": "thumb", "Index": "index", "Middle": "middle", "Ring": "ring", "Little": "pinky"}

    def rename(name):
        if name in centre:
            return centre[name]
        side = "left" if name.startswith("left") else "right"
        part = name.removeprefix(side)
        for finger, word in words.items():
            if part.startswith(finger):
                joints = ("Metacarpal", "Proximal", "Distal") if finger == "Thumb" else (
                    "Proximal", "Intermediate", "Distal")  # fmt: skip
                return write(side, f"{word}{1 + joints.index(part.removeprefix(finger))}")
        return write(side, parts[part])

    return rename


PARTS = ("UpperLeg", "LowerLeg", "Foot", "Toes", "Shoulder", "UpperArm", "LowerArm", "Hand", "Eye")
CENTRE = ("hips", "spine", "chest", "upperChest", "neck", "head", "jaw")


def style(parts, centre, write):
    return styled(dict(zip(PARTS, parts.split(), strict=True)), dict(zip(CENTRE, centre.split(), strict=True)), write)


STYLES = {
    "L_upleg_jnt": style(
        "upleg leg foot toe clavicle arm forearm hand eye",
        "root_jnt spine1_jnt spine2_jnt spine3_jnt neck_jnt head_jnt jaw_jnt",
        lambda side, part: f"{side[0].upper()}_{part}_jnt",
    ),
    "LeftLeg, LeftKnee": style(
        "Leg Knee Ankle Toe Shoulder Arm Elbow Wrist Eye",
        "Hips Spine Chest Chest2 Neck Head Jaw",
        lambda side, part: f"{side.capitalize()}{part[0].upper()}{part[1:]}",
    ),
    "thigh.l": style(
        "thigh calf foot toes collar upper_arm lower_arm hand eye",
        "pelvis back.01 back.02 torso neck head jaw",
        lambda side, part: f"{part}.{side[0]}",
    ),
    "Char:LEFT_Thigh": style(
        "Thigh Shin Foot Ball Clav UpArm LowArm Hand Eye",
        "Char:COG Char:spineA Char:spineB Char:spineC Char:neck Char:head Char:jaw",
        lambda side, part: f"Char:{side.upper()}_{part}",
    ),
    "leftthigh": style(
        "thigh knee ankle toes shoulder upperarm elbow wrist eye",
        "hips spine spine1 spine2 neck head jaw",
        lambda side, part: f"{side}{part}",
    ),
}


@pytest.mark.parametrize("name", STYLES)
def test_names_of_no_convention(name):
    rename = STYLES[name]
    convention, bones, doubts = found_in(skeleton(rename))
    assert convention.kind == "generic"
    assert bones == {humanoid: rename(humanoid) for humanoid in BONE_NAMES}
    assert doubts == ()


def test_helpers_and_twists_are_not_taken_for_limbs():
    bones = {}
    for name in BONE_NAMES:
        parent = BONE_PARENTS[name]
        head = STANDARD_REST[name]
        bones[f"my_{name}"] = (f"my_{parent}" if parent else None, head, (head[0], head[1], head[2] + 0.05))
    for side in ("left", "right"):
        x, y, z = STANDARD_REST[f"{side}LowerArm"]
        bones[f"{side}_LowerArm_twist"] = (f"my_{side}UpperArm", (x * 0.9, y, z), (x, y, z))
        bones[f"{side}_Hand_IK"] = (None, STANDARD_REST[f"{side}Hand"], (x, y, z + 0.3))
    _, found, _ = found_in(simple_rest(bones))
    assert found == {name: f"my_{name}" for name in BONE_NAMES}


def test_left_by_name_but_right_by_its_feet_is_exchanged():
    rest = skeleton(str, mirror=True)
    _, bones, doubts = found_in(rest)
    assert bones["leftHand"] == "rightHand" and bones["rightFoot"] == "leftFoot"
    assert set(bones) == set(BONE_NAMES) and len(doubts) == 1
    assert all(bones[name] == mirrored(name) for name in BONE_NAMES)


def test_a_limb_that_hangs_elsewhere_is_left_out():
    bones = {
        name: (BONE_PARENTS[name], STANDARD_REST[name], (*STANDARD_REST[name][:2], STANDARD_REST[name][2] + 0.05))
        for name in BONE_NAMES
    }
    bones["leftLowerArm"] = (None, *bones["leftLowerArm"][1:])
    _, found, doubts = found_in(simple_rest(bones))
    assert "leftLowerArm" not in found and "leftUpperArm" in found
    assert any("leftLowerArm" in doubt for doubt in doubts)


def test_nothing_human_in_a_tail_or_a_machine():
    chain = {f"Tail.{i:03}": (f"Tail.{i - 1:03}" if i else None, (0, i, 0), (0, i + 1, 0)) for i in range(20)}
    assert found_in(simple_rest(chain))[1] == {}
    crane = {"base": (None, (0, 0, 0), (0, 0, 1)), "boom": ("base", (0, 0, 1), (1, 0, 2)),
             "claw": ("boom", (1, 0, 2), (1, 0, 1))}  # fmt: skip
    assert found_in(simple_rest(crane))[1] == {}


def vrm(path, extensions, nodes, meshes=()):
    said = {"asset": {"version": "2.0"}, "extensions": extensions, "nodes": nodes, "meshes": list(meshes)}
    text = json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    path.write_bytes(struct.pack("<5I", 0x46546C67, 2, 20 + len(text), len(text), 0x4E4F534A) + text)
    return path


def test_vrm_files_say_it_themselves(tmp_path):
    nodes = [{"name": "bone a"}, {"name": "bone b"}]
    new = {"VRMC_vrm": {"humanoid": {"humanBones": {"hips": {"node": 0}, "leftThumbProximal": {"node": 1}}}}}
    assert declared_bones(vrm(tmp_path / "new.vrm", new, nodes)) == {"hips": "bone a", "leftThumbProximal": "bone b"}
    human = [{"bone": "hips", "node": 0}, {"bone": "leftThumbProximal", "node": 1}]
    old = {"VRM": {"humanoid": {"humanBones": human}}}
    assert declared_bones(vrm(tmp_path / "old.vrm", old, nodes)) == {"hips": "bone a", "leftThumbMetacarpal": "bone b"}
    (tmp_path / "text.vrm").write_text("no glTF at all, but longer than a header")
    assert declared_bones(tmp_path / "text.vrm") == {}


KEYS = ("a", "b", "c", "d", "e", "f")
MESHES = [{"primitives": [{"targets": [{}] * 6}], "extras": {"targetNames": list(KEYS)}}]


def test_vrm_files_say_their_expressions(tmp_path):
    nodes = [{"name": "Face", "mesh": 0}]

    def bind(*keys, **more):
        return {"morphTargetBinds": [{"node": 0, "index": KEYS.index(key), "weight": 1.0, **more} for key in keys]}

    preset = {"blinkLeft": bind("a"), "aa": bind("b", "c", weight=0.5), "happy": bind("d"), "lookLeft": {}}
    new = {"VRMC_vrm": {"expressions": {"preset": preset, "custom": {"TongueOut": bind("e"), "Wobble": bind("f")}}}}
    said = declared_expressions(vrm(tmp_path / "new.vrm", new, nodes, MESHES))
    assert said == {
        "TongueOut": (("e", 1.0),), "Wobble": (("f", 1.0),), "blinkLeft": (("a", 1.0),),
        "aa": (("b", 0.5), ("c", 0.5)), "happy": (("d", 1.0),),
    }  # fmt: skip
    assert choose(declared_meanings(said)) == {
        "eyeBlinkLeft": (("a", 1.0),), "jawOpen": (("b", 0.5), ("c", 0.5)), "tongueOut": (("e", 1.0),),
    }  # fmt: skip
    groups = [
        {"presetName": "blink_r", "name": "x", "binds": [{"mesh": 0, "index": 0, "weight": 100}]},
        {"presetName": "o", "name": "y", "binds": [{"mesh": 0, "index": 2, "weight": 50}]},
        {"presetName": "unknown", "name": "BrowDownLeft", "binds": [{"mesh": 0, "index": 1, "weight": 100}]},
        {"presetName": "fun", "name": "z", "binds": [{"mesh": 9, "index": 1, "weight": 100}]},
    ]
    old = {"VRM": {"blendShapeMaster": {"blendShapeGroups": groups}}}
    said = declared_expressions(vrm(tmp_path / "old.vrm", old, nodes, MESHES))
    assert said == {"blinkRight": (("a", 1.0),), "oh": (("c", 0.5),), "BrowDownLeft": (("b", 1.0),)}
    assert choose(declared_meanings(said)) == {
        "eyeBlinkRight": (("a", 1.0),), "mouthFunnel": (("c", 0.4),), "browDownLeft": (("b", 1.0),),
    }  # fmt: skip
    (tmp_path / "odd.vrm").write_bytes(vrm(tmp_path / "o.vrm", {"VRM": {"blendShapeMaster": 3}}, nodes).read_bytes())
    assert declared_expressions(tmp_path / "odd.vrm") == {}
