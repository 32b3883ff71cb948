"""`understudy capture`."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..capture import CaptureOptions, capture_everybody, capture_features
from ..footage.synthetic import is_synthetic
from ..native_output import native_errors_hidden
from ..take import Take, save_take
from ..take.summary import summarize
from .exits import InputError
from .status import progress_bar


def run_capture(
    video: str, out: Path | None, options: CaptureOptions, overlay: Path | None, as_json: bool, everybody: bool = False
) -> None:
    """Capture `video`, write the take (and the overlay), say what was captured; `everybody` writes a take of each."""
    for path in (out, overlay):
        if path is not None:
            require_writable(path)
    if options.performer is not None and not Path(options.performer).is_file():
        raise InputError(f"There is no performer's file {options.performer}; leave --performer out or check the path.")
    if everybody and options.person is not None:
        raise InputError("--person chooses one and --all captures everybody; leave one of them out.")
    out = out or default_out(video)
    begun = time.monotonic()
    with native_errors_hidden(), progress_bar(enabled=not as_json) as progress:
        if everybody:
            captured = capture_everybody(video, options, progress)
            outs = [numbered(out, number) for number in range(1, len(captured) + 1)]
            overlays = [overlay and numbered(overlay, number) for number in range(1, len(captured) + 1)]
        else:
            captured, outs, overlays = [capture_features(video, options, progress)], [out], [overlay]
        for one, take_path, overlay_path in zip(captured, outs, overlays, strict=True):
            if overlay_path is not None:
                from ..overlay import write_overlay

                write_overlay(video, overlay_path, one, progress)
            save_take(take_path, one.take)
    seconds = time.monotonic() - begun
    results = [
        describe(one.take, take_path, overlay_path, seconds)
        for one, take_path, overlay_path in zip(captured, outs, overlays, strict=True)
    ]
    if as_json:
        print(json.dumps({"takes": results} if everybody else results[0], ensure_ascii=False))
    else:
        for result in results:
            say(result)


def numbered(path: Path, number: int) -> Path:
    """The path of person `number` beside `path`: dance.take.npz -> dance.2.take.npz."""
    name = path.name.removesuffix(".take.npz")
    stem, ending = (name, ".take.npz") if name != path.name else (path.stem, path.suffix)
    return path.with_name(f"{stem}.{number}{ending}")


def default_out(video: str) -> Path:
    """VIDEO's name with .take.npz, in the current folder for made-up footage, else beside the video."""
    if is_synthetic(video):
        return Path("test.take.npz")
    path = Path(video)
    # A folder may have no name of its own ("."); it is refused when it is opened.
    return path.with_name(f"{path.stem}.take.npz") if path.name else path / "video.take.npz"


def require_writable(path: Path) -> None:
    """Say before minutes of work, not after, that the result could not be kept."""
    folder = path.parent
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file in it.")
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder} to write {path.name} to; make it or choose another.")
    if not os.access(folder, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise InputError(f"{path} cannot be written; choose another place with --out.")


def describe(take: Take, out: Path, overlay: Path | None, seconds: float) -> dict[str, Any]:
    """What --json prints."""
    summary = summarize(take)
    result: dict[str, Any] = {"take": str(out), **asdict(summary), "quality": round(summary.quality, 4)}
    result["seconds_taken"] = round(seconds, 2)
    if overlay is not None:
        result["overlay"] = str(overlay)
    return result


def say(result: dict[str, Any]) -> None:
    """The same for people."""
    seen = ", ".join(f"{part.replace('_', ' ')} {share:.0%}" for part, share in result["seen"].items())
    print(f"{result['take']}: {result['frames']} frames at {result['fps']:g} fps ({result['duration']:.1f} s). {seen}.")
    if "overlay" in result:
        print(f"{result['overlay']}: what was seen.")
    for warning in result["warnings"]:
        print(f"Note: {warning}")
