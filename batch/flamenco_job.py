"""A frozen job as Flamenco's Manager takes it, for the job type flamenco/understudy-batch.js."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from .frozen import Frozen

JOB_TYPE = "understudy-batch"
_PRIORITY = 50


def flamenco_job(frozen: Frozen, plan_file: Path, command: str) -> dict[str, Any]:
    """The body of POST /api/v3/jobs."""
    found = frozen.shots
    paired = {shot.clip.index for shot in found.shots}
    platform = {"win32": "windows", "darwin": "darwin"}.get(sys.platform, "linux")
    return {
        "name": f"Understudy {frozen.job.name}",
        "type": JOB_TYPE,
        "priority": _PRIORITY,
        "submitter_platform": platform,
        "settings": {
            "plan": str(plan_file),
            "understudy": command,
            "clips": len(found.clips),
            "shots": ",".join(f"{shot.clip.index}:{len(frozen.chunks[shot.index])}" for shot in found.shots),
            "loose": ",".join(str(clip.index) for clip in found.clips if clip.index not in paired),
        },
    }
