"""`understudy performer`."""

from __future__ import annotations

from pathlib import Path

from ..native_output import native_errors_hidden
from .capture import require_writable
from .exits import InputError
from .status import progress_bar


def run_performer(video: str, out: Path | None) -> None:
    """Watch a clip of the performer at rest and write their file."""
    from ..capture import CaptureOptions, capture_features
    from ..face.performer_file import measure_face, write_performer

    source = Path(video)
    out = out or source.with_name(f"{source.stem}.performer.json")
    require_writable(out)
    with native_errors_hidden(), progress_bar() as progress:
        captured = capture_features(video, CaptureOptions(body=False, hands=False), progress)
        face = measure_face(captured.features)
    if face is None:
        raise InputError(f"No face was found in {source.name}; film the performer from the front, at rest.")
    write_performer(out, face)
    print(f"{out}: the neutral face, from {captured.features.frame_count} frames.")
