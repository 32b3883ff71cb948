"""Shape keys under any spelling, and under the names other systems use."""

import pytest

from understudy.addon.rigs.faces import match_face
from understudy.ml.take import FACE_NAMES


def snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def short_side(name, form):
    for side, letter in (("Left", "L"), ("Right", "R")):
        if name.endswith(side) and name not in ("mouthLeft", "mouthRight", "jawLeft", "jawRight"):
            return form.format(name=name.removesuffix(side), side=letter)
    return name


SPELLINGS = {
    "as Apple writes it": str,
    "PascalCase": lambda name: name[0].upper() + name[1:],
    "snake_case": snake,
    "upper case snake": lambda name: snake(name).upper(),
    "_L": lambda name: short_side(name, "{name}_{side}"),
    ".L": lambda name: short_side(name, "{name}.{side}"),
    "L_ before": lambda name: short_side(name, "{side}_{name}"),
    "prefix": lambda name: f"blendShape1.{name}",
    "namespace": lambda name: f"Head:{name}",
    "arkit_": lambda name: f"arkit_{name}",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_the_52(spelling):
    write = SPELLINGS[spelling]
    assert match_face(map(write, FACE_NAMES)) == {name: ((write(name), 1.0),) for name in FACE_NAMES}


def test_unknown_keys_are_left_alone():
    assert match_face(["Basis", "muscular", "Key 1", "eyelash_length", "mouth_shape_03", "left", "L"]) == {}


def test_one_key_for_both_eyes_takes_half_of_each():
    found = match_face(["blink"])
    assert found == {"eyeBlinkLeft": (("blink", 0.5),), "eyeBlinkRight": (("blink", 0.5),)}


def test_vroid_character():
    found = match_face(["Fcl_EYE_Close_L", "Fcl_EYE_Close_R", "Fcl_MTH_A", "Fcl_ALL_Joy"])
    assert found["eyeBlinkLeft"] == (("Fcl_EYE_Close_L", 1.0),)
    assert found["jawOpen"] == (("Fcl_MTH_A", 1.0),)


def test_character_creator_looks_sideways_by_the_eye_not_the_direction():
    found = match_face(["Eye_L_Look_L", "Eye_L_Look_R", "Eye_R_Look_L", "Eye_R_Look_R"])
    assert {name: shares[0][0] for name, shares in found.items()} == {
        "eyeLookOutLeft": "Eye_L_Look_L",
        "eyeLookInLeft": "Eye_L_Look_R",
        "eyeLookInRight": "Eye_R_Look_L",
        "eyeLookOutRight": "Eye_R_Look_R",
    }


def test_miku_miku_dance():
    assert match_face(["あ"])["jawOpen"] == (("あ", 1.0),)
    assert match_face(["ウィンク右"])["eyeBlinkRight"] == (("ウィンク右", 1.0),)


def test_a_mesh_with_arkit_and_other_names_is_not_moved_twice():
    found = match_face([*FACE_NAMES, "Fcl_MTH_A", "blink"])
    assert found == {name: ((name, 1.0),) for name in FACE_NAMES}
