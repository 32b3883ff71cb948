"""The corpus of conventions: no bone wrong, none missing, in every variation; by shape alone without names."""

import time
from dataclasses import replace

import numpy as np
import pytest

from understudy.addon.retarget import simple_rest
from understudy.addon.rigs.makers import maker_of
from understudy.addon.rigs.match import match_rig
from understudy.tests.corpus import CONVENTIONS, VARIATIONS, build
from understudy.tests.corpus.bodies import BODIES, standard
from understudy.tests.corpus.skeleton import score
from understudy.tests.corpus.variations import crowded, nameless, shuffled

SMALL = ("Thumb", "Index", "Middle", "Ring", "Little", "Eye", "jaw", "Toes", "Shoulder")


EACH = tuple((spec, place) for place, spec in enumerate(CONVENTIONS))


@pytest.mark.parametrize(("spec", "place"), EACH, ids=[spec.label for spec in CONVENTIONS])
def test_every_bone_of_every_convention(spec, place):
    """Each convention as it is, in three variations and on one other body; benchmarks/rig_corpus.py has them all."""
    plain = build(spec, BODIES["T"])
    names = list(VARIATIONS)
    rigs = {names[(place + step) % len(names)]: None for step in (0, 5, 11)} | {"as it is": None}
    rigs = {name: VARIATIONS[name](plain) for name in rigs}
    body = list(BODIES)[place % len(BODIES)]
    rigs[f"body {body}"] = build(spec, BODIES[body])
    for what, rig in rigs.items():
        _, missing, wrong = score(rig, match_rig(rig.rest()).bones)
        assert not wrong, f"{what}: {wrong}"
        # Names in one case lose what capitals tell (mHipLeft); such rigs are known by their shape.
        assert not [name for name in missing if "Eye" not in name or "case" not in what], f"{what}: {missing}"


PLAIN_SHAPES = [spec for spec in CONVENTIONS if spec.label in (
    "Mixamo", "Unreal mannequin (UE4)", "Unity humanoid", "Cascadeur", "LAFAN1", "SMPL", "Rokoko", "Xsens",
    "Blender, numbered chains", "VRoid Studio", "Perception Neuron", "UPPERARM_LEFT",
)]  # fmt: skip


@pytest.mark.parametrize("spec", PLAIN_SHAPES, ids=lambda spec: spec.label)
@pytest.mark.parametrize("change", ["as it is", "faces +Y", "centimetres, Y up", "imported tails"])
def test_by_shape_alone(spec, change):
    """Bone, Bone.001 ...: hips, trunk, limbs and head are found, each on its own side."""
    rig = nameless(VARIATIONS[change](build(spec, BODIES["T"])))
    match = match_rig(rig.rest())
    _, missing, wrong = score(rig, match.bones)
    assert not wrong
    assert not [name for name in missing if not any(word in name for word in SMALL)]


@pytest.mark.parametrize("spec", PLAIN_SHAPES, ids=lambda spec: spec.label)
@pytest.mark.parametrize("seed", [0, 1])
def test_names_that_lie(spec, seed):
    """Names exchanged at random among the bones, and another order: the shape is believed, or nothing."""
    rig = shuffled(build(spec, BODIES["T"]), seed)
    match = match_rig(rig.rest())
    right, _, wrong = score(rig, match.bones)
    assert not wrong
    assert not match.bones or right >= 14


def test_without_toes_or_names_limbs_are_claimed_only_where_nothing_speaks_against_the_front():
    """Facing +Y without toes, only the neck's lean says so: too little to tell sides, enough to leave limbs out."""
    spec = next(spec for spec in CONVENTIONS if spec.label == "BVH, lower case")
    plain = VARIATIONS["no toes"](build(spec, BODIES["T"]))
    front, back = (match_rig(nameless(rig).rest()) for rig in (plain, VARIATIONS["faces +Y"](plain)))
    assert len(front.bones) >= 15 and any("faces" in doubt for doubt in front.doubts)
    assert "leftUpperLeg" not in back.bones and any("left out" in doubt for doubt in back.doubts)


