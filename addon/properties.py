"""What is saved with the scene: the source, options, takes and the character."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
# No `from __future__ import annotations` in files that declare properties: Blender reads the annotations themselves.

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)
from bpy.types import Context, Object, Scene

RELATIVE_PATHS = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
"""Paths may begin with `//`, the .blend's folder; Blender asks to be told since 4.5."""


def _source_changed(_settings: bpy.types.PropertyGroup, context: Context) -> None:
    from .operators.source import look_into_source

    look_into_source(context.scene)


def _emotion_changed(_settings: bpy.types.PropertyGroup, context: Context) -> None:
    from .emotion_preview import refresh

    refresh(context.scene)


def _is_armature(_settings: bpy.types.PropertyGroup, candidate: Object) -> bool:
    return candidate.type == "ARMATURE"


class UNDERSTUDY_PG_take(bpy.types.PropertyGroup):
    """A take in the list; the take itself is the file."""

    filepath: StringProperty(name="File", subtype="FILE_PATH", options=RELATIVE_PATHS)
    duration: FloatProperty(name="Length", subtype="TIME_ABSOLUTE", unit="TIME_ABSOLUTE")
    frames: IntProperty(name="Frames")
    fps: FloatProperty(name="Frames per second")
    quality: FloatProperty(name="Quality", subtype="FACTOR", min=0.0, max=1.0)
    parts: StringProperty(name="Parts")
    warnings: StringProperty(name="Warnings")


