"""The job file: what it may say. Every path is relative to the job file's folder."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

OUT_SUFFIXES = (".blend", ".glb", ".fbx", ".bvh")
FIELDS = ("clip", "folder", "rig", "scene", "job")
"""What may stand in braces in the name of an output."""
TAKE_FIELDS = ("clip", "folder", "job")
_NAME = re.compile(r"[^\\/:*?\"<>|{}\x00-\x1f]+")


class Strict(BaseModel):
    """Unknown keys are refused, so that a typing error is never silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_number(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Names = Annotated[list[str], BeforeValidator(_as_list)]
Number = Annotated[float, BeforeValidator(_as_number)]


class Capture(Strict):
    """What to capture of the footage; as `understudy capture`."""

    face: bool = True
    body: bool = True
    hands: bool = True
    start: Annotated[Number, Field(ge=0)] | None = None
    """Seconds."""
    end: Annotated[Number, Field(gt=0)] | None = None
    fps: Annotated[Number, Field(gt=0, le=240)] | None = None

    @model_validator(mode="after")
    def _something_in_order(self) -> Capture:
        if not (self.face or self.body):
            raise ValueError("face and body are both switched off; leave one of them on")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"end ({self.end:g} s) does not come after start ({self.start:g} s)")
        return self


class Footage(Strict):
    """Videos (or takes captured before, .take.npz) by name or glob, and what is captured differently of them."""

    files: Annotated[Names, Field(min_length=1)]
    capture: Capture | None = None
    """Instead of the job's [capture]."""


def _plain_name(value: str) -> str:
    if not _NAME.fullmatch(value) or value in (".", ".."):
        raise ValueError(f'{value!r} is no name: it is used in file names, so none of \\ / : * ? " < > | {{ }}')
    return value


class Rig(Strict):
    """A character. Without a file of its own it must stand in a scene."""

    name: str
    file: str | None = None
    object: str | None = None
    """The armature, where the file has several."""
    profile: str | None = None
    """Which bone and key is which, as `understudy inspect --json` writes it."""
    incomplete: bool = False
    """Accept a skeleton that lacks bones a body needs."""

    _name = field_validator("name")(_plain_name)


class Scene(Strict):
    """A .blend in which characters stand, with camera and light."""

    name: str
    file: str
    objects: Annotated[dict[str, str], Field(min_length=1)]
    """Rig's name -> its armature in this scene."""

    _name = field_validator("name")(_plain_name)


class Row(Strict):
    """One line of a pairing table; names may be patterns such as "walk_*"."""

    clip: str = "*"
    rig: str = "*"
    scene: str = "*"


class Pairs(Strict):
    """Which clip goes on which rig."""

    by: Literal["each", "name", "table"] = "each"
    pattern: str | None = None
    """by = "name": what clips of a rig are called, such as "{rig}_*" or "*_{rig}_{scene}"."""
    rows: list[Row] = []

    @model_validator(mode="after")
    def _complete(self) -> Pairs:
        if self.by == "name" and (self.pattern is None or "{rig}" not in self.pattern):
            raise ValueError('by = "name" needs a pattern with {rig} in it, such as pattern = "{rig}_*"')
        if self.by == "table" and not self.rows:
            raise ValueError('by = "table" needs rows, such as rows = [{ clip = "walk_*", rig = "mira" }]')
        if self.by != "name" and self.pattern is not None:
            raise ValueError(f'pattern is only read with by = "name", not with by = "{self.by}"')
        if self.by != "table" and self.rows:
            raise ValueError(f'rows are only read with by = "table", not with by = "{self.by}"')
        return self


class Apply(Strict):
    """How takes go onto characters; as `understudy apply`."""

    face: bool = True
    head: bool = True
    body: bool = True
    hands: bool = True
    unseen: bool = False
    """Key bones too which the footage never showed."""
    slide: bool = False
    """Do not hold feet that stand on the floor."""
    stage: bool = False
    """Walk where the performer did, not from where the character stands."""
    start: Number = 1.0
    """Frame of the take's first moment."""


class Outputs(Strict):
    """Where takes and scenes go, below the job's output folder."""

    take: str = "takes/{clip}.take.npz"
    files: Names = ["scenes/{clip}_{rig}.blend"]
    """.blend, .glb, .fbx, .bvh; an empty list keeps none (renders are still made)."""

    @field_validator("take")
    @classmethod
    def _take_name(cls, value: str) -> str:
        if not value.endswith(".take.npz"):
            raise ValueError(f"a take's name ends in .take.npz, not as in {value!r}")
        return check_fields(value, TAKE_FIELDS)

    @field_validator("files")
    @classmethod
    def _file_names(cls, values: list[str]) -> list[str]:
        for value in values:
            if not value.lower().endswith(OUT_SUFFIXES):
                raise ValueError(f"{value!r} cannot be written: its name must end in one of {', '.join(OUT_SUFFIXES)}")
            check_fields(value, FIELDS)
        return values