@pytest.mark.parametrize("label", ["MetaHuman body", "Source engine (ValveBiped)", "VRoid Studio", "KayKit"])
@pytest.mark.parametrize("change", ["as it is", "leaf bones", "no fingers"])
def test_helpers_are_no_limbs(label, change):
    """Wrist helpers, sleeves, neck roots and grips beside the bones that are meant, all without names."""
    rig = nameless(VARIATIONS[change](build(next(s for s in CONVENTIONS if s.label == label), BODIES["T"])))
    _, _, wrong = score(rig, match_rig(rig.rest()).bones)
    assert not wrong


def test_makers_in_words():
    for label, words in (
        ("Xsens", "Xsens"), ("Rokoko", "Rokoko"), ("SMPL", "SMPL"), ("SMPL-X", "SMPL-X"), ("Roblox R15", "Roblox"),
        ("Second Life (Bento)", "Second Life"), ("Perception Neuron", "Perception Neuron"), ("LAFAN1", "LAFAN1"),
    ):  # fmt: skip
        spec = next(spec for spec in CONVENTIONS if spec.label == label)
        assert maker_of(build(spec, BODIES["T"]).bones).startswith(words)
    mixamo = next(spec for spec in CONVENTIONS if spec.label == "Mixamo without prefix")
    assert maker_of(build(mixamo, BODIES["T"]).bones) == ""


def test_forelegs_are_no_arms():
    """A cat's trunk can lie as steep as a person's, from hips to shoulders: its forelegs reach the floor."""
    joints = {
        "Hips": (None, (0, 0.73, 1.07)), "Spine": ("Hips", (0, 0.29, 1.02)), "Spine2": ("Spine", (0, -0.42, 1.06)),
        "Neck": ("Spine2", (0, -0.6, 1.13)), "Head": ("Neck", (0, -0.8, 1.23)), "Nose": ("Head", (0, -1.1, 1.3)),
    }  # fmt: skip
    for x, side in ((1, "L"), (-1, "R")):
        for part, steps in (
            ("Hips", ((0.07, 0.23, 1.17), (0.22, 0.66, 1.0), (0.2, 0.56, 0.69), (0.2, 0.83, 0.36), (0.2, 0.75, 0.04))),
            (
                "Spine2",
                ((0.08, -0.12, 1.17), (0.21, -0.53, 0.88), (0.2, -0.35, 0.5), (0.2, -0.44, 0.13), (0.2, -0.5, 0.0)),
            ),
        ):
            above = part
            for number, (a, y, z) in enumerate(steps):
                name = f"{part}{number}{side}"
                joints[name] = (above, (x * a, y, z))
                above = name
    bones = {f"Bone.{n:03}": name for n, name in enumerate(joints)}
    code = {name: bone for bone, name in bones.items()}
    rig = {code[n]: (code.get(p), at, tuple(np.add(at, (0, 0, 0.05)))) for n, (p, at) in joints.items()}
    assert not match_rig(simple_rest(rig)).bones


def test_five_nameless_fingers():
    rig = nameless(build(next(s for s in CONVENTIONS if s.label == "Unity humanoid"), BODIES["T"]))
    bones = match_rig(rig.rest()).bones
    for name in ("leftThumbDistal", "leftIndexProximal", "rightLittleDistal"):
        assert bones[name] in rig.truth[name]


def test_sides_are_the_bodys_even_when_names_say_otherwise():
    rig = VARIATIONS["mirrored names"](build(CONVENTIONS[0], BODIES["T"]))
    match = match_rig(rig.rest())
    assert match.swapped and match.bones["leftHand"] == "mixamorig:RightHand"
    assert any("exchanged" in doubt for doubt in match.doubts)


def _animal(names):
    """A dog: level trunk, four legs of four bones, neck, head, tail."""
    bones = {"hips": (None, (0, 0.5, 0.6), (0, 0.3, 0.6)), "spine": ("hips", (0, 0.3, 0.6), (0, 0, 0.6)),
             "chest": ("spine", (0, 0, 0.6), (0, -0.3, 0.6)), "neck": ("chest", (0, -0.3, 0.62), (0, -0.4, 0.75)),
             "head": ("neck", (0, -0.4, 0.75), (0, -0.6, 0.75)),
             "tail": ("hips", (0, 0.55, 0.6), (0, 0.8, 0.7))}  # fmt: skip
    for side, x in (("L", 0.1), ("R", -0.1)):
        for parent, y, parts in (("hips", 0.5, names[1]), ("chest", -0.25, names[0])):
            for n, part in enumerate(parts):
                head, tail = (x, y, 0.55 - 0.17 * n), (x, y, 0.38 - 0.17 * n)
                bones[f"{part}.{side}"] = (parent if n == 0 else f"{parts[n - 1]}.{side}", head, tail)
    return bones


