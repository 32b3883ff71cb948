"""JSON-RPC 2.0, one message a line: what crosses between Blender and the engine. No bpy, no threads.

Requests carry an id; while one runs the engine sends notifications `progress` with
{"id", "fraction" 0..1, "message", ...}. `cancel` {"id"} stops a request, which then fails with CANCELLED.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

PROTOCOL = 1
"""Raised when a change would confuse an older engine or add-on; `hello` tells the engine's."""

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
DEFECT = -32603
INPUT_ERROR = -32000
CANCELLED = -32001
BUSY = -32002
ENGINE_DIED = -32010
"""Made by the client: the process ended before it answered."""
ENGINE_UNAVAILABLE = -32011
"""Made by the client: the process could not be started."""


@dataclass(frozen=True)
class EngineError:
    """Why a request failed: one sentence for the user, and details for a report."""

    code: int
    message: str
    details: str = ""

    @property
    def cancelled(self) -> bool:
        return self.code == CANCELLED


@dataclass(frozen=True)
class Reply:
    """The end of a request: a result, or an error."""

    id: int
    result: Any = None
    error: EngineError | None = None


@dataclass(frozen=True)
class Notification:
    """Something the engine tells unasked; `params["id"]` names the request it belongs to."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)


class ProtocolError(ValueError):
    """A line that is no message."""


def encode_request(identifier: int, method: str, params: dict[str, Any]) -> bytes:
    """One request as a line."""
    message = {"jsonrpc": "2.0", "id": identifier, "method": method, "params": params}
    return json.dumps(message, ensure_ascii=True, allow_nan=False).encode() + b"\n"


def decode_message(line: bytes) -> Reply | Notification:
    """Read one line the engine wrote."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the engine wrote a line that is not JSON: {line[:80]!r}") from error
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise ProtocolError(f"the engine wrote a line that is not JSON-RPC 2.0: {line[:80]!r}")
    if "method" in message:
        params = message.get("params", {})
        if not isinstance(message["method"], str) or not isinstance(params, dict):
            raise ProtocolError("the engine sent a notification without named parameters")
        return Notification(message["method"], params)
    identifier = message.get("id")
    if not isinstance(identifier, int):
        raise ProtocolError("the engine answered without saying which request")
    if "error" in message:
        return Reply(identifier, error=_decode_error(message["error"]))
    if "result" not in message:
        raise ProtocolError("the engine's answer holds neither a result nor an error")
    return Reply(identifier, result=message["result"])


def _decode_error(error: Any) -> EngineError:
    if not isinstance(error, dict) or not isinstance(error.get("code"), int):
        raise ProtocolError("the engine sent an error without a code")
    return EngineError(error["code"], str(error.get("message", "")), str(error.get("data") or ""))
