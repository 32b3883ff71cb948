"""Keys whose names are no words for what moves: vowels, visemes, VRM's presets and MikuMikuDance's morphs. Data only.

Each entry: how a name is written -> the ARKit shapes that drive it and how much of each it takes. Sources: the VRM 0.x
and 1.0 presets and VRoid Studio's keys; Oculus' fifteen visemes; Character Creator's visemes; the morphs that
MikuMikuDance models share.
"""

from __future__ import annotations

from typing import Final

Shares = tuple[tuple[str, float], ...]


def both(arkit: str, factor: float = 0.5) -> Shares:
    """One key for the left and the right."""
    return ((arkit + "Left", factor), (arkit + "Right", factor))


OPEN: Final[Shares] = (("jawOpen", 1.0),)
PUCKERED: Final[Shares] = (("mouthPucker", 0.8),)
ROUND: Final[Shares] = (("mouthFunnel", 0.8),)
WIDE: Final = both("mouthStretch", 0.4)
SMILING: Final = both("mouthSmile")

VROID: Final[dict[str, Shares]] = {
    "mth a": OPEN, "mth i": WIDE, "mth u": PUCKERED, "mth o": ROUND,
    "mth fun": SMILING, "mth down": both("mouthFrown"), "mth up": (("mouthShrugLower", 0.5),),
    "eye spread": both("eyeWide"),
    "brw angry": both("browDown"), "brw surprised": both("browOuterUp"), "brw surprise": both("browOuterUp"),
    "brw sorrow": (("browInnerUp", 1.0),),
}  # fmt: skip
"""VRoid Studio's own keys (Fcl_MTH_A ...), behind their prefix."""

VISEMES: Final[dict[str, Shares]] = {
    "aa": OPEN, "oh": ROUND, "ou": PUCKERED, "ih": WIDE, "u": PUCKERED, "o": ROUND, "i": WIDE,
    "pp": (("mouthClose", 0.6), *both("mouthPress", 0.3)), "ff": (("mouthRollLower", 0.7),),
    "open": OPEN, "tight o": ROUND, "tight": PUCKERED, "wide": WIDE,
    "explosive": (("mouthClose", 0.6), *both("mouthPress", 0.3)), "dental lip": (("mouthRollLower", 0.7),),
}  # fmt: skip
"""Behind "viseme" or "v": Oculus' and Character Creator's."""

VRM: Final[dict[str, Shares]] = {
    "aa": OPEN, "ih": WIDE, "ou": PUCKERED, "oh": ROUND, "fun": SMILING, "relaxed": SMILING,
}  # fmt: skip
"""Presets of VRM 0.x and 1.0 where a model's keys bear them."""

VOWELS: Final[dict[str, Shares]] = {"a": OPEN, "i": WIDE, "u": PUCKERED, "o": ROUND}
"""Keys of one letter: taken only where most of a, i, u, e, o are there, as in MikuMikuDance and VRM 0.x."""

MIKU_MIKU_DANCE: Final[dict[str, Shares]] = {
    "まばたき": both("eyeBlink"), "瞬き": both("eyeBlink"), "まばたく": both("eyeBlink"), "瞬": both("eyeBlink"),
    "閉じ目": both("eyeBlink"), "目閉じ": both("eyeBlink"),
    "びっくり": both("eyeWide"), "見開き": both("eyeWide"), "驚き": both("eyeWide"),
    "じと目": both("eyeSquint"), "ジト目": both("eyeSquint"), "下まぶた上げ": both("eyeSquint"),
    "下瞼上げ": both("eyeSquint"),
    "あ": OPEN, "い": WIDE, "う": PUCKERED, "お": ROUND, "あ2": OPEN, "ア": OPEN, "イ": WIDE, "ウ": PUCKERED,
    "オ": ROUND,
    "口開け": OPEN, "口開": OPEN, "開口": OPEN,
    "にやり": SMILING, "口角上げ": SMILING, "にっこり": SMILING, "笑み": SMILING, "スマイル": SMILING,
    "口角下げ": both("mouthFrown"), "口下げ": both("mouthFrown"), "への字": both("mouthFrown"), "∧": both("mouthFrown"),
    "口角広げ": both("mouthStretch"), "口横広げ": both("mouthStretch"), "口横": both("mouthStretch"),
    "口窄め": PUCKERED, "すぼめ": PUCKERED, "口すぼめ": PUCKERED, "キス": PUCKERED,
    "上": both("browOuterUp"), "眉上": both("browOuterUp"), "眉上げ": both("browOuterUp"),
    "上がり眉": both("browOuterUp"),
    "下": both("browDown"), "眉下": both("browDown"), "眉下げ": both("browDown"),
    "怒り": both("browDown"), "怒り眉": both("browDown"), "怒": both("browDown"), "真面目": both("browDown", 0.4),
    "困る": (("browInnerUp", 1.0),), "困り": (("browInnerUp", 1.0),), "困り眉": (("browInnerUp", 1.0),),
    "悲しい": (("browInnerUp", 1.0),), "哀": (("browInnerUp", 1.0),), "眉困り": (("browInnerUp", 1.0),),
    "頬膨らまし": (("cheekPuff", 1.0),), "ぷくー": (("cheekPuff", 1.0),), "ぷくっ": (("cheekPuff", 1.0),),
    "ほっぺ膨らみ": (("cheekPuff", 1.0),), "頬ぷく": (("cheekPuff", 1.0),), "膨らみ": (("cheekPuff", 1.0),),
    "べー": (("tongueOut", 1.0),), "ぺろっ": (("tongueOut", 1.0),), "べろ": (("tongueOut", 1.0),),
    "てへぺろ": (("tongueOut", 1.0),), "舌出し": (("tongueOut", 1.0),), "舌": (("tongueOut", 1.0),),
}  # fmt: skip
"""Both sides, or the middle. One side of a pair: 左 or 右 (or L, R) before or behind the same words."""

MMD_ENGLISH: Final[dict[str, Shares]] = {
    "anger": both("browDown"), "angry": both("browDown"), "serious": both("browDown", 0.4), "up": both("browOuterUp"),
    "down": both("browDown"), "sadness": (("browInnerUp", 1.0),), "sad": (("browInnerUp", 1.0),),
    "trouble": (("browInnerUp", 1.0),), "surprise": both("eyeWide"), "surprised": both("eyeWide"),
}  # fmt: skip
"""The same morphs in translation: taken only beside the vowels."""

MMD_WINKS: Final[dict[str, tuple[str, int]]] = {
    "ウィンク2": ("Left", 0), "ウィンク2右": ("Right", 0), "ウインク2": ("Left", 0), "ウインク2右": ("Right", 0),
    "ウィンク右2": ("Right", 0), "ウインク右2": ("Right", 0),
    "ウィンク": ("Left", 1), "ウィンク右": ("Right", 1), "ウインク": ("Left", 1), "ウインク右": ("Right", 1),
    "ウィンク左": ("Left", 1), "ウインク左": ("Left", 1), "左ウィンク": ("Left", 1), "右ウィンク": ("Right", 1),
    "左ウインク": ("Left", 1), "右ウインク": ("Right", 1),
    "wink2": ("Left", 0), "wink2right": ("Right", 0), "winkright2": ("Right", 0),
}  # fmt: skip
"""MikuMikuDance's winks: without a side the left eye; number 2 closes like a blink, the plain one smiles."""
