"""MikuMikuDance's standard bones, Japanese, with the side before the name (左腕) or behind it (mmd_tools: 腕.L).

The bones after the D (足D), the IK targets and the twist bones (腕捩) only follow the ones named here.
"""

from collections.abc import Callable

from .convention import FINGER_JOINTS, Convention

_DIGITS = ("１1", "２2", "３3")
"""Full-width as the models have them, and plain."""
_PARTS = {
    "UpperLeg": "足", "LowerLeg": "ひざ", "Foot": "足首", "Toes": "つま先", "Shoulder": "肩", "UpperArm": "腕",
    "LowerArm": "ひじ", "Hand": "手首", "Eye": "目",
    **{
        f"{finger}{joint}": f"{word}{wide}|{word}{plain}"
        for finger, word, numbers in (
            ("Thumb", "親指", ("０0", "１1", "２2")), ("Index", "人指", _DIGITS), ("Middle", "中指", _DIGITS),
            ("Ring", "薬指", _DIGITS), ("Little", "小指", _DIGITS),
        )
        for joint, (wide, plain) in zip(FINGER_JOINTS[finger], numbers, strict=True)
    },
}  # fmt: skip


def _convention(label: str, write: Callable[[str, str], str]) -> Convention:
    return Convention(
        kind="mmd",
        label=label,
        spine_by_structure=True,
        bones={
            "hips": "腰|グルーブ|センター", "spine": "上半身", "chest": "上半身2", "neck": "首", "head": "頭",
            **{
                side + part: "|".join(write(word, mark) for word in words.split("|"))
                for side, mark in (("left", "左"), ("right", "右"))
                for part, words in _PARTS.items()
            },
        },
    )  # fmt: skip


CONVENTION = _convention("MikuMikuDance skeleton", lambda word, side: side + word)
BY_MMD_TOOLS = _convention(
    "MikuMikuDance skeleton (mmd_tools)", lambda word, side: f"{word}.{'L' if side == '左' else 'R'}"
)