@pytest.mark.parametrize(
    "names",
    [
        (("upper_arm", "forearm", "hand"), ("thigh", "shin", "foot")),
        (("front_thigh", "front_shin", "front_foot"), ("thigh", "shin", "foot")),
        (("a", "b", "c"), ("d", "e", "f")),
    ],
    ids=["human names", "animal names", "no names"],
)
def test_an_animal_is_no_humanoid(names):
    match = match_rig(simple_rest(_animal(names)))
    assert match.bones == {} and match.confidence == 0
    assert "no humanoid" in match.doubts[0]


def test_a_prop_is_no_humanoid():
    chair = {"seat": (None, (0, 0, 0.5), (0, 0, 0.6))}
    for n, (x, y) in enumerate([(0.2, 0.2), (-0.2, 0.2), (0.2, -0.2), (-0.2, -0.2)]):
        chair[f"leg.{n}"] = ("seat", (x, y, 0.5), (x, y, 0.0))
    match = match_rig(simple_rest(chair))
    assert match.bones == {} and "no humanoid" in match.doubts[0]


def test_ik_targets_on_the_root_are_not_hands():
    rig = build(next(s for s in CONVENTIONS if s.label == "Blender, hand made"), BODIES["A"])
    bones = {n: (p, tuple(h), tuple(t)) for n, (p, h, t) in rig.bones.items() if not n.startswith("hand.")}
    found = match_rig(simple_rest(bones)).bones
    assert "leftHand" not in found and found["leftLowerArm"] == "forearm.L"


def test_hands_and_feet_of_baked_rigs_hang_elsewhere():
    """A foot on the root is the foot all the same when the shin ends where it begins."""
    rig = build(next(s for s in CONVENTIONS if s.label == "Quaternius"), BODIES["T"])
    assert rig.bones["Foot.L"][0] == "Root"
    assert match_rig(rig.rest()).bones["leftFoot"] == "Foot.L"


def test_the_head_is_not_its_target():
    rig = build(CONVENTIONS[0], BODIES["T"])
    plain = {name: name.removeprefix("mixamorig:") for name in rig.bones}
    bones = {plain[n]: (plain[p] if p else None, tuple(h), tuple(t)) for n, (p, h, t) in rig.bones.items()}
    bones["HEAD"] = (None, (0, -2, 1.6), (0, -2, 1.7))
    assert match_rig(simple_rest(bones)).bones["head"] == "Head"


@pytest.mark.parametrize("spec", CONVENTIONS[::7], ids=lambda spec: spec.label)
@pytest.mark.parametrize("aside", [0.0, 2.0], ids=["in the same place", "beside it"])
def test_two_skeletons_in_one_armature_are_not_mixed(spec, aside):
    """A second character whose names Blender has made unique (.001): the map is of one of them."""
    rig = build(spec, BODIES["T"])
    bones = {name: (parent, tuple(head), tuple(tail)) for name, (parent, head, tail) in rig.bones.items()}
    for name, (parent, head, tail) in tuple(bones.items()):
        way = np.array([aside, 0.0, 0.0])
        bones[f"{name}.001"] = (parent and f"{parent}.001", tuple(head + way), tuple(tail + way))
    found = match_rig(simple_rest(bones)).bones
    assert len({bone in rig.bones for bone in found.values()}) == 1
    plain = {name: bone.removesuffix(".001") if bone not in rig.bones else bone for name, bone in found.items()}
    _, _, wrong = score(rig, plain)
    assert not wrong


def test_names_that_are_there_twice_are_survived():
    rest = build(CONVENTIONS[0], BODIES["T"]).rest()
    names = (*rest.names[:5], rest.names[4], *rest.names[6:])
    assert len(match_rig(replace(rest, names=names)).bones) > 12


def test_cyclic_parents_are_survived():
    rest = build(CONVENTIONS[0], BODIES["T"]).rest()
    parents = rest.parents.copy()
    parents[0] = len(parents) - 1
    assert match_rig(replace(rest, parents=parents)).bones


