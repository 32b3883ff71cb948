"""Takes of a body that nobody filmed, and takes whose gaps behaviour fills."""

# pyright: reportInvalidTypeForm=false, reportOptionalMemberAccess=false, reportArgumentType=false
# pyright: reportAttributeAccessIssue=false
from pathlib import Path
from typing import Any

from bpy.props import BoolProperty
from bpy.types import Operator, Scene

from .. import paths
from ..properties import settings
from ..session import Job
from .capture import start_making
from .voice import Making, MakingOfTake


class UNDERSTUDY_OT_generate(Making, Operator):
    """Make a take of a body and face that behave so, from a seed alone or to the recording"""

    bl_idname = "understudy.generate"
    bl_label = "Generate"
    topic = "behaviour"

    another: BoolProperty(
        name="Another Seed", description="Go on to the next seed first", default=False, options={"SKIP_SAVE"}
    )

    def begin(self, scene: Scene) -> Job | None:
        values = settings(scene)
        options = _options(scene)
        if values.behaviour == "talk" and values.behaviour_voice:
            audio = paths.absolute(values.voice_path)
            if not audio or not Path(audio).is_file():
                self.refuse(f"There is no recording {audio}; choose one." if audio else "No recording is chosen.")
                return None
            options["audio"] = audio
        else:
            options["seconds"] = values.behaviour_seconds
        if self.another:
            values.behaviour_seed += 1
            options["seed"] = values.behaviour_seed
        out = paths.new_made_path(f"{values.behaviour}-{values.behaviour_seed}", values.takes_folder)
        if not self.folder_ready(out):
            return None
        params = {"out": str(out), "options": options}
        return start_making(scene, "Generate", "Generated", "generate", params, self.topic)


class UNDERSTUDY_OT_complete(MakingOfTake, Operator):
    """Make a new take of the chosen one: gaps, unseen legs and a missing body or face are filled by the behaviour, and
    as much of it as asked is added to what was filmed"""

    bl_idname = "understudy.complete"
    bl_label = "Lay onto Take"
    topic = "behaviour"

    def begin(self, scene: Scene) -> Job | None:
        values, files = settings(scene), self.source_and_out(scene, settings(scene).behaviour)
        if files is None:
            return None
        source, out = files
        if not self.folder_ready(out):
            return None
        params: dict[str, Any] = {
            "take": str(source), "out": str(out), "amount": values.behaviour_amount, "options": _options(scene),
        }  # fmt: skip
        return start_making(scene, "Lay onto Take", "Completed", "complete", params, self.topic)


def _options(scene: Scene) -> dict[str, Any]:
    values = settings(scene)
    return {
        "behaviour": values.behaviour,
        "emotion": values.emotion,
        "strength": values.emotion_strength,
        "seed": values.behaviour_seed,
        "travel": values.behaviour_travel,
    }


CLASSES = (UNDERSTUDY_OT_generate, UNDERSTUDY_OT_complete)
