"""What a shape key's words mean: data only.

A phrase is a set of stems (sides and noise left out, order free) and the ARKit shape that it names; the first phrase of
a line is what ARKit itself says. Sources: Apple's list; Reallusion Character Creator's face profiles; MetaHuman's
CTRL_expressions; Unified Expressions and SRanipal (VRCFaceTracking); Daz Genesis 3 to 9; MakeHuman's expression units;
the Facial Action Coding System's numbers.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STEMS: Final[dict[str, str]] = {
    "eyes": "eye", "eyelid": "lid", "eyelids": "lid", "lids": "lid", "eyebrow": "brow", "eyebrows": "brow",
    "brows": "brow", "lips": "lip", "cheeks": "cheek", "nostril": "nose", "nostrils": "nose", "jaws": "jaw",
    "nasal": "nose", "mandible": "jaw", "toung": "tongue", "tounge": "tongue",
    "closed": "close", "closing": "close", "closure": "close", "shut": "close",
    "opened": "open", "opening": "open", "raised": "raise", "raiser": "raise", "raising": "raise", "lift": "raise",
    "lifted": "raise", "elevation": "raise", "lowered": "lower", "lowerer": "lower", "lowering": "lower",
    "wider": "wide", "widen": "wide", "widened": "wide", "squinted": "squint", "squinting": "squint",
    "blinking": "blink", "blinks": "blink", "winks": "wink", "winking": "wink", "smiling": "smile", "smiles": "smile",
    "frowning": "frown", "frowns": "frown", "pucker": "pucker", "puckered": "pucker", "puckering": "pucker",
    "pursing": "purse", "pursed": "purse", "puffed": "puff", "puffing": "puff", "puffs": "puff",
    "wrinkled": "wrinkle", "wrinkler": "wrinkle", "stretched": "stretch", "stretcher": "stretch",
    "pressed": "press", "pressor": "press", "presser": "press", "compression": "press", "compressed": "press",
    "fwd": "forward", "forwards": "forward", "pulled": "pull", "puller": "pull", "depressor": "depress",
    "depressed": "depress", "depression": "depress", "tightener": "tight", "tighten": "tight", "tightened": "tight",
    "dimpler": "dimple",
    "dimples": "dimple", "rolled": "roll", "shrugged": "shrug", "sneering": "sneer", "snarl": "sneer",
    "scrunch": "wrinkle", "dropped": "drop", "inn": "inner", "inside": "inner", "out": "out", "outwards": "out",
    "upper": "upper", "top": "upper", "bottom": "lower", "looking": "look", "gaze": "look", "blown": "blow",
    "sadness": "sad", "corners": "corner", "sides": "side", "extern": "outer", "outside": "outer", "rounded": "round",
    "protusion": "protrude", "protrusion": "protrude", "teeths": "teeth",
}  # fmt: skip
"""Forms of one word -> the form that the phrases use."""

NOISE: Final = _words(
    "arkit blendshape blendshapes blend shape shapes bs morph morphs face head exp expr expression expressions facial "
    "ctrl ectrl facs jnt phm fcl vrc target key geo mesh body skin rig character action unit units msh lod lod0 hd div "
    "div2 simple both all full eyelash eyelashes lash lashes male female cc base amt weight value"
)
"""Words without meaning of their own, wherever they stand. (A key of the lashes does what the lids do.)"""

SIDED: Final[dict[str, str]] = {
    "eyeBlink": "eye blink|blink|wink|eye wink|eye close|lid close|lid blink|eye lid close|eye lid blink|close eye lid|"
    "lid down|au 43|au 45|au 46",
    "eyeLookDown": "eye look down|look down|eye down|pupil down|iris down|au 64",
    "eyeLookUp": "eye look up|look up|eye up|pupil up|iris up|au 63",
    "eyeLookIn": "eye look in|eye in|look in",
    "eyeLookOut": "eye look out|eye out|look out",
    "eyeSquint": "eye squint|squint|lid squint|eye squint inner|lid tight|eye tight|eye narrow|lower lid raise|"
    "lid lower up|lower lid|eye slit|lid lower|eye squeeze|au 7|au 07",
    "eyeWide": "eye wide|lid wide|eye open wide|eye open up|lid up|upper lid raise|eye lid up|lid upper up|lid raise|"
    "wide eye lid|wide|au 5|au 05",
    "browDown": "brow down|brow lower|brow drop|brow furrow|brow frown|brow angry|brow mad|brow anger|frown brow|"
    "au 4|au 04",
    "browOuterUp": "brow outer up|brow raise outer|brow up outer|brow outer raise|outer brow|outer brow up|au 2|au 02",
    "cheekSquint": "cheek squint|cheek raise|eye cheek raise|cheek up|cheek squeeze|au 6|au 06",
    "mouthDimple": "mouth dimple|dimple|lip dimple|corner dimple|au 14",
    "mouthFrown": "mouth frown|frown|mouth corner depress|mouth sad|lip corner depress|lip frown|mouth corner down|"
    "corner down|lip corner down|mouth depress|corner depress|mouth grumpy|au 15",
    "mouthLowerDown": "mouth lower down|mouth down lower|mouth lower lip depress|lip lower down|lower lip depress|"
    "mouth lower lip down|lower lip down|lip down lower|mouth sneer lower|au 16",
    "mouthPress": "mouth press|lip press|mouth lip press|mouth tight|lip tight|mouth lip tight|au 24|au 23",
    "mouthSmile": "mouth smile|smile|mouth corner pull|lip corner pull|mouth corner up|lip corner up|corner pull|"
    "mouth happy|lip smile|corner up|smile close|mouth smile close|grin|mouth grin|au 12",
    "mouthStretch": "mouth stretch|lip stretch|stretch|mouth wide|mouth side wide|mouth retract|mouth retraction|"
    "lip wide|stretch lip|au 20",
    "mouthUpperUp": "mouth upper up|mouth up upper|mouth upper lip raise|lip upper up|upper lip raise|upper lip up|"
    "mouth upper lip up|lip up upper|mouth sneer upper|au 10",
    "noseSneer": "nose sneer|sneer|nose wrinkle|wrinkle nose|nose flank raise|nose raise|nose up|mouth sneer|"
    "au 9|au 09",
}  # fmt: skip
"""ARKit names less their Left or Right -> phrases. Without a side such a key moves both."""

WHOLE: Final[dict[str, str]] = {
    "browInnerUp": "brow inner up|brow raise inner|brow up inner|brow inner raise|inner brow raise|brow raise in|"
    "inner brow|brow sad|brow worried|brow sorrow|au 1|au 01",
    "cheekPuff": "cheek puff|puff|cheek blow|mouth cheek blow|cheek balloon|blow|mouth blow|puff cheek|cheek inflate|"
    "au 33|au 34",
    "jawForward": "jaw forward|jaw thrust|jaw out|jaw protrude|mandible forward|au 29",
    "jawOpen": "jaw open|mouth open|open|open mouth|jaw drop|jaw down|mouth wide open|mouth drop|au 26|au 27|au 25",
    "mouthClose": "mouth close|lip together|mouth lip together|lip close|mouth lip close|mouth ape|mouth ape close",
    "mouthFunnel": "mouth funnel|lip funnel|funnel|mouth lip funnel|mouth pucker open|au 22",
    "mouthPucker": "mouth pucker|pucker|lip pucker|kiss|mouth kiss|lip kiss|mouth lip purse|lip purse|purse|"
    "mouth purse|mouth pout|pout|lip pout|au 18",
    "mouthRollLower": "mouth roll lower|mouth roll in lower|lower lip roll in|mouth lower lip roll in|lip suck lower|"
    "mouth lower inner|lip lower in|mouth lower lip under|lower lip in|lower lip roll|lip roll lower|mouth lip tuck|"
    "mouth lower lip bite|lip lower bite|lip bite",
    "mouthRollUpper": "mouth roll upper|mouth roll in upper|upper lip roll in|mouth upper lip roll in|lip suck upper|"
    "mouth upper inner|lip upper in|mouth upper lip under|upper lip in|upper lip roll|lip roll upper",
    "mouthShrugLower": "mouth shrug lower|mouth raise lower|chin raise|jaw chin raise|jaw chin raise lower|"
    "mouth chin up|mouth chin raise|"
    "chin up|lip shrug lower|mouth lower overlay|au 17",
    "mouthShrugUpper": "mouth shrug upper|mouth raise upper|lip shrug upper|jaw chin raise upper",
    "tongueOut": "tongue out|tongue|tongue stick out|mouth tongue out|tongue long step|tongue long|au 19",
}  # fmt: skip
"""ARKit names without a side -> phrases. Keys for one side or quarter of such a shape are all of it together."""

MOVES: Final[dict[str, str]] = {
    "jaw": "jaw|jaw move|jaw side|jaw slide|jaw shift",
    "mouth": "mouth|mouth shift|mouth move|mouth slide|mouth side|lip shift",
}
"""What goes to a side as a whole: jawLeft, mouthRight."""

HALVES: Final[dict[str, str]] = {"mouthUpper": "mouth upper|mouth upper lip shift", "mouthLower": "mouth lower"}
"""Lips that go to a side one by one: both together are mouthLeft or mouthRight."""

EVERY_BROW: Final = "brow up|brow raise|brow high|brow surprise|raise brow"
"""Raises the whole brow: half of the inner, and the outer."""

TWO_WAYS: Final[dict[str, tuple[str, str]]] = {
    "brow up down": ("browUp", "browDown"),
    "brow outer up down": ("browOuterUp", ""),
    "brow inner up down": ("browInnerUp", ""),
    "mouth open close": ("jawOpen", ""),
    "mouth smile frown": ("mouthSmile", "mouthFrown"),
    "smile frown": ("mouthSmile", "mouthFrown"),
    "eye open close": ("", "eyeBlink"),
    "eye close open": ("eyeBlink", "eyeWide"),
    "eye look up down": ("eyeLookUp", "eyeLookDown"),
    "eye up down": ("eyeLookUp", "eyeLookDown"),
    "look up down": ("eyeLookUp", "eyeLookDown"),
}
"""Keys that go both ways: at +1 the first, at -1 (where their range allows it) the second."""


_EXPECTED: Final = _words(
    "left right teeth chin neck suck cheek angry sad happy surprise joy fun sorrow viseme v vowel mth brw aa ou oh ih"
)


def _vocabulary() -> frozenset[str]:
    groups = [*SIDED.values(), *WHOLE.values(), *MOVES.values(), *HALVES.values(), EVERY_BROW, *TWO_WAYS]
    words = _words(" ".join(groups).replace("|", " "))
    words = frozenset(word for word in words if not word.isdigit())
    return words | _EXPECTED | frozenset(STEMS.values())


VOCABULARY: Final = _vocabulary()

CORRECTIVES: Final = _words("corrective correctives cor fix jcm mcm pjm cbs combo combination")
"""Words of keys that mend other keys' sums: they follow by drivers and name what they follow."""

PARTS: Final = _words("teeth tongue brow eye mouth lip")
"""Words that may also be a mesh's name before the shape's own: tongue_jawOpen."""


WEAK: Final = _words("open wide blow stretch tongue look up down close out puff")
"""Words that mean a face shape only where nothing unknown stands before them: a hand opens too."""