def test_nothing_at_all():
    assert match_rig(simple_rest({})).bones == {}
    assert match_rig(simple_rest({"Bone": (None, (0, 0, 0), (0, 0, 1))})).bones == {}
    same = {f"b{n}": (f"b{n - 1}" if n else None, (0, 0, 0), (0, 0, 0)) for n in range(30)}
    assert match_rig(simple_rest(same)).bones == {}


def test_five_hundred_bones_in_a_tenth_of_a_second():
    rest = crowded(build(next(s for s in CONVENTIONS if "MetaHuman" in s.label), BODIES["T"]), 400).rest()
    assert len(rest.names) > 500
    start = time.process_time()
    match = match_rig(rest)
    assert time.process_time() - start < 0.1
    assert len(match.bones) >= 52 and np.isclose(match.confidence, 1.0)


CROSSED = {"rightUpperLeg": (0, 0, 8), "rightLowerLeg": (20, 0, 0), "leftUpperLeg": (10, 22, 0), "chest": (0, 0, 15),
           "leftUpperArm": (0, 60, -20), "rightUpperArm": (0, -30, 10), "hips": (4, 0, -8)}  # fmt: skip


@pytest.mark.parametrize("spec", CONVENTIONS[::6], ids=lambda spec: spec.label)
def test_crossed_legs_at_rest_are_pose(spec):
    """A left foot that stands right of the right one hangs on the left leg all the same, named or not."""
    rig = build(spec, standard(CROSSED))
    _, missing, wrong = score(rig, match_rig(rig.rest()).bones)
    assert not wrong and not missing
    _, _, wrong = score(nameless(rig), match_rig(nameless(rig).rest()).bones)
    assert not wrong


def test_front_and_back_legs_are_no_arms():
    """A lizard that stands up has a human's shape; its names say that it is none."""
    rig = build(CONVENTIONS[0], BODIES["T"])
    named = {"UpLeg": "back_leg_upper", "Leg": "back_leg_lower", "Foot": "back_leg_ankle", "ToeBase": "back_leg_foot",
             "Shoulder": "front_leg_shoulder", "Arm": "front_leg_upper", "ForeArm": "front_leg_lower"}  # fmt: skip
    names = {}
    for number, bone in enumerate(rig.bones):
        plain = bone.removeprefix("mixamorig:")
        side = next((s for s in ("Left", "Right") if plain.startswith(s)), "")
        part = named.get(plain.removeprefix(side))
        names[bone] = f"{part}_{side[0]}" if part else f"piece_{number}"
    bones = {names[n]: (names.get(p), tuple(h), tuple(t)) for n, (p, h, t) in rig.bones.items()}
    assert not match_rig(simple_rest(bones)).bones


def box_person(up="Body", names="Arm_{S} Leg_{S}", sides=("Left", "Right"), root=False):
    """Six bones, as Minetest's player and Kenney's small characters have them; arms and legs hang."""
    arm, leg = names.split()
    bones = {"root": (None, (0, 0, 0.6), (0, 0, 0.7))} if root else {}
    bones[up] = ("root" if root else None, (0, 0, 0.63), (0, 0, 1.26))
    bones["head"] = (up, (0, 0, 1.26), (0, 0, 1.7))
    for x, side in ((1, sides[0]), (-1, sides[1])):
        bones[arm.replace("{S}", side)] = (up, (0.3 * x, 0, 1.15), (0.3 * x, 0, 0.63))
        bones[leg.replace("{S}", side)] = ("root" if root else up, (0.1 * x, 0, 0.63), (0.1 * x, 0, 0.0))
    return bones


@pytest.mark.parametrize(
    "person",
    [
        box_person(),
        box_person("torso", "arm-{S} leg-{S}", ("left", "right"), True),
        box_person("chest", "{S}Arm {S}Leg"),
    ],
    ids=["Minetest", "Kenney", "words together"],
)
def test_box_people(person):
    found = match_rig(simple_rest(person)).bones
    assert {"head", "hips", "leftUpperArm", "rightUpperArm", "leftUpperLeg", "rightUpperLeg"} <= found.keys()
    assert "arm" in found["leftUpperArm"].lower() and "left" in found["leftUpperArm"].lower()
    assert len(found) == (7 if "root" in person else 6)


def test_a_table_with_arms_and_a_head_missing_is_no_box_person():
    person = box_person()
    del person["head"]
    assert not match_rig(simple_rest(person)).bones
