"""Decoding one stream of a container as far as it can be decoded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av
import av.error


def decoded(container: Any, stream: Any) -> Iterator[Any]:
    """Decode past damaged packets; stop where the container itself cannot be read on."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            continue
        yield from frames