class Render(Strict):
    """Pictures or a video of each shot."""

    file: str = "renders/{clip}_{rig}.mp4"
    """A .mp4, or pictures such as "renders/{clip}_{rig}/####.png"."""
    engine: Literal["auto", "workbench", "eevee", "cycles", "scene"] = "auto"
    """auto: Workbench where this machine has a graphics driver, else Cycles on the processor."""
    size: tuple[int, int] | None = None
    """Pixels, width and height, such as "1280x720"; nothing = the scene's own."""
    samples: Annotated[int, Field(ge=1, le=65536)] | None = None
    """Light paths a pixel for cycles and eevee; nothing = the scene's own (8 with engine = "auto")."""
    frames: str | None = None
    """Such as "1-48"; nothing = the whole take."""
    step: Annotated[int, Field(ge=1)] = 1
    """Render every n-th frame; the video plays at its own speed all the same."""
    camera: str = "scene"
    """"scene": the scene's camera; "place": one is placed before the character; else a camera's name."""
    sound: bool = True
    """The clip's sound in the .mp4."""
    chunk: Annotated[int, Field(ge=1)] = 100
    """Frames of one task on a farm."""

    @field_validator("size", mode="before")
    @classmethod
    def _size(cls, value: Any) -> Any:
        if isinstance(value, str):
            width, _, height = value.partition("x")
            if not (width.isdigit() and height.isdigit() and 8 <= int(width) <= 16384 and 8 <= int(height) <= 16384):
                raise ValueError(f'{value!r} is no size: write it as "1280x720"')
            return int(width), int(height)
        return tuple(value) if isinstance(value, list) else value

    @field_validator("frames")
    @classmethod
    def _range(cls, value: str | None) -> str | None:
        if value is not None:
            first, last = frame_range(value)
            if last < first:
                raise ValueError(f"{value!r} ends before it begins")
        return value

    @field_validator("file")
    @classmethod
    def _file(cls, value: str) -> str:
        lowered = value.lower()
        if not (lowered.endswith(".mp4") or (lowered.endswith(".png") and "#" in value.rsplit("/", 1)[-1])):
            raise ValueError(f'{value!r} is neither a video (.mp4) nor pictures with frame numbers ("name/####.png")')
        return check_fields(value, FIELDS)

    @property
    def video(self) -> bool:
        return self.file.lower().endswith(".mp4")


class Limits(Strict):
    """How much of the machine the job may take, and how patient it is."""

    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Tasks at once; nothing = as many as there are cores and memory for."""
    memory_gb: Annotated[Number, Field(gt=0)] | None = None
    """For all workers together; nothing = four fifths of what is free."""
    retries: Annotated[int, Field(ge=0, le=20)] = 1
    stall_minutes: Annotated[Number, Field(gt=0)] = 30.0
    """A task without any sign of life for so long is stopped and tried again."""


class Train(Strict):
    """Training instead of footage: data generated in shards, then torchrun over the machines."""

    model: Literal["face", "body"]
    folder: str
    """Shared by all machines: generated data, checkpoints."""
    config: str | None = None
    """The TOML file of `understudy train MODEL --config`."""
    shards: Annotated[int, Field(ge=1, le=100000)] = 1
    machines: Annotated[int, Field(ge=1, le=1024)] = 1
    processes: Annotated[int, Field(ge=1, le=64)] = 1
    """On each machine: usually one for each graphics card."""


class Job(Strict):
    """The whole file."""

    version: Literal[1] = 1
    name: str = ""
    """Nothing = the job file's own name."""
    output: str = "out"
    footage: list[Footage] = []
    capture: Capture = Capture()
    rig: list[Rig] = []
    scene: list[Scene] = []
    pairs: Pairs = Pairs()
    apply: Apply = Apply()
    outputs: Outputs = Outputs()
    render: Render | None = None
    limits: Limits = Limits()
    train: Train | None = None

    @model_validator(mode="after")
    def _something_to_do(self) -> Job:
        if self.train is not None:
            if self.footage or self.rig or self.scene:
                raise ValueError("[train] stands alone: put footage and rigs into a job file of their own")
            return self
        if not self.footage:
            raise ValueError('there is no footage: add [[footage]] with files = ["clips/*.mp4"]')
        if self.render is not None and not self.rig:
            raise ValueError("there is something to render but no rig: add [[rig]] with name and file")
        return self


def frame_range(text: str) -> tuple[int, int]:
    """ "3-48" -> (3, 48), "7" -> (7, 7)."""
    found = re.fullmatch(r"(-?\d+)(?:-(-?\d+))?", text.strip())
    if found is None:
        raise ValueError(f'{text!r} is no range of frames: write it as "1-48"')
    first = int(found[1])
    return first, int(found[2]) if found[2] is not None else first


def check_fields(template: str, known: tuple[str, ...]) -> str:
    """Refuse a name with unknown braces or without any that tells its clips apart."""
    rest = template
    for name in known:
        rest = rest.replace(f"{{{name}}}", "")
    unknown = re.search(r"\{[^}]*\}?|\}", rest)
    if unknown:
        raise ValueError(f"{template!r} holds {unknown[0]}; known are {', '.join(f'{{{name}}}' for name in known)}")
    return template