class UNDERSTUDY_PG_settings(bpy.types.PropertyGroup):
    """Everything the sidebar asks for."""

    source_kind: EnumProperty(
        name="Source",
        description="Where the performance comes from",
        items=[
            ("FILE", "Video File", "A video that is already there", "FILE_MOVIE", 0),
            ("CAMERA", "Camera", "Record yourself with camera and microphone", "CAMERA_DATA", 1),
        ],
    )
    source_path: StringProperty(
        name="Video",
        description="The video to capture. Good footage: even light from the front, the camera still and level",
        subtype="FILE_PATH",
        options=RELATIVE_PATHS,
        update=_source_changed,
    )
    camera: StringProperty(name="Camera", description="Empty: the first camera")
    microphone: StringProperty(name="Microphone", description="Empty: the first; 'none': no sound")
    countdown: IntProperty(
        name="Countdown",
        description="Seconds between pressing Record and the beginning of the recording",
        default=3,
        min=0,
        soft_max=10,
        max=60,
        subtype="TIME",
    )

    capture_face: BoolProperty(name="Face", description="Expressions, gaze and head", default=True)
    capture_body: BoolProperty(name="Body", description="The whole body's movement", default=True)
    capture_hands: BoolProperty(name="Hands", description="Fingers; they need the body", default=True)
    use_range: BoolProperty(name="Only a Part", description="Capture only a stretch of the video", default=False)
    capture_start: FloatProperty(
        name="From", description="Seconds from the beginning of the video", min=0.0, step=10, precision=2
    )
    capture_end: FloatProperty(
        name="To", description="Seconds from the beginning of the video; 0 = its end", min=0.0, step=10, precision=2
    )
    takes_folder: StringProperty(
        name="Takes Folder",
        description="Where takes and recordings are kept; empty: beside the video",
        subtype="DIR_PATH",
        options=RELATIVE_PATHS,
    )

    takes: CollectionProperty(type=UNDERSTUDY_PG_take)
    active_take: IntProperty(name="Take", default=0)  # the place in the list

    character: PointerProperty(
        name="Character",
        description="The armature of the character that will perform",
        type=bpy.types.Object,
        poll=_is_armature,
    )

    apply_start_frame: IntProperty(name="Start Frame", description="The frame of the take's first moment", default=1)
    apply_face: BoolProperty(name="Face", description="Key the face's shapes", default=True)
    apply_head: BoolProperty(name="Head", description="Key the head's turning", default=True)
    apply_body: BoolProperty(name="Body", description="Key the body's bones", default=True)
    apply_hands: BoolProperty(name="Hands", description="Key hands and fingers", default=True)
    apply_only_seen: BoolProperty(
        name="Only What Was Seen",
        description="Leave bones alone that the camera never saw, such as the legs of a waist-up video",
        default=True,
    )
    apply_root: EnumProperty(
        name="Way",
        description="What goes over the floor",
        items=[
            ("hips", "Hips", "The hips walk"),
            ("root", "Root Bone", "The rig's root bone walks, the hips sway above it"),
            ("object", "Object", "The armature object walks, the hips sway in it"),
        ],
    )
    apply_in_place: BoolProperty(
        name="In Place", description="Stay on the spot: leave the way over the floor out", default=False
    )
    apply_limbs: EnumProperty(
        name="Limbs",
        description="What moves a control rig's arms and legs; both kinds of controls get keys",
        items=[
            ("fk", "FK", "Forward kinematics: exactly the take's directions"),
            ("ik", "IK", "Inverse kinematics: hands and feet to move on by hand"),
            ("ik legs", "IK Legs", "Inverse kinematics of the legs, forward of the arms"),
        ],
    )
    apply_touch: BoolProperty(
        name="Hands in Touch",
        description="Hands that touch the body or each other do so on the character too, whatever its proportions",
        default=False,
    )

    voice_path: StringProperty(
        name="Recording",
        description="A voice to speak with: wav, mp3, m4a, or a video with sound",
        subtype="FILE_PATH",
        options=RELATIVE_PATHS,
    )
    voice_text: StringProperty(
        name="Text", description="What is said, if you have it in writing; sharpens the mouth where it fits the sound"
    )
    emotion: EnumProperty(
        name="Emotion",
        description="How the performance feels",
        items=[
            ("neutral", "Neutral", "As it is", 0),
            ("happiness", "Happiness", "Smile, raised cheeks", 1),
            ("sadness", "Sadness", "Inner brows up, corners of the mouth down", 2),
            ("anger", "Anger", "Brows down, tight lids and lips", 3),
            ("fear", "Fear", "Raised brows, wide eyes, stretched lips", 4),
            ("disgust", "Disgust", "Wrinkled nose, raised lip", 5),
            ("surprise", "Surprise", "Raised brows, wide eyes, open mouth", 6),
        ],
        update=_emotion_changed,
    )
    emotion_strength: FloatProperty(
        name="Strength", subtype="FACTOR", min=0.0, max=1.0, default=0.6, update=_emotion_changed
    )
    emotion_preview: BoolProperty(
        name="Preview",
        description="Show the emotion on the character's shape keys while you choose; nothing is keyed, and the keys "
        "go back when you switch this off or save",
        default=False,
        update=_emotion_changed,
    )
    emotion_exaggerate: FloatProperty(
        name="Exaggerate",
        description="0 calm, 1 as it is, 3 a cartoon; blinks and closed lips stay",
        min=0.0,
        max=3.0,
        default=1.0,
    )

    behaviour: EnumProperty(
        name="Behaviour",
        description="What somebody does whom nobody filmed",
        items=[
            ("idle", "Idle", "Stands and waits: shifts weight, breathes, looks around", 0),
            ("listen", "Listen", "Stands towards somebody and nods", 1),
            ("talk", "Talk", "Gestures in the rhythm of a voice", 2),
            ("walk", "Walk", "Walks on the spot, or away", 3),
        ],
    )
    behaviour_seconds: FloatProperty(
        name="Seconds", description="How long", min=0.1, max=3600.0, soft_max=120.0, default=10.0, step=100, precision=1
    )
    behaviour_seed: IntProperty(name="Seed", description="Another number is another performance", min=0, default=0)
    behaviour_voice: BoolProperty(
        name="To the Recording",
        description="Talk to the recording chosen under Voice, as long as it is: gestures and mouth follow it",
        default=False,
    )
    behaviour_travel: BoolProperty(
        name="Walk Away", description="Cover the ground instead of walking on the spot", default=False
    )
    behaviour_amount: FloatProperty(
        name="Amount",
        description="How much of the behaviour is also added to what was filmed; 0 fills only what was not",
        subtype="FACTOR",
        min=0.0,
        max=1.0,
        default=0.0,
    )

    batch_all_characters: BoolProperty(
        name="All Characters", description="Every armature of the scene, not only the chosen character", default=False
    )
    batch_engine: EnumProperty(
        name="Engine",
        description="What renders the takes",
        items=[
            ("SCENE", "The Scene's Settings", "As the scene would be rendered", 0),
            ("WORKBENCH", "Workbench", "Quick pictures of the forms; needs a graphics driver", 1),
            ("EEVEE", "EEVEE", "Needs a graphics driver", 2),
            ("CYCLES", "Cycles", "Works everywhere", 3),
        ],
    )


CLASSES = (UNDERSTUDY_PG_take, UNDERSTUDY_PG_settings)


def attach() -> None:
    bpy.types.Scene.understudy = PointerProperty(type=UNDERSTUDY_PG_settings)


def detach() -> None:
    if hasattr(bpy.types.Scene, "understudy"):
        del bpy.types.Scene.understudy


def settings(scene: Scene) -> UNDERSTUDY_PG_settings:
    """The scene's settings, typed; nobody else reads the attribute."""
    return scene.understudy


def active_take(scene: Scene) -> UNDERSTUDY_PG_take | None:
    """The take chosen in the list."""
    values = settings(scene)
    return values.takes[values.active_take] if 0 <= values.active_take < len(values.takes) else None
