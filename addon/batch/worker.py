"""Blender as a worker: reads one JSON-RPC request a line from stdin, does it, answers on stdout; ends with its stdin.

Run by `python -m understudy.addon.batch.worker` where bpy is a module, else by run_worker.py in a background Blender.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from ...ml.take import TakeError

INPUT_ERROR = -32000
"""As in ml/serve/rpc.py: the message is a sentence for the user."""
DEFECT = -32603

Progress = Callable[[float, str], None]


def main() -> int:
    """Serve until stdin closes; then end at once, in the middle of a picture too: nobody waits for it any more."""
    messages = os.fdopen(os.dup(1), "wb", buffering=0)
    incoming = os.fdopen(os.dup(0), "rb")
    # What Blender prints goes where its errors go.
    os.dup2(2, 1)
    requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(incoming, requests), daemon=True).start()
    while True:
        request = requests.get()
        _send(messages, {"jsonrpc": "2.0", "id": request["id"], **_answer(request, messages)})


def _read(incoming: BinaryIO, requests: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in incoming:
        if line.strip():
            requests.put(json.loads(line))
    os._exit(0)


def _answer(request: dict[str, Any], messages: BinaryIO) -> dict[str, Any]:
    from ..apply import ApplyError
    from ..preview import PreviewError
    from ..rigs import ProfileError
    from ..scene_files import SceneFileError
    from .render import RenderError

    def progress(fraction: float, message: str) -> None:
        params = {"id": request["id"], "fraction": fraction, "message": message}
        _send(messages, {"jsonrpc": "2.0", "method": "progress", "params": params})

    try:
        return {"result": _methods()[request["method"]](request["params"], progress)}
    except (TakeError, ApplyError, PreviewError, ProfileError, SceneFileError, RenderError) as error:
        return {"error": {"code": INPUT_ERROR, "message": str(error)}}
    except OSError as error:
        return {"error": {"code": INPUT_ERROR, "message": f"{error.filename or 'A file'}: {error.strerror or error}."}}
    except Exception as error:  # noqa: BLE001 - one shot's defect must not end the others
        traceback.print_exc()
        return {"error": {"code": DEFECT, "message": f"{type(error).__name__}: {error}"}}


def _methods() -> dict[str, Callable[[dict[str, Any], Progress], dict[str, Any]]]:
    from .apply import apply_shot
    from .check import check_source
    from .render import draws, render_shot

    return {
        "check": lambda params, progress: check_source(Path(params["source"]), params["object"], params["profile"]),
        "draws": lambda params, progress: draws(),
        "apply": lambda params, progress: apply_shot(params),
        "render": lambda params, progress: render_shot(params, progress),
    }


def _send(messages: BinaryIO, message: dict[str, Any]) -> None:
    try:
        messages.write(json.dumps(message).encode() + b"\n")
    except OSError:
        os._exit(0)  # the runner is gone


if __name__ == "__main__":
    sys.exit(main())
