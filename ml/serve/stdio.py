"""The engine's stdin and stdout kept for messages alone: what libraries print goes to the log instead."""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
from pathlib import Path
from typing import BinaryIO

_LOG_LIMIT = 2 * 1024 * 1024
"""A longer log is put aside when the engine starts, so that it never grows without end."""


def claim_stdio(log: Path | None) -> tuple[BinaryIO, BinaryIO]:
    """(messages in, messages out). File descriptors 1 and 2 become the log, 0 becomes empty.

    This works below Python, so that prints of MediaPipe's and TensorFlow's native code cannot break a message.
    """
    incoming = os.fdopen(os.dup(0), "rb", buffering=65536)
    outgoing = os.fdopen(os.dup(1), "wb", buffering=0)
    log_file = _open_log(log)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.dup2(log_file, 1)
    os.dup2(log_file, 2)
    os.close(empty)
    os.close(log_file)
    text = {"encoding": "utf-8", "errors": "backslashreplace", "buffering": 1}
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - kept for the life of the process
    sys.stdout = open(1, "w", closefd=False, **text)  # noqa: SIM115
    sys.stderr = open(2, "w", closefd=False, **text)  # noqa: SIM115
    faulthandler.enable(sys.stderr)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    return incoming, outgoing


def _open_log(log: Path | None) -> int:
    if log is None:
        return os.dup(2)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        os.replace(log, log.with_suffix(".old.log"))
    return os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
